/*
 * test_proxy.c - whose word is taken for the client's address.
 */
#include "proxy.h"

#include <heard/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct proxy proxy;

static int setup(void **state)
{
	static const char *const nets[] = {"10.0.0.0/8", "127.0.0.1", "2001:db8::/32"};
	struct heard_list list = {nets, 3};
	(void)state;
	return proxy_init(&proxy, &list, NULL);
}

static int teardown(void **state)
{
	(void)state;
	proxy_release(&proxy);
	return 0;
}

static void expect(const char *peer, const char *header, const char *wanted, bool goes_on)
{
	struct address at;
	char text[ADDRESS_TEXT];
	assert_true(address_parse(heard_str(peer), &at));
	assert_int_equal(proxy_walk(&proxy, heard_str(header), &at), goes_on);
	address_format(&at, text);
	assert_string_equal(text, wanted);
}

static void rightmost_untrusted_entry_is_the_client(void **state)
{
	(void)state;
	expect("10.0.0.1", "203.0.113.5", "203.0.113.5", false);
	expect("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.2.2.2", "203.0.113.5", false);
	expect("2001:db8::9", "[2a00::1]:443 ,127.0.0.1:99", "2a00::1", false);
}

static void claims_of_strangers_are_ignored(void **state)
{
	(void)state;
	expect("203.0.113.5", "127.0.0.1", "203.0.113.5", false);
}

static void nonsense_stops_the_walk_where_it_stands(void **state)
{
	(void)state;
	expect("10.0.0.1", "1.1.1.1, unknown, 10.0.0.7", "10.0.0.7", false);
	expect("10.0.0.1", ",,", "10.0.0.1", false);
}

static void all_trusted_goes_on_in_an_earlier_header(void **state)
{
	(void)state;
	expect("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", true);
	expect("10.0.0.1", "", "10.0.0.1", true);
}

static void malformed_networks_are_refused_by_name(void **state)
{
	static const char *const bad[] = {"10.0.0.0/33", "10.0.0/8",   "::1/129",   "10.0.0.0/",
					  "x",		 "1.1.1.1/-1", "1.1.1.1/8x"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard_list list = {&bad[i], 1};
		struct heard_error err = {0};
		struct proxy p;
		assert_true(proxy_init(&p, &list, &err) < 0);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rightmost_untrusted_entry_is_the_client),
		cmocka_unit_test(claims_of_strangers_are_ignored),
		cmocka_unit_test(nonsense_stops_the_walk_where_it_stands),
		cmocka_unit_test(all_trusted_goes_on_in_an_earlier_header),
		cmocka_unit_test(malformed_networks_are_refused_by_name),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
