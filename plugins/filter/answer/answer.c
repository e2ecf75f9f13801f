/*
 * answer.c - filter: the article of the knowledge base that answers a record.
 *
 * Articles are Markdown files in a folder that the operator, or a checkout of theirs,
 * writes at any time.  Each lane has an index of its own in memory, so nobody waits for
 * anybody, and looks every few seconds whether the folder has changed; then it reads it
 * anew.  A file that cannot be used is left out, with a warning.
 */
#include "folder.h"
#include "shelf.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/record.h>

#include <errno.h>
#include <math.h>

struct answer {
	struct heard_host *host;
	const char *folder;
	double threshold;
	int64_t check; /* ms */
};

struct lane {
	struct shelf *shelf;
	struct terms terms;
	struct heard_buf text;
	uint64_t stamp;
	int64_t check_at;
};

/* ---- reading the folder again */

static void answer_left_out(void *self, const char *sentence)
{
	const struct answer *a = self;

	heard_log(a->host, HEARD_WARN, "an article is left out: %s", sentence);
}

static void lane_refresh(struct answer *a, struct lane *lane)
{
	struct heard_error err = {0};
	int64_t now = heard_now(a->host);

	if (a->check == 0 || now < lane->check_at)
		return;
	lane->check_at = now + a->check;
	uint64_t stamp = folder_stamp(a->folder);
	if (stamp == lane->stamp)
		return;
	lane->stamp = stamp; /* what is refused is not read again until it changes */
	struct shelf *fresh = shelf_open(a->folder, answer_left_out, a, &err);
	if (fresh == NULL) {
		heard_log(a->host, HEARD_WARN,
			  "the articles cannot be read anew: %s; those of before stay",
			  err.text);
		return;
	}
	shelf_close(lane->shelf);
	lane->shelf = fresh;
	heard_log(a->host, HEARD_NOTICE, "%zu articles read anew", shelf_size(fresh));
}

/* ---- records */

static int answer_record(const struct answer *a, struct lane *lane, struct heard_record *record,
			 struct heard_error *err)
{
	struct heard_str body = heard_get_str(record, HEARD_BODY);
	struct shelf_find find;

	heard_buf_clear(&lane->text);
	heard_buf_str(&lane->text, heard_get_str(record, HEARD_SUBJECT));
	heard_buf_add(&lane->text, "\n", 1);
	heard_buf_add(&lane->text, body.ptr,
		      body.len < TERMS_TEXT / 2 ? body.len : TERMS_TEXT / 2);
	if (lane->text.failed) /* a subject as long as a book is no question */
		return 0;
	int r = terms_read(&lane->terms, heard_buf_view(&lane->text));
	if (r)
		return heard_fail(err, -r, "no room for the words of a text");
	r = shelf_best(lane->shelf, &lane->terms, heard_get_str(record, HEARD_LANG), &find,
		       err);
	if (r || find.score < a->threshold || find.id.len == 0)
		return r;
	r = heard_set_str(record, HEARD_ANSWER_ID, find.id);
	if (r == 0)
		r = heard_set_str(record, HEARD_ANSWER_TITLE, find.title);
	if (r == 0)
		r = heard_set_number(record, HEARD_ANSWER_SCORE,
				     round(find.score * 1000) / 1000);
	return r ? heard_fail(err, -r, "no room for the answer") : 0;
}

static int answer_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	struct answer *a = self; /* read only: others are in here, too */
	int r = 0;

	lane_refresh(a, lane);
	for (size_t i = 0; r == 0 && i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);

		if (heard_record_is_live(record))
			r = answer_record(a, lane, record, err);
	}
	return r;
}

/* ---- life */

static int answer_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct answer *a = self;

	a->host = host;
	/* What is wrong is told once, and by `heard check`; the lanes read for themselves. */
	struct shelf *shelf = shelf_open(a->folder, answer_left_out, a, err);
	if (shelf == NULL)
		return -err->code;
	shelf_close(shelf);
	return 0;
}

static void answer_lane_close(void *self, void *place)
{
	struct lane *lane = place;
	(void)self;

	shelf_close(lane->shelf);
	terms_release(&lane->terms);
	heard_buf_release(&lane->text);
	lane->shelf = NULL;
}

static int answer_lane_open(void *self, void *place, struct heard_error *err)
{
	const struct answer *a = self;
	struct lane *lane = place;

	terms_init(&lane->terms);
	heard_buf_init(&lane->text, TERMS_TEXT);
	lane->stamp = folder_stamp(a->folder);
	lane->check_at = 0;
	lane->shelf = shelf_open(a->folder, NULL, NULL, err);
	if (lane->shelf)
		return 0;
	answer_lane_close(self, lane); /* nobody else does, when this fails */
	return -err->code;
}

static const struct heard_option answer_options[] = {
	{.name = "articles",
	 HEARD_PATH(struct answer, folder),
	 .help = "Folder of articles: Markdown files with front matter (id, title, lang, "
		 "keywords), also in folders below"},
	{.name = "threshold",
	 HEARD_REAL(struct answer, threshold),
	 .value = "0.5",
	 .min = 0.01,
	 .max = 1,
	 .help = "Lowest score at which an article is suggested"},
	{.name = "check",
	 HEARD_DURATION(struct answer, check),
	 .value = "5s",
	 .min = 0,
	 .max = 86400000,
	 .help = "How often to look whether the articles have changed; 0 for never"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "answer",
	.version = "1.0",
	.summary = "the knowledge-base article that answers a record",
	.options = answer_options,
	.reads = "subject, body, lang",
	.writes = "answer.id, answer.title, answer.score",
	.example = "{ plugin = \"answer\"; articles = \"articles\"; }",
	.self_size = sizeof(struct answer),
	.lane_size = sizeof(struct lane),
	.open = answer_open,
	.lane_open = answer_lane_open,
	.lane_close = answer_lane_close,
	.process = answer_process,
};
