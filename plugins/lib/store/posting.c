/*
 * posting.c - an inverted index of one piece of the store, in memory.
 *
 * A pass over the tokens makes pairs (term, place); a counting sort turns them
 * into one list for each term.  Nothing is allocated per term.
 */
#include "posting.h"

#include "fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 12, FIRST_PAIRS = 1 << 14 };

void postings_init(struct postings *p, uint64_t seed)
{
	*p = (struct postings){.seed = seed | 1};
}

void postings_release(struct postings *p)
{
	free(p->terms);
	free(p->table);
	free(p->pairs);
	free(p->lists);
	postings_init(p, p->seed);
}

void postings_clear(struct postings *p)
{
	p->n_terms = p->n_pairs = 0;
	if (p->table)
		memset(p->table, 0, p->slots * sizeof(*p->table));
}

/* The first eight bytes as a number that sorts as they do. */
static uint64_t head_of(struct heard_str s)
{
	uint64_t head = 0;
	memcpy(&head, s.ptr, s.len < 8 ? s.len : 8);
	return __builtin_bswap64(head);
}

static uint32_t hash_of(const struct postings *p, struct heard_str s, uint64_t head)
{
	uint64_t h = (head ^ p->seed) * 0x9e3779b97f4a7c15u + s.len;
	for (size_t i = 8; i < s.len; i += 8) {
		uint64_t word = 0;
		memcpy(&word, s.ptr + i, s.len - i < 8 ? s.len - i : 8);
		h = (h ^ h >> 29 ^ word) * (p->seed ^ 0xbf58476d1ce4e5b8u);
	}
	h ^= h >> 32;
	h *= 0x94d049bb133111ebu;
	return (uint32_t)(h >> 32);
}

static void *grown(void *old, size_t n, size_t *room, size_t first, size_t size)
{
	if (n < *room)
		return old;
	size_t more = *room ? *room * 2 : first;
	void *p = reallocarray(old, more, size);
	if (p)
		*room = more;
	return p;
}

static int grow_table(struct postings *p)
{
	size_t slots = p->slots ? p->slots * 2 : FIRST_SLOTS;
	uint32_t *table = calloc(slots, sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_terms; i++) {
		size_t slot = p->terms[i].hash & (slots - 1);
		while (table[slot])
			slot = (slot + 1) & (slots - 1);
		table[slot] = (uint32_t)i + 1;
	}
	free(p->table);
	p->table = table;
	p->slots = slots;
	return 0;
}

/* The term's index, made if new; -ENOMEM. */
static int64_t find_term(struct postings *p, struct heard_str text)
{
	if (p->n_terms * 2 >= p->slots && grow_table(p))
		return -ENOMEM;
	uint64_t head = head_of(text);
	uint32_t hash = hash_of(p, text, head);
	size_t slot = hash & (p->slots - 1);
	for (; p->table[slot]; slot = (slot + 1) & (p->slots - 1)) {
		const struct term *t = &p->terms[p->table[slot] - 1];
		if (t->hash == hash && t->head == head && heard_str_eq(t->text, text))
			return (int64_t)p->table[slot] - 1;
	}
	struct term *terms = grown(p->terms, p->n_terms, &p->room_terms, FIRST_SLOTS,
				   sizeof(*terms));
	if (!terms)
		return -ENOMEM;
	p->terms = terms;
	terms[p->n_terms] = (struct term){
		.text = text, .head = head, .hash = hash, .last = UINT32_MAX};
	p->table[slot] = (uint32_t)p->n_terms + 1;
	return (int64_t)p->n_terms++;
}

int postings_add_word(struct postings *p, uint32_t place, struct heard_str word)
{
	int64_t i = find_term(p, word);
	if (i < 0)
		return -ENOMEM;
	if (p->terms[i].last == place)
		return 0;
	struct pair *pairs = grown(p->pairs, p->n_pairs, &p->room_pairs, FIRST_PAIRS,
				   sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	p->pairs = pairs;
	pairs[p->n_pairs++] = (struct pair){(uint32_t)i, place};
	p->terms[i].last = place;
	p->terms[i].n++;
	return 0;
}

int postings_add(struct postings *p, uint32_t place, struct heard_str folded)
{
	struct fold_walk walk = {.left = folded};
	struct fold_token token;
	while (fold_next(&walk, &token))
		if (postings_add_word(p, place, token.text))
			return -ENOMEM;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	const struct term *x = a, *y = b;
	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	size_t len = x->text.len < y->text.len ? x->text.len : y->text.len;
	int order = memcmp(x->text.ptr, y->text.ptr, len);
	return order ? order : (x->text.len > y->text.len) - (x->text.len < y->text.len);
}

int postings_sort(struct postings *p)
{
	if (p->n_pairs > p->room_lists) {
		uint32_t *lists = reallocarray(p->lists, p->room_pairs, sizeof(*lists));
		if (!lists)
			return -ENOMEM;
		p->lists = lists;
		p->room_lists = p->room_pairs;
	}
	uint32_t at = 0;
	for (size_t i = 0; i < p->n_terms; i++) {
		p->terms[i].at = at;
		at += p->terms[i].n;
		p->terms[i].n = 0;
	}
	for (size_t i = 0; i < p->n_pairs; i++) {
		struct term *t = &p->terms[p->pairs[i].term];
		p->lists[t->at + t->n++] = p->pairs[i].place;
	}
	if (p->n_terms)
		qsort(p->terms, p->n_terms, sizeof(*p->terms), by_text);
	return 0;
}

void postings_list(const struct postings *p, const struct term *t, struct heard_buf *out)
{
	int64_t before = -1;
	for (uint32_t i = 0; i < t->n; i++)
		list_put(out, &before, p->lists[t->at + i]);
}

void list_put(struct heard_buf *out, int64_t *before, int64_t place)
{
	uint64_t step = (uint64_t)(place - *before);
	char *p = heard_buf_room(out, 10);
	if (!p)
		return;
	for (; step >= 0x80; step >>= 7, out->len++)
		*p++ = (char)(step | 0x80);
	*p = (char)step;
	out->len++;
	*before = place;
}

bool list_next(struct heard_str *list, int64_t *place)
{
	uint64_t step = 0;
	for (unsigned shift = 0; list->len && shift < 63; shift += 7) {
		unsigned char byte = (unsigned char)list->ptr[0];
		*list = heard_str_skip(*list, 1);
		step |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*place += (int64_t)step;
			return step > 0;
		}
	}
	return false;
}
