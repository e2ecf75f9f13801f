/*
 * link.c - the addresses of a survey, for customers.
 */
#include "survey.h"

#include <text/percent.h>

void survey_put_query(struct heard_buf *out, const char *segment, const char *product)
{
	size_t begin = out->len;
	if (segment[0]) {
		heard_buf_puts(out, "segment=");
		text_escape(out, heard_str(segment));
	}
	if (product[0]) {
		heard_buf_puts(out, out->len > begin ? "&product=" : "product=");
		text_escape(out, heard_str(product));
	}
}

void survey_link(const struct survey *self, const char *segment, const char *product,
		 const char *token, struct heard_buf *out)
{
	heard_buf_printf(out, "%s%s", self->public_url, self->place);
	if (token[0]) {
		heard_buf_printf(out, "?t=%s", token);
	} else if (segment[0] || product[0]) {
		heard_buf_puts(out, "?");
		survey_put_query(out, segment, product);
	}
}
