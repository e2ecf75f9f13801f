/*
 * classes.h - the classes a model may choose from, and no others.
 *
 * A class is "category/subcategory" with the department that acts on it.  Without any in the
 * config they are those of the shipped rules of `classify`.
 */
#ifndef ASSIST_CLASSES_H
#define ASSIST_CLASSES_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_error;

enum { CLASSES_MAX = 100 };

struct class_row { /* of the config */
	const char *name, *department, *help;
};
extern const struct heard_option class_options[];

struct class
{
	const char *name; /* "service/logistics" */
	struct heard_str category, subcategory, department;
	const char *help;
};

struct classes {
	struct class at[CLASSES_MAX];
	size_t n;
};

int classes_init(struct classes *, const struct heard_rows *, struct heard_error *);
/* NULL: there is none of that name. */
const struct class *classes_find(const struct classes *, struct heard_str name);

#endif
