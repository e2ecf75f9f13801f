/* What the filter normalize makes of texts, and what it leaves alone. */
#define heard_plugin normalize_plugin
#include "../../plugins/filter/normalize/fold.c"
#include "../../plugins/filter/normalize/normalize.c"
#include "../../plugins/filter/normalize/tidy.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
	struct normalize self;
	struct normalize_lane lane;
	struct heard_batch *batch;
};

static void begin(struct fixture *f)
{
	struct heard_error err = {0};

	if (f->self.max_length == 0)
		f->self = (struct normalize){
			.width = true, .blanks = true, .max_length = 32768};
	assert_int_equal(normalize_open(&f->self, NULL, &err), 0);
	normalize_lane_open(&f->self, &f->lane, &err);
	f->batch = batch_create(4 << 20);
}

static void end(struct fixture *f)
{
	normalize_lane_close(&f->self, &f->lane);
	normalize_close(&f->self);
	batch_destroy(f->batch);
}

static struct heard_str run(struct fixture *f, struct heard_str body)
{
	struct heard_record *r = heard_batch_add(f->batch);
	struct heard_error err = {0};

	assert_int_equal(heard_set_str(r, HEARD_BODY, body), 0);
	assert_int_equal(normalize_process(&f->self, &f->lane, f->batch, &err), 0);
	return heard_get_str(r, HEARD_BODY);
}

static void becomes(struct fixture *f, const char *const (*cases)[2])
{
	for (; (*cases)[0]; cases++) {
		struct heard_str got = run(f, heard_str((*cases)[0]));

		if (!heard_str_is(got, (*cases)[1]))
			fail_msg("\"%s\"\n  got  \"%.*s\"\n  want \"%s\"", (*cases)[0],
				 HEARD_ARG(got), (*cases)[1]);
	}
}
#define END                \
	{                  \
		NULL, NULL \
	}

static void width_is_folded_and_chinese_punctuation_kept(void **state)
{
	static const char *const cases[][2] = {
		{"ＡＢＣ１２３", "ABC123"},
		{"电话：１３８，好！（是）？；～…", "电话：138，好！（是）？；～…"},
		{"①好②坏", "1好2坏"},
		{"ﾊﾝｶｸ", "ハンカク"},
		{"e\xCC\x81t\xC3\xA9", "\xC3\xA9t\xC3\xA9"},
		{"a＠b．com", "a@b.com"},
		{"Brand™ don´t", "Brand™ don´t"},
		{"한국어 ㅋㅋ", "한국어 ㅋㅋ"},
		{"𝟏𝟑𝟖", "138"},
		END,
	};
	struct fixture f = {0};
	(void)state;

	begin(&f);
	becomes(&f, cases);
	end(&f);
}

static void blanks_and_what_is_not_seen(void **state)
{
	static const char *const cases[][2] = {
		{"  a \t b  ", "a b"},
		{"a\r\nb\rc\n\n\n\nd \n e", "a\nb\nc\n\nd\ne"},
		{"a\x01"
		 "b\x7F"
		 "c",
		 "abc"},
		{"138\xE2\x80\x8B"
		 "1234",
		 "1381234"},
		{"1\xEF\xB8\x8F\xE2\x83\xA3"
		 "2",
		 "12"},
		{"👨‍👩‍👧 ok", "👨‍👩‍👧 ok"},
		{"　全　角　", "全 角"},
		{"a\xC2\xA0\xC2\xA0"
		 "b",
		 "a b"},
		{" \n\t ", ""},
		{"a\xE2\x80\xA8"
		 "b",
		 "a\nb"},
		END,
	};
	struct fixture f = {0};
	(void)state;

	begin(&f);
	becomes(&f, cases);
	end(&f);
}

static void html_becomes_text(void **state)
{
	static const char *const cases[][2] = {
		{"<p>Hello <b>world</b></p><p>again</p>", "Hello world\n\nagain"},
		{"a<br>b<br/><br />c", "a\nb\n\nc"},
		{"<div>x</div><script>alert('<p>')</script><style>p{}</style>y", "x\ny"},
		{"<ul><li>one<li>two</ul>end", "- one\n- two\n\nend"},
		{"<p title=\"a > b\">fish &amp; chips &#8217;&eacute;&nbsp;&unknown; "
		 "&#x4F60;</p>",
		 "fish & chips ’é &unknown; 你"},
		{"<!-- note --><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
		 "a b\nc"},
		{"<pre>a\n  b</pre>", "a\nb"},
		{"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
		{"I <3 you", "I <3 you"},
		{"<unknown> stays", "<unknown> stays"},
		{"AT&amp;T", "AT&amp;T"},
		{"<p>open <b", "open <b"},
		{"<script>never closed", ""},
		END,
	};
	struct fixture f = {0};
	(void)state;

	begin(&f);
	becomes(&f, cases);
	end(&f);
}

static void hostile_html_takes_linear_time(void **state)
{
	static const char *const pieces[] = {"<font a=1>", "<div>",    "<",   "<a ",
					     "</",	   "<!--",     "&#1", "<!a",
					     "<p \"",	   "<script>", "&amp"};
	struct fixture f = {0};
	static char html[300000];
	(void)state;

	begin(&f);
	f.self.html = HTML_ALWAYS;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = strlen(pieces[i]);

		for (size_t at = 0; at < sizeof(html); at += n)
			memcpy(html + at, pieces[i],
			       at + n < sizeof(html) ? n : sizeof(html) - at);
		batch_clear(f.batch);
		run(&f, heard_str_n(html, sizeof(html)));
	}
	end(&f);
}

