/*
 * workdays.c - working days counted, and found by their number.
 *
 * The rule of the week needs a division; exceptions are sorted and carry what all of
 * them up to there add, so that a count is one binary search, however far the day is.
 */
#include "workdays.h"

#include "holidays.h"

#include <heard/error.h>
#include <heard/str.h>

#include <errno.h>
#include <stdlib.h>

/* ---- the rule of the week */

static const char *const names[7] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};

static int find_name(struct heard_str word)
{
	word = heard_str_trim(word);
	for (int i = 0; i < 7; i++)
		if (heard_str_is(word, names[i]))
			return i;
	return -1;
}

/* What stands before the mark, which is taken off too; all of it if there is no mark. */
static struct heard_str take_until(struct heard_str *s, char mark)
{
	const char *at = s->len ? memchr(s->ptr, mark, s->len) : NULL;
	struct heard_str word = heard_str_n(s->ptr, at ? (size_t)(at - s->ptr) : s->len);
	*s = heard_str_skip(*s, word.len + 1);
	return word;
}

/* "sun-thu" goes over the end of our week, as of anybody's. */
static bool set_range(struct workdays *w, struct heard_str range)
{
	bool is_range = range.len && memchr(range.ptr, '-', range.len);
	int first = find_name(take_until(&range, '-'));
	int last = is_range ? find_name(range) : first;
	if (first < 0 || last < 0)
		return false;
	for (int day = first;; day = (day + 1) % 7) {
		w->week[day] = true;
		if (day == last)
			return true;
	}
}

int workdays_init(struct workdays *w, const char *days, struct heard_error *err)
{
	struct heard_str s = heard_str(days);
	*w = (struct workdays){0};
	bool ends = false;
	while (!ends) {
		ends = s.len == 0 || memchr(s.ptr, ',', s.len) == NULL;
		if (!set_range(w, take_until(&s, ',')))
			return heard_fail(
				err, EINVAL,
				"\"%.100s\" must name days like \"mon-fri\" or "
				"\"mon,wed,sat\"; they are called mon, tue, wed, thu, "
				"fri, sat, sun",
				days);
	}
	for (int i = 0; i < 7; i++)
		w->before[i + 1] = w->before[i] + w->week[i];
	return 0;
}

/* ---- exceptions */

static int compare(const void *a, const void *b)
{
	int64_t x = ((const struct holiday *)a)->day, y = ((const struct holiday *)b)->day;
	return (x > y) - (x < y);
}

int workdays_except(struct workdays *w, struct holidays *holidays, struct heard_error *err)
{
	if (holidays->n == 0)
		return 0;
	w->exceptions = calloc(holidays->n, sizeof *w->exceptions);
	if (w->exceptions == NULL)
		return heard_fail(err, ENOMEM, "no memory for the holidays");
	qsort(holidays->days, holidays->n, sizeof *holidays->days, compare);
	int64_t change = 0;
	for (size_t i = 0; i < holidays->n; i++) {
		const struct holiday *h = &holidays->days[i];
		if (i && h[-1].day == h->day && h[-1].is_off != h->is_off)
			return heard_fail(err, EINVAL,
					  "%s is a day off in one place and a workday in "
					  "another; take one of the two out",
					  holiday_text(h->day).text);
		bool is_usual = w->week[h->day % 7] == !h->is_off;
		if (is_usual || (i && h[-1].day == h->day))
			continue;
		change += h->is_off ? -1 : 1;
		w->exceptions[w->n++] = (struct exception){h->day, change, !h->is_off};
	}
	return 0;
}

void workdays_release(struct workdays *w)
{
	free(w->exceptions);
	*w = (struct workdays){0};
}

/* How many exceptions lie before the day. */
static size_t rank(const struct workdays *w, int64_t day)
{
	size_t low = 0, high = w->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->exceptions[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- counting */

bool workdays_has(const struct workdays *w, int64_t day)
{
	size_t i = rank(w, day);
	if (i < w->n && w->exceptions[i].day == day)
		return w->exceptions[i].is_worked;
	return w->week[day % 7];
}

int64_t workdays_before(const struct workdays *w, int64_t day)
{
	size_t i = rank(w, day);
	int64_t change = i ? w->exceptions[i - 1].change : 0;
	return day / 7 * w->before[7] + w->before[day % 7] + change;
}

/* The week alone would say which week it is; exceptions move it by what they are many. */
int64_t workdays_find(const struct workdays *w, int64_t n)
{
	int64_t slack = (int64_t)w->n, week = w->before[7];
	int64_t low = n > slack ? (n - slack) / week * 7 : 0;
	int64_t high = ((n + slack) / week + 1) * 7;
	while (low < high) { /* the least day behind which n + 1 lie */
		int64_t middle = low + (high - low) / 2;
		if (workdays_before(w, middle + 1) <= n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
