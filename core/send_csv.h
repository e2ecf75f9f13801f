/*
 * send_csv.h - the client's side of `heard send --format csv`: a table cut into
 * pieces that each begin with its header, so that the daemon reads them as it reads
 * lines: one by one, in any order.
 */
#ifndef CORE_SEND_CSV_H
#define CORE_SEND_CSV_H

#include <heard/buf.h>
#include <table/rows.h>

#include <stdio.h>

struct send_csv {
	FILE *in;
	struct rows_head head;
	struct heard_buf header; /* its row, as it is in the file            */
	struct heard_buf ahead;	 /* read and not yet given                   */
	bool is_end;		 /* nothing comes behind `ahead`             */
	int64_t line;		 /* at the beginning of `ahead`              */
	int64_t left_out;	 /* lines too long to be sent                */
};

/* columns, charset: names as of the options of input `file`.  0, or -EINVAL with a
 * sentence. */
int send_csv_open(struct send_csv *, FILE *in, const char *columns, const char *charset,
		  struct heard_error *);
/* Header and rows into the piece, which is cleared first; false at the end. */
bool send_csv_next(struct send_csv *, struct heard_buf *piece, int64_t *line_r);
void send_csv_release(struct send_csv *);

#endif
