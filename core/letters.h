/*
 * letters.h - which dead letters (or deferrals) are live, and where they are.
 *
 * Only places are kept in memory; bodies are read from the segments.  The
 * caller holds the journal's lock.
 */
#ifndef CORE_LETTERS_H
#define CORE_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct letters;
struct letter {
	unsigned char id[16];
	uint64_t output, seq;	  /* of an output's, else 0 */
	uint64_t segment, offset; /* of its frame           */
	int64_t time_ms;	  /* of its birth           */
	uint64_t size;		  /* of its frame           */
	uint64_t order;		  /* rises with age: for letters_next */
};

struct letters *letters_create(void);
void letters_destroy(struct letters *);
/* A known id only changes its place.  0 or -ENOMEM. */
int letters_add(struct letters *, const struct letter *);
/* The next n of letters_add cannot fail.  0 or -ENOMEM. */
int letters_reserve(struct letters *, size_t n);
bool letters_remove(struct letters *, const unsigned char id[16]);
bool letters_get(const struct letters *, const unsigned char id[16], struct letter *);
bool letters_known(const struct letters *, uint64_t output, uint64_t seq);
size_t letters_count(const struct letters *);
uint64_t letters_bytes(const struct letters *); /* of their frames */
/* The oldest whose order is above `order`. */
bool letters_next(const struct letters *, uint64_t order, struct letter *);
/* After recovery: order by time of birth. */
void letters_sort(struct letters *);

#endif
