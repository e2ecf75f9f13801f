/*
 * hook_fixture.h - plugins/lib/hook with clock, HTTP client, timer and key replaced: a
 * minute passes when the test says so, and the last request can be looked at.
 *
 * The library's files are compiled in, so that a test can ask their inner parts too.
 */
#ifndef HOOK_FIXTURE_H
#define HOOK_FIXTURE_H

#define heard_fetch		   test_fetch
#define heard_fetch_client_create  test_client_create
#define heard_fetch_client_destroy test_client_destroy
#define heard_timer_create	   test_timer_create
#define heard_timer_set		   test_timer_set
#define heard_timer_clear	   test_timer_clear
#define heard_timer_destroy	   test_timer_destroy
#define heard_now		   test_now
#define heard_log		   test_log
#define heard_zone		   test_zone
#define heard_unseal		   test_unseal
#include "lib/hook/hook.c"
#include "lib/hook/minute.c"
#include "lib/hook/preset.c"
#include "lib/hook/robot.c"
#include "lib/hook/sms.c"
#include "lib/hook/standard.c"
#include "lib/hook/template.c"
#include "lib/hook/verdict.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	int64_t now, timer_at;
	void (*on_timer)(void *);
	void *timer_arg;
	struct heard_fetch_request last;
	char url[4096], body[16384], headers[4096];
	int n_requests, n_told, n_logged;
	enum heard_outcome outcome;
	int64_t after_ms;
	char reason[200];
	struct heard_batch *batch;
	struct hook_options options;
	struct hook *hook;
} t;

struct heard_fetch *test_fetch(struct heard_fetch_client *c,
			       const struct heard_fetch_request *r, struct heard_error *err)
{
	(void)c, (void)err;
	t.last = *r;
	t.n_requests++;
	snprintf(t.url, sizeof(t.url), "%s", r->url);
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(r->body));
	t.headers[0] = '\0';
	for (size_t i = 0; r->headers[i]; i++) {
		size_t n = strlen(t.headers);
		snprintf(t.headers + n, sizeof(t.headers) - n, "%s\n", r->headers[i]);
	}
	return (struct heard_fetch *)&t;
}
struct heard_fetch_client *test_client_create(struct heard_host *h, unsigned n,
					      struct heard_error *err)
{
	(void)h, (void)n, (void)err;
	return (struct heard_fetch_client *)&t;
}
void test_client_destroy(struct heard_fetch_client *c)
{
	(void)c;
}
struct heard_timer *test_timer_create(struct heard_host *h, void (*fn)(void *), void *arg)
{
	(void)h;
	t.on_timer = fn;
	t.timer_arg = arg;
	return (struct heard_timer *)&t;
}
void test_timer_set(struct heard_timer *timer, int64_t after_ms)
{
	(void)timer;
	t.timer_at = t.now + after_ms;
}
void test_timer_clear(struct heard_timer *timer)
{
	(void)timer;
	t.timer_at = 0;
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
struct heard_zone *test_zone(struct heard_host *h)
{
	(void)h;
	return NULL;
}
int test_unseal(const struct heard_host *h, struct heard_str sealed, struct heard_buf *plain,
		struct heard_error *err)
{
	(void)h;
	if (!heard_str_is(sealed, "sealed:AAAA"))
		return heard_fail(err, EBADMSG, "damaged");
	heard_buf_puts(plain, "138 1234-5678");
	return 0;
}

static inline void on_told(void *arg, enum heard_outcome outcome, int64_t after_ms,
			   const char *reason)
{
	(void)arg;
	t.n_told++;
	t.outcome = outcome;
	t.after_ms = after_ms;
	snprintf(t.reason, sizeof(t.reason), "%s", reason ? reason : "");
}

static const char event[] =
	"{\"id\":\"0190\",\"event\":\"breached\",\"subject\":\"充电宝 \\\"着火\\\" "
	"<b>\",\"priority\":"
	"\"high\",\"category\":\"product\",\"author\":{\"phone\":\"sealed:AAAA\"},"
	"\"attributes\":{"
	"\"ticket\":17,\"kind\":\"first_response\",\"due\":\"2026-11-21T06:30:00.000Z\"}}";

static inline const struct heard_record *record(const char *json)
{
	struct heard_error err = {0};
	size_t n = heard_batch_size(t.batch);
	if (heard_batch_add_json(t.batch, heard_str(json), &err) != 0)
		fail_msg("%s", err.text);
	return heard_batch_at(t.batch, n);
}

static inline int preset_index(const char *name)
{
	for (int i = 0; hook_presets[i]; i++)
		if (strcmp(hook_presets[i], name) == 0)
			return i;
	fail_msg("no preset %s", name);
	return -1;
}

static inline void start(const char *preset, const char *url, const char *secret)
{
	struct heard_error err = {0};
	t.options.preset = preset_index(preset);
	t.options.url = url;
	t.options.secret = secret;
	if (hook_check(&t.options, &err) != 0)
		fail_msg("%s", err.text);
	t.hook = hook_create(NULL, &t.options, &err);
	assert_non_null(t.hook);
}

static inline void say_one(const char *text)
{
	struct hook_message m = {.id = heard_str("id-1"),
				 .at = t.now,
				 .record = record(event),
				 .line = heard_str(event),
				 .text = heard_str(text)};
	hook_send(t.hook, &m, on_told, NULL);
}

static inline void answer(int status, const char *body)
{
	struct heard_fetch_answer a = {
		.status = status, .body = heard_str(body), .retry_after_ms = -1};
	t.last.done(t.last.arg, &a);
}

static inline int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.now = 1599360473000;
	t.batch = batch_create(1 << 24);
	t.options = (struct hook_options){.url = "",
					  .secret = "",
					  .body = "",
					  .text = "",
					  .in_flight = 4,
					  .timeout = 1000,
					  .rate = -1};
	t.options.sms = (struct hook_sms){.key_id = "AKID",
					  .app_id = "1400006666",
					  .region = "ap-guangzhou",
					  .sign_name = "听见",
					  .template_id = "SMS_1"};
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	hook_destroy(t.hook);
	batch_destroy(t.batch);
	return 0;
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
