/*
 * words.c - what a report says, in the languages it speaks.
 */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct page_phrase says[SAYS] = {
	[SAY_TITLE] = {{"客户反馈%s", "Customer feedback: %s"}},
	[SAY_PUBLIC_TITLE] = {{"改进报告", "What we improved"}},
	[SAY_COMPARED] = {{"对比上期", "Compared with"}},
	[SAY_MADE] = {{"生成于", "Made"}},
	[SAY_FIGURES] = {{"指标", "Figures"}},
	[SAY_NOW] = {{"本期", "This period"}},
	[SAY_THEN] = {{"上期", "Before"}},
	[SAY_CHANGE] = {{"变化", "Change"}},
	[SAY_COURSE] = {{"走势", "Over time"}},
	[SAY_FEEDBACK] = {{"反馈", "Feedback"}},
	[SAY_TICKETS] = {{"工单", "Tickets"}},
	[SAY_RESPONSE] = {{"响应率", "Answered"}},
	[SAY_ON_TIME] = {{"按时率", "On time"}},
	[SAY_RESOLUTION] = {{"解决率", "Resolved"}},
	[SAY_CHANNELS] = {{"按渠道", "By channel"}},
	[SAY_HEALTH] = {{"渠道状况", "Channels"}},
	[SAY_CHANNEL] = {{"渠道", "Channel"}},
	[SAY_TAKEN_IN] = {{"收到", "Taken in"}},
	[SAY_ERRORS] = {{"出错率", "Errors"}},
	[SAY_LAST_HEARD] = {{"最近一次", "Last heard"}},
	[SAY_SILENT] = {{"静默时间超出平常", "silent for longer than usual"}},
	[SAY_CATEGORIES] = {{"按类别", "By category"}},
	[SAY_INTENTS] = {{"按意图", "By intent"}},
	[SAY_PRODUCTS] = {{"按产品", "By product"}},
	[SAY_PRIORITIES] = {{"按优先级", "By priority"}},
	[SAY_DEPARTMENTS] = {{"按部门", "By department"}},
	[SAY_SCORES] = {{"推荐意愿（NPS）", "Would they recommend us? (NPS)"}},
	[SAY_SURVEYS] = {{"问卷调查", "Surveys"}},
	[SAY_SURVEY] = {{"问卷", "Survey"}},
	[SAY_ISSUES] = {{"主要问题", "Top issues"}},
	[SAY_ISSUE] = {{"问题", "Issue"}},
	[SAY_CONTACTS] = {{"来询次数", "Contacts"}},
	[SAY_RESOLVED] = {{"已解决", "Resolved"}},
	[SAY_BACKLOG] = {{"待处理工单", "Tickets open"}},
	[SAY_OVERDUE] = {{"其中超时", "of them overdue"}},
	[SAY_NONE] = {{"（未填）", "(none)"}},
	[SAY_NOTHING] = {{"这段时间没有工单。", "No ticket in this period."}},
	[SAY_OF] = {{"共 %s", "of %s"}},
	[SAY_ANSWERS] = {{"%s 份回答", "%s answers"}},
	[SAY_PROMOTERS] = {{"推荐者", "Promoters"}},
	[SAY_PASSIVES] = {{"中立者", "Passives"}},
	[SAY_DETRACTORS] = {{"贬损者", "Detractors"}},
	[SAY_NOTES] = {{"口径", "How it is counted"}},
	[SAY_NOTE_RATES] =
		{{"反馈不含垃圾信息、撤回和同一条反馈的后续修订。各比率以本期收到的工单为准（不"
		  "含垃圾和已合并），"
		  "按生成时的状态计算：响应率＝已首次响应／收到；按时率＝达成的服务时限／已到期"
		  "的服务时限；"
		  "解决率＝已解决且未重开／收到。",
		  "Feedback is without spam, removals and further revisions. Rates are over "
		  "the tickets received in the period, without spam and merged ones, as "
		  "they stand when the report is made: response rate, tickets with a first "
		  "response / received; on-time rate, service levels met / service levels "
		  "due; resolution rate, resolved and not reopened / received."}},
	[SAY_NOTE_SCORES] =
		{{"CSAT＝4、5 分／全部回答；NPS＝100 ×（9–10 分 − 0–6 分）／回答；CES "
		  "为平均值；"
		  "按键终端指数按 100、75、50、25、0（四键 "
		  "100、66.7、33.3、0）加权。打分计入给出的时期。",
		  "CSAT: scores of 4 and 5 / answers. NPS: 100 × (9 and 10 − 0 to 6) / "
		  "answers. "
		  "CES: mean. Kiosk index: weights of 100, 75, 50, 25, 0 (four faces: 100, "
		  "66.7, 33.3, 0). Scores count when they were given."}},
	[SAY_NOTE_CHANNELS] = {{"渠道状况以收到的全部记录计，含垃圾信息，不含重复送达；出错率＝"
				"无法读取或处理的"
				"记录／收到；最近一次和静默为生成时的状态。",
				"Channels count all that was taken in, with spam and without "
				"repeats. Errors: "
				"what could not be read or processed / taken in. Last heard "
				"and silence are as "
				"they stand when the report is made."}},
	[SAY_SAMPLES] = {{"原话（已脱敏）", "In their words (masked)"}},
	[SAY_NAME] = {{"名称", "Name"}},
	[SAY_PART] = {{"部分", "Part"}},
	[SAY_HEARD] = {{"大家说得最多的", "What you told us most"}},
	[SAY_DONE] = {{"我们解决了", "What we have fixed"}},
	[SAY_WORKING] = {{"正在处理", "What we are working on"}},
	[SAY_PROMISES] = {{"承诺兑现", "Promises kept"}},
	[SAY_LEAD] = {{"您的每一条反馈都有人看。这里是这段时间我们听到的、做了的，以及承诺兑现"
		       "的情况。",
		       "Somebody reads every message. This is what we heard in this time, what "
		       "we did about it, and how well we kept our promises."}},
	[SAY_CUSTOMER] = {{"%s 位客户提到", "%s customer"}},
	[SAY_CUSTOMERS] = {{"%s 位客户提到", "%s customers"}},
	[SAY_NO_FIXES] = {{"这段时间没有公布的改进。", "Nothing was published in this time."}},
	[SAY_THANKS] = {{"谢谢您告诉我们。", "Thank you for telling us."}},
	[SAY_TOPICS] = {{"投诉话题", "What complaints are about"}},
	[SAY_TOPIC] = {{"话题", "Topic"}},
	[SAY_HOT] = {{"突增", "hot"}},
	[SAY_COMPLAINT] = {{"%s 条投诉", "%s complaint"}},
	[SAY_COMPLAINTS] = {{"%s 条投诉", "%s complaints"}},
	[SAY_SEE] = {{"见", "See"}},
	[SAY_REST] = {{"投诉共 %s 条，其中 %s 条不属于任何话题。",
		       "%s complaints in all, %s of them in no topic."}},
	[SAY_NO_TOPIC] = {{"没有三条以上相近的投诉。", "No three complaints are alike."}},
	[SAY_NO_WORDS] =
		{{"记录里没有关键词，所以无法归纳话题：请在流程里加上过滤器 keywords。",
		  "The records have no keywords, so there are no topics: put the "
		  "filter keywords into the pipeline."}},
	[SAY_LOW_WORDS] = {{"低分评价里的词", "Words of low ratings"}},
	[SAY_LOW_OF_ALL] = {{"有评分的 %s 条里，低分 %s 条。下列词在低分里明显更多。",
			     "%s records have a rating, %s of them a low one. These words "
			     "are far more frequent there."}},
	[SAY_NO_LOW_WORDS] = {{"没有哪个词在低分里明显更多。",
			       "No word is far more frequent in low ratings."}},
	[SAY_WORD] = {{"词", "Word"}},
	[SAY_LOW] = {{"低分", "Low"}},
	[SAY_RATED] = {{"有评分", "Rated"}},
	[SAY_LOW_SHARE] = {{"低分占比", "Share low"}},
	[SAY_WEEK] = {{"一周各时段的反馈", "Feedback by hour of the week"}},
	[SAY_WEEK_COMPLAINTS] = {{"一周各时段的投诉", "Complaints by hour of the week"}},
	[SAY_WEEK_MEAN] = {{"该时段日均条数，%s 时间", "Mean of a day, in the time of %s"}},
	[SAY_HOUR] = {{"时", "Hour"}},
	[SAY_EVENTS] = {{"节假日与活动前后", "Around holidays and events"}},
	[SAY_EVENT] = {{"节假日、活动", "Event"}},
	[SAY_BEFORE_EVENT] = {{"前 7 天", "Week before"}},
	[SAY_DURING_EVENT] = {{"期间", "During"}},
	[SAY_AFTER_EVENT] = {{"后 7 天", "Week after"}},
	[SAY_EVENT_MEANS] = {{"日均反馈数，下面是其中投诉的占比",
			      "Feedback a day, and the share of complaints below"}},
	[SAY_NOTE_TALK] =
		{{"话题由投诉的关键词自动聚合，以最有代表性的词命名，同一人的重复不计；“突增”指"
		  "至少 "
		  "5 "
		  "条、比预期（上期乘以投诉总量的增幅）多一半以上，且远超偶然波动。低分指评分或"
		  " "
		  "CSAT 不高于满分的 40%，至少 5 "
		  "条低分才列出，按把握大小排列；词与低分同时出现，不等于"
		  "是其原因。",
		  "Topics are complaints grouped by their keywords and named by the most "
		  "telling ones, without repeats of one person. Hot: at least 5, half as many "
		  "again as expected (the period before times the growth of all complaints), "
		  "and far beyond chance. A low rating or CSAT is 40 % of the best or less; a "
		  "word is listed from 5 of them on, the surest first. That it comes with low "
		  "ratings does not say that it is their cause."}},
	[SAY_NOTE_SAMPLE] = {{"记录较多，话题和词每 %s 条读一条，数目为估算。",
			      "There were many records: for topics and words one of %s was "
			      "read, and counts are estimates."}},
	[SAY_NOTE_FAULT] = {{"节假日文件未能读取：%s。", "Holidays were not read: %s."}},
};

