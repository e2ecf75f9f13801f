/*
 * teach.c - labelled texts to a model.
 *
 * Characters 1 to 6 and words 1 to 2: characters alone know misspelt and Chinese words,
 * words alone know short questions, together they are better than either.  The table has
 * 2^18 places, and fewer where there are so many labels that it would not fit in memory.
 */
#include "teach.h"

#include <heard/error.h>
#include <labelled/learn.h>
#include <model/train.h>
#include <text/utf8.h>

#include <errno.h>
#include <stdlib.h>

enum { SEED = 1, RAW_LABELS = 4096, BITS = 18, MODEL_BITS = 25, EPOCHS = 8 };

struct label {
	char name[LINEAR_NAME];
	size_t n;
	unsigned place; /* among those that are learned; LINEAR_LABELS: left out */
};

struct teach {
	struct texts texts;
	struct label *labels;
	size_t n_labels, labels_size;
	const char *names[LINEAR_LABELS];
	size_t n_names, n_examples;
	struct gram_lane *lane;
};

const float teach_cuts[TEACH_CUTS] = {0.3f, 0.5f, 0.7f, 0.9f};

struct teach *teach_create(void)
{
	struct teach *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->lane = gram_lane_create();
	if (!texts_init(&t->texts) || t->lane == NULL) {
		teach_destroy(t);
		return NULL;
	}
	return t;
}

void teach_destroy(struct teach *t)
{
	if (t == NULL)
		return;
	gram_lane_destroy(t->lane);
	texts_release(&t->texts);
	free(t->labels);
	free(t);
}

/* ---- examples */

static bool is_label(struct heard_str s)
{
	if (s.len == 0 || s.len >= LINEAR_NAME || !text_is_valid(s))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return true;
}

/* The index of that label, new or known; or -errno. */
static int find_label(struct teach *t, struct heard_str name, struct heard_error *err)
{
	for (size_t i = 0; i < t->n_labels; i++)
		if (heard_str_is(name, t->labels[i].name))
			return (int)i;
	if (!is_label(name))
		return heard_fail(err, EBADMSG,
				  "a label is one line of UTF-8, of at most %d bytes; this has "
				  "%zu",
				  LINEAR_NAME - 1, name.len);
	if (t->n_labels == RAW_LABELS)
		return heard_fail(
			err, EBADMSG,
			"more than %d different labels; is that the column of labels?",
			RAW_LABELS);
	if (!texts_room((void **)&t->labels, &t->labels_size, t->n_labels + 1,
			sizeof(*t->labels)))
		return -ENOMEM;
	struct label *l = &t->labels[t->n_labels];
	*l = (struct label){.n = 0};
	memcpy(l->name, name.ptr, name.len);
	return (int)t->n_labels++;
}

int teach_add(struct teach *t, struct heard_str subject, struct heard_str body,
	      struct heard_str label, struct heard_error *err)
{
	int k = find_label(t, label, err);
	if (k < 0)
		return k;
	if (texts_add(&t->texts, subject, body, (uint16_t)k) != 0)
		return -ENOMEM;
	t->labels[k].n++;
	return 0;
}

/* ---- labels */

static int by_name(const void *a, const void *b)
{
	const struct label *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

int teach_settle(struct teach *t, struct heard_error *err)
{
	struct label **kept = calloc(t->n_labels + 1, sizeof(struct label *));
	size_t n = 0;
	if (kept == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	t->n_examples = 0;
	for (size_t i = 0; i < t->n_labels; i++) {
		t->labels[i].place = LINEAR_LABELS;
		if (t->labels[i].n < TEACH_MIN)
			continue;
		kept[n++] = &t->labels[i];
		t->n_examples += t->labels[i].n;
	}
	qsort(kept, n, sizeof(struct label *), by_name);
	for (size_t i = 0; i < n && i < LINEAR_LABELS; i++) {
		kept[i]->place = (unsigned)i;
		t->names[i] = kept[i]->name;
	}
	t->n_names = n;
	free(kept);
	if (n < 2)
		return heard_fail(err, EINVAL,
				  "there must be two labels or more with at least %d examples "
				  "each; there are %zu",
				  TEACH_MIN, n);
	if (n > LINEAR_LABELS)
		return heard_fail(err, EINVAL, "%zu labels; a model has at most %d", n,
				  LINEAR_LABELS);
	return 0;
}

size_t teach_examples(const struct teach *t)
{
	return t->n_examples;
}

size_t teach_labels(const struct teach *t, size_t *left_out)
{
	*left_out = t->n_labels - t->n_names;
	return t->n_names;
}

/* ---- learning */

static unsigned place_of(const struct teach *t, const struct text *text)
{
	return t->labels[text->label].place;
}

static void gather_text(struct teach *t, const struct gram_shape *shape,
			const struct text *text)
{
	learned_read(t->lane, shape, texts_subject(&t->texts, text),
		     texts_body(&t->texts, text));
}

static struct gram_shape shape_for(size_t n_labels)
{
	struct gram_shape s = {.chars_min = 1, .chars_max = 6, .words_max = 2, .bits = BITS};
	while (n_labels << s.bits > (size_t)1 << MODEL_BITS)
		s.bits--;
	return s;
}

struct learning {
	struct teach *teach;
	const struct gram_shape *shape;
};

static int learn_text(void *arg, struct train *train, const struct text *text)
{
	const struct learning *l = arg;
	unsigned label = place_of(l->teach, text);
	if (label == LINEAR_LABELS)
		return 0;
	gather_text(l->teach, l->shape, text);
	return train_add(train, l->teach->lane, label, 1);
}

struct linear *teach_run(struct teach *t, enum learned_field field, unsigned but_fold,
			 struct heard_error *err)
{
	struct gram_shape shape = shape_for(t->n_names);
	struct learning l = {t, &shape};
	struct train_options o = {.seed = SEED, .epochs = EPOCHS};
	return learn_texts(
		&t->texts,
		train_create(learned_kinds[field], &shape, (unsigned)t->n_names, t->names), &o,
		but_fold, learn_text, &l, err);
}

void teach_test(struct teach *t, const struct linear *m, unsigned fold,
		struct teach_figures *figures)
{
	for (size_t i = 0; i < t->texts.n; i++) {
		const struct text *text = &t->texts.at[i];
		unsigned label = place_of(t, text);
		if (text->fold != fold || label == LINEAR_LABELS)
			continue;
		gather_text(t, &m->shape, text);
		struct guess g = learned_guess(m, t->lane);
		bool right = g.label != NULL && strcmp(g.label, t->names[label]) == 0;
		figures->n++;
		figures->right += right;
		for (int k = 0; k < TEACH_CUTS; k++) {
			figures->named[k] += g.confidence >= teach_cuts[k];
			figures->right_named[k] += g.confidence >= teach_cuts[k] && right;
		}
	}
}
