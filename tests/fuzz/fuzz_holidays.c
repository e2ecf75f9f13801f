/*
 * fuzz_holidays.c - any bytes as a holiday file, and as hours and days of a calendar.
 *
 * A line of hours and a line of days, then the file.  What is taken must hold together:
 * the end of a span has just that much working time before it, and not sooner.
 */
#include <heard/error.h>
#include <heard/time.h>

#include <sla/sla.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void check_calendar(const struct calendar *c, int64_t from, int64_t span)
{
	int64_t due = calendar_add(c, from, span);
	if (due == HEARD_TIME_NONE)
		return;
	if (calendar_between(c, from, due) != span ||
	    calendar_between(c, from, due - 1) != span - 1 ||
	    !calendar_is_working(c, due - 1) ||
	    calendar_between(c, calendar_add(c, due, -span), due) != span)
		abort();
	calendar_knows_year(c, due);
}

static void check_file(const char *hours, const char *days, const char *path)
{
	struct calendar *c;
	struct heard_error err = {0};
	struct calendar_options options = {
		.hours = hours, .days = days, .holidays = {&path, 1}, .timezone = ""};
	if (calendar_create(&c, &options, "Australia/Lord_Howe", NULL, &err) != 0) {
		if (err.code == 0 || err.text[0] == '\0')
			abort();
		return;
	}
	for (int64_t i = 0; i < 40; i++)
		check_calendar(c, 1767225600000 + i * i * i * 3599999, 1 + i * i * 2345678);
	calendar_destroy(c);
}

/* Takes a line off the front, as a string of its own. */
static char *take_line(struct heard_str *text)
{
	const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->ptr) : 0;
	char *line = strndup(text->len ? text->ptr : "", len);
	if (line == NULL)
		abort();
	if (end)
		*text = heard_str_skip(*text, len + 1);
	return line;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	char path[] = "/tmp/heard-fuzz-holidays-XXXXXX";
	struct heard_str text = {(const char *)data, n};
	char *hours = take_line(&text), *days = take_line(&text);
	int fd = mkstemp(path);
	if (fd >= 0 && write(fd, text.len ? text.ptr : "", text.len) == (ssize_t)text.len) {
		check_file(hours, days, path);
		check_file("09:00-12:00,13:00-18:00", "mon-fri", path);
	}
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(hours);
	free(days);
	return 0;
}
