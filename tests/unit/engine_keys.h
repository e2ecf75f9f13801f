/*
 * engine_keys.h - a pair of keys for an engine's privacy, in a folder beside its own.
 */
#ifndef TEST_ENGINE_KEYS_H
#define TEST_ENGINE_KEYS_H

#include "engine.h"
#include "seal.h"

struct engine_keys {
	char folder[96], public_key[112], private_key[112];
};

/* From here on contacts are sealed.  A test that opens them again sets private_key. */
static inline void engine_keys_make(struct engine_keys *k, struct engine *e)
{
	snprintf(k->folder, sizeof(k->folder), "%s.keys", e->folder);
	snprintf(k->public_key, sizeof(k->public_key), "%s/heard.pub", k->folder);
	snprintf(k->private_key, sizeof(k->private_key), "%s/heard.key", k->folder);
	engine_must(mkdir(k->folder, 0700) == 0);
	engine_must(seal_keygen(k->folder, &e->err) == 0);
	e->conf.privacy.public_key = k->public_key;
}

/* Also when none were made. */
static inline void engine_keys_drop(const struct engine_keys *k)
{
	unlink(k->public_key);
	unlink(k->private_key);
	rmdir(k->folder);
}

#endif
