/*
 * markdown.c - a report as Markdown, laid out so that it is also good to read as it is:
 * cells are padded to the width they take on a terminal.
 *
 * What customers wrote is not trusted with either reader: control characters and marks
 * that turn the direction of writing do not get through, and signs of Markdown and HTML
 * are escaped.
 */
#include "words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/utf8.h>

enum { COLUMNS = 7, LINES = 80, CELL = 420 };

struct table {
	size_t columns, n; /* lines, the head included */
	char cells[LINES][COLUMNS][CELL];
	bool right[COLUMNS];
};

/* ---- text */

static bool is_silent(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0xfeff ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static int width_of(uint32_t c)
{
	if (c >= 0x300 && c < 0x370)
		return 0;
	bool is_wide = (c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
		       (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
		       (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
		       (c >= 0xffe0 && c < 0xffe7) || (c >= 0x1f300 && c < 0x1f650) ||
		       (c >= 0x1f680 && c < 0x1fa00) || (c >= 0x20000 && c < 0x40000);
	return is_wide ? 2 : 1;
}

static int width_text(const char *text)
{
	const char *end = text + strlen(text);
	int width = 0;
	uint32_t c;
	for (size_t n; text < end; text += n ? n : 1) {
		n = text_decode(text, end, &c);
		width += n ? width_of(c) : 1;
	}
	return width;
}

/* Escaped, into `out`; what does not fit is cut at a whole character. */
static void plain(char *out, size_t size, const char *text)
{
	const char *end = text + strlen(text);
	size_t at = 0;
	uint32_t c;
	for (size_t n; text < end && at + 8 < size; text += n ? n : 1) {
		n = text_decode(text, end, &c);
		if (n == 0 || is_silent(c)) {
			out[at++] = n && c != '\n' && c != '\t' ? '?' : ' ';
			continue;
		}
		if (c < 0x80 && strchr("\\`*_[]<>|#~&!", (int)c))
			out[at++] = '\\';
		memcpy(out + at, text, n);
		at += n;
	}
	out[at] = '\0';
}

/* ---- tables */

static void cell(struct table *t, size_t column, const char *text)
{
	if (t->n < LINES)
		snprintf(t->cells[t->n][column], CELL, "%s", text);
}

static void cell_plain(struct table *t, size_t column, const char *text)
{
	if (t->n < LINES)
		plain(t->cells[t->n][column], CELL, text);
}

static void line(struct table *t)
{
	t->n += t->n < LINES;
}

static void begin(struct table *t, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	for (size_t i = 1; i < columns; i++)
		t->right[i] = true;
}

static void put_rule(struct heard_buf *out, const struct table *t, const int *widths)
{
	for (size_t c = 0; c < t->columns; c++) {
		heard_buf_puts(out, "|");
		for (int i = 0; i < widths[c] + 1; i++)
			heard_buf_puts(out, "-");
		heard_buf_puts(out, t->right[c] ? ":" : "-");
	}
	heard_buf_puts(out, "|\n");
}

static void put_table(struct heard_buf *out, const struct table *t)
{
	int widths[COLUMNS] = {0};
	for (size_t i = 0; i < t->n; i++)
		for (size_t c = 0; c < t->columns; c++) {
			int w = width_text(t->cells[i][c]);
			widths[c] = w > widths[c] ? w : widths[c];
		}
	for (size_t i = 0; i < t->n; i++) {
		for (size_t c = 0; c < t->columns; c++) {
			int pad = widths[c] - width_text(t->cells[i][c]);
			heard_buf_printf(out, "| %*s%s%*s ", t->right[c] ? pad : 0, "",
					 t->cells[i][c], t->right[c] ? 0 : pad, "");
		}
		heard_buf_puts(out, "|\n");
		if (i == 0)
			put_rule(out, t, widths);
	}
	heard_buf_puts(out, "\n");
}

static void heading(struct heard_buf *out, const char *text)
{
	heard_buf_printf(out, "## %s\n\n", text);
}

/* ---- parts */

static void put_rows(const struct book *book, struct table *t, struct heard_buf *out)
{
	char text[128];
	struct row rows[ROWS];
	size_t n = book_rows(book, rows);
	begin(t, 4);
	cell(t, 0, said(book, SAY_FIGURES));
	cell(t, 1, said(book, SAY_NOW));
	cell(t, 2, said(book, SAY_THEN));
	cell(t, 3, said(book, SAY_CHANGE));
	line(t);
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(rows[i].now) && !isfinite(rows[i].then))
			continue;
		cell(t, 0, rows[i].label.in[book->lang]);
		value_text(text, sizeof(text), rows[i].unit, rows[i].now, book->lang);
		cell(t, 1, text);
		value_text(text, sizeof(text), rows[i].unit, rows[i].then, book->lang);
		cell(t, 2, text);
		change_text(text, sizeof(text), &rows[i], book->lang);
		cell(t, 3, text);
		line(t);
	}
	put_table(out, t);
}

static void cell_value(const struct book *book, struct table *t, size_t column, enum unit unit,
		       double value)
{
	char text[64];
	value_text(text, sizeof(text), unit, value, book->lang);
	cell(t, column, text);
}

static void put_shares(const struct book *book, struct table *t, struct heard_buf *out,
		       enum say title, const struct store_shares *shares)
{
	enum { MOST = 12 };
	int64_t total = 0;
	if (shares->n == 0)
		return;
	for (size_t i = 0; i < shares->n; i++)
		total += shares->at[i].n;
	begin(t, 3);
	cell(t, 0, said(book, title));
	cell(t, 1, said(book, SAY_FEEDBACK));
	cell(t, 2, "%");
	line(t);
	for (size_t i = 0; i < shares->n && i < MOST; i++) {
		cell_plain(t, 0, name_said(book, shares->at[i].name));
		cell_value(book, t, 1, UNIT_COUNT, (double)shares->at[i].n);
		cell_value(book, t, 2, UNIT_RATE, store_rate(shares->at[i].n, total));
		line(t);
	}
	put_table(out, t);
}

static void put_teams(const struct book *book, struct table *t, struct heard_buf *out,
		      enum say title, const struct store_shares *shares)
{
	if (shares->n == 0)
		return;
	begin(t, 5);
	cell(t, 0, said(book, title));
	cell(t, 1, said(book, SAY_TICKETS));
	cell(t, 2, said(book, SAY_RESPONSE));
	cell(t, 3, said(book, SAY_ON_TIME));
	cell(t, 4, said(book, SAY_RESOLUTION));
	line(t);
	for (size_t i = 0; i < shares->n; i++) {
		const struct store_share *s = &shares->at[i];
		cell_plain(t, 0, name_said(book, s->name));
		cell_value(book, t, 1, UNIT_COUNT, (double)s->n);
		cell_value(book, t, 2, UNIT_RATE, store_rate(s->answered, s->n));
		cell_value(book, t, 3, UNIT_RATE, store_rate(s->met, s->due));
		cell_value(book, t, 4, UNIT_RATE, store_rate(s->resolved, s->n));
		line(t);
	}
	put_table(out, t);
}

static void put_surveys(const struct book *book, struct table *t, struct heard_buf *out)
{
	struct survey_cell cells[SURVEY_CELLS];
	_Static_assert(SURVEY_CELLS + 1 <= COLUMNS, "a column each");
	if (book->n_surveys == 0)
		return;
	begin(t, SURVEY_CELLS + 1);
	cell(t, 0, said(book, SAY_SURVEY));
	survey_cells(&book->surveys[0], cells);
	for (size_t c = 0; c < SURVEY_CELLS; c++)
		cell(t, c + 1, cells[c].label.in[book->lang]);
	line(t);
	for (size_t i = 0; i < book->n_surveys; i++) {
		survey_cells(&book->surveys[i], cells);
		cell_plain(t, 0, book->surveys[i].name);
		for (size_t c = 0; c < SURVEY_CELLS; c++)
			cell_value(book, t, c + 1, cells[c].unit, cells[c].now);
		line(t);
	}
	put_table(out, t);
}

static void put_channels(const struct book *book, struct table *t, struct heard_buf *out)
{
	static const enum say heads[] = {SAY_CHANNEL, SAY_TAKEN_IN, SAY_CHANGE, SAY_ERRORS,
					 SAY_LAST_HEARD};
	enum { N = sizeof(heads) / sizeof(*heads) };
	char text[128];
	if (book->n_channels == 0)
		return;
	begin(t, N + 1);
	t->right[N] = false;
	for (size_t i = 0; i < N; i++)
		cell(t, i, said(book, heads[i]));
	line(t);
	for (size_t i = 0; i < book->n_channels; i++) {
		const struct channel_row *c = &book->channels[i];
		struct row volume = channel_volume(c);
		cell_plain(t, 0, name_said(book, c->name));
		cell_value(book, t, 1, UNIT_COUNT, volume.now);
		change_text(text, sizeof(text), &volume, book->lang);
		cell(t, 2, text);
		cell_value(book, t, 3, UNIT_RATE, channel_errors(c).now);
		time_said(book, c->last_heard, text, sizeof(text));
		cell(t, 4, text);
		cell(t, N, c->is_silent ? said(book, SAY_SILENT) : "");
		line(t);
	}
	heading(out, said(book, SAY_HEALTH));
	put_table(out, t);
}

/* Fewer than on a page: who reads this wants to get through. */
static void put_samples(const struct book *book, struct heard_buf *out)
{
	enum { SHOWN = 2 };
	char text[CELL], name[512];
	bool has_title = false;
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		if (issue->n_samples == 0)
			continue;
		if (!has_title)
			heard_buf_printf(out, "%s\n\n", said(book, SAY_SAMPLES));
		has_title = true;
		topic_said(book, issue->topic, name, sizeof(name));
		plain(text, sizeof(text), name);
		heard_buf_printf(out, "%zu. %s\n", i + 1, text);
		for (size_t j = 0; j < issue->n_samples && j < SHOWN; j++) {
			plain(text, sizeof(text), issue->samples[j]);
			heard_buf_printf(out, "    - %s\n", text);
		}
	}
	if (has_title)
		heard_buf_puts(out, "\n");
}

static void put_issues(const struct book *book, struct table *t, struct heard_buf *out)
{
	char name[512], numbered[600];
	heading(out, said(book, book->edition == EDITION_PUBLIC ? SAY_HEARD : SAY_ISSUES));
	if (book->n_issues == 0) {
		heard_buf_printf(out, "%s\n\n", said(book, SAY_NOTHING));
		return;
	}
	begin(t, 5);
	cell(t, 0, said(book, SAY_ISSUE));
	cell(t, 1, said(book, SAY_TICKETS));
	cell(t, 2, said(book, SAY_THEN));
	cell(t, 3, said(book, SAY_CONTACTS));
	cell(t, 4, said(book, SAY_RESOLVED));
	line(t);
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		topic_said(book, issue->topic, name, sizeof(name));
		snprintf(numbered, sizeof(numbered), "%zu. %s", i + 1, name);
		cell_plain(t, 0, numbered);
		cell_value(book, t, 1, UNIT_COUNT, (double)issue->topic->tickets);
		cell_value(book, t, 2, UNIT_COUNT, (double)issue->before);
		cell_value(book, t, 3, UNIT_COUNT, (double)issue->topic->contacts);
		cell_value(book, t, 4, UNIT_COUNT, (double)issue->topic->resolved);
		line(t);
	}
	put_table(out, t);
	put_samples(book, out);
}

static void put_fixes(const struct book *book, struct heard_buf *out, enum say title,
		      bool is_done)
{
	char text[CELL];
	bool any = false;
	for (size_t i = 0; i < book->n_fixes; i++) {
		if ((book->fixes[i].resolved_at != HEARD_TIME_NONE) != is_done)
			continue;
		if (!any)
			heading(out, said(book, title));
		any = true;
		plain(text, sizeof(text), book->fixes[i].title);
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

static void put_management(const struct book *book, struct table *t, struct heard_buf *out)
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
	struct table *t = calloc(1, sizeof(*t));
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
		heading(out, said(book, SAY_PROMISES));
		put_rows(book, t, out);
	} else {
		put_management(book, t, out);
	}
	heard_buf_printf(out, "%s\n\n%s\n", said(book, SAY_NOTE_RATES),
			 said(book, SAY_NOTE_SCORES));
	if (book->n_channels)
		heard_buf_printf(out, "\n%s\n", said(book, SAY_NOTE_CHANNELS));
	free(t);
}
