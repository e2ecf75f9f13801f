/*
 * life.c - the way out, in steps that a timer looks at.
 *
 * Each step has a condition; when it holds, or the drain timeout is over, the
 * next one begins.  There is no other order and no way back:
 *
 *	http quiet -> inputs stopped -> no job left -> outputs caught up (stop
 *	only) -> outputs quiet -> outputs and filters stopped -> main loop ends
 *
 * A reload first runs `heard check` in a child, which runs every open() and so
 * finds whatever the new process would stumble over; only then does it stop.
 */
#include "life.h"

#include "control.h"
#include "daemon.h"
#include "log.h"
#include "self.h"

#include <heard/error.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 5

struct life {
	struct daemon *daemon;
	char *exe, *exe_link; /* where we came from; and by what name, or NULL */
	char *file, *state_dir;
	struct event *signals[6];
	struct event *tick;
	int64_t deadline_ms;
	size_t inputs, others; /* promises not yet kept: to stop              */
	bool http_is_quiet, wants_exec, is_late;
	int exit_code;

	pid_t child;		/* runs `heard check`                                 */
	int child_output;	/* memfd with what it says                            */
	struct event *patience; /* with the child */
	bool is_child_late;
	void (*told)(void *arg, bool good, struct heard_str text);
	void *told_arg;
};

/* ---- the steps */

static void life_enter(struct daemon *d, enum daemon_state state)
{
	log_line(HEARD_INFO, "daemon", "%s", daemon_state_name(state));
	d->state = state;
}

static void life_kept(void *arg)
{
	--*(size_t *)arg;
}

static void life_stop_hosts(struct life *l, enum heard_stage stage)
{
	struct daemon *d = l->daemon;
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++) {
		size_t n = stage == HEARD_INPUT	   ? p->n_inputs
			   : stage == HEARD_FILTER ? p->n_filters
						   : p->n_outputs;
		for (size_t i = 0; i < n; i++) {
			size_t *pending = stage == HEARD_INPUT ? &l->inputs : &l->others;
			++*pending;
			host_stop(stage == HEARD_INPUT	  ? &p->inputs[i].host
				  : stage == HEARD_FILTER ? &p->filters[i].host
							  : &p->outputs[i].host,
				  life_kept, pending);
		}
	}
}

static void life_http_quiet(void *arg)
{
	struct life *l = arg;
	if (l->http_is_quiet)
		return; /* the drain timeout was over before it */
	l->http_is_quiet = true;
	/* They were needed until the last request was answered. */
	life_stop_hosts(l, HEARD_INPUT);
}

static bool life_jobs_left(const struct daemon *d)
{
	for (size_t i = 0; i < d->n_pipelines; i++)
		if (d->pipelines[i].jobs > 0)
			return true;
	return false;
}

static bool life_outputs_behind(struct daemon *d)
{
	uint64_t last = journal_last_seq(d->journal);
	daemon_each_output(d, p, o) if (!o->is_service && !o->is_failing &&
					(o->seq < last || !o->is_idle)) return true;
	return false;
}

/* On the output's loop: no write is under way any more. */
static void life_output_quiet(struct output *o)
{
	host_stop(&o->host, life_kept, &o->host.daemon->life->others);
}

static void life_stop_outputs(struct life *l)
{
	struct daemon *d = l->daemon;
	daemon_each_output(d, p, o)
	{
		l->others++;
		output_stop(o, life_output_quiet);
	}
	life_stop_hosts(l, HEARD_FILTER);
}

static void life_say_left(struct daemon *d)
{
	daemon_each_output(d, p,
			   o) if (!o->is_service &&
				  (o->seq < journal_last_seq(d->journal) || o->n_deferred > 0))
		log_line(HEARD_NOTICE, o->host.full_name,
			 "up to %llu records are left for the next start, %llu deferred",
			 (unsigned long long)(journal_last_seq(d->journal) - o->seq),
			 (unsigned long long)o->n_deferred);
}

static void life_late(struct life *l, const char *what)
{
	if (!l->is_late)
		log_line(HEARD_WARN, "daemon",
			 "drain_timeout is over: %s; stopping without waiting for more", what);
	l->is_late = true;
	if (!l->wants_exec)
		l->exit_code = 1;
}

/* True when the step we are in has ended. */
static bool life_step_done(struct life *l)
{
	struct daemon *d = l->daemon;
	switch (atomic_load(&d->state)) {
	case DAEMON_STOPPING_INPUTS:
		return l->http_is_quiet && l->inputs == 0 && !life_jobs_left(d);
	case DAEMON_DRAINING: return l->wants_exec || !life_outputs_behind(d);
	case DAEMON_STOPPING_OUTPUTS: return l->others == 0;
	case DAEMON_STARTING:
	case DAEMON_RUNNING:
	case DAEMON_DONE: break;
	}
	return false;
}

