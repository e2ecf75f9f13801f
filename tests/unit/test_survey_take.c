/*
 * test_survey_take.c - places of a survey while answers wait for their receipts: when each
 * receipt comes is up to the test, surveys.db is real.
 */
#define intake_take	   test_take
#define intake_type_is	   test_type_is
#define intake_set_retry   test_set_retry
#define way_link	   test_link
#define once_check	   test_once
#define heard_now	   test_now
#define heard_log	   test_log
#define heard_http_body	   test_body
#define heard_http_problem test_problem
#include "input/survey/take.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum shown { NOTHING, THANKED, ASKED_LATER, FULL };

/* A click of the customer with this key. */
struct click {
	unsigned char key;
	enum shown shown;
	intake_answer *answer; /* it waits */
	void *arg;
};

static struct heard_http *http(struct click *c)
{
	return (struct heard_http *)(void *)c;
}

static struct click *click_of(const struct heard_http *take)
{
	return (struct click *)(uintptr_t)take;
}

/* ---- in place of the rest of the plugin */

void test_take(struct heard_host *h, struct heard_http *take, const struct heard_emission *e,
	       intake_answer *answer, void *arg)
{
	struct click *c = click_of(take);
	(void)h, (void)e;
	c->answer = answer;
	c->arg = arg;
}

bool test_type_is(const struct heard_http *take, const char *type)
{
	(void)take, (void)type;
	return true;
}

void test_set_retry(struct heard_http *take, int64_t after_ms)
{
	(void)take, (void)after_ms;
}

void test_link(const struct heard_host *h, struct heard_str id, char link[WAY_LINK])
{
	(void)h, (void)id;
	link[0] = '\0';
}

enum once test_once(const struct heard_host *h, struct heard_str text)
{
	(void)h, (void)text;
	return ONCE_GOOD;
}

int64_t test_now(const struct heard_host *h)
{
	(void)h;
	return INT64_C(1772692200000);
}

HEARD_PRINTF(3, 4)
void test_log(struct heard_host *h, enum heard_level level, const char *format, ...)
{
	(void)h, (void)level, (void)format;
	fail_msg("%s", "nothing is to be said");
}

struct heard_str test_body(const struct heard_http *take)
{
	(void)take;
	return HEARD_STR_OF("");
}

HEARD_PRINTF(3, 4)
void test_problem(struct heard_http *take, int status, const char *format, ...)
{
	(void)take, (void)format;
	fail_msg("%d", status);
}

void reply_init(struct reply *r)
{
	(void)r;
}

void reply_release(struct reply *r)
{
	(void)r;
}

enum reply_fault reply_read(struct reply *r, const struct form *form, struct heard_str body)
{
	(void)r, (void)form, (void)body;
	return REPLY_GOOD;
}

struct score score_of(const struct form *form, const struct bad_options *bad,
		      const struct reply *r)
{
	(void)form, (void)bad, (void)r;
	return (struct score){0};
}

void line_write(struct heard_buf *out, const struct form *form, const struct reply *r,
		const struct score *score, const struct line_about *about)
{
	(void)form, (void)r, (void)score, (void)about;
	heard_buf_puts(out, "{}");
}

int visit_read(struct visit *v, const struct survey *self, const struct heard_http *take,
	       const struct reply *r, struct heard_error *err)
{
	(void)self, (void)r, (void)err;
	*v = (struct visit){.key = {click_of(take)->key}};
	return 0;
}

bool survey_admits(const struct survey *self, struct heard_http *take, const struct visit *v)
{
	(void)self, (void)take, (void)v;
	return true;
}

void screen_form(const struct survey *self, struct heard_http *take, const struct visit *v,
		 const struct reply *r, enum reply_fault fault)
{
	(void)self, (void)take, (void)v, (void)r;
	fail_msg("%d", (int)fault);
}

void screen_busy(const struct survey *self, struct heard_http *take, const struct visit *v,
		 const struct reply *r, bool is_expired)
{
	(void)self, (void)v, (void)r;
	assert_false(is_expired);
	click_of(take)->shown = ASKED_LATER;
}

