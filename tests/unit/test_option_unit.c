/* Durations and sizes: read, and written as people would. */
#include "option_unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_duration(const char *text, int64_t wanted, const char *printed)
{
	int64_t ms = -1;
	char out[UNIT_SIZE];
	assert_true(unit_parse_duration(text, &ms));
	assert_int_equal(ms, wanted);
	unit_format_duration(ms, out);
	assert_string_equal(out, printed);
}

static void durations_are_read_and_written(void **state)
{
	(void)state;
	assert_duration("0", 0, "0s");
	assert_duration("500ms", 500, "500ms");
	assert_duration("2s", 2000, "2s");
	assert_duration("90s", 90000, "90s");
	assert_duration("30m", 1800000, "30m");
	assert_duration("1.5h", 5400000, "90m");
	assert_duration("7d", 604800000, "7d");
	assert_duration("0.25s", 250, "250ms");
	static const char *const wrong[] = {"",
					    "s",
					    "1",
					    "-1s",
					    "1 s",
					    "1S",
					    "1e3s",
					    "0x1s",
					    "inf",
					    "1.s",
					    ".5s",
					    "2x",
					    "1s1",
					    "1m30s",
					    "0.0001ms",
					    "99999999999999d",
					    "12345678901234567s"};
	int64_t ms;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (unit_parse_duration(wrong[i], &ms))
			fail_msg("\"%s\" was taken for a duration", wrong[i]);
}

static void sizes_are_read_and_written(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t bytes;
		const char *printed;
	} good[] = {
		{"0", 0, "0"},
		{"100", 100, "100"},
		{"64K", 65536, "64K"},
		{"64k", 65536, "64K"},
		{"1M", 1048576, "1M"},
		{"1.5G", 1610612736, "1536M"},
		{"2T", INT64_C(2199023255552), "2T"},
		{"1000", 1000, "1000"},
	};
	int64_t bytes;
	char out[UNIT_SIZE];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(unit_parse_size(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
		unit_format_size(bytes, out);
		assert_string_equal(out, good[i].printed);
	}
	static const char *const wrong[] = {"",	  "K",	 "1KB",	     "1KiB",
					    "-1", "1 K", "9999999T", "0.1"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (unit_parse_size(wrong[i], &bytes))
			fail_msg("\"%s\" was taken for a size", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_and_written),
		cmocka_unit_test(sizes_are_read_and_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
