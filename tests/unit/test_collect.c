/*
 * test_collect.c - where the next page is, what was seen, and the URLs of both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/auth.h"
#include "collect/next.h"
#include "collect/url.h"

#include <heard/error.h>
#include <heard/json.h>

static struct collect_paging paging;
static struct position at;
static struct look look;

static int setup(void **state)
{
	(void)state;
	paging = (struct collect_paging){
		.parameter = "p", .path = "", .more = "", .below = "", .first = 1};
	memset(&at, 0, sizeof(at));
	return 0;
}

/* A page of these ids, and the walk's answer to it.  The hash of an id is itself. */
static bool page(const char *json, uint64_t from, uint64_t to)
{
	struct heard_json_doc *doc = heard_json_parse(heard_str(json), 1 << 16, NULL);
	struct heard_fetch_answer a = {.status = 200};
	struct heard_error err = {0};
	bool more = false;
	memset(&look, 0, sizeof(look));
	for (uint64_t i = from; i <= to; i++) {
		look.n++;
		look.n_unmet += !seen_has(&at.old, i);
		look.n_new += !seen_has(&at.old, i) && !seen_has(&at.fresh, i);
		look.hashes[look.n_hashes++] = i;
	}
	if (from <= to) {
		snprintf(look.least, sizeof(look.least), "%d", (int)from);
		snprintf(look.greatest, sizeof(look.greatest), "%d", (int)to);
	}
	if (next_move(&paging, "https://h/x", &look, heard_json_root(doc), &a, &at, &more,
		      &err) != 0)
		fail_msg("%s", err.text);
	heard_json_destroy(doc);
	return more;
}

/* ---- listings */

static void walk_ends_where_the_last_one_began(void **state)
{
	(void)state;
	paging.kind = PAGING_PAGE;
	assert_true(page("{}", 21, 30));
	assert_string_equal(at.next, "2");
	assert_true(page("{}", 11, 20));
	assert_true(page("{}", 1, 10));
	assert_false(page("{}", 1, 0)); /* an empty page */
	assert_string_equal(at.next, "");
	assert_int_equal(at.old.n, 30);
	assert_false(page("{}", 21, 30)); /* the next round: nothing new */
	assert_true(page("{}", 28, 37));  /* three known, seven new */
	assert_false(page("{}", 18, 27));
	assert_int_equal(at.old.n, 37);
	assert_true(at.old.at[0] == 28); /* the top is remembered first */
}

static void items_that_come_meanwhile_do_not_end_a_walk(void **state)
{
	(void)state;
	paging.kind = PAGING_PAGE;
	assert_true(page("{}", 21, 30));
	assert_true(page("{}", 21, 30)); /* ten came on top: the same ten again */
	assert_true(page("{}", 11, 20));
	assert_true(page("{}", 1, 10));
	assert_false(page("{}", 1, 0));
	assert_int_equal(at.old.n, 30);
}

static void a_walk_that_rested_goes_on_below_what_came_meanwhile(void **state)
{
	(void)state;
	paging.kind = PAGING_PAGE;
	for (uint64_t i = 200; i > 100; i -= 10)
		assert_true(page("{}", i, i + 9));
	for (uint64_t i = 170; i > 100; i -= 10) /* seven pages that it has seen */
		assert_true(page("{}", i, i + 9));
	assert_true(page("{}", 91, 100));
}

static void service_without_pages_does_not_go_on_for_ever(void **state)
{
	int n = 1;
	(void)state;
	paging.kind = PAGING_PAGE;
	while (page("{}", 1, 10))
		assert_in_range(++n, 1, 10);
	assert_int_equal(n, 4);
	assert_string_equal(at.next, "");
}

