/*
 * admit.c - what a source may say of a record.
 *
 * `mask` cleans what people write: fields whose care is TEXT, and attributes.  It
 * passes over fields that are SAFE and over the names of members, because we make
 * the ones and a source's developers the others.  A source that is wrong, or that
 * anybody may post to, can put a phone number there all the same.  So, before any
 * filter:
 *
 *	ours       what only filters or heard say is taken away
 *	words      labels that a source may give stay if they look like a label
 *	figures    scores stay if they are of a score's size
 *	files      a type must look like one, a digest also
 *	names      of members must look like a name
 *
 * What does not look like it is moved to an attribute, where `mask` finds it: a
 * wrong label is still something the customer or the source said.  WORK fields and
 * the revision stay as they were given.
 */
#include "gate.h"

#include "host.h"
#include "record.h"

#include <heard/label.h>

#include <math.h>
#include <stdio.h>

enum {
	WORD = 32,   /* bytes of a label                                      */
	NAME = 64,   /* bytes of a member's name                              */
	TYPE = 127,  /* bytes of a media type: RFC 6838 4.2                   */
	DIGITS = 6,  /* as many may be part of a phone number                 */
	SHA256 = 64, /* hexadecimal digits                                    */
};
static const double too_large = 1e6; /* for a score */

/* What a source may not say of itself. */
static const enum heard_field ours[] = {
	HEARD_ID,
	HEARD_SOURCE,
	HEARD_RECEIVED_AT,
	HEARD_AUTHOR_KEY,
	HEARD_EVENT,
	HEARD_SPAM_SCORE,
	HEARD_SPAM_VERDICT,
	HEARD_SPAM_REASONS,
	HEARD_AUTHENTIC_SCORE,
	HEARD_AUTHENTIC_REASONS,
	HEARD_DUPLICATE_OF,
	HEARD_RELATED,
	HEARD_SENTIMENT_LABEL,
	HEARD_SENTIMENT_SCORE,
	HEARD_SENTIMENT_EMOTION,
	HEARD_SENTIMENT_REASONS,
	HEARD_SEGMENT_NEED,
	HEARD_SEGMENT_SATISFACTION,
	HEARD_SEGMENT_LOYALTY,
	HEARD_ANSWER_ID,
	HEARD_ANSWER_TITLE,
	HEARD_ANSWER_SCORE,
};

/* Labels a source may give, and what they may be if that is a closed set. */
static const struct {
	enum heard_field field;
	const char *known[5];
} words[] = {
	{HEARD_CHANNEL, {NULL}},
	{HEARD_LANG, {NULL}},
	{HEARD_INTENT, {"complaint", "question", "suggestion", "praise"}},
	{HEARD_CATEGORY, {NULL}},
	{HEARD_SUBCATEGORY, {NULL}},
	{HEARD_PRIORITY, {"high", "medium", "low"}},
	{HEARD_DEPARTMENT, {NULL}},
};

static const enum heard_field figures[] = {HEARD_RATING, HEARD_RATING_MAX, HEARD_NPS,
					   HEARD_CSAT, HEARD_CES};

/* ---- what text looks like */

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Is it a digit of full width, or a numeral of Chinese? */
static bool is_wide_digit(struct heard_str three)
{
	static const char numerals[] = "〇零一二三四五六七八九幺";
	if (memcmp(three.ptr, "\xef\xbc", 2) == 0)
		return (unsigned char)three.ptr[2] - 0x90u < 10;
	for (size_t i = 0; i + 3 < sizeof(numerals); i += 3)
		if (memcmp(three.ptr, numerals + i, 3) == 0)
			return true;
	return false;
}

static unsigned count_digits(struct heard_str s)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (is_digit(c))
			n++;
		else if (c >= 0xe0 && s.len - i >= 3)
			n += is_wide_digit(heard_str_n(s.ptr + i, 3));
	}
	return n;
}

