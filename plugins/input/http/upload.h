/*
 * upload.h - attachments of a multipart body.
 */
#ifndef HTTP_UPLOAD_H
#define HTTP_UPLOAD_H

#include "input.h"

struct heard_batch;
struct heard_error;
struct heard_record;

/* The types that can be told by their content, for the option; NULL-terminated. */
extern const char *const upload_types[];
/* The type of what begins so, or NULL. */
const char *upload_sniff(struct heard_str bytes);

/* All files of the body into the record, kept as blobs; of a body with one bad file
 * none is kept.  What is wrong is told as a fault of fault.h.  [worker] */
int upload_files(const struct http *, struct heard_str raw, const char *boundary,
		 struct heard_record *, struct heard_error *);
/* A body that is not of our own form: every field counts, as in form_decode().
 * [worker] */
int upload_decode(const struct http *, struct heard_str raw, const char *boundary,
		  struct heard_batch *, struct heard_error *);

#endif
