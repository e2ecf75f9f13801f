/*
 * verify.c - the schemes as a table, and the one function that checks by it.
 *
 * A sent signature is decoded before it is compared, so hex may be of either case.  The
 * clock is looked at last: only who knows the secret is told that his clock is wrong.
 */
#include "verify.h"

#include <heard/error.h>
#include <heard/http.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

enum {
	TOLERANCE_MS = 5 * 60 * 1000,
	MIN_STANDARD = 16, /* bytes of a key                          */
	MAX_SENT = 16,	   /* signatures of one request; others are passed over */
	MAX_DIGITS = 12,   /* of a time in seconds                    */
};

#define WHSEC "whsec_"

struct scheme {
	const char *header, *id, *time; /* headers; NULL: it has none            */
	const char *prefix;		/* before each signature                 */
	bool is_hex;			/* or base64                             */
	bool is_list;			/* several may be sent                   */
};

static const struct scheme schemes[] = {
	[VERIFY_STANDARD] = {"webhook-signature", "webhook-id", "webhook-timestamp", "v1,",
			     false, true},
	[VERIFY_TYPEFORM] = {"Typeform-Signature", NULL, NULL, "sha256=", false, false},
	[VERIFY_TALLY] = {"Tally-Signature", NULL, NULL, "", false, false},
	[VERIFY_CHATWOOT] = {"X-Chatwoot-Signature", NULL, "X-Chatwoot-Timestamp",
			     "sha256=", true, false},
	[VERIFY_GITHUB] = {"X-Hub-Signature-256", NULL, NULL, "sha256=", true, false},
	[VERIFY_TOKEN] = {0},
	[VERIFY_NONE] = {0},
};

const char *const verify_schemes[] = {"standard", "typeform", "tally", "chatwoot",
				      "github",	  "token",    "none",  NULL};

/* ---- secrets */

static struct heard_str next_word(struct heard_str *rest)
{
	size_t n = 0;
	*rest = heard_str_trim(*rest);
	while (n < rest->len && rest->ptr[n] != ' ' &&
	       !(rest->ptr[n] >= '\t' && rest->ptr[n] <= '\r'))
		n++;
	struct heard_str word = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, n);
	return word;
}

static bool key_add(struct verify *v, struct heard_str word)
{
	static const struct heard_str whsec = HEARD_STR(WHSEC);
	unsigned char *key = v->keys[v->n];
	size_t *size = &v->sizes[v->n];
	if (v->scheme == VERIFY_STANDARD) {
		if (!heard_str_starts(word, whsec))
			return false;
		word = heard_str_skip(word, whsec.len);
		if (sodium_base642bin(key, VERIFY_KEY_MAX, word.ptr, word.len, NULL, size, NULL,
				      sodium_base64_VARIANT_ORIGINAL) != 0 ||
		    *size < MIN_STANDARD)
			return false;
	} else {
		if (word.len > VERIFY_KEY_MAX)
			return false;
		memcpy(key, word.ptr, word.len);
		*size = word.len;
	}
	v->n++;
	return true;
}

static int refuse_key(const struct verify *v, int number, struct heard_error *err)
{
	if (v->scheme == VERIFY_STANDARD)
		return heard_fail(err, EINVAL,
				  "secret: number %d is not " WHSEC
				  " followed by the base64 of %d to %d bytes",
				  number, MIN_STANDARD, VERIFY_KEY_MAX);
	return heard_fail(err, EINVAL, "secret: number %d is longer than %d bytes", number,
			  VERIFY_KEY_MAX);
}

int verify_init(struct verify *v, enum verify_scheme scheme, const char *secrets,
		struct heard_error *err)
{
	struct heard_str word, rest = heard_str(secrets);
	*v = (struct verify){.scheme = scheme};
	if (scheme == VERIFY_NONE)
		return 0;
	int result = 0;
	while (result == 0 && (word = next_word(&rest)).len) {
		if (v->n == VERIFY_KEYS)
			result = heard_fail(err, EINVAL, "secret: more than %d", VERIFY_KEYS);
		else if (!key_add(v, word))
			result = refuse_key(v, (int)v->n + 1, err);
	}
	if (result == 0 && v->n == 0)
		result = heard_fail(err, EINVAL,
				    "secret: there is none, so anybody could send; copy it "
				    "from the sender's settings");
	if (result < 0)
		verify_release(v);
	return result;
}

void verify_release(struct verify *v)
{
	sodium_memzero(v, sizeof(*v));
}

/* ---- signatures */

static struct heard_str key_of(const struct verify *v, size_t i)
{
	return heard_str_n((const char *)v->keys[i], v->sizes[i]);
}

void verify_sign(const struct verify *v, struct heard_str id, int64_t timestamp,
		 struct heard_str body, char out[VERIFY_SIGNATURES])
{
	char time[24];
	unsigned char mac[VERIFY_MAC];
	size_t at = 0;
	int n = snprintf(time, sizeof(time), ".%lld.", (long long)timestamp);
	const struct heard_str parts[] = {id, {time, (size_t)n}, body};
	out[0] = '\0';
	for (size_t i = 0; i < v->n; i++) {
		verify_hmac(key_of(v, i), parts, 3, mac);
		at += (size_t)sprintf(out + at, "%sv1,", i ? " " : "");
		sodium_bin2base64(out + at, VERIFY_BASE64, mac, sizeof(mac),
				  sodium_base64_VARIANT_ORIGINAL);
		at += strlen(out + at);
	}
}

