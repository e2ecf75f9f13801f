/*
 * Tests of filter.c, timer.c and crash.c at work: turns, parking, views, and
 * records that killed the process.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

/* ---- turns */

static void linger(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	(void)r;
	usleep(300);
}

/* Many small jobs, one a turn, so that both workers always have some. */
static void many_jobs(int n)
{
	struct receipt *r = calloc((size_t)n, sizeof(*r));
	for (int i = 0; i < n; i++) {
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
		event_base_loop(loop_base(e.daemon->main), EVLOOP_NONBLOCK);
	}
	for (int i = 0; i < n; i++)
		engine_until(&e, r[i].times > 0);
	free(r);
}

static void calls_of_one_filter_never_overlap_and_parked_jobs_go_on(void **state)
{
	(void)state;
	e.conf.workers = 4;
	e.filter[0].each = e.filter[1].each = linger;
	engine_start(&e);
	many_jobs(200);
	assert_int_equal(e.filter[0].most_inside, 1);
	assert_int_equal(e.filter[1].most_inside, 1);
	assert_int_equal(e.filter[0].records, 200);
	assert_int_equal(e.filter[1].records, 200);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_parallel_filter_runs_on_every_worker(void **state)
{
	(void)state;
	struct receipt r[2] = {0};
	engine_plugin(&e.filters[0])->flags |= HEARD_PARALLEL;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"hold\"}", &r[0]);
	engine_until(&e, e.filter[0].waiting == 1);
	engine_emit(&e, "{\"body\":\"hold\"}", &r[1]);
	engine_until(&e, e.filter[0].waiting == 2);
	sem_post(&e.filter[0].go);
	sem_post(&e.filter[0].go);
	engine_until(&e, r[0].times && r[1].times);
}

static void a_worker_does_not_wait_for_a_busy_filter(void **state)
{
	(void)state;
	struct receipt r[4] = {0};
	e.filters[0].when = "body == 'hold'";
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"hold\"}", &r[0]);
	engine_until(&e, e.filter[0].waiting == 1);
	for (int i = 1; i < 4; i++) {
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
		engine_idle(&e, 3);
	}
	assert_int_equal(e.filter[0].calls, 1);
	assert_int_equal(r[1].times, 0); /* parked: it is the filter's turn that counts */
	sem_post(&e.filter[0].go);
	engine_until(&e, r[0].times && r[1].times && r[2].times && r[3].times);
}

static void note_overlap(void *arg)
{
	struct test_filter *f = arg;
	f->timer_overlaps += f->inside > 0;
	f->timer_fired++;
	heard_timer_set(f->timer, 1);
}

static void timers_take_turns_with_process(bool parallel)
{
	if (parallel)
		engine_plugin(&e.filters[0])->flags |= HEARD_PARALLEL;
	e.filter[0].each = linger;
	engine_start(&e);
	e.filter[0].timer = heard_timer_create(e.filter[0].host, note_overlap, &e.filter[0]);
	heard_timer_set(e.filter[0].timer, 1);
	many_jobs(200);
	engine_until(&e, e.filter[0].timer_fired > 3);
	assert_int_equal(e.filter[0].timer_overlaps, 0);
	assert_int_equal(e.filter[0].records, 200);
	heard_timer_clear(e.filter[0].timer);
}

static void a_timer_never_fires_inside_process(void **state)
{
	(void)state;
	timers_take_turns_with_process(false);
}

static void a_timer_never_fires_inside_a_parallel_process(void **state)
{
	(void)state;
	timers_take_turns_with_process(true);
}

static void count_timer(void *arg)
{
	++*(int *)arg;
}

/* Due while process() runs, then moved: it must not run for the old moment. */
static void a_timer_that_was_moved_while_it_waited_fires_once_and_then(void **state)
{
	(void)state;
	int fired = 0, never = 0;
	struct receipt r = {0};
	engine_start(&e);
	struct heard_timer *t = heard_timer_create(e.filter[0].host, count_timer, &fired);
	struct heard_timer *cleared = heard_timer_create(e.filter[0].host, count_timer, &never);
	struct heard_timer *gone = heard_timer_create(e.filter[0].host, count_timer, &never);
	engine_emit(&e, "{\"body\":\"hold\"}", &r);
	engine_until(&e, e.filter[0].waiting == 1);
	heard_timer_set(t, 1);
	heard_timer_set(cleared, 1);
	heard_timer_set(gone, 1);
	engine_idle(&e, 20);
	assert_int_equal(fired, 0);
	int64_t moved = engine_clock();
	heard_timer_set(t, 120);
	heard_timer_clear(cleared);
	heard_timer_destroy(gone);
	sem_post(&e.filter[0].go);
	engine_until(&e, r.times > 0);
	engine_until(&e, fired == 1);
	assert_true(engine_clock() - moved >= 60); /* the loop reads a coarse clock */
	engine_idle(&e, 20);
	assert_int_equal(fired, 1);
	assert_int_equal(never, 0);
	heard_timer_destroy(t);
	heard_timer_destroy(cleared);
}

