/*
 * Tests of metrics.c: the page says what the ledger says.
 */
#include "engine_emit.h"

#include "metrics.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static void metrics_say_what_the_ledger_says(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_send(&e, "drop");
	engine_send(&e, "refuse me");
	engine_send(&e, "quarantine");
	struct receipt chatter = {0};
	engine_emit(&e, "-", &chatter); /* all of a batch */
	engine_drain(&e);
	metrics_write(e.daemon, &b);
	static const char *const lines[] = {
		"heard_records_received_total{pipeline=\"shop\",input=\"in\"} 5\n",
		"heard_records_delivered_total{pipeline=\"shop\",output=\"o0\"} 1\n",
		"heard_records_delivered_total{pipeline=\"shop\",output=\"o1\"} 2\n",
		"heard_records_dropped_total{pipeline=\"shop\",instance=\"f0\","
		"reason=\"unwanted\"} 1\n",
		"heard_records_dropped_total{pipeline=\"shop\",instance=\"in\","
		"reason=\"chatter\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"o0\","
		"reason=\"refused\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"f0\","
		"reason=\"quarantine\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"in\","
		"reason=\"decode\"} 0\n",
		"heard_records_in_flight{pipeline=\"shop\"} 0\n",
		"heard_output_lag_records{pipeline=\"shop\",output=\"o0\"} 0\n",
		"heard_build_info{version=",
		"heard_journal_fsync_seconds_bucket{le=\"+Inf\"}",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strstr(b.ptr, lines[i]) == NULL)
			fail_msg("no %s", lines[i]);
	assert_string_equal(b.ptr + b.len - 6, "# EOF\n");
	heard_buf_release(&b);
	assert_null(metrics_not_ready(e.daemon));
}

static void conditions_that_fail_are_counted_for_outputs_too(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	e.outputs[0].when = "rating + body > 1";
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	metrics_write(e.daemon, &b);
	assert_non_null(strstr(b.ptr, "heard_condition_failures_total{pipeline=\"shop\","
				      "stage=\"output\",instance=\"o0\"} 1\n"));
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(metrics_say_what_the_ledger_says),
		TEST(conditions_that_fail_are_counted_for_outputs_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
