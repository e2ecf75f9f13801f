/*
 * cell.c - serial days, digits, escapes.
 *
 * Excel counts days from 1900 and believes in 29 February 1900, so its day 61 is the
 * first that agrees with the calendar; files made on old Macs count from 1904.
 */
#include "cell.h"

#include <heard/buf.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	DAY_OF_1970 = 25569, /* 1970-01-01 in days since 1899-12-30      */
	DAYS_1904 = 1462,
	DAY_MAX = 2958465, /* 9999-12-31 */
};

bool cell_is_date_id(unsigned long id)
{
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
	       (id >= 50 && id <= 58);
}

bool cell_is_date_format(const char *code)
{
	char closing = '\0';

	for (const char *p = code; *p; p++) {
		if (closing) {
			if (*p == closing)
				closing = '\0';
			continue;
		}
		if (*p == '"')
			closing = '"';
		else if (*p == '[' && strchr("hmsHMS", p[1]) == NULL)
			closing = ']'; /* a colour, a locale; [h] is a time */
		else if ((*p == '\\' || *p == '_' || *p == '*') && p[1])
			p++;
		else if (*p == ';')
			return false; /* positive numbers' part is over */
		else if (strchr("ymdhsYMDHS", *p) != NULL)
			return true;
	}
	return false;
}

static bool to_double(struct heard_str s, double *out)
{
	char text[40], *end;

	s = heard_str_trim(s);
	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	*out = strtod(text, &end);
	return *end == '\0' && isfinite(*out);
}

bool cell_put_date(struct heard_buf *out, struct heard_str number, bool is_1904)
{
	double serial;
	struct tm tm;
	char text[32];
	time_t t;
	int64_t seconds;

	if (!to_double(number, &serial))
		return false;
	if (is_1904)
		serial += DAYS_1904;
	if (serial < 0 || serial > DAY_MAX + 1.0)
		return false;
	seconds = llround(serial * 86400);
	t = (time_t)(seconds - (int64_t)DAY_OF_1970 * 86400);
	if (gmtime_r(&t, &tm) == NULL)
		return false;
	strftime(text, sizeof(text),
		 serial < 1 ? "%H:%M:%S" : (seconds % 86400 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d"),
		 &tm);
	heard_buf_puts(out, text);
	return true;
}

/* Bytes before the first of these characters. */
static size_t bytes_before(struct heard_str s, const char *stop)
{
	size_t n = 0;

	while (n < s.len && strchr(stop, s.ptr[n]) == NULL)
		n++;
	return n;
}

void cell_put_number(struct heard_buf *out, struct heard_str number)
{
	double value;
	char text[40];

	if (!to_double(number, &value)) {
		heard_buf_str(out, number);
		return;
	}
	if (value != rint(value)) {
		snprintf(text, sizeof(text), "%.15g", value);
	} else if (bytes_before(number, ".eE") == number.len || fabs(value) >= 1e21) {
		heard_buf_str(out, number);
		return;
	} else {
		snprintf(text, sizeof(text), "%.0f", value);
	}
	heard_buf_puts(out, text);
}

/* "_x000D_": the character, 0 if it is none. */
static unsigned escaped(struct heard_str s)
{
	char hex[5], *end;
	unsigned long c;

	if (s.len < 7 || s.ptr[0] != '_' || s.ptr[1] != 'x' || s.ptr[6] != '_')
		return 0;
	memcpy(hex, s.ptr + 2, 4);
	hex[4] = '\0';
	c = strtoul(hex, &end, 16);
	return *end == '\0' && c < 0x80 ? (unsigned)c : 0;
}

void cell_put_text(struct heard_buf *out, struct heard_str text)
{
	while (text.len > 0) {
		const char *mark = memchr(text.ptr, '_', text.len);
		size_t n = mark ? (size_t)(mark - text.ptr) : text.len;
		unsigned c;

		heard_buf_add(out, text.ptr, n);
		text = heard_str_skip(text, n);
		if (text.len == 0)
			return;
		c = escaped(text);
		char one = c ? (char)c : '_';
		heard_buf_add(out, &one, 1);
		text = heard_str_skip(text, c ? 7 : 1);
	}
}