static void offsets_pages_and_their_last_are_counted(void **state)
{
	(void)state;
	paging.kind = PAGING_OFFSET;
	paging.first = 0;
	assert_true(page("{}", 21, 30));
	assert_string_equal(at.next, "10");
	assert_true(page("{}", 18, 20));
	assert_string_equal(at.next, "13");
	at = (struct position){0};
	paging.kind = PAGING_PAGE;
	paging.last = 2;
	paging.first = 1;
	assert_true(page("{}", 21, 30));
	assert_false(page("{}", 11, 20));
}

static void cursors_are_followed_to_their_end(void **state)
{
	(void)state;
	paging.kind = PAGING_CURSOR;
	paging.path = "c";
	assert_true(page("{\"c\":\"abc\"}", 11, 20));
	assert_string_equal(at.next, "abc");
	assert_false(page("{\"c\":\"abc\"}", 1, 10)); /* the same: no more */
	assert_true(page("{\"c\":5}", 21, 30));
	assert_false(page("{\"c\":null}", 11, 20));
	paging.more = "more";
	assert_false(page("{\"c\":\"x\",\"more\":false}", 31, 40));
}

/* ---- sources that know where we stand */

static void kept_cursor_is_where_the_next_round_begins(void **state)
{
	(void)state;
	paging.kind = PAGING_CURSOR;
	paging.keep = true;
	paging.path = "c";
	assert_true(page("{\"c\":\"1\"}", 1, 10));
	assert_true(page("{\"c\":\"2\"}", 11, 20));
	assert_false(page("{\"c\":\"2\"}", 1, 0));
	assert_string_equal(at.next, "2");
	assert_false(page("{}", 1, 0));
	assert_string_equal(at.next, "2");
	paging.more = "has_more";
	assert_true(page("{\"c\":\"3\",\"has_more\":1}", 1, 0));
	assert_false(page("{\"c\":\"4\",\"has_more\":0}", 21, 30));
	assert_string_equal(at.next, "4");
}

static void since_is_the_greatest_value(void **state)
{
	(void)state;
	paging.kind = PAGING_SINCE;
	assert_true(page("{}", 1, 9));
	assert_true(page("{}", 9, 12)); /* inclusive: 9 comes again */
	assert_string_equal(at.since, "12");
	assert_false(page("{}", 12, 12));
	assert_false(page("{}", 1, 0));
	assert_string_equal(at.since, "12");
}

static void newest_first_walks_down_with_below(void **state)
{
	struct heard_buf url;
	(void)state;
	paging.kind = PAGING_SINCE;
	paging.parameter = "since_id";
	paging.below = "max_id";
	assert_true(page("{}", 21, 30));
	heard_buf_init(&url, 1000);
	next_url(&paging, "https://h/x", &at, &url);
	assert_string_equal(url.ptr, "https://h/x?max_id=21");
	assert_true(page("{}", 11, 20));
	assert_false(page("{}", 1, 0));
	heard_buf_clear(&url);
	next_url(&paging, "https://h/x", &at, &url);
	assert_string_equal(url.ptr, "https://h/x?since_id=30");
	heard_buf_release(&url);
}

static void values_are_compared_as_what_they_are(void **state)
{
	(void)state;
	assert_true(next_is_greater("10", "9"));
	assert_true(next_is_greater("0010", "9"));
	assert_false(next_is_greater("9", "9"));
	assert_true(next_is_greater("2026-01-10", "2026-01-09"));
	assert_true(next_is_greater("b", "a"));
	assert_true(next_is_greater("123456789012345678901", "99999999999999999999"));
}

/* ---- the state */

