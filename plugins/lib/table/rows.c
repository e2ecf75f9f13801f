/*
 * rows.c - a row is checked whole, written as the JSON object that a source of
 * NDJSON would have sent, and added as that is: one way in, one set of checks.
 *
 * A follow-up (追评) in the row is a second record, in the thread of the first.
 * What a platform wrote for a customer who wrote nothing is no body: the score
 * stays, the tag default_text says why there is no text, and so no rule can take
 * the platform's words for the customer's.
 */
#include "rows.h"

#include "map.h"
#include "value.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { ID_SIZE = 64, HASH_SIZE = 12 };

/* What decoding a piece needs, for the time it takes. */
struct work {
	const struct rows *rows;
	struct heard_batch *batch;
	struct heard_buf head, head_text; /* the header, in UTF-8 and unquoted */
	struct heard_buf utf8, text;	  /* a row                             */
	struct heard_buf json;
	struct mapping mapping;
	struct heard_str headers[CSV_COLUMNS_MAX], fields[CSV_COLUMNS_MAX];
	size_t n; /* fields of the row */
	int64_t line;
	struct heard_str raw; /* of the row */
	char id[ID_SIZE];
	const char *why; /* the row is bad */
	char reason[64]; /* said by the reader of a sheet */
};

/* A row's values, by what they are for. */
struct review {
	struct heard_str value[HEARD_FIELD_COUNT];
	double number[HEARD_FIELD_COUNT];
	int64_t time[HEARD_FIELD_COUNT];
	struct heard_str followup;
	int64_t followup_at;
	bool is_default;
};

static int bury(struct work *w, const char *why)
{
	const char *file = w->rows->file;

	return heard_batch_dead(w->batch, w->raw, w->line, "%s%s%s%s %lld: %s",
				file[0] ? "'" : "", file, file[0] ? "' " : "",
				w->rows->is_numbered ? "row" : "line", (long long)w->line, why);
}

/* ---- reading a row */

static bool fail(struct work *w, const char *why)
{
	w->why = why;
	return false;
}

static bool read_rating(struct work *w, struct review *r, struct heard_str text)
{
	double most = 0;

	if (!value_score(text, &r->number[HEARD_RATING], &most))
		return fail(w, "rating: no score that can be read");
	r->value[HEARD_RATING] = text;
	if (most > 0) {
		r->number[HEARD_RATING_MAX] = most;
		r->value[HEARD_RATING_MAX] = text;
	}
	return true;
}

static bool read_number(struct work *w, struct review *r, int field, struct heard_str text)
{
	double most = 0;

	if (field == HEARD_RATING_MAX && r->value[field].len > 0)
		return true; /* the rating said it */
	if (!value_score(text, &r->number[field], &most))
		return fail(w, "a score that cannot be read");
	r->value[field] = text;
	return true;
}

static bool read_field(struct work *w, struct review *r, int field, struct heard_str text)
{
	switch (heard_field_table[field].type) {
	case HEARD_TIME_:
		r->time[field] = value_time(text, heard_batch_zone(w->batch));
		if (r->time[field] == HEARD_TIME_NONE)
			return fail(w,
				    "created_at: no time that can be read; year, month, day, "
				    "hour is an order that can");
		break;
	case HEARD_NUM_:
	case HEARD_INT_:
		return field == HEARD_RATING ? read_rating(w, r, text)
					     : read_number(w, r, field, text);
	default: break;
	}
	r->value[field] = text;
	return true;
}

static bool read_target(struct work *w, struct review *r, const struct target *t,
			struct heard_str text)
{
	double ignored;

	switch (t->kind) {
	case TARGET_FIELD: return read_field(w, r, t->field, text);
	case TARGET_FOLLOWUP_BODY:
		if (!value_is_default(text))
			r->followup = text;
		return true;
	case TARGET_FOLLOWUP_TIME:
		r->followup_at = value_time(text, heard_batch_zone(w->batch));
		return r->followup_at != HEARD_TIME_NONE ||
		       fail(w, "followup.created_at: no time that can be read");
	case TARGET_RATING:
		return value_score(text, &ignored, &ignored) ||
		       fail(w, "a sub-score that cannot be read");
	default: return true;
	}
}

/* Constants only fill what no column did. */
static bool read_constants(struct work *w, struct review *r)
{
	for (size_t i = 0; i < w->mapping.n_constants; i++) {
		const struct target *t = &w->mapping.constants[i].target;

		if (t->kind == TARGET_FIELD && r->value[t->field].len == 0 &&
		    !read_field(w, r, t->field, w->mapping.constants[i].value))
			return false;
	}
	return true;
}

