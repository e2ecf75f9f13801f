/*
 * calendar_fixture.h - calendars by a few words, and a folder for holiday files.
 */
#ifndef CALENDAR_FIXTURE_H
#define CALENDAR_FIXTURE_H

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <sla/sla.h>

#define MINUTE INT64_C(60000)
#define DAY    (1440 * MINUTE)

__attribute__((unused)) static const char *const file_2026[] = {"2026.json"};

static inline int try_calendar(struct calendar **c, const char *hours, const char *days,
			       const char *const *files, size_t n, const char *zone,
			       struct heard_error *err)
{
	struct calendar_options options = {.hours = hours,
					   .days = days,
					   .holidays = {files, n},
					   .folder = "etc/holidays",
					   .timezone = ""};
	return calendar_create(c, &options, zone, NULL, err);
}

static inline struct calendar *make_calendar(const char *hours, const char *days,
					     const char *const *files, size_t n,
					     const char *zone)
{
	struct calendar *c;
	struct heard_error err = {0};
	if (try_calendar(&c, hours, days, files, n, zone, &err) != 0)
		fail_msg("%s", err.text);
	return c;
}

static inline int64_t parse(const char *text, struct heard_zone *zone)
{
	int64_t ms = heard_time_parse(heard_str(text), zone);
	if (ms == HEARD_TIME_NONE)
		fail_msg("%s is no time", text);
	return ms;
}

struct folder {
	char path[64], file[96], other[96];
};

static inline int make_folder(void **state)
{
	struct folder *f = calloc(1, sizeof *f);
	snprintf(f->path, sizeof f->path, "/tmp/heard-calendar-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	snprintf(f->file, sizeof f->file, "%s/days.json", f->path);
	snprintf(f->other, sizeof f->other, "%s/other.json", f->path);
	*state = f;
	return 0;
}

static inline int remove_folder(void **state)
{
	struct folder *f = *state;
	unlink(f->file);
	unlink(f->other);
	rmdir(f->path);
	free(f);
	return 0;
}

static inline void write_file(const char *path, const char *text, size_t n)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static inline void assert_says(const char *hours, const char *days, const char *const *files,
			       size_t n, const char *zone, const char *sentence)
{
	struct calendar *c = (struct calendar *)1;
	struct heard_error err = {0};
	int code = try_calendar(&c, hours, days, files, n, zone, &err);
	if (code == 0 || code != -err.code || c != NULL)
		fail_msg("\"%s\" \"%s\": %d", hours, days, code);
	if (strstr(err.text, sentence) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", err.text, sentence);
	struct calendar *again;
	assert_int_equal(try_calendar(&again, hours, days, files, n, zone, NULL) != 0, 1);
}

#endif
