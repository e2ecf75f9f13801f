/*
 * screen.c - the pages of the form.
 *
 * The form is plain HTML: the browser checks what it can, the server checks all, and no
 * script is needed.  One field is asked for; what else helps is folded away, and open
 * only if something stands in it.
 *
 * The hidden fields come first and files last, since entry.c reads up to the first file.
 */
#include "screen.h"

#include <heard/host.h>
#include <heard/http.h>
#include <heard/str.h>
#include <once/once.h>
#include <page/page.h>

#include <stdio.h>
#include <string.h>

enum { MAX_WAY = 128 };

enum say {
	SAY_TITLE,
	SAY_LEAD,
	SAY_BODY,
	SAY_BODY_HINT,
	SAY_MORE,
	SAY_RATING,
	SAY_ORDER,
	SAY_PRODUCT,
	SAY_NAME,
	SAY_PHONE,
	SAY_EMAIL,
	SAY_CONTACT,
	SAY_FILES,
	SAY_FILES_COUNT,
	SAY_FILES_SIZE,
	SAY_FILES_AGAIN,
	SAY_CONSENT,
	SAY_CONSENT_VERSION,
	SAY_SEND,
	SAY_LATER,
	SAY_THANKS,
	SAY_SAFE,
	SAY_FOLLOW,
	SAY_ANOTHER,
};

static const struct page_phrase says[] = {
	[SAY_TITLE] = {{"意见反馈", "Your feedback"}},
	[SAY_LEAD] =
		{{"遇到的问题、建议或表扬，都请告诉我们。每一条都有人看。",
		  "A problem, an idea, or praise: tell us. A person reads every message."}},
	[SAY_BODY] = {{"您想告诉我们什么？", "What would you like to tell us?"}},
	[SAY_BODY_HINT] = {{"发生了什么，什么时候，您希望怎样解决",
			    "What happened, when, and what would put it right"}},
	[SAY_MORE] = {{"补充信息（选填）", "Add details (optional)"}},
	[SAY_RATING] = {{"总体评价", "Overall rating"}},
	[SAY_ORDER] = {{"订单号", "Order number"}},
	[SAY_PRODUCT] = {{"商品", "Product"}},
	[SAY_NAME] = {{"怎么称呼您", "Your name"}},
	[SAY_PHONE] = {{"手机号", "Phone number"}},
	[SAY_EMAIL] = {{"邮箱", "E-mail"}},
	[SAY_CONTACT] = {{"联系方式加密保存，只用于处理这条反馈。",
			  "Contacts are kept encrypted and used for this message only."}},
	[SAY_FILES] = {{"图片或文件（选填）", "Pictures or files (optional)"}},
	[SAY_FILES_COUNT] = {{"最多 %s 个，", "Up to %s, "}},
	[SAY_FILES_SIZE] = {{"每个不超过 %s：", "%s each: "}},
	[SAY_FILES_AGAIN] = {{"之前选的文件需要重新选择。",
			      "Files chosen before have to be chosen again."}},
	[SAY_CONSENT] = {{"我同意为处理这条反馈而使用我在此填写的内容，联系方式加密保存。",
			  "I agree that what I write here is used to deal with this message. "
			  "Contacts are kept encrypted."}},
	[SAY_CONSENT_VERSION] = {{"（说明版本 %s）", " (notice version %s)"}},
	[SAY_SEND] = {{"提交", "Send"}},
	[SAY_LATER] = {{"提交后会得到一个链接，可以随时查看进展和回复。",
			"After sending you get a link where you can follow it and read our "
			"answer."}},
	[SAY_THANKS] = {{"谢谢您", "Thank you"}},
	[SAY_SAFE] = {{"您的反馈已经收到并保存。", "Your message has arrived and is safe."}},
	[SAY_FOLLOW] = {{"查看进展和回复", "Follow it and read our answer"}},
	[SAY_ANOTHER] = {{"再写一条", "Write another"}},
};

/* A page and what it is filled in with. */
struct screen {
	struct page page;
	const struct http *http;
	const struct entry *entry; /* NULL: a new one */
	bool is_embedded;
};

