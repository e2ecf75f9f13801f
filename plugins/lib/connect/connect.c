/*
 * connect.c - libevent's bufferevents, first without and then with TLS.
 *
 * A name may have several addresses, and not all of them lead somewhere: they are
 * tried in turn until one takes the connection, all within `open_ms`.
 *
 * For TLS the descriptor moves from a plain bufferevent to one of OpenSSL's, at the
 * beginning or behind STARTTLS.  What the plain one has read and not handed over by
 * then was not sent by the server that we are about to verify, so it ends there.
 *
 * Callbacks are deferred: none runs within a call of ours, and a bufferevent that is
 * freed in its own callback lives until that returns.
 */
#include "connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <heard/error.h>

enum {
	READ_AT_ONCE = 128 * 1024,
	KEEPALIVE_IDLE_S = 60, /* NATs forget what says nothing */
	KEEPALIVE_EVERY_S = 20,
	KEEPALIVE_PROBES = 4,
};

struct connect {
	struct event_base *base;
	struct connect_to to;
	const struct connect_hooks *hooks;
	void *arg;
	struct evdns_getaddrinfo_request *question;
	struct evutil_addrinfo *addresses, *next;
	struct bufferevent *bev;
	SSL *ssl; /* the bufferevent's */
	struct event *deadline;
	bool is_open, must_secure, is_over, is_held;
	bool is_starting;      /* names are asked for, within connect_create() */
	bool is_busy, is_dead; /* in a callback; to be freed behind it */
	int name_code;	       /* that it came back with then */
	int last_errno;	       /* of the address tried last */
};

static void try_next(struct connect *);
static void release(struct connect *);

/* A hook may destroy us; then we end when the callback does. */
static void leave(struct connect *c)
{
	c->is_busy = false;
	if (c->is_dead)
		release(c);
}

static void lose(struct connect *c, const char *format, const char *why)
{
	struct heard_error err = {0};
	if (c->is_over)
		return;
	c->is_over = true;
	event_del(c->deadline);
	heard_fail(&err, ECONNRESET, format, why);
	c->hooks->lost(c->arg, &err);
}

/* ---- TLS */

int connect_tls_create(const char *ca_file, void **context, struct heard_error *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	*context = ctx;
	if (ctx == NULL)
		return heard_fail(err, ENOMEM, "no memory for TLS");
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if (ca_file[0] == '\0') {
		SSL_CTX_set_default_verify_paths(ctx);
		return 0;
	}
	if (SSL_CTX_load_verify_locations(ctx, ca_file, NULL) == 1)
		return 0;
	ERR_clear_error();
	return heard_fail(err, EINVAL, "ca_file '%s' cannot be read, or has no certificate",
			  ca_file);
}

void connect_tls_destroy(void *context)
{
	SSL_CTX_free(context);
}

static bool is_address(const char *host)
{
	unsigned char in[16];
	return inet_pton(AF_INET, host, in) == 1 || inet_pton(AF_INET6, host, in) == 1;
}

