/*
 * chart.h - CUSUM charts: is a count, or a share, above what is usual?
 *
 * A chart adds up, slot by slot, how much likelier what was seen is if the rate had
 * risen than if it had not, and never falls below zero:
 *
 *	S = max(0, S + ln(P(seen | risen) / P(seen | usual)))
 *
 * It speaks up when S passes the limit h.  This is Page's test (E. S. Page, Biometrika
 * 41, 1954).  Without a rise S sinks by its drift in each slot, and the mean time to a
 * false alarm is e^h / drift slots (to first order; D. Siegmund, Sequential Analysis,
 * 1985, ch. II; at least e^h by Lorden, Ann. Math. Stat. 42, 1971).  So the limit
 * follows from the drift of all charts together and from how many false alarms are
 * bearable: no constant has to be guessed.  It sees a sudden rise in minutes, and a
 * slow one as soon as enough has come together; windows of fixed length are good at
 * one of both.
 *
 * Counts are negative binomial, mean mu and variance mu + phi mu^2: people do not
 * complain independently.  Against R times the usual (phi to 0: Poisson):
 *
 *	x ln R - (x + r) ln((r + R mu) / (r + mu)),  r = 1 / phi
 *
 * A rate below mu (R - 1) / ln R makes S fall, so a usual that is wrong by a fifth
 * does no harm.  Shares are binomial against odds R times the usual (Steiner et al.,
 * Biostatistics 1, 2000), divided by the design effect 1 + (n - 1) rho, as records of
 * one slot resemble each other.
 */
#ifndef ALERT_CHART_H
#define ALERT_CHART_H

/* What one slot adds: x of the usual mu. */
double chart_count(double x, double mu, double phi, double ratio);
/* k of n, of whom p are usual. */
double chart_share(double k, double n, double p, double rho, double odds);
/* By how much a chart of counts would sink in a week in which mu come. */
double chart_drift(double mu, double ratio);
/* The limit for charts that sink by so much in a week, all together. */
double chart_limit(double drift_a_week, double false_a_week);
/* -ln of the chance that nothing comes where mu would be usual. */
double chart_silence(double mu, double phi);

#endif
