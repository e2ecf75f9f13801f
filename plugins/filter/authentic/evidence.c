/*
 * evidence.c - what speaks for and against one record.
 *
 * Each function below asks one thing and says what it found; the weights are in one table,
 * so that they can be read and disputed together.  Reasons are words and figures of ours:
 * no text of a customer is in them.
 */
#include "evidence.h"

#include <heard/batch.h>
#include <heard/host.h>
#include <heard/time.h>
#include <seen/seen.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

enum { REASONS = 16, REASON = 120, SHORT_TEXT = 16 };

/* Odds, as logarithms: +0.7 is twice as likely, -0.7 half. */
static const double w_plain = 2.2, /* 0.9 */
	w_author_busy = -0.9, w_author_flood = -2.2, w_product_burst = -0.8,
		    w_product_calm_burst = -0.3, /* ratings that are not extreme */
	w_same_one = -0.9, w_same_few = -1.8, w_same_many = -2.6, w_same_other_product = -1.8,
		    w_disagree = -1.2, w_template = -1.0, w_pure_template = -1.7,
		    w_reward = -1.6, w_shop = -3.5, w_repetitive = -1.0, w_new_account = -1.0,
		    w_young_account = -0.4, w_old_account = 0.5, w_order = 0.7,
		    w_verified = 1.0, w_files = 0.5, w_particulars = 0.4;

struct evidence {
	const struct authentic *self;
	struct heard_record *record;
	int64_t at;
	bool is_again; /* it is not counted once more */
	double odds;
	size_t n;
	struct heard_str reasons[REASONS];
	char room[REASONS][REASON];
};

static void HEARD_PRINTF(3, 4) say(struct evidence *e, double weight, const char *format, ...)
{
	va_list args;
	e->odds += weight;
	if (e->n == REASONS)
		return;
	va_start(args, format);
	vsnprintf(e->room[e->n], REASON, format, args);
	va_end(args);
	e->reasons[e->n] = heard_str(e->room[e->n]);
	e->n++;
}

/* ---- what is said of the record */

static uint64_t hash_field(const struct evidence *e, enum heard_field field)
{
	struct heard_str s = heard_get_str(e->record, field);
	return s.len > 0 ? XXH3_64bits_withSeed(s.ptr, s.len, e->self->seed + field) | 1 : 0;
}

/* 0 the worst, 1 the best, or -1: there is none, or its scale is not known. */
static double rating_of(const struct heard_record *r)
{
	double rating = heard_get_number(r, HEARD_RATING, -1);
	double best = heard_get_number(r, HEARD_RATING_MAX, 5);
	if (rating < 0 || best <= 1 || rating > best)
		return -1;
	return rating <= 1 ? 0 : (rating - 1) / (best - 1);
}

/* -1 to 1; 0 where nobody said. */
static double sentiment_of(const struct heard_record *r)
{
	struct heard_str label = heard_get_str(r, HEARD_SENTIMENT_LABEL);
	double score = heard_get_number(r, HEARD_SENTIMENT_SCORE, 0);
	if (heard_str_is(label, "positive"))
		return score > 0 ? score : 0;
	if (heard_str_is(label, "negative"))
		return score < 0 ? score : 0;
	return 0;
}

static bool complains(const struct heard_record *r)
{
	double rating = rating_of(r);
	return (rating >= 0 && rating <= 0.25) || sentiment_of(r) < -0.3 ||
	       heard_str_is(heard_get_str(r, HEARD_INTENT), "complaint");
}

/* Days, from a number of days or from the time when the account was made; < 0: not said. */
static double account_days(const struct evidence *e)
{
	struct heard_value v = heard_family_get(e->record, HEARD_ATTRIBUTES,
						heard_str(e->self->age));
	if (v.type == HEARD_INT_)
		return (double)v.integer;
	if (v.type == HEARD_NUM_)
		return v.number;
	if (v.type != HEARD_STR_)
		return -1;
	int64_t made = heard_time_parse(v.str, NULL);
	return made == HEARD_TIME_NONE || made > e->at ? -1 : (double)(e->at - made) / DAY_MS;
}

/* ---- how often */

static struct pace_seen count(const struct evidence *e, struct pace *p, uint64_t key,
			      uint64_t about)
{
	return (e->is_again ? pace_look : pace_count)(p, key, about, e->at);
}

static void ask_author(struct evidence *e, const struct wording *w)
{
	const struct authentic *a = e->self;
	uint64_t author = hash_field(e, HEARD_AUTHOR_KEY);
	uint64_t product = hash_field(e, HEARD_PRODUCT);
	if (author == 0)
		return;
	double n = round(count(e, a->authors, author, 0).lately); /* it fades */
	if (n >= (double)a->busy)
		say(e, n >= 3 * (double)a->busy ? w_author_flood : w_author_busy,
		    "about %.0f by this author within a short time", n);
	if (product == 0 || w->letters < SHORT_TEXT / 2)
		return;
	if (count(e, a->words, author ^ w->hash, product).was_other)
		say(e, w_same_other_product,
		    "the same words by the same author about another product");
}

