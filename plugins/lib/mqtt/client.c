/*
 * client.c - one connection to a broker, made again whenever it is lost.
 *
 *	apart -> connecting -> greeting (CONNECT is sent) -> subscribing -> up
 *	  ^                                                                  |
 *	  +------------------- lose(): why, and when again ------------------+
 *
 * Bytes are gathered in `in`, and drain() reads packets from it as long as there is
 * room for tickets and nobody holds us; else the rest stays, and the connection is not
 * read any more.  So what is in memory is bounded by one message, the window and what
 * the connection reads at once.
 *
 * drain() may be told mqtt_ack() and mqtt_again() from within the hook.  The latter
 * ends in lose(), so after each message it looks whether the connection is still the
 * one it began with.
 *
 * A subscription is asked for at each connection, though the broker should know it: it
 * costs one packet, and one that has lost its memory is put right by it.
 */
#include "client.h"

#include "packet.h"
#include "tickets.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>
#include <event2/util.h>

#include <connect/connect.h>
#include <heard/buf.h>
#include <heard/error.h>

enum {
	READ_MAX = 320 * 1024,	/* what the connection may hand over at once */
	WRITE_MAX = 512 * 1024, /* CONNECT is 196 KB at most */
	SUBSCRIBE_ID = 1,	/* ours and the broker's numbers are apart [2.3.1] */
	LEAVE_MS = 500,		/* for the broker to close behind DISCONNECT */
};

enum phase { APART, CONNECTING, GREETING, SUBSCRIBING, UP, LEAVING, ENDED };

struct mqtt_client {
	struct event_base *base;
	struct evdns_base *dns;
	const struct mqtt_options *options;
	const struct mqtt_hooks *hooks;
	void *arg;

	enum phase phase;
	struct connect *connect;
	struct event *timer; /* apart: next try; until up: the deadline; up: keep alive */
	struct heard_buf in, out;
	size_t skip; /* bytes of a large message that are still to come */
	struct tickets tickets;
	unsigned failures; /* in a row */
	bool is_draining, is_held;
	bool is_asked, has_heard; /* PINGREQ is sent; something came since */
	bool has_session;
	bool waits_for_us; /* it is time to connect, but we are held */

	void (*done)(void *arg); /* of mqtt_stop() */
	void *done_arg;
	int64_t grace_ms;
};

static void set_timer(struct mqtt_client *c, int64_t ms)
{
	struct timeval t = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	event_add(c->timer, &t);
}

static void send_out(struct mqtt_client *c)
{
	if (c->connect != NULL && !c->out.failed && c->out.len > 0)
		connect_send(c->connect, heard_buf_view(&c->out));
	heard_buf_clear(&c->out);
}

/* ---- lost */

/* A random time around this one, so that many do not come back at once. */
static int64_t jitter(int64_t ms)
{
	unsigned char byte;
	evutil_secure_rng_get_bytes(&byte, 1);
	return ms - ms / 8 + ms / 4 * byte / 256;
}

static int64_t next_pause(struct mqtt_client *c)
{
	const struct mqtt_options *o = c->options;
	int64_t ms = o->retry_ms;
	for (unsigned i = 0; i < c->failures && ms < o->retry_max_ms; i++)
		ms *= 2;
	c->failures++;
	return jitter(ms < o->retry_max_ms ? ms : o->retry_max_ms);
}

static void hang_up(struct mqtt_client *c)
{
	connect_destroy(c->connect);
	c->connect = NULL;
	tickets_renew(&c->tickets);
	if (!c->is_draining) /* else drain() does it: the hook may be looking at them */
		heard_buf_clear(&c->in);
	c->skip = 0;
}

static void end(struct mqtt_client *c)
{
	hang_up(c);
	c->phase = ENDED;
	set_timer(c, 0); /* done() is not called from within a call */
}

