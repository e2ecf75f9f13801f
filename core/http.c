/*
 * http.c - listeners, from the config to the last answer.
 *
 * The server is our own rather than libevent's evhttp: see
 * docs/decisions/0050-http-server.md.  Sockets survive an exec: http_sockets hands
 * them out without close-on-exec, http_listen of the next process takes those
 * whose listener has the same name and address.  In between, new connections
 * wait in the kernel's queue, so none is refused.
 */
#include "http_parts.h"

#include "faults.h"
#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	ACCEPTS = 64, /* in one turn of the loop, so that others get theirs */
	ACCEPT_PAUSE_MS = 250,
	MOST_HELD = 256 << 20, /* of all bodies that are being sent or handled */
};

int64_t http_clock(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	http_sweep(arg);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	void (*idle)(void *) = h->idle;
	(void)fd, (void)what;
	h->idle = NULL;
	if (idle)
		idle(h->idle_arg);
}

static bool listeners_create(struct http *h)
{
	h->listeners = calloc(h->conf->n_listeners + 1, sizeof(*h->listeners));
	if (h->listeners == NULL)
		return false;
	h->n_listeners = h->conf->n_listeners;
	for (size_t i = 0; i < h->n_listeners; i++) {
		struct http_listener *l = &h->listeners[i];
		l->http = h;
		l->conf = &h->conf->listeners[i];
		l->fd = -1;
	}
	return true;
}

struct http *http_create(const struct conf *conf, struct loop *main_loop)
{
	struct http *h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->conf = conf;
	h->loop = main_loop;
	h->base = loop_base(main_loop);
	h->most_held = MOST_HELD;
	heard_buf_init(&h->out, SIZE_MAX);
	h->scratch = malloc(HTTP_SCRATCH);
	h->sweep = event_new(h->base, -1, EV_PERSIST, on_sweep, h);
	h->idle_event = event_new(h->base, -1, 0, on_idle, h);
	if (!h->scratch || !h->sweep || !h->idle_event || !listeners_create(h)) {
		http_destroy(h);
		return NULL;
	}
	return h;
}

static void listener_release(struct http_listener *l)
{
	while (l->conns)
		http_conn_destroy(l->conns);
	if (l->accept_event)
		event_free(l->accept_event);
	if (l->again_event)
		event_free(l->again_event);
	if (l->fd >= 0)
		close(l->fd);
	SSL_CTX_free(l->tls);
	proxy_release(&l->trusted);
	ratelimit_destroy(l->rate);
	http_peers_destroy(l->peers);
}

void http_destroy(struct http *h)
{
	if (h == NULL)
		return;
	h->idle = NULL;
	for (size_t i = 0; i < h->n_listeners; i++)
		listener_release(&h->listeners[i]);
	http_routes_release(h);
	while (h->spare) {
		struct heard_http *r = h->spare;
		h->spare = r->next;
		free(r);
	}
	if (h->sweep)
		event_free(h->sweep);
	if (h->idle_event)
		event_free(h->idle_event);
	heard_buf_release(&h->out);
	free(h->listeners);
	free(h->scratch);
	free(h);
}

/* ---- binding */

/* "127.0.0.1:8080", "[::1]:8080", ":8080", "localhost:8080" */
static int resolve(const struct conf_listener *conf, struct addrinfo **out,
		   struct heard_error *err)
{
	char host[256];
	const char *colon = strrchr(conf->address, ':');
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	size_t len = colon ? (size_t)(colon - conf->address) : 0;
	if (colon == NULL || colon[1] == '\0' || len >= sizeof(host)) {
		heard_fail(err, EINVAL,
			   "listener \"%s\": address \"%s\" is not of the form host:port",
			   conf->name, conf->address);
		return -EINVAL;
	}
	const char *from = conf->address;
	if (len >= 2 && from[0] == '[' && from[len - 1] == ']') {
		from++;
		len -= 2;
	}
	memcpy(host, from, len);
	host[len] = '\0';
	int code = getaddrinfo(len && strcmp(host, "*") != 0 ? host : NULL, colon + 1, &hints,
			       out);
	if (code != 0) {
		heard_fail(err, EINVAL, "listener \"%s\": address \"%s\": %s", conf->name,
			   conf->address, gai_strerror(code));
		return -EINVAL;
	}
	return 0;
}

