/*
 * gram.h - a text as numbers: its character and word n-grams, hashed.
 *
 * Characters need no segmenter, which Chinese has none that keeps shop words, and they
 * see through spelling: "f r e e", ＦＲＥＥ and free share most of theirs.  Words add what a
 * few characters cannot hold in English.  A gram is hashed to one of 2^bits places; two
 * that meet there share a weight, which costs less quality than a larger table costs
 * cache (docs/understanding.md has the figures).
 *
 * Folding, so that what is read alike counts alike: letters small, full-width narrow,
 * traditional characters simplified, each digit '0' (a number's length tells, its value
 * does not), blanks one, none between two Chinese characters, more than three of one
 * character are three.  The text itself stays as it is.
 *
 * A text has each gram once, however often it stands there: in reviews and messages
 * that is a little better than counting (Pang, Lee, Vaithyanathan 2002 found the same).
 */
#ifndef MODEL_GRAM_H
#define MODEL_GRAM_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GRAM_CHARS_MAX = 8, /* of a gram                                        */
	GRAM_WORDS_MAX = 3, /* of one of words                                  */
	GRAM_BITS_MIN = 10,
	GRAM_BITS_MAX = 22,
	GRAM_TEXT_MAX = 4096, /* characters read of a text: the head, and the end */
	GRAM_MAX = 32768,     /* grams of a text; what is beyond is left out      */
};

struct gram_shape {		      /* what is looked at; stands in the model's file */
	uint8_t chars_min, chars_max; /* 1 to 3: one, two and three characters; 0: none */
	uint8_t words_max;	      /* 2: words and pairs of them; 0: none            */
	uint8_t bits;
};
bool gram_shape_is_good(const struct gram_shape *);

/* Room to work in, one for each thread; about 400 KB. */
struct gram_lane;
struct gram_lane *gram_lane_create(void);
void gram_lane_destroy(struct gram_lane *); /* NULL is fine */

/* Forget what was gathered; then add texts and tokens in turn. */
void gram_begin(struct gram_lane *, const struct gram_shape *);
/* `field` keeps texts of different fields apart: 0 for the body. */
void gram_text(struct gram_lane *, struct heard_str text, unsigned field);
/* One gram that is no text: a header's name and value, a fact. */
void gram_token(struct gram_lane *, struct heard_str token);
/* The places, each once, in no order that means anything; valid until gram_begin(). */
const uint32_t *gram_places(const struct gram_lane *, size_t *n_r);

/* The folded characters of a text, at most `max`: for MinHash and the like. */
size_t gram_fold(struct heard_str text, uint32_t *out, size_t max);

#endif
