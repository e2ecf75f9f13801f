/*
 * server.h - one instance's clients, and the memory that their mails may use.
 */
#ifndef INPUT_LMTP_SERVER_H
#define INPUT_LMTP_SERVER_H

#include "listen.h"
#include "protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connection;
struct evconnlistener;
struct heard_done;
struct heard_error;
struct heard_host;
struct heard_timer;
struct mail;
struct recipients;

#define SERVER_CLOSES "4.3.2 closing, try again"

struct server_options {
	struct listen_options listen;
	int64_t max_connections;
	int64_t timeout, mail_timeout, patience;
	int64_t in_flight;
};

struct server {
	struct heard_host *host;
	const struct server_options *options;
	const struct recipients *recipients;
	struct protocol_limits limits;
	struct listen_place place;

	struct evconnlistener *listener;
	int fd; /* that it listens on, or -1 */
	struct connection *first, **last;
	size_t n_connections;
	size_t n_leaving;   /* of them: answered for the last time, to be closed */
	struct mail *mails; /* coming, or without a receipt */
	size_t n_mails;
	size_t held; /* bytes of them */
	uint64_t number;
	struct heard_timer *tick, *wake;
	bool is_wound; /* the tick is set */
	bool is_deaf;  /* could not take a connection, and waits a moment */
	bool is_stopping;
	int64_t stopped_ms;
	struct heard_done *done;
};

int server_start(struct server *, struct heard_error *);
void server_stop(struct server *, struct heard_done *take);
/* Leaves it as it was before server_start(). */
void server_release(struct server *);
/* Somebody who waits for room may go on. */
void server_look(struct server *);

/* May n more bytes be held?  0: a size that is not known.  What holds all there is,
 * `mine`, may have more: a mail that is larger than the budget travels alone. */
bool server_has_room(const struct server *, uint64_t n, size_t mine);
void server_free(struct server *, size_t n);

int64_t server_clock(void); /* ms, from some beginning */

#endif
