/*
 * learn.c - a model from corrections, on top of the one that was shipped.
 */
#include "learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of each example, so that no author has more than LEARN_AUTHOR in all. */
static void weigh(const struct learn_example *e, size_t n, float *weights)
{
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && e[k].author == e[i].author;)
			k++;
		float each = k - i > LEARN_AUTHOR ? (float)LEARN_AUTHOR / (float)(k - i) : 1;
		for (size_t j = i; j < k; j++)
			weights[j] = each;
	}
}

static void step(float *w, const struct learn_example *e, float weight)
{
	float sum = 0, length = 1 / sqrtf((float)e->n);
	for (uint32_t i = 0; i < e->n; i++)
		sum += w[e->places[i]];
	float p = 1 / (1 + expf(-(e->odds + sum * length)));
	float move = LEARN_RATE * weight * ((e->is_spam ? 1.0f : 0.0f) - p) * length;
	for (uint32_t i = 0; i < e->n; i++)
		w[e->places[i]] += move;
}

static void quantize(const float *w, struct linear *m)
{
	size_t places = (size_t)1 << m->shape.bits;
	float top = 0;
	for (size_t i = 0; i < places; i++)
		top = fmaxf(top, fabsf(w[i]));
	float scale = top > 0 ? top / 127 : 1;
	for (size_t i = 0; i < places; i++)
		m->weights[i] = (int8_t)lrintf(w[i] / scale);
	m->labels[0].scale = scale;
}

struct linear *learn(const char *kind, const struct gram_shape *shape,
		     const struct learn_example *e, size_t n)
{
	struct linear *m = linear_create(kind, shape, 2);
	float *w = calloc((size_t)1 << shape->bits, sizeof(*w));
	float *weights = calloc(n + 1, sizeof(*weights));
	if (m != NULL && w != NULL && weights != NULL) {
		weigh(e, n, weights);
		for (unsigned round = 0; round < LEARN_ROUNDS; round++)
			for (size_t i = 0; i < n; i++)
				if (e[i].n > 0)
					step(w, &e[i], weights[i]);
		quantize(w, m);
		strcpy(m->labels[0].name, "spam");
		strcpy(m->labels[1].name, "ham");
		m->labels[0].slope = m->labels[1].slope = 1;
		m->examples = (uint32_t)n;
	} else {
		linear_destroy(m);
		m = NULL;
	}
	free(w);
	free(weights);
	return m;
}
