/*
 * cluster.c - leaders, joining, settling.
 *
 * What groups are is kept by word: `lists` leads from a word to the groups that have it,
 * each with the sum of the word's weights there.  So the product of a text with all
 * groups is the walk over the lists of its few words, and a group's length is kept beside:
 * |s + t|^2 = |s|^2 + 2 s.t + 1.
 *
 * Joining needs the products of all pairs of groups, once; after that the products of a
 * joined group are sums of those of its parts, so no vector is ever added up again.
 */
#include "cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct cluster_rule cluster_usual = {
	.lead = 0.3f, .join = 0.25f, .stay = 0.2f, .least = 3};

struct part { /* of a group, by one word */
	uint32_t group;
	float sum;
};
struct list {
	struct part *at;
	uint32_t n, room;
};

struct work {
	const struct cluster_texts *t;
	const struct cluster_rule *rule;
	struct list *lists; /* by word */
	size_t n;	    /* groups */
	float square[CLUSTER_LEADERS];
	uint32_t texts[CLUSTER_LEADERS];
	float product[CLUSTER_LEADERS]; /* with the text in hand; else 0 */
	uint32_t touched[CLUSTER_LEADERS];
	size_t n_touched;
};

/* ---- words to groups */

static bool add_part(struct list *list, uint32_t group, float weight)
{
	for (uint32_t i = list->n; i-- > 0;)
		if (list->at[i].group == group) {
			list->at[i].sum += weight;
			return true;
		}
	if (list->n == list->room) {
		uint32_t room = list->room ? 2 * list->room : 4;
		struct part *at = realloc(list->at, room * sizeof(*at));
		if (!at)
			return false;
		list->at = at;
		list->room = room;
	}
	list->at[list->n++] = (struct part){group, weight};
	return true;
}

static void clear_lists(struct work *w)
{
	for (size_t i = 0; i < w->t->n_words; i++)
		w->lists[i].n = 0;
	memset(w->square, 0, sizeof(w->square));
	memset(w->texts, 0, sizeof(w->texts));
}

/* The group that is most like the text, the first of equals; how much in *alike_r. */
static int32_t nearest(struct work *w, size_t text, float *alike_r)
{
	int32_t best = -1;
	*alike_r = 0;
	w->n_touched = 0;
	for (uint32_t i = w->t->begin[text]; i < w->t->begin[text + 1]; i++) {
		const struct list *list = &w->lists[w->t->words[i]];
		for (uint32_t k = 0; k < list->n; k++) {
			uint32_t group = list->at[k].group;
			if (w->product[group] == 0)
				w->touched[w->n_touched++] = group;
			w->product[group] += w->t->weights[i] * list->at[k].sum;
		}
	}
	for (size_t i = 0; i < w->n_touched; i++) {
		uint32_t group = w->touched[i];
		float alike = w->product[group] / sqrtf(w->square[group]);
		if (alike > *alike_r || (alike == *alike_r && (int32_t)group < best)) {
			*alike_r = alike;
			best = (int32_t)group;
		}
	}
	return best;
}

static void forget_products(struct work *w)
{
	for (size_t i = 0; i < w->n_touched; i++)
		w->product[w->touched[i]] = 0;
}

static bool put_text(struct work *w, size_t text, uint32_t group, float product)
{
	w->square[group] += 2 * product + 1;
	w->texts[group]++;
	for (uint32_t i = w->t->begin[text]; i < w->t->begin[text + 1]; i++)
		if (!add_part(&w->lists[w->t->words[i]], group, w->t->weights[i]))
			return false;
	return true;
}

/* ---- leaders */

static bool lead(struct work *w, int32_t *of)
{
	size_t n = w->t->n, step = n / CLUSTER_ASKED + 1;
	for (size_t text = 0; text < n; text += step) {
		float alike;
		if (w->t->begin[text] == w->t->begin[text + 1])
			continue;
		int32_t group = nearest(w, text, &alike);
		float product = group < 0 ? 0 : w->product[group];
		forget_products(w);
		if (alike < w->rule->lead) {
			if (w->n == CLUSTER_LEADERS)
				continue;
			group = (int32_t)w->n++;
			product = 0;
		}
		if (!put_text(w, text, (uint32_t)group, product))
			return false;
		of[text] = group;
	}
	return true;
}

