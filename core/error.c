/*
 * error.c - fill in what went wrong.
 *
 * The sentence is cut at the size of the struct, never inside a character, so
 * that it can be put into JSON as it is.
 */
#include <heard/error.h>

#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void end_at_a_character(char *text, size_t size, int wanted)
{
	if (wanted < 0)
		text[0] = '\0';
	else if ((size_t)wanted >= size) {
		/* snprintf ate the byte that tells whether the last one is whole. */
		struct heard_str kept = heard_str_n(text, size - 1);
		struct heard_str safe = heard_str_cut(kept, size - 2);
		text[safe.len] = '\0';
	}
}

int heard_fail(struct heard_error *err, int code, const char *format, ...)
{
	if (code <= 0)
		HEARD_BUG("heard_fail with code %d", code);
	if (err == NULL)
		return -code;
	char text[sizeof err->text]; /* the arguments may point into *err */
	va_list ap;
	va_start(ap, format);
	int wanted = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	end_at_a_character(text, sizeof text, wanted);
	memcpy(err->text, text, sizeof text);
	err->code = code;
	err->line = 0;
	err->file[0] = '\0';
	return -code;
}

int heard_error_wrap(struct heard_error *err, const char *format, ...)
{
	if (err == NULL)
		return -EINVAL; /* nobody kept the code */
	char prefix[sizeof err->text], text[2 * sizeof err->text + 2];
	va_list ap;
	va_start(ap, format);
	if (vsnprintf(prefix, sizeof prefix, format, ap) < 0)
		prefix[0] = '\0';
	va_end(ap);
	int wanted = snprintf(text, sizeof text, "%s: %s", prefix, err->text);
	memcpy(err->text, text, sizeof err->text);
	err->text[sizeof err->text - 1] = '\0';
	end_at_a_character(err->text, sizeof err->text, wanted);
	return -err->code;
}

_Noreturn void heard_bug(const char *file, int line, const char *format, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, format);
	if (vsnprintf(text, sizeof text, format, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	log_line(HEARD_ERROR, "bug", "%s:%d: %s", file, line, text);
	abort();
}
