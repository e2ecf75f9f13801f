/*
 * talk_html.c - topics, words of low ratings, hours of the week and events on a page.
 *
 * The map of hours is a table of numbers; the colour behind them only says the same once
 * more.  Hours go down, so that a week fits on a phone.
 */
#include "chart.h"
#include "html.h"

#include <math.h>
#include <stdio.h>

/* ---- topics */

static void put_samples(struct page *p, const struct theme *theme)
{
	char text[SAMPLE_ID];
	if (theme->n_samples == 0)
		return;
	page_html(p, "<span class=small>");
	page_say(p, says[SAY_SEE]);
	for (size_t i = 0; i < theme->n_samples; i++) {
		sample_said(&theme->samples[i], text);
		page_html(p, " <span class=id>");
		page_text(p, heard_str(text));
		page_html(p, "</span>");
	}
	page_html(p, "</span>");
}

static void put_theme(struct page *p, const struct book *book, const struct theme *theme)
{
	char name[3 * THEME_NAME + 16], count[32];
	struct row row = theme_row(&book->talk, theme);
	theme_said(theme, name, sizeof(name));
	value_text(count, sizeof(count), UNIT_COUNT, row.now, book->lang);
	page_html(p, "<li><div class=head><b>");
	page_text(p, heard_str(name));
	page_html(p, "</b>");
	if (theme->is_hot) {
		page_html(p, "<span class=hot>");
		page_say(p, says[SAY_HOT]);
		page_html(p, "</span>");
	}
	page_html(p, "<span class=\"foot end\">");
	page_say_with(p, says[row.now == 1 ? SAY_COMPLAINT : SAY_COMPLAINTS], heard_str(count));
	page_html(p, " ");
	html_change(p, book, &row);
	page_html(p, "</span></div><div class=course>");
	chart_spark(p, theme->course,
		    book->period.n_parts < THEME_PARTS ? book->period.n_parts : THEME_PARTS);
	put_samples(p, theme);
	page_html(p, "</div>");
}

/* A phrase with two numbers in it. */
static void put_two(struct page *p, const struct book *book, enum say which, int64_t a,
		    int64_t b)
{
	char text[512], first[32], second[32];
	value_text(first, sizeof(first), UNIT_COUNT, (double)a, book->lang);
	value_text(second, sizeof(second), UNIT_COUNT, (double)b, book->lang);
	snprintf(text, sizeof(text), said(book, which), first, second);
	page_html(p, "<p class=soft>");
	page_text(p, heard_str(text));
	page_html(p, "</p>");
}

static void put_topics(struct page *p, const struct book *book)
{
	const struct theme *shown[TALK_THEMES];
	const struct talk *talk = &book->talk;
	size_t n = talk_shown(talk, shown);
	page_html(p, "<section class=\"card long\"><h2>");
	page_say(p, says[SAY_TOPICS]);
	page_html(p, "</h2>");
	if (n == 0) {
		page_html(p, "<p class=soft>");
		page_say(p, says[talk->themes.wordless == talk->read ? SAY_NO_WORDS
								     : SAY_NO_TOPIC]);
		page_html(p, "</p>");
	} else {
		put_two(p, book, SAY_REST, talk->themes.now * talk->every,
			talk->themes.rest_now * talk->every);
	}
	page_html(p, "<ol class=\"issues topics\">");
	for (size_t i = 0; i < n; i++)
		put_theme(p, book, shown[i]);
	page_html(p, "</ol>");
	html_close_card(p);
}

/* ---- words of low ratings */

static void put_word(struct page *p, const struct book *book, const struct theme_word *w)
{
	page_html(p, "<tr><td>");
	page_text(p, heard_str(w->word));
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_COUNT, (double)(w->low * book->talk.every));
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_COUNT, (double)(w->rated * book->talk.every));
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_RATE, store_rate(w->low, w->rated));
}

static void put_words(struct page *p, const struct book *book)
{
	static const enum say heads[] = {SAY_LOW, SAY_RATED, SAY_LOW_SHARE};
	const struct theme_words *words = &book->talk.words;
	if (words->low == 0)
		return;
	html_open_card(p, SAY_LOW_WORDS);
	if (words->n == 0) {
		page_html(p, "<p class=soft>");
		page_say(p, says[SAY_NO_LOW_WORDS]);
		page_html(p, "</p>");
		html_close_card(p);
		return;
	}
	put_two(p, book, SAY_LOW_OF_ALL, words->rated * book->talk.every,
		words->low * book->talk.every);
	page_html(p, "<table><tr><th>");
	page_say(p, says[SAY_WORD]);
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		page_html(p, "<th class=number>");
		page_say(p, says[heads[i]]);
	}
	for (size_t i = 0; i < words->n; i++)
		put_word(p, book, &words->at[i]);
	page_html(p, "</table>");
	html_close_card(p);
}

