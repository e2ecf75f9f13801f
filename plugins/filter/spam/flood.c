/*
 * flood.c - how often something came of late.
 */
#include "flood.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { BITS = 16, CELLS = 1 << BITS, PROBES = 4 };
enum { COUNT_BITS = 16, WINDOW_BITS = 24 }; /* and 24 of the key */
#define COUNT_MAX   ((1u << COUNT_BITS) - 1)
#define WINDOW_MASK ((1u << WINDOW_BITS) - 1)

struct flood {
	_Atomic uint64_t cells[CELLS];
};

struct flood *flood_create(void)
{
	return calloc(1, sizeof(struct flood));
}

void flood_destroy(struct flood *f)
{
	free(f);
}

static uint64_t head_of(uint64_t key, uint32_t window)
{
	return key >> 40 << 40 | (uint64_t)(window & WINDOW_MASK) << COUNT_BITS;
}

/* The count, or 0 if the cell belongs to another. */
static unsigned count_in(_Atomic uint64_t *cell, uint64_t head, uint32_t window)
{
	uint64_t was = atomic_load_explicit(cell, memory_order_relaxed), now;
	do {
		uint32_t of = (uint32_t)(was >> COUNT_BITS) & WINDOW_MASK;
		if ((was & ~(uint64_t)COUNT_MAX) == head)
			now = (was & COUNT_MAX) == COUNT_MAX ? was : was + 1;
		else if (was == 0 || of != (window & WINDOW_MASK))
			now = head | 1; /* of a window that is over */
		else
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(cell, &was, now, memory_order_relaxed,
							memory_order_relaxed));
	return (unsigned)(now & COUNT_MAX);
}

unsigned flood_look(struct flood *f, uint64_t key, uint32_t window)
{
	uint64_t head = head_of(key, window);
	for (unsigned i = 0; i < PROBES; i++) {
		uint64_t cell = atomic_load_explicit(&f->cells[(key + i) & (CELLS - 1)],
						     memory_order_relaxed);
		if ((cell & ~(uint64_t)COUNT_MAX) == head)
			return (unsigned)(cell & COUNT_MAX);
	}
	return 0;
}

unsigned flood_count(struct flood *f, uint64_t key, uint32_t window)
{
	uint64_t head = head_of(key, window);
	for (unsigned i = 0; i < PROBES; i++) {
		unsigned n = count_in(&f->cells[(key + i) & (CELLS - 1)], head, window);
		if (n > 0)
			return n;
	}
	return 1; /* the table is full of others: not counted */
}
