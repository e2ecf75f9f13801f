/*
 * page_promise.c - GET /promise: what we promise, as the config has it.
 *
 * The page is made from what the store works by: deadlines are asked of the service
 * levels themselves, so it cannot promise anything else.  What no option says (how
 * customers reach us, in words) comes from the option `promise`.
 */
#include "pages.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/time.h>
#include <sla/sla.h>
#include <store/store.h>

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS	  (60 * MINUTE_MS)

enum {
	SAY_TITLE,
	SAY_LEAD,
	SAY_CHANNELS,
	SAY_CONTACT,
	SAY_STEPS,
	SAY_DEADLINES,
	SAY_FIRST,
	SAY_NEXT,
	SAY_SOLVED,
	SAY_ROUND_CLOCK,
	SAY_WORKING,
	SAY_WORKING_TIME,
	SAY_HOLIDAYS,
	SAY_ZONE,
	SAY_AFTERSALES,
	SAY_REACH,
	SAY_CONTACTS,
	SAY_PAUSE,
	SAY_BOARD,
};
static const struct page_phrase says[] = {
	[SAY_TITLE] = {{"服务承诺", "What we promise"}},
	[SAY_LEAD] = {{"您说的每一条我们都会看，并按下面的时限处理。",
		       "We read all you tell us, and act within these times."}},
	[SAY_CHANNELS] = {{"怎样找到我们", "How to reach us"}},
	[SAY_CONTACT] = {{"仍未解决时：%s", "If nothing else helped: %s"}},
	[SAY_STEPS] = {{"处理步骤", "What happens"}},
	[SAY_DEADLINES] = {{"多久有回音", "How soon you hear from us"}},
	[SAY_FIRST] = {{"首次答复", "First answer"}},
	[SAY_NEXT] = {{"再次答复", "Further answers"}},
	[SAY_SOLVED] = {{"投诉解决", "Complaints solved"}},
	[SAY_ROUND_CLOCK] = {{"，全天候", ", day and night"}},
	[SAY_WORKING] = {{"，按工作时间", " of working time"}},
	[SAY_WORKING_TIME] = {{"工作时间：", "Working time: "}},
	[SAY_HOLIDAYS] = {{"，法定节假日除外，调休日照常", ", not on public holidays"}},
	[SAY_ZONE] = {{"（%s 时间）", " (%s)"}},
	[SAY_AFTERSALES] = {{"售后问题无论何时都在 %s内答复。",
			     "Matters of after-sales are answered within %s at any time."}},
	[SAY_REACH] = {{"有 %s 位以上顾客反映同一问题时，会升为紧急。",
			"What %s customers or more tell us becomes urgent."}},
	[SAY_CONTACTS] =
		{{"同一件事您联系我们第 %s 次时，会自动上报负责人。",
		  "At your contact number %s about the same matter, the lead is told."}},
	[SAY_PAUSE] = {{"等待您回复期间，时限暂停计算。",
			"While we wait for a reply of yours, the clock stands."}},
	[SAY_BOARD] = {{"查看已知问题", "See what is known already"}},
};

/* What happens to what a customer says, in order. */
static const struct page_phrase steps[][2] = {
	{{{"收到", "We receive it"}},
	 {{"提交后立即得到一个进度链接，凭它随时可以查看。",
	   "You get a link at once that always shows how far it is."}}},
	{{{"分派", "It finds its owner"}},
	 {{"按内容判断紧急程度，交给负责的部门和专人。",
	   "What it is about decides how urgent it is, and who is to act."}}},
	{{{"答复", "You get an answer"}},
	 {{"在承诺的时间内答复；超时会上报。",
	   "Within the promised time; if we are late, the lead is told."}}},
	{{{"解决", "It is solved"}},
	 {{"进度链接上能看到结果。没有解决，可以再写一次继续处理。",
	   "The link shows the result. If it is not solved, write again and we go on."}}},
	{{{"回访", "We ask how it went"}},
	 {{"解决后请您评价一次；不满意会换人重新处理。",
	   "Once, after it is solved. If you are not satisfied, somebody else takes it up "
	   "again."}}},
};

/* What makes something urgent. */
static const struct {
	enum store_priority priority;
	struct page_phrase name, what;
} criteria[] = {
	{STORE_HIGH,
	 {{"紧急", "Urgent"}},
	 {{"人身安全、资金、大面积故障、关键功能无法使用、监管或律师来函",
	   "Safety, money, an outage, a key function that does not work, a regulator or "
	   "lawyer"}}},
	{STORE_MEDIUM,
	 {{"一般", "Ordinary"}},
	 {{"普通故障、投诉、咨询", "An ordinary fault, a complaint, a question"}}},
	{STORE_LOW, {{"建议", "Ideas"}}, {{"建议、表扬", "Suggestions and praise"}}},
};

/* ---- durations and days */

