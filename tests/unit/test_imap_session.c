/*
 * test_imap_session.c - the dialogue against scripted servers, cut at every byte.
 *
 * A script is what the server says ("S: ...") and what it must be told before it goes on
 * ("C: ...", without the tag).
 */
#include "input/imap/login.c"
#include "input/imap/response.c"
#include "input/imap/session.c"
#include "input/imap/wire.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct {
	struct session session;
	char told[4096]; /* by the client */
	size_t n;
	bool is_ready, has_failed, wants_tls;
	enum session_fault fault;
	char why[512];
	char heard[1024]; /* what came when ready */
} t;

static void test_send(void *arg, struct heard_str bytes)
{
	(void)arg;
	assert_true(t.n + bytes.len < sizeof(t.told));
	memcpy(t.told + t.n, bytes.ptr, bytes.len);
	t.n += bytes.len;
	t.told[t.n] = '\0';
}

static void test_tls(void *arg)
{
	(void)arg;
	t.wants_tls = true;
}

static void test_ready(void *arg)
{
	(void)arg;
	t.is_ready = true;
}

static void test_failed(void *arg, enum session_fault fault, const struct heard_error *err)
{
	(void)arg;
	assert_false(t.has_failed);
	t.has_failed = true;
	t.fault = fault;
	snprintf(t.why, sizeof(t.why), "%s", err->text);
}

static void test_untagged(void *arg, const struct response *r)
{
	(void)arg;
	size_t n = strlen(t.heard);
	snprintf(t.heard + n, sizeof(t.heard) - n, "%d ", (int)r->kind);
}

static void test_number(void *arg, uint32_t uid)
{
	(void)arg;
	size_t n = strlen(t.heard);
	snprintf(t.heard + n, sizeof(t.heard) - n, "#%u ", uid);
}

static char *test_room(void *arg, size_t size)
{
	(void)arg, (void)size;
	return NULL;
}

static const struct session_hooks test_hooks = {
	test_send, test_tls, test_ready, test_failed, test_untagged, test_number, test_room};

static void test_done(void *arg, const struct response *r)
{
	size_t n = strlen(t.heard);
	snprintf(t.heard + n, sizeof(t.heard) - n, "%s=%d ", (const char *)arg, (int)r->status);
}

/* Feed the server's side; stop behind `limit` bytes.  True: it all was said. */
static bool play(const char *const *script, const struct session_login *login, bool is_secured,
		 size_t limit)
{
	size_t at = 0;
	session_end(&t.session);
	session_release(&t.session);
	memset(&t, 0, sizeof(t));
	session_init(&t.session, &test_hooks, NULL);
	session_begin(&t.session, login, is_secured);
	for (; *script; script++) {
		const char *line = *script + 3;
		if ((*script)[0] == 'C') {
			char *space = strchr(t.told + at, ' ');
			const char *told = strncmp(line, "- ", 2) == 0 ? t.told + at
								       : space + 1;
			line += strncmp(line, "- ", 2) == 0 ? 2 : 0;
			if (strncmp(told, line, strlen(line)) != 0 ||
			    told[strlen(line)] != '\r')
				fail_msg("told <%s> instead of <%s>", told, line);
			at = t.n;
		} else if ((*script)[0] == 'T') {
			assert_true(t.wants_tls);
			session_secured(&t.session);
		} else {
			for (; *line; line++) {
				if (limit-- == 0)
					return false;
				session_feed(&t.session, line, 1);
			}
			session_feed(&t.session, "\r\n", 2);
		}
	}
	return true;
}

static const struct session_login plain = {.user = "me", .secret = "pw", .may_be_clear = false};
static const struct session_login starttls = {
	.user = "me", .secret = "pw", .must_starttls = true};
static const struct session_login token = {.user = "me", .secret = "tok", .auth = AUTH_XOAUTH2};

