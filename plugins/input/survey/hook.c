/*
 * hook.c - a request of a survey tool: is it theirs, and what does it say?
 *
 * At home only the signature is looked at, over the bytes as they came; what they say is
 * read by a worker.  The tool hears 200 once the record is safe.  A part of an answer, or
 * an event that we do not want, is a record that is dropped and counted ("unfinished"):
 * it is answered with 200, or the tool would send it for days.
 */
#include "hook.h"

#include "hook_tool.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/json.h>
#include <heard/record.h>
#include <heard/time.h>
#include <intake/intake.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { ID_MAX = 200 };

struct hook {
	struct hooks *all;
	const struct hook_row *row;
	const struct hook_tool *tool;
	struct verify verify;
};

struct hooks {
	struct heard_host *host;
	size_t n;
	struct hook at[];
};

struct hook_context {
	char mark;
	unsigned short index;
};

/* ---- at home */

/* LimeSurvey: the body has the secret in it. */
static struct heard_str member_text(const void *root, const char *name)
{
	return heard_json_string(root, name);
}

static enum verify_result check_body(const struct hook *h, struct heard_http *request)
{
	enum verify_result result = VERIFY_ABSENT;
	struct heard_str body = heard_http_body(request);
	struct heard_json_doc *doc = heard_json_parse(body, (size_t)h->row->max_body, NULL);
	if (doc)
		result = verify_check(&h->verify, member_text, heard_json_root(doc), body, 0);
	heard_json_destroy(doc);
	return result;
}

static void hook_handle(void *arg, struct heard_http *take)
{
	struct hook *h = arg;
	struct heard_host *host = h->all->host;
	if (!intake_type_is(take, "application/json") ||
	    heard_http_header(take, "Content-Encoding").len) {
		heard_http_problem(take, 415,
				   "Content-Type must be application/json, not compressed");
		return;
	}
	enum verify_result result = h->tool->token
					    ? check_body(h, take)
					    : verify_request(&h->verify, take, heard_now(host));
	if (result != VERIFY_GOOD) {
		heard_log(host, HEARD_WARN, "hook %s: refused: %s", h->row->path,
			  verify_sentence(result));
		heard_http_problem(take, 401, "%s", verify_sentence(result));
		return;
	}
	struct hook_context context = {.mark = HOOK_MARK,
				       .index = (unsigned short)(h - h->all->at)};
	struct heard_emission e = {
		.context = heard_str_n((const char *)&context, sizeof(context))};
	intake_take(host, take, &e, NULL, NULL);
}

/* ---- on a worker */

bool hooks_own(struct heard_str context)
{
	return context.len == sizeof(struct hook_context) && context.ptr[0] == HOOK_MARK;
}

static int set_source(const struct hook *h, const struct hook_response *r,
		      struct hook_filling *f, struct heard_batch *batch)
{
	char id[ID_MAX + 32];
	int64_t at = heard_time_parse(r->at, heard_batch_zone(batch));
	int64_t edited = heard_time_parse(r->edited_at, heard_batch_zone(batch));
	struct heard_str tool = heard_str(hook_tools[h->row->tool]);
	struct heard_str name = *h->row->survey ? heard_str(h->row->survey) : r->title;
	int n = snprintf(id, sizeof(id), "%.*s:%.*s", HEARD_ARG(tool), HEARD_ARG(r->id));
	int result = heard_set_str(f->record, HEARD_SOURCE_ID, heard_str_n(id, (size_t)n));
	if (result == 0)
		result = heard_set_str(f->record, HEARD_CHANNEL, HEARD_STR_OF("survey"));
	if (result == 0 && at != HEARD_TIME_NONE)
		result = heard_set_time(f->record, HEARD_CREATED_AT, at);
	if (result == 0 && edited != HEARD_TIME_NONE)
		result = heard_set_int(f->record, HEARD_REVISION, edited / 1000);
	if (result == 0 && r->lang.len)
		result = heard_set_str(f->record, HEARD_LANG, r->lang);
	if (result == 0)
		result = hook_fill_attribute(f, "name", name.len ? name : r->form);
	if (result == 0)
		result = hook_fill_attribute(f, "tool", tool);
	return result ? result : hook_fill_attribute(f, "form", r->form);
}

static int read_body(const struct hook *h, const struct heard_json *root,
		     struct heard_batch *batch, struct heard_error *err)
{
	struct hook_response r = {0};
	struct hook_filling f = {.questions = &h->row->questions};
	h->tool->look(root, &r);
	if (r.is_finished && (r.id.len == 0 || r.id.len > ID_MAX))
		return heard_fail(err, EBADMSG,
				  "this is no answer of %s: it has no id, or too long a one",
				  hook_tools[h->row->tool]);
	f.record = heard_batch_add(batch);
	if (f.record == NULL)
		return heard_fail(err, ENOMEM, "no memory for the record");
	if (!r.is_finished) {
		heard_record_drop(f.record, "unfinished");
		return 0;
	}
	int result = set_source(h, &r, &f, batch);
	if (result == 0)
		result = h->tool->fill(root, &f, err);
	else
		heard_fail(err, ENOMEM, "no memory for the record");
	if (result == 0 && hook_fill_end(&f) < 0)
		result = heard_fail(err, ENOMEM, "no memory for the record");
	return result;
}

