/*
 * test_page.c - a page cannot be broken by what is put in; languages; times.
 */
#include "page/page.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct page_phrase title = {{"您的\"反馈\"", "Your \"feedback\""}};

/* What a builder adds to <main>. */
static struct page page;

static void begin(enum page_lang lang)
{
	struct page_options options = {.title = title};
	page_begin(&page, lang, &options);
	heard_buf_clear(&page.out);
}

static void expect(const char *html)
{
	assert_false(page.out.failed);
	assert_string_equal(page.out.len ? page.out.ptr : "", html);
	page_release(&page);
}

static void text_never_becomes_markup(void **state)
{
	(void)state;
	begin(PAGE_EN);
	page_html(&page, "<p>");
	page_text(&page, HEARD_STR_OF("</p><script>alert('1')</script>&amp;\"充电宝\""));
	page_text(&page, heard_str_n(NULL, 0));
	expect("<p>&lt;/p&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/"
	       "script&gt;&amp;amp;&quot;充电宝"
	       "&quot;");
	begin(PAGE_EN);
	page_text(&page, heard_str_n("a\0b\x1b[31m\xff\xc0\x80\xed\xa0\x80z\xc2\x85\t\n", 20));
	assert_null(memchr(page.out.ptr, '\0', page.out.len));
	assert_null(strchr(page.out.ptr, '\x1b'));
	assert_non_null(strstr(page.out.ptr, "z\xef\xbf\xbd\t\n"));
	page_release(&page);
}

static void attributes_hold_what_they_are_given(void **state)
{
	(void)state;
	begin(PAGE_EN);
	page_attr(&page, "value", HEARD_STR_OF("\" onfocus=\"x"));
	page_attr_int(&page, "max", -5);
	expect(" value=\"&quot; onfocus=&quot;x\" max=\"-5\"");
}

