/*
 * upload.h - attachments of a multipart body.
 */
#ifndef HTTP_UPLOAD_H
#define HTTP_UPLOAD_H

#include "input.h"

struct heard_batch;
struct heard_error;
struct heard_record;

/* All files of the body into the record, kept as blobs; of a body with one bad file
 * none is kept.  What is wrong is told as a fault of fault.h.  [worker] */
int upload_files(const struct http *, struct heard_str raw, const char *boundary,
		 struct heard_record *, struct heard_error *);
/* A body that is not of our own form: every field counts, as in form_decode().
 * [worker] */
int upload_decode(const struct http *, struct heard_str raw, const char *boundary,
		  struct heard_batch *, struct heard_error *);

#endif
