/*
 * survey.c - input: surveys that heard shows itself, and those that others push.
 *
 * A survey is a page without script at /survey/<name>.  It has a loop of its own, since
 * each visit asks surveys.db (campaign.h), and a disk may be slow.
 *
 *	form.c, when.c, wording.c   what is asked
 *	visit.c, screen.c, field.c, style.c   who comes, and what is shown
 *	reply.c, score.c, line.c, take.c   what is answered, and what becomes of it
 *	command.c, command_ask.c, list.c, link.c, qr.c   whom to ask
 *	hook*.c   answers that other tools push
 */
#include "survey.h"

#include "options.h"
#include "qr.h"
#include "screen.h"
#include "style.h"
#include "take.h"
#include "wording.h"

#include <heard/answer.h>
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/json.h>
#include <heard/time.h>

#include <campaign/campaign.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STYLE_MAX = 256 * 1024,
	PLACE_MAX = 512,
	RECORD_MAX = 64 << 20,
	DAY_MS = 24 * 3600 * 1000
};

/* ---- pages */

/* The survey is open, and to this customer; else he was told why not. */
bool survey_admits(const struct survey *self, struct heard_http *take,
		   const struct visit *visit)
{
	bool is_over = self->ends_at != HEARD_TIME_NONE &&
		       heard_now(self->host) >= self->ends_at;
	if (visit->has_token && !visit->guest.is_invited)
		screen_notice(self, take, visit, NOTICE_UNKNOWN);
	else if (visit->guest.has_answered)
		screen_notice(self, take, visit, NOTICE_USED);
	else if (is_over)
		screen_notice(self, take, visit, NOTICE_CLOSED);
	else if (self->once && !visit->has_token)
		screen_notice(self, take, visit, NOTICE_INVITED);
	else
		return true;
	return false;
}

static void show(struct survey *self, struct heard_http *take)
{
	struct visit visit;
	struct heard_error err;
	int64_t n = 0;
	int result = visit_read(&visit, self, take, NULL, &err);
	if (result == 0 && self->quota)
		result = campaign_count(self->campaign, self->name, &n, &err);
	if (result != 0) {
		heard_log(self->host, HEARD_WARN, "the survey cannot be shown: %s", err.text);
		screen_notice(self, take, &visit, NOTICE_BUSY);
		return;
	}
	if (!survey_admits(self, take, &visit))
		return;
	if (self->quota && n >= self->quota)
		screen_notice(self, take, &visit, NOTICE_FULL);
	else
		screen_form(self, take, &visit, NULL, REPLY_GOOD);
}

static void survey_handle(void *arg, struct heard_http *take)
{
	struct survey *self = arg;
	if (heard_http_method(take) == HEARD_HTTP_POST)
		take_handle(self, take);
	else
		show(self, take);
}

static void qr_handle(void *arg, struct heard_http *take)
{
	const struct survey *self = arg;
	struct heard_error err;
	struct visit visit;
	struct heard_buf link, svg;
	if (self->once || self->public_url[0] == '\0') {
		heard_http_problem(take, 404,
				   self->once ? "this survey is for links of invitations"
					      : "the survey's option public_url is not set");
		return;
	}
	heard_buf_init(&link, 4096);
	heard_buf_init(&svg, 1 << 20);
	bool is_good = visit_read(&visit, self, take, NULL, &err) == 0;
	survey_link(self, is_good ? visit.segment : "", is_good ? visit.product : "", "",
		    &link);
	is_good = is_good && !link.failed && qr_svg(&svg, link.ptr);
	page_headers(take, NULL, false);
	if (is_good)
		heard_http_reply(take, 200, "image/svg+xml", heard_buf_view(&svg));
	else
		heard_http_problem(take, 503, "the code cannot be made at the moment");
	heard_buf_release(&link);
	heard_buf_release(&svg);
}

/* ---- on a worker */

