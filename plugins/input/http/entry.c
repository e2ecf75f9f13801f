/*
 * entry.c - reading our own form, at home and again on a worker.
 *
 * At home the fields are needed to show them again if something is wrong; on a worker
 * they become the record.  Only fields of the form are taken: who fills it in has shown
 * no key, and cannot know the names of others.
 *
 * The text is in the words of the customer, so it is kept in one buffer that is wiped
 * when it is released.
 */
#include "entry.h"

#include "multipart.h"

#include <heard/record.h>

#include <errno.h>
#include <once/once.h>
#include <sodium.h>
#include <string.h>
#include <text/field.h>
#include <text/utf8.h>

static const struct {
	const char *name;
	int field; /* of the record; -1: not kept as it is */
} fields[ENTRY_FIELDS] = {
	[ENTRY_ONCE] = {ONCE_NAME, -1},
	[ENTRY_LANG] = {"lang", -1},
	[ENTRY_EMBED] = {"embed", -1},
	[ENTRY_BODY] = {"body", HEARD_BODY},
	[ENTRY_RATING] = {"rating", -1},
	[ENTRY_ORDER] = {"order", HEARD_ORDER},
	[ENTRY_PRODUCT] = {"product", HEARD_PRODUCT},
	[ENTRY_NAME] = {"author.name", HEARD_AUTHOR_NAME},
	[ENTRY_PHONE] = {"author.phone", HEARD_AUTHOR_PHONE},
	[ENTRY_EMAIL] = {"author.email", HEARD_AUTHOR_EMAIL},
	[ENTRY_CONSENT] = {"consent", -1},
};

const char *entry_name(enum entry_field f)
{
	return fields[f].name;
}

void entry_init(struct entry *e)
{
	memset(e->values, 0, sizeof(e->values));
	heard_buf_init(&e->text, ENTRY_MAX);
}

void entry_release(struct entry *e)
{
	if (e->text.ptr)
		sodium_memzero(e->text.ptr, e->text.size);
	heard_buf_release(&e->text);
	memset(e->values, 0, sizeof(e->values));
}

struct heard_str entry_get(const struct entry *e, enum entry_field f)
{
	return e->values[f].len ? heard_str_n(e->text.ptr + e->values[f].at, e->values[f].len)
				: heard_str_n("", 0);
}

/* ---- reading */

/* A value of e->text, which may move when it grows. */
static void set(struct entry *e, int field, struct heard_str value)
{
	e->values[field].at = value.len ? (size_t)(value.ptr - e->text.ptr) : 0;
	e->values[field].len = value.len;
}

static int find(struct heard_str name)
{
	for (int f = 0; f < ENTRY_FIELDS; f++)
		if (heard_str_is(name, fields[f].name))
			return f;
	return -1;
}

static enum form_fault read_pairs(struct entry *e, struct heard_str raw, bool *is_ours)
{
	struct heard_str name, value;
	for (int n = 0; text_pair(&raw, &name, &value); n++) {
		int field = find(name);
		*is_ours |= field == ENTRY_ONCE;
		if (!*is_ours)
			return FAULT_NONE;
		if (n == MULTIPART_MAX_PARTS)
			return FAULT_MALFORMED;
		int result = field < 0 ? 0 : text_value(&e->text, value, &value);
		if (result < 0)
			return result == -ENOMEM ? FAULT_TOO_LONG : FAULT_MALFORMED;
		if (field >= 0)
			set(e, field, value);
	}
	return FAULT_NONE;
}

/* What was cut off is a file's, or the fields are too long. */
static enum form_fault read_parts(struct entry *e, const char *boundary, struct heard_str raw,
				  bool is_cut, bool *is_ours)
{
	struct multipart m;
	struct multipart_part part;
	struct heard_str value;
	multipart_init(&m, raw, boundary);
	int result;
	while ((result = multipart_next(&m, &part)) > 0 && !part.is_file) {
		int field = find(part.name);
		*is_ours |= field == ENTRY_ONCE;
		if (!*is_ours)
			return FAULT_NONE;
		size_t at = e->text.len;
		if (field < 0)
			continue;
		heard_buf_str(&e->text, part.bytes);
		if (e->text.failed)
			return FAULT_TOO_LONG;
		if (text_settle(&e->text, at, &value) < 0)
			return FAULT_MALFORMED;
		set(e, field, value);
	}
	if (result < 0 && is_cut && *is_ours)
		return part.is_file ? FAULT_NONE : FAULT_TOO_LONG;
	return result < 0 && !is_cut ? FAULT_MALFORMED : FAULT_NONE;
}

enum form_fault entry_read(struct entry *e, enum body_kind kind, const char *boundary,
			   struct heard_str body, bool *is_ours)
{
	*is_ours = false;
	return kind == BODY_MULTIPART ? read_parts(e, boundary, body, false, is_ours)
				      : read_pairs(e, heard_str_trim(body), is_ours);
}

enum form_fault entry_look(struct entry *e, enum body_kind kind, const char *boundary,
			   struct heard_str body, bool *is_ours)
{
	*is_ours = false;
	if (kind != BODY_MULTIPART || body.len <= ENTRY_REACH)
		return entry_read(e, kind, boundary, body, is_ours);
	return read_parts(e, boundary, heard_str_n(body.ptr, ENTRY_REACH), true, is_ours);
}

/* ---- what becomes of it */

static int rating_of(const struct entry *e)
{
	struct heard_str s = entry_get(e, ENTRY_RATING);
	return s.len == 1 && s.ptr[0] >= '1' && s.ptr[0] <= '5' ? s.ptr[0] - '0' : 0;
}

enum form_fault entry_check(const struct entry *e, const struct http_consent *consent)
{
	if (entry_get(e, ENTRY_BODY).len == 0)
		return FAULT_EMPTY;
	if (consent->version[0] && !heard_str_is(entry_get(e, ENTRY_CONSENT), consent->version))
		return FAULT_CONSENT;
	if (entry_get(e, ENTRY_RATING).len && rating_of(e) == 0)
		return FAULT_MALFORMED;
	return FAULT_NONE;
}

enum page_lang entry_lang(const struct entry *e, enum page_lang otherwise)
{
	return page_lang_read(entry_get(e, ENTRY_LANG), otherwise);
}

int entry_fill(const struct entry *e, const struct http *h, struct heard_record *r)
{
	struct heard_value consent = {.type = HEARD_STR_, .str = heard_str(h->consent.version)};
	bool is_zh = entry_lang(e, PAGE_ZH) == PAGE_ZH ||
		     text_has_chinese(entry_get(e, ENTRY_BODY));
	int rating = rating_of(e),
	    result = heard_set_str(r, HEARD_CHANNEL, heard_str(h->channel));
	for (int f = 0; f < ENTRY_FIELDS && result == 0; f++)
		if (fields[f].field >= 0 && e->values[f].len)
			result = heard_set_str(r, (enum heard_field)fields[f].field,
					       entry_get(e, (enum entry_field)f));
	if (result == 0)
		result = heard_set_str(r, HEARD_LANG, heard_str(is_zh ? "zh" : "en"));
	if (result == 0 && rating)
		result = heard_set_number(r, HEARD_RATING, rating);
	if (result == 0 && rating)
		result = heard_set_number(r, HEARD_RATING_MAX, 5);
	if (result == 0 && consent.str.len)
		result = heard_family_set(r, HEARD_ATTRIBUTES, HEARD_STR_OF("consent"),
					  consent);
	return result;
}
