/*
 * assist.c - filter: a language model's opinion, where ours ends.
 *
 * Any endpoint that speaks /v1/chat/completions is asked for the class of a record that
 * nothing else could tell, or for a summary of a long text.  It is help and no part of the
 * machine: whatever goes wrong with it, the record goes on as it came.
 *
 *	what is sent   subject and body, and only masked: the filter refuses to stand
 *	               before `mask`
 *	what it costs  a budget of calls and tokens (budget.h), so many at once, a time
 *	               limit, and rest for an endpoint that fails (ask.h)
 *	what it does   an answer is believed as far as verdict.h goes
 *
 * It has a loop of its own: process() runs there as the answers do, so nothing is locked.
 */
#include "budget.h"
#include "classes.h"
#include "prompt.h"
#include "verdict.h"

#include <ask/ask.h>
#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <heard/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum asks_class { CLASS_UNSURE, CLASS_ALWAYS, CLASS_NEVER };
enum { BODY_MAX = 1 << 20, URL_SIZE = 1024, PATH_SIZE = 4096 };

struct assist {
	struct heard_host *host;
	/* options */
	const char *url, *key;
	struct prompt prompt;
	int asks_class;
	int64_t summary_from; /* characters, 0: none */
	double sure;
	struct heard_rows class_rows;
	struct budget_limits limits;
	int64_t timeout, patience, at_once, max_answer;
	bool allow_private;

	struct classes classes;
	struct budget budget;
	struct ask *ask;
	char endpoint[URL_SIZE], budget_path[PATH_SIZE];
	const char *told; /* what is used up, once it was said */
	bool is_unsaved;
	uint64_t helped, refused;
};

/* One record that a model is asked about; in its batch. */
struct asked {
	struct ask_question question; /* first: see ask.h */
	size_t record;
	struct prompt_wish wish;
	struct heard_batch *batch;
	struct verdict verdict;
	bool is_refused;
};

/* ---- who is asked about */

static bool is_unsure(const struct assist *a, const struct heard_record *r)
{
	struct heard_str category = heard_get_str(r, HEARD_CATEGORY);
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES,
						HEARD_STR_OF("classify.confidence"));
	double confidence = v.type == HEARD_NUM_   ? v.number
			    : v.type == HEARD_INT_ ? (double)v.integer
						   : 1;
	return category.len == 0 || confidence < a->sure ||
	       (heard_str_is(category, "other") && !heard_has(r, HEARD_SUBCATEGORY));
}

static struct prompt_wish wish_of(const struct assist *a, const struct heard_record *r)
{
	struct prompt_wish wish = {0};
	struct heard_str body = heard_get_str(r, HEARD_BODY);
	if (!heard_record_is_live(r) || heard_str_trim(body).len == 0 ||
	    heard_str_is(heard_get_str(r, HEARD_SPAM_VERDICT), "spam"))
		return wish;
	wish.class = a->asks_class == CLASS_ALWAYS ||
		     (a->asks_class == CLASS_UNSURE && is_unsure(a, r));
	wish.summary = a->summary_from > 0 && body.len >= (size_t)a->summary_from &&
		       heard_str_chars(body) >= (size_t)a->summary_from;
	return wish;
}

static void assist_save(struct assist *a)
{
	struct heard_error err = {0};
	bool failed = budget_save(&a->budget, a->budget_path, &err) != 0;
	if (failed && !a->is_unsaved)
		heard_log(a->host, HEARD_WARN,
			  "what was spent is not written: %s; a restart will not know it",
			  err.text);
	a->is_unsaved = failed;
}

/* May it cost another call?  Said once until it may again. */
static bool assist_affords(struct assist *a)
{
	const char *used_up = budget_take(&a->budget, heard_now(a->host));
	if (used_up != NULL && used_up != a->told)
		heard_log(a->host, HEARD_NOTICE,
			  "%s are used up; records go on as they are until the next begins",
			  used_up);
	a->told = used_up;
	return used_up == NULL;
}

