/*
 * watch.c - the table of series, and the clock.
 */
#include "watch.h"

#include "chart.h"

#include <heard/time.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR_MS = 3600 * 1000,
	GAP_SLOTS = 3, /* a longer one is our own absence */
	NO_SERIES = 0, /* a record without that name      */
	THURSDAY_HOURS = 3 * 24,
};
static const int64_t idle_ms = 14LL * 24 * HOUR_MS, rare_idle_ms = 24LL * HOUR_MS;
static const uint16_t firsts[KINDS + 1] = {0, FIRST_CATEGORY, FIRST_CHANNEL, FIRST_PRODUCT,
					   SERIES};

enum kind watch_kind(size_t series)
{
	size_t kind = OF_ALL;
	while (series >= firsts[kind + 1])
		kind++;
	return (enum kind)kind;
}

/* False alarms are shared out among the charts that run. */
static void set_limit(struct watch *w)
{
	double drift = 0;
	for (size_t i = 0; i < SERIES; i++) {
		const struct series *s = &w->state->series[i];
		if (!s->since || !series_is_known(s, w->options.samples, 0))
			continue;
		double bad = baseline_week(&s->base, w->options.weeks);
		for (int k = 0; k < RATIOS; k++)
			drift += 2 * chart_drift(bad, series_ratios[k]); /* counts, shares */
	}
	w->limit = chart_limit(drift, w->options.false_alarms);
}

struct watch *watch_create(const struct watch_options *o, struct heard_zone *zone)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->state = calloc(1, sizeof(*w->state));
	w->options = *o;
	w->zone = zone;
	if (!w->state) {
		free(w);
		return NULL;
	}
	randombytes_buf(w->state->like_key, LIKE_KEY);
	likes_init(&w->likes, w->state->like_key, o->like, o->like_within);
	return w;
}

void watch_destroy(struct watch *w)
{
	if (w)
		free(w->state);
	free(w);
}

void watch_resume(struct watch *w)
{
	memcpy(w->likes.key, w->state->like_key, LIKE_KEY);
	set_limit(w);
}

size_t watch_open(const struct watch *w)
{
	size_t n = 0;
	for (size_t i = 0; i < INCIDENTS; i++)
		n += w->state->incidents[i].cause != 0;
	return n;
}

/* ---- the table */

static bool has_incident(const struct watch *w, uint16_t series)
{
	for (size_t i = 0; i < INCIDENTS; i++)
		if (w->state->incidents[i].cause && w->state->incidents[i].series == series)
			return true;
	return false;
}

static bool may_go(const struct watch *w, uint16_t i, int64_t now)
{
	const struct series *s = &w->state->series[i];
	int64_t idle = now - s->last;
	return (idle > idle_ms || (idle > rare_idle_ms && s->base.samples < 30)) &&
	       !has_incident(w, i);
}

static void series_begin(struct watch *w, uint16_t i, enum kind kind, const char *name,
			 size_t n, int64_t now)
{
	struct series *s = &w->state->series[i];
	memset(s, 0, sizeof(*s));
	memcpy(s->name, name, n);
	s->kind = kind;
	s->since = s->last = s->heard = now;
	s->is_tainted = true; /* its first hour is not whole */
}

static uint16_t series_find(struct watch *w, enum kind kind, struct heard_str name, int64_t now)
{
	uint16_t room = 0, first = firsts[kind];
	size_t n = heard_str_cut(name, NAME_SIZE - 1).len; /* begin alike, are one */
	if (n == 0 && kind != OF_ALL)
		return NO_SERIES;
	if (!w->state->series[first].since)
		series_begin(w, first, kind, "", 0, now);
	for (uint16_t i = (uint16_t)(first + 1); i < firsts[kind + 1]; i++) {
		const struct series *s = &w->state->series[i];
		if (s->since && memcmp(s->name, name.ptr, n) == 0 && s->name[n] == '\0')
			return i;
		if (!room && (!s->since || may_go(w, i, now)))
			room = i;
	}
	if (!room)
		return first;
	series_begin(w, room, kind, name.ptr, n, now);
	return room;
}

/* ---- records */

