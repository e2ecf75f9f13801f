/*
 * engine.h - a daemon inside a test: real journal, workers, pumps and control
 * socket, a config built by hand, and plugins defined here that do as a test
 * tells them.
 *
 * The test's thread is the main thread: engine_until() turns the main loop until
 * something has come true, or fails after a deadline.  Instances live on the main
 * loop unless a test sets HEARD_OWN_LOOP, so what they note needs no lock.
 *
 * A crash is a fork: engine_crash() runs a scenario in a child that ends by
 * _exit, with everything as a kill would leave it.  A scenario must not use
 * cmocka's asserts, which would go on in the child; engine_until and
 * engine_must know where they are.
 *
 * Each test is one program of one file, so all is static inline.
 */
#ifndef TEST_ENGINE_H
#define TEST_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"
#include "control.h"
#include "daemon.h"
#include "ledger.h"
#include "life.h"
#include "log.h"
#include "send.h"
#include "state_dir.h"

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <event2/event.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENGINE_SECONDS = 30, ENGINE_SEEN = 4096 };

/* ---- an input that emits on demand */

struct test_input {
	struct heard_host *host;
	int pauses, resumes, stops;
	size_t in_flight_then; /* bytes, when it was told to go on */
	int start_code;
};

/* What a test keeps of a receipt. */
struct receipt {
	int times, code, line;
	size_t n, dead;
	char ids[8][37];
	char error[160];
	unsigned order;		 /* rises over all receipts of the program    */
	uint64_t last_seq;	 /* of the journal when it was given          */
	struct daemon *daemon;	 /* set before the emission, for last_seq     */
	void (*then)(void *arg); /* called in the receipt                     */
	void *arg;
};

static inline int test_input_open(void *self, struct heard_host *host, struct heard_error *err)
{
	(void)err;
	((struct test_input *)self)->host = host;
	return 0;
}

static inline int test_input_start(void *self, struct heard_error *err)
{
	const struct test_input *in = self;
	return in->start_code ? heard_fail(err, in->start_code, "told not to start") : 0;
}

static inline void test_input_pause(void *self)
{
	((struct test_input *)self)->pauses++;
}

static inline void test_input_resume(void *self)
{
	struct test_input *in = self;
	in->resumes++;
	in->in_flight_then = in->host->pipeline->in_flight;
}

static inline void test_input_stop(void *self, struct heard_done *done)
{
	((struct test_input *)self)->stops++;
	heard_done(done);
}

/* "!..." is refused, "=text" is a record made field by field, the rest is NDJSON. */
static inline int test_input_decode(void *self, struct heard_str raw, struct heard_str context,
				    struct heard_batch *b, struct heard_error *err)
{
	(void)self;
	(void)context;
	if (raw.ptr[0] == '!') {
		heard_batch_add(b); /* half done: must be taken back */
		heard_fail(err, EBADMSG, "not what was agreed");
		err->line = 7;
		return -EBADMSG;
	}
	if (raw.ptr[0] == '=') {
		struct heard_record *r = heard_batch_add(b);
		return r ? heard_set_str(r, HEARD_BODY, heard_str_skip(raw, 1)) : -ENOMEM;
	}
	return send_decode(SEND_NDJSON, raw, 1, b, err);
}

static const struct heard_option engine_no_options[] = {{.name = NULL}};

static const struct heard_plugin test_input_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "test-input",
	.version = "1",
	.summary = "emits on demand",
	.options = engine_no_options,
	.self_size = sizeof(struct test_input),
	.open = test_input_open,
	.start = test_input_start,
	.stop = test_input_stop,
	.pause = test_input_pause,
	.resume = test_input_resume,
	.decode = test_input_decode,
};

/* ---- a filter that does what the body says */

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

