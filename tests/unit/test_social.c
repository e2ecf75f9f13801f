/*
 * test_social.c - what social inputs share: ids read upwards, offsets, server-sent events,
 * names, and how long an answer is.
 */
#include "pull/climb.h"
#include "pull/offset.h"
#include "pull/sse.h"
#include "social/social.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/plugin.h>

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

static void writes(const struct social_style *how, const char *wanted)
{
	struct respond_to to = {.address = HEARD_STR("a"),
				.text = HEARD_STR("words link"),
				.words = HEARD_STR("words")};
	struct heard_error err = {.text = ""};
	struct heard_buf b;
	heard_buf_init(&b, 100);
	struct heard_json_out out = {.buf = &b};
	if (social_write(&out, NULL, &to, how, &err) == 0)
		assert_string_equal(b.ptr, wanted);
	else
		assert_non_null(strstr(err.text, wanted));
	heard_buf_release(&b);
}

static void the_link_goes_where_nobody_else_reads(void **state)
{
	struct social_style how = {true, true, social_characters, 13};
	(void)state;
	writes(&how, "\"@a words link\"");
	how.most = 12;
	writes(&how, "\"@a words\"");
	how.most = 7;
	writes(&how, "8 characters, and the network takes 7");
	how = (struct social_style){false, false, NULL, 13};
	writes(&how, "\"words\"");
	how.most = 4;
	writes(&how, "5 bytes, and the network takes 4");
}

/* ---- names and kinds */

static void a_name_is_found_as_a_whole(void **state)
{
	(void)state;
	assert_true(social_is_named(heard_str("你好@Shop_Bot退款"), "shop_bot"));
	assert_true(social_is_named(heard_str("@shop_bot2 @shop_bot"), "shop_bot"));
	assert_false(social_is_named(heard_str("@shop_bot2"), "shop_bot"));
	assert_false(social_is_named(heard_str("shop_bot@"), "shop_bot"));
	assert_false(social_is_named(heard_str("@"), ""));
	assert_false(social_is(heard_str(""), ""));
}

static void names_are_written_without_their_sign(void **state)
{
	static const char *names[SOCIAL_PULLS] = {"a", "#b"};
	struct heard_list list = {names, 1};
	struct heard_error err;
	(void)state;
	assert_int_equal(social_check_names("tags", &list, '#', &err), 0);
	list.n = 2;
	assert_int_equal(social_check_names("tags", &list, '#', &err), -EINVAL);
	assert_string_equal(err.text, "tags is written with #: write it without #");
	list.n = SOCIAL_PULLS;
	assert_int_equal(social_check_names("tags", &list, '#', &err), -EINVAL);
	assert_int_equal(social_check_name("account", "", '@', &err), -EINVAL);
}

static void what_has_no_words_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(social_kind_name(heard_str("voice"), true), "语音");
	assert_string_equal(social_kind_name(heard_str("photo"), false), "photo");
	assert_null(social_kind_name(heard_str("hologram"), true));
}

/* ---- offsets */

static void an_offset_ends_with_its_time(void **state)
{
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 64);
	offset_format(42, 1000, &b);
	assert_int_equal(offset_parse(heard_buf_view(&b), 1999, 1000), 42);
	assert_int_equal(offset_parse(heard_buf_view(&b), 2000, 1000), 0);
	assert_int_equal(offset_parse(heard_str(""), 0, 1000), 0);
	assert_int_equal(offset_parse(heard_str("42"), 0, 1000), 0);
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
		cmocka_unit_test(a_name_is_found_as_a_whole),
		cmocka_unit_test(names_are_written_without_their_sign),
		cmocka_unit_test(what_has_no_words_has_a_name),
		cmocka_unit_test(an_offset_ends_with_its_time),
	};
	return cmocka_run_group_tests_name("social", tests, NULL, NULL);
}
