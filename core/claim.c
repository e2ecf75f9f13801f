/*
 * claim.c - two instances must not write to one place.
 *
 * Places are compared as the folder's real path and the last part, so that
 * "x/../out" and "out" are one.  A folder that is not there yet is taken as
 * written.
 */
#include "claim.h"

#include "daemon.h"

#include <heard/error.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
	struct claim *next;
	const struct heard_host *host;
	char place[];
};

static void claim_place(const char *path, char out[2 * PATH_MAX])
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	const char *found = realpath(folder[0] ? folder : "/", real);
	snprintf(out, 2 * PATH_MAX, "%s/%s", found ? found : folder, slash ? slash + 1 : path);
}

int heard_claim(struct heard_host *host, const char *path, struct heard_error *err)
{
	char place[2 * PATH_MAX];
	if (host->daemon == NULL)
		return 0; /* a command's process writes beside the daemon, by the plugin's own
			     rules */
	claim_place(path, place);
	for (const struct claim *c = host->daemon->claims; c != NULL; c = c->next)
		if (c->host != host && strcmp(c->place, place) == 0)
			return heard_fail(err, EBUSY,
					  "%s is written by \"%s\" already; give each its own",
					  path, c->host->full_name);
	struct claim *c = malloc(sizeof(*c) + strlen(place) + 1);
	if (c == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	c->host = host;
	memcpy(c->place, place, strlen(place) + 1);
	c->next = host->daemon->claims;
	host->daemon->claims = c;
	return 0;
}

void claims_free(struct claim *c)
{
	while (c != NULL) {
		struct claim *next = c->next;
		free(c);
		c = next;
	}
}
