/*
 * crash_list.c - the suspects of a start: charges, merged with what was known.
 *
 * A charge by the thread's own signal adds one to its times; one by another thread's
 * makes a suspect, and adds nothing to one that is it already.  There are as many
 * entries as two slots hold at most; who did most and last, stays.
 *
 * Behind the suspects the file has the name of the notes that are merged in it, as one
 * acquitted on no day.  If those could not be emptied they are there at the next start, and
 * are one crash still.
 */
#include "crash_list.h"

#include "crash.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SUSPECTS (2 * CRASH_NOTES)
#define KEEP_DAYS    30
#define NO_DAY	     UINT32_MAX

/* In times, while notes are read. */
#define CHARGED ((uint32_t)1 << 31) /* its own thread crashed       */
#define DOUBTED ((uint32_t)1 << 30) /* another one did              */
#define FLAGS	(CHARGED | DOUBTED)

static int by_digest(const void *a, const void *b)
{
	const struct suspect *l = a, *r = b;
	return (l->digest > r->digest) - (l->digest < r->digest);
}

/* The accused of this start first, then those who did most, then the latest. */
static int by_weight(const void *a, const void *b)
{
	const struct suspect *l = a, *r = b;
	if (l->times != r->times)
		return l->times < r->times ? 1 : -1;
	return (l->day < r->day) - (l->day > r->day);
}

static int add(struct crash_list *l, struct suspect s)
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

int crash_list_suspects(struct crash_list *l, const char *path)
{
	struct suspect s;
	FILE *f = fopen(path, "re");
	int rc = 0;
	while (f != NULL && rc == 0 && fread(&s, sizeof(s), 1, f) == 1) {
		if (s.times == 0 && s.day == NO_DAY)
			l->notes = (uint32_t)s.digest;
		s.times &= ~FLAGS;
		if (s.times > 0 && l->today < s.day + KEEP_DAYS && l->n < MAX_SUSPECTS)
			rc = add(l, s);
	}
	if (f != NULL)
		fclose(f);
	return rc;
}

static int accuse(struct crash_list *l, const struct crash_slot *slot, uint32_t flag)
{
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < slot->n && i < CRASH_NOTES; i++)
		rc = add(l, (struct suspect){slot->digest[i], flag, l->today});
	return rc;
}

int crash_list_notes(struct crash_list *l, int fd)
{
	struct crash_head head;
	int rc = 0;
	if (read(fd, &head, sizeof(head)) != (ssize_t)sizeof(head) ||
	    (head.name != 0 && head.name == l->notes))
		return 0;
	struct crash_slot *slot = malloc(sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	l->notes = head.name;
	while (rc == 0 && read(fd, slot, sizeof(*slot)) == (ssize_t)sizeof(*slot)) {
		if (slot->fatal != 0)
			rc = accuse(l, slot, CHARGED);
		else if (head.fatal != 0)
			rc = accuse(l, slot, DOUBTED);
	}
	free(slot);
	return rc;
}

static uint32_t count(uint32_t times)
{
	uint32_t before = times & ~FLAGS;
	if (times & CHARGED)
		return before + 1;
	return before > 0 ? before : 1;
}

/* One entry a digest.  Noted any number of times by one crash counts once: people write
 * the same few words, and a batch may hold them twice. */
void crash_list_merge(struct crash_list *l)
{
	size_t n = 0;
	if (l->n > 0)
		qsort(l->at, l->n, sizeof(*l->at), by_digest);
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
		qsort(l->at, n, sizeof(*l->at), by_weight);
		l->n = MAX_SUSPECTS;
		qsort(l->at, l->n, sizeof(*l->at), by_digest);
	}
	for (size_t i = 0; i < l->n; i++)
		l->at[i].times = count(l->at[i].times);
}

int crash_list_write(const struct crash_list *l, const char *path, struct heard_error *err)
{
	struct heard_buf b;
	const struct suspect name = {.digest = l->notes, .day = NO_DAY};
	heard_buf_init(&b, (MAX_SUSPECTS + 2) * sizeof(struct suspect));
	heard_buf_add(&b, l->at, l->n * sizeof(*l->at));
	heard_buf_add(&b, &name, sizeof(name));
	int rc = b.failed ? heard_fail(err, ENOMEM, "no memory")
			  : heard_file_replace(path, 0600, heard_buf_view(&b), err);
	heard_buf_release(&b);
	return rc;
}

struct suspect *crash_list_find(struct suspect *at, size_t n, uint64_t digest)
{
	struct suspect wanted = {.digest = digest};
	return n > 0 ? bsearch(&wanted, at, n, sizeof(wanted), by_digest) : NULL;
}
