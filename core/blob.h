/*
 * blob.h - the bytes of attachments on disk: the core's side of <heard/blob.h>.
 */
#ifndef CORE_BLOB_H
#define CORE_BLOB_H

#include "journal_io.h"
#include "seal.h"

#include <heard/blob.h>

enum { BLOB_MAX = 64 << 20 }; /* plain bytes of one */

struct heard_buf;
struct heard_error;

/* 64 digits of lower-case hex: nothing else becomes part of a path. */
bool blob_name_is_good(struct heard_str name);
/* -EFBIG past BLOB_MAX.  state_dir must be there.  [any but main] */
int blob_put(const struct journal_io *, const char *state_dir, const struct seal_public *to,
	     struct heard_str bytes, char name_r[HEARD_BLOB_NAME], struct heard_error *);
/* Appends the plain bytes.  [any but main] */
int blob_get(const char *state_dir, const struct seal_private *, struct heard_str name,
	     struct heard_buf *plain, struct heard_error *);
/* Of the folder of that name: a descriptor with a lock (LOCK_SH: to put; LOCK_EX), or
 * -errno.  close() lets it go. */
int blob_hold(const char *state_dir, const char *name, int how);
/* 0 also if it was not there; -EAGAIN if it was put after `before`, or is being put.  */
int blob_drop(const struct journal_io *, const char *state_dir, struct heard_str name,
	      int64_t before_ms, struct heard_error *);
/* Remove what a crash left half written.  At start, with state_dir locked. */
void blob_tidy(const char *state_dir);

#endif
