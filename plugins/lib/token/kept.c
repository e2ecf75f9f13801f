/*
 * kept.c - the newest refresh token, in a file of the instance's state folder.
 *
 * Many servers answer with a new refresh token, and some take the old one no more.  So
 * the new one has to outlive the process.  Its file (mode 600, in a folder of mode 700)
 * is named by a keyed hash of the one in the configuration and of what that is for: one
 * that an operator puts there anew has no file yet, and is what counts.
 *
 * The file is put in place whole; a crash leaves the old or the new one.
 */
#include "kept.h"

#include "token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <heard/error.h>
#include <heard/file.h>
#include <heard/host.h>

enum { PATH_SIZE = 4096, TEXT_MAX = 16 * 1024, NAME_BYTES = 8 };

void kept_wipe(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static int make_path(struct heard_host *host, const struct token_options *o,
		     char path[PATH_SIZE])
{
	char *what = NULL;
	unsigned char hash[32];
	int n = asprintf(&what, "%s\n%s\n%s", o->url, o->client_id, o->refresh_token);
	if (n < 0)
		return -ENOMEM;
	heard_keyed_hash(host, "refresh token", heard_str_n(what, (size_t)n), hash);
	kept_wipe(&what);
	n = snprintf(path, PATH_SIZE, "%s/refresh-", heard_state_folder(host));
	for (size_t i = 0; i < NAME_BYTES && n < PATH_SIZE; i++)
		n += snprintf(path + n, (size_t)(PATH_SIZE - n), "%02x", hash[i]);
	return n < PATH_SIZE ? 0 : -ENAMETOOLONG;
}

char *kept_load(struct heard_host *host, const struct token_options *o)
{
	char path[PATH_SIZE];
	char *text = calloc(1, TEXT_MAX + 1);
	int fd = text && make_path(host, o, path) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd >= 0 ? read(fd, text, TEXT_MAX) : 0;
	if (fd >= 0)
		close(fd);
	if (n <= 0 || strlen(text) != (size_t)n)
		kept_wipe(&text);
	return text;
}

int kept_save(struct heard_host *host, const struct token_options *o, struct heard_str text,
	      struct heard_error *err)
{
	char path[PATH_SIZE];
	int failed = text.len > TEXT_MAX ? EFBIG : -make_path(host, o, path);
	return failed ? heard_fail(err, failed, "%s", strerror(failed))
		      : heard_file_replace(path, 0600, text, err);
}
