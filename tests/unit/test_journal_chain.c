/*
 * test_journal_chain.c - what a transaction that fails takes with it.
 *
 * The disk here holds the write of a group until it is let go, so that others
 * queue behind it, and then refuses it for want of space, so that the journal
 * lives on.  It also holds back new segments, without which a journal that is
 * full does not heal: a test says when it may.
 */
#include "journal_fixture.h"

#include "journal_io.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_held, is_reached; /* the next group waits; one does */
	bool is_sick;		  /* new segments wait, so a full journal stays so */
	int refusals;		  /* so many writes of groups fail */
	int n_segments;		  /* were begun */
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Groups are written in several pieces, all else in one. */
static ssize_t gated_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	bool is_refused = false;

	if (n > 1) {
		pthread_mutex_lock(&disk.lock);
		disk.is_reached = true;
		pthread_cond_broadcast(&disk.changed);
		while (disk.is_held)
			pthread_cond_wait(&disk.changed, &disk.lock);
		is_refused = disk.refusals > 0;
		disk.refusals -= is_refused;
		pthread_mutex_unlock(&disk.lock);
	}
	errno = ENOSPC;
	return is_refused ? -1 : pwritev(fd, v, n, at);
}

/* [backstage] */
static int gated_fallocate(int fd, int mode, off_t at, off_t n)
{
	pthread_mutex_lock(&disk.lock);
	disk.n_segments++;
	pthread_cond_broadcast(&disk.changed);
	while (disk.is_sick)
		pthread_cond_wait(&disk.changed, &disk.lock);
	pthread_mutex_unlock(&disk.lock);
	return fallocate(fd, mode, at, n);
}

