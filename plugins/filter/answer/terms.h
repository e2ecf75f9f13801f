/*
 * terms.h - what a text is looked up by: words cut to their stem, and pairs of
 * neighbours in Chinese.
 */
#ifndef ANSWER_TERMS_H
#define ANSWER_TERMS_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdint.h>

enum { TERMS_TEXT = 32 * 1024 }; /* bytes of a text that count, but for those of articles */

struct term {
	struct heard_str text; /* looks into the folded text */
	uint64_t hash;
};

struct terms {
	struct heard_buf folded;
	struct heard_buf list; /* of struct term */
};

void terms_init(struct terms *);
void terms_release(struct terms *);
/* What was read before is forgotten.  -ENOMEM. */
int terms_read(struct terms *, struct heard_str text);
/* Sorted by hash, each once. */
void terms_sort(struct terms *);
const struct term *terms_at(const struct terms *, size_t *n);

#endif
