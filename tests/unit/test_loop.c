/*
 * Tests of loop.c and worker.c: the mailbox, threads, the queue of jobs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "job.h"
#include "loop.h"
#include "worker.h"

#include <heard/error.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A wait that fails instead of hanging. */
static void wait_for(sem_t *s)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 30;
	assert_int_equal(sem_timedwait(s, &t), 0);
}

/* ---- loops */

struct posted {
	struct loop_job hop;
	struct loop *loop;
	int number, times;
};

static int order[2001], n_order;

static void note(struct loop_job *hop)
{
	struct posted *p = (struct posted *)hop;
	order[n_order++] = p->number;
	p->times++;
}

static void note_and_end(struct loop_job *hop)
{
	note(hop);
	loop_stop(((struct posted *)hop)->loop);
}

static void jobs_run_in_the_order_posted(void **state)
{
	(void)state;
	struct posted jobs[100] = {0};
	struct loop *l = loop_create("test", NULL);
	assert_non_null(l);
	assert_true(loop_is_mine(l));
	n_order = 0;
	for (int i = 0; i < 100; i++) {
		jobs[i] = (struct posted){
			.hop.fn = i < 99 ? note : note_and_end, .loop = l, .number = i};
		loop_post(l, &jobs[i].hop);
	}
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(n_order, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(order[i], i);
	loop_destroy(l);
}

static void post_again(struct loop_job *hop)
{
	struct posted *p = (struct posted *)hop;
	if (++p->times < 1000)
		loop_post(p->loop, hop);
	else
		loop_stop(p->loop);
}

static void a_job_may_post_itself_again(void **state)
{
	(void)state;
	struct loop *l = loop_create("test", NULL);
	struct posted job = {.hop.fn = post_again, .loop = l};
	loop_post(l, &job.hop);
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(job.times, 1000);
	loop_destroy(l);
}

static void a_loop_told_to_stop_before_it_runs_ends_at_once(void **state)
{
	(void)state;
	struct loop *l = loop_create("test", NULL);
	loop_stop(l);
	assert_int_equal(loop_run(l), 0);
	loop_destroy(l);
}

struct burst {
	struct loop *loop;
	struct posted jobs[500];
};

static void *post_burst(void *arg)
{
	struct burst *b = arg;
	for (int i = 0; i < 500; i++)
		loop_post(b->loop, &b->jobs[i].hop);
	return NULL;
}

/* Order of each poster is kept, and no wake-up is lost. */
static void a_closed_loop_forgets_what_waits_and_what_comes(void **state)
{
	(void)state;
	struct posted jobs[2] = {0};
	struct loop *l = loop_create("test", NULL);
	assert_non_null(l);
	n_order = 0;
	jobs[0].hop.fn = jobs[1].hop.fn = note;
	loop_post(l, &jobs[0].hop);
	loop_close(l);
	loop_post(l, &jobs[1].hop);
	assert_null(jobs[0].hop.next); /* it may be freed by now */
	loop_stop(l);
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(n_order, 0);
	loop_destroy(l);
}

static void jobs_from_many_threads_all_run_on_the_loops_own(void **state)
{
	(void)state;
	static struct burst bursts[4];
	pthread_t threads[4];
	struct heard_error err = {0};
	struct loop *l = loop_create("test", &err);
	n_order = 0;
	for (int t = 0; t < 4; t++) {
		bursts[t].loop = l;
		for (int i = 0; i < 500; i++)
			bursts[t].jobs[i] = (struct posted){
				.hop.fn = note, .loop = l, .number = t * 1000 + i};
	}
	assert_int_equal(loop_start(l, &err), 0);
	for (int t = 0; t < 4; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, post_burst, &bursts[t]), 0);
	for (int t = 0; t < 4; t++)
		pthread_join(threads[t], NULL);
	struct posted last = {.hop.fn = note_and_end, .loop = l, .number = -1};
	loop_post(l, &last.hop);
	assert_false(loop_is_mine(l));
	loop_join(l);
	assert_true(loop_is_mine(l));
	assert_int_equal(last.times, 1);
	assert_int_equal(n_order, 2001);
	for (int t = 0, at[4] = {0}; t < 4; t++) {
		for (int i = 0; i < n_order; i++)
			if (order[i] / 1000 == t && order[i] >= 0) {
				assert_int_equal(order[i] % 1000, at[t]);
				at[t]++;
			}
		assert_int_equal(at[t], 500);
	}
	loop_destroy(l);
}

