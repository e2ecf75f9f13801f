/*
 * test_ratelimit.c - token buckets by address.
 */
#include "ratelimit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct address numbered(unsigned n)
{
	struct address a = {{[10] = 0xff, [11] = 0xff}};
	a.ip[12] = 1;
	a.ip[13] = (unsigned char)(n >> 16);
	a.ip[14] = (unsigned char)(n >> 8);
	a.ip[15] = (unsigned char)n;
	return a;
}

static void burst_passes_and_then_the_rate(void **state)
{
	struct ratelimit *r = ratelimit_create(10, 5);
	struct address a = numbered(1), b = numbered(2);
	int64_t wait = 0;
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(ratelimit_take(r, &a, 1000, &wait));
	assert_false(ratelimit_take(r, &a, 1000, &wait));
	assert_int_equal(wait, 100);
	assert_true(ratelimit_take(r, &b, 1000, &wait));
	assert_false(ratelimit_take(r, &a, 1099, &wait));
	assert_true(ratelimit_take(r, &a, 1101, &wait));
	assert_true(ratelimit_take(r, &a, INT64_MAX / 2, &wait));
	ratelimit_destroy(r);
}

static void clock_that_steps_back_gives_nothing(void **state)
{
	struct ratelimit *r = ratelimit_create(1, 1);
	struct address a = numbered(1);
	int64_t wait;
	(void)state;
	assert_true(ratelimit_take(r, &a, 5000, &wait));
	assert_false(ratelimit_take(r, &a, 10, &wait));
	assert_false(ratelimit_take(r, &a, 5500, &wait));
	assert_true(ratelimit_take(r, &a, 6000, &wait));
	ratelimit_destroy(r);
}

static void addresses_of_one_ipv6_network_count_as_one(void **state)
{
	struct ratelimit *r = ratelimit_create(1, 1);
	struct address a, b, c;
	int64_t wait;
	(void)state;
	address_parse(heard_str("2a00:1:2:3::1"), &a);
	address_parse(heard_str("2a00:1:2:3:ffff::2"), &b);
	address_parse(heard_str("2a00:1:2:4::1"), &c);
	assert_true(ratelimit_take(r, &a, 1000, &wait));
	assert_false(ratelimit_take(r, &b, 1000, &wait));
	assert_true(ratelimit_take(r, &c, 1000, &wait));
	ratelimit_destroy(r);
}

static void flood_of_addresses_needs_no_more_memory(void **state)
{
	struct ratelimit *r = ratelimit_create(1, 2);
	int64_t wait, refused = 0;
	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		struct address a = numbered(i);
		refused += !ratelimit_take(r, &a, 1000 + i / 1000, &wait);
	}
	assert_int_equal(refused, 0);
	ratelimit_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_passes_and_then_the_rate),
		cmocka_unit_test(clock_that_steps_back_gives_nothing),
		cmocka_unit_test(addresses_of_one_ipv6_network_count_as_one),
		cmocka_unit_test(flood_of_addresses_needs_no_more_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
