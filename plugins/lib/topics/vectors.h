/*
 * vectors.h - complaints as vectors of their words, for cluster.h.
 */
#ifndef TOPICS_VECTORS_H
#define TOPICS_VECTORS_H

#include "cluster.h"
#include "said.h"

struct vectors {
	struct cluster_texts texts;
	uint32_t *begin, *words, *said; /* said: the record of each */
	float *weights;
	uint32_t *with, *with_now; /* complaints that have a word, those of this period */
	int64_t now, before;
	double growth; /* of all complaints, at least 1; 0: there is nothing to compare */
};

/* False without memory; release it in either case. */
bool vectors_make(struct vectors *, const struct themes *, bool is_compared);
void vectors_release(struct vectors *);

/* How much more than expected, in standard deviations. */
double vectors_excess(double now, double before, double growth);

/* name.c: the words that each theme of the list is called by.  False without memory. */
bool names_give(const struct themes *, const struct vectors *, const struct clusters *,
		struct theme_list *);

#endif
