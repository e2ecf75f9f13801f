/*
 * test_store_assign.c - who gets a ticket, and what a change of owner needs.
 */
#include "store_fixture.h"

#include <errno.h>
#include <sys/wait.h>

static const struct heard_str agents[] = {HEARD_STR("anna"), HEARD_STR("bo"),
					  HEARD_STR("chen")};

static struct store_department a_department(enum store_method method)
{
	return (struct store_department){.name = HEARD_STR("quality"),
					 .agents = agents,
					 .n_agents = 3,
					 .lead = HEARD_STR("lin"),
					 .method = method};
}

static void with(struct fixture *f, const struct store_department *department)
{
	f->rules.departments = department;
	f->rules.n_departments = 1;
	f->rules.events = true;
}

static void put_one(struct fixture *f, unsigned n, const char *person)
{
	char body[32];
	snprintf(body, sizeof(body), "%c%c", 'a' + (int)(n / 26), 'a' + (int)(n % 26));
	struct store_record rec = a_word(f, n, person, body, NOW);
	rec.department = HEARD_STR_OF("quality");
	put(f, rec);
}

static void in_turn_everybody_gets_one(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_ROUND_ROBIN);
	static const char *const want[] = {"anna", "bo", "chen", "anna", "bo", "chen", "anna"};
	with(f, &quality);
	for (unsigned n = 1; n <= 7; n++) {
		if (n == 3 || n == 6)
			open_again(f);
		put_one(f, n, "p");
		assert_string_equal(look(f, n).assignee, want[n - 1]);
	}
	assert_string_equal(history_of(f, 2), "created >new;assigned >bo;");
}

static void a_turn_that_was_undone_comes_again(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_ROUND_ROBIN);
	enum store_fate fate;
	with(f, &quality);
	put_one(f, 1, "p");
	struct store_record rec = a_word(f, 2, "q", "gone", NOW);
	rec.department = HEARD_STR_OF("quality");
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	store_rollback(f->store);
	put_one(f, 3, "p");
	assert_string_equal(look(f, 2).assignee, "bo");
}

static void who_has_least_gets_it_whatever_process_changed_it(void **state)
{
	struct fixture *f = *state, other;
	struct store_department quality = a_department(STORE_LEAST_LOADED);
	with(f, &quality);
	for (unsigned n = 1; n <= 6; n++)
		put_one(f, n, "p");
	assert_string_equal(look(f, 6).assignee, "chen");
	other = *f;
	assert_int_equal(store_open(&other.store, f->path, STORE_OPEN, &f->err), 0);
	store_set_rules(other.store, &f->rules);
	must_move(&other, 2, STORE_RESOLVED, NOW);
	must_move(&other, 5, STORE_CLOSED, NOW);
	must_move(&other, 6, STORE_SPAM, NOW);
	store_close(other.store);
	put_one(f, 7, "p");
	assert_string_equal(look(f, 7).assignee, "bo");
	must_move(f, 2, STORE_REOPENED, NOW);
	put_one(f, 8, "p");
	assert_string_equal(look(f, 8).assignee, "chen");
	open_again(f);
	put_one(f, 9, "p"); /* anna 2, bo 2, chen 2 */
	assert_string_equal(look(f, 9).assignee, "anna");
	assert_int_equal(number_of(f, "SELECT sum(live) FROM load"), 7);
}

static void a_person_keeps_their_agent(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_STICKY);
	with(f, &quality);
	put_one(f, 1, "p");
	put_one(f, 2, "q");
	put_one(f, 3, "p");
	put_one(f, 4, "q");
	open_again(f);
	put_one(f, 5, "q");
	assert_string_equal(look(f, 3).assignee, look(f, 1).assignee);
	assert_string_equal(look(f, 4).assignee, "bo");
	assert_string_equal(look(f, 5).assignee, "bo");
}

static void a_sticky_batch_that_was_undone_is_forgotten_whole(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_STICKY);
	enum store_fate fate;
	with(f, &quality);
	assert_int_equal(store_begin(f->store, &f->err), 0);
	for (unsigned n = 1; n <= 3; n++) {
		struct store_record rec = a_word(f, n, n == 3 ? "q" : "p", n == 1 ? "x" : "y",
						 NOW);
		rec.department = HEARD_STR_OF("quality");
		assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	}
	store_rollback(f->store);
	put(f, a_word(f, 4, "r", "x", NOW));
	put(f, a_word(f, 5, "q", "y", NOW));
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket WHERE leader IS NOT NULL"),
			 0);
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket"), 2);
}

static int assign(struct fixture *f, int64_t ticket, const char *agent, const char *department,
		  const char *reason)
{
	struct store_act act = by_anna(ticket, NOW);
	act.reason = heard_str(reason);
	return store_ticket_assign(f->store, &act, heard_str(agent), heard_str(department),
				   &f->err);
}

