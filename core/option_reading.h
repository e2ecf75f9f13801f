/*
 * option_reading.h - one value of the config while it is read: what the readers
 * of all types need.
 */
#ifndef CORE_OPTION_READING_H
#define CORE_OPTION_READING_H

#include "option.h"

struct reading {
	const struct option_context *ctx;
	const struct heard_option *opt;
	const config_setting_t *setting;
	const char *file; /* where faults of it are */
	int line;
};

enum {
	READING_TEXT_MAX = 1024 * 1024, /* bytes of one text, its ${...} replaced */
	READING_QUOTED = 60,		/* bytes of a wrong value that are shown  */
};

/* A fault, behind where and the option's name. */
void reading_fault(const struct reading *, const char *format, ...) HEARD_PRINTF(2, 3);
/* The same with a constant text; false. */
bool reading_fail(const struct reading *, const char *what);
/* Within min and max, if the option has them?  `of_what` goes behind the number:
 * " entries". */
bool reading_is_in_range(const struct reading *, double number, const char *of_what);

/* The setting's text, or NULL if it is none. */
const char *reading_string(const struct reading *);
/* A copy in the arena, or NULL and a fault. */
char *reading_keep(const struct reading *, struct heard_str);
/* The text in the arena with its references replaced, or NULL and a fault. */
char *reading_expand(const struct reading *, const char *text);
/* The same, but as it is if the context wants texts as written. */
char *reading_text(const struct reading *, const char *text);
/* One of the option's choices?  Else a fault with the nearest. */
bool reading_choice(const struct reading *, const char *word, int *index_r);

/* Readers of what holds more than one: each checks the setting and stores it. */
bool reading_set_list(const struct reading *, void *field);
bool reading_set_group(const struct reading *, void *field);
bool reading_set_table(const struct reading *, void *field);
bool reading_set_map(const struct reading *, void *field);

#endif
