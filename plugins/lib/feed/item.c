/*
 * item.c - the values of an item, read by what they are for, and set.
 */
#include "item.h"

#include <table/map.h>
#include <table/value.h>
#include <text/html.h>

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/record.h>
#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BODY_BYTES = 256 * 1024,
	TEXT_BYTES = 8192,
	ID_BYTES = 1024,
	TAGS_MAX = 32,
	TAG_BYTES = 128,
};

/* ---- targets */

/* "attributes.NAME", "attributes_NAME": NAME, and empty if it is neither. */
static struct heard_str behind(struct heard_str field, const char *family)
{
	size_t n = strlen(family);
	bool is_it = heard_str_starts(field, heard_str(family)) && field.len > n + 1 &&
		     (field.ptr[n] == '.' || field.ptr[n] == '_');
	return is_it ? heard_str_skip(field, n + 1) : heard_str_n(NULL, 0);
}

/* author_name is author.name; a field's number or -1. */
static int find_field(struct heard_str name)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "author.%.*s", HEARD_ARG(behind(name, "author")));
	int field = heard_field_find(name);
	return field >= 0 || n < 0 || (size_t)n >= sizeof(text)
		       ? field
		       : heard_field_find(heard_str(text));
}

bool item_target(const char *field, struct item_field *out)
{
	static const struct {
		const char *name;
		enum item_kind kind;
	} ours[] = {{"tags", ITEM_TAGS},
		    {"updated", ITEM_UPDATED},
		    {"deleted", ITEM_DELETED},
		    {"op", ITEM_OP}};
	struct heard_str name = heard_str(field);
	*out = (struct item_field){.kind = ITEM_FIELD, .field = find_field(name)};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (heard_str_is(name, ours[i].name)) {
			out->kind = ours[i].kind;
			return true;
		}
	out->name = behind(name, "attributes");
	if (out->name.len) {
		out->kind = ITEM_ATTRIBUTE;
		return true;
	}
	out->name = behind(name, "ratings");
	if (out->name.len) {
		out->kind = ITEM_RATING;
		return true;
	}
	return map_is_from_source(out->field);
}

/* ---- reading */

static struct heard_str name_of(const struct item_field *f)
{
	switch (f->kind) {
	case ITEM_FIELD: return heard_field_table[f->field].name;
	case ITEM_TAGS: return heard_str("tags");
	case ITEM_UPDATED: return heard_str("updated");
	case ITEM_DELETED: return heard_str("deleted");
	case ITEM_OP: return heard_str("op");
	default: return f->name;
	}
}

static int bad(const struct item_field *f, const char *why, struct heard_error *err)
{
	return heard_fail(err, EBADMSG, "%.*s: %s", HEARD_ARG(name_of(f)), why);
}

static int read_time(struct item_value *v, const struct item_field *f, struct heard_zone *zone,
		     struct heard_error *err)
{
	v->time = value_time(v->text, zone);
	return v->time != HEARD_TIME_NONE ? 0 : bad(f, "no time that can be read", err);
}

static int read_number(struct item *item, struct item_value *v, const struct item_field *f,
		       struct heard_error *err)
{
	double most = 0;
	v->is_number = true;
	if (!value_score(v->text, &v->number, &most)) {
		char *end = NULL;
		char text[32];
		if (v->text.len == 0 || v->text.len >= sizeof(text))
			return bad(f, "no number that can be read", err);
		memcpy(text, v->text.ptr, v->text.len);
		text[v->text.len] = '\0';
		v->number = strtod(text, &end);
		if (*end != '\0' || !isfinite(v->number))
			return bad(f, "no number that can be read", err);
	}
	if (f->kind == ITEM_FIELD && f->field == HEARD_RATING)
		item->most = most;
	return 0;
}

static size_t most_bytes(const struct item_field *f)
{
	if (f->kind == ITEM_FIELD && f->field == HEARD_BODY)
		return BODY_BYTES;
	if (f->kind == ITEM_FIELD && heard_field_table[f->field].care == HEARD_WORK)
		return ID_BYTES;
	return TEXT_BYTES;
}

