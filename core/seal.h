/*
 * seal.h - sealing to the operator's public key, and opening again.
 *
 * X25519 once per sealer (a lane, renewed every minute or 65,536 seals), then
 * XChaCha20-Poly1305 with a nonce for each text (16 random bytes drawn with the
 * key, and a counter): a microsecond where crypto_box_seal costs sixty.  The
 * ephemeral secret is wiped as soon as the shared key is made, so only the
 * private key can open what was sealed.
 * Form: "sealed:" + base64url(version 1 | ephemeral public key 32 | nonce 24 |
 * ciphertext and tag); shared key = BLAKE2b(X25519 | epk | pk).
 */
#ifndef CORE_SEAL_H
#define CORE_SEAL_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdint.h>

struct heard_error;

struct seal_public {
	unsigned char key[32];
};
struct seal_private {
	unsigned char key[32];
	unsigned char public_key[32];
};

struct sealer { /* one thread's */
	const struct seal_public *to;
	unsigned char subkey[32], ephemeral[32], nonce[24];
	int64_t made_ms;
	unsigned uses;
};
void sealer_init(struct sealer *, const struct seal_public *);
void sealer_release(struct sealer *);
/* Appends the token. */
void sealer_seal(struct sealer *, struct heard_str plain, int64_t now_ms, struct heard_buf *);
/* -EBADMSG with a sentence if it is no token, damaged, or sealed to another key. */
int seal_open(const struct seal_private *, struct heard_str token, struct heard_buf *plain,
	      struct heard_error *);

/* heard.pub, heard.key: one line "heard-public-key-1 <base64>", 0644 and 0600.
 * Never overwrites. */
int seal_keygen(const char *folder, struct heard_error *);
int seal_public_load(const char *file, struct seal_public *, struct heard_error *);
/* Refuses a key file that others can read. */
int seal_private_load(const char *file, struct seal_private *, struct heard_error *);

/* state_dir/secret: 32 random bytes made at first start (0600), for keyed
 * hashes: author.key, source ids of persons, tokens. */
int seal_secret_load(const char *state_dir, unsigned char out[32], struct heard_error *);
/* BLAKE2b-256 keyed by secret, over purpose | 0 | text. */
void seal_keyed_hash(const unsigned char secret[32], const char *purpose, struct heard_str text,
		     unsigned char out[32]);

#endif
