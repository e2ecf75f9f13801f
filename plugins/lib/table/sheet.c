/*
 * sheet.c - handlers for three of a workbook's parts.
 *
 * Nothing here trusts the order or the number of what comes: a cell without a
 * reference is behind the last, a string that is not there is empty, a reference beyond
 * the columns allowed or a row that is too long makes that row bad and no more.
 */
#include "sheet.h"

#include "cell.h"

#include <stdlib.h>

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void set_bit(unsigned char *bits, unsigned long i)
{
	bits[i / 8] = (unsigned char)(bits[i / 8] | 1u << i % 8);
}

static bool has_bit(const unsigned char *bits, unsigned long i)
{
	return i < STYLES_MAX && (bits[i / 8] >> i % 8 & 1);
}

/* An attribute as a number that is not negative; `otherwise` if it is none. */
static unsigned long number_of(const char **attributes, const char *name,
			       unsigned long otherwise)
{
	const char *text = part_attribute(attributes, name);
	char *end;
	unsigned long value;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return otherwise;
	value = strtoul(text, &end, 10);
	return *end ? otherwise : value;
}

/* ---- styles */

static void styles_start(void *arg, const char *name, const char **attributes)
{
	struct styles *s = arg;
	unsigned long id = number_of(attributes, "numFmtId", 0);

	if (is(name, "cellXfs")) {
		s->in_cells = true;
	} else if (is(name, "numFmt")) {
		const char *code = part_attribute(attributes, "formatCode");

		if (code != NULL && id < STYLES_MAX && cell_is_date_format(code))
			set_bit(s->is_date_format, id);
	} else if (is(name, "xf") && s->in_cells && s->n < STYLES_MAX) {
		if (cell_is_date_id(id) || has_bit(s->is_date_format, id))
			set_bit(s->is_date, s->n);
		s->n++;
	}
}

static void styles_end(void *arg, const char *name)
{
	if (is(name, "cellXfs"))
		((struct styles *)arg)->in_cells = false;
}

const struct part_handlers styles_handlers = {styles_start, styles_end, NULL};

/* ---- shared strings */

static void shared_start(void *arg, const char *name, const char **attributes)
{
	struct shared *s = arg;

	(void)attributes;
	if (is(name, "si")) {
		heard_buf_clear(&s->text);
		s->in_phonetic = 0;
	} else if (is(name, "rPh")) {
		s->in_phonetic++;
	}
	s->in_text = is(name, "t") && s->in_phonetic == 0;
}

static void shared_end(void *arg, const char *name)
{
	struct shared *s = arg;

	s->in_text = false;
	if (is(name, "rPh") && s->in_phonetic > 0)
		s->in_phonetic--;
	if (!is(name, "si"))
		return;
	heard_buf_clear(&s->plain);
	cell_put_text(&s->plain, heard_buf_view(&s->text));
	if (s->text.failed || s->plain.failed)
		part_fail(s->part, "has a text longer than max_line");
	else if (!strings_add(s->strings, heard_buf_view(&s->plain)))
		part_fail(s->part, "takes more memory than max_strings; raise that, or save "
				   "the sheet as CSV");
}

static void shared_text(void *arg, const char *bytes, size_t n)
{
	struct shared *s = arg;

	if (s->in_text)
		heard_buf_add(&s->text, bytes, n);
}

const struct part_handlers shared_handlers = {shared_start, shared_end, shared_text};

/* ---- the sheet */

/* "AB12": 27, counted from 0; `otherwise` without letters. */
static size_t column_of(const char *reference, size_t otherwise)
{
	size_t column = 0;

	if (reference == NULL || reference[0] < 'A' || reference[0] > 'Z')
		return otherwise;
	for (; *reference >= 'A' && *reference <= 'Z' && column < CSV_COLUMNS_MAX * 26;
	     reference++)
		column = column * 26 + (size_t)(*reference - 'A' + 1);
	return column - 1;
}

static char type_of(const char *type)
{
	if (type == NULL)
		return 'n';
	if (is(type, "inlineStr"))
		return 'i';
	return is(type, "str") ? 't' : type[0];
}

static void begin_row(struct sheet *s, const char **attributes)
{
	unsigned long number = number_of(attributes, "r", 0);

	/* Rows rise; one that does not say is the next. */
	if (number > (unsigned long)s->number && number < 1ul << 31)
		s->number = (int64_t)number;
	else
		s->number++;
	heard_buf_clear(&s->row);
	s->n = 0;
	s->column = 0;
	s->why = NULL;
}

static void begin_cell(struct sheet *s, const char **attributes)
{
	s->column = column_of(part_attribute(attributes, "r"), s->column);
	s->type = type_of(part_attribute(attributes, "t"));
	s->style = number_of(attributes, "s", 0);
	s->in_phonetic = 0;
	heard_buf_clear(&s->text);
}

static void put_value(struct sheet *s)
{
	struct heard_str text = heard_buf_view(&s->text);
	char digits[24];

	switch (s->type) {
	case 's':
		snprintf(digits, sizeof(digits), "%.*s", HEARD_ARG(text));
		text = strings_get(s->strings, strtoul(digits, NULL, 10));
		heard_buf_str(&s->row, text);
		break;
	case 'i':
	case 't': cell_put_text(&s->row, text); break;
	case 'b': heard_buf_puts(&s->row, heard_str_is(text, "1") ? "true" : "false"); break;
	case 'n':
		if (!has_bit(s->styles->is_date, s->style) ||
		    !cell_put_date(&s->row, text, s->is_1904))
			cell_put_number(&s->row, text);
		break;
	default: heard_buf_str(&s->row, text); break;
	}
}

static void end_cell(struct sheet *s)
{
	size_t begin = s->row.len, column = s->column++;

	if (s->text.len == 0 && !s->text.failed)
		return;
	if (column >= CSV_COLUMNS_MAX) {
		s->why = "more columns than a table may have";
		return;
	}
	put_value(s);
	if (s->text.failed || s->row.failed) {
		s->why = "longer than max_line";
		return;
	}
	if (s->row.len == begin)
		return;
	for (; s->n <= column; s->n++)
		s->begin[s->n] = s->end[s->n] = 0;
	s->begin[column] = begin;
	s->end[column] = s->row.len;
}

static void end_row(struct sheet *s)
{
	struct xlsx_row row = {s->number, s->cells, s->n, s->why};

	if (s->n == 0 && s->why == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		s->cells[i] = heard_str_n(s->row.ptr + s->begin[i], s->end[i] - s->begin[i]);
	s->options->row(s->options->arg, &row);
}

static void sheet_start(void *arg, const char *name, const char **attributes)
{
	struct sheet *s = arg;

	if (is(name, "row"))
		begin_row(s, attributes);
	else if (is(name, "c"))
		begin_cell(s, attributes);
	else if (is(name, "rPh"))
		s->in_phonetic++;
	s->in_value = is(name, "v") || (is(name, "t") && s->in_phonetic == 0);
}

static void sheet_end(void *arg, const char *name)
{
	struct sheet *s = arg;

	s->in_value = false;
	if (is(name, "rPh") && s->in_phonetic > 0)
		s->in_phonetic--;
	else if (is(name, "c"))
		end_cell(s);
	else if (is(name, "row"))
		end_row(s);
}

static void sheet_text(void *arg, const char *bytes, size_t n)
{
	struct sheet *s = arg;

	if (s->in_value)
		heard_buf_add(&s->text, bytes, n);
}

const struct part_handlers sheet_handlers = {sheet_start, sheet_end, sheet_text};