static int read_field(struct item *item, struct item_value *v, const struct item_field *f,
		      struct heard_zone *zone, struct heard_error *err)
{
	if (v->text.len > most_bytes(f))
		return heard_fail(err, EBADMSG, "%.*s: longer than %zu bytes",
				  HEARD_ARG(name_of(f)), most_bytes(f));
	switch (f->kind) {
	case ITEM_UPDATED: return read_time(v, f, zone, err);
	case ITEM_RATING: return read_number(item, v, f, err);
	case ITEM_DELETED:
		item->is_deleted |= !heard_str_is(v->text, "false") &&
				    !heard_str_is(v->text, "0") && !heard_str_is(v->text, "no");
		return 0;
	case ITEM_OP:
		item->is_deleted |= heard_str_is(v->text, "delete");
		return heard_str_is(v->text, "create") || heard_str_is(v->text, "update") ||
				       heard_str_is(v->text, "delete")
			       ? 0
			       : bad(f, "neither create, update nor delete", err);
	case ITEM_FIELD: break;
	default: return 0;
	}
	switch (heard_field_table[f->field].type) {
	case HEARD_TIME_: return read_time(v, f, zone, err);
	case HEARD_NUM_:
	case HEARD_INT_: return read_number(item, v, f, err);
	default: return 0;
	}
}

static void find(struct item_value *v, const struct item_field *f,
		 const struct heard_json *json)
{
	const struct heard_json *j = feed_get(json, f->paths);
	*v = (struct item_value){.list = j};
	v->text = value_trim(feed_text(json, f->paths, v->scratch, sizeof(v->scratch)));
	v->is_boolean = j && j->type == HEARD_JSON_BOOL;
	v->boolean = v->is_boolean && j->boolean;
	if (f->kind == ITEM_ATTRIBUTE && j &&
	    (j->type == HEARD_JSON_INT || j->type == HEARD_JSON_NUMBER)) {
		v->is_number = true;
		v->number = j->number;
		v->is_whole = j->type == HEARD_JSON_INT;
		v->whole = j->integer;
	}
}

static const struct item_value *value_of(const struct item *item, const struct item_field *f,
					 size_t n, enum heard_field field)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].kind == ITEM_FIELD && f[i].field == (int)field &&
		    item->values[i].text.len)
			return &item->values[i];
	return NULL;
}

static int check(struct item *item, const struct item_field *f, size_t n,
		 struct heard_error *err)
{
	const struct item_value *rating = value_of(item, f, n, HEARD_RATING);
	const struct item_value *most = value_of(item, f, n, HEARD_RATING_MAX);
	if (value_of(item, f, n, HEARD_SOURCE_ID) == NULL)
		return heard_fail(err, EBADMSG,
				  "it has no id: nothing is there at the path of source_id");
	if (most)
		item->most = most->number;
	if (rating && item->most > 0 && rating->number > item->most)
		return heard_fail(err, EBADMSG, "rating: above rating_max");
	return 0;
}

int item_read(struct item *item, const struct item_field *f, size_t n,
	      const struct heard_json *json, struct heard_zone *zone, struct heard_error *err)
{
	item->most = 0;
	item->is_deleted = false;
	for (size_t i = 0; i < n; i++) {
		struct item_value *v = &item->values[i];
		find(v, &f[i], json);
		if (v->text.len && read_field(item, v, &f[i], zone, err) != 0)
			return -EBADMSG;
	}
	return check(item, f, n, err);
}

/* ---- setting */

/* "&amp;" and the like, on one line: HTML without tags. */
static bool has_entity(struct heard_str s)
{
	const char *end = s.ptr + s.len;
	if (s.len == 0 || memchr(s.ptr, '\n', s.len))
		return false;
	for (const char *p = s.ptr; (p = memchr(p, '&', (size_t)(end - p))) != NULL; p++) {
		size_t room = (size_t)(end - p) < 12 ? (size_t)(end - p) : 12;
		const char *semicolon = memchr(p, ';', room);
		if (semicolon > p + 2 && memchr(p, ' ', (size_t)(semicolon - p)) == NULL)
			return true;
	}
	return false;
}

