/*
 * http_conn.c - one client's connection: bytes in, requests out; answers in,
 * bytes out.
 *
 *	HEAD -> BODY -> WAIT -> (SEND) -> HEAD ...  or  -> LINGER -> gone
 *
 * A request that arrives in one piece is parsed from the listener's shared
 * scratch memory; only what is left over (half a head, a pipelined request) is
 * kept in the connection.  A body of known length is read straight into its
 * final place.  Answers are written at once; only what the socket does not
 * take waits in `unsent`.  So the common request costs one recv, one send and
 * no change to the event loop.
 *
 * While a request is with its handler the connection does not read: if input
 * comes nevertheless, the read event is removed until the answer (is_deaf),
 * which is also how a client that leaves early goes unnoticed until then.
 *
 * Invariant: run() is the only place that feeds input, it never nests, and a
 * connection that ends meanwhile is destroyed when run() is done with it.
 */
#include "http_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

static void conn_free(struct http_conn *c)
{
	struct http_listener *l = c->listener;
	event_del(&c->in);
	event_del(&c->out);
	if (c->request) {
		c->request->conn = NULL;
		if (c->state == CONN_BODY)
			http_request_destroy(c->request);
	}
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	l->n_conns--;
	if (c->is_counted)
		http_peers_remove(l->peers, &c->peer);
	SSL_free(c->ssl);
	close(c->fd);
	heard_buf_release(&c->pending);
	heard_buf_release(&c->unsent);
	free(c);
	http_check_idle(l->http);
}

void http_conn_destroy(struct http_conn *c)
{
	if (c->is_running)
		c->is_dead = true;
	else
		conn_free(c);
}

static void listen_again(struct http_conn *c)
{
	if (c->is_deaf)
		event_add(&c->in, NULL);
	c->is_deaf = false;
}

/* Say that we are done, but read on for a moment: closing over unread input
 * makes the kernel send a reset, and the client may then never see the answer. */
static void linger(struct http_conn *c)
{
	c->state = CONN_LINGER;
	c->since_ms = http_clock();
	http_io_shutdown(c);
	listen_again(c);
}

static void run_pending(struct http_conn *c);

/* The answer is out. */
static void answered(struct http_conn *c)
{
	heard_buf_clear(&c->unsent);
	c->sent = 0;
	if (c->close_after) {
		if (c->has_unread || c->is_deaf || c->pending.len)
			linger(c);
		else
			http_conn_destroy(c);
		return;
	}
	c->state = CONN_HEAD;
	c->was_used = true;
	c->since_ms = http_clock();
	listen_again(c);
	if (c->is_running)
		return;
	if (c->pending.len)
		run_pending(c);
	else if (c->ssl && SSL_has_pending(c->ssl))
		event_active(&c->in, EV_READ, 0); /* the kernel will not tell of it */
}

static void send_rest(struct http_conn *c)
{
	struct heard_str rest = heard_str_skip(heard_buf_view(&c->unsent), c->sent);
	ssize_t n = http_io_write(c, rest.ptr, rest.len);
	if (n > 0) {
		c->sent += (size_t)n;
		c->since_ms = http_clock();
	}
	if (n < 0 && n != -EAGAIN)
		http_conn_destroy(c);
	else if (c->sent == c->unsent.len)
		answered(c);
	else
		event_add(&c->out, NULL);
}

/* Write, and keep what the socket does not take.  False: it broke. */
static bool put(struct http_conn *c, struct heard_str bytes)
{
	ssize_t n = c->unsent.len ? 0 : http_io_write(c, bytes.ptr, bytes.len);
	if (n < 0 && n != -EAGAIN)
		return false;
	heard_buf_str(&c->unsent, heard_str_skip(bytes, n > 0 ? (size_t)n : 0));
	return !c->unsent.failed;
}

void http_conn_interim(struct http_conn *c, struct heard_str bytes)
{
	if (!put(c, bytes))
		http_conn_destroy(c);
	else if (c->unsent.len)
		event_add(&c->out, NULL);
}

void http_conn_answer(struct http_conn *c, struct heard_str bytes, bool close_after)
{
	c->request = NULL;
	c->close_after |= close_after;
	c->state = CONN_SEND;
	c->since_ms = http_clock();
	if (!put(c, bytes))
		http_conn_destroy(c);
	else if (c->unsent.len)
		event_add(&c->out, NULL);
	else
		answered(c);
}

void http_conn_refuse(struct http_conn *c, int status, const char *why)
{
	struct http_listener *l = c->listener;
	struct heard_buf body;
	if (c->request) {
		c->request->conn = NULL;
		http_request_destroy(c->request);
	}
	l->answers[status]++;
	heard_buf_init(&body, 4096);
	http_problem_body(&body, status, why);
	struct http_answer a = {.status = status,
				.content_type = "application/problem+json",
				.body = heard_buf_view(&body),
				.close = true};
	c->has_unread = true;
	http_conn_answer(c, http_compose(l->http, &a), true);
	heard_buf_release(&body);
}

static const char no_room[] = "there is no memory for more at the moment, send it again";

