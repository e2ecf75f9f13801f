/*
 * sentiment.c - filter: does a text praise or complain, how sure is that, and with
 * which emotion.
 *
 * Subject and body are judged together (judge.h).  A rating is no proof of what a text
 * says, so it counts only where there is no text at all, and then half.  Text in
 * another language than Chinese and English gets no verdict.  The reasons name words of
 * the lexicon, never the customer's: they are ours and safe to store.
 */
#include "sentiment.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/command.h>
#include <heard/error.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <text/utf8.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { REASON = 256, WORDS_SHOWN = 3 };

/* ---- why */

/* "against: 太慢, not good": words of the lexicon, each once. */
static struct heard_str words_found(const struct judge *j, const struct reading *r, bool good,
				    char out[REASON])
{
	size_t n = (size_t)snprintf(out, REASON, "%s:", good ? "for" : "against");
	unsigned shown = 0;
	for (unsigned i = 0; i < r->n_words && shown < WORDS_SHOWN; i++) {
		const struct lexicon_word *w = r->words[i].word;
		bool denied = r->words[i].denied, known = false;
		if (((w->value > 0) != denied) != good)
			continue;
		for (unsigned k = 0; k < i; k++)
			known |= r->words[k].word == w && r->words[k].denied == denied;
		if (known || n + 4 * (w->n + 2u) >= REASON)
			continue;
		n += (size_t)snprintf(out + n, REASON - n, "%s %s", shown ? "," : "",
				      denied ? "not " : "");
		for (unsigned k = 0; k < w->n; k++)
			n += text_encode(lexicon_text(j->lexicon, w)[k], out + n);
		shown++;
	}
	return heard_str_n(out, n);
}

static int add_reason(struct heard_record *record, struct heard_str reason)
{
	return heard_list_add(record, HEARD_SENTIMENT_REASONS, reason);
}

static int explain(struct heard_record *record, const struct judge *j, const struct reading *r,
		   const struct verdict *v)
{
	char out[REASON];
	int rc = 0;
	if (r->n_good > 0)
		rc = add_reason(record, words_found(j, r, true, out));
	if (r->n_bad > 0 && rc == 0)
		rc = add_reason(record, words_found(j, r, false, out));
	if (r->n_good + r->n_bad == 0 && rc == 0)
		rc = add_reason(record, heard_str("no word of sentiment: a third as sure"));
	if (r->asks && rc == 0)
		rc = add_reason(record, heard_str("it asks"));
	if (v->is_mixed && rc == 0)
		rc = add_reason(record, heard_str("mixed: as much for as against"));
	int n = snprintf(out, sizeof(out), "learned model: %.0f %% positive",
			 (double)v->learned * 100);
	return rc == 0 ? add_reason(record, heard_str_n(out, (size_t)n)) : rc;
}

/* ---- one record */

static int put_verdict(struct heard_record *record, const struct verdict *v)
{
	int rc = heard_set_str(record, HEARD_SENTIMENT_LABEL,
			       heard_str(sentiment_names[v->label]));
	if (rc == 0)
		rc = heard_set_number(record, HEARD_SENTIMENT_SCORE,
				      round(v->score * 1000) / 1000 + 0.0);
	if (rc == 0 && v->emotion != EMOTION_NONE)
		rc = heard_set_str(record, HEARD_SENTIMENT_EMOTION,
				   heard_str(emotion_names[v->emotion]));
	return rc;
}

