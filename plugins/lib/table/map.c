/*
 * map.c - headers compared, targets found.
 *
 * The first column that has one of a field's headers is it; of several headers the
 * one that the map names first wins.  Of the shipped maps the one that claims most
 * columns is taken, the first of equals, and only if it finds what somebody said or
 * scored: a table of prices has a "product" and a "date", too.
 *
 * A file without a header row begins with a customer's words, which must not get
 * into a log, so only what looks like a header is quoted in the refusal.
 */
#include "map.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/field.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { QUOTED_MAX = 8, HEADER_LOOKS = 36, DIGITS_MAX = 4 };

/* ---- comparing headers */

/* The next byte of a header that counts, taken off it; -1: none is left.  No blanks (the
 * full-width one and the BOM are such), no underlines and hyphens, no case. */
static int next_byte(struct heard_str *header)
{
	static const struct heard_str blanks[] = {
		HEARD_STR("\xe3\x80\x80"), HEARD_STR("\xc2\xa0"), HEARD_STR("\xef\xbb\xbf")};

	while (header->len > 0) {
		unsigned char c = (unsigned char)header->ptr[0];
		size_t skip = 1;

		for (size_t i = 0; c >= 0x80 && i < sizeof(blanks) / sizeof(blanks[0]); i++)
			if (heard_str_starts(*header, blanks[i]))
				skip = blanks[i].len;
		*header = heard_str_skip(*header, skip);
		if (skip == 1 && c > ' ' && c != '_' && c != '-')
			return c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	return -1;
}

/* Most differ in their first bytes, and there are thousands of pairs. */
static bool is_same(struct heard_str a, struct heard_str b)
{
	int c, d;

	do {
		c = next_byte(&a);
		d = next_byte(&b);
	} while (c == d && c >= 0);
	return c == d;
}

static bool is_empty(struct heard_str header)
{
	return next_byte(&header) < 0;
}

/* One of "a|b|c" from *rest.  False: none is left. */
static bool next_header(struct heard_str *rest, struct heard_str *out)
{
	const char *bar;

	if (rest->len == 0)
		return false;
	bar = memchr(rest->ptr, '|', rest->len);
	*out = heard_str_n(rest->ptr, bar ? (size_t)(bar - rest->ptr) : rest->len);
	*rest = heard_str_skip(*rest, out->len + (bar != NULL));
	return true;
}

/* "3、", "3.", "Q3:" of a question. */
static struct heard_str without_number(struct heard_str header)
{
	static const char *const marks[] = {"、", ".", "．", ":", "："};
	struct heard_str s = heard_str_trim(header);
	size_t n = 0;

	if (s.len > 0 && (s.ptr[0] == 'Q' || s.ptr[0] == 'q'))
		s = heard_str_skip(s, 1);
	while (n < s.len && n < 3 && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	s = heard_str_skip(s, n);
	for (size_t i = 0; n > 0 && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (heard_str_starts(s, heard_str(marks[i])))
			return heard_str_skip(s, strlen(marks[i]));
	return header;
}

/* The column that has one of these headers, or -1. */
static int find_column(const struct heard_str *headers, size_t n, const char *wanted)
{
	struct heard_str rest = heard_str(wanted), one;

	while (next_header(&rest, &one))
		for (size_t i = 0; i < n && !is_empty(one); i++)
			if (is_same(headers[i], one) ||
			    is_same(without_number(headers[i]), one))
				return (int)i;
	return -1;
}

static bool says_utc(struct heard_str header)
{
	static const char mark[] = "(UTC)";
	size_t n = sizeof(mark) - 1;

	header = heard_str_trim(header);
	return header.len > n && strncasecmp(header.ptr + header.len - n, mark, n) == 0;
}

/* ---- targets */

bool map_is_from_source(int field)
{
	static const enum heard_field fine[] = {
		HEARD_SOURCE_ID,    HEARD_REVISION,	HEARD_CHANNEL,	  HEARD_CREATED_AT,
		HEARD_LANG,	    HEARD_SUBJECT,	HEARD_BODY,	  HEARD_AUTHOR_NAME,
		HEARD_AUTHOR_EMAIL, HEARD_AUTHOR_PHONE, HEARD_AUTHOR_ID,  HEARD_RATING,
		HEARD_RATING_MAX,   HEARD_NPS,		HEARD_CSAT,	  HEARD_CES,
		HEARD_PRODUCT,	    HEARD_ORDER,	HEARD_STORE,	  HEARD_REGION,
		HEARD_THREAD,	    HEARD_IN_REPLY_TO,	HEARD_INTENT,	  HEARD_CATEGORY,
		HEARD_SUBCATEGORY,  HEARD_PRIORITY,	HEARD_DEPARTMENT,
	};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if ((int)fine[i] == field)
			return true;
	return false;
}

static bool target_of(const char *field, struct target *out)
{
	static const struct heard_str attributes = HEARD_STR("attributes."),
				      ratings = HEARD_STR("ratings.");
	struct heard_str name = heard_str(field);

	*out = (struct target){.kind = TARGET_NONE, .field = -1};
	if (heard_str_is(name, "followup.body"))
		out->kind = TARGET_FOLLOWUP_BODY;
	else if (heard_str_is(name, "followup.created_at"))
		out->kind = TARGET_FOLLOWUP_TIME;
	else if (heard_str_starts(name, attributes) && name.len > attributes.len)
		*out = (struct target){TARGET_ATTRIBUTE, -1,
				       heard_str_skip(name, attributes.len), false};
	else if (heard_str_starts(name, ratings) && name.len > ratings.len)
		*out = (struct target){TARGET_RATING, -1, heard_str_skip(name, ratings.len),
				       false};
	else if (map_is_from_source(heard_field_find(name)))
		*out = (struct target){TARGET_FIELD, heard_field_find(name), {NULL, 0}, false};
	return out->kind != TARGET_NONE;
}

int map_init(struct map *map, const struct heard_map *option, struct heard_error *err)
{
	struct map_entry *entries;
	struct target target;

	*map = (struct map){0};
	if (option->n == 0)
		return 0;
	if (option->n == 1 && option->names[0][0] == '\0') {
		const struct map *shipped = map_find(heard_str(option->values[0]));

		if (shipped != NULL)
			*map = *shipped;
		return 0;
	}
	for (size_t i = 0; i < option->n; i++)
		if (!target_of(option->names[i], &target))
			return heard_fail(err, EINVAL,
					  "columns: '%s' is no field that a column can fill; "
					  "see `heard describe file`",
					  option->names[i]);
	entries = calloc(option->n, sizeof(*entries));
	if (entries == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	for (size_t i = 0; i < option->n; i++)
		entries[i] = (struct map_entry){option->names[i], option->values[i]};
	*map = (struct map){"", entries, option->n};
	return 0;
}

void map_release(struct map *map)
{
	if (map->name != NULL && map->name[0] == '\0')
		free((void *)map->entries);
	*map = (struct map){0};
}

/* ---- laying it over */

static size_t claimed(const struct map *map, const struct heard_str *headers, size_t n,
		      bool *says_something)
{
	size_t found = 0;

	*says_something = false;
	for (size_t i = 0; i < map->n; i++) {
		const char *field = map->entries[i].field;

		if (map->entries[i].headers[0] == '=' ||
		    find_column(headers, n, map->entries[i].headers) < 0)
			continue;
		found++;
		*says_something |= strcmp(field, "body") == 0 ||
				   strcmp(field, "subject") == 0 ||
				   strcmp(field, "rating") == 0 || strcmp(field, "nps") == 0 ||
				   strcmp(field, "csat") == 0 || strcmp(field, "ces") == 0;
	}
	return found;
}

static const struct map *best_map(const struct heard_str *headers, size_t n)
{
	const struct map *best = NULL, *map;
	size_t most = 0;

	for (size_t i = 0; (map = map_at(i)) != NULL; i++) {
		bool says_something;
		size_t found = claimed(map, headers, n, &says_something);

		if (says_something && found > most) {
			best = map;
			most = found;
		}
	}
	return best;
}

static bool looks_like_header(struct heard_str s)
{
	int digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == '@' || s.ptr[i] == '\'')
			return false;
		digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	}
	return s.len <= HEADER_LOOKS && digits <= DIGITS_MAX;
}

/* map NULL: none of the shipped ones fits; the first serves as an example. */
static int refuse(const struct map *map, const struct heard_str *headers, size_t n,
		  struct heard_error *err)
{
	const struct map *shown_of = map ? map : map_at(0);
	struct heard_buf found, wanted;
	int shown = 0;

	heard_buf_init(&found, 1024);
	heard_buf_init(&wanted, 1024);
	for (size_t i = 0; i < n && i < QUOTED_MAX; i++)
		heard_buf_printf(&found, "%s%.*s", i ? ", " : "",
				 HEARD_ARG(looks_like_header(headers[i])
						   ? headers[i]
						   : HEARD_STR_OF("(no name)")));
	for (size_t i = 0; i < shown_of->n && shown < QUOTED_MAX; i++) {
		struct heard_str rest = heard_str(shown_of->entries[i].headers), one;

		if (shown_of->entries[i].headers[0] != '=' && next_header(&rest, &one))
			heard_buf_printf(&wanted, "%s%.*s", shown++ ? ", " : "",
					 HEARD_ARG(one));
	}
	heard_fail(err, EINVAL,
		   "its header has none of the columns of %s%s; found: %.220s%s; expected: "
		   "%.160s, ...; set `columns`",
		   map == NULL	  ? "the maps that come with heard"
		   : map->name[0] ? "the map "
				  : "`columns`",
		   map ? map->name : "", found.ptr ? found.ptr : "",
		   n > QUOTED_MAX ? ", ..." : "", wanted.ptr ? wanted.ptr : "");
	heard_buf_release(&found);
	heard_buf_release(&wanted);
	return -EINVAL;
}

/* What no field claims is an attribute; of a second one with that header, or one
 * without, the name is its number. */
static void name_rest(struct mapping *m, const struct heard_str *headers, size_t i)
{
	struct heard_str name = heard_str_trim(headers[i]);

	if (m->columns[i].kind != TARGET_NONE)
		return;
	for (size_t k = 0; k < i && name.len > 0; k++)
		if (heard_str_eq(name, heard_str_trim(headers[k])))
			name.len = 0;
	if (name.len == 0) {
		int n = snprintf(m->unnamed[i], sizeof(m->unnamed[i]), "column_%zu", i + 1);

		name = heard_str_n(m->unnamed[i], (size_t)n);
	}
	m->columns[i] = (struct target){TARGET_ATTRIBUTE, -1, name, false};
}

int map_match(const struct map *map, const struct heard_str *headers, size_t n,
	      struct mapping *m, struct heard_error *err)
{
	size_t found = 0;

	memset(m, 0, sizeof(*m));
	m->map = map != NULL && map->name != NULL ? map : best_map(headers, n);
	if (m->map == NULL)
		return refuse(NULL, headers, n, err);
	m->n = n;
	for (size_t i = 0; i < m->map->n; i++) {
		const struct map_entry *e = &m->map->entries[i];
		struct target target;
		int column;

		if (!target_of(e->field, &target))
			continue; /* map_init() refused it */
		if (e->headers[0] == '=') {
			if (m->n_constants < CONSTANTS_MAX) {
				m->constants[m->n_constants].target = target;
				m->constants[m->n_constants++].value = heard_str(e->headers +
										 1);
			}
			continue;
		}
		column = find_column(headers, n, e->headers);
		if (column < 0 || m->columns[column].kind != TARGET_NONE)
			continue;
		target.is_utc = says_utc(headers[column]);
		m->columns[column] = target;
		found++;
	}
	if (found == 0)
		return refuse(m->map, headers, n, err);
	for (size_t i = 0; i < n; i++)
		name_rest(m, headers, i);
	return 0;
}
