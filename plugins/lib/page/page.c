/*
 * page.c - building a page, and the headers it goes out with.
 *
 * The page is one buffer with a cap.  When it is full (or there is no memory) the
 * buffer is `failed`, and what goes out is a problem document in its stead: half a
 * page could end in the midst of a form.
 *
 * The style stands in the page.  So there is one request a page, nothing to be cached
 * in different versions, and the policy can name it by its hash and forbid all else.
 */
#include "page.h"

#include "style.h"

#include <heard/http.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <text/utf8.h>

enum {
	MAX_PAGE = 4 << 20,
	MAX_POLICY = 4096,
};

void page_trusted(struct page *p, const char *html, size_t len)
{
	heard_buf_add(&p->out, html, len);
}

static const char *entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

/* One character at s; returns how many bytes of s it was. */
static size_t put_character(struct page *p, const char *s, const char *end)
{
	uint32_t c;
	const char *safe = entity(*s);
	if (safe) {
		heard_buf_puts(&p->out, safe);
		return 1;
	}
	size_t n = text_decode(s, end, &c);
	bool is_control = n == 0 || (c < ' ' && c != '\n' && c != '\t') ||
			  (c >= 0x7f && c < 0xa0);
	if (is_control)
		heard_buf_puts(&p->out, "\xef\xbf\xbd");
	else
		heard_buf_add(&p->out, s, n);
	return n ? n : 1;
}

void page_text(struct page *p, struct heard_str text)
{
	if (text.len == 0)
		return;
	const char *end = text.ptr + text.len;
	for (const char *s = text.ptr; s < end;)
		s += put_character(p, s, end);
}

void page_lines(struct page *p, struct heard_str text)
{
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		page_text(p, heard_str_n(text.ptr, n && text.ptr[n - 1] == '\r' ? n - 1 : n));
		if (end)
			page_html(p, "<br>\n");
		text = heard_str_skip(text, end ? n + 1 : n);
	}
}

/* "javascript:..." must not become a link; "//host" leaves our own without saying so. */
static bool is_link(const char *name)
{
	return strcmp(name, "href") == 0 || strcmp(name, "src") == 0 ||
	       strcmp(name, "action") == 0;
}

static bool goes_somewhere_plain(struct heard_str url)
{
	if (heard_str_starts(url, HEARD_STR_OF("https://")) ||
	    heard_str_starts(url, HEARD_STR_OF("http://")))
		return true;
	if (url.len == 0 || (url.ptr[0] != '/' && url.ptr[0] != '?' && url.ptr[0] != '#'))
		return false;
	return url.len == 1 || (url.ptr[1] != '/' && url.ptr[1] != '\\');
}

void page_attr(struct page *p, const char *name, struct heard_str value)
{
	if (is_link(name) && !goes_somewhere_plain(value))
		value = HEARD_STR_OF("#");
	page_html(p, " ");
	heard_buf_puts(&p->out, name);
	page_html(p, "=\"");
	page_text(p, value);
	page_html(p, "\"");
}

void page_attr_int(struct page *p, const char *name, int64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	page_attr(p, name, heard_str(text));
}

/* ---- phrases */

const char *page_said(const struct page *p, struct page_phrase phrase)
{
	const char *said = phrase.in[p->lang];
	return said ? said : phrase.in[PAGE_EN] ? phrase.in[PAGE_EN] : "";
}

void page_say(struct page *p, struct page_phrase phrase)
{
	page_text(p, heard_str(page_said(p, phrase)));
}

void page_say_with(struct page *p, struct page_phrase phrase, struct heard_str text)
{
	const char *said = page_said(p, phrase), *gap = strstr(said, "%s");
	if (gap == NULL) {
		page_text(p, heard_str(said));
		return;
	}
	page_text(p, heard_str_n(said, (size_t)(gap - said)));
	page_text(p, text);
	page_text(p, heard_str(gap + 2));
}

void page_say_int(struct page *p, struct page_phrase phrase, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)n);
	page_say_with(p, phrase, heard_str(text));
}

void page_time(struct page *p, int64_t ms, struct heard_zone *zone)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char utc[HEARD_TIME_SIZE], local[HEARD_TIME_SIZE];
	int year, month, day, hour, minute;
	heard_time_format(ms, utc);
	heard_time_format(ms + (zone ? heard_zone_offset(zone, ms) : 0), local);
	page_html(p, "<time");
	page_attr(p, "datetime", heard_str(utc));
	page_html(p, ">");
	if (sscanf(local, "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute) == 5) {
		if (p->lang == PAGE_ZH)
			heard_buf_printf(&p->out, "%d年%d月%d日 %02d:%02d", year, month, day,
					 hour, minute);
		else
			heard_buf_printf(&p->out, "%d %s %d, %02d:%02d", day, months[month - 1],
					 year, hour, minute);
	}
	page_html(p, "</time>");
}

/* ---- the frame of a page */

static void put_style(struct page *p)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	size_t from = p->out.len + strlen("<style>");
	page_html(p, "<style>");
	heard_buf_puts(&p->out, page_style);
	if (p->options.style)
		heard_buf_puts(&p->out, p->options.style);
	if (!p->out.failed)
		crypto_hash_sha256(hash, (const unsigned char *)p->out.ptr + from,
				   p->out.len - from);
	else
		memset(hash, 0, sizeof(hash));
	sodium_bin2base64(p->style_hash, sizeof(p->style_hash), hash, sizeof(hash),
			  sodium_base64_VARIANT_ORIGINAL);
	page_html(p, "</style>");
}

