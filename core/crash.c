/*
 * crash.c - the notes, and the list of suspects kept between starts.
 *
 * Files in state_dir/crash, both mapped: `notes`, a head and one slot a worker,
 * and `suspects`, sorted by digest, so that a look-up is a binary search.  The
 * list is merged with the notes and written anew at each start; while we run
 * nothing moves in it, so it is read without a lock, and an acquittal is one
 * store of 0 into `times`, which is in the file at once.
 *
 * A crash in a thread that holds no note (an output's, a helper's of a plugin)
 * may still be some record's work, such as a damaged heap.  It makes suspects of
 * all that is noted, but adds nothing to one that is a suspect already, so nobody
 * is condemned for what another thread did.
 */
#include "crash.h"

#include "daemon.h"
#include "folder.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_SUSPECTS (2 * CRASH_NOTES)
#define KEEP_DAYS    30
#define DAY_MS	     ((int64_t)24 * 3600 * 1000)

/* In times, while notes are read. */
#define CHARGED ((uint32_t)1 << 31) /* its own thread crashed       */
#define DOUBTED ((uint32_t)1 << 30) /* another one did              */
#define FLAGS	(CHARGED | DOUBTED)

struct suspect {
	uint64_t digest;
	uint32_t times; /* 0: acquitted */
	uint32_t day;	/* of the last charge, since 1970 */
};

struct crash_head {
	volatile uint32_t fatal; /* a signal hit a thread without a note, or 0 */
	uint32_t unused;
};

struct crash_guard {
	char *folder;
	struct crash_head *head; /* then the slots */
	struct crash_slot *slots;
	unsigned n_slots;
	struct suspect *suspects; /* mapped */
	size_t n_suspects;
	_Atomic size_t n_alive; /* not acquitted */
};

/* ---- fatal signals.  A handler has no argument of ours, so the guard it writes for
 * and the actions it gives way to are the process's; set before it is installed. */

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define N_SIGNALS (sizeof(crash_signals) / sizeof(crash_signals[0]))

static struct sigaction crash_before[N_SIGNALS];
static struct crash_guard *volatile crash_armed;

/* Whose note is this thread's; and room for the handler when the thread's own stack is
 * what ran out. */
static _Thread_local struct crash_slot *crash_mine;
static _Thread_local char crash_stack[32 << 10];

static void crash_mark(const struct crash_guard *g, uint32_t number)
{
	struct crash_slot *mine = crash_mine;
	bool is_ours = mine >= g->slots && mine < g->slots + g->n_slots;
	if (is_ours && mine->n > 0)
		mine->fatal = number;
	else
		g->head->fatal = number;
}

/* Async-signal-safe.  Marks, steps aside, and lets what would have happened happen: the
 * instruction faults again, or the signal that somebody sent is raised again. */
static void crash_signal(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	bool is_fault = info->si_code > 0, is_abort = info->si_code == SI_TKILL;
	(void)context;
	if (crash_armed != NULL && (is_fault || is_abort))
		crash_mark(crash_armed, (uint32_t)number);
	for (size_t i = 0; i < N_SIGNALS; i++)
		if (crash_signals[i] == number)
			sigaction(number, &crash_before[i], NULL);
	if (!is_fault)
		raise(number);
	errno = saved;
}

static void crash_arm(struct crash_guard *g)
{
	struct sigaction ours = {.sa_sigaction = crash_signal,
				 .sa_flags = SA_SIGINFO | SA_ONSTACK};
	if (crash_armed != NULL)
		return;
	crash_armed = g;
	for (size_t i = 0; i < N_SIGNALS; i++) {
		sigaction(crash_signals[i], NULL, &crash_before[i]);
		sigaction(crash_signals[i], &ours, NULL);
	}
}

static void crash_disarm(const struct crash_guard *g)
{
	if (crash_armed != g)
		return;
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(crash_signals[i], &crash_before[i], NULL);
	crash_armed = NULL;
}

/* ---- notes */

/* The first note of a thread.  Sanitizers bring a stack of their own. */
static void crash_stand(struct crash_slot *s)
{
	stack_t now;
	crash_mine = s;
	if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE))
		sigaltstack(&(stack_t){.ss_sp = crash_stack, .ss_size = sizeof(crash_stack)},
			    NULL);
}

void crash_noted(struct crash_slot *s, size_t n)
{
	if (s == NULL)
		return;
	if (crash_mine != s)
		crash_stand(s);
	atomic_signal_fence(memory_order_release);
	s->n = (uint32_t)(n < CRASH_NOTES ? n : CRASH_NOTES);
	atomic_signal_fence(memory_order_acquire);
}