static int set_words(struct heard_record *r, enum heard_field field, struct heard_str text)
{
	struct heard_buf plain;
	int code;
	if (!html_is_likely(text) && !has_entity(text))
		return heard_set_str(r, field, text);
	heard_buf_init(&plain, text.len * 4 + 64);
	html_to_text(text, &plain);
	struct heard_str said = heard_str_trim(heard_buf_view(&plain));
	code = plain.failed ? -ENOMEM : said.len ? heard_set_str(r, field, said) : 0;
	heard_buf_release(&plain);
	return code;
}

static int set_field(const struct item *item, const struct item_value *v,
		     enum heard_field field, struct heard_record *r)
{
	int code;
	switch (heard_field_table[field].type) {
	case HEARD_TIME_: return heard_set_time(r, field, v->time);
	case HEARD_INT_: return heard_set_int(r, field, (int64_t)v->number);
	case HEARD_NUM_:
		code = heard_set_number(r, field, v->number);
		if (code == 0 && field == HEARD_RATING && item->most > 0)
			code = heard_set_number(r, HEARD_RATING_MAX, item->most);
		return code;
	default: break;
	}
	if (field == HEARD_BODY && value_is_default(v->text)) /* nobody wrote it */
		return heard_list_add(r, HEARD_TAGS, heard_str("default_text"));
	if (heard_field_table[field].care == HEARD_TEXT)
		return set_words(r, field, v->text);
	return heard_set_str(r, field, v->text);
}

static int add_tag(struct heard_record *r, struct heard_str text)
{
	text = value_trim(text);
	return text.len && text.len <= TAG_BYTES ? heard_list_add(r, HEARD_TAGS, text) : 0;
}

/* A list of texts, or of objects with a name; or one text. */
static int set_tags(const struct item_value *v, struct heard_record *r)
{
	static const char *const names = "text|name|term|label|value";
	int code = 0, n = 0;
	char scratch[40];
	if (v->list == NULL || v->list->type != HEARD_JSON_ARRAY)
		return add_tag(r, v->text);
	for (const struct heard_json *j = v->list->first; j && n < TAGS_MAX && code == 0;
	     j = j->next, n++)
		code = add_tag(r, j->type == HEARD_JSON_STRING
					  ? j->string
					  : feed_text(j, names, scratch, sizeof(scratch)));
	return code;
}

static int set_attribute(const struct item_value *v, const struct item_field *f,
			 struct heard_record *r)
{
	struct heard_value value = {.type = HEARD_STR_, .str = v->text};
	if (v->is_boolean)
		value = (struct heard_value){.type = HEARD_BOOL_, .boolean = v->boolean};
	else if (v->is_whole)
		value = (struct heard_value){.type = HEARD_INT_, .integer = v->whole};
	else if (v->is_number)
		value = (struct heard_value){.type = HEARD_NUM_, .number = v->number};
	return heard_family_set(r, HEARD_ATTRIBUTES, f->name, value);
}

static int set_one(const struct item *item, const struct item_value *v,
		   const struct item_field *f, struct heard_record *r)
{
	switch (f->kind) {
	case ITEM_TAGS: return set_tags(v, r);
	case ITEM_ATTRIBUTE: return set_attribute(v, f, r);
	case ITEM_RATING:
		return heard_family_set(
			r, HEARD_RATINGS, f->name,
			(struct heard_value){.type = HEARD_NUM_, .number = v->number});
	case ITEM_UPDATED: return heard_set_int(r, HEARD_REVISION, v->time);
	case ITEM_OP: return heard_set_str(r, HEARD_OP, v->text);
	case ITEM_DELETED: return 0;
	default: return set_field(item, v, (enum heard_field)f->field, r);
	}
}

int item_set(const struct item *item, const struct item_field *f, size_t n,
	     struct heard_record *r)
{
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++)
		if (item->values[i].text.len ||
		    (f[i].kind == ITEM_TAGS && item->values[i].list))
			code = set_one(item, &item->values[i], &f[i], r);
	if (code == 0 && item->is_deleted)
		code = heard_set_str(r, HEARD_OP, heard_str("delete"));
	return code;
}
