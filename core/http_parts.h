/*
 * http_parts.h - what the http_*.c files share; nobody else includes it.
 *
 *	http.c          listeners and their life
 *	http_route.c    the table of routes
 *	http_conn.c     a connection: bytes in, bytes out, its state
 *	http_request.c  a request: may it pass, who handles it, the public calls
 *	http_answer.c   an answer as bytes
 *	http_limits.c   deadlines, and connections counted by address
 *	http_tls.c      certificates, and reading and writing through TLS
 *	http_head.c     parsing
 *
 * Everything here is touched on the main loop only, but for the parts of a
 * request that its handler owns between the hand-over and the answer.
 */
#ifndef CORE_HTTP_PARTS_H
#define CORE_HTTP_PARTS_H

#include "address.h"
#include "apikey.h"
#include "http.h"
#include "http_head.h"
#include "proxy.h"
#include "ratelimit.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <heard/buf.h>
#include <openssl/ssl.h>

#include <sys/types.h>

enum {
	HTTP_SCRATCH = 64 * 1024,    /* read at once                             */
	HTTP_HEAD_INLINE = 1024,     /* heads up to this size need no malloc     */
	HTTP_SMALL_BODY = 64 * 1024, /* of a refused request: read over, so     */
	/* that the connection can be kept          */
	HTTP_MIN_RATE = 1024,  /* bytes a second that a body must keep up  */
	HTTP_LINGER_MS = 2000, /* to let a client read why it was refused  */
	HTTP_SWEEP_MS = 250,
	HTTP_CODES = 600,
};

struct http_conn;
struct http_peers;

struct http_route {
	struct heard_route route; /* strings copied                            */
	size_t path_len;	  /* without the "*"                           */
	bool is_prefix;
	struct apikeys keys;
	struct heard_host *host; /* NULL: of the core itself                  */
	struct http_listener *listener;
	bool is_ready;
};

enum http_rejection { /* connections and requests turned away, for metrics */
		      HTTP_REJECT_CONNECTIONS, /* the listener is full                       */
		      HTTP_REJECT_ADDRESS,     /* this address has too many                  */
		      HTTP_REJECT_RATE,
		      HTTP_REJECT_SLOW,
		      HTTP_REJECT_KINDS
};

struct http_listener {
	struct http *http;
	const struct conf_listener *conf;
	int fd; /* -1: not bound */
	struct event *accept_event;
	struct event *again_event; /* accepts again after a pause */
	SSL_CTX *tls;		   /* NULL: plain */
	struct proxy trusted;
	struct ratelimit *rate; /* NULL: no limit */
	struct http_peers *peers;
	struct http_conn *conns; /* newest first */
	size_t n_conns;
	uint64_t answers[HTTP_CODES];
	uint64_t rejected[HTTP_REJECT_KINDS];
	uint64_t accepted;
};

struct http {
	const struct conf *conf;
	struct loop *loop;
	struct event_base *base;
	struct http_listener *listeners;
	size_t n_listeners;
	struct http_route **routes; /* each stays where it is: requests point to it */
	size_t n_routes;
	struct heard_http *spare; /* request objects to use again */
	unsigned n_spare;
	size_t n_requests;	/* taken and not yet released */
	size_t held, most_held; /* bytes of their bodies beyond the first of each, bounded */
	char *scratch;		/* HTTP_SCRATCH bytes, for the read that is going on */
	struct heard_buf out;	/* for the answer that is being written */
	struct event *sweep;
	int64_t date_at; /* second of `date` */
	char date[64];	 /* "Date: ...\r\n" */
	bool is_quiescing;
	int64_t quiesced_ms;
	void (*idle)(void *arg);
	void *idle_arg;
	struct event *idle_event; /* so that idle() runs from the loop, not from the
				   * midst of a connection's end */
};

enum conn_state {
	CONN_HEAD,   /* waits for a head, or has part of one           */
	CONN_BODY,   /* has the head, reads the body                   */
	CONN_WAIT,   /* the handler has the request                    */
	CONN_SEND,   /* part of the answer is not sent yet             */
	CONN_LINGER, /* answered and shut; reads until the client ends */
};

