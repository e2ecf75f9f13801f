/*
 * pages_fixture.h - a page in the making, and what page_mount.c would give it.
 *
 * Each test includes one page's file, because their phrases have the same names.
 */
#ifndef PAGES_FIXTURE_H
#define PAGES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/tickets/pages.h"
#include "zone_fixture.h"

#include <heard/buf.h>
#include <heard/http.h>
#include <heard/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW  INT64_C(1767323045678) /* 2026-01-02T03:04:05.678Z */
#define HOUR INT64_C(3600000)
#define EVIL "\"><script>alert('x')</script>\x01\xff"

static inline void begin_page(struct page *p, enum page_lang lang)
{
	page_begin(p, lang, &(struct page_options){.title = {{"题", "Title"}}});
	heard_buf_clear(&p->out);
}

static inline void must_show(const struct page *p, const char *text)
{
	if (!strstr(p->out.ptr, text))
		fail_msg("\"%s\" is not in: %s", text, p->out.ptr);
}

static inline void must_not_show(const struct page *p, const char *text)
{
	if (strstr(p->out.ptr, text))
		fail_msg("\"%s\" is in: %s", text, p->out.ptr);
}

/* Whatever was put in, it is no markup and no broken text. */
static inline void must_be_harmless(const struct page *p)
{
	must_not_show(p, "<script");
	must_not_show(p, "alert('");
	must_not_show(p, "\x01");
	must_not_show(p, "\xff");
}

/* ---- of page_mount.c */

void page_visit_read(struct page_visit *v, const struct pages *pages,
		     const struct heard_http *request, const char *prefix)
{
	(void)pages, (void)request, (void)prefix;
	memset(v, 0, sizeof(*v));
}

enum page_lang page_visit_lang(const struct heard_http *request, struct heard_str lang)
{
	(void)request;
	return page_lang_read(lang, PAGE_ZH);
}

struct heard_str page_contact(const struct pages *pages, enum page_lang lang)
{
	(void)lang;
	return heard_str(pages->promise.contact);
}

bool page_wants_json(const struct heard_http *request)
{
	(void)request;
	return false;
}

void page_unknown(struct pages *pages, struct heard_http *take)
{
	(void)pages, (void)take;
}

void page_trouble(struct pages *pages, struct heard_http *take, const struct heard_error *err)
{
	(void)pages, (void)take, (void)err;
}

#endif
