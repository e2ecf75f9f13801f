/*
 * feedback.c - fields, text and id of a record.
 */
#include "feedback.h"

#include "message.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

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

static struct heard_str hash_text(struct heard_host *host, const char *purpose,
				  struct heard_str text, char out[HASH_TEXT])
{
	unsigned char hash[32];
	heard_keyed_hash(host, purpose, text, hash);
	sodium_bin2hex(out, HASH_TEXT, hash, 16);
	return heard_str_n(out, HASH_TEXT - 1);
}

/* Of what has no MsgId: who, when and what. */
static struct heard_str made_id(struct heard_host *host, const struct message *m,
				char out[HASH_TEXT])
{
	char text[FEEDBACK_ADDRESS * 3];
	snprintf(text, sizeof(text), "%.*s\n%.*s\n%.*s\n%.*s", HEARD_ARG(m->from),
		 HEARD_ARG(m->created), HEARD_ARG(m->type), HEARD_ARG(m->event));
	return hash_text(host, "wechat event", heard_str(text), out);
}

/* ---- what it says */

static const struct {
	const char *type, *name;
} type_names[] = {
	{"image", "图片"},
	{"voice", "语音"},
	{"video", "视频"},
	{"shortvideo", "视频"},
	{"location", "位置"},
	{"file", "文件"},
	{"miniprogrampage", "小程序"},
	{"miniprogram", "小程序"},
	{"business_card", "名片"},
	{"merged_msg", "聊天记录"},
	{"event", "事件"},
};

static const char *name_of(struct heard_str type)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
		if (heard_str_is(type, type_names[i].type))
			return type_names[i].name;
	return "未知类型的消息";
}

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
	if (b->len == 0 && !is_link)
		heard_buf_printf(b, "[%s]", name_of(m->type));
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

static int set_attribute(struct heard_record *r, const char *name, struct heard_str s)
{
	if (s.len == 0)
		return 0;
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name),
				(struct heard_value){.type = HEARD_STR_, .str = s});
}

static int set_attributes(struct heard_record *r, const struct feedback_options *o,
			  const struct message *m)
{
	bool has_media = o->media == MEDIA_LINK;
	int result = set_attribute(r, "wechat.type", m->type);
	if (result == 0)
		result = set_attribute(r, "wechat.account", m->kf.len ? m->kf : m->to);
	if (result == 0)
		result = set_attribute(r, "wechat.event", m->event);
	if (result == 0)
		result = set_attribute(r, "wechat.page", m->page);
	if (result == 0 && has_media)
		result = set_attribute(r, "wechat.media_id", m->media_id);
	if (result == 0 && has_media)
		result = set_attribute(r, "wechat.pic_url", m->pic_url);
	return result;
}

static int set_who(struct heard_record *r, struct heard_host *host, const struct message *m)
{
	char address[FEEDBACK_ADDRESS], thread[HASH_TEXT];
	struct heard_str whom = feedback_address(m, address);
	if (m->from.len == 0)
		return 0;
	int result = heard_set_str(r, HEARD_AUTHOR_ID, whom);
	return result ? result
		      : heard_set_str(r, HEARD_THREAD,
				      hash_text(host, "wechat thread", whom, thread));
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

static int fill(struct heard_record *r, const struct feedback_options *o,
		struct heard_host *host, const struct message *m)
{
	char id[HASH_TEXT];
	int64_t at = feedback_time(m);
	int result = heard_set_str(r, HEARD_SOURCE_ID,
				   m->id.len ? m->id : made_id(host, m, id));
	if (result == 0)
		result = heard_set_str(r, HEARD_CHANNEL, heard_str(o->channel));
	if (result == 0 && at != HEARD_TIME_NONE)
		result = heard_set_time(r, HEARD_CREATED_AT, at);
	if (result == 0 && m->order.len)
		result = heard_set_str(r, HEARD_ORDER, m->order);
	if (result == 0)
		result = set_who(r, host, m);
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
		 const struct message *m, struct heard_batch *batch, struct heard_error *err)
{
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL || fill(r, o, host, m) != 0)
		return heard_fail(err, ENOMEM, "no memory for the record");
	if (!is_wanted(o, m))
		heard_record_drop(r, "event");
	return 0;
}
