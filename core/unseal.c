/*
 * unseal.c - what was sealed, opened for the one who must have it.
 *
 * A contact is opened to write to it, a dead letter to be replayed.  The private key is
 * read each time and wiped again: what is not in memory cannot leak from it.  The file
 * is small and local, so this may be done on any loop.
 */
#include "host.h"
#include "seal.h"

#include <heard/answer.h>
#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <sodium.h>

int heard_unseal(const struct heard_host *host, struct heard_str sealed,
		 struct heard_buf *plain, struct heard_error *err)
{
	struct seal_private key;
	const char *file = host->conf->privacy.private_key;
	struct heard_error why = {0};
	if (file == NULL)
		return heard_fail(err, ENOKEY,
				  "it is sealed, and the configuration names no "
				  "privacy.private_key to open it");
	if (seal_private_load(file, &key, &why) != 0)
		return heard_fail(err, ENOKEY, "privacy.private_key: %s", why.text);
	int rc = seal_open(&key, sealed, plain, err);
	sodium_memzero(&key, sizeof(key));
	return rc;
}