/* "30 分钟", "4 小时"; hours up to three days, as people count them in deadlines. */
static void say_span(const struct page *p, int64_t ms, char text[48])
{
	static const struct page_phrase units[] = {
		{{" 分钟", "minute"}}, {{" 小时", "hour"}}, {{" 天", "day"}}};
	int unit = ms % HOUR_MS ? 0 : ms > 72 * HOUR_MS && ms % (24 * HOUR_MS) == 0 ? 2 : 1;
	static const int64_t lengths[] = {MINUTE_MS, HOUR_MS, 24 * HOUR_MS};
	int64_t n = ms / lengths[unit];
	if (p->lang == PAGE_ZH)
		snprintf(text, 48, "%lld%s", (long long)n, page_said(p, units[unit]));
	else
		snprintf(text, 48, "%lld %s%s", (long long)n, page_said(p, units[unit]),
			 n == 1 ? "" : "s");
}

static void put_day(struct page *p, struct heard_str name)
{
	static const struct {
		const char *name;
		struct page_phrase said;
	} days[] = {
		{"mon", {{"周一", "Mon"}}}, {"tue", {{"周二", "Tue"}}},
		{"wed", {{"周三", "Wed"}}}, {"thu", {{"周四", "Thu"}}},
		{"fri", {{"周五", "Fri"}}}, {"sat", {{"周六", "Sat"}}},
		{"sun", {{"周日", "Sun"}}},
	};
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (heard_str_is(name, days[i].name))
			page_say(p, days[i].said);
}

/* "mon-fri,sun", checked by the calendar. */
static void put_days(struct page *p, const char *days)
{
	static const struct page_phrase to = {{"至", "–"}}, and = {{"、", ", "}};
	for (const char *s = days; *s;) {
		size_t n = strcspn(s, "-,");
		put_day(p, heard_str_trim(heard_str_n(s, n)));
		s += n;
		if (*s)
			page_say(p, *s++ == '-' ? to : and);
	}
}

static void put_hours(struct page *p, const char *hours)
{
	static const struct page_phrase and = {{"、", ", "}};
	page_html(p, " ");
	for (const char *s = hours; *s; s++)
		if (*s == ',')
			page_say(p, and);
		else if (*s == '-')
			page_text(p, HEARD_STR_OF("–"));
		else if (*s != ' ')
			page_text(p, heard_str_n(s, 1));
}

/* ---- channels and steps */

static void put_channels(struct page *p, const struct pages *pages)
{
	const struct promise *promise = &pages->promise;
	const struct heard_list *list = p->lang == PAGE_EN && promise->channels_en.n
						? &promise->channels_en
						: &promise->channels;
	struct heard_str contact = page_contact(pages, p->lang);
	if (list->n == 0 && contact.len == 0)
		return;
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_CHANNELS]);
	page_html(p, "</h2><ul class=plainly>\n");
	for (size_t i = 0; i < list->n; i++) {
		page_html(p, "<li>");
		page_text(p, heard_str(list->at[i]));
		page_html(p, "</li>\n");
	}
	page_html(p, "</ul>");
	if (contact.len) {
		page_html(p, "<p>");
		page_say_with(p, says[SAY_CONTACT], contact);
		page_html(p, "</p>");
	}
	page_html(p, "</section>\n");
}

static void put_steps(struct page *p)
{
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_STEPS]);
	page_html(p, "</h2><ol class=\"steps counted\">\n");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		page_html(p, "<li><b>");
		page_say(p, steps[i][0]);
		page_html(p, "</b><br>");
		page_say(p, steps[i][1]);
		page_html(p, "</li>\n");
	}
	page_html(p, "</ol></section>\n");
}

/* ---- deadlines */

static struct sla_level level_of(const struct pages *pages, enum sla_kind kind,
				 enum store_priority priority, const char *department)
{
	struct sla_subject subject = {
		.priority = heard_str(store_priority_name(priority)),
		.department = heard_str(department),
		.intent = HEARD_STR("complaint"),
	};
	if (priority == STORE_LOW)
		subject.intent = HEARD_STR_OF("suggestion");
	return sla_level(pages->rules ? pages->rules->sla : NULL, kind, &subject);
}

static void put_level(struct page *p, const struct sla_level *level, int label)
{
	char text[48];
	if (level->span < 0)
		return;
	say_span(p, level->span, text);
	page_html(p, "<dt>");
	page_say(p, says[label]);
	page_html(p, "</dt><dd>");
	page_text(p, heard_str(text));
	page_say(p, says[level->calendar ? SAY_WORKING : SAY_ROUND_CLOCK]);
	page_html(p, "</dd>\n");
}

static void put_criterion(struct page *p, const struct pages *pages, size_t i)
{
	static const int labels[SLA_KINDS] = {
		[SLA_FIRST_RESPONSE] = SAY_FIRST,
		[SLA_NEXT_RESPONSE] = SAY_NEXT,
		[SLA_RESOLUTION] = SAY_SOLVED,
	};
	page_html(p, "<div class=level><h3>");
	page_say(p, criteria[i].name);
	page_html(p, "</h3><p class=soft>");
	page_say(p, criteria[i].what);
	page_html(p, "</p><dl class=facts>");
	for (int kind = 0; kind < SLA_KINDS; kind++) {
		struct sla_level level = level_of(pages, (enum sla_kind)kind,
						  criteria[i].priority, NULL);
		put_level(p, &level, labels[kind]);
	}
	page_html(p, "</dl></div>\n");
}

