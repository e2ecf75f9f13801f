/*
 * spam.c - filter: is it feedback, or does somebody want to sell something?
 *
 * A text's odds of being spam are those of a model (models.h), and on top of them those of
 * signs that anybody can see (signs.h) and of floods (flood.h).  Below `unsure` it is ham,
 * from `spam_mail` or `spam_text` on it is spam; between the two a person looks at it.  The
 * lists of senders come before all that.  What is done about spam is said elsewhere: an
 * output's `when`.
 *
 * Every verdict but a plain ham has its reasons, in words of ours.
 */
#include "spam.h"

#include "senders.h"
#include "signs.h"

#include <heard/batch.h>
#include <heard/command.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/wait.h>
#include <seen/seen.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

enum { REASONS = SIGNS_MAX + 5, REASON = 96, SHORT_TEXT = 48 };

struct verdict {
	float odds;
	size_t n;
	struct heard_str reasons[REASONS];
	char room[REASONS][REASON];
};

struct spam_lane {
	struct gram_lane *grams;
};

/* ---- what is looked at */

struct spam_text spam_text_of(const struct heard_record *r)
{
	struct heard_value traits = heard_family_get(r, HEARD_ATTRIBUTES,
						     HEARD_STR_OF("mail.traits"));
	return (struct spam_text){
		.subject = heard_get_str(r, HEARD_SUBJECT),
		.body = heard_get_str(r, HEARD_BODY),
		.name = heard_get_str(r, HEARD_AUTHOR_NAME),
		.email = heard_get_str(r, HEARD_AUTHOR_EMAIL),
		.traits = traits.type == HEARD_STR_ ? traits.str : heard_str_n(NULL, 0),
	};
}

static void HEARD_PRINTF(2, 3) say(struct verdict *v, const char *format, ...)
{
	va_list args;
	if (v->n == REASONS)
		return;
	va_start(args, format);
	vsnprintf(v->room[v->n], REASON, format, args);
	va_end(args);
	v->reasons[v->n] = heard_str(v->room[v->n]);
	v->n++;
}

/* ---- what speaks for spam */

static void ask_model(const struct spam *s, struct gram_lane *grams, const struct spam_text *t,
		      struct verdict *v)
{
	enum spam_kind kind = spam_kind_of(t);
	v->odds = spam_odds(&s->models, grams, t);
	if (spam_probability(v->odds) >= (float)s->unsure)
		say(v, "%s",
		    kind == SPAM_MAIL ? "written and sent as spam is" : "reads as spam does");
}

/* Who a record is of, as far as the source says. */
static uint64_t author_of(const struct heard_record *r)
{
	static const enum heard_field fields[] = {HEARD_AUTHOR_EMAIL, HEARD_AUTHOR_PHONE,
						  HEARD_AUTHOR_KEY};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct heard_str who = heard_get_str(r, fields[i]);
		if (who.len > 0)
			return XXH3_64bits_withSeed(who.ptr, who.len, i + 1);
	}
	return 0;
}

static void ask_floods(const struct spam *s, const struct heard_record *r,
		       const struct spam_text *t, struct verdict *v)
{
	uint32_t window = (uint32_t)(heard_now(s->host) / s->window);
	uint64_t author = author_of(r);
	unsigned (*count)(struct flood *, uint64_t,
			  uint32_t) = seen_again(s->seen, r) ? flood_look : flood_count;
	if (s->flood > 0 && author != 0) {
		unsigned n = count(s->authors, author, window);
		if (n >= s->flood) {
			v->odds += n >= 3 * s->flood ? 6 : 3.5f;
			say(v, "one of many by the same author within a short time");
		}
	}
	/* "很好" is said by many, and in an outage "支付失败，请尽快处理" by all: what is so
	 * short people hit upon by themselves. */
	if (s->repeats > 0 && t->body.len >= SHORT_TEXT) {
		unsigned n = count(s->texts, XXH3_64bits(t->body.ptr, t->body.len), window);
		if (n >= s->repeats) {
			v->odds += n >= 3 * s->repeats ? 6 : 3.5f;
			say(v, "the same text came many times within a short time");
		}
	}
}

/* ---- rspamd */

static void hear_rspamd(const struct rspamd_question *said, size_t record, struct verdict *v)
{
	struct rspamd_verdict x = rspamd_said(said, record);
	float odds = rspamd_odds(&x);
	v->odds += odds;
	if (odds > 0)
		say(v, "rspamd gives it %.1f of the %.1f that are spam", x.score, x.required);
}

/* Does the batch wait for it?  Asked is about mail that we are not sure of. */
static bool ask_rspamd(const struct spam *s, struct gram_lane *grams, struct heard_batch *batch)
{
	struct rspamd_question *list = NULL;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		const struct heard_record *r = heard_batch_at(batch, i);
		struct spam_text t = spam_text_of(r);
		if (!heard_record_is_live(r) || spam_kind_of(&t) != SPAM_MAIL)
			continue;
		double p = (double)spam_probability(spam_odds(&s->models, grams, &t));
		if (rspamd_wants(s->rspamd, p) && !rspamd_add(s->rspamd, batch, &list, i, &t))
			break;
	}
	return list != NULL && rspamd_ask(s->rspamd, batch, list);
}