/* The groups anew: number[i] is the new number of group i, or -1.  Texts follow. */
static void renumber(size_t n_texts, int32_t *of, const int32_t *number)
{
	for (size_t i = 0; i < n_texts; i++)
		if (of[i] >= 0)
			of[i] = number[of[i]];
}

struct sized {
	uint32_t group, texts;
};

static int larger_first(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;
	if (x->texts != y->texts)
		return x->texts > y->texts ? -1 : 1;
	return x->group < y->group ? -1 : 1;
}

/* Of groups with enough texts the largest stay, the largest first. */
static bool keep_largest(struct work *w, int32_t *of, uint32_t least, size_t most)
{
	struct sized *sized = calloc(w->n + 1, sizeof(*sized));
	int32_t *number = calloc(w->n + 1, sizeof(*number));
	size_t kept = 0;
	for (size_t i = 0; sized && number && i < w->n; i++) {
		sized[i] = (struct sized){(uint32_t)i, w->texts[i]};
		number[i] = -1;
	}
	if (sized && number) {
		qsort(sized, w->n, sizeof(*sized), larger_first);
		while (kept < w->n && kept < most && sized[kept].texts >= least) {
			number[sized[kept].group] = (int32_t)kept;
			kept++;
		}
		renumber(w->t->n, of, number);
		w->n = kept;
	}
	bool is_done = sized && number;
	free(sized);
	free(number);
	return is_done;
}

/* Sums, lengths and sizes of the groups as the texts are in them. */
static bool sum_up(struct work *w, const int32_t *of)
{
	clear_lists(w);
	for (size_t text = 0; text < w->t->n; text++) {
		if (of[text] < 0)
			continue;
		w->texts[of[text]]++;
		for (uint32_t i = w->t->begin[text]; i < w->t->begin[text + 1]; i++)
			if (!add_part(&w->lists[w->t->words[i]], (uint32_t)of[text],
				      w->t->weights[i]))
				return false;
	}
	for (size_t i = 0; i < w->t->n_words; i++)
		for (uint32_t k = 0; k < w->lists[i].n; k++) {
			const struct part *p = &w->lists[i].at[k];
			w->square[p->group] += p->sum * p->sum;
		}
	return true;
}

/* ---- joining */

struct pairs {
	size_t n;
	float *product;		    /* n * n                      */
	int32_t into[CLUSTER_MOST]; /* itself while it is alive   */
	uint32_t texts[CLUSTER_MOST];
	int32_t nearest[CLUSTER_MOST]; /* of higher number, or -1    */
	float nearness[CLUSTER_MOST];
};

/* How alike the texts of two groups are, on average. */
static float nearness(const struct pairs *p, size_t a, size_t b)
{
	return p->product[a * p->n + b] / ((float)p->texts[a] * (float)p->texts[b]);
}

static void find_nearest(struct pairs *p, size_t a)
{
	p->nearest[a] = -1;
	p->nearness[a] = 0;
	for (size_t b = a + 1; b < p->n; b++) {
		if (p->into[b] != (int32_t)b)
			continue;
		float near = nearness(p, a, b);
		if (near > p->nearness[a]) {
			p->nearness[a] = near;
			p->nearest[a] = (int32_t)b;
		}
	}
}

static void join_pair(struct pairs *p, size_t a, size_t b)
{
	p->into[b] = (int32_t)a;
	p->texts[a] += p->texts[b];
	for (size_t i = 0; i < p->n; i++)
		p->product[a * p->n + i] += p->product[b * p->n + i];
	for (size_t i = 0; i < p->n; i++)
		p->product[i * p->n + a] = p->product[a * p->n + i];
	for (size_t i = 0; i < p->n; i++) {
		if (p->into[i] != (int32_t)i)
			continue;
		bool is_stale = i == a || p->nearest[i] == (int32_t)a ||
				p->nearest[i] == (int32_t)b;
		if (is_stale)
			find_nearest(p, i);
		else if (i < a && nearness(p, i, a) > p->nearness[i]) {
			p->nearness[i] = nearness(p, i, a);
			p->nearest[i] = (int32_t)a;
		}
	}
}

