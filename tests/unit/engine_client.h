/*
 * engine_client.h - a client of an engine's control socket.
 */
#ifndef TEST_ENGINE_CLIENT_H
#define TEST_ENGINE_CLIENT_H

#include "control.h"
#include "engine.h"

#include <sys/socket.h>

struct engine_client {
	int fd;
	char text[256 << 10]; /* a page or two of letters */
	size_t len;
};

static inline void engine_connect(struct engine *e, struct engine_client *c,
				  const char *request)
{
	memset(c, 0, sizeof(*c));
	c->fd = control_connect(e->folder, &e->err);
	engine_must(c->fd >= 0);
	engine_must(dprintf(c->fd, "%s\n", request) > 0);
}

/* Reads what is there; true once the last line came or the other side is gone. */
static inline bool engine_answered(struct engine_client *c)
{
	ssize_t n;
	while (c->len < sizeof(c->text) - 1 &&
	       (n = recv(c->fd, c->text + c->len, sizeof(c->text) - 1 - c->len, MSG_DONTWAIT)) >
		       0)
		c->len += (size_t)n;
	return strstr(c->text, "\"exit\":") != NULL;
}

static inline void engine_ask(struct engine *e, struct engine_client *c, const char *request)
{
	engine_connect(e, c, request);
	engine_until(e, engine_answered(c));
	close(c->fd);
}

#endif
