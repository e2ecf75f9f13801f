/*
 * folder.h - the Markdown files below a folder, in the order of their names.
 */
#ifndef ANSWER_FOLDER_H
#define ANSWER_FOLDER_H

#include <heard/buf.h>

#include <stdint.h>

struct heard_error;

enum { FOLDER_FILES = 5000, FOLDER_BYTES = 32 << 20, FOLDER_DEPTH = 4 };

/* Changes when a file comes, goes or is written; 0 if the folder cannot be read. */
uint64_t folder_stamp(const char *path);

typedef int folder_fn(void *arg, const char *path, struct heard_str name, struct heard_str text,
		      struct heard_error *);
/* Calls fn for each "*.md" with its name without ".md" and its bytes.  What fn refuses ends
 * it. */
int folder_read(const char *path, folder_fn *, void *arg, struct heard_error *);

#endif
