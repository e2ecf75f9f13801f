/*
 * journal.c - the queue of transactions and the thread that takes them.
 *
 * The thread takes everything that waits, up to half a segment, makes it one
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
	uint64_t bytes = 0, most = journal_group_bytes(j);

	while (*at && (bytes == 0 || bytes + group_estimate(*at) <= most)) {
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

/* What neither space nor memory would mend is said and ends it; it would stay for ever. */
static int make_room(struct journal *j, const struct journal_txn *list, enum pool_use use)
{
	if (atomic_load(&j->is_broken))
		return -EIO;
	int r = pool_make_room(j, commit_estimate(j, list), use);

	if (r == 0 || r == -ENOMEM || health_lacks_space(r))
		return r;
	health_break(j, r);
	return -EIO;
}

static void commit(struct journal *j, struct journal_txn *list, enum pool_use use)
{
	if (list == NULL)
		return;
	int r = make_room(j, list, use);

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

static bool is_note(const struct journal_txn *t)
{
	return t->may_use_reserve;
}

static bool frees(const struct journal_txn *t)
{
	return (t->n_dead_gone || t->n_defer_gone) && !t->n_records && !t->n_dead &&
	       !t->n_defer;
}

static bool may_go_on(const struct journal_txn *t)
{
	return is_note(t) || frees(t);
}

/* Those that may stay, in order; the others are told that there is no space. */
static struct journal_txn *refuse_others(struct journal *j, struct journal_txn *list,
					 bool (*may)(const struct journal_txn *))
{
	struct journal_txn *stay = NULL, **to_stay = &stay, *others = NULL,
			   **to_others = &others;

	for (struct journal_txn *next; list; list = next) {
		struct journal_txn ***to = may(list) ? &to_stay : &to_others;
		next = list->next;
		list->next = NULL;
		**to = list;
		*to = &list->next;
	}
	finish(j, others, -ENOSPC);
	return stay;
}

static bool has_room(struct journal *j, const struct journal_txn *list, enum pool_use use)
{
	return atomic_load(&j->is_broken) ||
	       pool_make_room(j, commit_estimate(j, list), use) != -ENOSPC;
}

static void commit_all(struct journal *j, struct journal_txn *list)
{
	list = whole_chains(j, list);
	if (list == NULL)
		return;
	if (!atomic_load(&j->is_full)) {
		if (has_room(j, list, POOL_TAKES)) {
			commit(j, list, POOL_TAKES);
			return;
		}
		health_full(j, "no segment is free and none can be made: journal.max_size is "
			       "reached or the disk is full");
	}
	list = refuse_others(j, list, may_go_on);
	if (list == NULL)
		return;
	if (has_room(j, list, POOL_NOTES)) {
		commit(j, list, POOL_NOTES);
		return;
	}
	commit(j, refuse_others(j, list, frees), POOL_FREES);
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
