/*
 * schedule.c - reports that are due, each written once.
 *
 * Of every kind the end of the last one written is kept in the state folder, after its
 * files are there: a crash between the two writes the same file again, which changes
 * nothing.  After a long rest the last complete period is written and older ones are
 * not; `heard report --period NAME` makes those.  A new instance begins with the period
 * that runs: of the time before it nobody asked for reports.
 *
 * The clock is looked at every few seconds, so that one that was set, or slept, is noticed.
 */
#include "report.h"

#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AGAIN = 5 * 1000, TRY_AGAIN = 5 * 60 * 1000, PATH = 4096 };

bool schedule_has(const struct report *self, enum period_kind kind)
{
	for (size_t i = 0; i < self->every.n; i++)
		if (strcmp(self->every.at[i], period_words[kind]) == 0)
			return true;
	return false;
}

/* ---- what was written, on disk: "month 1767196800000" a line */

static void path_of(const struct report *self, char out[PATH])
{
	snprintf(out, PATH, "%s/written", heard_state_folder(self->host));
}

static void read_done(struct report *self)
{
	char path[PATH], word[16];
	int64_t end;
	path_of(self, path);
	FILE *file = fopen(path, "re");
	while (file && fscanf(file, "%15s %" SCNd64, word, &end) == 2) {
		int kind = choice_of(period_words, word);
		if (kind >= 0)
			self->done[kind] = end;
	}
	if (file)
		fclose(file);
}

static int keep_done(const struct report *self, struct heard_error *err)
{
	char path[PATH];
	struct heard_buf text;
	heard_buf_init(&text, 4096);
	for (int kind = 0; kind < PERIOD_KINDS; kind++)
		if (self->done[kind])
			heard_buf_printf(&text, "%s %" PRId64 "\n", period_words[kind],
					 self->done[kind]);
	path_of(self, path);
	int result = text.failed ? heard_fail(err, ENOMEM, "out of memory")
				 : file_replace(path, heard_buf_view(&text), err);
	heard_buf_release(&text);
	return result;
}

void schedule_begin(struct report *self)
{
	struct heard_error err;
	int64_t now = heard_now(self->host);
	bool is_changed = false;
	read_done(self);
	for (enum period_kind kind = 0; kind < PERIOD_KINDS; kind++) {
		struct period p;
		if (!schedule_has(self, kind) || self->done[kind])
			continue;
		period_last(&p, kind, now, heard_zone(self->host));
		self->done[kind] = p.to;
		is_changed = true;
	}
	if (is_changed && keep_done(self, &err))
		heard_log(self->host, HEARD_WARN,
			  "what was written cannot be noted: %s; after a restart a report may "
			  "be missing",
			  err.text);
}

/* ---- writing */

static int write_report(struct report *self, const struct period *period,
			struct heard_error *err)
{
	struct book *book = calloc(1, sizeof(*book));
	if (!book)
		return heard_fail(err, ENOMEM, "out of memory");
	book->edition = (enum edition)self->edition;
	book->lang = (enum page_lang)self->lang;
	book->zone = heard_zone(self->host);
	book->host = self->host;
	book->period = *period;
	book->asked = period_words[period->kind];
	int result = book_gather(book, self, heard_now(self->host), err);
	if (result == 0)
		result = files_write(self, book, err);
	book_release(book);
	free(book);
	return result;
}

/* Not "later than": one that was written while the clock was ahead must not be the last. */
static bool is_due(const struct report *self, const struct period *p, int64_t now)
{
	return p->to != self->done[p->kind] &&
	       now >= period_due(p, self->minutes, heard_zone(self->host));
}

static int64_t run_one(struct report *self, enum period_kind kind)
{
	struct heard_error err;
	struct period p;
	int64_t now = heard_now(self->host);
	period_last(&p, kind, now, heard_zone(self->host));
	if (!is_due(self, &p, now))
		return LOOK_AGAIN;
	if (write_report(self, &p, &err)) {
		heard_log(self->host, HEARD_WARN,
			  "the report of %s cannot be written: %s; trying again in 5 minutes",
			  p.name, err.text);
		return TRY_AGAIN;
	}
	self->done[kind] = p.to;
	heard_log(self->host, HEARD_NOTICE, "the report of %s is in %s", p.name, self->folder);
	if (keep_done(self, &err))
		heard_log(self->host, HEARD_WARN,
			  "what was written cannot be noted: %s; after a restart the report of "
			  "%s may be written again",
			  err.text, p.name);
	return LOOK_AGAIN;
}

int64_t schedule_run(struct report *self)
{
	int64_t next = LOOK_AGAIN;
	for (enum period_kind kind = 0; kind < PERIOD_KINDS; kind++) {
		int64_t after = schedule_has(self, kind) ? run_one(self, kind) : LOOK_AGAIN;
		next = after > next ? after : next;
	}
	return next;
}
