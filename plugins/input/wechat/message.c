/*
 * message.c - one table of names for both forms; expat and heard/json.h do the reading.
 *
 * All values of a message together are never longer than the message, so the buffer has
 * its full size before the first of them is written, and views into it stay good.
 */
#include "message.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <expat.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t offset;
} names[] = {
	{"MsgType", offsetof(struct message, type)},
	{"MsgId", offsetof(struct message, id)},
	{"CreateTime", offsetof(struct message, created)},
	{"FromUserName", offsetof(struct message, from)},
	{"ToUserName", offsetof(struct message, to)},
	{"OpenKfId", offsetof(struct message, kf)},
	{"Content", offsetof(struct message, content)},
	{"Recognition", offsetof(struct message, recognition)},
	{"Title", offsetof(struct message, title)},
	{"Description", offsetof(struct message, description)},
	{"Url", offsetof(struct message, url)},
	{"Label", offsetof(struct message, label)},
	{"PicUrl", offsetof(struct message, pic_url)},
	{"MediaId", offsetof(struct message, media_id)},
	{"Event", offsetof(struct message, event)},
	{"EventKey", offsetof(struct message, key)},
	{"PagePath", offsetof(struct message, page)},
	{"Encrypt", offsetof(struct message, encrypt)},
	{"Token", offsetof(struct message, token)},
};

/* The place of that name, NULL: of no use to us. */
static struct heard_str *find(struct message *m, struct heard_str name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (heard_str_is(name, names[i].name))
			return (struct heard_str *)(void *)((char *)m + names[i].offset);
	return NULL;
}

/* ---- XML */

struct reading {
	XML_Parser parser;
	struct message *message;
	struct heard_str *into; /* the open element's place */
	int depth;
	const char *fault;
};

static void refuse(struct reading *r, const char *fault)
{
	r->fault = fault;
	XML_StopParser(r->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = arg;
	(void)attributes;
	if (++r->depth > MESSAGE_DEPTH) {
		refuse(r, "it is nested too deeply");
		return;
	}
	r->into = NULL;
	if (r->depth != 2)
		return;
	r->into = find(r->message, heard_str(name));
	if (r->into != NULL && r->into->ptr != NULL)
		refuse(r, "an element stands in it twice");
	else if (r->into != NULL)
		*r->into = heard_str_n(r->message->text.ptr + r->message->text.len, 0);
}

static void on_end(void *arg, const XML_Char *name)
{
	struct reading *r = arg;
	(void)name;
	r->depth--;
	r->into = NULL;
}

static void on_text(void *arg, const XML_Char *text, int n)
{
	struct reading *r = arg;
	if (r->into == NULL || n <= 0)
		return;
	heard_buf_add(&r->message->text, text, (size_t)n);
	r->into->len += (size_t)n;
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int has_internal)
{
	(void)name, (void)system, (void)public, (void)has_internal;
	refuse(arg, "it has a document type, which no platform sends");
}

static int read_xml(struct message *m, struct heard_str raw, struct heard_error *err)
{
	struct reading r = {.parser = XML_ParserCreate("UTF-8"), .message = m};
	if (r.parser == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	int result = 0;
	if (XML_Parse(r.parser, raw.ptr, (int)raw.len, XML_TRUE) != XML_STATUS_OK)
		result = heard_fail(err, EBADMSG, "the XML cannot be read: %s",
				    r.fault ? r.fault
					    : XML_ErrorString(XML_GetErrorCode(r.parser)));
	XML_ParserFree(r.parser);
	return result;
}

/* ---- JSON */

static int read_json(struct message *m, struct heard_str raw, struct heard_error *err)
{
	struct heard_json_doc *doc = heard_json_parse(raw, MESSAGE_MAX, err);
	if (doc == NULL)
		return err->code == ENOMEM
			       ? -ENOMEM
			       : heard_fail(err, EBADMSG, "the JSON cannot be read");
	const struct heard_json *root = heard_json_root(doc);
	bool is_object = root->type == HEARD_JSON_OBJECT;
	for (const struct heard_json *v = is_object ? root->first : NULL; v; v = v->next) {
		struct heard_str *into = find(m, v->key);
		size_t before = m->text.len;
		if (into == NULL)
			continue;
		if (v->type == HEARD_JSON_STRING)
			heard_buf_str(&m->text, v->string);
		else if (v->type == HEARD_JSON_INT)
			heard_json_put_int(&m->text, v->integer);
		*into = heard_str_n(m->text.ptr + before, m->text.len - before);
	}
	heard_json_destroy(doc);
	return is_object ? 0 : heard_fail(err, EBADMSG, "the JSON is no object");
}

int message_read(struct message *m, struct heard_str raw, struct heard_error *err)
{
	*m = (struct message){.type = {NULL, 0}};
	heard_buf_init(&m->text, MESSAGE_MAX);
	raw = heard_str_trim(raw);
	if (raw.len == 0 || raw.len > MESSAGE_MAX)
		return heard_fail(err, EBADMSG, raw.len ? "it is too large" : "it is empty");
	/* expat takes UTF-16 for what it is, whatever it is told */
	if ((raw.ptr[0] != '<' && raw.ptr[0] != '{') || memchr(raw.ptr, '\0', raw.len) != NULL)
		return heard_fail(err, EBADMSG, "it is neither XML nor JSON in UTF-8");
	if (heard_buf_room(&m->text, raw.len) == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	return raw.ptr[0] == '{' ? read_json(m, raw, err) : read_xml(m, raw, err);
}

void message_release(struct message *m)
{
	heard_buf_release(&m->text);
}
