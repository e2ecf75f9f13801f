/*
 * relays.h - what the relays of a mail say of whom they had it from.
 */
#ifndef LETTER_RELAYS_H
#define LETTER_RELAYS_H

#include <heard/str.h>

struct heard_buf;

enum relay_sign {
	RELAY_SAID,	/* it says what it was greeted with apart from the name      */
	RELAY_BARE,	/* greeted with a name without a domain                      */
	RELAY_NUMERIC,	/* greeted with an address                                   */
	RELAY_NAMELESS, /* an address of which no name is known                      */
	RELAY_NAMED,	/* greeted with the name it has                              */
	RELAY_MISNAMED, /* with one of another domain                                */
	RELAY_NUMBERED, /* a name as providers give to customers: four digits in it  */
	RELAY_OWN,	/* a name of the sender's own domain                         */
	RELAY_CLAIMED,	/* greeted with such a name, and has another or none         */
	RELAY_SIGNS,
};

struct relays {
	unsigned signs[RELAY_SIGNS];
};

/* One Received field's value, unfolded or not; `domain` is the sender's. */
void relays_take(struct relays *, struct heard_str value, struct heard_str domain);
/* Append a word for each sign. */
void relays_say(const struct relays *, struct heard_buf *);

/* What is registered of a domain, as well as one can tell without a list: its last two
 * labels, or three where the last two are as in "co.uk". */
struct heard_str relays_owner(struct heard_str domain);
/* Bytes of a host's name at the beginning of s. */
size_t relays_host(struct heard_str s);

#endif
