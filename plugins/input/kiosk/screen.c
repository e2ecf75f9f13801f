/*
 * screen.c - see screen.h.
 *
 * The page is the same for everybody, so it is made once.  It holds the config as an
 * attribute and no script of its own: the policy lets scripts come from here only, and
 * neither the page nor its files say anything about who may send.
 */
#include "screen.h"

#include "files.h"
#include "kiosk.h"

#include <heard/error.h>
#include <heard/http.h>
#include <heard/json.h>
#include <page/page.h>

#include <errno.h>
#include <sodium.h>

enum { PAGE_BYTES = 1 << 20, MANIFEST_BYTES = 64 << 10 };

static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'";

/* ---- the config, for app.js */

static void put_words(struct heard_json_out *out, const char *name, const struct kiosk_words *w)
{
	heard_json_begin(out, name, '{');
	heard_json_str(out, "zh", heard_str(w->zh));
	heard_json_str(out, "en", heard_str(w->en));
	heard_json_end(out, '}');
}

static void put_reasons(struct heard_json_out *out, const struct kiosk *k)
{
	const struct kiosk_reason *reasons = k->reasons.at;
	heard_json_begin(out, "reasons", '[');
	for (size_t i = 0; i < k->reasons.n; i++) {
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "id", heard_str(reasons[i].id));
		heard_json_str(out, "zh", heard_str(reasons[i].words.zh));
		heard_json_str(out, "en", heard_str(reasons[i].words.en));
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

static void put_config(struct heard_buf *json, const struct kiosk *k)
{
	struct heard_json_out out = {.buf = json};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "path", heard_str(k->path));
	heard_json_str(&out, "page", heard_str(k->page));
	heard_json_int(&out, "faces", k->faces);
	put_words(&out, "question", &k->question);
	put_words(&out, "thanks", &k->thanks);
	put_reasons(&out, k);
	heard_json_int(&out, "reasonsFor", k->reasons_for - 1);
	heard_json_bool(&out, "text", k->text);
	heard_json_str(&out, "lang", heard_str(k->lang == PAGE_ZH ? "zh" : "en"));
	heard_json_int(&out, "idle", k->idle);
	heard_json_int(&out, "thanksFor", k->thanks_for);
	heard_json_end(&out, '}');
}

/* Another config or another script is another page. */
static void name_version(struct kiosk *k, struct heard_str config)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	const struct files_one *f;
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const unsigned char *)config.ptr, config.len);
	for (unsigned i = 0; (f = files_at(i)) != NULL; i++)
		crypto_generichash_update(&state, (const unsigned char *)f->begin,
					  (size_t)(f->end - f->begin));
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(k->page, sizeof(k->page), hash, sizeof(k->page) / 2);
}

/* ---- the page */

static void put_link(struct page *p, const struct kiosk *k, const char *what, const char *name)
{
	page_trusted(p, what, strlen(what));
	page_html(p, "\"");
	page_text(p, heard_str(k->path));
	page_text(p, heard_str(name));
	page_html(p, "\"");
}

static void put_page(struct page *p, const struct kiosk *k, struct heard_str config)
{
	page_html(p, "<!DOCTYPE html>\n<html");
	page_attr(p, "lang", heard_str(page_lang_tag(p->lang)));
	page_html(p, "><head><meta charset=utf-8>\n"
		     "<meta name=viewport content=\"width=device-width, initial-scale=1, "
		     "maximum-scale=1, user-scalable=no, viewport-fit=cover, "
		     "interactive-widget=resizes-content\">\n"
		     "<meta name=theme-color content=\"#f3f5f8\">\n"
		     "<meta name=robots content=\"noindex, nofollow\">\n<title>");
	page_text(p, heard_str(p->lang == PAGE_ZH ? k->title.zh : k->title.en));
	page_html(p, "</title>\n");
	put_link(p, k, "<link rel=manifest href=", "/manifest.webmanifest");
	put_link(p, k, ">\n<link rel=icon type=\"image/svg+xml\" href=", "/icon.svg");
	put_link(p, k, ">\n<link rel=stylesheet href=", "/app.css");
	put_link(p, k, ">\n<script type=module src=", "/app.js");
	page_html(p, "></script>\n</head>\n<body");
	page_attr(p, "data-kiosk", config);
	page_html(p, ">\n<main><noscript><p class=lead>");
	page_say(p,
		 (struct page_phrase){{"请打开 JavaScript。", "Please switch JavaScript on."}});
	page_html(p, "</p></noscript></main>\n<footer></footer>\n</body></html>\n");
}

int screen_create(struct kiosk *k, struct heard_error *err)
{
	struct heard_buf config;
	struct page page = {.lang = k->lang == PAGE_ZH ? PAGE_ZH : PAGE_EN};
	heard_buf_init(&config, PAGE_BYTES);
	put_config(&config, k);
	name_version(k, heard_buf_view(&config));
	heard_buf_clear(&config);
	put_config(&config, k);
	heard_buf_init(&page.out, PAGE_BYTES);
	put_page(&page, k, heard_buf_view(&config));
	bool failed = config.failed || page.out.failed;
	heard_buf_release(&config);
	k->html = page.out; /* released in close() */
	return failed ? heard_fail(err, ENOMEM,
				   "the page has too many reasons, or there is no "
				   "memory")
		      : 0;
}

/* ---- handlers */

void screen_handle(void *kiosk, struct heard_http *take)
{
	const struct kiosk *k = kiosk;
	page_headers(take, policy, false);
	heard_http_reply(take, 200, "text/html; charset=utf-8", heard_buf_view(&k->html));
}

static void reply_manifest(const struct kiosk *k, struct heard_http *take)
{
	struct heard_buf json, icon;
	struct heard_json_out out = {.buf = &json};
	heard_buf_init(&json, MANIFEST_BYTES);
	heard_buf_init(&icon, MANIFEST_BYTES);
	heard_buf_printf(&icon, "%s/icon.svg", k->path);
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "name", heard_str(k->lang == PAGE_ZH ? k->title.zh : k->title.en));
	heard_json_str(&out, "start_url", heard_str(k->path));
	heard_json_str(&out, "scope", heard_str(k->path));
	heard_json_str(&out, "display", HEARD_STR_OF("fullscreen"));
	heard_json_str(&out, "background_color", HEARD_STR_OF("#f3f5f8"));
	heard_json_str(&out, "theme_color", HEARD_STR_OF("#f3f5f8"));
	heard_json_begin(&out, "icons", '[');
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "src", heard_buf_view(&icon));
	heard_json_str(&out, "type", HEARD_STR_OF("image/svg+xml"));
	heard_json_str(&out, "sizes", HEARD_STR_OF("any"));
	heard_json_end(&out, '}');
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	page_headers(take, policy, false);
	heard_http_reply(take, 200, "application/manifest+json", heard_buf_view(&json));
	heard_buf_release(&json);
	heard_buf_release(&icon);
}

void screen_handle_file(void *kiosk, struct heard_http *take)
{
	const struct kiosk *k = kiosk;
	struct heard_str name = heard_str_skip(heard_http_path(take), strlen(k->path) + 1);
	const struct files_one *f = files_find(name);
	if (heard_str_is(name, "manifest.webmanifest")) {
		reply_manifest(k, take);
	} else if (f != NULL) {
		page_headers(take, policy, false);
		heard_http_set_header(take, "Service-Worker-Allowed", k->path);
		heard_http_reply(take, 200, f->type,
				 heard_str_n(f->begin, (size_t)(f->end - f->begin)));
	} else {
		page_problem(take, 404, "there is nothing here");
	}
}