int hooks_decode(const struct hooks *hooks, struct heard_str raw, struct heard_str context,
		 struct heard_batch *batch, struct heard_error *err)
{
	struct hook_context c;
	memcpy(&c, context.ptr, sizeof(c));
	const struct hook *h = &hooks->at[c.index];
	struct heard_json_doc *doc = heard_json_parse(raw, (size_t)h->row->max_body, err);
	if (doc == NULL)
		return -err->code; /* without memory the tool is to try again */
	const struct heard_json *root = heard_json_root(doc);
	int result = root->type == HEARD_JSON_OBJECT
			     ? read_body(h, root, batch, err)
			     : heard_fail(err, EBADMSG, "the body is no JSON object");
	heard_json_destroy(doc);
	return result;
}

/* ---- life */

static int open_one(struct hook *h, const char *listener, struct heard_error *err)
{
	const struct hook_row *row = h->row;
	struct heard_route route = {
		.listener = listener,
		.path = row->path,
		.methods = HEARD_HTTP_POST,
		.max_body = row->max_body,
		.handle = hook_handle,
		.arg = h,
	};
	h->tool = hook_tool_at(row->tool);
	int result = verify_init(&h->verify, h->tool->scheme, row->secret, err);
	if (h->tool->token)
		h->verify.header = h->tool->token;
	if (result == 0)
		result = hook_questions_check(&row->questions, err);
	if (result < 0)
		return heard_error_wrap(err, "hooks: %s", row->path);
	return heard_http_mount(h->all->host, &route, err);
}

int hooks_open(struct hooks **hooks_r, struct heard_host *host, const char *listener,
	       const struct heard_rows *rows, struct heard_error *err)
{
	int result = 0;
	*hooks_r = NULL;
	if (rows->n == 0)
		return 0;
	if (rows->n > UINT16_MAX)
		return heard_fail(err, EINVAL, "hooks: more than %d", UINT16_MAX);
	struct hooks *hooks = calloc(1, sizeof(*hooks) + rows->n * sizeof(hooks->at[0]));
	if (hooks == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	hooks->host = host;
	for (; result == 0 && hooks->n < rows->n; hooks->n++) {
		struct hook *h = &hooks->at[hooks->n];
		h->all = hooks;
		h->row = (const struct hook_row *)rows->at + hooks->n;
		result = open_one(h, listener, err);
	}
	if (result < 0)
		hooks_close(hooks);
	else
		*hooks_r = hooks;
	return result;
}

void hooks_close(struct hooks *hooks)
{
	for (size_t i = 0; hooks && i < hooks->n; i++)
		verify_release(&hooks->at[i].verify);
	free(hooks);
}

/* ---- options */

static const struct heard_option question_options[] = {
	{"id", HEARD_STRING(struct hook_question, id), .value = NULL,
	 .help = "The question as the tool calls it: its id, ref, key, label or code"},
	{"is", HEARD_STRING(struct hook_question, is), .value = NULL,
	 .help = "What it asks: nps, csat, ces, stars, ratings.NAME, choice, text, ignore, or "
		 "a "
		 "field such as order, product, author.email"},
	{"name", HEARD_STRING(struct hook_question, name), .value = "",
	 .help = "Kept as attributes.survey.NAME, if it is kept as an attribute; empty for the "
		 "tool's own name"},
	{"from", HEARD_REAL(struct hook_question, from), .value = "0", .min = -1000,
	 .max = 1000, .help = "The worst answer on the tool's scale, if that is not ours"},
	{"to", HEARD_REAL(struct hook_question, to), .value = "0", .min = -1000, .max = 1000,
	 .help = "The best answer on it"},
	{.name = NULL},
};

const struct heard_option hook_options[] = {
	{"tool", HEARD_CHOICE(struct hook_row, tool), .value = NULL, .choices = hook_tools,
	 .help = "Whose webhook it is"},
	{"path", HEARD_STRING(struct hook_row, path), .value = NULL,
	 .help = "Path that the tool posts to, such as /hooks/typeform"},
	{"secret", HEARD_SECRET(struct hook_row, secret), .value = NULL,
	 .help = "What the tool signs with (of LimeSurvey the API token); several separated by "
		 "blanks while one replaces another"},
	{"survey", HEARD_STRING(struct hook_row, survey), .value = "",
	 .help = "Name of the survey in reports; empty for its title in the tool"},
	{"max_body", HEARD_SIZE(struct hook_row, max_body), .value = "1M", .min = 1024,
	 .max = 8 << 20, .help = "Longest request"},
	{"questions",
	 HEARD_TABLE(struct hook_row, questions, question_options, struct hook_question),
	 .value = "", .help = "What questions ask, where the tool does not tell"},
	{.name = NULL},
};
