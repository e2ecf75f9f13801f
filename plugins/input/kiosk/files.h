/*
 * files.h - the page's script, style and icon, as they stand beside this file.
 */
#ifndef KIOSK_FILES_H
#define KIOSK_FILES_H

#include <heard/str.h>

struct files_one {
	const char *name; /* "app.js" */
	const char *type; /* its media type */
	const char *begin, *end;
};

/* NULL: there is none of that name. */
const struct files_one *files_find(struct heard_str name);
/* The i-th, NULL after the last. */
const struct files_one *files_at(unsigned i);

#endif