/* NULL: the batch is full. */
static struct asked *asked_create(const struct assist *a, struct heard_batch *b, size_t i,
				  struct prompt_wish wish)
{
	const struct heard_record *r = heard_batch_at(b, i);
	struct asked *q = heard_batch_alloc(b, sizeof(*q));
	struct heard_buf body;
	heard_buf_init(&body, BODY_MAX);
	if (q != NULL && prompt_write(&a->prompt, wish, heard_get_str(r, HEARD_SUBJECT),
				      heard_get_str(r, HEARD_BODY), &body)) {
		*q = (struct asked){.record = i, .wish = wish, .batch = b};
		q->question.url = a->endpoint;
		q->question.body = heard_batch_copy(b, heard_buf_view(&body));
	}
	bool good = q != NULL && !body.failed && q->question.body.ptr != NULL;
	heard_buf_release(&body);
	return good ? q : NULL;
}

/* ---- answers, at home */

static int assist_answered(void *arg, struct ask_question *question,
			   const struct heard_fetch_answer *answer, struct heard_error *err)
{
	struct assist *a = arg;
	struct asked *q = (struct asked *)question;
	if (answer->status != 200)
		return heard_fail(err, EPROTO, "it answers with status %d", answer->status);
	int rc = verdict_read(&a->prompt, q->wish, answer->body, (size_t)a->max_answer,
			      question->body, q->batch, &q->verdict, err);
	budget_spend(&a->budget, q->verdict.tokens);
	assist_save(a);
	if (rc != -EBADMSG)
		return rc;
	/* What a customer wrote can bring this about, so the endpoint is not to blame. */
	heard_log(a->host, HEARD_NOTICE, "an answer is not used: %s", err->text);
	a->refused++;
	q->is_refused = true;
	return 0;
}

/* ---- records */

static int apply_class(struct heard_record *r, const struct verdict *v)
{
	int rc = 0;
	if (v->class != NULL) {
		rc = heard_set_str(r, HEARD_CATEGORY, v->class->category);
		heard_unset(r, HEARD_SUBCATEGORY);
		if (rc == 0 && v->class->subcategory.len > 0)
			rc = heard_set_str(r, HEARD_SUBCATEGORY, v->class->subcategory);
		if (rc == 0 && v->class->department.len > 0)
			rc = heard_set_str(r, HEARD_DEPARTMENT, v->class->department);
	}
	if (rc == 0 && v->intent != NULL && !heard_has(r, HEARD_INTENT))
		rc = heard_set_str_borrowed(r, HEARD_INTENT, heard_str(v->intent));
	return rc;
}

static int apply(struct heard_record *r, const struct asked *q)
{
	const struct verdict *v = &q->verdict;
	const char *by = v->class != NULL && v->summary.len > 0 ? "class and summary"
			 : v->class != NULL			? "class"
			 : v->summary.len > 0			? "summary"
								: NULL;
	int rc = apply_class(r, v);
	if (rc == 0 && v->summary.len > 0)
		rc = heard_family_set(
			r, HEARD_ATTRIBUTES, HEARD_STR_OF("assist.summary"),
			(struct heard_value){.type = HEARD_STR_, .str = v->summary});
	if (rc == 0 && by != NULL)
		rc = heard_family_set(
			r, HEARD_ATTRIBUTES, HEARD_STR_OF("assist.gave"),
			(struct heard_value){.type = HEARD_STR_, .str = heard_str(by)});
	return rc;
}

static void assist_show(struct assist *a)
{
	const struct heard_gauge calls[] = {
		{"result=\"used\"", (double)a->helped},
		{"result=\"refused\"", (double)a->refused},
		{"result=\"failed\"", (double)ask_count(a->ask, ASK_FAILED)},
		{"result=\"not_asked\"", (double)ask_count(a->ask, ASK_LEFT)},
	};
	const struct heard_gauge spent[] = {
		{"of=\"calls_per_hour\"", (double)a->budget.hour_calls},
		{"of=\"calls_per_day\"", (double)a->budget.day_calls},
		{"of=\"tokens_per_day\"", (double)a->budget.day_tokens},
	};
	heard_gauge_set(a->host, "assist_calls", "Questions since the start, by result", calls,
			4);
	heard_gauge_set(a->host, "assist_spent", "What is used of the budget", spent, 3);
}

