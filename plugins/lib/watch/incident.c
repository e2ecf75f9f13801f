/*
 * incident.c - opening, following and closing; incident.h says by which rules.
 */
#include "incident.h"

#include "chart.h"
#include "watch.h"

#include <math.h>
#include <string.h>

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
	BAD_LEAST = 5,
	CALM_MS = HOUR_MS,
	SETTLE_MS = 15 * MINUTE_MS,
	AGAIN_MS = 30 * MINUTE_MS,
	LIKE_DELAY_MS = 30 * 1000, /* what comes at once is told at once */
	LIKE_CALM_MS = 30 * MINUTE_MS,
	SILENT_LEAST_MS = 30 * MINUTE_MS,
	SERIES_HOURS = 24,
};
static const int64_t learn_again_ms = 3LL * DAY_MS, accept_ms = 7LL * DAY_MS;
static const double times_least = 1.5, share_more = 0.1, worse_times = 2.5, worse_more = 10,
		    calm_least = 4, mostly_bad = 0.6, share_times = 1.5, rest_times = 1.3,
		    gap_scatter = 0.05, gap_times = 1.5;

/* Does a chart tell of it? */
static bool is_charted(const struct incident *inc)
{
	return inc->cause == BY_COUNT || inc->cause == BY_SHARE;
}

static struct series *series_of(struct watch *w, const struct incident *inc)
{
	return &w->state->series[inc->series];
}

static struct incident *find(struct watch *w, uint16_t series, bool silence)
{
	for (size_t i = 0; i < INCIDENTS; i++) {
		struct incident *inc = &w->state->incidents[i];
		bool is_silence = inc->cause == BY_SILENCE;
		if (inc->cause && inc->cause != BY_LIKE && inc->series == series &&
		    is_silence == silence)
			return inc;
	}
	return NULL;
}

static void tell(struct watch *w, struct incident *inc, enum news news, int64_t now)
{
	struct notice notice = {.news = news};
	notice_fill(&notice, w, inc, now);
	if (news == OPENED || news == WORSE) {
		inc->told = now;
		inc->is_high = notice.is_high;
	}
	if (w->tell)
		w->tell(w->arg, &notice);
}

/* NULL: too many are open; the chart stays where it is and asks again. */
static struct incident *open_one(struct watch *w, enum cause cause, uint16_t series,
				 int64_t onset, int64_t now)
{
	for (size_t i = 0; i < INCIDENTS; i++) {
		struct incident *inc = &w->state->incidents[i];
		if (inc->cause)
			continue;
		*inc = (struct incident){.cause = cause,
					 .series = series,
					 .id = ++w->state->last_id,
					 .onset = onset,
					 .opened = now};
		return inc;
	}
	return NULL;
}

static void close_one(struct watch *w, struct incident *inc, enum news news, int64_t now)
{
	tell(w, inc, news, now);
	if (is_charted(inc))
		series_calm(series_of(w, inc));
	memset(inc, 0, sizeof(*inc));
}

/* ---- what a chart says */

struct candidate {
	uint16_t series;
	enum cause cause;
	int64_t onset; /* slot */
	double evidence;
	struct span span; /* since the onset */
	double share;	  /* usual */
};

static double share_of(const struct baseline *b)
{
	return fmin(fmax(b->n > 0 ? b->bad / b->n : 0, 0.01), 0.95);
}

static double odds(double share)
{
	return share / fmax(1 - share, 0.02);
}

static bool is_remarkable(const struct candidate *c, double bad, double n)
{
	if (bad < BAD_LEAST)
		return false;
	if (c->cause == BY_SHARE)
		return bad / n >= c->share + share_more;
	if (c->share < mostly_bad && bad / n < share_times * c->share)
		return false; /* more of everything: a promotion */
	return bad >= times_least * c->span.usual_bad;
}

