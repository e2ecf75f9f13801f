/*
 * Tests of control.c, control_*.c, life.c and metrics.c: what a running daemon is
 * asked, and how it ends.
 */
#include "engine.h"

#include "metrics.h"
#include "seal.h"

static struct engine e;
static struct engine_client c;

static int setup(void **state)
{
	(void)state;
	engine_init(&e, 1, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	engine_release(&e);
	return 0;
}

static void with_life(void)
{
	static const struct daemon_flags flags = {.file = "/proc/self/exe"};
	engine_start(&e);
	e.daemon->life = life_create(e.daemon, &flags);
	assert_non_null(e.daemon->life);
}

static struct output *output(size_t i)
{
	return &engine_pipeline(&e)->outputs[i];
}

/* ---- the socket */

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

/* ---- send */

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
	engine_until(&e, e.filter[0].waiting == 1);
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
	with_life();
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
	engine_until(&e, e.filter[0].calls == 1);
	e.filter[0].fails = false;
	engine_until(&e, engine_answered(&c));
	assert_non_null(strstr(c.text, "\"accepted\":1"));
	close(c.fd);
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

/* ---- dead letters */

static void dead_letters_are_listed_shown_and_dropped(void **state)
{
	(void)state;
	char request[128], id[37];
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine");
	uuid_format(engine_letters(&e).id, id);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	assert_non_null(strstr(c.text, id));
	assert_non_null(strstr(c.text, "\"reason\":\"cannot be understood\""));
	assert_null(strstr(c.text, "\"body\""));
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"show\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "quarantine"));
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"drop\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "there is no such dead letter"));
	assert_true(engine_balances(&e));
}

static void many_letters_are_told_page_by_page(void **state)
{
	(void)state;
	char request[128], id[37];
	unsigned n = 0;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 600, "quarantine");
	assert_int_equal(engine_letters(&e).n, 600);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	for (const char *at = c.text; (at = strstr(at, "\"reason\"")) != NULL; at++)
		n++;
	assert_int_equal(n, 600);
	uuid_format(engine_letters(&e).id, id); /* of the last one */
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"show\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, id));
	assert_non_null(strstr(c.text, "\"body\""));
	request[strlen(request) - 3] ^= 1;
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "there is no such dead letter"));
}

static void what_an_output_refused_is_replayed_to_it_alone(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_REFUSES;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	assert_int_equal(engine_letters(&e).n, 1);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	engine_drain(&e);
	assert_int_equal(engine_letters(&e).n, 0);
	assert_int_equal(e.out[0]->records, 1);
	assert_int_equal(e.out[1]->records, 1);
	struct ledger_output l = engine_output(&e, 0);
	assert_int_equal(l.replayed, 1);
	assert_int_equal(l.delivered, 1);
	assert_int_equal(l.dead, 1);
	assert_true(engine_balances(&e));
}

static void what_failed_before_the_journal_is_emitted_anew(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine");
	assert_int_equal(engine_letters(&e).n, 1);
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	assert_true(engine_journal_has(&e, "quarantine"));
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).received, 2);
	assert_true(engine_balances(&e));
}

static void a_letter_comes_in_anew_as_from_its_source(void **state)
{
	(void)state;
	static const char who[] = "{\"body\":\"%s\",\"author\":{\"phone\":\"13812345678\"}}";
	char raw[128], before[64], after[64];
	struct receipt r[2] = {0};
	e.pipelines[0].clear = true;
	engine_start(&e);
	snprintf(raw, sizeof(raw), who, "hello");
	engine_emit(&e, raw, &r[0]);
	engine_until(&e, r[0].times > 0);
	engine_field(&e, "key", before, sizeof(before));
	assert_int_equal(strlen(before), 32);
	snprintf(raw, sizeof(raw), who, "quarantine");
	engine_emit(&e, raw, &r[1]);
	engine_until(&e, r[1].times > 0);
	assert_non_null(strstr(engine_letters(&e).meta, "\"record\":true"));
	assert_null(strstr(engine_letters(&e).body, "13812345678"));
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	engine_field(&e, "key", after, sizeof(after));
	assert_string_equal(after, before);
	engine_field(&e, "source", after, sizeof(after));
	assert_string_equal(after, "shop/in");
}

