/*
 * rows.h - from rows of a table to records.
 *
 * What is decoded is a piece: the header row and then whole rows, so that a piece
 * can be understood without its neighbours, on any thread, in any order.
 *
 * A row without a source_id of its own gets one made of its content, its number and
 * the map: when the same file comes again, under whatever name, its rows are known;
 * when it comes with another map, they are new.
 */
#ifndef TABLE_ROWS_H
#define TABLE_ROWS_H

#include "csv.h"

#include <heard/str.h>

#include <stdint.h>

struct heard_batch;
struct heard_error;
struct map;

/* ---- the beginning of a file */

struct rows_head {
	struct csv_dialect dialect;
	size_t begin, end; /* of the header row                          */
	int64_t lines;	   /* up to its end                              */
};

enum { ROWS_HEADER_MAX = 64 * 1024 };

/* `head`: the first bytes; is_end: all there are.  1 found, 0 more must be seen;
 * -EINVAL with a sentence: there is no header that the map fits, or no text. */
int rows_find_head(const struct map *, enum charset given, struct heard_str head, bool is_end,
		   struct rows_head *, struct heard_error *);
/* Does the map fit this header, given as CSV in UTF-8?  0 or -EINVAL. */
int rows_check_header(const struct map *, struct heard_str header, struct csv_dialect,
		      struct heard_error *);

/* ---- rows */

struct rows {
	const struct map *map;	  /* name NULL: the best of the shipped         */
	struct heard_str channel; /* of records that do not say theirs; or empty */
	const char *file;	  /* for dead letters, fit to print; or ""      */
	struct csv_dialect dialect;
	bool is_numbered;    /* the first field is the row's number, as a     */
			     /* sheet has it, and no column                   */
	size_t header;	     /* bytes of the header row, first in a piece     */
	int64_t line;	     /* number of the line behind it                  */
	int64_t max_row;     /* bytes of a row                                */
	const char *refusal; /* not NULL: no row may become a record, and why */
};

/* A bad row is a dead letter, with file and line.  -ENOMEM: the batch is full. */
int rows_decode(const struct rows *, struct heard_str raw, struct heard_batch *,
		struct heard_error *);

#endif