static void life_next(struct life *l)
{
	struct daemon *d = l->daemon;
	if (d->state == DAEMON_STOPPING_INPUTS) {
		if (!l->http_is_quiet)
			life_http_quiet(l);
		life_enter(d, DAEMON_DRAINING);
	} else if (d->state == DAEMON_DRAINING) {
		life_say_left(d);
		l->deadline_ms = daemon_clock() + d->conf->drain_timeout;
		life_enter(d, DAEMON_STOPPING_OUTPUTS);
		life_stop_outputs(l);
	} else {
		life_enter(d, DAEMON_DONE);
		loop_stop(d->main);
	}
}

static void life_tick(evutil_socket_t fd, short what, void *arg)
{
	struct life *l = arg;
	(void)fd;
	(void)what;
	static const char *const waiting[] = {
		[DAEMON_STOPPING_INPUTS] = "requests, inputs or batches were not finished",
		[DAEMON_DRAINING] = "outputs have not caught up",
		[DAEMON_STOPPING_OUTPUTS] = "an output has not ended",
		[DAEMON_DONE] = "all has ended",
	};
	if (!life_step_done(l)) {
		if (daemon_clock() < l->deadline_ms)
			return;
		life_late(l, waiting[l->daemon->state]);
	}
	life_next(l);
}

static void life_begin(struct life *l)
{
	struct daemon *d = l->daemon;
	struct timeval tick = {.tv_usec = TICK_MS * 1000};
	l->deadline_ms = daemon_clock() + d->conf->drain_timeout;
	life_enter(d, DAEMON_STOPPING_INPUTS);
	http_quiesce(d->http, life_http_quiet, l);
	event_add(l->tick, &tick);
}

void life_stop(struct daemon *d)
{
	struct life *l = d->life;
	if (d->state == DAEMON_RUNNING) {
		log_line(HEARD_NOTICE, "daemon", "stopping");
		life_begin(l);
		return;
	}
	log_line(HEARD_WARN, "daemon", "told to stop again: stopping now");
	l->exit_code = 1;
	l->wants_exec = false;
	loop_stop(d->main);
}

/* ---- reload */

static void life_tell(struct life *l, bool good, const char *text)
{
	if (l->told != NULL)
		l->told(l->told_arg, good, heard_str(text));
	l->told = NULL;
}

static void life_checked(struct life *l, int status)
{
	char text[8192];
	ssize_t n = pread(l->child_output, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(l->child_output);
	l->child = 0;
	event_del(l->patience);
	if (l->daemon->state != DAEMON_RUNNING) { /* nothing it says matters any more */
		life_tell(l, false, "the daemon is stopping\n");
		return;
	}
	if (l->is_child_late) {
		log_line(HEARD_ERROR, "daemon",
			 "reload refused, nothing was changed; `heard check` did not end "
			 "within drain_timeout and was killed");
		life_tell(l, false,
			  "`heard check` did not end within drain_timeout and was killed\n");
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		log_line(HEARD_NOTICE, "daemon", "reloading: the new configuration is good");
		l->wants_exec = true;
		life_tell(l, true, text);
		life_begin(l);
		return;
	}
	log_line(HEARD_ERROR, "daemon",
		 "reload refused, nothing was changed; `heard check` says: %s",
		 log_quote(heard_str(text)));
	life_tell(l, false, text);
}

static void life_lose_patience(evutil_socket_t fd, short what, void *arg)
{
	struct life *l = arg;
	(void)fd;
	(void)what;
	l->is_child_late = true;
	kill(l->child, SIGKILL); /* SIGCHLD goes on from here */
}

/* The binary of now: a link may have been turned to a new one since we started. */
static const char *life_exe(const struct life *l)
{
	return l->exe_link != NULL && access(l->exe_link, X_OK) == 0 ? l->exe_link : l->exe;
}

/* In the child: only async-signal-safe calls before exec. */
static _Noreturn void life_run_check(const struct life *l)
{
	const char *exe = life_exe(l);
	dup2(l->child_output, 1);
	dup2(l->child_output, 2);
	if (l->state_dir != NULL)
		execl(exe, exe, "check", "--for-reload", "-c", l->file, "--state-dir",
		      l->state_dir, (char *)NULL);
	else
		execl(exe, exe, "check", "--for-reload", "-c", l->file, (char *)NULL);
	_exit(127);
}

void life_reload(struct daemon *d, void (*told)(void *arg, bool good, struct heard_str text),
		 void *arg)
{
	struct life *l = d->life;
	if (l->child != 0 || d->state != DAEMON_RUNNING) {
		if (told != NULL)
			told(arg, false,
			     HEARD_STR_OF("a reload or stop is under way already\n"));
		return;
	}
	l->told = told;
	l->told_arg = arg;
	l->is_child_late = false;
	l->child_output = memfd_create("check", MFD_CLOEXEC);
	l->child = l->child_output >= 0 ? fork() : -1;
	if (l->child == 0)
		life_run_check(l);
	if (l->child < 0) {
		log_line(HEARD_ERROR, "daemon",
			 "cannot start `heard check`: %s; nothing was changed",
			 strerror(errno));
		if (l->child_output >= 0)
			close(l->child_output);
		l->child = 0;
		life_tell(l, false, "cannot start `heard check`\n");
		return;
	}
	int64_t wait = d->conf->drain_timeout;
	struct timeval until = {.tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000};
	event_add(l->patience, &until);
}

/* ---- signals */

static void life_signal(evutil_socket_t number, short what, void *arg)
{
	struct life *l = arg;
	int status;
	(void)what;
	switch (number) {
	case SIGTERM:
	case SIGINT: life_stop(l->daemon); break;
	case SIGHUP: life_reload(l->daemon, NULL, NULL); break;
	case SIGUSR1: log_reopen(); break;
	case SIGCHLD:
		if (l->child != 0 && waitpid(l->child, &status, WNOHANG) == l->child)
			life_checked(l, status);
		break;
	default: break;
	}
}

/* ---- life of a life */

struct life *life_create(struct daemon *d, const struct daemon_flags *flags)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
	struct life *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	l->daemon = d;
	l->exe = realpath("/proc/self/exe", NULL);
	l->exe_link = self_link();
	l->file = self_absolute(flags->file);
	l->state_dir = flags->state_dir != NULL ? realpath(flags->state_dir, NULL) : NULL;
	l->tick = event_new(loop_base(d->main), -1, EV_PERSIST, life_tick, l);
	l->patience = evtimer_new(loop_base(d->main), life_lose_patience, l);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		l->signals[i] = evsignal_new(loop_base(d->main), numbers[i], life_signal, l);
		if (l->signals[i] != NULL)
			event_add(l->signals[i], NULL);
	}
	return l;
}

