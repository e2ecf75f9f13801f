/*
 * train.h - weights from examples: logistic regression by AdaGrad.
 *
 * Duchi, Hazan, Singer 2011: each weight has a pace of its own, so rare grams learn as
 * fast as common ones and there is nothing to tune.  Examples are shuffled by a seed, so
 * the same ones give the same bytes.  One in ten is held back for the calibration, and
 * then all are learned from anew; with fewer than fifty in all there is no calibration.
 */
#ifndef MODEL_TRAIN_H
#define MODEL_TRAIN_H

#include "linear.h"

struct heard_error;
struct train;

struct train_options {
	unsigned epochs; /* 0: 8              */
	float rate;	 /* 0: 0.5            */
	float decay;	 /* of weights; 0: 1e-6 */
	uint64_t seed;
	bool is_balanced; /* each label counts the same, however many examples it has */
	/* Go on from this one's weights: what the examples do not have stays as it is, and so
	 * does its calibration.  Of the same shape and as many labels.  NULL: from nothing. */
	const struct linear *from;
};

struct train *train_create(const char *kind, const struct gram_shape *, unsigned n_labels,
			   const char *const *names);
void train_destroy(struct train *); /* NULL is fine */
/* What the lane has gathered is an example of that label.  -ENOMEM. */
int train_add(struct train *, const struct gram_lane *, unsigned label, float weight);
size_t train_size(const struct train *);
/* NULL with a sentence. */
struct linear *train_run(struct train *, const struct train_options *, struct heard_error *);

#endif