static void state_is_read_as_it_was_written(void **state)
{
	struct position again;
	struct heard_buf b;
	(void)state;
	at.kind = PAGING_LINK;
	at.stale = 2;
	at.top = 0x123456789abc;
	strcpy(at.next, "https://h/x?a=b=c&d");
	strcpy(at.since, "2026-01-01T00:00:00Z");
	strcpy(at.walk.since, "77");
	for (uint64_t i = 0; i < SEEN_MAX + 10; i++) {
		seen_add(&at.old, (i * 0x9e3779b97f4a7c15) >> 16);
		seen_add(&at.fresh, i);
	}
	heard_buf_init(&b, PULL_STATE_MAX);
	position_format(&at, &b);
	assert_false(b.failed);
	position_parse(heard_buf_view(&b), PAGING_LINK, &again);
	assert_memory_equal(&again, &at, sizeof(at));
	position_parse(heard_buf_view(&b), PAGING_PAGE, &again); /* configured anew */
	assert_string_equal(again.next, "");
	assert_string_equal(again.since, "");
	assert_true(seen_has(&again.old, 5));
	position_parse(heard_str("what\nkind=x\nold=!!!!!!!!\nnext"), PAGING_PAGE, &again);
	assert_int_equal(again.old.n, 0);
	heard_buf_release(&b);
}

/* ---- URLs */

static void url_is(const char *got, const char *wanted)
{
	assert_string_equal(got ? got : "", wanted);
}

static void urls_are_made(void **state)
{
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 1000);
	heard_buf_puts(&b, "https://h/x");
	url_add(&b, "q", heard_str("a b&c=好"));
	url_add(&b, "r", heard_str("1-._~"));
	url_is(b.ptr, "https://h/x?q=a%20b%26c%3D%E5%A5%BD&r=1-._~");
	heard_buf_clear(&b);
	paging.kind = PAGING_PAGE;
	next_url(&paging, "https://h/page={page}/json", &at, &b);
	url_is(b.ptr, "https://h/page=1/json");
	heard_buf_clear(&b);
	strcpy(at.next, "7");
	next_url(&paging, "https://h/x?a=1", &at, &b);
	url_is(b.ptr, "https://h/x?a=1&p=7");
	heard_buf_clear(&b);
	url_without(heard_str("https://h/x?token=s&a=1&token=t&tokens=2"), "token", &b);
	url_is(b.ptr, "https://h/x?a=1&tokens=2");
	heard_buf_release(&b);
}

static void next_pages_stay_at_the_host(void **state)
{
	static const struct {
		const char *next, *url;
	} good[] = {
		{"https://h:8/y?p=2", "https://h:8/y?p=2"},
		{"HTTPS://H:8/y", "HTTPS://H:8/y"},
		{"/z?p=2", "https://h:8/z?p=2"},
		{"?p=3", "https://h:8/a/x?p=3"},
		{"y", "https://h:8/a/y"},
	};
	static const char *const bad[] = {
		"https://other/x", "http://h:8/x",	  "//other/x", "",
		"https://h:80/x",  "https://h:8@other/x", "/a b",      "https://h:8\\@other/"};
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		heard_buf_clear(&b);
		assert_true(
			url_join(heard_str("https://h:8/a/x?q"), heard_str(good[i].next), &b));
		url_is(b.ptr, good[i].url);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		heard_buf_clear(&b);
		if (url_join(heard_str("https://h:8/a/x?q"), heard_str(bad[i]), &b))
			fail_msg("%s: %s", bad[i], b.ptr);
	}
	heard_buf_release(&b);
}