static struct heard_str value_of(const struct screen *s, enum entry_field f)
{
	return s->entry ? entry_get(s->entry, f) : heard_str_n("", 0);
}

static void put_note(struct screen *s, enum form_fault fault)
{
	struct page *p = &s->page;
	if (fault == FAULT_NONE)
		return;
	page_html(p, "<p class=\"note bad\" role=alert>");
	page_say(p, fault_phrase(fault));
	if (s->http->has_files) {
		page_html(p, "<br>");
		page_say(p, says[SAY_FILES_AGAIN]);
	}
	page_html(p, "</p>\n");
}

static void put_hidden(struct screen *s, enum entry_field f, struct heard_str value)
{
	page_html(&s->page, "<input type=hidden");
	page_attr(&s->page, "name", heard_str(entry_name(f)));
	page_attr(&s->page, "value", value);
	page_html(&s->page, ">\n");
}

/* The token that was sent, if it may still be used: what was refused was not taken. */
static void put_token(struct screen *s, enum form_fault fault)
{
	char fresh[ONCE_TEXT];
	struct heard_str token = value_of(s, ENTRY_ONCE);
	if (fault == FAULT_NONE || fault == FAULT_SENT_BEFORE || fault == FAULT_EXPIRED ||
	    once_check(s->http->host, token) != ONCE_GOOD) {
		once_make(s->http->host, fresh);
		token = heard_str(fresh);
	}
	put_hidden(s, ENTRY_ONCE, token);
}

static void put_body(struct screen *s)
{
	struct page *p = &s->page;
	page_html(p, "<div class=field><label for=body>");
	page_say(p, says[SAY_BODY]);
	page_html(p, "</label><textarea id=body name=body rows=6 required");
	page_attr_int(p, "maxlength", ENTRY_BODY_MAX);
	page_attr(p, "placeholder", heard_str(page_said(p, says[SAY_BODY_HINT])));
	page_html(p, ">\n"); /* a line break here is not part of the text */
	page_text(p, value_of(s, ENTRY_BODY));
	page_html(p, "</textarea></div>\n");
}

struct input {
	enum entry_field field;
	enum say label;
	const char *type, *autocomplete;
	int max;
};

static void put_input(struct screen *s, const struct input *in)
{
	struct page *p = &s->page;
	struct heard_str name = heard_str(entry_name(in->field));
	page_html(p, "<div class=field><label");
	page_attr(p, "for", name);
	page_html(p, ">");
	page_say(p, says[in->label]);
	page_html(p, "</label><input");
	page_attr(p, "id", name);
	page_attr(p, "name", name);
	page_attr(p, "type", heard_str(in->type));
	page_attr(p, "autocomplete", heard_str(in->autocomplete));
	page_attr_int(p, "maxlength", in->max);
	page_attr(p, "value", value_of(s, in->field));
	page_html(p, "></div>\n");
}

static void put_stars(struct screen *s)
{
	struct page *p = &s->page;
	struct heard_str given = value_of(s, ENTRY_RATING);
	page_html(p, "<fieldset class=field><legend>");
	page_say(p, says[SAY_RATING]);
	page_html(p, "</legend><div class=stars>");
	for (int i = 1; i <= 5; i++) {
		char n = (char)('0' + i), id[] = {'r', n, '\0'}, text[] = {n, '/', '5', '\0'};
		page_html(p, "<input type=radio name=rating");
		page_attr(p, "id", heard_str(id));
		page_attr(p, "value", heard_str_n(&n, 1));
		page_attr(p, "aria-label", heard_str(text));
		if (given.len == 1 && given.ptr[0] == n)
			page_html(p, " checked");
		page_html(p, "><label");
		page_attr(p, "for", heard_str(id));
		page_attr(p, "title", heard_str(text));
		page_html(p, "></label>");
	}
	page_html(p, "</div></fieldset>\n");
}

