/*
 * judge.h - how a text feels: words of the lexicon, a learned model for its language,
 * and what follows from both.
 *
 * The model's probability p gives the score 2p - 1.  Where no word of the lexicon was
 * found it is a third of that: the model knows nothing but good and bad, and an order
 * number is neither.  A text that asks has half of it, unless it also complains.  Within
 * the neutral band the label is neutral; where words for and against are balanced the
 * band is twice as wide.  The emotion is the one that the words show most, among those
 * that go with the label.
 *
 * Read-only once opened, so all lanes share it.
 */
#ifndef SENTIMENT_JUDGE_H
#define SENTIMENT_JUDGE_H

#include "reading.h"

#include <heard/str.h>

#include <stdbool.h>

struct gram_lane;
struct heard_error;
struct linear;

enum judge_language { JUDGE_ZH, JUDGE_EN, JUDGE_LANGUAGES };
extern const char *const judge_kinds[JUDGE_LANGUAGES]; /* of the models: "sentiment.zh" */

enum sentiment { SENTIMENT_NONE, SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL, SENTIMENT_POSITIVE };
extern const char *const sentiment_names[];

struct judge {
	struct lexicon *lexicon;
	struct linear *models[JUDGE_LANGUAGES]; /* label 0 is "positive" */
	double neutral;				/* half the width of the band */
};

struct judge_lane {
	struct gram_lane *grams;
	struct reading_lane text;
	struct reading reading; /* of the last text */
};

struct verdict {
	enum sentiment label; /* NONE: there is nothing to read */
	double score;	      /* -1 to 1 */
	enum emotion emotion;
	bool is_mixed;
	float learned; /* the model's probability that it is good */
};

/* The words and models of a folder: sentiment-zh.words, sentiment-zh.model, and so on.  A
 * model that stands in the folder `learned` (NULL: none) is taken instead. */
int judge_open(struct judge *, const char *folder, const char *learned, struct heard_error *);
/* "FOLDER/sentiment-zh.model"; false: too long. */
bool judge_model_path(const char *folder, enum judge_language, char *out, size_t size);
void judge_close(struct judge *);
int judge_lane_open(struct judge_lane *);
void judge_lane_close(struct judge_lane *);

/* Read a text and gather what a model of that shape sees: for training too. */
struct gram_shape;
void judge_read(const struct judge *, struct judge_lane *, struct heard_str subject,
		struct heard_str body);
void judge_gather(struct judge_lane *, const struct gram_shape *, struct heard_str subject,
		  struct heard_str body);
/* What model is asked about what was read: of the script that most of it is in. */
enum judge_language judge_language_of(const struct reading *);
struct verdict judge_text(const struct judge *, struct judge_lane *, struct heard_str subject,
			  struct heard_str body);
/* Of a rating alone: 0 is the worst there is, 1 the best.  Half as sure as a text. */
struct verdict judge_rating(const struct judge *, double rating);

#endif
