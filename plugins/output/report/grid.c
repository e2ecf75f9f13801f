/*
 * grid.c - cells of a table, padded to the width they take on a terminal.
 *
 * What customers wrote is not trusted: control characters and marks that turn the
 * direction of writing do not get through, and signs of Markdown and HTML are escaped.
 */
#include "grid.h"

#include <heard/buf.h>

#include <stdio.h>
#include <string.h>
#include <text/utf8.h>
#include <text/width.h>

/* ---- text */

static int width_text(const char *text)
{
	const char *end = text + strlen(text);
	int width = 0;
	uint32_t c;
	for (size_t n; text < end; text += n ? n : 1) {
		n = text_decode(text, end, &c);
		int one = n ? text_width(c) : 1;
		width += one > 0 ? one : 0;
	}
	return width;
}

/* Escaped, into `out`; what does not fit is cut at a whole character. */
void grid_escape(char *out, size_t size, const char *text)
{
	const char *end = text + strlen(text);
	size_t at = 0;
	uint32_t c;
	for (size_t n; text < end && at + 8 < size; text += n ? n : 1) {
		n = text_decode(text, end, &c);
		if (n == 0 || text_width(c) < 0) {
			out[at++] = n && c != '\n' && c != '\t' ? '?' : ' ';
			continue;
		}
		if (c < 0x80 && strchr("\\`*_[]<>|#~&!", (int)c))
			out[at++] = '\\';
		memcpy(out + at, text, n);
		at += n;
	}
	out[at] = '\0';
}

/* ---- tables */

void grid_cell(struct grid *t, size_t column, const char *text)
{
	if (t->n < GRID_LINES)
		snprintf(t->cells[t->n][column], GRID_CELL, "%s", text);
}

void grid_plain(struct grid *t, size_t column, const char *text)
{
	if (t->n < GRID_LINES)
		grid_escape(t->cells[t->n][column], GRID_CELL, text);
}

void grid_line(struct grid *t)
{
	t->n += t->n < GRID_LINES;
}

void grid_begin(struct grid *t, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	for (size_t i = 1; i < columns; i++)
		t->right[i] = true;
}

static void put_rule(struct heard_buf *out, const struct grid *t, const int *widths)
{
	for (size_t c = 0; c < t->columns; c++) {
		heard_buf_puts(out, "|");
		for (int i = 0; i < widths[c] + 1; i++)
			heard_buf_puts(out, "-");
		heard_buf_puts(out, t->right[c] ? ":" : "-");
	}
	heard_buf_puts(out, "|\n");
}

void grid_put(struct heard_buf *out, const struct grid *t)
{
	int widths[GRID_COLUMNS] = {0};
	for (size_t i = 0; i < t->n; i++)
		for (size_t c = 0; c < t->columns; c++) {
			int w = width_text(t->cells[i][c]);
			widths[c] = w > widths[c] ? w : widths[c];
		}
	for (size_t i = 0; i < t->n; i++) {
		for (size_t c = 0; c < t->columns; c++) {
			int pad = widths[c] - width_text(t->cells[i][c]);
			heard_buf_printf(out, "| %*s%s%*s ", t->right[c] ? pad : 0, "",
					 t->cells[i][c], t->right[c] ? 0 : pad, "");
		}
		heard_buf_puts(out, "|\n");
		if (i == 0)
			put_rule(out, t, widths);
	}
	heard_buf_puts(out, "\n");
}
