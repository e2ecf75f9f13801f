/* Workbooks: what the cells say, and what is no workbook.
 *
 * They are written here by libzip, each part as the test wants it. */
#include "table/cell.h"
#include "table/xlsx.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

static char path[] = "/tmp/heard-test-xlsx-XXXXXX";

#define RELS   "<Relationships xmlns=\"x\">"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

struct book { /* parts; NULL: as usual; "": none */
	const char *workbook, *strings, *styles, *sheet;
};

static void put(zip_t *zip, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	assert_true(zip_file_add(zip, name, zip_source_buffer(zip, text, strlen(text), 0), 0) >=
		    0);
}

static void write_book(const struct book *b)
{
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(zip);
	put(zip, "_rels/.rels",
	    RELS "<Relationship Id=\"a\" Type=\"" OFFICE "/officeDocument\" "
		 "Target=\"/xl/workbook.xml\"/></Relationships>");
	put(zip, "xl/workbook.xml",
	    b->workbook
		    ? b->workbook
		    : "<workbook xmlns:r=\"" OFFICE "\"><sheets>"
		      "<sheet name=\"one\" sheetId=\"1\" r:id=\"r1\"/>"
		      "<sheet name=\"two\" sheetId=\"2\" r:id=\"r9\"/></sheets></workbook>");
	put(zip, "xl/_rels/workbook.xml.rels",
	    RELS "<Relationship Id=\"r1\" Type=\"" OFFICE
		 "/worksheet\" Target=\"worksheets/s.xml\"/>"
		 "<Relationship Id=\"r2\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>"
		 "<Relationship Id=\"r3\" Type=\"" OFFICE
		 "/sharedStrings\" Target=\"strings.xml\"/></Relationships>");
	put(zip, "xl/strings.xml",
	    b->strings ? b->strings
		       : "<sst><si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r>"
			 "<rPh><t>yi</t></rPh></si><si><t>a_x000D_b</t></si></sst>");
	put(zip, "xl/styles.xml",
	    b->styles ? b->styles
		      : "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
			"formatCode=\"yyyy&quot;年&quot;m\"/></numFmts>"
			"<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf/>"
			"<xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
	put(zip, "xl/worksheets/s.xml", b->sheet);
	assert_int_equal(zip_close(zip), 0);
}

/* ---- reading */

static void on_row(void *arg, const struct xlsx_row *row)
{
	heard_buf_printf(arg, "%lld%s:", (long long)row->number, row->why ? "!" : "");
	for (size_t i = 0; i < row->n; i++)
		heard_buf_printf(arg, "%s%.*s", i ? "|" : "", HEARD_ARG(row->cells[i]));
	heard_buf_puts(arg, "\n");
}

static char said[512]; /* the refusal */

static int read_file(const char *sheet, struct heard_buf *out)
{
	struct heard_error err = {0};
	struct xlsx_options o = {.sheet = sheet,
				 .max_strings = 3 << 20,
				 .max_row = 4096,
				 .row = on_row,
				 .arg = out};
	int fd = open(path, O_RDONLY), result = -1;
	struct xlsx *x = xlsx_create(fd, &o, &err);
	size_t bytes = 0;

	while (x != NULL && (result = xlsx_step(x, &bytes, &err)) > 0)
		;
	if (x == NULL)
		result = -err.code;
	snprintf(said, sizeof(said), "%s", err.text);
	xlsx_destroy(x);
	close(fd);
	return result;
}

static void expect_rows(const struct book *b, const char *wanted)
{
	struct heard_buf out;

	heard_buf_init(&out, 1 << 20);
	write_book(b);
	assert_int_equal(read_file("", &out), 0);
	assert_string_equal(out.ptr ? out.ptr : "", wanted);
	heard_buf_release(&out);
}

static void expect_refused(const struct book *b, const char *sheet, const char *sentence)
{
	struct heard_buf out;

	heard_buf_init(&out, 1 << 20);
	if (b != NULL)
		write_book(b);
	assert_int_equal(read_file(sheet, &out), -EINVAL);
	if (strstr(said, sentence) == NULL)
		fail_msg("'%s' has no '%s'", said, sentence);
	heard_buf_release(&out);
}

#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static void cells_are_read_as_people_see_them(void **state)
{
	(void)state;
	expect_rows(
		&(struct book){
			.sheet = SHEET(
				"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>"
				"<c r=\"C1\" t=\"s\"><v>1</v></c></row>"
				"<row r=\"3\"><c t=\"inlineStr\"><is><t>x&lt;y</t></is></c>"
				"<c><v>5</v></c><c t=\"b\"><v>1</v></c><c "
				"t=\"b\"><v>0</v></c></row>"
				"<row r=\"4\"><c s=\"1\"><v>45658.5</v></c><c "
				"s=\"2\"><v>45658</v></c>"
				"<c s=\"1\"><v>0.25</v></c><c s=\"0\"><v>45658</v></c></row>"
				"<row r=\"5\"><c><v>2.0260101123456E+17</v></c>"
				"<c><v>0.30000000000000004</v></c><c><v>1.0</v></c>"
				"<c t=\"str\"><f>A1</f><v>f</v></c><c "
				"t=\"e\"><v>#N/A</v></c></row>"
				"<row r=\"6\"/><row><c r=\"B7\" t=\"s\"><v>2</v></c></row>")},
		"1:甲||乙丙\n3:x<y|5|true|false\n4:2025-01-01 "
		"12:00:00|2025-01-01|06:00:00|45658\n"
		"5:202601011234560000|0.3|1|f|#N/A\n7:|a\rb\n");
}

static void days_may_be_counted_from_1904(void **state)
{
	(void)state;
	expect_rows(&(struct book){.workbook = "<workbook xmlns:r=\"" OFFICE "\"><workbookPr "
					       "date1904=\"1\"/><sheets><sheet name=\"a\" "
					       "r:id=\"r1\"/></sheets></workbook>",
				   .sheet = SHEET("<row><c s=\"2\"><v>44196</v></c></row>")},
		    "1:2025-01-01\n");
}

static void parts_may_be_missing_and_names_have_prefixes(void **state)
{
	(void)state;
	expect_rows(
		&(struct book){.strings = "",
			       .styles = "",
			       .sheet = "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row><x:c>"
					"<x:v>7</x:v></x:c><x:c t=\"s\"><x:v>3</x:v></x:c>"
					"</x:row></x:sheetData></x:worksheet>"},
		"1:7\n");
}

static void formats_that_show_dates_are_known(void **state)
{
	static const char *const dates[] = {"yyyy-mm-dd", "h:mm", "[$-804]yyyy\"年\"",
					    "[h]:mm",	  "m/d",  "上午/下午h\"时\""};
	static const char *const others[] = {"0.00",	    "[Red]0", "\"day\"0", "\\d0",
					     "General\"\"", "0;yy",   "@",	  "_d0"};

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_true(cell_is_date_format(dates[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (cell_is_date_format(others[i]))
			fail_msg("%s", others[i]);
}

static void a_bad_row_is_said_and_the_next_is_read(void **state)
{
	char *sheet = malloc(20000);
	int n = sprintf(sheet, "%s", "<worksheet><sheetData><row><c t=\"str\"><v>");

	(void)state;
	memset(sheet + n, 'x', 5000);
	strcpy(sheet + n + 5000, "</v></c></row><row r=\"9\"><c r=\"XFD9\"><v>1</v></c></row>"
				 "<row r=\"2\"><c><v>2</v></c></row></sheetData></worksheet>");
	/* Row numbers rise, whatever they say. */
	expect_rows(&(struct book){.sheet = sheet}, "1!:\n9!:\n10:2\n");
	free(sheet);
}

/* ---- what is refused */

static void what_is_damaged_or_hostile_is_refused_in_a_sentence(void **state)
{
	char *deep = calloc(1, 4096), *tag = malloc(3 << 20);

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(deep, "<a>");
	memset(tag, 'x', 3 << 20);
	memcpy(tag, "<row ", 5);
	tag[(3 << 20) - 1] = '\0';
	expect_refused(&(struct book){.sheet = "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"},
		       "", "document type");
	expect_refused(&(struct book){.sheet = deep}, "", "deeper");
	expect_refused(&(struct book){.sheet = tag}, "", "");
	expect_refused(&(struct book){.sheet = "<worksheet><row>"}, "", "damaged");
	expect_refused(&(struct book){.sheet = SHEET("")}, "three", "no sheet 'three'");
	expect_refused(&(struct book){.sheet = SHEET("")}, "two", "cannot be found");
	expect_refused(&(struct book){.workbook = "", .sheet = SHEET("")}, "", "no part");
	expect_refused(&(struct book){.sheet = ""}, "", "no part xl/worksheets/s.xml");
	free(deep);
	free(tag);
}

static void a_bomb_is_refused(void **state)
{
	size_t size = 40 << 20;
	char *sheet = malloc(size + 1);

	(void)state;
	memset(sheet, ' ', size);
	memcpy(sheet, "<worksheet>", 11);
	sheet[size] = '\0';
	expect_refused(&(struct book){.sheet = sheet}, "", "bomb");
	free(sheet);
}

static void strings_beyond_the_cap_are_refused(void **state)
{
	struct heard_buf strings;

	(void)state;
	heard_buf_init(&strings, 64 << 20);
	heard_buf_puts(&strings, "<sst>");
	for (int i = 0; i < 4000; i++)
		heard_buf_printf(&strings, "<si><t>%d %01000d</t></si>", i, i * 7919);
	heard_buf_puts(&strings, "</sst>");
	expect_refused(&(struct book){.strings = strings.ptr, .sheet = SHEET("")}, "",
		       "max_strings");
	heard_buf_release(&strings);
}

static void write_bytes(const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void other_files_are_refused(void **state)
{
	static const char many[] = "PK\5\6\0\0\0\0\x60\xea\x60\xea\0\0\0\0\0\0\0\0\0\0";
	char whole[8192];
	ssize_t n;
	int fd;

	(void)state;
	write_book(&(struct book){.sheet = SHEET("<row><c><v>1</v></c></row>")});
	fd = open(path, O_RDONLY);
	n = read(fd, whole, sizeof(whole));
	close(fd);
	for (ssize_t cut = 0; cut < n; cut += 17) {
		struct heard_buf out;

		heard_buf_init(&out, 1 << 20);
		write_bytes(whole, (size_t)cut);
		assert_int_equal(read_file("", &out), -EINVAL);
		heard_buf_release(&out);
	}
	write_bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	expect_refused(NULL, "", "without a password");
	write_bytes("hello", 5);
	expect_refused(NULL, "", "no .xlsx file");
	write_bytes(many, sizeof(many) - 1);
	expect_refused(NULL, "", "60000 parts");
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_read_as_people_see_them),
		cmocka_unit_test(days_may_be_counted_from_1904),
		cmocka_unit_test(parts_may_be_missing_and_names_have_prefixes),
		cmocka_unit_test(formats_that_show_dates_are_known),
		cmocka_unit_test(a_bad_row_is_said_and_the_next_is_read),
		cmocka_unit_test(what_is_damaged_or_hostile_is_refused_in_a_sentence),
		cmocka_unit_test(a_bomb_is_refused),
		cmocka_unit_test(strings_beyond_the_cap_are_refused),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
