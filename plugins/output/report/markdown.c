/*
 * markdown.c - a report as Markdown, laid out so that it is also good to read as it is.
 */
#include "markdown.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/utf8.h>

void markdown_heading(struct heard_buf *out, const char *text)
{
	heard_buf_printf(out, "## %s\n\n", text);
}

void markdown_heads(const struct book *book, struct grid *t, const enum say *heads, size_t n)
{
	grid_begin(t, n);
	for (size_t i = 0; i < n; i++)
		grid_cell(t, i, said(book, heads[i]));
	grid_line(t);
}

void markdown_value(const struct book *book, struct grid *t, size_t column, enum unit unit,
		    double value)
{
	char text[64];
	value_text(text, sizeof(text), unit, value, book->lang);
	grid_cell(t, column, text);
}

void markdown_change(const struct book *book, struct grid *t, size_t column,
		     const struct row *row)
{
	char text[64];
	change_text(text, sizeof(text), row, book->lang);
	grid_cell(t, column, text);
}

/* ---- parts */

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void put_rows(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say heads[] = {SAY_FIGURES, SAY_NOW, SAY_THEN, SAY_CHANGE};
	struct row rows[ROWS];
	size_t n = book_rows(book, rows);
	markdown_heads(book, t, heads, COUNT(heads));
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(rows[i].now) && !isfinite(rows[i].then))
			continue;
		grid_cell(t, 0, rows[i].label.in[book->lang]);
		markdown_value(book, t, 1, rows[i].unit, rows[i].now);
		markdown_value(book, t, 2, rows[i].unit, rows[i].then);
		markdown_change(book, t, 3, &rows[i]);
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_shares(const struct book *book, struct grid *t, struct heard_buf *out,
		       enum say title, const struct store_shares *shares)
{
	enum { MOST = 12 };
	int64_t total = 0;
	if (shares->n == 0)
		return;
	for (size_t i = 0; i < shares->n; i++)
		total += shares->at[i].n;
	grid_begin(t, 3);
	grid_cell(t, 0, said(book, title));
	grid_cell(t, 1, said(book, SAY_FEEDBACK));
	grid_cell(t, 2, "%");
	grid_line(t);
	for (size_t i = 0; i < shares->n && i < MOST; i++) {
		grid_plain(t, 0, name_said(book, shares->at[i].name));
		markdown_value(book, t, 1, UNIT_COUNT, (double)shares->at[i].n);
		markdown_value(book, t, 2, UNIT_RATE, store_rate(shares->at[i].n, total));
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_teams(const struct book *book, struct grid *t, struct heard_buf *out,
		      enum say title, const struct store_shares *shares)
{
	const enum say heads[] = {title, SAY_TICKETS, SAY_RESPONSE, SAY_ON_TIME,
				  SAY_RESOLUTION};
	if (shares->n == 0)
		return;
	markdown_heads(book, t, heads, COUNT(heads));
	for (size_t i = 0; i < shares->n; i++) {
		const struct store_share *s = &shares->at[i];
		grid_plain(t, 0, name_said(book, s->name));
		markdown_value(book, t, 1, UNIT_COUNT, (double)s->n);
		markdown_value(book, t, 2, UNIT_RATE, store_rate(s->answered, s->n));
		markdown_value(book, t, 3, UNIT_RATE, store_rate(s->met, s->due));
		markdown_value(book, t, 4, UNIT_RATE, store_rate(s->resolved, s->n));
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_surveys(const struct book *book, struct grid *t, struct heard_buf *out)
{
	struct survey_cell cells[SURVEY_CELLS];
	_Static_assert(SURVEY_CELLS + 1 <= GRID_COLUMNS, "a column each");
	if (book->n_surveys == 0)
		return;
	grid_begin(t, SURVEY_CELLS + 1);
	grid_cell(t, 0, said(book, SAY_SURVEY));
	survey_cells(&book->surveys[0], cells);
	for (size_t c = 0; c < SURVEY_CELLS; c++)
		grid_cell(t, c + 1, cells[c].label.in[book->lang]);
	grid_line(t);
	for (size_t i = 0; i < book->n_surveys; i++) {
		survey_cells(&book->surveys[i], cells);
		grid_plain(t, 0, book->surveys[i].name);
		for (size_t c = 0; c < SURVEY_CELLS; c++)
			markdown_value(book, t, c + 1, cells[c].unit, cells[c].now);
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_channels(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say heads[] = {SAY_CHANNEL, SAY_TAKEN_IN, SAY_CHANGE, SAY_ERRORS,
					 SAY_LAST_HEARD};
	enum { N = sizeof(heads) / sizeof(*heads) };
	char text[128];
	if (book->n_channels == 0)
		return;
	grid_begin(t, N + 1);
	t->right[N] = false;
	for (size_t i = 0; i < N; i++)
		grid_cell(t, i, said(book, heads[i]));
	grid_line(t);
	for (size_t i = 0; i < book->n_channels; i++) {
		const struct channel_row *c = &book->channels[i];
		struct row volume = channel_volume(c);
		grid_plain(t, 0, name_said(book, c->name));
		markdown_value(book, t, 1, UNIT_COUNT, volume.now);
		markdown_change(book, t, 2, &volume);
		markdown_value(book, t, 3, UNIT_RATE, channel_errors(c).now);
		time_said(book, c->last_heard, text, sizeof(text));
		grid_cell(t, 4, text);
		grid_cell(t, N, c->is_silent ? said(book, SAY_SILENT) : "");
		grid_line(t);
	}
	markdown_heading(out, said(book, SAY_HEALTH));
	grid_put(out, t);
}

/* Fewer than on a page: who reads this wants to get through. */
static void put_samples(const struct book *book, struct heard_buf *out)
{
	enum { SHOWN = 2 };
	char text[GRID_CELL], name[512];
	bool has_title = false;
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		if (issue->n_samples == 0)
			continue;
		if (!has_title)
			heard_buf_printf(out, "%s\n\n", said(book, SAY_SAMPLES));
		has_title = true;
		topic_said(book, issue->topic, name, sizeof(name));
		grid_escape(text, sizeof(text), name);
		heard_buf_printf(out, "%zu. %s\n", i + 1, text);
		for (size_t j = 0; j < issue->n_samples && j < SHOWN; j++) {
			grid_escape(text, sizeof(text), issue->samples[j]);
			heard_buf_printf(out, "    - %s\n", text);
		}
	}
	if (has_title)
		heard_buf_puts(out, "\n");
}

static void put_issues(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say heads[] = {SAY_ISSUE, SAY_TICKETS, SAY_THEN, SAY_CONTACTS,
					 SAY_RESOLVED};
	char name[512], numbered[600];
	markdown_heading(out,
			 said(book, book->edition == EDITION_PUBLIC ? SAY_HEARD : SAY_ISSUES));
	if (book->n_issues == 0) {
		heard_buf_printf(out, "%s\n\n", said(book, SAY_NOTHING));
		return;
	}
	markdown_heads(book, t, heads, COUNT(heads));
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		topic_said(book, issue->topic, name, sizeof(name));
		snprintf(numbered, sizeof(numbered), "%zu. %s", i + 1, name);
		grid_plain(t, 0, numbered);
		markdown_value(book, t, 1, UNIT_COUNT, (double)issue->topic->tickets);
		markdown_value(book, t, 2, UNIT_COUNT, (double)issue->before);
		markdown_value(book, t, 3, UNIT_COUNT, (double)issue->topic->contacts);
		markdown_value(book, t, 4, UNIT_COUNT, (double)issue->topic->resolved);
		grid_line(t);
	}
	grid_put(out, t);
	put_samples(book, out);
}

static void put_fixes(const struct book *book, struct heard_buf *out, enum say title,
		      bool is_done)
{
	char text[GRID_CELL];
	bool any = false;
	for (size_t i = 0; i < book->n_fixes; i++) {
		if ((book->fixes[i].resolved_at != HEARD_TIME_NONE) != is_done)
			continue;
		if (!any)
			markdown_heading(out, said(book, title));
		any = true;
		grid_escape(text, sizeof(text), book->fixes[i].title);
		heard_buf_printf(out, "- %s\n", text);
	}
	if (any)
		heard_buf_puts(out, "\n");
}

static void put_head(const struct book *book, struct heard_buf *out)
{
	char now[160], then[160], made[96], title[160];
	period_said(book, &book->period, now, sizeof(now));
	period_said(book, &book->before, then, sizeof(then));
	time_said(book, book->made_at, made, sizeof(made));
	snprintf(title, sizeof(title), said(book, SAY_TITLE), kind_said(book));
	heard_buf_printf(out, "# %s · %s\n\n",
			 book->edition == EDITION_PUBLIC ? said(book, SAY_PUBLIC_TITLE) : title,
			 now);
	heard_buf_printf(out, "%s %s · %s %s (%s)\n\n", said(book, SAY_COMPARED), then,
			 said(book, SAY_MADE), made,
			 book->zone ? heard_zone_name(book->zone) : "UTC");
}

static void put_management(const struct book *book, struct grid *t, struct heard_buf *out)
{
	char open[64], over[64];
	const struct store_figures *f = &book->now;
	put_rows(book, t, out);
	value_text(open, sizeof(open), UNIT_COUNT, (double)f->backlog, book->lang);
	value_text(over, sizeof(over), UNIT_COUNT, (double)f->overdue, book->lang);
	heard_buf_printf(out,
			 book->lang == PAGE_ZH ? "%s：%s，%s：%s\n\n" : "%s: %s, %s: %s\n\n",
			 said(book, SAY_BACKLOG), open, said(book, SAY_OVERDUE), over);
	put_issues(book, t, out);
	markdown_talk(book, t, out);
	put_teams(book, t, out, SAY_DEPARTMENTS, &f->departments);
	put_teams(book, t, out, SAY_PRIORITIES, &f->priorities);
	put_surveys(book, t, out);
	put_channels(book, t, out);
	put_shares(book, t, out, SAY_CHANNELS, &f->channels);
	put_shares(book, t, out, SAY_CATEGORIES, &f->categories);
	put_shares(book, t, out, SAY_INTENTS, &f->intents);
}

void write_markdown(const struct book *book, struct heard_buf *out)
{
	struct grid *t = calloc(1, sizeof(*t));
	if (!t) {
		out->failed = true;
		return;
	}
	put_head(book, out);
	if (book->edition == EDITION_PUBLIC) {
		heard_buf_printf(out, "%s\n\n", said(book, SAY_LEAD));
		put_issues(book, t, out);
		put_fixes(book, out, SAY_DONE, true);
		put_fixes(book, out, SAY_WORKING, false);
		markdown_heading(out, said(book, SAY_PROMISES));
		put_rows(book, t, out);
	} else {
		put_management(book, t, out);
	}
	heard_buf_printf(out, "%s\n\n%s\n", said(book, SAY_NOTE_RATES),
			 said(book, SAY_NOTE_SCORES));
	if (book->n_channels)
		heard_buf_printf(out, "\n%s\n", said(book, SAY_NOTE_CHANNELS));
	if (talk_is_there(&book->talk)) {
		char text[NOTE_MAX];
		talk_note(book, text);
		heard_buf_printf(out, "\n%s\n", text);
	}
	free(t);
}
