/*
 * test_imap_wire.c - responses of an IMAP server, whole, byte by byte, and bad ones.
 */
#include "input/imap/response.c"
#include "input/imap/wire.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct {
	struct wire wire;
	char said[65536];
	size_t n;
	char *room;
	bool gives_room;
} t;

static void say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	t.n += (size_t)vsnprintf(t.said + t.n, sizeof(t.said) - t.n, format, args);
	va_end(args);
	assert_true(t.n < sizeof(t.said));
}

/* One line for each response: atoms as they are, "quoted", {literal}, (lists), 'text'. */
static void on_response(void *arg, const struct wire_token *token, size_t n)
{
	static const char *const forms[] = {"%.*s", "\"%.*s\"", "{%.*s}", "nil",
					    "(",    ")",	"'%.*s'"};
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		say("%s", i ? " " : "");
		if (token[i].kind == WIRE_LITERAL && token[i].str.ptr == NULL)
			say("{gone %zu}", token[i].str.len);
		else
			say(forms[token[i].kind], HEARD_ARG(token[i].str));
	}
	say("\n");
}

static char *on_literal(void *arg, size_t size, const struct wire_token *token, size_t n)
{
	(void)arg, (void)token, (void)n;
	free(t.room);
	t.room = t.gives_room ? malloc(size ? size : 1) : NULL;
	return t.room;
}

static void on_number(void *arg, uint32_t n)
{
	(void)arg;
	say("#%u ", n);
}

static const struct wire_hooks hooks = {on_response, on_literal, on_number};

static int feed(const char *bytes, size_t n, size_t at_once)
{
	struct heard_error err = {0};
	int result = 0;
	t.n = 0;
	t.said[0] = '\0';
	wire_init(&t.wire, &hooks, NULL);
	for (size_t i = 0; i < n && result == 0; i += at_once) {
		size_t len = n - i < at_once ? n - i : at_once;
		char *copy = malloc(len); /* a sanitizer sees what reads past it */
		memcpy(copy, bytes + i, len);
		result = wire_feed(&t.wire, copy, len, &err);
		free(copy);
	}
	if (result != 0) {
		assert_int_equal(result, -EPROTO);
		assert_true(err.text[0] != '\0');
		say("!");
	} else if (wire_is_within(&t.wire)) {
		say("...");
	}
	wire_release(&t.wire);
	return result;
}

/* The same comes out, in whatever pieces it goes in. */
static void expect(const char *bytes, const char *said)
{
	size_t n = strlen(bytes);
	for (size_t at_once = 1; at_once <= n; at_once++) {
		feed(bytes, n, at_once);
		if (strcmp(t.said, said) != 0)
			fail_msg("<%s> in pieces of %zu gave <%s>, not <%s>", bytes, at_once,
				 t.said, said);
	}
}

static void tokens_of_every_kind(void **state)
{
	(void)state;
	expect("* OK ready\r\n", "* OK 'ready'\n");
	expect("* OK\r\n", "* OK\n");
	expect("+ \r\n", "+\n");
	expect("+\r\n", "+\n");
	expect("+ go on (please\r\n", "+ 'go on (please'\n");
	expect("h1 OK [UIDVALIDITY 17] it is \"so\r\n",
	       "h1 OK ( UIDVALIDITY 17 ) ' it is \"so'\n");
	expect("* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n",
	       "* OK ( PERMANENTFLAGS ( \\Seen \\* ) ) ' x'\n");
	expect("* NO [ALERT] {3} \"\r\n", "* NO ( ALERT ) ' {3} \"'\n");
	expect("* 3 EXISTS\r\n* BYE\r\n", "* 3 EXISTS\n* BYE\n");
	expect("* LIST (\\HasNoChildren) \"/\" \"a \\\"b\\\\ c\"\r\n",
	       "* LIST ( \\HasNoChildren ) \"/\" \"a \"b\\ c\"\n");
	expect("* 1 FETCH (UID 9 X NIL BODY[HEADER.FIELDS (DATE TO)]<0> {2}\r\nhi)\r\n",
	       "* 1 FETCH ( UID 9 X nil BODY[HEADER.FIELDS (DATE TO)]<0> {hi} )\n");
	expect("* 1 FETCH (BODY[] {0}\r\n UID 1)\r\n", "* 1 FETCH ( BODY[] {} UID 1 )\n");
	expect("* 1 FETCH (X ((a)(b)) Y \"\")\r\n", "* 1 FETCH ( X ( ( a ) ( b ) ) Y \"\" )\n");
	expect("* X {2+}\r\n\r\n\r\n", "* X {\r\n}\n");
}

static void numbers_of_a_search_are_told_one_by_one(void **state)
{
	(void)state;
	expect("* SEARCH 1 22 4294967295\r\n", "#1 #22 #4294967295 * SEARCH\n");
	expect("* SEARCH\r\n", "* SEARCH\n");
	expect("* search 5 (MODSEQ 9)\r\n", "#5 * search ( MODSEQ 9 )\n");
	expect("* SEARCH 4294967296\r\n", "!");
	expect("h1 SEARCH 1\r\n", "h1 SEARCH 1\n");
}

static void careless_servers_are_understood(void **state)
{
	(void)state;
	expect("* OK ready\n", "* OK 'ready'\n");
	expect("\r\n\r\n* 1  EXISTS \r\n", "* 1 EXISTS\n");
	expect("* OK [unclosed\r\n* 1 EXISTS\r\n", "* OK ( unclosed ) ''\n* 1 EXISTS\n");
	expect("* OK [A (b] x\r\n", "* OK ( A ( b ) ) ' x'\n");
	expect("* OK \xe5\xae\xa2\xe6\x9c\x8d\r\n", "* OK '\xe5\xae\xa2\xe6\x9c\x8d'\n");
}

