/*
 * test_page_count.c - last month's figures are counted apart, once at a time, and brought
 * home; a stop waits for them.
 */
#include "zone_fixture.h"

#define heard_now(host)	     test_now(host)
#define heard_post	     test_post
#define heard_log(host, ...) test_log(host, __VA_ARGS__)
int64_t test_now(const struct heard_host *);
void test_post(struct heard_host *, void (*fn)(void *arg), void *arg);
void test_log(struct heard_host *, enum heard_level, const char *format, ...)
	HEARD_PRINTF(3, 4);
#include "output/tickets/page_count.c"

#include "store_fixture.h"

#undef heard_now
#undef heard_post
#undef heard_log

static struct {
	pthread_mutex_t lock;
	pthread_cond_t came;
	void (*fn)(void *arg);
	void *arg;
	int n_posts, n_warnings;
	int64_t now;
} t = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};

int64_t test_now(const struct heard_host *host)
{
	(void)host;
	return t.now;
}

void test_post(struct heard_host *host, void (*fn)(void *arg), void *arg)
{
	(void)host;
	pthread_mutex_lock(&t.lock);
	t.fn = fn;
	t.arg = arg;
	t.n_posts++;
	pthread_cond_signal(&t.came);
	pthread_mutex_unlock(&t.lock);
}

void test_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host;
	(void)format;
	t.n_warnings += level == HEARD_WARN;
}

/* What was posted runs at home. */
static void come(void)
{
	struct timespec until;
	int code = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	pthread_mutex_lock(&t.lock);
	while (!t.fn && code == 0)
		code = pthread_cond_timedwait(&t.came, &t.lock, &until);
	void (*fn)(void *arg) = t.fn;
	t.fn = NULL;
	pthread_mutex_unlock(&t.lock);
	if (!fn)
		fail_msg("nothing was posted");
	fn(t.arg);
}

/* Two complaints of December, one of them answered, and one of January. */
static struct pages begin_with(struct fixture *f)
{
	for (unsigned n = 1; n <= 3; n++) {
		struct store_record rec = a_complaint(f, n, "the box was open");
		rec.received_at = n < 3 ? NOW - DAYS(10) : NOW;
		put(f, rec);
	}
	answer_it(f, 1, "sorry", NOW - DAYS(9));
	t.n_posts = t.n_warnings = 0;
	t.fn = NULL;
	t.now = NOW;
	return (struct pages){.store = &f->store,
			      .database = f->path,
			      .figures = {.asked_at = HEARD_TIME_NONE}};
}

static void figures_come_home_later(void **state)
{
	struct pages pages = begin_with(*state);
	page_month_count(&pages);
	assert_int_equal(pages.figures.asked_at, HEARD_TIME_NONE);
	page_month_count(&pages); /* one at a time */
	come();
	assert_null(pages.count);
	assert_int_equal(t.n_posts, 1);
	assert_int_equal(pages.figures.asked_at, NOW);
	assert_int_equal(pages.figures.tickets, 2);
	assert_true(pages.figures.answered == 0.5);
}

static void they_are_counted_again_when_they_are_old(void **state)
{
	struct pages pages = begin_with(*state);
	page_month_count(&pages);
	come();
	t.now = NOW + FIGURES_FOR - 1;
	page_month_count(&pages);
	assert_null(pages.count);
	t.now = NOW + DAYS(40);
	page_month_count(&pages);
	assert_non_null(pages.count);
	assert_int_equal(pages.figures.tickets, 2); /* the last known ones, meanwhile */
	come();
	assert_int_equal(pages.figures.tickets, 1);
}

static void a_stop_waits_for_the_thread(void **state)
{
	struct pages pages = begin_with(*state);
	page_month_count(&pages);
	page_month_stop(&pages);
	assert_null(pages.count);
	assert_int_equal(t.n_posts, 1);
	come(); /* the post is still in the loop */
	assert_int_equal(pages.figures.asked_at, HEARD_TIME_NONE);
	page_month_stop(&pages);
}

static void trouble_is_told_once(void **state)
{
	struct pages pages = begin_with(*state);
	pages.database = "/nonexistent/tickets.db";
	page_month_count(&pages);
	come();
	page_month_count(&pages);
	assert_null(pages.count);
	assert_int_equal(t.n_warnings, 1);
	assert_int_equal(pages.figures.tickets, 0);
}

static void without_a_store_nothing_begins(void **state)
{
	struct store *none = NULL;
	struct pages pages = begin_with(*state);
	pages.store = &none;
	page_month_count(&pages);
	assert_null(pages.count);
}

static void months_begin_at_local_midnight(void **state)
{
	char text[HEARD_TIME_SIZE];
	/* 2025-12-31T16:30Z is 2026 in Shanghai already. */
	int64_t eve = heard_time_parse(HEARD_STR_OF("2025-12-31T16:30:00Z"), NULL);
	(void)state;
	heard_time_format(month_start(eve, 0, shanghai), text);
	assert_string_equal(text, "2025-12-31T16:00:00.000Z");
	heard_time_format(month_start(eve, 1, shanghai), text);
	assert_string_equal(text, "2025-11-30T16:00:00.000Z");
	heard_time_format(month_start(eve, 1, NULL), text);
	assert_string_equal(text, "2025-11-01T00:00:00.000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(figures_come_home_later),
		TEST(they_are_counted_again_when_they_are_old),
		TEST(a_stop_waits_for_the_thread),
		TEST(trouble_is_told_once),
		TEST(without_a_store_nothing_begins),
		cmocka_unit_test(months_begin_at_local_midnight),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
