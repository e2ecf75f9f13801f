/*
 * page_follow_up.c - GET and POST /follow-up/TOKEN: how did it go?
 *
 * One question with five faces and one field of text, once, until the link expires.
 * The link is sent to one customer, and who has it may answer; so a form that some
 * other site sends would have to know it, and needs no further token.
 *
 * The store decides whether an answer counts: two that come at once cannot both.
 * After a POST the browser is sent on by GET, so reloading asks nothing twice.
 */
#include "pages.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/time.h>
#include <store/store.h>
#include <text/utf8.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_FORM = 32 << 10, /* as the route takes */
	MAX_CHARACTERS = 2000,
};

enum {
	SAY_TITLE,
	SAY_LEAD,
	SAY_QUESTION,
	SAY_TEXT,
	SAY_OPTIONAL,
	SAY_TEXT_HINT,
	SAY_HIDDEN,
	SAY_SEND,
	SAY_UNTIL,
	SAY_CHOOSE,
	SAY_THANKS,
	SAY_DONE,
	SAY_DONE_BAD,
	SAY_BEFORE,
	SAY_BEFORE_MORE,
	SAY_OVER,
	SAY_OVER_MORE,
};
static const struct page_phrase says[] = {
	[SAY_TITLE] = {{"处理得怎么样？", "How did it go?"}},
	[SAY_LEAD] =
		{{"您反馈的问题已经处理完。请用半分钟告诉我们结果如何。",
		  "What you told us of has been dealt with. Half a minute of yours tells us "
		  "how well."}},
	[SAY_QUESTION] = {{"您对处理结果满意吗？", "Are you satisfied with the result?"}},
	[SAY_TEXT] = {{"还有什么想说的？", "Anything you want to add?"}},
	[SAY_OPTIONAL] = {{"（选填）", " (optional)"}},
	[SAY_TEXT_HINT] = {{"哪里做得好，哪里还没有解决",
			    "What was good, what is still not solved"}},
	[SAY_HIDDEN] = {{"请不要留电话和邮箱：长数字和邮箱会自动隐去。",
			 "Please leave no phone number or e-mail address: long numbers and "
			 "addresses are taken out."}},
	[SAY_SEND] = {{"提交", "Send"}},
	[SAY_UNTIL] = {{"这个链接只能填写一次，有效期至 ", "This link works once, until "}},
	[SAY_CHOOSE] = {{"请先选择一个表情。", "Please choose one of the faces first."}},
	[SAY_THANKS] = {{"谢谢您的评价", "Thank you"}},
	[SAY_DONE] = {{"我们已经收到。您的意见会帮助我们做得更好。",
		       "We have your answer. It helps us to do better."}},
	[SAY_DONE_BAD] = {{"很抱歉没有让您满意。我们会重新查看这件事。",
			   "We are sorry that it did not go well. We will look at it again."}},
	[SAY_BEFORE] = {{"您已经评价过了", "You have answered already"}},
	[SAY_BEFORE_MORE] = {{"谢谢！每个链接只能填写一次，之前的评价已经收到。",
			      "Thank you! A link works once, and we have your first answer."}},
	[SAY_OVER] = {{"链接已过期", "This link has expired"}},
	[SAY_OVER_MORE] =
		{{"评价的时间已经过去。如果问题还没有解决，请用原来的渠道再写一次。",
		  "The time to answer is over. If it is still not solved, write to us "
		  "again the way you did before."}},
};

static const struct page_phrase scores[] = {
	{{"很不满意", "Very bad"}}, {{"不满意", "Bad"}},       {{"一般", "Fair"}},
	{{"满意", "Good"}},	    {{"很满意", "Very good"}},
};

