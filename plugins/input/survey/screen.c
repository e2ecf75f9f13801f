/*
 * screen.c - the pages of a survey: its questions, thanks, and why not.
 *
 * Whoever comes too late, twice or by a wrong link is told so kindly and not asked to do
 * anything about it: it is seldom his fault.
 */
#include "screen.h"

#include "field.h"

#include <heard/host.h>
#include <heard/http.h>
#include <once/once.h>
#include <page/page.h>

#include <stdio.h>
#include <string.h>

enum { WAY = 160, QUERY = 1024 };

enum say {
	SAY_SEND,
	SAY_SAFE,
	SAY_FOLLOW,
	SAY_EMPTY,
	SAY_MISSING,
	SAY_LONG,
	SAY_MALFORMED,
	SAY_EXPIRED,
	SAY_BUSY,
	SAY_KEPT,
};

static const struct page_phrase says[] = {
	[SAY_SEND] = {{"提交", "Send"}},
	[SAY_SAFE] = {{"您的回答已经收到。", "Your answers have arrived."}},
	[SAY_FOLLOW] = {{"查看进展和回复", "See what becomes of it"}},
	[SAY_EMPTY] = {{"请至少回答一个问题。", "Please answer one question at least."}},
	[SAY_MISSING] = {{"还有一个必答题没有回答。", "One required question is still open."}},
	[SAY_LONG] = {{"这段文字太长了，请缩短后再提交。",
		       "This text is too long; please shorten it and send it again."}},
	[SAY_MALFORMED] = {{"有些内容没能读懂，请检查后再提交。",
			    "Something could not be read; please look and send it again."}},
	[SAY_EXPIRED] = {{"页面打开太久了，请再提交一次。",
			  "This page was open for too long; please send it once more."}},
	[SAY_BUSY] = {{"现在没能收下，请稍后再提交一次。",
		       "We could not take it just now; please send it again in a moment."}},
	[SAY_KEPT] = {{"您的回答还在这里。", "Your answers are still here."}},
};

static const struct {
	struct page_phrase title, text;
	int status;
} notices[] = {
	[NOTICE_CLOSED] = {{{"调查已经结束", "This survey is over"}},
			   {{"感谢您的关注。想告诉我们什么，随时可以联系客服。",
			     "Thank you for coming. Our customer service is always glad to "
			     "hear from you."}},
			   410},
	[NOTICE_FULL] = {{{"调查已经收满", "We have all the answers we need"}},
			 {{"感谢您愿意回答，这次的名额已经满了。",
			   "Thank you for your interest: this survey has as many answers as "
			   "we asked for."}},
			 410},
	[NOTICE_USED] =
		{{{"您已经回答过了", "You have answered already"}},
		 {{"谢谢您，您的回答已经收到，不需要再填一次。",
		   "Thank you: your answers have arrived, there is nothing more to do."}},
		 409},
	[NOTICE_INVITED] =
		{{{"请使用您的专属链接", "Please use your own link"}},
		 {{"这个调查只对收到邀请的客户开放，请从邀请短信或邮件里的链接进入。",
		   "This survey is for invited customers. Please open it by the link "
		   "in your invitation."}},
		 403},
	[NOTICE_UNKNOWN] = {{{"链接不完整", "This link is not complete"}},
			    {{"请从邀请短信或邮件里重新打开完整的链接。",
			      "Please open the whole link of your invitation again."}},
			    404},
	[NOTICE_BUSY] =
		{{{"请稍后再来", "Please come back in a moment"}},
		 {{"现在没能打开这个调查，请过一会儿再试。",
		   "The survey cannot be opened just now. Please try again in a while."}},
		 503},
};

/* ---- the frame */

/* What links to the other language keep. */
static void write_query(const struct visit *visit, char query[QUERY])
{
	struct heard_buf parts;
	heard_buf_init(&parts, QUERY);
	if (visit->token[0])
		heard_buf_printf(&parts, "t=%s", visit->token);
	if (!visit->has_token)
		survey_put_query(&parts, visit->segment, visit->product);
	snprintf(query, QUERY, "%s", parts.ptr && !parts.failed ? parts.ptr : "");
	heard_buf_release(&parts);
}

static void begin(struct page *p, const struct survey *self, const struct visit *visit,
		  bool is_form, char query[QUERY])
{
	write_query(visit, query);
	struct page_options look = {
		.title = self->title,
		.style = self->style.ptr,
		.path = is_form && !visit->is_embedded ? self->place : NULL,
		.query = query,
		.is_private = visit->has_token,
		.is_fresh = true,
		.is_embedded = visit->is_embedded,
		.frames = self->frames.n ? &self->frames : NULL,
	};
	page_begin(p, visit->lang, &look);
}

/* ---- the questions */

static void put_hidden(struct page *p, enum reply_hidden which, const char *value)
{
	if (value[0] == '\0')
		return;
	page_html(p, "<input type=hidden");
	page_attr(p, "name", heard_str(hidden_names[which]));
	page_attr(p, "value", heard_str(value));
	page_html(p, ">");
}