static void many_letters_are_replayed_and_dropped_page_by_page(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 600, "quarantine");
	assert_int_equal(engine_letters(&e).n, 600);
	/* They die again, and those that come of it are left for another time. */
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":600,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 600);
	assert_int_equal(engine_gate(&e).received, 1200);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "{\"done\":600,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "there is no such dead letter"));
	assert_true(engine_balances(&e));
}

static void who_asks_for_many_letters_and_leaves_stops_it(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 1200, "quarantine");
	engine_connect(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	engine_until(&e, journal_dead_count(e.daemon->journal) < 1200);
	close(c.fd);
	engine_ask(&e, &c, "{\"command\":\"ledger\"}");
	engine_idle(&e, 20);
	assert_in_range(engine_letters(&e).n, 1, 1200 - 256);
	assert_int_equal(engine_letters(&e).n % 256, 1200 % 256); /* whole pages went */
}

static void what_was_sealed_needs_the_private_key_to_be_replayed(void **state)
{
	(void)state;
	static char folder[96], public_key[110], private_key[110];
	struct heard_error err = {0};
	snprintf(folder, sizeof(folder), "%s.keys", e.folder);
	snprintf(public_key, sizeof(public_key), "%s/heard.pub", folder);
	snprintf(private_key, sizeof(private_key), "%s/heard.key", folder);
	mkdir(folder, 0700);
	assert_int_equal(seal_keygen(folder, &err), 0);
	e.conf.privacy.public_key = public_key;
	engine_start(&e);
	engine_send(&e, "quarantine");
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "privacy.private_key"));
	assert_non_null(strstr(c.text, "{\"done\":0,\"failed\":1}"));
	assert_int_equal(engine_letters(&e).n, 1);
	e.conf.privacy.private_key = private_key;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_true(engine_journal_has(&e, "quarantine"));
	unlink(public_key);
	unlink(private_key);
	rmdir(folder);
}

static void a_letter_that_nothing_is_left_of_cannot_be_replayed(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "quarantine");
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "only its length and digest were kept"));
	assert_int_equal(engine_letters(&e).n, 1);
}

static void a_damaged_letter_is_listed_and_can_be_dropped(void **state)
{
	(void)state;
	char command[200];
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine this");
	snprintf(command, sizeof(command),
		 "for f in '%s'/journal/seg-*; do "
		 "sed 's/quarantine this/quarantine thXX/g' $f >$f.x && cat $f.x >$f; rm $f.x; "
		 "done",
		 e.folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(engine_letters(&e).n, 1);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	assert_non_null(strstr(c.text, "damaged"));
	assert_null(strstr(c.text, "{\"out\":}"));
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "\"failed\":1"));
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
}

/* ---- replay */

static void a_replay_goes_to_the_outputs_asked_for(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_many(&e, 20, "hello");
	engine_drain(&e);
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"output\":\"o1\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":20}"));
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 20);
	assert_int_equal(e.out[1]->records, 40);
	assert_int_equal(engine_output(&e, 1).replayed, 20);
	assert_true(engine_balances(&e));
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":40}")); /* a replay is not replayed */
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 40);
	assert_true(engine_balances(&e));
}

static void a_replay_keeps_to_the_time_asked_for(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"to\":\"2020-01-02\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":0}"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
}

static void a_replay_of_nonsense_is_refused(void **state)
{
	(void)state;
	engine_start(&e);
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"x\",\"from\":\"2020-01-01\"}");
	assert_non_null(strstr(c.text, "there is no pipeline"));
	engine_ask(&e, &c, "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"soon\"}");
	assert_non_null(strstr(c.text, "are times such as"));
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"output\":\"x\"}");
	assert_non_null(strstr(c.text, "has no output"));
}

/* ---- the end */