static SSL *make_ssl(const struct connect *c)
{
	SSL *ssl = SSL_new(c->to.tls_context);
	if (ssl == NULL)
		return NULL;
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	int ok;
	if (is_address(c->to.host))
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, c->to.host);
	else
		ok = SSL_set1_host(ssl, c->to.host) == 1 &&
		     SSL_set_tlsext_host_name(ssl, c->to.host) == 1;
	if (ok == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

static void on_bytes(struct bufferevent *bev, void *arg);
static void on_event(struct bufferevent *bev, short what, void *arg);

static void watch(struct connect *c)
{
	bufferevent_setcb(c->bev, on_bytes, NULL, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, 2 * READ_AT_ONCE);
	bufferevent_set_max_single_read(c->bev, READ_AT_ONCE);
	bufferevent_enable(c->bev, c->is_held ? EV_WRITE : EV_READ | EV_WRITE);
}

static void start_tls(struct connect *c)
{
	SSL *ssl = make_ssl(c);
	evutil_socket_t fd = bufferevent_getfd(c->bev);
	if (ssl == NULL) {
		lose(c, "no memory for TLS%s", "");
		return;
	}
	bufferevent_setfd(c->bev, -1);
	bufferevent_free(c->bev);
	c->ssl = ssl;
	c->bev = bufferevent_openssl_socket_new(c->base, fd, ssl, BUFFEREVENT_SSL_CONNECTING,
						BEV_OPT_CLOSE_ON_FREE |
							BEV_OPT_DEFER_CALLBACKS);
	if (c->bev == NULL) {
		SSL_free(ssl);
		close(fd);
		c->ssl = NULL;
		lose(c, "no memory for TLS%s", "");
		return;
	}
	watch(c);
}

/* Why a handshake or a connection failed, in words that help. */
static void lose_tls(struct connect *c)
{
	char text[160];
	long verified = c->ssl ? SSL_get_verify_result(c->ssl) : X509_V_OK;
	unsigned long code = c->bev ? bufferevent_get_openssl_error(c->bev) : 0;
	if (verified != X509_V_OK) {
		lose(c, "the server's certificate is not accepted: %s",
		     X509_verify_cert_error_string(verified));
	} else if (code != 0) {
		ERR_error_string_n(code, text, sizeof(text));
		lose(c, "TLS failed: %s", ERR_reason_error_string(code) ?: text);
	} else {
		lose(c, "%s",
		     c->is_open ? "the server closed the connection"
				: "the server closed the connection during TLS");
	}
	ERR_clear_error();
}

/* ---- the connection's events */

static void on_connected(struct connect *c)
{
	bool is_first = !c->is_open && c->ssl == NULL;
	if (is_first && c->to.tls == TLS_AT_ONCE) {
		start_tls(c);
		return;
	}
	event_del(c->deadline);
	if (!c->is_open) {
		c->is_open = true;
		c->hooks->opened(c->arg);
	} else {
		c->hooks->secured(c->arg);
	}
}

static void handle_event(struct connect *c, short what)
{
	int error = EVUTIL_SOCKET_ERROR();
	if (what & BEV_EVENT_CONNECTED) {
		on_connected(c);
	} else if (what & BEV_EVENT_TIMEOUT) {
		lose(c, "%s", "the server does not answer");
	} else if (!c->is_open && c->ssl == NULL) {
		c->last_errno = error;
		bufferevent_free(c->bev);
		c->bev = NULL;
		try_next(c);
	} else if (c->ssl != NULL) {
		lose_tls(c);
	} else {
		lose(c, "%s",
		     what & BEV_EVENT_EOF ? "the server closed the connection"
					  : evutil_socket_error_to_string(error));
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct connect *c = arg;
	(void)bev;
	if (c->is_over)
		return;
	c->is_busy = true;
	handle_event(c, what);
	leave(c);
}

static void handle_bytes(struct connect *c, struct bufferevent *bev)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	while (!c->is_over && c->bev == bev && !c->must_secure && evbuffer_get_length(in) > 0) {
		struct evbuffer_iovec piece;
		evbuffer_peek(in, -1, NULL, &piece, 1);
		c->hooks->bytes(c->arg, piece.iov_base, piece.iov_len);
		evbuffer_drain(in, piece.iov_len);
	}
	if (c->is_over || !c->must_secure)
		return;
	c->must_secure = false;
	if (evbuffer_get_length(in) > 0)
		lose(c, "%s", "bytes in clear came behind STARTTLS: somebody is in between");
	else
		start_tls(c);
}

static void on_bytes(struct bufferevent *bev, void *arg)
{
	struct connect *c = arg;
	c->is_busy = true;
	handle_bytes(c, bev);
	leave(c);
}

/* ---- addresses */

static void keep_alive(evutil_socket_t fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S},
		{IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES},
		{IPPROTO_TCP, TCP_NODELAY, 1},
	};
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			   sizeof(options[i].value)); /* it goes without, too */
}

static bool try_address(struct connect *c, const struct evutil_addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		c->last_errno = errno;
		return false;
	}
	keep_alive(fd);
	c->bev = bufferevent_socket_new(c->base, fd,
					BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (c->bev == NULL) {
		close(fd);
		c->last_errno = ENOMEM;
		return false;
	}
	watch(c);
	if (bufferevent_socket_connect(c->bev, a->ai_addr, (int)a->ai_addrlen) == 0)
		return true;
	c->last_errno = errno;
	bufferevent_free(c->bev);
	c->bev = NULL;
	return false;
}

