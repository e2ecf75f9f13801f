/*
 * connect.h - a connection to a server: names, addresses, TCP, TLS.
 *
 * Everything is by events on one loop.  The certificate is verified, and that it is
 * made out for the host that we asked for.  After `lost` nothing more is called; the
 * owner may close it then or from any other hook.
 */
#ifndef CONNECT_CONNECT_H
#define CONNECT_CONNECT_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct evdns_base;
struct heard_error;

enum connect_tls { TLS_AT_ONCE, TLS_STARTTLS, TLS_NONE };

struct connect_hooks {
	void (*opened)(void *arg);  /* TCP, and with TLS_AT_ONCE also TLS        */
	void (*secured)(void *arg); /* after connect_secure()                     */
	void (*bytes)(void *arg, const char *bytes, size_t n);
	void (*lost)(void *arg, const struct heard_error *);
};

struct connect_to { /* borrowed */
	const char *host;
	int64_t port;
	enum connect_tls tls;
	void *tls_context; /* SSL_CTX, of connect_tls_create() */
	int64_t open_ms;   /* longest time until `opened`      */
};

struct connect;

/* What trusts `ca_file`, or, if that is empty, the system's authorities. */
int connect_tls_create(const char *ca_file, void **context, struct heard_error *);
void connect_tls_destroy(void *context);

/* NULL: no memory.  Nothing is called before it returns. */
struct connect *connect_create(struct event_base *, struct evdns_base *,
			       const struct connect_to *, const struct connect_hooks *,
			       void *arg);
void connect_send(struct connect *, struct heard_str);
/* From within `bytes`: TLS from here on.  Then `secured`, or `lost`. */
void connect_secure(struct connect *);
/* It is lost when nothing comes for so long; 0: for as long as it likes. */
void connect_expect(struct connect *, int64_t ms);
/* Read nothing more, or go on.  What was read already still comes, 256 KiB at most; that
 * the server is gone is found out only by sending. */
void connect_hold(struct connect *, bool is_held);
void connect_destroy(struct connect *); /* NULL is fine */

#endif
