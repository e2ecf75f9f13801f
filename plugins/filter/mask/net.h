/*
 * net.h - e-mail and IP addresses.
 */
#ifndef MASK_NET_H
#define MASK_NET_H

#include "number.h"

/* `at`: where the @ stands. */
bool email_match(const struct mask_text *, uint32_t at, struct mask_span *);
bool ipv4_match(const struct mask_text *, const struct number *, struct mask_span *);
/* `at`: where a colon stands. */
bool ipv6_match(const struct mask_text *, uint32_t at, struct mask_span *);

#endif
