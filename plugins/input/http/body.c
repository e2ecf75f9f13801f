/*
 * body.c - cutting a body into JSON objects.
 *
 * Each object is found by matching its braces outside of strings, and then
 * parsed where it stands; so an array of any length needs no tree of its own,
 * and a fault can name its line.  The cut need not be right about anything but
 * braces and quotes, since the parser judges each piece and what lies between
 * pieces is checked here.
 */
#include "body.h"

#include "form.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/http.h>

#include <errno.h>
#include <strings.h>

enum { MAX_DEPTH = 1000 }; /* the parser's own limit is lower and says so better */

struct cutter {
	struct heard_str rest, all;
	struct heard_str channel;
	struct heard_batch *batch;
	struct heard_error *err;
	size_t n; /* objects taken */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blank(struct cutter *c)
{
	size_t n = 0;
	while (n < c->rest.len && is_blank(c->rest.ptr[n]))
		n++;
	c->rest = heard_str_skip(c->rest, n);
}

static bool starts_with(const struct cutter *c, char wanted)
{
	return c->rest.len && c->rest.ptr[0] == wanted;
}

/* The line of the body on which `at` stands, from 1. */
static int line_of(const struct cutter *c, const char *at)
{
	int line = 1;
	for (const char *p = c->all.ptr; p < at; line++, p++) {
		p = memchr(p, '\n', (size_t)(at - p));
		if (p == NULL)
			break;
	}
	return line;
}

static int fail_here(struct cutter *c, const char *why)
{
	int result = heard_fail(c->err, EBADMSG, "%s", why);
	if (c->err)
		c->err->line = line_of(c, c->rest.ptr);
	return result;
}

/* The end of the string that begins at p, or NULL. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* Bytes of the object at the start of s, 0 if it does not end. */
static size_t object_size(struct heard_str s)
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	int depth = 0;
	while (p && p < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		if ((*p == '{' || *p == '[') && ++depth > MAX_DEPTH)
			return 0;
		if ((*p == '}' || *p == ']') && --depth == 0)
			return (size_t)(p - s.ptr) + 1;
		p++;
	}
	return 0;
}

static int take_object(struct cutter *c, struct heard_str json)
{
	int result = heard_batch_add_json(c->batch, json, c->err);
	if (result < 0) {
		if (c->err && result == -EBADMSG)
			c->err->line = line_of(c, json.ptr);
		return result;
	}
	size_t n = heard_batch_size(c->batch);
	struct heard_record *r = n ? heard_batch_at(c->batch, n - 1) : NULL;
	c->n++;
	if (r == NULL || heard_has(r, HEARD_CHANNEL))
		return 0;
	return heard_set_str_borrowed(r, HEARD_CHANNEL, c->channel);
}

static int take_next(struct cutter *c)
{
	if (!starts_with(c, '{'))
		return fail_here(c, "a JSON object is expected here");
	size_t n = object_size(c->rest);
	if (n == 0)
		return fail_here(c,
				 "the JSON object that begins here does not end, or nests too "
				 "deep");
	int result = take_object(c, heard_str_n(c->rest.ptr, n));
	c->rest = heard_str_skip(c->rest, n);
	skip_blank(c);
	return result;
}

static int take_array(struct cutter *c)
{
	c->rest = heard_str_skip(c->rest, 1);
	skip_blank(c);
	while (!starts_with(c, ']')) {
		int result = take_next(c);
		if (result < 0)
			return result;
		if (!starts_with(c, ',')) {
			if (!starts_with(c, ']'))
				return fail_here(c, "\",\" or \"]\" is expected here");
			break;
		}
		c->rest = heard_str_skip(c->rest, 1);
		skip_blank(c);
		if (starts_with(c, ']'))
			return fail_here(c, "a JSON object is expected after \",\"");
	}
	c->rest = heard_str_skip(c->rest, 1);
	skip_blank(c);
	return c->rest.len ? fail_here(c, "nothing may follow the array") : 0;
}

/* One object; with `many`, any number, one after another. */
static int take_values(struct cutter *c, bool many)
{
	int result = 0;
	while (c->rest.len && result == 0) {
		if (c->n == 1 && !many)
			return fail_here(c, "nothing may follow the object");
		result = take_next(c);
	}
	return result;
}

static int take_lines(struct cutter *c)
{
	while (c->rest.len) {
		const char *end = memchr(c->rest.ptr, '\n', c->rest.len);
		size_t n = end ? (size_t)(end - c->rest.ptr) : c->rest.len;
		struct heard_str line = heard_str_trim(heard_str_n(c->rest.ptr, n));
		int result = line.len ? take_object(c, line) : 0;
		if (result < 0)
			return result;
		c->rest = heard_str_skip(c->rest, end ? n + 1 : n);
	}
	return 0;
}

