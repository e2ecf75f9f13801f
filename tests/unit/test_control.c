/*
 * Tests of control.c, control_show.c and control_list.c: the socket, who comes and who
 * leaves, and what a running daemon says of itself.
 */
#include "engine_client.h"
#include "engine_emit.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static void the_socket_is_ours_alone(void **state)
{
	(void)state;
	struct stat st;
	char path[128];
	engine_start(&e);
	snprintf(path, sizeof(path), "%s/control", e.folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_state_folder_with_a_long_name_can_be_reached(void **state)
{
	(void)state;
	char path[300], command[400];
	snprintf(path, sizeof(path), "%s/", e.folder);
	memset(path + strlen(path), 'x', 120);
	path[strlen(e.folder) + 1 + 120] = '\0';
	assert_int_equal(mkdir(path, 0700), 0);
	e.conf.state_dir = path;
	engine_start(&e);
	int fd = control_connect(path, &e.err);
	assert_true(fd >= 0);
	close(fd);
	engine_stop(&e);
	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	engine_start(&e);
	engine_ask(&e, &c, "not json");
	assert_non_null(strstr(c.text, "\"exit\":2"));
	engine_ask(&e, &c, "{\"command\":\"dance\"}");
	assert_non_null(strstr(c.text, "unknown command"));
	engine_ask(&e, &c, "[1,2]");
	assert_non_null(strstr(c.text, "\"exit\":2"));
	engine_ask(&e, &c, "{}");
	assert_non_null(strstr(c.text, "\"exit\":2"));
}

static void a_request_without_end_is_refused(void **state)
{
	(void)state;
	char *much = malloc(100 << 10);
	memset(much, 'x', 100 << 10);
	engine_start(&e);
	engine_connect(&e, &c, "");
	(void)!write(c.fd, much, 100 << 10);
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"exit\":2"));
	close(c.fd);
	free(much);
}

static void clients_that_come_and_go_leave_nothing_behind(void **state)
{
	(void)state;
	engine_start(&e);
	for (int i = 0; i < 200; i++) {
		engine_connect(&e, &c, i % 2 ? "{\"command\":\"status\"}" : "{\"comm");
		close(c.fd);
		engine_turn(&e);
	}
	engine_ask(&e, &c, "{\"command\":\"status\"}");
	assert_non_null(strstr(c.text, "\"exit\":0"));
}

static void status_says_how_things_are(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	engine_ask(&e, &c, "{\"command\":\"status\"}");
	assert_non_null(strstr(c.text, "\"state\":\"running\""));
	assert_non_null(strstr(c.text, "\"ready\":true"));
	assert_non_null(strstr(c.text, "\"name\":\"shop\""));
	assert_non_null(strstr(c.text, "\"received\":1"));
	assert_non_null(strstr(c.text, "\"lag\":0"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
}

static void the_ledger_is_what_interfaces_promise(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_send(&e, "drop");
	engine_send(&e, "refuse me");
	engine_drain(&e);
	engine_ask(&e, &c, "{\"command\":\"ledger\"}");
	assert_non_null(strstr(c.text,
			       "{\"out\":{\"pipelines\":[{\"name\":\"shop\",\"received\":3,"
			       "\"added\":0,\"journaled\":2,\"duplicate\":0,\"dropped\":1,"
			       "\"dead\":0"));
	assert_non_null(strstr(c.text, "\"balanced\":true,\"outputs\":[{\"name\":\"o0\","
				       "\"delivered\":1,\"replayed\":0,\"duplicate\":0,"
				       "\"skipped\":0,\"dead\":1,\"pending\":0,\"deferred\":0,"
				       "\"balanced\":true}"));
}

static void a_client_that_has_said_all_is_still_answered(void **state)
{
	(void)state;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"ledger\"}");
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"balanced\":true"));
	close(c.fd);
	engine_connect(&e, &c, "{\"command\":\"send\"}\n18 1\n{\"body\":\"hello\"}\n\n0 1");
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"accepted\":1"));
	assert_non_null(strstr(c.text, "{\"exit\":0,"));
	close(c.fd);
	engine_connect(&e, &c, "{\"command\":\"send\"}\n18 1\n{\"body\"");
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "the last piece is not whole"));
	close(c.fd);
}

static void who_leaves_while_the_ledger_is_counted_is_forgotten(void **state)
{
	(void)state;
	struct engine_client gone[8];
	engine_start(&e);
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < 8; i++)
			engine_connect(&e, &gone[i], "{\"command\":\"ledger\"}");
		for (int i = 0; i < round; i++)
			engine_turn(&e); /* so that some have asked, some were counted */
		for (size_t i = 0; i < 8; i++)
			close(gone[i].fd);
		engine_ask(&e, &c, "{\"command\":\"ledger\"}");
		assert_non_null(strstr(c.text, "\"balanced\":true"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_socket_is_ours_alone),
		TEST(a_state_folder_with_a_long_name_can_be_reached),
		TEST(nonsense_is_refused),
		TEST(a_request_without_end_is_refused),
		TEST(clients_that_come_and_go_leave_nothing_behind),
		TEST(status_says_how_things_are),
		TEST(the_ledger_is_what_interfaces_promise),
		TEST(a_client_that_has_said_all_is_still_answered),
		TEST(who_leaves_while_the_ledger_is_counted_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