static void try_next(struct connect *c)
{
	while (c->next != NULL) {
		const struct evutil_addrinfo *a = c->next;
		c->next = a->ai_next;
		if (try_address(c, a))
			return;
	}
	lose(c, "%s", strerror(c->last_errno ? c->last_errno : ECONNREFUSED));
}

static void on_name(int code, struct evutil_addrinfo *addresses, void *arg)
{
	struct connect *c = arg;
	if (code == EVUTIL_EAI_CANCEL)
		return; /* c is gone */
	c->question = NULL;
	c->addresses = c->next = addresses;
	c->name_code = code;
	if (!c->is_starting) {
		struct timeval now = {0};
		event_add(c->deadline, &now);
	}
}

/* ---- life */

/* The deadline's event has two uses: at once it begins, later it ends. */
static void begin(evutil_socket_t fd, short what, void *arg)
{
	struct connect *c = arg;
	struct timeval rest = {.tv_sec = c->to.open_ms / 1000,
			       .tv_usec = c->to.open_ms % 1000 * 1000};
	(void)fd, (void)what;
	c->is_busy = true;
	if (c->bev != NULL || c->is_open || c->question != NULL) {
		lose(c, "%s", "the server does not answer");
	} else if (c->name_code != 0) {
		lose(c, "its name cannot be resolved: %s", evutil_gai_strerror(c->name_code));
	} else {
		event_add(c->deadline, &rest);
		try_next(c);
	}
	leave(c);
}

struct connect *connect_create(struct event_base *base, struct evdns_base *dns,
			       const struct connect_to *to, const struct connect_hooks *hooks,
			       void *arg)
{
	struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
	struct timeval now = {0}, all = {.tv_sec = to->open_ms / 1000,
					 .tv_usec = to->open_ms % 1000 * 1000};
	struct connect *c = calloc(1, sizeof(*c));
	char port[8];
	if (c == NULL)
		return NULL;
	*c = (struct connect){.base = base, .to = *to, .hooks = hooks, .arg = arg};
	c->deadline = event_new(base, -1, 0, begin, c);
	if (c->deadline == NULL) {
		free(c);
		return NULL;
	}
	snprintf(port, sizeof(port), "%u", (unsigned)(to->port & 0xffff));
	c->is_starting = true;
	if (dns != NULL && !is_address(to->host))
		c->question = evdns_getaddrinfo(dns, to->host, port, &hints, on_name, c);
	else
		c->name_code = evutil_getaddrinfo(to->host, port, &hints, &c->addresses);
	c->next = c->addresses;
	c->is_starting = false;
	event_add(c->deadline, c->question ? &all : &now);
	return c;
}

void connect_send(struct connect *c, struct heard_str s)
{
	if (!c->is_over && c->bev != NULL)
		bufferevent_write(c->bev, s.ptr, s.len);
}

void connect_secure(struct connect *c)
{
	struct timeval rest = {.tv_sec = c->to.open_ms / 1000,
			       .tv_usec = c->to.open_ms % 1000 * 1000};
	c->must_secure = true;
	event_add(c->deadline, &rest);
}

void connect_expect(struct connect *c, int64_t ms)
{
	struct timeval t = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	if (!c->is_over && c->bev != NULL)
		bufferevent_set_timeouts(c->bev, ms > 0 ? &t : NULL, ms > 0 ? &t : NULL);
}

/* All that was read is handed over, so nothing waits in here for the next bytes. */
void connect_hold(struct connect *c, bool is_held)
{
	if (c->is_held == is_held)
		return;
	c->is_held = is_held;
	if (c->is_over || c->bev == NULL)
		return;
	if (is_held)
		bufferevent_disable(c->bev, EV_READ);
	else
		bufferevent_enable(c->bev, EV_READ);
}

static void release(struct connect *c)
{
	if (c->question != NULL)
		evdns_getaddrinfo_cancel(c->question);
	if (c->bev != NULL) {
		bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
		bufferevent_free(c->bev);
	}
	if (c->addresses != NULL)
		evutil_freeaddrinfo(c->addresses);
	event_free(c->deadline);
	free(c);
}

void connect_destroy(struct connect *c)
{
	if (c == NULL)
		return;
	c->is_over = c->is_dead = true;
	if (!c->is_busy)
		release(c);
}
