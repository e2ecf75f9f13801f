/*
 * test_store_event.c - events: complete records, each with a name for ever.
 */
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static const struct heard_str agents[] = {HEARD_STR("anna")};
static const struct store_department quality = {.name = HEARD_STR("quality"),
						.agents = agents,
						.n_agents = 1,
						.lead = HEARD_STR("lin")};

static int with_events(void **state)
{
	if (fixture_open(state))
		return -1;
	struct fixture *f = *state;
	f->rules.events = true;
	f->rules.departments = &quality;
	f->rules.n_departments = 1;
	return 0;
}

static void keep_line(void *arg, int64_t n, struct heard_str line)
{
	(void)n;
	add_text(arg, "%.*s\n", HEARD_ARG(line));
}

static const char *lines_of(struct fixture *f, int64_t after)
{
	f->text[0] = '\0';
	assert_int_equal(store_events(f->store, after, 0, keep_line, f, &f->err), 0);
	return f->text;
}

static struct store_record the_fire(struct fixture *f)
{
	struct store_record rec = a_word(f, 1, "k7", "充电宝\"着火\"了", NOW);
	rec.line = HEARD_STR_OF(
		"{\"id\":\"00000001-0000-7000-8000-000000000000\",\"body\":"
		"\"充电宝\\\"着火\\\"了\","
		"\"author\":{\"name\":\"sealed:AAA\",\"phone\":\"sealed:BBB\",\"key\":\"k7\"},"
		"\"order\":\"4111\",\"attributes\":{\"token\":\"not ours\"}}");
	rec.priority = HEARD_STR_OF("high");
	rec.department = HEARD_STR_OF("quality");
	rec.category = HEARD_STR_OF("product");
	rec.product = HEARD_STR_OF("PB-1");
	rec.lang = HEARD_STR_OF("zh");
	return rec;
}

static void an_event_is_a_complete_record(void **state)
{
	struct fixture *f = *state;
	put(f, the_fire(f));
	struct heard_str all = heard_str(lines_of(f, 0));
	const char *end = strchr(all.ptr, '\n');
	struct heard_json_doc *doc = heard_json_parse(
		heard_str_n(all.ptr, (size_t)(end - all.ptr)), 4096, &f->err);
	assert_non_null(doc);
	const struct heard_json *root = heard_json_root(doc);
	const struct heard_json *author = heard_json_member(root, "author");
	const struct heard_json *more = heard_json_member(root, "attributes");
	const struct {
		const struct heard_json *of;
		const char *name, *value;
	} want[] = {
		{root, "source_id", "ticket/1/1"},
		{root, "event", "created"},
		{root, "created_at", "2026-01-02T03:04:05.678Z"},
		{root, "channel", "web"},
		{root, "lang", "zh"},
		{root, "body", "充电宝\"着火\"了"},
		{root, "order", "4111"},
		{root, "product", "PB-1"},
		{root, "intent", "complaint"},
		{root, "category", "product"},
		{root, "priority", "high"},
		{root, "department", "quality"},
		{author, "name", "sealed:AAA"},
		{author, "phone", "sealed:BBB"},
		{author, "key", "k7"},
		{more, "token", look(f, 1).is.token},
		{more, "state", "new"},
		{more, "assignee", "anna"},
		{more, "lead", "lin"},
		{more, "due", "2026-01-02T03:34:05.678Z"},
	};
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		if (!heard_str_is(heard_json_string(want[i].of, want[i].name), want[i].value))
			fail_msg("%s: %.*s", want[i].name,
				 HEARD_ARG(heard_json_string(want[i].of, want[i].name)));
	assert_int_equal(heard_json_member(more, "ticket")->integer, 1);
	assert_int_equal(heard_json_member(more, "round")->integer, 1);
	assert_null(heard_json_member(root, "id"));
	heard_json_destroy(doc);
}

static void the_way_of_a_ticket_is_told(void **state)
{
	struct fixture *f = *state;
	put(f, the_fire(f));
	answer_it(f, 1, "stop using it", NOW + MINUTES(5));
	assert_non_null(strstr(lines_of(f, 2), "\"answer\":\"stop using it\""));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(1));
	must_move(f, 1, STORE_CLOSED, NOW + HOURS(2));
	must_move(f, 1, STORE_REOPENED, NOW + HOURS(3));
	assert_string_equal(events_of(f), "created#1;assigned#1;answered#1;resolved#1;closed#1;"
					  "reopened#1;");
}

