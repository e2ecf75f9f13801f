/*
 * record.c - fields that records of all networks have.
 */
#include "social.h"

#include <heard/host.h>
#include <heard/record.h>

#include <sodium.h>
#include <stdio.h>
#include <strings.h>

enum { HASH_TEXT = 33, PURPOSE = 64 };

int social_set_who(struct heard_record *r, const struct heard_host *host, const char *network,
		   struct heard_str address)
{
	unsigned char hash[32];
	char thread[HASH_TEXT], purpose[PURPOSE];
	if (address.len == 0)
		return 0;
	snprintf(purpose, sizeof(purpose), "%s thread", network);
	heard_keyed_hash(host, purpose, address, hash);
	sodium_bin2hex(thread, sizeof(thread), hash, sizeof(thread) / 2);
	int result = heard_set_str(r, HEARD_AUTHOR_ID, address);
	return result ? result : heard_set_str(r, HEARD_THREAD, heard_str(thread));
}

int social_set(struct heard_record *r, const char *name, struct heard_str s)
{
	if (s.len == 0)
		return 0;
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name),
				(struct heard_value){.type = HEARD_STR_, .str = s});
}

int social_set_int(struct heard_record *r, const char *name, int64_t n)
{
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name),
				(struct heard_value){.type = HEARD_INT_, .integer = n});
}

bool social_is(struct heard_str name, const char *of)
{
	return name.len == strlen(of) &&
	       strncasecmp(name.len ? name.ptr : "", of, name.len) == 0;
}
