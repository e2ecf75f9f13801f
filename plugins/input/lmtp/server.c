/*
 * server.c - listening, looking at the clock, and stopping.
 *
 * One timer for all connections: what they wait for is counted in seconds, so to look at
 * each of them twenty times in one is precise enough, and it stands still while there is
 * nobody.
 *
 * Stopping: nobody new is let in; who has a mail on its way to the journal is answered
 * first, all others are told to come again.
 */
#include "server.h"

#include "connection.h"
#include "mail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/listener.h>

#include <heard/error.h>
#include <heard/host.h>

enum {
	TICK_MS = 50,
	STOP_WAIT_MS = 3000,
	ROOM_UNKNOWN = 64 * 1024, /* a usual mail */
};

int64_t server_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- memory */

bool server_has_room(const struct server *s, uint64_t n, size_t mine)
{
	if (n == 0)
		n = ROOM_UNKNOWN;
	return s->held == mine || (s->held < (uint64_t)s->options->in_flight &&
				   n <= (uint64_t)s->options->in_flight - s->held);
}

void server_free(struct server *s, size_t n)
{
	s->held -= n;
	if (s->n_connections > 0)
		heard_timer_set(s->wake, 0);
}

void server_look(struct server *s)
{
	int64_t now = server_clock();
	for (struct connection *c = s->first, *next; c != NULL; c = next) {
		next = c->next;
		connection_look(c, now);
	}
}

static void on_wake(void *arg)
{
	struct server *s = arg;
	int64_t now = server_clock();
	for (struct connection *c = s->first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->is_asking)
			connection_look(c, now);
	}
}

/* ---- the end */

static bool has_ended(struct server *s)
{
	if (s->n_connections == 0 && s->n_mails == 0)
		return true;
	if (server_clock() - s->stopped_ms < STOP_WAIT_MS)
		return false;
	while (s->first != NULL)
		connection_destroy(s->first);
	return true;
}

/* It is not moved by those who come meanwhile, or it might never ring. */
static void wind(struct server *s)
{
	if (!s->is_wound)
		heard_timer_set(s->tick, TICK_MS);
	s->is_wound = true;
}

static void on_tick(void *arg)
{
	struct server *s = arg;
	struct heard_done *done = s->done;
	s->is_wound = false;
	if (s->is_deaf)
		evconnlistener_enable(s->listener);
	s->is_deaf = false;
	server_look(s);
	if (s->is_stopping && has_ended(s)) {
		s->done = NULL;
		heard_done(done);
	} else if (s->n_connections > 0 || s->is_stopping) {
		wind(s);
	}
}

static void stop_listening(struct server *s)
{
	if (s->listener != NULL)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	listen_close(&s->place, s->fd);
	s->fd = -1;
	s->is_deaf = false;
}

void server_stop(struct server *s, struct heard_done *take)
{
	stop_listening(s);
	s->done = take;
	s->is_stopping = true;
	s->stopped_ms = server_clock();
	for (struct connection *c = s->first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->protocol.state != PROTOCOL_SAVING)
			connection_leave(c, SERVER_CLOSES);
	}
	wind(s);
}

void server_release(struct server *s)
{
	stop_listening(s);
	while (s->first != NULL)
		connection_destroy(s->first);
	while (s->mails != NULL) { /* their bytes are the core's */
		struct mail *m = s->mails;
		s->mails = m->next;
		free(m);
	}
	heard_timer_destroy(s->tick);
	heard_timer_destroy(s->wake);
	s->tick = s->wake = NULL;
}

/* ---- the beginning */

static void refuse(int fd)
{
	static const char text[] = "421 4.3.2 too many connections, try again\r\n";
	send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	evutil_closesocket(fd);
}

/* Who has said goodbye does not stand in the way of who comes, unless they are many. */
static bool is_crowded(const struct server *s)
{
	size_t most = (size_t)s->options->max_connections;
	return s->n_connections - s->n_leaving >= most || s->n_connections >= 2 * most;
}

static void on_client(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from,
		      int len, void *arg)
{
	struct server *s = arg;
	(void)l, (void)from, (void)len;
	if (is_crowded(s)) {
		heard_log(s->host, HEARD_WARN,
			  "there are max_connections clients, the next is sent away");
		refuse(fd);
		return;
	}
	connection_create(s, fd);
	wind(s);
}

/* Mostly too many open files: to try at once would be to try without end. */
static void on_fault(struct evconnlistener *l, void *arg)
{
	struct server *s = arg;
	heard_log(s->host, HEARD_WARN, "cannot take a connection: %s; waiting a moment",
		  strerror(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(l);
	s->is_deaf = true;
	wind(s);
}

int server_start(struct server *s, struct heard_error *err)
{
	const char *address = s->options->listen.address;
	s->fd = -1;
	s->last = &s->first;
	s->tick = heard_timer_create(s->host, on_tick, s);
	s->wake = heard_timer_create(s->host, on_wake, s);
	if (s->tick == NULL || s->wake == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	int fd = listen_open(&s->options->listen, &s->place, err);
	if (fd < 0)
		return fd;
	s->fd = fd;
	s->listener = evconnlistener_new(heard_loop(s->host), on_client, s,
					 LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (s->listener == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	evconnlistener_set_error_cb(s->listener, on_fault);
	if (s->place.is_public)
		heard_log(s->host, HEARD_WARN,
			  "%s can be reached from beyond this machine, and LMTP knows no "
			  "passwords: whoever connects can bring mail",
			  address);
	heard_log(s->host, HEARD_NOTICE, "listening on %s", address);
	return 0;
}
