/*
 * sign.h - signatures of Standard Webhooks (standardwebhooks.com): HMAC-SHA256
 * over id, timestamp and body.
 */
#ifndef HOOK_SIGN_H
#define HOOK_SIGN_H

#include <heard/str.h>

#include <stdint.h>

struct heard_error;

enum { SIGN_KEYS = 4, SIGN_KEY_MAX = 128, SIGN_TEXT = SIGN_KEYS * 48 };

struct signer {
	unsigned char keys[SIGN_KEYS][SIGN_KEY_MAX];
	size_t sizes[SIGN_KEYS];
	size_t n;
};

/* "whsec_<base64>", several separated by blanks while one replaces another;
 * empty: no signature.  0, or -EINVAL. */
int signer_init(struct signer *, const char *secrets, struct heard_error *);
void signer_release(struct signer *); /* wipes */
/* "v1,<base64>" for each key, separated by blanks. */
void signer_sign(const struct signer *, struct heard_str id, int64_t timestamp,
		 struct heard_str body, char out[SIGN_TEXT]);

#endif