/* ---- hours of the week */

static void put_hour(struct page *p, double mean, double most)
{
	static const char *const classes[] = {"h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"};
	char text[32];
	int heat = most > 0 ? (int)ceil(7 * mean / most) : 0;
	hour_said(mean, text, sizeof(text));
	page_html(p, "<td");
	page_attr(p, "class", heard_str(classes[heat < 0 ? 0 : heat > 7 ? 7 : heat]));
	page_html(p, ">");
	page_text(p, heard_str(text));
}

static void put_hours(struct page *p, const struct book *book, bool of_complaints)
{
	const struct week *week = &book->talk.week;
	double most = week_most(week, of_complaints);
	for (int hour = 0; hour < WEEK_HOURS; hour++) {
		char text[16];
		snprintf(text, sizeof(text), "%d", hour);
		page_html(p, "<tr><th scope=row>");
		page_text(p, heard_str(text));
		for (int day = 0; day < WEEK_DAYS; day++)
			put_hour(p, week_mean(week, day, hour, of_complaints), most);
	}
}

static void put_week(struct page *p, const struct book *book)
{
	bool of_complaints = book->talk.week.total_complaints > 0;
	if (!talk_has_week(book))
		return;
	html_open_card(p, of_complaints ? SAY_WEEK_COMPLAINTS : SAY_WEEK);
	page_html(p, "<p class=soft>");
	page_say_with(p, says[SAY_WEEK_MEAN],
		      heard_str(book->zone ? heard_zone_name(book->zone) : "UTC"));
	page_html(p, "</p><table class=heat><tr><th scope=col>");
	page_say(p, says[SAY_HOUR]);
	for (int day = 0; day < WEEK_DAYS; day++) {
		page_html(p, "<th scope=col>");
		page_text(p, heard_str(weekday_said(book, day)));
	}
	put_hours(p, book, of_complaints);
	page_html(p, "</table>");
	html_close_card(p);
}

/* ---- events */

static void put_part(struct page *p, const struct book *book, const struct around_sum *sum)
{
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_MEAN, around_mean(sum));
	if (sum->days == 0)
		return;
	page_html(p, "<br><span class=small>");
	html_value(p, book, UNIT_RATE, around_complaints(sum));
	page_html(p, "</span>");
}

static void put_events(struct page *p, const struct book *book)
{
	static const enum say heads[AROUND_PARTS] = {SAY_BEFORE_EVENT, SAY_DURING_EVENT,
						     SAY_AFTER_EVENT};
	char days[96];
	if (book->talk.events.n == 0)
		return;
	html_open_card(p, SAY_EVENTS);
	page_html(p, "<p class=soft>");
	page_say(p, says[SAY_EVENT_MEANS]);
	page_html(p, "</p><div class=scroll><table><tr><th>");
	page_say(p, says[SAY_EVENT]);
	for (size_t i = 0; i < AROUND_PARTS; i++) {
		page_html(p, "<th class=\"number foot\">");
		page_say(p, says[heads[i]]);
	}
	for (size_t i = 0; i < book->talk.events.n; i++) {
		const struct around *e = &book->talk.events.at[i];
		page_html(p, "<tr><td>");
		page_text(p, heard_str(name_said(book, e->name)));
		days_said(book, e->first, e->last, days, sizeof(days));
		page_html(p, "<br><span class=small>");
		page_text(p, heard_str(days));
		page_html(p, "</span>");
		for (size_t k = 0; k < AROUND_PARTS; k++)
			put_part(p, book, &e->parts[k]);
	}
	page_html(p, "</table></div>");
	html_close_card(p);
}

void html_talk(struct page *p, const struct book *book)
{
	if (!talk_is_there(&book->talk))
		return;
	bool is_beside = talk_has_week(book) &&
			 (book->talk.words.low > 0 || book->talk.events.n > 0);
	put_topics(p, book);
	if (is_beside)
		page_html(p, "<div class=two><div>");
	put_words(p, book);
	put_events(p, book);
	if (is_beside)
		page_html(p, "</div>");
	put_week(p, book);
	if (is_beside)
		page_html(p, "</div>");
}