/* The request is complete, or will not be read on. */
static void hand_over(struct http_conn *c)
{
	c->state = CONN_WAIT;
	http_request_run(c->request);
}

/* The head is complete: what follows? */
static void begin(struct http_conn *c, const char *head, size_t len)
{
	struct heard_http *r = http_request_create(c, head, len);
	if (r == NULL) {
		http_conn_refuse(c, 503, "out of memory");
		return;
	}
	c->request = r;
	int64_t length = r->head.length;
	if (r->refusal && (length < 0 || length > HTTP_SMALL_BODY || r->head.expects_continue ||
			   r->close_after)) {
		c->has_unread = r->close_after = true;
		hand_over(c);
	} else if (length == 0) {
		hand_over(c);
	} else {
		c->state = CONN_BODY;
		c->since_ms = http_clock();
		if (r->head.expects_continue)
			http_conn_interim(c, HEARD_STR_OF("HTTP/1.1 100 Continue\r\n\r\n"));
	}
}

static size_t feed_head(struct http_conn *c, const char *p, size_t n)
{
	size_t max = (size_t)c->listener->conf->max_header;
	if (c->seen == 0 && (p[0] == '\r' || p[0] == '\n'))
		return 1; /* an empty line before a request is to be ignored */
	size_t end = http_head_end(p, n, c->seen);
	c->seen = n;
	if (end > max || (end == 0 && n >= max)) {
		http_conn_refuse(c, 431, "the head of the request is too long");
		return n;
	}
	if (end) {
		c->seen = 0;
		begin(c, p, end);
	}
	return end;
}

static size_t feed_length(struct http_conn *c, const char *p, size_t n)
{
	struct heard_http *r = c->request;
	size_t left = (size_t)r->head.length - r->body_len;
	if (n > left)
		n = left;
	if (!http_request_add(r, heard_str_n(p, n)))
		http_conn_refuse(c, 503, no_room);
	else if (n == left)
		hand_over(c);
	return n;
}

static size_t feed_chunks(struct http_conn *c, const char *p, size_t n)
{
	struct heard_http *r = c->request;
	struct heard_str data;
	size_t used;
	int result = http_chunks_feed(&r->chunks, p, n, &used, &data);
	if (result < 0)
		http_conn_refuse(c, 400, "the chunked body is malformed");
	else if (http_request_is_too_long(r, data.len))
		http_conn_refuse(c, 413, "the body is longer than this path takes");
	else if (!http_request_add(r, data))
		http_conn_refuse(c, 503, no_room);
	else if (result == 1)
		hand_over(c);
	return used;
}

/* Use some of the input; 0: not now, or more is needed. */
static size_t feed(struct http_conn *c, const char *p, size_t n)
{
	switch (c->state) {
	case CONN_HEAD: return feed_head(c, p, n);
	case CONN_BODY:
		return c->request->head.is_chunked ? feed_chunks(c, p, n)
						   : feed_length(c, p, n);
	case CONN_LINGER: return n;
	case CONN_WAIT:
	case CONN_SEND: break;
	}
	return 0;
}

/* How much of the input was used, or -1 if the connection is gone. */
static ssize_t run(struct http_conn *c, const char *p, size_t n)
{
	size_t done = 0, used = 1;
	c->is_running = true;
	while (done < n && used > 0 && !c->is_dead) {
		used = feed(c, p + done, n - done);
		done += used;
	}
	c->is_running = false;
	if (!c->is_dead)
		return (ssize_t)done;
	conn_free(c);
	return -1;
}

static void run_pending(struct http_conn *c)
{
	ssize_t used = run(c, c->pending.ptr, c->pending.len);
	if (used <= 0)
		return;
	c->pending.len -= (size_t)used;
	memmove(c->pending.ptr, c->pending.ptr + used, c->pending.len);
	if (c->pending.len == 0)
		heard_buf_release(&c->pending), heard_buf_init(&c->pending, SIZE_MAX);
	c->since_ms = http_clock();
}

/* Input that came in one piece, from the shared scratch memory. */
static bool run_scratch(struct http_conn *c, size_t n)
{
	const char *p = c->listener->http->scratch;
	ssize_t used = run(c, p, n);
	if (used < 0)
		return false;
	if ((size_t)used < n && c->state != CONN_LINGER) {
		heard_buf_add(&c->pending, p + used, n - (size_t)used);
		if (c->state == CONN_HEAD && c->was_used)
			c->since_ms = http_clock();
		if (c->pending.failed) {
			http_conn_destroy(c);
			return false;
		}
	}
	return true;
}

/* The end of what may end the connection. */
static bool has_died(struct http_conn *c)
{
	c->is_running = false;
	if (!c->is_dead)
		return false;
	conn_free(c);
	return true;
}

/* Read into the place where the bytes are wanted; how many, or -errno. */
static ssize_t read_body(struct http_conn *c)
{
	struct heard_http *r = c->request;
	size_t room;
	char *to = http_request_room(r, &room);
	if (to == NULL) {
		c->is_running = true;
		http_conn_refuse(c, 503, no_room);
		return has_died(c) ? -ESHUTDOWN : 1;
	}
	ssize_t n = http_io_read(c, to, room);
	if (n <= 0)
		return n;
	r->body_len += (size_t)n;
	if (r->body_len < (size_t)r->head.length)
		return n;
	c->is_running = true;
	hand_over(c);
	return has_died(c) ? -ESHUTDOWN : n;
}

