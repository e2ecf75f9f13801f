/*
 * page_mount.c - the pages' routes, and what is the same for all of them.
 *
 * Several stores may hang on one listener, so the paths are shared: who does not know a
 * token passes, and the last one says that nobody does.  It says so in one and the same
 * page, whether the token is malformed, was never given out, has been erased or belongs
 * to a record that became no ticket.
 */
#include "pages.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/time.h>
#include <store/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* 2000 characters of four bytes, each as %XX, and the rest of the form. */
	MAX_FORM = 32 << 10,
	/* For so long after it was sent, feedback may still be on its way to the store. */
	SENT_S = 120,
	AGAIN_S = 4,
};

enum {
	SAY_NOTHING,
	SAY_REASONS,
	SAY_INCOMPLETE,
	SAY_TOO_SOON,
	SAY_NO_TICKET,
	SAY_ERASED,
	SAY_SENT,
	SAY_SAFE,
	SAY_APPEARS,
	SAY_TROUBLE,
	SAY_TROUBLE_MORE,
};
static const struct page_phrase says[] = {
	[SAY_NOTHING] = {{"没有找到内容", "Nothing to show here"}},
	[SAY_REASONS] = {{"这个链接下没有可以显示的内容，可能是因为：",
			  "There is nothing under this link. It may be that:"}},
	[SAY_INCOMPLETE] = {{"链接不完整：请从短信、邮件或页面中重新完整复制",
			     "the link is not complete: please copy all of it once more"}},
	[SAY_TOO_SOON] = {{"反馈刚刚提交：请稍等片刻，再刷新本页",
			   "you have only just sent your feedback: wait a moment and reload"}},
	[SAY_NO_TICKET] = {{"表扬等不需要答复的留言没有处理进度",
			    "praise, and what needs no answer, has no progress to show"}},
	[SAY_ERASED] = {{"保存期限已过，记录已经删除",
			 "it was kept for as long as we may, and is deleted by now"}},
	[SAY_SENT] = {{"反馈已收到", "We have your feedback"}},
	[SAY_SAFE] = {{"谢谢！您的反馈已经安全保存。",
		       "Thank you! Your feedback is safe with us."}},
	[SAY_APPEARS] =
		{{"如果需要处理，进度很快就会显示在这里；本页会自动刷新，请收藏这个链接。",
		  "If it needs handling, its progress will appear here in a moment: this "
		  "page looks again by itself. Keep the link."}},
	[SAY_TROUBLE] = {{"暂时无法显示", "Not available at the moment"}},
	[SAY_TROUBLE_MORE] = {{"系统正忙，请过一分钟返回上一页再试。",
			       "We are busy. Please go back and try again in a minute."}},
};

const struct heard_option promise_table[] = {
	{.name = "channels",
	 HEARD_LIST(struct promise, channels),
	 .value = "",
	 .help = "How customers reach you, in words, on the page /promise"},
	{.name = "channels_en",
	 HEARD_LIST(struct promise, channels_en),
	 .value = "",
	 .help = "The same on the English page; empty: as `channels`"},
	{.name = "contact",
	 HEARD_STRING(struct promise, contact),
	 .value = "",
	 .help = "Whom customers turn to when nothing else helped, on the pages"},
	{.name = "contact_en",
	 HEARD_STRING(struct promise, contact_en),
	 .value = "",
	 .help = "The same on the English pages; empty: as `contact`"},
	{.name = NULL},
};

/* ---- a visit */

void page_visit_read(struct page_visit *v, const struct pages *pages,
		     const struct heard_http *request, const char *prefix)
{
	unsigned char hash[32];
	char text[STORE_TOKEN_TEXT];
	struct heard_str token = heard_str_skip(heard_http_path(request), strlen(prefix));
	memset(v, 0, sizeof(*v));
	v->is_malformed = !store_token_parse(token, v->token);
	if (v->is_malformed) {
		heard_keyed_hash(pages->host, "malformed", token, hash);
		memcpy(v->token, hash, sizeof(v->token));
	}
	store_token_format(v->token, text);
	snprintf(v->path, sizeof(v->path), "%s%s", prefix, text);
}

enum page_lang page_visit_lang(const struct heard_http *request, struct heard_str record_lang)
{
	enum page_lang theirs = page_lang_of(request, PAGE_ZH);
	return page_lang_choose(heard_http_query(request), heard_str(NULL),
				page_lang_read(record_lang, theirs));
}

static bool accepts(const struct heard_http *request, const char *type)
{
	struct heard_str accept = heard_http_header(request, "Accept");
	return accept.len && memmem(accept.ptr, accept.len, type, strlen(type)) != NULL;
}

