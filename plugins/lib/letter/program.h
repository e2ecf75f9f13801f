/*
 * program.h - with which program a mail was written.
 */
#ifndef LETTER_PROGRAM_H
#define LETTER_PROGRAM_H

#include <heard/str.h>

#include <stdbool.h>

struct heard_buf;

/* Where a program names itself. */
enum program_field { PROGRAM_MAILER, PROGRAM_AGENT, PROGRAM_MIMEOLE, PROGRAM_FIELDS };

struct program {
	struct heard_str fields[PROGRAM_FIELDS]; /* borrowed */
};

/* Is it such a field?  Of several of one name the first counts. */
bool program_take(struct program *, struct heard_str name, struct heard_str value);
/* Append words, "by-" and four hex digits each, in the order in which they stand there. */
void program_say(const struct program *, struct heard_buf *);

#endif
