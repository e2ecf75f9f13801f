/*
 * login.h - the words by which we log in.
 */
#ifndef INPUT_IMAP_LOGIN_H
#define INPUT_IMAP_LOGIN_H

#include <stdbool.h>

struct heard_buf;
struct heard_error;
struct session;

enum { LOGIN_LINE_MAX = 64 * 1024 }; /* access tokens are long */

/* The command that begins it.  *has_secret: it holds all of it.  -EACCES with a
 * sentence if there is no way that both sides know, or none that is safe. */
int login_first(const struct session *, struct heard_buf *line, bool *has_secret,
		struct heard_error *);
/* What the server waits for then, without line end. */
void login_secret(const struct session *, struct heard_buf *line);

#endif
