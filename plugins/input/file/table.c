/*
 * table.c - what kind of file is it?  The name says what to try, the first bytes
 * what it is: shops give us workbooks called .csv and text called .xls.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include <table/xlsx.h>

static const char *const line_names[] = {".ndjson", ".jsonl", ".json", NULL};
static const char *const text_names[] = {".csv", ".tsv", ".txt", ".xls", NULL};
static const char *const book_names[] = {".xlsx", ".xlsm", NULL};

static bool has_ending(const char *name, const char *const *ends)
{
	for (size_t n = strlen(name); *ends; ends++) {
		size_t m = strlen(*ends);

		if (n >= m && strcasecmp(name + n - m, *ends) == 0)
			return true;
	}
	return false;
}

bool table_reads(enum format format, const char *name)
{
	return format != FORMAT_AUTO || has_ending(name, line_names) ||
	       has_ending(name, text_names) || has_ending(name, book_names);
}

enum kind table_kind(struct tail *t)
{
	char magic[4];
	ssize_t n;

	switch (t->reader->format) {
	case FORMAT_NDJSON: return KIND_LINES;
	case FORMAT_CSV: return KIND_CSV;
	case FORMAT_XLSX: return KIND_XLSX;
	case FORMAT_AUTO: break;
	}
	/* The log of another program may be called as it likes, when it is named. */
	if (has_ending(t->name, line_names) ||
	    (!t->reader->is_folder && !table_reads(FORMAT_AUTO, t->name)))
		return KIND_LINES;
	n = tail_read(t, magic, sizeof(magic), 0);
	if (n <= 0)
		return KIND_UNKNOWN;
	if (has_ending(t->name, book_names) || (n == 4 && memcmp(magic, "PK\3\4", 4) == 0))
		return KIND_XLSX;
	return KIND_CSV;
}

struct table *table_create(void)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table != NULL) {
		heard_buf_init(&table->header, 4 * ROWS_HEADER_MAX);
		heard_buf_init(&table->rows, 0);
	}
	return table;
}

void table_destroy(struct table *table)
{
	if (table == NULL)
		return;
	xlsx_destroy(table->book);
	heard_buf_release(&table->header);
	heard_buf_release(&table->rows);
	free(table);
}

bool table_piece(struct tail *t, size_t n, struct piece *piece)
{
	struct heard_str header = heard_buf_view(&t->table->header);

	*piece = (struct piece){.chunk = chunk_get(&t->reader->chunks, header.len + n),
				.header = header.len};
	if (piece->chunk != NULL && header.len > 0)
		memcpy(piece->chunk->bytes, header.ptr, header.len);
	return piece->chunk != NULL;
}