static const char style[] =
	".faces{display:grid;margin-top:10px;grid-template-columns:repeat(5,1fr);gap:8px}"
	".face{position:relative}"
	".face input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;"
	"cursor:pointer}"
	".face label{display:flex;flex-direction:column;align-items:center;gap:8px;height:100%;"
	"padding:14px 2px 12px;border:2px solid var(--line);border-radius:14px;"
	"font-size:.875rem;line-height:1.3;text-align:center;color:var(--soft)}"
	".face svg{width:46px;height:46px;fill:none;stroke:currentColor;stroke-width:2.4;"
	"stroke-linecap:round;stroke-linejoin:round}"
	".face input:hover+label{border-color:var(--soft);color:var(--ink)}"
	".f1{--face:var(--bad)}.f2{--face:var(--warn)}.f3{--face:var(--main)}"
	".f4,.f5{--face:var(--good)}"
	".face input:checked+label{border-color:var(--face);color:var(--face);font-weight:600;"
	"background:color-mix(in srgb,var(--face) 9%,transparent)}"
	".face input:focus-visible+label{outline:3px solid var(--main);outline-offset:2px}"
	".field small{display:block;margin-top:6px}.over{margin:18px 0 0}"
	"@media(max-width:480px){.faces{gap:5px}.face svg{width:40px;height:40px}"
	".face label{font-size:.75rem;padding:12px 0 10px;border-radius:12px}}";

/* ---- the form */

#define FACE(mouth)                                            \
	"<svg viewBox=\"0 0 48 48\" aria-hidden=true>"         \
	"<circle cx=24 cy=24 r=20 />"                          \
	"<path d=\"M17 19v1.5M31 19v1.5\" stroke-width=3.4 />" \
	"<path d=\"" mouth "\" /></svg>"

static void put_face(struct page *p, int score)
{
	switch (score) {
	case 1: page_html(p, FACE("M15 34c3-7 15-7 18 0")); break;
	case 2: page_html(p, FACE("M16 33c4-4 12-4 16 0")); break;
	case 3: page_html(p, FACE("M16 31h16")); break;
	case 4: page_html(p, FACE("M16 29c4 4 12 4 16 0")); break;
	default: page_html(p, FACE("M14 27h20c-1 11-19 11-20 0z"));
	}
}

static void put_faces(struct page *p)
{
	page_html(p, "<fieldset class=field><legend>");
	page_say(p, says[SAY_QUESTION]);
	page_html(p, "</legend><div class=faces>\n");
	for (int score = 1; score <= 5; score++) {
		char class[] = "face f0", id[] = "s0";
		class[6] = id[1] = (char)('0' + score);
		page_html(p, "<div");
		page_attr(p, "class", heard_str(class));
		page_html(p, "><input type=radio name=score required");
		page_attr(p, "id", heard_str(id));
		page_attr_int(p, "value", score);
		page_html(p, "><label");
		page_attr(p, "for", heard_str(id));
		page_html(p, ">");
		put_face(p, score);
		page_html(p, "<span>");
		page_say(p, scores[score - 1]);
		page_html(p, "</span></label></div>\n");
	}
	page_html(p, "</div></fieldset>\n");
}

static void put_text(struct page *p, struct heard_str text)
{
	page_html(p, "<div class=field><label for=text>");
	page_say(p, says[SAY_TEXT]);
	page_html(p, "<span class=soft>");
	page_say(p, says[SAY_OPTIONAL]);
	page_html(p, "</span></label><textarea id=text name=text rows=4");
	page_attr_int(p, "maxlength", MAX_CHARACTERS);
	page_attr(p, "placeholder", heard_str(page_said(p, says[SAY_TEXT_HINT])));
	page_html(p, ">\n"); /* a line break here is not part of the text */
	page_text(p, text);
	page_html(p, "</textarea><small>");
	page_say(p, says[SAY_HIDDEN]);
	page_html(p, "</small></div>\n");
}

void page_question_put(struct page *p, const struct page_question *q, struct heard_zone *zone)
{
	char action[PAGE_PATH_MAX + 16];
	snprintf(action, sizeof(action), "%s?lang=%s", q->path,
		 p->lang == PAGE_ZH ? "zh" : "en");
	page_html(p, "<p class=lead>");
	page_say(p, says[SAY_LEAD]);
	page_html(p, "</p>\n");
	if (q->is_score_missing) {
		page_html(p, "<p class=\"note bad\" role=alert>");
		page_say(p, says[SAY_CHOOSE]);
		page_html(p, "</p>\n");
	}
	page_html(p, "<form class=\"card wrap-button\" method=post accept-charset=utf-8");
	page_attr(p, "action", heard_str(action));
	page_html(p, ">\n");
	put_faces(p);
	put_text(p, q->text);
	page_html(p, "<button class=button type=submit>");
	page_say(p, says[SAY_SEND]);
	page_html(p, "</button></form>\n<p class=soft>");
	page_say(p, says[SAY_UNTIL]);
	page_time(p, q->until, zone);
	page_html(p, "</p>\n");
}