void crash_note(struct crash_slot *s, const uint64_t *digests, size_t n)
{
	if (s != NULL && n > 0)
		memcpy(s->digest, digests,
		       (n < CRASH_NOTES ? n : CRASH_NOTES) * sizeof(*digests));
	crash_noted(s, n);
}

/* ---- the list, while it is made */

struct crash_list {
	struct suspect *at;
	size_t n, size;
	uint32_t today;
};

static int crash_by_digest(const void *a, const void *b)
{
	const struct suspect *l = a, *r = b;
	return (l->digest > r->digest) - (l->digest < r->digest);
}

/* The accused of this start first, then those who did most, then the latest. */
static int crash_by_weight(const void *a, const void *b)
{
	const struct suspect *l = a, *r = b;
	if (l->times != r->times)
		return l->times < r->times ? 1 : -1;
	return (l->day < r->day) - (l->day > r->day);
}

static int crash_add(struct crash_list *l, struct suspect s)
{
	if (l->n == l->size) {
		size_t size = l->size ? l->size * 2 : 1024;
		struct suspect *more = realloc(l->at, size * sizeof(*more));
		if (more == NULL)
			return -ENOMEM;
		l->at = more;
		l->size = size;
	}
	l->at[l->n++] = s;
	return 0;
}

/* What the last start knew, without the acquitted and the long forgotten. */
static int crash_read_suspects(struct crash_list *l, const char *path)
{
	struct suspect s;
	FILE *f = fopen(path, "re");
	int rc = 0;
	while (f != NULL && rc == 0 && fread(&s, sizeof(s), 1, f) == 1) {
		s.times &= ~FLAGS;
		if (s.times > 0 && l->today < s.day + KEEP_DAYS && l->n < MAX_SUSPECTS)
			rc = crash_add(l, s);
	}
	if (f != NULL)
		fclose(f);
	return rc;
}

static int crash_accuse(struct crash_list *l, const struct crash_slot *slot, uint32_t flag)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < slot->n && i < CRASH_NOTES; i++)
		rc = crash_add(l, (struct suspect){slot->digest[i], flag, l->today});
	return rc;
}

/* What the slots of the last process hold, whatever their number was. */
static int crash_read_notes(struct crash_list *l, int fd)
{
	struct crash_head head;
	struct crash_slot *slot = malloc(sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	int rc = 0;
	if (read(fd, &head, sizeof(head)) == (ssize_t)sizeof(head)) {
		while (rc == 0 && read(fd, slot, sizeof(*slot)) == (ssize_t)sizeof(*slot)) {
			if (slot->fatal != 0)
				rc = crash_accuse(l, slot, CHARGED);
			else if (head.fatal != 0)
				rc = crash_accuse(l, slot, DOUBTED);
		}
	}
	free(slot);
	return rc;
}

static uint32_t crash_count(uint32_t times)
{
	uint32_t before = times & ~FLAGS;
	if (times & CHARGED)
		return before + 1;
	return before > 0 ? before : 1;
}

/* One entry a digest.  Noted any number of times by one crash counts once: people write
 * the same few words, and a batch may hold them twice. */
static void crash_merge(struct crash_list *l)
{
	size_t n = 0;
	if (l->n > 0)
		qsort(l->at, l->n, sizeof(*l->at), crash_by_digest);
	for (size_t i = 0; i < l->n; i++) {
		struct suspect *last = n > 0 ? &l->at[n - 1] : NULL;
		if (last == NULL || last->digest != l->at[i].digest) {
			l->at[n++] = l->at[i];
			continue;
		}
		last->times |= l->at[i].times; /* one of them at most has a count */
		last->day = last->day > l->at[i].day ? last->day : l->at[i].day;
	}
	l->n = n;
	if (n > MAX_SUSPECTS) {
		qsort(l->at, n, sizeof(*l->at), crash_by_weight);
		l->n = MAX_SUSPECTS;
		qsort(l->at, l->n, sizeof(*l->at), crash_by_digest);
	}
	for (size_t i = 0; i < l->n; i++)
		l->at[i].times = crash_count(l->at[i].times);
}

/* ---- files */

static int crash_write_suspects(const struct crash_list *l, const char *path,
				struct heard_error *err)
{
	char fresh[4096];
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %s", fresh, strerror(errno));
	size_t size = l->n * sizeof(struct suspect);
	ssize_t n = write(fd, l->at, size);
	int rc = n == (ssize_t)size && fdatasync(fd) == 0 ? 0 : n < 0 ? errno : ENOSPC;
	close(fd);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = errno;
	return rc ? heard_fail(err, rc, "%s: %s", path, strerror(rc)) : 0;
}

static void *crash_map(int fd, size_t size, const char *path, struct heard_error *err)
{
	void *at = fd >= 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
			   : MAP_FAILED;
	if (at != MAP_FAILED)
		return at;
	heard_fail(err, errno, "%s: %s", path, strerror(errno));
	return NULL;
}

static int crash_keep(struct crash_guard *g, const struct crash_list *l, const char *path,
		      struct heard_error *err)
{
	if (l->n == 0) {
		unlink(path);
		return 0;
	}
	if (crash_write_suspects(l, path, err) != 0)
		return -err->code;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	g->suspects = crash_map(fd, l->n * sizeof(*l->at), path, err);
	if (fd >= 0)
		close(fd);
	if (g->suspects == NULL)
		return -err->code;
	g->n_suspects = l->n;
	g->n_alive = l->n;
	return 0;
}

static size_t crash_notes_size(unsigned n)
{
	return sizeof(struct crash_head) + n * sizeof(struct crash_slot);
}

static int crash_empty_notes(struct crash_guard *g, int fd, const char *path, unsigned n,
			     struct heard_error *err)
{
	if (ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)crash_notes_size(n)) != 0)
		return heard_fail(err, errno, "%s: %s", path, strerror(errno));
	g->head = crash_map(fd, crash_notes_size(n), path, err);
	if (g->head == NULL)
		return -err->code;
	g->slots = (struct crash_slot *)(g->head + 1);
	g->n_slots = n;
	return 0;
}