static int assist_finish(struct assist *a, struct heard_batch *b, const struct asked *first,
			 struct heard_error *err)
{
	for (const struct asked *q = first; q != NULL;
	     q = (const struct asked *)q->question.next) {
		if (q->question.state == ASK_LEFT)
			budget_give_back(&a->budget);
		if (q->question.state != ASK_ANSWERED || q->is_refused)
			continue;
		a->helped++;
		if (apply(heard_batch_at(b, q->record), q) != 0)
			return heard_fail(err, ENOMEM, "no room for an answer");
	}
	assist_show(a);
	return 0;
}

static int assist_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	struct assist *a = self;
	struct ask_question *first = heard_waited(batch), **last = &first;
	(void)lane;
	if (first != NULL)
		return assist_finish(a, batch, (const struct asked *)first, err);
	struct budget before = a->budget;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct prompt_wish wish = wish_of(a, heard_batch_at(batch, i));
		if (!wish.class && !wish.summary)
			continue;
		if (!assist_affords(a))
			break;
		struct asked *q = asked_create(a, batch, i, wish);
		if (q == NULL) { /* without room nobody is asked */
			budget_give_back(&a->budget);
			break;
		}
		*last = &q->question;
		last = &q->question.next;
	}
	if (first == NULL)
		return 0;
	if (ask_round(a->ask, batch, first, first))
		assist_save(a);
	else
		a->budget = before;
	return 0;
}

/* ---- life */

static int assist_check_url(struct assist *a, struct heard_error *err)
{
	size_t n = strlen(a->url);
	while (n > 0 && a->url[n - 1] == '/')
		n--;
	if (strpbrk(a->url, "?#") != NULL || n + 32 > sizeof(a->endpoint))
		return heard_fail(err, EINVAL,
				  "url: it is the base of the API, such as "
				  "https://llm.example/v1");
	snprintf(a->endpoint, sizeof(a->endpoint), "%.*s/chat/completions", (int)n, a->url);
	return heard_fetch_check_url(a->endpoint, err);
}

static int assist_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct assist *a = self;
	a->host = host;
	a->prompt.classes = &a->classes;
	a->budget.limits = &a->limits;
	if (!heard_is_masked(host))
		return heard_fail(err, EINVAL,
				  "it would send what customers wrote before it is masked; put "
				  "it behind mask, and mask must have no \"when\"");
	int rc = assist_check_url(a, err);
	if (rc == 0)
		rc = classes_init(&a->classes, &a->class_rows, err);
	if (rc == 0 && !prompt_has_room(&a->prompt))
		rc = heard_fail(err, EINVAL,
				"classes: told with their help they are longer than %d KiB; "
				"write shorter ones",
				PROMPT_SYSTEM >> 10);
	if (rc != 0)
		return rc;
	static const char *const headers[] = {"Content-Type: application/json",
					      "Accept: application/json", NULL};
	const struct ask_options ask = {
		.timeout = a->timeout,
		.patience = a->patience,
		.max_answer = a->max_answer,
		.at_once = a->at_once,
		.allow_private = a->allow_private,
		.headers = headers,
		.secret_name = "Authorization: Bearer ",
		.secret = a->key,
		.answered = assist_answered,
		.arg = a,
	};
	a->ask = ask_create(host, &ask);
	return a->ask != NULL ? 0 : heard_fail(err, ENOMEM, "no memory");
}

static int assist_start(void *self, struct heard_error *err)
{
	struct assist *a = self;
	struct heard_error damaged = {0};
	snprintf(a->budget_path, sizeof(a->budget_path), "%s/budget",
		 heard_state_folder(a->host));
	int rc = budget_load(&a->budget, a->budget_path, &damaged);
	if (rc != 0 && rc != -ENOENT)
		heard_log(a->host, HEARD_WARN, "%s; what was spent is counted anew",
			  damaged.text);
	return ask_start(a->ask, err);
}

