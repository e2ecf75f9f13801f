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

/* Two instances may share the folder if their files have different names. */
static int report_open(void *arg, struct heard_host *host, struct heard_error *err)
{
	struct report *self = arg;
	char claimed[4096];
	self->host = host;
	if (parse_at(self->at, &self->minutes, err))
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
