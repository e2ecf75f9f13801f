/*
 * sheet.h - what a workbook's parts say: strings, styles, rows.  For xlsx.c.
 */
#ifndef TABLE_SHEET_H
#define TABLE_SHEET_H

#include "csv.h"
#include "part.h"
#include "strings.h"
#include "xlsx.h"

#include <heard/buf.h>

enum { STYLES_MAX = 65536 };

/* How cells with a style are shown: only dates matter. */
struct styles {
	struct part *part;
	bool in_cells;
	size_t n;
	unsigned char is_date_format[STYLES_MAX / 8]; /* by numFmtId */
	unsigned char is_date[STYLES_MAX / 8];	      /* by index    */
};
extern const struct part_handlers styles_handlers;

/* Text of a <t>, without what only tells how to pronounce it. */
struct shared {
	struct part *part;
	struct strings *strings;
	struct heard_buf text, plain;
	bool in_text;
	int in_phonetic;
};
extern const struct part_handlers shared_handlers;

struct sheet {
	struct part *part;
	const struct xlsx_options *options;
	const struct strings *strings;
	const struct styles *styles;
	bool is_1904;

	struct heard_buf row; /* the texts of its cells */
	size_t begin[CSV_COLUMNS_MAX], end[CSV_COLUMNS_MAX];
	struct heard_str cells[CSV_COLUMNS_MAX];
	size_t n; /* cells, up to the last that is not empty */
	int64_t number;
	const char *why;

	struct heard_buf text; /* of the value at hand */
	size_t column;
	char type; /* s, i(nlineStr), b, e, d, t(ext: str), n */
	unsigned long style;
	bool in_value;
	int in_phonetic;
};
extern const struct part_handlers sheet_handlers;

#endif
