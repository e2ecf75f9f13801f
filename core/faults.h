/*
 * faults.h - every fault of a config, collected, so that all are told at once.
 */
#ifndef CORE_FAULTS_H
#define CORE_FAULTS_H

#include <heard/api.h>
#include <stddef.h>
#include <stdio.h>

struct fault {
	char *file; /* may be NULL */
	int line;
	char *text;
};
struct faults {
	struct fault *at;
	size_t n, size;
};
void faults_init(struct faults *);
void faults_release(struct faults *);
void faults_add(struct faults *, const char *file, int line, const char *format, ...)
	HEARD_PRINTF(4, 5);
/* Sorted by file and line, one `file:line: text` each, no duplicates. */
void faults_print(struct faults *, FILE *);

#endif