/* The overall score from 0, the worst, to 1; -1 if there is none. */
static double rating_of(const struct heard_record *record)
{
	double rating = heard_get_number(record, HEARD_RATING, -1), x;
	double best = heard_get_number(record, HEARD_RATING_MAX, rating <= 5 ? 5 : 10);
	if (rating >= 0 && best > 1)
		x = (rating - 1) / (best - 1);
	else if (heard_has(record, HEARD_CSAT))
		x = (heard_get_number(record, HEARD_CSAT, 3) - 1) / 4;
	else if (heard_has(record, HEARD_NPS))
		x = heard_get_number(record, HEARD_NPS, 5) / 10;
	else
		return -1;
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

static int judge_without_text(const struct judge *j, struct heard_record *record)
{
	double rating = rating_of(record);
	if (rating < 0)
		return 0;
	struct verdict v = judge_rating(j, rating);
	int rc = put_verdict(record, &v);
	return rc == 0 ? add_reason(record, heard_str("a rating without text: weak evidence"))
		       : rc;
}

static bool is_other_language(const struct heard_record *record)
{
	struct heard_str lang = heard_get_str(record, HEARD_LANG);
	bool known = heard_str_starts(lang, heard_str("zh")) ||
		     heard_str_starts(lang, heard_str("en")) || heard_str_is(lang, "und");
	return lang.len > 0 && !known;
}

static int judge_record(const struct judge *j, struct judge_lane *lane,
			struct heard_record *record)
{
	if (heard_has(record, HEARD_SENTIMENT_LABEL) || is_other_language(record))
		return 0;
	struct verdict v = judge_text(j, lane, heard_get_str(record, HEARD_SUBJECT),
				      heard_get_str(record, HEARD_BODY));
	if (v.label == SENTIMENT_NONE)
		return judge_without_text(j, record);
	int rc = put_verdict(record, &v);
	return rc == 0 ? explain(record, j, &lane->reading, &v) : rc;
}

static int sentiment_process(void *self, void *lane, struct heard_batch *batch,
			     struct heard_error *err)
{
	const struct sentiment_filter *filter = self;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);
		int rc = heard_record_is_live(record)
				 ? judge_record(&filter->judge, lane, record)
				 : 0;
		if (rc < 0)
			return heard_fail(err, -rc, "no room for the sentiment");
	}
	return 0;
}

/* ---- life */

static int sentiment_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct sentiment_filter *filter = self;
	(void)host;
	filter->judge.neutral = filter->neutral;
	return judge_open(&filter->judge, filter->models, filter->learned, err);
}

static void sentiment_close(void *self)
{
	struct sentiment_filter *filter = self;
	judge_close(&filter->judge);
}

static int sentiment_lane_open(void *self, void *lane, struct heard_error *err)
{
	(void)self;
	int rc = judge_lane_open(lane);
	return rc == 0 ? 0 : heard_fail(err, -rc, "no memory to read texts with");
}

static void sentiment_lane_close(void *self, void *lane)
{
	(void)self;
	judge_lane_close(lane);
}

static const struct heard_option sentiment_options[] = {
	{.name = "models",
	 HEARD_PATH(struct sentiment_filter, models),
	 .value = "models",
	 .help = "Folder with sentiment-zh and sentiment-en, a .model and .words of each"},
	{.name = "learned",
	 HEARD_STATE_PATH(struct sentiment_filter, learned),
	 .value = "sentiment",
	 .help = "Folder of models of your own, from `heard train sentiment`; taken instead"},
	{.name = "neutral",
	 HEARD_REAL(struct sentiment_filter, neutral),
	 .value = "0.25",
	 .min = 0,
	 .max = 1,
	 .help = "Scores nearer to 0 than this are neutral; of mixed texts, twice this"},
	{.name = NULL},
};

static const struct heard_command sentiment_commands[] = {
	{"train", "FILE|-... [--text COLUMN] [--label COLUMN] [--folds] [--dry-run] [--force]",
	 "learn praise and complaint from labelled records", sentiment_train},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "sentiment",
	.version = "1.0",
	.summary = "praise or complaint, how sure, and with which emotion",
	.options = sentiment_options,
	.reads = "subject, body, lang; rating, csat or nps where there is no text",
	.writes = "sentiment.label, sentiment.score, sentiment.emotion, sentiment.reasons",
	.example = "{ plugin = \"sentiment\"; }",
	.commands = sentiment_commands,
	.self_size = sizeof(struct sentiment_filter),
	.lane_size = sizeof(struct judge_lane),
	.open = sentiment_open,
	.close = sentiment_close,
	.lane_open = sentiment_lane_open,
	.lane_close = sentiment_lane_close,
	.process = sentiment_process,
};
