/* UUIDv7: form, order, text. */
#include "uuid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void it_has_version_variant_and_time(void **state)
{
	(void)state;
	struct uuid_maker maker;
	unsigned char id[16];
	uuid_maker_init(&maker);
	uuid_make(&maker, 0x0123456789ABLL, id);
	static const unsigned char time[6] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB};
	assert_memory_equal(id, time, 6);
	assert_int_equal(id[6] >> 4, 7);
	assert_int_equal(id[8] >> 6, 2);
}

static void ids_rise_within_a_millisecond_and_when_the_clock_goes_back(void **state)
{
	(void)state;
	struct uuid_maker maker;
	unsigned char last[16] = {0}, id[16];
	uuid_maker_init(&maker);
	int64_t now = 1700000000000;
	for (int i = 0; i < 100000; i++) {
		if (i % 5000 == 0)
			now += 3;
		if (i % 7000 == 0)
			now -= 20;
		uuid_make(&maker, now, id);
		assert_true(memcmp(id, last, 16) > 0);
		memcpy(last, id, 16);
	}
}

static void a_used_up_counter_borrows_the_next_millisecond(void **state)
{
	(void)state;
	struct uuid_maker maker;
	unsigned char last[16], id[16];
	uuid_maker_init(&maker);
	uuid_make(&maker, 1000, last);
	maker.counter = ((uint64_t)1 << 42) - 2;
	for (int i = 0; i < 4; i++) {
		uuid_make(&maker, 1000, id);
		assert_int_equal(id[8] >> 6, 2);
		assert_true(i == 0 || memcmp(id, last, 16) > 0);
		memcpy(last, id, 16);
	}
	assert_int_equal(maker.last_ms, 1001);
}

static void two_generators_differ(void **state)
{
	(void)state;
	struct uuid_maker a, b;
	unsigned char x[16], y[16];
	uuid_maker_init(&a);
	uuid_maker_init(&b);
	uuid_make(&a, 1, x);
	uuid_make(&b, 1, y);
	assert_memory_not_equal(x, y, 16);
}

static void text_goes_both_ways(void **state)
{
	(void)state;
	static const char text[] = "019391ab-cdef-7012-8345-6789abcdef01";
	unsigned char id[16];
	char out[37];
	assert_true(uuid_parse(heard_str(text), id));
	uuid_format(id, out);
	assert_string_equal(out, text);
	assert_true(uuid_parse(HEARD_STR_OF("019391AB-CDEF-7012-8345-6789ABCDEF01"), id));
	uuid_format(id, out);
	assert_string_equal(out, text);
}

static void other_text_is_refused(void **state)
{
	(void)state;
	unsigned char id[16];
	assert_false(uuid_parse(heard_str_n(NULL, 0), id));
	assert_false(uuid_parse(HEARD_STR_OF("019391abcdef701283456789abcdef01"), id));
	assert_false(uuid_parse(HEARD_STR_OF("019391ab-cdef-7012-8345-6789abcdef0"), id));
	assert_false(uuid_parse(HEARD_STR_OF("019391ab-cdef-7012-8345-6789abcdef0g"), id));
	assert_false(uuid_parse(HEARD_STR_OF("019391ab:cdef-7012-8345-6789abcdef01"), id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_version_variant_and_time),
		cmocka_unit_test(ids_rise_within_a_millisecond_and_when_the_clock_goes_back),
		cmocka_unit_test(a_used_up_counter_borrows_the_next_millisecond),
		cmocka_unit_test(two_generators_differ),
		cmocka_unit_test(text_goes_both_ways),
		cmocka_unit_test(other_text_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
