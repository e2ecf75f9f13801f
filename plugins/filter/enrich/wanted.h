/*
 * wanted.h - what of a source's row anybody wants: names of columns, or paths in JSON.
 *
 * Every source gives a row as texts in this order, so the rest of the filter does not know
 * where it came from.
 */
#ifndef ENRICH_WANTED_H
#define ENRICH_WANTED_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

enum {
	WANTED_MAX = 48,
	VALUE_MAX = 256, /* bytes of a value; a longer one is none */
};

struct wanted {
	const char *names[WANTED_MAX]; /* of the config */
	size_t n;
};

/* Its place, the same for the same name; -1: there are too many, or it is empty. */
int wanted_add(struct wanted *, const char *name);
/* A value as it is kept: trimmed; empty if it is too long, no UTF-8 or has control characters.
 */
struct heard_str wanted_value(struct heard_str);

#endif