static pthread_t worked_on;

static void note_thread(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	(void)r;
	worked_on = pthread_self();
}

static void a_filter_with_its_own_loop_works_there_and_hinders_no_other_pipeline(void **state)
{
	(void)state;
	struct receipt held = {0}, r = {0};
	engine_plugin(&e.filters[0])->flags |= HEARD_OWN_LOOP;
	e.filter[0].each = note_thread;
	engine_instance(&e, &e.inputs[1], &test_input_plugin, "in2", &e.in[1]);
	e.pipelines[1] = (struct conf_pipeline){.name = "other",
						.inputs = &e.inputs[1],
						.n_inputs = 1,
						.max_in_flight = 1 << 20};
	e.conf.n_pipelines = 2;
	e.conf.workers = 1;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"hold\"}", &held);
	engine_until(&e, e.filter[0].waiting == 1);
	heard_emit(e.in[1].host, &(struct heard_emission){.raw = HEARD_STR("{\"body\":\"x\"}"),
							  .receipt = engine_receipt,
							  .arg = &r});
	engine_until(&e, r.times > 0);
	assert_int_equal(held.times, 0);
	sem_post(&e.filter[0].go);
	engine_until(&e, held.times > 0);
	assert_int_equal(held.code, 0);
	assert_false(pthread_equal(worked_on, pthread_self()));
	assert_int_equal(e.filter[1].records, 1);
}

/* ---- the view */