/* ---- signs */

static float odds_of(double p)
{
	return (float)log(p / (1 - p));
}

static bool is_spam(const struct spam *s, enum spam_kind kind, float odds)
{
	return spam_probability(odds) >= (float)s->spam[kind];
}

/* Last, for how much they may say depends on what all else says. */
static void ask_signs(const struct spam *s, const struct spam_text *t, float model,
		      struct verdict *v)
{
	enum spam_kind kind = spam_kind_of(t);
	struct signs signs;
	/* The middle of unsure, and below the cut-off where there is no room for it. */
	double middle = (s->unsure + s->spam[kind]) / 2 - 1e-4;
	signs_find(&signs, t->subject, t->body, kind == SPAM_MAIL);
	v->odds = signs_weigh(&signs, model, v->odds - model, odds_of(s->unsure),
			      odds_of(middle));
	for (size_t i = 0; i < signs.n; i++)
		say(v, "%s", signs.reasons[i]);
	if (signs.is_customers && !is_spam(s, kind, v->odds))
		say(v, "but it complains or asks for something, as customers do");
}

/* ---- verdicts */

static int set_verdict(struct heard_record *r, const char *word, float p,
		       const struct verdict *v)
{
	int result = heard_set_str(r, HEARD_SPAM_VERDICT, heard_str(word));
	if (result == 0)
		result = heard_set_number(r, HEARD_SPAM_SCORE, round((double)p * 1000) / 1000);
	if (result == 0 && v->n > 0)
		result = heard_set_list(r, HEARD_SPAM_REASONS, v->reasons, v->n);
	return result;
}

static int judge(const struct spam *s, struct gram_lane *grams, struct heard_record *r,
		 const struct rspamd_question *said, size_t at)
{
	struct verdict v = {.n = 0};
	struct spam_text t = spam_text_of(r);
	enum spam_kind kind = spam_kind_of(&t);
	struct heard_str id = heard_get_str(r, HEARD_AUTHOR_ID);
	if (senders_have(&s->allow, t.email, id)) {
		say(&v, "the sender is on the list of those allowed");
		return set_verdict(r, "ham", 0, &v);
	}
	if (senders_have(&s->deny, t.email, id)) {
		say(&v, "the sender is on the list of those denied");
		return set_verdict(r, "spam", 1, &v);
	}
	ask_model(s, grams, &t, &v);
	float model = v.odds;
	ask_floods(s, r, &t, &v);
	hear_rspamd(said, at, &v);
	ask_signs(s, &t, model, &v);
	float p = spam_probability(v.odds);
	const char *word = is_spam(s, kind, v.odds) ? "spam"
			   : p >= (float)s->unsure  ? "unsure"
						    : "ham";
	return set_verdict(r, word, p, &v);
}

static int spam_process(void *self, void *lane, struct heard_batch *batch,
			struct heard_error *err)
{
	const struct spam *s = self;
	const struct spam_lane *l = lane;
	const struct rspamd_question *said = heard_waited(batch);
	if (said != NULL)
		rspamd_count(s->rspamd, said);
	else if (s->rspamd != NULL && ask_rspamd(s, l->grams, batch))
		return 0;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *r = heard_batch_at(batch, i);
		if (heard_record_is_live(r) && judge(s, l->grams, r, said, i) != 0)
			return heard_fail(err, ENOMEM, "no room for the verdict");
	}
	return 0;
}

/* ---- life */

static void spam_close(void *self)
{
	struct spam *s = self;
	rspamd_close(s->rspamd);
	s->rspamd = NULL;
	spam_models_release(&s->models);
	flood_destroy(s->authors);
	flood_destroy(s->texts);
	seen_destroy(s->seen);
	s->authors = s->texts = NULL;
	s->seen = NULL;
}

static int prepare(struct spam *s, struct heard_host *host, struct heard_error *err)
{
	s->host = host;
	if (s->unsure > s->spam[SPAM_MAIL] || s->unsure > s->spam[SPAM_TEXT])
		return heard_fail(err, EINVAL,
				  "unsure is above spam_mail or spam_text; lower it, so that "
				  "there is room between the two");
	if (spam_models_load(&s->models, s->shipped, s->learned, err) != 0)
		return -err->code;
	if (rspamd_open(&s->rspamd, host, &s->rspamd_options, err) != 0)
		return -err->code;
	s->authors = flood_create();
	s->texts = flood_create();
	s->seen = seen_create();
	return s->authors && s->texts && s->seen ? 0 : heard_fail(err, ENOMEM, "no memory");
}

