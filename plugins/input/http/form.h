/*
 * form.h - an HTML form, as application/x-www-form-urlencoded, as one record.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <heard/str.h>

struct heard_batch;
struct heard_error;
struct heard_record;

/* One field of that name.  The name and the value must be of the record's batch.
 * -EBADMSG if the value is not of the field's type. */
int form_set(struct heard_record *, struct heard_str name, struct heard_str value);

/* Fields by their dotted names; others become attributes.  Empty ones are
 * left out: a browser sends every field.  [worker] */
int form_decode(struct heard_str raw, struct heard_str channel, struct heard_batch *,
		struct heard_error *);

#endif
