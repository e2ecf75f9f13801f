/*
 * feedback.c - fields, text and id of a record.
 */
#include "feedback.h"

#include "media.h"
#include "message.h"

#include <heard/batch.h>
#include <heard/blob.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>
#include <social/social.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HASH_TEXT = 33, BODY_EXTRA = 256 };

struct heard_str feedback_address(const struct message *m, char out[FEEDBACK_ADDRESS])
{
	int n = snprintf(out, FEEDBACK_ADDRESS, "%.*s%s%.*s", HEARD_ARG(m->kf),
			 m->kf.len ? "/" : "", HEARD_ARG(m->from));
	return heard_str_n(out, n < FEEDBACK_ADDRESS ? (size_t)n : FEEDBACK_ADDRESS - 1);
}

int64_t feedback_time(const struct message *m)
{
	return heard_time_parse(m->created, NULL);
}

/* Of what has no MsgId: who, when and what. */
static struct heard_str made_id(struct heard_host *host, const struct message *m,
				char out[HASH_TEXT])
{
	char text[FEEDBACK_ADDRESS * 3];
	unsigned char hash[32];
	snprintf(text, sizeof(text), "%.*s\n%.*s\n%.*s\n%.*s", HEARD_ARG(m->from),
		 HEARD_ARG(m->created), HEARD_ARG(m->type), HEARD_ARG(m->event));
	heard_keyed_hash(host, "wechat event", heard_str(text), hash);
	sodium_bin2hex(out, HASH_TEXT, hash, 16);
	return heard_str_n(out, HASH_TEXT - 1);
}

/* ---- what it says */

static void add_line(struct heard_buf *b, const char *before, struct heard_str s)
{
	if (s.len == 0)
		return;
	if (b->len > 0)
		heard_buf_puts(b, before);
	heard_buf_str(b, s);
}

static void write_body(const struct message *m, struct heard_buf *b)
{
	bool is_link = heard_str_is(m->type, "link");
	heard_buf_str(b, m->content.len ? m->content : m->recognition);
	const char *name = social_kind_name(m->type, true);
	if (b->len == 0 && !is_link)
		heard_buf_printf(b, "[%s]", name ? name : "未知类型的消息");
	if (m->content.len)
		return;
	add_line(b, " ", m->label);
	add_line(b, " ", m->title);
	add_line(b, "\n", m->description);
	if (is_link)
		add_line(b, "\n", m->url);
	if (heard_str_is(m->type, "event")) {
		add_line(b, " ", m->event);
		add_line(b, " ", m->key);
	}
}

/* ---- its fields */

static int set_attributes(struct heard_record *r, const struct feedback_options *o,
			  const struct message *m)
{
	bool has_media = !o->no_media;
	int result = social_set(r, "wechat.type", m->type);
	if (result == 0)
		result = social_set(r, "wechat.account", m->kf.len ? m->kf : m->to);
	if (result == 0)
		result = social_set(r, "wechat.event", m->event);
	if (result == 0)
		result = social_set(r, "wechat.page", m->page);
	if (result == 0 && has_media)
		result = social_set(r, "wechat.media_id", m->media_id);
	if (result == 0 && has_media)
		result = social_set(r, "wechat.pic_url", m->pic_url);
	return result;
}

static int set_body(struct heard_record *r, const struct message *m)
{
	struct heard_buf b;
	heard_buf_init(&b, MESSAGE_MAX + BODY_EXTRA);
	write_body(m, &b);
	int result = b.failed ? -ENOMEM : heard_set_str(r, HEARD_BODY, heard_buf_view(&b));
	heard_buf_release(&b);
	return result;
}

/* What was fetched, by a context of media.h; one that says nothing adds nothing. */
static int add_file(struct heard_record *r, struct heard_str context)
{
	char text[MEDIA_CONTEXT], sha256[HEARD_BLOB_NAME], type[64], name[80];
	long long size = 0;
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(context));
	if (sscanf(text, "%64[0-9a-f] %63s %lld", sha256, type, &size) != 3)
		return 0;
	snprintf(name, sizeof(name), "%.*s-1", (int)strcspn(type, "/"), type); /* "image-1" */
	struct heard_file file = {.name = heard_str(name),
				  .type = heard_str(type),
				  .sha256 = heard_str(sha256),
				  .size = size};
	return heard_file_add(r, &file);
}

static int fill(struct heard_record *r, const struct feedback_options *o,
		struct heard_host *host, const struct message *m)
{
	char id[HASH_TEXT], address[FEEDBACK_ADDRESS];
	int64_t at = feedback_time(m);
	int result = heard_set_str(r, HEARD_SOURCE_ID,
				   m->id.len ? m->id : made_id(host, m, id));
	if (result == 0)
		result = heard_set_str(r, HEARD_CHANNEL, heard_str(o->channel));
	if (result == 0 && at != HEARD_TIME_NONE)
		result = heard_set_time(r, HEARD_CREATED_AT, at);
	if (result == 0 && m->order.len)
		result = heard_set_str(r, HEARD_ORDER, m->order);
	if (result == 0 && m->from.len)
		result = social_set_who(r, host, "wechat", feedback_address(m, address));
	if (result == 0)
		result = set_attributes(r, o, m);
	return result ? result : set_body(r, m);
}

static bool is_wanted(const struct feedback_options *o, const struct message *m)
{
	if (!heard_str_is(m->type, "event"))
		return true;
	for (size_t i = 0; i < o->events.n; i++)
		if (heard_str_is(m->event, o->events.at[i]))
			return true;
	return false;
}

int feedback_add(const struct feedback_options *o, struct heard_host *host,
		 const struct message *m, struct heard_str file, struct heard_batch *batch,
		 struct heard_error *err)
{
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL || fill(r, o, host, m) != 0 || add_file(r, file) != 0)
		return heard_fail(err, ENOMEM, "no memory for the record");
	if (!is_wanted(o, m))
		heard_record_drop(r, "event");
	return 0;
}
