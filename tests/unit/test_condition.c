/* Conditions: what they see of a record, what they refuse, and the sandbox. */
#include "condition.h"

#include "batch.h"
#include "condition_names.h"

#include <heard/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct heard_batch *batch;
static struct heard_record *record;

static const char sample[] =
	"{\"channel\":\"web\",\"received_at\":\"2026-01-02T03:04:05.678Z\",\"lang\":\"zh\","
	"\"subject\":\"\",\"body\":\"我要退款 REFUND now\",\"author\":{\"key\":\"k1\"},"
	"\"rating\":2,\"revision\":3,\"spam\":{\"score\":0.25,\"verdict\":\"ham\","
	"\"reasons\":[\"short\",\"link\"]},\"tags\":[\"vip\",\"新\"],\"masked\":{\"phone\":1},"
	"\"ratings\":{\"value\":4},\"priority\":\"high\",\"attributes\":{\"plan\":\"gold\","
	"\"seats\":12,\"trial\":false,\"utm\":{\"source\":\"ad\",\"x\":{\"y\":1}}}}";

static int set_up(void **state)
{
	(void)state;
	struct heard_error err = {.text = ""};
	batch = batch_create(16 * 1024 * 1024);
	if (heard_batch_add_json(batch, heard_str(sample), &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	record = heard_batch_at(batch, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	batch_destroy(batch);
	return 0;
}

enum result { NO, YES, FAILED };

static enum result test(const char *expression, const struct heard_record *r)
{
	struct heard_error err = {.text = ""};
	struct condition *c = condition_create(expression, &err);
	if (c == NULL)
		fail_msg("%s: %s", expression, err.text);
	bool failed = false, is_met = condition_test(c, r, &failed);
	assert_false(failed && is_met);
	condition_destroy(c);
	return failed ? FAILED : is_met ? YES : NO;
}

static void assert_test(const char *expression, enum result wanted)
{
	static const char *const words[] = {"false", "true", "failed"};
	enum result got = test(expression, record);
	if (got != wanted)
		fail_msg("%s was %s", expression, words[got]);
}

static void fields_are_seen_by_their_names(void **state)
{
	(void)state;
	assert_test("priority == 'high'", YES);
	assert_test("priority == 'low'", NO);
	assert_test("channel ~= 'email' and lang == 'zh'", YES);
	assert_test("rating < 3", YES);
	assert_test("rating == 2", YES);
	assert_test("revision == 3", YES);
	assert_test("spam.score < 0.5 and spam.verdict == 'ham'", YES);
	assert_test("author.key == 'k1'", YES);
	assert_test("received_at == 1767323045678", YES);
	assert_test("true", YES);
	assert_test("nil", NO);
	assert_test("subject == nil or subject == ''", YES);
}

static void families_are_seen_by_their_members(void **state)
{
	(void)state;
	assert_test("masked.phone == 1", YES);
	assert_test("ratings.value >= 4", YES);
	assert_test("attributes.plan == 'gold' and attributes.seats > 10", YES);
	assert_test("attributes.trial == false", YES);
	assert_test("attributes['utm.source'] == 'ad'", YES);
	assert_test("attributes.utm.source == 'ad' and attributes.utm.x.y == 1", YES);
	assert_test("attributes.utm.none == nil", YES);
	assert_test("attributes['plan'] == 'gold'", YES);
}

static void what_is_absent_is_nil_and_objects_are_empty(void **state)
{
	(void)state;
	assert_test("masked.email == 1", NO);
	assert_test("(masked.email or 0) > 0", NO);
	assert_test("(masked.phone or 0) > 0", YES);
	assert_test("sentiment.label == 'negative'", NO);
	assert_test("answer.title", NO);
	assert_test("#related == 0 and related[1] == nil", YES);
	assert_test("#attachments > 0", NO);
	assert_test("ratings.none < 3", FAILED);
	assert_test("nps < 7", FAILED);
	assert_test("attributes.none.x == 1", FAILED);
}

static void lists_are_lists(void **state)
{
	(void)state;
	assert_test("tags[1] == 'vip' and #tags == 2 and tags[3] == nil", YES);
	assert_test("tags[0] == nil and tags['x'] == nil", YES);
	assert_test("has(tags, 'vip') and has(tags, '新') and not has(tags, 'v')", YES);
	assert_test("has(spam.reasons, 'link') and len(spam.reasons) == 2", YES);
	assert_test("has(related, 'x')", NO);
	assert_test("has({'web', 'app'}, channel)", YES);
	assert_test("has({1, 2}, rating)", YES);
	assert_test("has(nil, 'x')", NO);
	assert_test("has(body, 'x')", FAILED);
}

static void attachments_are_a_list_of_files(void **state)
{
	(void)state;
	struct heard_file file = {
		.name = HEARD_STR("bill.pdf"), .type = HEARD_STR("application/pdf"), .size = 7};
	assert_int_equal(heard_file_add(record, &file), 0);
	assert_test("#attachments == 1 and attachments[1].name == 'bill.pdf'", YES);
	assert_test("attachments[1].size == 7 and attachments[2] == nil", YES);
}

static void functions_on_text(void **state)
{
	(void)state;
	assert_test("contains(body, '退款')", YES);
	assert_test("contains(body, 'refund')", NO);
	assert_test("contains(lower(body), 'refund')", YES);
	assert_test("body:lower():contains('refund')", YES);
	assert_test("contains(body, '.')", NO);
	assert_test("contains(thread, 'x')", NO);
	assert_test("starts(body, '我') and ends(body, 'now')", YES);
	assert_test("starts(body, 'x') or ends('a', 'aa')", NO);
	assert_test("len('退款') == 2 and len(thread) == 0", YES);
	assert_test("lower('ÄÖÜ É') == 'äöü é'", YES);
	assert_test("lower('ABC') == 'abc'", YES);
	assert_test("'a' .. 1 == 'a1'", YES);
	assert_test("tonumber('12') == 12 and tostring(1) == '1' and type(body) == 'string'",
		    YES);
	assert_test("math.floor(2.5) == 2 and math.max(1, 2) == 2 and math.abs(-1) == 1", YES);
	assert_test("contains(body)", FAILED);
}

static void a_million_bytes_of_text_are_no_problem(void **state)
{
	(void)state;
	size_t n = 1000000;
	char *text = malloc(n);
	memset(text, 'A', n);
	memcpy(text + n - 6, "\xe2\x82\xac\xc3\x84!", 6);
	heard_set_str(record, HEARD_BODY, heard_str_n(text, n));
	assert_test("len(lower(body)) == 999997 and ends(lower(body), 'ä!')", YES);
	assert_test("body == body .. ''", YES);
	struct heard_error err;
	struct condition *c = condition_create("len(body) > 5", &err);
	for (int i = 0; i < 200; i++)
		assert_true(condition_test(c, record, NULL));
	condition_destroy(c);
	free(text);
}

static void a_state_sees_each_record_anew(void **state)
{
	(void)state;
	struct heard_error err;
	assert_int_equal(heard_batch_add_json(batch,
					      HEARD_STR_OF("{\"body\":\"x\",\"tags\":[\"t\"]}"),
					      &err),
			 0);
	struct heard_record *other = heard_batch_at(batch, 1);
	struct condition *c = condition_create("masked.phone == 1 and has(tags, 'vip')", &err);
	assert_non_null(c);
	for (int i = 0; i < 100; i++) {
		assert_true(condition_test(c, record, NULL));
		assert_false(condition_test(c, other, NULL));
	}
	condition_destroy(c);
}

static void assert_refused(const char *expression, const char *says)
{
	struct heard_error err = {.text = ""};
	assert_true(condition_check(expression, &err) < 0);
	if (strstr(err.text, says) == NULL)
		print_error("for %s \"%s\" is not in \"%s\"\n", expression, says, err.text);
	assert_non_null(strstr(err.text, says));
	assert_null(condition_create(expression, NULL));
}

static void a_wrong_expression_is_told_with_a_hint(void **state)
{
	(void)state;
	assert_int_equal(condition_check("priority == 'high'", NULL), 0);
	assert_int_equal(condition_check("rating < 3 -- low", NULL), 0);
	assert_int_equal(condition_check("not\n(rating\n< 3)", NULL), 0);
	assert_refused("", "is empty");
	assert_refused("priority = 'high'", "equal is written ==");
	assert_refused("priority != 'high'", "not equal is written ~=");
	assert_refused("a && b", "the word \"and\"");
	assert_refused("rating <", "<eof>");
	assert_refused("rating, nps", "one expression");
	assert_refused("rating;", "one expression");
	assert_refused("1) while true do end return (1", "");
	assert_refused("true) or (", "");
	assert_refused("true --[[", "");
	assert_refused("-- nothing", "one expression");
	assert_refused("\x1bLua", "");
	char *deep = malloc(20001);
	memset(deep, '(', 20000);
	deep[20000] = '\0';
	assert_refused(deep, "longer than");
	deep[5000] = '\0';
	assert_refused(deep, "");
	free(deep);
}

static void it_is_known_which_fields_it_looks_at(void **state)
{
	(void)state;
	static const char *const yes[] = {
		"event",	 "event ~= nil",	"rating < 3 or event == 'created'",
		"not(event)",	 "contains(event,'x')", "(function() return event end)()",
		"body .. event", "#event > 0",
	};
	static const char *const no[] = {
		"true",
		"body == 'event'",
		"category == \"event\"",
		"attributes.event",
		"attributes.event ~= nil",
		"true -- event",
		"true --[[ event ]]",
		"events",
		"body == [[event]]",
		"attributes['event']",
		"attributes . event",
	};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(condition_names_has(yes[i], "event"));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(condition_names_has(no[i], "event"));
}

static void unknown_names_get_the_nearest(void **state)
{
	(void)state;
	assert_refused("prioritty == 'high'",
		       "unknown field \"prioritty\"; did you mean \"priority\"?");
	assert_refused("true or authr.name == 'x'", "did you mean \"author\"?");
	assert_refused("spam.verdikt == 'ham'", "did you mean \"spam.verdict\"?");
	assert_refused("contain(body, 'x')", "did you mean \"contains\"?");
	assert_refused("xyzzyx", "unknown field \"xyzzyx\"");
	assert_int_equal(condition_check("attributes.whatever.else_ == 1 and ratings.x", NULL),
			 0);
	assert_int_equal(condition_check("body == \"prioritty\" -- prioritty", NULL), 0);
	assert_int_equal(
		condition_check("body == [==[ prioritty ]==] --[[ x ]] and true", NULL), 0);
	assert_int_equal(
		condition_check("has({a = priority}, 1e5) or 0x1F < 2 or 'a\\'b' == body",
				NULL),
		0);
	assert_int_equal(condition_check("body:lower():contains('x')", NULL), 0);
}

static void nothing_dangerous_is_within_reach(void **state)
{
	(void)state;
	static const char *const names[] = {
		"os",	    "io",      "load",	       "loadstring",	 "dofile",
		"loadfile", "require", "package",      "debug",		 "getmetatable",
		"rawget",   "rawset",  "setmetatable", "collectgarbage", "coroutine",
		"string",   "table",   "utf8",	       "pcall",		 "error",
		"select",   "next",    "pairs",	       "print",		 "_G",
		"_VERSION", "warn",    "rawequal",     "ipairs",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char expression[64];
		snprintf(expression, sizeof expression, "%s", names[i]);
		assert_refused(expression, "unknown field");
		/* the walk over names is no part of the sandbox: go round it */
		snprintf(expression, sizeof expression, "(function() return %s end)()",
			 names[i]);
		assert_test(expression, FAILED);
	}
	assert_test("_ENV ~= nil and (function() return _ENV._G end)()", FAILED);
	assert_test("(function() return _ENV.os end)()", FAILED);
	static const char *const methods[] = {"rep",  "find",	"match", "gmatch", "gsub",
					      "dump", "format", "byte",	 "char",   "pack"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		char expression[64];
		snprintf(expression, sizeof expression, "('').%s == nil", methods[i]);
		assert_test(expression, YES);
	}
	assert_test("math.random == nil and math.huge == nil", YES);
	assert_test("tostring(author) ~= nil", YES);
}

static void nothing_can_be_assigned(void **state)
{
	(void)state;
	assert_test("(function() body = 'x' return true end)()", FAILED);
	assert_test("(function() author.name = 'x' return true end)()", FAILED);
	assert_test("(function() attributes.x = 1 return true end)()", FAILED);
	assert_test("(function() tags[1] = 'x' return true end)()", FAILED);
	assert_test("(function() math = nil return true end)()", FAILED);
	assert_test("(function() math.floor = nil return true end)()", FAILED);
	assert_test("(function() spam.reasons = nil return true end)()", FAILED);
	assert_test("(function() attachments.n = 1 return true end)()", FAILED);
}

static void what_runs_long_or_large_is_stopped(void **state)
{
	(void)state;
	assert_test("(function() while true do end end)()", FAILED);
	assert_test("(function() local s = 'x' while true do s = s .. s end end)()", FAILED);
	assert_test("(function() local t = {} while true do t[#t + 1] = {} end end)()", FAILED);
	assert_test("(function() local function f() return 1 + f() end return f() end)()",
		    FAILED);
	assert_test("(function() for i = 1, 100 do end return true end)()", YES);
	struct heard_error err;
	struct condition *c = condition_create(
		"(function() for i = 1, 2000 do end return true end)()", &err);
	for (int i = 0; i < 20; i++)
		assert_true(condition_test(c, record, NULL)); /* the limit is for each test */
	condition_destroy(c);
}

/* A figure for the log; the limit is far off, for slow machines and sanitizers. */
static void a_test_takes_well_under_a_microsecond(void **state)
{
	(void)state;
	static const char *const expressions[] = {
		"priority == 'high'", "spam.score < 0.5 and rating < 3 and masked.phone == 1",
		"contains(body, '退款')", "has(tags, 'vip')"};
	enum { TIMES = 200000 };
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		struct heard_error err;
		struct condition *c = condition_create(expressions[i], &err);
		struct timespec from, to;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		for (int n = 0; n < TIMES; n++)
			condition_test(c, record, NULL);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
		double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 +
			    (double)(to.tv_nsec - from.tv_nsec);
		print_message("%6.0f ns  %s\n", ns / TIMES, expressions[i]);
		assert_true(ns / TIMES < 50000);
		condition_destroy(c);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_are_seen_by_their_names),
		TEST(families_are_seen_by_their_members),
		TEST(what_is_absent_is_nil_and_objects_are_empty),
		TEST(lists_are_lists),
		TEST(attachments_are_a_list_of_files),
		TEST(functions_on_text),
		TEST(a_million_bytes_of_text_are_no_problem),
		TEST(a_state_sees_each_record_anew),
		TEST(a_wrong_expression_is_told_with_a_hint),
		TEST(it_is_known_which_fields_it_looks_at),
		TEST(unknown_names_get_the_nearest),
		TEST(nothing_dangerous_is_within_reach),
		TEST(nothing_can_be_assigned),
		TEST(what_runs_long_or_large_is_stopped),
		TEST(a_test_takes_well_under_a_microsecond),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
