/*
 * heard/file.h - small files, read whole and replaced whole: state, lists, reports.
 */
#ifndef HEARD_FILE_H
#define HEARD_FILE_H

#include <heard/api.h>
#include <heard/str.h>

struct heard_buf;
struct heard_error;

/* Append the bytes of a regular file to a buffer, whose cap is the most that it may have.
 * 0, or -errno with a sentence that begins with the path: -ENOENT, -EFBIG, ... [any] */
HEARD_API int heard_file_read(const char *path, struct heard_buf *, struct heard_error *);

/* Make the file at path one of these bytes, durably: they are written to PATH.new, synced and
 * renamed, and the folder is synced, so that at any moment, and after a power loss, it is
 * the old one or the new one.  `mode` as for open(2).  Two at once must not replace the same
 * file.  0, or -errno with a sentence that begins with the path. [any] */
HEARD_API int heard_file_replace(const char *path, unsigned mode, struct heard_str bytes,
				 struct heard_error *);

#endif
