/*
 * date.c - times with the names of months: words in an order that differs.
 *
 * A word is told by what it looks like, so both orders are one loop: a name is a month
 * (or a day of the week, which says nothing), what has a colon is the time of day, digits
 * are the day first and the year after it, and the rest is a zone.  Each may come once.
 */
#include "date.h"

#include <heard/time.h>

#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

enum { WORDS_MAX = 8 };

struct date {
	int day, month, year; /* 0: not there yet, and -1 for the year */
	char clock[16];
	char zone[8];
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits alone, at most four: the number, or -1. */
static int number(struct heard_str word)
{
	int value = 0;
	for (size_t i = 0; i < word.len; i++) {
		if (!is_digit(word.ptr[i]) || i >= 4)
			return -1;
		value = value * 10 + (word.ptr[i] - '0');
	}
	return word.len > 0 ? value : -1;
}

/* The place of the word's first three letters in the list of names, from 1; or 0. */
static int name(struct heard_str word, const char *names)
{
	if (word.len < 3)
		return 0;
	for (int i = 0; names[3 * i]; i++)
		if (strncasecmp(word.ptr, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

static bool take_month_or_weekday(struct date *d, struct heard_str word)
{
	int month = name(word, "janfebmaraprmayjunjulaugsepoctnovdec");
	if (month == 0)
		return name(word, "sunmontuewedthufrisat") != 0;
	if (d->month != 0)
		return false;
	d->month = month;
	return true;
}

/* Two digits as RFC 5322 4.3 reads them. */
static bool take_number(struct date *d, struct heard_str word, int value)
{
	if (d->day == 0 && word.len <= 2) {
		d->day = value;
		return value >= 1;
	}
	if (d->year >= 0 || (word.len != 2 && word.len != 4))
		return false;
	d->year = word.len == 4 ? value : value < 50 ? 2000 + value : 1900 + value;
	return true;
}

/* "0:50", "00:50:25" */
static bool take_clock(struct date *d, struct heard_str word)
{
	size_t pad = word.len > 1 && word.ptr[1] == ':';
	if (d->clock[0] || word.len + pad >= sizeof(d->clock))
		return false;
	snprintf(d->clock, sizeof(d->clock), "%s%.*s", pad ? "0" : "", HEARD_ARG(word));
	return true;
}

static bool take_zone(struct date *d, struct heard_str word)
{
	static const struct {
		const char *name, *offset;
	} zones[] = {{"GMT", "Z"},	{"UTC", "Z"},	   {"UT", "Z"},
		     {"Z", "Z"},	{"EST", "-05:00"}, {"EDT", "-04:00"},
		     {"CST", "-06:00"}, {"CDT", "-05:00"}, {"MST", "-07:00"},
		     {"MDT", "-06:00"}, {"PST", "-08:00"}, {"PDT", "-07:00"}};
	if (d->zone[0])
		return false;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (word.len == strlen(zones[i].name) &&
		    strncasecmp(word.ptr, zones[i].name, word.len) == 0) {
			snprintf(d->zone, sizeof(d->zone), "%s", zones[i].offset);
			return true;
		}
	if (word.len != 5 || (word.ptr[0] != '+' && word.ptr[0] != '-') ||
	    number(heard_str_skip(word, 1)) < 0)
		return false;
	snprintf(d->zone, sizeof(d->zone), "%.3s:%.2s", word.ptr, word.ptr + 3);
	return true;
}

static bool take_word(struct date *d, struct heard_str word)
{
	int value = number(word);
	if (value >= 0)
		return take_number(d, word, value);
	if (is_digit(word.ptr[0]) && memchr(word.ptr, ':', word.len))
		return take_clock(d, word);
	return take_month_or_weekday(d, word) || take_zone(d, word);
}

/* The next word of *rest; commas part words, as blanks do.  A comment is a zone's name
 * beside its offset, "+0800 (CST)", and ends what counts. */
static bool next_word(struct heard_str *rest, struct heard_str *word)
{
	size_t n = 0;
	while (rest->len && (rest->ptr[0] == ',' || rest->ptr[0] == ' '))
		*rest = heard_str_skip(*rest, 1);
	while (n < rest->len && rest->ptr[n] != ',' && rest->ptr[n] != ' ')
		n++;
	*word = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, n);
	return n > 0 && word->ptr[0] != '(';
}

int64_t date_parse(struct heard_str s, struct heard_zone *zone)
{
	struct date d = {.year = -1};
	struct heard_str word;
	char text[64];
	for (int n = 0; next_word(&s, &word); n++)
		if (n == WORDS_MAX || !take_word(&d, word))
			return HEARD_TIME_NONE;
	if (d.day == 0 || d.day > 31 || d.month == 0 || d.year < 0 || d.clock[0] == '\0')
		return HEARD_TIME_NONE;
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%s%s", d.year, d.month, d.day, d.clock,
		 d.zone);
	return heard_time_parse(heard_str(text), zone);
}
