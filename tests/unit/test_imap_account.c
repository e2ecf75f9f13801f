/*
 * Tests of input imap's account.c: who may log in, and what a refusal means for the others.
 */
#include <heard/host.h>

static int64_t now_ms;
static int errors_said;

HEARD_PRINTF(1, 2) static void test_log(const char *format, ...)
{
	(void)format;
	errors_said++;
}

#define heard_now(host)		    ((void)(host), now_ms)
#define heard_log(host, level, ...) ((void)(host), test_log(__VA_ARGS__))

#include "input/imap/account.c"

#include "host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- folders are of no concern here */

int folder_init(struct folder *f, struct account *a, const char *name, struct heard_error *err)
{
	(void)f, (void)a, (void)name, (void)err;
	return 0;
}

void folder_release(struct folder *f)
{
	(void)f;
}

void folder_start(struct folder *f)
{
	(void)f;
}

void folder_stop(struct folder *f)
{
	(void)f;
}

int connect_tls_create(const char *ca_file, void **context, struct heard_error *err)
{
	(void)ca_file, (void)context, (void)err;
	return 0;
}

void connect_tls_destroy(void *context)
{
	(void)context;
}

/* ---- an account with two folders */

enum { LOGIN_RETRY = 1000000 };

static const unsigned char secret[32] = {1};
static struct heard_host host = {.full_name = "mail/imap", .secret = secret};
static const struct imap_options all = {.login_retry = LOGIN_RETRY};
static struct imap_share share = {.host = &host, .options = &all};
static struct account_options options;
static struct account a;
static struct folder one, two;
static const struct heard_error refused = {.code = EACCES, .text = "no"};

static int setup(void **state)
{
	(void)state;
	now_ms = 1790000000000;
	errors_said = 0;
	options = (struct account_options){
		.token = {.command = "", .url = "https://x.test/token"}};
	a = (struct account){.share = &share, .options = &options, .is_good = true};
	one = two = (struct folder){.account = &a};
	return 0;
}

/* As folder.c connects. */
static bool knocks(struct folder *f)
{
	int64_t after_ms;
	if (!account_may_try(&a, f, &after_ms))
		return false;
	f->tokens_dropped = a.tokens_dropped;
	return true;
}

static void gets_token(void)
{
	free(a.token.text);
	a.token.text = strdup("tok");
	a.token.until_ms = now_ms + 3600000;
	a.login.secret = a.token.text;
}

static int teardown(void **state)
{
	(void)state;
	free(a.token.text);
	return 0;
}

static void one_token_is_refused_once(void **state)
{
	(void)state;
	gets_token();
	assert_true(knocks(&one) && knocks(&two));
	account_refused(&a, &one, true, &refused);
	assert_string_equal(a.login.secret, ""); /* the other has not logged in yet */
	account_refused(&a, &two, true, &refused);
	assert_int_equal(errors_said, 0);
	assert_true(knocks(&one));
	assert_false(knocks(&two)); /* one after the other, until one is let in */
	gets_token();
	account_refused(&a, &two, true, &refused);
	assert_non_null(a.token.text); /* that was the old one */
	account_let_in(&a, &one);
	assert_true(knocks(&two));
}

static void two_tokens_that_are_refused_hold_back_all(void **state)
{
	(void)state;
	gets_token();
	assert_true(knocks(&one));
	account_refused(&a, &one, true, &refused);
	gets_token();
	assert_true(knocks(&one));
	account_refused(&a, &one, true, &refused);
	assert_int_equal(errors_said, 1);
	assert_false(knocks(&one) || knocks(&two));
	now_ms += LOGIN_RETRY / 2;
	assert_false(knocks(&two));
	now_ms += LOGIN_RETRY;
	assert_true(knocks(&two));
}

static void a_wrong_password_holds_back_all_at_once(void **state)
{
	(void)state;
	options.token.url = "";
	a.login.secret = options.password = "wrong";
	a.is_good = false;
	assert_true(knocks(&one));
	assert_false(knocks(&two));
	account_refused(&a, &one, true, &refused);
	assert_int_equal(errors_said, 1);
	assert_string_equal(a.login.secret, "wrong");
	assert_false(knocks(&one) || knocks(&two));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_token_is_refused_once),
		TEST(two_tokens_that_are_refused_hold_back_all),
		TEST(a_wrong_password_holds_back_all_at_once),
	};
	return cmocka_run_group_tests_name("imap account", tests, NULL, NULL);
}
