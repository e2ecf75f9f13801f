/*
 * answers.c - the outbox of answers: each is offered to its carrier until it is sent.
 *
 * Some are under way at once, so that a slow channel does not hold up the others.  What
 * the carrier said is kept in the flight until the store has it: an answer that was sent
 * must not be offered again because the disk was full for a moment.
 *
 * A carrier that asks to be tried again is, later and later, until three days after the
 * answer was given; then it stays with its ticket as refused, and the owner sees why.
 * The log says so too, without a word of the text.
 */
#include "tickets.h"

#include <heard/answer.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <stdio.h>
#include <stdlib.h>

enum {
	UNDER_WAY = 8,
	FIRST_MS = 10 * 1000,
	LONGEST_MS = 3600 * 1000,
	GIVE_UP_MS = 3 * 24 * 3600 * 1000,
	URL = 512,
};

struct flight { /* of one answer */
	struct answers *of;
	int64_t n, ticket, at, attempts;
	enum heard_outcome outcome; /* 0: under way */
	int64_t after_ms;
	char reason[256];
	bool is_used;
};

struct answers {
	struct tickets *owner;
	struct flight flights[UNDER_WAY];
};

static struct flight *find(struct answers *a, int64_t n)
{
	for (size_t i = 0; i < UNDER_WAY; i++)
		if (a->flights[i].is_used && a->flights[i].n == n)
			return &a->flights[i];
	return NULL;
}

static struct flight *find_free(struct answers *a)
{
	for (size_t i = 0; i < UNDER_WAY; i++)
		if (!a->flights[i].is_used)
			return &a->flights[i];
	return NULL;
}

/* ---- off they go */

static void landed(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	struct flight *flight = arg;
	flight->outcome = outcome;
	flight->after_ms = after_ms;
	snprintf(flight->reason, sizeof(flight->reason), "%s", reason ? reason : "");
	if (flight->of->owner->beat)
		beat_soon(flight->of->owner->beat);
}

static void send(void *arg, const struct store_answer *answer)
{
	struct answers *a = arg;
	struct flight *flight = find(a, answer->n) ? NULL : find_free(a);
	char ticket[24], status[URL];
	if (!flight)
		return;
	*flight = (struct flight){.of = a,
				  .n = answer->n,
				  .ticket = answer->ticket,
				  .at = answer->at,
				  .attempts = answer->attempts,
				  .is_used = true};
	snprintf(ticket, sizeof(ticket), "%lld", (long long)answer->ticket);
	snprintf(status, sizeof(status), "%.*s/status/%s", URL - 64, a->owner->public_url,
		 answer->token);
	heard_answer(a->owner->host, answer->source,
		     &(struct heard_answer){.key = answer->key,
					    .record = answer->record,
					    .text = answer->text,
					    .ticket = heard_str(ticket),
					    .status = heard_str(status),
					    .lang = answer->lang},
		     landed, flight);
}

/* ---- what became of them */

/* Twice as long each time, and not all at the same moment. */
static int64_t pause_after(const struct flight *flight)
{
	int64_t pause = FIRST_MS;
	for (int64_t i = 0; i < flight->attempts && pause < LONGEST_MS; i++)
		pause *= 2;
	if (pause > LONGEST_MS)
		pause = LONGEST_MS;
	pause += (int64_t)arc4random_uniform((uint32_t)pause / 4);
	return flight->after_ms > pause ? flight->after_ms : pause;
}

static int note_failed(struct flight *flight, int64_t now, struct heard_error *err)
{
	struct tickets *owner = flight->of->owner;
	int64_t again = now + pause_after(flight);
	if (flight->outcome == HEARD_REFUSED || again - flight->at > GIVE_UP_MS)
		again = HEARD_TIME_NONE;
	if (store_answer_failed(owner->store, flight->n, now, again, heard_str(flight->reason),
				err))
		return -err->code;
	if (again == HEARD_TIME_NONE)
		heard_log(owner->host, HEARD_WARN, "answer %lld of ticket %lld is not sent: %s",
			  (long long)flight->n, (long long)flight->ticket, flight->reason);
	return 0;
}

static int note(struct flight *flight, int64_t now, struct heard_error *err)
{
	struct store *store = flight->of->owner->store;
	bool is_sent = flight->outcome == HEARD_DELIVERED || flight->outcome == HEARD_DUPLICATE;
	return is_sent ? store_answer_sent(store, flight->n, now, err)
		       : note_failed(flight, now, err);
}

int answers_run(struct answers *a, struct heard_error *err)
{
	int64_t now = heard_now(a->owner->host), next;
	for (size_t i = 0; i < UNDER_WAY; i++) {
		struct flight *flight = &a->flights[i];
		if (!flight->is_used || flight->outcome == 0)
			continue;
		if (note(flight, now, err))
			return -err->code;
		flight->is_used = false;
	}
	if (!find_free(a))
		return 0;
	return store_answers(a->owner->store, now, UNDER_WAY, send, a, &next, err);
}

struct answers *answers_create(struct tickets *owner)
{
	struct answers *a = calloc(1, sizeof(*a));
	if (a)
		a->owner = owner;
	return a;
}

/* The last word may come as we stop, with no beat behind it.  What was sent must not be
 * offered again by the next process; if the store cannot take it now, it will be, as after
 * a crash. */
void answers_destroy(struct answers *a)
{
	struct heard_error err;
	for (size_t i = 0; a && i < UNDER_WAY; i++) {
		struct flight *flight = &a->flights[i];
		if (flight->is_used && flight->outcome && flight->outcome != HEARD_RETRY)
			note(flight, heard_now(a->owner->host), &err);
	}
	free(a);
}
