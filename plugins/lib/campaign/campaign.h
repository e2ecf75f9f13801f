/*
 * campaign.h - who was asked to answer a survey, and who has: surveys.db.
 *
 * Nobody is named in it.  A customer is a keyed hash of the shop's own id, a link's token
 * a keyed hash of customer, survey and how often he was asked, and in the file stands
 * only a keyed hash of the token: who reads the file can neither tell whom it speaks of
 * nor answer for him.  So a reminder needs the list again: the same ids give the same
 * links.
 *
 * The daemon writes what is answered, commands write what is asked, the report reads; so
 * it is shared as an SQLite file is between processes.
 *
 *	invitation  one row a customer and round: of which survey, when, reminded when
 *	answer      one row an answer: whose link, or which page; state 0 under way, 1 safe
 *
 * An answer is put there before it is emitted and confirmed by its receipt.  One that was
 * under way when the daemon was killed counts, and its link can still be used, since it
 * is the journal that knows whether it was committed.
 */
#ifndef CAMPAIGN_CAMPAIGN_H
#define CAMPAIGN_CAMPAIGN_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct campaign;
struct heard_error;
struct heard_host;

enum {
	CAMPAIGN_KEY = 16,	/* bytes */
	CAMPAIGN_TOKEN = 23,	/* characters of a link, with a NUL */
	CAMPAIGN_NAME_MAX = 64, /* bytes of a segment or product, with a NUL */
};

/* NULL with a sentence.  Without `create` it must be there.  `is_lazy`: a commit waits for
 * no disk; what power takes away then the journal still knows, but nobody counts it. */
struct campaign *campaign_open(const char *path, bool create, bool is_lazy,
			       struct heard_error *);
void campaign_close(struct campaign *); /* NULL is fine */

/* ---- names that name nobody */

void campaign_person(const struct heard_host *, struct heard_str customer,
		     unsigned char person_r[CAMPAIGN_KEY]);
/* What stands in the file for a link's token, or for the token of a page. */
void campaign_key(const struct heard_host *, struct heard_str token,
		  unsigned char key_r[CAMPAIGN_KEY]);

/* ---- asking.  All but the first three return 0 or -errno with a sentence. */

int campaign_begin(struct campaign *, struct heard_error *); /* a list is all or nothing */
int campaign_commit(struct campaign *, struct heard_error *);
void campaign_rollback(struct campaign *);

enum campaign_fate {
	CAMPAIGN_ASK,	   /* here is the link                                   */
	CAMPAIGN_RESTS,	   /* was asked lately, by this survey or another        */
	CAMPAIGN_STRANGER, /* to be reminded, but was never asked                */
	CAMPAIGN_ANSWERED,
	CAMPAIGN_REMINDED, /* nobody is reminded twice                           */
	CAMPAIGN_EARLY,	   /* to be reminded, but was asked only just now        */
	CAMPAIGN_FATES
};

struct campaign_ask {
	const char *survey;
	struct heard_str customer, segment, product;
	int64_t now, rest; /* nobody twice within that many ms; a reminder: not before */
};
int campaign_invite(struct campaign *, const struct heard_host *, const struct campaign_ask *,
		    enum campaign_fate *, char token_r[CAMPAIGN_TOKEN], struct heard_error *);
int campaign_remind(struct campaign *, const struct heard_host *, const struct campaign_ask *,
		    enum campaign_fate *, char token_r[CAMPAIGN_TOKEN], struct heard_error *);

/* ---- answering */

struct campaign_guest {
	bool is_invited; /* by this survey; all else is empty if not */
	bool has_answered;
	unsigned char person[CAMPAIGN_KEY];
	char segment[CAMPAIGN_NAME_MAX], product[CAMPAIGN_NAME_MAX];
};
int campaign_guest(struct campaign *, const char *survey, const unsigned char key[CAMPAIGN_KEY],
		   struct campaign_guest *, struct heard_error *);

enum campaign_place {
	CAMPAIGN_NEW,
	CAMPAIGN_HELD, /* it was there before, under way or safe */
	CAMPAIGN_FULL, /* others have them all                   */
};
/* Before it is emitted.  A place of `quota` (0: of any number) is given in one step, so that
 * a daemon that is killed has given it or has not. */
int campaign_put(struct campaign *, const char *survey, const unsigned char key[CAMPAIGN_KEY],
		 int64_t now, int64_t quota, enum campaign_place *, struct heard_error *);
int campaign_confirm(struct campaign *, const char *survey,
		     const unsigned char key[CAMPAIGN_KEY], int64_t now, struct heard_error *);
/* It was refused: as if it had not been put. */
int campaign_forget(struct campaign *, const char *survey,
		    const unsigned char key[CAMPAIGN_KEY], struct heard_error *);
/* Answers of all kinds, those under way too. */
int campaign_count(struct campaign *, const char *survey, int64_t *n_r, struct heard_error *);

/* ---- figures */

struct campaign_figures {
	int64_t invited, reminded; /* in the period                              */
	int64_t answered;	   /* of those invited, until now                */
	int64_t answers;	   /* in the period, invited or not              */
};
int campaign_figures(struct campaign *, const char *survey, int64_t from, int64_t to,
		     struct campaign_figures *, struct heard_error *);

/* Calls fn for each survey that invited somebody in the period. */
int campaign_each(struct campaign *, int64_t from, int64_t to,
		  void (*fn)(void *arg, const char *survey), void *arg, struct heard_error *);

#endif
