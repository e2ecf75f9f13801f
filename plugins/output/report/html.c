/*
 * html.c - a report as a page: for a screen of any width, and for paper.
 *
 * It is one file that asks for nothing: style inside, charts as SVG, no script.  On A4
 * cards do not break in the middle, and colours stay.
 */
#include "html.h"

#include "chart.h"
#include "style.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_int(struct page *p, const struct book *book, int64_t n)
{
	char text[64];
	value_text(text, sizeof(text), UNIT_COUNT, (double)n, book->lang);
	page_text(p, heard_str(text));
}

void html_value(struct page *p, const struct book *book, enum unit unit, double value)
{
	char text[64];
	value_text(text, sizeof(text), unit, value, book->lang);
	page_text(p, heard_str(text));
}

void html_open_card(struct page *p, enum say title)
{
	page_html(p, "<section class=card><h2>");
	page_say(p, says[title]);
	page_html(p, "</h2>");
}

void html_close_card(struct page *p)
{
	page_html(p, "</section>\n");
}

void html_change(struct page *p, const struct book *book, const struct row *row)
{
	char change[64];
	int sense = change_sense(row);
	change_text(change, sizeof(change), row, book->lang);
	if (*change == '\0')
		return;
	page_html(p, "<span");
	page_attr(p, "class",
		  heard_str(sense > 0	? "change good"
			    : sense < 0 ? "change bad"
					: "change"));
	page_html(p, ">");
	page_text(p, heard_str(change));
	page_html(p, "</span> ");
}

/* ---- the figures at the head */

static void put_kpi(struct page *p, const struct book *book, const struct row *row)
{
	char of[32];
	page_html(p, "<div class=kpi><span class=name>");
	page_say(p, row->label);
	page_html(p, "</span><b>");
	html_value(p, book, row->unit, row->now);
	page_html(p, "</b>");
	html_change(p, book, row);
	if (row->of > 0) {
		bool is_score = row->unit == UNIT_SCORE || row->unit == UNIT_MEAN ||
				strcmp(row->key, "csat") == 0;
		value_text(of, sizeof(of), UNIT_COUNT, (double)row->of, book->lang);
		page_html(p, "<span class=of>");
		page_say_with(p, says[is_score ? SAY_ANSWERS : SAY_OF], heard_str(of));
		page_html(p, "</span>");
	}
	page_html(p, "</div>");
}

static void put_kpis(struct page *p, const struct book *book)
{
	struct row rows[ROWS];
	size_t n = book_rows(book, rows);
	page_html(p, "<div class=kpis>");
	for (size_t i = 0; i < n; i++)
		if (isfinite(rows[i].now) || isfinite(rows[i].then))
			put_kpi(p, book, &rows[i]);
	page_html(p, "</div>\n");
}

/* ---- charts */

static void put_course(struct page *p, const struct book *book)
{
	size_t n = book->now.n_parts;
	struct chart_point *points = calloc(n ? n : 1, sizeof(*points));
	if (!points) {
		p->out.failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		points[i].bar = (double)book->now.parts[i].received;
		points[i].line = (double)book->now.parts[i].tickets;
		part_said(book, i, points[i].label, sizeof(points[i].label));
	}
	html_open_card(p, SAY_COURSE);
	chart_course(p, points, n, said(book, SAY_FEEDBACK), said(book, SAY_TICKETS));
	html_close_card(p);
	free(points);
}

static void put_shares(struct page *p, const struct book *book, enum say title,
		       const struct store_shares *shares)
{
	enum { MOST = 8 };
	int64_t total = 0;
	for (size_t i = 0; i < shares->n; i++)
		total += shares->at[i].n;
	if (total == 0)
		return;
	html_open_card(p, title);
	page_html(p, "<table class=shares>");
	for (size_t i = 0; i < shares->n && i < MOST; i++) {
		const struct store_share *s = &shares->at[i];
		page_html(p, "<tr><td class=name>");
		page_text(p, heard_str(name_said(book, s->name)));
		page_html(p, "<td>");
		chart_bar(p, store_rate(s->n, shares->at[0].n));
		page_html(p, "<td class=number>");
		put_int(p, book, s->n);
		page_html(p, " <span class=small>");
		char percent[16];
		snprintf(percent, sizeof(percent), "%.0f%%", 100 * store_rate(s->n, total));
		page_text(p, heard_str(percent));
		page_html(p, "</span>");
	}
	page_html(p, "</table>");
	html_close_card(p);
}

