/*
 * respond_fixture.h - plugins/lib/respond with clock, HTTP client, timer, seal and promise
 * replaced; answers.db is real.  A channel's hooks do as the test says.
 *
 * The library's files are compiled in, so that a test can ask their inner parts too.
 */
#ifndef TEST_RESPOND_FIXTURE_H
#define TEST_RESPOND_FIXTURE_H

#define heard_fetch	    test_fetch
#define heard_fetch_cancel  test_cancel
#define heard_timer_create  test_timer_create
#define heard_timer_set	    test_timer_set
#define heard_timer_destroy test_timer_destroy
#define heard_now	    test_now
#define heard_log	    test_log
#define heard_unseal	    test_unseal
#define heard_keyed_hash    test_keyed_hash
#define heard_state_folder  test_state_folder
#define heard_reply_finish  test_reply_finish
#include "lib/pull/request.c"
#include "lib/respond/answered.c"
#undef STATEMENTS
#include "lib/respond/respond.c"
#include "lib/respond/whom.c"

#include <heard/answer.h>

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 8 };

struct word { /* of one answer */
	int times;
	enum heard_outcome outcome;
	int64_t after_ms;
	char reason[256];
};

static struct {
	char folder[64];
	int64_t now, sync_after;
	void (*on_sync)(void *), (*on_key)(void *);
	void *sync_arg, *key_arg;
	struct heard_fetch_request under_way[MOST];
	char url[256], body[1024], header[256];
	int n_requests, n_under_way, n_cancelled, n_logged, n_stopped, n_asked;
	struct word words[MOST];
	int ask_result; /* of the hook */
	enum respond_verdict verdict;
	int64_t after_ms;
	struct respond_window window;
	struct respond *r;
} t;

/* ---- what stands in for the core */

struct heard_fetch *test_fetch(struct heard_fetch_client *c,
			       const struct heard_fetch_request *q, struct heard_error *err)
{
	(void)c;
	if (strstr(q->url, "bad") != NULL) {
		heard_fail(err, EINVAL, "no URL");
		return NULL;
	}
	t.under_way[t.n_under_way++] = *q;
	t.n_requests++;
	snprintf(t.url, sizeof(t.url), "%s %s", q->method, q->url);
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(q->body));
	snprintf(t.header, sizeof(t.header), "%s", q->headers[0] ? q->headers[0] : "");
	return (struct heard_fetch *)&t;
}
void test_cancel(struct heard_fetch *f)
{
	(void)f;
	t.n_cancelled++;
}
struct heard_timer *test_timer_create(struct heard_host *h, void (*fn)(void *), void *arg)
{
	(void)h;
	*(fn == on_sync ? &t.on_sync : &t.on_key) = fn;
	*(fn == on_sync ? &t.sync_arg : &t.key_arg) = arg;
	return (struct heard_timer *)&t;
}
void test_timer_set(struct heard_timer *timer, int64_t after_ms)
{
	(void)timer;
	t.sync_after = after_ms;
}
void test_timer_destroy(struct heard_timer *timer)
{
	(void)timer;
}
int64_t test_now(const struct heard_host *h)
{
	(void)h;
	return t.now;
}
void test_log(struct heard_host *h, enum heard_level level, const char *format, ...)
{
	(void)h, (void)level, (void)format;
	t.n_logged++;
}
int test_unseal(const struct heard_host *h, struct heard_str sealed, struct heard_buf *plain,
		struct heard_error *err)
{
	(void)h;
	if (!heard_str_starts(sealed, HEARD_STR_OF("sealed:")))
		return heard_fail(err, ENOKEY, "there is no privacy.private_key");
	heard_buf_str(plain, heard_str_skip(sealed, 7));
	return 0;
}
void test_keyed_hash(const struct heard_host *h, const char *purpose, struct heard_str text,
		     unsigned char out[32])
{
	struct heard_buf b;
	(void)h;
	heard_buf_init(&b, 4096);
	heard_buf_printf(&b, "%s %.*s", purpose, HEARD_ARG(text));
	crypto_generichash(out, 32, (const unsigned char *)b.ptr, b.len, NULL, 0);
	heard_buf_release(&b);
}
const char *test_state_folder(struct heard_host *h)
{
	(void)h;
	return t.folder;
}
void test_reply_finish(struct heard_reply *take, enum heard_outcome outcome, int64_t after_ms,
		       const char *reason)
{
	struct word *w = (struct word *)take;
	w->times++;
	w->outcome = outcome;
	w->after_ms = after_ms;
	snprintf(w->reason, sizeof(w->reason), "%s", reason ? reason : "");
}