static int bind_new(struct http_listener *l, const struct addrinfo *where,
		    struct heard_error *err)
{
	int on = 1;
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
		l->fd = fd;
		return 0;
	}
	int code = errno;
	if (fd >= 0)
		close(fd);
	if (code == EADDRINUSE)
		return heard_fail(
			err, code,
			"listener \"%s\": %s is in use by another program; stop it or "
			"choose another port",
			l->conf->name, l->conf->address);
	return heard_fail(err, code, "listener \"%s\": cannot listen on %s: %s", l->conf->name,
			  l->conf->address, strerror(code));
}

static int port_of(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)sa)->sin_port);
	if (sa->sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)sa)->sin6_port);
	return -1;
}

/* Does the inherited socket listen where the config says? */
static bool is_bound_to(int fd, const struct addrinfo *where)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	struct address is, wanted;
	int listens = 0;
	socklen_t size = sizeof(listens);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || !listens)
		return false;
	int port = port_of(where->ai_addr);
	return address_from_sockaddr((struct sockaddr *)&ss, &is) &&
	       address_from_sockaddr(where->ai_addr, &wanted) &&
	       memcmp(&is, &wanted, sizeof(is)) == 0 &&
	       (port == 0 || port == port_of((struct sockaddr *)&ss));
}

/* The inherited socket of this listener, if there is one that fits. */
static int take(struct http_listener *l, const struct http_socket *inherited, size_t n,
		struct heard_error *err)
{
	struct addrinfo *where = NULL;
	int result = resolve(l->conf, &where, err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < n && l->fd < 0; i++) {
		if (strcmp(inherited[i].listener, l->conf->name) != 0 ||
		    !is_bound_to(inherited[i].fd, where))
			continue;
		l->fd = inherited[i].fd;
		fcntl(l->fd, F_SETFD, FD_CLOEXEC);
		fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK);
	}
	freeaddrinfo(where);
	return 0;
}

static int bind_if_needed(struct http_listener *l, struct heard_error *err)
{
	struct addrinfo *where = NULL;
	if (l->fd >= 0)
		return 0;
	int result = resolve(l->conf, &where, err);
	if (result == 0) {
		result = bind_new(l, where, err);
		freeaddrinfo(where);
	}
	return result;
}

static bool is_taken(const struct http *h, int fd)
{
	for (size_t i = 0; i < h->n_listeners; i++)
		if (h->listeners[i].fd == fd)
			return true;
	return false;
}

/* Everything a listener needs but its socket. */
static int prepare(struct http_listener *l, struct heard_error *err)
{
	const struct conf_listener *conf = l->conf;
	if (l->peers)
		return 0;
	if (proxy_init(&l->trusted, &conf->trusted_proxies, err) < 0)
		return heard_error_wrap(err, "listener \"%s\"", conf->name);
	if (conf->tls.certificate || conf->tls.key) {
		l->tls = http_tls_create(conf, err);
		if (l->tls == NULL)
			return -EINVAL;
	}
	if (conf->rate_limit > 0)
		l->rate = ratelimit_create(conf->rate_limit, conf->rate_burst);
	l->peers = http_peers_create();
	if (l->peers == NULL || (conf->rate_limit > 0 && l->rate == NULL))
		return heard_fail(err, ENOMEM, "out of memory");
	return 0;
}

void http_check(struct http *h, struct faults *faults)
{
	struct heard_error err = {0};
	for (size_t i = 0; i < h->n_listeners; i++) {
		const struct conf_listener *conf = h->listeners[i].conf;
		if (prepare(&h->listeners[i], &err) < 0)
			faults_add(faults, conf->file, conf->line, "%s", err.text);
	}
}

int http_listen(struct http *h, const struct http_socket *inherited, size_t n,
		struct heard_error *err)
{
	int result = 0;
	for (size_t i = 0; i < h->n_listeners && result == 0; i++)
		result = prepare(&h->listeners[i], err);
	for (size_t i = 0; i < h->n_listeners && result == 0; i++)
		result = take(&h->listeners[i], inherited, n, err);
	/* Closed before anything is bound: a port may have moved to another name. */
	for (size_t i = 0; i < n; i++)
		if (!is_taken(h, inherited[i].fd))
			close(inherited[i].fd);
	for (size_t i = 0; i < h->n_listeners && result == 0; i++)
		result = bind_if_needed(&h->listeners[i], err);
	return result;
}

/* ---- serving */

static void on_accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct http_listener *l = arg;
	(void)fd, (void)what;
	if (l->accept_event && !l->http->is_quiescing)
		event_add(l->accept_event, NULL);
}

