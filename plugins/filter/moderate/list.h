/*
 * list.h - lists of improper words, read; words.h says how they are written.
 */
#ifndef MODERATE_LIST_H
#define MODERATE_LIST_H

#include "match.h"
#include "words.h"

struct hs_database;

struct words {
	struct word *word;
	size_t n;
	char kinds[WORDS_KINDS][WORDS_KIND_NAME];
	unsigned n_kinds;
	struct hs_database *database; /* NULL: no words */
};

struct list_reading {
	struct words *words;
	struct plain plain; /* of the word at work                */
	const char *const *allow;
	size_t n_allow;
	unsigned kind;
	struct heard_error *err;
};

/* All of these: 0, or -errno with a sentence. */
int list_read_folder(struct list_reading *, const char *folder);
/* The words behind it are of this kind. */
int list_begin_kind(struct list_reading *, struct heard_str name);
/* "word ! exception, exception" */
int list_add_word(struct list_reading *, struct heard_str line);
int list_no_memory(struct list_reading *);

#endif
