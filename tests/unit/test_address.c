/*
 * test_address.c - parsing and judging addresses.
 */
#include "address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct address parse(const char *text)
{
	struct address a;
	if (!address_parse(heard_str(text), &a))
		fail_msg("\"%s\" does not parse", text);
	return a;
}

static void forms_of_one_address_are_equal(void **state)
{
	static const char *const same[] = {"192.0.2.1", " 192.0.2.1:8080", "::ffff:192.0.2.1",
					   "[::ffff:192.0.2.1]:80", "::ffff:c000:201"};
	struct address want = parse(same[0]);
	char text[ADDRESS_TEXT];
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct address a = parse(same[i]);
		assert_memory_equal(&a, &want, sizeof(a));
		address_format(&a, text);
		assert_string_equal(text, "192.0.2.1");
	}
}

static void text_that_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"",	       "unknown",	"1.2.3",   "1.2.3.256",
					  "1.2.3.4.5", "[::1",		"_hidden", "::g",
					  "0x7f.1",    "1.2.3.4:80:90", "127.1",   "[]"};
	struct address a;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (address_parse(heard_str(bad[i]), &a))
			fail_msg("\"%s\" parses", bad[i]);
	assert_false(address_parse(heard_str_n("1.2.3.4\0x", 9), &a));
}

static void special_addresses_are_known_in_every_disguise(void **state)
{
	static const char *const special[] = {
		"0.0.0.0",
		"10.1.2.3",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.168.1.1",
		"198.19.0.1",
		"203.0.113.9",
		"224.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"fe80::1",
		"fd00::1",
		"ff02::1",
		"fec0::1",
		"2001:db8::1",
		"2001::1",
		"3fff::1",
		"100::1",
		"5f00::1",
		"::127.0.0.1",
		"::ffff:10.0.0.1",
		"64:ff9b::10.0.0.1",
		"64:ff9b:1::1",
		"2002:a00:1::",
		"2002:7f00:1::",
		"2002:a9fe:a9fe::1",
	};
	static const char *const public[] = {
		"1.1.1.1",	  "8.8.8.8",	  "100.128.0.1",      "172.32.0.1",
		"192.0.1.1",	  "198.20.0.1",	  "223.255.255.255",  "2606:4700::1111",
		"2a00::1",	  "2400:3200::1", "64:ff9b::8.8.8.8", "2002:808:808::1",
		"::ffff:1.1.1.1",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		struct address a = parse(special[i]);
		if (!address_is_special(&a))
			fail_msg("%s is taken for public", special[i]);
	}
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++) {
		struct address a = parse(public[i]);
		if (address_is_special(&a))
			fail_msg("%s is taken for special", public[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_one_address_are_equal),
		cmocka_unit_test(text_that_is_no_address_is_refused),
		cmocka_unit_test(special_addresses_are_known_in_every_disguise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
