/*
 * test_store_answer.c - the outbox of answers: durable, in order, harmless to repeat.
 */
#include "store_fixture.h"

#include <errno.h>

static void add_answer(void *arg, const struct store_answer *a)
{
	struct fixture *f = arg;
	assert_int_equal(strlen(a->token), STORE_TOKEN_TEXT - 1);
	add_text(f, "%" PRId64 "#%" PRId64 ":%.*s:%.*s:%.*s:%.*s:%" PRId64 ";", a->n, a->ticket,
		 HEARD_ARG(a->key), HEARD_ARG(a->text), HEARD_ARG(a->source),
		 HEARD_ARG(a->lang), a->attempts);
}

static const char *outbox(struct fixture *f, int64_t now, int64_t *next)
{
	f->text[0] = '\0';
	if (store_answers(f->store, now, 0, add_answer, f, next, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

static int reply(struct fixture *f, int64_t ticket, const char *text, const char *key,
		 int64_t *answer)
{
	struct store_act act = by_anna(ticket, NOW + 1000);
	return store_ticket_reply(f->store, &act, heard_str(text), heard_str(key), answer,
				  &f->err);
}

static void put_two(struct fixture *f)
{
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	rec.lang = HEARD_STR_OF("zh");
	put(f, rec);
	put(f, a_word(f, 2, "q", "y", NOW));
}

static void a_repeated_key_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t first, second, next;
	put_two(f);
	assert_int_equal(reply(f, 1, "hello", "k1", &first), 0);
	assert_int_equal(reply(f, 1, "hello again", "k1", &second), 0);
	assert_int_equal(first, second);
	assert_int_equal(reply(f, 1, "more", NULL, &second), 0);
	assert_int_equal(second, first + 1);
	assert_string_equal(outbox(f, NOW + 1000, &next),
			    "1#1:k1:hello:shop/http:zh:0;"
			    "2#1:ticket-1/answer-2:more:shop/http:zh:0;");
	assert_int_equal(number_of(f, "SELECT count(*) FROM history WHERE what='answered'"), 2);
	/* One that vanished into another ticket's would never be sent. */
	assert_int_equal(reply(f, 2, "hello", "k1", &second), -EEXIST);
}

static void an_answer_waits_until_it_is_sent(void **state)
{
	struct fixture *f = *state;
	int64_t answer, next;
	put_two(f);
	assert_int_equal(reply(f, 1, "hello", "k1", &answer), 0);
	open_again(f);
	assert_string_not_equal(outbox(f, NOW + 1000, &next), "");
	assert_int_equal(store_answer_failed(f->store, answer, NOW + 2000, NOW + 9000,
					     HEARD_STR_OF("451 later"), &f->err),
			 0);
	assert_string_equal(outbox(f, NOW + 8999, &next), "");
	assert_int_equal(next, NOW + 9000);
	assert_string_equal(outbox(f, NOW + 9000, &next), "1#1:k1:hello:shop/http:zh:1;");
	assert_int_equal(store_answer_sent(f->store, answer, NOW + 9001, &f->err), 0);
	assert_string_equal(outbox(f, NOW + DAYS(9), &next), "");
	assert_true(next == HEARD_TIME_NONE);
	/* What was sent is not refused by a word that comes late. */
	assert_int_equal(store_answer_failed(f->store, answer, NOW + 9002, HEARD_TIME_NONE,
					     HEARD_STR_OF("550"), &f->err),
			 0);
	assert_int_equal(number_of(f, "SELECT fate FROM answer"), 1);
}

static void see_fate(void *arg, const struct store_said *said)
{
	if (said->kind == STORE_SAID_ANSWER)
		add_text(arg, "%s by %.*s: %.*s;", said->fate, HEARD_ARG(said->who),
			 HEARD_ARG(said->text));
}

static void a_refused_answer_stays_with_the_ticket(void **state)
{
	struct fixture *f = *state;
	int64_t answer, next;
	put_two(f);
	assert_int_equal(reply(f, 1, "hello", NULL, &answer), 0);
	assert_int_equal(store_answer_failed(f->store, answer, NOW + 2000, HEARD_TIME_NONE,
					     HEARD_STR_OF("550 no such box"), &f->err),
			 0);
	assert_string_equal(outbox(f, NOW + DAYS(1), &next), "");
	f->text[0] = '\0';
	assert_int_equal(store_conversation(f->store, 1, see_fate, f, &f->err), 0);
	assert_string_equal(f->text, "refused by anna: hello;");
	assert_non_null(strstr(history_of(f, 1), "refused >;"));
	assert_int_equal(number_of(f, "SELECT count(*) FROM history WHERE what='refused'"
				      " AND reason='550 no such box'"),
			 1);
}

static void what_cannot_be_answered_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_act act = by_anna(1, NOW);
	int64_t answer;
	put_two(f);
	assert_int_equal(reply(f, 1, " \n", NULL, &answer), -EINVAL);
	assert_int_equal(reply(f, 9, "x", NULL, &answer), -ENOENT);
	must_move(f, 2, STORE_SPAM, NOW);
	assert_int_equal(reply(f, 2, "x", NULL, &answer), -EPERM);
	must_move(f, 2, STORE_OPENED, NOW);
	assert_int_equal(store_ticket_merge(f->store, &act, 2, &f->err), 0);
	assert_int_equal(reply(f, 1, "x", NULL, &answer), -EPERM);
	assert_non_null(strstr(f->err.text, "answer there"));
	assert_int_equal(number_of(f, "SELECT count(*) FROM answer"), 0);
}

static void a_resolved_ticket_may_be_answered_and_stays_so(void **state)
{
	struct fixture *f = *state;
	int64_t answer;
	put_two(f);
	must_move(f, 1, STORE_RESOLVED, NOW);
	assert_int_equal(reply(f, 1, "one more thing", NULL, &answer), 0);
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_int_equal(look(f, 1).is.first_response_at, NOW + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_repeated_key_changes_nothing),
		TEST(an_answer_waits_until_it_is_sent),
		TEST(a_refused_answer_stays_with_the_ticket),
		TEST(what_cannot_be_answered_is_refused),
		TEST(a_resolved_ticket_may_be_answered_and_stays_so),
	};
	return cmocka_run_group_tests_name("store_answer", tests, NULL, NULL);
}
