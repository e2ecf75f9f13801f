/*
 * holidays.c - read holiday-cn's JSON: {year, papers[], days[{name, date, isOffDay}]}.
 *
 * The file is named for the year of the paper, and a paper also moves days at the end
 * of December before it, and might at the start of the January behind it; any other
 * date is taken for a slip of the pen and refused.  Files come from the network by
 * somebody's cron job, so they are capped and checked to the last day.  Members that
 * we do not know are passed over: the form has grown before.
 */
#include "holidays.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_CAP = 256 * 1024, /* a year of the public files has 8 KiB */
	FILE_DAYS = 1000,
};
static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

struct holiday_text holiday_text(int64_t day)
{
	char full[HEARD_TIME_SIZE];
	struct holiday_text date = {0};
	heard_time_format(day * day_ms, full);
	memcpy(date.text, full, sizeof date.text - 1);
	return date;
}

/* ---- the file */

/* Reads to the end, for what is no plain file has no size; -EFBIG beyond the cap. */
static int read_all(int fd, struct heard_buf *text)
{
	char chunk[16384];
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		heard_buf_add(text, chunk, (size_t)n);
		if (text->failed)
			return -EFBIG;
	}
	return 0;
}

static int read_file(const char *path, struct heard_buf *text, struct heard_error *err)
{
	struct stat st;
	/* Without O_NONBLOCK a FIFO would hold up the start for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return heard_fail(err, errno, "cannot be opened: %s", strerror(errno));
	int code = fstat(fd, &st) != 0 ? -errno : 0;
	bool is_plain = code == 0 && S_ISREG(st.st_mode);
	if (is_plain)
		code = read_all(fd, text);
	close(fd);
	if (code == -EFBIG)
		return heard_fail(err, EFBIG, "is larger than %d KiB; a year's days are not",
				  FILE_CAP / 1024);
	if (code)
		return heard_fail(err, -code, "cannot be read: %s", strerror(-code));
	return is_plain ? 0 : heard_fail(err, EINVAL, "is not a plain file");
}

/* ---- what is in it */

static int add_day(struct holidays *h, struct holiday day, struct heard_error *err)
{
	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : 64;
		struct holiday *days = realloc(h->days, room * sizeof *days);
		if (days == NULL)
			return heard_fail(err, ENOMEM, "no memory for the holidays");
		h->days = days;
		h->room = room;
	}
	h->days[h->n++] = day;
	return 0;
}

static bool is_date(struct heard_str text, int64_t *day, int64_t *year)
{
	int64_t ms = text.len == 10 ? heard_time_parse(text, NULL) : HEARD_TIME_NONE;
	if (ms == HEARD_TIME_NONE || ms % day_ms != 0 || text.ptr[4] != '-')
		return false;
	*day = ms / day_ms;
	*year = strtol(holiday_text(*day).text, NULL, 10);
	return true;
}

static int take_day(struct holidays *h, const struct heard_json *entry, int64_t of,
		    struct heard_error *err)
{
	if (entry->type != HEARD_JSON_OBJECT)
		return heard_fail(err, EINVAL, "must be {\"date\": ..., \"isOffDay\": ...}");
	const struct heard_json *off = heard_json_member(entry, "isOffDay");
	int64_t day = 0, year = 0;
	if (!is_date(heard_json_string(entry, "date"), &day, &year))
		return heard_fail(err, EINVAL,
				  "\"date\" must be a day of the calendar like \"2026-10-01\"");
	if (year < of - 1 || year > of + 1)
		return heard_fail(err, EINVAL, "%s does not belong into a file of %d",
				  holiday_text(day).text, (int)of);
	if (off == NULL || off->type != HEARD_JSON_BOOL)
		return heard_fail(err, EINVAL,
				  "\"isOffDay\" must be true for a day off or false for a "
				  "make-up workday");
	struct holiday holiday = {.day = day, .is_off = off->boolean};
	struct heard_str name = heard_json_string(entry, "name");
	if (name.len > 0 && name.len < sizeof(holiday.name))
		memcpy(holiday.name, name.ptr, name.len);
	return add_day(h, holiday, err);
}

static int take_year(struct holidays *h, const struct heard_json *root, struct heard_error *err)
{
	const struct heard_json *year = heard_json_member(root, "year");
	const struct heard_json *days = heard_json_member(root, "days");
	if (root->type != HEARD_JSON_OBJECT || year == NULL || year->type != HEARD_JSON_INT ||
	    year->integer < HOLIDAYS_FIRST_YEAR || year->integer > HOLIDAYS_LAST_YEAR)
		return heard_fail(err, EINVAL,
				  "must be an object with a \"year\" from %d to %d, as "
				  "holiday-cn's files are",
				  HOLIDAYS_FIRST_YEAR, HOLIDAYS_LAST_YEAR);
	if (days == NULL || days->type != HEARD_JSON_ARRAY)
		return heard_fail(err, EINVAL,
				  "has no list \"days\", as holiday-cn's files do");
	int i = 0;
	for (const struct heard_json *day = days->first; day; day = day->next, i++) {
		if (i == FILE_DAYS)
			return heard_fail(err, EFBIG, "has more than %d days", FILE_DAYS);
		if (take_day(h, day, year->integer, err) != 0)
			return heard_error_wrap(err, "days[%d]", i);
	}
	/* A file without days is one whose paper is not out yet. */
	if (i > 0)
		h->years[year->integer - HOLIDAYS_FIRST_YEAR] = true;
	return 0;
}

static int read_json(struct holidays *h, const char *path, struct heard_buf *text,
		     struct heard_error *err)
{
	int code = read_file(path, text, err);
	if (code)
		return code;
	struct heard_json_doc *doc = heard_json_parse(heard_buf_view(text), FILE_CAP, err);
	if (doc == NULL)
		return heard_error_wrap(err, "is not good JSON");
	code = take_year(h, heard_json_root(doc), err);
	heard_json_destroy(doc);
	return code;
}

int holidays_read(struct holidays *h, const char *path, struct heard_error *err)
{
	struct heard_buf text;
	heard_buf_init(&text, FILE_CAP);
	int code = read_json(h, path, &text, err);
	heard_buf_release(&text);
	return code ? heard_error_wrap(err, "\"%s\"", path) : 0;
}

void holidays_release(struct holidays *h)
{
	free(h->days);
	*h = (struct holidays){0};
}
