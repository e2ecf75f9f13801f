/*
 * senders.h - lists of senders: addresses, domains, ids of a source.
 */
#ifndef SPAM_SENDERS_H
#define SPAM_SENDERS_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

/* An entry with an @ inside is an address, "@example.org" a domain and all below it,
 * anything else an author's id.  ASCII case does not count. */
bool senders_have(const struct heard_list *, struct heard_str email, struct heard_str id);

#endif
