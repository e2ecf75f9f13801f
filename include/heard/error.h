/*
 * heard/error.h - what went wrong: a code, a sentence and, if known, a place.
 *
 * A function that can fail returns 0 or -errno and fills a caller-owned
 * struct.  The sentence is said once, where the failure is handled; a layer
 * that knows more puts a prefix before it.  Never put a customer's words into
 * it: it is logged.
 */
#ifndef HEARD_ERROR_H
#define HEARD_ERROR_H

#include <heard/api.h>

struct heard_error {
	int code;	/* an errno, positive; 0: none                       */
	int line;	/* in `file`, or in the request's body; 0: unknown   */
	char file[160]; /* the file the fault is in, or empty                */
	char text[512]; /* one clear sentence: what, where, what to do       */
};

/* Fill err (may be NULL) and return -code.  [any] */
HEARD_API int heard_fail(struct heard_error *err, int code, const char *format, ...)
	HEARD_PRINTF(3, 4);

/* Put "prefix: " before the sentence and return -err->code.  [any] */
HEARD_API int heard_error_wrap(struct heard_error *err, const char *format, ...)
	HEARD_PRINTF(2, 3);

/* A broken invariant of ours: say where, and abort.  [any] */
#define HEARD_BUG(...) heard_bug(__FILE__, __LINE__, __VA_ARGS__)
HEARD_API _Noreturn void heard_bug(const char *file, int line, const char *format, ...)
	HEARD_PRINTF(3, 4);

#endif
