/*
 * connection.c - bytes to the protocol and back, and what it has to wait for.
 *
 * While a mail is on its way to the journal, while there is no room for one, and while
 * the client does not read its answers, nothing is read from it; so what a client can
 * make us keep is one buffer's worth beside its mail.
 *
 * Time: a command has to be complete, and a mail to go on, within `timeout`; a mail has
 * to be complete within `mail_timeout`, so that a byte now and then is not enough.
 *
 * Invariant: a connection is destroyed by settle() alone, as the last thing that is done
 * in a call from outside.
 */
#include "connection.h"

#include "mail.h"
#include "recipients.h"
#include "server.h"

#include <stdlib.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <heard/host.h>

enum {
	READ_AT_ONCE = 64 * 1024,
	UNREAD_ANSWERS = 16 * 1024, /* then nothing more is read */
	LINGER_MS = 1000,
};

/* ---- end */

void connection_destroy(struct connection *c)
{
	struct server *s = c->server;
	protocol_end(&c->protocol);
	if (c->mail != NULL)
		c->mail->connection = NULL; /* it goes on its way */
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	else
		s->last = c->link;
	s->n_connections--;
	s->n_leaving -= c->is_leaving;
	bufferevent_free(c->bev);
	free(c);
}

static void settle(struct connection *c)
{
	if (c->is_dead && !c->is_running)
		connection_destroy(c);
}

/* All answers are out: say so, and read until the client has closed, or its last bytes
 * would make the kernel take the answers back. */
static void finish(struct connection *c)
{
	if (c->is_leaving && evbuffer_get_length(bufferevent_get_output(c->bev)) == 0)
		shutdown(bufferevent_getfd(c->bev), SHUT_WR);
}

/* ---- bytes */

static bool may_read(const struct connection *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	return c->is_leaving ||
	       (!protocol_waits(&c->protocol) && evbuffer_get_length(out) < UNREAD_ANSWERS);
}

static void use(struct connection *c, struct evbuffer *in)
{
	struct evbuffer_iovec piece;
	if (c->is_leaving || evbuffer_peek(in, -1, NULL, &piece, 1) < 1) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	size_t used = protocol_feed(&c->protocol, piece.iov_base, piece.iov_len);
	evbuffer_drain(in, used);
	if (c->protocol.state == PROTOCOL_DATA || c->protocol.n_line == 0)
		c->moved_ms = server_clock();
}

static void run(struct connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	if (c->is_running)
		return;
	c->is_running = true;
	while (evbuffer_get_length(in) > 0 && may_read(c))
		use(c, in);
	c->is_running = false;
	if (may_read(c))
		bufferevent_enable(c->bev, EV_READ);
	else
		bufferevent_disable(c->bev, EV_READ);
	finish(c);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	(void)bev;
	run(c);
	settle(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct connection *c = arg;
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		c->is_dead = true;
	settle(c);
}

/* ---- what the protocol asks for */

static void on_send(void *arg, struct heard_str bytes)
{
	struct connection *c = arg;
	if (bufferevent_write(c->bev, bytes.ptr, bytes.len) != 0)
		c->is_dead = true;
}

/* Room for the mail that it asks for, or not yet. */
static void try_begin(struct connection *c)
{
	struct server *s = c->server;
	if (!c->is_asking || heard_is_paused(s->host) || !server_has_room(s, c->size, 0))
		return;
	c->is_asking = false;
	c->mail = mail_create(s, c, c->sender, c->size);
	c->mail_ms = server_clock();
	protocol_begun(&c->protocol, c->mail ? VERDICT_GOOD : VERDICT_NO_ROOM);
}

static void on_begin(void *arg, struct heard_str sender, uint64_t size)
{
	struct connection *c = arg;
	c->sender = sender;
	c->size = size;
	c->asked_ms = server_clock();
	c->is_asking = true;
	try_begin(c);
}

static bool on_recipient(void *arg, struct heard_str address)
{
	struct connection *c = arg;
	return recipients_match(c->server->recipients, address, &c->mail->labels);
}

static enum protocol_verdict on_data(void *arg, struct heard_str bytes)
{
	struct connection *c = arg;
	return mail_add(c->mail, bytes);
}

static void on_end(void *arg)
{
	struct connection *c = arg;
	mail_emit(c->mail);
}

static void on_forget(void *arg)
{
	struct connection *c = arg;
	mail_destroy(c->mail);
	c->mail = NULL;
}

static void on_over(void *arg)
{
	struct connection *c = arg;
	c->is_leaving = true;
	c->server->n_leaving++;
	c->moved_ms = server_clock();
}

static const struct protocol_hooks hooks = {
	.send = on_send,
	.begin = on_begin,
	.recipient = on_recipient,
	.data = on_data,
	.end = on_end,
	.forget = on_forget,
	.over = on_over,
};

/* ---- from the server */

void connection_create(struct server *s, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct bufferevent *bev = bufferevent_socket_new(
		heard_loop(s->host), fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (c == NULL || bev == NULL) {
		if (bev != NULL)
			bufferevent_free(bev);
		else
			close(fd);
		free(c);
		return;
	}
	c->server = s;
	c->bev = bev;
	c->link = s->last;
	*s->last = c;
	s->last = &c->next;
	s->n_connections++;
	c->moved_ms = server_clock();
	bufferevent_setcb(bev, on_read, on_read, on_event, c);
	bufferevent_setwatermark(bev, EV_READ, 0, READ_AT_ONCE);
	protocol_begin(&c->protocol, &hooks, c, &s->limits);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

void connection_leave(struct connection *c, const char *why)
{
	protocol_leave(&c->protocol, why);
	run(c);
	settle(c);
}

static const char *too_late(const struct connection *c, int64_t now)
{
	const struct server_options *o = c->server->options;
	if (c->protocol.state == PROTOCOL_SAVING || c->is_asking)
		return NULL;
	if (c->mail != NULL && now - c->mail_ms > o->mail_timeout)
		return "4.4.2 the mail takes too long";
	return now - c->moved_ms > o->timeout ? "4.4.2 nothing comes" : NULL;
}

void connection_look(struct connection *c, int64_t now)
{
	const char *why = c->is_leaving ? NULL : too_late(c, now);
	if (c->is_leaving) {
		c->is_dead |= now - c->moved_ms > LINGER_MS;
	} else if (why != NULL) {
		heard_log(c->server->host, HEARD_INFO, "a client is sent away: %s", why + 6);
		protocol_leave(&c->protocol, why);
	} else if (c->is_asking) {
		try_begin(c);
		if (c->is_asking && now - c->asked_ms >= c->server->options->patience) {
			c->is_asking = false;
			protocol_begun(&c->protocol, VERDICT_NO_ROOM);
		}
	}
	run(c);
	settle(c);
}

void connection_saved(struct connection *c, enum protocol_verdict v, const char *name)
{
	c->mail = NULL;
	c->moved_ms = server_clock();
	protocol_ended(&c->protocol, v, name);
	if (c->server->is_stopping)
		protocol_leave(&c->protocol, SERVER_CLOSES);
	run(c);
	settle(c);
}
