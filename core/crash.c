/*
 * crash.c - the notes, and the list of suspects kept between starts.
 *
 * Both are in memory while we run.  `notes`, a head and one slot a worker, go to
 * state_dir/crash/notes by the hand of the signal's handler, which needs nothing but
 * pwrite.  `suspects` is sorted by digest, so that a look-up is a binary search.  It
 * is merged with the notes and written anew at each start; then nothing moves in it,
 * so it is read without a lock, and an acquittal is one store of 0 into `times`, here
 * and in the file.
 *
 * No file is mapped: on a full disk a store into a page that has no block yet is a
 * SIGBUS, and the guard would be the crash (docs/decisions/0075).  What cannot be
 * written is not noted, which costs an accusation and never a record.
 *
 * A crash in a thread that holds no note (an output's, a helper's of a plugin)
 * may still be some record's work, such as a damaged heap.  It makes suspects of
 * all that is noted, but condemns none of them (crash_list.c).
 */
#include "crash.h"

#include "crash_list.h"
#include "daemon.h"
#include "folder.h"
#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct crash_guard {
	char *folder;
	int notes_fd, list_fd;	 /* -1: nothing is written there */
	struct crash_head *head; /* then the slots, as in the file */
	struct crash_slot *slots;
	unsigned n_slots;
	struct suspect *suspects;
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

static void crash_write(const struct crash_guard *g, const void *from, size_t n)
{
	off_t at = (const char *)from - (const char *)g->head;
	while (n > 0) {
		ssize_t some = pwrite(g->notes_fd, from, n, at);
		if (some <= 0)
			return;
		from = (const char *)from + some;
		at += some;
		n -= (size_t)some;
	}
}

static void crash_write_slot(const struct crash_guard *g, const struct crash_slot *s)
{
	size_t n = s->n < CRASH_NOTES ? s->n : CRASH_NOTES;
	if (n > 0)
		crash_write(g, s, offsetof(struct crash_slot, digest) + n * sizeof(*s->digest));
}

static void crash_mark(const struct crash_guard *g, uint32_t number)
{
	struct crash_slot *mine = crash_mine;
	if (mine >= g->slots && mine < g->slots + g->n_slots && mine->n > 0) {
		mine->fatal = number;
		crash_write(g, g->head, sizeof(*g->head)); /* their name */
		crash_write_slot(g, mine);
		return;
	}
	g->head->fatal = number;
	crash_write(g, g->head, sizeof(*g->head));
	for (unsigned i = 0; i < g->n_slots; i++)
		crash_write_slot(g, &g->slots[i]);
}

/* Async-signal-safe.  Marks, steps aside, and lets what would have happened happen: the
 * instruction faults again, or the signal that somebody sent is raised again. */
