/*
 * crash.h - which records were in whose hands when the process died.
 *
 * Each worker notes the digests of what it is working on before it lets a plugin
 * touch it, and clears the note after.
 *
 * A note accuses only if a fatal signal was raised by the process itself: its
 * handler marks the slot of the thread that it hit, and writes it down.  Whoever ends
 * us from outside (kill -9, no memory left, power) leaves no mark, and so accuses
 * nobody.
 *
 * At start, what is noted in a marked slot are the suspects; one that was noted so
 * twice is condemned: it is dead-lettered before any plugin sees it again.  Suspects
 * are worked on one by one, so that the next crash names a single record; one that
 * comes through all filters is acquitted.
 */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;

#define CRASH_NOTES 8192 /* digests a slot can hold; more are not noted */

struct crash_slot {
	volatile uint32_t n;	 /* written last, read when a signal comes        */
	volatile uint32_t fatal; /* the signal that hit its thread, or 0          */
	uint64_t digest[CRASH_NOTES];
};

struct crash_guard;
/* Reads what the last process left, then makes n slots and watches the fatal signals.
 * A full disk is no failure.  [main] */
int crash_open(struct crash_guard **, const char *state_dir, unsigned n, struct heard_error *);
void crash_close(struct crash_guard *); /* a clean end: no notes stay */
/* The process is about to end, and it is no record's fault.  [any] */
void crash_absolve(const struct crash_guard *);
struct crash_slot *crash_slot(struct crash_guard *, unsigned i);

enum crash_verdict { CRASH_UNKNOWN, CRASH_SUSPECT, CRASH_CONDEMNED };
bool crash_has_suspects(const struct crash_guard *);			       /* [any] */
enum crash_verdict crash_verdict(const struct crash_guard *, uint64_t digest); /* [any] */
/* It went all the way and nothing happened.  The condemned stay so.  [any] */
void crash_acquit(struct crash_guard *, uint64_t digest);

/* The first n digests of the slot are in this thread's hands now; 0: no more.  A slot
 * of NULL takes no notes.  [worker] */
void crash_noted(struct crash_slot *, size_t n);
/* Put them there, then the same.  [worker] */
void crash_note(struct crash_slot *, const uint64_t *digests, size_t n);

#endif
