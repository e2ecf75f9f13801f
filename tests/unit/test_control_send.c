/*
 * Tests of control_send.c: what `heard send` hands over, piece by piece.
 */
#include "engine_client.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static void send_takes_pieces_and_says_what_became_of_each(void **state)
{
	(void)state;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"send\",\"pipeline\":\"shop\"}");
	dprintf(c.fd, "30 1\n{\"body\":\"one\"}\n{\"body\":\"two\"}\n8 3\nnot json0 0\n");
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "{\"line\":1,\"accepted\":2,\"dead\":0}"));
	assert_non_null(strstr(c.text, "{\"line\":3,\"accepted\":0,\"dead\":1}"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
	close(c.fd);
	engine_drain(&e);
	assert_non_null(strstr(engine_letters(&e).meta, "\"line\":3"));
	assert_true(engine_balances(&e));
}

static void send_takes_text_line_by_line(void **state)
{
	(void)state;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"send\",\"format\":\"text\"}");
	dprintf(c.fd, "14 1\ngood\n\nbad one\n0 0\n");
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"accepted\":2"));
	assert_true(engine_journal_has(&e, "\"body\":\"bad one\""));
	close(c.fd);
}

static void send_to_nowhere_is_refused(void **state)
{
	(void)state;
	engine_start(&e);
	engine_ask(&e, &c, "{\"command\":\"send\",\"pipeline\":\"none\"}");
	assert_non_null(strstr(c.text, "there is no pipeline"));
	engine_ask(&e, &c, "{\"command\":\"send\",\"input\":\"none\"}");
	assert_non_null(strstr(c.text, "has no input"));
	engine_connect(&e, &c, "{\"command\":\"send\"}");
	dprintf(c.fd, "99999999 1\n");
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "bad piece"));
	close(c.fd);
}

static void a_sender_that_leaves_is_forgotten(void **state)
{
	(void)state;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"send\"}");
	dprintf(c.fd, "15 1\n{\"body\":\"hold\"}");
	engine_until(&e, e.filter[0].waiting == 1);
	close(c.fd);
	engine_idle(&e, 20);
	sem_post(&e.filter[0].go);
	engine_drain(&e);
	assert_true(engine_journal_has(&e, "hold"));
}

static void no_more_than_a_few_pieces_of_a_sender_are_taken_at_a_time(void **state)
{
	(void)state;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"send\"}");
	for (int i = 0; i < 50; i++)
		dprintf(c.fd, "15 %d\n{\"body\":\"%s\"}", i + 1, i == 0 ? "hold" : "fine");
	dprintf(c.fd, "0 0\n");
	engine_until(&e, e.filter[0].waiting == 1 && engine_pipeline(&e)->in_flight == 32 * 15);
	engine_idle(&e, 20);
	assert_int_equal(engine_pipeline(&e)->in_flight, 32 * 15);
	sem_post(&e.filter[0].go);
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "{\"line\":50,\"accepted\":1,\"dead\":0}"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
	close(c.fd);
}

static void tell_of_a_stop(bool has_said_all)
{
	engine_start_with_life(&e);
	engine_connect(&e, &c, "{\"command\":\"send\"}");
	dprintf(c.fd, "15 1\n{\"body\":\"hold\"}");
	engine_until(&e, e.filter[0].waiting == 1);
	life_stop(e.daemon);
	dprintf(c.fd, "15 2\n{\"body\":\"late\"}");
	if (has_said_all) {
		dprintf(c.fd, "0 0\n");
		assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	}
	engine_idle(&e, 20);
	sem_post(&e.filter[0].go);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_true(engine_answered(&c));
	assert_non_null(strstr(c.text, "{\"line\":1,\"accepted\":1,\"dead\":0}"));
	assert_null(strstr(c.text, "\"line\":2"));
	assert_non_null(strstr(c.text, "\"exit\":1,\"error\":\"the daemon is stopping"));
	close(c.fd);
}

static void a_sender_is_told_of_a_stop_once_its_pieces_are_answered(void **state)
{
	(void)state;
	tell_of_a_stop(false);
}

static void a_sender_that_has_said_all_is_told_of_a_stop_too(void **state)
{
	(void)state;
	tell_of_a_stop(true);
}

static void what_cannot_be_taken_now_is_tried_again(void **state)
{
	(void)state;
	engine_start(&e);
	e.filter[0].fails = true;
	engine_connect(&e, &c, "{\"command\":\"send\"}");
	dprintf(c.fd, "12 1\n{\"body\":\"x\"}0 0\n");
	engine_until(&e, e.filter[0].calls >= 2); /* so the first has failed */
	e.filter[0].fails = false;
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"accepted\":1"));
	close(c.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(send_takes_pieces_and_says_what_became_of_each),
		TEST(send_takes_text_line_by_line),
		TEST(send_to_nowhere_is_refused),
		TEST(a_sender_that_leaves_is_forgotten),
		TEST(no_more_than_a_few_pieces_of_a_sender_are_taken_at_a_time),
		TEST(a_sender_is_told_of_a_stop_once_its_pieces_are_answered),
		TEST(a_sender_that_has_said_all_is_told_of_a_stop_too),
		TEST(what_cannot_be_taken_now_is_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
