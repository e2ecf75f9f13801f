/*
 * test_store_contact.c - a customer comes back: to which ticket, and what it does.
 */
#include "store_fixture.h"

static int64_t tickets(struct fixture *f)
{
	return number_of(f, "SELECT count(*) FROM ticket");
}

static void the_same_words_of_the_same_person_are_a_contact(void **state)
{
	static const struct {
		const char *first, *second;
		bool joins;
	} cases[] = {
		{"It broke.", "it BROKE", true},
		{"order 4711 is late", "Order 4712 is late!!", true},
		{"充电宝 着火了！", "充电宝着火了", true},
		{"ＡＢＣ", "abc", true},
		{"it broke", "it broke again", false},
		{"充电宝着火了", "充电宝没着火", false},
		{"123", "456", false}, /* nothing is left of either */
	};
	struct fixture *f = *state;
	int64_t n = 0;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char person[8];
		snprintf(person, sizeof(person), "p%u", i);
		put(f, a_word(f, 2 * i + 1, person, cases[i].first, NOW));
		put(f, a_word(f, 2 * i + 2, person, cases[i].second, NOW));
		n += cases[i].joins ? 1 : 2;
		if (tickets(f) != n)
			fail_msg("\"%s\" and \"%s\"", cases[i].first, cases[i].second);
	}
}

static void the_third_contact_escalates_once(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_word(f, 1, "p", "x", NOW));
	forget_events(f);
	put(f, a_word(f, 2, "p", "x", NOW));
	assert_int_equal(look(f, 1).is.priority, STORE_MEDIUM);
	put(f, a_word(f, 3, "p", "x", NOW));
	put(f, a_word(f, 4, "p", "x", NOW));
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.contacts, 4);
	assert_int_equal(shot.is.escalation, 1);
	assert_int_equal(shot.is.priority, STORE_HIGH);
	assert_int_equal(shot.is.first_response_due, NOW + MINUTES(30));
	assert_string_equal(events_of(f), "escalated#1;");
}

static struct store_record a_message(struct fixture *f, unsigned n, const char *person,
				     const char *id, const char *thread, const char *answers)
{
	static const char *const bodies[] = {"az", "bz", "cz", "dz", "ez", "fz", "gz"};
	struct store_record rec = a_word(f, n, person, bodies[n], NOW + (int64_t)n * 1000);
	rec.source_id = heard_str(id);
	rec.thread = heard_str(thread);
	rec.in_reply_to = heard_str(answers);
	return rec;
}

static void a_conversation_stays_with_its_person(void **state)
{
	struct fixture *f = *state;
	put(f, a_message(f, 1, "p", "<1@p>", NULL, NULL));
	put(f, a_message(f, 2, "p", "<2@p>", "<1@p>", "<our@answer>"));
	put(f, a_message(f, 3, "p", "<3@p>", NULL, "<2@p>"));
	assert_int_equal(tickets(f), 1);
	put(f, a_message(f, 4, "q", "<4@q>", "<1@p>", "<3@p>"));
	assert_int_equal(tickets(f), 2);
	assert_string_equal(history_of(f, 2), "created >new;linked >#1;");
	put(f, a_message(f, 5, "q", "<5@q>", "<1@p>", "<3@p>"));
	put(f, a_message(f, 6, "p", "<6@p>", "<1@p>", "<5@q>"));
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.contacts, 4);
	assert_int_equal(look(f, 2).is.contacts, 2);
}

/* What it is said to repeat is not there, or became no ticket: then the rest counts. */
static void a_repeat_of_nothing_is_still_of_its_conversation(void **state)
{
	struct fixture *f = *state;
	const struct heard_str lost = HEARD_STR("00000063-0000-7000-8000-000000000000");
	struct store_record rec = a_word(f, 1, "p", "bz", NOW);
	rec.source_id = HEARD_STR_OF("<1@p>");
	put(f, rec);
	rec = a_word(f, 2, "p", "cz", NOW);
	rec.in_reply_to = HEARD_STR_OF("<1@p>");
	rec.duplicate_of = lost;
	put(f, rec);
	rec = a_word(f, 3, "p", "bz", NOW);
	rec.duplicate_of = lost;
	put(f, rec);
	assert_int_equal(tickets(f), 1);
	assert_int_equal(look(f, 1).is.contacts, 3);
}

