/*
 * seal.c - sealing to the operator's public key, and opening again.
 *
 * A token is version | ephemeral public key | nonce | ciphertext and tag, in
 * base64url.  X25519 costs sixty microseconds, so one ephemeral key serves many
 * texts: for a minute or 65,536 of them, whichever ends first.  Its secret half
 * never leaves sealer_renew(), so not even this process can open what it sealed.
 *
 * The nonce is 16 random bytes, drawn with the key, and a counter of 8.  A call
 * of getrandom() for each text would cost as much as the sealing, and under a key
 * that is itself random and used by one thread, a counter is as good: no two
 * texts share key and nonce.  The shared key binds both public keys; the version
 * byte is authenticated beside the text.
 *
 * XChaCha20 begins by deriving a key from the first 16 bytes of the nonce; as these
 * stay, that is done once.  Base64 of ciphertext needs no constant time, so it is
 * written by a plain loop, six times as fast as libsodium's.  What is secret (shared keys, the
 * ephemeral secret, decrypted text after a failure) is wiped where it dies.
 */
#include "seal.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>

enum {
	VERSION = 1,
	KEY_SIZE = 32,
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	HEAD_SIZE = 1 + KEY_SIZE + NONCE_SIZE,
	USES_MAX = 65536,
	AGE_MAX_MS = 60 * 1000,
	ON_STACK = 1024, /* plain bytes up to which sealing does not go to malloc */
};

#define PREFIX	"sealed:"
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(NONCE_SIZE == sizeof(((struct sealer *)0)->nonce), "XChaCha20's nonce");

static const unsigned char version[1] = {VERSION};

/* key = BLAKE2b(X25519 | epk | pk); -1 if the other side's key is a weak point. */
static int agree(const unsigned char secret[32], const unsigned char their_public[32],
		 const unsigned char ephemeral[32], const unsigned char recipient[32],
		 unsigned char key[32])
{
	unsigned char point[crypto_scalarmult_BYTES];
	crypto_generichash_state hash;
	int result = crypto_scalarmult(point, secret, their_public);

	crypto_generichash_init(&hash, NULL, 0, KEY_SIZE);
	crypto_generichash_update(&hash, point, sizeof(point));
	crypto_generichash_update(&hash, ephemeral, KEY_SIZE);
	crypto_generichash_update(&hash, recipient, KEY_SIZE);
	crypto_generichash_final(&hash, key, KEY_SIZE);
	sodium_memzero(point, sizeof(point));
	sodium_memzero(&hash, sizeof(hash));
	return result;
}

static void sealer_renew(struct sealer *s, int64_t now_ms)
{
	unsigned char secret[crypto_scalarmult_SCALARBYTES];

	unsigned char shared[KEY_SIZE];

	crypto_box_keypair(s->ephemeral, secret);
	/* Loading a public key refuses weak points, so this is our own fault. */
	if (agree(secret, s->to->key, s->ephemeral, s->to->key, shared) != 0)
		HEARD_BUG("sealing to a weak public key");
	sodium_memzero(secret, sizeof(secret));
	randombytes_buf(s->nonce, sizeof(s->nonce));
	crypto_core_hchacha20(s->subkey, s->nonce, shared, NULL);
	sodium_memzero(shared, sizeof(shared));
	s->made_ms = now_ms;
	s->uses = 0;
}

void sealer_init(struct sealer *s, const struct seal_public *to)
{
	if (sodium_init() < 0)
		HEARD_BUG("libsodium does not start");
	memset(s, 0, sizeof(*s));
	s->to = to;
	s->uses = USES_MAX;
}

void sealer_release(struct sealer *s)
{
	sodium_memzero(s, sizeof(*s));
}

static bool is_stale(const struct sealer *s, int64_t now_ms)
{
	/* A clock that was set back makes a new key, too. */
	return s->uses >= USES_MAX || now_ms < s->made_ms || now_ms - s->made_ms >= AGE_MAX_MS;
}

/* Writes HEAD_SIZE + plain.len + TAG_SIZE bytes. */
static void encrypt(struct sealer *s, struct heard_str plain, unsigned char *out)
{
	unsigned char *nonce = out + 1 + KEY_SIZE;

	out[0] = VERSION;
	memcpy(out + 1, s->ephemeral, KEY_SIZE);
	sodium_increment(s->nonce + NONCE_SIZE - 8, 8);
	memcpy(nonce, s->nonce, NONCE_SIZE);
	/* what crypto_aead_xchacha20poly1305_ietf_encrypt does after its first step */
	unsigned char inner[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
	memcpy(inner + 4, s->nonce + NONCE_SIZE - 8, 8);
	crypto_aead_chacha20poly1305_ietf_encrypt(
		out + HEAD_SIZE, NULL, (const unsigned char *)plain.ptr, plain.len, version,
		sizeof(version), NULL, inner, s->subkey);
	s->uses++;
}

/* base64url without padding (RFC 4648, section 5). */
static size_t encode(char *out, const unsigned char *in, size_t n)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *p = out;

	for (; n >= 3; n -= 3, in += 3) {
		unsigned bits = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];
		*p++ = digit[bits >> 18];
		*p++ = digit[bits >> 12 & 63];
		*p++ = digit[bits >> 6 & 63];
		*p++ = digit[bits & 63];
	}
	if (n > 0) {
		unsigned bits = (unsigned)in[0] << 16 | (n > 1 ? (unsigned)in[1] << 8 : 0);
		*p++ = digit[bits >> 18];
		*p++ = digit[bits >> 12 & 63];
		if (n > 1)
			*p++ = digit[bits >> 6 & 63];
	}
	return (size_t)(p - out);
}