static int survey_decode(void *arg, struct heard_str raw, struct heard_str context,
			 struct heard_batch *batch, struct heard_error *err)
{
	const struct survey *self = arg;
	if (hooks_own(context))
		return hooks_decode(self->hooked, raw, context, batch, err);
	return heard_batch_add_json(batch, raw, err);
}

/* "<tool>:<id>"; the ids of our own pages are hexadecimal. */
static bool was_pushed(struct heard_str record)
{
	struct heard_json_doc *doc = heard_json_parse(record, RECORD_MAX, NULL);
	struct heard_str id = {NULL, 0};
	if (doc)
		id = heard_json_string(heard_json_root(doc), "source_id");
	bool was = id.len > 0 && memchr(id.ptr, ':', id.len) != NULL;
	heard_json_destroy(doc);
	return was;
}

/* Who answered on our page has the link of his status page, which shows the answer: by being
 * kept it has reached him.  Who answered to another tool has no such link. */
static void survey_reply(void *arg, const struct heard_answer *answer,
			 struct heard_reply *take_reply)
{
	(void)arg;
	if (was_pushed(answer->record))
		heard_reply_finish(take_reply, HEARD_REFUSED, 0,
				   "it came by the webhook of a survey tool, which takes no "
				   "answers; the option reply names who can carry them");
	else
		heard_reply_finish(take_reply, HEARD_DELIVERED, 0, NULL);
}

/* ---- what the options say together */

static int read_end(struct survey *self, struct heard_error *err)
{
	struct heard_str text = heard_str(self->until);
	self->ends_at = HEARD_TIME_NONE;
	if (text.len == 0)
		return 0;
	self->ends_at = heard_time_parse(text, heard_zone(self->host));
	if (self->ends_at == HEARD_TIME_NONE)
		return heard_fail(err, EINVAL,
				  "until: \"%.60s\" is no day such as \"2026-12-31\"",
				  self->until);
	if (text.len == strlen("2026-12-31")) /* that day is part of it */
		self->ends_at += DAY_MS;
	return 0;
}

static int check_names(const struct heard_list *list, const char *option,
		       struct heard_error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i][0] == '\0' || strlen(list->at[i]) >= CAMPAIGN_NAME_MAX)
			return heard_fail(err, EINVAL, "%s: entry %zu must have 1 to %d bytes",
					  option, i + 1, CAMPAIGN_NAME_MAX - 1);
	return 0;
}

static void set_words(struct survey *self)
{
	static const struct page_phrase
		title = {{"听听您的意见", "Your opinion counts"}},
		intro = {{"", ""}},
		thanks = {{"谢谢您抽出时间，您的意见会帮我们做得更好。",
			   "Thank you for your time: it helps us to do better."}},
		bad = {{"很抱歉没有让您满意。您的意见已经交给负责的同事跟进。",
			"We are sorry that we let you down. Your answers are with the people "
			"who can put it right."}};
	self->thanks = wording_or(self->thanks, thanks);
	self->thanks_good = wording_or(self->thanks_good, self->thanks);
	self->thanks_bad = wording_or(self->thanks_bad, bad);
	self->title = wording_or(self->title, title);
	self->intro = wording_or(self->intro, intro);
}

int survey_settle(struct survey *self, struct heard_host *host, struct heard_error *err)
{
	char place[PLACE_MAX];
	const char *slash = strrchr(heard_name(host), '/');
	self->host = host;
	self->name = slash ? slash + 1 : heard_name(host);
	set_words(self);
	int n = snprintf(place, sizeof(place), self->path[0] ? "%s" : "/survey/%s",
			 self->path[0] ? self->path : self->name);
	if (n < 0 || (size_t)n >= sizeof(place) - 8 || place[0] != '/' || strchr(place, '*') ||
	    place[n - 1] == '/')
		return heard_fail(err, EINVAL,
				  "path: \"%.100s\" must begin with a slash and not end with "
				  "one",
				  self->path);
	self->place = strdup(place);
	return self->place ? read_end(self, err) : heard_fail(err, ENOMEM, "out of memory");
}

void survey_release(struct survey *self)
{
	free(self->place);
	self->place = NULL;
}

/* ---- life */