struct heard_str page_contact(const struct pages *pages, enum page_lang lang)
{
	const struct promise *promise = &pages->promise;
	bool is_english = lang == PAGE_EN && promise->contact_en && promise->contact_en[0];
	return heard_str(is_english ? promise->contact_en : promise->contact);
}

bool page_wants_json(const struct heard_http *request)
{
	return accepts(request, "application/json") && !accepts(request, "text/html");
}

/* ---- what goes wrong */

static void begin(struct page *p, const struct heard_http *request, int title,
		  int64_t refresh_s)
{
	page_begin(p, page_lang_of(request, PAGE_ZH),
		   &(struct page_options){.title = says[title],
					  .style = ".plainly{margin:0;padding-left:1.2em}"
						   ".plainly li{margin:.3em 0}",
					  .path = "",
					  .is_private = true,
					  .refresh_s = refresh_s});
}

/* The form sends people on with the moment of sending, "sent=SECONDS". */
static bool was_just_sent(const struct pages *pages, const struct heard_http *request)
{
	char text[16], *end;
	if (!page_query(heard_http_query(request), "sent", text, sizeof(text)) || !text[0])
		return false;
	int64_t gone = heard_now(pages->host) / 1000 - strtoll(text, &end, 10);
	return *end == '\0' && gone >= 0 && gone < SENT_S;
}

static void put_reasons(struct page *p)
{
	page_html(p, "<div class=card><p>");
	page_say(p, says[SAY_REASONS]);
	page_html(p, "</p><ul class=plainly>");
	for (int i = SAY_INCOMPLETE; i <= SAY_ERASED; i++) {
		page_html(p, "<li>");
		page_say(p, says[i]);
		page_html(p, "</li>");
	}
	page_html(p, "</ul></div>\n");
}

static void put_sent(struct page *p)
{
	page_html(p, "<div class=card><p class=\"note good\" role=status>");
	page_say(p, says[SAY_SAFE]);
	page_html(p, "</p><p>");
	page_say(p, says[SAY_APPEARS]);
	page_html(p, "</p><p class=soft>");
	page_say(p, says[SAY_NO_TICKET]);
	page_say(p, (struct page_phrase){{"。", "."}});
	page_html(p, "</p></div>\n");
}

void page_unknown(struct pages *pages, struct heard_http *take)
{
	struct page p;
	bool is_sent = was_just_sent(pages, take);
	if (!heard_http_is_last(take)) {
		heard_http_pass(take);
		return;
	}
	if (page_wants_json(take)) {
		page_problem(take, 404, "nothing is known under this link");
		return;
	}
	begin(&p, take, is_sent ? SAY_SENT : SAY_NOTHING, is_sent ? AGAIN_S : 0);
	if (is_sent)
		put_sent(&p);
	else
		put_reasons(&p);
	page_reply(&p, take, 404);
}

void page_trouble(struct pages *pages, struct heard_http *take, const struct heard_error *err)
{
	heard_log(pages->host, HEARD_WARN, "a page cannot be shown: %s", err->text);
	heard_http_set_header(take, "Retry-After", "5");
	if (page_wants_json(take)) {
		page_problem(take, 503, "this cannot be shown at the moment");
		return;
	}
	struct page p;
	begin(&p, take, SAY_TROUBLE, 0);
	page_html(&p, "<div class=card><p>");
	page_say(&p, says[SAY_TROUBLE_MORE]);
	page_html(&p, "</p></div>\n");
	page_reply(&p, take, 503);
}

/* ---- routes */

int pages_mount(struct pages *pages, struct heard_error *err)
{
	static const struct {
		const char *path;
		unsigned methods;
		int64_t max_body;
		void (*handle)(void *, struct heard_http *);
	} routes[] = {
		{"/status/*", HEARD_HTTP_GET, 0, page_status_get},
		{"/follow-up/*", HEARD_HTTP_GET | HEARD_HTTP_POST, MAX_FORM,
		 page_follow_up_handle},
		{"/board", HEARD_HTTP_GET, 0, page_board_get},
		{"/promise", HEARD_HTTP_GET, 0, page_promise_get},
	};
	const char *listener = pages->listener[0] ? pages->listener : "public";
	pages->figures.asked_at = HEARD_TIME_NONE;
	if (!pages->listener[0] && !heard_http_has_listener(pages->host, listener))
		return 0;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		struct heard_route route = {
			.listener = listener,
			.path = routes[i].path,
			.methods = routes[i].methods,
			.max_body = routes[i].max_body,
			.handle = routes[i].handle,
			.arg = pages,
			.is_shared = true,
		};
		if (heard_http_mount(pages->host, &route, err))
			return -err->code;
	}
	return 0;
}
