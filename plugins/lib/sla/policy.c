/*
 * policy.c - which service level a ticket has: rows of the config, then the defaults.
 *
 * Rows are few and looked at one by one; their durations are read once.  A row may set
 * one clock and leave the others to the rows behind it, so each clock is asked for on
 * its own.
 */
#include "sla.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HOURS(n) (INT64_C(3600000) * (n))

static const int64_t none = -1, unset = -2; /* spans */
static const int64_t default_warn = 75;	    /* percent, as in sla_table */

enum row_calendar { BY_PRIORITY, BUSINESS, ROUND_THE_CLOCK };

struct row {
	const struct sla_row *is;
	const char *name;
	char number[32]; /* for the name of a row without one */
	int64_t spans[SLA_KINDS];
	enum row_calendar calendar;
};

struct sla {
	const struct calendar *business;
	size_t n;
	struct row rows[];
};

const char *sla_kind_name(enum sla_kind kind)
{
	static const char *const names[SLA_KINDS] = {"first_response", "next_response",
						     "resolution"};
	return names[kind];
}

/* ---- reading rows */

static int read_span(const char *text, const struct calendar *calendar, int64_t *span,
		     struct heard_error *err)
{
	*span = text[0] == '\0' ? unset : none;
	if (text[0] == '\0' || strcmp(text, "none") == 0)
		return 0;
	if (!heard_duration_parse(text, span))
		return heard_fail(err, EINVAL,
				  "\"%.100s\" must be a duration such as \"30m\" or \"4h\", or "
				  "\"none\"",
				  text);
	if (*span == 0)
		return heard_fail(err, EINVAL,
				  "\"%s\" leaves no time; write \"none\" for no "
				  "such service level",
				  text);
	if (calendar_add(calendar, 0, *span) == HEARD_TIME_NONE)
		return heard_fail(err, EINVAL, "\"%s\" of working time take over 20 years",
				  text);
	return 0;
}

static int read_calendar(struct row *row, const struct calendar *business,
			 struct heard_error *err)
{
	const char *text = row->is->calendar;
	if (strcmp(text, "24h") == 0)
		row->calendar = ROUND_THE_CLOCK;
	else if (strcmp(text, "business") == 0)
		row->calendar = BUSINESS;
	else if (text[0] != '\0')
		return heard_fail(err, EINVAL,
				  "calendar: \"%.100s\" must be \"business\" or "
				  "\"24h\"",
				  text);
	if (row->calendar == BUSINESS && business == NULL)
		return heard_fail(err, EINVAL,
				  "calendar: \"business\" needs a `calendar` beside "
				  "`sla`");
	return 0;
}

static int read_row(struct row *row, const struct calendar *business, struct heard_error *err)
{
	const char *const texts[SLA_KINDS] = {row->is->first_response, row->is->next_response,
					      row->is->resolution};
	const char *priority = row->is->priority;
	if (priority[0] && strcmp(priority, "high") != 0 && strcmp(priority, "medium") != 0 &&
	    strcmp(priority, "low") != 0)
		return heard_fail(err, EINVAL,
				  "priority: \"%.100s\" must be high, medium or low", priority);
	int code = read_calendar(row, business, err);
	const struct calendar *slowest = row->calendar == ROUND_THE_CLOCK ? NULL : business;
	bool sets_any = false;
	for (int kind = 0; kind < SLA_KINDS && code == 0; kind++) {
		code = read_span(texts[kind], slowest, &row->spans[kind], err);
		if (code)
			heard_error_wrap(err, "%s", sla_kind_name((enum sla_kind)kind));
		sets_any = sets_any || row->spans[kind] != unset;
	}
	if (code == 0 && !sets_any)
		return heard_fail(err, EINVAL,
				  "sets none of first_response, next_response and "
				  "resolution");
	return code;
}

int sla_create(struct sla **sla_r, const struct heard_rows *rows,
	       const struct calendar *business, struct heard_error *err)
{
	*sla_r = NULL;
	struct sla *sla = calloc(1, sizeof *sla + rows->n * sizeof sla->rows[0]);
	if (sla == NULL)
		return heard_fail(err, ENOMEM, "no memory for the service levels");
	sla->business = business;
	for (sla->n = 0; sla->n < rows->n; sla->n++) {
		struct row *row = &sla->rows[sla->n];
		row->is = (const struct sla_row *)rows->at + sla->n;
		snprintf(row->number, sizeof row->number, "row %zu", sla->n + 1);
		row->name = row->is->name[0] ? row->is->name : row->number;
		int code = read_row(row, business, err);
		if (code) {
			heard_error_wrap(err, "sla: %.60s", row->name);
			free(sla);
			return code;
		}
	}
	*sla_r = sla;
	return 0;
}

