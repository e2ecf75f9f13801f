/*
 * test_report_csv.c - no cell of a report is taken for a formula, whatever it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/output/report/channels.c"
#include "../../plugins/output/report/csv.c"
#include "../../plugins/output/report/period.c"
#include "../../plugins/output/report/rows.c"
#include "../../plugins/output/report/talk_said.c"
#include "../../plugins/output/report/words.c"

static const char *cell_of(struct heard_buf *out, const char *text)
{
	heard_buf_clear(out);
	put_text(out, text);
	return out->ptr;
}

static void a_formula_is_text(void **state)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{"=1+1", "\"'=1+1\""},
		{"+86", "\"'+86\""},
		{"-2", "\"'-2\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""},
		{" =1+1", "\"' =1+1\""},
		{"\t=1", "\"' =1\""},
		{"\r=1", "\"' =1\""},
		{"＝1", "\"'＝1\""},
		{"　=1", "\"'　=1\""},
		{"\xc2\xa0@x", "\"'\xc2\xa0@x\""},
		{"|calc", "\"'|calc\""},
		{"\x01=1", "\"' =1\""},
		{"\x7f \t=1", "\"'   =1\""},
		{"\xef\xbb\xbf=1", "\"'\xef\xbb\xbf=1\""},
		{"\xe2\x80\x8b+1", "\"'\xe2\x80\x8b+1\""},
		{" \ttwo", "\"'  two\""},
		{" two", "\" two\""},
		{"a=1", "\"a=1\""},
		{"", "\"\""},
		{"say \"hi\", ok", "\"say \"\"hi\"\", ok\""},
		{"two\nlines", "\"two lines\""},
	};
	struct heard_buf out;
	(void)state;
	heard_buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(cell_of(&out, cases[i].text), cases[i].cell);
	heard_buf_release(&out);
}

static void a_report_of_nothing_is_a_table_still(void **state)
{
	struct heard_buf out;
	static struct book book;
	(void)state;
	book.lang = PAGE_EN;
	book.now.first_response = book.now.resolution = -1;
	book.then = book.now;
	assert_int_equal(period_parse(&book.period, "2026-03", 0, NULL, NULL), 0);
	period_before(&book.period, &book.before, NULL);
	heard_buf_init(&out, 1 << 16);
	write_csv(&book, &out);
	assert_memory_equal(out.ptr,
			    "\xef\xbb\xbf\"Part\",\"Name\",\"2026-03\",\"2026-02\"\r\n", 38);
	assert_non_null(strstr(out.ptr, "\"Figures\",\"Response rate\",,\r\n"));
	heard_buf_release(&out);
}

static void values_are_written_as_people_read_them(void **state)
{
	static const struct {
		enum unit unit;
		double value;
		const char *en, *zh;
	} cases[] = {
		{UNIT_COUNT, 0, "0", "0"},
		{UNIT_COUNT, 1234567, "1,234,567", "1,234,567"},
		{UNIT_RATE, 0.875, "87.5%", "87.5%"},
		{UNIT_SCORE, 30, "+30", "+30"},
		{UNIT_SCORE, -57.4, "−57", "−57"},
		{UNIT_MEAN, 4.25, "4.2", "4.2"},
		{UNIT_SPAN, 45e3, "45 s", "45 秒"},
		{UNIT_SPAN, 25 * 60e3, "25 min", "25 分"},
		{UNIT_SPAN, 125 * 60e3, "2 h 05 min", "2 时 05 分"},
		{UNIT_SPAN, 51 * 3600e3, "2 d 3 h", "2 天 3 时"},
		{UNIT_RATE, NAN, "–", "–"},
	};
	char text[64];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		value_text(text, sizeof(text), cases[i].unit, cases[i].value, PAGE_EN);
		assert_string_equal(text, cases[i].en);
		value_text(text, sizeof(text), cases[i].unit, cases[i].value, PAGE_ZH);
		assert_string_equal(text, cases[i].zh);
	}
}

static void changes_say_by_how_much_and_whether_it_is_good(void **state)
{
	static const struct {
		struct row row;
		const char *text;
		int sense;
	} cases[] = {
		{{.unit = UNIT_COUNT, .now = 150, .then = 100}, "+50%", 0},
		{{.unit = UNIT_COUNT, .now = 5, .then = 0, .good = -1}, "new", -1},
		{{.unit = UNIT_COUNT, .now = 0, .then = 0, .good = -1}, "±0%", 0},
		{{.unit = UNIT_RATE, .now = 0.9, .then = 0.8, .good = 1}, "+10.0 pts", 1},
		{{.unit = UNIT_RATE, .now = 0.801, .then = 0.8, .good = 1}, "+0.1 pts", 0},
		{{.unit = UNIT_SPAN, .now = 50, .then = 100, .good = -1}, "−50%", 1},
		{{.unit = UNIT_SCORE, .now = -10, .then = 10, .good = 1}, "−20", -1},
		{{.unit = UNIT_RATE, .now = NAN, .then = 0.8, .good = 1}, "", 0},
	};
	char text[64];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		change_text(text, sizeof(text), &cases[i].row, PAGE_EN);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(change_sense(&cases[i].row), cases[i].sense);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_formula_is_text),
		cmocka_unit_test(a_report_of_nothing_is_a_table_still),
		cmocka_unit_test(values_are_written_as_people_read_them),
		cmocka_unit_test(changes_say_by_how_much_and_whether_it_is_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
