/*
 * auth.c - the five ways in which an endpoint is told who asks.
 *
 * HMAC, for endpoints of one's own: the signature is over the method, the path with its
 * query as it is sent, and the time in seconds, each on a line of its own but the last:
 *
 *	X-Key: USER                   (if there is a user)
 *	X-Timestamp: 1767589445
 *	X-Signature: hex(HMAC-SHA256(SECRET, "GET\n/path?query\n1767589445"))
 */
#include "auth.h"

#include "url.h"

#include <heard/error.h>
#include <verify/verify.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SECRET_MAX = 2048 };

static bool is_header_name(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == ':')
			return false;
	return s[0] != '\0';
}

static bool is_one_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ')
			return false;
	return true;
}

int auth_check(const struct collect_auth *a, const char *url, bool allow_private,
	       struct heard_error *err)
{
	if (a->kind == AUTH_NONE)
		return 0;
	if (a->secret[0] == '\0')
		return heard_fail(err, EINVAL, "auth.secret is missing");
	if (strlen(a->secret) > SECRET_MAX || !is_one_line(a->secret) || !is_one_line(a->user))
		return heard_fail(err, EINVAL,
				  "auth: the secret or the user is too long or not one line");
	if ((a->kind == AUTH_HEADER || a->kind == AUTH_QUERY) && !is_header_name(a->name))
		return heard_fail(err, EINVAL, "auth.name is missing, or no name of a %s",
				  a->kind == AUTH_HEADER ? "header" : "parameter");
	if (a->kind == AUTH_BASIC && (a->user[0] == '\0' || strchr(a->user, ':')))
		return heard_fail(err, EINVAL, "auth.user is missing, or has a colon in it");
	if (a->kind != AUTH_HMAC && !allow_private && strncasecmp(url, "https:", 6) != 0)
		return heard_fail(err, EINVAL,
				  "url: the secret would go over the network in clear; use "
				  "https://, or set allow_private if it is a machine of yours");
	return 0;
}

static bool add_basic(const struct collect_auth *a, struct pull_request *q)
{
	char plain[2 * SECRET_MAX], text[4 * SECRET_MAX];
	int n = snprintf(plain, sizeof(plain), "%s:%s", a->user, a->secret);
	if (n < 0 || (size_t)n >= sizeof(plain))
		return false;
	sodium_bin2base64(text, sizeof(text), (const unsigned char *)plain, (size_t)n,
			  sodium_base64_VARIANT_ORIGINAL);
	bool ok = pull_header(q, "Authorization: Basic %s", text);
	sodium_memzero(plain, sizeof(plain));
	sodium_memzero(text, sizeof(text));
	return ok;
}

static bool add_hmac(const struct collect_auth *a, struct pull_request *q, int64_t now_ms)
{
	struct heard_buf text;
	struct heard_str url = heard_buf_view(&q->url), origin = url_origin(url);
	char hex[VERIFY_HEX];
	long long seconds = now_ms / 1000;
	heard_buf_init(&text, 16384);
	heard_buf_printf(&text, "GET\n%.*s\n%lld", HEARD_ARG(heard_str_skip(url, origin.len)),
			 seconds);
	verify_hmac_hex(heard_str(a->secret), heard_buf_view(&text), hex);
	bool ok = !text.failed && pull_header(q, "X-Timestamp: %lld", seconds) &&
		  pull_header(q, "X-Signature: %s", hex) &&
		  (a->user[0] == '\0' || pull_header(q, "X-Key: %s", a->user));
	heard_buf_release(&text);
	return ok;
}

bool auth_apply(const struct collect_auth *a, struct pull_request *q, int64_t now_ms)
{
	switch (a->kind) {
	case AUTH_BEARER: return pull_header(q, "Authorization: Bearer %s", a->secret);
	case AUTH_BASIC: return add_basic(a, q);
	case AUTH_HEADER: return pull_header(q, "%s: %s", a->name, a->secret);
	case AUTH_QUERY: url_add(&q->url, a->name, heard_str(a->secret)); return true;
	case AUTH_HMAC: return add_hmac(a, q, now_ms);
	default: return true;
	}
}
