/*
 * keys_files.c - whole keys, in files by number: written before their group,
 * synced some time after it.
 *
 * keys-<first number in hex>: a header of 64 bytes, then entries of 44: key 16,
 * id 16, digest 8, CRC-32C 4.  A file takes keys for an eighth of `dedupe`, and
 * goes when all in it are older than that.
 *
 * Invariants: files stand in the order of their first numbers, and where two
 * overlap the later one is right.  Nobody waits for a sync here: what was not
 * synced at a crash is made again from the frames, and after a sync that failed
 * it is written to another file (keys_rescue), as the first one's pages may
 * look clean and be lost.
 */
#include "keys_private.h"

#include "hash.h"
#include "journal_io.h"
#include "log.h"
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEADER = 64,
	ROTATIONS = 8, /* files in one dedupe_ms */
	NAME = 40,
};
#define MAGIC "heardkey1\n"

/* ---- entries */

void keys_entry_put(unsigned char *e, const unsigned char *key, const unsigned char *id,
		    uint64_t digest)
{
	memcpy(e, key, 16);
	memcpy(e + 16, id, 16);
	wire_put64(e + 32, digest);
	wire_put32(e + 40, hash_crc32c(0, e, 40));
}

static bool entry_is_sound(const unsigned char *e)
{
	return wire_get32(e + 40) == hash_crc32c(0, e, 40);
}

static off_t place_in(const struct keys_file *f, uint64_t number)
{
	return (off_t)(HEADER + (number - f->first) * KEYS_ENTRY);
}

static const struct keys_file *file_of(const struct keys *k, uint64_t number)
{
	for (size_t i = k->n_files; i-- > 0;)
		if (k->files[i].first <= number)
			return &k->files[i];
	return NULL;
}

/* Where the numbers of file i end. */
static uint64_t file_end(const struct keys *k, size_t i)
{
	return i + 1 < k->n_files ? k->files[i + 1].first : k->committed;
}

bool keys_entry_read(const struct keys *k, uint64_t number, unsigned char e[KEYS_ENTRY])
{
	if (number >= k->committed) {
		memcpy(e, k->pending + (number - k->committed) * KEYS_ENTRY, KEYS_ENTRY);
		return true;
	}
	const struct keys_file *f = file_of(k, number);
	return f && pread(f->fd, e, KEYS_ENTRY, place_in(f, number)) == KEYS_ENTRY &&
	       entry_is_sound(e);
}

/* ---- writing */

static void file_name(uint64_t first, const char *suffix, char out[NAME])
{
	snprintf(out, NAME, "keys-%016" PRIx64 "%s", first, suffix);
}

static void file_drop(struct keys *k, size_t i)
{
	char name[NAME];

	file_name(k->files[i].first, "", name);
	unlinkat(k->options.folder, name, 0);
	close(k->files[i].fd);
	k->n_files--;
	memmove(k->files + i, k->files + i + 1, (k->n_files - i) * sizeof(*k->files));
}

static int files_add(struct keys *k, struct keys_file f)
{
	struct keys_file *more = realloc(k->files, (k->n_files + 1) * sizeof(*more));

	if (more == NULL)
		return -ENOMEM;
	k->files = more;
	size_t i = k->n_files++;
	for (; i > 0 && more[i - 1].first > f.first; i--)
		more[i] = more[i - 1];
	more[i] = f;
	return 0;
}

static int file_make(struct keys *k, uint64_t first, int64_t now_ms, const char *name,
		     struct keys_file *f)
{
	unsigned char head[HEADER] = MAGIC;

	*f = (struct keys_file){.first = first, .created_ms = now_ms};
	f->fd = openat(k->options.folder, name,
		       O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0)
		return -errno;
	wire_put64(head + 16, first);
	wire_put64(head + 24, (uint64_t)now_ms);
	wire_put32(head + 60, hash_crc32c(0, head, 60));
	int r = journal_io_write_bytes(k->options.io, f->fd, head, sizeof(head), 0);
	if (r != 0) {
		close(f->fd);
		unlinkat(k->options.folder, name, 0);
	}
	return r;
}

