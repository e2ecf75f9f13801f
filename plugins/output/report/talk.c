/*
 * talk.c - what people talked about: topics of the period against the one before, words
 * that come with low ratings, the hours of the week, and what was around holidays and
 * events.
 *
 * Hours and events are counted exactly, from what the store counts as records come.  Topics
 * and words need the records: of a period with more than `sample` of them every k-th is
 * read, and the same of the period before, so that both counts are of the same kind; the
 * report says so and shows counts times k.
 *
 * Words are those of filter `keywords`.  A complaint is a record of that intent; if it has
 * none, one with a low rating or a negative sentiment.  Spam and repeats of the same person
 * are read and not counted.
 */
#include "report.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <sla/holidays.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 64 << 20, STARS = 5 };
static const double low_rating = 0.4, high_rating = 0.8; /* 2 and 4 of 5 */
static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- records */

struct reading {
	struct book *book;
	struct themes *themes;
	const struct period *period;
	bool is_before, has_failed;
};

static double number_of(const struct heard_json *record, const char *name)
{
	const struct heard_json *value = heard_json_member(record, name);
	bool is_number = value &&
			 (value->type == HEARD_JSON_INT || value->type == HEARD_JSON_NUMBER);
	return is_number ? value->number : NAN;
}

static enum theme_mark mark_of(const struct heard_json *record)
{
	double value = number_of(record, "rating"), best = number_of(record, "rating_max");
	if (!isfinite(value)) {
		value = number_of(record, "csat");
		best = STARS;
	}
	if (!isfinite(best))
		best = STARS;
	if (!isfinite(value) || best <= 1 || value < 0 || value > best)
		return THEME_UNMARKED;
	return value <= low_rating * best    ? THEME_LOW
	       : value >= high_rating * best ? THEME_HIGH
					     : THEME_MIDDLE;
}

static bool is_complaint(const struct heard_json *record, enum theme_mark mark)
{
	static const char *const others[] = {"question", "suggestion", "praise"};
	struct heard_str intent = heard_json_string(record, "intent");
	if (heard_str_is(intent, "complaint"))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (heard_str_is(intent, others[i]))
			return false;
	const struct heard_json *sentiment = heard_json_member(record, "sentiment");
	return mark == THEME_LOW ||
	       heard_str_is(heard_json_string(sentiment, "label"), "negative");
}

static bool is_counted(const struct heard_json *record)
{
	const struct heard_json *spam = heard_json_member(record, "spam");
	return record && record->type == HEARD_JSON_OBJECT &&
	       !heard_json_member(record, "duplicate_of") &&
	       !heard_str_is(heard_json_string(record, "op"), "delete") &&
	       !heard_str_is(heard_json_string(spam, "verdict"), "spam");
}

static uint16_t part_of(const struct period *p, int64_t at)
{
	size_t part = 0;
	while (part + 1 < p->n_parts && p->edges[part + 1] <= at)
		part++;
	return (uint16_t)part;
}

static bool add_record(struct reading *r, const struct heard_json *record,
		       const struct store_sampled *sampled)
{
	struct heard_str words[THEME_KEYWORDS];
	struct theme_said said = {.words = words,
				  .ticket = sampled->ticket,
				  .is_before = r->is_before,
				  .mark = mark_of(record),
				  .part = part_of(r->period, sampled->at)};
	const struct heard_json *list = heard_json_member(record, "keywords");
	bool is_list = list && list->type == HEARD_JSON_ARRAY;
	for (const struct heard_json *w = is_list ? list->first : NULL;
	     w && said.n_words < THEME_KEYWORDS; w = w->next)
		if (w->type == HEARD_JSON_STRING)
			words[said.n_words++] = w->string;
	said.is_complaint = is_complaint(record, said.mark);
	_Static_assert(THEME_ID == STORE_ID, "the same ids");
	memcpy(said.id, sampled->id, sizeof(said.id));
	r->book->talk.read++;
	return themes_add(r->themes, &said);
}

static bool take_record(void *arg, const struct store_sampled *sampled)
{
	struct reading *r = arg;
	struct heard_error ignored; /* a line that is no JSON says nothing */
	struct heard_json_doc *doc = heard_json_parse(sampled->line, LINE_BYTES, &ignored);
	const struct heard_json *record = doc ? heard_json_root(doc) : NULL;
	if (is_counted(record))
		r->has_failed = !add_record(r, record, sampled);
	heard_json_destroy(doc);
	return !r->has_failed;
}

static int read_period(struct reading *r, struct store *store, const struct store_span *span,
		       struct heard_error *err)
{
	int result = store_sample(store, span, r->book->talk.every, take_record, r, err);
	return r->has_failed ? heard_fail(err, ENOMEM, "out of memory") : result;
}

static int read_records(struct book *book, struct store *store, struct themes *themes,
			int64_t most, struct heard_error *err)
{
	struct store_span now, before;
	const struct period *p = &book->period, *b = &book->before;
	if (store_span(store, p->from, p->to, &now, err) ||
	    store_span(store, b->from, b->to, &before, err))
		return -err->code;
	int64_t larger = store_span_size(&now);
	if (store_span_size(&before) > larger)
		larger = store_span_size(&before);
	book->talk.every = (larger + most - 1) / most;
	if (book->talk.every < 1)
		book->talk.every = 1;
	struct reading r = {.book = book, .themes = themes, .period = p};
	if (read_period(&r, store, &now, err))
		return -err->code;
	r.period = b;
	r.is_before = true;
	return read_period(&r, store, &before, err);
}

