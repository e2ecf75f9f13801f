/*
 * vectors.c - what a word of a complaint weighs.
 *
 * A word weighs what its rarity says, the root of ln(complaints / those with it), from one in
 * 150 on no more: rare words that have nothing to do with the matter would tear themes apart.
 * A word that a single complaint has leads nowhere; in the text's length it still
 * counts for a quarter, so who says much else is less like the group.
 *
 * A word that is said far more often than in the period before weighs up to three times as
 * much: so a new issue becomes a theme of its own, and no small part of several old ones.
 * More than usual is measured against how all complaints grew.
 */
#include "vectors.h"

#include <math.h>
#include <stdlib.h>

static const double rise_from = 3, rise_most = 2, rare_most = 5, alone = 0.25;

void vectors_release(struct vectors *v)
{
	free(v->begin);
	free(v->words);
	free(v->said);
	free(v->weights);
	free(v->with);
	free(v->with_now);
}

static bool allocate(struct vectors *v, const struct themes *t)
{
	v->begin = calloc(t->n + 1, sizeof(*v->begin));
	v->said = calloc(t->n + 1, sizeof(*v->said));
	v->words = calloc(t->n_words + 1, sizeof(*v->words));
	v->weights = calloc(t->n_words + 1, sizeof(*v->weights));
	v->with = calloc(lexis_size(t->lexis) + 1, sizeof(*v->with));
	v->with_now = calloc(lexis_size(t->lexis) + 1, sizeof(*v->with_now));
	return v->begin && v->said && v->words && v->weights && v->with && v->with_now;
}

double vectors_excess(double now, double before, double growth)
{
	double scatter = sqrt(now + growth * growth * before);
	return scatter > 0 ? (now - growth * before) / scatter : 0;
}

static double weight_of(const struct vectors *v, uint32_t word)
{
	double with = v->with[word], now = v->with_now[word];
	double rise = v->growth > 0 ? vectors_excess(now, with - now, v->growth) - rise_from
				    : 0;
	double rare = log(((double)(v->now + v->before) + 1) / with);
	return sqrt(fmin(rare, rare_most)) * (1 + fmin(fmax(rise, 0), rise_most));
}

static void weigh(struct vectors *v, const struct themes *t, const struct said *s)
{
	double sum = 0;
	uint32_t at = v->begin[v->texts.n], end = at;
	for (uint32_t i = s->begin; i < s->begin + s->n_words; i++) {
		double weight = weight_of(v, t->words[i]);
		bool is_alone = v->with[t->words[i]] < 2;
		sum += weight * weight * (is_alone ? alone : 1);
		if (is_alone)
			continue;
		v->words[end] = t->words[i];
		v->weights[end++] = (float)weight;
	}
	for (uint32_t i = at; i < end; i++)
		v->weights[i] /= (float)sqrt(sum);
	v->said[v->texts.n] = (uint32_t)(s - t->said);
	v->begin[++v->texts.n] = end;
}

static void count_words(struct vectors *v, const struct themes *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct said *s = &t->said[i];
		if (!s->is_complaint)
			continue;
		*(s->is_before ? &v->before : &v->now) += 1;
		for (uint32_t k = s->begin; k < s->begin + s->n_words; k++) {
			v->with[t->words[k]]++;
			v->with_now[t->words[k]] += !s->is_before;
		}
	}
}

bool vectors_make(struct vectors *v, const struct themes *t, bool is_compared)
{
	if (!allocate(v, t))
		return false;
	count_words(v, t);
	if (is_compared && v->before > 0)
		v->growth = fmax(1, (double)v->now / (double)v->before);
	for (size_t i = 0; i < t->n; i++)
		if (t->said[i].is_complaint)
			weigh(v, t, &t->said[i]);
	v->texts.n_words = lexis_size(t->lexis);
	v->texts.begin = v->begin;
	v->texts.words = v->words;
	v->texts.weights = v->weights;
	return true;
}
