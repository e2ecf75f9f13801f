/*
 * models.c - what was shipped, and what was learned here on top of it.
 */
#include "models.h"

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of a text about which nothing is known: one in fifty. */
static const float prior_odds = -3.9f;
/* And the most that a model says of letters it does not know: four in ten. */
static const float unknown_odds = -0.4f;

bool spam_learned_path(const char *folder, enum spam_kind kind, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%s.model", folder, spam_kind_names[kind]);
	return n > 0 && (size_t)n < size;
}

static bool is_same_shape(const struct gram_shape *a, const struct gram_shape *b)
{
	return a->chars_min == b->chars_min && a->chars_max == b->chars_max &&
	       a->words_max == b->words_max && a->bits == b->bits;
}

static struct linear *load_one(const char *path, const char *kind, const struct gram_shape *s,
			       struct heard_error *err)
{
	struct linear *m = linear_load(path, kind, err);
	if (m == NULL || (is_same_shape(&m->shape, s) && m->n_labels == 2 &&
			  linear_find(m, HEARD_STR_OF("spam")) == 0))
		return m;
	linear_destroy(m);
	heard_fail(err, EBADMSG,
		   "%s was made for another version of the filter spam; use the one that came "
		   "with this heard, or train it anew",
		   path);
	return NULL;
}

int spam_shipped_load(struct spam_models *m, const char *const paths[SPAM_KINDS],
		      struct heard_error *err)
{
	for (int k = 0; k < SPAM_KINDS; k++) {
		m->shipped[k] = load_one(paths[k], spam_kind_names[k], &spam_shapes[k], err);
		if (m->shipped[k] == NULL)
			return -err->code;
	}
	return 0;
}

int spam_models_load(struct spam_models *m, const char *const paths[SPAM_KINDS],
		     const char *folder, struct heard_error *err)
{
	char path[4096], kind[LINEAR_KIND];
	if (spam_shipped_load(m, paths, err) != 0)
		return -err->code;
	for (int k = 0; k < SPAM_KINDS; k++) {
		if (!spam_learned_path(folder, (enum spam_kind)k, path, sizeof(path)))
			return heard_fail(err, ENAMETOOLONG, "%s: too long a name", folder);
		if (access(path, F_OK) != 0)
			continue;
		snprintf(kind, sizeof(kind), "%s+", spam_kind_names[k]);
		m->learned[k] = load_one(path, kind, &spam_shapes[k], err);
		if (m->learned[k] == NULL)
			return -err->code;
	}
	return 0;
}

void spam_models_release(struct spam_models *m)
{
	for (int k = 0; k < SPAM_KINDS; k++) {
		linear_destroy(m->shipped[k]);
		linear_destroy(m->learned[k]);
	}
	*m = (struct spam_models){{NULL}, {NULL}};
}

float spam_odds_of_places(const struct linear *m, const uint32_t *places, size_t n,
			  bool is_known)
{
	bool is_mail = strcmp(m->kind, spam_kind_names[SPAM_MAIL]) == 0;
	float sum;
	if (n == 0 || (!is_known && !is_mail))
		return prior_odds;
	linear_sum(m, places, n, &sum);
	float odds = m->labels[0].slope * sum + m->labels[0].offset;
	return is_known ? odds : fminf(odds, unknown_odds);
}

float spam_odds(const struct spam_models *m, enum spam_kind kind, const struct gram_lane *lane,
		bool is_known)
{
	size_t n;
	const uint32_t *places = gram_places(lane, &n);
	float more = 0, odds = spam_odds_of_places(m->shipped[kind], places, n, is_known);
	if (m->learned[kind] != NULL && n > 0)
		linear_sum(m->learned[kind], places, n, &more);
	return odds + more;
}

float spam_probability(float odds)
{
	return 1 / (1 + expf(-odds));
}
