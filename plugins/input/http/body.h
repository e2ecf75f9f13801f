/*
 * body.h - the body of a request as records.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "multipart.h"

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_batch;
struct heard_error;

enum body_kind {
	BODY_JSON,	/* one object, or an array of objects               */
	BODY_NDJSON,	/* one object a line                                */
	BODY_FORM,	/* application/x-www-form-urlencoded: one record    */
	BODY_ANY,	/* nothing was said: JSON or NDJSON, as it looks    */
	BODY_MULTIPART, /* multipart/form-data: one record, by upload.c     */
	BODY_UNKNOWN,
};

/* What decode() must know; travels with the bytes as the emission's context. */
struct body_context {
	enum body_kind kind;
	bool is_gzip;
	bool is_anonymous;  /* no API key was checked: nobody to own a record */
	bool is_page;	    /* our own form, with a token that was good       */
	uint64_t max_plain; /* bytes after inflating */
	char boundary[MULTIPART_BOUNDARY];
};

/* What names another record or claims one, and what only mail says of itself, is taken out
 * of records from the anonymous: those from the `from`-th on.  [worker] */
void body_disown(struct heard_batch *, size_t from);
/* BODY_UNKNOWN also for another charset than UTF-8. */
enum body_kind body_kind(struct heard_str content_type);
/* Nothing is taken of a bad body: -EBADMSG with a sentence and the line, -EFBIG
 * if it inflates to too much, and the caller takes back what was added.  What
 * names another record is not taken from the anonymous.  Not for BODY_MULTIPART.
 * [worker] */
int body_decode(const struct body_context *, struct heard_str raw, struct heard_str channel,
		struct heard_batch *, struct heard_error *);

#endif