static inline bool body_has(const struct heard_record *r, const char *word)
{
	struct heard_str body = heard_get_str(r, HEARD_BODY);
	return body.len > 0 && memmem(body.ptr, body.len, word, strlen(word)) != NULL;
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

static inline int test_filter_process(void *self, void *lane, struct heard_batch *b,
				      struct heard_error *err)
{
	struct test_filter *f = self;
	(void)lane;
	int now = ++f->inside;
	if (now > f->most_inside)
		f->most_inside = now;
	f->calls++;
	size_t n = heard_batch_size(b);
	f->records += (int)n;
	for (size_t i = 0; i < n; i++)
		test_filter_one(f, b, heard_batch_at(b, i));
	f->inside--;
	return f->fails ? heard_fail(err, EIO, "the dictionary is gone") : 0;
}

static const struct heard_plugin test_filter_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.name = "test-filter",
	.version = "1",
	.summary = "does what the body says",
	.options = engine_no_options,
	.self_size = sizeof(struct test_filter),
	.open = test_filter_open,
	.close = test_filter_close,
	.process = test_filter_process,
};

/* ---- an output that has a mind of its own */

enum test_output_mode {
	OUTPUT_DELIVERS,
	OUTPUT_RETRIES,
	OUTPUT_REFUSES,
	OUTPUT_BY_WORD, /* "refuse me", "retry me", "twice" in the body */
	OUTPUT_HOLDS,	/* finishes when the test says so               */
};

struct test_output { /* shared with a child that crashes */
	enum test_output_mode mode;
	bool keeps;		     /* stores the last seq, and reports it at start */
	uint64_t base;		     /* the journal's last seq when it was new       */
	uint64_t stored;	     /* the seq it stored                            */
	int64_t after_ms;	     /* what it asks for with a retry                */
	unsigned batches, per_batch; /* its window                                   */
	int fail_next;		     /* this many writes fail, whatever the mode     */
	unsigned stop_after;	     /* after so many records it holds what comes    */
	int writes, retries, stops;
	unsigned records;		      /* delivered                            */
	unsigned char seen[ENGINE_SEEN];      /* by seq - base: how often it was given */
	unsigned char delivered[ENGINE_SEEN]; /* by seq - base: how often it took it   */
	struct heard_delivery *held[16];
	size_t n_held;
	size_t last_n;
	char last_line[512];
};

static inline int test_output_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct test_output *o = self;
	(void)err;
	if (o->per_batch > 0)
		heard_output_window(host, o->batches, o->per_batch, 1 << 20);
	o->n_held = 0;
	return 0;
}

static inline void test_output_took(struct test_output *o, const struct heard_batch *b,
				    size_t i)
{
	uint64_t seq = heard_batch_seq(b, i);
	o->records++;
	o->stored = seq > o->stored ? seq : o->stored;
	if (seq - o->base < ENGINE_SEEN)
		o->delivered[seq - o->base]++;
}

static inline void test_output_by_word(struct test_output *o, const struct heard_batch *b,
				       struct heard_delivery *d)
{
	for (size_t i = 0; i < heard_batch_size(b); i++) {
		const struct heard_record *r = heard_batch_at(b, i);
		if (body_has(r, "refuse me"))
			heard_delivery_set(d, i, HEARD_REFUSED, "not in my house");
		else if (body_has(r, "retry me"))
			heard_delivery_set(d, i, HEARD_RETRY, "come back later");
		else if (body_has(r, "twice"))
			heard_delivery_set(d, i, HEARD_DUPLICATE, NULL);
		else
			test_output_took(o, b, i);
	}
	heard_delivery_finish(d, HEARD_DELIVERED, 0, NULL);
}

