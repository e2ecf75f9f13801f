/*
 * life.h - how the running daemon ends: signals, stop, reload.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include <heard/str.h>

#include <stdbool.h>

struct daemon;
struct daemon_flags;
struct life;

/* Signals are ours from now on.  [main] */
struct life *life_create(struct daemon *, const struct daemon_flags *);
void life_destroy(struct life *);
/* Inputs, jobs, outputs, in this order; then the main loop ends. */
void life_stop(struct daemon *);
/* Check the config in a child; if it is good, stop and be executed anew.  told is
 * called once with what the check said. */
void life_reload(struct daemon *, void (*told)(void *arg, bool good, struct heard_str text),
		 void *arg);
bool life_wants_exec(const struct life *);
int life_exit_code(const struct life *);
/* Replace this process; returns only if that fails. */
void life_exec(const struct life *, struct daemon *);

/* What the process before us handed over: HEARD_INHERIT="/lock=3 public=5 ...". */
int life_inherited(const char *name);

#endif
