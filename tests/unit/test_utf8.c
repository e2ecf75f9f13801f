/* UTF-8: every sequence of up to three bytes against a decoder of its own. */
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* Encodes a code point; the length. */
static size_t encode(unsigned c, unsigned char out[4])
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (unsigned char)(0xC0 | c >> 6);
		out[1] = (unsigned char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (unsigned char)(0xE0 | c >> 12);
		out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (unsigned char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (unsigned char)(0xF0 | c >> 18);
	out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (unsigned char)(0x80 | (c & 0x3F));
	return 4;
}

static void every_code_point_is_one_sequence_but_surrogates(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0x110100; c++) {
		unsigned char bytes[4];
		struct heard_str s = {(const char *)bytes, encode(c, bytes)};
		bool is_good = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
		assert_int_equal(utf8_sequence(s), is_good ? s.len : 0);
	}
}

static void cut_short_or_overlong_is_none(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",		"\xC0\x80",	    "\xC1\xBF",
		"\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80",
		"\xFF",		"\xE6\x83",	    "\xE6",
		"\xF0\x9F\x98"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(utf8_sequence(heard_str(bad[i])), 0);
	assert_int_equal(utf8_sequence(heard_str_n(NULL, 0)), 0);
}

static void validity_agrees_with_single_sequences(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 1 << 24; n += 7) {
		unsigned char bytes[3] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8),
					  (unsigned char)n};
		struct heard_str s = {(const char *)bytes, 3}, rest = s;
		size_t length = 1;
		while (rest.len && length) {
			length = utf8_sequence(rest);
			rest = heard_str_skip(rest, length);
		}
		if (utf8_is_valid(s) != (length != 0))
			fail_msg("%02x %02x %02x", bytes[0], bytes[1], bytes[2]);
	}
	assert_true(utf8_is_valid(heard_str_n(NULL, 0)));
}

static void cutting_never_splits_a_character(void **state)
{
	(void)state;
	struct heard_str s = HEARD_STR_OF("a\xC3\xA4\xE6\x83\xB3\xF0\x9F\x98\x80z");
	static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
	for (size_t n = 0; n < sizeof ends / sizeof ends[0]; n++)
		assert_int_equal(heard_str_cut(s, n).len, ends[n]);
	assert_int_equal(heard_str_cut(heard_str_n(NULL, 0), 0).len, 0);
	/* No text at all: cut where asked. */
	assert_int_equal(heard_str_cut(HEARD_STR_OF("\x80\x80\x80\x80\x80\x80"), 5).len, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_is_one_sequence_but_surrogates),
		cmocka_unit_test(cut_short_or_overlong_is_none),
		cmocka_unit_test(validity_agrees_with_single_sequences),
		cmocka_unit_test(cutting_never_splits_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
