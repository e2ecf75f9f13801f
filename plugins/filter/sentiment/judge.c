/*
 * judge.c - models and words together.
 */
#include "judge.h"

#include <model/gram.h>
#include <model/linear.h>

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const char *const languages[JUDGE_LANGUAGES] = {"zh", "en"};
const char *const judge_kinds[JUDGE_LANGUAGES] = {"sentiment.zh", "sentiment.en"};
const char *const sentiment_names[] = {"", "negative", "neutral", "positive"};

/* By how much less sure. */
static const double wordless = 3, asking = 2;

/* ---- life */

bool judge_model_path(const char *folder, enum judge_language k, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/sentiment-%s.model", folder, languages[k]);
	return n > 0 && (size_t)n < size;
}

/* The operator's own model, if there is one. */
static bool find_model(const char *folder, const char *learned, unsigned k, char *path,
		       size_t size)
{
	if (learned != NULL && judge_model_path(learned, k, path, size) &&
	    (access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)))
		return true; /* one that is there must be whole, too */
	return judge_model_path(folder, k, path, size);
}

static int open_language(struct judge *j, const char *folder, const char *learned, unsigned k,
			 struct heard_error *err)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/sentiment-%s.words", folder, languages[k]);
	if (n < 0 || n >= (int)sizeof(path))
		return heard_fail(err, ENAMETOOLONG, "models: the folder's path is too long");
	int rc = lexicon_load(j->lexicon, path, err);
	if (rc < 0)
		return rc;
	if (!find_model(folder, learned, k, path, sizeof(path)))
		return heard_fail(err, ENAMETOOLONG, "models: the folder's path is too long");
	j->models[k] = linear_load(path, judge_kinds[k], err);
	if (j->models[k] == NULL)
		return -err->code;
	if (j->models[k]->n_labels != 2 ||
	    linear_find(j->models[k], heard_str("positive")) != 0)
		return heard_fail(err, EBADMSG,
				  "%s has other labels than positive and negative", path);
	return 0;
}

int judge_open(struct judge *j, const char *folder, const char *learned,
	       struct heard_error *err)
{
	int rc = 0;
	if (j->lexicon == NULL && (j->lexicon = lexicon_create()) == NULL)
		rc = heard_fail(err, ENOMEM, "no memory for the words");
	for (unsigned k = 0; k < JUDGE_LANGUAGES && rc == 0; k++)
		rc = open_language(j, folder, learned, k, err);
	if (rc < 0)
		judge_close(j);
	return rc;
}

void judge_close(struct judge *j)
{
	lexicon_destroy(j->lexicon);
	j->lexicon = NULL;
	for (unsigned k = 0; k < JUDGE_LANGUAGES; k++) {
		linear_destroy(j->models[k]);
		j->models[k] = NULL;
	}
}

int judge_lane_open(struct judge_lane *lane)
{
	lane->grams = gram_lane_create();
	return lane->grams ? 0 : -ENOMEM;
}

void judge_lane_close(struct judge_lane *lane)
{
	gram_lane_destroy(lane->grams);
	lane->grams = NULL;
}

/* ---- at work */

void judge_read(const struct judge *j, struct judge_lane *lane, struct heard_str subject,
		struct heard_str body)
{
	reading_begin(&lane->reading);
	reading_add(&lane->reading, j->lexicon, &lane->text, subject);
	reading_add(&lane->reading, j->lexicon, &lane->text, body);
	reading_end(&lane->reading);
}

void judge_gather(struct judge_lane *lane, const struct gram_shape *shape,
		  struct heard_str subject, struct heard_str body)
{
	gram_begin(lane->grams, shape);
	gram_text(lane->grams, subject, 0);
	gram_text(lane->grams, body, 0);
	reading_tell(&lane->reading, lane->grams);
}

static enum sentiment label_of(double score, double neutral)
{
	return score >= neutral	   ? SENTIMENT_POSITIVE
	       : score <= -neutral ? SENTIMENT_NEGATIVE
				   : SENTIMENT_NEUTRAL;
}

/* As much for as against, give or take one half. */
static bool is_mixed(const struct reading *r)
{
	unsigned more = r->n_good > r->n_bad ? r->n_good : r->n_bad;
	unsigned less = r->n_good > r->n_bad ? r->n_bad : r->n_good;
	return less > 0 && less * 2 >= more;
}

static enum emotion emotion_of(const struct reading *r, enum sentiment label)
{
	enum emotion from = label == SENTIMENT_POSITIVE ? EMOTION_GRATEFUL : EMOTION_ANGRY;
	enum emotion to = label == SENTIMENT_NEGATIVE ? EMOTION_CONFUSED : EMOTION_PRAISING;
	enum emotion best = EMOTION_NONE;
	int most = 0;
	for (enum emotion e = from; e <= to; e++)
		if (r->emotions[e] > most) {
			most = r->emotions[e];
			best = e;
		}
	return best;
}

enum judge_language judge_language_of(const struct reading *r)
{
	return r->script == SCRIPT_ZH ? JUDGE_ZH : JUDGE_EN;
}

struct verdict judge_text(const struct judge *j, struct judge_lane *lane,
			  struct heard_str subject, struct heard_str body)
{
	const struct reading *r = &lane->reading;
	struct verdict v = {.label = SENTIMENT_NONE};
	float p[2];
	size_t n;
	judge_read(j, lane, subject, body);
	if (r->script == SCRIPT_NONE)
		return v;
	const struct linear *m = j->models[judge_language_of(r)];
	judge_gather(lane, &m->shape, subject, body);
	const uint32_t *places = gram_places(lane->grams, &n);
	linear_judge(m, places, n, p);
	v.learned = p[0];
	v.score = 2.0 * p[0] - 1;
	if (r->n_good + r->n_bad == 0)
		v.score /= wordless;
	if (r->asks && (v.score > 0 || r->n_bad == 0))
		v.score /= asking;
	v.is_mixed = is_mixed(r);
	v.label = label_of(v.score, v.is_mixed ? j->neutral * 2 : j->neutral);
	v.emotion = emotion_of(r, v.label);
	return v;
}

struct verdict judge_rating(const struct judge *j, double rating)
{
	struct verdict v = {.score = rating - 0.5};
	v.label = label_of(v.score, j->neutral);
	return v;
}
