/*
 * said.h - another server's words, fit for a log and a ticket.
 */
#ifndef EMAIL_SAID_H
#define EMAIL_SAID_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

/* One line of printable ASCII without addresses: whatever has an @ in it, and the name
 * of `to` before its @, becomes "(address)". */
void said_plain(struct heard_str said, const char *to, char *out, size_t size);

/* The enhanced status (RFC 3463) in a line of SMTP, such as "550 5.1.1 words". */
struct heard_str said_line_status(struct heard_str line);
/* Does it say that there is nobody of that address, so that any mail would come back?
 * "5.1.7" and "5.1.8" are about the sender, "5.7.1" about what was sent or by whom,
 * "5.2.2" about today. */
bool said_nobody(struct heard_str status);

#endif
