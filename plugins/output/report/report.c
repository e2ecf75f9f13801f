/*
 * report.c - output: figures of each day, week, month, quarter and year, as files.
 *
 * A service: it takes no records, and reads the ticket store that output `tickets`
 * writes.  It has a loop of its own, because a report of a busy year takes seconds; the
 * store is open while one is made and not longer.
 */
#include "report.h"

#include <heard/command.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SOON = 1000 };

/* "08:00" */
static int parse_at(const char *text, int64_t *minutes_r, struct heard_error *err)
{
	int hour = 0, minute = 0, end = 0;
	if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || text[end] != '\0' ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return heard_fail(err, EINVAL, "at: \"%s\" is no time of day; write \"08:00\"",
				  text);
	*minutes_r = hour * 60 + minute;
	return 0;
}

static int check_events(const struct report *self, struct heard_error *err)
{
	const struct event_row *rows = self->events.at;
	for (size_t i = 0; i < self->events.n; i++) {
		const struct event_row *row = &rows[i];
		int64_t from = event_day(row->from),
			to = row->to[0] ? event_day(row->to) : from;
		if (from == EVENT_NO_DAY || to == EVENT_NO_DAY)
			return heard_fail(err, EINVAL,
					  "events: \"%.60s\" is no day; write \"2026-11-11\"",
					  from == EVENT_NO_DAY ? row->from : row->to);
		if (to < from)
			return heard_fail(err, EINVAL,
					  "events: \"%.60s\" ends on %s, before it begins",
					  row->name, row->to);
	}
	return 0;
}

/* Two instances may share the folder if their files have different names. */
static int report_open(void *arg, struct heard_host *host, struct heard_error *err)
{
	struct report *self = arg;
	char claimed[4096];
	self->host = host;
	if (parse_at(self->at, &self->minutes, err) || check_events(self, err))
		return -err->code;
	for (enum period_kind kind = 0; kind < PERIOD_KINDS; kind++) {
		snprintf(claimed, sizeof(claimed), "%s/%s%s-", self->folder,
			 self->edition == EDITION_PUBLIC ? "public-" : "", period_words[kind]);
		if (schedule_has(self, kind) && heard_claim(host, claimed, err))
			return -err->code;
	}
	return 0;
}

static void tick(void *arg)
{
	struct report *self = arg;
	heard_timer_set(self->timer, schedule_run(self));
}

static int report_start(void *arg, struct heard_error *err)
{
	struct report *self = arg;
	self->timer = heard_timer_create(self->host, tick, self);
	if (!self->timer)
		return heard_fail(err, ENOMEM, "out of memory");
	schedule_begin(self);
	heard_timer_set(self->timer, SOON);
	return 0;
}

static void report_stop(void *arg, struct heard_done *take_done)
{
	struct report *self = arg;
	heard_timer_destroy(self->timer);
	self->timer = NULL;
	heard_done(take_done);
}

static const struct heard_command commands[] = {
	{"report",
	 "[--period day|week|month|quarter|year|today|2026-03|FROM..TO]\n"
	 "                    [--format md|html|csv|json] [-o FILE] [--lang zh|en]\n"
	 "                    [--edition management|public]",
	 "the figures of a period, against the one before", report_command},
	{.name = NULL},
};

static const struct heard_option event_options[] = {
	{.name = "name",
	 HEARD_STRING(struct event_row, name),
	 .help = "As the report calls it: 双十一"},
	{.name = "from",
	 HEARD_STRING(struct event_row, from),
	 .help = "Its first day: 2026-11-11"},
	{.name = "to",
	 HEARD_STRING(struct event_row, to),
	 .value = "",
	 .help = "Its last day; empty for the first"},
	{.name = NULL},
};

static const struct heard_option options[] = {
	{.name = "database",
	 HEARD_STATE_PATH(struct report, database),
	 .value = "tickets.db",
	 .help = "File of the ticket store, the one that output `tickets` names"},
	{.name = "surveys",
	 HEARD_STATE_PATH(struct report, surveys),
	 .value = "surveys.db",
	 .help = "File of who was invited to surveys, the one that input `survey` names; need "
		 "not be there"},
	{.name = "every",
	 HEARD_LIST(struct report, every),
	 .value = "[ \"week\", \"month\" ]",
	 .choices = period_words,
	 .help = "Of what a report is written when it is over, weeks from Monday"},
	{.name = "at",
	 HEARD_STRING(struct report, at),
	 .value = "08:00",
	 .help = "Time of the day after it at which to write, in the config's `timezone`"},
	{.name = "formats",
	 HEARD_LIST(struct report, formats),
	 .value = "[ \"html\" ]",
	 .choices = format_words,
	 .help = "Forms to write it in, a file each"},
	{.name = "folder",
	 HEARD_STATE_PATH(struct report, folder),
	 .value = "reports",
	 .help = "Where to write"},
	{.name = "edition",
	 HEARD_CHOICE(struct report, edition),
	 .value = "management",
	 .choices = edition_words,
	 .help = "For whom: public is what customers may read, without names and samples"},
	{.name = "lang",
	 HEARD_CHOICE(struct report, lang),
	 .value = "zh",
	 .choices = lang_words,
	 .help = "Language of the report"},
	{.name = "keep",
	 HEARD_INT(struct report, keep),
	 .value = "0",
	 .min = 0,
	 .max = 10000,
	 .help = "How many of each kind and form to keep, 0 keeps them all"},
	{.name = "sample",
	 HEARD_INT(struct report, sample),
	 .value = "15000",
	 .min = 0,
	 .max = 100000,
	 .help = "Most records of a period that are read for topics; of more every k-th is. 0 "
		 "leaves topics, words, hours and events out"},
	{.name = "events",
	 HEARD_TABLE(struct report, events, event_options, struct event_row),
	 .value = "",
	 .help = "Sales and other events: the week before, the event and the week after are "
		 "compared"},
	{.name = "holidays",
	 HEARD_PATH(struct report, holidays),
	 .value = "holidays",
	 .help = "Folder of holiday files, one a year, 2026.json, in the form of holiday-cn; "
		 "days off are events; need not be there"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "report",
	.version = "1.0",
	.summary = "write the figures of each day, week, month, quarter and year",
	.options = options,
	.example = "{ plugin = \"report\"; every = [ \"week\", \"month\" ]; formats = [ "
		   "\"html\", \"csv\" ]; }",
	.commands = commands,
	.self_size = sizeof(struct report),
	.open = report_open,
	.start = report_start,
	.stop = report_stop,
};
