/*
 * teach.c - labelled texts to a model.
 */
#include "teach.h"

#include <heard/error.h>
#include <labelled/learn.h>
#include <model/train.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { SEED = 1, POSITIVE = 0, NEGATIVE = 1, SENTIMENTS = SENTIMENT_POSITIVE + 1 };
#define RATE 0.2f

struct teach {
	const struct judge *judge;
	struct judge_lane lane;
	struct texts
		texts; /* labelled: of all languages, by the language and then the sentiment */
	size_t counts[JUDGE_LANGUAGES * SENTIMENTS];
};

struct teach *teach_create(const struct judge *judge)
{
	struct teach *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->judge = judge;
	if (!texts_init(&t->texts) || judge_lane_open(&t->lane) != 0) {
		teach_destroy(t);
		return NULL;
	}
	return t;
}

void teach_destroy(struct teach *t)
{
	if (t == NULL)
		return;
	judge_lane_close(&t->lane);
	texts_release(&t->texts);
	free(t);
}

/* ---- examples */

static enum sentiment find_label(struct heard_str s)
{
	static const struct {
		const char *name;
		enum sentiment is;
	} names[] = {
		{"positive", SENTIMENT_POSITIVE}, {"negative", SENTIMENT_NEGATIVE},
		{"neutral", SENTIMENT_NEUTRAL},	  {"正面", SENTIMENT_POSITIVE},
		{"负面", SENTIMENT_NEGATIVE},	  {"中性", SENTIMENT_NEUTRAL},
		{"好评", SENTIMENT_POSITIVE},	  {"差评", SENTIMENT_NEGATIVE},
		{"中评", SENTIMENT_NEUTRAL},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (s.len == strlen(names[i].name) &&
		    strncasecmp(s.ptr, names[i].name, s.len) == 0)
			return names[i].is;
	return SENTIMENT_NONE;
}

static uint16_t label_of_text(enum judge_language k, enum sentiment s)
{
	return (uint16_t)((unsigned)k * SENTIMENTS + (unsigned)s);
}

int teach_add(struct teach *t, struct heard_str subject, struct heard_str body,
	      struct heard_str label, struct heard_error *err)
{
	enum sentiment is = find_label(label);
	if (is == SENTIMENT_NONE)
		return heard_fail(err, EBADMSG,
				  "a label is positive, negative or neutral (正面, 负面, 中性; "
				  "好评, 差评, 中评), and this is none of them; is that the "
				  "column of labels?");
	judge_read(t->judge, &t->lane, subject, body);
	if (t->lane.reading.script == SCRIPT_NONE)
		return 0;
	enum judge_language k = judge_language_of(&t->lane.reading);
	t->counts[label_of_text(k, is)]++;
	return texts_add(&t->texts, subject, body, label_of_text(k, is));
}

size_t teach_count(const struct teach *t, enum judge_language k, enum sentiment s)
{
	return t->counts[label_of_text(k, s)];
}

bool teach_has_enough(const struct teach *t, enum judge_language k)
{
	return teach_count(t, k, SENTIMENT_POSITIVE) >= TEACH_MIN &&
	       teach_count(t, k, SENTIMENT_NEGATIVE) >= TEACH_MIN;
}

/* What the text was called, or NONE: it is in another language. */
static enum sentiment called(const struct text *text, enum judge_language k)
{
	return text->label / SENTIMENTS == (unsigned)k
		       ? (enum sentiment)(text->label % SENTIMENTS)
		       : SENTIMENT_NONE;
}

/* ---- learning */

struct learning {
	struct teach *teach;
	const struct gram_shape *shape;
	enum judge_language language;
};

static int learn_text(void *arg, struct train *train, const struct text *text)
{
	const struct learning *l = arg;
	struct teach *t = l->teach;
	struct heard_str subject = texts_subject(&t->texts, text);
	struct heard_str body = texts_body(&t->texts, text);
	enum sentiment is = called(text, l->language);
	float weight = is == SENTIMENT_NEUTRAL ? 0.5f : 1;
	int rc = 0;
	if (is == SENTIMENT_NONE)
		return 0;
	judge_read(t->judge, &t->lane, subject, body);
	judge_gather(&t->lane, l->shape, subject, body);
	if (is != SENTIMENT_NEGATIVE)
		rc = train_add(train, t->lane.grams, POSITIVE, weight);
	if (is != SENTIMENT_POSITIVE && rc == 0)
		rc = train_add(train, t->lane.grams, NEGATIVE, weight);
	return rc;
}

struct linear *teach_run(struct teach *t, enum judge_language k, unsigned but_fold,
			 struct heard_error *err)
{
	static const char *const labels[] = {"positive", "negative"};
	const struct linear *shipped = t->judge->models[k];
	struct learning l = {t, &shipped->shape, k};
	struct train_options o = {
		.seed = SEED, .is_balanced = true, .rate = RATE, .from = shipped};
	return learn_texts(&t->texts, train_create(judge_kinds[k], l.shape, 2, labels), &o,
			   but_fold, learn_text, &l, err);
}

/* ---- asking */

static bool is_right(const struct verdict *v, enum sentiment is, bool has_neutral)
{
	return has_neutral ? v->label == is : (v->learned > 0.5f) == (is == SENTIMENT_POSITIVE);
}

void teach_test(struct teach *t, enum judge_language k, struct linear *m, unsigned fold,
		struct teach_figures *figures)
{
	struct judge with = *t->judge;
	bool has_neutral = teach_count(t, k, SENTIMENT_NEUTRAL) > 0;
	with.models[k] = m;
	for (size_t i = 0; i < t->texts.n; i++) {
		const struct text *text = &t->texts.at[i];
		struct heard_str subject = texts_subject(&t->texts, text);
		struct heard_str body = texts_body(&t->texts, text);
		enum sentiment is = called(text, k);
		if (is == SENTIMENT_NONE || text->fold != fold)
			continue;
		struct verdict ours = judge_text(&with, &t->lane, subject, body);
		struct verdict theirs = judge_text(t->judge, &t->lane, subject, body);
		figures->n++;
		figures->right += is_right(&ours, is, has_neutral);
		figures->right_shipped += is_right(&theirs, is, has_neutral);
	}
}
