/*
 * answer.c - filter: the article of the knowledge base that answers a record.
 *
 * Articles are Markdown files in a folder that the operator, or a checkout of theirs,
 * writes at any time.  The keeper reads it anew behind the scenes; each lane looks for the
 * newest index when a batch comes.  A file that cannot be used is left out, with a warning.
 */
#include "keeper.h"

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
	struct keeper *keeper;
	struct heard_timer *timer; /* rings once, when the loop runs */
};

struct lane {
	struct shelf_reader *reader;
	const struct shelf *shelf; /* the reader holds it */
	struct terms terms;
	struct heard_buf text;
};

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
	r = shelf_best(lane->reader, &lane->terms, heard_get_str(record, HEARD_LANG), &find,
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

/* To the newest articles; without memory for them the lane stays with those it has. */
static int lane_refresh(const struct answer *a, struct lane *lane, struct heard_error *err)
{
	struct shelf *newer = keeper_newer(a->keeper, lane->shelf);
	if (newer == NULL)
		return 0;
	struct shelf_reader *reader = shelf_read(newer, err);
	shelf_close(newer);
	if (reader == NULL)
		return lane->reader ? 0 : -err->code;
	shelf_reader_close(lane->reader);
	lane->reader = reader;
	lane->shelf = newer; /* to tell it from the next: held by the reader */
	return 0;
}

static int answer_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	const struct answer *a = self; /* others are in here, too */
	int r = lane_refresh(a, lane, err);

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
	a->keeper = keeper_create(host, a->folder, a->check, err);
	return a->keeper ? 0 : -err->code;
}

static void begin_looking(void *arg)
{
	struct answer *a = arg;
	struct heard_error err = {0};

	if (keeper_begin(a->keeper, &err))
		heard_log(a->host, HEARD_WARN, "%s; articles are read again at a restart only",
			  err.text);
}

/* `heard filter` has no loop, and needs the articles once. */
static int answer_start(void *self, struct heard_error *err)
{
	struct answer *a = self;

	if (a->check == 0)
		return 0;
	a->timer = heard_timer_create(a->host, begin_looking, a);
	if (a->timer == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	heard_timer_set(a->timer, 0);
	return 0;
}

static void answer_close(void *self)
{
	struct answer *a = self;

	if (a->timer)
		heard_timer_destroy(a->timer);
	keeper_destroy(a->keeper);
	a->timer = NULL;
	a->keeper = NULL;
}

static void answer_lane_close(void *self, void *place)
{
	struct lane *lane = place;
	(void)self;

	shelf_reader_close(lane->reader);
	terms_release(&lane->terms);
	heard_buf_release(&lane->text);
	lane->reader = NULL;
	lane->shelf = NULL;
}

static int answer_lane_open(void *self, void *place, struct heard_error *err)
{
	struct lane *lane = place;

	terms_init(&lane->terms);
	heard_buf_init(&lane->text, TERMS_TEXT);
	if (lane_refresh(self, lane, err) == 0)
		return 0;
	answer_lane_close(self, lane); /* nobody else does, when this fails */
	return -err->code;
}

static const struct heard_option answer_options[] = {
	{.name = "folder",
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
	.example = "{ plugin = \"answer\"; folder = \"articles\"; }",
	.self_size = sizeof(struct answer),
	.lane_size = sizeof(struct lane),
	.open = answer_open,
	.start = answer_start,
	.close = answer_close,
	.lane_open = answer_lane_open,
	.lane_close = answer_lane_close,
	.process = answer_process,
};
