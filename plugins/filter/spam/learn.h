/*
 * learn.h - a model from corrections, on top of the one that was shipped.
 *
 * Gradient descent from nothing, where the shipped model's log-odds of each example are
 * given.  No AdaGrad here, for the plain step has a bound that can be proved: a text's
 * grams are a vector of length 1, so one step moves the weights by no more than
 *
 *	rate x weight of the example
 *
 * and all examples of one author together have no more weight than LEARN_AUTHOR.  So,
 * however many corrections come of one author's texts, no text's log-odds move by more
 * than LEARN_RATE x LEARN_ROUNDS x LEARN_AUTHOR = 2 for them: what is surely ham stays it.
 * It takes several authors to teach the filter something new.
 */
#ifndef SPAM_LEARN_H
#define SPAM_LEARN_H

#include <model/linear.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEARN_ROUNDS = 10, LEARN_AUTHOR = 2 };
#define LEARN_RATE 0.1f

struct learn_example {
	const uint32_t *places;
	uint32_t n;
	bool is_spam;
	uint64_t author; /* 0: nobody knows whose; all those are as of one author        */
	float odds;	 /* that the shipped model gives it                           */
};

/* Those of one author stand together; the same in the same order give the same bytes.
 * NULL: no memory. */
struct linear *learn(const char *kind, const struct gram_shape *, const struct learn_example *,
		     size_t n);

#endif
