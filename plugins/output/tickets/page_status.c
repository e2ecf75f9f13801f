/*
 * page_status.c - GET /status/TOKEN: where it stands, in plain words.
 *
 * From the most to the least wanted: the state and the time of the next promise, the
 * answers, the way so far with what is still to come, and what to do if it is not
 * solved.  The words are made from states and times; of the record itself nothing is
 * shown, so a link that got into other hands tells of a ticket and of nobody.
 *
 * A ticket that was taken for spam looks as it did the moment before, and grows late like
 * any other: who sent spam learns nothing, and who did not is not insulted.
 */
#include "pages.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/json.h>
#include <heard/time.h>
#include <store/store.h>

#include <errno.h>
#include <string.h>

enum { MAX_JSON = 4 << 20 };

enum {
	SAY_TITLE,
	SAY_RECEIVED_AT,
	SAY_ANSWER_BY,
	SAY_NEWS_BY,
	SAY_RESOLVED_AT,
	SAY_LATE,
	SAY_ANSWERS,
	SAY_STEPS,
	SAY_TO_COME,
	SAY_MORE,
	SAY_MORE_HOW,
	SAY_UNSOLVED,
	SAY_UNSOLVED_HOW,
	SAY_CONTACT,
	SAY_KEEP,
};
static const struct page_phrase says[] = {
	[SAY_TITLE] = {{"反馈进度", "Your feedback"}},
	[SAY_RECEIVED_AT] = {{"收到时间", "Received"}},
	[SAY_ANSWER_BY] = {{"最晚答复", "Answer by"}},
	[SAY_NEWS_BY] = {{"最晚进展", "Next news by"}},
	[SAY_RESOLVED_AT] = {{"解决时间", "Resolved"}},
	[SAY_LATE] =
		{{"我们超过了承诺的时间，很抱歉让您久等。这件事已标记为超时，会优先处理。",
		  "We are later than we promised, and we are sorry. It is marked as overdue "
		  "and comes first now."}},
	[SAY_ANSWERS] = {{"我们的答复", "Our answer"}},
	[SAY_STEPS] = {{"处理过程", "What happened"}},
	[SAY_TO_COME] = {{"（待进行）", " (to come)"}},
	[SAY_MORE] = {{"还想补充？", "Something to add?"}},
	[SAY_MORE_HOW] =
		{{"请用原来的渠道再写一次，留下同样的联系方式，内容会并入这一条。",
		  "Write again the same way and with the same contact: it will be added "
		  "to this one."}},
	[SAY_UNSOLVED] = {{"还没有解决？", "Still not solved?"}},
	[SAY_UNSOLVED_HOW] =
		{{"请用原来的渠道再写一次，留下同样的联系方式，说明还有什么问题，我们会接着这一"
		  "条继续处理。",
		  "Write again the same way and with the same contact, and say what is still "
		  "wrong: we will go on from here."}},
	[SAY_CONTACT] = {{"也可以联系：%s", "Or turn to: %s"}},
	[SAY_KEEP] =
		{{"凭这个链接随时可以查看进度，请妥善保存，不要转发。",
		  "This link always shows how far it is. Keep it, and keep it to yourself."}},
};

/* What a state means to whoever wrote. */
static const struct {
	struct page_phrase word, sentence;
	enum { PLAIN, GOOD, WARN } colour;
} states[STORE_STATES] = {
	[STORE_NEW] = {{{"已收到", "Received"}},
		       {{"我们已收到您的反馈，很快会有人处理。",
			 "We have your feedback, and somebody will look into it soon."}},
		       PLAIN},
	[STORE_OPENED] = {{{"处理中", "Being handled"}},
			  {{"我们正在处理您的反馈。", "We are working on your feedback."}},
			  PLAIN},
	[STORE_WAITING] = {{{"等您回复", "Waiting for you"}},
			   {{"我们有一个问题需要您回复，收到后会继续处理。",
			     "We have a question for you, and go on as soon as you reply."}},
			   WARN},
	[STORE_RESOLVED] = {{{"已解决", "Resolved"}},
			    {{"您反馈的问题已经处理完毕。",
			      "What you told us of has been dealt with."}},
			    GOOD},
	[STORE_CLOSED] = {{{"已结束", "Closed"}},
			  {{"这条反馈已经处理结束。",
			    "This feedback is dealt with and closed."}},
			  GOOD},
	[STORE_REOPENED] = {{{"重新处理中", "Being handled again"}},
			    {{"我们正在重新处理您的反馈。",
			      "We are working on your feedback once more."}},
			    PLAIN},
};