const char *said(const struct book *book, enum say which)
{
	return says[which].in[book->lang];
}

/* ---- names that heard itself ships: of channels, categories, departments, ... */

static const struct {
	const char *name;
	struct page_phrase said;
} names[] = {
	{"email", {{"邮件", "Email"}}},
	{"web", {{"网页", "Web"}}},
	{"app", {{"应用", "App"}}},
	{"survey", {{"问卷", "Survey"}}},
	{"kiosk", {{"按键终端", "Kiosk"}}},
	{"social", {{"社交媒体", "Social"}}},
	{"wechat", {{"微信", "WeChat"}}},
	{"weibo", {{"微博", "Weibo"}}},
	{"mastodon", {{"Mastodon", "Mastodon"}}},
	{"telegram", {{"Telegram", "Telegram"}}},
	{"review", {{"评价", "Reviews"}}},
	{"chat", {{"在线客服", "Chat"}}},
	{"forum", {{"论坛", "Forum"}}},
	{"phone", {{"电话", "Phone"}}},
	{"authority", {{"监管部门", "Authority"}}},
	{"file", {{"文件", "File"}}},
	{"product", {{"产品", "Product"}}},
	{"service", {{"服务", "Service"}}},
	{"platform", {{"平台", "Platform"}}},
	{"other", {{"其他", "Other"}}},
	{"quality", {{"质量", "Quality"}}},
	{"aftersales", {{"售后", "After-sales"}}},
	{"logistics", {{"物流", "Logistics"}}},
	{"tech", {{"技术", "Tech"}}},
	{"finance", {{"财务", "Finance"}}},
	{"marketing", {{"市场", "Marketing"}}},
	{"safety", {{"安全", "Safety"}}},
	{"legal", {{"法律", "Legal"}}},
	{"payment", {{"支付", "Payment"}}},
	{"privacy", {{"隐私", "Privacy"}}},
	{"outage", {{"故障", "Outage"}}},
	{"invoice", {{"发票", "Invoice"}}},
	{"packaging", {{"包装", "Packaging"}}},
	{"authenticity", {{"真伪", "Authenticity"}}},
	{"description", {{"描述不符", "Description"}}},
	{"size", {{"尺码", "Size"}}},
	{"attitude", {{"服务态度", "Attitude"}}},
	{"promotion", {{"促销", "Promotion"}}},
	{"complaint", {{"投诉", "Complaint"}}},
	{"question", {{"咨询", "Question"}}},
	{"suggestion", {{"建议", "Suggestion"}}},
	{"praise", {{"表扬", "Praise"}}},
	{"high", {{"高", "High"}}},
	{"medium", {{"中", "Medium"}}},
	{"low", {{"低", "Low"}}},
	{"元旦", {{"元旦", "New Year's Day"}}},
	{"春节", {{"春节", "Spring Festival"}}},
	{"清明节", {{"清明节", "Qingming"}}},
	{"劳动节", {{"劳动节", "Labour Day"}}},
	{"端午节", {{"端午节", "Dragon Boat Festival"}}},
	{"中秋节", {{"中秋节", "Mid-Autumn Festival"}}},
	{"国庆节", {{"国庆节", "National Day"}}},
};

