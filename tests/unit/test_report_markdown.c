/*
 * test_report_markdown.c - what customers wrote stays text, in a reader of Markdown and
 * on a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/output/report/grid.c"

#include <stdlib.h>

static void signs_of_markdown_and_of_terminals_do_not_get_through(void **state)
{
	static const struct {
		const char *text, *plain;
	} cases[] = {
		{"ok 充电宝", "ok 充电宝"},
		{"<script>", "\\<script\\>"},
		{"a|b", "a\\|b"},
		{"[x](http://y)", "\\[x\\](http://y)"},
		{"*b* `c` #d", "\\*b\\* \\`c\\` \\#d"},
		{"\033[31mred", "?\\[31mred"},
		{"two\nlines", "two lines"},
		{"\xe2\x80\xae"
		 "evil",
		 "?evil"},
		{"bad \xff", "bad  "},
	};
	char out[GRID_CELL];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		grid_escape(out, sizeof(out), cases[i].text);
		assert_string_equal(out, cases[i].plain);
	}
}

static void a_long_text_is_cut_at_a_whole_character(void **state)
{
	char text[2 * GRID_CELL] = "", out[GRID_CELL];
	(void)state;
	for (size_t i = 0; i + 4 < sizeof(text); i += 3)
		strcat(text, "充");
	grid_escape(out, sizeof(out), text);
	assert_true(strlen(out) < GRID_CELL);
	assert_int_equal(strlen(out) % 3, 0);
}

static void columns_line_up_with_wide_characters(void **state)
{
	struct grid *t = calloc(1, sizeof(*t));
	struct heard_buf out;
	(void)state;
	assert_non_null(t);
	grid_begin(t, 2);
	grid_cell(t, 0, "部门");
	grid_cell(t, 1, "n");
	grid_line(t);
	grid_cell(t, 0, "x");
	grid_cell(t, 1, "12");
	grid_line(t);
	heard_buf_init(&out, 4096);
	grid_put(&out, t);
	assert_string_equal(out.ptr, "| 部门 |  n |\n|------|---:|\n| x    | 12 |\n\n");
	heard_buf_release(&out);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_of_markdown_and_of_terminals_do_not_get_through),
		cmocka_unit_test(a_long_text_is_cut_at_a_whole_character),
		cmocka_unit_test(columns_line_up_with_wide_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
