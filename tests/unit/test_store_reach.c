/*
 * test_store_reach.c - many customers say the same.
 */
#include "store_fixture.h"

enum { MANY = 40 };

static struct store_record from_many(struct fixture *f, unsigned n, int64_t at)
{
	static char people[MANY + 2][8], bodies[MANY + 2][64];
	snprintf(people[n], sizeof(people[n]), "p%u", n);
	snprintf(bodies[n], sizeof(bodies[n]), "支付失败, order %u", 70000 + n);
	return a_word(f, n, people[n], bodies[n], at);
}

static void check_forty(struct fixture *f)
{
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket"), MANY);
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket WHERE priority=1"), MANY);
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket WHERE leader=1"), MANY - 1);
	for (int64_t id = 1; id <= MANY; id++) {
		struct shot shot = look(f, id);
		assert_int_equal(shot.is.reach, MANY);
		assert_int_equal(shot.is.first_response_due, shot.is.received_at + MINUTES(30));
	}
	const char *events = events_of(f);
	const char *raised = strstr(events, "raised#");
	assert_non_null(raised);
	assert_true(strncmp(raised, "raised#1;", 9) == 0);
	assert_null(strstr(raised + 1, "raised#"));
}

static void forty_in_one_batch_are_kept_linked_and_raised_once(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	f->rules.events = true;
	assert_int_equal(store_begin(f->store, &f->err), 0);
	for (unsigned n = 1; n <= MANY; n++) {
		struct store_record rec = from_many(f, n, NOW + n);
		assert_int_equal(store_put(f->store, &rec, NOW + n, &fate, &f->err), 0);
	}
	assert_int_equal(store_commit(f->store, "shop/tickets", MANY, &f->err), 0);
	check_forty(f);
}

static void forty_over_restarts_are_the_same(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	for (unsigned n = 1; n <= MANY; n++) {
		if (n % 7 == 3)
			open_again(f);
		put(f, from_many(f, n, NOW + n));
	}
	check_forty(f);
}

static void four_are_not_enough(void **state)
{
	struct fixture *f = *state;
	for (unsigned n = 1; n <= 4; n++)
		put(f, from_many(f, n, NOW));
	assert_int_equal(look(f, 1).is.reach, 4);
	assert_int_equal(look(f, 1).is.priority, STORE_MEDIUM);
}

static void one_person_many_times_is_one_customer(void **state)
{
	struct fixture *f = *state;
	for (unsigned n = 1; n <= MANY; n++)
		put(f, a_word(f, n, "p", "支付失败", NOW));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.reach, 1);
	assert_int_equal(shot.is.contacts, MANY);
}

static void suggestions_are_linked_and_never_raised(void **state)
{
	struct fixture *f = *state;
	for (unsigned n = 1; n <= 8; n++) {
		struct store_record rec = from_many(f, n, NOW);
		rec.intent = HEARD_STR_OF("suggestion");
		rec.priority = HEARD_STR_OF("medium");
		put(f, rec);
	}
	assert_int_equal(look(f, 1).is.reach, 8);
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket WHERE priority=2"), 8);
}

static void after_the_window_a_new_group_begins(void **state)
{
	struct fixture *f = *state;
	put(f, from_many(f, 1, NOW));
	put(f, from_many(f, 2, NOW + HOURS(24)));
	put(f, from_many(f, 3, NOW + HOURS(24) + 1));
	put(f, from_many(f, 4, NOW + HOURS(25)));
	assert_int_equal(look(f, 2).is.leader, 1);
	assert_int_equal(look(f, 3).is.leader, 0);
	assert_int_equal(look(f, 4).is.leader, 3);
}

static void spam_leads_nobody(void **state)
{
	struct fixture *f = *state;
	put(f, from_many(f, 1, NOW));
	must_move(f, 1, STORE_SPAM, NOW);
	put(f, from_many(f, 2, NOW));
	put(f, from_many(f, 3, NOW));
	assert_int_equal(look(f, 2).is.leader, 0);
	assert_int_equal(look(f, 3).is.leader, 2);
}

static void what_is_resolved_stays_so_when_the_others_are_raised(void **state)
{
	struct fixture *f = *state;
	for (unsigned n = 1; n <= 4; n++)
		put(f, from_many(f, n, NOW));
	must_move(f, 2, STORE_RESOLVED, NOW);
	put(f, from_many(f, 5, NOW));
	assert_int_equal(look(f, 2).is.priority, STORE_MEDIUM);
	assert_int_equal(look(f, 2).is.state, STORE_RESOLVED);
	assert_int_equal(look(f, 5).is.priority, STORE_HIGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forty_in_one_batch_are_kept_linked_and_raised_once),
		TEST(forty_over_restarts_are_the_same),
		TEST(four_are_not_enough),
		TEST(one_person_many_times_is_one_customer),
		TEST(suggestions_are_linked_and_never_raised),
		TEST(after_the_window_a_new_group_begins),
		TEST(spam_leads_nobody),
		TEST(what_is_resolved_stays_so_when_the_others_are_raised),
	};
	return cmocka_run_group_tests_name("store_reach", tests, NULL, NULL);
}
