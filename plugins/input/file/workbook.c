/*
 * workbook.c - one sheet of an .xlsx file, emitted as the CSV it would be: UTF-8,
 * commas, and in front of each row its number.
 *
 * A workbook can only be read from its beginning, so its position is the number of
 * the next row: to go on, rows before it are read and passed over.  The mark's
 * offset stands one byte before the file's end until the last row is on its way; its
 * check is a hash of the archive's directory.
 *
 * It is opened when its writer is done, since the directory is at the end.
 */
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>
#include <table/xlsx.h>

enum { ENOUGH = CHUNK_SIZE / 2 };

/* ---- rows, from the sheet */

static void put_row(struct heard_buf *out, const char *number, const struct xlsx_row *row)
{
	heard_buf_puts(out, number);
	for (size_t i = 0; i < row->n; i++) {
		heard_buf_puts(out, ",");
		csv_put(out, row->cells[i]);
	}
	heard_buf_puts(out, "\n");
}

/* The first row that is not empty.  Its own number has no header. */
static void take_header(struct table *table, const struct xlsx_row *row)
{
	struct heard_str header;

	put_row(&table->header, "", row);
	header = heard_buf_view(&table->header);
	table->has_failed = true;
	if (row->why != NULL || table->header.failed)
		heard_fail(table->err, EINVAL, "its header row is too long");
	else
		table->has_failed = rows_check_header(table->tail->reader->map,
						      heard_str_skip(header, 1),
						      table->head.dialect, table->err) != 0;
	if (row->number >= table->first)
		table->first = row->number + 1;
}

static void on_row(void *arg, const struct xlsx_row *row)
{
	struct table *table = arg;
	struct heard_str why = heard_str(row->why);
	char number[24];

	if (table->has_failed)
		return;
	if (table->header.len == 0) {
		take_header(table, row);
		return;
	}
	if (row->number < table->first)
		return;
	snprintf(number, sizeof(number), "%s%lld", row->why ? "!" : "", (long long)row->number);
	if (row->why)
		put_row(&table->rows, number, &(struct xlsx_row){.cells = &why, .n = 1});
	else
		put_row(&table->rows, number, row);
	table->next = row->number + 1;
}

/* ---- opening */

static enum step refuse_book(struct tail *t, const struct heard_error *err)
{
	if (err->code != ENOMEM)
		return tail_refuse(t, err->text);
	reader_tell(t->reader, t->name, err->text);
	return STEP_FAILED;
}

/* The mark of a workbook of which rows are to be read.  False: it is not the one
 * that the mark was made for. */
static bool set_mark(struct tail *t, int64_t size)
{
	uint64_t print = xlsx_print(t->table->book);

	if (t->at.offset > 0 && t->at.check != print)
		return false;
	if (t->at.offset == 0)
		t->at.offset = size - 1;
	t->at.check = print;
	t->at.check_size = 0;
	return true;
}

static enum step open_book(struct tail *t)
{
	struct heard_error err = {0};
	struct table *table = t->table = table_create();
	struct xlsx_options wanted = {
		.sheet = t->reader->sheet,
		.max_strings = (size_t)t->reader->max_strings,
		.max_row = (size_t)t->reader->max_line,
		.row = on_row,
		.arg = table,
	};
	struct look look;

	if (table == NULL || !tail_look(t, &look))
		return STEP_FAILED;
	heard_buf_init(&table->rows, CHUNK_SIZE + 16 * (size_t)t->reader->max_line);
	table->head.dialect = (struct csv_dialect){CHARSET_UTF8, ','};
	table->tail = t;
	table->book = xlsx_create(t->fd, &wanted, &err);
	if (table->book == NULL)
		return refuse_book(t, &err);
	if (!set_mark(t, look.size)) {
		tail_restart(t);
		return STEP_EMITTED; /* with the next step */
	}
	table->first = table->next = t->at.line;
	table->is_over = t->at.offset >= look.size;
	return STEP_EMITTED;
}

/* ---- a step */

/* How much of the rows at hand makes a piece. */
static struct csv_cut cut_sheet(const struct tail *t, struct heard_str rows)
{
	const struct csv_dialect *d = &t->table->head.dialect;
	bool is_all = rows.len <= CHUNK_SIZE;
	struct csv_cut cut = csv_cut(d, heard_str_n(rows.ptr, is_all ? rows.len : CHUNK_SIZE),
				     is_all, tail_lines_at_once(t));

	return cut.rows > 0 || rows.len == 0 ? cut : csv_cut(d, rows, true, 1);
}

/* The number in front of the first of these rows. */
static int64_t first_number(struct heard_str rows, int64_t otherwise)
{
	if (rows.len == 0)
		return otherwise;
	return strtoll(rows.ptr + (rows.ptr[0] == '!'), NULL, 10); /* a comma follows */
}

/* The rows at hand; without any, that the sheet is over. */
static enum step emit_rows(struct tail *t)
{
	struct table *table = t->table;
	struct heard_str rows = heard_buf_view(&table->rows);
	struct csv_cut whole;
	struct piece piece;

	if (table->rows.failed)
		return tail_refuse(t, "has too much text in a few rows; save it as CSV");
	whole = cut_sheet(t, rows);
	if (!table_piece(t, whole.bytes, &piece))
		return STEP_FAILED;
	if (whole.bytes > 0)
		memcpy(piece.chunk->bytes + piece.header, rows.ptr, whole.bytes);
	piece.n = whole.bytes ? piece.header + whole.bytes : 0;
	piece.rows = whole.rows;
	piece.lines = first_number(heard_str_skip(rows, whole.bytes), table->next) - t->at.line;
	if (whole.bytes > 0)
		memmove(table->rows.ptr, rows.ptr + whole.bytes, rows.len - whole.bytes);
	table->rows.len -= whole.bytes;
	return tail_emit(t, &piece, PLACE_SHEET, whole.bytes ? 0 : 1);
}

static enum step read_rows(struct tail *t, size_t *bytes)
{
	struct table *table = t->table;
	struct heard_error err = {0};
	int result;

	table->err = &err;
	result = xlsx_step(table->book, bytes, &err);
	if (result < 0 || table->has_failed)
		return refuse_book(t, &err);
	if (result == 0 && table->header.len == 0)
		return tail_refuse(t, "its sheet is empty; set `sheet`");
	table->is_over = result == 0;
	return STEP_EMITTED;
}

enum step workbook_step(struct tail *t, bool may_end, size_t *bytes)
{
	struct table *table = t->table;
	struct look look;
	enum step step;

	if (!may_end && !reader_has_settled(t)) {
		t->must_settle = true;
		return STEP_END;
	}
	if (table == NULL)
		return open_book(t);
	if (!tail_look(t, &look))
		return STEP_FAILED;
	if (t->at.offset >= look.size)
		return STEP_END;
	if (!table->is_over && table->rows.len < ENOUGH) {
		step = read_rows(t, bytes);
		if (step != STEP_EMITTED)
			return step;
	}
	return table->is_over || table->rows.len >= ENOUGH ? emit_rows(t) : STEP_EMITTED;
}
