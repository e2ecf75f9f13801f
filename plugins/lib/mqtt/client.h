/*
 * client.h - a subscriber to an MQTT 3.1.1 broker that acknowledges when it is told to.
 *
 * Every message has a ticket.  mqtt_ack() says that it is safe, and then the broker is
 * told (PUBACK), in the order in which the messages came; mqtt_again() says "not now":
 * then the connection is closed, and the broker delivers again what was not
 * acknowledged, from the first on.  A message whose acknowledgement is lost with the
 * connection comes again, too; who takes messages must know them when they do.
 *
 * At most `window` messages are unacknowledged at a time, and while the client is held
 * none is read, so memory is bounded whatever the broker does.
 *
 * The session is the broker's to keep (clean session is never asked for): what is
 * published while there is no connection waits there.
 *
 * A lost connection comes back by itself, later each time that it fails in a row.
 * Everything happens on one loop; no hook is called before mqtt_create() has returned.
 */
#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct evdns_base;
struct heard_error;

struct mqtt_options { /* borrowed, as long as the client lives */
	const char *host;
	int64_t port;
	bool is_tls;
	void *tls_context;	     /* of connect_tls_create() */
	const char *client_id;	     /* never empty, the same for ever: the session's name */
	const char *user, *password; /* may be empty */
	const char *const *filters;  /* topic filters, subscribed to with QoS 1 */
	size_t n_filters;
	size_t max_payload;
	unsigned window;		/* 1 to 65535 */
	int64_t open_ms;		/* longest time until messages can come */
	int64_t keep_alive_ms;		/* 1 s at least; PINGREQ, and an answer is due */
	int64_t retry_ms, retry_max_ms; /* pause before it comes back: first, longest */
};

struct mqtt_message {
	uint64_t ticket;
	struct heard_str topic, payload;
	size_t size; /* more than payload.len: it is too large, and this is */
		     /* how it begins                                       */
	bool is_dup, is_retained;
	unsigned qos; /* 0: the broker does not bring it again */
};

enum mqtt_loss {
	MQTT_LOST,    /* the connection, or it could not be made        */
	MQTT_REFUSED, /* user, password, client id, subscription        */
	MQTT_BUSY,    /* mqtt_again(): closed by ourselves              */
};

struct mqtt_hooks {
	/* Subscribed; messages may have come before. */
	void (*up)(void *arg, bool has_session);
	/* It will try again after so many ms. */
	void (*down)(void *arg, enum mqtt_loss, const struct heard_error *why,
		     int64_t again_ms);
	/* The views live until it returns.  It may call mqtt_ack() and mqtt_again(). */
	void (*message)(void *arg, const struct mqtt_message *);
};

struct mqtt_client;

/* NULL: no memory. */
struct mqtt_client *mqtt_create(struct event_base *, struct evdns_base *,
				const struct mqtt_options *, const struct mqtt_hooks *,
				void *arg);
/* Of a ticket whose connection is gone they do nothing. */
void mqtt_ack(struct mqtt_client *, uint64_t ticket);
void mqtt_again(struct mqtt_client *, uint64_t ticket, int64_t after_ms);
/* Read nothing, or go on. */
void mqtt_hold(struct mqtt_client *, bool is_held);
/* No more messages; wait up to grace_ms for tickets, take leave of the broker, then
 * done(arg), once, later. */
void mqtt_stop(struct mqtt_client *, int64_t grace_ms, void (*done)(void *arg), void *arg);
/* Not from its hooks.  NULL is fine. */
void mqtt_destroy(struct mqtt_client *);

/* ---- figures */

bool mqtt_is_up(const struct mqtt_client *);
unsigned mqtt_in_flight(const struct mqtt_client *); /* tickets that are out */

#endif
