/*
 * ports.c - the ports, written for whoever asks: a script, and the check of a reload,
 * which is not to find its own listener in the way (probe.c).
 *
 * A disk that is full at the start is told, and the file is tried again every second:
 * without it the first reload thereafter would be refused.
 */
#include "ports.h"

#include "conf.h"
#include "daemon.h"
#include "http.h"
#include "log.h"
#include "loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ports {
	struct daemon *daemon;
	struct event *again;
};

static void print(const struct daemon *d, FILE *f)
{
	for (size_t i = 0; i < d->conf->n_listeners; i++) {
		const struct conf_listener *l = &d->conf->listeners[i];
		const char *colon = strrchr(l->address, ':');
		fprintf(f, "%s %.*s:%d\n", l->name, colon ? (int)(colon - l->address) : 0,
			l->address, http_port(d->http, l->name));
	}
}

static int write_file(const struct daemon *d)
{
	char path[4096], fresh[4096];
	snprintf(path, sizeof(path), "%s/listeners", d->conf->state_dir);
	snprintf(fresh, sizeof(fresh), "%s/listeners.new", d->conf->state_dir);
	FILE *f = fopen(fresh, "we");
	if (f == NULL)
		return -errno;
	print(d, f);
	if (fclose(f) == 0 && rename(fresh, path) == 0)
		return 0;
	int code = errno;
	unlink(fresh);
	return -code;
}

static void try_again(evutil_socket_t fd, short what, void *arg)
{
	struct ports *p = arg;
	(void)fd;
	(void)what;
	if (write_file(p->daemon) == 0)
		event_del(p->again);
}

struct ports *ports_create(struct daemon *d)
{
	const struct timeval second = {.tv_sec = 1};
	int rc = write_file(d);
	if (rc == 0)
		return NULL;
	log_line(HEARD_WARN, "daemon",
		 "%s/listeners cannot be written: %s; tried again every second",
		 d->conf->state_dir, strerror(-rc));
	struct ports *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->daemon = d;
	p->again = event_new(loop_base(d->main), -1, EV_PERSIST, try_again, p);
	if (p->again != NULL)
		event_add(p->again, &second);
	return p;
}

void ports_destroy(struct ports *p)
{
	if (p == NULL)
		return;
	if (p->again != NULL)
		event_free(p->again);
	free(p);
}
