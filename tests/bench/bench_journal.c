/*
 * bench_journal.c - the journal alone: records a second, each on disk.
 *
 *	bench_journal FOLDER [RECORDS [RECORDS_A_TRANSACTION]]
 *
 * Lines of 1 KB in transactions of 1024, with keys, as a worker would hand them
 * in; at most WINDOW are under way.  The clock stops when the last one was told
 * that it is durable.  Prints "RATE records/s DETAILS".
 */
#include "bench.h"
#include "journal.h"

#include <heard/error.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE = 1024, WINDOW = 8 };

struct slot {
	struct journal_txn txn; /* first: done() gets this back */
	struct bench *bench;
	char *lines;
	struct journal_record *records;
	struct slot *next;
};

struct bench {
	pthread_mutex_t lock;
	pthread_cond_t is_free;
	struct slot *free;
	uint64_t done;
	int result;
};

static int64_t wall_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* [journal thread] */
static void done(struct journal_txn *txn, int result)
{
	struct slot *s = (struct slot *)txn;
	struct bench *b = s->bench;

	pthread_mutex_lock(&b->lock);
	b->result = result ? result : b->result;
	b->done += txn->n_records;
	s->next = b->free;
	b->free = s;
	pthread_cond_signal(&b->is_free);
	pthread_mutex_unlock(&b->lock);
}

static struct slot *take(struct bench *b)
{
	pthread_mutex_lock(&b->lock);
	while (!b->free)
		pthread_cond_wait(&b->is_free, &b->lock);
	struct slot *s = b->free;
	b->free = s->next;
	pthread_mutex_unlock(&b->lock);
	return s;
}

static void add_slot(struct bench *b, size_t batch)
{
	struct slot *s = calloc(1, sizeof(*s));

	if (!s || !(s->lines = malloc(batch * LINE)) ||
	    !(s->records = calloc(batch, sizeof(*s->records))))
		exit(1);
	s->bench = b;
	memset(s->lines, 'x', batch * LINE);
	for (size_t i = 0; i < batch; i++)
		s->lines[(i + 1) * LINE - 1] = '\n';
	s->next = b->free;
	b->free = s;
}

static void submit(struct journal *journal, struct slot *s, size_t batch, uint64_t first)
{
	static const struct journal_add add = {
		.name = "pipeline/bench"}; /* the journal counts what it took */

	for (size_t i = 0; i < batch; i++) {
		uint64_t number = first + i + 1, mixed = number * 0x9e3779b97f4a7c15u;
		struct journal_record *r = &s->records[i];
		memcpy(r->key, &mixed, 8);
		memcpy(r->key + 8, &number, 8);
		memcpy(r->id, &number, 8);
		r->digest = number;
		r->end = (uint32_t)((i + 1) * LINE);
		r->unit = (uint32_t)i;
		r->fate = JOURNAL_NEW;
	}
	s->txn = (struct journal_txn){.pipeline = "bench",
				      .lines = heard_str_n(s->lines, batch * LINE),
				      .records = s->records,
				      .n_records = batch,
				      .add = &add,
				      .n_add = 1,
				      .done = done};
	journal_submit(journal, &s->txn);
}

int main(int argc, char **argv)
{
	struct bench b = {.lock = PTHREAD_MUTEX_INITIALIZER,
			  .is_free = PTHREAD_COND_INITIALIZER};
	struct heard_error err = {0};
	struct journal *journal;

	if (argc < 2) {
		fputs("usage: bench_journal FOLDER [RECORDS [RECORDS_A_TRANSACTION]]\n",
		      stderr);
		return 2;
	}
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 500000;
	size_t batch = argc > 3 ? strtoull(argv[3], NULL, 10) : 1024;
	struct journal_options options = {.folder = argv[1],
					  .segment_size = 64 << 20,
					  .max_size = 8LL << 30,
					  .dedupe_ms = 7 * 86400000LL,
					  .now = wall_ms};
	if (journal_open(&journal, &options, &err))
		die(&err);
	for (int i = 0; i < WINDOW; i++)
		add_slot(&b, batch);
	double from = seconds();
	for (uint64_t i = 0; i < n; i += batch)
		submit(journal, take(&b), batch, i);
	pthread_mutex_lock(&b.lock);
	while (b.done < n)
		pthread_cond_wait(&b.is_free, &b.lock);
	pthread_mutex_unlock(&b.lock);
	double took = seconds() - from;
	struct journal_figures figures;
	journal_figures(journal, &figures);
	journal_close(journal);
	if (b.result) {
		fprintf(stderr, "bench_journal: a transaction failed: %s\n",
			strerror(-b.result));
		return 1;
	}
	printf("%.0f records/s %.0f MB/s, %.2f ms an fdatasync, %llu groups\n",
	       (double)b.done / took, (double)b.done * LINE / took / 1e6,
	       figures.groups ? figures.fsync_seconds * 1e3 / (double)figures.groups : 0,
	       (unsigned long long)figures.groups);
	return 0;
}
