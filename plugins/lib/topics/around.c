/*
 * around.c - events, put together from days, and what was said around them.
 */
#include "around.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- events */

static void put_name(char out[AROUND_NAME], struct heard_str name)
{
	name = heard_str_cut(name, AROUND_NAME - 1);
	if (name.len)
		memcpy(out, name.ptr, name.len);
	out[name.len] = '\0';
}

static bool is_next_to(const struct around *e, const char *name, int64_t first, int64_t last)
{
	return strcmp(e->name, name) == 0 && first <= e->last + 1 && last >= e->first - 1;
}

static int by_day(const void *a, const void *b)
{
	const struct around *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->name, y->name);
}

void arounds_add(struct arounds *all, struct heard_str name, int64_t first, int64_t last)
{
	struct around event = {.first = first, .last = last};
	put_name(event.name, name);
	if (last < first)
		return;
	/* Each one that it touches becomes part of it: a day may join two. */
	for (size_t i = 0; i < all->n;) {
		struct around *e = &all->at[i];
		if (!is_next_to(e, event.name, event.first, event.last)) {
			i++;
			continue;
		}
		event.first = e->first < event.first ? e->first : event.first;
		event.last = e->last > event.last ? e->last : event.last;
		*e = all->at[--all->n];
		i = 0;
	}
	if (all->n == AROUND_MOST)
		return;
	all->at[all->n++] = event;
	qsort(all->at, all->n, sizeof(*all->at), by_day);
}

void arounds_within(struct arounds *all, int64_t first, int64_t after)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].first < after && all->at[i].last + AROUND_DAYS >= first)
			all->at[n++] = all->at[i];
	all->n = n;
}

/* ---- figures */

static void bounds(const struct around *e, enum around_part part, int64_t *first_r,
		   int64_t *after_r)
{
	*first_r = part == AROUND_BEFORE   ? e->first - AROUND_DAYS
		   : part == AROUND_DURING ? e->first
					   : e->last + 1;
	*after_r = part == AROUND_BEFORE   ? e->first
		   : part == AROUND_DURING ? e->last + 1
					   : e->last + 1 + AROUND_DAYS;
}

void arounds_begin(struct arounds *all, int64_t first, int64_t after)
{
	for (size_t i = 0; i < all->n; i++)
		for (enum around_part part = 0; part < AROUND_PARTS; part++) {
			int64_t from, to;
			bounds(&all->at[i], part, &from, &to);
			from = from < first ? first : from;
			to = to > after ? after : to;
			all->at[i].parts[part] = (struct around_sum){
				.days = to > from ? to - from : 0};
		}
}

void arounds_count(struct arounds *all, int64_t day, int64_t n, int64_t complaints)
{
	for (size_t i = 0; i < all->n; i++)
		for (enum around_part part = 0; part < AROUND_PARTS; part++) {
			struct around_sum *sum = &all->at[i].parts[part];
			int64_t from, to;
			bounds(&all->at[i], part, &from, &to);
			if (sum->days == 0 || day < from || day >= to)
				continue;
			sum->n += n;
			sum->complaints += complaints;
		}
}

double around_mean(const struct around_sum *sum)
{
	return sum->days > 0 ? (double)sum->n / (double)sum->days : NAN;
}

double around_complaints(const struct around_sum *sum)
{
	return sum->n > 0 ? (double)sum->complaints / (double)sum->n : NAN;
}