static void links_are_read(void **state)
{
	static const struct {
		const char *header, *next;
	} cases[] = {
		{"<https://h/x?p=2>; rel=\"next\"", "https://h/x?p=2"},
		{"</a>; rel=\"prev\", </b>; rel=\"next\"", "/b"},
		{"</a>; rel=next; title=\"x, <y>; rel=z\"", "/a"},
		{"</a>; title=\"rel=next\"; rel=\"last\"", ""},
		{"</a,b>; rel=\"first next\"", "/a,b"},
		{"</a>; rel=\"nextish\"", ""},
		{"</a>", ""},
		{"<", ""},
		{"", ""},
		{"</a>; rel=\"", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_str s = url_next_link(heard_str(cases[i].header));
		if (!heard_str_is(s, cases[i].next))
			fail_msg("%s: %.*s", cases[i].header, HEARD_ARG(s));
	}
}

/* ---- options and logging in */

static void faults_of_options_are_told(void **state)
{
	struct heard_error err;
	struct collect_auth a = {.kind = AUTH_BEARER, .secret = "", .name = "", .user = ""};
	(void)state;
	paging.kind = PAGING_CURSOR;
	assert_true(next_check(&paging, "u", &err) < 0);
	assert_non_null(strstr(err.text, "paging.path is missing"));
	paging.parameter = "";
	assert_true(next_check(&paging, "u", &err) < 0);
	paging.kind = PAGING_PAGE;
	assert_int_equal(next_check(&paging, "u/{page}", &err), 0);
	paging.below = "x";
	assert_true(next_check(&paging, "u/{page}", &err) < 0);
	assert_true(auth_check(&a, "https://h/", false, &err) < 0);
	a.secret = "s";
	assert_int_equal(auth_check(&a, "https://h/", false, &err), 0);
	assert_true(auth_check(&a, "http://h/", false, &err) < 0);
	assert_non_null(strstr(err.text, "in clear"));
	assert_int_equal(auth_check(&a, "http://h/", true, &err), 0);
	a.kind = AUTH_HEADER;
	assert_true(auth_check(&a, "https://h/", false, &err) < 0);
	a.name = "X-Key: y";
	assert_true(auth_check(&a, "https://h/", false, &err) < 0);
	a.kind = AUTH_BASIC;
	a.user = "a:b";
	assert_true(auth_check(&a, "https://h/", false, &err) < 0);
}

static void requests_are_signed(void **state)
{
	struct collect_auth a = {
		.kind = AUTH_HMAC, .secret = "key", .name = "", .user = "shop"};
	struct pull_request q = {0};
	(void)state;
	heard_buf_init(&q.url, 1000);
	heard_buf_puts(&q.url, "https://h:8/items?since=5");
	assert_true(auth_apply(&a, &q, 1767589445999));
	assert_int_equal(q.n_headers, 3);
	assert_string_equal(q.headers[0].ptr, "X-Timestamp: 1767589445");
	/* printf 'GET\n/items?since=5\n1767589445' | openssl dgst -sha256 -hmac key */
	assert_string_equal(q.headers[1].ptr,
			    "X-Signature: "
			    "504808f6cf29ff974dcca1270bb9741662baaa23f8e87a362a8af62c68c934b0");
	assert_string_equal(q.headers[2].ptr, "X-Key: shop");
	a.kind = AUTH_BASIC;
	a.user = "Aladdin";
	a.secret = "open sesame"; /* RFC 7617 */
	assert_true(auth_apply(&a, &q, 0));
	assert_string_equal(q.headers[3].ptr,
			    "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	a.kind = AUTH_QUERY;
	a.name = "token";
	assert_true(auth_apply(&a, &q, 0));
	assert_string_equal(q.url.ptr, "https://h:8/items?since=5&token=open%20sesame");
	for (size_t i = 0; i < q.n_headers; i++)
		heard_buf_release(&q.headers[i]);
	heard_buf_release(&q.url);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		WITH(walk_ends_where_the_last_one_began),
		WITH(items_that_come_meanwhile_do_not_end_a_walk),
		WITH(a_walk_that_rested_goes_on_below_what_came_meanwhile),
		WITH(service_without_pages_does_not_go_on_for_ever),
		WITH(offsets_pages_and_their_last_are_counted),
		WITH(cursors_are_followed_to_their_end),
		WITH(kept_cursor_is_where_the_next_round_begins),
		WITH(since_is_the_greatest_value),
		WITH(newest_first_walks_down_with_below),
		WITH(values_are_compared_as_what_they_are),
		WITH(state_is_read_as_it_was_written),
		WITH(urls_are_made),
		WITH(next_pages_stay_at_the_host),
		WITH(links_are_read),
		WITH(faults_of_options_are_told),
		WITH(requests_are_signed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
