/*
 * width.c - widths by ranges, as far as terminals agree on them.
 *
 * What customers wrote is not trusted with a terminal or a table: what has no shape of its
 * own, and could hide or turn what stands around it, is told apart here.
 */
#include "width.h"

#include <stddef.h>

static const struct {
	uint32_t first, last;
	int width;
} widths[] = {
	{0x0, 0x1f, -1},       {0x7f, 0x9f, -1},      {0x300, 0x36f, 0},
	{0x61c, 0x61c, -1},    {0x1100, 0x115f, 2},   {0x200b, 0x200f, -1},
	{0x2028, 0x202e, -1},  {0x2060, 0x206f, -1},  {0x2e80, 0x303e, 2},
	{0x3041, 0x4dbf, 2},   {0x4e00, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
	{0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},
	{0xfeff, 0xfeff, -1},  {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
	{0xfff9, 0xfffb, -1},  {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2},
	{0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2}, {0xe0000, 0xe0fff, -1},
};

int text_width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return 1;
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			return widths[i].width;
	return 1;
}