static const char *const whole[] = {
	"S: * OK hello",
	"C: CAPABILITY",
	"S: * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED",
	"S: h1 OK done",
	"C: STARTTLS",
	"S: h2 OK begin",
	"T: ",
	"C: CAPABILITY",
	"S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR ID IDLE",
	"S: h3 OK done",
	"C: AUTHENTICATE PLAIN AG1lAHB3",
	"S: h4 OK in",
	"C: CAPABILITY",
	"S: * CAPABILITY IMAP4rev1 ID IDLE MOVE",
	"S: h5 OK done",
	"C: ID (\"name\" \"heard\" \"version\" \"1\" \"vendor\" \"heard\")",
	"S: * ID NIL",
	"S: h6 OK done",
	NULL,
};

static void starttls_then_plain_then_id(void **state)
{
	(void)state;
	assert_true(play(whole, &starttls, false, SIZE_MAX));
	assert_true(t.is_ready);
	assert_true(session_can(&t.session, CAN_MOVE));
	assert_false(session_can(&t.session, CAN_PLAIN));
}

static void cut_anywhere_nothing_happens(void **state)
{
	(void)state;
	size_t limit = 0;
	while (!play(whole, &starttls, false, limit)) {
		assert_false(t.is_ready);
		assert_false(t.has_failed);
		session_end(&t.session);
		limit++;
	}
	assert_true(limit > 200);
}

static void other_ways_in(void **state)
{
	(void)state;
	static const char *const continued[] = {"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi",
						"C: AUTHENTICATE PLAIN",
						"S: + ",
						"C: - AG1lAHB3",
						"S: h1 OK [CAPABILITY IMAP4rev1 IDLE] in",
						NULL};
	static const char *const by_login[] = {"S: * OK [CAPABILITY IMAP4rev1] hi",
					       "C: LOGIN \"me\" \"pw\"",
					       "S: h1 OK [CAPABILITY IMAP4rev1] in", NULL};
	static const char *const by_token[] = {
		"S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] hi",
		"C: AUTHENTICATE XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciB0b2sBAQ==",
		"S: h1 OK [CAPABILITY IMAP4rev1] in", NULL};
	static const char *const preauth[] = {"S: * PREAUTH hi", "C: CAPABILITY",
					      "S: h1 OK done", NULL};
	assert_true(play(continued, &plain, true, SIZE_MAX) && t.is_ready);
	assert_true(play(by_login, &plain, true, SIZE_MAX) && t.is_ready);
	assert_true(play(by_token, &token, true, SIZE_MAX) && t.is_ready);
	assert_true(play(preauth, &plain, true, SIZE_MAX) && t.is_ready);
}

static void fails(const char *const *script, const struct session_login *login, bool is_secured,
		  enum session_fault fault, const char *why)
{
	play(script, login, is_secured, SIZE_MAX);
	assert_true(t.has_failed);
	assert_int_equal(t.fault, fault);
	if (strstr(t.why, why) == NULL)
		fail_msg("<%s> does not say <%s>", t.why, why);
	assert_null(strstr(t.told, "pw"));
}

static void no_password_in_clear(void **state)
{
	(void)state;
	static const char *const can[] = {"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi", NULL};
	static const char *const preauth[] = {"S: * PREAUTH hi", NULL};
	fails(can, &plain, false, FAULT_LOGIN, "not secured");
	fails(can, &starttls, false, FAULT_LOGIN, "no STARTTLS");
	fails(preauth, &starttls, false, FAULT_REFUSED, "refusal");
	static const char *const injected[] = {"S: * OK [CAPABILITY STARTTLS] hi",
					       "C: STARTTLS", "S: h1 OK go",
					       "S: * CAPABILITY AUTH=PLAIN", NULL};
	play(injected, &starttls, false, SIZE_MAX);
	assert_false(session_can(&t.session, CAN_PLAIN));
}

