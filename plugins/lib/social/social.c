/*
 * social.c - pulls, answers and the queue of one instance, from start to close.
 *
 * The queue is one buffer of items, each behind a comma, so that it is a list as soon as
 * its first byte is made a bracket.  What is on its way stays at its front until the
 * receipt; what was refused for now is emitted again a second later.  It is in memory
 * only: who needs more asks.
 */
#include "social.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/json.h>
#include <pull/sse.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { AGAIN_MS = 1000, SILENCE_MS = 90 * 1000, CONNECTIONS = 6 };

/* ---- the queue */

static void say(struct social *s);

static void on_stopped(void *arg)
{
	struct social *s = arg;
	if (--s->n_stopping == 0)
		heard_done(s->stopping);
}

static void on_again(void *arg)
{
	say(arg);
}

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct social *s = arg;
	size_t n = s->n_saying;
	s->n_saying = 0;
	if (s->stopping) {
		on_stopped(s);
		return;
	}
	if (r->code == -EAGAIN) {
		heard_timer_set(s->again, r->after_ms > 0 ? r->after_ms : AGAIN_MS);
		return;
	}
	memmove(s->told.ptr, s->told.ptr + n, s->told.len - n);
	s->told.len -= n;
	say(s);
}

static void say(struct social *s)
{
	struct heard_buf list;
	if (s->told.ptr == NULL || s->told.len == 0 || s->n_saying > 0 || s->stopping ||
	    heard_is_paused(s->host))
		return;
	heard_buf_init(&list, SOCIAL_TOLD + 8);
	heard_buf_str(&list, heard_buf_view(&s->told));
	heard_buf_puts(&list, "]");
	if (list.failed) {
		heard_timer_set(s->again, AGAIN_MS);
	} else {
		list.ptr[0] = '[';
		s->n_saying = s->told.len;
		heard_emit(s->host, &(struct heard_emission){.raw = heard_buf_view(&list),
							     .receipt = on_receipt,
							     .arg = s});
	}
	heard_buf_release(&list);
}

void social_tell(struct social *s, struct heard_str json)
{
	size_t before = s->told.len;
	if (json.len < SOCIAL_TOLD - before) {
		heard_buf_puts(&s->told, ",");
		heard_buf_str(&s->told, json);
	}
	if (s->told.failed) { /* no memory: what was there stays */
		s->told.failed = false;
		s->told.len = before;
	}
	if (s->told.len == before)
		heard_log(s->host, HEARD_WARN,
			  "too many edits and deletions wait to be taken: one was let go");
	say(s);
}

void social_tell_deleted(struct social *s, struct heard_str id)
{
	struct heard_buf item;
	if (id.len == 0 || id.len > SOCIAL_ID)
		return;
	heard_buf_init(&item, SOCIAL_TOLD);
	heard_buf_puts(&item,
		       "{\"deleted\":true,\"edited_at\":\"9999-12-31T23:59:59Z\",\"id\":");
	heard_json_put_str(&item, id);
	heard_buf_puts(&item, "}");
	social_tell(s, heard_buf_view(&item));
	heard_buf_release(&item);
}

/* ---- life */

static bool is_posted(const struct social *s)
{
	return s->webhook.path != NULL && s->webhook.path[0] != '\0';
}

int social_open(struct social *s, struct heard_host *host, const struct social_network *network,
		struct heard_error *err)
{
	struct feed_options o = network->feed;
	o.format = FEED_JSON;
	o.channel = s->channel;
	s->host = host;
	s->network = network;
	if (heard_fetch_check_url(s->base_url, err) != 0)
		return heard_error_wrap(err, "base_url");
	s->feed = feed_create(&o, err);
	if (s->feed == NULL)
		return -err->code;
	return is_posted(s) ? social_mount(s, err) : 0;
}

int social_decode(void *self, struct heard_str raw, struct heard_str context,
		  struct heard_batch *batch, struct heard_error *err)
{
	const struct social *s = self;
	int result = feed_decode(s->feed, raw, batch, s->network->finish, self, err);
	if (context.len > 0 && result != 0 && result != -ENOMEM)
		result = heard_batch_dead(batch, raw, 0, "%s", err->text);
	return result;
}

