/*
 * nearest.c - "did you mean": the known word nearest to a misspelt one.
 *
 * Levenshtein over at most 31 bytes: config words are short, and what is longer
 * was not a slip of the finger.
 */
#include "nearest.h"

#include <string.h>

enum { LONGEST = 31 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[LONGEST + 1];

	for (unsigned j = 0; j <= nb; j++)
		row[j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				       diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[nb];
}

const char *text_nearest(const char *word, const char *const *names)
{
	const char *best = NULL;
	size_t n = strlen(word);
	unsigned least_so_far = n <= 4 ? 2 : 3; /* at most one slip, or two */

	for (; n <= LONGEST && *names; names++) {
		size_t m = strlen(*names);

		if (m > LONGEST)
			continue;
		unsigned d = distance(word, n, *names, m);
		if (d < least_so_far) {
			least_so_far = d;
			best = *names;
		}
	}
	return best;
}
