/*
 * heard/answer.h - an answer on its way back to the customer.
 *
 * Who keeps answers (the `tickets` output) hands one to the core with the name of
 * the instance that took the feedback in.  The core finds who can carry it: the
 * output that the input names in its common option `reply`, else the input itself,
 * if its descriptor has a `reply` slot.  The carrier sends it and says once what
 * became of it.
 *
 * Durability is with the keeper: until it is told, it offers the same answer again,
 * after a restart too.  So an answer has a key, and a carrier that can must not send
 * the same key twice (by an idempotency key of its channel, or a note of its own).
 */
#ifndef HEARD_ANSWER_H
#define HEARD_ANSWER_H

#include <heard/api.h>
#include <heard/delivery.h>
#include <heard/str.h>

#include <stdint.h>

struct heard_host;
struct heard_reply; /* a promise to say what became of one answer */

/* All text is UTF-8.  Borrowed by heard_answer(), which copies it; in the slot
 * `reply` it lives until the promise is kept. */
struct heard_answer {
	struct heard_str key;	 /* of this answer, for ever: "ticket-17/answer-3"     */
	struct heard_str record; /* canonical line of the record it answers: channel,  */
				 /* thread, source_id, and the contact, sealed         */
	struct heard_str text;	 /* plain text as the agent wrote it                   */
	struct heard_str ticket; /* its number, as text                                */
	struct heard_str status; /* path of the status page: "/status/<token>"         */
	struct heard_str lang;	 /* of the customer, "zh" or "en"; may be empty        */
};

/* Find the carrier of `source` ("pipeline/instance") and give it the answer.
 * done(arg, ...) is called once at home of `host`, later, and never after stop(): what
 * is under way then is told HEARD_RETRY before it.  Nobody can carry it: HEARD_REFUSED
 * with a sentence.  [home] */
HEARD_API void heard_answer(struct heard_host *host, struct heard_str source,
			    const struct heard_answer *,
			    void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
					 const char *reason),
			    void *arg);

/* The carrier's word: DELIVERED (or DUPLICATE: it went out before), RETRY with the
 * pause that the channel asked for (0: the keeper's own backoff), or REFUSED: never.
 * The reason is copied and quotes no customer.  At heard_done() the core finishes what
 * is left, with RETRY.  [home of the carrier] */
HEARD_API void heard_reply_finish(struct heard_reply *take, enum heard_outcome,
				  int64_t after_ms, const char *reason);

/* Open a contact that the gate sealed ("sealed:..."), into `plain`.  Only in a
 * daemon that was given privacy.private_key; what is opened is for this answer and
 * is neither stored nor logged.  -ENOKEY without the key, -EBADMSG.  [any] */
struct heard_buf;
struct heard_error;
HEARD_API int heard_unseal(const struct heard_host *, struct heard_str sealed,
			   struct heard_buf *plain, struct heard_error *);

#endif
