/*
 * posting.h - which records of a piece have which words: gathered in memory,
 * then given out word by word in order.
 *
 * Texts are borrowed until postings_clear.  A list of records is written as
 * the differences of their places in the piece, each a varint: neighbours are
 * near, so mostly one byte each.
 */
#ifndef STORE_POSTING_H
#define STORE_POSTING_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct term {
	struct heard_str text;
	uint64_t head;	      /* its first eight bytes, for sorting            */
	uint32_t hash, n, at; /* pairs of this term, and where its list begins */
	uint32_t last;	      /* place of the last record that had it          */
};
struct pair {
	uint32_t term, place;
};

struct postings {
	uint64_t seed; /* words come from outside: nobody shall know our hash */
	struct term *terms;
	size_t n_terms, room_terms;
	uint32_t *table; /* 1 + index of the term, 0: free; a power of two     */
	size_t slots;
	struct pair *pairs;
	size_t n_pairs, room_pairs;
	uint32_t *lists; /* places, term by term; made by postings_sort        */
	size_t room_lists;
};

void postings_init(struct postings *, uint64_t seed);
void postings_release(struct postings *);
void postings_clear(struct postings *);
/* Every token of the folded text of the record at this place; places rise.
 * 0 or -ENOMEM. */
int postings_add(struct postings *, uint32_t place, struct heard_str folded);
int postings_add_word(struct postings *, uint32_t place, struct heard_str word);
/* Terms in the order of their bytes, lists ready.  0 or -ENOMEM. */
int postings_sort(struct postings *);
/* Append a term's list. */
void postings_list(const struct postings *, const struct term *, struct heard_buf *);

/* Lists in bytes: append a place after `before` (-1 at the beginning), and read
 * the next one; false at the end. */
void list_put(struct heard_buf *, int64_t *before, int64_t place);
bool list_next(struct heard_str *list, int64_t *place);

#endif