/* Nobody waits for its answer any more. */
static void life_end_child(struct life *l)
{
	if (l->child == 0)
		return;
	kill(l->child, SIGKILL);
	waitpid(l->child, NULL, 0);
	close(l->child_output);
	l->child = 0;
}

void life_destroy(struct life *l)
{
	if (l == NULL)
		return;
	life_tell(l, false, "the daemon has ended\n"); /* whoever waits can go, too */
	for (size_t i = 0; i < sizeof(l->signals) / sizeof(l->signals[0]); i++)
		if (l->signals[i] != NULL)
			event_free(l->signals[i]);
	if (l->tick != NULL)
		event_free(l->tick);
	if (l->patience != NULL)
		event_free(l->patience);
	life_end_child(l);
	free(l->exe);
	free(l->exe_link);
	free(l->file);
	free(l->state_dir);
	free(l);
}

bool life_wants_exec(const struct life *l)
{
	return l->wants_exec;
}

int life_exit_code(const struct life *l)
{
	return l->exit_code;
}

/* ---- exec */

#define MAX_SOCKETS 64

static void life_keep_open(char *text, size_t size, const char *name, int fd)
{
	size_t used = strlen(text);
	fcntl(fd, F_SETFD, 0);
	snprintf(text + used, size - used, "%s%s=%d", used ? " " : "", name, fd);
}

void life_exec(const struct life *l, struct daemon *d)
{
	char inherit[4096] = "";
	struct http_socket sockets[MAX_SOCKETS];
	size_t n = http_sockets(d->http, sockets, MAX_SOCKETS);
	life_keep_open(inherit, sizeof(inherit), "/lock", d->lock_fd);
	for (size_t i = 0; i < n; i++)
		life_keep_open(inherit, sizeof(inherit), sockets[i].listener, sockets[i].fd);
	setenv("HEARD_INHERIT", inherit, 1);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	const char *exe = life_exe(l);
	if (l->state_dir != NULL)
		execl(exe, exe, "run", "-c", l->file, "--state-dir", l->state_dir,
		      (char *)NULL);
	else
		execl(exe, exe, "run", "-c", l->file, (char *)NULL);
	log_line(HEARD_ERROR, "daemon", "cannot execute %s: %s", exe, strerror(errno));
}

int life_inherited(const char *name)
{
	const char *list = getenv("HEARD_INHERIT");
	size_t len = strlen(name);
	for (const char *at = list; at != NULL && *at;
	     at = strchr(at, ' ') ? strchr(at, ' ') + 1 : "")
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return atoi(at + len + 1);
	return -1;
}
