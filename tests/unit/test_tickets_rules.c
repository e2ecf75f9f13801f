/*
 * Tests of rules.c: what the options of `tickets` mean to its store, and every fault of
 * them in a sentence.
 */
#include "store_fixture.h"

#include "host.h"

#include "output/tickets/rules.c"

static struct conf conf = {.timezone = "Asia/Shanghai"};

static const char *const agents[] = {"li", "wang", "li"};
static const char *const kinds[] = {"complaint", "other", "spam"};

struct given {
	struct tickets self;
	struct heard_host host;
	struct department_row departments[2];
	struct sla_row levels[1];
	const char *values[3];
};

static int setup(void **state)
{
	struct given *g = calloc(1, sizeof(*g));
	g->host = (struct heard_host){
		.conf = &conf, .full_name = (char[]){"shop/tickets"}, .pipeline_name = "shop"};
	g->departments[0] = (struct department_row){
		.name = "quality", .lead = "chen", .agents = {agents, 2}};
	g->departments[1] = (struct department_row){
		.name = "tech", .lead = "", .agents = {agents + 1, 1}, .method = STORE_STICKY};
	g->levels[0] = (struct sla_row){.name = "",
					.priority = "high",
					.department = "",
					.channel = "",
					.intent = "",
					.first_response = "15m",
					.next_response = "",
					.resolution = "",
					.calendar = "",
					.warn = 75};
	g->self = (struct tickets){
		.public_url = "https://shop.example",
		.departments = {g->departments, 2},
		.sla = {g->levels, 1},
		.calendar = {.hours = "09:00-18:00",
			     .days = "mon-fri",
			     .folder = "/nowhere/holidays",
			     .timezone = ""},
		.follow_up = {.after = 0, .expires = 1000, .bad = 2},
		.reach = {.customers = 5, .window = 86400000},
		.contacts = 3,
		.reopen = 7,
		.close = 0,
		.relapse = 9,
		.retain = {kinds, g->values, 3},
	};
	g->values[0] = "3y";
	g->values[1] = "10d";
	g->values[2] = "12h";
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	struct given *g = *state;
	heard_zone_destroy(g->host.zone);
	free(g);
	return 0;
}

static struct rules *make(struct given *g)
{
	struct heard_error err;
	struct rules *rules;
	if (rules_create(&rules, &g->self, &g->host, &err))
		fail_msg("%s", err.text);
	return rules;
}

static void expect_fault(struct given *g, const char *what)
{
	struct heard_error err;
	struct rules *rules;
	assert_int_equal(rules_create(&rules, &g->self, &g->host, &err), -EINVAL);
	assert_null(rules);
	if (!strstr(err.text, what))
		fail_msg("\"%s\" does not say \"%s\"", err.text, what);
}

static void options_become_rules(void **state)
{
	struct rules *rules = make(*state);
	assert_int_equal(rules->store.n_departments, 2);
	assert_true(heard_str_is(rules->store.departments[1].agents[0], "wang"));
	assert_int_equal(rules->store.departments[1].method, STORE_STICKY);
	assert_true(heard_str_is(rules->store.departments[0].lead, "chen"));
	assert_int_equal(rules->store.follow_up_after, -1);
	assert_int_equal(rules->store.close_after, -1);
	assert_int_equal(rules->store.relapse_after, 9);
	assert_int_equal(rules->store.reopen_within, 7);
	assert_false(rules->store.events);
	struct sla_subject high = {.priority = HEARD_STR("high")};
	struct sla_level level = sla_level(rules->store.sla, SLA_FIRST_RESPONSE, &high);
	assert_int_equal(level.span, 15 * 60 * 1000);
	struct sla_subject low = {.priority = HEARD_STR("low")};
	assert_non_null(sla_level(rules->store.sla, SLA_FIRST_RESPONSE, &low).calendar);
	rules_destroy(rules);
	rules_destroy(NULL);
}

static void times_of_keeping_are_read_in_years_too(void **state)
{
	struct rules *rules = make(*state);
	assert_int_equal(rules->n_retention, 3);
	assert_int_equal(rules->retention[0].keep, INT64_C(3) * 365 * 86400000);
	assert_int_equal(rules->retention[1].kind.len, 0);
	assert_int_equal(rules->retention[2].keep, 12 * 3600000);
	rules_destroy(rules);
}

static void a_calendar_that_says_nothing_is_none(void **state)
{
	struct given *g = *state;
	g->self.calendar.hours = "24h";
	g->self.calendar.days = "mon-sun";
	struct rules *rules = make(g);
	assert_null(rules->calendar);
	rules_destroy(rules);
	g->levels[0].calendar = "business";
	expect_fault(g, "needs a `calendar`");
}

static void names_that_come_twice_are_faults(void **state)
{
	struct given *g = *state;
	g->departments[1].name = "quality";
	expect_fault(g, "\"quality\" is there twice");
	g->departments[1].name = "";
	expect_fault(g, "row 2 has no name");
	g->departments[1] = (struct department_row){
		.name = "tech", .lead = "", .agents = {agents, 3}};
	expect_fault(g, "tech: the agent \"li\" is there twice");
}

static void times_that_are_none_are_faults(void **state)
{
	static const char *const bad[] = {
		"",	"y",  "0y",   "-1y",	 "+1y",
		"101y", "0s", "soon", "3 years", "99999999999999999999y"};
	struct given *g = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		g->values[1] = bad[i];
		expect_fault(g, "retain: other: ");
	}
}

static void addresses_that_are_none_are_faults(void **state)
{
	static const char *const bad[] = {"shop.example", "https://shop.example/",
					  "https://shop.example\" x", "javascript:alert(1)"};
	struct given *g = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		g->self.public_url = bad[i];
		expect_fault(g, "public_url: ");
	}
}

static void a_holiday_file_that_is_missing_is_named(void **state)
{
	static const char *const files[] = {"2026.json"};
	struct given *g = *state;
	struct heard_error err;
	struct rules *rules;
	g->self.calendar.holidays = (struct heard_list){files, 1};
	assert_true(rules_create(&rules, &g->self, &g->host, &err) < 0);
	assert_non_null(strstr(err.text, "/nowhere/holidays/2026.json"));
}

#define RULES(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULES(options_become_rules),
		RULES(times_of_keeping_are_read_in_years_too),
		RULES(a_calendar_that_says_nothing_is_none),
		RULES(names_that_come_twice_are_faults),
		RULES(times_that_are_none_are_faults),
		RULES(addresses_that_are_none_are_faults),
		RULES(a_holiday_file_that_is_missing_is_named),
	};
	return cmocka_run_group_tests_name("tickets_rules", tests, NULL, NULL);
}