static void plain_text_is_not_copied(void **state)
{
	static const char *const plain[] = {"short", "a longer line of plain ASCII, in words.",
					    "中文评论：质量很好，物流也快！",
					    "mixed 中文 text 😀 here", "é is one character"};
	struct fixture f = {0};
	(void)state;

	begin(&f);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_int_equal(fold_needs(f.self.fold, heard_str(plain[i])), 0);
	end(&f);
}

static void a_long_text_is_cut_and_no_number_with_it(void **state)
{
	struct fixture f = {.self = {.width = true, .blanks = true, .max_length = 100}};
	char text[300];
	(void)state;

	begin(&f);
	memset(text, 'a', sizeof(text));
	memcpy(text + 60, "，", 3);
	memcpy(text + 90, "13812345678", 11);
	struct heard_str got = run(&f, heard_str_n(text, sizeof(text)));
	assert_int_equal(got.len, 63 + 3);
	assert_memory_equal(got.ptr + 63, "…", 3);
	for (size_t i = 0; i + 3 <= sizeof(text); i += 3)
		memcpy(text + i, "中", 3);
	got = run(&f, heard_str_n(text, sizeof(text)));
	assert_int_equal(got.len, 96 + 3);
	assert_true(text_is_valid(got));
	end(&f);
}

static void malformed_utf8_is_repaired(void **state)
{
	static const char *const cases[][2] = {
		{"a\xFF"
		 "b",
		 "a\xEF\xBF\xBD"
		 "b"},
		{"\xE4\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD"},
		END,
	};
	struct fixture f = {.self = {.width = false, .blanks = true, .max_length = 100}};
	(void)state;

	begin(&f);
	becomes(&f, cases);
	f.self.width = true;
	assert_true(text_is_valid(run(&f, HEARD_STR_OF("Ａ\xED\xA0\x80 \xC0\xAF"))));
	end(&f);
}

static void options_switch_steps_off(void **state)
{
	struct fixture f = {.self = {.width = false,
				     .html = HTML_NEVER,
				     .blanks = false,
				     .max_length = 100}};
	(void)state;

	begin(&f);
	assert_true(heard_str_is(run(&f, HEARD_STR_OF("Ａ  <b>x</b>\n\n\n  y ")),
				 "Ａ  <b>x</b>\n\n\n  y"));
	end(&f);
}

static void every_text_of_a_record_is_normalised(void **state)
{
	struct fixture f = {0};
	struct heard_error err;
	(void)state;

	begin(&f);
	assert_int_equal(
		heard_batch_add_json(f.batch,
				     HEARD_STR_OF("{\"subject\":\" ａ \",\"tags\":[\"Ｂ\"],"
						  "\"note\":\"ｃ  ｄ\",\"order\":\"Ｅ\"}"),
				     &err),
		0);
	assert_int_equal(normalize_process(&f.self, &f.lane, f.batch, &err), 0);
	struct heard_record *r = heard_batch_at(f.batch, 0);
	assert_true(heard_str_is(heard_get_str(r, HEARD_SUBJECT), "a"));
	assert_true(heard_str_is(heard_get(r, HEARD_TAGS).list.at[0], "B"));
	assert_true(heard_str_is(
		heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("note")).str, "c d"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_ORDER), "Ｅ")); /* as it was given */
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_is_folded_and_chinese_punctuation_kept),
		cmocka_unit_test(blanks_and_what_is_not_seen),
		cmocka_unit_test(html_becomes_text),
		cmocka_unit_test(hostile_html_takes_linear_time),
		cmocka_unit_test(plain_text_is_not_copied),
		cmocka_unit_test(a_long_text_is_cut_and_no_number_with_it),
		cmocka_unit_test(malformed_utf8_is_repaired),
		cmocka_unit_test(options_switch_steps_off),
		cmocka_unit_test(every_text_of_a_record_is_normalised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
