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
/* A mail's five models know of each other's evidence a part; what they give together is
 * too sure by this much (docs/understanding.md). */
static const float mail_share = 0.35f;

/* A sender writes into his mail whatever program he likes: to say of it what spammers do
 * convicts him, to say what friends do frees nobody. */
static const float program_least = -1;

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

int spam_shipped_load(struct spam_models *m, const char *const paths[SPAM_MODELS],
		      struct heard_error *err)
{
	for (int k = 0; k < SPAM_MODELS; k++) {
		m->shipped[k] = load_one(paths[k], spam_kind_names[k], &spam_shapes[k], err);
		if (m->shipped[k] == NULL)
			return -err->code;
	}
	return 0;
}

int spam_models_load(struct spam_models *m, const char *const paths[SPAM_MODELS],
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
	for (int k = 0; k < SPAM_MODELS; k++)
		linear_destroy(m->shipped[k]);
	for (int k = 0; k < SPAM_KINDS; k++)
		linear_destroy(m->learned[k]);
	*m = (struct spam_models){{NULL}, {NULL}};
}

static float odds_of(const struct linear *m, const struct gram_lane *lane)
{
	size_t n;
	float sum;
	const uint32_t *places = gram_places(lane, &n);
	linear_sum(m, places, n, &sum);
	return m->labels[0].slope * sum + m->labels[0].offset;
}

float spam_shipped_odds(const struct spam_models *m, struct gram_lane *lane,
			const struct spam_text *t)
{
	static const enum spam_kind sides[] = {SPAM_MAIL, SPAM_SENDER, SPAM_MADE, SPAM_PROGRAM,
					       SPAM_ROUTE};
	float odds = 0;
	if (spam_kind_of(t) == SPAM_TEXT) {
		if (!spam_is_known(t))
			return prior_odds;
		spam_shipped_features(lane, SPAM_TEXT, t);
		return odds_of(m->shipped[SPAM_TEXT], lane);
	}
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		spam_shipped_features(lane, sides[i], t);
		float side = mail_share * odds_of(m->shipped[sides[i]], lane);
		odds += sides[i] == SPAM_PROGRAM ? fmaxf(side, program_least) : side;
	}
	return odds;
}

float spam_odds(const struct spam_models *m, struct gram_lane *lane, const struct spam_text *t)
{
	enum spam_kind kind = spam_kind_of(t);
	float more = 0, odds = spam_shipped_odds(m, lane, t);
	if (m->learned[kind] == NULL)
		return odds;
	size_t n;
	spam_features(lane, kind, t);
	const uint32_t *places = gram_places(lane, &n);
	if (n > 0)
		linear_sum(m->learned[kind], places, n, &more);
	return odds + more;
}

float spam_probability(float odds)
{
	return 1 / (1 + expf(-odds));
}
