/*
 * condition_names.h - does an expression name fields that do not exist?
 */
#ifndef CORE_CONDITION_NAMES_H
#define CORE_CONDITION_NAMES_H

#include <stdbool.h>

struct heard_error;

/* -EINVAL with a did-you-mean for the first such name. */
int condition_names_check(const char *expression, struct heard_error *);
/* Does it look at that field (one without a dot)? */
bool condition_names_has(const char *expression, const char *field);

#endif
