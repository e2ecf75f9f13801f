/*
 * social.c - pulls, stream and answers of one instance, from open to close.
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

enum { SILENCE_MS = 90 * 1000, CONNECTIONS = 6 };

void social_one_stopped(void *arg)
{
	struct social *s = arg;
	if (--s->n_stopping == 0)
		heard_done(s->stopping);
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
	if (social_told_start(s, err) != 0)
		return -err->code;
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
	social_say(s);
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
		pull_stop(s->pulls[i], social_one_stopped, s);
	if (s->respond != NULL)
		respond_stop(s->respond, social_one_stopped, s);
	social_one_stopped(s);
}

void social_close(void *self)
{
	struct social *s = self;
	listen_destroy(s->listen);
	for (size_t i = 0; i < s->n_pulls; i++)
		pull_destroy(s->pulls[i]);
	respond_destroy(s->respond);
	heard_fetch_client_destroy(s->client);
	social_told_close(s);
	feed_destroy(s->feed);
	verify_release(&s->verify);
}