static void ask_product(struct evidence *e)
{
	const struct authentic *a = e->self;
	uint64_t product = hash_field(e, HEARD_PRODUCT);
	if (product == 0)
		return;
	struct pace_seen seen = count(e, a->products, product, 0);
	double rating = rating_of(e->record);
	if (seen.usual < 0 || seen.lately < (double)a->burst || seen.lately < 5 * seen.usual)
		return;
	say(e, rating >= 1 || rating == 0 ? w_product_burst : w_product_calm_burst,
	    "about %.0f of this product within a short time, where %.1f are usual", seen.lately,
	    seen.usual);
}

/* When something breaks, people who never met complain alike; and short texts are alike
 * by chance.  Either counts half. */
static void ask_others(struct evidence *e, const struct wording *w)
{
	struct heard_value related = heard_get(e->record, HEARD_RELATED);
	size_t n = related.type == HEARD_LIST_ ? related.list.n : 0;
	double weight = n >= 8 ? w_same_many : n >= 3 ? w_same_few : w_same_one;
	if (n == 0)
		return;
	if (complains(e->record) || w->letters < SHORT_TEXT)
		weight /= 2;
	say(e, weight, "nearly the same words as %zu%s of others", n, n >= 8 ? " or more" : "");
}

/* ---- what it says */

static void ask_wording(struct evidence *e, const struct wording *w)
{
	double covered = w->letters > 0 ? (double)w->covered / w->letters : 0;
	if (w->has[PHRASE_SHOP])
		say(e, w_shop, "what a shop writes where the customer wrote nothing");
	else if (w->praises >= 4 && covered >= 0.9)
		say(e, w_pure_template, "made of praise that fits anything, and nothing else");
	else if (w->praises >= 3 && covered >= 0.7)
		say(e, w_template, "mostly praise that fits anything");
	if (w->has[PHRASE_REWARD] && !complains(e->record))
		say(e, w_reward, "speaks of a reward for the review");
	if (w->letters >= 30 && w->variety < 0.45)
		say(e, w_repetitive, "says the same again and again");
	if (w->letters >= 40 && w->has_number && covered < 0.3 && w->variety > 0.7)
		say(e, w_particulars, "tells particulars");
}

static void ask_rating(struct evidence *e)
{
	double rating = rating_of(e->record), sentiment = sentiment_of(e->record);
	if (rating >= 0.75 && sentiment <= -0.6)
		say(e, w_disagree, "the rating praises, the words complain");
	else if (rating >= 0 && rating <= 0.25 && sentiment >= 0.6)
		say(e, w_disagree, "the rating complains, the words praise");
}

/* ---- what else is known */

static void ask_account(struct evidence *e)
{
	double days = account_days(e);
	if (days < 0)
		return;
	if (days < 3)
		say(e, w_new_account, "the account is less than three days old");
	else if (days < 30)
		say(e, w_young_account, "the account is less than a month old");
	else if (days >= 365)
		say(e, w_old_account, "the account is more than a year old");
}

static void ask_purchase(struct evidence *e)
{
	struct heard_value bought = heard_family_get(e->record, HEARD_ATTRIBUTES,
						     HEARD_STR_OF("verified_purchase"));
	if (bought.type == HEARD_BOOL_ && bought.boolean)
		say(e, w_verified, "the source says that it was bought");
	else if (heard_get_str(e->record, HEARD_ORDER).len > 0)
		say(e, w_order, "names an order");
	if (heard_has(e->record, HEARD_ATTACHMENTS))
		say(e, w_files, "brings pictures or files");
}

/* ---- all of it */

static int64_t time_of(const struct authentic *a, const struct heard_record *r)
{
	int64_t now = heard_now(a->host), at = heard_get_time(r, HEARD_CREATED_AT);
	return at == HEARD_TIME_NONE || at > now ? now : at;
}

int authentic_judge(const struct authentic *a, struct wording_lane *lane,
		    struct heard_record *r)
{
	struct evidence e = {.self = a,
			     .record = r,
			     .at = time_of(a, r),
			     .is_again = seen_again(a->seen, r),
			     .odds = w_plain};
	struct wording w;
	wording_read(&w, lane, a->phrases, heard_get_str(r, HEARD_BODY));
	ask_author(&e, &w);
	ask_product(&e);
	ask_others(&e, &w);
	ask_wording(&e, &w);
	ask_rating(&e);
	ask_account(&e);
	ask_purchase(&e);
	double score = 1 / (1 + exp(-e.odds));
	int result = heard_set_number(r, HEARD_AUTHENTIC_SCORE, round(score * 100) / 100);
	if (result == 0 && e.n > 0)
		result = heard_set_list(r, HEARD_AUTHENTIC_REASONS, e.reasons, e.n);
	return result;
}
