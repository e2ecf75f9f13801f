/*
 * score.c - how well an article fits a text, from 0 to 1, by what they share.
 *
 * A term weighs log(1 + N/n): N articles, n of them have it; one that none has weighs
 * most, so that words beside the matter count against it.  The score is the largest of
 *
 *	the share of a handle (the title, a keyword) that the text has,
 *	the share of the text that title and keywords have,
 *	.7 of the share of the text that the whole article has,
 *
 * each times n/(n + .25) for the first and n/(n + .5) for the others, where n terms are
 * shared: one word alone proves little.  So a long complaint that says "payment failed"
 * somewhere finds that article, and so does a short question in other words than the
 * title's.  Order of words is not looked at.
 */
#include "score.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { HASHES_MAX = 16 << 20, WEIGHTS_MAX = 256 << 20, HANDLES = 80 };

struct card {
	char *id, *title, *lang;
	struct heard_buf hashes; /* of uint64_t: the handles', one after the other  */
	size_t ends[HANDLES];	 /* where each of them ends, in hashes              */
	size_t n_handles;
	struct heard_buf head, whole; /* of uint64_t, sorted, each once: handles; all   */
};

/* ---- sorted sets of hashes */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort_once(struct heard_buf *b)
{
	uint64_t *at = (uint64_t *)(void *)b->ptr;
	size_t n = b->len / sizeof(*at), kept = 0;

	if (n == 0)
		return;
	qsort(at, n, sizeof(*at), by_value);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || at[kept - 1] != at[i])
			at[kept++] = at[i];
	b->len = kept * sizeof(*at);
}

static bool has(const struct heard_buf *b, uint64_t hash)
{
	return b->len && bsearch(&hash, b->ptr, b->len / sizeof(hash), sizeof(hash), by_value);
}

static int term_by_hash(const void *key, const void *member)
{
	return by_value(key, &((const struct term *)member)->hash);
}

/* ---- weights */

void weights_init(struct weights *w)
{
	*w = (struct weights){.unknown = 1};
	heard_buf_init(&w->list, WEIGHTS_MAX);
}

void weights_release(struct weights *w)
{
	heard_buf_release(&w->list);
}

static int weight_by_hash(const void *a, const void *b)
{
	return by_value(&((const struct weight *)a)->hash, &((const struct weight *)b)->hash);
}

void weights_finish(struct weights *w, size_t articles)
{
	struct weight *at = (struct weight *)(void *)w->list.ptr;
	size_t n = w->list.len / sizeof(*at), kept = 0;
	double all = (double)articles;

	w->failed = w->list.failed;
	w->unknown = log(1 + all);
	if (n == 0)
		return;
	qsort(at, n, sizeof(*at), weight_by_hash);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || at[kept - 1].hash != at[i].hash)
			at[kept++] = at[i];
		else
			at[kept - 1].weight += at[i].weight;
	}
	for (size_t i = 0; i < kept; i++)
		at[i].weight = log(1 + all / at[i].weight);
	w->list.len = kept * sizeof(*at);
}

bool weights_known(const struct weights *w, uint64_t hash, double *weight)
{
	const struct weight key = {.hash = hash};
	const struct weight *found = NULL;

	if (w->list.len)
		found = bsearch(&key, w->list.ptr, w->list.len / sizeof(key), sizeof(key),
				weight_by_hash);
	*weight = found ? found->weight : w->unknown;
	return found != NULL;
}

/* ---- cards */

static char *copy(struct heard_str s)
{
	return s.len ? strndup(s.ptr, s.len) : strdup("");
}

struct card *card_create(struct heard_str id, struct heard_str title, struct heard_str lang)
{
	struct card *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	heard_buf_init(&c->hashes, HASHES_MAX);
	heard_buf_init(&c->head, HASHES_MAX);
	heard_buf_init(&c->whole, HASHES_MAX);
	c->id = copy(id);
	c->title = copy(title);
	c->lang = copy(lang);
	if (c->id && c->title && c->lang)
		return c;
	card_destroy(c);
	return NULL;
}

void card_destroy(struct card *c)
{
	if (c == NULL)
		return;
	free(c->id);
	free(c->title);
	free(c->lang);
	heard_buf_release(&c->hashes);
	heard_buf_release(&c->head);
	heard_buf_release(&c->whole);
	free(c);
}

int card_add(struct card *c, const struct terms *terms, bool is_handle)
{
	size_t n;
	const struct term *at = terms_at(terms, &n);

	for (size_t i = 0; i < n; i++) {
		heard_buf_add(&c->whole, &at[i].hash, sizeof(at[i].hash));
		if (!is_handle)
			continue;
		heard_buf_add(&c->head, &at[i].hash, sizeof(at[i].hash));
		heard_buf_add(&c->hashes, &at[i].hash, sizeof(at[i].hash));
	}
	if (is_handle && n && c->n_handles < HANDLES)
		c->ends[c->n_handles++] = c->hashes.len / sizeof(uint64_t);
	return c->whole.failed || c->head.failed || c->hashes.failed ? -ENOMEM : 0;
}

int card_finish(struct card *c, struct weights *w)
{
	const uint64_t *at;

	sort_once(&c->head);
	sort_once(&c->whole);
	at = (const uint64_t *)(const void *)c->whole.ptr;
	for (size_t i = 0; i < c->whole.len / sizeof(*at); i++) {
		const struct weight one = {at[i], 1};

		heard_buf_add(&w->list, &one, sizeof(one));
	}
	return w->list.failed ? -ENOMEM : 0;
}

struct heard_str card_id(const struct card *c)
{
	return heard_str(c->id);
}

struct heard_str card_title(const struct card *c)
{
	return heard_str(c->title);
}

struct heard_str card_lang(const struct card *c)
{
	return heard_str(c->lang);
}

/* ---- the score */

struct share {
	double all, shared;
	size_t n; /* terms shared */
};

static void share_add(struct share *s, double weight, bool shared)
{
	s->all += weight;
	s->shared += shared ? weight : 0;
	s->n += shared;
}

static double share_is(const struct share *s, double doubt)
{
	double n = (double)s->n;

	return s->n ? s->shared / s->all * n / (n + doubt) : 0;
}

static double best_handle(const struct card *c, const struct weights *w,
			  const struct term *text, size_t n)
{
	const uint64_t *at = (const uint64_t *)(const void *)c->hashes.ptr;
	double best = 0, weight;
	size_t i = 0;

	for (size_t h = 0; h < c->n_handles; h++) {
		struct share share = {0};

		for (; i < c->ends[h]; i++) {
			weights_known(w, at[i], &weight);
			share_add(&share, weight,
				  n && bsearch(&at[i], text, n, sizeof(*text), term_by_hash));
		}
		best = fmax(best, share_is(&share, .25));
	}
	return best;
}

double card_score(const struct card *c, const struct weights *w, const struct term *text,
		  size_t n)
{
	struct share head = {0}, whole = {0};
	double weight;

	for (size_t i = 0; i < n; i++) {
		weights_known(w, text[i].hash, &weight);
		share_add(&head, weight, has(&c->head, text[i].hash));
		share_add(&whole, weight, has(&c->whole, text[i].hash));
	}
	return fmax(best_handle(c, w, text, n),
		    fmax(share_is(&head, .5), .7 * share_is(&whole, .5)));
}
