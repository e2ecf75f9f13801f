/*
 * engine.c - a whole engine whose k-th allocation, or k-th system call that
 * writes, fails once: `engine malloc|write TRIES N` is point N of a test.
 *
 * The linker sends what the core's objects call to the wrappers below
 * (-Wl,--wrap), so libraries keep their memory, sanitizers keep their malloc,
 * and leaks are found by the address sanitizer.  Memory of arenas is mapped, so
 * mmap of anonymous memory counts as an allocation.
 *
 * For each k one child lives through a fault: it starts, emits a record of each
 * kind and sends again what is refused, as a source does, until everything is
 * taken and delivered; then it stops.  It may also refuse to start, or, when
 * writing fails, stop itself.  A second child starts on what is left, without
 * faults, sends what was not acknowledged, and looks:
 *
 *	- a receipt was given for what is in the journal, and for nothing else
 *	- each record is in the journal once, though its source sent it again
 *	- the output that keeps its position took each once, the other at least once
 *	- the ledger balances
 */
#include "../unit/engine_emit.h"
#include "../unit/engine_look.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>

/* ---- what fails */

static _Atomic long calls;
static long fail_at; /* 0: none */
static enum { FAIL_MALLOC = 1, FAIL_WRITE } fail_what;
static _Atomic bool is_armed; /* cleared beside threads that still run */

static bool fails(int what, int error)
{
	if (!is_armed || (int)fail_what != what || ++calls != fail_at)
		return false;
	errno = error;
	return true;
}

#define WRAP(result, name, kind, error, bad, declared, given) \
	result __real_##name declared;                        \
	result __wrap_##name declared;                        \
	result __wrap_##name declared                         \
	{                                                     \
		if (fails(kind, error))                       \
			return bad;                           \
		return __real_##name given;                   \
	}

WRAP(void *, malloc, FAIL_MALLOC, ENOMEM, NULL, (size_t n), (n))
WRAP(void *, calloc, FAIL_MALLOC, ENOMEM, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, FAIL_MALLOC, ENOMEM, NULL, (void *p, size_t n), (p, n))
WRAP(char *, strdup, FAIL_MALLOC, ENOMEM, NULL, (const char *s), (s))
WRAP(ssize_t, pwritev, FAIL_WRITE, EIO, -1, (int fd, const struct iovec *v, int n, off_t at),
     (fd, v, n, at))
WRAP(int, fdatasync, FAIL_WRITE, EIO, -1, (int fd), (fd))
WRAP(int, fsync, FAIL_WRITE, EIO, -1, (int fd), (fd))
WRAP(int, fallocate, FAIL_WRITE, ENOSPC, -1, (int fd, int mode, off_t at, off_t n),
     (fd, mode, at, n))
WRAP(int, ftruncate, FAIL_WRITE, EIO, -1, (int fd, off_t size), (fd, size))
WRAP(int, renameat, FAIL_WRITE, EIO, -1, (int a, const char *from, int b, const char *to),
     (a, from, b, to))

void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	if ((flags & MAP_ANONYMOUS) && fails(FAIL_MALLOC, ENOMEM))
		return MAP_FAILED;
	return __real_mmap(at, n, prot, flags, fd, off);
}

/* ---- what is sent */

enum { N_SENT = 7, JOBS = 8 };

struct shared { /* by both children and their parent */
	long calls;
	bool acknowledged[N_SENT];
	char id[N_SENT][37];
};

static const struct {
	const char *raw, *source_id, *stream;
	int in_journal; /* lines of it, in the end */
} sent[N_SENT] = {
	{"{\"body\":\"plain word-0\"}", NULL, NULL, 1},
	{"{\"body\":\"keyed word-1\",\"author\":{\"phone\":\"13812345678\"}}", "k1", NULL, 1},
	{"=by field word-2", NULL, NULL, 1},
	{"{\"body\":\"drop word-3\"}", NULL, NULL, 0},
	{"{\"body\":\"quarantine word-4\"}", NULL, NULL, 0},
	{"{\"body\":\"refuse me word-5\"}", NULL, "s", 1},
	{"{\"body\":\"retry me word-6\"}", NULL, "s", 1},
};

static struct engine e;
static struct shared *shared;
static struct receipt receipts[N_SENT];

static void emit(int i)
{
	receipts[i].times = 0;
	heard_emit(e.in[0].host,
		   &(struct heard_emission){.raw = heard_str(sent[i].raw),
					    .source_id = heard_str(sent[i].source_id),
					    .stream = heard_str(sent[i].stream),
					    .token = heard_str(sent[i].stream ? "here" : NULL),
					    .receipt = engine_receipt,
					    .arg = &receipts[i]});
}

