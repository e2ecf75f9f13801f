/*
 * bytes.h - a file that a command was given, whole: by its name, or "-" for what comes in.
 */
#ifndef LABELLED_BYTES_H
#define LABELLED_BYTES_H

struct heard_buf;
struct heard_call;
struct heard_error;

/* Into a buffer whose cap is the most that it may have; a pipe is a file here.  -errno with a
 * sentence that begins with the name. */
int bytes_read(const char *name, const struct heard_call *, struct heard_buf *,
	       struct heard_error *);

#endif