/* The names of steps in store_status, and what they are called. */
static const struct step {
	const char *what;
	struct page_phrase said, to_come;
} steps[] = {
	{"received", {{"收到反馈", "Received"}}, {{NULL}}},
	{"open", {{"开始处理", "Handling began"}}, {{"开始处理", "Handling"}}},
	{"waiting", {{"等待您的回复", "Waiting for your reply"}}, {{NULL}}},
	{"answered", {{"已答复", "Answered"}}, {{"答复您", "An answer to you"}}},
	{"resolved", {{"已解决", "Resolved"}}, {{"解决问题", "A solution"}}},
	{"reopened", {{"重新处理", "Taken up again"}}, {{NULL}}},
	{"closed", {{"已结束", "Closed"}}, {{NULL}}},
};

static const struct step *step_find(const char *what)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i].what, what) == 0)
			return &steps[i];
	return NULL;
}

/* The steps to a state bear its name, and none leads to spam. */
static enum store_state shown_state(const struct store_status *s)
{
	enum store_state state = STORE_NEW;
	if (s->state != STORE_SPAM && s->state != STORE_MERGED)
		return s->state;
	for (size_t i = 0; i < s->n_steps; i++) {
		int reached = store_state_find(heard_str(s->steps[i].what));
		state = reached < 0 ? state : (enum store_state)reached;
	}
	return state;
}

static bool is_live(const struct store_status *s)
{
	return store_state_is_live(shown_state(s));
}

/* In the round that is at work. */
static bool has_step(const struct store_status *s, const char *what)
{
	bool has = false;
	for (size_t i = 0; i < s->n_steps; i++)
		if (strcmp(s->steps[i].what, "reopened") == 0)
			has = false;
		else if (strcmp(s->steps[i].what, what) == 0)
			has = true;
	return has;
}

/* ---- the state */

static void put_fact(struct page *p, struct page_phrase name, int64_t at,
		     struct heard_zone *zone)
{
	if (at == HEARD_TIME_NONE)
		return;
	page_html(p, "<dt>");
	page_say(p, name);
	page_html(p, "</dt><dd>");
	page_time(p, at, zone);
	page_html(p, "</dd>\n");
}

static void put_pill(struct page *p, enum store_state state)
{
	switch (states[state].colour) {
	case GOOD: page_html(p, "<p><span class=\"pill good\">"); break;
	case WARN: page_html(p, "<p><span class=\"pill warn\">"); break;
	default: page_html(p, "<p><span class=\"pill at-work\">");
	}
	page_say(p, states[state].word);
	page_html(p, "</span></p>\n");
}

static void put_state(struct page *p, const struct store_status *s,
		      const struct page_view *view)
{
	enum store_state state = shown_state(s);
	bool is_promised = is_live(s) && s->expected_at != HEARD_TIME_NONE;
	page_html(p, "<section class=card>");
	put_pill(p, state);
	page_html(p, "<p class=state>");
	page_say(p, states[state].sentence);
	page_html(p, "</p>\n");
	if (is_promised && s->expected_at < view->now) {
		page_html(p, "<p class=\"note warn\">");
		page_say(p, says[SAY_LATE]);
		page_html(p, "</p>\n");
	}
	page_html(p, "<dl class=facts>");
	if (is_promised)
		put_fact(p, says[has_step(s, "answered") ? SAY_NEWS_BY : SAY_ANSWER_BY],
			 s->expected_at, view->zone);
	if (!is_live(s))
		put_fact(p, says[SAY_RESOLVED_AT], s->resolved_at, view->zone);
	put_fact(p, says[SAY_RECEIVED_AT], s->received_at, view->zone);
	page_html(p, "</dl></section>\n");
}

/* ---- answers, and the way */

static void put_answers(struct page *p, const struct store_status *s, struct heard_zone *zone)
{
	if (s->n_answers == 0)
		return;
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_ANSWERS]);
	page_html(p, "</h2>\n");
	for (size_t i = 0; i < s->n_answers; i++) {
		page_html(p, "<article class=answer><small>");
		page_time(p, s->answers[i].at, zone);
		page_html(p, "</small><blockquote>");
		page_lines(p, heard_str_trim(s->answers[i].text));
		page_html(p, "</blockquote></article>\n");
	}
	page_html(p, "</section>\n");
}

static void put_to_come(struct page *p, const char *what)
{
	page_html(p, "<li>");
	page_say(p, step_find(what)->to_come);
	page_html(p, "<span class=hidden>");
	page_say(p, says[SAY_TO_COME]);
	page_html(p, "</span></li>\n");
}

static void put_steps(struct page *p, const struct store_status *s, struct heard_zone *zone)
{
	page_html(p, "<section class=card><h2>");
	page_say(p, says[SAY_STEPS]);
	page_html(p, "</h2><ol class=steps>\n");
	for (size_t i = 0; i < s->n_steps; i++) {
		const struct step *step = step_find(s->steps[i].what);
		if (!step)
			continue;
		if (i + 1 == s->n_steps && is_live(s))
			page_html(p, "<li class=\"done now\">");
		else
			page_html(p, "<li class=done>");
		page_say(p, step->said);
		page_time(p, s->steps[i].at, zone);
		page_html(p, "</li>\n");
	}
	if (shown_state(s) == STORE_NEW && !has_step(s, "open"))
		put_to_come(p, "open");
	if (is_live(s) && !has_step(s, "answered"))
		put_to_come(p, "answered");
	if (is_live(s))
		put_to_come(p, "resolved");
	page_html(p, "</ol></section>\n");
}

