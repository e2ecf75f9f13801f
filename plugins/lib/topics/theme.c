/*
 * theme.c - records are gathered, complaints grouped, groups counted and named.
 *
 * A word weighs what its rarity says, the root of ln(complaints / those with it), from one in
 * 150 on no more: rare words that have nothing to do with the matter would tear themes apart.
 * A word that a single complaint has leads nowhere; in the text's length it still
 * counts for a quarter, so who says much else is less like the group.
 *
 * A word that is said far more often than in the period before weighs up to three times as
 * much: so a new issue becomes a theme of its own, and no small part of several old ones.
 * More than usual is measured against how all complaints grew.
 *
 * A name is made of words that many of the group have and few others: share in the
 * group * ln(1 + share in the group / share in all).
 */
#include "said.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_HOT = 5 };
static const double hot_factor = 1.5, hot_scatter = 3.5, name_share = 0.15;
static const double rise_from = 3, rise_most = 2, rare_most = 5, alone = 0.25;

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

/* ---- complaints as vectors */

struct vectors {
	struct cluster_texts texts;
	uint32_t *begin, *words, *said; /* said: the record of each */
	float *weights;
	uint32_t *with, *with_now; /* complaints that have a word, those of this period */
	int64_t now, before;
	double growth; /* of all complaints, at least 1; 0: there is nothing to compare */
};

static void release(struct vectors *v)
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

/* How much more than expected, in standard deviations. */
static double excess(double now, double before, double growth)
{
	double scatter = sqrt(now + growth * growth * before);
	return scatter > 0 ? (now - growth * before) / scatter : 0;
}

static double weight_of(const struct vectors *v, uint32_t word)
{
	double with = v->with[word], now = v->with_now[word];
	double rise = v->growth > 0 ? excess(now, with - now, v->growth) - rise_from : 0;
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

static bool make_vectors(struct vectors *v, const struct themes *t, bool is_compared)
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

/* ---- names */

struct named { /* a word of a theme */
	uint32_t theme, word, n;
};

static int by_theme(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	if (x->theme != y->theme)
		return x->theme < y->theme ? -1 : 1;
	return x->word < y->word ? -1 : x->word > y->word;
}

static bool contains(struct heard_str text, struct heard_str word)
{
	return memmem(text.ptr, text.len, word.ptr, word.len) != NULL;
}

/* Of a word and its parts the whole is said, where the first of them stood. */
static void say(struct theme *theme, struct heard_str word)
{
	size_t place = theme->n_words, n = 0;
	for (size_t i = 0; i < theme->n_words; i++)
		if (contains(heard_str(theme->words[i]), word))
			return;
	for (size_t i = 0; i < theme->n_words; i++) {
		bool is_part = contains(word, heard_str(theme->words[i]));
		if (is_part && place < i)
			continue;
		place = is_part ? i : place;
		if (n < i)
			memcpy(theme->words[n], theme->words[i], THEME_NAME);
		n++;
	}
	place = place < theme->n_words ? place : n++;
	memcpy(theme->words[place], word.ptr, word.len);
	theme->words[place][word.len] = '\0';
	theme->n_words = n;
}

/* The best words of theme `at`, whose words are `words`. */
static void name_theme(const struct themes *t, const struct vectors *v, struct theme *theme,
		       const struct named *words, size_t n)
{
	double size = (double)(theme->now + theme->before), all = (double)v->texts.n;
	double last = INFINITY;
	size_t last_at = 0;
	while (theme->n_words < THEME_WORDS) {
		size_t best = n;
		double most = 0;
		for (size_t i = 0; i < n; i++) {
			double share = words[i].n / size;
			double score = share * log1p(share * all / v->with[words[i].word]);
			bool is_next = score < last || (score == last && i > last_at);
			if (share < name_share || words[i].n < 2 || score <= most || !is_next)
				continue;
			most = score;
			best = i;
		}
		if (best == n)
			return;
		last = most;
		last_at = best;
		say(theme, lexis_word(t->lexis, words[best].word));
	}
}

static bool name_all(const struct themes *t, const struct vectors *v, const struct clusters *g,
		     struct theme_list *out)
{
	size_t n = 0, kept = 0;
	struct named *all = calloc(t->n_words + 1, sizeof(*all));
	if (!all)
		return false;
	for (size_t i = 0; i < v->texts.n; i++)
		for (uint32_t k = v->begin[i]; g->of[i] >= 0 && k < v->begin[i + 1]; k++)
			all[n++] = (struct named){(uint32_t)g->of[i], v->words[k], 1};
	qsort(all, n, sizeof(*all), by_theme);
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && by_theme(&all[kept - 1], &all[i]) == 0)
			all[kept - 1].n++;
		else
			all[kept++] = all[i];
	for (size_t i = 0, end; i < kept; i = end) {
		for (end = i; end < kept && all[end].theme == all[i].theme;)
			end++;
		name_theme(t, v, &out->at[all[i].theme], &all[i], end - i);
	}
	free(all);
	return true;
}

/* ---- together */

bool theme_is_hot(int64_t now, int64_t before, double growth)
{
	return growth > 0 && now >= LEAST_HOT &&
	       (double)now >= hot_factor * growth * (double)before &&
	       excess((double)now, (double)before, growth) >= hot_scatter;
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
	if (!make_vectors(v, t, is_compared) || !cluster_find(&v->texts, &cluster_usual, g))
		return false;
	out->at = calloc(g->n + 1, sizeof(*out->at));
	out->n = g->n;
	for (size_t i = 0; out->at && i < g->n; i++)
		out->at[i].cluster = (int32_t)i;
	return out->at && count(t, v, g, out) && name_all(t, v, g, out);
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
	release(&v);
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
