/*
 * test_survey.c - what a survey asks, what is answered, and what that amounts to.
 *
 * The plugin's own files are compiled in; pages and requests are looked at by
 * tests/system/t1120-survey.sh.
 */
#include "input/survey/form.c"
#include "input/survey/line.c"
#include "input/survey/list.c"
#include "input/survey/qr.c"
#include "input/survey/reply.c"
#include "input/survey/score.c"
#include "input/survey/style.c"
#include "input/survey/when.c"
#include "input/survey/wording.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const parts[] = {"packaging", "logistics", "taste|味道|Taste"};
static const char *const ways[] = {"phone|电话|By phone", "chat|在线", "门店"};

/* nps, why, stars, way, many, wait */
static struct question_row rows[] = {
	{.id = "nps", .kind = KIND_NPS, .required = true, .when = ""},
	{.id = "why", .kind = KIND_TEXT, .max = 10, .when = "nps <= 6"},
	{.id = "stars", .kind = KIND_STARS, .parts = {parts, 3}, .when = ""},
	{.id = "way",
	 .kind = KIND_CHOICE,
	 .text = {{"怎么", NULL}},
	 .choices = {ways, 3},
	 .when = ""},
	{.id = "many",
	 .kind = KIND_CHOICE,
	 .many = true,
	 .text = {{"哪些", "Which"}},
	 .choices = {ways, 3},
	 .when = "stars.packaging < 3 or way == 门店 and nps > 8"},
	{.id = "wait", .kind = KIND_TEXT, .max = 10, .when = "many == phone"},
};
enum { ROWS = sizeof(rows) / sizeof(*rows) };

struct fixture {
	struct form *form;
	struct reply reply;
	struct heard_error err;
};

static int setup(void **state)
{
	static struct fixture f;
	struct heard_rows all = {rows, ROWS};
	f.form = form_create(&all, &f.err);
	if (f.form == NULL)
		print_error("%s\n", f.err.text);
	reply_init(&f.reply);
	*state = &f;
	return f.form ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	reply_release(&f->reply);
	form_destroy(f->form);
	return 0;
}

static enum reply_fault reads(struct fixture *f, const char *body)
{
	reply_release(&f->reply);
	reply_init(&f->reply);
	return reply_read(&f->reply, f->form, heard_str(body));
}

/* ---- the definition */

static const char *fault_of(struct fixture *f, struct question_row *given, size_t n)
{
	struct heard_rows all = {given, n};
	for (size_t i = 0; i < n; i++)
		given[i].when = given[i].when ? given[i].when : "";
	struct form *form = form_create(&all, &f->err);
	assert_null(form);
	assert_int_equal(f->err.code, EINVAL);
	return f->err.text;
}

#define FAULT(wanted, ...)                                                             \
	do {                                                                           \
		struct question_row given[] = {__VA_ARGS__};                           \
		const char *said = fault_of(f, given, sizeof(given) / sizeof(*given)); \
		if (!strstr(said, wanted))                                             \
			fail_msg("\"%s\" is not in: %s", wanted, said);                \
	} while (0)

static void labels_have_a_key_and_both_languages(void **state)
{
	struct fixture *f = *state;
	const struct question *q = &f->form->at[3];
	assert_string_equal(q->choices[0].key, "phone");
	assert_string_equal(q->choices[0].said.in[PAGE_ZH], "电话");
	assert_string_equal(q->choices[0].said.in[PAGE_EN], "By phone");
	assert_string_equal(q->choices[1].said.in[PAGE_EN], "在线");
	assert_string_equal(q->choices[2].key, "门店");
	assert_string_equal(q->text.in[PAGE_EN], "怎么");
	q = &f->form->at[2];
	assert_string_equal(q->parts[0].said.in[PAGE_ZH], "包装");
	assert_string_equal(q->parts[2].said.in[PAGE_EN], "Taste");
}

