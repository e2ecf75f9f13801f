/*
 * wording.h - what a text is made of: praise that fits anything, and a few things that
 * say more plainly that no customer speaks.
 *
 * Phrases are looked for in the folded text (model/gram.h), the longest at each place; in
 * English they end where words end.  One that is denied ("不满意", "not good") is not
 * counted.  How much of the letters such phrases cover tells a template from a person
 * who also happens to say "很好".
 */
#ifndef AUTHENTIC_WORDING_H
#define AUTHENTIC_WORDING_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum phrase_kind {
	PHRASE_PRAISE, /* that fits any product                             */
	PHRASE_GLUE,   /* small words between; cover, and count for nothing */
	PHRASE_REWARD, /* for a good review                                 */
	PHRASE_SHOP,   /* what a shop's system writes where nobody did      */
	PHRASE_KINDS
};

enum {
	WORDING_TEXT = 1024, /* characters read                  */
	PHRASE = 32,	     /* characters of one                */
	PHRASES = 1024,	     /* with those of the configuration  */
};

struct wording_lane {
	uint32_t text[WORDING_TEXT + 2];
};

struct wording {
	unsigned letters; /* of the text, blanks and punctuation left out   */
	unsigned covered; /* of them, by praise and what is between         */
	unsigned praises; /* different ones                                 */
	bool has[PHRASE_KINDS];
	bool has_number;
	double variety; /* different grams, of all: 1 is no repetition    */
	uint64_t hash;	/* of its letters                                 */
};

struct heard_error;
struct phrases;
/* What is known, and the operator's own praise.  NULL with a sentence. */
struct phrases *phrases_create(const struct heard_list *own, struct heard_error *);
void phrases_destroy(struct phrases *); /* NULL is fine */

void wording_read(struct wording *, struct wording_lane *, const struct phrases *,
		  struct heard_str text);

#endif
