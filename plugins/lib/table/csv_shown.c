/*
 * csv_shown.c - a field that spreadsheets show and do not run.
 *
 * A cell that begins like a formula is one to a spreadsheet, whoever wrote it, so it gets an
 * apostrophe in front: what customers wrote is text and stays so.  Programs differ in what
 * begins a formula and in what they pass over before it; all of that is guarded.
 */
#include "csv.h"

#include <heard/buf.h>

/* Bytes of what a program may pass over before it looks for a formula: a blank, a control
 * character (which becomes one), what has no width.  0: something else. */
static size_t blank_at(struct heard_str s)
{
	static const struct heard_str wide[] = {HEARD_STR("\xc2\xa0"), HEARD_STR("　"),
						HEARD_STR("\xe2\x80\x8b"),
						HEARD_STR("\xef\xbb\xbf")};
	if (s.len == 0)
		return 0;
	unsigned char c = (unsigned char)s.ptr[0];
	if (c == '\t' || c == '\r' || c == '\n')
		return 0; /* these begin one */
	if (c <= ' ' || c == 0x7f)
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (heard_str_starts(s, wide[i]))
			return wide[i].len;
	return 0;
}

/* Also the full-width forms, and behind blanks: programs differ. */
static bool is_formula(struct heard_str s)
{
	static const struct heard_str begins[] = {
		HEARD_STR("="),	 HEARD_STR("+"),  HEARD_STR("-"),  HEARD_STR("@"),
		HEARD_STR("\t"), HEARD_STR("\r"), HEARD_STR("\n"), HEARD_STR("＝"),
		HEARD_STR("＋"), HEARD_STR("－"), HEARD_STR("＠"), HEARD_STR("%"),
		HEARD_STR("|")};
	for (size_t n; (n = blank_at(s)) > 0;)
		s = heard_str_skip(s, n);
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (heard_str_starts(s, begins[i]))
			return true;
	return false;
}

void csv_put_shown(struct heard_buf *out, struct heard_str field)
{
	heard_buf_puts(out, is_formula(field) ? "\"'" : "\"");
	for (size_t i = 0; i < field.len; i++) {
		unsigned char c = (unsigned char)field.ptr[i];
		if (c == '"')
			heard_buf_puts(out, "\"\"");
		else
			heard_buf_add(out, c < ' ' || c == 0x7f ? " " : field.ptr + i, 1);
	}
	heard_buf_puts(out, "\"");
}
