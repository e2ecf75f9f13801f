/*
 * files.c - files of attachments go when the last record that named them was erased.
 *
 * The store knows their names (its attachment.c); the core removes them, unless a record
 * that names the same file again may be on its way: then it is asked again a minute later.
 * Only the daemon does this, at home, where records are written: between the question
 * whether anybody names a file and its end nobody can begin to.  `heard tickets erase`
 * leaves it to us, if need be until the next start.
 */
#include "tickets.h"

#include <heard/blob.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 16 };

struct files {
	struct tickets *owner;
	bool is_walking;
	char names[STEP][HEARD_BLOB_NAME];
	size_t n;
	char after[HEARD_BLOB_NAME]; /* the place of the walk */
};

static void keep_name(void *arg, struct heard_str sha256)
{
	struct files *files = arg;
	snprintf(files->names[files->n++], HEARD_BLOB_NAME, "%.*s", HEARD_ARG(sha256));
}

/* The names of those that are gone. */
static size_t drop_all(struct files *files, struct heard_str gone[STEP])
{
	size_t n = 0;
	struct heard_error err;
	struct heard_host *host = files->owner->host;
	for (size_t i = 0; i < files->n; i++) {
		int result = heard_blob_drop(host, heard_str(files->names[i]), &err);
		if (result == 0)
			gone[n++] = heard_str(files->names[i]);
		else if (result != -EAGAIN)
			heard_log(host, HEARD_WARN,
				  "a file nobody names is not removed: %s; trying again",
				  err.text);
	}
	return n;
}

static int step(struct files *files, struct heard_error *err)
{
	struct store *store = files->owner->store;
	struct heard_str gone[STEP];
	files->n = 0;
	if (store_gone(store, heard_str(files->after), STEP, keep_name, files, err))
		return -err->code;
	size_t n = drop_all(files, gone);
	if (store_gone_done(store, gone, n, err))
		return -err->code;
	if (n > 0)
		heard_log(files->owner->host, HEARD_INFO,
			  "%zu attachments that no record names any more were removed", n);
	files->is_walking = files->n == STEP;
	if (files->n > 0)
		memcpy(files->after, files->names[files->n - 1], HEARD_BLOB_NAME);
	return 0;
}

void files_begin(struct files *files)
{
	files->is_walking = true;
	files->after[0] = '\0';
}

int files_run(struct files *files, bool *more, struct heard_error *err)
{
	if (files->is_walking && step(files, err))
		return -err->code;
	*more = files->is_walking;
	return 0;
}

struct files *files_create(struct tickets *owner)
{
	struct files *files = calloc(1, sizeof(*files));
	if (files)
		files->owner = owner;
	return files;
}

void files_destroy(struct files *files)
{
	free(files);
}
