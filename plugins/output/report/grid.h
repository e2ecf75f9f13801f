/*
 * grid.h - a table of Markdown that is also good to read as it is.
 */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>

struct heard_buf;

enum { GRID_COLUMNS = 8, GRID_LINES = 80, GRID_CELL = 420 };

struct grid {
	size_t columns, n; /* lines, the head included */
	char cells[GRID_LINES][GRID_COLUMNS][GRID_CELL];
	bool right[GRID_COLUMNS];
};

/* Empty; all columns but the first stand to the right. */
void grid_begin(struct grid *, size_t columns);
void grid_cell(struct grid *, size_t column, const char *text);	 /* of ours */
void grid_plain(struct grid *, size_t column, const char *text); /* of anybody */
void grid_line(struct grid *);					 /* is full */
void grid_put(struct heard_buf *, const struct grid *);

/* Escaped, into `out`; what does not fit is cut at a whole character. */
void grid_escape(char *out, size_t size, const char *text);

#endif
