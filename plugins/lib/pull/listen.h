/*
 * listen.h - a connection on which a service tells its news (server-sent events).
 *
 * It is opened again whenever it ends, at growing pauses, and when nothing came for
 * `silence`: services send a heartbeat.  What is told while it is down is not told again
 * by most, so news are asked for each time it is up: a stream makes a pull quick, it does
 * not take its place.
 *
 * All functions [home].
 */
#ifndef PULL_LISTEN_H
#define PULL_LISTEN_H

#include "pull.h"

struct listen;

struct listen_hooks {
	int (*ask)(void *arg, struct pull_request *, struct heard_error *);
	/* It is up: the first bytes came. */
	void (*up)(void *arg);
	/* `data` without a pointer: it was too long to be kept. */
	void (*event)(void *arg, struct heard_str name, struct heard_str data);
};

/* Of the options, retry_first, retry_max and allow_private count.  Options and hooks are
 * borrowed. */
struct listen *listen_create(struct heard_host *, struct heard_fetch_client *,
			     const struct pull_options *, int64_t silence_ms,
			     const struct listen_hooks *, void *arg, struct heard_error *);
void listen_start(struct listen *);
void listen_stop(struct listen *);    /* at once; no hook is called any more */
void listen_destroy(struct listen *); /* NULL is fine */

#endif
