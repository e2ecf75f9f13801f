/*
 * crash.h - which records were in whose hands when the process died.
 *
 * Each worker notes the digests of what it is working on in a mapped file
 * before it lets a plugin touch it, and clears the note after.  The note is in
 * the page cache, so it survives the process, and needs no fsync.  At start,
 * what is noted are the suspects; one that was noted twice is condemned: it is
 * dead-lettered before any plugin sees it again.  Suspects are worked on one by
 * one, so that the next crash names a single record.
 */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;

#define CRASH_NOTES 8192 /* digests a slot can hold; more are not noted */

struct crash_slot {
	volatile uint32_t n; /* written last, read by the next process        */
	uint32_t unused;
	uint64_t digest[CRASH_NOTES];
};

struct crash_guard;
/* Reads what the last process left, then maps n slots.  [main] */
int crash_open(struct crash_guard **, const char *state_dir, unsigned n, struct heard_error *);
void crash_close(struct crash_guard *); /* a clean end: no notes stay */
/* The process is about to end, and it is no record's fault.  [any] */
void crash_absolve(const struct crash_guard *);
struct crash_slot *crash_slot(struct crash_guard *, unsigned i);

enum crash_verdict { CRASH_UNKNOWN, CRASH_SUSPECT, CRASH_CONDEMNED };
bool crash_has_suspects(const struct crash_guard *);			       /* [any] */
enum crash_verdict crash_verdict(const struct crash_guard *, uint64_t digest); /* [any] */

/* [worker] */
static inline void crash_note(struct crash_slot *s, const uint64_t *digests, size_t n)
{
	if (s == NULL)
		return;
	n = n < CRASH_NOTES ? n : CRASH_NOTES;
	for (size_t i = 0; i < n; i++)
		s->digest[i] = digests[i];
	__atomic_signal_fence(__ATOMIC_RELEASE);
	s->n = (uint32_t)n;
}

#endif
