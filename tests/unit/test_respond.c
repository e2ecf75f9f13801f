/*
 * test_respond.c - plugins/lib/respond with clock, HTTP client, timer, seal and promise
 * replaced; answers.db is real.
 */
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
#include "lib/respond/answered.c"
#undef STATEMENTS
#include "lib/respond/call.c"
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

static int ask(void *arg, const struct respond_to *to, struct pull_request *q,
	       struct heard_error *err)
{
	(void)arg;
	t.n_asked++;
	if (t.ask_result != 0)
		return heard_fail(err, -t.ask_result, "the channel cannot");
	heard_buf_puts(&q->url, heard_str_is(to->address, "bad") ? "bad" : "https://x.test/");
	heard_buf_printf(&q->headers[q->n_headers++], "Idempotency-Key: %s", to->id);
	heard_buf_printf(&q->body, "%.*s|%.*s|%.*s|%.*s|%.*s", HEARD_ARG(to->address),
			 HEARD_ARG(to->source_id), HEARD_ARG(to->thread), HEARD_ARG(to->text),
			 HEARD_ARG(to->words));
	return 0;
}

static enum respond_verdict judge(void *arg, const struct heard_fetch_answer *a,
				  int64_t *after_ms, struct heard_error *reason)
{
	(void)arg;
	heard_fail(reason, EPROTO, "the service says %d", a->status);
	*after_ms = t.after_ms;
	return t.verdict;
}

static const struct respond_hooks hooks = {.ask = ask, .judge = judge};

static void start_with(const struct respond_hooks *h)
{
	struct heard_error err = {0};
	t.r = respond_create(NULL, NULL, &t.window, h, NULL, true, &err);
	if (t.r == NULL)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.now = 1700000000000;
	t.verdict = RESPOND_SENT;
	snprintf(t.folder, sizeof(t.folder), "/tmp/heard-respond.XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	return 0;
}

static int teardown(void **state)
{
	char command[100];
	(void)state;
	respond_destroy(t.r);
	snprintf(command, sizeof(command), "rm -rf %s", t.folder);
	return system(command);
}

static void restart(void)
{
	respond_destroy(t.r);
	t.n_under_way = 0;
	start_with(&hooks);
}

/* Answer n to that person; its word is t.words[n]. */
static void reply(int n, const char *address)
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
static void comes_back(int status, int error_code)
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

static void is_word(int n, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	assert_int_equal(t.words[n].times, 1);
	assert_int_equal(t.words[n].outcome, outcome);
	assert_int_equal(t.words[n].after_ms, after_ms);
	if (strstr(t.words[n].reason, reason) == NULL || (!reason[0] && t.words[n].reason[0]))
		fail_msg("reason: %s", t.words[n].reason);
}

static void on_stopped(void *arg)
{
	(void)arg;
	t.n_stopped++;
}

/* ---- the way there */

static void an_answer_is_sent_to_the_address_of_the_record(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:openid-7");
	assert_string_equal(t.url, "POST https://x.test/");
	assert_string_equal(t.body, "openid-7|m1|th|We send it again.\n\nStatus: "
				    "https://shop.test/status/tok|We send it again.");
	assert_int_equal(strlen(t.header), strlen("Idempotency-Key: ") + 32);
	assert_int_equal(t.words[1].times, 0);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
}

static void what_was_sent_is_a_duplicate_after_a_restart_too(void **state)
{
	char first[256];
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	snprintf(first, sizeof(first), "%s", t.header);
	comes_back(200, 0);
	reply(1, "sealed:a");
	is_word(1, HEARD_DUPLICATE, 0, "");
	restart();
	reply(1, "sealed:a");
	is_word(1, HEARD_DUPLICATE, 0, "");
	assert_int_equal(t.n_requests, 1);
	reply(2, "sealed:a");
	assert_string_not_equal(first, t.header);
}

static void what_was_not_sent_goes_under_the_same_id(void **state)
{
	char first[256];
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	snprintf(first, sizeof(first), "%s", t.header);
	comes_back(0, -ECONNREFUSED);
	is_word(1, HEARD_RETRY, 0, "no route");
	restart();
	reply(1, "sealed:a");
	assert_string_equal(first, t.header);
}

static void one_person_is_told_one_thing_after_the_other(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	reply(3, "sealed:b");
	reply(2, "sealed:a"); /* offered twice: known when its turn comes */
	assert_int_equal(t.n_under_way, 2);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_requests, 3);
	assert_memory_equal(t.body, "a|", 2);
	comes_back(200, 0);
	is_word(3, HEARD_DELIVERED, 0, "");
	comes_back(200, 0);
	assert_int_equal(t.words[2].times, 2);
	assert_int_equal(t.words[2].outcome, HEARD_DUPLICATE);
	assert_int_equal(t.n_requests, 3);
}

