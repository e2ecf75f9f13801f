/*
 * csv.c - a table of text, read as lines are: pieces of whole rows, cut in the bytes
 * of the file, each behind a copy of the header.
 *
 * A quote that is never closed would swallow the rest of the file.  What is no whole
 * row within max_line, or at the file's end, loses only its first line: that is a
 * dead letter, and the next line begins a row.
 */
#include "table.h"

#include <heard/error.h>

/* The beginning: charset, separator, header.  STEP_EMITTED: go on. */
static enum step open_csv(struct tail *t, bool may_end, size_t *bytes)
{
	struct chunk *chunk = chunk_get(&t->reader->chunks, CHUNK_SIZE);
	struct table *table = table_create();
	struct heard_error err = {0};
	ssize_t n = chunk && table ? tail_read(t, chunk->bytes, CHUNK_SIZE, 0) : -1;
	int result = 0;

	if (n > 0) {
		*bytes += (size_t)n;
		result = rows_find_head(t->reader->map, t->reader->charset,
					heard_str_n(chunk->bytes, (size_t)n),
					may_end && n < CHUNK_SIZE, &table->head, &err);
	}
	if (result == 1)
		heard_buf_add(&table->header, chunk->bytes + table->head.begin,
			      table->head.end - table->head.begin);
	if (chunk)
		chunk_put(chunk);
	if (result != 1 || table->header.failed) {
		table_destroy(table);
		if (result < 0)
			return tail_refuse(t, err.text);
		return n < 0 || result == 1 ? STEP_FAILED : STEP_END;
	}
	t->table = table;
	if (t->at.offset < (int64_t)table->head.end) {
		t->at.offset = (int64_t)table->head.end;
		t->at.line = 1 + table->head.lines;
		t->at.check_size = 0;
	}
	return STEP_EMITTED;
}

/* The line is longer than any row may be: on to its end. */
static enum step skip_row(struct tail *t, struct piece *take, bool may_end, size_t *bytes)
{
	ssize_t n = tail_read(t, take->chunk->bytes, CHUNK_SIZE, t->skipped);
	bool is_end = may_end && n < CHUNK_SIZE;
	size_t line = n > 0 ? csv_line(&t->table->head.dialect,
				       heard_str_n(take->chunk->bytes, (size_t)n), is_end)
			    : 0;

	if (!is_end && n > 0)
		n -= n % 2; /* UTF-16: half a character is read again */
	take->header = 0;
	return tail_skip(t, take, n, line, may_end, bytes);
}

/* Not one whole row in what was read. */
static enum step no_row(struct tail *t, struct piece *take, size_t n, bool may_end)
{
	size_t most = (size_t)t->reader->max_line + 4, line; /* ends of UTF-16 */
	char *bytes = take->chunk->bytes + take->header;

	most += most % 2;
	if ((n < t->want && !may_end) || n == 0) {
		chunk_put(take->chunk);
		return STEP_END;
	}
	if (n == t->want && t->want < most) {
		chunk_put(take->chunk);
		t->want = most;
		return STEP_EMITTED;
	}
	line = csv_line(&t->table->head.dialect, heard_str_n(bytes, n), n < t->want);
	if (line == 0) {
		chunk_put(take->chunk);
		t->skipped = t->at.offset + (int64_t)(n - n % 2);
		return STEP_EMITTED;
	}
	memmove(take->chunk->bytes, bytes, line);
	take->header = 0;
	take->n = line;
	take->lines = take->rows = 1;
	t->want = CHUNK_SIZE;
	return tail_emit(t, take, PLACE_BAD_ROW, (int64_t)line);
}

/* Whole rows of the first n bytes behind the header. */
static bool cut_rows(const struct tail *t, struct piece *piece, size_t n, bool is_end)
{
	struct heard_str bytes = heard_str_n(piece->chunk->bytes + piece->header, n);
	struct csv_cut cut = csv_cut(&t->table->head.dialect, bytes, is_end,
				     tail_lines_at_once(t));

	piece->n = piece->header + cut.bytes;
	piece->lines = cut.lines;
	piece->rows = cut.rows;
	return cut.rows > 0;
}

enum step csv_step(struct tail *t, bool may_end, size_t *bytes)
{
	struct piece piece;
	enum step step = t->table ? STEP_EMITTED : open_csv(t, may_end, bytes);
	ssize_t n;

	if (step != STEP_EMITTED)
		return step;
	if (!table_piece(t, t->want, &piece))
		return STEP_FAILED;
	if (t->skipped > 0)
		return skip_row(t, &piece, may_end, bytes);
	n = tail_read(t, piece.chunk->bytes + piece.header, t->want, t->at.offset);
	if (n < 0) {
		chunk_put(piece.chunk);
		return STEP_FAILED;
	}
	*bytes += (size_t)n;
	if (!cut_rows(t, &piece, (size_t)n, may_end && (size_t)n < t->want))
		return no_row(t, &piece, (size_t)n, may_end);
	t->want = CHUNK_SIZE;
	return tail_emit(t, &piece, PLACE_ROWS, (int64_t)(piece.n - piece.header));
}
