/*
 * rows.c - a row is checked whole, written as the JSON object that a source of
 * NDJSON would have sent, and added as that is: one way in, one set of checks.
 */
#include "rows.h"

#include "review.h"
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

static int bury(struct work *w, const char *why)
{
	const char *file = w->rows->file;

	return heard_batch_dead(w->batch, w->raw, w->line, "%s%s%s%s %lld: %s",
				file[0] ? "'" : "", file, file[0] ? "' " : "",
				w->rows->is_numbered ? "row" : "line", (long long)w->line, why);
}

static bool fail(struct work *w, const char *why)
{
	w->why = why;
	return false;
}

/* ---- records */

static int add(struct work *w, const struct review *r, const char *suffix,
	       void (*put)(const struct review *, struct heard_json_out *, const char *id))
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
	put(r, &out, w->id);
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

static bool read_review(struct work *w, struct review *r)
{
	return review_read(r, &w->mapping, w->fields, w->n, heard_batch_zone(w->batch)) ||
	       fail(w, r->why);
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
	if (w->why == NULL)
		w->why = w->rows->refusal;
	if (w->why == NULL && count_columns(w) && read_review(w, &review) &&
	    name_row(w, &review, context)) {
		result = add(w, &review, "", review_put);
		if (result == 0 && review.followup.len > 0)
			result = add(w, &review, "+followup", review_put_followup);
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
