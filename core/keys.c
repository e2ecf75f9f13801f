/*
 * keys.c - eight bytes of memory a key, the rest in files.
 *
 * The table is cut into SUBS small open-addressing tables, so that growing one
 * moves a few hundred slots and never stalls a commit.  A slot holds 32 bits
 * of a keyed hash and the low 32 bits of the key's number.  A hit is checked
 * against the whole entry, read from the file (or from the pending ones), so
 * a slot may be stale: it then names another key, and matches nothing.  That
 * is why forgetting costs nothing: pending keys of a failed group and keys of
 * dropped files just fall out of the range of live numbers, and their slots
 * are taken over by the next key that passes.
 *
 * Files: keys-<first number in hex>, a header of 64 bytes, then entries of 44:
 * key 16, id 16, digest 8, CRC-32C 4.  Where two files overlap, the one with
 * the greater first number is right.  What was not yet synced at a crash is
 * made again from the frames.
 */
#include "keys.h"

#include "hash.h"
#include "journal_io.h"
#include "log.h"
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>

enum {
	SUB_BITS = 11,
	SUBS = 1 << SUB_BITS,
	FIRST_SIZE = 12,
	HEADER = 64,
	ROTATIONS = 8, /* files in one dedupe_ms */
	NAME = 40,
	CHUNK = 4096, /* entries read at a time */
};
#define MAGIC "heardkey1\n"

struct slot {
	uint32_t print, number; /* print is never 0 in use */
};
struct sub {
	struct slot *slots;
	uint32_t size, used;
};
struct file {
	uint64_t first;
	int fd;
	int64_t created_ms;
};

struct keys {
	struct keys_options options;
	uint64_t secret[2]; /* of the table's hash */
	struct sub subs[SUBS];
	struct file *files; /* by first, rising */
	size_t n_files;
	uint64_t oldest;    /* numbers below are forgotten */
	uint64_t committed; /* numbers from here on are pending */
	unsigned char *pending;
	size_t n_pending, size_pending;
};

/* ---- entries */

