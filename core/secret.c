/*
 * secret.c - replace ${env:...}, ${file:...} and ${cred:...}.
 *
 * Values end up in C strings, so one that holds a NUL is refused and not cut.
 * A file must be a regular one: opening a FIFO or a device by mistake would
 * hang the start.  The copy read from a file is wiped; the one in `out` is the
 * caller's to wipe.
 */
#include "secret.h"

#include "option.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = PATH_MAX - 1 };

static int add_env(const char *name, struct heard_buf *out, struct heard_error *err)
{
	const char *value = getenv(name);
	if (value == NULL)
		return heard_fail(err, ENOENT, "${env:%s}: the environment has no %s", name,
				  name);
	heard_buf_puts(out, value);
	return 0;
}

/* Bytes of the file, or -errno; one more than the limit if it is longer. */
static ssize_t read_regular(const char *path, char bytes[SECRET_FILE_MAX + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	struct stat st;
	ssize_t n = 0, got = 0;
	if (fstat(fd, &st) < 0)
		n = -errno;
	else if (!S_ISREG(st.st_mode))
		n = S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
	while (n >= 0 && n <= SECRET_FILE_MAX) {
		got = read(fd, bytes + n, (size_t)(SECRET_FILE_MAX + 1 - n));
		if (got <= 0)
			break;
		n += got;
	}
	if (got < 0)
		n = -errno;
	close(fd);
	return n;
}

static size_t without_final_newline(const char *bytes, size_t n)
{
	if (n && bytes[n - 1] == '\n')
		n--;
	if (n && bytes[n - 1] == '\r')
		n--;
	return n;
}

static int add_file(const char *as_written, const char *path, struct heard_buf *out,
		    struct heard_error *err)
{
	char bytes[SECRET_FILE_MAX + 1];
	ssize_t n = read_regular(path, bytes);
	int rc = 0;
	if (n == -ENOTSUP)
		rc = heard_fail(err, EINVAL, "${%s}: %s is not a regular file", as_written,
				path);
	else if (n < 0)
		rc = heard_fail(err, (int)-n, "${%s}: cannot read %s: %s", as_written, path,
				strerror((int)-n));
	else if (n > SECRET_FILE_MAX)
		rc = heard_fail(err, EFBIG, "${%s}: %s is longer than 64 KiB", as_written,
				path);
	else if (memchr(bytes, '\0', (size_t)n))
		rc = heard_fail(err, EINVAL, "${%s}: %s holds a NUL byte", as_written, path);
	else
		heard_buf_add(out, bytes, without_final_newline(bytes, (size_t)n));
	sodium_memzero(bytes, sizeof bytes);
	return rc;
}

static int add_file_beside(const char *folder, const char *as_written, const char *path,
			   struct heard_buf *out, struct heard_error *err)
{
	char full[PATH_MAX];
	int n = path[0] == '/' ? snprintf(full, sizeof full, "%s", path)
			       : snprintf(full, sizeof full, "%s/%s", folder, path);
	if (n < 0 || (size_t)n >= sizeof full)
		return heard_fail(err, ENAMETOOLONG, "${%s}: the path is too long", as_written);
	return add_file(as_written, full, out, err);
}

static int add_credential(const char *as_written, const char *name, struct heard_buf *out,
			  struct heard_error *err)
{
	if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return heard_fail(err, EINVAL, "${%s}: a credential is a name, not a path",
				  as_written);
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	if (folder == NULL || folder[0] == '\0')
		return heard_fail(err, ENOENT,
				  "${%s}: $CREDENTIALS_DIRECTORY is not set; credentials come "
				  "from systemd's LoadCredential=",
				  as_written);
	return add_file_beside(folder, as_written, name, out, err);
}

/* Says no more of the text than the source's name: it may be a password that
 * happens to hold "${". */
static int unknown_source(const char *reference, struct heard_error *err)
{
	static const char *const sources[] = {"env", "file", "cred", NULL};
	char word[16];
	snprintf(word, sizeof word, "%.*s", (int)strcspn(reference, ":"), reference);
	const char *near = suggest(word, sources);
	if (near)
		return heard_fail(err, EINVAL,
				  "unknown source \"${%s\"; did you mean \"${%s:\"?", word,
				  near);
	return heard_fail(err, EINVAL,
			  "\"${\" must begin ${env:NAME}, ${file:PATH} or ${cred:NAME}; "
			  "a plain \"${\" is written \"$${\"");
}

/* `reference` is what stands between ${ and }. */
static int add_value(const char *reference, const char *folder, struct heard_buf *out,
		     struct heard_error *err)
{
	const char *colon = strchr(reference, ':');
	const char *name = colon ? colon + 1 : "";
	if (colon && name[0] == '\0')
		return heard_fail(err, EINVAL, "${%s} names nothing", reference);
	if (strncmp(reference, "env:", 4) == 0)
		return add_env(name, out, err);
	if (strncmp(reference, "file:", 5) == 0)
		return add_file_beside(folder, reference, name, out, err);
	if (strncmp(reference, "cred:", 5) == 0)
		return add_credential(reference, name, out, err);
	return unknown_source(reference, err);
}

int secret_expand(const char *text, const char *config_folder, struct heard_buf *out,
		  struct heard_error *err)
{
	for (const char *dollar; (dollar = strstr(text, "${"));) {
		if (dollar > text && dollar[-1] == '$') {
			heard_buf_add(out, text, (size_t)(dollar - 1 - text));
			heard_buf_puts(out, "${");
			text = dollar + 2;
			continue;
		}
		heard_buf_add(out, text, (size_t)(dollar - text));
		const char *end = strchr(dollar, '}');
		if (end == NULL || end - dollar > NAME_MAX_BYTES)
			return heard_fail(err, EINVAL,
					  "\"${\" without its \"}\"; a plain \"${\" is written "
					  "\"$${\"");
		char reference[PATH_MAX];
		size_t len = (size_t)(end - dollar - 2);
		memcpy(reference, dollar + 2, len);
		reference[len] = '\0';
		int rc = add_value(reference, config_folder, out, err);
		if (rc < 0)
			return rc;
		text = end + 1;
	}
	heard_buf_puts(out, text);
	return out->failed ? heard_fail(err, EFBIG, "the text is too long") : 0;
}
