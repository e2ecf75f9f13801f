/*
 * fuzz_survey.c - any bytes as an answer, as a condition, and as a list of customers.
 *
 * The first byte says which.  What must hold: an answer that is taken becomes a record
 * that is JSON, with scores of their range and nothing of what was not asked; a condition
 * that is refused says why; a list is walked to its end.
 */
#include "input/survey/form.c"
#include "input/survey/line.c"
#include "input/survey/list.c"
#include "input/survey/reply.c"
#include "input/survey/score.c"
#include "input/survey/style.c"
#include "input/survey/when.c"
#include "input/survey/wording.c"

#include <heard/json.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct form *make_form(const char *when)
{
	static const char *const parts[] = {"packaging", "taste|味道|Taste"};
	static const char *const ways[] = {"phone|电话|By phone", "chat", "门店"};
	struct question_row rows[] = {
		{.id = "nps", .kind = KIND_NPS, .when = ""},
		{.id = "stars", .kind = KIND_STARS, .parts = {parts, 2}, .when = ""},
		{.id = "many",
		 .kind = KIND_CHOICE,
		 .many = true,
		 .text = {{"x", "y"}},
		 .choices = {ways, 3},
		 .when = "nps < 5 or stars.taste >= 4"},
		{.id = "why", .kind = KIND_TEXT, .max = 100, .when = when},
	};
	struct heard_rows all = {rows, sizeof(rows) / sizeof(*rows)};
	struct heard_error err = {0};
	struct form *form = form_create(&all, &err);
	must(form || err.text[0]);
	return form;
}

static void fuzz_reply(const struct form *form, struct heard_str body)
{
	static const struct bad_options bad = {
		.nps = 6, .csat = 2, .ces = 2, .stars = 2, .department = ""};
	struct reply reply;
	struct heard_buf line;
	reply_init(&reply);
	enum reply_fault fault = reply_read(&reply, form, body);
	struct score score = score_of(form, &bad, &reply);
	struct line_about about = {.survey = "s", .title = {{"t", "t"}}};
	heard_buf_init(&line, 1 << 20);
	line_write(&line, form, &reply, &score, &about);
	if (fault == REPLY_GOOD) {
		struct heard_error err;
		struct heard_json_doc *doc = heard_json_parse(heard_buf_view(&line), 1 << 20,
							      &err);
		must(doc != NULL);
		const struct heard_json *nps = heard_json_member(heard_json_root(doc), "nps");
		must(!nps || (nps->integer >= 0 && nps->integer <= 10));
		must(when_holds(&form->at[2].when, &reply) || reply.given[2].picked == 0);
		must(reply.given[2].picked < 8);
		heard_json_destroy(doc);
	}
	heard_buf_release(&line);
	reply_release(&reply);
}

static void fuzz_condition(const char *text)
{
	struct heard_buf css;
	struct form *form = make_form(text);
	if (form == NULL)
		return;
	heard_buf_init(&css, 1 << 16);
	style_write(&css, form);
	must(!css.failed);
	heard_buf_release(&css);
	form_destroy(form);
}

static void fuzz_list(const char *bytes, size_t n)
{
	struct list list;
	struct list_row row;
	struct heard_str head;
	struct heard_error err = {0};
	FILE *in = fmemopen((void *)(uintptr_t)bytes, n ? n : 1, "r");
	if (in == NULL)
		return;
	int more = list_read(&list, "-", in, &head, &err);
	for (more = more == 0; more > 0; more = list_next(&list, &row, &err))
		must(list.at <= list.text.len);
	must(more == 0 || err.text[0]);
	list_release(&list);
	fclose(in);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static struct form *form;
	if (form == NULL)
		form = make_form("many == chat");
	must(form != NULL);
	if (n == 0)
		return 0;
	char *text = malloc(n);
	must(text != NULL);
	memcpy(text, data + 1, n - 1);
	text[n - 1] = '\0';
	if (data[0] % 3 == 0)
		fuzz_reply(form, heard_str_n(text, n - 1));
	else if (data[0] % 3 == 1)
		fuzz_condition(text);
	else
		fuzz_list(text, n - 1);
	free(text);
	return 0;
}