/* Old suspects and old notes become the list; then the notes begin anew. */
static int crash_begin(struct crash_guard *g, unsigned n, struct heard_error *err)
{
	char notes[4096], suspects[4000];
	snprintf(notes, sizeof(notes), "%s/notes", g->folder);
	snprintf(suspects, sizeof(suspects), "%s/suspects", g->folder);
	struct crash_list l = {.today = (uint32_t)(daemon_now() / DAY_MS)};
	int fd = open(notes, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %s", notes, strerror(errno));
	int rc = 0;
	if (crash_read_suspects(&l, suspects) != 0 || crash_read_notes(&l, fd) != 0)
		rc = heard_fail(err, ENOMEM, "no memory");
	crash_merge(&l);
	if (rc == 0)
		rc = crash_keep(g, &l, suspects, err);
	if (rc == 0)
		rc = crash_empty_notes(g, fd, notes, n, err);
	free(l.at);
	close(fd);
	return rc;
}

/* ---- life */

int crash_open(struct crash_guard **out, const char *state_dir, unsigned n,
	       struct heard_error *err)
{
	struct crash_guard *g = calloc(1, sizeof(*g));
	if (g == NULL || asprintf(&g->folder, "%s/crash", state_dir) < 0) {
		free(g);
		return heard_fail(err, ENOMEM, "no memory");
	}
	int rc = folder_make(g->folder, err);
	if (rc == 0)
		rc = crash_begin(g, n, err);
	if (rc != 0) {
		crash_close(g);
		return rc;
	}
	crash_arm(g);
	*out = g;
	return 0;
}

void crash_close(struct crash_guard *g)
{
	if (g == NULL)
		return;
	crash_disarm(g);
	for (unsigned i = 0; i < g->n_slots; i++)
		g->slots[i].n = 0;
	if (g->head != NULL)
		munmap(g->head, crash_notes_size(g->n_slots));
	if (g->suspects != NULL)
		munmap(g->suspects, g->n_suspects * sizeof(*g->suspects));
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

/* ---- verdicts */

static struct suspect *crash_find(const struct crash_guard *g, uint64_t digest)
{
	struct suspect wanted = {.digest = digest};
	if (!crash_has_suspects(g))
		return NULL;
	return bsearch(&wanted, g->suspects, g->n_suspects, sizeof(wanted), crash_by_digest);
}

bool crash_has_suspects(const struct crash_guard *g)
{
	return g != NULL && atomic_load_explicit(&g->n_alive, memory_order_relaxed) > 0;
}

enum crash_verdict crash_verdict(const struct crash_guard *g, uint64_t digest)
{
	const struct suspect *s = crash_find(g, digest);
	uint32_t times = s != NULL ? __atomic_load_n(&s->times, __ATOMIC_RELAXED) : 0;
	return times >= 2 ? CRASH_CONDEMNED : times == 1 ? CRASH_SUSPECT : CRASH_UNKNOWN;
}

void crash_acquit(struct crash_guard *g, uint64_t digest)
{
	struct suspect *s = crash_find(g, digest);
	uint32_t once = 1;
	if (s != NULL && __atomic_compare_exchange_n(&s->times, &once, 0, false,
						     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		atomic_fetch_sub(&g->n_alive, 1);
}
