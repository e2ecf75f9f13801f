/*
 * corrections.h - what people said of texts: a database of this filter's own.
 *
 * No text is in it: a correction is the places of the text's grams, which is all that
 * learning needs, so it stays when the text goes by retention.  It is kept by an id, so
 * that the same text, or the same record, counts once and its last word holds.
 *
 * Who has it open writes, and others wait: so what is learned from it and put in place of
 * the model is of all that is in it, and a later model is never replaced by an earlier one.
 */
#ifndef SPAM_CORRECTIONS_H
#define SPAM_CORRECTIONS_H

#include "features.h"

#include <heard/str.h>

#include <stdint.h>

struct corrections;
struct heard_error;

struct correction {
	struct heard_str id;
	enum spam_kind kind;
	bool is_spam;
	float odds;	 /* that the shipped models gave it then                     */
	uint64_t author; /* 0: nobody knows whose                            */
	int64_t at;
	const uint32_t *places;
	uint32_t n;
};

enum { CORRECTIONS_MAX = 100000 }; /* the latest are kept */

/* FOLDER/corrections.db, made if it is not there.  NULL with a sentence: also if another one
 * has it for longer than a run takes. */
struct corrections *corrections_open(const char *folder, struct heard_error *);
void corrections_close(struct corrections *); /* NULL is fine; without commit: undone */
int corrections_put(struct corrections *, const struct correction *, struct heard_error *);
int corrections_forget(struct corrections *, struct heard_error *);
/* Those of one author's texts, and how many they were. */
int corrections_forget_author(struct corrections *, uint64_t author, int64_t *n_r,
			      struct heard_error *);
/* Everything since it was opened becomes durable at once.  What others said meanwhile is
 * there from now on. */
int corrections_commit(struct corrections *, struct heard_error *);
/* Those of a kind, by author and id, so that the order is always the same. */
int corrections_each(struct corrections *, enum spam_kind,
		     int (*fn)(void *arg, const struct correction *), void *arg,
		     struct heard_error *);

#endif
