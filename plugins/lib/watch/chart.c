/*
 * chart.c - the likelihood ratios of the charts; chart.h says why.
 */
#include "chart.h"

#include <math.h>

double chart_count(double x, double mu, double phi, double ratio)
{
	if (mu < 1e-9)
		mu = 1e-9;
	if (phi < 1e-6)
		return x * log(ratio) - mu * (ratio - 1);
	double r = 1 / phi;
	return x * log(ratio) - (x + r) * log((r + ratio * mu) / (r + mu));
}

double chart_share(double k, double n, double p, double rho, double odds)
{
	if (n < 1)
		return 0;
	double risen = p * odds / (1 - p + p * odds);
	double gain = k * log(risen / p) + (n - k) * log((1 - risen) / (1 - p));
	return gain / (1 + (n - 1) * rho);
}

double chart_drift(double mu, double ratio)
{
	return mu * (ratio - 1 - log(ratio));
}

double chart_limit(double drift_a_week, double false_a_week)
{
	return log(fmax(drift_a_week, 1) / false_a_week);
}

double chart_silence(double mu, double phi)
{
	return phi < 1e-6 ? mu : log1p(phi * mu) / phi;
}
