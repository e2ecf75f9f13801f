/*
 * listen.h - the place where clients come in: a port, or a socket in the file system.
 */
#ifndef INPUT_LMTP_LISTEN_H
#define INPUT_LMTP_LISTEN_H

#include <stdbool.h>

#include <sys/socket.h>
#include <sys/un.h>

struct heard_error;

struct listen_options {
	const char *address;	  /* "127.0.0.1:2424" or "unix:/path"      */
	const char *mode, *group; /* of the socket in the file system      */
	bool is_public;		  /* may others than this machine reach it? */
};

struct listen_place {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} to;
	int len;
	unsigned mode;
	bool is_unix, is_public;
};

/* What the options say, without touching anything. */
int listen_check(const struct listen_options *, struct listen_place *, struct heard_error *);
/* A socket that listens, or -errno. */
int listen_open(const struct listen_options *, const struct listen_place *,
		struct heard_error *);
/* Close it, and take its name out of the file system. */
void listen_close(const struct listen_place *, int fd);

#endif
