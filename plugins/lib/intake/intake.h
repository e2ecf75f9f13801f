/*
 * intake.h - a request that brings feedback, and is answered when it is safe.
 *
 * What every input with a webhook needs: the bytes go to a worker as they came, the
 * request waits for its receipt, and only then does the sender hear "taken".  A sender
 * who hears nothing, or 503, sends it again; source ids make that harmless.
 *
 * All functions [home].
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <heard/host.h>
#include <heard/http.h>
#include <heard/str.h>

#include <stdbool.h>

/* Answer the request by what became of it; it must be answered before this returns.
 * `arg` is the one that was given to intake_take(). */
typedef void intake_answer(void *arg, struct heard_http *take_request,
			   const struct heard_receipt *);

/* Emit the request's body, or `e->raw` if that is set, and answer by `answer`, or by
 * intake_reply() if that is NULL, once.  `receipt` and `arg` of the emission are ours.
 * While the host is paused, or without memory, the request is answered 503 and `answer`
 * is called with the receipt that says so. */
void intake_take(struct heard_host *, struct heard_http *take_request,
		 const struct heard_emission *e, intake_answer *answer, void *arg);

/* What programs are told: 200 {"accepted":n}, or a problem document: 400 (bad, with the
 * line), 413, 422 (the same id with other content), 503 with Retry-After. */
void intake_reply(struct heard_http *take_request, const struct heard_receipt *);
/* Retry-After in seconds, at least 1; 0 ms: when nobody knows for how long. */
void intake_set_retry(struct heard_http *, int64_t after_ms);
/* Is Content-Type this one, whatever its parameters and case? */
bool intake_type_is(const struct heard_http *, const char *type);

#endif