/* What a request brings. */
struct sent {
	struct heard_str signature, id, time;
};

static bool decode(const struct scheme *s, struct heard_str word, unsigned char mac[VERIFY_MAC])
{
	size_t n = 0;
	struct heard_str prefix = heard_str(s->prefix);
	if (!heard_str_starts(word, prefix))
		return false;
	word = heard_str_skip(word, prefix.len);
	int result = s->is_hex ? sodium_hex2bin(mac, VERIFY_MAC, word.ptr, word.len, NULL, &n,
						NULL)
			       : sodium_base642bin(mac, VERIFY_MAC, word.ptr, word.len, NULL,
						   &n, NULL, sodium_base64_VARIANT_ORIGINAL);
	return result == 0 && n == VERIFY_MAC;
}

static bool is_signed(const struct verify *v, const struct scheme *s, const struct sent *sent,
		      struct heard_str body)
{
	static const struct heard_str dot = HEARD_STR(".");
	const struct heard_str parts[] = {sent->id, s->id ? dot : HEARD_STR_OF(""), sent->time,
					  s->time ? dot : HEARD_STR_OF(""), body};
	unsigned char ours[VERIFY_KEYS][VERIFY_MAC], theirs[VERIFY_MAC];
	struct heard_str word, rest = sent->signature;
	bool is_one = false;
	for (size_t k = 0; k < v->n; k++)
		verify_hmac(key_of(v, k), parts, 5, ours[k]);
	for (int i = 0; i < (s->is_list ? MAX_SENT : 1); i++) {
		word = s->is_list ? next_word(&rest) : heard_str_trim(rest);
		if (word.len == 0)
			break;
		if (!decode(s, word, theirs))
			continue;
		for (size_t k = 0; k < v->n; k++)
			is_one |= sodium_memcmp(ours[k], theirs, VERIFY_MAC) == 0;
	}
	return is_one;
}

static bool is_token(const struct verify *v, struct heard_str sent)
{
	bool is_one = false;
	for (size_t k = 0; k < v->n; k++)
		is_one |= verify_equal(key_of(v, k), sent);
	return is_one;
}

/* Seconds since 1970, or -1. */
static int64_t read_seconds(struct heard_str text)
{
	int64_t n = 0;
	if (text.len == 0 || text.len > MAX_DIGITS)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		n = n * 10 + (text.ptr[i] - '0');
	}
	return n;
}

static bool is_recent(const struct verify *v, struct heard_str time, int64_t now_ms)
{
	int64_t tolerance = v->tolerance ? v->tolerance : TOLERANCE_MS;
	int64_t seconds = read_seconds(time);
	int64_t off = now_ms - seconds * 1000;
	return seconds >= 0 && off <= tolerance && off >= -tolerance;
}

enum verify_result verify_check(const struct verify *v, verify_header *header, const void *arg,
				struct heard_str body, int64_t now_ms)
{
	const struct scheme *s = &schemes[v->scheme];
	const char *name = v->header ? v->header : s->header;
	if (v->scheme == VERIFY_NONE)
		return VERIFY_GOOD;
	struct sent sent = {
		.signature = name ? header(arg, name) : HEARD_STR_OF(""),
		.id = s->id ? header(arg, s->id) : HEARD_STR_OF(""),
		.time = s->time ? header(arg, s->time) : HEARD_STR_OF(""),
	};
	if (!sent.signature.len || (s->id && !sent.id.len) || (s->time && !sent.time.len))
		return VERIFY_ABSENT;
	if (v->scheme == VERIFY_TOKEN)
		return is_token(v, sent.signature) ? VERIFY_GOOD : VERIFY_WRONG;
	if (!is_signed(v, s, &sent, body))
		return VERIFY_WRONG;
	return s->time && !is_recent(v, sent.time, now_ms) ? VERIFY_OLD : VERIFY_GOOD;
}

/* ---- requests */

static struct heard_str request_header(const void *request, const char *name)
{
	return heard_http_header(request, name);
}

enum verify_result verify_request(const struct verify *v, const struct heard_http *request,
				  int64_t now_ms)
{
	return verify_check(v, request_header, request, heard_http_body(request), now_ms);
}

const char *verify_sentence(enum verify_result result)
{
	switch (result) {
	case VERIFY_ABSENT: return "the request is not signed";
	case VERIFY_WRONG: return "the signature is not made with the secret that is set here";
	case VERIFY_OLD:
		return "the signature is right, but its time is too far from ours: set the "
		       "clocks";
	case VERIFY_GOOD: break;
	}
	return NULL;
}

bool verify_or_refuse(const struct verify *v, struct heard_http *request, int64_t now_ms)
{
	enum verify_result result = verify_request(v, request, now_ms);
	if (result != VERIFY_GOOD)
		heard_http_problem(request, 401, "%s", verify_sentence(result));
	return result == VERIFY_GOOD;
}
