/* Records from JSON and back: what is a field, what an attribute, what is
 * refused, and that reading what was written changes nothing. */
#include "record.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct heard_batch *batch;
static struct heard_buf line;

static int set_up(void **state)
{
	(void)state;
	batch = batch_create(64 << 20);
	heard_buf_init(&line, 16 << 20);
	return batch == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	batch_destroy(batch);
	heard_buf_release(&line);
	return 0;
}

static struct heard_record *read_n(const char *text, size_t n)
{
	struct heard_error err = {0};
	if (heard_batch_add_json(batch, heard_str_n(text, n), &err) < 0)
		fail_msg("%.100s: %s", text, err.text);
	return heard_batch_at(batch, heard_batch_size(batch) - 1);
}

static struct heard_record *read_json(const char *text)
{
	return read_n(text, strlen(text));
}

static const char *encode(const struct heard_record *r)
{
	heard_buf_clear(&line);
	record_encode(r, &line);
	assert_false(line.failed);
	assert_int_equal(line.ptr[line.len - 1], '\n');
	line.ptr[--line.len] = '\0';
	return line.ptr;
}

/* Reading `text` and writing it gives `canonical`, and again the same. */
static void assert_canonical(const char *text, const char *canonical)
{
	char *once = strdup(encode(read_json(text)));
	assert_non_null(once);
	assert_string_equal(once, canonical);
	assert_string_equal(encode(read_json(once)), once);
	free(once);
}

static void assert_refused(const char *text, const char *why)
{
	struct heard_error err = {0};
	size_t n = heard_batch_size(batch);
	if (heard_batch_add_json(batch, heard_str(text), &err) == 0)
		fail_msg("%.100s was taken", text);
	assert_int_equal(err.code, EBADMSG);
	if (strstr(err.text, why) == NULL)
		fail_msg("%.100s: %s", text, err.text);
	assert_int_equal(heard_batch_size(batch), n);
}

static void fields_are_written_in_the_order_of_the_table(void **state)
{
	(void)state;
	assert_canonical(
		"{\"tags\":[\"b\",\"a\"],\"author\":{\"phone\":\"1\",\"name\":\"W\"},\"body\":"
		"\"x\","
		"\"attributes\":{\"z\":1},\"rating\":4.0,\"masked\":{\"phone\":2},\"op\":"
		"\"update\","
		"\"ratings\":{\"value\":4.5},\"revision\":3,\"spam\":{\"score\":0.25}}",
		"{\"revision\":3,\"op\":\"update\",\"body\":\"x\",\"author\":{\"name\":\"W\","
		"\"phone\":\"1\"},\"rating\":4,\"spam\":{\"score\":0.25},\"tags\":[\"b\",\"a\"]"
		","
		"\"ratings\":{\"value\":4.5},\"masked\":{\"phone\":2},\"attributes\":{\"z\":1}"
		"}");
	assert_canonical("{}", "{}");
	assert_canonical("{\"attributes\":{\"a\":true}}", "{\"attributes\":{\"a\":true}}");
	assert_canonical("{\"author\":{\"name\":\"a\"}}", "{\"author\":{\"name\":\"a\"}}");
}

static void dotted_names_nest_or_stand_as_they_are(void **state)
{
	(void)state;
	assert_canonical("{\"author.name\":\"W\",\"spam.reasons\":[\"x\"],\"ratings.value\":3,"
			 "\"masked.ip\":1,\"attributes.a.b\":\"c\"}",
			 "{\"author\":{\"name\":\"W\"},\"spam\":{\"reasons\":[\"x\"]},"
			 "\"ratings\":{\"value\":3},\"masked\":{\"ip\":1},"
			 "\"attributes\":{\"a.b\":\"c\"}}");
}

static void what_is_unknown_becomes_a_flat_attribute(void **state)
{
	(void)state;
	assert_canonical(
		"{\"page\":{\"url\":\"/x\",\"tabs\":[1,{\"id\":true},[\"y\"]]},\"n\":null,"
		"\"e\":{},\"l\":[],\"author\":{\"age\":33},\"spam\":\"yes\"}",
		"{\"attributes\":{\"page.url\":\"/x\",\"page.tabs.0\":1,"
		"\"page.tabs.1.id\":true,\"page.tabs.2.0\":\"y\",\"author.age\":33,"
		"\"spam\":\"yes\"}}");
}

static void an_attribute_is_never_taken_for_a_field(void **state)
{
	(void)state;
	assert_canonical("{\"attributes\":{\"rating\":5,\"author.name\":\"x\",\"\\\"q\":1}}",
			 "{\"attributes\":{\"rating\":5,\"author.name\":\"x\",\"\\\"q\":1}}");
	assert_canonical("{\"\":{\"rating\":5}}", "{\"attributes\":{\".rating\":5}}");
}

