/*
 * record_encode.c - a record as one line of canonical JSON.
 *
 * Fields in the order of the table, dotted ones nested by their prefix, then
 * the families; absent ones not at all.  The same record gives the same bytes,
 * and record_decode of them gives the same record.
 *
 * Text is written without looking for bad UTF-8, and the finished line checked
 * in one go.  Only if a filter has put such bytes into a record the line is
 * written again, repaired.
 *
 * Every key begins with its comma; the first of an object is then overwritten
 * by the brace.
 */
#include "record.h"

#include "field_key.h"
#include "json_escape.h"
#include "json_number.h"
#include "utf8.h"

#include <heard/json.h>
#include <heard/time.h>

struct encoder {
	struct heard_buf *buf;
	bool repair; /* the text may not be UTF-8 */
};

static void put_char(struct encoder *e, char c)
{
	char *p = heard_buf_room(e->buf, 1);
	if (p) {
		*p = c;
		heard_buf_used(e->buf, 1);
	}
}

static void put_text(struct encoder *e, struct heard_str s)
{
	if (e->repair)
		heard_json_put_str(e->buf, s);
	else
		json_put_trusted(e->buf, s);
}

static void put_integer(struct encoder *e, int64_t integer)
{
	char *p = heard_buf_room(e->buf, JSON_NUMBER_SIZE);
	if (p)
		heard_buf_used(e->buf, json_integer(integer, p));
}

static void put_number(struct encoder *e, double number)
{
	char *p = heard_buf_room(e->buf, JSON_NUMBER_SIZE);
	if (p)
		heard_buf_used(e->buf, json_number(number, p));
}

static void put_time(struct encoder *e, int64_t ms)
{
	char *p = heard_buf_room(e->buf, HEARD_TIME_SIZE + 2);
	if (p == NULL)
		return;
	p[0] = '"';
	heard_time_format(ms, p + 1);
	p[HEARD_TIME_SIZE] = '"';
	heard_buf_used(e->buf, HEARD_TIME_SIZE + 1);
}

static void put_list(struct encoder *e, const struct heard_str *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_char(e, i ? ',' : '[');
		put_text(e, at[i]);
	}
	put_char(e, ']');
}

static void put_file_text(struct encoder *e, const char *key, struct heard_str s)
{
	if (s.ptr == NULL)
		return;
	heard_buf_puts(e->buf, key);
	put_text(e, s);
}

static void put_files(struct encoder *e, const struct heard_file *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_char(e, i ? ',' : '[');
		heard_buf_puts(e->buf, "{\"size\":");
		put_integer(e, at[i].size);
		put_file_text(e, ",\"name\":", at[i].name);
		put_file_text(e, ",\"type\":", at[i].type);
		put_file_text(e, ",\"sha256\":", at[i].sha256);
		put_char(e, '}');
	}
	put_char(e, ']');
}

static void put_value(struct encoder *e, enum heard_type type, const union record_value *v)
{
	switch (type) {
	case HEARD_STR_: put_text(e, v->str); break;
	case HEARD_INT_: put_integer(e, v->integer); break;
	case HEARD_NUM_: put_number(e, v->number); break;
	case HEARD_TIME_: put_time(e, v->integer); break;
	case HEARD_LIST_: put_list(e, v->list.at, v->list.n); break;
	case HEARD_FILES_: put_files(e, v->files.at, v->files.n); break;
	case HEARD_NONE:
	case HEARD_BOOL_: break; /* no field has these */
	}
}

/* Where the key went. */
static size_t put_key(struct encoder *e, const struct field_key *key)
{
	size_t at = e->buf->len;
	char *p = heard_buf_room(e->buf, FIELD_KEY_SIZE);
	if (p) {
		memcpy(p, key->text, FIELD_KEY_SIZE);
		e->buf->len += key->len;
	}
	return at;
}

static void open_brace_at(struct encoder *e, size_t at)
{
	if (!e->buf->failed)
		e->buf->ptr[at] = '{';
}

static void put_fields(struct encoder *e, const struct heard_record *r)
{
	unsigned group = 0;
	for (uint64_t left = r->present; left; left &= left - 1) {
		unsigned f = (unsigned)__builtin_ctzll(left);
		const struct field_key *key = &field_keys.fields[f];
		bool is_first = key->group && key->group != group;
		if (group && key->group != group)
			put_char(e, '}');
		if (is_first)
			put_key(e, &field_keys.groups[key->group]);
		size_t at = put_key(e, key);
		if (is_first)
			open_brace_at(e, at);
		group = key->group;
		put_value(e, heard_field_table[f].type, &r->values[r->slot[f]]);
	}
	if (group)
		put_char(e, '}');
}

static void put_member(struct encoder *e, const struct record_member *m)
{
	put_text(e, m->name);
	put_char(e, ':');
	switch (m->value.type) {
	case HEARD_STR_: put_text(e, m->value.str); break;
	case HEARD_INT_: put_integer(e, m->value.integer); break;
	case HEARD_NUM_: put_number(e, m->value.number); break;
	case HEARD_BOOL_: heard_buf_puts(e->buf, m->value.boolean ? "true" : "false"); break;
	default: break; /* no member has another */
	}
}

static void put_family(struct encoder *e, const char *key, const struct record_family *family)
{
	if (family->n == 0)
		return;
	heard_buf_puts(e->buf, key);
	for (uint32_t i = 0; i < family->n; i++) {
		put_char(e, i ? ',' : '{');
		put_member(e, &family->at[i]);
	}
	put_char(e, '}');
}

static void put_record(struct encoder *e, const struct heard_record *r)
{
	size_t start = e->buf->len;
	put_fields(e, r);
#define X(symbol, name, meaning) put_family(e, ",\"" name "\":", &r->families[HEARD_##symbol]);
	HEARD_FAMILIES(X)
#undef X
	if (e->buf->len == start)
		put_char(e, '{');
	open_brace_at(e, start);
	heard_buf_add(e->buf, "}\n", 2);
}

void record_encode(const struct heard_record *r, struct heard_buf *buf)
{
	struct encoder e = {.buf = buf};
	size_t start = buf->len;
	put_record(&e, r);
	if (!buf->failed && !utf8_is_valid(heard_str_skip(heard_buf_view(buf), start))) {
		buf->len = start;
		e.repair = true;
		put_record(&e, r);
	}
	if (buf->failed)
		buf->len = start; /* no half lines */
}