/* ---- how departments and priorities fared */

static void put_rate_cell(struct page *p, const struct book *book, int64_t part, int64_t whole)
{
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_RATE, store_rate(part, whole));
}

static void put_teams(struct page *p, const struct book *book, enum say title,
		      const struct store_shares *shares)
{
	static const enum say heads[] = {SAY_TICKETS, SAY_RESPONSE, SAY_ON_TIME,
					 SAY_RESOLUTION};
	if (shares->n == 0)
		return;
	html_open_card(p, title);
	page_html(p, "<div class=scroll><table><tr><th>");
	page_say(p, says[SAY_NAME]);
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		page_html(p, "<th class=number>");
		page_say(p, says[heads[i]]);
	}
	for (size_t i = 0; i < shares->n; i++) {
		const struct store_share *s = &shares->at[i];
		page_html(p, "<tr><td>");
		page_text(p, heard_str(name_said(book, s->name)));
		page_html(p, "<td class=number>");
		put_int(p, book, s->n);
		put_rate_cell(p, book, s->answered, s->n);
		put_rate_cell(p, book, s->met, s->due);
		put_rate_cell(p, book, s->resolved, s->n);
	}
	page_html(p, "</table></div>");
	html_close_card(p);
}

static void put_surveys(struct page *p, const struct book *book)
{
	struct survey_cell cells[SURVEY_CELLS];
	if (book->n_surveys == 0)
		return;
	html_open_card(p, SAY_SURVEYS);
	page_html(p, "<div class=scroll><table><tr><th>");
	page_say(p, says[SAY_SURVEY]);
	survey_cells(&book->surveys[0], cells);
	for (size_t c = 0; c < SURVEY_CELLS; c++) {
		page_html(p, "<th class=number>");
		page_say(p, cells[c].label);
	}
	for (size_t i = 0; i < book->n_surveys; i++) {
		survey_cells(&book->surveys[i], cells);
		page_html(p, "<tr><td>");
		page_text(p, heard_str(book->surveys[i].name));
		for (size_t c = 0; c < SURVEY_CELLS; c++) {
			page_html(p, "<td class=number>");
			html_value(p, book, cells[c].unit, cells[c].now);
		}
	}
	page_html(p, "</table></div>");
	html_close_card(p);
}

static void put_channel(struct page *p, const struct book *book, const struct channel_row *c)
{
	char last[96];
	struct row volume = channel_volume(c), errors = channel_errors(c);
	page_html(p, "<tr><td>");
	page_text(p, heard_str(name_said(book, c->name)));
	time_said(book, c->last_heard, last, sizeof(last));
	page_html(p, "<br><span class=small>");
	page_say(p, says[SAY_LAST_HEARD]);
	page_html(p, " ");
	page_text(p, heard_str(last));
	page_html(p, "</span>");
	if (c->is_silent) {
		page_html(p, "<br><span class=\"change bad\">");
		page_say(p, says[SAY_SILENT]);
		page_html(p, "</span>");
	}
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_COUNT, volume.now);
	page_html(p, "<td class=number>");
	html_change(p, book, &volume);
	page_html(p, "<td class=number>");
	html_value(p, book, UNIT_RATE, errors.now);
}

static void put_channels(struct page *p, const struct book *book)
{
	static const enum say heads[] = {SAY_TAKEN_IN, SAY_CHANGE, SAY_ERRORS};
	if (book->n_channels == 0)
		return;
	html_open_card(p, SAY_HEALTH);
	page_html(p, "<div class=scroll><table><tr><th>");
	page_say(p, says[SAY_CHANNEL]);
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		page_html(p, "<th class=\"number foot\">");
		page_say(p, says[heads[i]]);
	}
	for (size_t i = 0; i < book->n_channels; i++)
		put_channel(p, book, &book->channels[i]);
	page_html(p, "</table></div>");
	html_close_card(p);
}

