/*
 * burst.c - the rule of burst.h: a window that slides over all presses by time.
 *
 * What is remembered is put among the presses of the batch, once by number, and sorted;
 * then one walk with two ends of the window says of each press how many there were
 * before it.
 */
#include "burst.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct place {
	struct burst_mark mark;
	size_t i; /* in the batch, or REMEMBERED */
};
#define REMEMBERED SIZE_MAX

static int by_time(const void *a, const void *b)
{
	const struct burst_mark *l = &((const struct place *)a)->mark,
				*r = &((const struct place *)b)->mark;
	if (l->at != r->at)
		return l->at < r->at ? -1 : 1;
	return (l->seq > r->seq) - (l->seq < r->seq);
}

static bool has(const struct burst_mark *marks, size_t n, int64_t seq)
{
	for (size_t i = n; i-- > 0;)
		if (marks[i].seq == seq)
			return true;
	return false;
}

void burst_remember(struct burst *b, struct burst_mark mark)
{
	if (has(b->marks, b->n, mark.seq))
		return;
	if (b->n == BURST_MARKS)
		memmove(b->marks, b->marks + 1, --b->n * sizeof(*b->marks));
	b->marks[b->n++] = mark;
}

size_t burst_judge(struct burst *b, const struct burst_rule *rule,
		   const struct burst_mark *presses, size_t n, unsigned char *bits)
{
	struct place *all = rule->presses > 0 && n > 0 ? malloc((n + b->n) * sizeof(*all))
						       : NULL;
	size_t size = 0, found = 0;
	if (all == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		all[size++] = (struct place){presses[i], i};
	for (size_t i = 0; i < b->n; i++)
		if (!has(presses, n, b->marks[i].seq))
			all[size++] = (struct place){b->marks[i], REMEMBERED};
	qsort(all, size, sizeof(*all), by_time);
	for (size_t first = 0, i = 0; i < size; i++) {
		while (all[first].mark.at <= all[i].mark.at - rule->within)
			first++;
		if (all[i].i == REMEMBERED || i - first < (size_t)rule->presses)
			continue;
		bits[all[i].i / 8] |= (unsigned char)(1u << all[i].i % 8);
		found++;
	}
	for (size_t i = 0; i < size; i++)
		if (all[i].i != REMEMBERED)
			burst_remember(b, all[i].mark);
	free(all);
	return found;
}
