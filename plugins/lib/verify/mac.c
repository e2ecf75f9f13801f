/*
 * mac.c - the sums that signatures are made of: HMAC-SHA256, and WeChat's SHA-1.
 */
#include "verify.h"

#include <openssl/evp.h>
#include <sodium.h>

enum { MAX_PARTS = 8, SHA1 = 20 };

bool verify_equal(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}

static int before(struct heard_str a, struct heard_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return order ? order < 0 : a.len < b.len;
}

void verify_sha1_sorted(const struct heard_str *parts, size_t n, char hex[41])
{
	struct heard_str sorted[MAX_PARTS];
	unsigned char sum[EVP_MAX_MD_SIZE] = {0};
	EVP_MD_CTX *sha1 = EVP_MD_CTX_new();
	bool is_good = sha1 && n <= MAX_PARTS && EVP_DigestInit_ex(sha1, EVP_sha1(), NULL);
	hex[0] = '\0';
	for (size_t i = 0; is_good && i < n; i++) {
		size_t at = i;
		for (; at && before(parts[i], sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = parts[i];
	}
	for (size_t i = 0; is_good && i < n; i++)
		is_good = EVP_DigestUpdate(sha1, sorted[i].ptr, sorted[i].len);
	if (is_good && EVP_DigestFinal_ex(sha1, sum, NULL))
		sodium_bin2hex(hex, 41, sum, SHA1);
	EVP_MD_CTX_free(sha1);
}

void verify_hmac(struct heard_str key, const struct heard_str *parts, size_t n,
		 unsigned char mac[VERIFY_MAC])
{
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
	for (size_t i = 0; i < n; i++)
		crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].ptr,
					      parts[i].len);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
}

void verify_hmac_hex(struct heard_str key, struct heard_str message, char hex[VERIFY_HEX])
{
	unsigned char mac[VERIFY_MAC];
	verify_hmac(key, &message, 1, mac);
	sodium_bin2hex(hex, VERIFY_HEX, mac, sizeof(mac));
}

void verify_hmac_base64(struct heard_str key, struct heard_str message,
			char base64[VERIFY_BASE64])
{
	unsigned char mac[VERIFY_MAC];
	verify_hmac(key, &message, 1, mac);
	sodium_bin2base64(base64, VERIFY_BASE64, mac, sizeof(mac),
			  sodium_base64_VARIANT_ORIGINAL);
}