/* close() is not called for what did not open. */
static int spam_open(void *self, struct heard_host *host, struct heard_error *err)
{
	int rc = prepare(self, host, err);
	if (rc != 0)
		spam_close(self);
	return rc;
}

static int spam_start(void *self, struct heard_error *err)
{
	struct spam *s = self;
	return rspamd_start(s->rspamd, err);
}

static int spam_lane_open(void *self, void *lane, struct heard_error *err)
{
	struct spam_lane *l = lane;
	(void)self;
	l->grams = gram_lane_create();
	return l->grams ? 0 : heard_fail(err, ENOMEM, "no memory");
}

static void spam_lane_close(void *self, void *lane)
{
	struct spam_lane *l = lane;
	(void)self;
	gram_lane_destroy(l->grams);
	l->grams = NULL;
}

static const struct heard_option spam_options[] = {
	{"text_model", HEARD_PATH(struct spam, shipped[SPAM_TEXT]),
	 .value = "models/spam-text.model",
	 .help = "Model of short texts, as it came with heard"},
	{"mail_model", HEARD_PATH(struct spam, shipped[SPAM_MAIL]),
	 .value = "models/spam-mail.model",
	 .help = "Model of what mail says, as it came with heard"},
	{"sender_model", HEARD_PATH(struct spam, shipped[SPAM_SENDER]),
	 .value = "models/spam-sender.model",
	 .help = "Model of who sends mail, as it came with heard"},
	{"made_model", HEARD_PATH(struct spam, shipped[SPAM_MADE]),
	 .value = "models/spam-made.model",
	 .help = "Model of how mail is made, as it came with heard"},
	{"program_model", HEARD_PATH(struct spam, shipped[SPAM_PROGRAM]),
	 .value = "models/spam-program.model",
	 .help = "Model of the programs that mail is written with, as it came with heard"},
	{"route_model", HEARD_PATH(struct spam, shipped[SPAM_ROUTE]),
	 .value = "models/spam-route.model",
	 .help = "Model of the hosts that mail comes by, as it came with heard"},
	{"learned", HEARD_STATE_PATH(struct spam, learned), .value = "spam",
	 .help = "Folder of what was learned by corrections, with `heard train spam`"},
	{"database", HEARD_STATE_PATH(struct spam, database), .value = "tickets.db",
	 .help = "Database of the output tickets, where the desk says what is spam"},
	{"unsure", HEARD_REAL(struct spam, unsure), .value = "0.3", .min = 0, .max = 1,
	 .help = "From this probability on the verdict is unsure"},
	{"spam_mail", HEARD_REAL(struct spam, spam[SPAM_MAIL]), .value = "0.93", .min = 0,
	 .max = 1, .help = "From this probability on a mail is spam"},
	{"spam_text", HEARD_REAL(struct spam, spam[SPAM_TEXT]), .value = "0.5", .min = 0,
	 .max = 1, .help = "From this probability on any other text is spam"},
	{"allow", HEARD_LIST(struct spam, allow), .value = "",
	 .help = "Senders who are never spam: addresses, domains as @example.org, ids"},
	{"deny", HEARD_LIST(struct spam, deny), .value = "",
	 .help = "Senders who are always spam, written in the same way"},
	{"window", HEARD_DURATION(struct spam, window), .value = "10m", .min = 1000,
	 .max = 86400000, .help = "How long records are counted for floods"},
	{"flood", HEARD_INT(struct spam, flood), .value = "20", .min = 0, .max = 60000,
	 .help = "So many of one author within the window are a flood; 0 is no limit"},
	{"repeats", HEARD_INT(struct spam, repeats), .value = "10", .min = 0, .max = 60000,
	 .help = "So often the same text within the window is a flood; 0 is no limit"},
	{"rspamd", HEARD_GROUP(struct spam, rspamd_options, rspamd_option_table),
	 .help = "A second opinion on mail, by an rspamd of yours"},
	{.name = NULL},
};

static const struct heard_command spam_commands[] = {
	{"train", "[--spam FILE|-]... [--ham FILE|-]... [--forget] [--forget-person KEY]",
	 "learn from mails and texts, and from what the desk called spam", spam_train},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "spam",
	.version = "1.0",
	.summary = "is it feedback, or advertisement: by models, signs and lists",
	.options = spam_options,
	.reads = "subject body author.name author.email author.phone author.id author.key "
		 "attributes.mail.traits",
	.writes = "spam.score spam.verdict spam.reasons",
	.example = "{ plugin = \"spam\"; allow = [ \"@example.org\" ]; }",
	.commands = spam_commands,
	.self_size = sizeof(struct spam),
	.lane_size = sizeof(struct spam_lane),
	.open = spam_open,
	.start = spam_start,
	.close = spam_close,
	.lane_open = spam_lane_open,
	.lane_close = spam_lane_close,
	.process = spam_process,
};
