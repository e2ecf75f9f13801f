/*
 * journal_doors.c - what other threads ask of a running journal.
 *
 * Nothing here waits for the disk but the calls that say so: a new output's
 * first position, and saving them all.  Both ask the journal's thread and wait
 * for its next synced save.
 */
#include "journal_private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <heard/error.h>

enum { RETRY_MS = 50 }; /* of a save that failed */

/* ---- state and counters */

bool journal_count(struct journal *j, const char *name, int64_t out[JOURNAL_COUNTS])
{
	return state_count(j->state, name, out);
}

char *journal_state_get(struct journal *j, struct heard_str name, size_t *len_r)
{
	return state_get(j->state, name, len_r);
}

void journal_state_each(struct journal *j, struct heard_str prefix,
			void (*fn)(void *arg, struct heard_str name, struct heard_str value),
			void *arg)
{
	state_each(j->state, prefix, fn, arg);
}

/* ---- outputs and their positions */

static void poke(void *arg)
{
	journal_poke(arg);
}

int journal_output(struct journal *j, const char *name, unsigned *slot_r,
		   struct heard_error *err)
{
	bool is_new;
	int r = slots_find(j->slots, name, journal_last_seq(j), slot_r, &is_new);

	if (r == -ENAMETOOLONG)
		return heard_fail(err, -r, "the output's name \"%s\" is too long", name);
	if (r == -ENOSPC)
		return heard_fail(err, -r,
				  "the journal has slots for %d outputs, and all are taken",
				  SLOTS_MAX);
	/* Were it lost, it would begin again behind what comes in meanwhile. */
	if (is_new && (r = slots_wait(j->slots, poke, j)) != 0)
		return heard_fail(err, -r, "cannot save the first position of %s: %s", name,
				  strerror(-r));
	return 0;
}

void journal_output_each(struct journal *j,
			 void (*fn)(void *arg, const char *name, uint64_t seq), void *arg)
{
	slots_each(j->slots, fn, arg);
}

int journal_output_forget(struct journal *j, const char *name)
{
	return slots_forget(j->slots, name);
}

void journal_position_get(struct journal *j, unsigned slot, struct journal_position *p)
{
	slots_get(j->slots, slot, p);
}

void journal_position_set(struct journal *j, unsigned slot, const struct journal_position *p)
{
	slots_set(j->slots, slot, p);
}

uint64_t journal_position_durable(struct journal *j, unsigned slot)
{
	return slots_durable(j->slots, slot);
}

void journal_positions_sync(struct journal *j)
{
	while (slots_wait(j->slots, poke, j) != 0 && !atomic_load(&j->is_broken))
		usleep(RETRY_MS * 1000);
}

uint64_t journal_last_seq(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	uint64_t seq = j->last_seq;
	pthread_mutex_unlock(&j->lock);
	return seq;
}

/* ---- figures */

void journal_figures(struct journal *j, struct journal_figures *out)
{
	pthread_mutex_lock(&j->lock);
	*out = j->figures;
	out->segments = (unsigned)j->n_segments;
	out->spare = j->n_ready;
	out->bytes = (int64_t)j->n_ready * j->options.segment_size;
	for (size_t i = 0; i < j->n_segments; i++)
		out->bytes += (int64_t)j->segments[i].size;
	pthread_mutex_unlock(&j->lock);
}