static bool is_of(struct heard_str s, bool (*is_part)(unsigned char))
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_part((unsigned char)s.ptr[i]))
			return false;
	return true;
}

static bool in_ascii_word(unsigned char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* A byte of an ideograph (U+4000 to U+9FFF), and never an ASCII digit: what mixes
 * both may be a number plate. */
static bool in_wide_word(unsigned char c)
{
	return (c >= 0xe4 && c <= 0xe9) || (c >= 0x80 && c < 0xc0) || c == '_' || c == '-';
}

static bool in_media_type(unsigned char c)
{
	return is_letter(c) || is_digit(c) || strchr("!#$&-^_.+/", c) != NULL;
}

static bool in_hex(unsigned char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool heard_is_label(struct heard_str s)
{
	return s.len <= WORD && (is_of(s, in_ascii_word) || is_of(s, in_wide_word)) &&
	       count_digits(s) < DIGITS;
}

static bool is_known(struct heard_str s, const char *const *known)
{
	if (*known == NULL)
		return true;
	for (; *known != NULL; known++)
		if (heard_str_is(s, *known))
			return true;
	return false;
}

static bool is_media_type(struct heard_str s)
{
	const char *slash = s.len > 0 ? memchr(s.ptr, '/', s.len) : NULL;
	return slash != NULL && slash > s.ptr && slash + 1 < s.ptr + s.len && s.len <= TYPE &&
	       memchr(slash + 1, '/', (size_t)(s.ptr + s.len - slash - 1)) == NULL &&
	       is_of(s, in_media_type) && count_digits(s) < DIGITS;
}

static bool is_wide_name(struct heard_str s)
{
	static const struct heard_str wide_at = HEARD_STR("＠");
	return memchr(s.ptr, '@', s.len) == NULL &&
	       memmem(s.ptr, s.len, wide_at.ptr, wide_at.len) == NULL &&
	       count_digits(s) < DIGITS;
}

/* Some thirty a record, nearly all plain ASCII: one look at each byte. */
static bool is_name(struct heard_str s)
{
	unsigned digits = 0;
	if (s.len > NAME)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x80 || c == '@')
			return is_wide_name(s);
		digits += is_digit(c);
	}
	return digits < DIGITS;
}

/* ---- moving */

/* Without room the record is a dead letter, as it came. */
static bool add_attribute(struct heard_record *r, struct heard_str name,
			  struct heard_value value)
{
	char other[NAME + 32];
	struct heard_str base = name;
	for (int i = 2; record_member_find(r, HEARD_ATTRIBUTES, name) != NULL; i++) {
		int n = snprintf(other, sizeof(other), "%.*s_%d", HEARD_ARG(base), i);
		name = heard_str_n(other, (size_t)n);
	}
	if (heard_family_set(r, HEARD_ATTRIBUTES, name, value) == 0)
		return true;
	heard_record_quarantine(r, "has no room left for another attribute");
	return false;
}

static struct heard_value text_value(struct heard_str s)
{
	return (struct heard_value){.type = HEARD_STR_, .str = s};
}

static void admit_words(struct heard_record *r)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		enum heard_field f = words[i].field;
		struct heard_str s = heard_get_str(r, f);
		if (s.len == 0 || (heard_is_label(s) && is_known(s, words[i].known)))
			continue;
		if (add_attribute(r, heard_field_table[f].name, text_value(s)))
			heard_unset(r, f);
	}
}

static void admit_figures(struct heard_record *r)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		enum heard_field f = figures[i];
		double number = heard_get_number(r, f, 0);
		if (fabs(number) >= too_large &&
		    add_attribute(r, heard_field_table[f].name, record_number(number)))
			heard_unset(r, f);
	}
}

