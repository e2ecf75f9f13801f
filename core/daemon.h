/*
 * daemon.h - the running process: what there is one of.
 *
 * States, and who moves:
 *
 *	STARTING -> RUNNING -> STOPPING_INPUTS -> DRAINING -> STOPPING_OUTPUTS -> DONE
 *
 * A stop and a reload go the same way; a reload executes the binary at DONE,
 * with the listening sockets and the lock still open.
 */
#ifndef CORE_DAEMON_H
#define CORE_DAEMON_H

#include "conf.h"
#include "crash.h"
#include "gate.h"
#include "http.h"
#include "journal.h"
#include "lane.h"
#include "loop.h"
#include "pipeline.h"
#include "worker.h"

#include <stdatomic.h>

enum daemon_state {
	DAEMON_STARTING,
	DAEMON_RUNNING,
	DAEMON_STOPPING_INPUTS, /* inputs finish; jobs in flight commit        */
	DAEMON_DRAINING,	/* outputs catch up, within drain_timeout      */
	DAEMON_STOPPING_OUTPUTS,
	DAEMON_DONE,
};

struct control;
struct ports;

struct daemon {
	const struct conf *conf;
	_Atomic enum daemon_state state; /* written [main], read by all */
	struct loop *main;
	struct workers *workers;
	struct lane *lanes; /* one a worker, and one for home        */
	unsigned n_workers;
	struct crash_guard *crash;
	struct gate gate;
	struct journal *journal;
	struct http *http;
	struct control *control;
	struct ports *ports;
	struct pipeline *pipelines;
	size_t n_pipelines;
	int lock_fd; /* state_dir/lock, held                  */
	int64_t started_ms;
	_Atomic bool journal_full;
	struct claim *claims;	   /* files that instances write: claim.c          */
	struct gauges *gauges;	   /* figures that instances set: gauge.c        */
	struct refused *refused;   /* ids of what was refused         */
	struct channels *channels; /* who has been heard lately         */
	struct life *life;	   /* signals, stop and reload: life.c      */
};

struct daemon_flags {
	const char *file;      /* config, as given: a reload reads it again    */
	const char *state_dir; /* override, or NULL                            */
	bool check_only;       /* open everything, start nothing               */
};

/* Open everything that `check` can: plugins, routes, conditions.  Every fault is
 * added.  NULL if there are any.  [main] */
struct daemon *daemon_open(const struct conf *, struct faults *);
void daemon_close(struct daemon *);
/* Journal, threads, instances, listeners.  After a failure daemon_stop cleans up.
 * state_dir must be locked.  [main] */
int daemon_start(struct daemon *, struct heard_error *);
/* After the main loop has ended: threads, journal.  [main] */
void daemon_stop(struct daemon *);
/* The whole life of the process.  The exit code.  [main] */
int daemon_run(const struct daemon_flags *);

/* Keys and customers' words must not end up in a core file. */
void daemon_no_dumps(void);
/* Wall clock, ms: for what is told or kept.  [any] */
int64_t daemon_now(void);
/* Monotonic, ms: for how long to wait, since nobody sets it.  [any] */
int64_t daemon_clock(void);
const char *daemon_state_name(enum daemon_state);
/* Each output, with its pipeline. */
#define daemon_each_output(d, p, o)                                                           \
	for (struct pipeline *p = (d)->pipelines; p < (d)->pipelines + (d)->n_pipelines; p++) \
		for (struct output *o = p->outputs; o < p->outputs + p->n_outputs; o++)
#define daemon_each_filter(d, p, f)                                                           \
	for (struct pipeline *p = (d)->pipelines; p < (d)->pipelines + (d)->n_pipelines; p++) \
		for (struct filter *f = p->filters; f < p->filters + p->n_filters; f++)
#define daemon_each_input(d, p, i)                                                            \
	for (struct pipeline *p = (d)->pipelines; p < (d)->pipelines + (d)->n_pipelines; p++) \
		for (struct input *i = p->inputs; i < p->inputs + p->n_inputs; i++)

#endif
