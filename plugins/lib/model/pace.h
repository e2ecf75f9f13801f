/*
 * pace.h - how fast the weights of a gram may move: by how much it tells.
 *
 * A gram that stands under all labels alike tells nothing, and what is learned of it is
 * chance; one that stands under one of them tells much.  A place's pace scales both the
 * slope and the step of its weights, so that training is the same as if the gram counted
 * that much in the text.
 *
 * Two labels: the root of its log odds (Wang, Manning 2012 scale by these).  More: the
 * root of the divergence (Kullback, Leibler 1951) of its labels from all labels, each
 * count enlarged by a little of what chance would give, so that a gram that was seen once
 * is not certain of anything; on average over the texts 1.
 */
#ifndef MODEL_PACE_H
#define MODEL_PACE_H

#include "gram.h"

struct example {
	size_t at; /* of its places */
	uint32_t n;
	uint32_t label;
	float weight;
};

/* Of each place, from the first n examples.  `room` has a number for each place and each
 * sum (one, if there are two labels), and is left with anything in it. */
void pace_find(float *pace, float *room, const struct gram_shape *, unsigned n_labels,
	       const struct example *, size_t n, const uint32_t *places);

#endif
