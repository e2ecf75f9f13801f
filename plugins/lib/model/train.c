/*
 * train.c - AdaGrad over shuffled examples, then a calibration, then int8.
 *
 * Two things hold back what chance teaches, each measured on reviews, messages and
 * questions alike (docs/understanding.md).  The sums of squares begin with DAMP:
 * from nothing, the first step of a gram that stands in one text only would be as long
 * as that of one in a thousand texts.  And each gram has a pace (pace.c): what stands
 * under all labels alike moves little.
 *
 * With many labels, those whose slope is below NEAR_NOTHING are passed over: most of
 * them after the first examples, and nothing is lost but time.
 */
#include "train.h"

#include "pace.h"
#include "plain.h"

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HOLD_BACK = 10, CALIBRATE_MIN = 50, CALIBRATE_ROUNDS = 200 };
#define DAMP	     1e-3f
#define NEAR_NOTHING 2e-3f

struct train {
	struct linear *model; /* names, shape and kind */
	struct example *examples;
	size_t n, size;
	uint32_t *places;
	size_t n_places, places_size;
	/* while it runs */
	float *w, *g; /* weights, and sums of squares of their gradients */
	float *pace;  /* of each place                         */
	float *bias, *bias_g;
	uint64_t random;
};

struct train *train_create(const char *kind, const struct gram_shape *shape, unsigned n_labels,
			   const char *const *names)
{
	struct train *t = calloc(1, sizeof(*t));
	if (t == NULL || (t->model = linear_create(kind, shape, n_labels)) == NULL) {
		free(t);
		return NULL;
	}
	for (unsigned k = 0; k < n_labels; k++) {
		strncpy(t->model->labels[k].name, names[k], LINEAR_NAME - 1);
		t->model->labels[k].slope = 1;
	}
	return t;
}

void train_destroy(struct train *t)
{
	if (t == NULL)
		return;
	linear_destroy(t->model);
	free(t->examples);
	free(t->places);
	free(t->w);
	free(t->g);
	free(t->pace);
	free(t->bias);
	free(t->bias_g);
	free(t);
}

size_t train_size(const struct train *t)
{
	return t->n;
}

static bool make_room(void **at, size_t *size, size_t needed, size_t each)
{
	if (needed <= *size)
		return true;
	size_t larger = *size * 2 > needed ? *size * 2 : needed + 1024;
	void *moved = realloc(*at, larger * each);
	if (moved == NULL)
		return false;
	*at = moved;
	*size = larger;
	return true;
}

int train_add(struct train *t, const struct gram_lane *lane, unsigned label, float weight)
{
	size_t n;
	const uint32_t *places = gram_places(lane, &n);
	if (n == 0)
		return 0;
	if (!make_room((void **)&t->examples, &t->size, t->n + 1, sizeof(*t->examples)) ||
	    !make_room((void **)&t->places, &t->places_size, t->n_places + n,
		       sizeof(*t->places)))
		return -ENOMEM;
	memcpy(t->places + t->n_places, places, n * sizeof(*places));
	t->examples[t->n++] = (struct example){t->n_places, (uint32_t)n, label, weight};
	t->n_places += n;
	return 0;
}

/* ---- one example */