static void every_field_goes_both_ways(void **state)
{
	(void)state;
	struct heard_record *r = heard_batch_add(batch);
	struct heard_str items[] = {HEARD_STR("one \"quoted\""), HEARD_STR("")};
	struct heard_file file = {HEARD_STR("a.png"), HEARD_STR("image/png"),
				  HEARD_STR("0123abcd"), INT64_MAX};
	for (int i = 0; i < HEARD_FIELD_COUNT; i++) {
		enum heard_field f = (enum heard_field)i;
		switch (heard_field_table[f].type) {
		case HEARD_STR_: heard_set_str(r, f, heard_field_table[f].name); break;
		case HEARD_INT_: heard_set_int(r, f, INT64_MIN + i); break;
		case HEARD_NUM_: heard_set_number(r, f, i / 7.0); break;
		case HEARD_TIME_: heard_set_time(r, f, 1700000000123 + i); break;
		case HEARD_LIST_: heard_set_list(r, f, items, 2); break;
		default: heard_file_add(r, &file); break;
		}
	}
	heard_set_str(r, HEARD_OP, HEARD_STR_OF("delete"));
	char *once = strdup(encode(r));
	struct heard_record *again = read_json(once);
	assert_int_equal(again->present, r->present);
	assert_string_equal(encode(again), once);
	assert_int_equal(heard_get(again, HEARD_REVISION).integer,
			 heard_get(r, HEARD_REVISION).integer);
	assert_true(heard_get_number(again, HEARD_NPS, 0) == heard_get_number(r, HEARD_NPS, 1));
	assert_int_equal(heard_get(again, HEARD_ATTACHMENTS).files.at[0].size, INT64_MAX);
	free(once);
}

static void numbers_are_taken_where_a_string_is_wanted(void **state)
{
	(void)state;
	assert_canonical(
		"{\"order\":20260001,\"source_id\":-7,\"author\":{\"phone\":13812345678},"
		"\"thread\":18446744073709551615,\"tags\":[\"a\",5]}",
		"{\"source_id\":\"-7\",\"author\":{\"phone\":\"13812345678\"},"
		"\"order\":\"20260001\",\"thread\":\"18446744073709551615\","
		"\"tags\":[\"a\",\"5\"]}");
	assert_refused("{\"order\":1.5}", "order must be a string");
	assert_refused("{\"order\":184467440737095516150}", "order must be a string");
}

static void a_time_that_names_no_zone_is_of_the_batchs_while_it_is_decoded(void **state)
{
	(void)state;
	static const char text[] = "{\"created_at\":\"2026-11-21T20:15:30\"}";
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	assert_non_null(zone);
	assert_string_equal(encode(read_json(text)),
			    "{\"created_at\":\"2026-11-21T20:15:30.000Z\"}");
	batch_set_zone(batch, zone);
	assert_string_equal(encode(read_json(text)),
			    "{\"created_at\":\"2026-11-21T12:15:30.000Z\"}");
	assert_string_equal(encode(read_json("{\"created_at\":\"2026-11-21T20:15:30Z\"}")),
			    "{\"created_at\":\"2026-11-21T20:15:30.000Z\"}");
	batch_end_decode(batch);
	assert_null(heard_batch_zone(batch));
	heard_zone_destroy(zone);
}

static void times_are_strings_or_numbers(void **state)
{
	(void)state;
	assert_canonical(
		"{\"created_at\":\"2026-11-21T20:15:30+08:00\",\"received_at\":1700000000}",
		"{\"received_at\":\"2023-11-14T22:13:20.000Z\","
		"\"created_at\":\"2026-11-21T12:15:30.000Z\"}");
	assert_canonical("{\"created_at\":1700000000123,\"received_at\":1700000000.5}",
			 "{\"received_at\":\"2023-11-14T22:13:20.500Z\","
			 "\"created_at\":\"2023-11-14T22:13:20.123Z\"}");
	assert_refused("{\"created_at\":\"yesterday\"}", "created_at must be a time");
	assert_refused("{\"created_at\":-1}", "created_at must be a time");
	assert_refused("{\"created_at\":1e300}", "created_at must be a time");
	assert_refused("{\"created_at\":true}", "created_at must be a time");
}