/* ---- a channel */

static inline int ask(void *arg, const struct respond_to *to, struct pull_request *q,
		      struct heard_error *err)
{
	(void)arg;
	t.n_asked++;
	if (t.ask_result != 0)
		return heard_fail(err, -t.ask_result, "the channel cannot");
	heard_buf_puts(&q->url, heard_str_is(to->address, "bad") ? "bad" : "https://x.test/");
	pull_header(q, "Idempotency-Key: %s", to->id);
	heard_buf_printf(&q->body, "%.*s|%.*s|%.*s|%.*s|%.*s", HEARD_ARG(to->address),
			 HEARD_ARG(to->source_id), HEARD_ARG(to->thread), HEARD_ARG(to->text),
			 HEARD_ARG(to->words));
	return 0;
}

static inline enum respond_verdict judge(void *arg, const struct heard_fetch_answer *a,
					 int64_t *after_ms, struct heard_error *reason)
{
	(void)arg;
	heard_fail(reason, EPROTO, "the service says %d", a->status);
	*after_ms = t.after_ms;
	return t.verdict;
}

static const struct respond_hooks hooks = {.ask = ask, .judge = judge};

static inline void start_with(const struct respond_hooks *h)
{
	struct heard_error err = {0};
	t.r = respond_create(NULL, NULL, &t.window, h, NULL, true, &err);
	if (t.r == NULL)
		fail_msg("%s", err.text);
}

static inline int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.now = 1700000000000;
	t.verdict = RESPOND_SENT;
	snprintf(t.folder, sizeof(t.folder), "/tmp/heard-respond.XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	return 0;
}

static inline int teardown(void **state)
{
	char command[100];
	(void)state;
	respond_destroy(t.r);
	snprintf(command, sizeof(command), "rm -rf %s", t.folder);
	return system(command);
}

static inline void restart(void)
{
	respond_destroy(t.r);
	t.n_under_way = 0;
	start_with(&hooks);
}

/* Answer n to that person; its word is t.words[n]. */
static inline void reply(int n, const char *address)
{
	char record[256], key[32];
	snprintf(record, sizeof(record),
		 "{\"source_id\":\"m1\",\"thread\":\"th\",\"author\":{\"id\":\"%s\"}}",
		 address);
	snprintf(key, sizeof(key), "ticket-1/answer-%d", n);
	struct heard_answer a = {.key = heard_str(key),
				 .record = heard_str(record),
				 .text = HEARD_STR(" We send it again. \n"),
				 .ticket = HEARD_STR("1"),
				 .status = HEARD_STR("https://shop.test/status/tok"),
				 .lang = HEARD_STR("en")};
	t.words[n].times = 0;
	respond_reply(t.r, &a, (struct heard_reply *)&t.words[n]);
}

/* The oldest request is answered. */
static inline void comes_back(int status, int error_code)
{
	struct heard_fetch_request q = t.under_way[0];
	struct heard_fetch_answer a = {.status = status,
				       .error_code = error_code,
				       .error = error_code ? "no route" : NULL,
				       .retry_after_ms = status == 429 ? 7000 : -1};
	assert_true(t.n_under_way > 0);
	memmove(t.under_way, t.under_way + 1, sizeof(q) * MOST - sizeof(q));
	t.n_under_way--;
	q.done(q.arg, &a);
}

static inline void is_word(int n, enum heard_outcome outcome, int64_t after_ms,
			   const char *reason)
{
	assert_int_equal(t.words[n].times, 1);
	assert_int_equal(t.words[n].outcome, outcome);
	assert_int_equal(t.words[n].after_ms, after_ms);
	if (strstr(t.words[n].reason, reason) == NULL || (!reason[0] && t.words[n].reason[0]))
		fail_msg("reason: %s", t.words[n].reason);
}

static inline void on_stopped(void *arg)
{
	(void)arg;
	t.n_stopped++;
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
