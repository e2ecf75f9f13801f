/*
 * page.h - pages for people: HTML that cannot be broken by what is put in.
 *
 * There are three ways to add to a page.  page_html() takes string literals of the
 * plugin's own source and nothing else (another argument does not compile), page_text()
 * and its kin take anything and escape it, page_say() takes a phrase from a table in
 * the page's language.  So what a customer wrote never becomes markup.
 *
 *	enum { SAY_TITLE, SAY_SEND };
 *	static const struct page_phrase says[] = {
 *		[SAY_TITLE] = {{"您的反馈", "Your feedback"}},
 *		[SAY_SEND] = {{"提交", "Send"}},
 *	};
 *	struct page page;
 *	page_begin(&page, page_lang_of(request, PAGE_ZH), &(struct page_options){
 *		.title = says[SAY_TITLE], .is_private = true});
 *	page_html(&page, "<p class=lead>");
 *	page_text(&page, text);
 *	page_html(&page, "</p><a");
 *	page_attr(&page, "href", link);
 *	page_html(&page, ">");
 *	page_say(&page, says[SAY_SEND]);
 *	page_html(&page, "</a>");
 *	page_reply(&page, take_request, 200);
 *
 * A page brings its whole style along and asks for nothing else: no script, no font,
 * no file.  The Content-Security-Policy says so, and names the style by its hash; so
 * neither style="..." nor onclick="..." works in a page.  style.c lists the classes.
 *
 * A plugin that has pages says `lib page` and `lib text` in its file `libs`.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_http;
struct heard_list;
struct heard_zone;

enum page_lang { PAGE_ZH, PAGE_EN, PAGE_LANGS };

/* One text in every language. */
struct page_phrase {
	const char *in[PAGE_LANGS];
};

/* The language of a request: ?lang=zh or ?lang=en, else the best of Accept-Language,
 * else `otherwise`.  Lives as long as the request's headers: a value. */
enum page_lang page_lang_of(const struct heard_http *, enum page_lang otherwise);
enum page_lang page_lang_choose(struct heard_str query, struct heard_str accept,
				enum page_lang otherwise);
/* Of a tag: "zh-Hans-CN" is Chinese, "en" English, anything else `otherwise`. */
enum page_lang page_lang_read(struct heard_str tag, enum page_lang otherwise);
/* "zh-CN" or "en". */
const char *page_lang_tag(enum page_lang);

/* The value of `name` in a query ("a=1&b=2"), percent-decoded and cut to `size` - 1
 * bytes; false if it is not there, or not UTF-8. */
bool page_query(struct heard_str query, const char *name, char *value_r, size_t size);

struct page_options {
	struct page_phrase title;
	const char *style; /* more rules, after those of style.c; a literal, or NULL   */
	const char *path;  /* of this page, for the links to other languages; NULL: none */
	const char *query; /* that those links keep: "a=1&b=2", or NULL                  */
	bool is_private;   /* its URL is a secret: not stored, not indexed, no referrer */
	bool is_fresh;	   /* it holds what counts once: not stored, but no secret      */
	bool is_embedded;  /* shown inside another page: a small title, no margins      */
	bool is_wide;	   /* for tables: up to 1100 px instead of 640                 */
	int64_t refresh_s; /* shown again after so many seconds; 0: not                */
	const struct heard_list *frames; /* origins, besides our own, whose pages may hold */
					 /* it in a frame; NULL: none, nor our own         */
};

struct page {
	struct heard_buf out;
	enum page_lang lang;
	struct page_options options;
	char style_hash[48]; /* base64 of its SHA-256 */
};

/* Up to <main>, with the title as <h1>. */
void page_begin(struct page *, enum page_lang, const struct page_options *);

/* A literal, as it is. */
#define page_html(page, literal) page_trusted((page), ("" literal ""), sizeof(literal) - 1)
void page_trusted(struct page *, const char *html, size_t len); /* by page_html() */
/* Escaped, for between tags or within "...".  Bytes that are no UTF-8, and control
 * characters, become U+FFFD. */
void page_text(struct page *, struct heard_str);
/* The same; line breaks are kept. */
void page_lines(struct page *, struct heard_str);
/* ` name="value"`, escaped; the name is a literal.  A value for href, src or action must
 * be a path of ours or begin with http:// or https://, else it becomes "#". */
void page_attr(struct page *, const char *name, struct heard_str value);
void page_attr_int(struct page *, const char *name, int64_t value);
/* A phrase in the page's language, escaped. */
void page_say(struct page *, struct page_phrase);
/* The same, where "%s" stands once for this text (also escaped), as in "%s 元". */
void page_say_with(struct page *, struct page_phrase, struct heard_str);
void page_say_int(struct page *, struct page_phrase, int64_t);
const char *page_said(const struct page *, struct page_phrase);
/* <time>: "2026年3月5日 14:30" or "5 Mar 2026, 14:30" in the zone (NULL: UTC). */
void page_time(struct page *, int64_t ms, struct heard_zone *);

/* Ends the page, answers with it and frees it.  The security headers are set. */
void page_reply(struct page *, struct heard_http *take, int status);
/* Ends the page; its bytes are page->out, until page_release(). */
struct heard_str page_end(struct page *);
void page_release(struct page *);

/* An option that says what we are reached by: empty, or such as "https://shop.example", as
 * paths of ours are put behind it.  0, or -EINVAL with a sentence. */
int page_check_url(const char *option, const char *url, struct heard_error *);

/* 303: go there by GET.  The path is one of ours. */
void page_see_other(struct heard_http *take, const char *path);
/* A problem document in place of a page whose URL is a secret. */
void page_problem(struct heard_http *take, int status, const char *detail);
/* The headers that page_reply() sets, for what is no page of this kind: a script, a
 * download.  `policy` is the whole Content-Security-Policy; NULL: nothing allowed. */
void page_headers(struct heard_http *, const char *policy, bool is_private);

#endif