static int gather_topics(struct book *book, struct store *store, int64_t most,
			 struct heard_error *err)
{
	struct talk *talk = &book->talk;
	struct themes *themes = themes_create();
	int64_t length = book->before.to - book->before.from; /* a tenth may be missing */
	talk->is_compared = talk->since != HEARD_TIME_NONE &&
			    talk->since <= book->before.from + length / 10;
	int result = themes ? read_records(book, store, themes, most, err)
			    : heard_fail(err, ENOMEM, "out of memory");
	if (result == 0 && (!themes_find(themes, talk->is_compared, &talk->themes) ||
			    !themes_words(themes, TALK_WORDS, &talk->words)))
		result = heard_fail(err, ENOMEM, "out of memory");
	themes_destroy(themes);
	return result;
}

/* ---- the hours of the week */

static int64_t wall(const struct book *book, int64_t at)
{
	return at + (book->zone ? heard_zone_offset(book->zone, at) : 0);
}

static void take_hour(void *arg, int64_t at, int64_t n, int64_t complaints)
{
	struct book *book = arg;
	week_add(&book->talk.week, wall(book, at), n, complaints);
}

static int gather_week(struct book *book, struct store *store, struct heard_error *err)
{
	const struct period *p = &book->period;
	int64_t today = wall(book, book->made_at) / day_ms, since = book->talk.since;
	int64_t first = p->first, after = p->after <= today ? p->after : today + 1;
	if (since != HEARD_TIME_NONE && wall(book, since) / day_ms > first)
		first = wall(book, since) / day_ms;
	week_begin(&book->talk.week, first, after);
	return store_course(store, p->from, p->to, take_hour, book, err);
}

/* ---- holidays and events */

int64_t event_day(const char *text)
{
	struct heard_str date = heard_str(text);
	int64_t ms = date.len == 10 && date.ptr[4] == '-' ? heard_time_parse(date, NULL)
							  : HEARD_TIME_NONE;
	return ms == HEARD_TIME_NONE || ms % day_ms != 0 ? EVENT_NO_DAY : ms / day_ms;
}

static void add_holidays(struct book *book, const char *folder, int year)
{
	char path[4096];
	struct heard_error err = {0};
	struct holidays holidays = {.n = 0};
	if (snprintf(path, sizeof(path), "%s/%d.json", folder, year) >= (int)sizeof(path) ||
	    access(path, F_OK) != 0)
		return;
	if (holidays_read(&holidays, path, &err))
		snprintf(book->talk.fault, sizeof(book->talk.fault), "%s", err.text);
	else
		for (size_t i = 0; i < holidays.n; i++)
			if (holidays.days[i].is_off && holidays.days[i].name[0])
				arounds_add(&book->talk.events,
					    heard_str(holidays.days[i].name),
					    holidays.days[i].day, holidays.days[i].day);
	holidays_release(&holidays);
}

static void take_day(void *arg, int64_t at, int64_t n, int64_t complaints)
{
	struct book *book = arg;
	arounds_count(&book->talk.events, wall(book, at) / day_ms, n, complaints);
}

/* From the week before the first event to the last day that is over.  A day of margin at
 * each end is cut off by the days that count. */
static int count_events(struct book *book, struct store *store, struct heard_error *err)
{
	struct arounds *events = &book->talk.events;
	int64_t first = INT64_MAX, after = 0;
	int64_t today = wall(book, book->made_at) / day_ms;
	for (size_t i = 0; i < events->n; i++) {
		const struct around *e = &events->at[i];
		first = e->first < first ? e->first : first;
		after = e->last + 1 > after ? e->last + 1 : after;
	}
	if (events->n == 0 || book->talk.since == HEARD_TIME_NONE)
		return 0;
	int64_t since = wall(book, book->talk.since) / day_ms + 1; /* a whole day */
	first = first - AROUND_DAYS > since ? first - AROUND_DAYS : since;
	after = after + AROUND_DAYS < today ? after + AROUND_DAYS : today;
	arounds_begin(events, first, after);
	if (first >= after)
		return 0;
	return store_course(store, period_midnight(first, book->zone),
			    period_midnight(after, book->zone), take_day, book, err);
}

static int gather_events(struct book *book, struct store *store, const struct report *options,
			 struct heard_error *err)
{
	const struct period *p = &book->period;
	const struct event_row *rows = options->events.at;
	int first = period_date_of(p->first - AROUND_DAYS).year;
	for (int year = first; options->holidays && year <= period_date_of(p->after).year;
	     year++)
		add_holidays(book, options->holidays, year);
	for (size_t i = 0; i < options->events.n; i++) {
		int64_t from = event_day(rows[i].from);
		arounds_add(&book->talk.events, heard_str(rows[i].name), from,
			    rows[i].to[0] ? event_day(rows[i].to) : from);
	}
	arounds_within(&book->talk.events, p->first, p->after);
	return count_events(book, store, err);
}

/* ---- together */

int talk_gather(struct book *book, struct store *store, const struct report *options,
		struct heard_error *err)
{
	if (book->edition != EDITION_MANAGEMENT || options->sample == 0)
		return 0;
	if (store_since(store, &book->talk.since, err) ||
	    gather_topics(book, store, options->sample, err) || gather_week(book, store, err))
		return -err->code;
	return gather_events(book, store, options, err);
}

void talk_release(struct talk *talk)
{
	themes_release(&talk->themes);
	themes_words_release(&talk->words);
}