static void get_well(void)
{
	pthread_mutex_lock(&disk.lock);
	disk.is_sick = false;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

static void hold(int refusals)
{
	pthread_mutex_lock(&disk.lock);
	disk.is_held = true;
	disk.is_reached = false;
	disk.refusals = refusals;
	pthread_mutex_unlock(&disk.lock);
}

static bool is_reached(void)
{
	return disk.is_reached;
}

/* The first is written to; the fourth is begun when the third is ready. */
static bool has_spares(void)
{
	return disk.n_segments >= 4;
}

static void await(bool (*is_so)(void))
{
	struct timespec t;
	int e = 0;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 60;
	pthread_mutex_lock(&disk.lock);
	while (!is_so() && e == 0)
		e = pthread_cond_timedwait(&disk.changed, &disk.lock, &t);
	pthread_mutex_unlock(&disk.lock);
	assert_int_equal(e, 0);
}

static void await_write(void)
{
	await(is_reached);
}

/* The group that fails finds another segment, but the pool is not filled again. */
static void fall_sick(void)
{
	await(has_spares);
	pthread_mutex_lock(&disk.lock);
	disk.is_sick = true;
	pthread_mutex_unlock(&disk.lock);
}

static void let_go(void)
{
	pthread_mutex_lock(&disk.lock);
	disk.is_held = false;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

static struct journal_io gated_io;

static void open_gated(struct fixture *f)
{
	gated_io = journal_io_real;
	gated_io.pwritev = gated_pwritev;
	gated_io.fallocate = gated_fallocate;
	disk.n_segments = 0;
	fixture_init(f);
	f->options.io = &gated_io;
	fixture_open(f);
}

/* One record and a resume token, on a chain. */
struct step {
	struct waiter waiter;
	struct journal_record record;
	struct journal_state token;
};

static void submit(struct fixture *f, struct step *s, const char *line, _Atomic uint64_t *chain,
		   uint64_t epoch)
{
	s->record = fixture_record(line, 0, 0);
	s->token = (struct journal_state){HEARD_STR("token"), heard_str(line)};
	s->waiter.txn = (struct journal_txn){.pipeline = "shop",
					     .lines = heard_str(line),
					     .records = &s->record,
					     .n_records = 1,
					     .state = &s->token,
					     .n_state = chain != NULL,
					     .chain = chain,
					     .epoch = epoch};
	waiter_submit(f, &s->waiter);
}

static int commit(struct fixture *f, const char *line, _Atomic uint64_t *chain, uint64_t epoch)
{
	struct step s;

	submit(f, &s, line, chain, epoch);
	return waiter_wait(&s.waiter);
}

static void expect_token(struct fixture *f, const char *text)
{
	size_t len;
	char *token = journal_state_get(f->journal, HEARD_STR_OF("token"), &len);

	assert_true(token ? text && strcmp(token, text) == 0 : text == NULL);
	free(token);
}

static void a_failure_cancels_what_follows_of_its_epoch(void **state)
{
	struct fixture f;
	_Atomic uint64_t chain = 0, other = 0;
	struct step s[5];
	(void)state;
	open_gated(&f);
	hold(2); /* here, and in the next segment */
	submit(&f, &s[0], "lost\n", &chain, 2);
	await_write();
	submit(&f, &s[1], "same\n", &chain, 2);
	submit(&f, &s[2], "older\n", &chain, 1);
	submit(&f, &s[3], "alone\n", NULL, 0);
	submit(&f, &s[4], "other\n", &other, 1);
	fall_sick();
	let_go();
	assert_int_equal(waiter_wait(&s[0].waiter), -ENOSPC);
	assert_int_equal(waiter_wait(&s[1].waiter), -ECANCELED);
	assert_int_equal(waiter_wait(&s[2].waiter), -ECANCELED);
	assert_int_equal(atomic_load(&chain), 2);
	/* The journal is full now: that fails those which fate alone would not. */
	assert_int_equal(waiter_wait(&s[3].waiter), -ENOSPC);
	assert_int_equal(waiter_wait(&s[4].waiter), -ENOSPC);
	assert_int_equal(atomic_load(&other), 1);
	expect_token(&f, NULL);
	assert_int_equal(atomic_load(&f.n_back), 0);

	get_well();
	fixture_wait(&f.n_back);
	assert_int_equal(commit(&f, "late\n", &chain, 2), -ECANCELED);
	assert_int_equal(commit(&f, "later\n", &chain, 1), -ECANCELED);
	assert_int_equal(commit(&f, "again\n", &chain, 3), 0);
	assert_int_equal(commit(&f, "more\n", &chain, 3), 0);
	assert_int_equal(commit(&f, "single\n", NULL, 0), 0);
	assert_int_equal(commit(&f, "other\n", &other, 2), 0);
	for (int round = 0; round < 2; round++) {
		fixture_expect(&f, 0, "again\nmore\nsingle\nother\n");
		expect_token(&f, "other\n");
		assert_int_equal(journal_queued(f.journal), 0);
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

/* The source was told, began anew, and its first ones wait already when the
 * last of the broken epoch fail. */
static void a_newer_epoch_commits_in_the_same_group(void **state)
{
	struct fixture f;
	_Atomic uint64_t chain = 0;
	struct step s[4];
	(void)state;
	open_gated(&f);
	atomic_store(&chain, 1); /* broken before */
	hold(0);
	submit(&f, &s[0], "first\n", NULL, 0);
	await_write();
	submit(&f, &s[1], "old\n", &chain, 1);
	submit(&f, &s[2], "new\n", &chain, 2);
	submit(&f, &s[3], "newer\n", &chain, 2);
	let_go();
	assert_int_equal(waiter_wait(&s[0].waiter), 0);
	assert_int_equal(waiter_wait(&s[1].waiter), -ECANCELED);
	assert_int_equal(waiter_wait(&s[2].waiter), 0);
	assert_int_equal(waiter_wait(&s[3].waiter), 0);
	assert_int_equal(atomic_load(&chain), 1);
	fixture_expect(&f, 0, "first\nnew\nnewer\n");
	expect_token(&f, "newer\n");
	fixture_release(&f);
}

/* All of a group fails, or none of it: those that stood in it break too. */
static void a_group_that_fails_breaks_every_chain_in_it(void **state)
{
	struct fixture f;
	_Atomic uint64_t a = 0, b = 0;
	struct step s[3];
	(void)state;
	open_gated(&f);
	hold(0);
	submit(&f, &s[0], "first\n", NULL, 0);
	await_write();
	submit(&f, &s[1], "a\n", &a, 7);
	submit(&f, &s[2], "b\n", &b, 8);
	pthread_mutex_lock(&disk.lock);
	disk.refusals = 0;
	pthread_mutex_unlock(&disk.lock);
	let_go();
	assert_int_equal(waiter_wait(&s[0].waiter), 0);
	assert_int_equal(waiter_wait(&s[1].waiter), 0);
	assert_int_equal(waiter_wait(&s[2].waiter), 0);
	assert_int_equal(atomic_load(&a), 0);
	hold(0);
	submit(&f, &s[0], "second\n", NULL, 0);
	await_write();
	submit(&f, &s[1], "a\n", &a, 7);
	submit(&f, &s[2], "b\n", &b, 8);
	pthread_mutex_lock(&disk.lock);
	disk.refusals = 4; /* both groups, in two segments each */
	pthread_mutex_unlock(&disk.lock);
	let_go();
	assert_int_equal(waiter_wait(&s[0].waiter), -ENOSPC);
	assert_int_equal(waiter_wait(&s[1].waiter), -ENOSPC);
	assert_int_equal(waiter_wait(&s[2].waiter), -ENOSPC);
	assert_int_equal(atomic_load(&a), 7);
	assert_int_equal(atomic_load(&b), 8);
	fixture_expect(&f, 0, "first\na\nb\n");
	pthread_mutex_lock(&disk.lock);
	disk.refusals = 0;
	pthread_mutex_unlock(&disk.lock);
	fixture_release(&f);
}

static void an_endless_name_is_the_callers_bug(void **state)
{
	struct fixture f;
	char name[JOURNAL_NAME_MAX + 2];
	struct journal_record r = fixture_record("x\n", 0, 0);
	struct journal_txn t = {.pipeline = name, .lines = HEARD_STR("x\n"), .records = &r};
	int status;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	memset(name, 'n', sizeof(name));
	name[JOURNAL_NAME_MAX] = '\0';
	t.n_records = 1;
	assert_int_equal(fixture_commit(&f, &t), 0);
	name[JOURNAL_NAME_MAX] = 'n';
	name[JOURNAL_NAME_MAX + 1] = '\0';
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		journal_submit(f.journal, &t);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	fixture_expect(&f, 0, "x\n");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_cancels_what_follows_of_its_epoch),
		cmocka_unit_test(a_newer_epoch_commits_in_the_same_group),
		cmocka_unit_test(a_group_that_fails_breaks_every_chain_in_it),
		cmocka_unit_test(an_endless_name_is_the_callers_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