/* ---- issues */

static void put_issue(struct page *p, const struct book *book, const struct issue *issue)
{
	char name[512], count[32];
	struct row row = {.unit = UNIT_COUNT,
			  .now = (double)issue->topic->tickets,
			  .then = (double)issue->before,
			  .good = -1};
	topic_said(book, issue->topic, name, sizeof(name));
	value_text(count, sizeof(count), UNIT_COUNT, row.now, book->lang);
	page_html(p, "<li><div class=head><b>");
	page_text(p, heard_str(name));
	page_html(p, "</b><span class=foot>");
	page_say_with(p, says[issue->topic->tickets == 1 ? SAY_CUSTOMER : SAY_CUSTOMERS],
		      heard_str(count));
	page_html(p, " ");
	html_change(p, book, &row);
	page_html(p, "</span></div><span class=small>");
	page_say(p, says[SAY_RESOLVED]);
	page_html(p, " ");
	put_int(p, book, issue->topic->resolved);
	page_html(p, " · ");
	page_say(p, says[SAY_CONTACTS]);
	page_html(p, " ");
	put_int(p, book, issue->topic->contacts);
	page_html(p, "</span>");
	for (size_t i = 0; i < issue->n_samples; i++) {
		page_html(p, "<q>");
		page_text(p, heard_str(issue->samples[i]));
		page_html(p, "</q>");
	}
}

static void put_issues(struct page *p, const struct book *book, enum say title)
{
	page_html(p, "<section class=\"card long\"><h2>");
	page_say(p, says[title]);
	page_html(p, "</h2>");
	if (book->n_issues == 0) {
		page_html(p, "<p class=soft>");
		page_say(p, says[SAY_NOTHING]);
		page_html(p, "</p>");
	}
	page_html(p, "<ol class=issues>");
	for (size_t i = 0; i < book->n_issues; i++)
		put_issue(p, book, &book->issues[i]);
	page_html(p, "</ol>");
	html_close_card(p);
}

/* ---- scores and what is left to do */

static void put_scores(struct page *p, const struct book *book)
{
	const struct store_figures *f = &book->now;
	const char *const names[] = {said(book, SAY_PROMOTERS), said(book, SAY_PASSIVES),
				     said(book, SAY_DETRACTORS)};
	const double parts[] = {
		(double)f->nps.promoters,
		(double)(f->nps.answers - f->nps.promoters - f->nps.detractors),
		(double)f->nps.detractors,
	};
	if (f->nps.answers == 0)
		return;
	html_open_card(p, SAY_SCORES);
	chart_parts(p, parts, names);
	html_close_card(p);
}

static void put_backlog(struct page *p, const struct book *book)
{
	bool is_late = book->now.overdue > 0;
	page_html(p, "<p");
	page_attr(p, "class", heard_str(is_late ? "note warn" : "note"));
	page_html(p, ">");
	page_say(p, says[SAY_BACKLOG]);
	page_html(p, " <b>");
	put_int(p, book, book->now.backlog);
	page_html(p, "</b>, ");
	page_say(p, says[SAY_OVERDUE]);
	page_html(p, " <b>");
	put_int(p, book, book->now.overdue);
	page_html(p, "</b></p>\n");
}

/* ---- editions */

static void put_fixes(struct page *p, const struct book *book, enum say title, bool is_done)
{
	size_t n = 0;
	html_open_card(p, title);
	page_html(p, "<ul");
	page_attr(p, "class", heard_str(is_done ? "done" : "done working"));
	page_html(p, ">");
	for (size_t i = 0; i < book->n_fixes; i++) {
		const struct fix *fix = &book->fixes[i];
		if ((fix->resolved_at != HEARD_TIME_NONE) != is_done)
			continue;
		n++;
		page_html(p, "<li>");
		page_text(p, heard_str(fix->title));
	}
	page_html(p, "</ul>");
	if (n == 0) {
		page_html(p, "<p class=soft>");
		page_say(p, says[SAY_NO_FIXES]);
		page_html(p, "</p>");
	}
	html_close_card(p);
}