static void put_details(struct screen *s)
{
	static const struct input about[] = {
		{ENTRY_ORDER, SAY_ORDER, "text", "off", 64},
		{ENTRY_PRODUCT, SAY_PRODUCT, "text", "off", 200},
		{ENTRY_NAME, SAY_NAME, "text", "name", 100},
		{ENTRY_PHONE, SAY_PHONE, "tel", "tel", 32},
	};
	static const struct input email = {ENTRY_EMAIL, SAY_EMAIL, "email", "email", 200};
	struct page *p = &s->page;
	bool is_open = false;
	for (int f = ENTRY_RATING; f <= ENTRY_EMAIL; f++)
		is_open |= value_of(s, (enum entry_field)f).len > 0;
	page_html(p, "<details");
	if (is_open)
		page_html(p, " open");
	page_html(p, "><summary>");
	page_say(p, says[SAY_MORE]);
	page_html(p, "</summary><div>\n");
	put_stars(s);
	page_html(p, "<div class=row>\n");
	for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++)
		put_input(s, &about[i]);
	page_html(p, "</div>\n");
	put_input(s, &email);
	page_html(p, "<p class=soft>");
	page_say(p, says[SAY_CONTACT]);
	page_html(p, "</p></div></details>\n");
}

/* "image/jpeg,application/pdf", for the browser. */
static void put_types(struct screen *s)
{
	const struct heard_list *types = &s->http->attachments.types;
	for (size_t i = 0; i < types->n; i++) {
		if (i)
			page_html(&s->page, ",");
		page_text(&s->page, heard_str(types->at[i]));
	}
}

/* "JPEG, PDF", for people. */
static void put_kinds(struct screen *s)
{
	const struct heard_list *types = &s->http->attachments.types;
	for (size_t i = 0; i < types->n; i++) {
		char kind[24];
		const char *slash = strchr(types->at[i], '/');
		size_t n = 0;
		for (const char *c = slash ? slash + 1 : ""; *c && n < sizeof(kind); c++)
			kind[n++] = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
		if (i)
			page_html(&s->page, ", ");
		page_text(&s->page, heard_str_n(kind, n));
	}
}

static void put_size(struct screen *s, int64_t bytes)
{
	char text[32];
	if (bytes >= 1 << 20)
		snprintf(text, sizeof(text), "%.3g MB", (double)bytes / (1 << 20));
	else
		snprintf(text, sizeof(text), "%.3g KB", (double)bytes / 1024);
	page_say_with(&s->page, says[SAY_FILES_SIZE], heard_str(text));
}

static void put_files(struct screen *s)
{
	struct page *p = &s->page;
	const struct http_attachments *a = &s->http->attachments;
	if (!s->http->has_files)
		return;
	page_html(p, "<div class=field><label for=files>");
	page_say(p, says[SAY_FILES]);
	page_html(p, "</label><input type=file id=files name=attachments "
		     "aria-describedby=files-hint");
	if (a->max_count > 1)
		page_html(p, " multiple");
	page_html(p, " accept=\"");
	put_types(s);
	page_html(p, "\"><small id=files-hint>");
	page_say_int(p, says[SAY_FILES_COUNT], a->max_count);
	put_size(s, a->max_size);
	put_kinds(s);
	page_html(p, "</small></div>\n");
}

static void put_consent(struct screen *s)
{
	struct page *p = &s->page;
	const struct http_consent *c = &s->http->consent;
	const char *text = p->lang == PAGE_ZH ? c->text_zh : c->text_en;
	if (c->version[0] == '\0')
		return;
	page_html(p, "<div class=check><input type=checkbox id=consent name=consent required");
	page_attr(p, "value", heard_str(c->version));
	if (heard_str_is(value_of(s, ENTRY_CONSENT), c->version))
		page_html(p, " checked");
	page_html(p, "><label for=consent>");
	if (text[0])
		page_lines(p, heard_str(text));
	else
		page_say(p, says[SAY_CONSENT]);
	page_html(p, "<small>");
	page_say_with(p, says[SAY_CONSENT_VERSION], heard_str(c->version));
	page_html(p, "</small></label></div>\n");
}