static void admit_files(struct heard_record *r)
{
	if (!heard_has(r, HEARD_ATTACHMENTS))
		return;
	union record_value *v = record_place(r, HEARD_ATTACHMENTS);
	for (size_t i = 0; i < v->files.n; i++) {
		struct heard_file *file = &v->files.at[i];
		const char *end = file->type.len ? memchr(file->type.ptr, ';', file->type.len)
						 : NULL;
		if (end != NULL) /* parameters: text/plain; charset=... */
			file->type.len = (size_t)(end - file->type.ptr);
		file->type = heard_str_trim(file->type);
		if (file->type.len > 0 && !is_media_type(file->type))
			file->type = HEARD_STR_OF("");
		if (file->sha256.len > 0 &&
		    (file->sha256.len != SHA256 || !is_of(file->sha256, in_hex)))
			file->sha256 = HEARD_STR_OF("");
	}
}

/* ---- members */

/* Member i gets a name made from its place; its own becomes an attribute's text. */
static void rename_member(struct heard_record *r, enum heard_family family, uint32_t i)
{
	char text[64];
	struct heard_str was = r->families[family].at[i].name, name;
	unsigned number = i;
	do {
		int n = snprintf(text, sizeof(text), "member_%u", number);
		name = heard_str_n(text, (size_t)n);
		number += RECORD_MEMBERS;
	} while (record_member_find(r, family, name) != NULL);
	struct heard_str copy = batch_copy_text(r->batch, name);
	if (copy.ptr == NULL) {
		heard_record_quarantine(r, "has no room left for another name");
		return;
	}
	r->families[family].at[i].name = copy;
	char kept[96];
	int n = snprintf(kept, sizeof(kept), "%s%s_name",
			 family == HEARD_RATINGS ? "ratings." : "", text);
	if (!add_attribute(r, heard_str_n(kept, (size_t)n), text_value(was)))
		r->families[family].at[i].name = was; /* goes to the dead as it came */
}

static void admit_members(struct heard_record *r, enum heard_family family)
{
	uint32_t n = r->families[family].n; /* what is added behind is ours */
	for (uint32_t i = 0; i < n && heard_record_is_live(r); i++)
		if (!is_name(r->families[family].at[i].name))
			rename_member(r, family, i);
}

/* A rating too large for one becomes an attribute; the last takes its place. */
static void admit_ratings(struct heard_record *r)
{
	struct record_family *ratings = &r->families[HEARD_RATINGS];
	for (uint32_t i = 0; i < ratings->n;) {
		char name[NAME + 16];
		const struct record_member *m = &ratings->at[i];
		if (fabs(m->value.number) < too_large || m->name.len > NAME) {
			i++;
			continue;
		}
		int n = snprintf(name, sizeof(name), "ratings.%.*s", HEARD_ARG(m->name));
		if (!add_attribute(r, heard_str_n(name, (size_t)n),
				   record_number(m->value.number)))
			return;
		ratings->at[i] = ratings->at[--ratings->n];
	}
}

/* ---- all of it */

void gate_name(struct heard_record *r, struct heard_str source, int64_t now_ms)
{
	heard_set_str_borrowed(r, HEARD_SOURCE, source);
	heard_set_time(r, HEARD_RECEIVED_AT, now_ms);
}

bool gate_is_finding(enum heard_field field)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i] == field)
			return true;
	return false;
}

void gate_admit(struct heard_record *r, struct heard_str source, bool is_letter, int64_t now_ms)
{
	struct heard_str author = heard_get_str(r, HEARD_AUTHOR_KEY);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		heard_unset(r, ours[i]);
	if (is_letter && author.len > 0) /* its contacts are sealed: who could make it anew? */
		heard_set_str_borrowed(r, HEARD_AUTHOR_KEY, author);
	record_clear_family(r, HEARD_MASKED);
	admit_members(r, HEARD_ATTRIBUTES);
	admit_members(r, HEARD_RATINGS);
	admit_words(r);
	admit_figures(r);
	admit_ratings(r);
	admit_files(r);
	gate_name(r, source, now_ms);
}