const char *name_said(const struct book *book, const char *name)
{
	if (*name == '\0')
		return said(book, SAY_NONE);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].said.in[book->lang];
	return name;
}

void topic_said(const struct book *book, const struct store_topic *t, char *out, size_t size)
{
	bool has_finer = *t->subcategory && strcmp(t->subcategory, t->category) != 0;
	snprintf(out, size, "%s%s%s%s%s%s%s", t->title, *t->title ? " · " : "",
		 name_said(book, t->category), has_finer ? " / " : "",
		 has_finer ? name_said(book, t->subcategory) : "", *t->product ? " · " : "",
		 *t->product ? t->product : "");
}

/* ---- times */

static const char *const months[] = {"January",	  "February", "March",	  "April",
				     "May",	  "June",     "July",	  "August",
				     "September", "October",  "November", "December"};

static void date_said(const struct book *book, struct period_date d, char *out, size_t size)
{
	if (book->lang == PAGE_ZH)
		snprintf(out, size, "%d年%d月%d日", d.year, d.month, d.day);
	else
		snprintf(out, size, "%d %s %d", d.day, months[d.month - 1], d.year);
}

static void span_said(const struct book *book, const struct period *p, char *out, size_t size)
{
	char from[64], to[64];
	date_said(book, period_date_of(p->first), from, sizeof(from));
	date_said(book, period_date_of(p->after - 1), to, sizeof(to));
	snprintf(out, size, book->lang == PAGE_ZH ? "%s 至 %s" : "%s to %s", from, to);
}