static void when_shows_a_filter_only_what_meets_it(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filters[0].when = "channel == 'web'";
	engine_start(&e);
	engine_emit(&e,
		    "{\"channel\":\"web\",\"body\":\"drop\"}\n{\"channel\":\"email\",\"body\":"
		    "\"drop\"}\n"
		    "{\"channel\":\"web\",\"body\":\"add one\"}",
		    &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(e.filter[0].records, 2);
	assert_int_equal(e.filter[1].records, 3); /* email, web and the added one */
	assert_int_equal(engine_gate(&e).dropped, 2);
	assert_int_equal(engine_gate(&e).added, 2); /* the second filter adds one, too */
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_filter_sees_no_record_that_ended_before(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "drop");
	engine_send(&e, "quarantine");
	assert_int_equal(e.filter[0].records, 2);
	assert_int_equal(e.filter[1].calls, 0);
	assert_int_equal(engine_gate(&e).dropped, 1);
	assert_int_equal(engine_gate(&e).dead, 1);
	assert_true(engine_balances(&e));
}

/* ---- failures */

static unsigned lines_of(const char *path, const char *level)
{
	char line[1024];
	unsigned n = 0;
	FILE *log = fopen(path, "r");
	assert_non_null(log);
	while (fgets(line, sizeof(line), log) != NULL)
		n += strstr(line, level) && strstr(line, "the batch goes back to its source");
	fclose(log);
	return n;
}

/* The source comes again each second. */
static void why_batches_go_back_is_said_once(void **state)
{
	(void)state;
	char path[128];
	engine_start(&e);
	snprintf(path, sizeof(path), "%s/log", e.folder);
	log_open(&(struct log_options){.level = HEARD_DEBUG, .file = path});
	e.filter[0].fails = true;
	for (int i = 0; i < 5; i++)
		assert_int_equal(engine_send(&e, "x").code, -EAGAIN);
	log_open(&(struct log_options){.level = HEARD_ERROR, .file = "/dev/null"});
	assert_int_equal(lines_of(path, " warn "), 1);
	assert_int_equal(lines_of(path, " debug "), 4);
}

/* ---- crashes */

static void send_killer(struct engine *x)
{
	engine_start(x);
	engine_emit(x, "{\"body\":\"good\"}\n{\"body\":\"kaboom\"}\n{\"body\":\"good\"}", NULL);
	engine_idle(x, ENGINE_SECONDS * 1000);
}

static void send_plain_killer(struct engine *x)
{
	engine_start(x);
	engine_emit(x, "=kaboom", NULL);
	engine_idle(x, ENGINE_SECONDS * 1000);
}

static void a_record_noted_once_is_worked_on_alone_and_twice_is_a_dead_letter(void **state)
{
	(void)state;
	e.filter[0].crash_word = "kaboom";
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	engine_start(&e);
	struct receipt r = {0};
	engine_emit(&e, "{\"body\":\"good\"}\n{\"body\":\"kaboom\"}\n{\"body\":\"good\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 2);
	assert_int_equal(e.filter[0].calls, 2); /* one by one */
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_non_null(strstr(l.meta, "crashed the process twice in a filter"));
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

/* Its digest must not change when a filter before the killer edits the text. */
static void shout(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	heard_set_str(r, HEARD_BODY, HEARD_STR_OF("KABOOM"));
}

static void a_record_made_field_by_field_is_known_again(void **state)
{
	(void)state;
	e.filter[0].each = shout;
	e.filter[1].crash_word = "KABOOM";
	assert_int_equal(engine_crash(&e, send_plain_killer), 128 + SIGABRT);
	assert_int_equal(engine_crash(&e, send_plain_killer), 128 + SIGABRT);
	struct receipt r = {0};
	engine_start(&e);
	engine_emit(&e, "=kaboom", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.n, 0);
	assert_int_equal(engine_letters(&e).n, 1);
}

static void a_killer_in_a_filter_with_its_own_loop_is_known_again(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_OWN_LOOP;
	e.filter[0].crash_word = "kaboom";
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	struct receipt r = {0};
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"kaboom\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(engine_letters(&e).n, 1);
}

static void make_killer(struct engine *x)
{
	engine_start(x);
	engine_emit(x, "{\"body\":\"add one\"}", NULL);
	engine_idle(x, ENGINE_SECONDS * 1000);
}

static void a_killer_that_a_filter_added_is_known_again(void **state)
{
	(void)state;
	e.filter[1].crash_word = "made here";
	assert_int_equal(engine_crash(&e, make_killer), 128 + SIGABRT);
	assert_int_equal(engine_crash(&e, make_killer), 128 + SIGABRT);
	struct receipt r = {0};
	engine_plugin(&e.filters[1])->process = test_filter_process;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"add one\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(engine_letters(&e).n, 1);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void send_twins(struct engine *x)
{
	engine_start(x);
	engine_emit(x, "{\"body\":\"good\"}\n{\"body\":\"good\"}\n{\"body\":\"kaboom\"}", NULL);
	engine_idle(x, ENGINE_SECONDS * 1000);
}

static void twins_in_one_crash_are_no_killers(void **state)
{
	(void)state;
	e.filter[0].crash_word = "kaboom";
	assert_int_equal(engine_crash(&e, send_twins), 128 + SIGABRT);
	engine_start(&e);
	struct receipt r = engine_send(&e, "good");
	assert_int_equal(r.n, 1);
	assert_int_equal(engine_letters(&e).n, 0);
}

static void a_suspect_batch_of_many_records_fits_into_memory(void **state)
{
	(void)state;
	e.filter[0].crash_word = "kaboom";
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	e.filter[0].crash_word = NULL;
	engine_start(&e);
	struct heard_buf b;
	struct receipt r = {0};
	heard_buf_init(&b, 4 << 20);
	for (int i = 0; i < 12000; i++)
		heard_buf_puts(&b, "{\"body\":\"good\"}\n");
	heard_emit(e.in[0].host, &(struct heard_emission){.raw = heard_buf_view(&b),
							  .receipt = engine_receipt,
							  .arg = &r});
	heard_buf_release(&b);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_of_one_filter_never_overlap_and_parked_jobs_go_on),
		TEST(a_parallel_filter_runs_on_every_worker),
		TEST(a_worker_does_not_wait_for_a_busy_filter),
		TEST(a_timer_never_fires_inside_process),
		TEST(a_timer_never_fires_inside_a_parallel_process),
		TEST(a_timer_that_was_moved_while_it_waited_fires_once_and_then),
		TEST(a_filter_with_its_own_loop_works_there_and_hinders_no_other_pipeline),
		TEST(when_shows_a_filter_only_what_meets_it),
		TEST(a_filter_sees_no_record_that_ended_before),
		TEST(why_batches_go_back_is_said_once),
		TEST(a_record_noted_once_is_worked_on_alone_and_twice_is_a_dead_letter),
		TEST(a_record_made_field_by_field_is_known_again),
		TEST(a_killer_in_a_filter_with_its_own_loop_is_known_again),
		TEST(a_killer_that_a_filter_added_is_known_again),
		TEST(twins_in_one_crash_are_no_killers),
		TEST(a_suspect_batch_of_many_records_fits_into_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
