/*
 * media.c - fetching one file of a message.
 *
 * What comes is believed by its content only: an errcode inside HTTP 200, or a video's
 * link, is JSON and so no picture.
 */
#include "media.h"

#include "wechat.h"

#include <heard/blob.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <pull/request.h>
#include <sniff/sniff.h>
#include <text/percent.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIME_MS = 3000, AT_ONCE = 16 };

struct media {
	struct media *next;
	struct wechat *wechat;
	struct pull_request request;
	struct heard_fetch *fetch;
	void (*done)(void *arg, struct heard_str context);
	void *arg;
};

int media_check(const struct wechat *w, struct heard_error *err)
{
	if (w->media.policy != MEDIA_FETCH)
		return 0;
	if (w->kind != KIND_WECHAT)
		return heard_fail(err, EINVAL,
				  "media = \"fetch\" is for kind = \"wechat\"; of WeCom, say "
				  "\"link\"");
	if (w->secret[0] == '\0')
		return heard_fail(err, EINVAL, "media = \"fetch\" needs secret");
	if (!heard_blob_allowed(w->host))
		return heard_fail(err, EINVAL,
				  "media = \"fetch\" needs privacy.public_key, to which files "
				  "are sealed");
	return 0;
}

static void release(struct media *f)
{
	request_release(&f->request);
	free(f);
}

static void finish(struct media *f, struct heard_str context)
{
	struct media **at = &f->wechat->fetching;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	f->wechat->n_fetching--;
	f->done(f->arg, context);
	release(f);
}

static void on_answer(void *arg, const struct heard_fetch_answer *a)
{
	struct media *f = arg;
	const struct media_options *o = &f->wechat->media;
	bool is_here = a->error_code == 0 && a->status == 200 &&
		       a->body.len <= (size_t)o->max_size;
	const char *type = is_here ? sniff_type(a->body) : NULL;
	char name[HEARD_BLOB_NAME], context[MEDIA_CONTEXT] = "";
	struct heard_error why;
	if (!sniff_is_in(&o->types, type))
		heard_log(f->wechat->host, HEARD_INFO,
			  "a file was left out: HTTP %d, %zu bytes", a->status, a->body.len);
	else if (heard_blob_put(f->wechat->host, a->body, name, &why) != 0)
		heard_log(f->wechat->host, HEARD_WARN, "a picture could not be kept: %s",
			  why.text);
	else
		snprintf(context, sizeof(context), "%s %s %zu", name, type, a->body.len);
	finish(f, heard_str(context));
}

bool media_fetch(struct wechat *w, struct heard_str id,
		 void (*done)(void *arg, struct heard_str context), void *arg)
{
	const struct request_limits limits = {.timeout_ms = TIME_MS,
					      .max_answer = (size_t)w->media.max_size + 1,
					      .allow_private = w->pull_options.allow_private};
	struct media *f = w->n_fetching < AT_ONCE ? calloc(1, sizeof(*f)) : NULL;
	if (f == NULL)
		return false;
	*f = (struct media){.next = w->fetching, .wechat = w, .done = done, .arg = arg};
	request_init(&f->request);
	if (reply_url(w, "/cgi-bin/media/get", &f->request.url)) {
		heard_buf_puts(&f->request.url, "&media_id=");
		text_escape(&f->request.url, id);
		f->fetch = request_send(&f->request, w->client, &limits, on_answer, f, NULL);
	}
	if (f->fetch == NULL) {
		release(f);
		return false;
	}
	w->fetching = f;
	w->n_fetching++;
	return true;
}

void media_stop(struct wechat *w)
{
	for (struct media *f = w->fetching, *next; f != NULL; f = next) {
		next = f->next;
		heard_fetch_cancel(f->fetch);
		finish(f, HEARD_STR_OF(""));
	}
}