static int take_all(struct cutter *c, enum body_kind kind)
{
	if (heard_str_starts(c->rest, HEARD_STR_OF("\xef\xbb\xbf")))
		c->rest = heard_str_skip(c->rest, 3);
	skip_blank(c);
	if (kind == BODY_NDJSON)
		return take_lines(c);
	if (starts_with(c, '['))
		return take_array(c);
	return take_values(c, kind == BODY_ANY);
}

/* The part of a header before the next ";", trimmed. */
static struct heard_str next_part(struct heard_str *rest)
{
	const char *semicolon = rest->len ? memchr(rest->ptr, ';', rest->len) : NULL;
	size_t n = semicolon ? (size_t)(semicolon - rest->ptr) : rest->len;
	struct heard_str part = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, semicolon ? n + 1 : n);
	return heard_str_trim(part);
}

static bool same_word(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

/* JSON is UTF-8; a text that says it is something else would be refused further
 * on with a riddle, or read wrongly. */
static bool is_utf8(struct heard_str parameters)
{
	static const char charset[] = "charset=";
	enum { NAME = sizeof(charset) - 1 };
	while (parameters.len) {
		struct heard_str p = next_part(&parameters);
		if (p.len < NAME || strncasecmp(p.ptr, charset, NAME) != 0)
			continue;
		p = heard_str_skip(p, NAME);
		if (p.len >= 2 && p.ptr[0] == '"' && p.ptr[p.len - 1] == '"')
			p = heard_str_n(p.ptr + 1, p.len - 2);
		if (!same_word(p, "utf-8") && !same_word(p, "utf8"))
			return false;
	}
	return true;
}

enum body_kind body_kind(struct heard_str type)
{
	static const struct {
		const char *name;
		enum body_kind kind;
	} kinds[] = {
		{"application/json", BODY_JSON},
		{"application/x-ndjson", BODY_NDJSON},
		{"application/ndjson", BODY_NDJSON},
		{"application/jsonl", BODY_NDJSON},
		{"application/x-www-form-urlencoded", BODY_FORM},
		{"multipart/form-data", BODY_MULTIPART},
	};
	struct heard_str name = next_part(&type);
	if (!is_utf8(type))
		return BODY_UNKNOWN;
	if (name.len == 0)
		return BODY_ANY;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (same_word(name, kinds[i].name))
			return kinds[i].kind;
	return BODY_UNKNOWN;
}

/* Fields that name another record, or claim one, and what only those say who have the mail
 * itself (letter/letter.h): that nobody wrote it, what it answers, how it was made.
 * Anybody could write that, so it counts from senders with a key only (decision 0051). */
void body_disown(struct heard_batch *batch, size_t from)
{
	static const enum heard_field claims[] = {
		HEARD_SOURCE_ID, HEARD_REVISION, HEARD_OP,	   HEARD_DUPLICATE_OF,
		HEARD_RELATED,	 HEARD_THREAD,	 HEARD_IN_REPLY_TO};
	for (size_t i = from; i < heard_batch_size(batch); i++) {
		struct heard_record *r = heard_batch_at(batch, i);
		for (size_t k = 0; k < sizeof(claims) / sizeof(claims[0]); k++)
			heard_unset(r, claims[k]);
		heard_family_drop(r, HEARD_ATTRIBUTES, HEARD_STR_OF("mail."));
	}
}

static int decode_plain(const struct body_context *context, struct heard_str raw,
			struct heard_str channel, struct heard_batch *batch,
			struct heard_error *err)
{
	struct cutter c = {.batch = batch, .err = err, .all = raw, .rest = raw};
	c.channel = heard_batch_copy(batch, channel);
	if (c.channel.ptr == NULL)
		return heard_fail(err, ENOMEM, "no memory for the records");
	if (context->kind == BODY_FORM)
		return form_decode(raw, c.channel, batch, err);
	int result = take_all(&c, context->kind);
	if (result == 0 && c.n == 0)
		return heard_fail(err, EBADMSG, "the body holds no record");
	return result;
}

int body_decode(const struct body_context *context, struct heard_str raw,
		struct heard_str channel, struct heard_batch *batch, struct heard_error *err)
{
	size_t before = heard_batch_size(batch);
	int result = 0;
	if (context->is_gzip)
		result = heard_http_gunzip(batch, raw, context->max_plain, &raw, err);
	if (result == 0)
		result = decode_plain(context, raw, channel, batch, err);
	if (result == 0 && context->is_anonymous)
		body_disown(batch, before);
	return result;
}
