/*
 * command_ask.c - `heard SURVEY invite | remind`: a link for each customer of a list.
 *
 * A list is all or nothing: it is read to its end and what is to be sent is written
 * before the invitations are committed.  So a list that failed can be given again, and no
 * link that is lost counts as sent.
 */
#include "command.h"
#include "list.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/time.h>

#include <campaign/campaign.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUT_MAX = 512 << 20, EARLY_MS = 3 * 24 * 3600 * 1000 };

struct job {
	struct survey *self;
	const struct heard_call *call;
	struct campaign *campaign;
	const char *list, *file;
	FILE *links;   /* `file`, or the standard output */
	int64_t after; /* a reminder is not sent before */
	bool is_reminder;
	struct heard_buf out;
	int64_t fates[CAMPAIGN_FATES], nameless;
};

static int put_row(struct job *job, struct heard_str raw, int lacks, const char *link,
		   char separator)
{
	heard_buf_str(&job->out, raw);
	for (int i = 0; i <= lacks; i++) /* the link stands in its own column */
		heard_buf_add(&job->out, &separator, 1);
	heard_buf_puts(&job->out, link);
	heard_buf_puts(&job->out, "\r\n");
	return job->out.failed ? -ENOMEM : 0;
}

static int check_names(const struct list *list, const struct list_row *row,
		       struct heard_error *err)
{
	for (int column = LIST_SEGMENT; column < LIST_COLUMNS; column++)
		if (row->of[column].len >= CAMPAIGN_NAME_MAX)
			return heard_fail(err, EINVAL,
					  "line %lld: a segment or product has more than %d "
					  "bytes",
					  (long long)list->line, CAMPAIGN_NAME_MAX - 1);
	return 0;
}

static int ask_one(struct job *job, const struct list *list, const struct list_row *row,
		   struct heard_error *err)
{
	char token[CAMPAIGN_TOKEN];
	struct heard_buf link;
	enum campaign_fate fate = CAMPAIGN_ASK;
	struct campaign_ask ask = {
		.survey = job->self->name,
		.customer = row->of[LIST_ID],
		.segment = row->of[LIST_SEGMENT],
		.product = row->of[LIST_PRODUCT],
		.now = heard_now(job->call->host),
		.rest = job->is_reminder ? job->after : job->self->rest,
	};
	if (check_names(list, row, err))
		return -err->code;
	int result = job->is_reminder ? campaign_remind(job->campaign, job->call->host, &ask,
							&fate, token, err)
				      : campaign_invite(job->campaign, job->call->host, &ask,
							&fate, token, err);
	if (result != 0)
		return result;
	job->fates[fate]++;
	if (fate != CAMPAIGN_ASK)
		return 0;
	heard_buf_init(&link, 4096);
	survey_link(job->self, "", "", token, &link);
	result = link.failed ? -ENOMEM
			     : put_row(job, row->raw, row->lacks, link.ptr, list->separator);
	heard_buf_release(&link);
	return result ? heard_fail(err, ENOMEM, "out of memory") : 0;
}

static int ask_all(struct job *job, struct list *list, struct heard_error *err)
{
	struct list_row row;
	int more;
	while ((more = list_next(list, &row, err)) > 0) {
		if (row.of[LIST_ID].len == 0)
			job->nameless++;
		else if (ask_one(job, list, &row, err))
			return -err->code;
	}
	return more;
}

/* A file that is there is not written over: it may be the list itself, or links of before,
 * which nobody can make again. */
static int open_out(struct job *job, struct heard_error *err)
{
	/* It holds addresses and links: for its owner alone. */
	mode_t before = umask(077);
	job->links = job->file ? fopen(job->file, "wxe") : job->call->out;
	umask(before);
	if (job->links)
		return 0;
	return errno == EEXIST ? heard_fail(err, EEXIST, "%s is there already; name a new file",
					    job->file)
			       : heard_fail(err, errno, "%s cannot be written: %m", job->file);
}

/* Links that nobody is noted for would be refused. */
static void close_out(struct job *job, bool is_good)
{
	if (job->file == NULL || job->links == NULL)
		return;
	fclose(job->links);
	if (!is_good)
		unlink(job->file);
}

static int write_out(struct job *job, struct heard_error *err)
{
	FILE *out = job->links;
	bool is_good = fwrite(job->out.ptr, 1, job->out.len, out) == job->out.len &&
		       fflush(out) == 0 && (!job->file || fsync(fileno(out)) == 0);
	return is_good ? 0
		       : heard_fail(err, errno ? errno : EIO,
				    "the links cannot be written to %s: %m; nobody is "
				    "noted as asked",
				    job->file ? job->file : "the output");
}