static uint64_t next_random(struct train *t) /* splitmix64: Steele, Lea, Flood 2014 */
{
	uint64_t z = t->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void sums_of(const struct train *t, const struct example *e, float *sums)
{
	unsigned n_sums = t->model->n_sums;
	float length = 1 / sqrtf((float)e->n);
	memset(sums, 0, n_sums * sizeof(*sums));
	for (uint32_t i = 0; i < e->n; i++) {
		const float *w = t->w + (size_t)t->places[e->at + i] * n_sums;
		for (unsigned k = 0; k < n_sums; k++)
			sums[k] += w[k];
	}
	for (unsigned k = 0; k < n_sums; k++)
		sums[k] = sums[k] * length + t->bias[k];
}

/* From sums to what the loss would have them changed by: p - y. */
static void slopes_of(const struct train *t, const struct example *e, float *sums)
{
	unsigned n = t->model->n_sums;
	if (n == 1) {
		sums[0] = 1 / (1 + plain_exp(-sums[0])) - (e->label == 0 ? 1.0f : 0.0f);
		return;
	}
	float top = -INFINITY, all = 0;
	for (unsigned k = 0; k < n; k++)
		top = sums[k] > top ? sums[k] : top;
	for (unsigned k = 0; k < n; k++)
		all += sums[k] = plain_exp(sums[k] - top);
	for (unsigned k = 0; k < n; k++)
		sums[k] = sums[k] / all - (e->label == k ? 1.0f : 0.0f);
}

static inline void move(float *w, float *g, float slope, float rate, float decay)
{
	slope += decay * *w;
	*g += slope * slope;
	*w -= rate * slope / sqrtf(*g + 1e-8f);
}

/* With two labels there is one weight for each place. */
static void learn_two(struct train *t, const struct example *e, float slope,
		      const struct train_options *o)
{
	for (uint32_t i = 0; i < e->n; i++) {
		uint32_t at = t->places[e->at + i];
		float pace = t->pace[at];
		move(&t->w[at], &t->g[at], slope * pace, o->rate * pace, o->decay);
	}
}

static void learn_many(struct train *t, const struct example *e, const float *slopes,
		       float length, const struct train_options *o)
{
	unsigned n = t->model->n_sums, due[LINEAR_LABELS], n_due = 0;
	for (unsigned k = 0; k < n; k++)
		if (fabsf(slopes[k]) >= NEAR_NOTHING)
			due[n_due++] = k;
	for (uint32_t i = 0; i < e->n; i++) {
		uint32_t place = t->places[e->at + i];
		float pace = t->pace[place], by = length * pace, rate = o->rate * pace;
		float *w = t->w + (size_t)place * n, *g = t->g + (size_t)place * n;
		for (unsigned k = 0; k < n_due; k++)
			move(&w[due[k]], &g[due[k]], slopes[due[k]] * by, rate, o->decay);
	}
}

static void learn(struct train *t, const struct example *e, const struct train_options *o)
{
	float slopes[LINEAR_LABELS];
	unsigned n = t->model->n_sums;
	float length = e->weight / sqrtf((float)e->n);
	sums_of(t, e, slopes);
	slopes_of(t, e, slopes);
	if (n == 1)
		learn_two(t, e, slopes[0] * length, o);
	else
		learn_many(t, e, slopes, length, o);
	for (unsigned k = 0; k < n; k++)
		move(&t->bias[k], &t->bias_g[k], slopes[k] * e->weight, o->rate, 0);
}

static void shuffle(struct train *t, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(next_random(t) % i);
		struct example swap = t->examples[i - 1];
		t->examples[i - 1] = t->examples[j];
		t->examples[j] = swap;
	}
}

/* ---- afterwards */

/* One step for slope and offset: how the loss changes with them over the held back. */
static void calibrate_once(struct train *t, size_t from, const float *raw, float ab[2],
			   float squares[2])
{
	unsigned n_sums = t->model->n_sums;
	float da = 0, db = 0, n = (float)(t->n - from);
	for (size_t i = from; i < t->n; i++, raw += n_sums) {
		float s[LINEAR_LABELS] = {0};
		for (unsigned k = 0; k < n_sums; k++)
			s[k] = ab[0] * raw[k] + ab[1];
		slopes_of(t, &t->examples[i], s);
		for (unsigned k = 0; k < n_sums; k++)
			da += s[k] * raw[k];
		db += s[0];
	}
	move(&ab[0], &squares[0], da / n, 0.1f, 0);
	if (n_sums == 1)
		move(&ab[1], &squares[1], db / n, 0.1f, 0);
}

/* Slope and offset (one for all labels if there are several) that make the held back
 * most likely: gradient descent, for it is one or two numbers. */
static bool calibrate(struct train *t, size_t from)
{
	struct linear *m = t->model;
	float ab[2] = {1, 0}, squares[2] = {1e-8f, 1e-8f};
	float *raw = calloc((t->n - from) * m->n_sums, sizeof(*raw));
	if (raw == NULL)
		return false;
	for (size_t i = from; i < t->n; i++)
		sums_of(t, &t->examples[i], raw + (i - from) * m->n_sums);
	for (unsigned round = 0; round < CALIBRATE_ROUNDS; round++)
		calibrate_once(t, from, raw, ab, squares);
	free(raw);
	for (unsigned k = 0; k < m->n_labels; k++) {
		m->labels[k].slope = ab[0] > 0.05f ? ab[0] : 0.05f;
		m->labels[k].offset = ab[1];
	}
	return true;
}

static void quantize(struct train *t)
{
	struct linear *m = t->model;
	size_t places = (size_t)1 << m->shape.bits;
	for (unsigned k = 0; k < m->n_sums; k++) {
		float top = 0;
		for (size_t i = 0; i < places; i++)
			top = fmaxf(top, fabsf(t->w[i * m->n_sums + k]));
		float scale = top > 0 ? top / 127 : 1;
		for (size_t i = 0; i < places; i++)
			m->weights[i * m->n_sums + k] = (int8_t)lrintf(t->w[i * m->n_sums + k] /
								       scale);
		m->labels[k].scale = scale;
		m->labels[k].bias = t->bias[k];
	}
}

