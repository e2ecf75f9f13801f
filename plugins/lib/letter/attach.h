/*
 * attach.h - the files that come with a mail.
 */
#ifndef LETTER_ATTACH_H
#define LETTER_ATTACH_H

#include <stdint.h>

struct heard_error;
struct heard_record;
struct letter;
struct mime_message;

/* Into the store of blobs, and their names into the record; how many were left out:
 * too many, too large, or no public key to seal them to.  -ENOMEM, -ENOSPC, -EIO. */
int attach_files(const struct letter *, const struct mime_message *, struct heard_record *,
		 int64_t *left_out, struct heard_error *);

#endif