static void have_synced(struct keys *k, const struct keys_file *f, uint64_t upto)
{
	int fd = dup(f->fd);

	if (fd >= 0)
		k->options.sync(k->options.arg, fd, upto);
}

/* A new file if there is none, or the last one has had its time. */
static int file_rotate(struct keys *k, int64_t now_ms)
{
	struct keys_file *last = k->n_files ? &k->files[k->n_files - 1] : NULL, f;
	char name[NAME];

	if (last && (now_ms - last->created_ms <= k->options.dedupe_ms / ROTATIONS ||
		     last->first == k->committed))
		return 0;
	file_name(k->committed, "", name);
	int r = file_make(k, k->committed, now_ms, name, &f);
	if (r != 0)
		return r;
	if (last)
		have_synced(k, last, k->committed);
	r = files_add(k, f);
	if (r != 0)
		close(f.fd);
	return r;
}

int keys_write(struct keys *k, int64_t now_ms)
{
	if (k->n_pending == 0)
		return 0;
	int r = file_rotate(k, now_ms);
	if (r != 0)
		return r;
	const struct keys_file *f = &k->files[k->n_files - 1];
	return journal_io_write_bytes(k->options.io, f->fd, k->pending,
				      k->n_pending * KEYS_ENTRY, place_in(f, k->committed));
}

void keys_seal(struct keys *k)
{
	if (k->n_files)
		have_synced(k, &k->files[k->n_files - 1], k->committed);
	else
		k->options.sync(k->options.arg, -1, k->committed);
}

void keys_expire(struct keys *k, int64_t now_ms)
{
	while (k->n_files > 1 && now_ms - k->files[1].created_ms > k->options.dedupe_ms) {
		k->oldest = k->files[1].first;
		file_drop(k, 0);
	}
}

static bool is_hole(const struct keys *k, uint64_t number)
{
	for (size_t i = 0; i < k->n_holes; i++)
		if (number >= k->holes[i].from && number < k->holes[i].to)
			return true;
	return false;
}

/* 1: in e; 0: nothing was ever written there; -EBADMSG: it was, and the disk
 * lost it; -errno. */
static int entry_for_rescue(const struct keys *k, uint64_t number, unsigned char e[KEYS_ENTRY])
{
	const struct keys_file *f = file_of(k, number);

	if (is_hole(k, number))
		return 0;
	ssize_t got = f ? pread(f->fd, e, KEYS_ENTRY, place_in(f, number)) : 0;
	if (got < 0)
		return -errno;
	return got == KEYS_ENTRY && entry_is_sound(e) ? 1 : -EBADMSG;
}

/* Copies numbers [from, committed) into f: all of them, or it is no rescue. */
static int copy_into(struct keys *k, const struct keys_file *f, uint64_t from)
{
	unsigned char e[KEYS_ENTRY];
	int r = 0;

	for (uint64_t n = from; n < k->committed && r == 0; n++) {
		r = entry_for_rescue(k, n, e);
		if (r == 1)
			r = journal_io_write_bytes(k->options.io, f->fd, e, sizeof(e),
						   place_in(f, n));
	}
	return r;
}

int keys_rescue(struct keys *k, uint64_t synced, int64_t now_ms)
{
	char name[NAME], unfinished[NAME];
	struct keys_file f;

	if (synced < k->oldest)
		synced = k->oldest;
	file_name(synced, "", name);
	file_name(synced, ".new", unfinished);
	int r = file_make(k, synced, now_ms, unfinished, &f);
	if (r != 0)
		return r;
	r = copy_into(k, &f, synced);
	if (r == 0 && k->options.io->fdatasync(f.fd) != 0)
		r = -errno;
	if (r == 0 &&
	    k->options.io->renameat(k->options.folder, unfinished, k->options.folder, name))
		r = -errno;
	if (r != 0) {
		close(f.fd);
		unlinkat(k->options.folder, unfinished, 0);
		return r;
	}
	while (k->n_files && k->files[k->n_files - 1].first > synced)
		file_drop(k, k->n_files - 1);
	if (k->n_files && k->files[k->n_files - 1].first == synced) {
		close(k->files[k->n_files - 1].fd); /* its name is the new one's now */
		k->n_files--;
	}
	r = files_add(k, f);
	if (r == 0)
		keys_seal(k);
	return r;
}

