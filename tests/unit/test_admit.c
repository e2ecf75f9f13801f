/*
 * Tests of admit.c: what a source may say of a record, and where the rest goes.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static void a_source_cannot_say_what_only_we_may(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(
		&e, "{\"id\":\"mine\",\"source\":\"forged\",\"received_at\":\"2001-01-01T00:"
		    "00:00Z\","
		    "\"author\":{\"key\":\"somebody\"},\"masked\":{\"phone\":3},"
		    "\"spam\":{\"score\":1,\"verdict\":\"spam\"},\"body\":\"x\"}");
	assert_false(engine_journal_has(&e, "mine"));
	assert_false(engine_journal_has(&e, "forged"));
	assert_false(engine_journal_has(&e, "2001"));
	assert_false(engine_journal_has(&e, "somebody"));
	assert_false(engine_journal_has(&e, "masked"));
	assert_false(engine_journal_has(&e, "spam"));
	assert_true(engine_journal_has(&e, "\"source\":\"shop/in\""));
}

static void what_only_filters_say_is_taken_from_a_source(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(
		&e, "{\"body\":\"x\",\"spam\":{\"reasons\":[\"n1\"]},"
		    "\"authentic\":{\"score\":1,\"reasons\":[\"n2\"]},"
		    "\"sentiment\":{\"label\":\"n3\",\"emotion\":\"n4\",\"score\":1},"
		    "\"segment\":{\"need\":\"n5\",\"satisfaction\":\"n6\",\"loyalty\":\"n7\"},"
		    "\"answer\":{\"id\":\"n8\",\"title\":\"n9\",\"score\":1},"
		    "\"duplicate_of\":\"n10\",\"related\":[\"n11\"],\"event\":\"n12\"}");
	for (int i = 1; i <= 12; i++) {
		char word[16];
		snprintf(word, sizeof(word), "\"n%d\"", i);
		assert_false(engine_journal_has(&e, word));
	}
	assert_false(engine_journal_has(&e, "score"));
	assert_true(engine_journal_has(&e, "\"body\":\"x\""));
}

static void labels_stay_if_they_look_like_labels(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(
		&e, "{\"channel\":\"web-2.app_1\",\"lang\":\"zh-Hant-TW\","
		    "\"intent\":\"praise\",\"category\":\"product\",\"subcategory\":\"微信\","
		    "\"priority\":\"low\",\"department\":\"after_sales\"}");
	assert_true(engine_journal_has(&e, "\"channel\":\"web-2.app_1\""));
	assert_true(engine_journal_has(&e, "\"subcategory\":\"微信\""));
	assert_false(engine_journal_has(&e, "attributes"));
}

/* Where the value of `name` went: the line without and with it. */
static void is_moved(const char *name, const char *value)
{
	char raw[512], want[512];
	snprintf(raw, sizeof(raw), "{\"body\":\"b\",\"%s\":\"%s\"}", name, value);
	engine_send_raw(&e, raw);
	snprintf(want, sizeof(want), "\"body\":\"b\",\"attributes\":{\"%s\":\"%s\"}}", name,
		 value);
	if (!engine_journal_has(&e, want))
		fail_msg("%s: not moved", raw);
}

static void labels_that_do_not_look_like_one_become_attributes(void **state)
{
	(void)state;
	engine_start(&e);
	is_moved("channel", "13812345678");
	is_moved("channel", "web 138");
	is_moved("lang", "138-1234-5678");
	is_moved("category", "１３８１２３");
	is_moved("category", "一三八零零一三八");
	is_moved("category", "li@example.org");
	is_moved("subcategory", "京A0F010");
	is_moved("department", "abcdefghijklmnopqrstuvwxyzabcdefg");
	is_moved("intent", "anger");
	is_moved("priority", "P1");
}

static void a_moved_label_replaces_no_attribute(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"a b\",\"attributes\":{\"channel\":\"own\","
			    "\"channel_2\":\"own too\"}}");
	assert_true(engine_journal_has(&e, "{\"channel\":\"own\",\"channel_2\":\"own too\","
					   "\"channel_3\":\"a b\"}"));
}

