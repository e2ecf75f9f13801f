/*
 * Tests of gauge.c: figures of instances on /metrics, replaced as a whole, escaped,
 * and each name once.
 */
#include "engine.h"

#include "gauge.h"
#include "metrics.h"

#include <math.h>

static struct engine e;
static struct heard_buf page;

static int setup(void **state)
{
	(void)state;
	engine_init(&e, 0, 2);
	heard_buf_init(&page, 16 << 20);
	engine_start(&e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	heard_buf_release(&page);
	engine_release(&e);
	return 0;
}

static struct heard_host *host(size_t output)
{
	return &engine_pipeline(&e)->outputs[output].host;
}

static void look(void)
{
	heard_buf_clear(&page);
	metrics_write(e.daemon, &page);
	heard_buf_puts(&page, "");
	assert_false(page.failed);
}

static int times(const char *text)
{
	int n = 0;
	for (const char *at = page.ptr; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

static void one(size_t output, const char *name, const char *labels, double value)
{
	heard_gauge_set(host(output), name, "Tickets that are open",
			&(struct heard_gauge){labels, value}, 1);
}

static void they_are_shown_and_replaced_as_a_whole(void **state)
{
	(void)state;
	char labels[32] = "priority=\"high\"";
	const struct heard_gauge two[] = {{labels, 3}, {"priority=\"low\"", 0.25}};
	heard_gauge_set(host(0), "tickets_open", "Tickets that are open", two, 2);
	memset(labels, 'x', sizeof(labels) - 1); /* it has a copy */
	look();
	assert_int_equal(times("# TYPE heard_tickets_open gauge\n"
			       "# HELP heard_tickets_open Tickets that are open\n"
			       "heard_tickets_open{pipeline=\"shop\",instance=\"o0\","
			       "priority=\"high\"} 3\n"
			       "heard_tickets_open{pipeline=\"shop\",instance=\"o0\","
			       "priority=\"low\"} 0.25\n"),
			 1);
	one(0, "tickets_open", "", 1e6);
	look();
	assert_int_equal(times("heard_tickets_open{"), 1);
	assert_int_equal(
		times("heard_tickets_open{pipeline=\"shop\",instance=\"o0\"} 1000000\n"), 1);
	heard_gauge_set(host(0), "tickets_open", "Tickets that are open", NULL, 0);
	look();
	assert_int_equal(times("tickets_open"), 0);
}

static void a_name_has_one_block_whoever_sets_it(void **state)
{
	(void)state;
	one(1, "b", "", 1);
	one(0, "b", "", 2);
	one(0, "a", "", 3);
	one(1, "c", "", 4);
	one(1, "a", "", 5);
	one(1, "b", "", 6);
	look();
	assert_int_equal(times("# TYPE heard_b gauge"), 1);
	assert_int_equal(times("heard_b{"), 2);
	const char *at = strstr(page.ptr, "# TYPE heard_a gauge");
	assert_non_null(at);
	assert_string_equal(at, "# TYPE heard_a gauge\n# HELP heard_a Tickets that are open\n"
				"heard_a{pipeline=\"shop\",instance=\"o0\"} 3\n"
				"heard_a{pipeline=\"shop\",instance=\"o1\"} 5\n"
				"# TYPE heard_b gauge\n# HELP heard_b Tickets that are open\n"
				"heard_b{pipeline=\"shop\",instance=\"o1\"} 6\n"
				"heard_b{pipeline=\"shop\",instance=\"o0\"} 2\n"
				"# TYPE heard_c gauge\n# HELP heard_c Tickets that are open\n"
				"heard_c{pipeline=\"shop\",instance=\"o1\"} 4\n"
				"# EOF\n");
}

static void one_that_heard_has_itself_is_left_out(void **state)
{
	(void)state;
	one(0, "in_flight_bytes", "", 17);
	one(1, "in_flight_bytes", "", 17);
	one(1, "journal_bytes_of_mine", "", 18);
	look();
	assert_int_equal(times("# TYPE heard_in_flight_bytes "), 1);
	assert_int_equal(times(" 17\n"), 0);
	assert_int_equal(times(" 18\n"), 1);
}

static void labels_are_escaped(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 4096);
	heard_gauge_label(&b, "department", HEARD_STR_OF("物流\"部\\\n{}"));
	heard_gauge_label(&b, "empty", heard_str_n(NULL, 0));
	heard_buf_puts(&b, "");
	assert_string_equal(b.ptr, "department=\"物流\\\"部\\\\\\n{}\",empty=\"\"");
	heard_buf_release(&b);
}

static void numbers_that_are_none_are_written_as_they_must(void **state)
{
	(void)state;
	const struct heard_gauge all[] = {{"k=\"1\"", NAN},
					  {"k=\"2\"", INFINITY},
					  {"k=\"3\"", -INFINITY},
					  {"k=\"4\"", -0.1}};
	heard_gauge_set(host(0), "odd", "Odd ones", all, 4);
	look();
	assert_int_equal(times("k=\"1\"} NaN\n"), 1);
	assert_int_equal(times("k=\"2\"} +Inf\n"), 1);
	assert_int_equal(times("k=\"3\"} -Inf\n"), 1);
	assert_int_equal(times("k=\"4\"} -0.1\n"), 1);
}

static void there_are_256_of_a_family_at_most(void **state)
{
	(void)state;
	enum { N = 300 };
	static char labels[N][16];
	static struct heard_gauge all[N];
	for (int i = 0; i < N; i++) {
		snprintf(labels[i], sizeof(labels[i]), "k=\"%d\"", i);
		all[i] = (struct heard_gauge){labels[i], i};
	}
	heard_gauge_set(host(0), "many", "Many", all, N);
	look();
	assert_int_equal(times("heard_many{"), 256);
}

/* Any thread may set them while they are read. */
static void *set_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++)
		one(0, i % 3 ? "races" : "laps", i % 2 ? "k=\"odd\"" : "", i);
	return NULL;
}

static void they_may_be_set_while_they_are_read(void **state)
{
	(void)state;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, set_often, NULL), 0);
	for (int i = 0; i < 50; i++) {
		look();
		one(1, "races", "", i);
	}
	pthread_join(thread, NULL);
	look();
	assert_int_equal(times("heard_races{"), 2);
	assert_int_equal(times("heard_laps{"), 1);
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLAIN(they_are_shown_and_replaced_as_a_whole),
		PLAIN(a_name_has_one_block_whoever_sets_it),
		PLAIN(one_that_heard_has_itself_is_left_out),
		PLAIN(labels_are_escaped),
		PLAIN(numbers_that_are_none_are_written_as_they_must),
		PLAIN(there_are_256_of_a_family_at_most),
		PLAIN(they_may_be_set_while_they_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
