/*
 * test_http_head.c - the parser of request heads and of chunked bodies.
 */
#include "http_head.h"

#include <heard/buf.h>
#include <heard/http.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct http_head head;
static char text[4096];

static int parse(const char *request)
{
	const char *why = NULL;
	size_t len = strlen(request);
	memcpy(text, request, len);
	size_t end = http_head_end(text, len, 0);
	if (end == 0)
		fail_msg("<%s> has no end", request);
	int status = http_head_parse(text, end, &head, &why);
	assert_true(status == 0 || why != NULL);
	return status;
}

static void expect(int status, const char *request)
{
	int got = parse(request);
	if (got != status)
		fail_msg("<%s>: wanted %d, got %d", request, status, got);
}

static void request_is_taken_apart(void **state)
{
	(void)state;
	expect(0, "POST /a%20b/%E4%BD%A0?q=%41&r HTTP/1.1\r\nHost: x\r\nX-Empty:\r\n"
		  "content-length:  7 \r\nX-Two: a\r\nX-Two: b\r\n\r\nrest of it");
	assert_int_equal(head.method, HEARD_HTTP_POST);
	assert_true(heard_str_is(head.path, "/a b/\xe4\xbd\xa0"));
	assert_true(heard_str_is(head.query, "q=%41&r"));
	assert_int_equal(head.length, 7);
	assert_int_equal(head.n, 5);
	assert_true(head.keep_alive);
	assert_true(heard_str_is(http_head_find(&head, "x-two"), "a"));
	assert_non_null(http_head_find(&head, "X-EMPTY").ptr);
	assert_null(http_head_find(&head, "X-None").ptr);
}

static void connection_is_kept_by_version_and_wish(void **state)
{
	(void)state;
	expect(0, "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade, Close\r\n\r\n");
	assert_false(head.keep_alive);
	expect(0, "GET / HTTP/1.0\r\n\r\n");
	assert_false(head.keep_alive);
	expect(0, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
	assert_true(head.keep_alive);
}

static void targets_come_in_three_forms(void **state)
{
	(void)state;
	expect(0, "GET http://x.example:80/p?q HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(heard_str_is(head.path, "/p"));
	expect(0, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(heard_str_is(head.path, "*"));
	expect(400, "GET * HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET x HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET /.. HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET /./x HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(0, "GET /.well-known/..x/a..b HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void ambiguous_requests_are_refused(void **state)
{
	(void)state;
	expect(400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n");
	expect(400, "GET /\r\nHost: x\r\n\r\n");
	expect(505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n");
	expect(400, "GET / http/1.1\r\nHost: x\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n");
	expect(400, "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n");
	expect(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n");
	expect(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n");
	expect(400,
	       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n\r\n");
	expect(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
	expect(501, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n");
	expect(417, "POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n");
}

static void fields_of_which_only_one_would_be_seen_come_once(void **state)
{
	(void)state;
	expect(400, "POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\n"
		    "idempotency-key: b\r\n\r\n");
	expect(400, "POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key:\r\n"
		    "Idempotency-Key: b\r\n\r\n");
	expect(0, "POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\n"
		  "Idempotency-Key: a\r\n\r\n");
	expect(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
		    "Content-Encoding: gzip\r\n\r\n");
}

static void end_is_found_wherever_the_pieces_break(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\nmore";
	size_t want = sizeof(request) - 1 - 4;
	(void)state;
	for (size_t seen = 0; seen < want; seen++)
		assert_int_equal(http_head_end(request, sizeof(request) - 1, seen), want);
	for (size_t len = 0; len < want; len++)
		assert_int_equal(http_head_end(request, len, 0), 0);
}

static int dechunk(const char *bytes, size_t piece, struct heard_buf *out)
{
	struct http_chunks chunks = {0};
	size_t n = strlen(bytes), used;
	int result = 0;
	heard_buf_clear(out);
	while (n && result == 0) {
		struct heard_str data;
		result = http_chunks_feed(&chunks, bytes, n < piece ? n : piece, &used, &data);
		heard_buf_str(out, data);
		bytes += used;
		n -= used;
	}
	return result;
}

static void chunks_are_joined_however_they_are_cut(void **state)
{
	struct heard_buf out;
	(void)state;
	heard_buf_init(&out, 1000);
	for (size_t piece = 1; piece < 60; piece++) {
		assert_int_equal(
			dechunk("5 ;a=\"b\"\r\nhello\r\n00001\r\n,\r\nB\r\n world\r\n\r\n!\r\n"
				"0\r\nA: b\r\nC: d\r\n\r\n",
				piece, &out),
			1);
		assert_string_equal(out.ptr, "hello, world\r\n\r\n!");
	}
	heard_buf_release(&out);
}

static void malformed_chunks_are_refused(void **state)
{
	static const char *const bad[] = {
		"\r\n",	    "x\r\n",	     "-1\r\n",	     "1\nab",
		"1\r\nab",  "1\r\na\rx",     " 1\r\na\r\n",  "1;\nx",
		"0\r\n\nx", "0\r\na\nb\r\n", "0x1\r\na\r\n", "1000000000000000\r\n"};
	struct heard_buf out;
	(void)state;
	heard_buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dechunk(bad[i], 100, &out) != -EBADMSG)
			fail_msg("<%s> is taken", bad[i]);
	heard_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_taken_apart),
		cmocka_unit_test(connection_is_kept_by_version_and_wish),
		cmocka_unit_test(targets_come_in_three_forms),
		cmocka_unit_test(ambiguous_requests_are_refused),
		cmocka_unit_test(fields_of_which_only_one_would_be_seen_come_once),
		cmocka_unit_test(end_is_found_wherever_the_pieces_break),
		cmocka_unit_test(chunks_are_joined_however_they_are_cut),
		cmocka_unit_test(malformed_chunks_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
