/*
 * record.c - fields that records of all networks have: who wrote, and what.
 */
#include "social.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/record.h>

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

enum { HASH_TEXT = 33, PURPOSE = 64, EXTRA = 64 };

int social_set_who(struct heard_record *r, const struct heard_host *host, const char *network,
		   struct heard_str address)
{
	unsigned char hash[32];
	char thread[HASH_TEXT], purpose[PURPOSE];
	if (address.len == 0)
		return 0;
	snprintf(purpose, sizeof(purpose), "%s thread", network);
	heard_keyed_hash(host, purpose, address, hash);
	sodium_bin2hex(thread, sizeof(thread), hash, sizeof(thread) / 2);
	int result = heard_set_str(r, HEARD_AUTHOR_ID, address);
	return result ? result : heard_set_str(r, HEARD_THREAD, heard_str(thread));
}

int social_set_author(const struct social *s, struct heard_record *r, struct heard_str address,
		      const char *own, struct heard_error *err)
{
	bool is_deleted = heard_str_is(heard_get_str(r, HEARD_OP), "delete");
	if (address.len == 0 && is_deleted)
		return 0;
	if (address.len == 0 || address.len > SOCIAL_ID)
		return heard_fail(err, EBADMSG, "it does not say who wrote it");
	if (social_is(address, own))
		heard_record_drop(r, "own");
	return social_set_who(r, s->host, s->network->name, address);
}

int social_set(struct heard_record *r, const char *name, struct heard_str s)
{
	if (s.len == 0)
		return 0;
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name),
				(struct heard_value){.type = HEARD_STR_, .str = s});
}

int social_set_int(struct heard_record *r, const char *name, int64_t n)
{
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name),
				(struct heard_value){.type = HEARD_INT_, .integer = n});
}

int social_set_id(struct heard_record *r, enum heard_field field, const char *format, ...)
{
	char text[SOCIAL_ID + 1];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || n > SOCIAL_ID)
		return 0;
	return heard_set_str(r, field, heard_str_n(text, (size_t)n));
}

/* ---- what it says */

static const struct {
	const char *kind, *zh, *en;
} kinds[] = {
	{"image", "图片", "image"},	   {"photo", "图片", "photo"},
	{"gifv", "动图", "animation"},	   {"animation", "动图", "animation"},
	{"sticker", "贴纸", "sticker"},	   {"voice", "语音", "voice"},
	{"audio", "音频", "audio"},	   {"video", "视频", "video"},
	{"video_note", "视频", "video"},   {"shortvideo", "视频", "video"},
	{"file", "文件", "file"},	   {"document", "文件", "document"},
	{"location", "位置", "location"},  {"contact", "名片", "contact"},
	{"business_card", "名片", "card"}, {"merged_msg", "聊天记录", "chat history"},
	{"miniprogram", "小程序", "app"},  {"miniprogrampage", "小程序", "app"},
	{"event", "事件", "event"},	   {"message", "消息", "message"},
};

const char *social_kind_name(struct heard_str kind, bool is_zh)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (heard_str_is(kind, kinds[i].kind))
			return is_zh ? kinds[i].zh : kinds[i].en;
	return NULL;
}

struct heard_str social_kind_of(const struct heard_json *message)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (heard_json_member(message, kinds[i].kind))
			return heard_str(kinds[i].kind);
	return heard_str_n(NULL, 0);
}

static void write_kind(const struct social_words *w, struct heard_buf *b)
{
	bool is_zh = heard_str_starts(w->lang, HEARD_STR_OF("zh"));
	const char *name = social_kind_name(w->kind, is_zh);
	heard_buf_printf(b, "[%s]", name ? name : is_zh ? "附件" : "attachment");
	if (w->description.len > 0)
		heard_buf_printf(b, " %.*s", HEARD_ARG(w->description));
}

int social_set_words(struct heard_record *r, const struct social_words *w)
{
	struct heard_buf b;
	heard_buf_init(&b, w->above.len + w->text.len + w->description.len + EXTRA);
	heard_buf_str(&b, w->above);
	heard_buf_puts(&b, w->above.len && w->text.len ? "\n" : "");
	heard_buf_str(&b, w->text);
	if (b.len == 0 && w->kind.len > 0)
		write_kind(w, &b);
	int result = b.failed	 ? -ENOMEM
		     : b.len > 0 ? heard_set_str(r, HEARD_BODY, heard_buf_view(&b))
				 : 0;
	heard_buf_release(&b);
	return result;
}