static void remember(struct watch *w, const struct sighting *r, const uint16_t *series,
		     uint64_t like, int64_t now)
{
	struct recent *e = recents_add(&w->recents);
	e->at = now;
	memcpy(e->series, series, sizeof(e->series));
	e->like = like;
	e->is_high = r->is_high;
	recent_sample(e, r->sample);
	for (size_t i = 0; i < r->n_keywords; i++)
		recent_keyword(e, r->keywords[i]);
}

void watch_add(struct watch *w, const struct sighting *r, int64_t now)
{
	const struct heard_str names[KINDS] = {{NULL, 0}, r->category, r->channel, r->product};
	uint16_t at[KINDS];
	watch_tick(w, now);
	for (int k = 0; k < KINDS; k++)
		at[k] = series_find(w, (enum kind)k, names[k], now);
	for (int k = 0; k < KINDS; k++) {
		if (at[k] == NO_SERIES && k != OF_ALL)
			continue;
		struct series *s = &w->state->series[at[k]];
		series_add(s, w->state->slot, r->is_bad, incidents_have(w, at, at[k]));
		s->last = now;
	}
	incidents_heard(w, OF_ALL, now);
	if (at[OF_CHANNEL] != NO_SERIES)
		incidents_heard(w, at[OF_CHANNEL], now);
	if (!r->is_bad && r->is_known)
		return;
	uint64_t like = likes_hash(&w->likes, r->text);
	remember(w, r, at, like, now);
	if (like) {
		uint64_t author = likes_hash_author(&w->likes, r->author);
		incidents_like(w, like, likes_add(&w->likes, like, author, now), now);
	}
}

/* ---- the clock */

/* The hour of the week, Monday's first is 0, and where in it. */
static int hour_of(const struct watch *w, int64_t at, double *part)
{
	int64_t local = at + (w->zone ? heard_zone_offset(w->zone, at) : 0);
	*part = (double)(local % HOUR_MS) / HOUR_MS;
	return (int)((local / HOUR_MS + THURSDAY_HOURS) % WEEK_HOURS);
}

static const struct series *parent_of(const struct watch *w, size_t i)
{
	return i ? &w->state->series[0] : NULL;
}

static void learn(struct watch *w, int hour)
{
	for (size_t i = 0; i < SERIES; i++)
		if (w->state->series[i].since)
			series_learn(&w->state->series[i], parent_of(w, i), hour,
				     w->options.weeks);
	set_limit(w);
}

static void close_slot(struct watch *w)
{
	struct watch_state *s = w->state;
	double part, factor = 1;
	int64_t begin = s->slot * SLOT_MS;
	int hour = hour_of(w, begin + SLOT_MS / 2, &part);
	for (size_t i = 0; i < SERIES; i++) {
		if (!s->series[i].since)
			continue;
		double own = series_close(&s->series[i], parent_of(w, i), s->slot, hour, part,
					  factor);
		if (i == 0)
			factor = own;
	}
	incidents_review(w, s->slot, begin + SLOT_MS);
	if (hour_of(w, begin + SLOT_MS + SLOT_MS / 2, &part) != hour)
		learn(w, hour);
	s->slot++;
	for (size_t i = 0; i < SERIES; i++)
		if (s->series[i].since)
			series_open(&s->series[i], s->slot);
}

/* We were not there, or the clock jumped: that nothing came says nothing. */
static void resume(struct watch *w, int64_t slot, int64_t now)
{
	struct watch_state *s = w->state;
	int64_t from = slot - SLOTS > s->slot || slot < s->slot ? slot - SLOTS : s->slot;
	for (size_t i = 0; i < SERIES; i++) {
		struct series *at = &s->series[i];
		if (!at->since)
			continue;
		for (int64_t k = from + 1; k <= slot; k++)
			series_open(at, k);
		series_calm(at);
		at->waited = 0;
		at->heard = now;
		at->hour_n = at->hour_bad = 0;
		at->hour_factor = 0;
		at->is_tainted = true;
	}
	s->slot = slot;
	set_limit(w);
}

void watch_tick(struct watch *w, int64_t now)
{
	int64_t slot = now / SLOT_MS;
	struct watch_state *s = w->state;
	if (slot < 2 * SLOTS)
		return; /* a clock that was never set */
	if (s->slot == 0 || s->slot - slot > GAP_SLOTS || slot - s->slot > GAP_SLOTS)
		resume(w, slot, now);
	while (s->slot < slot)
		close_slot(w);
	incidents_follow_like(w, now);
}
