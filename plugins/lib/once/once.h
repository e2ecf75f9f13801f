/*
 * once.h - the hidden field by which a form is taken once.
 */
#ifndef ONCE_ONCE_H
#define ONCE_ONCE_H

#include <heard/str.h>

struct heard_host;

enum { ONCE_TEXT = 55 }; /* with a NUL */
#define ONCE_NAME "once"

enum once { ONCE_GOOD, ONCE_EXPIRED, ONCE_FORGED };

void once_make(const struct heard_host *, char text_r[ONCE_TEXT]);
enum once once_check(const struct heard_host *, struct heard_str text);

#endif