static bool check(struct work *w, struct review *r)
{
	bool says = r->value[HEARD_SUBJECT].len || r->value[HEARD_BODY].len ||
		    r->value[HEARD_RATING].len || r->value[HEARD_NPS].len ||
		    r->value[HEARD_CSAT].len || r->value[HEARD_CES].len || r->followup.len;

	if (!says)
		return fail(w, "neither a text nor a score");
	if (r->value[HEARD_RATING].len == 0)
		r->value[HEARD_RATING_MAX].len = 0;
	else if (r->value[HEARD_RATING_MAX].len > 0 &&
		 r->number[HEARD_RATING] > r->number[HEARD_RATING_MAX])
		return fail(w, "rating: above rating_max; say the best score by rating_max = "
			       "\"=10\" in `columns`");
	r->is_default = value_is_default(r->value[HEARD_BODY]);
	if (r->is_default)
		r->value[HEARD_BODY].len = 0;
	return true;
}

static bool read_review(struct work *w, struct review *r)
{
	memset(r, 0, sizeof(*r));
	r->followup_at = HEARD_TIME_NONE;
	for (size_t i = 0; i < w->n; i++) {
		struct heard_str text = value_trim(w->fields[i]);

		w->fields[i] = text;
		if (text.len > 0 && !read_target(w, r, &w->mapping.columns[i], text))
			return false;
	}
	return read_constants(w, r) && check(w, r);
}

/* ---- writing a record */

static void put_field(struct heard_json_out *out, const struct review *r, int field)
{
	const struct heard_field_info *info = &heard_field_table[field];
	char name[32], time[HEARD_TIME_SIZE];
	const char *dot = memchr(info->name.ptr, '.', info->name.len);
	struct heard_str last = dot ? heard_str_skip(info->name,
						     (size_t)(dot + 1 - info->name.ptr))
				    : info->name;

	if (r->value[field].len == 0)
		return;
	snprintf(name, sizeof(name), "%.*s", HEARD_ARG(last));
	if (info->type == HEARD_TIME_) {
		heard_time_format(r->time[field], time);
		heard_json_str(out, name, heard_str(time));
	} else if (info->type == HEARD_INT_) {
		heard_json_int(out, name, (int64_t)r->number[field]);
	} else if (info->type == HEARD_NUM_) {
		heard_json_num(out, name, r->number[field]);
	} else {
		heard_json_str(out, name, r->value[field]);
	}
}

static bool is_author(int field)
{
	return field == HEARD_AUTHOR_NAME || field == HEARD_AUTHOR_EMAIL ||
	       field == HEARD_AUTHOR_PHONE || field == HEARD_AUTHOR_ID;
}

static void put_author(struct heard_json_out *out, const struct review *r)
{
	heard_json_begin(out, "author", '{');
	for (int i = 0; i < HEARD_FIELD_COUNT; i++)
		if (is_author(i))
			put_field(out, r, i);
	heard_json_end(out, '}');
}

/* A name from outside as the key of a member. */
static void put_key(struct heard_json_out *out, struct heard_str name)
{
	if (out->comma)
		heard_buf_puts(out->buf, ",");
	heard_json_put_str(out->buf, name);
	heard_buf_puts(out->buf, ":");
	out->comma = true;
}

static void put_member(struct heard_json_out *out, const struct target *t,
		       struct heard_str text)
{
	double score, most;

	put_key(out, t->name);
	if (t->kind == TARGET_RATING && value_score(text, &score, &most))
		heard_json_put_number(out->buf, score);
	else
		heard_json_put_str(out->buf, text);
}

static void put_family(const struct work *w, struct heard_json_out *out, const char *name,
		       enum target_kind kind)
{
	const struct mapping *m = &w->mapping;

	heard_json_begin(out, name, '{');
	for (size_t i = 0; i < w->n; i++)
		if (m->columns[i].kind == kind && w->fields[i].len > 0)
			put_member(out, &m->columns[i], w->fields[i]);
	for (size_t i = 0; i < m->n_constants; i++)
		if (m->constants[i].target.kind == kind)
			put_member(out, &m->constants[i].target, m->constants[i].value);
	heard_json_end(out, '}');
}

static void put_tag(struct heard_json_out *out, const char *tag)
{
	heard_json_begin(out, "tags", '[');
	heard_json_str(out, NULL, heard_str(tag));
	heard_json_end(out, ']');
}

static void put_first(const struct work *w, struct heard_json_out *out, const struct review *r)
{
	for (int i = 0; i < HEARD_FIELD_COUNT; i++)
		if (!is_author(i) && i != HEARD_SOURCE_ID && i != HEARD_CHANNEL)
			put_field(out, r, i);
	if (r->followup.len > 0 && r->value[HEARD_THREAD].len == 0)
		heard_json_str(out, "thread", heard_str(w->id));
	put_family(w, out, "ratings", TARGET_RATING);
	put_family(w, out, "attributes", TARGET_ATTRIBUTE);
	if (r->is_default)
		put_tag(out, "default_text");
}

