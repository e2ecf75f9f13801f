/*
 * lines.h - from bytes of a file to records: what decode() does.
 */
#ifndef INPUT_FILE_LINES_H
#define INPUT_FILE_LINES_H

#include "identity.h"

#include <heard/str.h>
#include <table/csv.h>
#include <table/map.h>

#include <stdint.h>

struct heard_batch;
struct heard_error;

enum place_kind {
	PLACE_LINES,	/* whole lines                                          */
	PLACE_TOO_LONG, /* the beginning of one that is longer than allowed     */
	PLACE_ROWS,	/* a header row and whole rows of a table               */
	PLACE_SHEET,	/* the same of a workbook, each with its number         */
	PLACE_BAD_ROW,	/* the first line of what is no whole row               */
};

/* Where emitted bytes stood: the emission's context. */
struct place {
	int64_t offset, line;
	int64_t length; /* of a line that is too long               */
	enum place_kind kind;
	bool is_conflict; /* its one line or row: the source_id came with other content */
	size_t header;	  /* bytes of the header row, with rows       */
	struct csv_dialect dialect;	 /* of the rows                              */
	char source[IDENTITY_SIZE + 20]; /* source_id is this, ":" and the offset */
	char name[96];			 /* the file's, fit to print                 */
};

/* A name from outside as it may stand in a log line or reason. */
void place_name(struct place *, const char *name);

struct lines_options {
	struct heard_str channel;
	int64_t max_line;
	const struct map *map; /* of columns */
};
int lines_decode(const struct lines_options *, struct heard_str raw, struct heard_str context,
		 struct heard_batch *, struct heard_error *);

#endif
