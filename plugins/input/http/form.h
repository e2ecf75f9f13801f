/*
 * form.h - an HTML form, as application/x-www-form-urlencoded, as one record.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <heard/str.h>

struct heard_batch;
struct heard_error;

/* Fields by their dotted names; others become attributes.  Empty ones are
 * left out: a browser sends every field.  [worker] */
int form_decode(struct heard_str raw, struct heard_str channel, struct heard_batch *,
		struct heard_error *);

#endif