static void a_stop_drains(void **state)
{
	(void)state;
	struct receipt r[50] = {0};
	e.filter[0].each = NULL;
	with_life();
	for (int i = 0; i < 50; i++)
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(e.daemon->state, DAEMON_DONE);
	assert_int_equal(life_exit_code(e.daemon->life), 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(r[i].code, 0);
	assert_int_equal(r[49].times, 1);
	assert_int_equal(e.out[0]->records, 50);
	assert_int_equal(e.out[1]->records, 50);
	assert_int_equal(e.in[0].stops, 1);
	assert_int_equal(e.out[0]->stops, 1);
}

static void a_stop_by_the_socket_is_answered(void **state)
{
	(void)state;
	with_life();
	engine_connect(&e, &c, "{\"command\":\"stop\"}");
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_true(engine_answered(&c));
	assert_non_null(strstr(c.text, "\"exit\":0"));
	close(c.fd);
	assert_int_equal(e.daemon->state, DAEMON_DONE);
}

static void a_failing_output_does_not_hold_a_stop_up(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	engine_keeps_position(&e, 0); /* never defers */
	with_life();
	engine_send(&e, "hello");
	engine_until(&e, output(0)->is_failing);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 0);
	engine_stop(&e);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 1);
	assert_true(engine_balances(&e));
}

static void an_output_that_hangs_is_left_after_the_drain_timeout(void **state)
{
	(void)state;
	e.conf.drain_timeout = 60;
	e.out[0]->mode = OUTPUT_HOLDS;
	with_life();
	engine_send(&e, "hello");
	engine_until(&e, e.out[0]->n_held == 1);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 1);
	engine_stop(&e);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 1);
	assert_true(engine_balances(&e));
}

static void told_twice_it_stops_at_once(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_HOLDS;
	with_life();
	engine_send(&e, "hello");
	engine_until(&e, e.out[0]->n_held == 1);
	life_stop(e.daemon);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 1);
}

/* /proc/self/exe is this test: told "check", it says no (see main). */
static void a_reload_with_a_bad_config_changes_nothing(void **state)
{
	(void)state;
	with_life();
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	assert_non_null(strstr(c.text, "\"exit\":1"));
	assert_non_null(strstr(c.text, "test.conf:3: no such thing"));
	assert_int_equal(e.daemon->state, DAEMON_RUNNING);
	assert_false(life_wants_exec(e.daemon->life));
	assert_int_equal(engine_send(&e, "still here").code, 0);
}

static void a_check_that_hangs_is_killed_and_the_next_reload_is_heard(void **state)
{
	(void)state;
	e.conf.drain_timeout = 100;
	with_life();
	setenv("TEST_CHECK_HANGS", "1", 1);
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	unsetenv("TEST_CHECK_HANGS");
	assert_non_null(strstr(c.text, "did not end within drain_timeout"));
	assert_int_equal(e.daemon->state, DAEMON_RUNNING);
	e.conf.drain_timeout = 10000;
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	assert_non_null(strstr(c.text, "test.conf:3: no such thing"));
}

static void one_reload_at_a_time(void **state)
{
	(void)state;
	struct engine_client other;
	with_life();
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_connect(&e, &other, "{\"command\":\"reload\"}");
	engine_until(&e, engine_answered(&c) && engine_answered(&other));
	assert_true((strstr(c.text, "under way already") != NULL) !=
		    (strstr(other.text, "under way already") != NULL));
	close(c.fd);
	close(other.fd);
}

static void who_leaves_during_a_reload_is_not_answered(void **state)
{
	(void)state;
	with_life();
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_turn(&e);
	close(c.fd);
	engine_idle(&e, 200);
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	assert_non_null(strstr(c.text, "no such thing"));
}

static void the_end_during_a_reload_is_no_leak(void **state)
{
	(void)state;
	with_life();
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_turn(&e);
	engine_turn(&e);
	close(c.fd);
}

static void what_was_handed_over_is_found_by_name(void **state)
{
	(void)state;
	setenv("HEARD_INHERIT", "/lock=3 public=15 pub=7", 1);
	assert_int_equal(life_inherited("/lock"), 3);
	assert_int_equal(life_inherited("public"), 15);
	assert_int_equal(life_inherited("pub"), 7);
	assert_int_equal(life_inherited("lock"), -1);
	unsetenv("HEARD_INHERIT");
	assert_int_equal(life_inherited("/lock"), -1);
}

/* ---- metrics */

