/*
 * talk_markdown.c - topics, words of low ratings, hours of the week and events as tables.
 */
#include "markdown.h"

#include <math.h>
#include <stdio.h>

enum { NAME = THEME_WORDS * THEME_NAME + 64 };

/* ---- topics */

static void put_theme(const struct book *book, struct grid *t, const struct theme *theme)
{
	char name[NAME], numbers[THEME_SAMPLES * SAMPLE_ID + 8] = "", id[SAMPLE_ID];
	struct row row = theme_row(&book->talk, theme);
	size_t at = 0;
	theme_said(theme, name, sizeof(name));
	grid_plain(t, 0, name);
	markdown_value(book, t, 1, UNIT_COUNT, row.now);
	markdown_value(book, t, 2, UNIT_COUNT, row.then);
	markdown_change(book, t, 3, &row);
	grid_cell(t, 4, theme->is_hot ? said(book, SAY_HOT) : "");
	for (size_t i = 0; i < theme->n_samples; i++) {
		sample_said(&theme->samples[i], id);
		at += (size_t)snprintf(numbers + at, sizeof(numbers) - at, "%s%s", i ? " " : "",
				       id);
	}
	grid_cell(t, 5, numbers);
	grid_line(t);
}

static void put_topics(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say columns[] = {SAY_TOPIC,  SAY_NOW, SAY_THEN,
					   SAY_CHANGE, SAY_HOT, SAY_SEE};
	const struct theme *shown[TALK_THEMES];
	const struct talk *talk = &book->talk;
	size_t n = talk_shown(talk, shown);
	markdown_heading(out, said(book, SAY_TOPICS));
	if (n == 0) {
		heard_buf_printf(out, "%s\n\n",
				 said(book, talk->themes.wordless == talk->read
						    ? SAY_NO_WORDS
						    : SAY_NO_TOPIC));
		return;
	}
	markdown_heads(book, t, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		put_theme(book, t, shown[i]);
	grid_put(out, t);
}

/* ---- words, hours, events */

static void put_words(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say columns[] = {SAY_WORD, SAY_LOW, SAY_RATED, SAY_LOW_SHARE};
	const struct theme_words *words = &book->talk.words;
	if (words->n == 0)
		return;
	markdown_heading(out, said(book, SAY_LOW_WORDS));
	markdown_heads(book, t, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < words->n; i++) {
		const struct theme_word *w = &words->at[i];
		grid_plain(t, 0, w->word);
		markdown_value(book, t, 1, UNIT_COUNT, (double)(w->low * book->talk.every));
		markdown_value(book, t, 2, UNIT_COUNT, (double)(w->rated * book->talk.every));
		markdown_value(book, t, 3, UNIT_RATE, store_rate(w->low, w->rated));
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_week(const struct book *book, struct grid *t, struct heard_buf *out)
{
	char text[16];
	const struct week *week = &book->talk.week;
	bool of_complaints = week->total_complaints > 0;
	_Static_assert(WEEK_DAYS + 1 <= GRID_COLUMNS, "a column each");
	if (!talk_has_week(book))
		return;
	markdown_heading(out, said(book, of_complaints ? SAY_WEEK_COMPLAINTS : SAY_WEEK));
	grid_begin(t, WEEK_DAYS + 1);
	t->right[0] = true;
	grid_cell(t, 0, said(book, SAY_HOUR));
	for (int day = 0; day < WEEK_DAYS; day++)
		grid_cell(t, (size_t)day + 1, weekday_said(book, day));
	grid_line(t);
	for (int i = 0; i < WEEK_HOURS; i++) {
		snprintf(text, sizeof(text), "%d", i);
		grid_cell(t, 0, text);
		for (int day = 0; day < WEEK_DAYS; day++) {
			hour_said(week_mean(week, day, i, of_complaints), text, sizeof(text));
			grid_cell(t, (size_t)day + 1, text);
		}
		grid_line(t);
	}
	grid_put(out, t);
}

static void put_part(const struct book *book, struct grid *t, size_t column,
		     const struct around_sum *sum)
{
	char mean[32], share[32], text[80];
	value_text(mean, sizeof(mean), UNIT_MEAN, around_mean(sum), book->lang);
	value_text(share, sizeof(share), UNIT_RATE, around_complaints(sum), book->lang);
	snprintf(text, sizeof(text), "%s (%s)", mean, share);
	grid_cell(t, column, sum->days ? text : mean);
}

static void put_events(const struct book *book, struct grid *t, struct heard_buf *out)
{
	static const enum say columns[] = {SAY_EVENT, SAY_BEFORE_EVENT, SAY_DURING_EVENT,
					   SAY_AFTER_EVENT};
	char days[96], name[AROUND_NAME + 128];
	if (book->talk.events.n == 0)
		return;
	markdown_heading(out, said(book, SAY_EVENTS));
	markdown_heads(book, t, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < book->talk.events.n; i++) {
		const struct around *e = &book->talk.events.at[i];
		days_said(book, e->first, e->last, days, sizeof(days));
		snprintf(name, sizeof(name), "%s (%s)", name_said(book, e->name), days);
		grid_plain(t, 0, name);
		for (size_t k = 0; k < AROUND_PARTS; k++)
			put_part(book, t, k + 1, &e->parts[k]);
		grid_line(t);
	}
	grid_put(out, t);
}

void markdown_talk(const struct book *book, struct grid *t, struct heard_buf *out)
{
	if (!talk_is_there(&book->talk))
		return;
	put_topics(book, t, out);
	put_words(book, t, out);
	put_week(book, t, out);
	put_events(book, t, out);
}
