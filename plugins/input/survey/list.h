/*
 * list.h - a list of customers, as a CSV file that a shop exports.
 */
#ifndef SURVEY_LIST_H
#define SURVEY_LIST_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdint.h>
#include <stdio.h>

struct heard_error;

enum list_column { LIST_ID, LIST_SEGMENT, LIST_PRODUCT, LIST_COLUMNS };

struct list {
	struct heard_buf text; /* in UTF-8 */
	size_t at;	       /* of the next row */
	int64_t line;	       /* of the one before */
	char separator;
	int n;			   /* fields of the first row */
	int columns[LIST_COLUMNS]; /* which field; -1: the list has none */
	struct heard_buf scratch;
};

struct list_row {
	struct heard_str raw; /* as it stands in the list, without its end   */
	int lacks; /* fields that the first row has and this one has not, as Excel leaves
		    * out empty ones at the end                             */
	struct heard_str of[LIST_COLUMNS];
};

/* Reads all of it; UTF-8, GB18030 or UTF-16, with , ; or tab.  It needs a column for the
 * customer: id, customer, customer_id, 客户, 客户编号, 会员号 ...  0 or -errno with a
 * sentence; release it in either case.  *head_r: the first row. */
int list_read(struct list *, const char *path, FILE *standard, struct heard_str *head_r,
	      struct heard_error *);
void list_release(struct list *);
/* 1 a row, 0 the end, -EBADMSG with a sentence. */
int list_next(struct list *, struct list_row *, struct heard_error *);

#endif