/* As a source does: what is refused is sent again. */
static void send_all(void)
{
	bool again = true;
	while (again) {
		again = false;
		for (int i = 0; i < N_SENT; i++)
			if (!shared->acknowledged[i])
				emit(i);
		for (int i = 0; i < N_SENT; i++) {
			if (shared->acknowledged[i])
				continue;
			engine_until(&e, receipts[i].times > 0);
			engine_must(receipts[i].times == 1);
			shared->acknowledged[i] = receipts[i].code == 0;
			again |= receipts[i].code != 0;
			memcpy(shared->id[i], receipts[i].ids[0], 37);
			engine_must(receipts[i].code == 0 || receipts[i].code == -EAGAIN);
		}
	}
}

static void settle(void)
{
	engine_idle(&e, 30); /* time enough to refuse, retry and defer */
	e.out[0]->mode = e.out[1]->mode = OUTPUT_DELIVERS;
	engine_until(&e,
		     engine_output(&e, 0).pending == 0 && engine_output(&e, 1).pending == 0);
	engine_drain(&e);
}

void __lsan_do_leak_check(void) __attribute__((weak));

static void with_fault(struct engine *x)
{
	is_armed = true;
	int rc = engine_try_start(x);
	if (rc == 0) {
		send_all();
		settle();
	}
	is_armed = false;
	engine_must(rc != 0 || engine_balances(x));
	shared->calls = calls;
	if (x->daemon != NULL)
		engine_stop(x);
	if (__lsan_do_leak_check != NULL)
		__lsan_do_leak_check();
	if (rc != 0 && x->err.text[0] == '\0')
		_exit(98); /* it failed without a word */
}

static int count(const char *text, const char *word)
{
	int n = 0;
	for (; text != NULL && (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

static void without(struct engine *x)
{
	struct heard_buf b;
	char word[24];
	engine_start(x);
	send_all();
	settle();
	engine_must(engine_balances(x));
	engine_lines(x, &b);
	unsigned in_journal = 0;
	for (int i = 0; i < N_SENT; i++) {
		snprintf(word, sizeof(word), "word-%d", i);
		engine_must(count(b.ptr, word) == sent[i].in_journal);
		engine_must(sent[i].in_journal == 0 || count(b.ptr, shared->id[i]) == 1);
		in_journal += (unsigned)sent[i].in_journal;
	}
	heard_buf_release(&b);
	for (unsigned seq = 1; seq <= in_journal; seq++) {
		engine_must(x->out[0]->delivered[seq] <= 1);
		engine_must(x->out[1]->seen[seq] >= 1);
	}
	struct ledger_output l = engine_output(x, 0);
	engine_must(l.delivered + l.dead == in_journal);
	engine_stop(x);
}

static void prepare(void)
{
	engine_init(&e, 1, 2);
	e.pipelines[0].clear = true;
	e.conf.journal.keep = 3600000; /* what was delivered is still to be looked at */
	engine_keeps_position(&e, 0);
	e.out[0]->mode = e.out[1]->mode = OUTPUT_BY_WORD;
	e.outputs[0].retry.first = e.outputs[1].retry.first = 1;
	memset(shared, 0, sizeof(*shared));
	memset(receipts, 0, sizeof(receipts));
}

/* False: something was not as it has to be. */
static bool try(long k)
{
	fail_at = k;
	calls = 0;
	prepare();
	int code = engine_crash(&e, with_fault);
	bool was_broken = fail_what == FAIL_WRITE && code == 1;
	if (was_broken)
		code = 0; /* it ended itself, as it should */
	if (code == 0) {
		fail_at = 0;
		code = engine_crash(&e, without);
	}
	engine_release(&e);
	return code == 0;
}

/* Every k, or `tries` of them from first to last. */
static long kth(long i, long n, long tries)
{
	return tries >= n ? i + 1 : 1 + i * n / tries;
}

/* One of JOBS processes, as most of a try is waiting.  How many went wrong. */
static int work(long first, long n, long tries)
{
	int bad = 0;
	for (long i = first; i < (tries < n ? tries : n); i += JOBS) {
		if (try(kth(i, n, tries)))
			continue;
		printf("# number %ld of %ld\n", kth(i, n, tries), n);
		fflush(stdout);
		bad++;
	}
	return bad < 100 ? bad : 100;
}

static struct shared *share(void)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		exit(1);
	return s;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	fail_what = strcmp(argv[1], "write") == 0 ? FAIL_WRITE : FAIL_MALLOC;
	shared = share();
	if (!try(0)) {
		printf("not ok %s - the engine works when nothing fails\n", argv[3]);
		return 1;
	}
	long tries = atol(argv[2]), n = shared->calls;
	int bad = 0, status;
	fflush(stdout);
	for (long w = 0; w < JOBS; w++)
		if (fork() == 0) {
			shared = share();
			_exit(work(w, n, tries));
		}
	while (wait(&status) > 0)
		bad += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	printf("%s %s - nothing is lost, doubled or leaked when one %s of %ld fails, %ld "
	       "tried\n",
	       bad ? "not ok" : "ok", argv[3], argv[1], n, tries < n ? tries : n);
	return bad > 0;
}
