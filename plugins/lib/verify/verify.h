/*
 * verify.h - is a webhook from whom it says?  Signatures of those who send to us.
 *
 * A scheme says which header carries the signature, how it is written and what it is
 * made of; the code that computes and compares is one.  Comparison takes the same time
 * wherever the difference is.  Secrets may be several, separated by blanks, while one
 * replaces another.
 *
 * Clocks.  Where a signature covers a time, one further away than `tolerance` is
 * refused: a recorded request is no good later.  Where it does not (Typeform, Tally), the
 * sender's own id is the source_id, so a replay is known for as long as the pipeline's
 * `dedupe`; behind that it would be a record again.
 *
 *	scheme      header                  is
 *	standard    webhook-signature       v1,base64(HMAC-SHA256(id.timestamp.body)), several;
 *	                                    standardwebhooks.com, Formbricks
 *	typeform    Typeform-Signature      sha256=base64(HMAC-SHA256(body))
 *	tally       Tally-Signature         base64(HMAC-SHA256(body))
 *	chatwoot    X-Chatwoot-Signature    sha256=hex(HMAC-SHA256(timestamp.body))
 *	github      X-Hub-Signature-256     sha256=hex(HMAC-SHA256(body)); Discourse and others
 *	token       (named by the caller)   the secret itself; Telegram
 *	none                                nothing is checked
 *
 * `header`, if it is set, takes the place of the scheme's own: Discourse signs as github
 * does, in X-Discourse-Event-Signature.  What we send is signed here too (plugins/lib/hook),
 * so there is one HMAC and one way to read a secret.
 *
 * [any] but init and release: [main].
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct heard_http;

enum verify_scheme {
	VERIFY_STANDARD,
	VERIFY_TYPEFORM,
	VERIFY_TALLY,
	VERIFY_CHATWOOT,
	VERIFY_GITHUB,
	VERIFY_TOKEN,
	VERIFY_NONE,
};
extern const char *const verify_schemes[]; /* their names, in this order; ends with NULL */

enum verify_result {
	VERIFY_GOOD,
	VERIFY_ABSENT, /* a header it needs is not there */
	VERIFY_WRONG,
	VERIFY_OLD, /* right, but of another time */
};

enum { VERIFY_KEYS = 4, VERIFY_KEY_MAX = 256 };

struct verify {
	enum verify_scheme scheme;
	const char *header; /* in place of the scheme's; VERIFY_TOKEN needs it; borrowed */
	int64_t tolerance;  /* ms; 0: 5 minutes                                          */
	unsigned char keys[VERIFY_KEYS][VERIFY_KEY_MAX];
	size_t sizes[VERIFY_KEYS];
	size_t n;
};

/* An empty secret is a fault but for VERIFY_NONE.  "whsec_" (standard) is base64, all
 * others are taken as they are.  0, or -EINVAL with a sentence that does not tell it. */
int verify_init(struct verify *, enum verify_scheme, const char *secrets, struct heard_error *);
void verify_release(struct verify *); /* wipes */

/* As VERIFY_STANDARD wants it, for what we send: "v1,<base64>" for each key, separated by
 * blanks; empty without a key. */
enum { VERIFY_SIGNATURES = VERIFY_KEYS * 48 };
void verify_sign(const struct verify *, struct heard_str id, int64_t timestamp,
		 struct heard_str body, char out[VERIFY_SIGNATURES]);

/* The header's value by its name; empty if it is not there. */
typedef struct heard_str verify_header(const void *arg, const char *name);
enum verify_result verify_check(const struct verify *, verify_header *, const void *arg,
				struct heard_str body, int64_t now_ms);
/* The same of a request that has not been answered. */
enum verify_result verify_request(const struct verify *, const struct heard_http *,
				  int64_t now_ms);
/* One sentence on what is wrong, without the secret; NULL for VERIFY_GOOD. */
const char *verify_sentence(enum verify_result);
/* 401 with that sentence, unless it is good. */
bool verify_or_refuse(const struct verify *, struct heard_http *request, int64_t now_ms);

/* ---- the parts, for platforms with a way of their own */

/* Of equal length and equal, in constant time. */
bool verify_equal(struct heard_str, struct heard_str);
/* hex(sha1) of the parts, sorted and joined: WeChat, WeCom.  n at most 8.  Empty if there
 * is none (no memory), and then nothing may be taken for signed. */
void verify_sha1_sorted(const struct heard_str *parts, size_t n, char hex_r[41]);
enum { VERIFY_MAC = 32, VERIFY_HEX = 65, VERIFY_BASE64 = 45 };
/* HMAC-SHA256 of the parts, one after another. */
void verify_hmac(struct heard_str key, const struct heard_str *parts, size_t n,
		 unsigned char mac_r[VERIFY_MAC]);
/* The same of one message as hex or base64, for those who sign what they send. */
void verify_hmac_hex(struct heard_str key, struct heard_str message, char hex_r[65]);
void verify_hmac_base64(struct heard_str key, struct heard_str message, char base64_r[45]);

#endif