void sla_destroy(struct sla *sla)
{
	free(sla);
}

/* ---- a ticket's level */

static bool is_any_or(const char *wanted, struct heard_str is)
{
	return wanted[0] == '\0' || heard_str_is(is, wanted);
}

static const struct row *find_row(const struct sla *sla, enum sla_kind kind,
				  const struct sla_subject *s)
{
	for (size_t i = 0; sla && i < sla->n; i++) {
		const struct sla_row *row = sla->rows[i].is;
		if (sla->rows[i].spans[kind] != unset &&
		    is_any_or(row->priority, s->priority) &&
		    is_any_or(row->department, s->department) &&
		    is_any_or(row->channel, s->channel) && is_any_or(row->intent, s->intent))
			return &sla->rows[i];
	}
	return NULL;
}

static int64_t default_span(enum sla_kind kind, const struct sla_subject *s)
{
	if (kind == SLA_RESOLUTION)
		return heard_str_is(s->intent, "complaint") ? HOURS(48) : none;
	if (heard_str_is(s->priority, "high"))
		return HOURS(1) / 2;
	return heard_str_is(s->priority, "low") ? HOURS(24) : HOURS(4);
}

static bool is_round_the_clock(const struct row *row, const struct sla_subject *s)
{
	if (row && row->calendar != BY_PRIORITY)
		return row->calendar == ROUND_THE_CLOCK;
	return heard_str_is(s->priority, "high");
}

struct sla_level sla_level(const struct sla *sla, enum sla_kind kind,
			   const struct sla_subject *s)
{
	const struct row *row = find_row(sla, kind, s);
	if (row == NULL && kind == SLA_NEXT_RESPONSE)
		return sla_level(sla, SLA_FIRST_RESPONSE, s);
	struct sla_level level = {
		.span = row ? row->spans[kind] : default_span(kind, s),
		.policy = row ? row->name : "default",
	};
	if (level.span < 0)
		return level;
	if (sla && !is_round_the_clock(row, s))
		level.calendar = sla->business;
	bool is_named = row && row->is->department[0];
	if (kind != SLA_RESOLUTION && !is_named && heard_str_is(s->department, "aftersales")) {
		level.within = HOURS(24);
		if (level.span > level.within)
			level.span = level.within;
	}
	level.warn_span = level.span * (row ? row->is->warn : default_warn) / 100;
	return level;
}

const struct heard_option sla_table[] = {
	{"name", HEARD_STRING(struct sla_row, name), .value = "",
	 .help = "What a ticket's history calls it; empty for the number of the row"},
	{"priority", HEARD_STRING(struct sla_row, priority), .value = "",
	 .help = "Only for tickets of this priority: high, medium or low"},
	{"department", HEARD_STRING(struct sla_row, department), .value = "",
	 .help = "Only for tickets of this department"},
	{"channel", HEARD_STRING(struct sla_row, channel), .value = "",
	 .help = "Only for tickets that came by this channel"},
	{"intent", HEARD_STRING(struct sla_row, intent), .value = "",
	 .help = "Only for tickets of this intent, such as complaint"},
	{"first_response", HEARD_STRING(struct sla_row, first_response), .value = "",
	 .help = "Working time to the first answer, such as 30m, or none"},
	{"next_response", HEARD_STRING(struct sla_row, next_response), .value = "",
	 .help = "Working time to each later answer, or none; empty for first_response's"},
	{"resolution", HEARD_STRING(struct sla_row, resolution), .value = "",
	 .help = "Working time until it is resolved, or none"},
	{"calendar", HEARD_STRING(struct sla_row, calendar), .value = "",
	 .help = "Where working time is taken from: business or 24h; empty for 24h if the "
		 "priority is high"},
	{"warn", HEARD_INT(struct sla_row, warn), .value = "75", .min = 1, .max = 99,
	 .help = "Percent of the time after which a warning goes out"},
	{.name = NULL},
};
