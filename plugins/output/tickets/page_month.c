/*
 * page_month.c - last month's figures, for the page /promise.
 *
 * They are counted at most every six hours: that takes long in a large store, everybody
 * may ask, and a month that is over changes slowly.
 */
#include "pages.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/log.h>
#include <heard/time.h>
#include <store/figures.h>

#include <math.h>
#include <stdio.h>

#define FIGURES_FOR (INT64_C(6) * 3600 * 1000)

enum { SAY_FIGURES, SAY_N_TICKETS, SAY_ANSWERED, SAY_ON_TIME, SAY_RESOLVED };
static const struct page_phrase says[] = {
	[SAY_FIGURES] = {{"上个月我们做得如何", "How we did last month"}},
	[SAY_N_TICKETS] = {{"件反馈", "matters handled"}},
	[SAY_ANSWERED] = {{"已答复", "answered"}},
	[SAY_ON_TIME] = {{"按时完成", "in time"}},
	[SAY_RESOLVED] = {{"已解决", "resolved"}},
};

static void put_tile(struct page *p, int label, const char *value)
{
	page_html(p, "<div><b>");
	page_text(p, heard_str(value));
	page_html(p, "</b><span>");
	page_say(p, says[label]);
	page_html(p, "</span></div>\n");
}

static void put_rate(struct page *p, int label, double rate)
{
	char text[24];
	if (isnan(rate))
		return;
	snprintf(text, sizeof(text), "%.3g%%", 100 * rate);
	put_tile(p, label, text);
}

static void put_month(struct page *p, int64_t from, struct heard_zone *zone)
{
	static const char *const months[] = {"January",	  "February", "March",	  "April",
					     "May",	  "June",     "July",	  "August",
					     "September", "October",  "November", "December"};
	char local[HEARD_TIME_SIZE], text[48];
	int year, month;
	heard_time_format(from + (zone ? heard_zone_offset(zone, from) : 0), local);
	if (sscanf(local, "%d-%d", &year, &month) != 2 || month < 1 || month > 12)
		return;
	if (p->lang == PAGE_ZH)
		snprintf(text, sizeof(text), "%d年%d月", year, month);
	else
		snprintf(text, sizeof(text), "%s %d", months[month - 1], year);
	page_text(p, heard_str(text));
}

void page_month_put(struct page *p, const struct pages *pages)
{
	const struct page_figures *f = &pages->figures;
	char text[24];
	if (f->asked_at == HEARD_TIME_NONE || f->tickets == 0)
		return;
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_FIGURES]);
	page_html(p, "</h2><p class=soft>");
	put_month(p, f->from, heard_zone(pages->host));
	page_html(p, "</p><div class=tiles>\n");
	snprintf(text, sizeof(text), "%lld", (long long)f->tickets);
	put_tile(p, SAY_N_TICKETS, text);
	put_rate(p, SAY_ANSWERED, f->answered);
	put_rate(p, SAY_ON_TIME, f->on_time);
	put_rate(p, SAY_RESOLVED, f->resolved);
	page_html(p, "</div></section>\n");
}

/* ---- counting */

/* The first moment of the month `back` months before that of `now`. */
static int64_t month_start(int64_t now, int back, struct heard_zone *zone)
{
	char local[HEARD_TIME_SIZE], day[32];
	int year, month;
	heard_time_format(now + (zone ? heard_zone_offset(zone, now) : 0), local);
	if (sscanf(local, "%d-%d", &year, &month) != 2)
		return HEARD_TIME_NONE;
	month -= back;
	if (month < 1) {
		month += 12;
		year--;
	}
	snprintf(day, sizeof(day), "%04d-%02d-01", year, month);
	return heard_time_parse(heard_str(day), zone);
}

/* Without figures the page is shown all the same. */
void page_month_count(struct pages *pages)
{
	struct heard_error err;
	struct store_figures counted;
	struct page_figures *f = &pages->figures;
	struct heard_zone *zone = heard_zone(pages->host);
	int64_t now = heard_now(pages->host);
	int64_t edges[] = {month_start(now, 1, zone), month_start(now, 0, zone)};
	bool is_known = f->asked_at != HEARD_TIME_NONE && f->from == edges[0] &&
			now >= f->asked_at && now - f->asked_at < FIGURES_FOR;
	if (is_known || edges[0] == HEARD_TIME_NONE)
		return;
	*f = (struct page_figures){.asked_at = now, .from = edges[0]};
	struct store_period period = {
		.from = edges[0], .to = edges[1], .now = now, .edges = edges, .n_parts = 1};
	if (store_figures(*pages->store, &period, &counted, &err)) {
		heard_log(pages->host, HEARD_WARN, "last month's figures are left out: %s",
			  err.text);
	} else {
		f->tickets = counted.tickets;
		f->answered = store_rate(counted.answered, counted.tickets);
		f->on_time = store_rate(counted.levels_met, counted.levels_due);
		f->resolved = store_rate(counted.resolved, counted.tickets);
	}
	store_figures_release(&counted);
}