static void wrong_types_name_the_member(void **state)
{
	(void)state;
	assert_refused("{\"rating\":\"5\"}", "rating must be a number");
	assert_refused("{\"rating\":{\"value\":5}}", "rating must be a number");
	assert_refused("{\"body\":[\"x\"]}", "body must be a string");
	assert_refused("{\"body\":true}", "body must be a string");
	assert_refused("{\"author\":{\"name\":{}}}", "author.name must be a string");
	assert_refused("{\"revision\":1.5}", "revision must be an integer");
	assert_refused("{\"revision\":\"1\"}", "revision must be an integer");
	assert_refused("{\"op\":\"upsert\"}", "op must be create, update or delete");
	assert_refused("{\"tags\":\"a\"}", "tags must be a list of strings");
	assert_refused("{\"tags\":[null]}", "tags must be a list of strings");
	assert_refused("{\"ratings\":4}", "ratings must be an object");
	assert_refused("{\"ratings\":{\"value\":\"4\"}}",
		       "a member of ratings must be a number");
	assert_refused("{\"masked\":{\"phone\":1.5}}", "a member of masked must be an integer");
	assert_refused("{\"attributes\":[1]}", "attributes must be an object");
	assert_refused("{\"attachments\":{}}", "attachments must be a list");
	assert_refused("{\"attachments\":[{\"size\":-1}]}", "attachments must be a list");
	assert_refused("{\"attachments\":[{\"url\":\"x\"}]}", "attachments must be a list");
	assert_refused("{\"\":1}", "empty name");
	assert_refused("[]", "must be a JSON object");
	assert_refused("\"x\"", "must be a JSON object");
	assert_refused("{\"a\":\"\\u0000\"}", "\\u0000");
	assert_refused("{\"a\":\"\xFF\"}", "not UTF-8");
	assert_refused("{\"a\":1", "not JSON");
}

static void errors_never_quote_a_value(void **state)
{
	(void)state;
	struct heard_error err;
	static const char *const texts[] = {
		"{\"rating\":\"SECRET\"}",     "{\"op\":\"SECRET\"}",
		"{\"created_at\":\"SECRET\"}", "{\"ratings\":{\"v\":\"SECRET\"}}",
		"{\"tags\":[{\"SECRET\":1}]}", "{\"body\":\"SECRET\"",
		"{\"attachments\":\"SECRET\"}"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(heard_batch_add_json(batch, heard_str(texts[i]), &err) < 0);
		assert_null(strstr(err.text, "SECRET"));
	}
}

static void errors_do_not_tell_free_names(void **state)
{
	(void)state;
	assert_refused("{\"ratings\":{\"a\\n\\\"b\":\"x\"}}", "a member of ratings must be");
	char text[3000] = "{\"ratings\":{\"";
	memset(text + 13, 'n', 1500);
	strcpy(text + 1513, "\":\"x\"}}");
	assert_refused(text, "member is longer than 256 bytes");
}

static void null_removes_and_the_last_wins(void **state)
{
	(void)state;
	assert_canonical(
		"{\"body\":\"a\",\"body\":null,\"rating\":1,\"rating\":2,\"x\":1,\"x\":\"y\","
		"\"tags\":[\"a\"],\"tags\":[\"b\"],\"ratings\":null,"
		"\"attachments\":[{\"name\":\"a\"}],\"attachments\":[{\"name\":\"b\"}]}",
		"{\"rating\":2,\"attachments\":[{\"size\":0,\"name\":\"b\"}],"
		"\"tags\":[\"b\"],\"attributes\":{\"x\":\"y\"}}");
	assert_canonical("{\"tags\":[\"a\"],\"tags\":[],\"author.name\":\"a\",\"author\":{"
			 "\"name\":\"b\"}}",
			 "{\"author\":{\"name\":\"b\"}}");
}

static void big_and_odd_numbers_are_kept_as_far_as_can_be(void **state)
{
	(void)state;
	assert_canonical(
		"{\"a\":123456789012345678901234567890,\"b\":-0,\"c\":-0.0,\"d\":1e300,"
		"\"e\":9223372036854775807,\"f\":1.0,\"g\":18446744073709551615,\"h\":1e17}",
		"{\"attributes\":{\"a\":1.2345678901234568e+29,\"b\":0,\"c\":0,\"d\":1e+300,"
		"\"e\":9223372036854775807,\"f\":1,\"g\":18446744073709551616,"
		"\"h\":100000000000000000}}");
	assert_refused("{\"a\":1e400}", "number");
}

static void too_much_of_anything_is_refused(void **state)
{
	(void)state;
	struct heard_buf text;
	heard_buf_init(&text, 1 << 20);
	heard_buf_puts(&text, "{\"x\":[0");
	for (int i = 1; i < RECORD_MEMBERS; i++)
		heard_buf_puts(&text, ",0");
	size_t full = text.len;
	heard_buf_puts(&text, "]}");
	read_json(text.ptr);
	text.len = full;
	heard_buf_puts(&text, ",0]}");
	assert_refused(text.ptr, "more than 1024 attributes");
	heard_buf_clear(&text);
	heard_buf_puts(&text, "{\"tags\":[\"\"");
	for (int i = 0; i < RECORD_LIST; i++)
		heard_buf_puts(&text, ",\"\"");
	heard_buf_puts(&text, "]}");
	assert_refused(text.ptr, "tags has more than 1024 items");
	heard_buf_clear(&text);
	heard_buf_puts(&text, "{\"attachments\":[{}");
	for (int i = 0; i < RECORD_LIST; i++)
		heard_buf_puts(&text, ",{}");
	heard_buf_puts(&text, "]}");
	assert_refused(text.ptr, "attachments has more than 1024 items");
	heard_buf_clear(&text);
	for (int i = 0; i < 60; i++)
		heard_buf_puts(&text, "{\"longname\":");
	heard_buf_puts(&text, "1");
	for (int i = 0; i < 60; i++)
		heard_buf_puts(&text, "}");
	assert_refused(text.ptr, "longer than 256 bytes");
	heard_buf_release(&text);
}