/* The token that was sent, if it may still be used: what was refused was not taken. */
static void put_hiddens(struct page *p, const struct survey *self, const struct visit *visit)
{
	char once[ONCE_TEXT];
	if (visit->has_token) {
		put_hidden(p, HIDDEN_TOKEN, visit->token);
	} else if (once_check(self->host, heard_str(visit->once)) == ONCE_GOOD) {
		put_hidden(p, HIDDEN_ONCE, visit->once);
	} else {
		once_make(self->host, once);
		put_hidden(p, HIDDEN_ONCE, once);
	}
	put_hidden(p, HIDDEN_LANG, page_lang_tag(visit->lang));
	put_hidden(p, HIDDEN_EMBED, visit->is_embedded ? "1" : "");
	put_hidden(p, HIDDEN_SEGMENT, visit->has_token ? "" : visit->segment);
	put_hidden(p, HIDDEN_PRODUCT, visit->has_token ? "" : visit->product);
}

static void put_note(struct page *p, const struct page_phrase *note)
{
	if (note == NULL)
		return;
	page_html(p, "<p class=\"note bad\" role=alert>");
	page_say(p, *note);
	page_html(p, "<br>");
	page_say(p, says[SAY_KEPT]);
	page_html(p, "</p>\n");
}

static void put_form(struct page *p, const struct survey *self, const struct visit *visit,
		     const struct reply *reply)
{
	page_html(p, "<form class=card method=post accept-charset=utf-8");
	page_attr(p, "action", heard_str(self->place));
	page_html(p, ">");
	put_hiddens(p, self, visit);
	for (size_t i = 0; i < self->form->n; i++)
		field_put(p, self->form, i, reply, reply && reply->question == i);
	page_html(p, "<p class=\"actions send\"><button class=button type=submit>");
	page_say(p, says[SAY_SEND]);
	page_html(p, "</button></p></form>\n");
}

static void show_form(const struct survey *self, struct heard_http *take,
		      const struct visit *visit, const struct reply *reply,
		      const struct page_phrase *note, int status)
{
	struct page page;
	char query[QUERY];
	begin(&page, self, visit, true, query);
	if (self->intro.in[visit->lang][0]) {
		page_html(&page, "<p class=lead>");
		page_say(&page, self->intro);
		page_html(&page, "</p>\n");
	}
	put_note(&page, note);
	put_form(&page, self, visit, reply);
	page_reply(&page, take, status);
}

void screen_form(const struct survey *self, struct heard_http *take, const struct visit *visit,
		 const struct reply *reply, enum reply_fault fault)
{
	static const struct {
		enum say say;
		int status;
	} faults[] = {
		[REPLY_EMPTY] = {SAY_EMPTY, 422},
		[REPLY_MISSING] = {SAY_MISSING, 422},
		[REPLY_LONG] = {SAY_LONG, 413},
		[REPLY_MALFORMED] = {SAY_MALFORMED, 400},
	};
	if (fault == REPLY_GOOD)
		show_form(self, take, visit, reply, NULL, 200);
	else
		show_form(self, take, visit, reply, &says[faults[fault].say],
			  faults[fault].status);
}

void screen_busy(const struct survey *self, struct heard_http *take, const struct visit *visit,
		 const struct reply *reply, bool is_expired)
{
	show_form(self, take, visit, reply, &says[is_expired ? SAY_EXPIRED : SAY_BUSY],
		  is_expired ? 400 : 503);
}

/* ---- afterwards */

static void put_sign(struct page *p, bool is_good)
{
	page_html(p, "<div class=\"card empty\"><svg viewBox=\"0 0 48 48\" aria-hidden=true>");
	if (is_good)
		page_html(p, "<circle cx=24 cy=24 r=20 /><path d=\"M15 24.5l6.5 6.5L34 18\"/>");
	else
		page_html(p, "<g class=late><circle cx=24 cy=24 r=20 /><path d=\"M24 "
			     "14v12M24 32v1\"/></g>");
	page_html(p, "</svg>");
}

static struct page_phrase thanks_of(const struct survey *self, const struct score *score)
{
	return score->is_bad	? self->thanks_bad
	       : score->is_good ? self->thanks_good
				: self->thanks;
}

void screen_thanks(const struct survey *self, struct heard_http *take,
		   const struct visit *visit, const struct score *score, const char *link)
{
	struct page page;
	char query[QUERY], way[WAY];
	begin(&page, self, visit, false, query);
	put_sign(&page, true);
	page_html(&page, "<h2 role=status>");
	page_say(&page, says[SAY_SAFE]);
	page_html(&page, "</h2><p>");
	page_say(&page, thanks_of(self, score));
	page_html(&page, "</p>");
	if (link) {
		snprintf(way, sizeof(way), "%s?lang=%s&sent=%lld", link,
			 visit->lang == PAGE_ZH ? "zh" : "en",
			 (long long)heard_now(self->host) / 1000);
		page_html(&page, "<p><a");
		page_attr(&page, "href", heard_str(way));
		if (visit->is_embedded)
			page_html(&page, " target=_blank rel=noopener");
		page_html(&page, ">");
		page_say(&page, says[SAY_FOLLOW]);
		page_html(&page, "</a></p>");
	}
	page_html(&page, "</div>\n");
	page_reply(&page, take, 200);
}

void screen_notice(const struct survey *self, struct heard_http *take,
		   const struct visit *visit, enum notice which)
{
	struct page page;
	char query[QUERY];
	begin(&page, self, visit, which != NOTICE_USED, query);
	put_sign(&page, which == NOTICE_USED);
	page_html(&page, "<h2 role=status>");
	page_say(&page, notices[which].title);
	page_html(&page, "</h2><p>");
	page_say(&page, notices[which].text);
	page_html(&page, "</p></div>\n");
	page_reply(&page, take, notices[which].status);
}