static void faults_of_questions_are_told_together(void **state)
{
	struct fixture *f = *state;
	static const char *const two[] = {"a", "a"}, *const one[] = {"x"},
				 *const bad[] = {"T t", "|x"};
	FAULT("question \"A\": id must", {.id = "A", .kind = KIND_NPS});
	FAULT("taken by heard", {.id = "name", .kind = KIND_NPS});
	FAULT("id is there twice", {.id = "a", .kind = KIND_NPS},
	      {.id = "a", .kind = KIND_TEXT});
	FAULT("one question of this kind", {.id = "a", .kind = KIND_CES},
	      {.id = "b", .kind = KIND_CES});
	FAULT("only kind stars", {.id = "a", .kind = KIND_NPS, .parts = {one, 1}});
	FAULT("only kind choice has choices",
	      {.id = "a", .kind = KIND_NPS, .choices = {one, 1}});
	FAULT("only kind choice has many", {.id = "a", .kind = KIND_NPS, .many = true});
	FAULT("two entries",
	      {.id = "a", .kind = KIND_CHOICE, .text = {{"x", NULL}}, .choices = {one, 1}});
	FAULT("is missing", {.id = "a", .kind = KIND_CHOICE, .choices = {two, 2}});
	FAULT("\"a\" twice",
	      {.id = "a", .kind = KIND_CHOICE, .text = {{"x", NULL}}, .choices = {two, 2}});
	FAULT("a to z", {.id = "a", .kind = KIND_STARS, .parts = {bad, 1}});
	FAULT("key|",
	      {.id = "a", .kind = KIND_CHOICE, .text = {{"x", NULL}}, .choices = {bad, 2}});
	FAULT("question \"B\": id must", {.id = "", .kind = KIND_NPS, .many = true},
	      {.id = "b", .kind = KIND_NPS}, {.id = "B", .kind = KIND_TEXT});
}

static void all_texts_together_fit_into_what_is_taken(void **state)
{
	struct fixture *f = *state;
	struct question_row given[] = {
		{.id = "a", .kind = KIND_TEXT, .max = 5000, .when = ""},
		{.id = "b", .kind = KIND_TEXT, .max = 5000, .when = ""},
		{.id = "c", .kind = KIND_TEXT, .max = 5000, .when = ""},
		{.id = "d", .kind = KIND_TEXT, .max = 5000, .when = ""},
		{.id = "e", .kind = KIND_TEXT, .max = 1, .when = ""},
		{.id = "f", .kind = KIND_TEXT, .max = 1, .when = ""},
	};
	assert_non_null(strstr(fault_of(f, given, 6), "question \"e\": max of all texts"));
	assert_null(strstr(f->err.text, "\"f\""));
	form_destroy(form_create(&(struct heard_rows){given, 4}, &f->err));
}

static void faults_of_questions_that_have_no_room_are_counted(void **state)
{
	struct fixture *f = *state;
	struct question_row given[FORM_QUESTIONS];
	for (size_t i = 0; i < FORM_QUESTIONS; i++)
		given[i] = (struct question_row){.id = "Bad", .kind = KIND_TEXT, .many = true};
	assert_non_null(strstr(fault_of(f, given, FORM_QUESTIONS), "; and "));
	struct question_row more[FORM_QUESTIONS + 1];
	for (size_t i = 0; i <= FORM_QUESTIONS; i++)
		more[i] = (struct question_row){.id = "a", .kind = KIND_TEXT};
	assert_non_null(strstr(fault_of(f, more, FORM_QUESTIONS + 1), "more than 40"));
}

