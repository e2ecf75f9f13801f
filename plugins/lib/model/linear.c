/*
 * linear.c - sums and probabilities.
 */
#include "linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct linear *linear_create(const char *kind, const struct gram_shape *shape, unsigned n)
{
	struct linear *m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	strncpy(m->kind, kind, LINEAR_KIND - 1);
	m->shape = *shape;
	m->n_labels = n;
	m->n_sums = n == 2 ? 1 : n;
	m->labels = calloc(n, sizeof(*m->labels));
	m->weights = calloc((size_t)m->n_sums << shape->bits, 1);
	if (m->labels == NULL || m->weights == NULL) {
		linear_destroy(m);
		return NULL;
	}
	return m;
}

void linear_destroy(struct linear *m)
{
	if (m == NULL)
		return;
	free(m->labels);
	free(m->weights);
	free(m);
}

static void add_one(const struct linear *m, const uint32_t *places, size_t n, int32_t *sum)
{
	int32_t s = 0;
	for (size_t i = 0; i < n; i++)
		s += m->weights[places[i]];
	*sum = s;
}

static void add_all(const struct linear *m, const uint32_t *places, size_t n, int32_t *sum)
{
	memset(sum, 0, m->n_sums * sizeof(*sum));
	for (size_t i = 0; i < n; i++) {
		const int8_t *w = m->weights + (size_t)places[i] * m->n_sums;
		for (unsigned k = 0; k < m->n_sums; k++)
			sum[k] += w[k];
	}
}

void linear_sum(const struct linear *m, const uint32_t *places, size_t n, float *sums)
{
	int32_t whole[LINEAR_LABELS];
	float length = n > 0 ? 1 / sqrtf((float)n) : 0;
	if (m->n_sums == 1)
		add_one(m, places, n, whole);
	else
		add_all(m, places, n, whole);
	for (unsigned k = 0; k < m->n_sums; k++)
		sums[k] = (float)whole[k] * m->labels[k].scale * length + m->labels[k].bias;
}

void linear_judge(const struct linear *m, const uint32_t *places, size_t n, float *p)
{
	const struct linear_label *l = m->labels;
	linear_sum(m, places, n, p);
	if (m->n_sums == 1) {
		p[0] = 1 / (1 + expf(-(l->slope * p[0] + l->offset)));
		p[1] = 1 - p[0];
		return;
	}
	float top = -INFINITY, all = 0;
	for (unsigned k = 0; k < m->n_labels; k++) {
		p[k] = l[k].slope * p[k] + l[k].offset;
		top = p[k] > top ? p[k] : top;
	}
	for (unsigned k = 0; k < m->n_labels; k++)
		all += p[k] = expf(p[k] - top);
	for (unsigned k = 0; k < m->n_labels; k++)
		p[k] /= all;
}

int linear_find(const struct linear *m, struct heard_str name)
{
	for (unsigned k = 0; k < m->n_labels; k++)
		if (heard_str_is(name, m->labels[k].name))
			return (int)k;
	return -1;
}