static inline void test_output_write(void *self, const struct heard_batch *b,
				     struct heard_delivery *d)
{
	struct test_output *o = self;
	o->writes++;
	o->retries += heard_batch_is_retry(b);
	o->last_n = heard_batch_size(b);
	for (size_t i = 0; i < o->last_n; i++)
		if (heard_batch_seq(b, i) - o->base < ENGINE_SEEN)
			o->seen[heard_batch_seq(b, i) - o->base]++;
	struct heard_str line = heard_batch_line(b, o->last_n - 1);
	snprintf(o->last_line, sizeof(o->last_line), "%.*s", HEARD_ARG(line));
	if (o->fail_next > 0) {
		o->fail_next--;
		heard_delivery_finish(d, HEARD_RETRY, o->after_ms, "told to fail");
	} else if (o->mode == OUTPUT_HOLDS) {
		o->held[o->n_held++] = d;
	} else if (o->mode == OUTPUT_BY_WORD) {
		test_output_by_word(o, b, d);
	} else if (o->mode == OUTPUT_DELIVERS) {
		for (size_t i = 0; i < o->last_n; i++)
			test_output_took(o, b, i);
		if (o->stop_after > 0 &&
		    (o->stop_after -= o->last_n < o->stop_after ? (unsigned)o->last_n
								: o->stop_after) == 0)
			o->mode = OUTPUT_HOLDS;
		heard_delivery_finish(d, HEARD_DELIVERED, 0, NULL);
	} else {
		heard_delivery_finish(d,
				      o->mode == OUTPUT_RETRIES ? HEARD_RETRY : HEARD_REFUSED,
				      o->after_ms, "not today");
	}
}

static inline int test_output_position(void *self, uint64_t *seq, struct heard_error *err)
{
	const struct test_output *o = self;
	(void)err;
	*seq = o->stored;
	return 0;
}

static inline void test_output_stop(void *self, struct heard_done *done)
{
	((struct test_output *)self)->stops++;
	heard_done(done);
}

static const struct heard_plugin test_output_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.name = "test-output",
	.version = "1",
	.summary = "has a mind of its own",
	.options = engine_no_options,
	.self_size = sizeof(struct test_output),
	.open = test_output_open,
	.stop = test_output_stop,
	.write = test_output_write,
};

/* ---- the engine */

enum { ENGINE_INSTANCES = 4 };

struct engine {
	char folder[64];
	struct conf conf;
	struct conf_pipeline pipelines[2];
	struct conf_instance inputs[ENGINE_INSTANCES], filters[ENGINE_INSTANCES],
		outputs[ENGINE_INSTANCES];
	struct module modules[3 * ENGINE_INSTANCES];
	struct test_input in[ENGINE_INSTANCES];
	struct test_filter filter[ENGINE_INSTANCES];
	struct test_output *out[ENGINE_INSTANCES]; /* in memory that a fork shares */
	size_t n_modules;
	struct daemon *daemon;
	struct heard_error err;
};

static bool engine_is_child;
static unsigned engine_receipts;

static inline _Noreturn void engine_fail(const char *file, int line, const char *what)
{
	if (engine_is_child) {
		fprintf(stderr, "# %s:%d: in the child: %s\n", file, line, what);
		_exit(99);
	}
	_fail(file, line);
	abort();
}

