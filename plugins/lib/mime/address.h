/*
 * address.h - the addresses of a header.
 */
#ifndef MIME_ADDRESS_H
#define MIME_ADDRESS_H

#include "mime.h"

/* Reads a header's raw value; at most MIME_MAX_ADDRESSES, *more_r: there were more. */
struct mime_addresses mime_addresses_read(struct heard_str raw, struct mime_memory *,
					  bool *more_r);
/* The bytes of one address as we keep it, or an absent view: `raw` without blanks,
 * comments, <> and route, its domain in small letters. */
struct heard_str mime_email(struct heard_str raw, struct mime_memory *);
/* Could it be written to?  local@domain without blanks, quotes or control characters. */
bool mime_email_is_good(struct heard_str);

#endif
