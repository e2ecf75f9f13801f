/*
 * baseline.h - what is usual for one series, by hour of the week.
 *
 * 168 cells hold how many records and how many bad ones came in that hour of the week,
 * and over how many weeks, all decayed by one part in `weeks` a week.  A cell that saw
 * little says little, so each is drawn towards what is known otherwise: a rate has a
 * gamma distribution whose mean before any data is the level of the series times the
 * profile of its parent (for `all`: the same hour of other days) and which counts for
 * so many records; the data are Poisson, so the mean afterwards is
 *
 *	(strength + records) / (strength / prior + weeks)        (Gelman et al., Bayesian
 *                                                                Data Analysis, 2.6)
 *
 * Shares are drawn in the same way (beta and binomial).  What is still uncertain is
 * added: detectors see the mean and one standard deviation.
 *
 * How far hours scatter beyond Poisson is estimated by moments from their residuals.
 *
 * Earlier incidents do not poison it: hours that the caller calls tainted are not
 * learned, and what is learned is clamped at twice the usual and three standard
 * deviations (Farrington et al., J. R. Stat. Soc. A 159, 1996, weigh such weeks down).
 *
 * Plain data, without pointers; saved.c writes it, and has a line for each member.
 */
#ifndef ALERT_BASELINE_H
#define ALERT_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

enum { WEEK_HOURS = 168 };

struct cell {
	float n, bad, weeks;
};

struct baseline {
	struct cell cells[WEEK_HOURS];
	double n, bad;		   /* decayed                                    */
	double level;		   /* n in an hour, over the parent's profile    */
	double scatter, scattered; /* of bad counts: numerator, denominator       */
	double likeness, likened;  /* of the records of an hour: the same         */
	double lately, expected;   /* records of some days, and what was usual    */
	double samples, hours;	   /* all that it ever learned from               */
};

struct usual {
	double n, bad;	    /* an hour                                           */
	double n_below;	    /* less its uncertainty                              */
	double bad_above;   /* with its uncertainty                              */
	double share_above; /* the same of bad / n                               */
};

/* Without a parent it is `all`. */
struct usual baseline_usual(const struct baseline *, const struct baseline *parent, int hour);
/* An hour has passed; factor: how busy it was, with other than complaints, against the
 * usual. */
void baseline_learn(struct baseline *, const struct baseline *parent, int hour, double n,
		    double bad, double factor, double weeks);
/* So it is from now on. */
void baseline_accept(struct baseline *, double ratio);
/* Bad records in a week. */
double baseline_week(const struct baseline *, double weeks);
double baseline_scatter(const struct baseline *);
double baseline_likeness(const struct baseline *);
/* At most 1: how the last days were against the usual; a channel that dies slowly. */
double baseline_trend(const struct baseline *);

#endif
