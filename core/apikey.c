/*
 * apikey.c - API keys.
 *
 * A key is "heard_" and 32 random bytes as base64url.  It has 256 bits of
 * randomness, so one fast hash is enough to store it: a slow, salted one
 * protects secrets that can be guessed.  The prefix lets secret scanners find
 * a key that was published by mistake.
 */
#include "apikey.h"

#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define PREFIX "heard_"
#define METHOD ":blake2b:"

static void key_hash(struct heard_str key, unsigned char out[APIKEY_HASH])
{
	crypto_generichash(out, APIKEY_HASH, (const unsigned char *)key.ptr, key.len, NULL, 0);
}

static bool name_is_good(struct heard_str name)
{
	if (name.len == 0 || name.len >= APIKEY_NAME)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static int line_parse(const char *line, struct apikey *out)
{
	const char *method = strstr(line, METHOD);
	if (method == NULL)
		return -EINVAL;
	struct heard_str name = heard_str_n(line, (size_t)(method - line));
	const char *hex = method + strlen(METHOD);
	size_t n = 0;
	if (!name_is_good(name) || strlen(hex) != 2 * APIKEY_HASH ||
	    sodium_hex2bin(out->hash, APIKEY_HASH, hex, strlen(hex), NULL, &n, NULL) != 0 ||
	    n != APIKEY_HASH)
		return -EINVAL;
	memcpy(out->name, name.ptr, name.len);
	out->name[name.len] = '\0';
	return 0;
}

int apikeys_init(struct apikeys *keys, const struct heard_list *lines, struct heard_error *err)
{
	*keys = (struct apikeys){0};
	if (lines == NULL || lines->n == 0)
		return 0;
	keys->at = calloc(lines->n, sizeof(*keys->at));
	if (keys->at == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < lines->n; i++) {
		/* The line is not quoted: somebody may have put the key itself there. */
		if (line_parse(lines->at[i], &keys->at[i]) < 0) {
			apikeys_release(keys);
			return heard_fail(err, EINVAL,
					  "api_keys: entry %zu is not a line as `heard keygen "
					  "--api NAME` prints it (name" METHOD "64 hex digits)",
					  i + 1);
		}
		keys->n++;
	}
	return 0;
}

void apikeys_release(struct apikeys *keys)
{
	free(keys->at);
	*keys = (struct apikeys){0};
}

const char *apikeys_find(const struct apikeys *keys, struct heard_str key)
{
	unsigned char hash[APIKEY_HASH];
	const char *found = NULL;
	if (key.len == 0)
		return NULL;
	key_hash(key, hash);
	for (size_t i = 0; i < keys->n; i++)
		if (sodium_memcmp(hash, keys->at[i].hash, APIKEY_HASH) == 0)
			found = keys->at[i].name;
	return found;
}

int apikey_make(const char *name, char key[APIKEY_TEXT], char line[APIKEY_LINE],
		struct heard_error *err)
{
	unsigned char random[32], hash[APIKEY_HASH];
	char hex[2 * APIKEY_HASH + 1];

	if (sodium_init() < 0)
		return heard_fail(err, EIO, "no source of randomness");
	if (!name_is_good(heard_str(name)))
		return heard_fail(err, EINVAL,
				  "\"%s\" cannot name a key: use 1 to %d letters, digits, '.', "
				  "'_' and '-'",
				  name, APIKEY_NAME - 1);
	randombytes_buf(random, sizeof(random));
	memcpy(key, PREFIX, strlen(PREFIX));
	sodium_bin2base64(key + strlen(PREFIX), APIKEY_TEXT - strlen(PREFIX), random,
			  sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	key_hash(heard_str(key), hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(line, APIKEY_LINE, "%s" METHOD "%s", name, hex);
	sodium_memzero(random, sizeof(random));
	return 0;
}
