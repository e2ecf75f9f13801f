/*
 * route.h - by which hosts a mail came, and for whom.
 */
#ifndef LETTER_ROUTE_H
#define LETTER_ROUTE_H

#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

struct heard_buf;

enum { ROUTE_NAMES = 20 }; /* that are kept; what comes later is left out */

struct route {
	uint32_t names[ROUTE_NAMES];
	size_t n;
};

/* One Received field's value, unfolded or not. */
void route_take(struct route *, struct heard_str value);
/* Append a word for each name, "via-" and four hex digits. */
void route_say(const struct route *, struct heard_buf *);

#endif