/* ---- workers */

static sem_t begun, go, done;
static _Atomic int n_run, lanes_seen;
static int run_order[16];

static void run_and_wait(struct job *job, unsigned lane)
{
	(void)job;
	lanes_seen |= 1 << lane;
	sem_post(&begun);
	wait_for(&go);
	n_run++;
	sem_post(&done);
}

static void run_and_note(struct job *job, unsigned lane)
{
	(void)lane;
	if (job->order == 0) {
		sem_post(&begun);
		wait_for(&go);
	}
	run_order[n_run++ % 16] = (int)job->order;
	sem_post(&done);
}

static int reset(void **state)
{
	(void)state;
	n_run = lanes_seen = 0;
	sem_init(&begun, 0, 0);
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	return 0;
}

static void every_worker_works(void **state)
{
	(void)state;
	struct workers *w = NULL;
	struct job jobs[3] = {0};
	assert_int_equal(workers_create(&w, 3, run_and_wait, NULL), 0);
	for (int i = 0; i < 3; i++)
		workers_put(w, &jobs[i]);
	for (int i = 0; i < 3; i++)
		wait_for(&begun);
	assert_int_equal(lanes_seen, 7);
	for (int i = 0; i < 3; i++)
		sem_post(&go);
	for (int i = 0; i < 3; i++)
		wait_for(&done);
	workers_destroy(w);
	assert_int_equal(n_run, 3);
}

static void jobs_keep_their_order_and_work_begun_goes_first(void **state)
{
	(void)state;
	static const int want[] = {0, 4, 3, 1, 2};
	struct workers *w = NULL;
	struct job jobs[5] = {0};
	assert_int_equal(workers_create(&w, 1, run_and_note, NULL), 0);
	for (int i = 0; i < 5; i++)
		jobs[i].order = (uint64_t)i;
	workers_put(w, &jobs[0]);
	wait_for(&begun);
	workers_put(w, &jobs[1]);
	workers_put(w, &jobs[2]);
	workers_put_front(w, &jobs[3]);
	workers_put_front(w, &jobs[4]);
	sem_post(&go);
	for (int i = 0; i < 5; i++)
		wait_for(&done);
	workers_destroy(w);
	assert_memory_equal(run_order, want, sizeof(want));
}

static void the_end_waits_for_the_queue(void **state)
{
	(void)state;
	struct workers *w = NULL;
	struct job jobs[10] = {0};
	assert_int_equal(workers_create(&w, 2, run_and_note, NULL), 0);
	for (int i = 0; i < 10; i++) {
		jobs[i].order = (uint64_t)i + 1;
		workers_put(w, &jobs[i]);
	}
	workers_destroy(w);
	assert_int_equal(n_run, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_run_in_the_order_posted),
		cmocka_unit_test(a_job_may_post_itself_again),
		cmocka_unit_test(a_loop_told_to_stop_before_it_runs_ends_at_once),
		cmocka_unit_test(a_closed_loop_forgets_what_waits_and_what_comes),
		cmocka_unit_test(jobs_from_many_threads_all_run_on_the_loops_own),
		cmocka_unit_test_setup(every_worker_works, reset),
		cmocka_unit_test_setup(jobs_keep_their_order_and_work_begun_goes_first, reset),
		cmocka_unit_test_setup(the_end_waits_for_the_queue, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