static void put_working_time(struct page *p, const struct pages *pages)
{
	const struct calendar_options *c = pages->calendar;
	bool is_used = false;
	for (size_t i = 0; i < sizeof(criteria) / sizeof(criteria[0]); i++)
		for (int kind = 0; kind < SLA_KINDS; kind++)
			is_used |= level_of(pages, (enum sla_kind)kind, criteria[i].priority,
					    NULL)
					   .calendar != NULL;
	if (!c || !is_used)
		return;
	bool has_zone = c->timezone && c->timezone[0];
	page_html(p, "<li>");
	page_say(p, says[SAY_WORKING_TIME]);
	put_days(p, c->days);
	put_hours(p, c->hours);
	if (c->holidays.n)
		page_say(p, says[SAY_HOLIDAYS]);
	page_say_with(
		p, says[SAY_ZONE],
		heard_str(has_zone ? c->timezone : heard_zone_name(heard_zone(pages->host))));
	page_html(p, "</li>\n");
}

static void put_rule(struct page *p, int say, const char *value)
{
	page_html(p, "<li>");
	page_say_with(p, says[say], heard_str(value));
	page_html(p, "</li>\n");
}

static void put_number_rule(struct page *p, int say, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)n);
	put_rule(p, say, text);
}

static void put_deadlines(struct page *p, const struct pages *pages)
{
	char text[48];
	const struct store_rules *rules = pages->rules ? pages->rules : &store_default_rules;
	struct sla_level late = level_of(pages, SLA_FIRST_RESPONSE, STORE_LOW, "aftersales");
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_DEADLINES]);
	page_html(p, "</h2>\n");
	for (size_t i = 0; i < sizeof(criteria) / sizeof(criteria[0]); i++)
		put_criterion(p, pages, i);
	page_html(p, "<ul class=\"plainly soft\">\n");
	put_working_time(p, pages);
	if (late.within > 0) {
		say_span(p, late.within, text);
		put_rule(p, SAY_AFTERSALES, text);
	}
	put_number_rule(p, SAY_REACH, rules->reach_raises);
	put_number_rule(p, SAY_CONTACTS, rules->contacts_escalate);
	put_rule(p, SAY_PAUSE, "");
	page_html(p, "</ul></section>\n");
}

void page_promise_put(struct page *p, const struct pages *pages)
{
	page_html(p, "<p class=lead>");
	page_say(p, says[SAY_LEAD]);
	page_html(p, "</p>\n");
	put_channels(p, pages);
	put_steps(p);
	put_deadlines(p, pages);
	page_month_put(p, pages);
	page_html(p, "<p><a");
	page_attr(p, "href",
		  p->lang == PAGE_ZH ? HEARD_STR_OF("/board?lang=zh")
				     : HEARD_STR_OF("/board?lang=en"));
	page_html(p, ">");
	page_say(p, says[SAY_BOARD]);
	page_html(p, "</a></p>\n");
}

/* ---- the handler */

void page_promise_get(void *arg, struct heard_http *take)
{
	static const char style[] =
		".plainly{margin:0;padding-left:1.2em}.plainly li{margin:.3em 0}"
		".plainly+p{margin-top:.8em}"
		".steps.counted{counter-reset:step}.steps.counted li{counter-increment:step;"
		"padding-left:44px}.steps.counted b{color:var(--ink)}"
		".steps.counted li:before{content:counter(step);left:0;top:1px;width:28px;"
		"height:28px;border-color:var(--main);color:var(--main);font-weight:600;"
		"font-size:.875rem;line-height:24px;text-align:center}"
		".steps.counted li:not(:last-child):after{left:13px;top:30px;bottom:0}"
		".level{border-bottom:1px solid var(--line);padding:0 0 16px;margin:0 0 16px}"
		".level h3{margin:0;font-size:1rem}.level .soft{margin:0 0 .6em}"
		".level .facts{margin:0;grid-template-columns:max-content 1fr;gap:4px 20px}"
		".level .facts dd{margin:0}"
		".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));"
		"gap:12px}.tiles div{background:var(--ground);border-radius:12px;padding:16px}"
		".tiles b{display:block;font-size:1.6rem;line-height:1.2}"
		".tiles span{color:var(--soft);font-size:.875rem}";
	struct pages *pages = arg;
	const struct promise *promise = &pages->promise;
	struct page p;
	bool says_nothing = promise->channels.n == 0 && page_contact(pages, PAGE_ZH).len == 0;
	if (says_nothing && !heard_http_is_last(take)) {
		heard_http_pass(take);
		return;
	}
	page_month_count(pages);
	page_begin(
		&p, page_lang_of(take, PAGE_ZH),
		&(struct page_options){.title = says[SAY_TITLE], .style = style, .path = ""});
	page_promise_put(&p, pages);
	page_reply(&p, take, 200);
}