static void entry_put(unsigned char *e, const unsigned char *key, const unsigned char *id,
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

static off_t place_in(const struct file *f, uint64_t number)
{
	return (off_t)(HEADER + (number - f->first) * KEYS_ENTRY);
}

static const struct file *file_of(const struct keys *k, uint64_t number)
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

static bool entry_read(const struct keys *k, uint64_t number, unsigned char e[KEYS_ENTRY])
{
	if (number >= k->committed) {
		memcpy(e, k->pending + (number - k->committed) * KEYS_ENTRY, KEYS_ENTRY);
		return true;
	}
	const struct file *f = file_of(k, number);
	return f && pread(f->fd, e, KEYS_ENTRY, place_in(f, number)) == KEYS_ENTRY &&
	       entry_is_sound(e);
}

/* ---- the table */

static uint64_t keyed_hash(const struct keys *k, const unsigned char *key)
{
	unsigned __int128 m = (unsigned __int128)(wire_get64(key) ^ k->secret[0]) *
			      (wire_get64(key + 8) ^ k->secret[1]);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static struct sub *sub_of(struct keys *k, uint64_t hash)
{
	return &k->subs[hash >> (64 - SUB_BITS)];
}

static uint32_t print_of(uint64_t hash)
{
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

static uint32_t home_of(const struct sub *s, uint32_t print)
{
	return (uint32_t)(((uint64_t)print * s->size) >> 32);
}

static uint64_t whole_number(const struct keys *k, uint32_t number)
{
	return k->oldest + (uint32_t)(number - (uint32_t)k->oldest);
}

static bool is_live(const struct keys *k, const struct slot *s)
{
	return whole_number(k, s->number) < keys_next(k);
}

static void sub_put(struct sub *s, struct slot slot)
{
	uint32_t i = home_of(s, slot.print);

	while (s->slots[i].print)
		i = i + 1 < s->size ? i + 1 : 0;
	s->slots[i] = slot;
	s->used++;
}

/* Make room for one more: larger by half what is live, without what is not.
 * The first sizes differ, so that not all of them grow at the same time. */
static bool sub_grow(const struct keys *k, struct sub *s)
{
	uint32_t n_live = 0, stagger = (uint32_t)(s - k->subs) % FIRST_SIZE;

	for (uint32_t i = 0; i < s->size; i++)
		n_live += s->slots[i].print && is_live(k, &s->slots[i]);
	struct sub grown = {.size = FIRST_SIZE + stagger + n_live * 15 / 8};
	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return s->used + 1 < s->size; /* fuller, slower, still right */
	for (uint32_t i = 0; i < s->size; i++)
		if (s->slots[i].print && is_live(k, &s->slots[i]))
			sub_put(&grown, s->slots[i]);
	free(s->slots);
	*s = grown;
	return true;
}

static bool sub_has_room(const struct sub *s)
{
	return (s->used + 1) * 5 <= s->size * 4;
}

/* Looks for the key; *free_r is where it would go. */
static bool find(const struct keys *k, struct sub *s, uint32_t print, const unsigned char *key,
		 unsigned char e[KEYS_ENTRY], struct slot **free_r)
{
	struct slot *free_slot = NULL;
	uint32_t i = home_of(s, print);

	for (; s->slots[i].print; i = i + 1 < s->size ? i + 1 : 0) {
		struct slot *at = &s->slots[i];
		if (!is_live(k, at)) {
			if (free_slot == NULL)
				free_slot = at;
		} else if (at->print == print &&
			   entry_read(k, whole_number(k, at->number), e) &&
			   memcmp(e, key, KEYS_KEY) == 0) {
			return true;
		}
	}
	*free_r = free_slot ? free_slot : &s->slots[i];
	return false;
}

static bool pending_add(struct keys *k, const unsigned char *key, const unsigned char *id,
			uint64_t digest)
{
	if (k->n_pending == k->size_pending) {
		size_t size = k->size_pending ? k->size_pending * 2 : 256;
		unsigned char *more = realloc(k->pending, size * KEYS_ENTRY);
		if (more == NULL)
			return false;
		k->pending = more;
		k->size_pending = size;
	}
	entry_put(k->pending + k->n_pending * KEYS_ENTRY, key, id, digest);
	k->n_pending++;
	return true;
}

/* 1: found, in e; 0: now pending; -ENOMEM */
static int find_or_add(struct keys *k, const unsigned char *key, const unsigned char *id,
		       uint64_t digest, unsigned char e[KEYS_ENTRY])
{
	uint64_t hash = keyed_hash(k, key);
	struct sub *s = sub_of(k, hash);
	struct slot *slot;

	if (!sub_has_room(s) && !sub_grow(k, s))
		return -ENOMEM;
	if (find(k, s, print_of(hash), key, e, &slot))
		return 1;
	uint32_t number = (uint32_t)keys_next(k);
	if (!pending_add(k, key, id, digest))
		return -ENOMEM;
	s->used += slot->print == 0;
	*slot = (struct slot){print_of(hash), number};
	return 0;
}

uint64_t keys_next(const struct keys *k)
{
	return k->committed + k->n_pending;
}

size_t keys_count(const struct keys *k)
{
	return (size_t)(k->committed - k->oldest);
}

size_t keys_pending(const struct keys *k)
{
	return k->n_pending;
}

int keys_check(struct keys *k, struct journal_record *r)
{
	unsigned char e[KEYS_ENTRY];
	int found = find_or_add(k, r->key, r->id, r->digest, e);

	if (found <= 0)
		return found < 0 ? found : JOURNAL_NEW;
	if (wire_get64(e + 32) != r->digest)
		return JOURNAL_OTHER;
	memcpy(r->id, e + 16, 16);
	return JOURNAL_SAME;
}

void keys_rewind(struct keys *k, uint64_t next)
{
	k->n_pending = (size_t)(next - k->committed);
}

void keys_cancel(struct keys *k)
{
	k->n_pending = 0;
}

void keys_commit(struct keys *k)
{
	k->committed += k->n_pending;
	k->n_pending = 0;
	if (k->size_pending > 65536) { /* of one huge group */
		free(k->pending);
		k->pending = NULL;
		k->size_pending = 0;
	}
}

/* ---- files */

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

static int files_add(struct keys *k, struct file f)
{
	struct file *more = realloc(k->files, (k->n_files + 1) * sizeof(*more));

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
		     struct file *f)
{
	unsigned char head[HEADER] = MAGIC;

	*f = (struct file){.first = first, .created_ms = now_ms};
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

static void have_synced(struct keys *k, const struct file *f, uint64_t upto)
{
	int fd = dup(f->fd);

	if (fd >= 0)
		k->options.sync(k->options.arg, fd, upto);
}

/* A new file if there is none, or the last one has had its time. */
static int file_rotate(struct keys *k, int64_t now_ms)
{
	struct file *last = k->n_files ? &k->files[k->n_files - 1] : NULL, f;
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
	const struct file *f = &k->files[k->n_files - 1];
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

/* Copies numbers [from, committed) into f; what cannot be read stays a hole. */
static int copy_into(struct keys *k, const struct file *f, uint64_t from)
{
	unsigned char e[KEYS_ENTRY];
	int r = 0;

	for (uint64_t n = from; n < k->committed && r == 0; n++)
		if (entry_read(k, n, e))
			r = journal_io_write_bytes(k->options.io, f->fd, e, sizeof(e),
						   place_in(f, n));
	return r;
}

int keys_rescue(struct keys *k, uint64_t synced, int64_t now_ms)
{
	char name[NAME], unfinished[NAME];
	struct file f;

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

/* ---- recovery */

int keys_restore(struct keys *k, const unsigned char key[16], const unsigned char id[16],
		 uint64_t digest)
{
	static const unsigned char none[16];
	unsigned char e[KEYS_ENTRY];

	if (memcmp(key, none, sizeof(none)) == 0)
		return 0;
	uint64_t before = keys_next(k);
	int found = find_or_add(k, key, id, digest, e);
	if (found < 0)
		return found;
	/* Its number counts even if the key is known already. */
	if (keys_next(k) == before && !pending_add(k, key, id, digest))
		return -ENOMEM;
	if (k->n_pending < CHUNK)
		return 0;
	int r = keys_write(k, k->options.now_ms);
	keys_commit(k);
	return r;
}

int keys_skip(struct keys *k, uint64_t next)
{
	int r = keys_write(k, k->options.now_ms);

	keys_commit(k);
	if (next > k->committed) {
		if (k->n_files == 0)
			k->oldest = next;
		k->committed = next;
	}
	return r;
}

static bool file_read_header(int fd, struct file *f)
{
	unsigned char head[HEADER];

	if (pread(fd, head, sizeof(head), 0) != HEADER ||
	    memcmp(head, MAGIC, sizeof(MAGIC)) != 0 ||
	    wire_get32(head + 60) != hash_crc32c(0, head, 60))
		return false;
	*f = (struct file){wire_get64(head + 16), fd, (int64_t)wire_get64(head + 24)};
	return true;
}

static int file_load(struct keys *k, const char *name)
{
	struct file f;
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
	const struct file *last = &k->files[k->n_files - 1];
	uint64_t n = 0;
	if (fstat(last->fd, &st) == 0 && st.st_size > HEADER)
		n = ((uint64_t)st.st_size - HEADER) / KEYS_ENTRY;
	k->committed = last->first + n < trusted ? last->first + n : trusted;
	k->oldest = k->files[0].first;
}

static int load_entry(struct keys *k, const unsigned char *e, uint64_t number)
{
	uint64_t hash = keyed_hash(k, e);
	struct sub *s = sub_of(k, hash);

	if (!entry_is_sound(e))
		return 0;
	if (!sub_has_room(s) && !sub_grow(k, s))
		return -ENOMEM;
	sub_put(s, (struct slot){print_of(hash), (uint32_t)number});
	return 0;
}

static int load_file(struct keys *k, size_t i, unsigned char *chunk)
{
	const struct file *f = &k->files[i];
	uint64_t end = file_end(k, i);
	int r = 0;

	for (uint64_t n = f->first; n < end && r == 0;) {
		size_t want = end - n < CHUNK ? (size_t)(end - n) : CHUNK;
		ssize_t got = pread(f->fd, chunk, want * KEYS_ENTRY, place_in(f, n));
		if (got < 0)
			return -errno;
		if (got < KEYS_ENTRY)
			break; /* a hole at its end */
		for (size_t j = 0; j < (size_t)got / KEYS_ENTRY && r == 0; j++)
			r = load_entry(k, chunk + j * KEYS_ENTRY, n + j);
		n += (size_t)got / KEYS_ENTRY;
	}
	return r;
}

static int load_all(struct keys *k)
{
	unsigned char *chunk = malloc((size_t)CHUNK * KEYS_ENTRY);
	int r = chunk ? 0 : -ENOMEM;

	for (size_t i = 0; i < k->n_files && r == 0; i++)
		r = load_file(k, i, chunk);
	free(chunk);
	return r;
}

int keys_open(struct keys **keys_r, const struct keys_options *options, uint64_t trusted,
	      struct heard_error *err)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return heard_fail(err, ENOMEM, "no memory for redelivery keys");
	k->options = *options;
	randombytes_buf(k->secret, sizeof(k->secret));
	int r = list(k);
	if (r == 0) {
		cut(k, trusted ? trusted : 1);
		keys_expire(k, options->now_ms);
		r = load_all(k);
	}
	if (r != 0) {
		keys_close(k);
		return heard_fail(err, -r, "cannot load the redelivery keys: %s", strerror(-r));
	}
	*keys_r = k;
	return 0;
}

void keys_close(struct keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n_files; i++)
		close(k->files[i].fd);
	for (size_t i = 0; i < SUBS; i++)
		free(k->subs[i].slots);
	free(k->files);
	free(k->pending);
	free(k);
}
