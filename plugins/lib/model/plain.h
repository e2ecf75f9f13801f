/*
 * plain.h - exp and log of nothing but sums and products, so that training gives the
 * same bytes on every machine.
 *
 * The C library's choose an instruction set at run time and may differ in the last bit;
 * over thousands of examples that shows.  Good to 1e-9, which is more than a float has.
 */
#ifndef MODEL_PLAIN_H
#define MODEL_PLAIN_H

#include <math.h>

static inline float plain_exp(float of)
{
	double x = of > -80 ? (of < 80 ? of : 80) : -80; /* a NaN too */
	double k = floor(x * 1.4426950408889634 + 0.5), term = 1, sum = 1;
	x -= k * 0.6931471805599453; /* now at most 0.35 from 0 */
	for (int i = 1; i <= 10; i++)
		sum += term *= x / i;
	return (float)ldexp(sum, (int)k);
}

/* Of a number above 0. */
static inline float plain_log(float of)
{
	int k;
	double m = frexp((double)of, &k), s = (m - 1) / (m + 1), power = s, sum = 0;
	for (int i = 1; i <= 27; i += 2) { /* m from 0.5 to 1: s to -1/3 */
		sum += power / i;
		power *= s * s;
	}
	return (float)(2 * sum + k * 0.6931471805599453);
}

#endif
