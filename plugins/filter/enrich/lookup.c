/*
 * lookup.c - the keys of a batch, each once.
 */
#include "lookup.h"

#include <heard/batch.h>
#include <heard/record.h>

#include <string.h>

struct table {
	struct lookup **slots;
	size_t mask;
};

static struct lookup **slot_of(const struct table *t, const unsigned char *print)
{
	size_t at;
	memcpy(&at, print, sizeof(at));
	at &= t->mask;
	while (t->slots[at] != NULL && memcmp(t->slots[at]->print, print, PRINT_SIZE) != 0)
		at = (at + 1) & t->mask;
	return &t->slots[at];
}

static void *zeroed(struct heard_batch *b, size_t size)
{
	void *p = heard_batch_alloc(b, size);
	return p != NULL ? memset(p, 0, size) : NULL;
}

/* The look-up of a key, a new one if there is none yet; NULL at the batch's cap. */
static struct lookup *lookup_of(struct visit *v, const struct table *t, struct heard_batch *b,
				const struct key *k, struct heard_str key)
{
	unsigned char print[PRINT_SIZE];
	key_print(k, key, print);
	struct lookup **slot = slot_of(t, print);
	if (*slot != NULL)
		return *slot;
	struct lookup *l = zeroed(b, sizeof(*l));
	if (l == NULL)
		return NULL;
	memcpy(l->print, print, PRINT_SIZE);
	l->key = heard_batch_copy(b, key);
	l->batch = b;
	if (l->key.ptr == NULL)
		return NULL;
	v->lookups[v->n_lookups++] = l;
	return *slot = l;
}

struct visit *visit_create(struct heard_batch *b, const struct key *k)
{
	size_t n = heard_batch_size(b), size = 16;
	char buffer[KEY_MAX];
	while (size < n * 2)
		size *= 2;
	struct visit *v = zeroed(b, sizeof(*v));
	struct table t = {zeroed(b, size * sizeof(struct lookup *)), size - 1};
	if (v == NULL || t.slots == NULL)
		return NULL;
	v->n = n;
	v->at = zeroed(b, (n + 1) * sizeof(struct lookup *));
	v->lookups = zeroed(b, (n + 1) * sizeof(struct lookup *));
	if (v->at == NULL || v->lookups == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct heard_record *r = heard_batch_at(b, i);
		struct heard_str key = {NULL, 0};
		if (k != NULL && heard_record_is_live(r))
			key = key_of(k, r, buffer);
		if (key.len > 0 && (v->at[i] = lookup_of(v, &t, b, k, key)) == NULL)
			return NULL;
	}
	return v;
}