/* ---- loading */

static bool file_read_header(int fd, struct keys_file *f)
{
	unsigned char head[HEADER];

	if (pread(fd, head, sizeof(head), 0) != HEADER ||
	    memcmp(head, MAGIC, sizeof(MAGIC)) != 0 ||
	    wire_get32(head + 60) != hash_crc32c(0, head, 60))
		return false;
	*f = (struct keys_file){wire_get64(head + 16), fd, (int64_t)wire_get64(head + 24)};
	return true;
}

static int file_load(struct keys *k, const char *name)
{
	struct keys_file f;
	int fd = openat(k->options.folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	if (strlen(name) != 21 || !file_read_header(fd, &f)) {
		log_line(HEARD_WARN, "journal",
			 "%s is damaged or unfinished: removed; its redelivery keys are "
			 "forgotten",
			 name);
		close(fd);
		unlinkat(k->options.folder, name, 0);
		return 0;
	}
	int r = files_add(k, f);
	if (r != 0)
		close(fd);
	return r;
}

static int list(struct keys *k)
{
	struct dirent *e;
	int r = 0, fd = openat(k->options.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	while (r == 0 && (e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, "keys-", 5) == 0)
			r = file_load(k, e->d_name);
	closedir(dir);
	return r;
}

/* Drop what is not trusted; `committed` becomes the end of what is left. */
static void cut(struct keys *k, uint64_t trusted)
{
	struct stat st;

	while (k->n_files && k->files[k->n_files - 1].first >= trusted)
		file_drop(k, k->n_files - 1);
	k->committed = k->oldest = 1;
	if (k->n_files == 0)
		return; /* the frames that are left will tell */
	const struct keys_file *last = &k->files[k->n_files - 1];
	uint64_t n = 0;
	if (fstat(last->fd, &st) == 0 && st.st_size > HEADER)
		n = ((uint64_t)st.st_size - HEADER) / KEYS_ENTRY;
	k->committed = last->first + n < trusted ? last->first + n : trusted;
	k->oldest = k->files[0].first;
}

static int load_file(struct keys *k, size_t i, unsigned char *chunk)
{
	const struct keys_file *f = &k->files[i];
	uint64_t end = file_end(k, i);
	int r = 0;

	for (uint64_t n = f->first; n < end && r == 0;) {
		size_t want = end - n < KEYS_CHUNK ? (size_t)(end - n) : KEYS_CHUNK;
		ssize_t got = pread(f->fd, chunk, want * KEYS_ENTRY, place_in(f, n));
		if (got < 0)
			return -errno;
		if (got < KEYS_ENTRY)
			break; /* a hole at its end */
		for (size_t j = 0; j < (size_t)got / KEYS_ENTRY && r == 0; j++)
			if (entry_is_sound(chunk + j * KEYS_ENTRY))
				r = keys_table_add(k, chunk + j * KEYS_ENTRY, n + j);
		n += (size_t)got / KEYS_ENTRY;
	}
	return r;
}

static int load_all(struct keys *k)
{
	unsigned char *chunk = malloc((size_t)KEYS_CHUNK * KEYS_ENTRY);
	int r = chunk ? 0 : -ENOMEM;

	for (size_t i = 0; i < k->n_files && r == 0; i++)
		r = load_file(k, i, chunk);
	free(chunk);
	return r;
}

int keys_files_load(struct keys *k, uint64_t trusted)
{
	int r = list(k);

	if (r != 0)
		return r;
	cut(k, trusted);
	keys_expire(k, k->options.now_ms);
	return load_all(k);
}

void keys_files_close(struct keys *k)
{
	for (size_t i = 0; i < k->n_files; i++)
		close(k->files[i].fd);
	free(k->files);
}