static void put_public(struct page *p, const struct book *book)
{
	page_html(p, "<p class=lead>");
	page_say(p, says[SAY_LEAD]);
	page_html(p, "</p>");
	put_issues(p, book, SAY_HEARD);
	page_html(p, "<div class=two>");
	put_fixes(p, book, SAY_DONE, true);
	put_fixes(p, book, SAY_WORKING, false);
	page_html(p, "</div><h2>");
	page_say(p, says[SAY_PROMISES]);
	page_html(p, "</h2>");
	put_kpis(p, book);
	page_html(p, "<p>");
	page_say(p, says[SAY_THANKS]);
	page_html(p, "</p>");
}

static void put_management(struct page *p, const struct book *book)
{
	const struct store_figures *f = &book->now;
	put_kpis(p, book);
	put_backlog(p, book);
	put_course(p, book);
	put_issues(p, book, SAY_ISSUES);
	html_talk(p, book);
	put_teams(p, book, SAY_DEPARTMENTS, &f->departments);
	put_teams(p, book, SAY_PRIORITIES, &f->priorities);
	put_scores(p, book);
	put_surveys(p, book);
	put_channels(p, book);
	page_html(p, "<div class=two>");
	put_shares(p, book, SAY_CHANNELS, &f->channels);
	put_shares(p, book, SAY_CATEGORIES, &f->categories);
	put_shares(p, book, SAY_INTENTS, &f->intents);
	put_shares(p, book, SAY_PRODUCTS, &f->products);
	page_html(p, "</div>");
}

static void put_under_title(struct page *p, const struct book *book)
{
	char then[160], made[96];
	period_said(book, &book->before, then, sizeof(then));
	time_said(book, book->made_at, made, sizeof(made));
	page_html(p, "<p class=\"lead soft\">");
	page_say(p, says[SAY_COMPARED]);
	page_html(p, " ");
	page_text(p, heard_str(then));
	page_html(p, " · ");
	page_say(p, says[SAY_MADE]);
	page_html(p, " ");
	page_text(p, heard_str(made));
	page_html(p, " (");
	page_text(p, heard_str(book->zone ? heard_zone_name(book->zone) : "UTC"));
	page_html(p, ")</p>\n");
}

static void put_notes(struct page *p, const struct book *book)
{
	page_html(p, "<footer><p><b>");
	page_say(p, says[SAY_NOTES]);
	page_html(p, "</b></p><p>");
	page_say(p, says[SAY_NOTE_RATES]);
	page_html(p, "</p><p>");
	page_say(p, says[SAY_NOTE_SCORES]);
	if (book->n_channels) {
		page_html(p, "</p><p>");
		page_say(p, says[SAY_NOTE_CHANNELS]);
	}
	if (talk_is_there(&book->talk)) {
		char text[NOTE_MAX];
		talk_note(book, text);
		page_html(p, "</p><p>");
		page_text(p, heard_str(text));
	}
	page_html(p, "</p></footer>");
}

void write_html(const struct book *book, struct heard_buf *out)
{
	struct page page;
	char period[160], kind[96], title[320];
	period_said(book, &book->period, period, sizeof(period));
	snprintf(kind, sizeof(kind), said(book, SAY_TITLE), kind_said(book));
	snprintf(title, sizeof(title), "%s · %s",
		 book->edition == EDITION_PUBLIC ? said(book, SAY_PUBLIC_TITLE) : kind, period);
	struct page_options options = {
		.title = {{title, title}}, .style = report_style, .is_wide = true};
	page_begin(&page, book->lang, &options);
	put_under_title(&page, book);
	if (book->edition == EDITION_PUBLIC)
		put_public(&page, book);
	else
		put_management(&page, book);
	put_notes(&page, book);
	heard_buf_str(out, page_end(&page));
	out->failed |= page.out.failed;
	page_release(&page);
}
