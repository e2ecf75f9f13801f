/*
 * page_board.c - GET /board: what is known already, and how far it is.
 *
 * Only what somebody published: a title written for it, since when, how many customers,
 * the category.  What is still worked on comes first, what is done behind.
 */
#include "pages.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/time.h>
#include <store/store.h>

enum { ISSUES_MAX = 200 };

enum {
	SAY_TITLE,
	SAY_LEAD,
	SAY_LIVE,
	SAY_DONE,
	SAY_NONE,
	SAY_NONE_MORE,
	SAY_CONFIRMED,
	SAY_AT_WORK,
	SAY_SOLVED,
	SAY_SINCE,
	SAY_SOLVED_AT,
	SAY_ONE,
	SAY_MANY,
};
static const struct page_phrase says[] = {
	[SAY_TITLE] = {{"已知问题", "Known issues"}},
	[SAY_LEAD] =
		{{"这些问题我们已经知道。遇到同样的情况不必重复说明，处理进展会更新在这里。",
		  "We know of these already. If you see the same, there is no need to explain "
		  "it again: this page tells how far it is."}},
	[SAY_LIVE] = {{"正在处理", "Being worked on"}},
	[SAY_DONE] = {{"已经解决", "Solved"}},
	[SAY_NONE] = {{"目前没有已知问题", "No known issues"}},
	[SAY_NONE_MORE] = {{"如果遇到问题，请告诉我们。",
			    "If something is wrong, please tell us."}},
	[SAY_CONFIRMED] = {{"已确认", "Confirmed"}},
	[SAY_AT_WORK] = {{"处理中", "Being worked on"}},
	[SAY_SOLVED] = {{"已解决", "Solved"}},
	[SAY_SINCE] = {{"首次反映：", "First reported "}},
	[SAY_SOLVED_AT] = {{"解决：", "Solved "}},
	[SAY_ONE] = {{"1 位顾客反映", "1 customer"}},
	[SAY_MANY] = {{"%s 位顾客反映", "%s customers"}},
};

static const struct {
	const char *name;
	struct page_phrase said;
} categories[] = {
	{"product", {{"产品", "Product"}}},
	{"service", {{"服务", "Service"}}},
	{"platform", {{"平台", "Website and app"}}},
	{"other", {{"其他", "Other"}}},
};

static void put_category(struct page *p, struct heard_str name)
{
	if (name.len == 0)
		return;
	page_html(p, "<span>");
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (heard_str_is(name, categories[i].name)) {
			page_say(p, categories[i].said);
			name.len = 0;
		}
	page_text(p, name);
	page_html(p, "</span>");
}

static void put_pill(struct page *p, enum store_state state)
{
	if (!store_state_is_live(state)) {
		page_html(p, "<span class=\"pill good\">");
		page_say(p, says[SAY_SOLVED]);
	} else {
		page_html(p, "<span class=\"pill at-work\">");
		page_say(p, says[state == STORE_NEW ? SAY_CONFIRMED : SAY_AT_WORK]);
	}
	page_html(p, "</span>");
}

void page_board_put(struct page *p, const struct store_issue *issue, struct heard_zone *zone)
{
	page_html(p, "<li class=card><div class=head><h3>");
	page_text(p, issue->title);
	page_html(p, "</h3>");
	put_pill(p, issue->state);
	page_html(p, "</div><p class=about>");
	put_category(p, issue->category);
	page_html(p, "<span>");
	if (issue->reach > 1)
		page_say_int(p, says[SAY_MANY], issue->reach);
	else
		page_say(p, says[SAY_ONE]);
	page_html(p, "</span><span>");
	page_say(p, says[SAY_SINCE]);
	page_time(p, issue->since, zone);
	page_html(p, "</span>");
	if (!store_state_is_live(issue->state) && issue->resolved_at != HEARD_TIME_NONE) {
		page_html(p, "<span>");
		page_say(p, says[SAY_SOLVED_AT]);
		page_time(p, issue->resolved_at, zone);
		page_html(p, "</span>");
	}
	page_html(p, "</p></li>\n");
}

/* ---- the handler */

struct board {
	struct page page;
	struct heard_zone *zone;
	bool wants_live; /* of this walk */
	size_t n;	 /* shown in it  */
};

static void put_issue(void *arg, const struct store_issue *issue)
{
	struct board *b = arg;
	if (store_state_is_live(issue->state) != b->wants_live || issue->state == STORE_SPAM ||
	    issue->state == STORE_MERGED)
		return;
	if (b->n++ == 0) {
		page_html(&b->page, "<h2>");
		page_say(&b->page, says[b->wants_live ? SAY_LIVE : SAY_DONE]);
		page_html(&b->page, "</h2><ul class=issues>\n");
	}
	page_board_put(&b->page, issue, b->zone);
}

/* How many were put, or -errno. */
static int put_issues(struct pages *pages, struct board *b, bool live, struct heard_error *err)
{
	b->wants_live = live;
	b->n = 0;
	if (store_board(*pages->store, ISSUES_MAX, put_issue, b, err))
		return -err->code;
	if (b->n)
		page_html(&b->page, "</ul>\n");
	return (int)b->n;
}

static void begin(struct board *b, struct heard_http *take)
{
	static const char style[] =
		".issues{list-style:none;margin:0;padding:0}.issues .card{padding:18px 20px}"
		".head{display:flex;gap:12px;justify-content:space-between;align-items:flex-"
		"start}"
		".head h3{margin:0;font-size:1.0625rem;line-height:1.45}"
		".head "
		".pill{flex:none}.pill.at-work{color:var(--main);border-color:currentColor}"
		".about{margin:.5em 0 0;color:var(--soft);font-size:.875rem;display:flex;"
		"flex-wrap:wrap;gap:2px 18px}";
	page_begin(
		&b->page, page_lang_of(take, PAGE_ZH),
		&(struct page_options){.title = says[SAY_TITLE], .style = style, .path = ""});
}

static void put_empty(struct page *p)
{
	page_html(p, "<div class=\"card empty\"><svg viewBox=\"0 0 48 48\" aria-hidden=true>"
		     "<circle cx=24 cy=24 r=20 /><path d=\"M15 25l6 6 12-13\" /></svg><h2>");
	page_say(p, says[SAY_NONE]);
	page_html(p, "</h2><p class=soft>");
	page_say(p, says[SAY_NONE_MORE]);
	page_html(p, "</p></div>\n");
}

void page_board_get(void *arg, struct heard_http *take)
{
	struct pages *pages = arg;
	struct heard_error err;
	struct board b = {.zone = heard_zone(pages->host)};
	begin(&b, take);
	page_html(&b.page, "<p class=lead>");
	page_say(&b.page, says[SAY_LEAD]);
	page_html(&b.page, "</p>\n");
	int live = put_issues(pages, &b, true, &err);
	int done = live < 0 ? live : put_issues(pages, &b, false, &err);
	if (done < 0) {
		page_release(&b.page);
		page_trouble(pages, take, &err);
	} else if (live + done == 0 && !heard_http_is_last(take)) {
		page_release(&b.page);
		heard_http_pass(take);
	} else {
		if (live + done == 0) {
			page_release(&b.page);
			begin(&b, take);
			put_empty(&b.page);
		}
		page_reply(&b.page, take, 200);
	}
}
