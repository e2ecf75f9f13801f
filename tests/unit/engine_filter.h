/*
 * engine_filter.h - a filter that does what the body says: "drop", "quarantine", "add
 * one", and "hold", with which a call waits for the test; "ask" makes the batch wait for
 * what the test finds.
 *
 * It runs on workers: what a test reads while records are on their way is atomic.
 */
#ifndef TEST_ENGINE_FILTER_H
#define TEST_ENGINE_FILTER_H

#include "engine_body.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/wait.h>

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

struct test_filter {
	struct heard_host *host;
	_Atomic int inside, most_inside, calls, records;
	_Atomic int waiting; /* calls that met "hold" and wait for `go` */
	sem_t go;
	_Atomic int timer_overlaps, timer_fired;
	_Atomic bool fails;
	bool never_holds, deaf;
	const char *crash_word;
	void (*each)(struct test_filter *, struct heard_record *);
	struct heard_timer *timer;
	/* what "ask" waits for; what was found; batches that could not wait */
	struct heard_wait *_Atomic asked;
	void *_Atomic found;
	_Atomic int cannot_wait, shown_again;
	bool finds_at_once;
};

static inline int test_filter_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct test_filter *f = self;
	(void)err;
	f->host = host;
	sem_init(&f->go, 0, 0);
	return 0;
}

static inline void test_filter_close(void *self)
{
	struct test_filter *f = self;
	heard_timer_destroy(f->timer);
	f->timer = NULL;
	sem_destroy(&f->go);
}

static inline void test_filter_one(struct test_filter *f, struct heard_batch *b,
				   struct heard_record *r)
{
	if (f->crash_word != NULL && body_has(r, f->crash_word))
		abort(); /* dies as a plugin with a bug would */
	if (f->deaf)
		return;
	if (body_has(r, "drop"))
		heard_record_drop(r, "unwanted");
	if (body_has(r, "quarantine"))
		heard_record_quarantine(r, "cannot be understood");
	if (body_has(r, "add one")) {
		struct heard_record *more = heard_batch_add(b);
		heard_set_str(more, HEARD_BODY, HEARD_STR_OF("made here"));
	}
	if (body_has(r, "hold") && !f->never_holds) {
		f->waiting++;
		while (sem_wait(&f->go) != 0 && errno == EINTR)
			;
		f->waiting--;
	}
	if (f->each != NULL)
		f->each(f, r);
}

static inline void test_filter_begin(void *arg, struct heard_wait *take)
{
	struct test_filter *f = arg;
	if (f->finds_at_once)
		heard_wait_done(take, f);
	else
		f->asked = take;
}

/* True: the batch is to come again. */
static inline bool test_filter_ask(struct test_filter *f, struct heard_batch *b)
{
	bool asks = false;
	for (size_t i = 0; i < heard_batch_size(b); i++)
		asks |= body_has(heard_batch_at(b, i), "ask");
	if (asks && heard_waited(b) != NULL) {
		f->shown_again += (int)heard_batch_size(b);
		f->found = heard_waited(b);
		return false;
	}
	bool waits = asks && heard_wait(b, test_filter_begin, f);
	f->cannot_wait += asks && !waits;
	return waits;
}

static inline int test_filter_process(void *self, void *lane, struct heard_batch *b,
				      struct heard_error *err)
{
	struct test_filter *f = self;
	(void)lane;
	int now = ++f->inside;
	if (now > f->most_inside)
		f->most_inside = now;
	f->calls++;
	if (test_filter_ask(f, b)) {
		f->inside--;
		return 0;
	}
	size_t n = heard_batch_size(b);
	f->records += (int)n;
	for (size_t i = 0; i < n; i++)
		test_filter_one(f, b, heard_batch_at(b, i));
	f->inside--;
	return f->fails ? heard_fail(err, EIO, "the dictionary is gone") : 0;
}

static const struct heard_option test_filter_options[] = {{.name = NULL}};

static const struct heard_plugin test_filter_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.name = "test-filter",
	.version = "1",
	.summary = "does what the body says",
	.options = test_filter_options,
	.self_size = sizeof(struct test_filter),
	.open = test_filter_open,
	.close = test_filter_close,
	.process = test_filter_process,
};

#endif
