/*
 * mailbox.h - a folder's name as IMAP spells it: modified UTF-7, RFC 3501 5.1.3.
 */
#ifndef INPUT_IMAP_MAILBOX_H
#define INPUT_IMAP_MAILBOX_H

#include <heard/str.h>

struct heard_buf;

/* Append the name, in quotes: "INBOX.&W6JnDQ-" for INBOX.客服.  -EINVAL: no UTF-8, or a
 * control character. */
int mailbox_quote(struct heard_buf *, struct heard_str utf8);

#endif
