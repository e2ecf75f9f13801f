/*
 * table.h - what is known of a table while it is open: for tail.c.
 */
#ifndef INPUT_FILE_TABLE_H
#define INPUT_FILE_TABLE_H

#include "reader.h"

#include <heard/buf.h>
#include <table/rows.h>

struct xlsx;

struct table {
	struct rows_head head;
	struct heard_buf header; /* its row, as each piece begins with it */

	/* of a workbook */
	struct xlsx *book;
	struct heard_buf rows; /* read and not yet emitted, as CSV         */
	int64_t first, next;   /* the first row that is wanted; behind `rows` */
	bool is_over;	       /* the sheet ended                          */
	bool has_failed;       /* in a row's callback: see err             */
	struct tail *tail;
	struct heard_error *err;
};

/* Does this input read files of that name? */
bool table_reads(enum format, const char *name);
/* By the option, the name and the first bytes; KIND_UNKNOWN: there are none yet. */
enum kind table_kind(struct tail *);
struct table *table_create(void);
void table_destroy(struct table *); /* NULL is fine */
/* A piece that begins with the header and has room for n bytes.  False: no memory. */
bool table_piece(struct tail *, size_t n, struct piece *);

enum step csv_step(struct tail *, bool may_end, size_t *bytes);
enum step workbook_step(struct tail *, bool may_end, size_t *bytes);

#endif