static int run_list(struct job *job, struct heard_error *err)
{
	struct list list;
	struct heard_str head;
	int result = list_read(&list, job->list, job->call->in, &head, err);
	if (result == 0)
		result = open_out(job, err);
	if (result == 0)
		result = campaign_begin(job->campaign, err);
	if (result == 0) {
		put_row(job, head, 0, "link", list.separator);
		result = ask_all(job, &list, err);
		if (result == 0)
			result = write_out(job, err);
		if (result == 0)
			result = campaign_commit(job->campaign, err);
		if (result != 0)
			campaign_rollback(job->campaign);
	}
	close_out(job, result == 0);
	list_release(&list);
	return result;
}

/* ---- what became of it */

static const struct {
	const char *key, *said;
} fates[CAMPAIGN_FATES] = {
	[CAMPAIGN_ASK] = {NULL, NULL},
	[CAMPAIGN_RESTS] = {"rest", "asked lately"},
	[CAMPAIGN_STRANGER] = {"stranger", "never invited"},
	[CAMPAIGN_ANSWERED] = {"answered", "have answered"},
	[CAMPAIGN_REMINDED] = {"reminded_before", "reminded before"},
	[CAMPAIGN_EARLY] = {"early", "invited only just now"},
};

static void say_as_json(const struct job *job)
{
	struct heard_buf text;
	heard_buf_init(&text, 4096);
	struct heard_json_out out = {.buf = &text};
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, job->is_reminder ? "reminded" : "invited",
		       job->fates[CAMPAIGN_ASK]);
	for (int fate = CAMPAIGN_RESTS; fate < CAMPAIGN_FATES; fate++)
		heard_json_int(&out, fates[fate].key, job->fates[fate]);
	heard_json_int(&out, "without_id", job->nameless);
	heard_json_end(&out, '}');
	fprintf(job->call->err, "%s\n", text.failed ? "{}" : text.ptr);
	heard_buf_release(&text);
}

/* On `err`: the links may be on `out`. */
static void say(const struct job *job)
{
	if (job->call->json) {
		say_as_json(job);
		return;
	}
	fprintf(job->call->err, "%s %lld", job->is_reminder ? "To remind:" : "To invite:",
		(long long)job->fates[CAMPAIGN_ASK]);
	for (int fate = CAMPAIGN_RESTS; fate < CAMPAIGN_FATES; fate++)
		if (job->fates[fate])
			fprintf(job->call->err, "; %s: %lld", fates[fate].said,
				(long long)job->fates[fate]);
	if (job->nameless)
		fprintf(job->call->err, "; without id: %lld", (long long)job->nameless);
	fputs("\n", job->call->err);
}

static int read_words(struct job *job)
{
	const struct heard_call *call = job->call;
	for (int i = 1; i < call->argc; i++) {
		if (strcmp(call->argv[i], "-o") == 0 && i + 1 < call->argc)
			job->file = call->argv[++i];
		else if (strcmp(call->argv[i], "--after") == 0 && i + 1 < call->argc &&
			 job->is_reminder) {
			if (!heard_duration_parse(call->argv[++i], &job->after))
				return USAGE;
		} else if (job->list == NULL &&
			   (call->argv[i][0] != '-' || call->argv[i][1] == '\0'))
			job->list = call->argv[i];
		else
			return USAGE;
	}
	return job->list ? DONE : USAGE;
}

int command_ask(struct survey *self, const struct heard_call *call, bool is_reminder)
{
	struct job job = {
		.self = self, .call = call, .is_reminder = is_reminder, .after = EARLY_MS};
	struct heard_error err = {0};
	if (read_words(&job) != DONE)
		return USAGE;
	if (survey_settle(self, call->host, &err) == 0 && self->public_url[0] == '\0')
		heard_fail(&err, EINVAL,
			   "public_url is not set: links need to say where, such as "
			   "https://shop.example");
	else if (err.code == 0)
		job.campaign = campaign_open(self->database, false, false, &err);
	heard_buf_init(&job.out, OUT_MAX);
	int result = job.campaign ? run_list(&job, &err) : -err.code;
	heard_buf_release(&job.out);
	campaign_close(job.campaign);
	survey_release(self);
	if (result != 0)
		return command_failed(call, &err);
	say(&job);
	return DONE;
}