void days_said(const struct book *book, int64_t first, int64_t last, char *out, size_t size)
{
	struct period_date a = period_date_of(first), b = period_date_of(last);
	const char *from = months[a.month - 1], *to = months[b.month - 1];
	bool zh = book->lang == PAGE_ZH;
	if (first == last && zh)
		snprintf(out, size, "%d月%d日", a.month, a.day);
	else if (first == last)
		snprintf(out, size, "%d %s", a.day, from);
	else if (a.month == b.month && zh)
		snprintf(out, size, "%d月%d–%d日", a.month, a.day, b.day);
	else if (a.month == b.month)
		snprintf(out, size, "%d–%d %s", a.day, b.day, from);
	else if (zh)
		snprintf(out, size, "%d月%d日–%d月%d日", a.month, a.day, b.month, b.day);
	else
		snprintf(out, size, "%d %s – %d %s", a.day, from, b.day, to);
}

const char *weekday_said(const struct book *book, int day)
{
	static const struct page_phrase days[] = {
		{{"周一", "Mon"}}, {{"周二", "Tue"}}, {{"周三", "Wed"}}, {{"周四", "Thu"}},
		{{"周五", "Fri"}}, {{"周六", "Sat"}}, {{"周日", "Sun"}},
	};
	return days[day].in[book->lang];
}

void period_said(const struct book *book, const struct period *p, char *out, size_t size)
{
	struct period_date d = period_date_of(p->first);
	bool zh = book->lang == PAGE_ZH;
	switch (p->kind) {
	case PERIOD_DAY:
	case PERIOD_TODAY: date_said(book, d, out, size); break;
	case PERIOD_MONTH:
		if (zh)
			snprintf(out, size, "%d年%d月", d.year, d.month);
		else
			snprintf(out, size, "%s %d", months[d.month - 1], d.year);
		break;
	case PERIOD_QUARTER:
		snprintf(out, size, zh ? "%d年第%d季度" : "%d, quarter %d", d.year,
			 (d.month + 2) / 3);
		break;
	case PERIOD_YEAR: snprintf(out, size, zh ? "%d年" : "%d", d.year); break;
	default: span_said(book, p, out, size); break;
	}
}

const char *kind_said(const struct book *book)
{
	static const struct page_phrase kinds[] = {
		[PERIOD_DAY] = {{"日报", "daily report"}},
		[PERIOD_WEEK] = {{"周报", "weekly report"}},
		[PERIOD_MONTH] = {{"月报", "monthly report"}},
		[PERIOD_QUARTER] = {{"季报", "quarterly report"}},
		[PERIOD_YEAR] = {{"年报", "yearly report"}},
		[PERIOD_TODAY] = {{"今日实况", "today so far"}},
		[PERIOD_RANGE] = {{"报告", "report"}},
	};
	return kinds[book->period.kind].in[book->lang];
}

void part_said(const struct book *book, size_t part, char *out, size_t size)
{
	const struct period *p = &book->period;
	int minute = 0;
	struct period_date d = period_local(p->edges[part], book->zone, &minute);
	switch (p->step) {
	case STEP_HOUR: snprintf(out, size, "%02d:%02d", minute / 60, minute % 60); break;
	case STEP_DAY:
	case STEP_WEEK:
		if (book->lang == PAGE_ZH)
			snprintf(out, size, "%d/%d", d.month, d.day);
		else
			snprintf(out, size, "%d %.3s", d.day, months[d.month - 1]);
		break;
	case STEP_MONTH:
		if (book->lang == PAGE_ZH)
			snprintf(out, size, "%d月", d.month);
		else
			snprintf(out, size, "%.3s", months[d.month - 1]);
		break;
	}
}

void time_said(const struct book *book, int64_t ms, char *out, size_t size)
{
	char date[64];
	int minute = 0;
	date_said(book, period_local(ms, book->zone, &minute), date, sizeof(date));
	snprintf(out, size, "%s %02d:%02d", date, minute / 60, minute % 60);
}
