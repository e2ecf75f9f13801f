/*
 * qr.c - a QR code as SVG: one path of squares, good to print at any size.
 *
 * Error correction M (15 %), for stickers get scratched; modules that touch in a row are
 * one stroke, so the file stays small.
 */
#include "qr.h"

#include <qrencode.h>

enum { QUIET = 4 }; /* modules of white around it, as ISO 18004 asks */

static void put_row(struct heard_buf *out, const QRcode *code, int y)
{
	const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
	for (int x = 0; x < code->width;) {
		int from = x;
		while (x < code->width && (row[x] & 1))
			x++;
		if (x > from)
			heard_buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET,
					 x - from, x - from);
		else
			x++;
	}
}

static void put_title(struct heard_buf *out, const char *link)
{
	for (; *link; link++)
		if (*link == '&')
			heard_buf_puts(out, "&amp;");
		else if (*link == '<')
			heard_buf_puts(out, "&lt;");
		else
			heard_buf_add(out, link, 1);
}

bool qr_svg(struct heard_buf *out, const char *link)
{
	QRcode *code = QRcode_encodeString8bit(link, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return false;
	int size = code->width + 2 * QUIET;
	heard_buf_printf(out,
			 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
			 "width=\"%d\" height=\"%d\" shape-rendering=\"crispEdges\"><title>",
			 size, size, size * 8, size * 8);
	put_title(out, link);
	heard_buf_printf(out,
			 "</title><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
			 "<path fill=\"#000\" d=\"",
			 size, size, size);
	for (int y = 0; y < code->width; y++)
		put_row(out, code, y);
	heard_buf_puts(out, "\"/></svg>\n");
	QRcode_free(code);
	return !out->failed;
}
