/*
 * holidays.h - days off and make-up workdays, as the public holiday-cn files tell them.
 */
#ifndef SLA_HOLIDAYS_H
#define SLA_HOLIDAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;

enum { HOLIDAYS_FIRST_YEAR = 1970, HOLIDAYS_LAST_YEAR = 2199 };

enum { HOLIDAY_NAME = 64 };
struct holiday {
	int64_t day;		 /* since 1970-01-01 */
	bool is_off;		 /* or worked        */
	char name[HOLIDAY_NAME]; /* empty: none, or a long one */
};
struct holidays {
	struct holiday *days;
	size_t n, room;
	bool years[HOLIDAYS_LAST_YEAR - HOLIDAYS_FIRST_YEAR + 1]; /* which had a file */
};

/* Adds a file's days to a zeroed struct; after a fault some of them may be in it.
 * 0 or -errno with a sentence that names the file. */
int holidays_read(struct holidays *, const char *path, struct heard_error *);
void holidays_release(struct holidays *);

/* "2026-02-14" */
struct holiday_text {
	char text[11];
};
struct holiday_text holiday_text(int64_t day);

#endif