/* ---- the pages */

struct visit { /* of one follow-up */
	struct pages *pages;
	struct heard_http *take;
	struct page_visit at;
	enum page_lang lang;
	struct store_follow_up is; /* without its texts */
};

static void begin(const struct visit *v, struct page *p, int title)
{
	page_begin(
		p, v->lang,
		&(struct page_options){
			.title = says[title], .style = style, .path = "", .is_private = true});
}

static void reply_form(const struct visit *v, struct heard_str text, bool is_score_missing)
{
	struct page p;
	begin(v, &p, SAY_TITLE);
	page_question_put(&p,
			  &(struct page_question){.path = v->at.path,
						  .text = text,
						  .is_score_missing = is_score_missing,
						  .until = v->is.expires_at},
			  heard_zone(v->pages->host));
	page_reply(&p, v->take, is_score_missing ? 422 : 200);
}

static void put_sign(struct page *p, bool is_late)
{
	if (is_late)
		page_html(p, "<svg class=late viewBox=\"0 0 48 48\" aria-hidden=true>"
			     "<circle cx=24 cy=24 r=20 /><path d=\"M24 13v11l7 5\" /></svg>");
	else
		page_html(p,
			  "<svg viewBox=\"0 0 48 48\" aria-hidden=true>"
			  "<circle cx=24 cy=24 r=20 /><path d=\"M15 25l6 6 12-13\" /></svg>");
}

static void reply_note(const struct visit *v, int title, int text, int status)
{
	struct page p;
	begin(v, &p, title);
	page_html(&p, "<div class=\"card empty\">");
	put_sign(&p, text == SAY_OVER_MORE);
	page_html(&p, "<p>");
	page_say(&p, says[text]);
	page_html(&p, "</p>");
	struct heard_str contact = page_contact(v->pages, v->lang);
	if (text == SAY_OVER_MORE && contact.len) {
		page_html(&p, "<p>");
		page_text(&p, contact);
		page_html(&p, "</p>");
	}
	page_html(&p, "</div>\n");
	page_reply(&p, v->take, status);
}

static bool is_bad(const struct visit *v)
{
	const struct store_rules *rules = v->pages->rules ? v->pages->rules
							  : &store_default_rules;
	return v->is.score <= rules->follow_up_bad;
}

/* Answered: the first look after it says more. */
static void reply_answered(const struct visit *v, int status)
{
	char done[4];
	bool is_first = page_query(heard_http_query(v->take), "done", done, sizeof(done));
	if (!is_first)
		reply_note(v, SAY_BEFORE, SAY_BEFORE_MORE, status);
	else
		reply_note(v, SAY_THANKS, is_bad(v) ? SAY_DONE_BAD : SAY_DONE, status);
}

/* ---- taking the answer */

static bool is_form(const struct heard_http *request)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct heard_str type = heard_http_header(request, "Content-Type");
	if (heard_http_header(request, "Content-Encoding").len || type.len < sizeof(form) - 1 ||
	    strncasecmp(type.ptr, form, sizeof(form) - 1) != 0)
		return false;
	struct heard_str rest = heard_str_trim(heard_str_skip(type, sizeof(form) - 1));
	return rest.len == 0 || rest.ptr[0] == ';';
}

static int64_t read_score(struct heard_str body)
{
	char text[4];
	if (!page_query(body, "score", text, sizeof(text)) || strlen(text) != 1)
		return 0;
	return text[0] >= '1' && text[0] <= '5' ? text[0] - '0' : 0;
}

