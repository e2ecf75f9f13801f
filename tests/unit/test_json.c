/* JSON: what the reader takes and refuses, the tree, the writer. */
#include <heard/json.h>

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct heard_json_doc *parse(const char *text)
{
	struct heard_error err = {0};
	struct heard_json_doc *doc = heard_json_parse(heard_str(text), 1 << 20, &err);
	if (doc == NULL)
		fail_msg("%.80s: %s", text, err.text);
	return doc;
}

static void assert_refused(struct heard_str text, const char *why)
{
	struct heard_error err = {0};
	struct heard_json_doc *doc = heard_json_parse(text, 1 << 20, &err);
	if (doc)
		fail_msg("%.80s was taken", text.len ? text.ptr : "");
	assert_int_equal(err.code, EBADMSG);
	if (strstr(err.text, why) == NULL)
		fail_msg("%.80s: %s", text.len ? text.ptr : "", err.text);
}

static void every_type_is_read(void **state)
{
	(void)state;
	struct heard_json_doc *doc = parse(
		" {\"n\":null,\"t\":true,\"i\":-12,\"d\":1.5e3,\"s\":\"\\u00e4\\n\","
		"\"a\":[1,[],{}],\"o\":{\"x\":false}} ");
	const struct heard_json *root = heard_json_root(doc);
	assert_int_equal(root->type, HEARD_JSON_OBJECT);
	assert_int_equal(heard_json_member(root, "n")->type, HEARD_JSON_NULL);
	assert_true(heard_json_member(root, "t")->boolean);
	assert_int_equal(heard_json_member(root, "i")->integer, -12);
	assert_true(heard_json_member(root, "i")->number == -12);
	assert_int_equal(heard_json_member(root, "d")->type, HEARD_JSON_NUMBER);
	assert_true(heard_json_member(root, "d")->number == 1500);
	assert_true(heard_str_is(heard_json_string(root, "s"), "\xC3\xA4\n"));
	const struct heard_json *array = heard_json_member(root, "a");
	assert_int_equal(array->first->integer, 1);
	assert_int_equal(array->first->next->type, HEARD_JSON_ARRAY);
	assert_null(array->first->next->first);
	assert_null(array->first->next->next->next);
	assert_int_equal(heard_json_member(heard_json_member(root, "o"), "x")->type,
			 HEARD_JSON_BOOL);
	assert_null(heard_json_member(root, "absent"));
	assert_null(heard_json_member(NULL, "x"));
	assert_null(heard_json_member(array, "x"));
	assert_null(heard_json_string(root, "i").ptr);
	heard_json_destroy(doc);
	heard_json_destroy(NULL);
}

static void the_last_of_equal_members_wins(void **state)
{
	(void)state;
	struct heard_json_doc *doc = parse("{\"a\":1,\"a\":2}");
	assert_int_equal(heard_json_member(heard_json_root(doc), "a")->integer, 2);
	heard_json_destroy(doc);
}

static void a_value_alone_is_a_document(void **state)
{
	(void)state;
	static const char *const texts[] = {"1", "\"x\"", "null", "[]", " true "};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		heard_json_destroy(parse(texts[i]));
}

static void what_is_not_json_is_refused_with_a_reason(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "empty"},
		{"   ", "empty"},
		{"{", "malformed"},
		{"[1,]", "malformed"},
		{"{\"a\":1,}", "malformed"},
		{"{a:1}", "malformed"},
		{"{'a':1}", "malformed"},
		{"[1 2]", "malformed"},
		{"{} {}", "malformed"},
		{"{}x", "malformed"},
		{"nul", "malformed"},
		{"[NaN]", "malformed"},
		{"[Infinity]", "malformed"},
		{"[+1]", "malformed"},
		{"[.5]", "malformed"},
		{"[01]", "number"},
		{"[1.]", "number"},
		{"[1e]", "number"},
		{"[-]", "number"},
		{"[1e400]", "number"},
		{"\"abc", "not closed"},
		{"\"a\tb\"", "control character"},
		{"\"\\x\"", "escape"},
		{"\"\\u12\"", "escape"},
		{"\"\\ud800\"", "escape"},
		{"\"\\udc00\"", "escape"},
		{"\"\\ud800\\u0041\"", "escape"},
		{"\"\xFF\"", "UTF-8"},
		{"\"\xED\xA0\x80\"", "UTF-8"},
		{"\"\xC0\x80\"", "UTF-8"},
		{"\"\\u0000\"", "\\u0000"},
		{"{\"a\\u0000\":1}", "\\u0000"},
		{"{\"x\":[{\"y\":\"\\u0000\"}]}", "\\u0000"},
		{"\xEF\xBB\xBF{}", "malformed"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(heard_str(bad[i].text), bad[i].why);
	assert_refused(HEARD_STR_OF("{}\0"), "malformed");
	assert_refused(HEARD_STR_OF("\"a\0b\""), "control character");
	assert_refused(heard_str_n(NULL, 0), "empty");
}

