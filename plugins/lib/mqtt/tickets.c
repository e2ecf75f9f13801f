/*
 * tickets.c - a ring of messages, and a bit for each packet id.
 */
#include "tickets.h"

#include <stdlib.h>
#include <string.h>

enum { IDS = 65536, USED_BYTES = IDS / 8 };

struct ticket {
	uint16_t id;
	bool is_settled;
};

bool tickets_init(struct tickets *t, unsigned size)
{
	*t = (struct tickets){.size = size, .epoch = 1};
	while (t->mask + 1 < size)
		t->mask = t->mask << 1 | 1;
	t->ring = calloc((size_t)t->mask + 1, sizeof(*t->ring));
	t->used = calloc(1, USED_BYTES);
	if (t->ring != NULL && t->used != NULL)
		return true;
	tickets_release(t);
	return false;
}

void tickets_release(struct tickets *t)
{
	free(t->ring);
	free(t->used);
	*t = (struct tickets){0};
}

void tickets_renew(struct tickets *t)
{
	if (++t->epoch == 0)
		t->epoch = 1;
	t->head = t->tail = 0;
	memset(t->used, 0, USED_BYTES);
}

static struct ticket *place(const struct tickets *t, uint32_t number)
{
	return &t->ring[number & t->mask];
}

uint64_t tickets_add(struct tickets *t, uint16_t id)
{
	uint64_t ticket = (uint64_t)t->epoch << 32 | t->tail;
	*place(t, t->tail++) = (struct ticket){.id = id};
	t->used[id / 64] |= id ? (uint64_t)1 << id % 64 : 0;
	return ticket;
}

bool tickets_has(const struct tickets *t, uint16_t id)
{
	return t->used[id / 64] >> id % 64 & 1;
}

bool tickets_are_out(const struct tickets *t, uint64_t ticket)
{
	uint32_t number = (uint32_t)ticket;
	return ticket >> 32 == t->epoch && number - t->head < tickets_n(t) &&
	       !place(t, number)->is_settled;
}

void tickets_settle(struct tickets *t, uint64_t ticket)
{
	if (tickets_are_out(t, ticket))
		place(t, (uint32_t)ticket)->is_settled = true;
}

bool tickets_next(struct tickets *t, uint16_t *id)
{
	if (tickets_n(t) == 0 || !place(t, t->head)->is_settled)
		return false;
	*id = place(t, t->head++)->id;
	if (*id != 0)
		t->used[*id / 64] &= ~((uint64_t)1 << *id % 64);
	return true;
}
