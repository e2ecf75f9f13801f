/*
 * option_unit.c - durations and sizes as people write them.
 *
 * The number is read by hand: strtod would follow the locale and take "inf",
 * "0x10" and "1e9".  Its digits are few enough that nothing can overflow.
 */
#include "option_unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	int64_t factor;
};

/* Largest first. */
static const struct unit durations[] = {
	{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0},
};
static const struct unit sizes[] = {
	{"T", INT64_C(1) << 40},
	{"G", INT64_C(1) << 30},
	{"M", INT64_C(1) << 20},
	{"K", INT64_C(1) << 10},
	{"", 1},
	{NULL, 0},
};

/* A century, and the largest whole number that a double holds exactly. */
static const int64_t longest_ms = INT64_C(36525) * 86400000;
static const int64_t largest_size = INT64_C(1) << 53;

enum { WHOLE_DIGITS = 16, FRACTION_DIGITS = 9 };

struct decimal {
	int64_t whole;
	double fraction; /* below one */
};

/* What follows the number, or NULL if there is none. */
static const char *parse_decimal(const char *p, struct decimal *d)
{
	size_t digits = strspn(p, "0123456789");
	if (digits == 0 || digits > WHOLE_DIGITS)
		return NULL;
	*d = (struct decimal){0};
	for (; digits; digits--)
		d->whole = d->whole * 10 + (*p++ - '0');
	if (*p != '.')
		return p;
	digits = strspn(++p, "0123456789");
	if (digits == 0 || digits > FRACTION_DIGITS)
		return NULL;
	double place = 0.1;
	for (; digits; digits--) {
		d->fraction += place * (*p++ - '0');
		place /= 10;
	}
	return p;
}

static const struct unit *find_unit(const struct unit *units, const char *name, bool any_case)
{
	for (; units->name; units++)
		if ((any_case ? strcasecmp : strcmp)(units->name, name) == 0)
			return units;
	return NULL;
}

static bool scale(struct decimal d, int64_t factor, int64_t limit, int64_t *value_r)
{
	int64_t whole;
	if (__builtin_mul_overflow(d.whole, factor, &whole) || whole > limit)
		return false;
	int64_t part = llround(d.fraction * (double)factor);
	if (part == 0 && d.fraction > 0 && whole == 0)
		return false; /* less than the smallest there is is not nothing */
	*value_r = whole + part;
	return *value_r <= limit;
}

bool unit_parse_duration(const char *text, int64_t *ms_r)
{
	struct decimal d;
	const char *name = parse_decimal(text, &d);
	if (name == NULL)
		return false;
	if (*name == '\0') {
		*ms_r = 0;
		return d.whole == 0 && d.fraction <= 0;
	}
	const struct unit *unit = find_unit(durations, name, false);
	return unit && scale(d, unit->factor, longest_ms, ms_r);
}

bool unit_parse_size(const char *text, int64_t *bytes_r)
{
	struct decimal d;
	const char *name = parse_decimal(text, &d);
	const struct unit *unit = name ? find_unit(sizes, name, true) : NULL;
	return unit && scale(d, unit->factor, largest_size, bytes_r);
}

static void format(const struct unit *units, int64_t value, char out[UNIT_SIZE])
{
	while (units->factor > 1 && value % units->factor != 0)
		units++;
	snprintf(out, UNIT_SIZE, "%" PRId64 "%s", value / units->factor, units->name);
}

void unit_format_duration(int64_t ms, char out[UNIT_SIZE])
{
	if (ms == 0)
		snprintf(out, UNIT_SIZE, "0s");
	else
		format(durations, ms, out);
}

void unit_format_size(int64_t bytes, char out[UNIT_SIZE])
{
	if (bytes == 0)
		snprintf(out, UNIT_SIZE, "0");
	else
		format(sizes, bytes, out);
}
