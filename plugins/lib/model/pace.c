/*
 * pace.c - how often each place has each label, and what that tells.
 */
#include "pace.h"

#include "linear.h"
#include "plain.h"

#include <math.h>
#include <string.h>

#define CHANCE 0.03f /* of a label's share, added for each label to what was counted */

static void of_two(float *pace, float *in, size_t size, const struct example *examples,
		   size_t n, const uint32_t *places)
{
	float all[2] = {0, 0};
	memset(in, 0, size * sizeof(*in));
	memset(pace, 0, size * sizeof(*pace));
	for (size_t i = 0; i < n; i++) {
		const struct example *e = &examples[i];
		float *of = e->label == 0 ? in : pace;
		all[e->label] += 1;
		for (uint32_t k = 0; k < e->n; k++)
			of[places[e->at + k]] += 1;
	}
	for (size_t i = 0; i < size; i++) {
		float odds = (in[i] + 1) / (all[0] + 2) / ((pace[i] + 1) / (all[1] + 2));
		pace[i] = sqrtf(fabsf(plain_log(odds)));
	}
}

/* How far the labels of a place are from the share that each has of all. */
static float divergence(const float *count, float sum, const float *share, unsigned n_labels)
{
	float all = sum + CHANCE * (float)n_labels, far = 0;
	for (unsigned k = 0; k < n_labels; k++) {
		float p;
		if (share[k] <= 0)
			continue;
		p = (count[k] + CHANCE * (float)n_labels * share[k]) / all;
		far += p * plain_log(p / share[k]);
	}
	return far > 0 ? far : 0;
}

static void of_many(float *pace, float *count, size_t size, unsigned n_labels,
		    const struct example *examples, size_t n, const uint32_t *places)
{
	float share[LINEAR_LABELS] = {0};
	double told = 0, seen = 0;
	memset(count, 0, size * n_labels * sizeof(*count));
	for (size_t i = 0; i < n; i++) {
		const struct example *e = &examples[i];
		share[e->label] += 1 / (float)n;
		for (uint32_t k = 0; k < e->n; k++)
			count[(size_t)places[e->at + k] * n_labels + e->label] += 1;
	}
	for (size_t i = 0; i < size; i++) {
		float sum = 0;
		for (unsigned k = 0; k < n_labels; k++)
			sum += count[i * n_labels + k];
		pace[i] = sum > 0 ? sqrtf(divergence(count + i * n_labels, sum, share,
						     n_labels))
				  : 0;
		told += (double)pace[i] * sum;
		seen += sum;
	}
	for (size_t i = 0; i < size && told > 0; i++)
		pace[i] = (float)(pace[i] * seen / told);
}

void pace_find(float *pace, float *room, const struct gram_shape *shape, unsigned n_labels,
	       const struct example *examples, size_t n, const uint32_t *places)
{
	size_t size = (size_t)1 << shape->bits;
	if (n_labels == 2)
		of_two(pace, room, size, examples, n, places);
	else
		of_many(pace, room, size, n_labels, examples, n, places);
}