static int mount(struct survey *self, struct heard_error *err)
{
	char path[PLACE_MAX];
	struct heard_route page = {.listener = self->listener,
				   .path = self->place,
				   .methods = HEARD_HTTP_GET | HEARD_HTTP_POST,
				   .max_body = REPLY_MAX,
				   .handle = survey_handle,
				   .arg = self},
			   qr = page;
	snprintf(path, sizeof(path), "%s/qr.svg", self->place);
	qr.path = path;
	qr.methods = HEARD_HTTP_GET;
	qr.handle = qr_handle;
	int result = heard_http_mount(self->host, &page, err);
	return result ? result : heard_http_mount(self->host, &qr, err);
}

/* surveys.db knows a survey by its name, without the pipeline's: that is in links that
 * were sent, so two of one name would answer and be full as one. */
static int claim_name(const struct survey *self, struct heard_error *err)
{
	char both[PATH_MAX + PLACE_MAX];
	snprintf(both, sizeof(both), "%s#%s", self->database, self->name);
	int result = heard_claim(self->host, both, err);
	return result != -EBUSY
		       ? result
		       : heard_fail(
				 err, EBUSY,
				 "another pipeline has a survey \"%.100s\" in the same file: "
				 "give this one another name, or the option surveys another "
				 "file",
				 self->name);
}

static int open_form(struct survey *self, struct heard_error *err)
{
	if (self->questions.n == 0)
		return self->hooks.n ? 0
				     : heard_fail(err, EINVAL,
						  "questions or hooks: there is none of both");
	self->form = form_create(&self->questions, err);
	if (self->form == NULL)
		return -err->code;
	if (score_check(self->form, &self->bad, err) ||
	    check_names(&self->segments, "segments", err) ||
	    check_names(&self->products, "products", err) ||
	    page_check_url("public_url", self->public_url, err) || claim_name(self, err))
		return -err->code;
	heard_buf_init(&self->style, STYLE_MAX);
	style_write(&self->style, self->form);
	return self->style.failed ? heard_fail(err, E2BIG,
					       "questions: their conditions are too many; "
					       "ask less")
				  : mount(self, err);
}

static int survey_start(void *arg, struct heard_error *err)
{
	struct survey *self = arg;
	if (self->form == NULL)
		return 0;
	/* A place must be taken for good before the answer is, or power could give it twice. */
	self->campaign = campaign_open(self->database, true, self->quota == 0, err);
	return self->campaign ? 0 : -err->code;
}

static void survey_close(void *arg)
{
	struct survey *self = arg;
	hooks_close(self->hooked);
	campaign_close(self->campaign); /* receipts came until now */
	form_destroy(self->form);
	heard_buf_release(&self->style);
	survey_release(self);
	self->hooked = NULL;
	self->campaign = NULL;
	self->form = NULL;
}

/* Who could not be opened is not closed. */
static int survey_open(void *arg, struct heard_host *host, struct heard_error *err)
{
	struct survey *self = arg;
	if (survey_settle(self, host, err) || open_form(self, err) ||
	    hooks_open(&self->hooked, host, self->listener, &self->hooks, err)) {
		survey_close(self);
		return -err->code;
	}
	return 0;
}

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "survey",
	.version = "1.0",
	.summary = "show surveys, invite customers to them, and take what other tools ask",
	.options = survey_options,
	.writes =
		"channel, lang, subject, body, nps, csat, ces, rating, rating_max, ratings.*, "
		"product, author.id, intent, department, attributes.survey.*",
	.example =
		"{ plugin = \"survey\"; name = \"after-sales\"; bad = { nps = 6; };\n"
		"  questions = ( { id = \"nps\"; kind = \"nps\"; },\n"
		"                { id = \"why\"; kind = \"text\"; when = \"nps <= 6\"; } ); }",
	.commands = survey_commands,
	.self_size = sizeof(struct survey),
	.open = survey_open,
	.start = survey_start,
	.close = survey_close,
	.decode = survey_decode,
	.reply = survey_reply,
};
