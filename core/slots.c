/*
 * slots.c - positions in two areas of one preallocated file, written in turn.
 *
 * Entry 0 of an area is the mark, entry i + 1 the slot i; 256 bytes each, with
 * a checksum and the generation of the area.  Saves go to the area that is not
 * the last synced one, and only a sync that succeeded swaps them: so there is
 * always a whole area that was synced, whatever a crash does to the other.
 * When loading, each entry is taken from the newer area where it is sound.
 *
 * After a failed write or sync the file is opened anew: the kernel may hold
 * pages that it believes clean and that never reached the disk, and the next
 * save writes them all again.
 */
#include "slots.h"

#include "hash.h"
#include "journal_io.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <heard/error.h>

enum {
	ENTRY = 256,
	AREA = (SLOTS_MAX + 1) * ENTRY,
	AREA_STRIDE = (AREA + 4095) / 4096 * 4096,
	FILE_SIZE = 2 * AREA_STRIDE,
	/* in an entry */
	AT_CRC = 0,
	AT_USED = 4,
	AT_GENERATION = 8,
	AT_NUMBERS = 16, /* six of 8 bytes */
	AT_NAME = 64,	 /* zero-padded */
	N_NUMBERS = 6,
};
#define FILE_NAME "positions"

struct slot {
	bool is_used;
	char name[SLOTS_NAME_MAX + 1];
	uint64_t hash;
	struct journal_position now;
	uint64_t saved, durable; /* seq as written; as synced */
};

struct slots {
	int fd, folder; /* journal thread */
	const struct journal_io *io;
	uint64_t generation;	  /* journal thread: of the last synced area */
	unsigned char area[AREA]; /* journal thread */
	struct slots_mark loaded_mark;

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t saved;
	struct slot at[SLOTS_MAX];
	unsigned n; /* used ones lie below */
	bool is_dirty, is_stopped;
	uint64_t asked, done; /* synced saves asked for; ended */
	int result;	      /* of the last */
};

/* ---- entries */

static void entry_put(unsigned char *e, uint64_t generation, const uint64_t numbers[N_NUMBERS],
		      const char *name)
{
	memset(e, 0, ENTRY);
	e[AT_USED] = 1;
	wire_put64(e + AT_GENERATION, generation);
	for (int i = 0; numbers && i < N_NUMBERS; i++)
		wire_put64(e + AT_NUMBERS + 8 * i, numbers[i]);
	if (numbers == NULL)
		e[AT_USED] = 0;
	if (name)
		memcpy(e + AT_NAME, name, strlen(name));
	wire_put32(e + AT_CRC, hash_crc32c(0, e + 4, ENTRY - 4));
}

static uint64_t entry_generation(const unsigned char *e)
{
	bool ok = wire_get32(e + AT_CRC) == hash_crc32c(0, e + 4, ENTRY - 4) &&
		  e[ENTRY - 1] == 0;
	return ok ? wire_get64(e + AT_GENERATION) : 0;
}

static void slot_numbers(const struct slot *s, uint64_t out[N_NUMBERS])
{
	const struct journal_position *p = &s->now;
	const uint64_t numbers[N_NUMBERS] = {p->seq,	 p->delivered, p->duplicate,
					     p->skipped, p->dead,      p->deferred};
	memcpy(out, numbers, sizeof(numbers));
}

static void slot_load(struct slot *s, const unsigned char *e)
{
	const unsigned char *p = e + AT_NUMBERS;

	s->is_used = e[AT_USED] == 1;
	if (!s->is_used)
		return;
	memcpy(s->name, e + AT_NAME, SLOTS_NAME_MAX);
	s->hash = hash_name(s->name);
	s->now = (struct journal_position){
		.seq = wire_get64(p),
		.delivered = wire_get64(p + 8),
		.duplicate = wire_get64(p + 16),
		.skipped = wire_get64(p + 24),
		.dead = wire_get64(p + 32),
		.deferred = wire_get64(p + 40),
	};
	s->saved = s->durable = s->now.seq;
}

static void load(struct slots *s, const unsigned char *bytes)
{
	for (unsigned i = 0; i <= SLOTS_MAX; i++) {
		const unsigned char *a = bytes + i * ENTRY, *b = a + AREA_STRIDE;
		uint64_t ga = entry_generation(a), gb = entry_generation(b);
		const unsigned char *newer = ga >= gb ? a : b;
		uint64_t g = ga >= gb ? ga : gb;
		if (g == 0)
			continue;
		if (g > s->generation)
			s->generation = g;
		if (i == 0) {
			const unsigned char *p = newer + AT_NUMBERS;
			s->loaded_mark = (struct slots_mark){wire_get64(p), wire_get64(p + 8),
							     wire_get64(p + 16),
							     wire_get64(p + 24)};
			continue;
		}
		slot_load(&s->at[i - 1], newer);
		if (s->at[i - 1].is_used)
			s->n = i;
	}
}

