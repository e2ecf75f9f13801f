/*
 * crypt.c - AES-256-CBC by libcrypto; the padding is our own, since libcrypto knows
 * blocks of 16 only.
 *
 * An EncodingAESKey is 43 random letters, so its last bits need not be zero: strict
 * decoders of base64 refuse every fourth one.  EVP_DecodeBlock does not look at them.
 */
#include "crypt.h"

#include <heard/error.h>

#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 32, AES_BLOCK = 16, RANDOM = 16, HEAD = RANDOM + 4, CIPHER_MAX = 4 << 20 };

int crypt_init(struct crypt *c, const char *text, struct heard_error *err)
{
	char padded[CRYPT_KEY_TEXT + 1];
	unsigned char bytes[CRYPT_KEY + 1];
	*c = (struct crypt){.is_on = text[0] != '\0'};
	if (!c->is_on)
		return 0;
	if (strlen(text) != CRYPT_KEY_TEXT)
		return heard_fail(err, EINVAL,
				  "aes_key must have 43 letters and digits: copy the "
				  "EncodingAESKey from the platform's page");
	memcpy(padded, text, CRYPT_KEY_TEXT);
	padded[CRYPT_KEY_TEXT] = '=';
	int n = EVP_DecodeBlock(bytes, (const unsigned char *)padded, sizeof(padded));
	memcpy(c->key, bytes, CRYPT_KEY);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(padded, sizeof(padded));
	if (n != (int)sizeof(bytes))
		return heard_fail(err, EINVAL,
				  "aes_key may have letters and digits only: copy the "
				  "EncodingAESKey from the platform's page");
	return 0;
}

void crypt_release(struct crypt *c)
{
	sodium_memzero(c, sizeof(*c));
}

/* Writes as many bytes as it reads; the padding stays. */
static bool decrypt(const struct crypt *c, unsigned char *bytes, size_t n)
{
	int done = 0, rest = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx != NULL &&
		  EVP_DecryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, c->key, c->key) == 1 &&
		  EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		  EVP_DecryptUpdate(ctx, bytes, &done, bytes, (int)n) == 1 &&
		  EVP_DecryptFinal_ex(ctx, bytes + done, &rest) == 1 && (size_t)done == n;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* What is left without the padding, 0 if that is none. */
static size_t unpad(const unsigned char *bytes, size_t n)
{
	unsigned char pad = bytes[n - 1];
	if (pad == 0 || pad > BLOCK || pad > n)
		return 0;
	for (size_t i = n - pad; i < n; i++)
		if (bytes[i] != pad)
			return 0;
	return n - pad;
}

static int take_message(const unsigned char *bytes, size_t n, const char *id,
			struct heard_buf *plain, struct heard_error *err)
{
	static const char damaged[] = "the message does not decrypt: check aes_key";
	if (n < HEAD)
		return heard_fail(err, EBADMSG, damaged);
	const unsigned char *l = bytes + RANDOM;
	size_t len = (size_t)l[0] << 24 | (size_t)l[1] << 16 | (size_t)l[2] << 8 | l[3];
	if (len > n - HEAD)
		return heard_fail(err, EBADMSG, damaged);
	struct heard_str whom = heard_str_n((const char *)bytes + HEAD + len, n - HEAD - len);
	if (!heard_str_is(whom, id))
		return heard_fail(err, EBADMSG,
				  "the message is meant for another account: check app_id");
	heard_buf_add(plain, bytes + HEAD, len);
	return plain->failed ? heard_fail(err, EBADMSG, "the message is too large") : 0;
}

int crypt_open(const struct crypt *c, struct heard_str cipher, const char *id,
	       struct heard_buf *plain, struct heard_error *err)
{
	cipher = heard_str_trim(cipher);
	if (cipher.len == 0 || cipher.len % 4 != 0 || cipher.len > CIPHER_MAX)
		return heard_fail(err, EBADMSG, "what is encrypted is no base64");
	unsigned char *bytes = malloc(cipher.len / 4 * 3 + 1);
	if (bytes == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	int decoded = EVP_DecodeBlock(bytes, (const unsigned char *)cipher.ptr,
				      (int)cipher.len);
	size_t n = decoded < 0 ? 0 : (size_t)decoded;
	for (size_t i = cipher.len; n > 0 && i > cipher.len - 2 && cipher.ptr[i - 1] == '=';
	     i--)
		n--;
	size_t left = n == 0 || n % AES_BLOCK != 0 || !decrypt(c, bytes, n) ? 0
									    : unpad(bytes, n);
	int result = take_message(bytes, left, id, plain, err);
	sodium_memzero(bytes, cipher.len / 4 * 3);
	free(bytes);
	return result;
}