int social_start(struct social *s, struct heard_error *err)
{
	const struct respond_hooks hooks = {.ask = s->network->answer, .judge = social_judge};
	heard_buf_init(&s->told, SOCIAL_TOLD);
	s->again = heard_timer_create(s->host, on_again, s);
	if (s->again == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	s->client = heard_fetch_client_create(s->host, CONNECTIONS, err);
	if (s->client && hooks.ask)
		s->respond = respond_create(s->host, s->client, NULL, &hooks, s,
					    s->pull.allow_private, err);
	return s->client && (s->respond || !hooks.ask) ? 0 : -err->code;
}

int social_pull(struct social *s, const char *what, struct heard_error *err, const char *format,
		...)
{
	struct pull *p;
	char stream[SOCIAL_ID];
	va_list args;
	struct social_source *source = &s->sources[s->n_pulls];
	if (is_posted(s))
		return 0;
	if (s->n_pulls == SOCIAL_PULLS)
		return heard_fail(err, EINVAL, "more than %d things to ask for", SOCIAL_PULLS);
	*source = (struct social_source){s, what};
	va_start(args, format);
	vsnprintf(stream, sizeof(stream), format, args);
	va_end(args);
	p = pull_create(s->host, s->client, &s->pull, stream, &s->network->pull, source, err);
	if (p == NULL)
		return -err->code;
	s->pulls[s->n_pulls++] = p;
	pull_start(p);
	return 0;
}

void social_poke(struct social *s)
{
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_poke(s->pulls[i]);
}

static void on_up(void *arg)
{
	social_poke(arg);
}

static void on_event(void *arg, struct heard_str name, struct heard_str data)
{
	struct social *s = arg;
	struct heard_error err;
	struct heard_json_doc *doc = data.len > 0 ? heard_json_parse(data, SSE_MAX, &err)
						  : NULL;
	s->event(s, name, data, doc ? heard_json_root(doc) : NULL);
	heard_json_destroy(doc);
}

int social_listen(struct social *s,
		  int (*ask)(void *self, struct pull_request *, struct heard_error *),
		  social_event *event, struct heard_error *err)
{
	s->listen_hooks = (struct listen_hooks){.ask = ask, .up = on_up, .event = on_event};
	s->event = event;
	s->listen = listen_create(s->host, s->client, &s->pull, SILENCE_MS, &s->listen_hooks, s,
				  err);
	if (s->listen == NULL)
		return -err->code;
	listen_start(s->listen);
	return 0;
}

/* ---- slots */

void social_reply(void *self, const struct heard_answer *answer, struct heard_reply *take)
{
	struct social *s = self;
	respond_reply(s->respond, answer, take);
}

void social_pause(void *self)
{
	struct social *s = self;
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_pause(s->pulls[i]);
}

void social_resume(void *self)
{
	struct social *s = self;
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_resume(s->pulls[i]);
	say(s);
}

void social_stop(void *self, struct heard_done *take_done)
{
	struct social *s = self;
	s->stopping = take_done;
	s->n_stopping = 1 + (int)s->n_pulls + (s->respond != NULL) + (s->n_saying > 0);
	heard_timer_clear(s->again);
	if (s->listen != NULL)
		listen_stop(s->listen);
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_stop(s->pulls[i], on_stopped, s);
	if (s->respond != NULL)
		respond_stop(s->respond, on_stopped, s);
	on_stopped(s);
}

void social_close(void *self)
{
	struct social *s = self;
	listen_destroy(s->listen);
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_destroy(s->pulls[i]);
	respond_destroy(s->respond);
	heard_fetch_client_destroy(s->client);
	if (s->again != NULL)
		heard_timer_destroy(s->again);
	heard_buf_release(&s->told);
	feed_destroy(s->feed);
	verify_release(&s->verify);
}