static void who_cannot_be_answered_is_said(void **state)
{
	struct heard_answer a = {.key = HEARD_STR("k"), .record = HEARD_STR("{\"body\":1}")};
	(void)state;
	start_with(&hooks);
	reply(1, "clear");
	is_word(1, HEARD_REFUSED, 0, "there is no privacy.private_key");
	respond_reply(t.r, &a, (struct heard_reply *)&t.words[2]);
	is_word(2, HEARD_REFUSED, 0, "does not say who wrote");
	a.record = HEARD_STR_OF("no JSON");
	respond_reply(t.r, &a, (struct heard_reply *)&t.words[3]);
	is_word(3, HEARD_REFUSED, 0, "not there any more");
	reply(4, "sealed:bad");
	is_word(4, HEARD_REFUSED, 0, "the request cannot be made");
	t.ask_result = -EINVAL;
	reply(5, "sealed:a");
	is_word(5, HEARD_REFUSED, 0, "the channel cannot");
	assert_int_equal(t.n_requests, 0);
}

static void a_key_is_waited_for(void **state)
{
	(void)state;
	start_with(&hooks);
	t.ask_result = -EAGAIN;
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	t.on_key(t.key_arg);
	assert_int_equal(t.n_asked, 2);
	t.ask_result = 0;
	t.on_key(t.key_arg);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	comes_back(200, 0);
	is_word(2, HEARD_DELIVERED, 0, "");
	t.ask_result = -EAGAIN;
	reply(3, "sealed:a");
	for (int i = 0; i < SOON_TIMES; i++)
		t.on_key(t.key_arg);
	is_word(3, HEARD_RETRY, 0, "the channel cannot");
	reply(4, "sealed:a");
	respond_stop(t.r, on_stopped, NULL);
	is_word(4, HEARD_RETRY, 0, "stopping");
	assert_int_equal(t.n_stopped, 1);
}

/* ---- what is said of it */

static void verdicts(void **state)
{
	(void)state;
	start_with(&hooks);
	t.verdict = RESPOND_REFUSED;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_REFUSED, 0, "the service says 200");
	t.verdict = RESPOND_AGAIN;
	t.after_ms = 5000;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_RETRY, 5000, "the service says 200");
}

static void a_key_that_ran_out_is_asked_for_once(void **state)
{
	(void)state;
	start_with(&hooks);
	t.verdict = RESPOND_LOGIN;
	reply(1, "sealed:a");
	comes_back(200, 0);
	assert_int_equal(t.n_asked, 2);
	assert_int_equal(t.words[1].times, 0);
	comes_back(200, 0);
	is_word(1, HEARD_RETRY, 0, "the service says 200");
	reply(1, "sealed:a");
	comes_back(200, 0);
	comes_back(200, 0);
	assert_int_equal(t.n_logged, 1); /* said once */
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.verdict = RESPOND_SENT;
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
}

static void a_status_is_a_verdict(void **state)
{
	static const struct {
		int status;
		enum respond_verdict verdict;
	} cases[] = {{200, RESPOND_SENT},    {204, RESPOND_SENT},    {401, RESPOND_LOGIN},
		     {403, RESPOND_LOGIN},   {408, RESPOND_AGAIN},   {503, RESPOND_AGAIN},
		     {302, RESPOND_REFUSED}, {404, RESPOND_REFUSED}, {422, RESPOND_REFUSED}};
	struct heard_error err;
	int64_t after = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_fetch_answer a = {.status = cases[i].status, .retry_after_ms = -1};
		assert_int_equal(respond_judge(&a, NULL, &after, &err), cases[i].verdict);
	}
	assert_int_equal(after, 0);
	static const struct respond_meaning list[] = {
		{404, RESPOND_AGAIN, 5000, "it comes later"}, {.text = NULL}};
	struct heard_fetch_answer a = {.status = 404};
	assert_int_equal(respond_judge(&a, list, &after, &err), RESPOND_AGAIN);
	assert_int_equal(after, 5000);
	assert_string_equal(err.text, "it comes later");
	a.status = 410;
	assert_int_equal(respond_judge(&a, list, &after, &err), RESPOND_REFUSED);
	start_with(&(struct respond_hooks){.ask = ask});
	reply(1, "sealed:a");
	comes_back(429, 0);
	is_word(1, HEARD_RETRY, 7000, "HTTP 429");
}

/* ---- windows */

static void a_window_of_answers_ends(void **state)
{
	(void)state;
	t.window = (struct respond_window){2, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 1000);
	for (int i = 1; i <= 3; i++)
		reply(i, "sealed:a"); /* at once: the third waits, and is refused */
	comes_back(200, 0);
	comes_back(200, 0);
	is_word(2, HEARD_DELIVERED, 0, "");
	is_word(3, HEARD_REFUSED, 0, "call him");
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 1000); /* the same message again */
	reply(4, "sealed:a");
	is_word(4, HEARD_REFUSED, 0, "call him");
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 500);
	reply(5, "sealed:a");
	comes_back(200, 0);
	is_word(5, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_requests, 3);
}

