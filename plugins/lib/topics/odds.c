/*
 * odds.c - words that come with low ratings.
 *
 * Of each word: how much likelier a record of a low rating has it than one of a high
 * rating, as the logarithm of the odds' ratio.  A prior of what all rated records say, as
 * heavy as PRIOR records, draws words that few have to "no difference"; the estimate over
 * its standard deviation says how sure it is (Monroe, Colaresi and Quinn 2008).  With many
 * words some differ by chance: only what is surer than `sure` is told, and what at least
 * LEAST low ratings have.
 */
#include "said.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 5, PRIOR = 20 };
static const double sure = 3;

struct tally {
	uint32_t word;
	int64_t low, high, rated;
	double score;
};

static double score_of(const struct tally *w, const struct tally *all)
{
	double share = ((double)(w->low + w->high) + 0.5) /
		       ((double)(all->low + all->high) + 1);
	double prior = PRIOR * share, other = PRIOR - prior;
	double low = (double)w->low + prior, high = (double)w->high + prior;
	double odds = log(low / ((double)(all->low - w->low) + other)) -
		      log(high / ((double)(all->high - w->high) + other));
	return odds / sqrt(1 / low + 1 / high);
}

static void count(const struct themes *t, struct tally *words, struct tally *all)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct said *s = &t->said[i];
		if (s->is_before || s->mark == THEME_UNMARKED)
			continue;
		all->rated++;
		all->low += s->mark == THEME_LOW;
		all->high += s->mark == THEME_HIGH;
		for (uint32_t k = s->begin; k < s->begin + s->n_words; k++) {
			struct tally *w = &words[t->words[k]];
			w->rated++;
			w->low += s->mark == THEME_LOW;
			w->high += s->mark == THEME_HIGH;
		}
	}
}

static int surest_first(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->word < y->word ? -1 : x->word > y->word;
}

/* Are the low ratings of one word mostly those of the other, of which it is a part? */
static bool is_same(const struct themes *t, const struct tally *part, const struct tally *whole)
{
	struct heard_str small = lexis_word(t->lexis, part->word),
			 large = lexis_word(t->lexis, whole->word);
	return memmem(large.ptr, large.len, small.ptr, small.len) != NULL &&
	       whole->low * 10 >= part->low * 9;
}

/* Of a word and its part the whole stays, at the better place. */
static size_t drop_parts(const struct themes *t, struct tally *words, size_t n, size_t most)
{
	size_t kept = 0;
	for (size_t i = 0; i < n && kept < most; i++) {
		size_t k = 0;
		while (k < kept && !is_same(t, &words[i], &words[k]) &&
		       !is_same(t, &words[k], &words[i]))
			k++;
		if (k == kept)
			words[kept++] = words[i];
		else if (is_same(t, &words[k], &words[i]))
			words[k] = words[i];
	}
	return kept;
}

static bool take(const struct themes *t, const struct tally *words, size_t n,
		 struct theme_words *out)
{
	out->at = calloc(n + 1, sizeof(*out->at));
	if (!out->at)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct theme_word *w = &out->at[out->n++];
		struct heard_str word = lexis_word(t->lexis, words[i].word);
		memcpy(w->word, word.ptr, word.len);
		w->low = words[i].low;
		w->rated = words[i].rated;
		w->score = words[i].score;
	}
	return true;
}

bool themes_words(struct themes *t, size_t most, struct theme_words *out)
{
	struct tally all = {.word = 0};
	size_t n = lexis_size(t->lexis), kept = 0;
	struct tally *words = calloc(n + 1, sizeof(*words));
	*out = (struct theme_words){.n = 0};
	if (!words || !parts_add(t)) {
		free(words);
		return false;
	}
	count(t, words, &all);
	for (size_t i = 0; i < n; i++) {
		words[i].word = (uint32_t)i;
		words[i].score = score_of(&words[i], &all);
		if (words[i].low >= LEAST && words[i].score >= sure)
			words[kept++] = words[i];
	}
	qsort(words, kept, sizeof(*words), surest_first);
	bool is_done = take(t, words, drop_parts(t, words, kept, most), out);
	out->low = all.low;
	out->rated = all.rated;
	free(words);
	return is_done;
}

void themes_words_release(struct theme_words *words)
{
	free(words->at);
	*words = (struct theme_words){.n = 0};
}
