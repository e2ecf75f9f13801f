/*
 * known.c - a file of hashes.
 *
 * Without the file, or with one that cannot be written, mails that are older than
 * `dedupe` may come twice after such a day; that is said, and nothing else suffers.
 */
#include "known.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/buf.h>
#include <heard/host.h>

enum { NAME_BYTES = 8, HEADERS_MAX = 16 * 1024 };

/* ---- what a mail is called */

static bool is_naming(struct heard_str line, bool *is_id)
{
	static const char *const names[] = {"message-id:", "date:", "from:", "subject:"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);
		if (line.len > n && strncasecmp(line.ptr, names[i], n) == 0) {
			*is_id |= i == 0;
			return true;
		}
	}
	return false;
}

static struct heard_str next_line(struct heard_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	size_t n = end ? (size_t)(end - rest->ptr) + 1 : rest->len;
	struct heard_str line = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, n);
	return line;
}

uint64_t known_name(const struct heard_host *host, struct heard_str mail)
{
	struct heard_str rest = mail;
	struct heard_buf b;
	unsigned char hash[32];
	bool is_in = false, has_id = false;
	uint64_t name;
	heard_buf_init(&b, HEADERS_MAX);
	while (rest.len > 0) {
		struct heard_str line = next_line(&rest);
		struct heard_str text = heard_str_trim(line);
		if (text.len == 0)
			break;
		if (line.ptr[0] != ' ' && line.ptr[0] != '\t')
			is_in = is_naming(line, &has_id);
		if (is_in)
			heard_buf_str(&b, text);
	}
	heard_keyed_hash(host, "imap known", has_id && !b.failed ? heard_buf_view(&b) : mail,
			 hash);
	heard_buf_release(&b);
	memcpy(&name, hash, sizeof(name));
	return name;
}

/* ---- the file */

static void complain(struct known *k)
{
	if (!k->has_failed)
		heard_log(k->host, HEARD_WARN,
			  "'%s': %s; should a mailbox be made anew, old mails may come twice",
			  k->path, strerror(errno));
	k->has_failed = true;
}

/* All of them or none: half a name would shift those that follow. */
static bool write_names(struct known *k, const char *path, int flags, const uint64_t *names,
			size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	size_t bytes = n * NAME_BYTES;
	errno = fd < 0 ? errno : ENOSPC; /* a write that is cut short says nothing */
	ssize_t written = end < 0 ? -1 : write(fd, names, bytes);
	bool is_good = written == (ssize_t)bytes;
	if (!is_good)
		complain(k);
	if (written > 0 && !is_good && ftruncate(fd, end) != 0)
		complain(k); /* the next start cuts it */
	if (fd >= 0)
		close(fd);
	return is_good;
}

static uint64_t *read_names(struct known *k, size_t *n)
{
	struct stat st;
	int fd = open(k->path, O_RDONLY | O_CLOEXEC);
	uint64_t *names = NULL;
	*n = 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size >= NAME_BYTES) {
		names = malloc((size_t)st.st_size);
		ssize_t got = names ? read(fd, names, (size_t)st.st_size) : -1;
		*n = got > 0 ? (size_t)got / NAME_BYTES : 0;
	}
	if (fd >= 0)
		close(fd);
	return names;
}

/* Half of the oldest go, so that this is rare; a crash leaves one file or the other. */
static void shrink(struct known *k)
{
	size_t n, keep = (size_t)k->max / 2;
	uint64_t *names = read_names(k, &n);
	char *path = NULL;
	if (names != NULL && n > keep && asprintf(&path, "%s.new", k->path) > 0 &&
	    write_names(k, path, O_TRUNC, names + (n - keep), keep)) {
		if (rename(path, k->path) == 0)
			k->size = (int64_t)keep;
		else
			complain(k);
	}
	free(path);
	free(names);
}

void known_flush(struct known *k)
{
	if (k->n_pending == 0)
		return;
	if (write_names(k, k->path, O_APPEND, k->pending, k->n_pending))
		k->size += (int64_t)k->n_pending;
	k->n_pending = 0;
	if (k->size > k->max)
		shrink(k);
}

void known_add(struct known *k, uint64_t name)
{
	if (k->max == 0)
		return;
	k->pending[k->n_pending++] = name;
	if (k->n_pending == KNOWN_PENDING)
		known_flush(k);
}

/* ---- asking */

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

void known_begin(struct known *k)
{
	if (k->readers++ > 0 || k->max == 0)
		return;
	known_flush(k);
	k->sorted = read_names(k, &k->n_sorted);
	if (k->sorted != NULL)
		qsort(k->sorted, k->n_sorted, NAME_BYTES, compare);
}

void known_end(struct known *k)
{
	if (k->readers == 0 || --k->readers > 0)
		return;
	free(k->sorted);
	k->sorted = NULL;
	k->n_sorted = 0;
}

bool known_has(const struct known *k, uint64_t name)
{
	return k->n_sorted > 0 &&
	       bsearch(&name, k->sorted, k->n_sorted, NAME_BYTES, compare) != NULL;
}

/* ---- life */

void known_open(struct known *k, struct heard_host *host, int64_t max)
{
	struct stat st;
	*k = (struct known){.host = host, .max = max};
	if (max == 0 || asprintf(&k->path, "%s/known", heard_state_folder(host)) < 0) {
		k->path = NULL;
		k->max = 0;
		return;
	}
	if (stat(k->path, &st) == 0)
		k->size = st.st_size / NAME_BYTES;
	/* A write that was cut short would shift all that follow. */
	if (stat(k->path, &st) == 0 && st.st_size % NAME_BYTES != 0 &&
	    truncate(k->path, k->size * NAME_BYTES) != 0)
		complain(k);
}

void known_close(struct known *k)
{
	if (k->path == NULL)
		return;
	known_flush(k);
	free(k->sorted);
	free(k->path);
	*k = (struct known){0};
}
