/*
 * engine.h - a daemon inside a test: real journal, workers, pumps and control
 * socket, a config built by hand, and plugins that do as a test tells them
 * (engine_input.h, engine_filter.h, engine_output.h).
 *
 * What a test does with it has headers of its own: engine_emit.h, engine_look.h,
 * engine_client.h (the control socket) and engine_keys.h (privacy).
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
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon.h"
#include "engine_filter.h"
#include "engine_input.h"
#include "engine_output.h"
#include "life.h"
#include "log.h"
#include "state_dir.h"

#include <heard/error.h>

#include <event2/event.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENGINE_SECONDS = 30, ENGINE_INSTANCES = 4 };

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
	for (size_t i = 0; i < n_filters; i++) {
		engine_instance(e, &e->filters[i], &test_filter_plugin, filters[i],
				&e->filter[i]);
		e->filter[i].never_holds = i > 0; /* "hold" is said to the first */
	}
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

/* As engine_start, and it can be told to reload and to stop.  It runs this program again. */
static inline void engine_start_with_life(struct engine *e)
{
	static const struct daemon_flags flags = {.file = "/proc/self/exe"};
	engine_start(e);
	e->daemon->life = life_create(e->daemon, &flags);
	engine_must(e->daemon->life != NULL);
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

/* Told to stop, it runs to its end, with nothing left. */
static inline void engine_stop_orderly(struct engine *e)
{
	life_stop(e->daemon);
	engine_must(loop_run(e->daemon->main) == 0);
	engine_must(life_exit_code(e->daemon->life) == 0);
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

#endif