#define engine_must(condition)                                       \
	do {                                                         \
		if (!(condition)) {                                  \
			print_error("%s\n", #condition);             \
			engine_fail(__FILE__, __LINE__, #condition); \
		}                                                    \
	} while (0)

static inline void engine_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static inline int64_t engine_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One turn of the main loop, of 2 ms at most. */
static inline void engine_turn(struct engine *e)
{
	struct timeval tv = {.tv_usec = 2000};
	event_base_once(loop_base(e->daemon->main), -1, EV_TIMEOUT, engine_tick, NULL, &tv);
	event_base_loop(loop_base(e->daemon->main), EVLOOP_ONCE);
}

#define engine_until(e, condition)                                                \
	do {                                                                      \
		int64_t until_ = engine_clock() + ENGINE_SECONDS * 1000;          \
		while (!(condition)) {                                            \
			if (engine_clock() > until_) {                            \
				print_error("never came true: %s\n", #condition); \
				engine_fail(__FILE__, __LINE__, #condition);      \
			}                                                         \
			engine_turn(e);                                           \
		}                                                                 \
	} while (0)

/* For as long as it takes to see that something does not happen. */
static inline void engine_idle(struct engine *e, int ms)
{
	for (int64_t until = engine_clock() + ms; engine_clock() < until;)
		engine_turn(e);
}

static inline struct conf_instance *engine_instance(struct engine *e, struct conf_instance *c,
						    const struct heard_plugin *plugin,
						    const char *name, void *self)
{
	struct module *m = &e->modules[e->n_modules++];
	*m = (struct module){.plugin = *plugin, .path = "(test)"};
	*c = (struct conf_instance){.module = m,
				    .self = self,
				    .plugin = plugin->name,
				    .name = name,
				    .retry = {5, 40, 60000},
				    .deferred_max = 1000,
				    .file = "test.conf",
				    .line = 1};
	return c;
}

static inline struct test_output *engine_shared_output(void)
{
	struct test_output *o = mmap(NULL, sizeof(*o), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	engine_must(o != MAP_FAILED);
	return o;
}

/* One pipeline "shop": input "in", `n_filters` filters "f0" ..., outputs "o0" ... */
static inline void engine_init(struct engine *e, size_t n_filters, size_t n_outputs)
{
	static const char *const filters[] = {"f0", "f1", "f2", "f3"};
	static const char *const outputs[] = {"o0", "o1", "o2", "o3"};
	memset(e, 0, sizeof(*e));
	snprintf(e->folder, sizeof(e->folder), "%s/heard-engine-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	engine_must(mkdtemp(e->folder) != NULL);
	engine_instance(e, &e->inputs[0], &test_input_plugin, "in", &e->in[0]);
	for (size_t i = 0; i < n_filters; i++)
		engine_instance(e, &e->filters[i], &test_filter_plugin, filters[i],
				&e->filter[i]);
	for (size_t i = 0; i < n_outputs; i++) {
		e->out[i] = engine_shared_output();
		engine_instance(e, &e->outputs[i], &test_output_plugin, outputs[i], e->out[i]);
	}
	e->pipelines[0] = (struct conf_pipeline){.name = "shop",
						 .inputs = e->inputs,
						 .filters = e->filters,
						 .outputs = e->outputs,
						 .n_inputs = 1,
						 .n_filters = n_filters,
						 .n_outputs = n_outputs,
						 .dedupe = 3600000,
						 .max_in_flight = 1 << 20,
						 .file = "test.conf",
						 .line = 1};
	e->conf = (struct conf){.file = "test.conf",
				.folder = e->folder,
				.state_dir = e->folder,
				.workers = 2,
				.timezone = "UTC",
				.journal = {.max_size = 64 << 20, .segment_size = 1 << 20},
				.drain_timeout = 20000,
				.pipelines = e->pipelines,
				.n_pipelines = 1};
	signal(SIGPIPE, SIG_IGN);
	log_open(&(struct log_options){.level = HEARD_ERROR, .file = "/dev/null"});
}

/* The module of an instance, whose flags and slots a test may change. */
static inline struct heard_plugin *engine_plugin(struct conf_instance *c)
{
	return (struct heard_plugin *)&((struct module *)(uintptr_t)c->module)->plugin;
}

static inline void engine_keeps_position(struct engine *e, size_t i)
{
	struct heard_plugin *p = engine_plugin(&e->outputs[i]);
	p->flags |= HEARD_KEEPS_POSITION;
	p->position = test_output_position;
	e->out[i]->keeps = true;
}

static inline int engine_try_start(struct engine *e)
{
	struct faults faults;
	faults_init(&faults);
	memset(&e->err, 0, sizeof(e->err));
	int lock = state_dir_lock(e->conf.state_dir, -1, &e->err);
	if (lock < 0)
		return lock;
	e->daemon = daemon_open(&e->conf, &faults);
	if (e->daemon == NULL) {
		int code = heard_fail(&e->err, EINVAL, "%s",
				      faults.n > 0 ? faults.at[0].text : "");
		faults_release(&faults);
		close(lock);
		return code;
	}
	faults_release(&faults);
	e->daemon->lock_fd = lock;
	int rc = daemon_start(e->daemon, &e->err);
	for (size_t i = 0; i < ENGINE_INSTANCES && rc == 0; i++)
		if (e->out[i] != NULL && e->out[i]->base == 0)
			e->out[i]->base = journal_last_seq(e->daemon->journal);
	return rc;
}

static inline void engine_start(struct engine *e)
{
	int rc = engine_try_start(e);
	if (rc != 0)
		print_error("start: %s\n", e->err.text);
	engine_must(rc == 0);
}

static inline struct pipeline *engine_pipeline(struct engine *e)
{
	return &e->daemon->pipelines[0];
}

/* Nothing between input and journal, and all outputs at the end of it. */
static inline bool engine_is_drained(struct engine *e)
{
	uint64_t last = journal_last_seq(e->daemon->journal);
	if (engine_pipeline(e)->jobs > 0)
		return false;
	daemon_each_output(e->daemon, p, o) if (!o->is_service &&
						(o->seq < last || !o->is_idle)) return false;
	return true;
}

static inline void engine_drain(struct engine *e)
{
	engine_until(e, engine_is_drained(e));
}

/* Ends as after a main loop that was told to stop. */
static inline void engine_stop(struct engine *e)
{
	daemon_stop(e->daemon);
	daemon_close(e->daemon);
	e->daemon = NULL;
}

static inline void engine_release(struct engine *e)
{
	char command[128];
	for (size_t i = 0; i < ENGINE_INSTANCES && e->daemon != NULL; i++)
		for (int n = 0; n < 100 && e->filter[i].host != NULL; n++)
			sem_post(&e->filter[i].go); /* nobody is held by a test that failed */
	if (e->daemon != NULL)
		engine_stop(e);
	for (size_t i = 0; i < ENGINE_INSTANCES; i++)
		if (e->out[i] != NULL)
			munmap(e->out[i], sizeof(*e->out[i]));
	snprintf(command, sizeof(command), "rm -rf '%s'", e->folder);
	engine_must(system(command) == 0);
}

/* Run scenario(e) in a child, which ends without stopping anything. */
static inline int engine_crash(struct engine *e, void (*scenario)(struct engine *))
{
	fflush(NULL);
	pid_t pid = fork();
	engine_must(pid >= 0);
	if (pid == 0) {
		static const struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		engine_is_child = true;
		scenario(e);
		_exit(0);
	}
	int status = 0;
	engine_must(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- emitting */

static inline void engine_receipt(void *arg, const struct heard_receipt *given)
{
	struct receipt *r = arg;
	r->times++;
	r->code = given->code;
	r->line = given->line;
	r->n = given->n;
	r->dead = given->dead;
	r->order = ++engine_receipts;
	for (size_t i = 0; i < given->n && i < 8; i++)
		memcpy(r->ids[i], given->ids[i], 37);
	snprintf(r->error, sizeof(r->error), "%s", given->error ? given->error : "");
	if (r->daemon != NULL)
		r->last_seq = journal_last_seq(r->daemon->journal);
	if (r->then != NULL)
		r->then(r->arg);
}

static inline void engine_emit(struct engine *e, const char *raw, struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

static inline void engine_emit_as(struct engine *e, const char *raw, const char *source_id,
				  struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .source_id = heard_str(source_id),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

static inline void engine_stream(struct engine *e, const char *raw, const char *token,
				 struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .stream = HEARD_STR("a stream"),
							   .token = heard_str(token),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

/* One record with this body, and its receipt waited for. */
static inline struct receipt engine_send(struct engine *e, const char *body)
{
	struct receipt r = {0};
	char raw[2048];
	snprintf(raw, sizeof(raw), "{\"body\":\"%s\"}", body);
	engine_emit(e, raw, &r);
	engine_until(e, r.times > 0);
	return r;
}

/* n records with one body each, in one emission. */
static inline void engine_send_many(struct engine *e, unsigned n, const char *body)
{
	struct receipt r = {0};
	struct heard_buf b;
	heard_buf_init(&b, 8 << 20);
	for (unsigned i = 0; i < n; i++)
		heard_buf_printf(&b, "{\"body\":\"%s %u\"}\n", body, i);
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_buf_view(&b),
							   .receipt = engine_receipt,
							   .arg = &r});
	heard_buf_release(&b);
	engine_until(e, r.times > 0);
	engine_must(r.code == 0);
}

/* ---- looking */

static inline struct ledger_gate engine_gate(struct engine *e)
{
	struct ledger_gate g;
	ledger_gate(engine_pipeline(e), &g);
	return g;
}

static inline struct ledger_output engine_output(struct engine *e, size_t i)
{
	struct ledger_output l;
	ledger_output(&engine_pipeline(e)->outputs[i], &l);
	return l;
}

/* As `heard ledger --json` says it, when nothing moves. */
static inline bool engine_balances(struct engine *e)
{
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	ledger_write(e->daemon, &b);
	bool good = !b.failed && strstr(b.ptr, "\"balanced\":true") != NULL &&
		    strstr(b.ptr, "\"balanced\":false") == NULL;
	if (!good)
		print_error("%s\n", b.ptr);
	heard_buf_release(&b);
	return good;
}

struct engine_letter {
	size_t n;
	char meta[1024], body[1024];
	unsigned char id[16];
};

static inline bool engine_see_letter(void *arg, const struct journal_dead *dead)
{
	struct engine_letter *l = arg;
	l->n++;
	memcpy(l->id, dead->id, 16);
	snprintf(l->meta, sizeof(l->meta), "%.*s", HEARD_ARG(dead->meta));
	snprintf(l->body, sizeof(l->body), "%.*s", HEARD_ARG(dead->body));
	return true;
}

/* How many dead letters there are, and the last of them. */
static inline struct engine_letter engine_letters(struct engine *e)
{
	struct engine_letter l = {0};
	journal_dead_each(e->daemon->journal, true, engine_see_letter, &l);
	return l;
}

/* Every line of the journal, in order. */
static inline void engine_lines(struct engine *e, struct heard_buf *out)
{
	struct journal_reader *r = journal_reader_create(e->daemon->journal, 0);
	struct journal_view v;
	heard_buf_init(out, 64 << 20);
	heard_buf_puts(out, "");
	while (journal_reader_next(r, &v, NULL) == 1)
		heard_buf_str(out, v.lines);
	journal_reader_destroy(r);
}

static inline bool engine_journal_has(struct engine *e, const char *word)
{
	struct heard_buf b;
	engine_lines(e, &b);
	bool has = b.ptr != NULL && strstr(b.ptr, word) != NULL;
	heard_buf_release(&b);
	return has;
}

/* A member of the last line of the journal, as its JSON says it. */
static inline void engine_field(struct engine *e, const char *field, char *out, size_t size)
{
	struct heard_buf b;
	char key[64];
	engine_lines(e, &b);
	const char *at = b.ptr, *hit = NULL;
	snprintf(key, sizeof(key), "\"%s\":\"", field);
	for (const char *p = at; p != NULL && (p = strstr(p, key)) != NULL; p++)
		hit = p;
	*out = '\0';
	if (hit != NULL)
		snprintf(out, size, "%.*s", (int)strcspn(hit + strlen(key), "\""),
			 hit + strlen(key));
	heard_buf_release(&b);
}

/* ---- the control socket */

struct engine_client {
	int fd;
	char text[256 << 10]; /* a page or two of letters */
	size_t len;
};

static inline void engine_connect(struct engine *e, struct engine_client *c,
				  const char *request)
{
	memset(c, 0, sizeof(*c));
	c->fd = control_connect(e->folder, &e->err);
	engine_must(c->fd >= 0);
	engine_must(dprintf(c->fd, "%s\n", request) > 0);
}

/* Reads what is there; true once the last line came or the other side is gone. */
static inline bool engine_answered(struct engine_client *c)
{
	ssize_t n;
	while (c->len < sizeof(c->text) - 1 &&
	       (n = recv(c->fd, c->text + c->len, sizeof(c->text) - 1 - c->len, MSG_DONTWAIT)) >
		       0)
		c->len += (size_t)n;
	return strstr(c->text, "\"exit\":") != NULL;
}

static inline void engine_ask(struct engine *e, struct engine_client *c, const char *request)
{
	engine_connect(e, c, request);
	engine_until(e, engine_answered(c));
	close(c->fd);
}

#endif
