/*
 * value.c - short lists of words, and a small reader of dates.
 *
 * A date whose order cannot be known (01/05/2026) is not guessed: the row becomes a
 * dead letter, and its reason says so.
 */
#include "value.h"

#include "date.h"

#include <heard/time.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct heard_str value_trim(struct heard_str s)
{
	static const struct heard_str blanks[] = {HEARD_STR("\xe3\x80\x80"),
						  HEARD_STR("\xc2\xa0")};
	size_t before;

	do {
		s = heard_str_trim(s);
		before = s.len;
		for (size_t i = 0; i < N(blanks); i++) {
			size_t n = blanks[i].len;

			if (heard_str_starts(s, blanks[i]))
				s = heard_str_skip(s, n);
			if (s.len >= n && memcmp(s.ptr + s.len - n, blanks[i].ptr, n) == 0)
				s.len -= n;
		}
	} while (s.len != before);
	return s;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Skip `word` at the beginning. */
static bool take(struct heard_str *s, const char *word)
{
	if (!heard_str_starts(*s, heard_str(word)))
		return false;
	*s = heard_str_skip(*s, strlen(word));
	return true;
}

static bool is_word(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

/* ---- words that nobody wrote */

bool value_is_default(struct heard_str s)
{
	/* A final full stop is often there and often not. */
	static const char *const texts[] = {
		"此用户没有填写评价",
		"此用户没有填写评论",
		"此用户未填写评价内容",
		"此用户未填写文字评价",
		"此用户未填写文字评论",
		"该用户未填写评价",
		"该用户没有填写评价",
		"该用户未填写评价内容",
		"该用户觉得商品非常好",
		"该用户觉得商品非常好，给出5星好评",
		"该用户觉得商品很好",
		"该用户觉得商品较好",
		"该用户觉得商品一般",
		"该用户觉得商品较差",
		"该用户觉得商品非常差",
		"用户未填写评价内容",
		"用户未及时作出评价，系统默认好评",
		"用户未及时评价，系统默认好评",
		"评价方未及时做出评价,系统默认好评",
		"评价方未及时做出评价，系统默认好评",
		"系统默认好评",
		"系统默认评价",
		"默认好评",
		"买家未填写评价内容",
		"15天内买家未作出评价",
	};
	static const char *const ends[] = {"。", "！", "!", ".", "~"};

	s = value_trim(s);
	for (size_t i = 0; i < N(ends); i++) {
		size_t n = strlen(ends[i]);

		if (s.len > n && memcmp(s.ptr + s.len - n, ends[i], n) == 0)
			s.len -= n;
	}
	for (size_t i = 0; i < N(texts); i++)
		if (heard_str_is(s, texts[i]))
			return true;
	return false;
}

/* ---- scores */

struct word_score {
	const char *word;
	double score;
};

/* On a scale of 5. */
static const struct word_score words[] = {
	{"好评", 5},	       {"中评", 3},
	{"差评", 1},	       {"非常满意", 5},
	{"很满意", 5},	       {"满意", 4},
	{"比较满意", 4},       {"一般", 3},
	{"不满意", 2},	       {"较不满意", 2},
	{"比较不满意", 2},     {"非常不满意", 1},
	{"很不满意", 1},       {"positive", 5},
	{"good", 5},	       {"neutral", 3},
	{"negative", 1},       {"bad", 1},
	{"very satisfied", 5}, {"satisfied", 4},
	{"dissatisfied", 2},   {"very dissatisfied", 1},
	{"一星", 1},	       {"二星", 2},
	{"两星", 2},	       {"三星", 3},
	{"四星", 4},	       {"五星", 5},
};

/* ★★★★☆ */
static bool stars(struct heard_str s, double *score_r)
{
	int full = 0, empty = 0;

	for (; take(&s, "★") || take(&s, "⭐"); full++)
		take(&s, "\xef\xb8\x8f"); /* to be shown in colour */
	while (take(&s, "☆"))
		empty++;
	*score_r = full;
	return full > 0 && full <= 5 && empty <= 5 && s.len == 0;
}

static bool number(struct heard_str *s, double *out)
{
	char text[24];
	size_t n = 0;

	while (n < s->len && n < sizeof(text) - 1 && (is_digit(s->ptr[n]) || s->ptr[n] == '.'))
		n++;
	if (n == 0 || !is_digit(s->ptr[0]))
		return false;
	memcpy(text, s->ptr, n);
	text[n] = '\0';
	char *end;
	*out = strtod(text, &end);
	*s = heard_str_trim(heard_str_skip(*s, n));
	return *end == '\0';
}

bool value_score(struct heard_str s, double *score_r, double *max_r)
{
	static const char *const units[] = {"分",    "星",   "星好评", "星级",
					    "stars", "star", "points"};

	s = value_trim(s);
	for (size_t i = 0; i < N(words); i++)
		if (is_word(s, words[i].word)) {
			*score_r = words[i].score;
			*max_r = 5;
			return true;
		}
	if (stars(s, score_r)) {
		*max_r = 5;
		return true;
	}
	if (!number(&s, score_r))
		return false;
	if (s.len == 0)
		return true;
	for (size_t i = 0; i < N(units); i++)
		if (is_word(s, units[i]))
			return true;
	if (!take(&s, "/") && !take(&s, "out of"))
		return false;
	s = heard_str_trim(s);
	return number(&s, max_r) && (s.len == 0 || is_word(s, "stars")) && *max_r > 0;
}

/* ---- times */

/* Digits of *s, at most `most`: the number, or -1. */
static int digits(struct heard_str *s, size_t most)
{
	int value = 0;
	size_t n = 0;

	for (; n < s->len && n < most && is_digit(s->ptr[n]); n++)
		value = value * 10 + (s->ptr[n] - '0');
	*s = heard_str_skip(*s, n);
	return n ? value : -1;
}

static bool take_one(struct heard_str *s, const char *const *words_, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (take(s, words_[i]))
			return true;
	return false;
}

/* The hour of twelve, if one is said: 0 none, 1 before noon, 2 after. */
static int half_of_day(struct heard_str *s)
{
	static const char *const before[] = {"上午", "凌晨", "早上", "AM", "am"},
				 *const after[] = {"下午", "晚上", "中午", "PM", "pm"};

	*s = value_trim(*s);
	if (take_one(s, before, N(before)))
		return 1;
	return take_one(s, after, N(after)) ? 2 : 0;
}

/* "13:04", "13:04:05.123", "下午1:04", "1:04 PM", "13时04分05秒" */
static bool time_of_day(struct heard_str s, int *hour, int *minute, int *second)
{
	int half = half_of_day(&s);

	s = value_trim(s);
	*hour = digits(&s, 2);
	if (*hour < 0 || !(take(&s, ":") || take(&s, "：") || take(&s, "时") || take(&s, "点")))
		return false;
	*minute = digits(&s, 2);
	*second = 0;
	if (*minute < 0)
		return false;
	if (take(&s, ":") || take(&s, "：") || take(&s, "分")) {
		*second = digits(&s, 2);
		if (*second < 0 && s.len > 0)
			return false;
		if (*second < 0)
			*second = 0;
		take(&s, "秒");
		if (take(&s, "."))
			digits(&s, 9);
	}
	if (half == 0)
		half = half_of_day(&s);
	if (half != 0 && *hour > 12)
		half = 0; /* "下午 13:04" */
	if (half == 2 && *hour < 12)
		*hour += 12;
	if (half == 1 && *hour == 12)
		*hour = 0;
	return value_trim(s).len == 0;
}

static int64_t at(int year, int month, int day, int hour, int minute, int second,
		  struct heard_zone *zone)
{
	char text[48];
	int n;

	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 ||
	    second > 60)
		return HEARD_TIME_NONE;
	n = snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", year, month, day,
		     hour, minute, second);
	return heard_time_parse(heard_str_n(text, (size_t)n), zone);
}

