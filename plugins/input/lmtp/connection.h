/*
 * connection.h - one client's connection.
 */
#ifndef INPUT_LMTP_CONNECTION_H
#define INPUT_LMTP_CONNECTION_H

#include "protocol.h"

#include <stdbool.h>
#include <stdint.h>

struct bufferevent;
struct mail;
struct server;

struct connection {
	struct server *server;
	struct connection *next, **link; /* of the server's, the oldest first */
	struct bufferevent *bev;
	struct protocol protocol;
	struct mail *mail;	 /* that comes, or is being saved                  */
	struct heard_str sender; /* while it asks for room: of the protocol's line */
	uint64_t size;
	int64_t asked_ms;
	int64_t mail_ms;  /* when its mail began                            */
	int64_t moved_ms; /* when a command, or bytes of a mail, came last */
	bool is_asking;
	bool is_running; /* its bytes are being looked at                  */
	bool is_leaving; /* answers go out, and it is closed               */
	bool is_dead;	 /* to be destroyed when nobody is at work on it   */
};

/* The descriptor is the connection's from here on, whatever happens. */
void connection_create(struct server *, int fd);
void connection_destroy(struct connection *);
/* There may be room, or time has gone by.  It may be destroyed by each of these. */
void connection_look(struct connection *, int64_t now_ms);
void connection_saved(struct connection *, enum protocol_verdict, const char *name);
void connection_leave(struct connection *, const char *why);

#endif
