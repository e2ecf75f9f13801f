/*
 * respond.h - answers that go back through the channel they came from.
 *
 * The slot `reply` of a social channel is this: find out to whom, ask the channel for the
 * request, send it, judge what comes back, note it, say so.  The channel writes two small
 * functions and nothing else.
 *
 * To whom.  At intake the channel puts an address of its own making (an open id, a chat,
 * an account and a status) into author.id, which the core's gate seals; the answer
 * carries the record, and respond opens the seal.  It is in clear here only, for this
 * one request, and wiped after it.  Without privacy.private_key nobody is answered, and
 * the desk is told why.
 *
 * Once.  A key is noted in answers.db of the instance's folder, as a keyed hash, before
 * the keeper is told; a key that is there is a DUPLICATE.  A service's "ok" that is lost
 * on its way, or by a crash before our note, sends it again: channels that can (Mastodon's
 * Idempotency-Key) are given the same id with it.
 *
 * Windows.  Some platforms let one answer only so often after a customer wrote (WeChat: 5
 * answers in 48 h).  The channel says when somebody wrote (respond_heard), and when there
 * is no answer left, the answer is refused with a sentence that tells the desk, so that
 * it calls or writes by SMS or mail.
 *
 * In order.  To one person one request is under way at a time, so that what an agent wrote
 * in two pieces does not arrive the other way round.
 *
 * All functions [home], of an instance with HEARD_OWN_LOOP: a note waits for the disk.
 */
#ifndef RESPOND_RESPOND_H
#define RESPOND_RESPOND_H

#include <heard/answer.h>
#include <heard/buf.h>
#include <heard/fetch.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_host;
struct heard_json;
struct pull_request;
struct respond;

struct respond_to {
	struct heard_str address;   /* what the channel put into author.id, opened       */
	struct heard_str source_id; /* of the record that is answered                     */
	struct heard_str thread;
	struct heard_str text;	/* what to say: the agent's words, and the status link */
	struct heard_str words; /* of it, the agent's alone                            */
	struct heard_str lang;
	const struct heard_json *record; /* all of the record that is answered */
	const char *id; /* 32 hex digits, the same whenever it is sent again   */
};

enum respond_verdict {
	RESPOND_SENT,
	RESPOND_AGAIN,	/* after_ms, or the keeper's backoff                          */
	RESPOND_LOGIN,	/* the key was refused: get another and try once more         */
	RESPOND_REFUSED /* never: the reason is shown to the desk                     */
};

/* What a code of a service means, an HTTP status or one inside a 200.  A list of them ends
 * with {.text = NULL}. */
struct respond_meaning {
	long long code;
	enum respond_verdict verdict;
	int64_t after_ms; /* of AGAIN                                             */
	const char *text; /* for the desk: what it is, and what can be done       */
};

struct respond_hooks {
	/* What to send; -EINVAL with a sentence: nobody can be answered so (REFUSED);
	 * -EAGAIN: not now (no access token yet). */
	int (*ask)(void *arg, const struct respond_to *, struct pull_request *,
		   struct heard_error *);
	/* What an answer of the service means; the reason quotes no customer.  It is asked
	 * only if the service answered; what did not come is AGAIN.  NULL: the HTTP status
	 * says it, see respond_judge(). */
	enum respond_verdict (*judge)(void *arg, const struct heard_fetch_answer *,
				      int64_t *after_ms, struct heard_error *reason);
};

struct respond_window { /* all 0: none */
	unsigned answers;
	int64_t ms;	  /* after the customer's last message              */
	const char *over; /* the sentence for the desk when nothing is left */
};

/* The meaning of a code; NULL: it is not in the list. */
const struct respond_meaning *respond_meaning(const struct respond_meaning *list,
					      long long code);
/* By the HTTP status.  What the list says goes before (NULL: there is none); else 2xx SENT;
 * 401 and 403 LOGIN; 408, 425, 429 and 5xx AGAIN, with Retry-After; others REFUSED. */
enum respond_verdict respond_judge(const struct heard_fetch_answer *,
				   const struct respond_meaning *list, int64_t *after_ms,
				   struct heard_error *reason);

/* In start().  The client is borrowed, and has to outlive it. */
struct respond *respond_create(struct heard_host *, struct heard_fetch_client *,
			       const struct respond_window *, const struct respond_hooks *,
			       void *arg, bool allow_private, struct heard_error *);
/* The slot `reply`. */
void respond_reply(struct respond *, const struct heard_answer *,
		   struct heard_reply *take_reply);
/* He (address as in author.id) wrote at that time: his window begins anew.  Synced with
 * the next note, or within a second; the journal has the message itself. */
void respond_heard(struct respond *, struct heard_str address, int64_t at_ms);
/* What waits is given back, what is under way may end; then stopped(arg), maybe at once. */
void respond_stop(struct respond *, void (*stopped)(void *arg), void *arg);
void respond_destroy(struct respond *); /* NULL is fine */

#endif
