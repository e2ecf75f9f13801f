/* The filter enrich: which kind of customer wrote. */
#include "../../plugins/filter/enrich/segment.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "enrich_fixture.h"

#define NOW INT64_C(1795305600000) /* 2026-11-22 */

static const char *const need_defaults[] = {"subcategory=safety", "priority=high"};
static const char *const delights[] = {"intent=praise", "intent=suggestion"};
static const char *const expected[] = {"intent=complaint", "intent=question"};

static struct segment_options defaults(void)
{
	struct segment_options o = {0};
	o.loyalty.orders = "orders";
	o.loyalty.since = "since";
	o.loyalty.last = "last";
	o.loyalty.loyal_orders = 3;
	o.loyalty.loyal_months = 6;
	o.loyalty.active = 180 * DAY_MS;
	o.loyalty.lost = 730 * DAY_MS;
	o.satisfaction.scores = "scores";
	o.satisfaction.lowest = 1;
	o.satisfaction.highest = 5;
	o.satisfaction.low = 0.5;
	o.satisfaction.high = 0.75;
	o.satisfaction.most = 5;
	o.need.basic = (struct heard_list){need_defaults, 2};
	o.need.delight = (struct heard_list){delights, 2};
	o.need.expected = (struct heard_list){expected, 2};
	return o;
}

static struct heard_record *segmented(const char *json, const char *orders, const char *since,
				      const char *last, const char *scores)
{
	static struct segment_options o;
	static struct segment s;
	o = defaults();
	wanted = (struct wanted){0};
	assert_int_equal(segment_init(&s, &o, &wanted, &err), 0);
	struct heard_str values[4] = {heard_str(orders), heard_str(since), heard_str(last),
				      heard_str(scores)};
	struct heard_record *r = record(json);
	assert_int_equal(segment_record(&s, r, values, false, NOW), 0);
	return r;
}

static void loyalty_is_orders_time_and_the_last_one(void **state)
{
	static const struct {
		const char *orders, *since, *last, *is;
	} cases[] = {
		{"7", "2024-01-01", "2026-10-01", "loyal"},
		{"3", "2026-01-01", "2026-11-21", "loyal"},
		{"3", "", "", "loyal"}, /* what is not known is not held against them */
		{"2", "2024-01-01", "2026-10-01", "potential"},
		{"7", "2026-09-01", "2026-10-01", "potential"}, /* new */
		{"7", "2020-01-01", "2026-01-01", "potential"}, /* asleep */
		{"7", "2020-01-01", "2024-01-01", "none"},	/* gone */
		{"0", "", "", "none"},
		{"", "2024-01-01", "", "potential"},
		{"", "", "2023-01-01T00:00:00Z", "none"},
		{"many", "", "", ""},
		{"", "", "", ""},
		{"-3", "", "", ""},
		{"3", "2099-01-01", "", "potential"}, /* a time to come is now */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_record *r = segmented("{}", cases[i].orders, cases[i].since,
						   cases[i].last, "");
		if (!heard_str_is(heard_get_str(r, HEARD_SEGMENT_LOYALTY), cases[i].is))
			print_error("case %zu\n", i);
		is(heard_get_str(r, HEARD_SEGMENT_LOYALTY), cases[i].is);
	}
}

static void satisfaction_is_the_mean_of_the_last_scores(void **state)
{
	static const struct {
		const char *json, *scores, *is;
	} cases[] = {
		{"{\"csat\":5}", "", "high"},
		{"{\"csat\":3}", "", "medium"},
		{"{\"csat\":2}", "", "low"},
		{"{\"csat\":2}", "5,5,5,5,5", "high"},
		{"{\"csat\":5}", "1,2", "low"},
		{"{\"nps\":9}", "", "high"},
		{"{\"nps\":8}", "", "medium"},
		{"{\"nps\":6}", "", "low"},
		{"{\"rating\":4,\"rating_max\":5}", "", "high"},
		{"{\"rating\":5,\"rating_max\":10}", "", "low"},
		{"{\"ces\":7}", "", "high"},
		{"{}", "1,1,1,1,1,5,5,5,5,5,5,5,5", "low"}, /* five count */
		{"{}", "x, 5 ,?", "high"},
		{"{}", "99", "high"},
		{"{}", ",,", ""},
		{"{}", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_record *r = segmented(cases[i].json, "", "", "", cases[i].scores);
		if (!heard_str_is(heard_get_str(r, HEARD_SEGMENT_SATISFACTION), cases[i].is))
			print_error("case %zu\n", i);
		is(heard_get_str(r, HEARD_SEGMENT_SATISFACTION), cases[i].is);
	}
}

static void words_count_where_there_is_no_figure(void **state)
{
	(void)state;
	is(heard_get_str(segmented("{\"sentiment\":{\"label\":\"negative\"}}", "", "", "", ""),
			 HEARD_SEGMENT_SATISFACTION),
	   "low");
	is(heard_get_str(segmented("{\"sentiment\":{\"label\":\"negative\"}}", "", "", "", "5"),
			 HEARD_SEGMENT_SATISFACTION),
	   "high");
}

static void need_is_the_first_list_that_names_it(void **state)
{
	(void)state;
	is(heard_get_str(segmented("{\"subcategory\":\"safety\",\"intent\":\"praise\"}", "", "",
				   "", ""),
			 HEARD_SEGMENT_NEED),
	   "basic");
	is(heard_get_str(segmented("{\"intent\":\"suggestion\"}", "", "", "", ""),
			 HEARD_SEGMENT_NEED),
	   "delight");
	is(heard_get_str(segmented("{\"intent\":\"question\"}", "", "", "", ""),
			 HEARD_SEGMENT_NEED),
	   "expected");
	assert_false(
		heard_has(segmented("{\"body\":\"x\"}", "", "", "", ""), HEARD_SEGMENT_NEED));
}

static void rules_must_name_labels(void **state)
{
	static const char *const bad[] = {
		"body=x", "subcategory", "subcategory=", "=x", "author.name=x", "rating=5"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct segment s;
		struct segment_options o = defaults();
		o.need.basic = (struct heard_list){&bad[i], 1};
		assert_int_equal(segment_init(&s, &o, &wanted, &err), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loyalty_is_orders_time_and_the_last_one),
		TEST(satisfaction_is_the_mean_of_the_last_scores),
		TEST(words_count_where_there_is_no_figure),
		TEST(need_is_the_first_list_that_names_it),
		TEST(rules_must_name_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
