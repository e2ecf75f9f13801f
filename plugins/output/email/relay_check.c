/*
 * relay_check.c - can a relay be reached with these options, and safely?
 */
#include "relay.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

const char *const relay_tls_words[] = {"starttls", "tls", "none", NULL};

static bool is_loopback(const char *host)
{
	bool is_number = host[strspn(host, "0123456789.")] == '\0'; /* not 127.x.example */
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (is_number && strncmp(host, "127.", 4) == 0);
}

static bool is_name(const char *s)
{
	return s[0] != '\0' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789.-_:")] == '\0';
}

int relay_check(const struct relay_options *o, const char *helo, struct heard_error *err)
{
	bool wants_token = token_is_wanted(&o->token);
	if (!is_name(o->host) || strlen(o->host) > 255)
		return heard_fail(err, EINVAL, "host must be a name or an address");
	if (!is_name(helo) || strlen(helo) > 255)
		return heard_fail(err, EINVAL, "helo must be a domain's name in ASCII");
	if (o->tls == RELAY_CLEAR && !is_loopback(o->host) && !o->allow_clear)
		return heard_fail(
			err, EINVAL,
			"tls = \"none\" to %s would send customers' mail in clear over "
			"the network; use \"starttls\" or \"tls\", or set allow_clear if "
			"the way there is safe",
			o->host);
	if (o->user[0] == '\0' && (o->password[0] || wants_token))
		return heard_fail(err, EINVAL, "there is a password or token, but no user");
	if (o->user[0] && !o->password[0] && !wants_token)
		return heard_fail(err, EINVAL, "user needs a password or a token");
	if (o->password[0] && wants_token)
		return heard_fail(err, EINVAL, "there is a password and a token; name one");
	return token_check(&o->token, err);
}