struct http_conn {
	struct http_conn *next, **link; /* in listener->conns */
	struct http_listener *listener;
	int fd;
	SSL *ssl; /* NULL: plain */
	struct event in, out;
	enum conn_state state;
	int64_t since_ms;	    /* start of this head or body, last progress of a send,
				     * or end of the last request */
	struct heard_http *request; /* in BODY and WAIT */
	struct heard_buf pending;   /* read but not used: part of a head, or of
				     * the next request */
	size_t seen;		    /* of pending, searched for the end of head */
	struct heard_buf unsent;
	size_t sent; /* of unsent */
	struct address peer;
	char peer_text[ADDRESS_TEXT];
	bool is_counted;      /* in listener->peers                              */
	bool is_deaf;	      /* `in` is not added: input waits in the kernel    */
	bool is_running;      /* conn_run is below us on the stack               */
	bool is_dead;	      /* destroy it when conn_run is back                */
	bool close_after;     /* the answer                                      */
	bool has_unread;      /* closing would lose input, and by it the answer  */
	bool was_used;	      /* had a request before                            */
	bool tls_wants_write; /* before it can read on                        */
};

struct heard_http {
	struct heard_http *next; /* in http->spare */
	struct http *http;
	struct http_conn *conn;		/* NULL: the client has left.  [main] */
	const struct http_route *route; /* NULL while refused for want of one */
	struct http_listener *listener;
	struct http_head head;
	char *head_text; /* head_inline, or malloced */
	char head_inline[HTTP_HEAD_INLINE];
	char *body;
	size_t body_len, body_size;
	size_t held; /* of http->held, until it is released.  [main] */
	struct http_chunks chunks;
	const char *principal;
	char remote[ADDRESS_TEXT];
	int refusal; /* status to answer with once the body is in; 0: none */
	const char *why;
	struct heard_buf fields; /* lines of the answer's head set by the handler */
	bool close_after;
	bool is_last; /* on its path: known before it is handed to a handler */

	/* Of a handler on another loop: */
	struct loop_job job;
	int status;
	char content_type[96];
	struct heard_buf answer;
};

/* http.c */
int64_t http_clock(void); /* monotonic, ms */
void http_check_idle(struct http *);

/* http_route.c */
struct http_route *http_route_find(struct http *, const struct http_listener *,
				   struct heard_str path);
/* On a shared path: who is asked after this one, of those that are ready; or NULL. */
struct http_route *http_route_next(const struct http *, const struct http_route *after);
bool http_route_all_ready(const struct http *, const struct http_route *of);
void http_routes_release(struct http *);

/* http_conn.c */
void http_conn_open(struct http_listener *, int take_fd, const struct sockaddr *peer);
void http_conn_destroy(struct http_conn *);
/* Write this answer to the request that the connection waits for. */
void http_conn_answer(struct http_conn *, struct heard_str bytes, bool close_after);
/* Interim bytes: 100 Continue. */
void http_conn_interim(struct http_conn *, struct heard_str bytes);
/* Answer this and close, without a request. */
void http_conn_refuse(struct http_conn *, int status, const char *why);

/* http_request.c */
struct heard_http *http_request_create(struct http_conn *, const char *head, size_t len);
void http_request_destroy(struct heard_http *);
/* Room for the next bytes of the body; *room says how many.  NULL: no memory. */
char *http_request_room(struct heard_http *, size_t *room);
/* Would a chunked body be longer with these than the route takes? */
bool http_request_is_too_long(const struct heard_http *, size_t more);
/* Append to the body.  False if it is too long, or there is no memory for it. */
bool http_request_add(struct heard_http *, struct heard_str bytes);
/* Complete, or refused for good: handle it, or say why not. */
void http_request_run(struct heard_http *);

/* http_answer.c */
/* An answer in http->out.  status 204 and 304 have no body. */
struct http_answer {
	int status;
	const char *content_type;      /* NULL: no body                             */
	struct heard_str body, fields; /* fields: lines that each end with CRLF  */
	bool is_head;		       /* tell the body's length and leave it out    */
	bool close, keep_alive;	       /* to say in Connection; neither: the default */
};
struct heard_str http_compose(struct http *, const struct http_answer *);
/* {"type":"about:blank",...}, appended. */
void http_problem_body(struct heard_buf *, int status, const char *detail);
const char *http_reason(int status);

/* http_refusal.c */
/* Why it may not pass: in a page for a browser, else as a problem document. */
void http_refusal_answer(struct heard_http *take);

/* http_limits.c */
struct http_peers *http_peers_create(void);
void http_peers_destroy(struct http_peers *);
/* One more connection of this address, unless it has `max` (0: no limit). */
bool http_peers_add(struct http_peers *, const struct address *, int64_t max);
void http_peers_remove(struct http_peers *, const struct address *);
void http_sweep(struct http *);

/* http_tls.c */
SSL_CTX *http_tls_create(const struct conf_listener *, struct heard_error *);
/* Like read and write: bytes, 0 at the end, -EAGAIN, or another -errno. */
ssize_t http_io_read(struct http_conn *, void *to, size_t n);
ssize_t http_io_write(struct http_conn *, const void *from, size_t n);
void http_io_shutdown(struct http_conn *);

#endif
