/*
 * test_told.c - the queue of what a network tells: a list that goes when it may, goes again
 * when it was refused for now, and is never half of one.
 */
#define heard_emit	    test_emit
#define heard_is_paused	    test_is_paused
#define heard_log	    test_log
#define heard_timer_create  test_timer_create
#define heard_timer_destroy test_timer_destroy
#define heard_timer_set	    test_timer_set
#include "lib/social/told.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct {
	struct social s;
	char emitted[512];
	int n_emitted, n_logged;
	bool is_paused;
	int64_t again_ms;
	void (*receipt)(void *arg, const struct heard_receipt *);
} t;

void test_emit(struct heard_host *h, const struct heard_emission *e)
{
	(void)h;
	t.n_emitted++;
	t.receipt = e->receipt;
	snprintf(t.emitted, sizeof(t.emitted), "%.*s", HEARD_ARG(e->raw));
}
bool test_is_paused(const struct heard_host *h)
{
	(void)h;
	return t.is_paused;
}
void test_log(struct heard_host *h, enum heard_level level, const char *format, ...)
{
	(void)h, (void)level, (void)format;
	t.n_logged++;
}
struct heard_timer *test_timer_create(struct heard_host *h, void (*fn)(void *), void *arg)
{
	(void)h, (void)fn, (void)arg;
	return (struct heard_timer *)&t;
}
void test_timer_destroy(struct heard_timer *timer)
{
	(void)timer;
}
void test_timer_set(struct heard_timer *timer, int64_t after_ms)
{
	(void)timer;
	t.again_ms = after_ms;
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return social_told_start(&t.s, NULL);
}

static int teardown(void **state)
{
	(void)state;
	social_told_close(&t.s);
	return 0;
}

static void tell(const char *json)
{
	social_tell(&t.s, heard_str(json));
}

static void is_emitted(int times, const char *list)
{
	assert_int_equal(t.n_emitted, times);
	assert_string_equal(t.emitted, list);
}

static void says(int code, int64_t after_ms)
{
	t.receipt(&t.s, &(struct heard_receipt){.code = code, .after_ms = after_ms});
}

static void what_comes_meanwhile_is_the_next_list(void **state)
{
	(void)state;
	tell("1");
	is_emitted(1, "[1]");
	tell("2");
	tell("3");
	is_emitted(1, "[1]");
	says(0, 0);
	is_emitted(2, "[2,3]");
	says(-EBADMSG, 0);
	assert_int_equal(t.n_emitted, 2);
	tell("4");
	is_emitted(3, "[4]");
}

static void what_is_refused_for_now_goes_again(void **state)
{
	(void)state;
	tell("1");
	says(-EAGAIN, 0);
	assert_int_equal(t.again_ms, AGAIN_MS);
	is_emitted(1, "[1]");
	on_again(&t.s);
	is_emitted(2, "[1]");
	says(-EAGAIN, 70);
	assert_int_equal(t.again_ms, 70);
	t.is_paused = true;
	tell("2");
	on_again(&t.s);
	assert_int_equal(t.n_emitted, 2);
	t.is_paused = false;
	social_say(&t.s);
	is_emitted(3, "[1,2]");
}

static void a_deletion_comes_after_every_edit(void **state)
{
	static const char list[] =
		"[{\"deleted\":true,\"edited_at\":\"9999-12-31T23:59:59Z\",\"id\":\"a\\\"b\"}]";
	char id[SOCIAL_ID + 2];
	(void)state;
	social_tell_deleted(&t.s, heard_str("a\"b"));
	is_emitted(1, list);
	says(0, 0);
	memset(id, '7', sizeof(id));
	social_tell_deleted(&t.s, heard_str_n(id, SOCIAL_ID + 1));
	social_tell_deleted(&t.s, heard_str(""));
	assert_int_equal(t.n_emitted, 1);
}

static void what_is_too_much_is_let_go_and_said(void **state)
{
	static char text[SOCIAL_TOLD + 1];
	(void)state;
	t.is_paused = true;
	tell("1");
	memset(text, '7', SOCIAL_TOLD);
	tell(text);
	assert_int_equal(t.n_logged, 1);
	tell(NULL); /* one for which there was no memory */
	assert_int_equal(t.n_logged, 2);
	text[SOCIAL_TOLD - 4] = '\0';
	tell(text);
	assert_int_equal(t.n_logged, 2);
	tell("2");
	assert_int_equal(t.n_logged, 3);
	t.is_paused = false;
	social_say(&t.s);
	assert_memory_equal(t.emitted, "[1,777", 6);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(what_comes_meanwhile_is_the_next_list),
		WITH(what_is_refused_for_now_goes_again),
		WITH(a_deletion_comes_after_every_edit),
		WITH(what_is_too_much_is_let_go_and_said),
	};
	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
