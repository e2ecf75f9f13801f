/*
 * apikey.h - keys for HTTP routes: made once, shown once, stored as a hash.
 */
#ifndef CORE_APIKEY_H
#define CORE_APIKEY_H

#include <heard/plugin.h>

#include <stdbool.h>

struct heard_error;

#define APIKEY_HASH 32 /* BLAKE2b-256 of the key           */
#define APIKEY_NAME 64 /* the longest name, and a NUL      */
#define APIKEY_TEXT 64 /* room for a key as text           */
#define APIKEY_LINE (APIKEY_NAME + 8 + 2 * APIKEY_HASH + 1)

struct apikey {
	char name[APIKEY_NAME];
	unsigned char hash[APIKEY_HASH];
};
struct apikeys {
	struct apikey *at;
	size_t n;
};

/* Lines "name:blake2b:<64 hex digits>".  0, or -errno with a sentence. */
int apikeys_init(struct apikeys *, const struct heard_list *lines, struct heard_error *);
void apikeys_release(struct apikeys *);
/* The name the key belongs to, or NULL.  Takes as long for any wrong key. */
const char *apikeys_find(const struct apikeys *, struct heard_str key);
/* For `heard keygen --api NAME`: a new key, and the line that goes into the
 * config.  0, or -EINVAL if the name is not 1 to 63 of [A-Za-z0-9._-]. */
int apikey_make(const char *name, char key[APIKEY_TEXT], char line[APIKEY_LINE],
		struct heard_error *);

#endif
