/*
 * screen.c - text for a terminal: widths, safety, times.
 */
#include "screen.h"

#include <text/utf8.h>
#include <text/width.h>

#include <heard/time.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_COLUMNS = 100, MINIMUM_COLUMNS = 60 };

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
	uint32_t c;
	size_t len = text_decode(left->ptr, left->ptr + left->len, &c);
	struct heard_str piece = heard_str_n(left->ptr, len);
	*left = heard_str_skip(*left, len ? len : 1);
	*width = 1;
	if (len == 0)
		return HEARD_STR_OF("?");
	if (c == '\n' || c == '\t' || c == '\r')
		return HEARD_STR_OF(" ");
	*width = text_width(c);
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
