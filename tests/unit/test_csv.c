/* Rows of CSV: where they end, what is in them, in which charset, and that it makes
 * no difference where a piece is cut. */
#include "table/csv.h"
#include "table/rows.h"

#include "table/map.h"

#include "batch.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct csv_dialect comma = {CHARSET_UTF8, ','};

/* The fields of one row, with | between them. */
static void expect_fields(const char *row, char separator, const char *wanted)
{
	struct heard_str fields[CSV_COLUMNS_MAX];
	struct heard_buf scratch, got;
	int n;

	heard_buf_init(&scratch, 1 << 20);
	heard_buf_init(&got, 1 << 20);
	n = csv_split(heard_str(row), separator, &scratch, fields);
	for (int i = 0; i < n; i++)
		heard_buf_printf(&got, "%s%.*s", i ? "|" : "", HEARD_ARG(fields[i]));
	assert_string_equal(got.ptr ? got.ptr : "", wanted);
	heard_buf_release(&scratch);
	heard_buf_release(&got);
}

static void fields_are_split_and_unquoted(void **state)
{
	(void)state;
	expect_fields("a,b,c", ',', "a|b|c");
	expect_fields("a,,c,\r\n", ',', "a||c|");
	expect_fields("\"a\",\"b,c\",\"d\"\"e\"\n", ',', "a|b,c|d\"e");
	expect_fields("\"two\r\nlines\",x", ',', "two\r\nlines|x");
	expect_fields("5\" disk,he said \"hi\"", ',', "5\" disk|he said \"hi\"");
	expect_fields("\"a\"b,c", ',', "ab|c");
	expect_fields("a;b\tc", ';', "a|b\tc");
	expect_fields("", ',', "");
	expect_fields("\"\"", ',', "");
	expect_fields("\"open,b", ',', "open,b");
}

static void too_many_columns_are_refused(void **state)
{
	struct heard_str fields[CSV_COLUMNS_MAX];
	char row[CSV_COLUMNS_MAX + 2];
	struct heard_buf scratch;

	(void)state;
	memset(row, ',', sizeof(row));
	heard_buf_init(&scratch, 1 << 20);
	assert_int_equal(
		csv_split(heard_str_n(row, CSV_COLUMNS_MAX - 1), ',', &scratch, fields),
		CSV_COLUMNS_MAX);
	assert_int_equal(csv_split(heard_str_n(row, CSV_COLUMNS_MAX), ',', &scratch, fields),
			 -1);
	heard_buf_release(&scratch);
}

static void expect_cut(const char *bytes, bool is_end, size_t wanted, int64_t rows,
		       int64_t lines)
{
	struct csv_cut cut = csv_cut(&comma, heard_str(bytes), is_end, INT64_MAX);

	assert_int_equal(cut.bytes, wanted);
	assert_int_equal(cut.rows, rows);
	assert_int_equal(cut.lines, lines);
}

static void rows_end_by_crlf_lf_and_cr(void **state)
{
	(void)state;
	expect_cut("a\r\nb\nc\rd", false, 7, 3, 3);
	expect_cut("a\r\nb\nc\rd", true, 8, 4, 4);
	expect_cut("a\r", false, 0, 0, 0); /* a newline may follow */
	expect_cut("a\r", true, 2, 1, 1);
	expect_cut("\"a\nb\"\nc\n", false, 8, 2, 3);
	expect_cut("\"a\nb", false, 0, 0, 0);
	expect_cut("x\n\"a\nb", true, 2, 1, 1); /* never closed */
	expect_cut("\n\n", false, 2, 2, 2);
	expect_cut("", true, 0, 0, 0);
	assert_int_equal(csv_cut(&comma, HEARD_STR_OF("a\nb\nc\n"), false, 2).bytes, 4);
	assert_int_equal(csv_line(&comma, HEARD_STR_OF("\"a\nb"), false), 3);
	assert_int_equal(csv_line(&comma, HEARD_STR_OF("\"a"), false), 0);
}

static void utf16_is_walked_in_pairs(void **state)
{
	/* U+0A22 and U+220A have bytes that look like a newline and a quote. */
	static const char little[] = "a\0,\0\x22\x0a\x0a\x22\n\0b\0";
	const struct csv_dialect d = {CHARSET_UTF16LE, ','};
	struct heard_str s = heard_str_n(little, sizeof(little) - 1);

	(void)state;
	assert_int_equal(csv_cut(&d, s, false, 9).bytes, 10);
	assert_int_equal(csv_cut(&d, s, true, 9).rows, 2);
}

static void separators_are_detected(void **state)
{
	(void)state;
	assert_int_equal(csv_separator(HEARD_STR_OF("a,b,c")), ',');
	assert_int_equal(csv_separator(HEARD_STR_OF("a;b;\"c,d,e,f\"")), ';');
	assert_int_equal(csv_separator(HEARD_STR_OF("a\tb")), '\t');
	assert_int_equal(csv_separator(HEARD_STR_OF("one")), ',');
}