/* ---- the file */

static int file_open(int folder)
{
	int fd = openat(folder, FILE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

static int file_read(struct slots *s)
{
	unsigned char *bytes = calloc(1, FILE_SIZE);
	size_t len = 0;
	ssize_t got = 1;

	if (bytes == NULL)
		return -ENOMEM;
	while (len < FILE_SIZE &&
	       (got = pread(s->fd, bytes + len, FILE_SIZE - len, (off_t)len)) > 0)
		len += (size_t)got;
	int r = got < 0 ? -errno : 0;
	bool is_new = len < FILE_SIZE;
	/* New or cut short: make it whole, so that saving needs no space. */
	if (r == 0 && is_new)
		r = journal_io_write_bytes(s->io, s->fd, bytes + len, FILE_SIZE - len,
					   (off_t)len);
	/* The newest area may be one that a killed process wrote and never synced. */
	if (r == 0 && s->io->fdatasync(s->fd) != 0)
		r = -errno;
	if (r == 0 && is_new && s->io->fsync(s->folder) != 0)
		r = -errno;
	if (r == 0)
		load(s, bytes);
	free(bytes);
	return r;
}

int slots_open(struct slots **slots_r, int folder, const struct journal_io *io,
	       struct slots_mark *mark_r, struct heard_error *err)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return heard_fail(err, ENOMEM, "no memory for the positions of outputs");
	s->io = io;
	s->folder = folder;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->saved, NULL);
	s->fd = file_open(folder);
	int r = s->fd < 0 ? s->fd : 0;
	/* The folder is locked, not the file: the file may be opened anew. */
	if (r == 0 && flock(folder, LOCK_EX | LOCK_NB) != 0)
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (r == 0)
		r = file_read(s);
	if (r != 0) {
		slots_close(s);
		return r == -EBUSY
			       ? heard_fail(err, EBUSY, "another process has it open")
			       : heard_fail(err, -r, "cannot use the file " FILE_NAME ": %s",
					    strerror(-r));
	}
	*mark_r = s->loaded_mark;
	*slots_r = s;
	return 0;
}

void slots_close(struct slots *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->saved);
	free(s);
}

/* ---- slots */

static struct slot *find(struct slots *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_used && strcmp(s->at[i].name, name) == 0)
			return &s->at[i];
	return NULL;
}

int slots_find(struct slots *s, const char *name, uint64_t seq, unsigned *slot_r, bool *is_new)
{
	int r = 0;

	if (strlen(name) > SLOTS_NAME_MAX)
		return -ENAMETOOLONG;
	pthread_mutex_lock(&s->lock);
	struct slot *slot = find(s, name);
	*is_new = slot == NULL;
	for (unsigned i = 0; slot == NULL && i < SLOTS_MAX; i++)
		if (!s->at[i].is_used)
			slot = &s->at[i];
	if (slot == NULL) {
		r = -ENOSPC;
	} else if (*is_new) {
		memset(slot, 0, sizeof(*slot));
		slot->is_used = true;
		memcpy(slot->name, name, strlen(name) + 1); /* it fits: see above */
		slot->hash = hash_name(name);
		slot->now.seq = slot->saved = slot->durable = seq;
		s->is_dirty = true;
	}
	if (r == 0) {
		*slot_r = (unsigned)(slot - s->at);
		if (*slot_r >= s->n)
			s->n = *slot_r + 1;
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

int slots_forget(struct slots *s, const char *name)
{
	pthread_mutex_lock(&s->lock);
	struct slot *slot = find(s, name);
	if (slot) {
		slot->is_used = false;
		s->is_dirty = true;
	}
	pthread_mutex_unlock(&s->lock);
	return slot ? 0 : -ENOENT;
}

void slots_each(struct slots *s, void (*fn)(void *arg, const char *name, uint64_t seq),
		void *arg)
{
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_used)
			fn(arg, s->at[i].name, s->at[i].now.seq);
	pthread_mutex_unlock(&s->lock);
}

void slots_get(struct slots *s, unsigned slot, struct journal_position *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->at[slot].now;
	pthread_mutex_unlock(&s->lock);
}

void slots_set(struct slots *s, unsigned slot, const struct journal_position *p)
{
	pthread_mutex_lock(&s->lock);
	s->at[slot].now = *p;
	s->is_dirty = true;
	pthread_mutex_unlock(&s->lock);
}

uint64_t slots_durable(struct slots *s, unsigned slot)
{
	pthread_mutex_lock(&s->lock);
	uint64_t seq = s->at[slot].durable;
	pthread_mutex_unlock(&s->lock);
	return seq;
}

bool slots_saved_seq(struct slots *s, uint64_t output, uint64_t *seq_r)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->n && !found; i++)
		if (s->at[i].is_used && s->at[i].hash == output) {
			*seq_r = s->at[i].durable;
			found = true;
		}
	pthread_mutex_unlock(&s->lock);
	return found;
}

