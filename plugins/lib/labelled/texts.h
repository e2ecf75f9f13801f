/*
 * texts.h - labelled texts in memory, each in a fold.
 *
 * Each text belongs to one of TEXTS_FOLDS folds by a hash of what it says, blanks, marks,
 * case and script aside: so no text, however often it stands in the files, is both learned
 * and asked.
 */
#ifndef LABELLED_TEXTS_H
#define LABELLED_TEXTS_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXTS_FOLDS = 5 };

struct text {
	size_t at; /* of subject, then body */
	uint32_t subject, body;
	uint16_t label;
	uint8_t fold;
};

struct texts {
	struct text *at;
	size_t n, size;
	char *bytes;
	size_t n_bytes, bytes_size;
	uint32_t *folded;
};

bool texts_init(struct texts *);
void texts_release(struct texts *);
int texts_add(struct texts *, struct heard_str subject, struct heard_str body,
	      uint16_t label); /* -ENOMEM */

/* Valid until the next is added. */
struct heard_str texts_subject(const struct texts *, const struct text *);
struct heard_str texts_body(const struct texts *, const struct text *);

/* Room for so many of them, each of that size: doubled as needed. */
bool texts_room(void **at, size_t *size, size_t needed, size_t each);

#endif
