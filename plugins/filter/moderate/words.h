/*
 * words.h - lists of improper words, and where they stand in a text.
 *
 * A folder of files *.txt, one word a line:
 *
 *	# a remark
 *	[abuse]                          the kind of those below, a small word
 *	asshole                          in English a whole word
 *	fuck*                            that may go on
 *	blow job                         two words, with a blank or a sign between
 *	口交 ! 路口交, 口交叉            anywhere, but not within these
 */
#ifndef MODERATE_WORDS_H
#define MODERATE_WORDS_H

#include "plain.h"

#include <heard/buf.h>

struct heard_error;
struct hs_scratch;
struct words;

enum { WORDS_KINDS = 16, WORDS_KIND_NAME = 24 };

struct words_found {
	uint32_t from, to; /* in the text                                    */
	unsigned kind;
};

/* NULL with a sentence.  `more` are words of the kind "own", `allow` are not looked for. */
struct words *words_load(const char *folder, const char *const *more, size_t n_more,
			 const char *const *allow, size_t n_allow, struct heard_error *);
void words_destroy(struct words *); /* NULL is fine */
const char *words_kind(const struct words *, unsigned kind);
unsigned words_kinds(const struct words *);

struct words_lane { /* what a thread needs to search */
	const struct words *words;
	struct hs_scratch *scratch;
	struct plain plain;
	struct heard_buf found; /* struct words_found, in order, none within another */
};
int words_lane_open(struct words_lane *, const struct words *, struct heard_error *);
void words_lane_close(struct words_lane *);
/* How many; they are in lane->found.  -errno. */
int words_find(struct words_lane *, struct heard_str text);

#endif