static void balance(struct train *t)
{
	float of[LINEAR_LABELS] = {0}, all = 0;
	for (size_t i = 0; i < t->n; i++) {
		of[t->examples[i].label] += t->examples[i].weight;
		all += t->examples[i].weight;
	}
	for (size_t i = 0; i < t->n; i++)
		t->examples[i].weight *= all /
					 (of[t->examples[i].label] * (float)t->model->n_labels);
}

static bool start(struct train *t)
{
	size_t n = (size_t)t->model->n_sums << t->model->shape.bits;
	t->w = calloc(n, sizeof(*t->w));
	t->g = calloc(n, sizeof(*t->g));
	t->pace = calloc((size_t)1 << t->model->shape.bits, sizeof(*t->pace));
	t->bias = calloc(t->model->n_sums, sizeof(*t->bias));
	t->bias_g = calloc(t->model->n_sums, sizeof(*t->bias_g));
	return t->w && t->g && t->pace && t->bias && t->bias_g;
}

/* Weights and biases to begin with. */
static void begin_with(struct train *t, const struct linear *from)
{
	unsigned n = t->model->n_sums;
	size_t size = (size_t)n << t->model->shape.bits;
	memset(t->w, 0, size * sizeof(*t->w));
	memset(t->bias, 0, n * sizeof(*t->bias));
	for (size_t i = 0; from != NULL && i < size; i++)
		t->w[i] = (float)from->weights[i] * from->labels[i % n].scale;
	for (unsigned k = 0; from != NULL && k < n; k++)
		t->bias[k] = from->labels[k].bias;
}

/* From the beginning: what was learned before is forgotten. */
static void learn_all(struct train *t, size_t n, const struct train_options *o)
{
	size_t size = (size_t)t->model->n_sums << t->model->shape.bits;
	begin_with(t, o->from);
	memset(t->g, 0, size * sizeof(*t->g));
	memset(t->bias_g, 0, t->model->n_sums * sizeof(*t->bias_g));
	pace_find(t->pace, t->g, &t->model->shape, t->model->n_labels, t->examples, n,
		  t->places);
	for (size_t i = 0; i < size; i++)
		t->g[i] = DAMP;
	for (unsigned epoch = 0; epoch < o->epochs; epoch++) {
		for (size_t i = 0; i < n; i++)
			learn(t, &t->examples[i], o);
		shuffle(t, n);
	}
}

/* Learn from nine in ten, and see on the tenth how sure to be. */
static bool hold_back(struct train *t, const struct train_options *o)
{
	size_t learned = t->n - t->n / HOLD_BACK;
	if (o->is_balanced)
		balance(t);
	shuffle(t, t->n);
	if (t->n < CALIBRATE_MIN || o->from != NULL)
		return true;
	learn_all(t, learned, o);
	return calibrate(t, learned);
}

/* The calibration of the other one stays: a new one was no better with thousands of
 * examples, and worse with hundreds.  False: its sums are not ours. */
static bool take_calibration(struct linear *m, const struct linear *from)
{
	if (from->n_labels != m->n_labels ||
	    memcmp(&from->shape, &m->shape, sizeof(m->shape)) != 0)
		return false;
	for (unsigned k = 0; k < m->n_labels; k++) {
		m->labels[k].slope = from->labels[k].slope;
		m->labels[k].offset = from->labels[k].offset;
	}
	return true;
}

struct linear *train_run(struct train *t, const struct train_options *given,
			 struct heard_error *err)
{
	struct train_options o = *given;
	o.epochs = o.epochs > 0 ? o.epochs : 8;
	o.rate = o.rate > 0 ? o.rate : 0.5f;
	o.decay = o.decay > 0 ? o.decay : 1e-6f;
	t->random = o.seed;
	if (t->n == 0) {
		heard_fail(err, EINVAL, "there is no example to learn from");
		return NULL;
	}
	if (o.from != NULL && !take_calibration(t->model, o.from)) {
		heard_fail(err, EINVAL, "the model to go on from is of another shape");
		return NULL;
	}
	if (!start(t) || !hold_back(t, &o)) {
		heard_fail(err, ENOMEM, "no memory for %zu examples", t->n);
		return NULL;
	}
	learn_all(t, t->n, &o);
	quantize(t);
	t->model->examples = (uint32_t)t->n;
	struct linear *m = t->model;
	t->model = NULL;
	return m;
}