static void a_thread_that_is_no_message_is_remembered(void **state)
{
	struct fixture *f = *state;
	put(f, a_message(f, 1, "p", "m1", "chat-9", NULL));
	put(f, a_message(f, 2, "q", "m2", "chat-9", NULL));
	open_again(f);
	put(f, a_message(f, 3, "p", "m3", "chat-9", NULL));
	put(f, a_message(f, 4, "q", "m4", "chat-9", NULL));
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.contacts, 2);
	assert_int_equal(look(f, 2).is.contacts, 2);
}

static void without_a_key_nobody_is_the_same_person(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_message(f, 1, NULL, "m1", "chat-9", NULL);
	put(f, rec);
	put(f, a_message(f, 2, NULL, "m2", "chat-9", "m1"));
	assert_int_equal(tickets(f), 2);
}

static void a_word_on_what_is_over_opens_a_round_or_a_new_ticket(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	must_move(f, 1, STORE_RESOLVED, NOW);
	put(f, a_word(f, 2, "p", "x", NOW + DAYS(14)));
	assert_int_equal(look(f, 1).is.state, STORE_REOPENED);
	assert_int_equal(look(f, 1).is.round, 2);
	must_move(f, 1, STORE_RESOLVED, NOW + DAYS(15));
	must_move(f, 1, STORE_CLOSED, NOW + DAYS(16));
	put(f, a_word(f, 3, "p", "x", NOW + DAYS(30)));
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.state, STORE_CLOSED);
	assert_non_null(strstr(history_of(f, 2), "linked >#1;"));
}

static void thanks_open_nothing(void **state)
{
	struct fixture *f = *state;
	put(f, a_message(f, 1, "p", "m1", NULL, NULL));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(1));
	struct store_record rec = a_message(f, 2, "p", "m2", NULL, "m1");
	rec.intent = HEARD_STR_OF("praise");
	put(f, rec);
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_int_equal(look(f, 1).is.contacts, 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record WHERE ticket=1"), 2);
}

static void what_was_rolled_back_was_never_said(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	store_rollback(f->store);
	put(f, a_word(f, 2, "q", "y", NOW));
	put(f, a_word(f, 3, "p", "x", NOW));
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.contacts, 1);
	assert_int_equal(look(f, 2).is.contacts, 1);
}

static void who_was_erased_is_a_stranger(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_equal(
		db_exec(f->store->db, "UPDATE ticket SET author_key=NULL WHERE id=1", &f->err),
		0);
	put(f, a_word(f, 2, "p", "x", NOW));
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.contacts, 1);
}

static void an_edit_of_what_is_over_names_the_ticket_that_it_was(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_message(f, 1, "p", "review", NULL, NULL);
	put(f, rec);
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(1));
	rec = a_message(f, 2, "p", "review", NULL, NULL);
	rec.revision = 2;
	put(f, rec);
	assert_int_equal(tickets(f), 2);
	assert_non_null(strstr(history_of(f, 2), "linked >#1;"));
	put(f, a_message(f, 2 + 1, "p", "review-2", NULL, "review"));
	assert_int_equal(look(f, 2).is.contacts, 2);
}

/* Two transactions at once do not exist, but an act that fails between two batches does. */
static void an_act_that_fails_forgets_nobody(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_not_equal(move_to(f, 1, STORE_NEW, NOW), 0);
	put(f, a_word(f, 2, "p", "x", NOW));
	assert_int_equal(tickets(f), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_words_of_the_same_person_are_a_contact),
		TEST(the_third_contact_escalates_once),
		TEST(a_conversation_stays_with_its_person),
		TEST(a_repeat_of_nothing_is_still_of_its_conversation),
		TEST(a_thread_that_is_no_message_is_remembered),
		TEST(without_a_key_nobody_is_the_same_person),
		TEST(a_word_on_what_is_over_opens_a_round_or_a_new_ticket),
		TEST(thanks_open_nothing),
		TEST(what_was_rolled_back_was_never_said),
		TEST(an_act_that_fails_forgets_nobody),
		TEST(who_was_erased_is_a_stranger),
		TEST(an_edit_of_what_is_over_names_the_ticket_that_it_was),
	};
	return cmocka_run_group_tests_name("store_contact", tests, NULL, NULL);
}
