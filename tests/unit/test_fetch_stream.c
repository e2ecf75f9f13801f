/*
 * test_fetch_stream.c - answers that do not end: pieces, silence, and who cancels.
 */
#include "daemon.h"
#include "endpoint.h"
#include "host.h"

#include <heard/error.h>
#include <heard/fetch.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	struct loop *loop;
	struct endpoint endpoint;
	struct heard_host host;
	struct heard_fetch_client *client;
	struct heard_fetch *stream;
	int n_done, n_pieces, cancel_at;
	size_t n_bytes;
	int error_code, status;
	size_t body_len;
} t;

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.loop = loop_create("test", NULL);
	t.host = (struct heard_host){.full_name = (char *)"test/fetch", .loop = t.loop};
	endpoint_open(&t.endpoint, loop_base(t.loop));
	t.client = heard_fetch_client_create(&t.host, 4, NULL);
	return t.client ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	heard_fetch_client_destroy(t.client);
	endpoint_close(&t.endpoint);
	loop_destroy(t.loop);
	return 0;
}

static void on_done(void *arg, const struct heard_fetch_answer *a)
{
	(void)arg;
	t.n_done++;
	t.error_code = a->error_code;
	t.status = a->status;
	t.body_len = a->body.len;
}

static void begin(const char *path, int64_t timeout_ms, void (*bytes)(void *, struct heard_str))
{
	char url[64];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", t.endpoint.port, path);
	struct heard_fetch_request q = {.url = url,
					.timeout_ms = timeout_ms,
					.max_answer = 1000,
					.allow_private = true,
					.done = on_done};
	struct heard_fetch *f = bytes ? heard_fetch_stream(t.client, &q, bytes, NULL)
				      : heard_fetch(t.client, &q, NULL);
	assert_non_null(f);
	if (bytes)
		t.stream = f;
}

static void on_bytes(void *arg, struct heard_str piece)
{
	(void)arg;
	t.n_pieces++;
	t.n_bytes += piece.len;
	if (t.n_pieces == t.cancel_at) {
		heard_fetch_cancel(t.stream);
		begin("/200", 10000, NULL); /* and something else at once */
	}
}

#define until(condition)                                                     \
	do {                                                                 \
		time_t deadline = time(NULL) + 20;                           \
		while (!(condition)) {                                       \
			if (time(NULL) > deadline)                           \
				fail_msg("never came true: %s", #condition); \
			event_base_loop(loop_base(t.loop), EVLOOP_ONCE);     \
		}                                                            \
	} while (0)

static void pieces_come_as_they_are_sent_for_longer_than_the_silence(void **state)
{
	(void)state;
	begin("/drip", 300, on_bytes);
	until(t.n_pieces >= 30); /* 20 ms each: 600 ms */
	assert_int_equal(t.n_done, 0);
	assert_true(t.n_bytes >= (size_t)t.n_pieces);
}

static void silence_ends_it(void **state)
{
	(void)state;
	begin("/hang", 100, on_bytes);
	until(t.n_done == 1);
	assert_int_equal(t.error_code, -ETIMEDOUT);
	assert_int_equal(t.n_pieces, 0);
}

static void end_and_refusal_are_told(void **state)
{
	(void)state;
	begin("/short", 10000, on_bytes);
	until(t.n_done == 1);
	assert_int_equal(t.status, 200);
	assert_int_equal(t.n_bytes, 5);
	assert_int_equal(t.body_len, 0);
	begin("/401", 10000, on_bytes); /* its text is no event */
	until(t.n_done == 2);
	assert_int_equal(t.status, 401);
	assert_int_equal(t.body_len, 2);
	assert_int_equal(t.n_bytes, 5);
	begin("/reset", 10000, on_bytes);
	until(t.n_done == 3);
	assert_int_equal(t.error_code, -ECONNRESET);
}

static void large_pieces_are_whole(void **state)
{
	(void)state;
	begin("/huge", 10000, on_bytes);
	until(t.n_done == 1);
	assert_int_equal(t.error_code, 0);
	assert_int_equal(t.n_bytes, 4000000);
}

static void who_gets_bytes_may_cancel_and_begin_another(void **state)
{
	(void)state;
	t.cancel_at = 3;
	begin("/drip", 10000, on_bytes);
	until(t.n_done == 1);
	assert_int_equal(t.status, 200);
	assert_int_equal(t.n_pieces, 3);
}

static void destroyed_client_tells_nobody(void **state)
{
	(void)state;
	begin("/drip", 10000, on_bytes);
	until(t.n_pieces == 1);
	heard_fetch_client_destroy(t.client);
	t.client = NULL;
	assert_int_equal(t.n_done, 0);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(pieces_come_as_they_are_sent_for_longer_than_the_silence),
		WITH(silence_ends_it),
		WITH(end_and_refusal_are_told),
		WITH(large_pieces_are_whole),
		WITH(who_gets_bytes_may_cancel_and_begin_another),
		WITH(destroyed_client_tells_nobody),
	};
	/* A proxy of the machine's would be asked instead. */
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
