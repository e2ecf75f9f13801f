/*
 * page_month.c - last month's figures, for the page /promise, as they were counted last
 * (page_count.c).
 */
#include "pages.h"

#include <heard/host.h>
#include <heard/time.h>

#include <math.h>
#include <stdio.h>

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
