/*
 * heard/api.h - the two attributes every public prototype may carry.
 *
 * Everything is built with -fvisibility=hidden; a function that plugins may
 * call says HEARD_API where it is declared, and nothing else is visible.
 */
#ifndef HEARD_API_H
#define HEARD_API_H

#define HEARD_API __attribute__((visibility("default")))

/* The compiler checks the arguments of a printf-like function. */
#define HEARD_PRINTF(string, first) __attribute__((format(printf, string, first)))

#endif