static void figures_too_large_for_a_score_become_attributes(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e,
			"{\"rating\":13812345678,\"nps\":9,\"ratings\":{\"value\":-13812345678,"
			"\"service\":4}}");
	assert_true(engine_journal_has(&e, "\"nps\":9,\"ratings\":{\"service\":4}"));
	assert_true(engine_journal_has(&e, "\"attributes\":{\"rating\":13812345678,"
					   "\"ratings.value\":-13812345678}"));
}

static void files_keep_types_and_digests_that_look_like_one(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(
		&e,
		"{\"attachments\":[{\"name\":\"a\",\"type\":\"text/plain; charset=x\"},"
		"{\"name\":\"b\",\"type\":\"image/13812345678\",\"sha256\":\"13812345678\"},"
		"{\"name\":\"c\",\"type\":\"call me\"},"
		"{\"name\":\"d\",\"type\":\"video/mp4\",\"sha256\":"
		"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}");
	assert_true(engine_journal_has(&e, "\"type\":\"text/plain\""));
	assert_true(engine_journal_has(&e, "\"type\":\"video/mp4\",\"sha256\":\"0123456789ab"));
	assert_false(engine_journal_has(&e, "13812345678"));
	assert_false(engine_journal_has(&e, "call me"));
}

static void names_that_are_no_names_become_text(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e, "{\"ratings\":{\"service\":5,\"call 13812345678\":4},"
			    "\"attributes\":{\"size\":1,\"li@example.org\":2,\"member_1\":3}}");
	assert_true(engine_journal_has(&e, "\"ratings\":{\"service\":5,\"member_1\":4}"));
	assert_true(engine_journal_has(
		&e, "\"attributes\":{\"size\":1,\"member_1025\":2,\"member_1\":3,"
		    "\"member_1025_name\":\"li@example.org\","
		    "\"ratings.member_1_name\":\"call 13812345678\"}"));
}

static void without_room_to_move_the_record_is_a_dead_letter(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	heard_buf_printf(&b, "{\"channel\":\"13812345678\",\"attributes\":{\"a\":1");
	for (int i = 1; i < 1024; i++)
		heard_buf_printf(&b, ",\"a%d\":1", i);
	heard_buf_printf(&b, "}}");
	engine_start(&e);
	engine_send_raw(&e, b.ptr);
	heard_buf_release(&b);
	assert_int_equal(engine_gate(&e).journaled, 0);
	assert_non_null(strstr(engine_letters(&e).meta, "no room left for another attribute"));
}

static void an_error_quotes_no_name_of_a_customers(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"{\"ratings\":{\"13812345678\":\"x\"}}",
		"{\"ratings.13812345678\":\"x\"}",
		"{\"masked\":{\"13812345678\":\"x\"}}",
		"{\"author\":{\"13812345678%0300d\":1}}",
		"{\"attributes\":{\"13812345678%0300d\":1}}",
		"{\"ratings\":{\"13812345678%0300d\":1}}",
		"{\"author\":13812345678,\"13812345678%0300d\":[1]}",
	};
	engine_start(&e);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct receipt r = {0};
		char raw[512], zeros[301];
		const char *at = strstr(wrong[i], "%0300d");
		memset(zeros, '0', 300);
		zeros[300] = 0;
		snprintf(raw, sizeof(raw), "%.*s%s%s", at ? (int)(at - wrong[i]) : 400,
			 wrong[i], at ? zeros : "", at ? at + 6 : "");
		engine_stream(&e, raw, "t", &r);
		engine_until(&e, r.times > 0);
		struct engine_letter l = engine_letters(&e);
		assert_int_equal(l.n, i + 1);
		if (strstr(l.meta, "1381234") != NULL)
			fail_msg("%s", l.meta);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_source_cannot_say_what_only_we_may),
		TEST(what_only_filters_say_is_taken_from_a_source),
		TEST(labels_stay_if_they_look_like_labels),
		TEST(labels_that_do_not_look_like_one_become_attributes),
		TEST(a_moved_label_replaces_no_attribute),
		TEST(figures_too_large_for_a_score_become_attributes),
		TEST(files_keep_types_and_digests_that_look_like_one),
		TEST(names_that_are_no_names_become_text),
		TEST(without_room_to_move_the_record_is_a_dead_letter),
		TEST(an_error_quotes_no_name_of_a_customers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
