/*
 * sign.c - Standard Webhooks signatures with libsodium.
 */
#include "sign.h"

#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#define PREFIX "whsec_"

static int key_add(struct signer *s, struct heard_str word)
{
	static const struct heard_str prefix = HEARD_STR(PREFIX);
	size_t *size = &s->sizes[s->n];
	if (!heard_str_starts(word, prefix))
		return -EINVAL;
	word = heard_str_skip(word, prefix.len);
	if (sodium_base642bin(s->keys[s->n], SIGN_KEY_MAX, word.ptr, word.len, NULL, size, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *size < 16)
		return -EINVAL;
	s->n++;
	return 0;
}

int signer_init(struct signer *s, const char *secrets, struct heard_error *err)
{
	struct heard_str rest = heard_str_trim(heard_str(secrets));
	*s = (struct signer){0};
	while (rest.len) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ' ')
			n++;
		if (s->n == SIGN_KEYS || key_add(s, heard_str_n(rest.ptr, n)) < 0) {
			int number = (int)s->n + 1;
			signer_release(s);
			return heard_fail(
				err, EINVAL,
				"secret: number %d is not " PREFIX
				" followed by the base64 of 16 to %d bytes, or there are "
				"more than %d",
				number, SIGN_KEY_MAX, SIGN_KEYS);
		}
		rest = heard_str_trim(heard_str_skip(rest, n));
	}
	return 0;
}

void signer_release(struct signer *s)
{
	sodium_memzero(s, sizeof(*s));
}

static void sign_one(const unsigned char *key, size_t size, struct heard_str prefix,
		     struct heard_str body, char out[48])
{
	crypto_auth_hmacsha256_state state;
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_init(&state, key, size);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)prefix.ptr, prefix.len);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.ptr, body.len);
	crypto_auth_hmacsha256_final(&state, mac);
	memcpy(out, "v1,", 3);
	sodium_bin2base64(out + 3, 45, mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(&state, sizeof(state));
}

void signer_sign(const struct signer *s, struct heard_str id, int64_t timestamp,
		 struct heard_str body, char out[SIGN_TEXT])
{
	char prefix[160];
	size_t at = 0;
	int n = snprintf(prefix, sizeof(prefix), "%.*s.%lld.", HEARD_ARG(id),
			 (long long)timestamp);
	size_t len = n < (int)sizeof(prefix) ? (size_t)n : sizeof(prefix) - 1;
	out[0] = '\0';
	for (size_t i = 0; i < s->n; i++) {
		if (i)
			out[at++] = ' ';
		sign_one(s->keys[i], s->sizes[i], heard_str_n(prefix, len), body, out + at);
		at += strlen(out + at);
	}
}
