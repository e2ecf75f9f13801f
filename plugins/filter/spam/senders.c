/*
 * senders.c - lists of senders: addresses, domains, ids of a source.
 *
 * A list is walked: operators write tens of entries, not thousands.
 */
#include "senders.h"

#include <strings.h>

static bool same(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* The domain itself, or one below it. */
static bool in_domain(struct heard_str email, struct heard_str domain)
{
	if (email.len <= domain.len)
		return false;
	size_t at = email.len - domain.len;
	return same(heard_str_skip(email, at), domain) &&
	       (email.ptr[at - 1] == '@' || email.ptr[at - 1] == '.');
}

bool senders_have(const struct heard_list *list, struct heard_str email, struct heard_str id)
{
	for (size_t i = 0; i < list->n; i++) {
		struct heard_str entry = heard_str(list->at[i]);
		bool is_met = entry.len > 0 && entry.ptr[0] == '@'
				      ? in_domain(email, heard_str_skip(entry, 1))
				      : same(entry, email) || same(entry, id);
		if (is_met)
			return true;
	}
	return false;
}