static void lose(struct mqtt_client *c, enum mqtt_loss loss, const struct heard_error *err,
		 int64_t at_least_ms)
{
	if (c->phase == APART || c->phase == ENDED)
		return;
	if (c->done != NULL) { /* there is no way back, and what is out comes again */
		end(c);
		return;
	}
	hang_up(c);
	c->phase = APART;
	int64_t ms = next_pause(c);
	ms = ms > at_least_ms ? ms : at_least_ms;
	set_timer(c, ms);
	c->hooks->down(c->arg, loss, err, ms);
}

static void lose_for(struct mqtt_client *c, enum mqtt_loss loss, const char *why)
{
	struct heard_error err = {0};
	heard_fail(&err, ECONNRESET, "%s", why);
	lose(c, loss, &err, 0);
}

/* ---- packets */

static void on_connack(struct mqtt_client *c, const struct mqtt_packet *p)
{
	struct heard_error err = {0};
	if (c->phase != GREETING) {
		lose_for(c, MQTT_LOST, "the broker answers CONNECT twice");
	} else if (p->code != 0) {
		heard_fail(&err, EACCES, "the broker refuses us: %s", mqtt_refusal(p->code));
		lose(c, p->code == 3 ? MQTT_LOST : MQTT_REFUSED, &err, 0);
	} else {
		c->phase = SUBSCRIBING;
		c->has_session = p->has_session;
		mqtt_write_subscribe(&c->out, SUBSCRIBE_ID, c->options->filters,
				     c->options->n_filters);
		send_out(c);
	}
}

static void on_suback(struct mqtt_client *c, const struct mqtt_packet *p)
{
	struct heard_error err = {0};
	if (c->phase != SUBSCRIBING || p->id != SUBSCRIBE_ID ||
	    p->codes.len != c->options->n_filters) {
		lose_for(c, MQTT_LOST, "the broker answers another SUBSCRIBE than ours");
		return;
	}
	for (size_t i = 0; i < p->codes.len; i++) {
		if (p->codes.ptr[i] == 1)
			continue;
		heard_fail(&err, EACCES,
			   p->codes.ptr[i] == 0
				   ? "the broker grants QoS 0 only for topic '%s'"
				   : "the broker does not let us subscribe to topic '%s'",
			   c->options->filters[i]);
		lose(c, MQTT_REFUSED, &err, 0);
		return;
	}
	c->phase = UP;
	c->is_asked = c->has_heard = false;
	set_timer(c, c->options->keep_alive_ms);
	c->hooks->up(c->arg, c->has_session);
}

static void on_publish(struct mqtt_client *c, const struct mqtt_packet *p)
{
	if (c->phase == GREETING) {
		lose_for(c, MQTT_LOST, "the broker sends a message before it lets us in");
		return;
	}
	if (p->id != 0 && tickets_has(&c->tickets, p->id)) {
		/* Some bring it again before its time: the first will be acknowledged. */
		if (!p->is_dup)
			lose_for(c, MQTT_LOST, "the broker uses a packet id twice");
		return;
	}
	const struct mqtt_message m = {
		.ticket = tickets_add(&c->tickets, p->id),
		.topic = p->topic,
		.payload = p->payload,
		.size = p->size,
		.is_dup = p->is_dup,
		.is_retained = p->is_retained,
		.qos = p->qos,
	};
	c->hooks->message(c->arg, &m);
}

static void on_packet(struct mqtt_client *c, const struct mqtt_packet *p)
{
	switch (p->type) {
	case MQTT_PUBLISH: on_publish(c, p); break;
	case MQTT_CONNACK: on_connack(c, p); break;
	case MQTT_SUBACK: on_suback(c, p); break;
	default: break; /* PINGRESP: something was heard, and that is all */
	}
}

/* ---- bytes */

static bool may_read(const struct mqtt_client *c)
{
	return c->phase > APART && c->phase < LEAVING && !c->is_held && c->done == NULL &&
	       tickets_has_room(&c->tickets);
}