static void join_all(struct pairs *p, float least)
{
	for (size_t i = 0; i < p->n; i++)
		find_nearest(p, i);
	for (;;) {
		size_t best = p->n;
		for (size_t i = 0; i < p->n; i++)
			if (p->into[i] == (int32_t)i && p->nearest[i] >= 0 &&
			    (best == p->n || p->nearness[i] > p->nearness[best]))
				best = i;
		if (best == p->n || p->nearness[best] < least)
			return;
		join_pair(p, best, (size_t)p->nearest[best]);
	}
}

static void multiply(const struct work *w, struct pairs *p)
{
	for (size_t i = 0; i < w->t->n_words; i++) {
		const struct list *list = &w->lists[i];
		for (uint32_t a = 0; a < list->n; a++)
			for (uint32_t b = 0; b < list->n; b++)
				if (a != b)
					p->product[list->at[a].group * p->n +
						   list->at[b].group] += list->at[a].sum *
									 list->at[b].sum;
	}
}

static bool join(struct work *w, int32_t *of)
{
	struct pairs *p = calloc(1, sizeof(*p));
	if (!p)
		return false;
	p->n = w->n;
	p->product = calloc(w->n * w->n + 1, sizeof(*p->product));
	if (p->product) {
		for (size_t i = 0; i < w->n; i++) {
			p->into[i] = (int32_t)i;
			p->texts[i] = w->texts[i];
		}
		multiply(w, p);
		join_all(p, w->rule->join);
		/* Who joined has a lower number than who was joined. */
		for (size_t i = 0; i < w->n; i++)
			p->into[i] = p->into[p->into[i]];
		renumber(w->t->n, of, p->into);
	}
	bool is_done = p->product != NULL;
	free(p->product);
	free(p);
	return is_done;
}

/* ---- settling */

static void settle(struct work *w, struct clusters *out)
{
	for (size_t text = 0; text < w->t->n; text++) {
		float alike;
		int32_t group = nearest(w, text, &alike);
		forget_products(w);
		out->of[text] = alike >= w->rule->stay ? group : -1;
		out->alike[text] = alike;
	}
}

static void recount(struct work *w, const int32_t *of)
{
	memset(w->texts, 0, sizeof(w->texts));
	for (size_t i = 0; i < w->t->n; i++)
		if (of[i] >= 0)
			w->texts[of[i]]++;
}

static bool find(struct work *w, struct clusters *out)
{
	enum { ROUNDS = 2 };
	if (!lead(w, out->of) || !keep_largest(w, out->of, 2, CLUSTER_MOST) ||
	    !sum_up(w, out->of) || !join(w, out->of))
		return false;
	for (int i = 0; i < ROUNDS; i++) {
		if (!sum_up(w, out->of))
			return false;
		settle(w, out);
	}
	recount(w, out->of);
	if (!keep_largest(w, out->of, w->rule->least, CLUSTER_MOST))
		return false;
	out->n = w->n;
	return true;
}

bool cluster_find(const struct cluster_texts *texts, const struct cluster_rule *rule,
		  struct clusters *out)
{
	*out = (struct clusters){.of = malloc((texts->n + 1) * sizeof(*out->of)),
				 .alike = calloc(texts->n + 1, sizeof(*out->alike))};
	struct work *w = calloc(1, sizeof(*w));
	if (w)
		w->lists = calloc(texts->n_words + 1, sizeof(*w->lists));
	bool is_found = out->of && out->alike && w && w->lists;
	if (is_found) {
		w->t = texts;
		w->rule = rule;
		memset(out->of, 0xff, (texts->n + 1) * sizeof(*out->of)); /* -1 each */
		is_found = find(w, out);
	}
	for (size_t i = 0; w && w->lists && i < texts->n_words; i++)
		free(w->lists[i].at);
	if (w)
		free(w->lists);
	free(w);
	return is_found;
}

void cluster_release(struct clusters *g)
{
	free(g->of);
	free(g->alike);
	*g = (struct clusters){.n = 0};
}
