/*
 * authentic.c - filter: how likely is it that a genuine customer wrote this?
 *
 * No data says who is genuine, so nothing here is learned: each piece of evidence has a
 * weight in one table (evidence.c), their sum is turned into 0 to 1, and every score but the
 * plain one has its reasons in words.  A record that nothing speaks against has 0.9; a single
 * weak sign leaves it above a half, for genuine customers write "很好" too, and complain
 * in each other's words when something breaks.
 *
 * What other filters found is used, not found again: `related` by dedupe, the sentiment by
 * sentiment, the intent by classify.  Where they stand behind this filter, or are missing,
 * that evidence is not there; `heard check` tells of the first (core/conf_order.c).  Nothing
 * is dropped.
 */
#include "evidence.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <seen/seen.h>

#include <errno.h>
#include <string.h>

static int authentic_process(void *self, void *lane, struct heard_batch *batch,
			     struct heard_error *err)
{
	const struct authentic *a = self;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *r = heard_batch_at(batch, i);
		if (heard_record_is_live(r) && authentic_judge(a, lane, r) != 0)
			return heard_fail(err, ENOMEM, "no room for the evidence");
	}
	return 0;
}

/* ---- life */

static void authentic_close(void *self)
{
	struct authentic *a = self;
	phrases_destroy(a->phrases);
	pace_destroy(a->authors);
	pace_destroy(a->products);
	pace_destroy(a->words);
	seen_destroy(a->seen);
	a->phrases = NULL;
	a->authors = a->products = a->words = NULL;
	a->seen = NULL;
}

static int prepare(struct authentic *a, struct heard_error *err)
{
	a->phrases = phrases_create(&a->own, err);
	if (a->phrases == NULL)
		return -err->code;
	a->authors = pace_create(a->window);
	a->products = pace_create(a->window);
	a->words = pace_create(a->window);
	a->seen = seen_create();
	return a->authors && a->products && a->words && a->seen
		       ? 0
		       : heard_fail(err, ENOMEM, "no memory");
}

/* close() is not called for what did not open. */
static int authentic_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct authentic *a = self;
	a->host = host;
	int rc = prepare(a, err);
	if (rc != 0)
		authentic_close(self);
	return rc;
}

/* The key is this installation's: nobody can name products that share a place. */
static int authentic_start(void *self, struct heard_error *err)
{
	struct authentic *a = self;
	unsigned char key[32];
	(void)err;
	heard_keyed_hash(a->host, "authentic", HEARD_STR_OF("names"), key);
	memcpy(&a->seed, key, sizeof(a->seed));
	return 0;
}

static const struct heard_option authentic_options[] = {
	{"window", HEARD_DURATION(struct authentic, window), .value = "1h", .min = 60000,
	 .max = DAY_MS, .help = "What a short time is, for bursts"},
	{"busy", HEARD_INT(struct authentic, busy), .value = "5", .min = 2, .max = 10000,
	 .help = "So many by one author within that time are evidence against them"},
	{"burst", HEARD_INT(struct authentic, burst), .value = "10", .min = 2, .max = 100000,
	 .help = "So many of one product within that time, and five times as many as usual, "
		 "are evidence"},
	{"account_age", HEARD_STRING(struct authentic, age), .value = "account_age_days",
	 .help = "Attribute that holds the account's age in days, or the time it was made"},
	{"praise", HEARD_LIST(struct authentic, own), .value = "",
	 .help = "More phrases of praise that fit anything, as one's own shop suggests them"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "authentic",
	.version = "1.0",
	.summary = "how likely a genuine customer wrote it, with the evidence in words",
	.options = authentic_options,
	.reads = "body author.key product order rating rating_max created_at attachments "
		 "related "
		 "sentiment.label sentiment.score intent attributes.verified_purchase",
	.writes = "authentic.score authentic.reasons",
	.example = "{ plugin = \"authentic\"; praise = [ \"杠杠的\" ]; }",
	.self_size = sizeof(struct authentic),
	.lane_size = sizeof(struct wording_lane),
	.open = authentic_open,
	.start = authentic_start,
	.close = authentic_close,
	.process = authentic_process,
};
