/*
 * way.c - a status link is a keyed hash of the record's id, so nothing is kept of it.
 */
#include "way.h"

#include <heard/host.h>

#include <string.h>

void way_link(const struct heard_host *host, struct heard_str id, char link[WAY_LINK])
{
	unsigned char hash[32];
	memcpy(link, "/status/", 8);
	heard_keyed_hash(host, "status", id, hash);
	sodium_bin2base64(link + 8, WAY_LINK - 8, hash, WAY_TOKEN,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
