/*
 * test_store_clocks.c - service levels of a ticket: started, stopped, answered, changed.
 */
#include "store_fixture.h"

static int64_t levels(struct fixture *f, const char *which)
{
	char sql[200];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM level WHERE %s", which);
	return number_of(f, sql);
}

static void an_answer_meets_the_first_response(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	answer_it(f, 1, "we look", NOW + HOURS(4));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.state, STORE_OPENED);
	assert_int_equal(shot.is.first_response_at, NOW + HOURS(4));
	assert_int_equal(shot.is.due, NOW + HOURS(48));
	assert_int_equal(levels(f, "kind=0 AND round=1 AND n=1 AND met=1"), 1);
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(48) + 1);
	assert_int_equal(levels(f, "kind=2 AND met=0 AND at IS NOT NULL"), 1);
	assert_int_equal(levels(f, "1"), 2);
}

static void a_late_answer_is_missed_once_whoever_saw_it_first(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "q", "y", NOW));
	ring(f, NOW + HOURS(5));
	assert_int_equal(levels(f, "kind=0 AND met=0 AND at IS NULL"), 2);
	answer_it(f, 1, "sorry", NOW + HOURS(6));
	assert_int_equal(levels(f, "ticket=1"), 1);
	assert_int_equal(levels(f, "ticket=1 AND met=0 AND at="
				   "1767344645678"),
			 1);
	assert_int_equal(NOW + HOURS(6), INT64_C(1767344645678));
}

static void waiting_stops_every_clock(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	must_move(f, 1, STORE_WAITING, NOW + HOURS(1));
	assert_true(look(f, 1).is.due == HEARD_TIME_NONE);
	assert_true(ring(f, NOW + DAYS(30)) == HEARD_TIME_NONE);
	must_move(f, 1, STORE_OPENED, NOW + HOURS(11));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.first_response_due, NOW + HOURS(14));
	assert_int_equal(shot.is.resolution_due, NOW + HOURS(58));
	must_move(f, 1, STORE_WAITING, NOW + HOURS(12));
	answer_it(f, 1, "in between", NOW + HOURS(20));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(30));
	assert_int_equal(levels(f, "met=1"), 2);
}

static void a_further_word_after_an_answer_starts_the_next_response(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "p", "x", NOW + HOURS(1)));
	assert_true(look(f, 1).is.next_response_due == HEARD_TIME_NONE);
	answer_it(f, 1, "a", NOW + HOURS(2));
	put(f, a_word(f, 3, "q", "other", NOW + HOURS(2)));
	put(f, a_word(f, 4, "p", "x", NOW + HOURS(3)));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.priority, STORE_HIGH); /* the third contact */
	assert_int_equal(shot.is.next_response_due, NOW + HOURS(3) + MINUTES(30));
	assert_int_equal(shot.is.due, NOW + HOURS(3) + MINUTES(30));
	answer_it(f, 1, "b", NOW + HOURS(4));
	assert_true(look(f, 1).is.next_response_due == HEARD_TIME_NONE);
	put(f, a_word(f, 5, "p", "x", NOW + HOURS(5)));
	answer_it(f, 1, "c", NOW + HOURS(5));
	assert_int_equal(levels(f, "kind=1 AND n=1 AND met=0"), 1);
	assert_int_equal(levels(f, "kind=1 AND n=2 AND met=1"), 1);
}

static void a_customers_word_ends_the_waiting(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	must_move(f, 1, STORE_WAITING, NOW + HOURS(1));
	put(f, a_word(f, 2, "p", "x", NOW + HOURS(3)));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.state, STORE_OPENED);
	assert_int_equal(shot.is.first_response_due, NOW + HOURS(6));
}

static void a_new_round_has_clocks_of_its_own(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	answer_it(f, 1, "a", NOW + HOURS(1));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(2));
	must_move(f, 1, STORE_REOPENED, NOW + HOURS(10));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.first_response_at, NOW + HOURS(1)); /* of the ticket */
	assert_int_equal(shot.is.first_response_due, NOW + HOURS(14));
	assert_int_equal(shot.is.resolution_due, NOW + HOURS(58));
	assert_int_equal(shot.is.due, NOW + HOURS(14));
	answer_it(f, 1, "b", NOW + HOURS(11));
	assert_int_equal(levels(f, "kind=0 AND round=2 AND met=1"), 1);
	assert_int_equal(look(f, 1).is.due, NOW + HOURS(58));
}

