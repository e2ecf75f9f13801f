/*
 * cluster.h - texts that are about the same, found by the words they share.
 *
 * A text is a vector over words, of length one; how alike it is to a group is the cosine
 * between it and the sum of the group's texts.  Three steps, all of a fixed order, so the
 * same texts give the same groups:
 *
 *   leaders   one after the other, a text joins the group that it is most like, or begins
 *             one of its own; of many texts every k-th is asked
 *   joining   groups whose texts are on average alike become one, the closest first:
 *             that takes back what the order of the texts had torn apart
 *   settling  each text goes to the group that it is most like now, or to none; twice
 *
 * Nothing is random, nothing grows with the square of the texts: leaders and groups are
 * bounded, and words lead to groups by lists (what shares no word is never compared).
 */
#ifndef TOPICS_CLUSTER_H
#define TOPICS_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLUSTER_LEADERS = 4096,
	CLUSTER_MOST = 512,    /* groups that are joined: the largest ones */
	CLUSTER_ASKED = 16384, /* texts that may begin a group             */
};

struct cluster_texts {
	size_t n, n_words;
	const uint32_t *begin; /* n + 1: where the words of each begin */
	const uint32_t *words; /* below n_words, each once in a text   */
	const float *weights;  /* of each; a text's squares sum to 1, or it has none */
};

struct cluster_rule { /* how alike: to join a group, to join groups, to stay in one */
	float lead, join, stay;
	uint32_t least; /* texts of a group */
};
extern const struct cluster_rule cluster_usual;

struct clusters {
	size_t n;
	int32_t *of;  /* the group of each text, or -1    */
	float *alike; /* how alike it is to it            */
};

/* False without memory.  Release it in either case. */
bool cluster_find(const struct cluster_texts *, const struct cluster_rule *, struct clusters *);
void cluster_release(struct clusters *);

#endif