static void assist_close(void *self)
{
	struct assist *a = self;
	ask_destroy(a->ask);
	a->ask = NULL;
}

static const char *const when_class[] = {"unsure", "always", "never", NULL};
static const struct heard_option options[] = {
	{"url", HEARD_STRING(struct assist, url),
	 .help = "Base of the API, such as https://llm.example/v1"},
	{"model", HEARD_STRING(struct assist, prompt.model), .help = "Name of the model there"},
	{"key", HEARD_SECRET(struct assist, key), .value = "",
	 .help = "Sent to it as Authorization: Bearer"},
	{"allow_private", HEARD_BOOL(struct assist, allow_private), .value = "false",
	 .help = "Ask it although its address is not a public one"},
	{"class", HEARD_CHOICE(struct assist, asks_class), .value = "unsure",
	 .choices = when_class,
	 .help = "Ask for the class: of records without one, of all, or never"},
	{"sure", HEARD_REAL(struct assist, sure), .value = "0.5", .min = 0, .max = 1,
	 .help = "Below this confidence of classify a record counts as without a class"},
	{"classes", HEARD_TABLE(struct assist, class_rows, class_options, struct class_row),
	 .value = "", .help = "What it may choose from; empty: those of the shipped rules"},
	{"summary_from", HEARD_INT(struct assist, summary_from), .value = "0", .min = 0,
	 .max = 1000000,
	 .help = "Ask for a summary of texts of so many characters and more; 0 for never"},
	{"summary_max", HEARD_INT(struct assist, prompt.max_summary), .value = "200", .min = 20,
	 .max = 2000, .help = "Most characters of a summary; a longer one is refused"},
	{"format", HEARD_CHOICE(struct assist, prompt.format), .value = "json_object",
	 .choices = prompt_formats,
	 .help = "response_format of the request, as far as the endpoint knows it"},
	{"max_text", HEARD_SIZE(struct assist, prompt.max_text), .value = "8K", .min = 64,
	 .max = 65536, .help = "Most bytes of a text that are sent"},
	{"max_tokens", HEARD_INT(struct assist, prompt.max_tokens), .value = "300", .min = 16,
	 .max = 8192, .help = "Most tokens of an answer"},
	{"max_answer", HEARD_SIZE(struct assist, max_answer), .value = "64K", .min = 1024,
	 .max = 1 << 20, .help = "Longest answer"},
	{"timeout", HEARD_DURATION(struct assist, timeout), .value = "10s", .min = 10,
	 .max = 120000, .help = "Longest time of one call"},
	{"patience", HEARD_DURATION(struct assist, patience), .value = "20s", .min = 10,
	 .max = 600000, .help = "After so long no further call of a batch begins"},
	{"at_once", HEARD_INT(struct assist, at_once), .value = "2", .min = 1, .max = 64,
	 .help = "Most calls under way"},
	{"calls_per_hour", HEARD_INT(struct assist, limits.calls_per_hour), .value = "200",
	 .min = 0, .max = 1000000, .help = "Most calls an hour"},
	{"calls_per_day", HEARD_INT(struct assist, limits.calls_per_day), .value = "2000",
	 .min = 0, .max = 10000000, .help = "Most calls a day (UTC)"},
	{"tokens_per_day", HEARD_INT(struct assist, limits.tokens_per_day), .value = "1000000",
	 .min = 0, .max = 10000000000.,
	 .help = "Once so many are spent nobody asks on that day"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_OWN_LOOP,
	.name = "assist",
	.version = "1.0",
	.summary = "class or summary by a language model, where nothing else could tell",
	.options = options,
	.reads = "subject body category subcategory intent spam.verdict "
		 "attributes.classify.confidence",
	.writes = "category subcategory department intent attributes.assist.summary "
		  "attributes.assist.gave",
	.example =
		"{ plugin = \"assist\"; url = \"https://llm.example/v1\"; model = \"small\";\n"
		"  key = \"${file:secrets/llm-key}\"; calls_per_day = 500; }",
	.self_size = sizeof(struct assist),
	.open = assist_open,
	.start = assist_start,
	.close = assist_close,
	.process = assist_process,
};