static void pause_accept(struct http_listener *l)
{
	static const struct timeval pause = {.tv_usec = ACCEPT_PAUSE_MS * 1000};
	log_line(HEARD_WARN, "http", "listener \"%s\": cannot accept: %s; trying again shortly",
		 l->conf->name, strerror(errno));
	event_del(l->accept_event);
	event_add(l->again_event, &pause);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct http_listener *l = arg;
	(void)what;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage ss = {0};
		socklen_t len = sizeof(ss);
		int client = accept4(fd, (struct sockaddr *)&ss, &len,
				     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client >= 0)
			http_conn_open(l, client, (struct sockaddr *)&ss);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			 errno == ENOMEM)
			return pause_accept(l);
		else if (errno == EAGAIN)
			return;
		/* else: that client has gone already */
	}
}

void http_serve(struct http *h)
{
	static const struct timeval sweep = {.tv_usec = HTTP_SWEEP_MS * 1000};
	h->is_quiescing = false;
	h->idle = NULL;
	event_add(h->sweep, &sweep);
	for (size_t i = 0; i < h->n_listeners; i++) {
		struct http_listener *l = &h->listeners[i];
		if (l->accept_event == NULL) {
			l->accept_event = event_new(h->base, l->fd, EV_READ | EV_PERSIST,
						    on_accept, l);
			l->again_event = event_new(h->base, -1, 0, on_accept_again, l);
		}
		event_add(l->accept_event, NULL);
	}
}

void http_check_idle(struct http *h)
{
	if (h->idle == NULL || h->n_requests)
		return;
	for (size_t i = 0; i < h->n_listeners; i++)
		if (h->listeners[i].conns)
			return;
	event_active(h->idle_event, EV_TIMEOUT, 0);
}

void http_quiesce(struct http *h, void (*idle)(void *arg), void *arg)
{
	for (size_t i = 0; i < h->n_listeners; i++)
		if (h->listeners[i].accept_event)
			event_del(h->listeners[i].accept_event);
	h->is_quiescing = true;
	h->quiesced_ms = http_clock();
	h->idle = idle;
	h->idle_arg = arg;
	http_check_idle(h);
}

size_t http_sockets(struct http *h, struct http_socket *out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n_listeners && n < max; i++) {
		struct http_listener *l = &h->listeners[i];
		if (l->fd < 0)
			continue;
		fcntl(l->fd, F_SETFD, 0);
		out[n++] = (struct http_socket){.listener = l->conf->name, .fd = l->fd};
	}
	return n;
}

int http_port(struct http *h, const char *listener)
{
	for (size_t i = 0; i < h->n_listeners; i++) {
		struct sockaddr_storage ss = {0};
		socklen_t len = sizeof(ss);
		const struct http_listener *l = &h->listeners[i];
		if (strcmp(l->conf->name, listener) == 0 && l->fd >= 0 &&
		    getsockname(l->fd, (struct sockaddr *)&ss, &len) == 0)
			return port_of((struct sockaddr *)&ss);
	}
	return -1;
}

/* ---- metrics */

static void put_answers(const struct http_listener *l, struct heard_buf *out)
{
	for (int code = 0; code < HTTP_CODES; code++)
		if (l->answers[code])
			heard_buf_printf(
				out,
				"heard_http_requests_total{listener=\"%s\",code=\"%d\"} %llu\n",
				l->conf->name, code, (unsigned long long)l->answers[code]);
}

static void put_rejected(const struct http_listener *l, struct heard_buf *out)
{
	static const char *const reasons[HTTP_REJECT_KINDS] = {"connections", "address", "rate",
							       "slow"};
	for (int i = 0; i < HTTP_REJECT_KINDS; i++)
		heard_buf_printf(
			out, "heard_http_rejected_total{listener=\"%s\",reason=\"%s\"} %llu\n",
			l->conf->name, reasons[i], (unsigned long long)l->rejected[i]);
}

void http_metrics(struct http *h, struct heard_buf *out)
{
	heard_buf_puts(out, "# TYPE heard_http_requests counter\n"
			    "# HELP heard_http_requests Requests answered, by status.\n");
	for (size_t i = 0; i < h->n_listeners; i++)
		put_answers(&h->listeners[i], out);
	heard_buf_puts(out, "# TYPE heard_http_connections gauge\n"
			    "# HELP heard_http_connections Connections that are open.\n");
	for (size_t i = 0; i < h->n_listeners; i++)
		heard_buf_printf(out, "heard_http_connections{listener=\"%s\"} %zu\n",
				 h->listeners[i].conf->name, h->listeners[i].n_conns);
	heard_buf_puts(out,
		       "# TYPE heard_http_rejected counter\n"
		       "# HELP heard_http_rejected Connections and requests turned away.\n");
	for (size_t i = 0; i < h->n_listeners; i++)
		put_rejected(&h->listeners[i], out);
}