static void put_followup(const struct work *w, struct heard_json_out *out,
			 const struct review *r)
{
	static const enum heard_field shared[] = {HEARD_LANG,  HEARD_PRODUCT, HEARD_ORDER,
						  HEARD_STORE, HEARD_REGION,  HEARD_THREAD};
	char time[HEARD_TIME_SIZE];

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		put_field(out, r, (int)shared[i]);
	if (r->followup_at != HEARD_TIME_NONE) {
		heard_time_format(r->followup_at, time);
		heard_json_str(out, "created_at", heard_str(time));
	}
	heard_json_str(out, "body", r->followup);
	if (r->value[HEARD_THREAD].len == 0)
		heard_json_str(out, "thread", heard_str(w->id));
	heard_json_str(out, "in_reply_to", heard_str(w->id));
	put_tag(out, "follow_up");
}

static int add(struct work *w, const struct review *r, const char *suffix,
	       void (*put)(const struct work *, struct heard_json_out *, const struct review *))
{
	struct heard_str channel = r->value[HEARD_CHANNEL].len > 0 ? r->value[HEARD_CHANNEL]
								   : w->rows->channel;
	struct heard_json_out out = {.buf = &w->json};
	struct heard_error err = {0};
	char id[ID_SIZE + 16];
	int result;

	heard_buf_clear(&w->json);
	snprintf(id, sizeof(id), "%s%s", w->id, suffix);
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "source_id", heard_str(id));
	if (channel.len > 0)
		heard_json_str(&out, "channel", channel);
	put_author(&out, r);
	put(w, &out, r);
	heard_json_end(&out, '}');
	if (w->json.failed)
		return bury(w, "too large for a record");
	result = heard_batch_add_json(w->batch, heard_buf_view(&w->json), &err);
	return result == -EBADMSG ? bury(w, err.text) : result;
}

/* ---- a piece */

/* Of everything that decides what becomes of a row, but the row. */
static void hash_context(const struct work *w, crypto_generichash_state *state)
{
	struct heard_zone *zone = heard_batch_zone(w->batch);
	const struct map *map = w->mapping.map;

	crypto_generichash_init(state, NULL, 0, HASH_SIZE + 4);
	crypto_generichash_update(state, (const unsigned char *)w->head.ptr, w->head.len);
	for (size_t i = 0; i < map->n; i++) {
		const char *const parts[] = {map->entries[i].field, map->entries[i].headers};

		for (size_t k = 0; k < 2; k++)
			crypto_generichash_update(state, (const unsigned char *)parts[k],
						  strlen(parts[k]) + 1);
	}
	for (int64_t day = 20454; zone != NULL && day <= 20635; day += 181) {
		int64_t offset = heard_zone_offset(zone, day * 86400000);

		crypto_generichash_update(state, (const unsigned char *)&offset,
					  sizeof(offset));
	}
}

/* The id of the column, or "<hash>:<line>". */
static bool name_row(struct work *w, const struct review *r,
		     const crypto_generichash_state *context)
{
	struct heard_str given = r->value[HEARD_SOURCE_ID];
	crypto_generichash_state state = *context;
	unsigned char hash[HASH_SIZE + 4];
	char hex[2 * HASH_SIZE + 1];

	if (given.len >= sizeof(w->id))
		return fail(w, "source_id: longer than 63 bytes");
	if (given.len > 0) {
		snprintf(w->id, sizeof(w->id), "%.*s", HEARD_ARG(given));
		return true;
	}
	crypto_generichash_update(&state, (const unsigned char *)w->utf8.ptr, w->utf8.len);
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, HASH_SIZE);
	snprintf(w->id, sizeof(w->id), "%s:%lld", hex, (long long)w->line);
	return true;
}

static bool is_blank(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (value_trim(w->fields[i]).len > 0)
			return false;
	return true;
}

/* Separators at the end, as spreadsheets leave them, are no columns; a sheet says
 * nothing of empty cells at a row's end. */
static bool count_columns(struct work *w)
{
	while (w->n > w->mapping.n && w->fields[w->n - 1].len == 0)
		w->n--;
	if (w->n > w->mapping.n)
		return fail(w, "more columns than the header has");
	if (w->n < w->mapping.n && !w->rows->is_numbered)
		return fail(w, "fewer columns than the header has");
	return true;
}

/* A sheet's own number stands in front; "!17" is a row of which the reader could not
 * take the cells, and says why in the next field. */