static void conditions_that_make_no_sense_are_refused(void **state)
{
	struct fixture *f = *state;
#define WHEN(wanted, condition)                                                                \
	FAULT(wanted, {.id = "nps", .kind = KIND_NPS},                                         \
	      {.id = "way", .kind = KIND_CHOICE, .text = {{"x", NULL}}, .choices = {ways, 3}}, \
	      {.id = "many",                                                                   \
	       .kind = KIND_CHOICE,                                                            \
	       .many = true,                                                                   \
	       .text = {{"x", NULL}},                                                          \
	       .choices = {ways, 3}},                                                          \
	      {.id = "idea", .kind = KIND_TEXT},                                               \
	      {.id = "x", .kind = KIND_TEXT, .when = (condition)})
	WHEN("did you mean \"nps\"", "npss < 3");
	WHEN("did you mean \"phone\"", "way == phon");
	WHEN("does not come before", "x == 3");
	WHEN("which has no values", "idea == 3");
	WHEN("the part \"a\"", "nps.a < 3");
	WHEN("lacks one of", "nps 3");
	WHEN("with a number of 0 to 10", "nps < x");
	WHEN("with a number of 0 to 10", "nps <");
	WHEN("never true", "nps > 10");
	WHEN("always true", "nps >= 0");
	WHEN("== and != only", "way < phone");
	WHEN("== only", "many != phone");
	WHEN("lacks a value", "way ==");
	WHEN("than and, or", "nps < 3 xor nps > 4");
	WHEN("than and, or", "nps < 3 (nps > 4)");
	WHEN("must be like", "nps < 3 and");
	WHEN("must be like", "(nps < 3)");
	WHEN("more than 8",
	     "nps<3 or nps<3 or nps<3 or nps<3 or nps<3 or nps<3 or nps<3 or nps<3 or nps<3");
}

/* ---- answers */

static void conditions_are_asked_of_what_was_answered(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(reads(f, "q.nps=6&q.why=a"), REPLY_GOOD);
	assert_int_equal(f->reply.given[1].len, 1);
	assert_int_equal(reads(f, "q.nps=7&q.why=a"), REPLY_GOOD);
	assert_int_equal(f->reply.given[1].len, 0);
	assert_int_equal(reads(f, "q.nps=7&q.stars.packaging=2&q.many=0"), REPLY_GOOD);
	assert_int_equal(f->reply.given[4].picked, 1);
	assert_int_equal(reads(f, "q.nps=7&q.stars.packaging=3&q.many=0"), REPLY_GOOD);
	assert_int_equal(f->reply.given[4].picked, 0);
	assert_int_equal(reads(f, "q.nps=9&q.way=2&q.many=0&q.many=2"), REPLY_GOOD);
	assert_int_equal(f->reply.given[4].picked, 5);
	assert_int_equal(reads(f, "q.nps=8&q.way=2&q.many=0"), REPLY_GOOD);
	assert_int_equal(f->reply.given[4].picked, 0); /* "and" binds before "or" */
	/* what hangs on a question that was not asked is not asked either */
	assert_int_equal(reads(f, "q.nps=8&q.many=0&q.wait=x"), REPLY_GOOD);
	assert_int_equal(f->reply.given[5].len, 0);
	assert_int_equal(reads(f, "q.nps=9&q.way=2&q.many=0&q.wait=x"), REPLY_GOOD);
	assert_int_equal(f->reply.given[5].len, 1);
}