void sealer_seal(struct sealer *s, struct heard_str plain, int64_t now_ms,
		 struct heard_buf *token)
{
	unsigned char small[HEAD_SIZE + ON_STACK + TAG_SIZE], *bytes = small;
	size_t n = HEAD_SIZE + plain.len + TAG_SIZE;
	size_t text_size = sodium_base64_encoded_len(n, VARIANT);
	char *text;

	heard_buf_puts(token, PREFIX);
	text = heard_buf_room(token, text_size);
	if (n > sizeof(small))
		bytes = malloc(n);
	if (text == NULL || bytes == NULL) {
		token->failed = true;
	} else {
		if (is_stale(s, now_ms))
			sealer_renew(s, now_ms);
		encrypt(s, plain, bytes);
		token->len += encode(text, bytes, n);
	}
	if (bytes != small)
		free(bytes);
}

/* Bytes of the token behind its prefix, malloc'ed; NULL with a sentence. */
static unsigned char *decode(struct heard_str token, size_t *n_r, struct heard_error *err)
{
	const char *end;
	unsigned char *bytes;

	if (!heard_str_starts(token, HEARD_STR_OF(PREFIX))) {
		heard_fail(err, EBADMSG,
			   "this is no sealed token: it must begin with \"" PREFIX "\"");
		return NULL;
	}
	token = heard_str_skip(token, sizeof(PREFIX) - 1);
	bytes = malloc(token.len / 4 * 3 + 3);
	if (bytes == NULL) {
		heard_fail(err, ENOMEM, "no memory for a token of %zu bytes", token.len);
		return NULL;
	}
	if (sodium_base642bin(bytes, token.len / 4 * 3 + 3, token.ptr, token.len, NULL, n_r,
			      &end, VARIANT) != 0 ||
	    end != token.ptr + token.len || *n_r < HEAD_SIZE + TAG_SIZE) {
		free(bytes);
		heard_fail(err, EBADMSG,
			   "the sealed token is damaged or incomplete: copy it whole");
		return NULL;
	}
	return bytes;
}

static int decrypt(const struct seal_private *key, const unsigned char *bytes, size_t n,
		   unsigned char *plain)
{
	unsigned char shared[KEY_SIZE];
	const unsigned char *ephemeral = bytes + 1;
	int result = agree(key->key, ephemeral, ephemeral, key->public_key, shared);

	if (result == 0)
		result = crypto_aead_xchacha20poly1305_ietf_decrypt(
			plain, NULL, NULL, bytes + HEAD_SIZE, n - HEAD_SIZE, bytes, 1,
			bytes + 1 + KEY_SIZE, shared);
	sodium_memzero(shared, sizeof(shared));
	return result;
}

int seal_open(const struct seal_private *key, struct heard_str token, struct heard_buf *plain,
	      struct heard_error *err)
{
	size_t n;
	unsigned char *bytes = decode(heard_str_trim(token), &n, err);
	int result = 0;
	char *room;

	if (bytes == NULL)
		return err ? -err->code : -EBADMSG;
	room = heard_buf_room(plain, n - HEAD_SIZE - TAG_SIZE + 1);
	if (bytes[0] != VERSION)
		result = heard_fail(err, EBADMSG,
				    "the token has version %d, this heard reads %d", bytes[0],
				    VERSION);
	else if (room == NULL)
		result = heard_fail(err, ENOMEM, "no room for the %zu bytes of the token", n);
	else if (decrypt(key, bytes, n, (unsigned char *)room) != 0)
		result = heard_fail(
			err, EBADMSG,
			"the token does not open: it is damaged, or was sealed to another key");
	else
		plain->len += n - HEAD_SIZE - TAG_SIZE;
	free(bytes);
	return result;
}

void seal_keyed_hash(const unsigned char secret[32], const char *purpose, struct heard_str text,
		     unsigned char out[32])
{
	crypto_generichash_state hash;

	crypto_generichash_init(&hash, secret, KEY_SIZE, KEY_SIZE);
	crypto_generichash_update(&hash, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&hash, (const unsigned char *)text.ptr, text.len);
	crypto_generichash_final(&hash, out, KEY_SIZE);
	sodium_memzero(&hash, sizeof(hash));
}
