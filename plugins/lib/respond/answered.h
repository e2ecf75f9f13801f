/*
 * answered.h - what was answered, and who wrote last when: answers.db.
 *
 * Keys and persons stand here as keyed hashes: who gets hold of the file learns nobody's
 * address from it.  An answer is noted in a commit that is synced; that somebody wrote is
 * part of the next commit, by a note or by answered_sync().
 */
#ifndef RESPOND_ANSWERED_H
#define RESPOND_ANSWERED_H

#include <stdbool.h>
#include <stdint.h>

struct answered;
struct heard_error;

enum { ANSWERED_HASH = 32, ANSWERED_ASIDE = 4200 };

/* NULL with a sentence; the file is made if it is not there.  One that is damaged is set
 * aside and begun anew, as nobody can be answered without: `aside_r` is then its new name,
 * and empty otherwise. */
struct answered *answered_open(const char *path, int64_t now, char aside_r[ANSWERED_ASIDE],
			       struct heard_error *);
void answered_close(struct answered *); /* commits; NULL is fine */

/* All return 0 or -errno with a sentence. */
int answered_has(struct answered *, const unsigned char key[ANSWERED_HASH], bool *has_r,
		 struct heard_error *);
int answered_note(struct answered *, const unsigned char key[ANSWERED_HASH],
		  const unsigned char person[ANSWERED_HASH], int64_t now, struct heard_error *);
/* He wrote at that time; what is not newer than what is known changes nothing. */
int answered_heard(struct answered *, const unsigned char person[ANSWERED_HASH], int64_t at,
		   struct heard_error *);
int answered_sync(struct answered *, struct heard_error *);
/* When he wrote last, HEARD_TIME_NONE if that is not known, and how many answers he was
 * sent since. */
int answered_since(struct answered *, const unsigned char person[ANSWERED_HASH], int64_t *at_r,
		   int64_t *n_r, struct heard_error *);
/* Let go what is older. */
int answered_forget(struct answered *, int64_t before, struct heard_error *);

#endif