static void links_lead_to_pages_only(void **state)
{
	static const char *const good[] = {
		"/status/x",	    "?lang=en", "#top", "/", "https://shop.example/",
		"http://127.0.0.1/"};
	static const char *const bad[] = {
		"javascript:alert(1)", "JavaScript:x",	  " javascript:x", "data:text/html,x",
		"//evil.example",      "/\\evil.example", "evil",	   "",
		"https:evil"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char want[64];
		begin(PAGE_EN);
		page_attr(&page, "href", heard_str(good[i]));
		snprintf(want, sizeof(want), " href=\"%s\"", good[i]);
		expect(want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(PAGE_EN);
		page_attr(&page, i % 2 ? "action" : "href", heard_str(bad[i]));
		expect(i % 2 ? " action=\"#\"" : " href=\"#\"");
	}
}

static void lines_are_kept(void **state)
{
	(void)state;
	begin(PAGE_EN);
	page_lines(&page, HEARD_STR_OF("a<\r\nb\n\nc"));
	expect("a&lt;<br>\nb<br>\n<br>\nc");
}

static void phrases_are_said_in_the_language(void **state)
{
	static const struct page_phrase count = {{"共 %s 条", "%s in all"}},
					one = {{"<好>", NULL}};
	(void)state;
	begin(PAGE_ZH);
	page_say(&page, one);
	page_say_int(&page, count, 3);
	expect("&lt;好&gt;共 3 条");
	begin(PAGE_EN);
	page_say_with(&page, count, HEARD_STR_OF("<3>%s"));
	page_say(&page, one);
	expect("&lt;3&gt;%s in all");
}

static void times_are_told_in_the_zone(void **state)
{
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	(void)state;
	begin(PAGE_ZH);
	page_time(&page, 1772692200000, zone);
	expect("<time datetime=\"2026-03-05T06:30:00.000Z\">2026年3月5日 14:30</time>");
	begin(PAGE_EN);
	page_time(&page, 1772692200000, NULL);
	expect("<time datetime=\"2026-03-05T06:30:00.000Z\">5 Mar 2026, 06:30</time>");
	heard_zone_destroy(zone);
}

static void page_is_whole_and_says_its_language(void **state)
{
	struct page_options options = {
		.title = title, .path = "/feedback", .is_private = true, .refresh_s = 60};
	(void)state;
	page_begin(&page, PAGE_ZH, &options);
	struct heard_str html = page_end(&page);
	assert_true(
		heard_str_starts(html, HEARD_STR_OF("<!DOCTYPE html>\n<html lang=\"zh-CN\">")));
	assert_non_null(strstr(html.ptr, "<title>您的&quot;反馈&quot;</title>"));
	assert_non_null(strstr(html.ptr, "<h1>您的&quot;反馈&quot;</h1>"));
	assert_non_null(strstr(html.ptr, "href=\"/feedback?lang=en\""));
	assert_non_null(strstr(html.ptr, "content=\"noindex, nofollow\""));
	assert_non_null(strstr(html.ptr, "http-equiv=refresh content=\"60\""));
	assert_non_null(strstr(html.ptr, "</main></body></html>\n"));
	assert_int_equal(strlen(page.style_hash), 44);
	page_release(&page);
}

static void language_is_asked_for_or_preferred(void **state)
{
	static const struct {
		const char *query, *accept;
		enum page_lang lang;
	} cases[] = {
		{"", "zh-CN,zh;q=0.9,en;q=0.8", PAGE_ZH},
		{"", "en-US,en;q=0.9,zh;q=0.1", PAGE_EN},
		{"", "fr;q=1, en;q=0.2, zh;q=0.3", PAGE_ZH},
		{"", "EN-gb", PAGE_EN},
		{"", "en;q=0, zh;q=0.001", PAGE_ZH},
		{"", "en;q=0", PAGE_ZH},
		{"", "fr, de", PAGE_ZH},
		{"", "", PAGE_ZH},
		{"", ";;q=,en;q=x,;", PAGE_ZH},
		{"", "zhx, eng, en", PAGE_EN},
		{"lang=en", "zh", PAGE_EN},
		{"a=b&lang=zh-TW&c", "en", PAGE_ZH},
		{"lang=fr", "en", PAGE_EN},
		{"lang=%65n", "zh", PAGE_EN},
		{"language=en", "zh", PAGE_ZH},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (page_lang_choose(heard_str(cases[i].query), heard_str(cases[i].accept),
				     PAGE_ZH) != cases[i].lang)
			fail_msg("case %zu: %s", i, cases[i].accept);
}

static void query_values_are_decoded_and_cut(void **state)
{
	char value[8];
	(void)state;
	assert_true(page_query(HEARD_STR_OF("a=1&score=%E5%A5%BD+x"), "score", value, 8));
	assert_string_equal(value, "\xe5\xa5\xbd x");
	assert_true(page_query(HEARD_STR_OF("a=123456789"), "a", value, sizeof(value)));
	assert_string_equal(value, "1234567");
	assert_true(page_query(HEARD_STR_OF("a"), "a", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(page_query(HEARD_STR_OF("a=%0"), "a", value, sizeof(value)));
	assert_false(page_query(HEARD_STR_OF("a=%00"), "a", value, sizeof(value)));
	assert_false(page_query(HEARD_STR_OF("a=%ff"), "a", value, sizeof(value)));
	assert_false(page_query(HEARD_STR_OF("b=1"), "a", value, sizeof(value)));
	assert_false(page_query(heard_str_n(NULL, 0), "a", value, sizeof(value)));
}

static void what_we_are_reached_by_takes_a_path_behind(void **state)
{
	static const char *const good[] = {"", "https://shop.example",
					   "http://127.0.0.1:8080/feedback"},
				 *const bad[] = {
					 "https://shop.example/",  "shop.example",
					 "ftp://shop.example",	   "https://shop.example?a=1",
					 "https://shop.example#a", "https://shop.example/a b",
					 "https://\"shop",	   "https://商店"};
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(page_check_url("url", good[i], &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(page_check_url("url", bad[i], &err), -EINVAL);
		assert_int_equal(strncmp(err.text, "url: \"", 6), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_never_becomes_markup),
		cmocka_unit_test(attributes_hold_what_they_are_given),
		cmocka_unit_test(links_lead_to_pages_only),
		cmocka_unit_test(lines_are_kept),
		cmocka_unit_test(phrases_are_said_in_the_language),
		cmocka_unit_test(times_are_told_in_the_zone),
		cmocka_unit_test(page_is_whole_and_says_its_language),
		cmocka_unit_test(language_is_asked_for_or_preferred),
		cmocka_unit_test(query_values_are_decoded_and_cut),
		cmocka_unit_test(what_we_are_reached_by_takes_a_path_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