static void put_what_else(struct page *p, const struct store_status *s,
			  const struct page_view *view)
{
	bool live = is_live(s);
	page_html(p, "<section class=beside><h2>");
	page_say(p, says[live ? SAY_MORE : SAY_UNSOLVED]);
	page_html(p, "</h2><p>");
	page_say(p, says[live ? SAY_MORE_HOW : SAY_UNSOLVED_HOW]);
	page_html(p, "</p>");
	if (view->contact.len) {
		page_html(p, "<p>");
		page_say_with(p, says[SAY_CONTACT], view->contact);
		page_html(p, "</p>");
	}
	page_html(p, "<p class=soft>");
	page_say(p, says[SAY_KEEP]);
	page_html(p, "</p></section>\n");
}

void page_status_put(struct page *p, const struct store_status *s, const struct page_view *view)
{
	put_state(p, s, view);
	put_answers(p, s, view->zone);
	put_steps(p, s, view->zone);
	put_what_else(p, s, view);
}

/* ---- for programs */

static void json_time_at(struct heard_json_out *w, const char *key, int64_t ms)
{
	char text[HEARD_TIME_SIZE];
	if (ms == HEARD_TIME_NONE) {
		heard_json_null(w, key);
		return;
	}
	heard_time_format(ms, text);
	heard_json_str(w, key, heard_str(text));
}

void page_status_json(struct heard_buf *out, const struct store_status *s)
{
	struct heard_json_out w = {.buf = out};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "state", heard_str(store_state_name(shown_state(s))));
	json_time_at(&w, "received_at", s->received_at);
	json_time_at(&w, "expected_at", is_live(s) ? s->expected_at : HEARD_TIME_NONE);
	json_time_at(&w, "resolved_at", s->resolved_at);
	heard_json_begin(&w, "steps", '[');
	for (size_t i = 0; i < s->n_steps; i++) {
		heard_json_begin(&w, NULL, '{');
		json_time_at(&w, "at", s->steps[i].at);
		heard_json_str(&w, "what", heard_str(s->steps[i].what));
		heard_json_end(&w, '}');
	}
	heard_json_end(&w, ']');
	heard_json_begin(&w, "answers", '[');
	for (size_t i = 0; i < s->n_answers; i++) {
		heard_json_begin(&w, NULL, '{');
		json_time_at(&w, "at", s->answers[i].at);
		heard_json_str(&w, "text", s->answers[i].text);
		heard_json_end(&w, '}');
	}
	heard_json_end(&w, ']');
	heard_json_end(&w, '}');
}

/* ---- the handler */

struct showing {
	struct pages *pages;
	struct heard_http *take;
};

static void reply_json(struct heard_http *take, const struct store_status *s)
{
	struct heard_buf out;
	heard_buf_init(&out, MAX_JSON);
	page_status_json(&out, s);
	heard_http_set_header(take, "Vary", "Accept");
	if (out.failed) {
		page_problem(take, 503, "this cannot be shown at the moment");
	} else {
		page_headers(take, NULL, true);
		heard_http_reply(take, 200, "application/json", heard_buf_view(&out));
	}
	heard_buf_release(&out);
}

static void show(void *arg, const struct store_status *s)
{
	static const char style[] =
		".state{font-size:1.2rem;line-height:1.5;font-weight:600;margin:.2em 0 1em}"
		".pill.at-work{color:var(--main);border-color:currentColor}"
		".answer+.answer{margin-top:1.4em}.answer small{display:block;margin:0 0 6px}"
		".answer blockquote{margin:0}.beside{padding:0 4px}.beside "
		"h2{margin-top:1.2em}";
	struct showing *showing = arg;
	struct page p;
	if (page_wants_json(showing->take)) {
		reply_json(showing->take, s);
		return;
	}
	enum page_lang lang = page_visit_lang(showing->take, s->lang);
	page_begin(&p, lang,
		   &(struct page_options){.title = says[SAY_TITLE],
					  .style = style,
					  .path = "",
					  .is_private = true});
	page_status_put(&p, s,
			&(struct page_view){.now = heard_now(showing->pages->host),
					    .zone = heard_zone(showing->pages->host),
					    .contact = page_contact(showing->pages, lang)});
	page_reply(&p, showing->take, 200);
}

void page_status_get(void *arg, struct heard_http *take)
{
	struct pages *pages = arg;
	struct heard_error err;
	struct page_visit visit;
	struct showing showing = {pages, take};
	page_visit_read(&visit, pages, take, "/status/");
	int result = store_status(*pages->store, visit.token, show, &showing, &err);
	if (result == -ENOENT)
		page_unknown(pages, take);
	else if (result)
		page_trouble(pages, take, &err);
}