static void charsets_are_detected(void **state)
{
	static const char gbk[] = "\xc6\xc0\xbc\xdb\xc4\xda\xc8\xdd,a\n"; /* 评价内容 */
	size_t bom;

	(void)state;
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("评价内容"), &bom),
			 CHARSET_UTF8);
	assert_int_equal(charset_detect(CHARSET_AUTO, heard_str(gbk), &bom), CHARSET_GB18030);
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("a,b"), &bom), CHARSET_ANY);
	assert_int_equal(bom, 0);
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("\xef\xbb\xbf"), &bom),
			 CHARSET_UTF8);
	assert_int_equal(bom, 3);
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("\xff\xfe"), &bom),
			 CHARSET_UTF16LE);
	/* One damaged byte does not make it another. */
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("评价内容很好\xff啊"), &bom),
			 CHARSET_UTF8);
	/* A head that ends inside of a character. */
	assert_int_equal(charset_detect(CHARSET_AUTO, HEARD_STR_OF("评价\xe5\x86"), &bom),
			 CHARSET_UTF8);
}

static bool converts(enum charset c, const char *bytes, size_t n, const char *wanted)
{
	struct heard_buf out;
	bool is_good;

	heard_buf_init(&out, 4096);
	is_good = charset_convert(c, heard_str_n(bytes, n), &out);
	if (is_good)
		assert_string_equal(out.ptr, wanted);
	heard_buf_release(&out);
	return is_good;
}

static void charsets_are_converted_or_refused(void **state)
{
	(void)state;
	assert_true(converts(CHARSET_GB18030, "\xba\xdc\xba\xc3", 4, "很好"));
	assert_true(converts(CHARSET_GB18030, "\x94\x39\xfc\x36", 4, "😀")); /* four bytes */
	assert_true(converts(CHARSET_ANY, "\xba\xdc", 2, "很"));
	assert_true(converts(CHARSET_ANY, "很", 3, "很"));
	assert_true(converts(CHARSET_BIG5, "\xa6\x6e", 2, "好"));
	assert_true(converts(CHARSET_UTF16LE, "\x7d\x59", 2, "好"));
	assert_true(converts(CHARSET_UTF16BE, "\x59\x7d", 2, "好"));
	assert_false(converts(CHARSET_UTF8, "\xba\xdc", 2, ""));
	assert_false(converts(CHARSET_GB18030, "\xba", 1, ""));
	assert_false(converts(CHARSET_GB18030, "\xff\xff", 2, ""));
	assert_false(converts(CHARSET_UTF16LE, "\x7d\x59\x7d", 3, ""));
}

/* ---- heads */

static int head(const char *bytes, size_t n, bool is_end, struct rows_head *h,
		struct heard_error *err)
{
	static const struct map best = {0};

	*err = (struct heard_error){0};
	return rows_find_head(&best, CHARSET_AUTO, heard_str_n(bytes, n), is_end, h, err);
}
#define HEAD(text, is_end) head(text, sizeof(text) - 1, is_end, &h, &err)

static void the_head_is_found_or_refused(void **state)
{
	struct rows_head h;
	struct heard_error err;

	(void)state;
	assert_int_equal(HEAD("\xef\xbb\xbf\n\nreview;rating\nx;5\n", false), 1);
	assert_int_equal(h.begin, 5);
	assert_int_equal(h.end, 19);
	assert_int_equal(h.lines, 3);
	assert_int_equal(h.dialect.separator, ';');
	assert_int_equal(HEAD("sep=;\r\nreview,x;rating\n", false), 1);
	assert_int_equal(h.dialect.separator, ';');
	assert_int_equal(h.begin, 7);
	assert_int_equal(HEAD("sep=;\n\nreview,x;rating\n", false), 1);
	assert_int_equal(h.begin, 7);
	assert_int_equal(h.lines, 3);
	assert_int_equal(HEAD("review,\"rat", false), 0);
	assert_int_equal(HEAD("review,rating", false), 0);
	assert_int_equal(HEAD("review,rating", true), 1);
	assert_int_equal(HEAD("review,\"rat", true), -EINVAL);
	assert_non_null(strstr(err.text, "never closed"));
	assert_int_equal(HEAD("", true), -EINVAL);
	assert_int_equal(HEAD("\n\n", true), -EINVAL);
	assert_int_equal(HEAD("PK\x03\x04....", false), -EINVAL);
	assert_non_null(strstr(err.text, "workbook"));
	assert_int_equal(HEAD("<html>", false), -EINVAL);
	assert_int_equal(HEAD("\xd0\xcf\x11\xe0\xa1\xb1", false), -EINVAL);
}

