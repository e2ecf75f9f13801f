/*
 * said.h - another server's words, fit for a log and a ticket.
 */
#ifndef EMAIL_SAID_H
#define EMAIL_SAID_H

#include <heard/str.h>

#include <stddef.h>

/* One line of printable ASCII without addresses: whatever has an @ in it, and the name
 * of `to` before its @, becomes "(address)". */
void said_plain(struct heard_str said, const char *to, char *out, size_t size);

#endif
