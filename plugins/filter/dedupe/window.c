/*
 * window.c - a ring, and chains through it.
 *
 * A link is the number of a record, counted from 1; one that the ring no longer holds ends
 * its chain, for what is behind it is older still.
 *
 * Bounds of a look: a person's newest 32 records are compared with, whatever they say, so
 * that a repeat is found however many others say the same; of a band the newest 64, until
 * eight related ones are found.  A text that ten thousand send costs no more than others.
 *
 * Nearly all of the time is waiting for memory, so what a look will need is asked for
 * ahead: the heads of all chains, then their first links, then the candidates.  A step of
 * a chain reads eight bytes, and a record itself is read only if its key is the one and
 * its shade says that it may be alike.
 */
#include "window.h"

#include <stdlib.h>
#include <string.h>

enum { LINKS = MINHASH_BANDS + WINDOW_NAMES, OF_PERSON = 32, OF_BAND = 64, AHEAD = 4 };
enum { CANDIDATES = LINKS * OF_BAND };

struct link {
	uint32_t key;	/* its low bits: who is meant is asked of the record */
	uint32_t older; /* in the chain of that key                          */
};

struct window {
	size_t count, heads_bits;
	uint32_t next; /* number of the record to come */
	uint32_t looks;
	uint32_t *heads; /* the newest of a bucket; each link has buckets of its own */
	struct link (*links)[LINKS];
	uint32_t *looked; /* the look that saw it last */
	struct minhash_shade *shades;
	struct said *said;
};

struct window *window_create(size_t count)
{
	struct window *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->count = count;
	w->next = 1;
	w->heads_bits = 6;
	while ((size_t)1 << w->heads_bits < 2 * count)
		w->heads_bits++;
	w->heads = calloc((size_t)LINKS << w->heads_bits, sizeof(*w->heads));
	w->links = calloc(count, sizeof(*w->links));
	w->looked = calloc(count, sizeof(*w->looked));
	w->shades = calloc(count, sizeof(*w->shades));
	w->said = calloc(count, sizeof(*w->said));
	if (w->heads && w->links && w->looked && w->shades && w->said)
		return w;
	window_destroy(w);
	return NULL;
}