/* The same page in the other language. */
static void put_languages(struct page *p)
{
	bool is_zh = p->lang == PAGE_ZH;
	if (p->options.path == NULL)
		return;
	page_html(p, "<nav class=langs><a rel=nofollow");
	page_attr(p, "lang", heard_str(is_zh ? "en" : "zh-CN"));
	page_html(p, " href=\"");
	page_text(p, heard_str(p->options.path));
	page_html(p, "?lang=");
	page_text(p, heard_str(is_zh ? "en" : "zh"));
	if (p->options.query && p->options.query[0]) {
		page_html(p, "&amp;");
		page_text(p, heard_str(p->options.query));
	}
	page_html(p, "\">");
	page_text(p, heard_str(is_zh ? "English" : "中文"));
	page_html(p, "</a></nav>");
}

static void put_body_class(struct page *p)
{
	page_html(p, "<body class=\"");
	if (p->options.is_embedded)
		page_html(p, "embedded ");
	if (p->options.is_wide)
		page_html(p, "wide ");
	page_html(p, "\">\n");
}

void page_begin(struct page *p, enum page_lang lang, const struct page_options *options)
{
	*p = (struct page){.lang = lang, .options = *options};
	heard_buf_init(&p->out, MAX_PAGE);
	page_html(p, "<!DOCTYPE html>\n<html");
	page_attr(p, "lang", heard_str(page_lang_tag(lang)));
	page_html(p, "><head><meta charset=utf-8>\n"
		     "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
		     "<meta name=color-scheme content=\"light dark\">\n"
		     "<link rel=icon href=\"data:,\">\n");
	if (options->is_private)
		page_html(p, "<meta name=robots content=\"noindex, nofollow\">\n");
	if (options->refresh_s > 0) {
		page_html(p, "<meta http-equiv=refresh");
		page_attr_int(p, "content", options->refresh_s);
		page_html(p, ">\n");
	}
	page_html(p, "<title>");
	page_say(p, options->title);
	page_html(p, "</title>\n");
	put_style(p);
	page_html(p, "</head>\n");
	put_body_class(p);
	page_html(p, "<main>\n");
	put_languages(p);
	page_html(p, "<h1>");
	page_say(p, options->title);
	page_html(p, "</h1>\n");
}

struct heard_str page_end(struct page *p)
{
	page_html(p, "</main></body></html>\n");
	return heard_buf_view(&p->out);
}

void page_release(struct page *p)
{
	heard_buf_release(&p->out);
}

/* ---- headers */

static void put_headers(struct heard_http *request, const char *policy, bool is_private,
			bool is_stored)
{
	heard_http_set_header(request, "Content-Security-Policy",
			      policy ? policy : "default-src 'none'; frame-ancestors 'none'");
	heard_http_set_header(request, "X-Content-Type-Options", "nosniff");
	heard_http_set_header(request, "Referrer-Policy",
			      is_private ? "no-referrer" : "same-origin");
	heard_http_set_header(request, "Cross-Origin-Opener-Policy", "same-origin");
	if (is_private)
		heard_http_set_header(request, "X-Robots-Tag", "noindex, nofollow");
	heard_http_set_header(request, "Cache-Control", is_stored ? "no-cache" : "no-store");
}

void page_headers(struct heard_http *request, const char *policy, bool is_private)
{
	put_headers(request, policy, is_private, !is_private);
}

/* An origin of the config goes into a header: what could end the directive is left out. */
static bool is_origin(const char *text)
{
	return text[0] && strpbrk(text, " \t\r\n;,'\"") == NULL;
}

static void put_policy(const struct page *p, struct heard_buf *policy)
{
	const struct heard_list *frames = p->options.frames;
	heard_buf_printf(policy,
			 "default-src 'none'; style-src 'sha256-%s'; img-src 'self' data:; "
			 "form-action 'self'; base-uri 'none'; frame-ancestors",
			 p->style_hash);
	if (frames == NULL) {
		heard_buf_puts(policy, " 'none'");
		return;
	}
	heard_buf_puts(policy, " 'self'");
	for (size_t i = 0; i < frames->n; i++)
		if (is_origin(frames->at[i]))
			heard_buf_printf(policy, " %s", frames->at[i]);
}

void page_problem(struct heard_http *take, int status, const char *detail)
{
	page_headers(take, NULL, true);
	heard_http_problem(take, status, "%s", detail);
}

void page_reply(struct page *p, struct heard_http *take, int status)
{
	struct heard_buf policy;
	struct heard_str html = page_end(p);
	heard_buf_init(&policy, MAX_POLICY);
	put_policy(p, &policy);
	if (p->out.failed || policy.failed) {
		page_problem(take, 503, "this page cannot be shown at the moment");
	} else {
		bool is_stored = !p->options.is_private && !p->options.is_fresh;
		put_headers(take, policy.ptr, p->options.is_private, is_stored);
		if (p->options.frames == NULL)
			heard_http_set_header(take, "X-Frame-Options", "DENY");
		heard_http_set_header(take, "Content-Language", page_lang_tag(p->lang));
		heard_http_set_header(take, "Vary", "Accept-Language");
		heard_http_reply(take, status, "text/html; charset=utf-8", html);
	}
	heard_buf_release(&policy);
	page_release(p);
}

void page_see_other(struct heard_http *take, const char *path)
{
	page_headers(take, NULL, true);
	heard_http_set_header(take, "Location", path);
	heard_http_reply(take, 303, NULL, heard_str_n(NULL, 0));
}
