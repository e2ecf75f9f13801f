/*
 * listen.c - addresses and sockets.
 *
 * LMTP knows no passwords: who can connect can bring mail.  So an address that is not of
 * this machine alone must be asked for.  A socket in the file system gets its rights
 * before anybody can connect: until listen() nobody is let in.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <event2/util.h>

#include <heard/error.h>

enum { BACKLOG = 128 };

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)a;
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	const struct in6_addr *ip = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
	return IN6_IS_ADDR_LOOPBACK(ip) || (IN6_IS_ADDR_V4MAPPED(ip) && ip->s6_addr[12] == 127);
}

static unsigned port_of(const struct sockaddr *a)
{
	return a->sa_family == AF_INET
		       ? ((const struct sockaddr_in *)(const void *)a)->sin_port
		       : ((const struct sockaddr_in6 *)(const void *)a)->sin6_port;
}

static int check_unix(const struct listen_options *o, const char *path, struct listen_place *p,
		      struct heard_error *err)
{
	char *end;
	unsigned long mode = strtoul(o->mode, &end, 8);
	if (path[0] != '/' || strlen(path) >= sizeof(p->to.un.sun_path))
		return heard_fail(err, EINVAL,
				  "address: unix: wants an absolute path of at most %zu bytes",
				  sizeof(p->to.un.sun_path) - 1);
	if (o->mode[0] == '\0' || *end != '\0' || mode > 0777)
		return heard_fail(err, EINVAL,
				  "mode '%s' is no mode; write it as chmod does, such as 0660",
				  o->mode);
	p->is_unix = true;
	p->mode = (unsigned)mode;
	p->to.un.sun_family = AF_UNIX;
	memcpy(p->to.un.sun_path, path, strlen(path) + 1);
	p->len = (int)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
	return 0;
}

int listen_check(const struct listen_options *o, struct listen_place *p,
		 struct heard_error *err)
{
	memset(p, 0, sizeof(*p));
	if (strncmp(o->address, "unix:", 5) == 0)
		return check_unix(o, o->address + 5, p, err);
	p->len = sizeof(p->to);
	if (evutil_parse_sockaddr_port(o->address, &p->to.any, &p->len) != 0 ||
	    port_of(&p->to.any) == 0)
		return heard_fail(err, EINVAL,
				  "address '%s' is neither unix:/path nor an address with its "
				  "port, such as 127.0.0.1:2424 or [::1]:2424",
				  o->address);
	p->is_public = !is_loopback(&p->to.any);
	if (p->is_public && !o->is_public)
		return heard_fail(
			err, EACCES,
			"address %s can be reached from beyond this machine, and LMTP "
			"knows no passwords; if that is wanted, say public = true",
			o->address);
	return 0;
}

/* ---- opening */

/* What a daemon that died has left is removed; what is in use is not. */
static int clear_path(const struct listen_place *p, struct heard_error *err)
{
	const char *path = p->to.un.sun_path;
	struct stat st;
	if (lstat(path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return heard_fail(err, EEXIST, "'%s' is there already and is no socket", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* EAGAIN: somebody listens, and has a queue of those who wait. */
	bool is_used = fd >= 0 &&
		       (connect(fd, &p->to.any, (socklen_t)p->len) == 0 || errno == EAGAIN);
	if (fd >= 0)
		close(fd);
	if (is_used)
		return heard_fail(err, EADDRINUSE, "'%s' is in use by another program", path);
	unlink(path);
	return 0;
}

static int set_rights(const struct listen_options *o, const struct listen_place *p,
		      struct heard_error *err)
{
	const char *path = p->to.un.sun_path;
	if (o->group[0] != '\0') {
		char room[4096];
		struct group entry, *found = NULL;
		getgrnam_r(o->group, &entry, room, sizeof(room), &found);
		if (found == NULL)
			return heard_fail(err, EINVAL, "there is no group '%s'", o->group);
		if (chown(path, (uid_t)-1, found->gr_gid) != 0)
			return heard_fail(err, errno,
					  "cannot give '%s' to group '%s': %s; run as a user "
					  "who is in it",
					  path, o->group, strerror(errno));
	}
	if (chmod(path, (mode_t)p->mode) != 0)
		return heard_fail(err, errno, "cannot set the mode of '%s': %s", path,
				  strerror(errno));
	return 0;
}

static int bind_to(int fd, const struct listen_options *o, const struct listen_place *p,
		   struct heard_error *err)
{
	int on = 1;
	if (!p->is_unix)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &p->to.any, (socklen_t)p->len) != 0)
		return heard_fail(err, errno, "cannot listen on %s: %s", o->address,
				  strerror(errno));
	int result = p->is_unix ? set_rights(o, p, err) : 0;
	if (result == 0 && listen(fd, BACKLOG) != 0)
		result = heard_fail(err, errno, "cannot listen on %s: %s", o->address,
				    strerror(errno));
	if (result != 0 && p->is_unix)
		unlink(p->to.un.sun_path);
	return result;
}

int listen_open(const struct listen_options *o, const struct listen_place *p,
		struct heard_error *err)
{
	int result = p->is_unix ? clear_path(p, err) : 0;
	if (result != 0)
		return result;
	int fd = socket(p->to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return heard_fail(err, errno, "cannot make a socket: %s", strerror(errno));
	result = bind_to(fd, o, p, err);
	if (result == 0)
		return fd;
	close(fd);
	return result;
}

void listen_close(const struct listen_place *p, int fd)
{
	if (fd < 0)
		return;
	close(fd);
	if (p->is_unix)
		unlink(p->to.un.sun_path);
}
