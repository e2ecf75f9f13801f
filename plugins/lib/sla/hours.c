/* hours.c - the working hours of a day, read and measured. */
#include "hours.h"

#include <heard/error.h>
#include <heard/str.h>

#include <errno.h>

enum { MINUTE = 60 * 1000, DAY_MINUTES = 24 * 60 };

/* The number of 1 or 2 digits in front; -1 if there is none. */
static int take_number(struct heard_str *s)
{
	int value = -1;
	for (int i = 0; i < 2 && s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; i++) {
		value = (value < 0 ? 0 : value * 10) + (s->ptr[0] - '0');
		*s = heard_str_skip(*s, 1);
	}
	return value;
}

/* Minutes since midnight of "9:00"; -1 if it is no time of day. */
static int take_time(struct heard_str *s)
{
	int hour = take_number(s);
	if (hour < 0 || s->len < 3 || s->ptr[0] != ':')
		return -1;
	*s = heard_str_skip(*s, 1);
	size_t before = s->len;
	int minute = take_number(s);
	if (minute < 0 || minute > 59 || before - s->len != 2)
		return -1;
	int of_day = hour * 60 + minute;
	return of_day <= DAY_MINUTES ? of_day : -1;
}

static bool take_slot(struct heard_str *s, int *from, int *until)
{
	*s = heard_str_trim(*s);
	*from = take_time(s);
	*s = heard_str_trim(*s);
	if (*from < 0 || s->len == 0 || s->ptr[0] != '-')
		return false;
	*s = heard_str_trim(heard_str_skip(*s, 1));
	*until = take_time(s);
	*s = heard_str_trim(*s);
	return *until >= 0 && (s->len == 0 || s->ptr[0] == ',');
}

static int add_slot(struct hours *h, int from, int until, struct heard_error *err)
{
	if (until <= from)
		return heard_fail(err, EINVAL,
				  "%02d:%02d-%02d:%02d ends before it begins; a night is "
				  "written as two slots, up to 24:00 and from 00:00",
				  from / 60, from % 60, until / 60, until % 60);
	if (h->n && (int64_t)from * MINUTE < h->slots[h->n - 1].until)
		return heard_fail(err, EINVAL,
				  "%02d:%02d-%02d:%02d begins before the slot in front of it "
				  "ends; write the slots in order, without overlaps",
				  from / 60, from % 60, until / 60, until % 60);
	if (h->n == HOURS_SLOTS)
		return heard_fail(err, EINVAL, "a day has at most %d slots", HOURS_SLOTS);
	h->slots[h->n].from = (int64_t)from * MINUTE;
	h->slots[h->n].until = (int64_t)until * MINUTE;
	h->slots[h->n].before = h->total;
	h->total += h->slots[h->n].until - h->slots[h->n].from;
	h->n++;
	return 0;
}

int hours_parse(struct hours *h, const char *text, struct heard_error *err)
{
	struct heard_str s = heard_str_trim(heard_str(text));
	*h = (struct hours){0};
	if (heard_str_is(s, "24h"))
		return add_slot(h, 0, DAY_MINUTES, err);
	for (;;) {
		int from, until;
		if (!take_slot(&s, &from, &until))
			return heard_fail(err, EINVAL,
					  "\"%.100s\" must be times of day like "
					  "\"09:00-12:00,13:00-18:00\", or \"24h\"",
					  text);
		int code = add_slot(h, from, until, err);
		if (code || s.len == 0)
			return code;
		s = heard_str_skip(s, 1);
	}
}

int64_t hours_before(const struct hours *h, int64_t at)
{
	int64_t done = 0;
	for (size_t i = 0; i < h->n && at > h->slots[i].from; i++) {
		int64_t end = at < h->slots[i].until ? at : h->slots[i].until;
		done = h->slots[i].before + (end - h->slots[i].from);
	}
	return done;
}

int64_t hours_find(const struct hours *h, int64_t done)
{
	size_t i = h->n - 1;
	while (i > 0 && h->slots[i].before >= done)
		i--;
	return h->slots[i].from + (done - h->slots[i].before);
}
