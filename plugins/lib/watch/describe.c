/*
 * describe.c - what an incident consists of: figures, curve, groups, samples.
 */
#include "incident.h"
#include "watch.h"

#include <math.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, WINDOW_LEAST = HOUR_SLOTS, WINDOW_MOST = SLOTS / 2 };
static const double group_part = 0.4, high_part = 0.2, flood_times = 8, flood_bad = 30;

bool incident_has(const struct incident *inc, const struct recent *e)
{
	switch (inc->cause) {
	case BY_LIKE: return e->like == inc->like;
	case BY_COUNT:
	case BY_SHARE:
		return inc->series == 0 || e->series[watch_kind(inc->series)] == inc->series;
	default: return false;
	}
}

static void fill_figures(struct notice *n, const struct watch *w, const struct incident *inc)
{
	const struct series *s = n->series;
	int64_t slot = w->state->slot, slots = (n->now - inc->onset + SLOT_MS - 1) / SLOT_MS;
	slots = slots < WINDOW_LEAST ? WINDOW_LEAST : slots > WINDOW_MOST ? WINDOW_MOST : slots;
	struct span span = series_span(s, slot, slots);
	n->window = slots * SLOT_MS;
	n->n = span.n;
	n->bad = inc->cause == BY_LIKE ? inc->bad : span.bad;
	n->usual_bad = span.usual_bad;
	n->share = span.n > 0 ? span.bad / span.n : 0;
	n->usual_share = s->base.n > 0 ? s->base.bad / s->base.n : 0;
	for (int h = 0; h < CURVE; h++) {
		struct span hour = series_span(s, slot - (CURVE - 1 - h) * HOUR_SLOTS,
					       HOUR_SLOTS);
		n->curve[h] = (uint32_t)(inc->cause == BY_SILENCE ? hour.n : hour.bad);
	}
}

/* Series that many of its records are of, other than its own. */
static void fill_groups(struct notice *n, const struct watch *w, const unsigned *counts)
{
	for (unsigned i = 1; i < SERIES; i++) {
		if (i == n->incident->series || counts[i] < group_part * n->looked_at)
			continue;
		size_t at = n->n_groups < GROUPS ? n->n_groups++ : GROUPS;
		for (; at > 0 && n->groups[at - 1].n < counts[i]; at--)
			if (at < GROUPS)
				n->groups[at] = n->groups[at - 1];
		if (at < GROUPS) {
			n->groups[at].series = &w->state->series[i];
			n->groups[at].n = counts[i];
		}
	}
}

static void add_sample(struct notice *n, const struct recent *e, uint64_t *likes)
{
	if (n->n_samples == SAMPLES || !e->sample[0])
		return;
	for (size_t i = 0; i < n->n_samples; i++)
		if (n->incident->cause != BY_LIKE &&
		    ((e->like && likes[i] == e->like) || !strcmp(n->samples[i], e->sample)))
			return;
	likes[n->n_samples] = e->like;
	n->samples[n->n_samples++] = e->sample;
}

struct tally { /* of words; small, the most frequent are found early */
	struct heard_str word[64];
	unsigned n[64];
	size_t used;
};

static void count_words(struct tally *t, const char *lines)
{
	for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1) {
		struct heard_str word = heard_str_n(lines, (size_t)(end - lines));
		size_t i = 0;
		while (i < t->used && !heard_str_eq(t->word[i], word))
			i++;
		if (i == 64)
			continue;
		if (i == t->used) {
			t->word[t->used] = word;
			t->n[t->used++] = 0;
		}
		t->n[i]++;
	}
}

static void fill_words(struct notice *n, struct tally *t)
{
	while (n->n_words < WORDS) {
		size_t best = 0;
		for (size_t i = 1; i < t->used; i++)
			if (t->n[i] > t->n[best])
				best = i;
		if (t->used == 0 || t->n[best] < 2)
			return;
		n->words[n->n_words++] = t->word[best];
		t->n[best] = 0;
	}
}

/* High: the records are, or it is a flood. */
static bool is_high(const struct notice *n, unsigned high)
{
	if (n->incident->cause == BY_SILENCE)
		return false;
	return (high > 0 && high >= high_part * n->looked_at) ||
	       (n->bad >= flood_bad && n->bad >= flood_times * n->usual_bad);
}

void notice_fill(struct notice *n, const struct watch *w, const struct incident *inc,
		 int64_t now)
{
	unsigned counts[SERIES] = {0}, high = 0;
	uint64_t likes[SAMPLES] = {0};
	struct tally words = {.used = 0};
	const struct recent *e;
	n->incident = inc;
	n->series = &w->state->series[inc->series];
	n->now = now;
	fill_figures(n, w, inc);
	for (size_t i = 0; (e = recents_newest(&w->recents, i)) != NULL; i++) {
		if (e->at < inc->onset)
			break;
		if (!incident_has(inc, e))
			continue;
		n->looked_at++;
		high += e->is_high;
		for (int k = OF_CATEGORY; k < KINDS; k++)
			counts[e->series[k]]++;
		add_sample(n, e, likes);
		count_words(&words, e->keywords);
	}
	if (n->looked_at)
		fill_groups(n, w, counts);
	fill_words(n, &words);
	n->is_high = inc->is_high || is_high(n, high);
}