static void metrics_say_what_the_ledger_says(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_send(&e, "drop");
	engine_send(&e, "refuse me");
	engine_send(&e, "quarantine");
	engine_drain(&e);
	metrics_write(e.daemon, &b);
	static const char *const lines[] = {
		"heard_records_received_total{pipeline=\"shop\",input=\"in\"} 4\n",
		"heard_records_delivered_total{pipeline=\"shop\",output=\"o0\"} 1\n",
		"heard_records_delivered_total{pipeline=\"shop\",output=\"o1\"} 2\n",
		"heard_records_dropped_total{pipeline=\"shop\",instance=\"f0\","
		"reason=\"unwanted\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"o0\","
		"reason=\"refused\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"f0\","
		"reason=\"quarantine\"} 1\n",
		"heard_records_dead_total{pipeline=\"shop\",instance=\"in\","
		"reason=\"decode\"} 0\n",
		"heard_records_in_flight{pipeline=\"shop\"} 0\n",
		"heard_output_lag_records{pipeline=\"shop\",output=\"o0\"} 0\n",
		"heard_build_info{version=",
		"heard_journal_fsync_seconds_bucket{le=\"+Inf\"}",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strstr(b.ptr, lines[i]) == NULL)
			fail_msg("no %s", lines[i]);
	assert_string_equal(b.ptr + b.len - 6, "# EOF\n");
	heard_buf_release(&b);
	assert_null(metrics_not_ready(e.daemon));
}

static void conditions_that_fail_are_counted_for_outputs_too(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	e.outputs[0].when = "rating + body > 1";
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	metrics_write(e.daemon, &b);
	assert_non_null(strstr(b.ptr, "heard_condition_failures_total{pipeline=\"shop\","
				      "stage=\"output\",instance=\"o0\"} 1\n"));
	heard_buf_release(&b);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "check") == 0) {
		while (getenv("TEST_CHECK_HANGS") != NULL)
			pause();
		fputs("test.conf:3: no such thing\n", stderr);
		return 1;
	}
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_socket_is_ours_alone),
		TEST(a_state_folder_with_a_long_name_can_be_reached),
		TEST(nonsense_is_refused),
		TEST(a_request_without_end_is_refused),
		TEST(clients_that_come_and_go_leave_nothing_behind),
		TEST(status_says_how_things_are),
		TEST(the_ledger_is_what_interfaces_promise),
		TEST(send_takes_pieces_and_says_what_became_of_each),
		TEST(send_takes_text_line_by_line),
		TEST(send_to_nowhere_is_refused),
		TEST(a_sender_that_leaves_is_forgotten),
		TEST(no_more_than_a_few_pieces_of_a_sender_are_taken_at_a_time),
		TEST(a_sender_is_told_of_a_stop_once_its_pieces_are_answered),
		TEST(a_sender_that_has_said_all_is_told_of_a_stop_too),
		TEST(what_cannot_be_taken_now_is_tried_again),
		TEST(a_client_that_has_said_all_is_still_answered),
		TEST(who_leaves_while_the_ledger_is_counted_is_forgotten),
		TEST(dead_letters_are_listed_shown_and_dropped),
		TEST(many_letters_are_told_page_by_page),
		TEST(what_an_output_refused_is_replayed_to_it_alone),
		TEST(what_failed_before_the_journal_is_emitted_anew),
		TEST(a_letter_comes_in_anew_as_from_its_source),
		TEST(many_letters_are_replayed_and_dropped_page_by_page),
		TEST(who_asks_for_many_letters_and_leaves_stops_it),
		TEST(what_was_sealed_needs_the_private_key_to_be_replayed),
		TEST(a_letter_that_nothing_is_left_of_cannot_be_replayed),
		TEST(a_damaged_letter_is_listed_and_can_be_dropped),
		TEST(a_replay_goes_to_the_outputs_asked_for),
		TEST(a_replay_keeps_to_the_time_asked_for),
		TEST(a_replay_of_nonsense_is_refused),
		TEST(a_stop_drains),
		TEST(a_stop_by_the_socket_is_answered),
		TEST(a_failing_output_does_not_hold_a_stop_up),
		TEST(an_output_that_hangs_is_left_after_the_drain_timeout),
		TEST(told_twice_it_stops_at_once),
		TEST(a_reload_with_a_bad_config_changes_nothing),
		TEST(a_check_that_hangs_is_killed_and_the_next_reload_is_heard),
		TEST(one_reload_at_a_time),
		TEST(who_leaves_during_a_reload_is_not_answered),
		TEST(the_end_during_a_reload_is_no_leak),
		TEST(what_was_handed_over_is_found_by_name),
		TEST(metrics_say_what_the_ledger_says),
		TEST(conditions_that_fail_are_counted_for_outputs_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
