/*
 * suggest.c - "did you mean": the nearest of some names to a misspelt word.
 *
 * The distance is Damerau-Levenshtein in its restricted form: an insertion, a
 * deletion, a change or a swap of neighbours costs one.  Letter case and the
 * choice between '-' and '_' cost nothing.  A name counts as near when a third
 * of it, rounded up, would have to change; beyond that a guess confuses more
 * than it helps.
 */
#include "option.h"

#include <string.h>

enum { WORD_MAX = 63 };

static int fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	return c == '-' ? '_' : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the usual table are enough: the swap looks two rows back. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool is_same = fold(a[i - 1]) == fold(b[j - 1]);
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !is_same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				now[j] = least(now[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *suggest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	size_t nearest_distance = 0, word_len = strlen(word);
	if (word_len == 0 || word_len > WORD_MAX)
		return NULL;
	for (; *names; names++) {
		size_t len = strlen(*names);
		if (len == 0 || len > WORD_MAX)
			continue;
		size_t d = distance(word, word_len, *names, len);
		size_t longer = word_len > len ? word_len : len;
		bool is_near = d <= (longer + 2) / 3 && d < longer;
		if (is_near && (nearest == NULL || d < nearest_distance)) {
			nearest = *names;
			nearest_distance = d;
		}
	}
	return nearest;
}
