/*
 * forms.c - which form of a report is written by whom.
 */
#include "report.h"

void write_form(const struct book *book, enum format format, struct heard_buf *out)
{
	static void (*const writers[FORMATS])(const struct book *, struct heard_buf *) = {
		[FORMAT_HTML] = write_html,
		[FORMAT_MD] = write_markdown,
		[FORMAT_CSV] = write_csv,
		[FORMAT_JSON] = write_json,
	};
	writers[format](book, out);
}