static ssize_t read_head(struct http_conn *c)
{
	size_t want = (size_t)c->listener->conf->max_header;
	want = want > c->pending.len ? want - c->pending.len : 1;
	char *to = heard_buf_room(&c->pending, want);
	if (to == NULL)
		return -ENOMEM;
	ssize_t n = http_io_read(c, to, want);
	if (n > 0) {
		c->pending.len += (size_t)n;
		ssize_t used = run(c, c->pending.ptr, c->pending.len);
		if (used < 0)
			return -ESHUTDOWN;
		c->pending.len -= (size_t)used;
		if (c->pending.len)
			memmove(c->pending.ptr, c->pending.ptr + used, c->pending.len);
	}
	return n;
}

/* One read.  > 0; 0 at the end; -EAGAIN; -ESHUTDOWN if the connection is
 * already gone; another -errno. */
static ssize_t read_once(struct http_conn *c)
{
	struct http *h = c->listener->http;
	if (c->state == CONN_BODY && !c->request->head.is_chunked && !c->request->refusal)
		return read_body(c);
	if (c->state == CONN_HEAD && c->pending.len)
		return read_head(c);
	ssize_t n = http_io_read(c, h->scratch, HTTP_SCRATCH);
	if (n > 0 && !run_scratch(c, (size_t)n))
		return -ESHUTDOWN;
	return n;
}

static void on_readable(struct http_conn *c)
{
	ssize_t n;
	do {
		if (c->state == CONN_WAIT || c->state == CONN_SEND) {
			event_del(&c->in);
			c->is_deaf = true;
			return;
		}
		n = read_once(c);
	} while (n > 0 && c->ssl && SSL_has_pending(c->ssl));
	if (n <= 0 && n != -EAGAIN && n != -ESHUTDOWN)
		http_conn_destroy(c);
}

static void on_in(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	on_readable(arg);
}

static void on_out(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *c = arg;
	(void)fd, (void)what;
	if (c->state == CONN_SEND) {
		send_rest(c);
	} else if (c->unsent.len) { /* an interim answer */
		struct heard_str rest = heard_str_skip(heard_buf_view(&c->unsent), c->sent);
		ssize_t n = http_io_write(c, rest.ptr, rest.len);
		if (n < 0 && n != -EAGAIN) {
			http_conn_destroy(c);
			return;
		}
		c->sent += n > 0 ? (size_t)n : 0;
		if (c->sent < c->unsent.len)
			event_add(&c->out, NULL);
		else
			heard_buf_clear(&c->unsent), c->sent = 0;
	} else if (c->tls_wants_write) {
		c->tls_wants_write = false;
		on_readable(c);
	}
}

static bool is_welcome(struct http_listener *l, struct http_conn *c)
{
	if (l->conf->max_connections > 0 && (int64_t)l->n_conns >= l->conf->max_connections) {
		l->rejected[HTTP_REJECT_CONNECTIONS]++;
		return false;
	}
	if (proxy_trusts(&l->trusted, &c->peer))
		return true; /* it stands for many */
	c->is_counted = http_peers_add(l->peers, &c->peer,
				       l->conf->max_connections_per_address);
	if (!c->is_counted)
		l->rejected[HTTP_REJECT_ADDRESS]++;
	return c->is_counted;
}

static bool start_tls(struct http_conn *c)
{
	if (c->listener->tls == NULL)
		return true;
	c->ssl = SSL_new(c->listener->tls);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1) {
		SSL_free(c->ssl);
		return false;
	}
	SSL_set_accept_state(c->ssl);
	return true;
}

void http_conn_open(struct http_listener *l, int take_fd, const struct sockaddr *peer)
{
	struct http_conn *c = calloc(1, sizeof(*c));
	int on = 1;
	if (c == NULL) {
		close(take_fd);
		return;
	}
	c->listener = l;
	c->fd = take_fd;
	address_from_sockaddr(peer, &c->peer);
	if (!is_welcome(l, c) || !start_tls(c)) {
		if (c->is_counted)
			http_peers_remove(l->peers, &c->peer);
		close(take_fd);
		free(c);
		return;
	}
	address_format(&c->peer, c->peer_text);
	/* Answers are written whole; waiting for more to say only delays them. */
	setsockopt(take_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	heard_buf_init(&c->pending, SIZE_MAX);
	heard_buf_init(&c->unsent, SIZE_MAX);
	c->since_ms = http_clock();
	event_assign(&c->in, l->http->base, take_fd, EV_READ | EV_PERSIST, on_in, c);
	event_assign(&c->out, l->http->base, take_fd, EV_WRITE, on_out, c);
	event_add(&c->in, NULL);
	c->next = l->conns;
	c->link = &l->conns;
	if (c->next)
		c->next->link = &c->next;
	l->conns = c;
	l->n_conns++;
	l->accepted++;
}
