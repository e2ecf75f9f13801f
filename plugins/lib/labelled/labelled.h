/*
 * labelled.h - a file of records that people have labelled: CSV with a header, or NDJSON.
 *
 * A file that begins with { is NDJSON: `subject` and `body` are the text, the member named
 * as the field is its label (of an object, as `sentiment` is in records, its `label`).  Any
 * other is a table: its text is in a column named body, text, content, 内容 or 评价内容, its
 * subject in subject, title or 标题, its label in one named as the field, or `label`; options
 * name others.  UTF-8, GB18030 and UTF-16 are told apart.  A record without label or text is
 * passed over.
 */
#ifndef LABELLED_LABELLED_H
#define LABELLED_LABELLED_H

#include <heard/str.h>

struct heard_error;

enum { LABELLED_FILE_MAX = 256 << 20 };

struct labelled { /* views that live during the call */
	struct heard_str subject, body, label;
};

struct labelled_columns {
	const char *field; /* "intent" */
	const char *text;  /* NULL: as above */
	const char *label;
};

typedef int labelled_fn(void *arg, const struct labelled *);

/* fn's error ends it.  -EBADMSG with a sentence. */
int labelled_read(struct heard_str bytes, const struct labelled_columns *, labelled_fn *fn,
		  void *arg, struct heard_error *);

#endif
