/*
 * test_store_public.c - what the holder of a token and what everybody may see.
 */
#include "store_fixture.h"

#include <errno.h>

static void see_status(void *arg, const struct store_status *s)
{
	struct fixture *f = arg;
	add_text(f, "%s %.*s", store_state_name(s->state), HEARD_ARG(s->lang));
	if (s->expected_at != HEARD_TIME_NONE)
		add_text(f, " in %" PRId64 "h", (s->expected_at - NOW) / HOURS(1));
	for (size_t i = 0; i < s->n_steps; i++)
		add_text(f, " %s", s->steps[i].what);
	for (size_t i = 0; i < s->n_answers; i++)
		add_text(f, " [%.*s%.*s]", HEARD_ARG(s->answers[i].who),
			 HEARD_ARG(s->answers[i].text));
}

static const char *status(struct fixture *f, struct store_record rec)
{
	f->text[0] = '\0';
	if (store_status(f->store, rec.token, see_status, f, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

static void the_way_of_a_ticket_is_shown(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	rec.lang = HEARD_STR_OF("zh");
	put(f, rec);
	assert_string_equal(status(f, rec), "new zh in 4h received");
	answer_it(f, 1, "we look", NOW + 1);
	must_move(f, 1, STORE_WAITING, NOW + 2);
	assert_string_equal(status(f, rec),
			    "waiting zh received answered open waiting [we look]");
	put(f, a_word(f, 2, "p", "x", NOW + 3));
	must_move(f, 1, STORE_RESOLVED, NOW + 4);
	must_move(f, 1, STORE_CLOSED, NOW + 5);
	must_move(f, 1, STORE_REOPENED, NOW + 6);
	assert_string_equal(status(f, rec),
			    "reopened zh in 4h received answered open waiting open resolved "
			    "closed reopened [we look]");
}

static void each_record_of_a_ticket_has_its_token(void **state)
{
	struct fixture *f = *state;
	struct store_record second = a_word(f, 2, "p", "x", NOW + HOURS(1));
	put(f, a_word(f, 1, "p", "x", NOW));
	must_move(f, 1, STORE_OPENED, NOW + 1);
	put(f, second);
	answer_it(f, 1, "a", NOW + HOURS(2));
	assert_string_equal(status(f, second), "open  in 48h received answered [a]");
}

static void an_answer_to_another_is_not_shown_in_a_merged_ticket(void **state)
{
	struct fixture *f = *state;
	struct store_act act = by_anna(1, NOW + HOURS(3));
	struct store_record p = a_word(f, 1, "p", "x", NOW), q = a_word(f, 2, "q", "y", NOW);
	put(f, p);
	put(f, q);
	answer_it(f, 1, "to p", NOW + HOURS(1));
	answer_it(f, 2, "to q", NOW + HOURS(2));
	assert_int_equal(store_ticket_merge(f->store, &act, 2, &f->err), 0);
	answer_it(f, 2, "to both", NOW + HOURS(4));
	assert_non_null(strstr(status(f, p), "[to p] [to both]"));
	assert_null(strstr(status(f, p), "[to q]"));
	assert_non_null(strstr(status(f, q), "[to q] [to both]"));
	assert_null(strstr(status(f, q), "[to p]"));
}

/* Everything personal there is, in every place where it could come from. */
static void nothing_personal_leaves(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "SECRET-key", "SECRET-body", NOW);
	struct store_act act = {.ticket = 1,
				.at = NOW,
				.who = HEARD_STR("SECRET-agent"),
				.reason = HEARD_STR("SECRET-reason")};
	int64_t answer;
	rec.subject = HEARD_STR_OF("SECRET-subject");
	rec.product = HEARD_STR_OF("PB-1");
	rec.source_id = HEARD_STR_OF("SECRET-id");
	put(f, rec);
	assert_int_equal(
		store_ticket_note(f->store, &act, HEARD_STR_OF("SECRET-note"), &f->err), 0);
	assert_int_equal(store_ticket_assign(f->store, &act, HEARD_STR_OF("SECRET-owner"),
					     heard_str(NULL), &f->err),
			 0);
	assert_int_equal(store_ticket_reply(f->store, &act, HEARD_STR_OF("hello"),
					    HEARD_STR_OF("SECRET-answer"), &answer, &f->err),
			 0);
	assert_string_equal(status(f, rec), "open  in 48h received answered open [hello]");
}

static void an_unknown_token_opens_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	put(f, rec);
	for (int bit = 0; bit < 8 * STORE_TOKEN; bit++) {
		unsigned char other[STORE_TOKEN];
		memcpy(other, rec.token, sizeof(other));
		other[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(store_status(f->store, other, see_status, f, &f->err),
				 -ENOENT);
	}
}

static void see_issue(void *arg, const struct store_issue *i)
{
	add_text(arg, "#%" PRId64 " %s %.*s %.*s x%" PRId64 ";", i->ticket,
		 store_state_name(i->state), HEARD_ARG(i->title), HEARD_ARG(i->product),
		 i->reach);
}

static void the_board_has_the_newest_first(void **state)
{
	struct fixture *f = *state;
	static const char *const people[] = {"p", "q", "r", "s"};
	for (unsigned n = 0; n < 4; n++) {
		struct store_record rec = a_word(f, n + 1, people[n],
						 n < 3 ? "cannot pay" : "too hot", NOW);
		rec.product = HEARD_STR_OF("PB-1");
		put(f, rec);
	}
	struct store_act act = by_anna(1, NOW);
	assert_int_equal(
		store_ticket_publish(f->store, &act, HEARD_STR_OF("Payments"), &f->err), 0);
	act.ticket = 4;
	assert_int_equal(store_ticket_publish(f->store, &act, HEARD_STR_OF("Heat"), &f->err),
			 0);
	must_move(f, 1, STORE_RESOLVED, NOW);
	f->text[0] = '\0';
	assert_int_equal(store_board(f->store, 10, see_issue, f, &f->err), 0);
	assert_string_equal(f->text, "#4 new Heat PB-1 x1;#1 resolved Payments PB-1 x3;");
	f->text[0] = '\0';
	assert_int_equal(store_board(f->store, 1, see_issue, f, &f->err), 0);
	assert_string_equal(f->text, "#4 new Heat PB-1 x1;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_way_of_a_ticket_is_shown),
		TEST(each_record_of_a_ticket_has_its_token),
		TEST(an_answer_to_another_is_not_shown_in_a_merged_ticket),
		TEST(nothing_personal_leaves),
		TEST(an_unknown_token_opens_nothing),
		TEST(the_board_has_the_newest_first),
	};
	return cmocka_run_group_tests_name("store_public", tests, NULL, NULL);
}