static void refusals_are_told_apart(void **state)
{
	(void)state;
	static const char *const wrong[] = {"S: * OK [CAPABILITY AUTH=PLAIN SASL-IR] hi",
					    "C: AUTHENTICATE PLAIN AG1lAHB3",
					    "S: h1 NO [AUTHENTICATIONFAILED] no\tway", NULL};
	static const char *const busy[] = {"S: * OK [CAPABILITY AUTH=PLAIN SASL-IR] hi",
					   "C: AUTHENTICATE PLAIN AG1lAHB3",
					   "S: h1 NO [UNAVAILABLE] later", NULL};
	static const char *const expired[] = {
		"S: * OK [CAPABILITY AUTH=XOAUTH2 SASL-IR] hi",
		"C: AUTHENTICATE XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciB0b2sBAQ==",
		"S: + eyJzdGF0dXMiOiI0MDAifQ==",
		"C: - ",
		"S: h1 NO expired",
		NULL};
	static const char *const bye[] = {"S: * BYE full", NULL};
	static const char *const smtp[] = {"S: 220 mail ESMTP", NULL};
	fails(wrong, &plain, true, FAULT_LOGIN, "refused: 'no?way'");
	fails(busy, &plain, true, FAULT_REFUSED, "later");
	fails(expired, &token, true, FAULT_LOGIN, "expired");
	fails(bye, &plain, true, FAULT_REFUSED, "full");
	fails(smtp, &plain, true, FAULT_PROTOCOL, "greeting");
}

static void commands_go_ahead_of_answers(void **state)
{
	(void)state;
	static const char *const in[] = {"S: * PREAUTH hi", "C: CAPABILITY", "S: h1 OK done",
					 NULL};
	assert_true(play(in, &plain, true, SIZE_MAX));
	session_command(&t.session, HEARD_STR_OF("A"), test_done, (void *)(uintptr_t) "a");
	session_command(&t.session, HEARD_STR_OF("B"), test_done, (void *)(uintptr_t) "b");
	static const char said[] =
		"* SEARCH 4 5\r\nh3 NO x\r\n* 3 EXISTS\r\nh9 OK\r\nh2 OK x\r\n";
	session_feed(&t.session, said, strlen(said));
	assert_string_equal(t.heard, "#4 #5 7 b=1 4 a=0 ");
	while (session_has_room(&t.session))
		session_command(&t.session, HEARD_STR_OF("C"), test_done, NULL);
	assert_int_equal(t.session.n_commands, SESSION_COMMANDS);
}

static void idle_ends_behind_the_servers_word(void **state)
{
	(void)state;
	static const char *const in[] = {"S: * PREAUTH hi", "C: CAPABILITY", "S: h1 OK done",
					 NULL};
	assert_true(play(in, &plain, true, SIZE_MAX));
	session_idle(&t.session, test_done, (void *)(uintptr_t) "idle");
	assert_false(session_has_room(&t.session));
	session_wake(&t.session);
	session_wake(&t.session);
	assert_null(strstr(t.told, "DONE"));
	session_feed(&t.session, "+ ok\r\n", 6);
	assert_non_null(strstr(t.told, "IDLE\r\nDONE\r\n"));
	session_feed(&t.session, "h2 OK\r\n", 7);
	assert_string_equal(t.heard, "idle=0 ");
	session_logout(&t.session);
	assert_non_null(strstr(t.told, "DONE\r\nh3 LOGOUT\r\n"));
}

static void names_are_quoted(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 100);
	session_quote(&b, HEARD_STR_OF("a\"b\\c\r\nd"));
	assert_string_equal(b.ptr, "\"a\\\"b\\\\cd\"");
	heard_buf_release(&b);
}

static int tear_down(void **state)
{
	(void)state;
	session_release(&t.session);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starttls_then_plain_then_id),
		cmocka_unit_test(cut_anywhere_nothing_happens),
		cmocka_unit_test(other_ways_in),
		cmocka_unit_test(no_password_in_clear),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(commands_go_ahead_of_answers),
		cmocka_unit_test(idle_ends_behind_the_servers_word),
		cmocka_unit_test(names_are_quoted),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
