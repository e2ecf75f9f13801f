/*
 * plain.h - a text as a reader hears it, whatever it is dressed in, and where it stood.
 *
 * Letters are small, full-width forms narrow, traditional characters simplified; what is
 * invisible is left out; a character repeated is one, with a count; "sh1t" and "$hit" are
 * letters.  Blanks and signs between two characters are left out and noted, so that
 * "f.u.c.k" reads as a word and the caller may judge whether it is one.  Other signs, and
 * more than two of these, break the text.
 */
#ifndef MODERATE_PLAIN_H
#define MODERATE_PLAIN_H

#include <heard/str.h>

#include <stdint.h>

#define PLAIN_BREAK '\n'

enum plain_gap { GAP_NONE, GAP_SIGN, GAP_BLANK };

struct plain_at {	   /* of a character's first byte */
	uint32_t from, to; /* in the text, repetitions included            */
	uint8_t run;	   /* how often it stands there, 255 for more      */
	uint8_t gap;	   /* enum plain_gap: what stands before it        */
};

struct plain {
	char *bytes; /* UTF-8 */
	struct plain_at *at;
	size_t n, size;
};

void plain_release(struct plain *);
/* Replaces what it held.  -ENOMEM. */
int plain_read(struct plain *, struct heard_str text);

#endif
