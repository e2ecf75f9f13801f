/*
 * lines.c - split, parse, and name each line.
 *
 * A record without a source_id gets the file's identity and its own offset, so
 * that the same line has the same key whenever it is read again.
 *
 * A bad line is a dead letter and no reason to refuse its neighbours.  Only when
 * memory runs out are all given back, and then the reader tries smaller pieces; a
 * line that does not fit into a batch by itself is a bad line.
 */
#include "lines.h"

#include <errno.h>
#include <string.h>

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/record.h>
#include <table/rows.h>

static const char conflict[] = "the same source_id came with other content before";

void place_name(struct place *place, const char *name)
{
	size_t i = 0;

	for (; name[i] && i < sizeof(place->name) - 1; i++) {
		unsigned char c = (unsigned char)name[i];

		place->name[i] = c < ' ' || c == '\'' || c == 0x7f ? '?' : name[i];
	}
	place->name[i] = '\0';
}

/* "<source>:<offset>", without the cost of printf for every line. */
static struct heard_str source_id(const struct place *place, int64_t offset, char out[128])
{
	char digits[24];
	size_t n = strlen(place->source), d = sizeof(digits);

	memcpy(out, place->source, n);
	out[n++] = ':';
	do {
		digits[--d] = (char)('0' + offset % 10);
		offset /= 10;
	} while (offset > 0);
	memcpy(out + n, digits + d, sizeof(digits) - d);
	return heard_str_n(out, n + sizeof(digits) - d);
}

static int complete(const struct lines_options *o, struct heard_record *rec,
		    const struct place *place, int64_t offset)
{
	char id[128];
	int result = 0;

	if (!heard_has(rec, HEARD_CHANNEL))
		result = heard_set_str(rec, HEARD_CHANNEL, o->channel);
	if (result == 0 && !heard_has(rec, HEARD_SOURCE_ID))
		result = heard_set_str(rec, HEARD_SOURCE_ID, source_id(place, offset, id));
	return result;
}

static int bury(struct heard_batch *batch, const struct place *place, struct heard_str line,
		int64_t number, const char *why)
{
	return heard_batch_dead(batch, line, number, "'%s' line %lld: %s", place->name,
				(long long)number, why);
}

static int decode_line(const struct lines_options *o, const struct place *place,
		       struct heard_str line, int64_t offset, int64_t number,
		       struct heard_batch *batch)
{
	struct heard_error err = {0};
	size_t n = heard_batch_size(batch);
	int result;

	line = heard_str_trim(line);
	if (line.len == 0)
		return 0;
	if ((int64_t)line.len > o->max_line)
		return bury(batch, place, line, number, "longer than max_line");
	if (place->is_conflict)
		return bury(batch, place, line, number, conflict);
	result = heard_batch_add_json(batch, line, &err);
	if (result == -EBADMSG)
		return bury(batch, place, line, number, err.text);
	if (result == 0)
		result = complete(o, heard_batch_at(batch, n), place, offset);
	else if (result == -ENOMEM && n == 0)
		return bury(batch, place, line, number,
			    "needs more memory than a batch may use");
	return result;
}

static int decode_too_long(const struct place *place, struct heard_str raw,
			   struct heard_batch *batch)
{
	return heard_batch_dead(
		batch, raw, place->line,
		"'%s' line %lld: %lld bytes, longer than max_line; its beginning "
		"is kept",
		place->name, (long long)place->line, (long long)place->length);
}

static int decode_rows(const struct lines_options *o, const struct place *place,
		       struct heard_str raw, struct heard_batch *batch, struct heard_error *err)
{
	const struct rows rows = {
		.map = o->map,
		.channel = o->channel,
		.file = place->name,
		.dialect = place->dialect,
		.is_numbered = place->kind == PLACE_SHEET,
		.header = place->header,
		.line = place->line,
		.max_row = o->max_line,
		.refusal = place->is_conflict ? conflict : NULL,
	};

	return rows_decode(&rows, raw, batch, err);
}

static int decode_lines(const struct lines_options *o, const struct place *place,
			struct heard_str raw, struct heard_batch *batch,
			struct heard_error *err)
{
	static const struct heard_str bom = HEARD_STR("\xef\xbb\xbf");
	int64_t number;
	const char *at = raw.ptr, *end = raw.ptr + raw.len;
	int result = 0;

	if (place->kind == PLACE_TOO_LONG) {
		result = decode_too_long(place, raw, batch);
		at = end;
	} else if (place->offset == 0 && heard_str_starts(raw, bom)) {
		at += bom.len;
	}
	for (number = place->line; at < end && result == 0; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		result = decode_line(o, place, heard_str_n(at, (size_t)(stop - at)),
				     place->offset + (at - raw.ptr), number, batch);
		at = newline ? newline + 1 : end;
	}
	if (result != 0)
		return heard_fail(err, -result,
				  "'%s' line %lld: not enough memory for the batch",
				  place->name, (long long)number - 1);
	return 0;
}

int lines_decode(const struct lines_options *o, struct heard_str raw, struct heard_str context,
		 struct heard_batch *batch, struct heard_error *err)
{
	struct place place;

	if (context.len != sizeof(place))
		return heard_fail(err, EINVAL, "bytes that this input did not emit");
	memcpy(&place, context.ptr, sizeof(place));
	switch (place.kind) {
	case PLACE_ROWS:
	case PLACE_SHEET: return decode_rows(o, &place, raw, batch, err);
	case PLACE_BAD_ROW:
		return bury(batch, &place, raw, place.line,
			    "a quote that is never closed, or a row longer than max_line");
	default: return decode_lines(o, &place, raw, batch, err);
	}
}
