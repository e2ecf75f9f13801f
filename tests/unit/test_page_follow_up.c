/*
 * test_page_follow_up.c - the question, and what is taken for an answer to it.
 */
#include "heard/http.h"

#define heard_http_header test_header
struct heard_str test_header(const struct heard_http *, const char *name);
#include "output/tickets/page_follow_up.c"
#include "output/tickets/page_hide.c"

#include "pages_fixture.h"

static const char *content_type, *content_encoding;

struct heard_str test_header(const struct heard_http *request, const char *name)
{
	(void)request;
	return heard_str(strcmp(name, "Content-Type") == 0 ? content_type : content_encoding);
}

static void question_has_five_faces_and_needs_one(void **state)
{
	struct page p;
	struct page_question q = {.path = "/follow-up/AAAAAAAAAAAAAAAAAAAAAA", .until = NOW};
	(void)state;
	begin_page(&p, PAGE_EN);
	page_question_put(&p, &q, shanghai);
	for (int score = 1; score <= 5; score++) {
		char input[96];
		snprintf(input, sizeof(input),
			 "<input type=radio name=score required id=\"s%d\" value=\"%d\">",
			 score, score);
		must_show(&p, input);
	}
	must_show(&p, "action=\"/follow-up/AAAAAAAAAAAAAAAAAAAAAA?lang=en\"");
	must_show(&p, "2 Jan 2026, 11:04");
	must_not_show(&p, "role=alert");
	page_release(&p);
}

static void text_is_kept_when_the_score_was_missing(void **state)
{
	struct page p;
	struct page_question q = {.path = "/follow-up/x",
				  .text = HEARD_STR("</textarea>" EVIL),
				  .is_score_missing = true,
				  .until = NOW};
	(void)state;
	begin_page(&p, PAGE_ZH);
	page_question_put(&p, &q, NULL);
	must_be_harmless(&p);
	must_show(&p, "role=alert>请先选择");
	must_show(&p, ">\n&lt;/textarea&gt;&quot;");
	page_release(&p);
}

static void scores_are_one_to_five(void **state)
{
	static const struct {
		const char *body;
		int64_t score;
	} cases[] = {
		{"score=1", 1},
		{"text=x&score=5", 5},
		{"score=3&score=1", 3},
		{"score=%34", 4},
		{"score=0", 0},
		{"score=6", 0},
		{"score=", 0},
		{"score", 0},
		{"", 0},
		{"score=12", 0},
		{"score=+1", 0},
		{"score=1%00", 0},
		{"score=1%0d%0a", 0},
		{"scores=1", 0},
		{"Score=1", 0},
		{"score=%", 0},
		{"score=\xef\xbc\x91", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(read_score(heard_str(cases[i].body)), cases[i].score);
}

static void only_a_plain_form_is_taken(void **state)
{
	static const struct {
		const char *type, *encoding;
		bool is_form;
	} cases[] = {
		{"application/x-www-form-urlencoded", NULL, true},
		{"Application/X-WWW-Form-Urlencoded; charset=UTF-8", NULL, true},
		{"application/x-www-form-urlencoded ;x", NULL, true},
		{"application/x-www-form-urlencodedx", NULL, false},
		{"application/x-www-form-urlencoded", "gzip", false},
		{"multipart/form-data; boundary=x", NULL, false},
		{"text/plain", NULL, false},
		{"application/json", NULL, false},
		{NULL, NULL, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		content_type = cases[i].type;
		content_encoding = cases[i].encoding;
		assert_int_equal(is_form(NULL), cases[i].is_form);
	}
}

static void check_text(const char *body, const char *wanted)
{
	struct heard_buf out;
	heard_buf_init(&out, MAX_FORM);
	assert_true(read_text(heard_str(body), &out));
	assert_string_equal(out.ptr ? out.ptr : "", wanted);
	heard_buf_release(&out);
}

static void text_is_plain(void **state)
{
	(void)state;
	check_text("score=1&text=a+b%26c%0d%0ad%0a%0a", "a b&c\nd");
	check_text("text=%E4%BD%A0%E5%A5%BD", "你好");
	check_text("text=a%1b[31mb%7f%09c", "a [31mb \tc");
	check_text("text=%ff", "");
	check_text("text=a%00b", "");
	check_text("text=%zz", "");
	check_text("text=", "");
	check_text("score=1", "");
}

static void text_ends_at_a_whole_character(void **state)
{
	static char body[MAX_FORM];
	struct heard_buf out;
	size_t n = (size_t)snprintf(body, sizeof(body), "text=");
	(void)state;
	while (n + 12 < sizeof(body))
		n += (size_t)snprintf(body + n, sizeof(body) - n, "%%E4%%BD%%A0");
	heard_buf_init(&out, MAX_FORM);
	assert_true(read_text(heard_str_n(body, n), &out));
	assert_int_equal(out.len, MAX_CHARACTERS * 3);
	assert_true(text_is_valid(heard_buf_view(&out)));
	heard_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_has_five_faces_and_needs_one),
		cmocka_unit_test(text_is_kept_when_the_score_was_missing),
		cmocka_unit_test(scores_are_one_to_five),
		cmocka_unit_test(only_a_plain_form_is_taken),
		cmocka_unit_test(text_is_plain),
		cmocka_unit_test(text_ends_at_a_whole_character),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