static void a_number_is_never_given_out_again(void **state)
{
	struct fixture *f = *state;
	put(f, the_fire(f));
	forget_events(f);
	open_again(f);
	answer_it(f, 1, "a", NOW);
	assert_non_null(strstr(lines_of(f, 0), "\"source_id\":\"ticket/1/3\""));
	assert_string_equal(lines_of(f, 3), "");
}

static void an_act_that_fails_tells_nothing(void **state)
{
	struct fixture *f = *state;
	put(f, the_fire(f));
	must_move(f, 1, STORE_CLOSED, NOW);
	forget_events(f);
	assert_int_not_equal(move_to(f, 1, STORE_WAITING, NOW), 0);
	assert_string_equal(events_of(f), "");
}

static void nobody_wants_them_nobody_gets_them(void **state)
{
	struct fixture *f = *state;
	f->rules.events = false;
	put(f, the_fire(f));
	answer_it(f, 1, "a", NOW);
	assert_string_equal(events_of(f), "");
}

/* A batch that cannot be written would be tried again for ever. */
static void a_huge_text_is_left_out_of_the_event(void **state)
{
	enum { HUGE_TEXT = 2 << 20 };
	struct fixture *f = *state;
	struct store_record rec = the_fire(f);
	char *line = malloc(6 * HUGE_TEXT + 64), *at = line;
	at += sprintf(at, "{\"body\":\"");
	for (int i = 0; i < HUGE_TEXT; i++)
		at += sprintf(at, "\\u0001");
	sprintf(at, "\"}");
	rec.line = heard_str(line);
	put(f, rec);
	assert_string_equal(events_of(f), "created#1;assigned#1;");
	assert_int_equal(number_of(f, "SELECT max(length(line))<4096 FROM event"), 1);
	free(line);
}

static void write_until_killed(struct fixture *f, unsigned from)
{
	char body[16];
	if (store_open(&f->store, f->path, STORE_CREATE, &f->err))
		_exit(1);
	store_set_rules(f->store, &f->rules);
	for (unsigned n = from;; n++) {
		snprintf(body, sizeof(body), "%c%c%c", 'a' + (int)(n / 676),
			 'a' + (int)(n / 26 % 26), 'a' + (int)(n % 26));
		struct store_record rec = a_word(f, n, "p", body, NOW);
		rec.department = HEARD_STR_OF("quality");
		put(f, rec);
		answer_it(f, n, "a", NOW);
	}
}

static void a_kill_leaves_neither_without_the_other(void **state)
{
	struct fixture *f = *state;
	for (unsigned round = 0; round < 8; round++) {
		unsigned from = (unsigned)number_of(f, "SELECT 1+count(*) FROM ticket");
		pid_t pid = fork();
		if (pid == 0)
			write_until_killed(f, from);
		usleep(3000 + round * 2700);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	static const char *const pairs[][2] = {
		{"created", "SELECT count(*) FROM ticket"},
		{"assigned", "SELECT sum(live) FROM load"},
		{"answered", "SELECT count(*) FROM answer"},
	};
	for (size_t i = 0; i < 3; i++) {
		char sql[128];
		snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM event WHERE instr(line, '\"event\":\"%s\"')",
			 pairs[i][0]);
		assert_int_equal(number_of(f, sql), number_of(f, pairs[i][1]));
	}
	assert_int_equal(number_of(f, "SELECT count(*)-count(DISTINCT n) FROM event"), 0);
}

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, with_events, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVENTS_TEST(an_event_is_a_complete_record),
		EVENTS_TEST(the_way_of_a_ticket_is_told),
		EVENTS_TEST(a_number_is_never_given_out_again),
		EVENTS_TEST(an_act_that_fails_tells_nothing),
		EVENTS_TEST(a_huge_text_is_left_out_of_the_event),
		EVENTS_TEST(a_kill_leaves_neither_without_the_other),
		EVENTS_TEST(nobody_wants_them_nobody_gets_them),
	};
	return cmocka_run_group_tests_name("store_event", tests, NULL, NULL);
}