/* 20260105, 202601051304, 20260105130405: or digits since 1970. */
static int64_t all_digits(struct heard_str s, struct heard_zone *zone)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	struct heard_str rest = s;

	if (s.len != 8 && s.len != 12 && s.len != 14)
		return s.len == 10 || s.len == 13 ? heard_time_parse(s, zone) : HEARD_TIME_NONE;
	year = digits(&rest, 4);
	month = digits(&rest, 2);
	day = digits(&rest, 2);
	if (s.len > 8) {
		hour = digits(&rest, 2);
		minute = digits(&rest, 2);
	}
	if (s.len == 14)
		second = digits(&rest, 2);
	return at(year, month, day, hour, minute, second, zone);
}

int64_t value_time(struct heard_str s, struct heard_zone *zone)
{
	static const char *const marks[] = {"-", "/", ".", "年"};
	struct heard_str rest;
	int year, month, day, hour = 0, minute = 0, second = 0;
	int64_t time;
	size_t n = 0;

	s = value_trim(s);
	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	if (n == s.len)
		return all_digits(s, zone);
	time = heard_time_parse(s, zone); /* with zones and fractions */
	if (time != HEARD_TIME_NONE)
		return time;
	if (n != 4)
		return date_parse(s, zone);
	rest = s;
	year = digits(&rest, 4);
	if (!take_one(&rest, marks, N(marks)))
		return HEARD_TIME_NONE;
	month = digits(&rest, 2);
	if (!take_one(&rest, marks, N(marks)) && !take(&rest, "月"))
		return HEARD_TIME_NONE;
	day = digits(&rest, 2);
	take(&rest, "日");
	if (!take(&rest, "T"))
		rest = value_trim(rest);
	if (rest.len > 0 && !time_of_day(rest, &hour, &minute, &second))
		return HEARD_TIME_NONE;
	return at(year, month, day, hour, minute, second, zone);
}
