/*
 * test_social.c - what social inputs share: ids read upwards, server-sent events, and how
 * long an answer is.
 */
#include "pull/climb.h"
#include "pull/sse.h"
#include "social/social.h"

#include <heard/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- climb */

/* The state after a page of these ids. */
static bool climb(char state[160], const char *const *ids, bool is_last)
{
	struct climb c;
	struct heard_buf b;
	climb_parse(heard_str(state), &c);
	climb_from(&c, 0);
	for (; *ids; ids++)
		climb_see(&c, heard_str(*ids));
	bool more = climb_page(&c, is_last);
	heard_buf_init(&b, 159);
	climb_format(&c, &b);
	snprintf(state, 160, "%s", b.ptr);
	heard_buf_release(&b);
	return more;
}

static void a_climb_goes_up_whatever_the_order(void **state)
{
	char s[160] = "";
	(void)state;
	assert_false(climb(s, (const char *const[]){"9", "11", "10", NULL}, false));
	assert_string_equal(s, "11 -"); /* the first page is the only one */
	assert_true(climb(s, (const char *const[]){"13", "14", "12", NULL}, false));
	assert_string_equal(s, "14 14");
	assert_false(climb(s, (const char *const[]){NULL}, false));
	assert_string_equal(s, "14 -");
	assert_false(climb(s, (const char *const[]){"14", NULL}, false)); /* inclusive */
	assert_true(climb(s, (const char *const[]){"9", NULL}, false));	  /* it was late */
	assert_string_equal(s, "14 9");
	assert_false(climb(s, (const char *const[]){"-", "1 2", "", NULL}, false));
	assert_string_equal(s, "14 -");
	assert_false(climb(s, (const char *const[]){"15", NULL}, true));
	assert_string_equal(s, "15 -");
	s[0] = '\0';
	assert_false(climb(s, (const char *const[]){NULL}, false));
	assert_string_equal(s, "0 -"); /* from then on, all that comes */
	snprintf(s, sizeof(s), "nonsense");
	assert_false(climb(s, (const char *const[]){"7", NULL}, false));
	assert_string_equal(s, "7 -");
}

static void a_round_begins_below(void **state)
{
	struct climb c;
	(void)state;
	climb_parse(heard_str("110000000000000000 -"), &c);
	assert_string_equal(climb_from(&c, 1000), "109999999934464000");
	climb_parse(heard_str("110000000000000000 110000000000000005"), &c);
	assert_string_equal(climb_from(&c, 1000), "110000000000000005");
	climb_parse(heard_str("1234 -"), &c); /* not made of a time */
	assert_string_equal(climb_from(&c, 1000), "1234");
	climb_parse(heard_str("01ARZ3NDEKTSV4RRFFQ69G5FAV -"), &c);
	assert_string_equal(climb_from(&c, 1000), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
	climb_parse(heard_str(""), &c);
	assert_null(climb_from(&c, 1000));
}

/* ---- server-sent events */

static bool note(void *arg, struct heard_str name, struct heard_str data)
{
	struct heard_buf *b = arg;
	heard_buf_printf(b, "[%.*s|%.*s%s]", HEARD_ARG(name), HEARD_ARG(data),
			 data.ptr ? "" : "too long");
	return b->len < 200;
}

static void read_as(const char *text, size_t n, size_t piece, char out[256])
{
	struct sse s;
	struct heard_buf b;
	sse_init(&s);
	heard_buf_init(&b, 255);
	for (size_t i = 0; i < n; i += piece)
		sse_read(&s, heard_str_n(text + i, n - i < piece ? n - i : piece), note, &b);
	snprintf(out, 256, "%s", b.ptr ? b.ptr : "");
	sse_release(&s);
	heard_buf_release(&b);
}

static void events_are_read_in_pieces_of_any_size(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf:)\n:thump\n\nevent: update\ndata: {\"a\":1}\n\n"
		"event:delete\r\ndata:12\r\ndata: 34\r\n\r\nid: 7\rdata\r\r"
		"retry: 5\nevent: lost\n\ndata: half";
	char out[256];
	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		read_as(text, sizeof(text) - 1, piece, out);
		assert_string_equal(out, "[update|{\"a\":1}][delete|12\n34][|]");
	}
}

static void an_event_that_is_too_long_is_told_so(void **state)
{
	static char text[SSE_MAX + 64];
	char out[256];
	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "event: a\ndata: ", 15);
	memcpy(text + sizeof(text) - 25, "\n\nevent: b\ndata: good\n\n", 23);
	read_as(text, sizeof(text) - 2, 100000, out);
	assert_string_equal(out, "[a|too long][b|good]");
}

/* ---- answers */

static void an_answer_is_as_long_as_the_network_counts(void **state)
{
	(void)state;
	assert_int_equal(social_characters(heard_str("a你😀")), 3);
	assert_int_equal(social_utf16(heard_str("a你😀")), 4);
	assert_int_equal(social_characters(heard_str("\xff\xfe")), 2);
	assert_int_equal(social_characters(heard_str(NULL)), 0);
}

static void the_link_goes_where_nobody_else_reads(void **state)
{
	struct respond_to to = {.text = HEARD_STR("words link"), .words = HEARD_STR("words")};
	struct heard_error err;
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 100);
	assert_int_equal(social_write(&to, "@a ", true, social_characters, 13, &b, &err), 0);
	assert_string_equal(b.ptr, "@a words link");
	assert_int_equal(social_write(&to, "@a ", true, social_characters, 12, &b, &err), 0);
	assert_string_equal(b.ptr, "@a words");
	assert_int_equal(social_write(&to, "", false, social_characters, 13, &b, &err), 0);
	assert_string_equal(b.ptr, "words");
	assert_int_equal(social_write(&to, "@a ", true, social_characters, 7, &b, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "8 characters, and the network takes 7"));
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_climb_goes_up_whatever_the_order),
		cmocka_unit_test(a_round_begins_below),
		cmocka_unit_test(events_are_read_in_pieces_of_any_size),
		cmocka_unit_test(an_event_that_is_too_long_is_told_so),
		cmocka_unit_test(an_answer_is_as_long_as_the_network_counts),
		cmocka_unit_test(the_link_goes_where_nobody_else_reads),
	};
	return cmocka_run_group_tests_name("social", tests, NULL, NULL);
}
