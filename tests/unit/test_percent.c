/* Percent-encoding: what is well formed is decoded, what is not is refused, room is kept to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <text/percent.h>

static void reads(const char *s, size_t size, const char *expected, size_t n_expected)
{
	char to[16];
	size_t n = 99;
	memset(to, '#', sizeof(to));
	assert_true(text_unescape(heard_str(s), to, size, &n));
	assert_int_equal(n, n_expected);
	assert_memory_equal(to, expected, n);
	assert_int_equal(to[n], '#');
}

static void what_is_well_formed_is_decoded(void **state)
{
	(void)state;
	reads("", 15, "", 0);
	reads("a+b", 15, "a b", 3);
	reads("%41%7a%7A", 15, "Azz", 3);
	reads("%e5%a5%bd", 15, "好", 3);
	reads("%2B%25", 15, "+%", 2);
	reads("%00%ff", 15, "\0\xff", 2);
}

static void what_is_malformed_is_refused(void **state)
{
	static const char *const bad[] = {"%", "%4", "a%", "%g1", "%1g", "%%41", "% 41", "%-1"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char to[16];
		size_t n;
		if (text_unescape(heard_str(bad[i]), to, sizeof(to), &n))
			fail_msg("\"%s\" was read", bad[i]);
	}
}

static void no_more_is_written_than_there_is_room(void **state)
{
	(void)state;
	reads("abc", 0, "", 0);
	reads("abc", 2, "ab", 2);
	reads("%41%42%43", 2, "AB", 2);
	reads("%41%4", 1, "A", 1); /* and no more is read */
}

static void what_is_no_name_of_a_url_is_escaped(void **state)
{
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 64);
	text_escape(&b, heard_str("a-Z_0.~ /&%好"));
	assert_string_equal(b.ptr, "a-Z_0.~%20%2F%26%25%E5%A5%BD");
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_is_decoded),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(no_more_is_written_than_there_is_room),
		cmocka_unit_test(what_is_no_name_of_a_url_is_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
