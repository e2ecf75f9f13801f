/*
 * kf.c - customer service of WeCom: a callback says that there is something, and
 * cgi-bin/kf/sync_msg gives it.
 *
 * Where we stand is next_cursor, which commits with the messages.  The callback's token
 * lifts a strict limit of calls for ten minutes; without one it is asked all the same,
 * every `every`, so that a callback that was lost costs time and no message.
 *
 * A page holds what customers wrote (origin 3), events (4) and what colleagues wrote in
 * WeCom (5), which is no feedback.  What is sent through the interface does not come
 * back.  A message that the customer recalled takes its record back.
 */
#include "message.h"
#include "wechat.h"

#include <feed/feed.h>
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/record.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>

enum { LIMIT = 1000, FROM_CUSTOMER = 3, PAGE_MAX = 64 << 20, NUMBER = 24 };

void kf_poke(struct wechat *w, struct heard_str token)
{
	if (token.len < sizeof(w->kf_token)) {
		snprintf(w->kf_token, sizeof(w->kf_token), "%.*s", HEARD_ARG(token));
		w->kf_token_at = heard_now(w->host);
	}
	if (w->is_pulling)
		pull_poke(w->pull);
}

/* ---- asking */

static int kf_ask(void *arg, struct heard_str state, struct pull_request *q,
		  struct heard_error *err)
{
	struct wechat *w = arg;
	struct heard_json_out out = {.buf = &q->body};
	if (!reply_url(w, "/cgi-bin/kf/sync_msg", &q->url))
		return heard_fail(err, EAGAIN, "there is no access token yet");
	pull_header(q, "Content-Type: application/json");
	heard_json_begin(&out, NULL, '{');
	if (state.len > 0)
		heard_json_str(&out, "cursor", state);
	if (w->kf_token[0] && heard_now(w->host) - w->kf_token_at < KF_TOKEN_MS)
		heard_json_str(&out, "token", heard_str(w->kf_token));
	heard_json_int(&out, "limit", LIMIT);
	heard_json_end(&out, '}');
	return 0;
}

/* ---- reading */

/* The part that is named as the type, in the names of a callback. */
static void read_part(struct message *m, const struct heard_json *item)
{
	char type[64];
	snprintf(type, sizeof(type), "%.*s", HEARD_ARG(m->type));
	const struct heard_json *part = heard_json_member(item, type);
	m->content = heard_json_string(part, "content");
	m->media_id = heard_json_string(part, "media_id");
	m->title = feed_text(part, "title|product_titles", NULL, 0);
	m->description = heard_json_string(part, "desc");
	m->url = heard_json_string(part, "url");
	m->pic_url = heard_json_string(part, "pic_url");
	m->label = feed_text(part, "name|address", NULL, 0);
	m->order = heard_json_string(part, "order_id");
	m->event = heard_json_string(part, "event_type");
	m->page = heard_json_string(part, "pagepath");
	if (heard_str_is(m->type, "event")) { /* the item says it, or only the event */
		m->from = heard_json_string(part, "external_userid");
		m->kf = heard_json_string(part, "open_kfid");
	}
}

static void read_item(struct message *m, const struct heard_json *item, char time[NUMBER])
{
	*m = (struct message){
		.type = heard_json_string(item, "msgtype"),
		.id = heard_json_string(item, "msgid"),
		.created = feed_text(item, "send_time", time, NUMBER),
	};
	read_part(m, item);
	if (m->from.len == 0)
		m->from = heard_json_string(item, "external_userid");
	if (m->kf.len == 0)
		m->kf = heard_json_string(item, "open_kfid");
}

static const struct heard_json *items_of(const struct heard_json *root)
{
	const struct heard_json *list = heard_json_member(root, "msg_list");
	return list != NULL && list->type == HEARD_JSON_ARRAY ? list->first : NULL;
}

/* Those who wrote may be answered again. */
static void note_senders(struct wechat *w, const struct heard_json *root)
{
	char time[NUMBER], address[FEEDBACK_ADDRESS];
	for (const struct heard_json *item = items_of(root); item; item = item->next) {
		struct message m;
		if (feed_int(item, "origin") != FROM_CUSTOMER)
			continue;
		read_item(&m, item, time);
		int64_t at = feedback_time(&m);
		if (m.from.len > 0 && at != HEARD_TIME_NONE)
			respond_heard(w->respond, feedback_address(&m, address), at);
	}
}

