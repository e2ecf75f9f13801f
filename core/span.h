/*
 * span.h - a span of time as one says it: "40 min", "5 h", "3 d".
 */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include <stdint.h>

enum { SPAN_SIZE = 32 };

/* Rounded down, in the unit in which it is a small number of two digits. */
void span_say(char out[SPAN_SIZE], int64_t ms);

#endif