/* Unix line ends, no control characters, and not too many. */
static void add_plain(struct heard_buf *out, struct heard_str text)
{
	const char *s = text.ptr, *end = s + text.len;
	for (int n = 0; s < end && n < MAX_CHARACTERS; n++) {
		uint32_t c;
		size_t len = text_decode(s, end, &c);
		if (c == '\r')
			n--;
		else if (c == 0x7f || (c < ' ' && c != '\n' && c != '\t'))
			heard_buf_puts(out, " ");
		else
			heard_buf_add(out, s, len);
		s += len;
	}
}

/* The field `text` as it was typed, in *typed; false without memory. */
static bool read_text(struct heard_str body, struct heard_buf *typed)
{
	struct heard_buf raw;
	heard_buf_init(&raw, MAX_FORM + 1);
	char *room = heard_buf_room(&raw, MAX_FORM);
	if (room && page_query(body, "text", room, MAX_FORM))
		add_plain(typed, heard_str_trim(heard_str(room)));
	heard_buf_release(&raw);
	return room != NULL && !typed->failed;
}

static void send_on(const struct visit *v)
{
	char to[PAGE_PATH_MAX + 32];
	snprintf(to, sizeof(to), "%s?done=1&lang=%s", v->at.path,
		 v->lang == PAGE_ZH ? "zh" : "en");
	page_see_other(v->take, to);
}

static void keep_answer(const struct visit *v, int64_t score, struct heard_str text)
{
	struct heard_error err;
	int result = store_follow_up_answer(*v->pages->store, v->at.token, score, text,
					    heard_now(v->pages->host), &err);
	if (result == -EEXIST) {
		reply_note(v, SAY_BEFORE, SAY_BEFORE_MORE, 409);
	} else if (result == -ETIME) {
		reply_note(v, SAY_OVER, SAY_OVER_MORE, 410);
	} else if (result) {
		page_trouble(v->pages, v->take, &err);
	} else {
		send_on(v);
		if (v->pages->changed)
			v->pages->changed(v->pages->arg);
	}
}

static void take_answer(const struct visit *v)
{
	struct heard_str body = heard_http_body(v->take);
	int64_t score = read_score(body);
	struct heard_buf typed, clean;
	heard_buf_init(&typed, MAX_FORM);
	heard_buf_init(&clean, 2 * MAX_FORM);
	bool has_text = read_text(body, &typed);
	page_hide(&clean, heard_buf_view(&typed));
	if (!has_text || clean.failed)
		page_trouble(v->pages, v->take,
			     &(struct heard_error){.text = "no memory for an answer"});
	else if (score == 0)
		reply_form(v, heard_buf_view(&typed), true);
	else
		keep_answer(v, score, heard_buf_view(&clean));
	heard_buf_release(&typed);
	heard_buf_release(&clean);
}

/* ---- the handler */

static void read_follow_up(void *arg, const struct store_follow_up *f)
{
	struct visit *v = arg;
	v->lang = page_visit_lang(v->take, f->lang);
	v->is = *f;
	v->is.subject = v->is.lang = heard_str(NULL);
}

void page_follow_up_handle(void *arg, struct heard_http *take)
{
	struct pages *pages = arg;
	struct heard_error err;
	struct visit v = {.pages = pages, .take = take};
	bool is_post = heard_http_method(take) == HEARD_HTTP_POST;
	page_visit_read(&v.at, pages, take, "/follow-up/");
	int result = store_follow_up(*pages->store, v.at.token, read_follow_up, &v, &err);
	if (result == -ENOENT)
		page_unknown(pages, take);
	else if (result)
		page_trouble(pages, take, &err);
	else if (v.is.answered_at != HEARD_TIME_NONE)
		reply_answered(&v, is_post ? 409 : 200);
	else if (heard_now(pages->host) >= v.is.expires_at)
		reply_note(&v, SAY_OVER, SAY_OVER_MORE, 410);
	else if (!is_post)
		reply_form(&v, heard_str(NULL), false);
	else if (!is_form(take))
		page_problem(take, 415, "send application/x-www-form-urlencoded");
	else
		take_answer(&v);
}
