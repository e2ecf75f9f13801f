/*
 * csv.h - RFC 4180 as people export it: where rows end, and what is in one.
 *
 * Rows are cut from the bytes of the file, before any conversion: in UTF-8,
 * GB18030 and Big5 no byte of a longer character is below 0x30, so separators,
 * quotes and line ends are themselves wherever they stand; UTF-16 is walked in
 * pairs.  So an offset into the file is a place to go on from, and a piece that
 * holds whole rows holds whole characters.
 *
 * Lenient where exports are: a quote inside of a plain field is a character, text
 * behind a closing quote belongs to the field; CRLF, LF and CR end a row.
 */
#ifndef TABLE_CSV_H
#define TABLE_CSV_H

#include "charset.h"

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_buf;

enum { CSV_COLUMNS_MAX = 1024 };

struct csv_dialect {
	enum charset charset;
	char separator;
};

struct csv_cut {
	size_t bytes;  /* whole rows, with their ends                  */
	int64_t rows;  /* blank ones too                               */
	int64_t lines; /* line ends in them, those in quotes too       */
};

/* Whole rows at the beginning of `bytes`, at most `most`.  is_end: nothing comes
 * behind, so the last row needs no line end; one whose quote is still open is not
 * whole even so. */
struct csv_cut csv_cut(const struct csv_dialect *, struct heard_str bytes, bool is_end,
		       int64_t most);
/* Bytes of the first line with its end, whatever is quoted; 0 if none ends here. */
size_t csv_line(const struct csv_dialect *, struct heard_str bytes, bool is_end);

/* The fields of one row in UTF-8, unquoted.  They look into `row` or `scratch`,
 * which is cleared first.  Their number, or -1: more than CSV_COLUMNS_MAX. */
int csv_split(struct heard_str row, char separator, struct heard_buf *scratch,
	      struct heard_str fields[CSV_COLUMNS_MAX]);
/* The separator of a header row in UTF-8: the one of , ; and tab that gives most
 * fields. */
char csv_separator(struct heard_str header);

/* One field, in quotes if it needs them, for csv_split to read. */
void csv_put(struct heard_buf *, struct heard_str field);
/* One field of a table that people open: always in quotes, control characters as blanks, and
 * an apostrophe before what a spreadsheet would take for a formula. */
void csv_put_shown(struct heard_buf *, struct heard_str field);

#endif