/* Has it been seen for long enough? */
static bool is_known(const struct watch *w, uint16_t series)
{
	const struct series *s = &w->state->series[series];
	double hours = series ? SERIES_HOURS : w->options.learn_hours;
	return s->since && series_is_known(s, w->options.samples, hours) &&
	       (series == 0 || is_known(w, 0));
}

/* False: its chart has less evidence than that. */
static bool measure(const struct watch *w, uint16_t series, int64_t slot, double least,
		    struct candidate *c)
{
	const struct series *s = &w->state->series[series];
	int which;
	*c = (struct candidate){.series = series};
	c->evidence = series_evidence(s, &c->onset, &which);
	if (c->evidence < least)
		return false;
	c->cause = which < RATIOS ? BY_COUNT : BY_SHARE;
	c->span = series_span(s, slot, slot - c->onset + 1);
	c->share = share_of(&s->base);
	return true;
}

static bool candidate_of(const struct watch *w, uint16_t series, int64_t slot,
			 struct candidate *c)
{
	return is_known(w, series) && measure(w, series, slot, w->limit, c) &&
	       is_remarkable(c, c->span.bad, c->span.n);
}

static bool is_of_any(const struct watch *w, const struct recent *e)
{
	for (size_t i = 0; i < INCIDENTS; i++)
		if (incident_has(&w->state->incidents[i], e))
			return true;
	return false;
}

/* The part of the candidate's bad records that open incidents have as well. */
static double common(const struct watch *w, const struct candidate *c)
{
	double all = 0, both = 0;
	const struct recent *e;
	for (size_t i = 0; (e = recents_newest(&w->recents, i)) != NULL; i++) {
		if (e->at < c->onset * SLOT_MS)
			break;
		if (c->series && e->series[watch_kind(c->series)] != c->series)
			continue;
		all++;
		both += is_of_any(w, e);
	}
	return all > 0 ? both / all : 0;
}

static bool is_explained(const struct watch *w, const struct candidate *c)
{
	for (size_t i = 0; i < INCIDENTS; i++) {
		const struct incident *inc = &w->state->incidents[i];
		if (is_charted(inc) && inc->series == 0)
			return true;
	}
	double taken = common(w, c) * c->span.bad;
	return taken > 0 && !is_remarkable(c, c->span.bad - taken, c->span.n - taken);
}

static void open_candidate(struct watch *w, const struct candidate *c, int64_t slot,
			   int64_t now)
{
	struct series *s = &w->state->series[c->series];
	struct incident *inc = open_one(w, c->cause, c->series, c->onset * SLOT_MS, now);
	if (!inc)
		return;
	inc->bad = c->span.bad;
	inc->ratio = c->cause == BY_SHARE ? odds(c->span.bad / c->span.n) / odds(c->share)
					  : c->span.bad / fmax(c->span.usual_bad, 0.1);
	inc->told_rate = series_span(s, slot, HOUR_SLOTS).bad;
	s->is_tainted = true;
	tell(w, inc, OPENED, now);
}

/* What shows in one first may be everywhere: is the rest remarkable, too? */
static void widen(const struct watch *w, struct candidate *c, int64_t slot)
{
	struct candidate all;
	if (c->series == 0 || !measure(w, 0, slot, w->limit / 3, &all))
		return;
	struct span part = series_span(&w->state->series[c->series], slot,
				       slot - all.onset + 1);
	double usual = all.span.usual_bad - part.usual_bad, bad = all.span.bad - part.bad;
	if (bad >= BAD_LEAST && bad > rest_times * usual + 2 * sqrt(usual) &&
	    bad / (all.span.n - part.n) > rest_times * all.share)
		*c = all;
}