static void a_change_of_owner_needs_a_reason_and_the_second_tells_the_lead(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_ROUND_ROBIN);
	with(f, &quality);
	put(f, a_word(f, 1, "p", "x", NOW));
	forget_events(f);
	assert_int_equal(assign(f, 1, "bo", NULL, NULL), 0);
	assert_int_equal(assign(f, 1, "bo", NULL, NULL), 0);
	assert_int_equal(assign(f, 1, "chen", NULL, NULL), -EINVAL);
	assert_string_equal(look(f, 1).assignee, "bo");
	assert_int_equal(assign(f, 1, "chen", NULL, "on leave"), 0);
	assert_string_equal(events_of(f), "assigned#1;assigned#1;");
	assert_int_equal(assign(f, 1, "anna", NULL, "speaks Chinese"), 0);
	assert_string_equal(events_of(f), "assigned#1;assigned#1;assigned#1;handed_over#1;");
	assert_int_equal(look(f, 1).is.handovers, 2);
	assert_string_equal(history_of(f, 1), "created >new;assigned >bo;assigned bo>chen;"
					      "assigned chen>anna;");
}

static void a_department_picks_somebody_else(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_LEAST_LOADED);
	with(f, &quality);
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_equal(assign(f, 1, NULL, "quality", NULL), 0);
	assert_string_equal(look(f, 1).assignee, "anna");
	assert_string_equal(look(f, 1).department, "quality");
	assert_int_equal(assign(f, 1, NULL, "quality", "no time"), 0);
	assert_string_equal(look(f, 1).assignee, "bo");
}

static void an_unknown_name_is_told_what_was_meant(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_ROUND_ROBIN);
	with(f, &quality);
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_equal(assign(f, 1, "chan", NULL, NULL), -ENOENT);
	assert_non_null(strstr(f->err.text, "did you mean \"chen\"?"));
	assert_int_equal(assign(f, 1, NULL, "qualty", NULL), -ENOENT);
	assert_non_null(strstr(f->err.text, "did you mean \"quality\"?"));
	assert_int_equal(assign(f, 1, "somebody else", NULL, NULL), -ENOENT);
	assert_null(strstr(f->err.text, "did you mean"));
	assert_int_equal(assign(f, 1, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(assign(f, 9, "bo", NULL, NULL), -ENOENT);
	assert_int_equal(assign(f, 1, "lin", NULL, NULL), 0); /* the lead */
	must_move(f, 1, STORE_RESOLVED, NOW);
	assert_int_equal(assign(f, 1, "bo", NULL, "x"), -EPERM);
}

static void without_departments_every_name_is_taken(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_equal(assign(f, 1, "dora", NULL, NULL), 0);
	assert_int_equal(assign(f, 1, NULL, "garden", NULL), 0);
	assert_string_equal(look(f, 1).assignee, "dora");
	assert_string_equal(look(f, 1).department, "garden");
}

/* One writes tickets, the other resolves them: loads stay what they are. */
static void two_processes_count_the_same_loads(void **state)
{
	struct fixture *f = *state;
	struct store_department quality = a_department(STORE_LEAST_LOADED);
	with(f, &quality);
	for (unsigned n = 1; n <= 30; n++)
		put_one(f, n, "p");
	pid_t pid = fork();
	if (pid == 0) {
		struct fixture other = *f;
		if (store_open(&other.store, f->path, STORE_OPEN, &other.err))
			_exit(1);
		store_set_rules(other.store, &f->rules);
		for (int64_t id = 1; id <= 30; id++)
			if (move_to(&other, id, STORE_RESOLVED, NOW))
				_exit(2);
		_exit(0);
	}
	for (unsigned n = 31; n <= 90; n++)
		put_one(f, n, "p");
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(number_of(f, "SELECT sum(live) FROM load"), 60);
	assert_int_equal(number_of(f,
				   "SELECT count(*) FROM load WHERE live<>(SELECT count(*)"
				   " FROM ticket WHERE assignee=load.agent AND state='new')"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_turn_everybody_gets_one),
		TEST(a_turn_that_was_undone_comes_again),
		TEST(who_has_least_gets_it_whatever_process_changed_it),
		TEST(a_person_keeps_their_agent),
		TEST(a_sticky_batch_that_was_undone_is_forgotten_whole),
		TEST(a_change_of_owner_needs_a_reason_and_the_second_tells_the_lead),
		TEST(a_department_picks_somebody_else),
		TEST(an_unknown_name_is_told_what_was_meant),
		TEST(two_processes_count_the_same_loads),
		TEST(without_departments_every_name_is_taken),
	};
	return cmocka_run_group_tests_name("store_assign", tests, NULL, NULL);
}