static void depth_is_limited(void **state)
{
	(void)state;
	static char deep[20001];
	for (size_t depth = 1; depth <= 10000; depth = depth < 80 ? depth + 1 : 10 * depth) {
		memset(deep, '[', depth);
		memset(deep + depth, ']', depth);
		struct heard_str text = {deep, 2 * depth};
		struct heard_error err;
		struct heard_json_doc *doc = heard_json_parse(text, 1 << 20, &err);
		if (depth > HEARD_JSON_DEPTH)
			assert_refused(text, "nested deeper than 64");
		else
			assert_non_null(doc);
		heard_json_destroy(doc);
	}
}

static void the_cap_is_kept(void **state)
{
	(void)state;
	struct heard_error err;
	assert_null(heard_json_parse(HEARD_STR_OF("[1,2,3]"), 6, &err));
	assert_int_equal(err.code, EMSGSIZE);
	struct heard_json_doc *doc = heard_json_parse(HEARD_STR_OF("[1,2,3]"), 7, &err);
	assert_non_null(doc);
	heard_json_destroy(doc);
}

static void integers_of_any_size_are_numbers(void **state)
{
	(void)state;
	struct heard_json_doc *doc = parse(
		"[9223372036854775807,-9223372036854775808,9223372036854775808,"
		"18446744073709551616,-9223372036854775809,"
		"\"18446744073709551616\\\\\",100000000000000000000000000000]");
	const struct heard_json *n = heard_json_root(doc)->first;
	assert_int_equal(n->integer, INT64_MAX);
	n = n->next;
	assert_int_equal(n->integer, INT64_MIN);
	static const double numbers[] = {0x1p63, 0x1p64, -0x1p63, 0, 1e29};
	for (size_t i = 0; i < 5; i++) {
		n = n->next;
		assert_int_equal(n->type, i == 3 ? HEARD_JSON_STRING : HEARD_JSON_NUMBER);
		assert_true(n->number == numbers[i]);
	}
	assert_null(n->next);
	heard_json_destroy(doc);
}

static void a_large_text_leaves_the_reader_as_it_was(void **state)
{
	(void)state;
	size_t n = 900000;
	char *text = malloc(n + 1);
	assert_non_null(text);
	memset(text, ' ', n);
	memcpy(text, "[1,\"", 4);
	memset(text + 4, 'x', 500000);
	memcpy(text + 500004, "\"]", 3);
	text[500006] = ' ';
	text[n] = '\0';
	for (int i = 0; i < 3; i++) {
		struct heard_json_doc *doc = parse(text);
		assert_int_equal(heard_json_root(doc)->first->next->string.len, 500000);
		heard_json_destroy(doc);
		heard_json_destroy(parse("[1,2]"));
	}
	free(text);
}

static void a_dense_large_text_is_too_much(void **state)
{
	(void)state;
	size_t n = 8 << 20;
	char *text = malloc(n + 1);
	assert_non_null(text);
	for (size_t i = 0; i < n; i += 2)
		memcpy(text + i, "1,", 2);
	text[0] = '[';
	text[1] = '1';
	text[2] = ',';
	text[3] = '1';
	for (size_t i = 4; i < n; i += 2)
		memcpy(text + i, ",1", 2);
	text[n - 1] = ']';
	text[n - 2] = ' ';
	struct heard_error err;
	assert_null(heard_json_parse(heard_str_n(text, n), n, &err));
	assert_int_equal(err.code, ENOMEM);
	free(text);
}

static const char *written(struct heard_buf *b)
{
	return b->failed ? "(failed)" : b->ptr;
}

static void the_writer_places_commas(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 10000);
	struct heard_json_out w = {.buf = &b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "a", HEARD_STR_OF("x\"y"));
	heard_json_begin(&w, "list", '[');
	heard_json_int(&w, NULL, INT64_MIN);
	heard_json_num(&w, NULL, 0.1);
	heard_json_begin(&w, NULL, '{');
	heard_json_end(&w, '}');
	heard_json_end(&w, ']');
	heard_json_bool(&w, "b", true);
	heard_json_null(&w, "n");
	heard_json_end(&w, '}');
	assert_string_equal(written(&b),
			    "{\"a\":\"x\\\"y\",\"list\":[-9223372036854775808,0.1,{}],"
			    "\"b\":true,\"n\":null}");
	heard_json_destroy(parse(written(&b)));
	heard_buf_release(&b);
}

