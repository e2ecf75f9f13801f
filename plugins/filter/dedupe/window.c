/*
 * window.c - a ring, and chains through it.
 *
 * A link is the number of a record, counted from 1; one that the ring no longer holds ends
 * its chain, for what is behind it is older still.
 *
 * Bounds of a look: a person's newest 32 records are compared with, whatever they say, so
 * that a repeat is found however many others say the same; of a band the newest 64, until
 * eight related ones are found.  A text that ten thousand send costs no more than others.
 */
#include "window.h"

#include <stdlib.h>
#include <string.h>

enum { LINKS = MINHASH_BANDS + WINDOW_NAMES, OF_PERSON = 32, OF_BAND = 64 };

struct place {
	struct said said;
	uint32_t looked;       /* the look that saw it last */
	uint32_t older[LINKS]; /* in the chain of that key  */
};

struct window {
	size_t count, heads_bits;
	uint32_t next; /* number of the record to come */
	uint32_t looks;
	uint32_t *heads; /* the newest of a bucket; each link has buckets of its own */
	struct place places[];
};

struct window *window_create(size_t count)
{
	struct window *w = calloc(1, sizeof(*w) + count * sizeof(*w->places));
	if (w == NULL)
		return NULL;
	w->count = count;
	w->next = 1;
	w->heads_bits = 6;
	while ((size_t)1 << w->heads_bits < count)
		w->heads_bits++;
	w->heads = calloc((size_t)LINKS << w->heads_bits, sizeof(*w->heads));
	if (w->heads != NULL)
		return w;
	free(w);
	return NULL;
}

void window_destroy(struct window *w)
{
	if (w)
		free(w->heads);
	free(w);
}

size_t window_size(const struct window *w)
{
	return w->next - 1 < w->count ? w->next - 1 : w->count;
}

/* ---- chains */

static uint64_t key_of(const struct said *s, size_t link)
{
	return link < MINHASH_BANDS ? s->text.bands[link] : s->who[link - MINHASH_BANDS];
}

static uint32_t *head_of(struct window *w, uint64_t key, size_t link)
{
	uint64_t bucket = (key * 0x9e3779b97f4a7c15u) >> (64 - w->heads_bits);
	return &w->heads[(link << w->heads_bits) + bucket];
}

/* NULL where the chain ends. */
static struct place *place_of(struct window *w, uint32_t number)
{
	if (number == 0 || w->next - number > w->count)
		return NULL;
	return &w->places[number % w->count];
}

void window_add(struct window *w, const struct said *s)
{
	struct place *p = &w->places[w->next % w->count];
	p->said = *s;
	p->looked = 0;
	for (size_t link = 0; link < LINKS; link++) {
		if (link >= MINHASH_BANDS && key_of(s, link) == 0)
			continue;
		uint32_t *head = head_of(w, key_of(s, link), link);
		p->older[link] = *head;
		*head = w->next;
	}
	if (++w->next == 0) { /* after four thousand million: links would lie */
		memset(w->heads, 0, ((size_t)LINKS << w->heads_bits) * sizeof(*w->heads));
		w->next = 1;
	}
}

/* ---- looking */

struct look {
	struct window *window;
	const struct said *of;
	const struct window_rules *rules;
	struct window_found *found;
	double best;
	uint32_t numbers[WINDOW_RELATED]; /* of those related */
};

static bool is_same_person(const struct said *a, const struct said *b)
{
	for (size_t i = 0; i < WINDOW_NAMES; i++)
		if (a->who[i] != 0 && a->who[i] == b->who[i])
			return true;
	return false;
}

/* Two orders are two matters, in the same words. */
static bool is_other_matter(const struct said *a, const struct said *b)
{
	return (a->order != 0 && b->order != 0 && a->order != b->order) ||
	       (a->product != 0 && b->product != 0 && a->product != b->product);
}

static bool is_in_span(const struct look *l, const struct said *s)
{
	int64_t span = l->rules->span;
	return s->at >= l->of->at - span && s->at <= l->of->at + span;
}

/* How alike, or 0 if not enough.  An estimate is given two standard errors, so that texts
 * that are are found; a few words are the same only if they are the very same. */
static double alike(const struct look *l, const struct said *s)
{
	double j = minhash_alike(&l->of->text, &s->text), cut = l->rules->alike;
	if (l->of->text.chars < l->rules->least || s->text.chars < l->rules->least)
		return j >= 1 ? 1 : 0;
	return j >= cut - 2 * minhash_error(&l->of->text, &s->text, cut) ? j : 0;
}

static void take_earlier(struct look *l, const struct place *p, uint32_t number, double j)
{
	const struct window *w = l->window;
	if (is_other_matter(l->of, &p->said) || j < l->best)
		return; /* of the best the earliest: chains go back */
	l->best = j;
	l->found->has_earlier = true;
	memcpy(l->found->earlier, p->said.id, WINDOW_ID);
	l->found->is_kept |= j >= 1 && w->next - number < w->count / 2 &&
			     l->of->at - p->said.at < l->rules->span / 2;
}

/* Newest first, whichever band found them. */
static void take_related(struct look *l, const struct place *p, uint32_t number)
{
	struct window_found *found = l->found;
	if (found->n_related == WINDOW_RELATED || l->of->text.chars < l->rules->least)
		return;
	size_t at = found->n_related++;
	for (; at > 0 && l->numbers[at - 1] < number; at--) {
		l->numbers[at] = l->numbers[at - 1];
		memcpy(found->related[at], found->related[at - 1], WINDOW_ID);
	}
	l->numbers[at] = number;
	memcpy(found->related[at], p->said.id, WINDOW_ID);
}

static void consider(struct look *l, struct place *p, uint32_t number)
{
	if (p->looked == l->window->looks)
		return;
	p->looked = l->window->looks;
	if (!is_in_span(l, &p->said))
		return;
	if (l->of->source != 0 && l->of->source == p->said.source) {
		l->found->is_again |= alike(l, &p->said) >= 1;
		return; /* redelivered, or a revision of it: the journal judges */
	}
	double j = alike(l, &p->said);
	if (j <= 0)
		return;
	if (is_same_person(l->of, &p->said))
		take_earlier(l, p, number, j);
	else
		take_related(l, p, number);
}

static void walk(struct look *l, size_t link, unsigned most)
{
	struct window *w = l->window;
	uint64_t key = key_of(l->of, link);
	uint32_t number = *head_of(w, key, link);
	struct place *p;
	for (unsigned n = 0; n < most && (p = place_of(w, number)) != NULL; n++) {
		/* Others of this bucket count as steps, too: a walk is bounded. */
		if (key_of(&p->said, link) == key)
			consider(l, p, number);
		number = p->older[link];
	}
}

void window_look(struct window *w, const struct said *s, const struct window_rules *rules,
		 struct window_found *found)
{
	struct look l = {.window = w, .of = s, .rules = rules, .found = found};
	*found = (struct window_found){.is_again = false};
	if (++w->looks == 0)
		w->looks = 1; /* a place that was seen exactly then is passed over once */
	for (size_t i = 0; i < WINDOW_NAMES; i++)
		if (s->who[i] != 0)
			walk(&l, MINHASH_BANDS + i, OF_PERSON);
	for (size_t i = 0; i < MINHASH_BANDS && found->n_related < WINDOW_RELATED; i++)
		walk(&l, i, OF_BAND);
}