static void what_fails_does_not_use_up_a_window(void **state)
{
	(void)state;
	t.window = (struct respond_window){1, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	t.verdict = RESPOND_AGAIN;
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.verdict = RESPOND_SENT;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	reply(2, "sealed:a");
	is_word(2, HEARD_REFUSED, 0, "call him");
	reply(3, "sealed:nobody knows when he wrote"); /* the platform does */
	comes_back(200, 0);
	is_word(3, HEARD_DELIVERED, 0, "");
}

static void a_window_of_time_ends(void **state)
{
	(void)state;
	t.window = (struct respond_window){5, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	assert_int_equal(t.sync_after, SYNC_MS);
	t.on_sync(t.sync_arg);
	restart();
	t.now += 3600000;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	t.now++;
	reply(2, "sealed:a");
	is_word(2, HEARD_REFUSED, 0, "call him");
}

static void old_notes_are_let_go(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.now += FORGET_MS + 1;
	reply(2, "sealed:a");
	comes_back(200, 0);
	reply(1, "sealed:a");
	assert_int_equal(t.n_under_way, 1);
}

static void people_are_let_go_where_nobody_is_answered(void **state)
{
	(void)state;
	t.window = (struct respond_window){5, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	t.on_sync(t.sync_arg);
	t.now += FORGET_MS + 1;
	respond_heard(t.r, HEARD_STR_OF("b"), t.now);
	t.on_sync(t.sync_arg);
	reply(1, "sealed:a"); /* else his window would be over */
	assert_int_equal(t.n_under_way, 1);
}

/* ---- stopping */

static void a_stop_waits_for_what_is_under_way(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	respond_stop(t.r, on_stopped, NULL);
	is_word(2, HEARD_RETRY, 0, "stopping");
	assert_int_equal(t.n_stopped, 0);
	reply(3, "sealed:b");
	is_word(3, HEARD_RETRY, 0, "stopping");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_stopped, 1);
}

static void a_forced_end_cancels(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	respond_destroy(t.r);
	t.r = NULL;
	assert_int_equal(t.n_cancelled, 1);
	assert_int_equal(t.words[1].times, 0); /* the core says it */
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* ---- damage */

static void damage(long at)
{
	char path[100], junk[3000];
	snprintf(path, sizeof(path), "%s/answers.db", t.folder);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	memset(junk, 'x', sizeof(junk));
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_equal(fwrite(junk, sizeof(junk), 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

static void a_damaged_file_is_set_aside_and_begun_anew(void **state)
{
	static const long places[] = {0, 16384}; /* the head; a table */
	char path[200];
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start_with(&hooks);
		reply(1, "sealed:a");
		comes_back(200, 0);
		is_word(1, HEARD_DELIVERED, 0, "");
		respond_destroy(t.r);
		damage(places[i]);
		t.now += 60000;
		t.n_logged = t.n_under_way = 0;
		start_with(&hooks);
		assert_int_equal(t.n_logged, 1);
		snprintf(path, sizeof(path), "%s/answers.db.damaged-%lld", t.folder,
			 (long long)(t.now / 1000));
		assert_int_equal(access(path, R_OK), 0);
		reply(1, "sealed:a"); /* it is not known any more */
		comes_back(200, 0);
		is_word(1, HEARD_DELIVERED, 0, "");
		restart();
		assert_int_equal(t.n_logged, 1);
		respond_destroy(t.r);
		t.r = NULL;
		assert_int_equal(unlink(path), 0);
		snprintf(path, sizeof(path), "%s/answers.db", t.folder);
		assert_int_equal(unlink(path), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(an_answer_is_sent_to_the_address_of_the_record),
		WITH(what_was_sent_is_a_duplicate_after_a_restart_too),
		WITH(what_was_not_sent_goes_under_the_same_id),
		WITH(one_person_is_told_one_thing_after_the_other),
		WITH(who_cannot_be_answered_is_said),
		WITH(a_key_is_waited_for),
		WITH(verdicts),
		WITH(a_key_that_ran_out_is_asked_for_once),
		WITH(a_status_is_a_verdict),
		WITH(a_window_of_answers_ends),
		WITH(what_fails_does_not_use_up_a_window),
		WITH(a_window_of_time_ends),
		WITH(old_notes_are_let_go),
		WITH(people_are_let_go_where_nobody_is_answered),
		WITH(a_stop_waits_for_what_is_under_way),
		WITH(a_forced_end_cancels),
		WITH(a_damaged_file_is_set_aside_and_begun_anew),
	};
	return cmocka_run_group_tests_name("respond", tests, NULL, NULL);
}