/* The strongest first, so that the others can be explained by it. */
static void open_all(struct watch *w, int64_t slot, int64_t now)
{
	for (int rounds = 0; rounds < SERIES; rounds++) {
		struct candidate best = {.evidence = 0}, c;
		for (unsigned i = 0; i < SERIES; i++)
			if (candidate_of(w, (uint16_t)i, slot, &c) &&
			    c.evidence > best.evidence && !find(w, (uint16_t)i, false))
				best = c;
		if (best.evidence <= 0)
			return;
		if (is_explained(w, &best)) {
			series_calm(&w->state->series[best.series]);
			w->state->series[best.series].is_tainted = true;
		} else {
			widen(w, &best, slot);
			open_candidate(w, &best, slot, now);
			if (!find(w, best.series, false))
				return; /* no room */
		}
	}
}

/* ---- following what is open */

static bool is_worse(struct incident *inc, double rate, int64_t now)
{
	if (now - inc->opened < SETTLE_MS)
		inc->told_rate = fmax(inc->told_rate, rate);
	if (now - inc->told < AGAIN_MS || rate < worse_times * inc->told_rate ||
	    rate < inc->told_rate + worse_more)
		return false;
	inc->told_rate = rate;
	return true;
}

static bool is_over(const struct watch *w, struct incident *inc, const struct slot *last,
		    int64_t now)
{
	const struct baseline *base = &w->state->series[inc->series].base;
	double gain;
	if (inc->cause == BY_SHARE)
		gain = chart_share(last->bad, last->n, share_of(base), baseline_likeness(base),
				   fmax(inc->ratio / 2, 1.5));
	else
		gain = chart_count(last->bad, (double)last->usual_bad, baseline_scatter(base),
				   fmax(inc->ratio / 2, 1.5));
	if (inc->calm <= 0)
		inc->calm_since = now - SLOT_MS;
	inc->calm = fmax(inc->calm - gain, 0);
	return inc->calm >= calm_least && now - inc->calm_since >= CALM_MS;
}

static void accept_as_usual(struct watch *w, struct incident *inc, int64_t slot, int64_t now)
{
	struct series *s = series_of(w, inc);
	struct span day = series_span(s, slot, SLOTS);
	if (day.usual_bad > 0)
		baseline_accept(&s->base, fmin(day.bad / day.usual_bad, 20));
	close_one(w, inc, ACCEPTED, now);
}

static void follow(struct watch *w, struct incident *inc, int64_t slot, int64_t now)
{
	struct series *s = series_of(w, inc);
	const struct slot *last = &s->slots[slot % SLOTS];
	inc->bad += last->bad;
	if (now - inc->opened < learn_again_ms)
		s->is_tainted = true;
	if (is_over(w, inc, last, now))
		close_one(w, inc, RECOVERED, now);
	else if (now - inc->opened >= accept_ms)
		accept_as_usual(w, inc, slot, now);
	else if (is_worse(inc, series_span(s, slot, HOUR_SLOTS).bad, now))
		tell(w, inc, WORSE, now);
}

/* ---- silence */

/* Each slot of each channel may be the one that is too long. */
static double silence_limit(const struct watch *w)
{
	double n = 1;
	for (size_t i = FIRST_CHANNEL; i < FIRST_PRODUCT; i++)
		n += w->state->series[i].since != 0;
	return chart_limit(n * WEEK_SLOTS, w->options.false_alarms);
}

static void review_silence(struct watch *w, uint16_t series, double limit, int64_t now)
{
	struct series *s = &w->state->series[series];
	if (!s->since || !series_is_known(s, w->options.samples, WEEK_HOURS) ||
	    now - s->heard < SILENT_LEAST_MS || s->waited < gap_times * s->longest ||
	    chart_silence(s->waited, gap_scatter) < limit)
		return;
	struct incident *inc = find(w, series, true), *all = find(w, 0, true);
	if (!inc && !all)
		inc = open_one(w, BY_SILENCE, series, s->heard, now);
	s->is_tainted = true;
	if (!inc)
		return;
	inc->missed = s->waited;
	if (!inc->told)
		tell(w, inc, OPENED, now);
}

