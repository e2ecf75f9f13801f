/*
 * probe.c - bind and let go, before anything is stopped for it.
 *
 * The process after a reload takes over the sockets whose listener kept its name
 * and address; any other address it must bind itself, and by then there is no way
 * back.  So the check that decides on a reload tries them first.
 */
#include "probe.h"

#include "conf.h"

#include <errno.h>
#include <event2/util.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Does the running daemon listen there under that name? */
static bool probe_is_held(const struct conf *conf, const struct conf_listener *l)
{
	char path[4096], line[512], mine[512];
	snprintf(path, sizeof(path), "%s/listeners", conf->state_dir);
	snprintf(mine, sizeof(mine), "%s %s\n", l->name, l->address);
	FILE *f = fopen(path, "re");
	bool held = false;
	while (f != NULL && !held && fgets(line, sizeof(line), f) != NULL)
		held = strcmp(line, mine) == 0;
	if (f != NULL)
		fclose(f);
	return held;
}

static int probe_bind(const char *address)
{
	struct sockaddr_storage sa;
	int len = sizeof(sa), one = 1;
	if (evutil_parse_sockaddr_port(address, (struct sockaddr *)&sa, &len) != 0)
		return 0; /* the config's own check has spoken of it */
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	int code = bind(fd, (struct sockaddr *)&sa, (socklen_t)len) == 0 && listen(fd, 1) == 0
			   ? 0
			   : errno;
	close(fd);
	return code;
}

void probe_listeners(const struct conf *conf, struct faults *faults)
{
	for (size_t i = 0; i < conf->n_listeners; i++) {
		const struct conf_listener *l = &conf->listeners[i];
		int code = probe_is_held(conf, l) ? 0 : probe_bind(l->address);
		if (code != 0)
			faults_add(faults, l->file, l->line,
				   "listener \"%s\": cannot listen on %s: %s", l->name,
				   l->address, strerror(code));
	}
}