static void what_a_filter_broke_is_repaired_when_written(void **state)
{
	(void)state;
	struct heard_record *r = heard_batch_add(batch);
	heard_set_str(r, HEARD_SUBJECT,
		      HEARD_STR_OF("a\xFF"
				   "b\xE6\x83"));
	heard_set_str(r, HEARD_BODY, HEARD_STR_OF("c\0d\n"));
	char *once = strdup(encode(r));
	assert_string_equal(once, "{\"subject\":\"a\xEF\xBF\xBD"
				  "b\xEF\xBF\xBD\xEF\xBF\xBD\","
				  "\"body\":\"c\xEF\xBF\xBD"
				  "d\\n\"}");
	assert_string_equal(encode(read_json(once)), once);
	free(once);
}

static void a_full_buffer_leaves_no_half_line(void **state)
{
	(void)state;
	struct heard_record *r = read_json("{\"author\":{\"name\":\"W\"},\"body\":"
					   "\"0123456789\\n\",\"tags\":[\"a\"],\"x\":1.5,"
					   "\"created_at\":1700000000,\"attachments\":[{"
					   "\"name\":\"x\"}],\"ratings\":{\"v\":1}}");
	size_t whole = strlen(encode(r)) + 1;
	for (size_t cap = 0; cap < whole + 64; cap++) {
		struct heard_buf b;
		heard_buf_init(&b, cap);
		heard_buf_add(&b, "#", 1);
		record_encode(r, &b);
		if (b.failed)
			assert_true(b.len <= 1);
		else
			assert_int_equal(b.len, whole + 1);
		heard_buf_release(&b);
	}
}

static void random_records_read_back_the_same(void **state)
{
	(void)state;
	static const char *const words[] = {"",
					    "a",
					    "\"",
					    "\\",
					    "\n",
					    "\xE6\x83\xB3",
					    "/",
					    "\x7f",
					    "\x01",
					    "0.5",
					    "\xF0\x9F\x98\x80",
					    "."};
	srand48(7);
	for (int round = 0; round < 3000; round++) {
		struct heard_record *r = heard_batch_add(batch);
		for (int i = (int)(lrand48() % 30); i > 0; i--) {
			char text[200] = "n";
			for (long n = lrand48() % 20; n > 0; n--)
				strcat(text, words[lrand48() % 12]);
			struct heard_value v = {
				.type = HEARD_NUM_,
				.number = ldexp(drand48(), (int)(lrand48() % 80))};
			if (lrand48() % 2)
				v = (struct heard_value){.type = HEARD_STR_,
							 .str = heard_str(text + 1)};
			heard_family_set(r, HEARD_ATTRIBUTES, heard_str(text), v);
			heard_set_str(r, HEARD_BODY, heard_str(text + 1));
			heard_list_add(r, HEARD_KEYWORDS, heard_str(text + 1));
			heard_set_number(r, HEARD_RATING, v.type == HEARD_NUM_ ? v.number : 0);
		}
		char *once = strdup(encode(r));
		assert_string_equal(encode(read_json(once)), once);
		free(once);
		batch_clear(batch);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_are_written_in_the_order_of_the_table),
		TEST(dotted_names_nest_or_stand_as_they_are),
		TEST(what_is_unknown_becomes_a_flat_attribute),
		TEST(an_attribute_is_never_taken_for_a_field),
		TEST(every_field_goes_both_ways),
		TEST(numbers_are_taken_where_a_string_is_wanted),
		TEST(times_are_strings_or_numbers),
		TEST(a_time_that_names_no_zone_is_of_the_batchs_while_it_is_decoded),
		TEST(wrong_types_name_the_member),
		TEST(errors_never_quote_a_value),
		TEST(errors_do_not_tell_free_names),
		TEST(null_removes_and_the_last_wins),
		TEST(big_and_odd_numbers_are_kept_as_far_as_can_be),
		TEST(too_much_of_anything_is_refused),
		TEST(what_a_filter_broke_is_repaired_when_written),
		TEST(a_full_buffer_leaves_no_half_line),
		TEST(random_records_read_back_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
