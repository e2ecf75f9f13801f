/*
 * name.c - what themes are called.
 *
 * A name is made of words that many of the group have and few others: share in the
 * group * ln(1 + share in the group / share in all).
 */
#include "vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double name_share = 0.15;

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

bool names_give(const struct themes *t, const struct vectors *v, const struct clusters *g,
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
