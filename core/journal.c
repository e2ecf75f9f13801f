/*
 * journal.c - the queue of transactions and the thread that takes them.
 *
 * The thread takes everything that waits, up to GROUP_BYTES, makes it one
 * group, has it committed (commit.c), and tells each transaction.  There is no
 * timer in that path: while one group is being synced the next one gathers by
 * itself.  Between groups it keeps house (tend.c).
 *
 * Invariants: transactions are taken, committed and told in the order in which
 * they were submitted, but for those that may use the reserve of a full
 * journal; and none is taken whose chain has broken, so a stream never gains a
 * hole.
 */
#include "journal_private.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <heard/error.h>

enum { GROUP_BYTES = 8 << 20 };

int64_t journal_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void journal_poke(struct journal *j)
{
	pthread_mutex_lock(&j->queue_lock);
	j->is_poked = true;
	pthread_cond_signal(&j->queue_posted);
	pthread_mutex_unlock(&j->queue_lock);
}
/* ---- submitting */

void journal_submit(struct journal *j, struct journal_txn *take)
{
	if (take->pipeline && strlen(take->pipeline) > JOURNAL_NAME_MAX)
		HEARD_BUG("a pipeline's name of %zu bytes", strlen(take->pipeline));
	take->next = NULL;
	atomic_fetch_add(&j->queued, group_estimate(take));
	pthread_mutex_lock(&j->queue_lock);
	*j->last = take;
	j->last = &take->next;
	if (j->is_waiting)
		pthread_cond_signal(&j->queue_posted);
	pthread_mutex_unlock(&j->queue_lock);
}

size_t journal_queued(const struct journal *j)
{
	return atomic_load(&j->queued);
}

/* As many as make a group; the rest stays. */
static struct journal_txn *take_some(struct journal *j)
{
	struct journal_txn *list = j->first, **at = &j->first;
	size_t bytes = 0;

	while (*at && (bytes == 0 || bytes + group_estimate(*at) <= GROUP_BYTES)) {
		bytes += group_estimate(*at);
		at = &(*at)->next;
	}
	if (*at == NULL) {
		j->first = NULL;
		j->last = &j->first;
	} else {
		j->first = *at;
		*at = NULL;
	}
	return list;
}

static void wait_until(struct journal *j, int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	j->is_waiting = true;
	pthread_cond_timedwait(&j->queue_posted, &j->queue_lock, &t);
	j->is_waiting = false;
}

/* The next transactions, or NULL when something else is due. */
static struct journal_txn *await(struct journal *j, int64_t until_ms, bool *stop)
{
	pthread_mutex_lock(&j->queue_lock);
	while (j->first == NULL && !j->is_stopping && !j->is_poked &&
	       journal_clock() < until_ms)
		wait_until(j, until_ms);
	j->is_poked = false;
	struct journal_txn *list = take_some(j);
	*stop = j->is_stopping && list == NULL;
	pthread_mutex_unlock(&j->queue_lock);
	return list;
}

static void chain_break(_Atomic uint64_t *chain, uint64_t epoch)
{
	uint64_t now = atomic_load(chain);

	while (now < epoch && !atomic_compare_exchange_weak(chain, &now, epoch))
		;
}

static void finish(struct journal *j, struct journal_txn *list, int result)
{
	for (struct journal_txn *t = list, *next; t; t = next) {
		next = t->next;
		atomic_fetch_sub(&j->queued, group_estimate(t));
		if (result != 0 && t->chain != NULL)
			chain_break(t->chain, t->epoch);
		t->done(t, result);
	}
}

/* Those whose chain has broken fail; the others, in order. */
static struct journal_txn *whole_chains(struct journal *j, struct journal_txn *list)
{
	struct journal_txn *whole = NULL, **last = &whole;

	for (struct journal_txn *next; list; list = next) {
		next = list->next;
		list->next = NULL;
		if (list->chain != NULL && list->epoch <= atomic_load(list->chain)) {
			finish(j, list, -ECANCELED);
			continue;
		}
		*last = list;
		last = &list->next;
	}
	return whole;
}

/* ---- transactions */

static int build(struct journal *j, struct journal_txn *list)
{
	int r = 0;

	group_begin(&j->group, j->next_seq, j->options.now());
	for (; list && r == 0; list = list->next)
		r = group_add(&j->group, list, j->keys, j->state);
	if (r != 0) {
		state_rollback(j->state);
		keys_cancel(j->keys);
	}
	return r;
}

static void commit(struct journal *j, struct journal_txn *list, bool use_reserve)
{
	if (list == NULL)
		return;
	int r = atomic_load(&j->is_broken)
			? -EIO
			: pool_make_room(j, commit_estimate(j, list), use_reserve);

	if (r == 0)
		r = build(j, list);
	if (r == 0)
		r = commit_group(j);
	if (health_lacks_space(r))
		health_full(j, j->options.max_size
				       ? "journal.max_size is reached or the disk is full"
				       : "");
	finish(j, list, r);
	if (r == 0 && j->options.committed)
		j->options.committed(j->options.arg, j->last_seq);
}

/* Those that may use the reserve go to one list, the others to another. */
static void partition(struct journal_txn *list, struct journal_txn **may,
		      struct journal_txn **others)
{
	for (struct journal_txn *next; list; list = next) {
		next = list->next;
		list->next = NULL;
		struct journal_txn ***to = list->may_use_reserve ? &may : &others;
		**to = list;
		*to = &list->next;
	}
}

static void commit_all(struct journal *j, struct journal_txn *list)
{
	struct journal_txn *may = NULL, *others = NULL;

	list = whole_chains(j, list);
	if (list == NULL)
		return;
	if (!atomic_load(&j->is_full)) {
		int r = atomic_load(&j->is_broken)
				? 0
				: pool_make_room(j, commit_estimate(j, list), false);
		if (r != -ENOSPC) {
			commit(j, list, false);
			return;
		}
		health_full(j, "no segment is free and none can be made: journal.max_size is "
			       "reached or the disk is full");
	}
	partition(list, &may, &others);
	finish(j, others, -ENOSPC);
	commit(j, may, true);
}

/* ---- the thread */

void *journal_run(void *arg)
{
	struct journal *j = arg;
	bool stop = false;

	while (!stop) {
		struct journal_txn *list = await(j, tend_again_ms(j), &stop);
		if (list)
			commit_all(j, list);
		tend(j);
	}
	return NULL;
}
