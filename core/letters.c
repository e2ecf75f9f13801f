/*
 * letters.c - live letters in order of age, with two hash indexes.
 *
 * `at` is an array in rising order; removed ones leave a gap until there are
 * more gaps than letters, then everything is packed and the indexes are made
 * anew.  An index holds places in `at` plus one, 0 for empty; a place that
 * became a gap stays in its chain until then.
 */
#include "letters.h"

#include "hash.h"
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct index {
	uint32_t *at;
	size_t size; /* a power of two */
};
struct cell {
	struct letter letter;
	bool is_live;
};
struct letters {
	struct cell *at;
	size_t n, size, n_live;
	uint64_t bytes, order;
	struct index by_id, by_seq;
};
enum { FIRST = 64 };

static uint64_t hash_of_seq(uint64_t output, uint64_t seq)
{
	char bytes[16];

	wire_put64(bytes, output);
	wire_put64(bytes + 8, seq);
	return hash_table(heard_str_n(bytes, sizeof(bytes)));
}

static uint64_t hash_of_id(const unsigned char *id)
{
	return hash_table(heard_str_n((const char *)id, 16));
}

static void index_put(struct index *x, uint64_t hash, uint32_t place)
{
	size_t i = hash & (x->size - 1);

	while (x->at[i])
		i = (i + 1) & (x->size - 1);
	x->at[i] = place + 1;
}

struct letters *letters_create(void)
{
	return calloc(1, sizeof(struct letters));
}

void letters_destroy(struct letters *l)
{
	if (l == NULL)
		return;
	free(l->at);
	free(l->by_id.at);
	free(l->by_seq.at);
	free(l);
}

static struct cell *find_id(const struct letters *l, const unsigned char *id)
{
	if (l->by_id.size == 0)
		return NULL;
	size_t mask = l->by_id.size - 1;
	for (size_t i = hash_of_id(id) & mask; l->by_id.at[i]; i = (i + 1) & mask) {
		struct cell *c = &l->at[l->by_id.at[i] - 1];
		if (c->is_live && memcmp(c->letter.id, id, 16) == 0)
			return c;
	}
	return NULL;
}

bool letters_known(const struct letters *l, uint64_t output, uint64_t seq)
{
	if (l->by_seq.size == 0)
		return false;
	size_t mask = l->by_seq.size - 1;
	for (size_t i = hash_of_seq(output, seq) & mask; l->by_seq.at[i]; i = (i + 1) & mask) {
		const struct cell *c = &l->at[l->by_seq.at[i] - 1];
		if (c->is_live && c->letter.output == output && c->letter.seq == seq)
			return true;
	}
	return false;
}

static void index_letter(struct letters *l, uint32_t place)
{
	const struct letter *e = &l->at[place].letter;

	index_put(&l->by_id, hash_of_id(e->id), place);
	if (e->output)
		index_put(&l->by_seq, hash_of_seq(e->output, e->seq), place);
}

static int by_time(const void *a, const void *b)
{
	const struct letter *x = &((const struct cell *)a)->letter;
	const struct letter *y = &((const struct cell *)b)->letter;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

enum order { AS_LOGGED, BY_TIME };

static void sort(struct letters *l)
{
	qsort(l->at, l->n, sizeof(*l->at), by_time);
	l->order = 0;
	for (size_t i = 0; i < l->n; i++)
		l->at[i].letter.order = ++l->order;
}

/* Without gaps, with room for as many again or for n, and with new indexes. */
static bool repack(struct letters *l, size_t n, enum order order)
{
	size_t size = l->n_live + (n > l->n_live ? n : l->n_live), slots = FIRST * 2;

	size = size < FIRST ? FIRST : size;
	while (slots < size * 2)
		slots *= 2;
	struct letters fresh = {.size = size, .order = l->order, .bytes = l->bytes};
	fresh.at = malloc(size * sizeof(*fresh.at));
	fresh.by_id = (struct index){calloc(slots, sizeof(uint32_t)), slots};
	fresh.by_seq = (struct index){calloc(slots, sizeof(uint32_t)), slots};
	if (size > UINT32_MAX / 2 || !fresh.at || !fresh.by_id.at || !fresh.by_seq.at) {
		free(fresh.at);
		free(fresh.by_id.at);
		free(fresh.by_seq.at);
		return false;
	}
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].is_live)
			fresh.at[fresh.n++] = l->at[i];
	fresh.n_live = fresh.n;
	if (order == BY_TIME)
		sort(&fresh);
	for (size_t i = 0; i < fresh.n; i++)
		index_letter(&fresh, (uint32_t)i);
	free(l->at);
	free(l->by_id.at);
	free(l->by_seq.at);
	*l = fresh;
	return true;
}

int letters_reserve(struct letters *l, size_t n)
{
	return n <= l->size - l->n || repack(l, n, AS_LOGGED) ? 0 : -ENOMEM;
}

int letters_add(struct letters *l, const struct letter *letter)
{
	struct cell *known = find_id(l, letter->id);

	if (known) {
		l->bytes += letter->size - known->letter.size;
		known->letter.segment = letter->segment;
		known->letter.offset = letter->offset;
		known->letter.size = letter->size;
		return 0;
	}
	if (l->n == l->size && !repack(l, 1, AS_LOGGED))
		return -ENOMEM;
	uint32_t place = (uint32_t)l->n++;
	l->at[place] = (struct cell){*letter, true};
	l->at[place].letter.order = ++l->order;
	l->bytes += letter->size;
	l->n_live++;
	index_letter(l, place);
	return 0;
}

bool letters_remove(struct letters *l, const unsigned char id[16])
{
	struct cell *c = find_id(l, id);

	if (c == NULL)
		return false;
	c->is_live = false;
	l->n_live--;
	l->bytes -= c->letter.size;
	return true;
}

bool letters_get(const struct letters *l, const unsigned char id[16], struct letter *out)
{
	const struct cell *c = find_id(l, id);

	if (c)
		*out = c->letter;
	return c != NULL;
}

size_t letters_count(const struct letters *l)
{
	return l->n_live;
}

uint64_t letters_bytes(const struct letters *l)
{
	return l->bytes;
}

bool letters_next(const struct letters *l, uint64_t order, struct letter *out)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (l->at[middle].letter.order <= order)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < l->n && !l->at[low].is_live)
		low++;
	if (low == l->n)
		return false;
	*out = l->at[low].letter;
	return true;
}

void letters_sort(struct letters *l)
{
	if (l->n > 0)
		repack(l, 1, BY_TIME); /* or, without memory, in the order of the log */
}
