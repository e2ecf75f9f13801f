/*
 * way.h - the link by which a customer follows what became of a record.
 */
#ifndef ONCE_WAY_H
#define ONCE_WAY_H

#include <heard/str.h>

#include <sodium.h>

struct heard_host;

enum {
	WAY_TOKEN = 16, /* bytes of a status token */
	WAY_LINK = 8 + sodium_base64_ENCODED_LEN(WAY_TOKEN, sodium_base64_VARIANT_URLSAFE),
};

/* "/status/<token>", of the record's id as text: who has the link may see what became of
 * it.  Output `tickets` makes the same token of the same id. */
void way_link(const struct heard_host *, struct heard_str id, char link_r[WAY_LINK]);

#endif
