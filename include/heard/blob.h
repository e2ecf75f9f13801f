/*
 * heard/blob.h - the bytes of attachments, kept apart from records.
 *
 * A blob is named by the SHA-256 of its plain bytes (64 hex digits: what a record's
 * `attachments` say), so the same picture sent twice is kept once.  On disk it is
 * sealed to the operator's public key, in state_dir/attachments/ab/<sha256>; without
 * a public key none is taken.  Once put() has returned 0 the blob is synced, so a
 * record that names it may be committed.
 */
#ifndef HEARD_BLOB_H
#define HEARD_BLOB_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_buf;
struct heard_error;
struct heard_host;

#define HEARD_BLOB_NAME 65 /* hex digits and a NUL */

/* Is there a public key to seal to?  [any] */
HEARD_API bool heard_blob_allowed(const struct heard_host *);
/* -ENOSPC and -EIO may succeed later.  Waits for the disk.  [worker], [home] with a
 * loop of its own */
HEARD_API int heard_blob_put(struct heard_host *, struct heard_str bytes,
			     char name_r[HEARD_BLOB_NAME], struct heard_error *);
/* Needs privacy.private_key.  -ENOENT, -ENOKEY, -EBADMSG.  [any but main] */
HEARD_API int heard_blob_get(struct heard_host *, struct heard_str name,
			     struct heard_buf *plain, struct heard_error *);
/* Remove one that no record names, as far as the caller's own store knows.  0 also if it
 * was not there.  -EAGAIN: not now, for a record that names it may be on its way: it was
 * put within the last hour, or the caller has not caught up with the journal.  An output,
 * in the daemon.  [home] with a loop of its own */
HEARD_API int heard_blob_drop(struct heard_host *, struct heard_str name, struct heard_error *);

#endif