static void numbers_are_as_short_as_can_be(void **state)
{
	(void)state;
	static const struct {
		double number;
		const char *text;
	} cases[] = {{0, "0"},	     {-0.0, "0"},	{4, "4"},	 {0.1, "0.1"},
		     {-2.5, "-2.5"}, {1e21, "1e+21"},	{1e-7, "1e-07"}, {100000, "100000"},
		     {NAN, "null"},  {INFINITY, "null"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct heard_buf b;
		heard_buf_init(&b, 100);
		heard_json_put_number(&b, cases[i].number);
		assert_string_equal(written(&b), cases[i].text);
		heard_buf_release(&b);
	}
}

static void numbers_read_back_the_same(void **state)
{
	(void)state;
	unsigned short seed[3] = {1, 2, 3};
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = (uint64_t)(unsigned long)jrand48(seed) << 32 ^
				(uint64_t)(unsigned long)jrand48(seed);
		double number;
		memcpy(&number, &bits, 8);
		if (!isfinite(number))
			continue;
		struct heard_buf b;
		heard_buf_init(&b, 100);
		heard_json_put_number(&b, number);
		struct heard_json_doc *doc = parse(written(&b));
		assert_true(heard_json_root(doc)->number == number);
		heard_json_destroy(doc);
		heard_buf_release(&b);
	}
}

static struct heard_str as_json(struct heard_buf *b, struct heard_str s)
{
	heard_buf_clear(b);
	heard_json_put_str(b, s);
	assert_false(b->failed);
	return heard_buf_view(b);
}

static void strings_are_escaped_as_asked_and_no_more(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 10000);
	struct heard_str s = HEARD_STR(
		"\" \\ / \b\f\n\r\t \x01\x1f \x7f \xC3\xA4 \xE2\x80\xA8 \xF0\x9F\x98\x80");
	assert_true(heard_str_is(as_json(&b, s),
				 "\"\\\" \\\\ / \\b\\f\\n\\r\\t \\u0001\\u001f \x7f \xC3\xA4 "
				 "\xE2\x80\xA8 \xF0\x9F\x98\x80\""));
	assert_true(heard_str_is(as_json(&b, heard_str_n(NULL, 0)), "\"\""));
	assert_true(heard_str_is(as_json(&b, HEARD_STR_OF("a\0b")), "\"a\xEF\xBF\xBD"
								    "b\""));
	assert_true(heard_str_is(as_json(&b, HEARD_STR_OF("\xFF"
							  "a\xE6\x83")),
				 "\"\xEF\xBF\xBD"
				 "a\xEF\xBF\xBD\xEF\xBF\xBD\""));
	heard_buf_release(&b);
}

static void an_escape_is_right_at_every_place(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 10000);
	for (size_t n = 0; n < 70; n++) {
		for (size_t at = 0; at < n; at++) {
			char *text = malloc(n); /* so that reading behind it shows */
			assert_non_null(text);
			memset(text, 'x', n);
			text[at] = at % 2 ? '"' : '\n';
			text[n - 1] = '\\';
			struct heard_json_doc *doc = heard_json_parse(
				as_json(&b, heard_str_n(text, n)), 10000, NULL);
			assert_non_null(doc);
			assert_true(heard_str_eq(heard_json_root(doc)->string,
						 heard_str_n(text, n)));
			heard_json_destroy(doc);
			free(text);
		}
	}
	heard_buf_release(&b);
}

static void a_full_buffer_fails_and_nothing_else(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 300; cap++) {
		struct heard_buf b;
		heard_buf_init(&b, cap);
		heard_json_put_str(&b, HEARD_STR_OF("0123456789\n0123456789\n0123456789\n"));
		heard_json_put_number(&b, 0.1);
		if (!b.failed)
			assert_int_equal(b.ptr[b.len], 0);
		assert_true(b.len <= cap);
		heard_buf_release(&b);
	}
}

static void *parse_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		struct heard_json_doc *doc = heard_json_parse(
			HEARD_STR_OF("{\"a\":[1,2,{\"b\":\"c\"}]}"), 1000, NULL);
		if (doc == NULL)
			return doc;
		heard_json_destroy(doc);
	}
	return arg;
}

static void threads_have_readers_of_their_own(void **state)
{
	(void)state;
	pthread_t threads[4];
	int token;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &token), 0);
	for (int i = 0; i < 4; i++) {
		void *result = NULL;
		pthread_join(threads[i], &result);
		assert_ptr_equal(result, &token);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(the_last_of_equal_members_wins),
		cmocka_unit_test(a_value_alone_is_a_document),
		cmocka_unit_test(what_is_not_json_is_refused_with_a_reason),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(the_cap_is_kept),
		cmocka_unit_test(integers_of_any_size_are_numbers),
		cmocka_unit_test(a_large_text_leaves_the_reader_as_it_was),
		cmocka_unit_test(a_dense_large_text_is_too_much),
		cmocka_unit_test(the_writer_places_commas),
		cmocka_unit_test(numbers_are_as_short_as_can_be),
		cmocka_unit_test(numbers_read_back_the_same),
		cmocka_unit_test(strings_are_escaped_as_asked_and_no_more),
		cmocka_unit_test(an_escape_is_right_at_every_place),
		cmocka_unit_test(a_full_buffer_fails_and_nothing_else),
		cmocka_unit_test(threads_have_readers_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
