/*
 * book.h - what was sent, and to whom nothing more is to be sent: email.db.
 *
 * Addresses stand here as letter_hash() has them, keys as keyed hashes: who gets hold of
 * the file learns no address from it.  A mail is noted once the relay has taken it and
 * before anybody is told so, in one commit that is synced.
 *
 * The daemon and `heard email` open it at the same time, as two processes do.
 */
#ifndef EMAIL_BOOK_H
#define EMAIL_BOOK_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct book;
struct heard_error;

enum { BOOK_KEY = 32, BOOK_ADDRESS = 33, BOOK_STATUS = 16 };

struct book_mail {
	const unsigned char *key; /* BOOK_KEY bytes, of what it tells                  */
	struct heard_str id;	  /* its Message-ID up to the @, without <             */
	const char *address;	  /* hash of where it went                             */
	bool is_automatic;
};

/* NULL with a sentence; made if it is not there and `create`. */
struct book *book_open(const char *path, bool create, struct heard_error *);
void book_close(struct book *); /* NULL is fine */

/* ---- mails; all return 0 or -errno with a sentence */

int book_has(struct book *, const unsigned char key[BOOK_KEY], bool *has_r,
	     struct heard_error *);
int book_note(struct book *, const struct book_mail *, int64_t now, struct heard_error *);
/* How many went out since then, and when the first of them did. */
int book_sent_since(struct book *, int64_t since, int64_t *n_r, int64_t *first_r,
		    struct heard_error *);
/* The same of automatic ones to one address. */
int book_told_since(struct book *, const char *address, int64_t since, int64_t *n_r,
		    struct heard_error *);
/* Let go what is older. */
int book_forget(struct book *, int64_t before, struct heard_error *);

/* ---- addresses */

enum { BOOK_SOFT_MAX = 5 }; /* in SOFT_DAYS: as bad as one that is final */

/* A bounce came back to the mail of that id: of the address that the mail went to, not
 * of the one that the bounce names, which anybody could write.  `key` is of the bounce,
 * which counts once.  `is_final`: nobody is there.  *suppressed_r: it is suppressed now, and
 * was not before. */
int book_bounced(struct book *, struct heard_str id, const unsigned char key[BOOK_KEY],
		 struct heard_str status, bool is_final, int64_t now, bool *suppressed_r,
		 struct heard_error *);
int book_suppress(struct book *, const char *address, struct heard_str status, int64_t now,
		  struct heard_error *);
/* *was_r: it was suppressed. */
int book_release(struct book *, const char *address, bool *was_r, struct heard_error *);
/* *is_r with the status, "" if it was done by hand. */
int book_is_suppressed(struct book *, const char *address, bool *is_r, char status[BOOK_STATUS],
		       struct heard_error *);
int book_suppressed_each(struct book *,
			 void (*fn)(void *arg, const char *address, const char *status,
				    int64_t at),
			 void *arg, struct heard_error *);

/* When this was first asked: what is older than that is no news. */
int book_begun(struct book *, int64_t now, int64_t *at_r, struct heard_error *);

#endif
