/*
 * cli_table.c - columns on a terminal.
 */
#include "cli.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void cli_table_init(struct cli_table *t, size_t columns)
{
	*t = (struct cli_table){.columns = columns};
}

void cli_table_add(struct cli_table *t, const char *cell)
{
	if (t->n == t->size) {
		size_t size = t->size ? 2 * t->size : 64;
		char **cells = realloc(t->cells, size * sizeof(*cells));
		if (cells == NULL)
			return;
		t->cells = cells;
		t->size = size;
	}
	t->cells[t->n++] = strdup(cell);
}

void cli_table_addf(struct cli_table *t, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cli_table_add(t, text);
}

/* Columns the text takes, by the locale's table. */
static int cli_width(const char *text)
{
	mbstate_t state = {0};
	int width = 0;
	wchar_t c;
	for (size_t n; *text != '\0'; text += n) {
		n = mbrtowc(&c, text, strlen(text), &state);
		if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
			memset(&state, 0, sizeof(state));
			n = 1;
			width++;
			continue;
		}
		int w = wcwidth(c);
		width += w > 0 ? w : 0;
	}
	return width;
}

void cli_table_release(struct cli_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct cli_table){.columns = t->columns};
}

void cli_table_print(struct cli_table *t, FILE *f)
{
	int widest[16] = {0};
	for (size_t i = 0; i < t->n; i++) {
		int w = cli_width(t->cells[i]);
		if (w > widest[i % t->columns])
			widest[i % t->columns] = w;
	}
	for (size_t i = 0; i < t->n; i++) {
		size_t column = i % t->columns;
		int pad = widest[column] - cli_width(t->cells[i]);
		bool is_last = column + 1 == t->columns;
		if (t->right[column])
			fprintf(f, "%*s%s", pad, "", t->cells[i]);
		else
			fprintf(f, "%s%*s", t->cells[i], is_last ? 0 : pad, "");
		fputs(is_last ? "\n" : "  ", f);
	}
	cli_table_release(t);
}