static void what_is_no_imap_is_refused(void **state)
{
	(void)state;
	expect("* LIST (a\r\n", "!");
	expect("* LIST a)\r\n", "!");
	expect("* LIST \"a\r\n", "!");
	expect("* X {}\r\n", "!");
	expect("* X {a}\r\n", "!");
	expect("* X {99999999999}\r\n", "!");
	expect("* X {1}a", "!");
	expect("* a\rb", "!");
	expect("(a)\r\n", "!");
}

static void caps_hold(void **state)
{
	(void)state;
	size_t n = WIRE_TEXT_MAX + 100;
	char *long_line = malloc(n + 1);
	memset(long_line, 'a', n);
	memcpy(long_line, "* OK ", 5);
	assert_int_equal(feed(long_line, n, n), -EPROTO);
	memcpy(long_line, "* XX \"", 6);
	assert_int_equal(feed(long_line, n, n), -EPROTO);
	for (size_t i = 5; i < n; i++)
		long_line[i] = i % 2 ? 'a' : ' ';
	assert_int_equal(feed(long_line, n, n), -EPROTO); /* tokens */
	memset(long_line + 4, '(', WIRE_DEPTH_MAX + 1);
	assert_int_equal(feed(long_line, n, n), -EPROTO); /* depth */
	memcpy(long_line, "* SEARCH", 8);		  /* may be longer than any line */
	for (size_t i = 8; i < n; i++)
		long_line[i] = i % 2 ? '1' : ' ';
	t.n = 0;
	n = 40000;
	assert_int_equal(feed(long_line, n, 999), 0);
	free(long_line);
}

static void large_literals_go_where_they_are_wanted(void **state)
{
	(void)state;
	static char text[40000];
	int head = snprintf(text, sizeof(text), "* 1 FETCH (BODY[] {%d}\r\n", 30000);
	memset(text + head, 'm', 30000);
	strcpy(text + head + 30000, " UID 7)\r\n");
	feed(text, strlen(text), 100);
	assert_string_equal(t.said, "* 1 FETCH ( BODY[] {gone 30000} UID 7 )\n");
	t.gives_room = true;
	feed(text, strlen(text), 4096);
	for (size_t i = 0; i < 30000; i++)
		assert_int_equal(t.room[i], 'm');
	assert_int_equal(t.n, strlen("* 1 FETCH ( BODY[] {} UID 7 )\n") + 30000);
	t.gives_room = false;
	free(t.room);
	t.room = NULL;
}

/* ---- what they say */

static struct response last;
static char last_text[128];

static void keep_response(void *arg, const struct wire_token *token, size_t n)
{
	(void)arg;
	response_read(token, n, &last);
	snprintf(last_text, sizeof(last_text), "%.*s|%.*s|%.*s", HEARD_ARG(last.code),
		 HEARD_ARG(last.text), HEARD_ARG(last.mail.body));
}

static void read_one(const char *bytes)
{
	static const struct wire_hooks keep = {keep_response, on_literal, on_number};
	struct heard_error err = {0};
	wire_init(&t.wire, &keep, NULL);
	memset(&last, 0, sizeof(last));
	assert_int_equal(wire_feed(&t.wire, bytes, strlen(bytes), &err), 0);
	wire_release(&t.wire);
}

static void responses_are_understood(void **state)
{
	(void)state;
	read_one("* OK [UIDNEXT 4392] Predicted\r\n");
	assert_int_equal(last.kind, RESPONSE_STATUS);
	assert_int_equal(last.code_number, 4392);
	assert_string_equal(last_text, "UIDNEXT|Predicted|");
	read_one("h12 NO [OVERQUOTA] full\r\n");
	assert_int_equal(last.tag, 12);
	assert_int_equal(last.status, STATUS_NO);
	read_one("* 12 FETCH (FLAGS (\\Seen) BODY[] \"hi\" UID 7 RFC822.SIZE 44)\r\n");
	assert_int_equal(last.kind, RESPONSE_FETCH);
	assert_int_equal(last.mail.uid, 7);
	assert_int_equal(last.mail.size, 44);
	assert_string_equal(last_text, "||hi");
	read_one("* 12 FETCH (BODY[] NIL UID 7)\r\n");
	assert_true(last.mail.has_body && last.mail.body.ptr == NULL);
	read_one("* 172 EXISTS\r\n");
	assert_int_equal(last.kind, RESPONSE_EXISTS);
	assert_int_equal(last.number, 172);
	read_one("+ idling\r\n");
	assert_int_equal(last.kind, RESPONSE_CONTINUE);
	static const char *const others[] = {"* \r\n",
					     "* 1\r\n",
					     "* 1 FETCH\r\n",
					     "* 1 FETCH (UID x)\r\n",
					     "* a EXISTS\r\n",
					     "* 99999999999 EXISTS\r\n",
					     "hx OKAY\r\n",
					     "* FLAGS (a)\r\n",
					     "* 1 FETCH (UID)\r\n"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		read_one(others[i]);
		assert_true(last.kind == RESPONSE_OTHER ||
			    (last.kind == RESPONSE_FETCH && last.mail.uid == 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_of_every_kind),
		cmocka_unit_test(numbers_of_a_search_are_told_one_by_one),
		cmocka_unit_test(careless_servers_are_understood),
		cmocka_unit_test(what_is_no_imap_is_refused),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(large_literals_go_where_they_are_wanted),
		cmocka_unit_test(responses_are_understood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