/* One packet of what is there: how many bytes it took, 0: none. */
static size_t read_one(struct mqtt_client *c, struct heard_str bytes)
{
	struct heard_error err = {0};
	struct mqtt_packet p;
	size_t used = 0;
	int result = mqtt_read(bytes, c->options->max_payload, &p, &used, &err);
	if (result < 0)
		lose(c, MQTT_LOST, &err, 0);
	if (result <= 0)
		return 0;
	c->skip = used > bytes.len ? used - bytes.len : 0;
	on_packet(c, &p);
	return used < bytes.len ? used : bytes.len;
}

static void drain(struct mqtt_client *c)
{
	uint32_t epoch = c->tickets.epoch;
	size_t at = 0, n;
	if (c->is_draining)
		return;
	c->is_draining = true;
	do {
		n = may_read(c) ? read_one(c, heard_str_skip(heard_buf_view(&c->in), at)) : 0;
		at += n;
	} while (n > 0 && c->tickets.epoch == epoch);
	c->is_draining = false;
	if (c->tickets.epoch != epoch) {
		heard_buf_clear(&c->in);
		return;
	}
	if (at > 0) {
		memmove(c->in.ptr, c->in.ptr + at, c->in.len - at);
		c->in.len -= at;
	}
	if (c->connect != NULL && c->phase != LEAVING) {
		connect_hold(c->connect, !may_read(c));
		c->is_asked &= may_read(c); /* the answer may wait unread */
	}
}

static void on_bytes(void *arg, const char *bytes, size_t n)
{
	struct mqtt_client *c = arg;
	size_t skip = n < c->skip ? n : c->skip;
	c->has_heard = true;
	c->skip -= skip;
	if (c->phase == LEAVING)
		return;
	heard_buf_add(&c->in, bytes + skip, n - skip);
	if (c->in.failed)
		lose_for(c, MQTT_LOST, "no memory for what the broker sends");
	else
		drain(c);
}

/* ---- acknowledgements */

void mqtt_ack(struct mqtt_client *c, uint64_t ticket)
{
	uint16_t id;
	if (!tickets_are_out(&c->tickets, ticket))
		return;
	tickets_settle(&c->tickets, ticket);
	while (tickets_next(&c->tickets, &id))
		if (id != 0)
			mqtt_write_puback(&c->out, id);
	if (c->out.len > 0 && c->phase == UP)
		c->failures = 0;
	send_out(c);
	drain(c);
}

void mqtt_again(struct mqtt_client *c, uint64_t ticket, int64_t after_ms)
{
	struct heard_error err = {0};
	if (!tickets_are_out(&c->tickets, ticket))
		return;
	heard_fail(&err, EAGAIN, "%u messages are left with the broker for now",
		   tickets_n(&c->tickets));
	lose(c, MQTT_BUSY, &err, after_ms);
}

void mqtt_hold(struct mqtt_client *c, bool is_held)
{
	if (c->is_held == is_held)
		return;
	c->is_held = is_held;
	if (c->connect != NULL)
		drain(c);
	else if (c->waits_for_us)
		set_timer(c, 0);
}

/* ---- the connection */

static void on_opened(void *arg)
{
	struct mqtt_client *c = arg;
	const struct mqtt_options *o = c->options;
	const struct mqtt_login login = {
		.client_id = heard_str(o->client_id),
		.user = heard_str(o->user),
		.password = heard_str(o->password),
		.keep_alive_s = (unsigned)(o->keep_alive_ms * 3 / 2000),
	};
	c->phase = GREETING;
	mqtt_write_connect(&c->out, &login);
	if (c->out.ptr != NULL) {
		send_out(c);
		explicit_bzero(c->out.ptr, c->out.size); /* the password */
	}
}

static void on_lost(void *arg, const struct heard_error *err)
{
	lose(arg, MQTT_LOST, err, 0);
}

static const struct connect_hooks connect_hooks = {on_opened, NULL, on_bytes, on_lost};

