/*
 * theme.c - records are gathered, complaints grouped (cluster.c) by what their words weigh
 * (vectors.c), groups counted and named (name.c).
 */
#include "said.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_HOT = 5 };
static const double hot_factor = 1.5, hot_scatter = 3.5;

/* ---- records */

struct themes *themes_create(void)
{
	struct themes *t = calloc(1, sizeof(*t));
	if (t && !(t->lexis = lexis_create())) {
		free(t);
		t = NULL;
	}
	return t;
}

void themes_destroy(struct themes *t)
{
	if (!t)
		return;
	lexis_destroy(t->lexis);
	free(t->said);
	free(t->words);
	free(t);
}

static bool make_room(struct themes *t)
{
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 1024;
		struct said *said = realloc(t->said, room * sizeof(*said));
		if (!said)
			return false;
		t->said = said;
		t->room = room;
	}
	if (t->n_words + THEME_KEYWORDS > t->words_room) {
		size_t room = t->words_room ? 2 * t->words_room : 8192;
		uint32_t *words = realloc(t->words, room * sizeof(*words));
		if (!words)
			return false;
		t->words = words;
		t->words_room = room;
	}
	return true;
}

static bool has_word(const struct themes *t, const struct said *s, uint32_t word)
{
	for (uint32_t i = s->begin; i < s->begin + s->n_words; i++)
		if (t->words[i] == word)
			return true;
	return false;
}

bool themes_add(struct themes *t, const struct theme_said *said)
{
	if (t->n == THEME_SAID)
		return true;
	if (!make_room(t))
		return false;
	struct said *s = &t->said[t->n++];
	*s = (struct said){.begin = (uint32_t)t->n_words,
			   .part = said->part,
			   .mark = (uint8_t)said->mark,
			   .is_before = said->is_before,
			   .is_complaint = said->is_complaint,
			   .ticket = said->ticket};
	memcpy(s->id, said->id, sizeof(s->id));
	for (size_t i = 0; i < said->n_words && i < THEME_KEYWORDS; i++) {
		uint32_t word = lexis_add(t->lexis, said->words[i]);
		if (word == LEXIS_NONE || has_word(t, s, word))
			continue;
		t->words[t->n_words++] = word;
		s->n_words++;
	}
	t->wordless += s->n_words == 0;
	return true;
}

/* ---- counts and samples */

/* The most telling of this period, each of another ticket; of equals the newest. */
static void offer_sample(struct theme *theme, float likeness[THEME_SAMPLES],
			 const struct said *s, float alike)
{
	size_t i = theme->n_samples;
	for (size_t k = 0; s->ticket && k < theme->n_samples; k++)
		if (theme->samples[k].ticket == s->ticket)
			return;
	while (i > 0 && likeness[i - 1] <= alike)
		i--;
	if (i == THEME_SAMPLES)
		return;
	if (theme->n_samples < THEME_SAMPLES)
		theme->n_samples++;
	size_t behind = theme->n_samples - 1 - i;
	memmove(&theme->samples[i + 1], &theme->samples[i], behind * sizeof(theme->samples[0]));
	memmove(&likeness[i + 1], &likeness[i], behind * sizeof(likeness[0]));
	theme->samples[i].ticket = s->ticket;
	memcpy(theme->samples[i].id, s->id, sizeof(s->id));
	likeness[i] = alike;
}

static bool count(const struct themes *t, const struct vectors *v, const struct clusters *g,
		  struct theme_list *out)
{
	float(*likeness)[THEME_SAMPLES] = calloc(g->n + 1, sizeof(*likeness));
	if (!likeness)
		return false;
	out->now = v->now;
	out->before = v->before;
	for (size_t i = 0; i < v->texts.n; i++) {
		const struct said *s = &t->said[v->said[i]];
		if (g->of[i] < 0) {
			*(s->is_before ? &out->rest_before : &out->rest_now) += 1;
			continue;
		}
		struct theme *theme = &out->at[g->of[i]];
		*(s->is_before ? &theme->before : &theme->now) += 1;
		if (s->is_before)
			continue;
		theme->course[s->part < THEME_PARTS ? s->part : THEME_PARTS - 1]++;
		offer_sample(theme, likeness[g->of[i]], s, g->alike[i]);
	}
	free(likeness);
	return true;
}

/* ---- together */

bool theme_is_hot(int64_t now, int64_t before, double growth)
{
	return growth > 0 && now >= LEAST_HOT &&
	       (double)now >= hot_factor * growth * (double)before &&
	       vectors_excess((double)now, (double)before, growth) >= hot_scatter;
}

static int by_size(const void *a, const void *b)
{
	const struct theme *x = a, *y = b;
	if (x->now != y->now)
		return x->now > y->now ? -1 : 1;
	if (x->before != y->before)
		return x->before > y->before ? -1 : 1;
	return x->cluster < y->cluster ? -1 : x->cluster > y->cluster;
}

/* Who has no name is no theme: its complaints are of none. */
static void sort(struct theme_list *out, double growth)
{
	size_t n = 0;
	for (size_t i = 0; i < out->n; i++) {
		struct theme *theme = &out->at[i];
		if (theme->n_words == 0) {
			out->rest_now += theme->now;
			out->rest_before += theme->before;
			continue;
		}
		theme->is_hot = theme_is_hot(theme->now, theme->before, growth);
		if (n < i)
			out->at[n] = *theme;
		n++;
	}
	out->n = n;
	if (n)
		qsort(out->at, n, sizeof(*out->at), by_size);
}

static bool find(const struct themes *t, bool is_compared, struct vectors *v,
		 struct clusters *g, struct theme_list *out)
{
	if (!vectors_make(v, t, is_compared) || !cluster_find(&v->texts, &cluster_usual, g))
		return false;
	out->at = calloc(g->n + 1, sizeof(*out->at));
	out->n = g->n;
	for (size_t i = 0; out->at && i < g->n; i++)
		out->at[i].cluster = (int32_t)i;
	return out->at && count(t, v, g, out) && names_give(t, v, g, out);
}

/* The place in the list of each record's theme, or -1. */
static void tell_places(const struct vectors *v, const struct clusters *g,
			const struct theme_list *list, size_t n_said, int32_t *of)
{
	for (size_t i = 0; i < n_said; i++)
		of[i] = -1;
	for (size_t i = 0; i < v->texts.n; i++)
		for (size_t k = 0; k < list->n && g->of[i] >= 0; k++)
			if (list->at[k].cluster == g->of[i])
				of[v->said[i]] = (int32_t)k;
}

bool themes_assign(struct themes *t, bool is_compared, int32_t *of, struct theme_list *out)
{
	struct vectors v = {.begin = NULL};
	struct clusters g = {.n = 0};
	*out = (struct theme_list){.wordless = t->wordless};
	bool is_found = parts_add(t) && find(t, is_compared, &v, &g, out);
	if (is_found)
		sort(out, v.growth);
	if (is_found && of)
		tell_places(&v, &g, out, t->n, of);
	cluster_release(&g);
	vectors_release(&v);
	return is_found;
}

bool themes_find(struct themes *t, bool is_compared, struct theme_list *out)
{
	return themes_assign(t, is_compared, NULL, out);
}

void themes_release(struct theme_list *list)
{
	free(list->at);
	*list = (struct theme_list){.n = 0};
}