static bool take_number(struct work *w)
{
	bool is_bad;
	char text[24];

	if (!w->rows->is_numbered || w->n == 0)
		return true;
	is_bad = w->fields[0].len > 0 && w->fields[0].ptr[0] == '!';
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(w->fields[0]));
	w->line = strtoll(text + is_bad, NULL, 10);
	memmove(w->fields, w->fields + 1, --w->n * sizeof(w->fields[0]));
	if (!is_bad || w->n == 0)
		return true;
	snprintf(w->reason, sizeof(w->reason), "%.*s", HEARD_ARG(w->fields[0]));
	return fail(w, w->reason);
}

/* Fields of w->raw.  False: w->why. */
static bool split(struct work *w)
{
	int n;

	heard_buf_clear(&w->utf8);
	if ((int64_t)w->raw.len > w->rows->max_row)
		return fail(w, "longer than max_line");
	if (!charset_convert(w->rows->dialect.charset, w->raw, &w->utf8))
		return fail(w, "bytes that are no text in the file's charset");
	n = csv_split(heard_buf_view(&w->utf8), w->rows->dialect.separator, &w->text,
		      w->fields);
	w->n = n < 0 ? 0 : (size_t)n;
	if (!take_number(w))
		return false;
	return n >= 0 || fail(w, "more columns than a table may have");
}

static int decode_row(struct work *w, const crypto_generichash_state *context)
{
	struct review review;
	size_t before = heard_batch_size(w->batch);
	int result;

	w->why = NULL;
	if (split(w) && is_blank(w))
		return 0;
	if (w->why == NULL && count_columns(w) && read_review(w, &review) &&
	    name_row(w, &review, context)) {
		result = add(w, &review, "", put_first);
		if (result == 0 && review.followup.len > 0)
			result = add(w, &review, "+followup", put_followup);
		if (result == -ENOMEM && before == 0)
			return bury(w, "needs more memory than a batch may use");
		return result;
	}
	return bury(w, w->why);
}

static int decode_header(struct work *w, struct heard_str raw, struct heard_error *err)
{
	const struct rows *rows = w->rows;
	int n = -1;

	if (raw.len >= rows->header &&
	    charset_convert(rows->dialect.charset, heard_str_n(raw.ptr, rows->header),
			    &w->head))
		n = csv_split(heard_buf_view(&w->head), rows->dialect.separator, &w->head_text,
			      w->headers);
	if (n < 0)
		return heard_fail(err, EBADMSG, "the header row cannot be read");
	if (rows->is_numbered)
		return map_match(rows->map, w->headers + 1, (size_t)n - 1, &w->mapping, err);
	return map_match(rows->map, w->headers, (size_t)n, &w->mapping, err);
}

static int decode(struct work *w, struct heard_str raw, struct heard_error *err)
{
	crypto_generichash_state context;
	int result = decode_header(w, raw, err);

	if (result != 0)
		return -EBADMSG; /* with map_match's sentence */
	hash_context(w, &context);
	raw = heard_str_skip(raw, w->rows->header);
	for (int64_t line = w->rows->line; raw.len > 0 && result == 0;) {
		struct csv_cut cut = csv_cut(&w->rows->dialect, raw, true, 1);
		size_t n = cut.bytes > 0 ? cut.bytes : raw.len;

		w->raw = heard_str_n(raw.ptr, n);
		w->line = line;
		result = cut.bytes > 0 ? decode_row(w, &context)
				       : bury(w, "a quote that is never closed");
		raw = heard_str_skip(raw, n);
		line += cut.lines;
	}
	if (result != 0)
		return heard_fail(err, ENOMEM, "line %lld: not enough memory for the batch",
				  (long long)w->line);
	return 0;
}

int rows_decode(const struct rows *rows, struct heard_str raw, struct heard_batch *batch,
		struct heard_error *err)
{
	struct work *w = calloc(1, sizeof(*w));
	size_t cap = (size_t)rows->max_row * 2 + 4 * ROWS_HEADER_MAX;
	int result;

	if (w == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	w->rows = rows;
	w->batch = batch;
	heard_buf_init(&w->head, 4 * ROWS_HEADER_MAX);
	heard_buf_init(&w->head_text, 4 * ROWS_HEADER_MAX);
	heard_buf_init(&w->utf8, cap);
	heard_buf_init(&w->text, cap);
	heard_buf_init(&w->json, 8 * cap);
	result = decode(w, raw, err);
	heard_buf_release(&w->head);
	heard_buf_release(&w->head_text);
	heard_buf_release(&w->utf8);
	heard_buf_release(&w->text);
	heard_buf_release(&w->json);
	free(w);
	return result;
}
