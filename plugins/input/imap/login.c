/*
 * login.c - AUTHENTICATE PLAIN and XOAUTH2, with an initial response where the server
 * takes one, and LOGIN where it knows nothing better.
 */
#include "login.h"

#include "session.h"

#include <errno.h>
#include <string.h>

static void base64(struct heard_buf *to, struct heard_str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; s.ptr != NULL && i < s.len; i += 3) {
		size_t n = s.len - i < 3 ? s.len - i : 3;
		unsigned v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)s.ptr[i + k] : 0);
		char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
				n > 1 ? digits[v >> 6 & 63] : '=',
				n > 2 ? digits[v & 63] : '='};
		heard_buf_add(to, four, sizeof(four));
	}
}

static enum session_auth choose(const struct session *s)
{
	if (s->login->auth != AUTH_AUTO)
		return s->login->auth;
	return session_can(s, CAN_PLAIN) ? AUTH_PLAIN : AUTH_LOGIN;
}

void login_secret(const struct session *s, struct heard_buf *line)
{
	struct heard_buf plain;
	heard_buf_init(&plain, LOGIN_LINE_MAX);
	if (choose(s) == AUTH_XOAUTH2) {
		heard_buf_printf(&plain, "user=%s\001auth=Bearer %s\001\001", s->login->user,
				 s->login->secret);
	} else {
		heard_buf_add(&plain, "", 1);
		heard_buf_puts(&plain, s->login->user);
		heard_buf_add(&plain, "", 1);
		heard_buf_puts(&plain, s->login->secret);
	}
	base64(line, heard_buf_view(&plain));
	if (plain.ptr != NULL)
		explicit_bzero(plain.ptr, plain.len);
	heard_buf_release(&plain);
}

static int check(const struct session *s, enum session_auth auth, struct heard_error *err)
{
	if (!s->is_secured && !s->login->may_be_clear)
		return heard_fail(err, EACCES,
				  "the connection is not secured and no password is sent over "
				  "it; use tls, or set insecure_login");
	if (auth == AUTH_XOAUTH2 && !session_can(s, CAN_XOAUTH2))
		return heard_fail(err, EACCES, "the server does not offer XOAUTH2");
	if (auth == AUTH_PLAIN && !session_can(s, CAN_PLAIN))
		return heard_fail(err, EACCES,
				  "the server does not offer PLAIN; set auth = \"login\"");
	if (auth == AUTH_LOGIN && session_can(s, CAN_NO_LOGIN))
		return heard_fail(err, EACCES, "the server allows no login by password here%s",
				  s->is_secured ? "" : "; use tls");
	return 0;
}

int login_first(const struct session *s, struct heard_buf *line, bool *has_secret,
		struct heard_error *err)
{
	enum session_auth auth = choose(s);
	int result = check(s, auth, err);
	if (result != 0)
		return result;
	*has_secret = auth == AUTH_LOGIN || session_can(s, CAN_SASL_IR);
	if (auth == AUTH_LOGIN) {
		heard_buf_puts(line, "LOGIN ");
		session_quote(line, heard_str(s->login->user));
		heard_buf_puts(line, " ");
		session_quote(line, heard_str(s->login->secret));
	} else {
		heard_buf_printf(line, "AUTHENTICATE %s",
				 auth == AUTH_XOAUTH2 ? "XOAUTH2" : "PLAIN");
		if (*has_secret) {
			heard_buf_puts(line, " ");
			login_secret(s, line);
		}
	}
	return line->failed ? heard_fail(err, EACCES, "user and secret are too long") : 0;
}
