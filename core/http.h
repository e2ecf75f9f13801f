/*
 * http.h - the daemon's HTTP listeners: a server of our own, on the main loop.
 *
 * Life: http_create claims nothing; mounts fill the table of routes; then
 * http_listen binds or takes over sockets; http_serve begins to answer.
 * http_quiesce stops accepting (new connections wait in the kernel's queue,
 * which an exec inherits), answers what is under way with `Connection: close`,
 * and calls `idle` from the loop when no connection is left: clients between
 * two requests get 0.3 s, those in the midst of sending 5 s.  http_serve
 * afterwards takes it back.
 */
#ifndef CORE_HTTP_H
#define CORE_HTTP_H

#include "conf.h"
#include "loop.h"

#include <heard/http.h>

struct http;
struct heard_buf;

struct http *http_create(const struct conf *, struct loop *main_loop);
void http_destroy(struct http *);
/* A route of the core itself (host NULL) or of an instance; a conflict or an
 * unknown listener is an error with a did-you-mean.  heard_http_mount is this. */
int http_mount(struct http *, struct heard_host *, const struct heard_route *,
	       struct heard_error *);
/* Listeners that no route uses: faults for check. */
void http_unused(struct http *, struct faults *);

/* Certificates, keys and networks of the listeners, without binding: for check,
 * and for the child that looks at a new config before a reload.  Every fault is
 * added. */
void http_check(struct http *, struct faults *);

/* A socket handed over by the process before us. */
struct http_socket {
	const char *listener;
	int fd;
};
int http_listen(struct http *, const struct http_socket *inherited, size_t n,
		struct heard_error *);
void http_serve(struct http *);
/* Answer routes of this instance with 503 (stopped) or not. */
void http_set_ready(struct http *, struct heard_host *, bool ready);
void http_quiesce(struct http *, void (*idle)(void *arg), void *arg);
/* The listening sockets, for the process after us; returns how many. */
size_t http_sockets(struct http *, struct http_socket *out, size_t max);
/* The port a listener is bound to (for ":0" in tests), or -1. */
int http_port(struct http *, const char *listener);
/* heard_http_requests_total and the like, as OpenMetrics. */
void http_metrics(struct http *, struct heard_buf *);

#endif