static void crash_signal(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	bool is_fault = info->si_code > 0, is_abort = info->si_code == SI_TKILL;
	/* a page of a file that is mapped: the disk's doing, not a record's */
	bool is_disk = number == SIGBUS && info->si_code == BUS_ADRERR;
	(void)context;
	if (crash_armed != NULL && !is_disk && (is_fault || is_abort))
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

/* ---- files */

/* The list is in memory; the file is for the next start, and for acquittals. */
static int crash_keep(struct crash_guard *g, const struct crash_list *l, const char *path,
		      struct heard_error *err)
{
	if (l->n == 0) {
		unlink(path);
		return 0;
	}
	if (crash_list_write(l, path, err) != 0)
		return -err->code;
	g->list_fd = open(path, O_WRONLY | O_CLOEXEC);
	return 0;
}

static size_t crash_notes_size(unsigned n)
{
	return sizeof(struct crash_head) + n * sizeof(struct crash_slot);
}

static int crash_make_slots(struct crash_guard *g, unsigned n, struct heard_error *err)
{
	void *at = mmap(NULL, crash_notes_size(n), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return heard_fail(err, ENOMEM, "no memory");
	g->head = at;
	g->slots = (struct crash_slot *)(g->head + 1);
	g->n_slots = n;
	return 0;
}

/* All of the size, so that a slot in it is whole; and with room of its own, so that a
 * disk that is full by then can still be written here. */
static int crash_empty_notes(const struct crash_guard *g, int fd, const char *path,
			     struct heard_error *err)
{
	off_t size = (off_t)crash_notes_size(g->n_slots);
	g->head->name = 1 + randombytes_uniform(UINT32_MAX);
	if (ftruncate(fd, 0) != 0 || ftruncate(fd, size) != 0)
		return heard_fail(err, errno, "%s: %s", path, strerror(errno));
	(void)!posix_fallocate(fd, 0, size);
	return 0;
}

/* Old suspects and old notes become the list; then the notes begin anew.  A list that
 * finds no room leaves both files to the next start, and notes that cannot be emptied are
 * told by their name: one crash is counted once. */
static int crash_begin(struct crash_guard *g, struct heard_error *err)
{
	char notes[4096], suspects[4000];
	snprintf(notes, sizeof(notes), "%s/notes", g->folder);
	snprintf(suspects, sizeof(suspects), "%s/suspects", g->folder);
	struct crash_list l = {.today = (uint32_t)(daemon_now() / DAY_MS)};
	int fd = open(notes, O_RDWR | O_CREAT | O_CLOEXEC, 0600), rc = 0;
	if (fd < 0)
		rc = heard_fail(err, errno, "%s: %s", notes, strerror(errno));
	if (crash_list_suspects(&l, suspects) != 0 || crash_list_notes(&l, fd) != 0)
		rc = heard_fail(err, ENOMEM, "no memory");
	crash_list_merge(&l);
	g->suspects = l.at;
	g->n_suspects = l.n;
	g->n_alive = l.n;
	if (rc == 0)
		rc = crash_keep(g, &l, suspects, err);
	if (rc == 0)
		rc = crash_empty_notes(g, fd, notes, err);
	if (rc == 0)
		g->notes_fd = fd;
	else if (fd >= 0)
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
	g->notes_fd = g->list_fd = -1;
	int rc = crash_make_slots(g, n, err);
	if (rc == 0)
		rc = folder_make(g->folder, err);
	if (rc == 0)
		rc = crash_begin(g, err);
	if (rc == -ENOSPC || rc == -EDQUOT) {
		log_line(HEARD_WARN, "daemon", "%s; a crash will accuse no record", err->text);
		rc = 0;
	}
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
	if (g->head != NULL)
		munmap(g->head, crash_notes_size(g->n_slots));
	if (g->notes_fd >= 0)
		close(g->notes_fd);
	if (g->list_fd >= 0)
		close(g->list_fd);
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
	unlink(path); /* what is open may still be written to, and is read by nobody */
}

struct crash_slot *crash_slot(struct crash_guard *g, unsigned i)
{
	return g != NULL && i < g->n_slots ? &g->slots[i] : NULL;
}

/* ---- verdicts */

static struct suspect *crash_find(const struct crash_guard *g, uint64_t digest)
{
	if (!crash_has_suspects(g))
		return NULL;
	return crash_list_find(g->suspects, g->n_suspects, digest);
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

/* An acquittal that cannot be written is given again after the next start. */
void crash_acquit(struct crash_guard *g, uint64_t digest)
{
	struct suspect *s = crash_find(g, digest);
	uint32_t once = 1;
	if (s == NULL || !__atomic_compare_exchange_n(&s->times, &once, 0, false,
						      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	atomic_fetch_sub(&g->n_alive, 1);
	off_t at = (off_t)((size_t)(s - g->suspects) * sizeof(*s) +
			   offsetof(struct suspect, times));
	if (g->list_fd >= 0)
		(void)!pwrite(g->list_fd, &s->times, sizeof(s->times), at);
}
