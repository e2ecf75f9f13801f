/*
 * csv.c - a report as a table for spreadsheets: part, name, this period, the one before.
 *
 * RFC 4180 with a byte order mark, so that Excel reads the Chinese.  Texts are shown and
 * never run (table/csv_shown.c); numbers are ours and stand bare, without grouping.
 */
#include "words.h"

#include <table/csv.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_text(struct heard_buf *out, const char *text)
{
	csv_put_shown(out, heard_str(text));
}

static void put_number(struct heard_buf *out, double value)
{
	if (!isfinite(value))
		return;
	if (value == floor(value) && fabs(value) < 1e15)
		heard_buf_printf(out, "%.0f", value);
	else
		heard_buf_printf(out, "%.4f", value);
}

static void put_line(struct heard_buf *out, const char *part, const char *name, double now,
		     double then)
{
	put_text(out, part);
	heard_buf_puts(out, ",");
	put_text(out, name);
	heard_buf_puts(out, ",");
	put_number(out, now);
	heard_buf_puts(out, ",");
	put_number(out, then);
	heard_buf_puts(out, "\r\n");
}

static void put_texts(struct heard_buf *out, const char *a, const char *b, const char *c,
		      const char *d)
{
	const char *const cells[] = {a, b, c, d};
	for (size_t i = 0; i < 4; i++) {
		heard_buf_puts(out, i ? "," : "");
		put_text(out, cells[i]);
	}
	heard_buf_puts(out, "\r\n");
}

static double share_before(const struct store_shares *shares, const char *name)
{
	for (size_t i = 0; i < shares->n; i++)
		if (strcmp(shares->at[i].name, name) == 0)
			return (double)shares->at[i].n;
	return 0;
}

static void put_shares(const struct book *book, struct heard_buf *out, enum say part,
		       const struct store_shares *now, const struct store_shares *then)
{
	for (size_t i = 0; i < now->n; i++)
		put_line(out, said(book, part), name_said(book, now->at[i].name),
			 (double)now->at[i].n, share_before(then, now->at[i].name));
}

static void put_surveys(const struct book *book, struct heard_buf *out)
{
	char name[STORE_SURVEY_MAX + 64];
	struct survey_cell cells[SURVEY_CELLS];
	for (size_t i = 0; i < book->n_surveys; i++) {
		survey_cells(&book->surveys[i], cells);
		for (size_t c = 0; c < SURVEY_CELLS; c++) {
			snprintf(name, sizeof(name), "%s · %s", book->surveys[i].name,
				 cells[c].label.in[book->lang]);
			put_line(out, said(book, SAY_SURVEYS), name, cells[c].now,
				 cells[c].then);
		}
	}
}

static void put_channels(const struct book *book, struct heard_buf *out)
{
	char name[256], last[96];
	for (size_t i = 0; i < book->n_channels; i++) {
		const struct channel_row *c = &book->channels[i];
		const char *part = said(book, SAY_HEALTH), *who = name_said(book, c->name);
		struct row rows[] = {channel_volume(c), channel_errors(c)};
		for (size_t r = 0; r < 2; r++) {
			snprintf(name, sizeof(name), "%s · %s", who,
				 said(book, r ? SAY_ERRORS : SAY_TAKEN_IN));
			put_line(out, part, name, rows[r].now, rows[r].then);
		}
		time_said(book, c->last_heard, last, sizeof(last));
		snprintf(name, sizeof(name), "%s · %s", who, said(book, SAY_LAST_HEARD));
		put_texts(out, part, name, last, c->is_silent ? said(book, SAY_SILENT) : "");
	}
}

static void put_issues(const struct book *book, struct heard_buf *out)
{
	char name[512];
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		topic_said(book, issue->topic, name, sizeof(name));
		put_line(out, said(book, SAY_ISSUES), name, (double)issue->topic->tickets,
			 (double)issue->before);
		for (size_t j = 0; j < issue->n_samples; j++)
			put_texts(out, said(book, SAY_SAMPLES), issue->samples[j], "", "");
	}
}

static void put_topics(const struct book *book, struct heard_buf *out)
{
	char name[THEME_WORDS * THEME_NAME + 64];
	for (size_t i = 0; i < book->talk.themes.n && i < TALK_LISTED; i++) {
		const struct theme *theme = &book->talk.themes.at[i];
		struct row row = theme_row(&book->talk, theme);
		theme_said(theme, name, sizeof(name));
		put_line(out, said(book, SAY_TOPICS), name, row.now, row.then);
	}
}

