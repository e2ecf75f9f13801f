/*
 * crash.c - the notes, and the list of suspects kept between starts.
 *
 * Files in state_dir/crash: `notes` (mapped, one slot a worker) and `suspects`
 * (16-byte entries: digest, times noted), rewritten at each start that finds
 * notes.  A suspect that is not noted again stays on the list, harmlessly: it
 * only means that its like are worked on one by one; the oldest go first when
 * the list is full.
 */
#include "crash.h"

#include "folder.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_SUSPECTS 4096
#define ACCUSED	     ((uint64_t)1 << 63) /* in times, while notes are read */

struct suspect {
	uint64_t digest, times;
};

struct crash_guard {
	char *folder;
	struct crash_slot *slots;
	unsigned n_slots;
	struct suspect *suspects;
	size_t n_suspects;
};

static struct suspect *crash_find(const struct crash_guard *g, uint64_t digest)
{
	for (size_t i = 0; i < g->n_suspects; i++)
		if (g->suspects[i].digest == digest)
			return &g->suspects[i];
	return NULL;
}

/* Noted any number of times by one crash counts once: people write the same few
 * words, and a batch may hold them twice. */
static void crash_accuse(struct crash_guard *g, uint64_t digest)
{
	struct suspect *s = crash_find(g, digest);
	if (s == NULL) {
		if (g->n_suspects == MAX_SUSPECTS) {
			memmove(g->suspects, g->suspects + 1, (MAX_SUSPECTS - 1) * sizeof(*s));
			g->n_suspects--;
		}
		s = &g->suspects[g->n_suspects++];
		*s = (struct suspect){.digest = digest};
	}
	s->times |= ACCUSED;
}

/* The accused of this start have been noted once more. */
static void crash_charge(struct crash_guard *g)
{
	for (size_t i = 0; i < g->n_suspects; i++)
		if (g->suspects[i].times & ACCUSED)
			g->suspects[i].times = (g->suspects[i].times & ~ACCUSED) + 1;
}

static void crash_read_suspects(struct crash_guard *g)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/suspects", g->folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, g->suspects, MAX_SUSPECTS * sizeof(struct suspect));
	if (n > 0)
		g->n_suspects = (size_t)n / sizeof(struct suspect);
	close(fd);
}

static int crash_write_suspects(const struct crash_guard *g, struct heard_error *err)
{
	char path[4096], fresh[4096];
	snprintf(path, sizeof(path), "%s/suspects", g->folder);
	snprintf(fresh, sizeof(fresh), "%s/suspects.new", g->folder);
	size_t size = g->n_suspects * sizeof(struct suspect);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %s", fresh, strerror(errno));
	ssize_t n = write(fd, g->suspects, size);
	int rc = n == (ssize_t)size && fdatasync(fd) == 0 ? 0 : errno ? errno : EIO;
	close(fd);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = errno;
	return rc ? heard_fail(err, rc, "%s: %s", path, strerror(rc)) : 0;
}

/* What the slots of the last process hold, whatever their number was. */
static size_t crash_read_notes(struct crash_guard *g, int fd)
{
	struct crash_slot *slot = malloc(sizeof(*slot));
	size_t found = 0;
	while (slot != NULL && read(fd, slot, sizeof(*slot)) == (ssize_t)sizeof(*slot)) {
		for (uint32_t i = 0; i < slot->n && i < CRASH_NOTES; i++, found++)
			crash_accuse(g, slot->digest[i]);
	}
	free(slot);
	crash_charge(g);
	return found;
}

static int crash_map(struct crash_guard *g, unsigned n, struct heard_error *err)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/notes", g->folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %s", path, strerror(errno));
	int rc = 0;
	if (crash_read_notes(g, fd) > 0)
		rc = crash_write_suspects(g, err);
	size_t size = n * sizeof(struct crash_slot);
	if (rc == 0 && (ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)size) != 0))
		rc = heard_fail(err, errno, "%s: %s", path, strerror(errno));
	if (rc == 0) {
		void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (at == MAP_FAILED)
			rc = heard_fail(err, errno, "%s: %s", path, strerror(errno));
		else
			g->slots = at;
	}
	close(fd);
	g->n_slots = n;
	return rc;
}

int crash_open(struct crash_guard **out, const char *state_dir, unsigned n,
	       struct heard_error *err)
{
	struct crash_guard *g = calloc(1, sizeof(*g));
	if (g == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	g->suspects = calloc(MAX_SUSPECTS, sizeof(*g->suspects));
	if (g->suspects == NULL || asprintf(&g->folder, "%s/crash", state_dir) < 0) {
		free(g->suspects);
		free(g);
		return heard_fail(err, ENOMEM, "no memory");
	}
	int rc = folder_make(g->folder, err);
	if (rc == 0) {
		crash_read_suspects(g);
		rc = crash_map(g, n, err);
	}
	if (rc != 0) {
		crash_close(g);
		return rc;
	}
	*out = g;
	return 0;
}

void crash_close(struct crash_guard *g)
{
	if (g == NULL)
		return;
	for (unsigned i = 0; g->slots != NULL && i < g->n_slots; i++)
		g->slots[i].n = 0;
	if (g->slots != NULL)
		munmap(g->slots, g->n_slots * sizeof(struct crash_slot));
	free(g->suspects);
	free(g->folder);
	free(g);
}

void crash_absolve(const struct crash_guard *g)
{
	char path[4096];
	if (g == NULL)
		return;
	snprintf(path, sizeof(path), "%s/notes", g->folder);
	unlink(path); /* what is mapped may still be written to, and is read by nobody */
}

struct crash_slot *crash_slot(struct crash_guard *g, unsigned i)
{
	return g != NULL && i < g->n_slots ? &g->slots[i] : NULL;
}

bool crash_has_suspects(const struct crash_guard *g)
{
	return g != NULL && g->n_suspects > 0;
}

enum crash_verdict crash_verdict(const struct crash_guard *g, uint64_t digest)
{
	const struct suspect *s = crash_find(g, digest);
	if (s == NULL)
		return CRASH_UNKNOWN;
	return s->times >= 2 ? CRASH_CONDEMNED : CRASH_SUSPECT;
}