static int read_errcode(struct wechat *w, const struct heard_json *root,
			struct heard_error *err)
{
	const struct heard_json *code = heard_json_member(root, "errcode");
	long long n = code && code->type == HEARD_JSON_INT ? code->integer : -1;
	if (code == NULL)
		return heard_fail(err, EPROTO, "the answer has no errcode");
	if (n == 0)
		return 0;
	if (access_is_refusal(n)) {
		access_refused(w->access);
		return heard_fail(err, EAGAIN, "the access token was refused (%lld)", n);
	}
	if (n == 95007) { /* it has ended, or is none */
		w->kf_token[0] = '\0';
		return heard_fail(err, EAGAIN, "the callback's token has ended");
	}
	if (n == -1 || n == 45009 || n == 45033)
		return heard_fail(err, EAGAIN, "the platform is busy (errcode %lld)", n);
	return heard_fail(err, EPROTO, "kf/sync_msg says errcode %lld", n);
}

static int kf_read(void *arg, struct heard_str state, const struct heard_fetch_answer *a,
		   struct pull_page *page, struct heard_error *err)
{
	struct wechat *w = arg;
	struct heard_json_doc *doc = heard_json_parse(a->body, PAGE_MAX, err);
	(void)state;
	if (doc == NULL)
		return heard_fail(err, EPROTO, "the answer is no JSON");
	const struct heard_json *root = heard_json_root(doc);
	int result = read_errcode(w, root, err);
	if (result == 0) {
		struct heard_str cursor = heard_json_string(root, "next_cursor");
		page->more = feed_int(root, "has_more") == 1 && cursor.len > 0 &&
			     !heard_str_eq(cursor, state);
		heard_buf_str(&page->state, cursor);
		if (items_of(root) == NULL)
			page->raw = HEARD_STR_OF("");
		note_senders(w, root);
	}
	heard_json_destroy(doc);
	return result;
}

const struct pull_hooks kf_hooks = {.ask = kf_ask, .read = kf_read};

/* ---- on a worker */

static int add_recall(const struct wechat *w, struct heard_str id, struct heard_batch *batch,
		      struct heard_error *err)
{
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL || heard_set_str(r, HEARD_SOURCE_ID, id) ||
	    heard_set_str(r, HEARD_OP, HEARD_STR_OF("delete")) ||
	    heard_set_int(r, HEARD_REVISION, 1) ||
	    heard_set_str(r, HEARD_CHANNEL, heard_str(w->feedback.channel)))
		return heard_fail(err, ENOMEM, "no memory for the record");
	if (id.len == 0)
		heard_record_quarantine(r, "a recall that does not name its message");
	return 0;
}

static int add_item(const struct wechat *w, const struct heard_json *item,
		    struct heard_batch *batch, struct heard_error *err)
{
	char time[NUMBER];
	struct message m;
	const struct heard_json *event = heard_json_member(item, "event");
	read_item(&m, item, time);
	bool is_event = heard_str_is(m.type, "event");
	if (is_event && heard_str_is(m.event, "user_recall_msg"))
		return add_recall(w, heard_json_string(event, "recall_msgid"), batch, err);
	if (!is_event && feed_int(item, "origin") != FROM_CUSTOMER)
		return 0;
	return feedback_add(&w->feedback, w->host, &m, heard_str_n(NULL, 0), batch, err);
}

int kf_decode(const struct wechat *w, struct heard_str page, struct heard_batch *batch,
	      struct heard_error *err)
{
	struct heard_json_doc *doc = heard_json_parse(page, PAGE_MAX, err);
	int result = 0;
	if (doc == NULL)
		return -err->code;
	for (const struct heard_json *item = items_of(heard_json_root(doc));
	     item != NULL && result == 0; item = item->next)
		result = add_item(w, item, batch, err);
	heard_json_destroy(doc);
	return result;
}
