/*
 * baseline.c - learning and asking; baseline.h says how.
 */
#include "baseline.h"

#include <math.h>

/* What is known otherwise counts for so much. */
static const double strength_n = 4, strength_bad = 2, strength_share = 50, strength_series = 20;
static const double scatter_before = 0.03, scatter_weight = 20, scatter_most = 0.5;
static const double likeness_before = 0.005, likeness_weight = 50, likeness_most = 0.3;
static const double trend_days = 3;
static const double margin = 0.25; /* standard deviations */
enum { MATURE_HOURS = 72, DAY = 24 };

static double between(double x, double least, double most)
{
	return x < least ? least : x > most ? most : x;
}

static double posterior(double strength, double prior, double seen, double weeks)
{
	return (strength + seen) / (strength / prior + weeks);
}

/* The same hour of all days. */
static double hour_of_day(const struct baseline *b, int hour)
{
	double n = 0, weeks = 0;
	for (int h = hour % DAY; h < WEEK_HOURS; h += DAY) {
		n += (double)b->cells[h].n;
		weeks += (double)b->cells[h].weeks;
	}
	return weeks > 0 ? n / weeks : 0;
}

static double usual_n(const struct baseline *b, const struct baseline *parent, int hour)
{
	const struct cell *c = &b->cells[hour];
	double prior = parent ? b->level * usual_n(parent, 0, hour) : hour_of_day(b, hour);
	if (prior < 1e-4)
		prior = 1e-4;
	return posterior(strength_n, prior, (double)c->n, (double)c->weeks);
}

static double share_of(const struct baseline *b, const struct baseline *parent)
{
	double before = parent ? share_of(parent, 0) : 0.2;
	return (strength_series * before + b->bad) / (strength_series + b->n);
}

struct usual baseline_usual(const struct baseline *b, const struct baseline *parent, int hour)
{
	const struct cell *c = &b->cells[hour];
	double share = share_of(b, parent);
	struct usual u = {.n = usual_n(b, parent, hour)};
	u.n_below = u.n * (1 - 1 / sqrt(strength_n + (double)c->n));
	u.bad = posterior(strength_bad, u.n * share, (double)c->bad, (double)c->weeks);
	u.bad_above = u.bad * (1 + margin / sqrt(strength_bad + (double)c->bad));
	double p = (strength_share * share + (double)c->bad) / (strength_share + (double)c->n);
	p += margin * sqrt(p * (1 - p) / (strength_share + (double)c->n));
	u.share_above = between(p, 0.005, 0.97);
	return u;
}

double baseline_week(const struct baseline *b, double weeks)
{
	double remembered = weeks * (1 - exp(-b->hours / (weeks * WEEK_HOURS)));
	return remembered > 0 ? b->bad / remembered : 0;
}

double baseline_scatter(const struct baseline *b)
{
	double phi = (b->scatter + scatter_before * scatter_weight) /
		     (b->scattered + scatter_weight);
	return between(phi, 0.01, scatter_most);
}

double baseline_likeness(const struct baseline *b)
{
	double rho = (b->likeness + likeness_before * likeness_weight) /
		     (b->likened + likeness_weight);
	return between(rho, 0.001, likeness_most);
}

double baseline_trend(const struct baseline *b)
{
	return between((b->lately + 4) / (b->expected + 4), 0.1, 1);
}

static void learn_scatter(struct baseline *b, double n, double bad, const struct usual *u,
			  double factor, double keep)
{
	double mu = u->bad * factor, e = bad - mu;
	double p = between(u->bad / (u->n > 1e-9 ? u->n : 1e-9), 0.005, 0.97);
	b->scatter = keep * b->scatter + e * e - mu;
	b->scattered = keep * b->scattered + mu * mu;
	e = bad - n * p;
	b->likeness = keep * b->likeness;
	b->likened = keep * b->likened;
	if (n > 1) {
		b->likeness += e * e - n * p * (1 - p);
		b->likened += n * (n - 1) * p * (1 - p);
	}
}

/* The level is what the records are over what the parent's profile makes of the same
 * weeks. */
static void level_again(struct baseline *b, const struct baseline *parent)
{
	double n = 0, over = 0;
	for (int h = 0; h < WEEK_HOURS; h++) {
		const struct cell *c = &b->cells[h], *p = parent ? &parent->cells[h] : c;
		n += (double)c->n;
		if (p->weeks > 0)
			over += (double)c->weeks * (double)(parent ? p->n / p->weeks : 1);
	}
	b->level = over > 0 ? n / over : 0;
}

void baseline_learn(struct baseline *b, const struct baseline *parent, int hour, double n,
		    double bad, double factor, double weeks)
{
	double keep = 1 - 1 / weeks, keep_hour = pow(keep, 1.0 / WEEK_HOURS);
	struct cell *c = &b->cells[hour];
	if (b->hours >= MATURE_HOURS) {
		struct usual u = baseline_usual(b, parent, hour);
		double few = exp(-1 / (trend_days * DAY));
		b->lately = few * b->lately + n;
		b->expected = few * b->expected + u.n;
		n = fmin(n, 2 * u.n + 3 * sqrt(u.n) + 1);
		bad = fmin(bad, 2 * u.bad + 3 * sqrt(u.bad) + 1);
		learn_scatter(b, n, bad, &u, factor, keep_hour);
	}
	c->n = (float)((double)c->n * keep + n);
	c->bad = (float)((double)c->bad * keep + bad);
	c->weeks = (float)((double)c->weeks * keep + 1);
	b->n = b->n * keep_hour + n;
	b->bad = b->bad * keep_hour + bad;
	b->samples += n;
	b->hours++;
	level_again(b, parent);
}

void baseline_accept(struct baseline *b, double ratio)
{
	for (int h = 0; h < WEEK_HOURS; h++)
		b->cells[h].bad = (float)fmin((double)b->cells[h].bad * ratio,
					      (double)b->cells[h].n);
	b->bad = fmin(b->bad * ratio, b->n);
}