static void connect_now(struct mqtt_client *c)
{
	const struct mqtt_options *o = c->options;
	c->waits_for_us = c->is_held; /* the answer to CONNECT could not be read */
	if (c->is_held)
		return;
	const struct connect_to to = {
		.host = o->host,
		.port = o->port,
		.tls = o->is_tls ? TLS_AT_ONCE : TLS_NONE,
		.tls_context = o->tls_context,
		.open_ms = o->open_ms,
	};
	c->phase = CONNECTING;
	set_timer(c, o->open_ms);
	c->connect = connect_create(c->base, c->dns, &to, &connect_hooks, c);
	if (c->connect == NULL)
		lose_for(c, MQTT_LOST, "no memory for a connection");
}

/* The broker closes a connection that says nothing for one and a half times the time
 * that CONNECT names [3.1.2.10]; we say something more often than that. */
static void keep_alive(struct mqtt_client *c)
{
	bool is_read = may_read(c);
	if (c->is_asked && !c->has_heard && is_read) {
		lose_for(c, MQTT_LOST, "the broker does not answer");
		return;
	}
	if (c->is_asked)
		c->failures = 0; /* it is a good connection */
	c->is_asked = is_read;
	c->has_heard = false;
	mqtt_write_pingreq(&c->out);
	send_out(c);
	set_timer(c, c->options->keep_alive_ms);
}

/* ---- leaving */

static void leave(struct mqtt_client *c)
{
	if (c->phase != UP) {
		end(c);
		return;
	}
	c->phase = LEAVING;
	mqtt_write_disconnect(&c->out);
	send_out(c);
	connect_hold(c->connect, false); /* to see that it closes */
	set_timer(c, LEAVE_MS);
}

static void step_out(struct mqtt_client *c)
{
	enum { LOOK_MS = 10 };
	if (c->phase == ENDED) {
		c->done(c->done_arg);
	} else if (c->phase == LEAVING) {
		end(c);
	} else if (c->phase == UP && tickets_n(&c->tickets) > 0 && c->grace_ms > 0) {
		c->grace_ms -= LOOK_MS;
		set_timer(c, LOOK_MS);
	} else {
		leave(c);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct mqtt_client *c = arg;
	(void)fd, (void)what;
	if (c->done != NULL)
		step_out(c);
	else if (c->phase == APART)
		connect_now(c);
	else if (c->phase == UP)
		keep_alive(c);
	else if (c->is_held)
		set_timer(c, c->options->open_ms);
	else
		lose_for(c, MQTT_LOST, "the broker does not answer");
}

void mqtt_stop(struct mqtt_client *c, int64_t grace_ms, void (*done)(void *arg), void *arg)
{
	c->done = done;
	c->done_arg = arg;
	c->grace_ms = grace_ms;
	if (c->connect != NULL)
		connect_hold(c->connect, true);
	set_timer(c, 0);
}

/* ---- life */

struct mqtt_client *mqtt_create(struct event_base *base, struct evdns_base *dns,
				const struct mqtt_options *options,
				const struct mqtt_hooks *hooks, void *arg)
{
	struct mqtt_client *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	*c = (struct mqtt_client){
		.base = base, .dns = dns, .options = options, .hooks = hooks, .arg = arg};
	heard_buf_init(&c->in, MQTT_HEAD_MAX + options->max_payload + READ_MAX);
	heard_buf_init(&c->out, WRITE_MAX);
	c->timer = event_new(base, -1, 0, on_timer, c);
	if (c->timer == NULL || !tickets_init(&c->tickets, options->window)) {
		mqtt_destroy(c);
		return NULL;
	}
	set_timer(c, 0);
	return c;
}

void mqtt_destroy(struct mqtt_client *c)
{
	if (c == NULL)
		return;
	connect_destroy(c->connect);
	if (c->timer != NULL)
		event_free(c->timer);
	tickets_release(&c->tickets);
	heard_buf_release(&c->in);
	heard_buf_release(&c->out);
	free(c);
}

bool mqtt_is_up(const struct mqtt_client *c)
{
	return c->phase == UP;
}

unsigned mqtt_in_flight(const struct mqtt_client *c)
{
	return tickets_n(&c->tickets);
}