uint64_t slots_min(struct slots *s)
{
	uint64_t min = UINT64_MAX;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_used && s->at[i].durable < min)
			min = s->at[i].durable;
	pthread_mutex_unlock(&s->lock);
	return min;
}

uint64_t slots_reached(struct slots *s)
{
	uint64_t min = UINT64_MAX;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_used && s->at[i].now.seq < min)
			min = s->at[i].now.seq;
	pthread_mutex_unlock(&s->lock);
	return min;
}

uint64_t slots_max(struct slots *s)
{
	uint64_t max = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_used && s->at[i].now.seq > max)
			max = s->at[i].now.seq;
	pthread_mutex_unlock(&s->lock);
	return max;
}

bool slots_dirty(struct slots *s)
{
	pthread_mutex_lock(&s->lock);
	bool dirty = s->is_dirty;
	pthread_mutex_unlock(&s->lock);
	return dirty;
}

/* ---- saving */

/* Fill the area; returns its length.  [lock] */
static size_t encode(struct slots *s, uint64_t generation, const struct slots_mark *mark)
{
	const uint64_t numbers[N_NUMBERS] = {mark->segment, mark->end, mark->next_seq,
					     mark->keys};

	entry_put(s->area, generation, numbers, NULL);
	for (unsigned i = 0; i < s->n; i++) {
		uint64_t of_slot[N_NUMBERS];
		slot_numbers(&s->at[i], of_slot);
		entry_put(s->area + (i + 1) * ENTRY, generation,
			  s->at[i].is_used ? of_slot : NULL,
			  s->at[i].is_used ? s->at[i].name : NULL);
		s->at[i].saved = s->at[i].now.seq;
	}
	return (s->n + 1) * ENTRY;
}

static void reopen(struct slots *s)
{
	int fd = file_open(s->folder);

	if (fd < 0)
		return; /* the old one will fail again, and be said again */
	close(s->fd);
	s->fd = fd;
}

static int write_area(struct slots *s, uint64_t generation, size_t len, bool sync)
{
	off_t at = (off_t)(generation & 1) * AREA_STRIDE;
	int r = journal_io_write_bytes(s->io, s->fd, s->area, len, at);

	if (r == 0 && sync && s->io->fdatasync(s->fd) != 0)
		r = -errno;
	if (r != 0)
		reopen(s);
	else if (sync)
		s->generation = generation;
	return r;
}

int slots_save(struct slots *s, const struct slots_mark *mark, bool sync)
{
	uint64_t generation = s->generation + 1;

	pthread_mutex_lock(&s->lock);
	uint64_t asked = s->asked;
	size_t len = encode(s, generation, mark);
	s->is_dirty = false;
	pthread_mutex_unlock(&s->lock);

	int r = write_area(s, generation, len, sync);

	pthread_mutex_lock(&s->lock);
	if (r != 0)
		s->is_dirty = true;
	for (unsigned i = 0; r == 0 && sync && i < s->n; i++)
		s->at[i].durable = s->at[i].saved;
	if (sync) {
		s->done = asked;
		s->result = r;
		pthread_cond_broadcast(&s->saved);
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

bool slots_asked(struct slots *s)
{
	pthread_mutex_lock(&s->lock);
	bool asked = s->asked > s->done;
	pthread_mutex_unlock(&s->lock);
	return asked;
}

int slots_wait(struct slots *s, void (*ask)(void *arg), void *arg)
{
	pthread_mutex_lock(&s->lock);
	uint64_t mine = ++s->asked;
	pthread_mutex_unlock(&s->lock);
	ask(arg);
	pthread_mutex_lock(&s->lock);
	while (s->done < mine && !s->is_stopped)
		pthread_cond_wait(&s->saved, &s->lock);
	int r = s->done < mine ? -ECANCELED : s->result;
	pthread_mutex_unlock(&s->lock);
	return r;
}

void slots_stop(struct slots *s)
{
	pthread_mutex_lock(&s->lock);
	s->is_stopped = true;
	pthread_cond_broadcast(&s->saved);
	pthread_mutex_unlock(&s->lock);
}