static void put_form(struct screen *s, enum form_fault fault)
{
	struct page *p = &s->page;
	page_html(p, "<form class=\"card wrap-button\" method=post accept-charset=utf-8");
	page_attr(p, "action", heard_str(s->http->path));
	if (s->http->has_files)
		page_html(p, " enctype=\"multipart/form-data\"");
	page_html(p, ">\n");
	put_token(s, fault);
	put_hidden(s, ENTRY_LANG, heard_str(p->lang == PAGE_ZH ? "zh" : "en"));
	if (s->is_embedded)
		put_hidden(s, ENTRY_EMBED, HEARD_STR_OF("1"));
	put_body(s);
	put_details(s);
	put_consent(s);
	put_files(s);
	page_html(p, "<button class=button type=submit>");
	page_say(p, says[SAY_SEND]);
	page_html(p, "</button>\n</form>\n");
}

/* ---- pages */

static bool wants_embedded(const struct heard_http *request, const struct entry *e)
{
	char value[4];
	if (e)
		return heard_str_is(entry_get(e, ENTRY_EMBED), "1");
	return page_query(heard_http_query(request), "embed", value, sizeof(value)) &&
	       strcmp(value, "1") == 0;
}

static void begin(struct screen *s, struct heard_http *request, enum say title)
{
	enum page_lang lang = page_lang_of(request, PAGE_ZH);
	s->is_embedded = wants_embedded(request, s->entry);
	struct page_options look = {
		.title = says[title],
		.path = s->is_embedded ? NULL : s->http->path,
		.is_fresh = true,
		.is_embedded = s->is_embedded,
		.frames = s->is_embedded ? &s->http->cors : NULL,
	};
	page_begin(&s->page, s->entry ? entry_lang(s->entry, lang) : lang, &look);
}

void screen_form(const struct http *h, struct heard_http *take, const struct entry *entry,
		 enum form_fault fault)
{
	struct screen s = {.http = h, .entry = entry};
	begin(&s, take, SAY_TITLE);
	if (!s.is_embedded) {
		page_html(&s.page, "<p class=lead>");
		page_say(&s.page, says[SAY_LEAD]);
		page_html(&s.page, "</p>\n");
	}
	put_note(&s, fault);
	put_form(&s, fault);
	page_html(&s.page, "<p class=soft>");
	page_say(&s.page, says[SAY_LATER]);
	page_html(&s.page, "</p>\n");
	page_reply(&s.page, take, fault_status(fault));
}

static void thank(struct screen *s, const char *way)
{
	struct page *p = &s->page;
	page_html(p, "<div class=card><p class=\"note good\" role=status>");
	page_say(p, says[SAY_SAFE]);
	page_html(p, "</p><p class=actions>");
	if (way) {
		page_html(p, "<a class=button target=_blank rel=noopener");
		page_attr(p, "href", heard_str(way));
		page_html(p, ">");
		page_say(p, says[SAY_FOLLOW]);
		page_html(p, "</a> ");
	}
	page_html(p, "<a href=\"");
	page_text(p, heard_str(s->http->path));
	page_html(p, "?lang=");
	page_text(p, heard_str(p->lang == PAGE_ZH ? "zh" : "en"));
	if (s->is_embedded)
		page_html(p, "&amp;embed=1");
	page_html(p, "\">");
	page_say(p, says[SAY_ANOTHER]);
	page_html(p, "</a></p></div>\n");
}

/* The page may come before its ticket does: so it is told since when it can be awaited. */
static void write_way(const struct screen *s, const struct heard_http *request,
		      const char *link, char way[MAX_WAY])
{
	enum page_lang lang = entry_lang(s->entry, page_lang_of(request, PAGE_ZH));
	snprintf(way, MAX_WAY, "%s?lang=%s&sent=%lld", link, lang == PAGE_ZH ? "zh" : "en",
		 (long long)heard_now(s->http->host) / 1000);
}

void screen_accepted(struct heard_http *take, const struct http *h, const struct entry *entry,
		     const char *link)
{
	struct screen s = {.http = h, .entry = entry};
	char way[MAX_WAY];
	if (link)
		write_way(&s, take, link, way);
	if (link && !wants_embedded(take, entry)) {
		page_see_other(take, way);
		return;
	}
	begin(&s, take, SAY_THANKS);
	thank(&s, link ? way : NULL);
	page_reply(&s.page, take, 200);
}
