/*
 * bytes.c - a file that a command was given, whole.
 */
#include "bytes.h"

#include <heard/buf.h>
#include <heard/command.h>
#include <heard/error.h>

#include <errno.h>
#include <string.h>

enum { PIECE = 1 << 16 };

static int read_all(const char *name, FILE *f, struct heard_buf *bytes, struct heard_error *err)
{
	char piece[PIECE];
	size_t n;
	while (!bytes->failed && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		heard_buf_add(bytes, piece, n);
	if (bytes->failed)
		return heard_fail(err, EFBIG, "%s is larger than %zu MB; divide it", name,
				  bytes->cap >> 20);
	return ferror(f) ? heard_fail(err, EIO, "%s cannot be read: %s", name, strerror(errno))
			 : 0;
}

int bytes_read(const char *name, const struct heard_call *call, struct heard_buf *bytes,
	       struct heard_error *err)
{
	bool is_given = strcmp(name, "-") == 0;
	FILE *f = is_given ? call->in : fopen(name, "re");
	if (f == NULL)
		return heard_fail(err, errno, "%s cannot be read: %s", name, strerror(errno));
	int result = read_all(name, f, bytes, err);
	if (!is_given)
		fclose(f);
	return result;
}