void screen_thanks(const struct survey *self, struct heard_http *take, const struct visit *v,
		   const struct score *score, const char *link)
{
	(void)self, (void)v, (void)score, (void)link;
	click_of(take)->shown = THANKED;
}

void screen_notice(const struct survey *self, struct heard_http *take, const struct visit *v,
		   enum notice notice)
{
	(void)self, (void)v;
	assert_int_equal(notice, NOTICE_FULL);
	click_of(take)->shown = FULL;
}

/* ---- a survey with one place */

struct fixture {
	char path[64];
	struct survey survey;
};

static int setup(void **state)
{
	static struct fixture f;
	struct heard_error err;
	f = (struct fixture){.path = "/tmp/heard-take.XXXXXX",
			     .survey = {.name = "s", .quota = 1}};
	int fd = mkstemp(f.path);
	if (fd < 0)
		return -1;
	close(fd);
	f.survey.campaign = campaign_open(f.path, true, true, &err);
	*state = &f;
	return f.survey.campaign ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	campaign_close(f->survey.campaign);
	assert_null(f->survey.takings);
	return unlink(f->path);
}

static struct click click(struct fixture *f, unsigned char key)
{
	struct click c = {.key = key};
	take_handle(&f->survey, http(&c));
	return c;
}

static void receipt(struct click *c, int code)
{
	struct heard_receipt r = {.code = code};
	assert_non_null(c->answer);
	c->answer(c->arg, http(c), &r);
}

static int64_t places(const struct fixture *f)
{
	int64_t n = -1;
	struct heard_error err;
	assert_int_equal(campaign_count(f->survey.campaign, "s", &n, &err), 0);
	return n;
}

static void the_next_one_finds_it_full(void **state)
{
	struct fixture *f = *state;
	struct click one = click(f, 1), two = click(f, 2);
	assert_int_equal(two.shown, FULL);
	assert_null(two.answer);
	receipt(&one, 0);
	assert_int_equal(one.shown, THANKED);
	assert_int_equal(places(f), 1);
}

static void who_is_refused_leaves_his_place(void **state)
{
	struct fixture *f = *state;
	struct click one = click(f, 1);
	receipt(&one, -EAGAIN);
	assert_int_equal(one.shown, ASKED_LATER);
	struct click two = click(f, 2);
	receipt(&two, 0);
	assert_int_equal(two.shown, THANKED);
	assert_int_equal(places(f), 1);
}

/* The first is refused while the second waits: nobody else may have the place meanwhile. */
static void a_second_click_keeps_the_place(void **state)
{
	struct fixture *f = *state;
	struct click one = click(f, 1), again = click(f, 1);
	receipt(&one, -EAGAIN);
	assert_int_equal(click(f, 2).shown, FULL);
	receipt(&again, 0);
	assert_int_equal(again.shown, THANKED);
	assert_int_equal(places(f), 1);
}

static void a_second_click_that_is_refused_takes_nothing_away(void **state)
{
	struct fixture *f = *state;
	struct click one = click(f, 1), again = click(f, 1);
	receipt(&again, -EAGAIN);
	assert_int_equal(click(f, 2).shown, FULL);
	receipt(&one, 0);
	assert_int_equal(places(f), 1);
}

static void when_both_are_refused_the_place_is_free(void **state)
{
	struct fixture *f = *state;
	struct click one = click(f, 1), again = click(f, 1);
	receipt(&one, -EAGAIN);
	receipt(&again, -EAGAIN);
	assert_int_equal(places(f), 0);
	struct click two = click(f, 2);
	receipt(&two, 0);
	assert_int_equal(two.shown, THANKED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_next_one_finds_it_full),
		TEST(who_is_refused_leaves_his_place),
		TEST(a_second_click_keeps_the_place),
		TEST(a_second_click_that_is_refused_takes_nothing_away),
		TEST(when_both_are_refused_the_place_is_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