static void another_department_changes_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	struct store_act act = by_anna(1, NOW + HOURS(1));
	static const struct sla_row rows_at[] = {
		{.name = "logistics",
		 .priority = "",
		 .department = "logistics",
		 .channel = "",
		 .intent = "",
		 .first_response = "2h",
		 .next_response = "",
		 .resolution = "none",
		 .calendar = "",
		 .warn = 75},
	};
	struct heard_rows rows = {.at = (void *)(uintptr_t)rows_at, .n = 1};
	struct sla *sla;
	assert_int_equal(sla_create(&sla, &rows, NULL, &f->err), 0);
	f->rules.sla = sla;
	put(f, rec);
	assert_int_equal(look(f, 1).is.first_response_due, NOW + HOURS(4));
	assert_int_equal(store_ticket_assign(f->store, &act, heard_str(NULL),
					     HEARD_STR_OF("logistics"), &f->err),
			 0);
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.first_response_due, NOW + HOURS(2));
	assert_true(shot.is.resolution_due == HEARD_TIME_NONE);
	assert_string_equal(shot.department, "logistics");
	f->rules.sla = NULL;
	sla_destroy(sla);
}

static void a_revision_that_is_urgent_tightens_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	rec.source_id = HEARD_STR_OF("review-1");
	put(f, rec);
	struct store_record next = a_word(f, 2, "p", "it burns", NOW + MINUTES(10));
	next.source_id = HEARD_STR_OF("review-1");
	next.revision = 1;
	next.priority = HEARD_STR_OF("high");
	put(f, next);
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.priority, STORE_HIGH);
	assert_int_equal(shot.is.first_response_due, NOW + MINUTES(30));
	assert_int_equal(shot.is.contacts, 1);
}

/* What is nearly due stays so, however often it is edited. */
static void an_edit_gives_no_more_time(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	rec.source_id = HEARD_STR_OF("review-1");
	rec.priority = HEARD_STR_OF("high");
	put(f, rec);
	for (unsigned i = 1; i <= 3; i++) {
		struct store_record edit = a_word(f, 1 + i, "p", "xx",
						  NOW + MINUTES(28) + i * MINUTES(1));
		edit.source_id = HEARD_STR_OF("review-1");
		edit.revision = i;
		put(f, edit);
		assert_int_equal(look(f, 1).is.first_response_due, NOW + MINUTES(30));
	}
	ring(f, NOW + MINUTES(40));
	assert_int_equal(levels(f, "kind=0 AND met=0"), 1);
}

static void what_is_put_away_too_late_was_missed_though_no_timer_came(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 1; i <= 4; i++)
		put(f, a_word(f, i, "p",
			      i == 1   ? "a"
			      : i == 2 ? "b"
			      : i == 3 ? "c"
				       : "d",
			      NOW));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(4));
	must_move(f, 2, STORE_RESOLVED, NOW + HOURS(4) + 1);
	must_move(f, 3, STORE_CLOSED, NOW + HOURS(49));
	must_move(f, 4, STORE_SPAM, NOW + HOURS(49));
	assert_int_equal(levels(f, "ticket=1 AND kind=2 AND met=1"), 1);
	assert_int_equal(levels(f, "ticket=1"), 1);
	assert_int_equal(levels(f, "ticket=2 AND kind=0 AND met=0 AND at IS NULL"), 1);
	assert_int_equal(levels(f, "ticket=2"), 2);
	assert_int_equal(levels(f, "ticket=3 AND met=0 AND at IS NULL"), 2);
	assert_int_equal(levels(f, "ticket=4"), 0);
	must_move(f, 2, STORE_CLOSED, NOW + DAYS(3));
	assert_int_equal(levels(f, "ticket=2"), 2);
}

static void an_answer_at_the_deadline_is_in_time_whoever_was_first(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "q", "y", NOW));
	answer_it(f, 1, "just so", NOW + HOURS(4));
	ring(f, NOW + HOURS(4));
	answer_it(f, 2, "just so", NOW + HOURS(4));
	assert_int_equal(levels(f, "kind=0 AND met=1 AND at=due"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_meets_the_first_response),
		TEST(a_late_answer_is_missed_once_whoever_saw_it_first),
		TEST(waiting_stops_every_clock),
		TEST(a_further_word_after_an_answer_starts_the_next_response),
		TEST(a_customers_word_ends_the_waiting),
		TEST(a_new_round_has_clocks_of_its_own),
		TEST(another_department_changes_the_deadline),
		TEST(a_revision_that_is_urgent_tightens_the_deadline),
		TEST(an_edit_gives_no_more_time),
		TEST(what_is_put_away_too_late_was_missed_though_no_timer_came),
		TEST(an_answer_at_the_deadline_is_in_time_whoever_was_first),
	};
	return cmocka_run_group_tests_name("store_clocks", tests, NULL, NULL);
}
