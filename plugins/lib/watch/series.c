/*
 * series.c - slots, and the steps of the charts; series.h says what they are.
 */
#include "series.h"

#include "chart.h"

#include <math.h>
#include <string.h>

const double series_ratios[RATIOS] = {2, 6};
static const double parent_weight = 20, day_most = 1.5;
enum { CEILING = 400 };

static struct slot *slot_at(struct series *s, int64_t slot)
{
	return &s->slots[slot % SLOTS];
}

void series_add(struct series *s, int64_t slot, bool is_bad, bool is_told)
{
	struct slot *at = slot_at(s, slot);
	at->n++;
	at->bad += is_bad;
	at->told_n += is_told;
	at->told_bad += is_bad && is_told;
	s->hour_n++;
	s->hour_bad += is_bad;
}

void series_open(struct series *s, int64_t slot)
{
	struct slot *at = slot_at(s, slot);
	s->day_n -= at->n - at->bad;
	s->day_usual -= (double)at->usual_other;
	memset(at, 0, sizeof(*at));
}

struct span series_span(const struct series *s, int64_t slot, int64_t slots)
{
	struct span sum = {0};
	if (slots > SLOTS - 1)
		slots = SLOTS - 1;
	for (int64_t i = slot - slots + 1; i <= slot; i++) {
		const struct slot *at = &s->slots[i % SLOTS];
		sum.n += at->n;
		sum.bad += at->bad;
		sum.usual_n += (double)at->usual_n;
		sum.usual_bad += (double)at->usual_bad;
		sum.slots++;
	}
	return sum;
}

static double against(double other, double usual, double parent)
{
	return (parent_weight * parent + other) / (parent_weight + usual);
}

/* How much busier than usual it is, other than with complaints. */
static double busy(struct series *s, int64_t slot, double parent)
{
	double other = 0, usual = 0, factor = 1;
	for (int i = 0; i < HOUR_SLOTS; i++) {
		const struct slot *at = slot_at(s, slot - i);
		other += at->n - at->bad;
		usual += (double)at->usual_other;
	}
	factor = fmax(factor, against(other, usual, parent));
	double day = against(s->day_n, s->day_usual, 1);
	return fmax(factor, fmin(day, day_most));
}

static void chart_step(struct chart *c, double gain, int64_t slot)
{
	if (c->sum <= 0)
		c->onset = slot;
	c->sum = fmin(fmax(c->sum + gain, 0), CEILING);
}

static struct usual usual_at(const struct series *s, const struct series *parent, int hour,
			     double part)
{
	const struct baseline *over = parent ? &parent->base : NULL;
	int other = (hour + (part < 0.5 ? WEEK_HOURS - 1 : 1)) % WEEK_HOURS;
	double near = 1 - fabs(part - 0.5);
	struct usual a = baseline_usual(&s->base, over, hour);
	struct usual b = baseline_usual(&s->base, over, other);
	return (struct usual){
		.n = (near * a.n + (1 - near) * b.n) / HOUR_SLOTS,
		.bad = (near * a.bad + (1 - near) * b.bad) / HOUR_SLOTS,
		.n_below = (near * a.n_below + (1 - near) * b.n_below) / HOUR_SLOTS,
		.bad_above = (near * a.bad_above + (1 - near) * b.bad_above) / HOUR_SLOTS,
		.share_above = near * a.share_above + (1 - near) * b.share_above,
	};
}

double series_close(struct series *s, const struct series *parent, int64_t slot, int hour,
		    double part, double factor)
{
	struct usual u = usual_at(s, parent, hour, part);
	struct slot *at = slot_at(s, slot);
	double phi = baseline_scatter(&s->base), rho = baseline_likeness(&s->base);
	double n = at->n - at->told_n, bad = at->bad - at->told_bad;
	at->usual_n = (float)u.n;
	at->usual_other = (float)fmax(u.n - u.bad, 0);
	s->day_n += at->n - at->bad;
	s->day_usual += (double)at->usual_other;
	factor = busy(s, slot, factor);
	for (int i = 0; i < RATIOS; i++) {
		chart_step(&s->charts[i],
			   chart_count(bad, u.bad_above * factor, phi, series_ratios[i]), slot);
		chart_step(&s->charts[RATIOS + i],
			   chart_share(bad, n, u.share_above, rho, series_ratios[i]), slot);
	}
	at->usual_bad = (float)(u.bad * factor);
	s->hour_factor += factor / HOUR_SLOTS;
	s->waited = at->n ? 0 : s->waited + u.n_below * baseline_trend(&s->base);
	return factor;
}

void series_learn(struct series *s, const struct series *parent, int hour, double weeks)
{
	if (!s->is_tainted)
		baseline_learn(&s->base, parent ? &parent->base : NULL, hour, s->hour_n,
			       s->hour_bad, fmax(s->hour_factor, 1), weeks);
	s->hour_n = s->hour_bad = 0;
	s->hour_factor = 0;
	s->is_tainted = false;
	s->longest *= 1 - 1 / (weeks * WEEK_HOURS);
}

double series_evidence(const struct series *s, int64_t *onset, int *which)
{
	int best = 0;
	for (int i = 1; i < CHARTS; i++)
		if (s->charts[i].sum > s->charts[best].sum)
			best = i;
	*onset = s->charts[best].onset;
	*which = best;
	return s->charts[best].sum;
}

void series_calm(struct series *s)
{
	memset(s->charts, 0, sizeof(s->charts));
}

bool series_is_known(const struct series *s, double samples, double hours)
{
	return s->base.samples >= samples && s->base.hours >= hours;
}
