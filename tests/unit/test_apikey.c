/*
 * test_apikey.c - keys: made, stored as hashes, recognised.
 */
#include "apikey.h"

#include <heard/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void made_key_is_recognised_by_its_line(void **state)
{
	char key[2][APIKEY_TEXT], line[2][APIKEY_LINE];
	const char *lines[] = {line[0], line[1]};
	struct heard_list list = {lines, 2};
	struct apikeys keys;
	(void)state;
	assert_int_equal(apikey_make("partner", key[0], line[0], NULL), 0);
	assert_int_equal(apikey_make("shop.app-2", key[1], line[1], NULL), 0);
	assert_string_not_equal(key[0], key[1]);
	assert_null(strstr(line[0], key[0]));
	assert_int_equal(apikeys_init(&keys, &list, NULL), 0);
	assert_string_equal(apikeys_find(&keys, heard_str(key[0])), "partner");
	assert_string_equal(apikeys_find(&keys, heard_str(key[1])), "shop.app-2");
	assert_null(apikeys_find(&keys, heard_str_n(key[0], strlen(key[0]) - 1)));
	assert_null(apikeys_find(&keys, heard_str("")));
	assert_null(apikeys_find(&keys, heard_str(line[0])));
	apikeys_release(&keys);
}

static void bad_lines_are_refused_without_being_quoted(void **state)
{
	static const char *const bad[] = {
		"heard_secretsecret",
		"name:blake2b:abcd",
		":blake2b:0000000000000000000000000000000000000000000000000000000000000000",
		"a b:blake2b:0000000000000000000000000000000000000000000000000000000000000000",
		"n:blake2b:000000000000000000000000000000000000000000000000000000000000000g",
		"n:sha256:0000000000000000000000000000000000000000000000000000000000000000",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard_list list = {&bad[i], 1};
		struct heard_error err = {0};
		struct apikeys keys;
		assert_true(apikeys_init(&keys, &list, &err) < 0);
		assert_non_null(strstr(err.text, "entry 1"));
		assert_null(strstr(err.text, bad[i]));
	}
}

static void names_are_plain_words(void **state)
{
	char key[APIKEY_TEXT], line[APIKEY_LINE], name[100];
	(void)state;
	assert_true(apikey_make("", key, line, NULL) < 0);
	assert_true(apikey_make("a:b", key, line, NULL) < 0);
	memset(name, 'n', sizeof(name));
	name[64] = '\0';
	assert_true(apikey_make(name, key, line, NULL) < 0);
	name[63] = '\0';
	assert_int_equal(apikey_make(name, key, line, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_key_is_recognised_by_its_line),
		cmocka_unit_test(bad_lines_are_refused_without_being_quoted),
		cmocka_unit_test(names_are_plain_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