void window_destroy(struct window *w)
{
	if (w == NULL)
		return;
	free(w->heads);
	free(w->links);
	free(w->looked);
	free(w->shades);
	free(w->said);
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

/* Does the ring still hold it?  Where not, a chain ends. */
static bool is_held(const struct window *w, uint32_t number)
{
	return number != 0 && w->next - number <= w->count;
}

void window_add(struct window *w, const struct said *s)
{
	size_t at = w->next % w->count;
	w->said[at] = *s;
	w->shades[at] = minhash_shade(&s->text);
	w->looked[at] = 0;
	for (size_t link = 0; link < LINKS; link++) {
		uint64_t key = key_of(s, link);
		if (link >= MINHASH_BANDS && key == 0)
			continue;
		uint32_t *head = head_of(w, key, link);
		w->links[at][link] = (struct link){(uint32_t)key, *head};
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
	struct minhash_shade shade;	  /* of what is looked for */
	uint32_t age;			  /* if it is_again: of its first coming    */
	size_t n;
	uint32_t candidates[CANDIDATES];
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

/* How alike, or 0 if not enough.  A few words are the same only if they are the very
 * same. */
static double alike(const struct look *l, const struct said *s)
{
	bool is_short = l->of->text.chars < l->rules->least || s->text.chars < l->rules->least;
	double j = minhash_alike_from(&l->of->text, &s->text, is_short ? 1 : l->rules->alike);
	return is_short && j < 1 ? 0 : j;
}

static void take_earlier(struct look *l, const struct said *s, uint32_t number, double j)
{
	const struct window *w = l->window;
	if (is_other_matter(l->of, s) || j < l->best)
		return; /* of the best the earliest: chains go back */
	l->best = j;
	l->found->has_earlier = true;
	memcpy(l->found->earlier, s->id, WINDOW_ID);
	l->found->is_kept |= j >= 1 && w->next - number < w->count / 2 &&
			     l->of->at - s->at < l->rules->span / 2;
}

/* Newest first, whichever band found them. */
static void take_related(struct look *l, const struct said *s, uint32_t number)
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
	memcpy(found->related[at], s->id, WINDOW_ID);
}

static bool is_of_its_origin(const struct look *l, const struct said *s)
{
	return l->of->origin != 0 && l->of->origin == s->origin;
}

static uint32_t age_of(const struct look *l, uint32_t number)
{
	return l->window->next - number;
}

/* What came after its own first coming is not what was said before, though it stands in the
 * window when the two are brought again. */
static void find_itself(struct look *l)
{
	const struct window *w = l->window;
	for (size_t i = 0; l->of->origin != 0 && i < l->n; i++) {
		uint32_t number = l->candidates[i];
		const struct said *s = &w->said[number % w->count];
		if (!is_of_its_origin(l, s) || !is_in_span(l, s) || alike(l, s) < 1)
			continue;
		if (!l->found->is_again || age_of(l, number) > l->age)
			l->age = age_of(l, number);
		l->found->is_again = true;
	}
}

static void consider(struct look *l, uint32_t number)
{
	const struct said *s = &l->window->said[number % l->window->count];
	if (!is_in_span(l, s))
		return;
	if (is_of_its_origin(l, s))
		return; /* redelivered, or a revision of it: the journal judges */
	double j = alike(l, s);
	if (j <= 0 || (l->found->is_again && age_of(l, number) < l->age))
		return;
	if (is_same_person(l->of, s))
		take_earlier(l, s, number, j);
	else
		take_related(l, s, number);
}

static void fetch(const struct look *l, size_t i)
{
	const char *s = (const char *)&l->window->said[l->candidates[i] % l->window->count];
	for (size_t line = 0; line < sizeof(struct said); line += 64)
		__builtin_prefetch(s + line);
}

/* It was not seen in this look yet, and may be alike. */
static bool is_candidate(const struct look *l, size_t at)
{
	struct window *w = l->window;
	if (w->looked[at] == w->looks)
		return false;
	w->looked[at] = w->looks;
	return minhash_may_be_alike(&l->shade, &w->shades[at], l->rules->alike);
}

/* What stands in these chains under these keys and was not seen in this look yet. */
static void gather(struct look *l, size_t from, size_t to, unsigned most)
{
	struct window *w = l->window;
	const uint32_t *heads[LINKS];
	l->n = 0;
	for (size_t link = from; link < to; link++) {
		heads[link] = head_of(w, key_of(l->of, link), link);
		__builtin_prefetch(heads[link]);
	}
	for (size_t link = from; link < to; link++)
		__builtin_prefetch(&w->links[*heads[link] % w->count][link]);
	for (size_t link = from; link < to; link++) {
		uint32_t number = *heads[link], key = (uint32_t)key_of(l->of, link);
		if (link >= MINHASH_BANDS && key_of(l->of, link) == 0)
			continue;
		/* Others of this bucket count as steps, too: a walk is bounded. */
		for (unsigned n = 0; n < most && is_held(w, number); n++) {
			size_t at = number % w->count;
			if (w->links[at][link].key == key && is_candidate(l, at))
				l->candidates[l->n++] = number;
			number = w->links[at][link].older;
		}
	}
	for (size_t i = 0; i < l->n && i < AHEAD; i++)
		fetch(l, i);
}

void window_look(struct window *w, const struct said *s, const struct window_rules *rules,
		 struct window_found *found)
{
	struct look l;
	l.window = w;
	l.of = s;
	l.rules = rules;
	l.found = found;
	l.best = 0;
	l.age = 0;
	l.shade = minhash_shade(&s->text);
	*found = (struct window_found){.is_again = false};
	if (++w->looks == 0)
		w->looks = 1; /* a place that was seen exactly then is passed over once */
	gather(&l, MINHASH_BANDS, LINKS, OF_PERSON);
	find_itself(&l);
	for (size_t i = 0; i < l.n; i++)
		consider(&l, l.candidates[i]);
	gather(&l, 0, MINHASH_BANDS, OF_BAND);
	find_itself(&l);
	for (size_t i = 0; i < l.n && found->n_related < WINDOW_RELATED; i++) {
		if (i + AHEAD < l.n)
			fetch(&l, i + AHEAD);
		consider(&l, l.candidates[i]);
	}
}