/* Low ratings with the word, and all. */
static void put_low_words(const struct book *book, struct heard_buf *out)
{
	for (size_t i = 0; i < book->talk.words.n; i++) {
		const struct theme_word *w = &book->talk.words.at[i];
		put_line(out, said(book, SAY_LOW_WORDS), w->word,
			 (double)(w->low * book->talk.every),
			 (double)(w->rated * book->talk.every));
	}
}

static void put_week(const struct book *book, struct heard_buf *out)
{
	char name[64];
	const struct week *week = &book->talk.week;
	for (int day = 0; talk_has_week(book) && day < WEEK_DAYS; day++)
		for (int hour = 0; hour < WEEK_HOURS; hour++) {
			snprintf(name, sizeof(name), "%s %d", weekday_said(book, day), hour);
			put_line(out, said(book, SAY_WEEK), name, (double)week->n[day][hour],
				 NAN);
			put_line(out, said(book, SAY_WEEK_COMPLAINTS), name,
				 (double)week->complaints[day][hour], NAN);
		}
}

static void put_events(const struct book *book, struct heard_buf *out)
{
	static const enum say names[] = {SAY_BEFORE_EVENT, SAY_DURING_EVENT, SAY_AFTER_EVENT};
	char name[AROUND_NAME + 128];
	for (size_t i = 0; i < book->talk.events.n; i++)
		for (size_t k = 0; k < AROUND_PARTS; k++) {
			const struct around *e = &book->talk.events.at[i];
			snprintf(name, sizeof(name), "%s · %s", name_said(book, e->name),
				 said(book, names[k]));
			put_line(out, said(book, SAY_EVENTS), name, around_mean(&e->parts[k]),
				 NAN);
		}
}

/* Spans in seconds. */
static void put_rows(const struct book *book, struct heard_buf *out)
{
	struct row rows[ROWS];
	size_t n = book_rows(book, rows);
	for (size_t i = 0; i < n; i++) {
		double scale = rows[i].unit == UNIT_SPAN ? 1000 : 1;
		put_line(out, said(book, SAY_FIGURES), rows[i].label.in[book->lang],
			 rows[i].now / scale, rows[i].then / scale);
	}
}

static void put_all_shares(const struct book *book, struct heard_buf *out)
{
	const struct store_figures *a = &book->now, *b = &book->then;
	put_shares(book, out, SAY_CHANNELS, &a->channels, &b->channels);
	put_shares(book, out, SAY_CATEGORIES, &a->categories, &b->categories);
	put_shares(book, out, SAY_INTENTS, &a->intents, &b->intents);
	put_shares(book, out, SAY_PRODUCTS, &a->products, &b->products);
	put_shares(book, out, SAY_PRIORITIES, &a->priorities, &b->priorities);
	put_shares(book, out, SAY_DEPARTMENTS, &a->departments, &b->departments);
}

static void put_course(const struct book *book, struct heard_buf *out)
{
	for (size_t i = 0; i < book->now.n_parts; i++) {
		char part[32];
		part_said(book, i, part, sizeof(part));
		put_line(out, said(book, SAY_COURSE), part, (double)book->now.parts[i].received,
			 i < book->then.n_parts ? (double)book->then.parts[i].received : NAN);
	}
}

void write_csv(const struct book *book, struct heard_buf *out)
{
	heard_buf_puts(out, "\xef\xbb\xbf");
	put_texts(out, said(book, SAY_PART), said(book, SAY_NAME), book->period.name,
		  book->before.name);
	put_rows(book, out);
	if (book->edition == EDITION_MANAGEMENT) {
		put_all_shares(book, out);
		put_surveys(book, out);
		put_channels(book, out);
		put_course(book, out);
	}
	put_issues(book, out);
	put_topics(book, out);
	put_low_words(book, out);
	put_week(book, out);
	put_events(book, out);
	for (size_t i = 0; i < book->n_fixes; i++)
		put_texts(out,
			  said(book, book->fixes[i].resolved_at == HEARD_TIME_NONE ? SAY_WORKING
										   : SAY_DONE),
			  book->fixes[i].title, "", "");
}