static void what_the_page_does_not_have_is_refused_or_passed_over(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(reads(f, ""), REPLY_EMPTY);
	assert_int_equal(reads(f, "lang=zh&q.why=&q.nps="), REPLY_EMPTY);
	assert_int_equal(reads(f, "q.stars=3"), REPLY_MISSING);
	assert_int_equal(f->reply.question, 0);
	assert_int_equal(reads(f, "q.nps=11"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=-1"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1.5"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.way=3"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.stars.packaging=0"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.why=%"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.why=%ff"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.why=a%00b"), REPLY_MALFORMED);
	assert_int_equal(reads(f, "q.nps=1&q.why=12345678901"), REPLY_LONG);
	assert_int_equal(
		reads(f, "q.nps=1&q.why=%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD"),
		REPLY_GOOD);
	assert_int_equal(reads(f, "=&&==&q.&q.=1&q.x=1&q.stars.x=9&q.nps=1&q.nps.x=9&nps=3"),
			 REPLY_GOOD);
	assert_int_equal(reads(f, "q.nps=1&q.why=+a%0D%0Ab%0D+"), REPLY_GOOD);
	assert_true(heard_str_is(reply_text(&f->reply, 1), "a\nb"));
	char many[PAIRS * 8];
	memset(many, '&', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	assert_int_equal(reads(f, many), REPLY_MALFORMED);
}

/* ---- scores */

static const char *const bad_names[] = {"logistics", "taste"}, *const bad_values[] = {
								       "warehouse", "kitchen"};
static const struct bad_options bad = {.nps = 6,
				       .csat = -1,
				       .ces = -1,
				       .stars = 2,
				       .department = "care",
				       .departments = {bad_names, bad_values, 2}};

static struct score scored(struct fixture *f, const char *body)
{
	assert_int_equal(reads(f, body), REPLY_GOOD);
	return score_of(f->form, &bad, &f->reply);
}

static void a_bad_answer_goes_to_the_department_of_its_worst_part(void **state)
{
	struct fixture *f = *state;
	struct score s = scored(f, "q.nps=6");
	assert_true(s.is_bad);
	assert_string_equal(s.department, "care");
	s = scored(f, "q.nps=7&q.stars=3");
	assert_false(s.is_bad || s.is_good);
	s = scored(f, "q.nps=10&q.stars=5&q.stars.taste=4");
	assert_true(s.is_good && !s.is_bad);
	assert_string_equal(s.department, "");
	s = scored(f, "q.nps=10&q.stars.taste=2");
	assert_true(s.is_bad);
	assert_string_equal(s.department, "kitchen");
	s = scored(f, "q.nps=0&q.stars.taste=3&q.stars.logistics=2&q.stars.packaging=2");
	assert_string_equal(s.worst->key, "packaging"); /* the first of equal ones */
	assert_string_equal(s.department, "care");	/* it has none of its own  */
	s = scored(f, "q.nps=0&q.stars.taste=5");
	assert_null(s.worst); /* the best is not bad */
	assert_string_equal(s.department, "care");
}

static void options_of_bad_are_checked(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"logistic"}, *const good[] = {"x"},
				 *const long_name[] = {"two words"};
	static const char *const right[] = {"logistics"};
	struct bad_options b = bad;
	assert_int_equal(score_check(f->form, &b, &f->err), 0);
	b.departments = (struct heard_map){names, good, 1};
	assert_int_equal(score_check(f->form, &b, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.text, "did you mean \"logistics\""));
	b.departments = (struct heard_map){right, long_name, 1};
	assert_int_equal(score_check(f->form, &b, &f->err), -EINVAL);
	b.departments.n = 0;
	b.department = "物流部";
	assert_int_equal(score_check(f->form, &b, &f->err), 0);
	b.department = "物流a";
	assert_int_equal(score_check(f->form, &b, &f->err), -EINVAL);
	b.department = "отдел"; /* the core takes ideographs only */
	assert_int_equal(score_check(f->form, &b, &f->err), -EINVAL);
	b = bad;
	b.csat = 2;
	assert_int_equal(score_check(f->form, &b, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.text, "bad.csat"));
}

/* ---- the record */

static char *line_of(struct fixture *f, const char *body, enum page_lang lang)
{
	static char text[4096];
	struct heard_buf buf;
	struct score s = scored(f, body);
	struct line_about about = {.survey = "after",
				   .title = {{"售后", "Service"}},
				   .lang = lang,
				   .segment = HEARD_STR("vip"),
				   .product = HEARD_STR("P"),
				   .person = HEARD_STR("ab")};
	heard_buf_init(&buf, sizeof(text));
	line_write(&buf, f->form, &f->reply, &s, &about);
	snprintf(text, sizeof(text), "%s", buf.ptr);
	heard_buf_release(&buf);
	return text;
}

static void a_long_title_does_not_spoil_a_record(void **state)
{
	struct fixture *f = *state;
	char title[3 * 100 + 1] = "x";
	for (size_t i = 1; i + 3 < sizeof(title); i += 3)
		memcpy(title + i, "调", sizeof("调"));
	struct score s = scored(f, "q.nps=1");
	struct line_about about = {
		.survey = "after", .title = {{title, title}}, .lang = PAGE_ZH};
	struct heard_buf buf;
	heard_buf_init(&buf, 4096);
	line_write(&buf, f->form, &f->reply, &s, &about);
	assert_false(buf.failed);
	assert_true(text_is_valid(heard_buf_view(&buf)));
	assert_non_null(strstr(buf.ptr, "调：低分\""));
	heard_buf_release(&buf);
}

static void a_record_says_what_was_answered(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(
		line_of(f, "q.nps=3&q.why=slow&q.stars=4&q.stars.logistics=1&q.way=0", PAGE_EN),
		"{\"channel\":\"survey\",\"lang\":\"en\",\"body\":\"slow\",\"author\":{\"id\":"
		"\"ab\"},"
		"\"nps\":3,\"rating\":4,\"rating_max\":5,\"ratings\":{\"logistics\":1},"
		"\"product\":\"P\","
		"\"intent\":\"complaint\",\"department\":\"warehouse\",\"attributes\":{"
		"\"survey\":{"
		"\"name\":\"after\",\"segment\":\"vip\",\"nps\":3,\"why\":\"slow\",\"stars\":4,"
		"\"way\":\"phone\"}}}");
	assert_non_null(
		strstr(line_of(f, "q.nps=9&q.way=2&q.many=0&q.many=2&q.wait=a", PAGE_EN),
		       "\"many\":\"phone, 门店\""));
	assert_non_null(strstr(line_of(f, "q.nps=9&q.stars.taste=1", PAGE_ZH),
			       "\"subject\":\"售后：味道 1/5\""));
	assert_non_null(
		strstr(line_of(f, "q.nps=1", PAGE_EN), "\"subject\":\"Service: a low score\""));
	const char *two = line_of(
		f, "q.nps=1&q.why=%E4%B8%AD&q.stars.packaging=1&q.many=0&q.wait=b", PAGE_EN);
	assert_non_null(strstr(
		two,
		"\"body\":\"What is the main reason?: 中\\nWhat is the main reason?: b\""));
	assert_non_null(strstr(two, "\"lang\":\"zh\"")); /* by what was written */
}

static void style_shows_what_the_condition_says(void **state)
{
	struct fixture *f = *state;
	struct heard_buf css;
	heard_buf_init(&css, 1 << 16);
	style_write(&css, f->form);
	assert_non_null(strstr(
		css.ptr, "form:has(#q0-0:checked,#q0-1:checked,#q0-2:checked,#q0-3:checked,"
			 "#q0-4:checked,#q0-5:checked,#q0-6:checked) .ask.w1{display:block}"));
	assert_non_null(strstr(
		css.ptr, "form:has(#q2p0-1:checked,#q2p0-2:checked) .ask.w4,"
			 "form:has(#q3-2:checked):has(#q0-9:checked,#q0-10:checked) .ask.w4{"));
	assert_non_null(strstr(css.ptr,
			       "form:not(form:has(#q2p0-1:checked,#q2p0-2:checked),form:has("));
	assert_null(strstr(css.ptr, "wait"));
	heard_buf_release(&css);
}

/* a <- b <- c <- d, and e by either of two */
static void what_asks_for_a_hidden_question_is_hidden(void **state)
{
	(void)state;
	struct question_row chain[] = {
		{.id = "a", .kind = KIND_NPS, .when = ""},
		{.id = "b", .kind = KIND_CSAT, .when = "a > 9"},
		{.id = "c", .kind = KIND_CES, .when = "b > 4"},
		{.id = "d", .kind = KIND_TEXT, .max = 1, .when = "c > 6"},
		{.id = "e", .kind = KIND_TEXT, .max = 1, .when = "a < 1 or c > 6 and a > 9"},
	};
	struct heard_rows all = {chain, sizeof(chain) / sizeof(*chain)};
	struct heard_error err = {0};
	struct heard_buf css;
	struct form *form = form_create(&all, &err);
	assert_non_null(form);
	heard_buf_init(&css, 1 << 16);
	style_write(&css, form);
	assert_non_null(strstr(
		css.ptr, "form:not(form:has(#q1-5:checked)) .ask.w3{display:none!important}"));
	assert_non_null(strstr(
		css.ptr, "form:not(form:has(#q0-10:checked)) .ask.w3{display:none!important}"));
	assert_null(strstr(css.ptr, ".ask.w4{display:none!important}"));
	heard_buf_release(&css);
	form_destroy(form);
}

/* ---- lists, codes */

static int open_list(struct list *list, const char *text, size_t n, struct heard_error *err)
{
	struct heard_str head;
	FILE *in = fmemopen((void *)(uintptr_t)text, n, "r");
	int result = list_read(list, "-", in, &head, err);
	fclose(in);
	return result;
}

static void lists_are_read_as_shops_export_them(void **state)
{
	struct fixture *f = *state;
	struct list list;
	struct list_row row;
	static const char text[] =
		"\xef\xbb\xbf姓名;会员号;分组\r\n\"a;b\"\"\"; 17 ;vip\r\n\r\nx\n;;\n\"open";
	assert_int_equal(open_list(&list, text, sizeof(text) - 1, &f->err), 0);
	assert_int_equal(list_next(&list, &row, &f->err), 1);
	assert_true(heard_str_is(row.of[LIST_ID], "17") &&
		    heard_str_is(row.of[LIST_SEGMENT], "vip"));
	assert_true(heard_str_is(row.raw, "\"a;b\"\"\"; 17 ;vip"));
	assert_int_equal(row.lacks, 0);
	assert_int_equal(list_next(&list, &row, &f->err), 1);
	assert_int_equal(row.of[LIST_ID].len, 0);
	assert_int_equal(row.lacks, 2);
	assert_int_equal(list_next(&list, &row, &f->err), 1);
	list_next(&list, &row, &f->err);
	assert_int_equal(list_next(&list, &row, &f->err), 0);
	list_release(&list);
	static const char gbk[] =
		"\xbf\xcd\xbb\xa7\xb1\xe0\xba\xc5,a\n9,\xc4\xfa\xba\xc3\xb0\xa1\n";
	assert_int_equal(open_list(&list, gbk, sizeof(gbk) - 1, &f->err), 0);
	assert_int_equal(list_next(&list, &row, &f->err), 1);
	assert_true(heard_str_is(row.raw, "9,您好啊"));
	list_release(&list);
	assert_int_equal(open_list(&list, "id\n1,2\n", 7, &f->err), 0);
	assert_int_equal(list_next(&list, &row, &f->err), -EBADMSG);
	assert_non_null(strstr(f->err.text, "line 2 of the list has more fields"));
	list_release(&list);
	assert_int_equal(open_list(&list, "name\nx\n", 7, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.text, "no column"));
	list_release(&list);
	assert_int_equal(open_list(&list, "\n\n", 2, &f->err), -EINVAL);
	list_release(&list);
}

static void a_code_is_an_image_of_its_link(void **state)
{
	(void)state;
	struct heard_buf svg;
	heard_buf_init(&svg, 1 << 20);
	assert_true(qr_svg(&svg, "https://x.test/survey/a?segment=a&product=b"));
	assert_non_null(strstr(
		svg.ptr, "<title>https://x.test/survey/a?segment=a&amp;product=b</title>"));
	assert_non_null(strstr(svg.ptr, "viewBox=\"0 0 41 41\"")); /* version 4: 33 and 2 * 4 */
	assert_non_null(strstr(svg.ptr, "M4 4h7v1h-7z"));	   /* the finder's first row */
	heard_buf_release(&svg);
	char *text = calloc(1, 5000);
	memset(text, 'a', 4999);
	heard_buf_init(&svg, 1 << 20);
	assert_false(qr_svg(&svg, text));
	heard_buf_release(&svg);
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(labels_have_a_key_and_both_languages),
		TEST(faults_of_questions_are_told_together),
		TEST(all_texts_together_fit_into_what_is_taken),
		TEST(faults_of_questions_that_have_no_room_are_counted),
		TEST(conditions_that_make_no_sense_are_refused),
		TEST(conditions_are_asked_of_what_was_answered),
		TEST(what_the_page_does_not_have_is_refused_or_passed_over),
		TEST(a_bad_answer_goes_to_the_department_of_its_worst_part),
		TEST(options_of_bad_are_checked),
		TEST(a_record_says_what_was_answered),
		TEST(a_long_title_does_not_spoil_a_record),
		TEST(style_shows_what_the_condition_says),
		TEST(what_asks_for_a_hidden_question_is_hidden),
		TEST(lists_are_read_as_shops_export_them),
		TEST(a_code_is_an_image_of_its_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
