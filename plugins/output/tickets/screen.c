/*
 * screen.c - text for a terminal: widths, safety, times.
 *
 * A character is one column wide, two if East Asian wide or an emoji, none if
 * it combines with the one before it.
 */
#include "screen.h"

#include <heard/time.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_COLUMNS = 100, MINIMUM_COLUMNS = 60 };

static const struct {
	int32_t first, last;
	int width; /* -1: not printed */
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

static int width_of(int32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return 1;
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			return widths[i].width;
	return 1;
}

/* One thing to print, and its width: a character, a blank for white space, or
 * the word for a sealed contact. */
static struct heard_str next_piece(struct heard_str *left, int *width)
{
	static const struct heard_str sealed = HEARD_STR("sealed:");
	if (heard_str_starts(*left, sealed)) {
		*left = heard_str_skip(*left, sealed.len);
		while (left->len &&
		       (left->ptr[0] == '-' || left->ptr[0] == '_' ||
			(left->ptr[0] >= '0' && left->ptr[0] <= '9') ||
			((left->ptr[0] | 0x20) >= 'a' && (left->ptr[0] | 0x20) <= 'z')))
			*left = heard_str_skip(*left, 1);
		*width = (int)sealed.len - 1;
		return heard_str_n(sealed.ptr, sealed.len - 1);
	}
	const unsigned char *p = (const unsigned char *)left->ptr;
	size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 1;
	if (len > left->len || (len == 1 && p[0] >= 0x80)) {
		*left = heard_str_skip(*left, 1);
		*width = 1;
		return HEARD_STR_OF("?");
	}
	int32_t c = len == 1 ? p[0] : p[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3f);
	struct heard_str piece = heard_str_n(left->ptr, len);
	*left = heard_str_skip(*left, len);
	*width = width_of(c);
	if (c == '\n' || c == '\t' || c == '\r') {
		*width = 1;
		return HEARD_STR_OF(" ");
	}
	return *width < 0 ? (*width = 0, heard_str_n(piece.ptr, 0)) : piece;
}

int screen_width(struct heard_str s)
{
	int total = 0, width;
	while (s.len) {
		next_piece(&s, &width);
		total += width;
	}
	return total;
}

void screen_put(FILE *out, struct heard_str s, int columns, bool pad)
{
	bool cut = screen_width(s) > columns;
	int room = cut ? columns - 1 : columns, used = 0, width;
	while (s.len) {
		struct heard_str piece = next_piece(&s, &width);
		if (used + width > room)
			break;
		fwrite(piece.ptr, 1, piece.len, out);
		used += width;
	}
	if (cut) {
		fputs("…", out);
		used++;
	}
	if (pad)
		fprintf(out, "%*s", columns > used ? columns - used : 0, "");
}

void screen_block(FILE *out, struct heard_str s, int indent)
{
	while (s.len) {
		const char *end = memchr(s.ptr, '\n', s.len);
		struct heard_str line = heard_str_n(s.ptr, end ? (size_t)(end - s.ptr) : s.len);
		fprintf(out, "%*s", indent, "");
		screen_put(out, line, 1 << 30, false);
		fputc('\n', out);
		s = heard_str_skip(s, line.len + 1);
	}
}

int screen_columns(FILE *out)
{
	struct winsize size;
	int columns = DEFAULT_COLUMNS;
	const char *asked = getenv("COLUMNS");
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	else if (asked && atoi(asked) > 0)
		columns = atoi(asked);
	return columns < MINIMUM_COLUMNS ? MINIMUM_COLUMNS : columns;
}

void screen_time(char out[SCREEN_TIME], int64_t ms, struct heard_zone *zone)
{
	char full[HEARD_TIME_SIZE];
	if (ms == HEARD_TIME_NONE) {
		snprintf(out, SCREEN_TIME, "-");
		return;
	}
	heard_time_format(ms + (zone ? heard_zone_offset(zone, ms) : 0), full);
	snprintf(out, SCREEN_TIME, "%.10s %.5s", full, full + 11);
}

void screen_due(char out[SCREEN_TIME], int64_t due, int64_t now)
{
	if (due == HEARD_TIME_NONE) {
		snprintf(out, SCREEN_TIME, "-");
		return;
	}
	bool over = due <= now;
	int64_t minutes = (over ? now - due : due - now) / 60000;
	int64_t hours = minutes / 60, days = hours / 24;
	const char *word = over ? "overdue" : "in";
	if (days > 99)
		days = 99;
	if (days > 1)
		snprintf(out, SCREEN_TIME, "%s %" PRId64 "d %02" PRId64 "h", word, days,
			 hours % 24);
	else if (hours > 0)
		snprintf(out, SCREEN_TIME, "%s %" PRId64 "h %02" PRId64 "m", word, hours,
			 minutes % 60);
	else
		snprintf(out, SCREEN_TIME, "%s %" PRId64 "m", word, minutes);
}
