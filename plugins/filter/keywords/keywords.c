/*
 * keywords.c - filter: the words that tell a record apart from all others.
 *
 * Words of the shop are kept whole (words.h), what else is a word the background teaches
 * (cut.h, ground.h), and how rare it is there, against how often it stands here, is its
 * weight.  Spam and repeats are read and not counted, so nobody can flood the background.
 * It holds hashes under this installation's key and no text.
 */
#include "cut.h"
#include "saver.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <seen/seen.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keywords {
	const char *lists;
	struct heard_list own, stop;
	int64_t count, span;
	struct heard_host *host;
	struct words *words;
	struct ground *ground;
	struct cut cut;
	uint64_t key;
	char *path;
	struct saver *saver;
	struct heard_timer *timer; /* rings once, when the loop runs */
	struct seen *seen;
};

static bool counts(const struct keywords *k, const struct heard_record *r)
{
	return !seen_again(k->seen, r) && !heard_has(r, HEARD_DUPLICATE_OF) &&
	       !heard_str_is(heard_get_str(r, HEARD_SPAM_VERDICT), "spam");
}

static int put(struct heard_record *r, const struct cut_lane *lane)
{
	char out[CUT_BYTES];
	int rc = 0;
	for (size_t i = 0; i < lane->n_words && rc == 0; i++)
		rc = heard_list_add(r, HEARD_KEYWORDS,
				    heard_str_n(out, cut_write(lane, &lane->words[i], out)));
	return rc;
}

static int keywords_process(void *self, void *lane, struct heard_batch *batch,
			    struct heard_error *err)
{
	const struct keywords *k = self; /* the counts are atomic; the rest is read only */
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *r = heard_batch_at(batch, i);
		if (!heard_record_is_live(r) || heard_has(r, HEARD_KEYWORDS) ||
		    heard_str_is(heard_get_str(r, HEARD_OP), "delete"))
			continue;
		cut_begin(lane);
		cut_add(&k->cut, lane, heard_get_str(r, HEARD_SUBJECT));
		cut_add(&k->cut, lane, heard_get_str(r, HEARD_BODY));
		cut_end(&k->cut, lane, (size_t)k->count);
		if (counts(k, r))
			cut_teach(lane, k->ground);
		if (put(r, lane) != 0)
			return heard_fail(err, ENOMEM, "no room for the keywords");
	}
	return 0;
}

/* ---- life */

static int load(struct words *words, const char *folder, const char *name, int flag,
		struct heard_error *err)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return heard_fail(err, ENAMETOOLONG, "lists: the path is too long");
	return words_load(words, path, flag, err);
}

static int add_all(struct words *words, const struct heard_list *list, int flag,
		   const char *option, struct heard_error *err)
{
	struct heard_error why = {0};
	for (size_t i = 0; i < list->n; i++)
		if (words_add(words, heard_str(list->at[i]), flag, &why) != 0)
			return heard_fail(err, why.code, "%s: %s", option, why.text);
	return 0;
}

static void keywords_close(void *self)
{
	struct keywords *k = self;
	saver_end(k->saver);
	if (k->timer)
		heard_timer_destroy(k->timer);
	free(k->path);
	seen_destroy(k->seen);
	ground_destroy(k->ground);
	words_destroy(k->words);
	k->saver = NULL;
	k->timer = NULL;
	k->path = NULL;
	k->seen = NULL;
	k->ground = NULL;
	k->words = NULL;
}

static int prepare(struct keywords *k, struct heard_host *host, struct heard_error *err)
{
	k->host = host;
	k->words = words_create();
	k->ground = ground_create((uint64_t)k->span);
	k->seen = seen_create();
	if (k->words == NULL || k->ground == NULL || k->seen == NULL)
		return heard_fail(err, ENOMEM, "no memory for the words");
	k->cut = (struct cut){.words = k->words, .ground = k->ground};
	int rc = load(k->words, k->lists, "keywords.words", WORD_WHOLE, err);
	if (rc == 0)
		rc = load(k->words, k->lists, "keywords.stop", WORD_STOP, err);
	if (rc == 0)
		rc = add_all(k->words, &k->own, WORD_WHOLE, "words", err);
	return rc == 0 ? add_all(k->words, &k->stop, WORD_STOP, "stop", err) : rc;
}

/* close() is not called for what did not open. */
static int keywords_open(void *self, struct heard_host *host, struct heard_error *err)
{
	int rc = prepare(self, host, err);
	if (rc != 0)
		keywords_close(self);
	return rc;
}

static void begin_saving(void *arg)
{
	struct keywords *k = arg;
	heard_state_folder(k->host); /* makes it */
	k->saver = saver_begin(k->host, k->ground, k->path, k->key);
	if (k->saver == NULL)
		heard_log(k->host, HEARD_WARN,
			  "no thread to write the background of words; a restart will not "
			  "know it");
}

static int keywords_start(void *self, struct heard_error *err)
{
	struct keywords *k = self;
	struct heard_error why = {0};
	unsigned char key[32];
	uint64_t words[4];
	heard_keyed_hash(k->host, "keywords", HEARD_STR_OF("background"), key);
	memcpy(words, key, sizeof(words));
	k->cut.seed = words[0];
	k->key = words[1];
	if (asprintf(&k->path, "%s/background", heard_state_folder(k->host)) < 0)
		k->path = NULL;
	k->timer = heard_timer_create(k->host, begin_saving, k);
	if (k->path == NULL || k->timer == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	if (ground_load(k->ground, k->path, k->key, &why) != 0)
		heard_log(k->host, HEARD_WARN, "%s; the background of words is gathered anew",
			  why.text);
	heard_timer_set(k->timer, 0);
	return 0;
}

static void keywords_stop(void *self, struct heard_done *take_done)
{
	struct keywords *k = self;
	saver_end(k->saver);
	k->saver = NULL;
	heard_done(take_done);
}

static const struct heard_option keywords_options[] = {
	{"lists", HEARD_PATH(struct keywords, lists), .value = "models",
	 .help = "Folder with keywords.words, words kept whole, and keywords.stop, words that "
		 "say nothing"},
	{"words", HEARD_LIST(struct keywords, own), .value = "",
	 .help = "More words to keep whole, such as names of products"},
	{"stop", HEARD_LIST(struct keywords, stop), .value = "",
	 .help = "More words that are never a keyword"},
	{"count", HEARD_INT(struct keywords, count), .value = "5", .min = 1, .max = 32,
	 .help = "Most keywords that a record gets"},
	{"span", HEARD_INT(struct keywords, span), .value = "50000", .min = 100,
	 .max = 100000000,
	 .help = "After twice so many records all counts of the background are halved"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "keywords",
	.version = "1.0",
	.summary = "the words that tell a record apart from all others",
	.options = keywords_options,
	.reads = "subject body op duplicate_of spam.verdict",
	.writes = "keywords",
	.example = "{ plugin = \"keywords\"; words = [ \"AirMax Pro\", \"云柔面膜\" ]; }",
	.self_size = sizeof(struct keywords),
	.lane_size = sizeof(struct cut_lane),
	.open = keywords_open,
	.start = keywords_start,
	.stop = keywords_stop,
	.close = keywords_close,
	.process = keywords_process,
};
