/*
 * timer.h - the core's side of heard_timer: see heard/host.h.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

struct heard_timer;

/* Append to a list of timers that wait for their filter's turn. */
void timer_queue(struct heard_timer **list, struct heard_timer *);
void timer_run_queue(struct heard_timer *list);

#endif
