/*
 * Tests of http_limits.c: clients that are slow, or many.
 */
#include "http_fixture.h"

static int start_limited(void **state)
{
	*state = &server;
	server_open(&server);
	server.listener.max_connections_per_address = 2;
	server.listener.header_timeout = 300;
	server.listener.body_timeout = 300;
	server.listener.idle_timeout = 300;
	server_start(&server);
	return 0;
}

/* Who is to be answered is not in a hurry, however slow the machine. */
static void be_patient_with_heads(struct server *s)
{
	s->listener.header_timeout = 10000;
}

static void slow_clients_are_shown_out(void **state)
{
	char out[4096];
	int fd = dial(*state);
	say(fd, "POST /echo HT", 13);
	assert_int_equal(hear(fd, out, sizeof(out)), 408);
	close(fd);
	fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab";
	say(fd, head, sizeof(head) - 1);
	assert_int_equal(hear(fd, out, sizeof(out)), 408);
	close(fd);
	on_loop(*state, be_patient_with_heads);
	fd = dial(*state); /* kept, and then idle */
	say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_int_equal(hear(fd, out, sizeof(out)), 200);
	assert_true(is_closed(fd));
	close(fd);
}

static void connections_of_one_address_are_capped(void **state)
{
	char out[4096];
	on_loop(*state, be_patient_with_heads);
	int first = dial(*state), second = dial(*state), third = dial(*state);
	say(third, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_true(is_closed(third));
	say(first, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_int_equal(hear(first, out, sizeof(out)), 200);
	assert_true(is_closed(first));
	close(first);
	close(second);
	close(third);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(slow_clients_are_shown_out, start_limited,
						stop),
		cmocka_unit_test_setup_teardown(connections_of_one_address_are_capped,
						start_limited, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