bool incidents_have(const struct watch *w, const uint16_t series[KINDS], uint16_t other)
{
	for (size_t i = 0; i < INCIDENTS; i++) {
		const struct incident *inc = &w->state->incidents[i];
		if (is_charted(inc) && inc->series != other &&
		    series[watch_kind(inc->series)] == inc->series)
			return true;
	}
	return false;
}

void incidents_heard(struct watch *w, uint16_t series, int64_t now)
{
	struct series *s = &w->state->series[series];
	struct incident *inc = find(w, series, true);
	if (inc)
		close_one(w, inc, RECOVERED, now);
	else if (s->waited > s->longest && !find(w, 0, true))
		s->longest = s->waited;
	s->waited = 0;
	s->heard = now;
}

/* ---- texts that are alike */

static struct incident *find_like(struct watch *w, uint64_t hash)
{
	for (size_t i = 0; i < INCIDENTS; i++)
		if (w->state->incidents[i].cause == BY_LIKE &&
		    w->state->incidents[i].like == hash)
			return &w->state->incidents[i];
	return NULL;
}

/* Half of those who say so belong to what was told already. */
static bool is_told(const struct watch *w, uint64_t hash)
{
	const struct recent *e;
	unsigned all = 0, told = 0;
	for (size_t i = 0; (e = recents_newest(&w->recents, i)) != NULL; i++) {
		if (e->like != hash)
			continue;
		all++;
		told += is_of_any(w, e);
	}
	return 2 * told > all;
}

void incidents_like(struct watch *w, uint64_t hash, bool trips, int64_t now)
{
	struct incident *inc = find_like(w, hash);
	if (inc) {
		inc->bad++;
		inc->calm_since = now;
		return;
	}
	const struct like *like = likes_find(&w->likes, hash);
	if (!trips || !like || is_told(w, hash))
		return;
	unsigned n = like_within(like, now, w->likes.within);
	inc = open_one(w, BY_LIKE, 0, like->times[(like->n - n) % LIKE_MOST], now);
	if (!inc)
		return;
	inc->like = hash;
	inc->bad = n;
	inc->calm_since = now;
}

void incidents_follow_like(struct watch *w, int64_t now)
{
	for (size_t i = 0; i < INCIDENTS; i++) {
		struct incident *inc = &w->state->incidents[i];
		if (inc->cause != BY_LIKE)
			continue;
		if (!inc->told) {
			if (now - inc->opened >= LIKE_DELAY_MS)
				tell(w, inc, OPENED, now);
			inc->told_rate = inc->bad;
		} else if (now - inc->calm_since >= LIKE_CALM_MS) {
			close_one(w, inc, RECOVERED, now);
		} else if (is_worse(inc, inc->bad, now)) {
			tell(w, inc, WORSE, now);
		}
	}
}

/* ---- the review */

/* What may become an incident is not learned; what cannot yet is no evidence. */
static void doubt(struct watch *w, uint16_t i)
{
	struct series *s = &w->state->series[i];
	int64_t onset;
	int which;
	if (!is_known(w, i))
		series_calm(s);
	else if (series_evidence(s, &onset, &which) > w->limit / 2)
		s->is_tainted = true;
}

void incidents_review(struct watch *w, int64_t slot, int64_t now)
{
	struct watch_state *state = w->state;
	double limit = silence_limit(w);
	for (size_t i = 0; i < INCIDENTS; i++)
		if (is_charted(&state->incidents[i]))
			follow(w, &state->incidents[i], slot, now);
	for (unsigned i = 0; i < SERIES; i++)
		doubt(w, (uint16_t)i);
	if (w->options.silence) {
		review_silence(w, 0, limit, now);
		for (unsigned i = FIRST_CHANNEL + 1; i < FIRST_PRODUCT; i++)
			review_silence(w, (uint16_t)i, limit, now);
	}
	open_all(w, slot, now);
}