static void a_refusal_names_headers_and_no_customer(void **state)
{
	struct rows_head h;
	struct heard_error err;

	(void)state;
	assert_int_equal(HEAD("colour,13812345678,a@b.cn\n1,2,3\n", false), -EINVAL);
	assert_non_null(strstr(err.text, "found: colour, (no name), (no name)"));
	assert_non_null(strstr(err.text, "评价内容"));
	assert_null(strstr(err.text, "138"));
}

/* ---- pieces: the same records wherever a stream is cut */

static size_t decode(const struct rows_head *h, const char *file, size_t from, size_t to,
		     int64_t line, struct heard_buf *out, size_t *dead_r)
{
	static const struct map best = {0};
	const struct rows rows = {.map = &best,
				  .file = "f",
				  .dialect = h->dialect,
				  .header = h->end - h->begin,
				  .line = line,
				  .max_row = 1 << 16};
	struct heard_batch *batch = batch_create(8 << 20);
	struct heard_error err = {0};
	struct heard_buf piece;
	size_t n;

	heard_buf_init(&piece, 1 << 20);
	heard_buf_add(&piece, file + h->begin, h->end - h->begin);
	heard_buf_add(&piece, file + from, to - from);
	assert_int_equal(rows_decode(&rows, heard_buf_view(&piece), batch, &err), 0);
	n = heard_batch_size(batch);
	for (size_t i = 0; i < n; i++)
		heard_buf_printf(
			out, "%.*s %.*s\n",
			HEARD_ARG(heard_get_str(heard_batch_at(batch, i), HEARD_SOURCE_ID)),
			HEARD_ARG(heard_get_str(heard_batch_at(batch, i), HEARD_BODY)));
	*dead_r += batch_dead_count(batch);
	heard_buf_release(&piece);
	batch_destroy(batch);
	return n;
}

/* As a reader does: at most `step` bytes more at a time, whole rows only. */
static size_t decode_in_steps(const char *file, size_t n, size_t step, struct heard_buf *out,
			      size_t *dead_r)
{
	struct rows_head h;
	struct heard_error err;
	size_t from, records = 0;
	int64_t line;

	assert_int_equal(head(file, n, true, &h, &err), 1);
	from = h.end;
	line = 1 + h.lines;
	for (size_t to = from; from < n;) {
		to = to + step < n ? to + step : n;
		struct csv_cut cut = csv_cut(&h.dialect, heard_str_n(file + from, to - from),
					     to == n, INT64_MAX);

		if (cut.rows > 0)
			records += decode(&h, file, from, from + cut.bytes, line, out, dead_r);
		from += cut.bytes;
		line += cut.lines;
		if (to == n && cut.rows == 0)
			break;
	}
	return records;
}

static void no_matter_where_it_is_cut(void **state)
{
	/* In GBK: 内容,评分 / "a\r\n很好,b" / 很好 */
	static const char file[] =
		"\xc4\xda\xc8\xdd,\xc6\xc0\xb7\xd6\r\n\"a\r\n\xba\xdc\xba\xc3,"
		"b\",5\r\n\xba\xdc\xba\xc3,4\r\n\xba\xdc\xba\xc3,xx\r\n"
		"\"q\"\"q\",\xba\xc3\xc6\xc0\r\n";
	struct heard_buf whole, parts;
	size_t dead = 0, n;

	(void)state;
	heard_buf_init(&whole, 1 << 20);
	heard_buf_init(&parts, 1 << 20);
	n = decode_in_steps(file, sizeof(file) - 1, 1000, &whole, &dead);
	assert_int_equal(n, 3);
	assert_int_equal(dead, 1);
	assert_non_null(strstr(whole.ptr, " a\r\n很好,b\n"));
	assert_non_null(strstr(whole.ptr, " q\"q\n"));
	for (size_t step = 1; step < sizeof(file); step++) {
		heard_buf_clear(&parts);
		dead = 0;
		assert_int_equal(decode_in_steps(file, sizeof(file) - 1, step, &parts, &dead),
				 n);
		assert_int_equal(dead, 1);
		assert_string_equal(parts.ptr, whole.ptr);
	}
	heard_buf_release(&whole);
	heard_buf_release(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_split_and_unquoted),
		cmocka_unit_test(too_many_columns_are_refused),
		cmocka_unit_test(rows_end_by_crlf_lf_and_cr),
		cmocka_unit_test(utf16_is_walked_in_pairs),
		cmocka_unit_test(separators_are_detected),
		cmocka_unit_test(charsets_are_detected),
		cmocka_unit_test(charsets_are_converted_or_refused),
		cmocka_unit_test(the_head_is_found_or_refused),
		cmocka_unit_test(a_refusal_names_headers_and_no_customer),
		cmocka_unit_test(no_matter_where_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
