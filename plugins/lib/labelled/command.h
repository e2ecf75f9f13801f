/*
 * command.h - what commands that learn from labelled files have in common:
 * `heard train NAME FILE... [--text COLUMN] [--label COLUMN] [--folds] [--dry-run] [--force]`.
 */
#ifndef LABELLED_COMMAND_H
#define LABELLED_COMMAND_H

#include "labelled.h"

#include <stdbool.h>
#include <stdio.h>

struct heard_call;
struct linear;

enum { LABELLED_FILES_MAX = 64 };

struct labelled_args {
	struct labelled_columns columns;
	bool all_folds; /* ask about every fold, not only the first     */
	bool dry;	/* write nothing                                */
	bool is_forced; /* take a model though it is worse              */
	const char *files[LABELLED_FILES_MAX];
	size_t n_files;
};

/* An option of the command's own, and the word behind it (NULL: none): how many of them it
 * takes; 0: it is none. */
typedef int labelled_option_fn(void *arg, const char *option, const char *value);

/* False: wrong usage.  `own` NULL: it has none. */
bool labelled_take(struct labelled_args *, const struct heard_call *, labelled_option_fn *own,
		   void *arg);
/* Every record of the files. */
int labelled_each(const struct labelled_args *, const struct heard_call *, labelled_fn *fn,
		  void *arg, struct heard_error *);
/* Is a model taken that is right about so many texts, where `other` is about `right_other`
 * of the same ones?  If not, why not stands on `out`. */
bool labelled_accepts(const struct labelled_args *, const char *name, size_t right,
		      const char *other, size_t right_other, FILE *out);
/* Put the model in its place, in a folder that need not be there yet, and say so. */
int labelled_keep(const struct linear *, const char *folder, const char *path, FILE *out,
		  struct heard_error *);

double labelled_percent(size_t part, size_t whole);

#endif
