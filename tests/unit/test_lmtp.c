/*
 * test_lmtp.c - the dialogue of input lmtp, without sockets: what is answered to whom,
 * where a mail ends, and that it makes no difference how the bytes are cut.
 */
#include "input/lmtp/dots.c"
#include "input/lmtp/listen.c"
#include "input/lmtp/path.c"
#include "input/lmtp/protocol.c"
#include "input/lmtp/recipients.c"

#include <heard/buf.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What a client sees, and what we keep. */
struct talk {
	struct protocol protocol;
	struct heard_buf said, mail, taken; /* `taken`: whole mails, a "|" behind each */
	struct heard_buf sender;
	enum protocol_verdict begin, save; /* the answers to be given                   */
	const char *name;		   /* of what was saved                         */
	uint64_t room;			   /* bytes of a mail, then NO_ROOM             */
	bool is_later;			   /* answered by answer(), not at once         */
	unsigned begun, ended, forgotten, over;
};

static void answer(struct talk *t)
{
	if (t->protocol.state == PROTOCOL_ASKING) {
		t->begun += t->begin == VERDICT_GOOD;
		protocol_begun(&t->protocol, t->begin);
	} else if (t->protocol.state == PROTOCOL_SAVING) {
		protocol_ended(&t->protocol, t->save, t->name);
	}
}

static void see_send(void *arg, struct heard_str s)
{
	heard_buf_str(&((struct talk *)arg)->said, s);
}

static void see_begin(void *arg, struct heard_str sender, uint64_t size)
{
	struct talk *t = arg;
	(void)size;
	heard_buf_clear(&t->mail);
	heard_buf_clear(&t->sender);
	heard_buf_str(&t->sender, sender);
	if (!t->is_later)
		answer(t);
}

static bool see_recipient(void *arg, struct heard_str address)
{
	(void)arg;
	return !heard_str_is(address, "nobody@shop.test");
}

static enum protocol_verdict see_data(void *arg, struct heard_str s)
{
	struct talk *t = arg;
	heard_buf_str(&t->mail, s);
	return t->room && t->mail.len > t->room ? VERDICT_NO_ROOM : VERDICT_GOOD;
}

static void see_end(void *arg)
{
	struct talk *t = arg;
	t->ended++;
	heard_buf_str(&t->taken, heard_buf_view(&t->mail));
	heard_buf_puts(&t->taken, "|");
	if (!t->is_later)
		answer(t);
}

static void see_forget(void *arg)
{
	((struct talk *)arg)->forgotten++;
}

static void see_over(void *arg)
{
	((struct talk *)arg)->over++;
}

static const struct protocol_hooks hooks = {see_send, see_begin,  see_recipient, see_data,
					    see_end,  see_forget, see_over};
static const struct protocol_limits limits = {"desk.test", 1000, 3};

static void talk_init(struct talk *t)
{
	memset(t, 0, sizeof(*t));
	heard_buf_init(&t->said, 1 << 20);
	heard_buf_init(&t->mail, 1 << 20);
	heard_buf_init(&t->taken, 1 << 20);
	heard_buf_init(&t->sender, 1 << 20);
	protocol_begin(&t->protocol, &hooks, t, &limits);
	heard_buf_clear(&t->said);
}

static void talk_release(struct talk *t)
{
	protocol_end(&t->protocol);
	assert_int_equal(t->begun, t->ended + t->forgotten);
	heard_buf_release(&t->said);
	heard_buf_release(&t->mail);
	heard_buf_release(&t->taken);
	heard_buf_release(&t->sender);
}

/* In pieces of that size; an answer that waits is given between two. */
static void feed(struct talk *t, struct heard_str bytes, size_t piece)
{
	while (bytes.len > 0 && t->protocol.state != PROTOCOL_OVER) {
		size_t n = bytes.len < piece ? bytes.len : piece;
		bytes = heard_str_skip(bytes, protocol_feed(&t->protocol, bytes.ptr, n));
		if (t->is_later)
			answer(t);
	}
}

/* Say it and see what is said to it: the codes, with a blank behind each. */
static const char *say_to(struct talk *t, const char *text)
{
	static char codes[4096];
	size_t n = 0;
	heard_buf_clear(&t->said);
	feed(t, heard_str(text), SIZE_MAX);
	for (const char *p = t->said.len ? t->said.ptr : ""; *p && n + 5 < sizeof(codes);
	     p = strstr(p, "\r\n") + 2)
		if (p[3] == ' ')
			n += (size_t)snprintf(codes + n, sizeof(codes) - n, "%.3s ", p);
	codes[n] = '\0';
	return codes;
}

#define BEGIN "LHLO x\r\nMAIL FROM:<c@example.test>\r\nRCPT TO:<help@shop.test>\r\nDATA\r\n"
#define MAIL  "Subject: x\r\n\r\nhello\r\n..\r\n...b\r\n.\r\n"

/* ---- the dialogue */

static void each_recipient_is_answered(void **state)
{
	struct talk t;
	(void)state;
	talk_init(&t);
	t.name = "0123";
	assert_string_equal(say_to(&t,
				   "LHLO x\r\nMAIL FROM:<c@example.test> SIZE=20\r\n"
				   "RCPT TO:<help@shop.test>\r\nRCPT TO:<nobody@shop.test>\r\n"
				   "RCPT TO:<help@shop.test>\r\nDATA\r\n"),
			    "250 250 250 550 250 354 ");
	assert_string_equal(say_to(&t, MAIL), "250 250 ");
	assert_non_null(strstr(t.said.ptr, "250 2.0.0 taken in, 0123\r\n"));
	assert_string_equal(t.taken.ptr, "Subject: x\r\n\r\nhello\r\n.\r\n..b\r\n|");
	assert_string_equal(t.sender.ptr, "c@example.test");
	talk_release(&t);
}

static void what_a_mail_becomes_is_said(void **state)
{
	static const struct {
		enum protocol_verdict v;
		const char *said;
	} cases[] = {{VERDICT_GOOD, "250 2.0.0"},
		     {VERDICT_NO_ROOM, "452 4.3.1"},
		     {VERDICT_NOT_NOW, "451 4.3.0"},
		     {VERDICT_TOO_LARGE, "552 5.3.4"},
		     {VERDICT_NEVER, "554 5.6.0"}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t;
		talk_init(&t);
		t.save = cases[i].v;
		say_to(&t, BEGIN);
		say_to(&t, MAIL);
		assert_memory_equal(t.said.ptr, cases[i].said, 9);
		assert_string_equal(say_to(&t, "MAIL FROM:<>\r\n"), "250 ");
		talk_release(&t);
	}
}

static void nothing_is_used_while_it_waits(void **state)
{
	struct talk t;
	const char *rest = "RCPT TO:<help@shop.test>\r\nDATA\r\n" MAIL "NOOP\r\n";
	(void)state;
	talk_init(&t);
	t.is_later = true;
	protocol_feed(&t.protocol, "LHLO x\r\nMAIL FROM:<>\r\n", 22);
	assert_true(protocol_waits(&t.protocol));
	assert_int_equal(protocol_feed(&t.protocol, rest, strlen(rest)), 0);
	answer(&t);
	assert_int_equal(protocol_feed(&t.protocol, rest, strlen(rest)), strlen(rest) - 6);
	assert_true(protocol_waits(&t.protocol));
	assert_int_equal(protocol_feed(&t.protocol, "NOOP\r\n", 6), 0);
	heard_buf_clear(&t.said);
	answer(&t);
	assert_memory_equal(t.said.ptr, "250 2.0.0 taken in", 18);
	talk_release(&t);
}

static void no_room_is_said_at_once_and_behind(void **state)
{
	struct talk t;
	(void)state;
	talk_init(&t);
	t.begin = VERDICT_NO_ROOM;
	assert_string_equal(say_to(&t, BEGIN), "250 452 503 503 ");
	t.begin = VERDICT_GOOD;
	t.room = 5;
	say_to(&t, "MAIL FROM:<>\r\nRCPT TO:<help@shop.test>\r\nDATA\r\n");
	assert_string_equal(say_to(&t, MAIL), "452 ");
	assert_int_equal(t.forgotten, 1);
	talk_release(&t);
}

static void size_is_bounded_in_words_and_in_deed(void **state)
{
	struct talk t;
	char line[120];
	(void)state;
	talk_init(&t);
	assert_string_equal(say_to(&t, "LHLO x\r\nMAIL FROM:<> SIZE=1001\r\n"), "250 552 ");
	assert_string_equal(say_to(&t, "MAIL FROM:<> SIZE=1000\r\nRCPT TO:<a@b.test>\r\n"
				       "RCPT TO:<b@b.test>\r\nDATA\r\n"),
			    "250 250 250 354 ");
	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 100; i++)
		feed(&t, heard_str_n(line, sizeof(line)), SIZE_MAX);
	assert_string_equal(say_to(&t, "\r\n.\r\n"), "552 552 ");
	assert_true(t.mail.len <= limits.max_size);
	talk_release(&t);
}

static void order_is_kept(void **state)
{
	static const struct {
		const char *said, *codes;
	} cases[] = {
		{"MAIL FROM:<>\r\n", "503 "},
		{"RCPT TO:<a@b.test>\r\n", "503 "},
		{"DATA\r\n", "503 "},
		{"HELO x\r\nEHLO x\r\n", "500 500 "},
		{"LHLO\r\n", "501 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nDATA\r\n", "250 250 503 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n", "250 250 503 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n", "250 250 250 250 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nLHLO x\r\nRCPT TO:<a@b.test>\r\n",
		 "250 250 250 503 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@shop.test>\r\nDATA\r\n",
		 "250 250 550 503 "},
		{"NOOP\r\nnoop x\r\nVRFY x\r\nHELP\r\nQUIT\r\nNOOP\r\n",
		 "250 250 252 214 221 "},
		{"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<a@b.test>\r\n"
		 "RCPT TO:<a@b.test>\r\nRCPT TO:<a@b.test>\r\n",
		 "250 250 250 250 250 452 "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t;
		talk_init(&t);
		assert_string_equal(say_to(&t, cases[i].said), cases[i].codes);
		talk_release(&t);
	}
}

static void bad_words_are_refused(void **state)
{
	static const struct {
		const char *said, *codes;
	} cases[] = {
		{"MAIL FROM:a@b.test\r\n", "501 "},
		{"MAIL FROM:<a@b.test\r\n", "501 "},
		{"MAIL FROM:<a b@c.test>\r\n", "553 "},
		{"MAIL FROM:<a@b.test>x\r\n", "501 "},
		{"MAIL TO:<a@b.test>\r\n", "501 "},
		{"MAIL FROM: <a@b.test> size=5 body=8bitmime\r\n", "250 "},
		{"MAIL FROM:<@x.test,@y.test:a@b.test>\r\n", "250 "},
		{"MAIL FROM:<\"a > b\"@c.test>\r\n", "250 "},
		{"MAIL FROM:<> SIZE=x\r\n", "501 "},
		{"MAIL FROM:<> SIZE=99999999999999999999999\r\n", "501 "},
		{"MAIL FROM:<> BODY=BINARYMIME\r\n", "501 "},
		{"MAIL FROM:<> RET=FULL\r\n", "555 "},
		{"MAIL FROM:<\xe5\xae\xa2@b.test>\r\n", "553 "},
		{"MAIL FROM:<\xe5\xae\xa2@b.test> SMTPUTF8\r\n", "250 "},
		{"MAIL FROM:<>\r\nRCPT TO:<>\r\n", "250 553 "},
		{"MAIL FROM:<>\r\nRCPT TO:<a@b.test> NOTIFY=NEVER\r\n", "250 555 "},
		{"MAIL FROM:<a\tb@c.test>\r\n", "500 "},
		{"M\r\n\r\nMAILFROM:<>\r\n", "500 500 500 "},
		{"NOOP\n", "250 "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t;
		talk_init(&t);
		say_to(&t, "LHLO x\r\n");
		assert_string_equal(say_to(&t, cases[i].said), cases[i].codes);
		talk_release(&t);
	}
}

static void too_much_of_it_ends(void **state)
{
	struct talk t;
	char line[2 * PROTOCOL_LINE];
	(void)state;
	talk_init(&t);
	memset(line, 'N', sizeof(line));
	feed(&t, heard_str_n(line, sizeof(line)), 100);
	assert_string_equal(say_to(&t, "\r\nNOOP\r\n"), "500 250 ");
	for (unsigned i = 0; i < PROTOCOL_ERRORS - 2; i++)
		assert_string_equal(say_to(&t, "?\r\n"), "500 ");
	assert_string_equal(say_to(&t, "?\r\nNOOP\r\n"), "500 421 ");
	assert_int_equal(t.over, 1);
	talk_release(&t);
	talk_init(&t);
	for (unsigned i = 0; i < PROTOCOL_COMMANDS; i++)
		assert_string_equal(say_to(&t, "NOOP\r\n"), "250 ");
	assert_string_equal(say_to(&t, "NOOP\r\nNOOP\r\n"), "421 ");
	talk_release(&t);
}

static void whoever_leaves_leaves_nothing(void **state)
{
	static const char session[] = BEGIN MAIL "MAIL FROM:<>\r\n";
	(void)state;
	for (size_t n = 0; n < sizeof(session); n++) {
		struct talk t;
		talk_init(&t);
		feed(&t, heard_str_n(session, n), SIZE_MAX);
		assert_int_equal(t.taken.len > 0, n >= strlen(BEGIN MAIL));
		talk_release(&t);
	}
}

static void how_it_is_cut_makes_no_difference(void **state)
{
	static const char session[] = BEGIN MAIL
		"MAIL FROM:<>\r\nRCPT TO:<nobody@shop.test>\r\nRCPT "
		"TO:<b@shop.test>\r\nDATA\r\n"
		"a\r\r\n.\r.\r\n\n.\n\r\n.x\r\n.\r\nHELP\r\n?\r\nQUIT\r\n";
	struct talk whole;
	(void)state;
	talk_init(&whole);
	feed(&whole, heard_str(session), SIZE_MAX);
	assert_non_null(strstr(whole.taken.ptr, "|a\r\r\n\r.\r\n\n.\n\r\nx\r\n|"));
	for (size_t piece = 1; piece < sizeof(session); piece++) {
		struct talk t;
		talk_init(&t);
		t.is_later = piece % 2;
		feed(&t, heard_str(session), piece);
		assert_string_equal(t.said.ptr, whole.said.ptr);
		assert_string_equal(t.taken.ptr, whole.taken.ptr);
		talk_release(&t);
	}
	talk_release(&whole);
}

/* ---- the end of a mail */

static void collect(void *arg, struct heard_str s)
{
	heard_buf_str(arg, s);
}

static void only_one_thing_ends_a_mail(void **state)
{
	static const struct {
		const char *bytes, *mail;
		size_t left; /* behind its end, or SIZE_MAX: it did not end */
	} cases[] = {
		{".\r\n", "", 0},
		{"a\r\n.\r\nb", "a\r\n", 1},
		{"a\n.\n.\r\n", "a\n.\n.\r\n", SIZE_MAX},
		{"a\r\n.\n.\r\n", "a\r\n\n.\r\n", SIZE_MAX},
		{"a\r.\r\n", "a\r.\r\n", SIZE_MAX},
		{"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", 0},
		{"a\n.\r\n.\r\n", "a\n.\r\n", 0},
		{"..\r\n...\r\n.\r\n", ".\r\n..\r\n", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dots d = {DOTS_BEGIN};
		struct heard_buf b;
		size_t n = strlen(cases[i].bytes);
		heard_buf_init(&b, 1000);
		heard_buf_puts(&b, "");
		size_t used = dots_feed(&d, cases[i].bytes, n, collect, &b);
		assert_string_equal(b.ptr ? b.ptr : "", cases[i].mail);
		assert_int_equal(d.state == DOTS_OVER, cases[i].left != SIZE_MAX);
		assert_int_equal(used, n - (cases[i].left == SIZE_MAX ? 0 : cases[i].left));
		heard_buf_release(&b);
	}
}

/* ---- recipients and addresses */

static void recipients_are_matched_by_address_then_domain(void **state)
{
	static const struct recipient_row rows[] = {{"shop.test", "any"},
						    {"help@shop.test", "help"},
						    {"@desk.test", "help"},
						    {"x@y.test", ""}};
	struct recipients r;
	struct heard_buf b;
	uint64_t labels = 0;
	(void)state;
	assert_int_equal(recipients_init(&r, (struct heard_rows){rows, 4}, NULL), 0);
	assert_int_equal(r.n_labels, 2);
	assert_true(recipients_match(&r, HEARD_STR_OF("X@Y.TEST"), &labels));
	assert_int_equal(labels, 0);
	assert_true(recipients_match(&r, HEARD_STR_OF("a@Desk.test"), &labels));
	assert_int_equal(labels, 2);
	assert_false(recipients_match(&r, HEARD_STR_OF("shop.test"), &labels));
	assert_false(recipients_match(&r, HEARD_STR_OF("a@b.shop.test"), &labels));
	assert_true(recipients_match(&r, HEARD_STR_OF("a@shop.test"), &labels));
	heard_buf_init(&b, 1000);
	recipients_say(&r, labels, &b);
	assert_string_equal(b.ptr, "any help");
	heard_buf_release(&b);
	assert_int_equal(recipients_init(&r, (struct heard_rows){NULL, 0}, NULL), 0);
	assert_true(recipients_match(&r, HEARD_STR_OF("who@ever"), &labels));
}

static void recipients_that_are_none_are_refused(void **state)
{
	static const struct recipient_row bad[] = {{"", ""},
						   {"@", ""},
						   {"a b@c.test", ""},
						   {"<a@b.test>", ""},
						   {"a@b.test", "two words"}};
	struct recipients r;
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(recipients_init(&r, (struct heard_rows){&bad[i], 1}, &err),
				 -EINVAL);
}

static void an_address_is_of_this_machine_or_asked_for(void **state)
{
	static const struct {
		const char *address;
		bool is_public;
		int code;
	} cases[] = {
		{"127.0.0.1:2424", false, 0},
		{"127.8.9.1:24", false, 0},
		{"[::1]:2424", false, 0},
		{"[::ffff:127.0.0.1]:24", false, 0},
		{"0.0.0.0:2424", false, EACCES},
		{"[::]:2424", false, EACCES},
		{"192.0.2.1:2424", false, EACCES},
		{"192.0.2.1:2424", true, 0},
		{"localhost:24", false, EINVAL},
		{"127.0.0.1", false, EINVAL},
		{"unix:/run/heard.sock", false, 0},
		{"unix:heard.sock", false, EINVAL},
		{"", false, EINVAL},
	};
	struct listen_place p;
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct listen_options o = {cases[i].address, "0660", "", cases[i].is_public};
		assert_int_equal(listen_check(&o, &p, &err), -cases[i].code);
	}
	struct listen_options o = {"unix:/x", "rw", "", false};
	assert_int_equal(listen_check(&o, &p, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_recipient_is_answered),
		cmocka_unit_test(what_a_mail_becomes_is_said),
		cmocka_unit_test(nothing_is_used_while_it_waits),
		cmocka_unit_test(no_room_is_said_at_once_and_behind),
		cmocka_unit_test(size_is_bounded_in_words_and_in_deed),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(bad_words_are_refused),
		cmocka_unit_test(too_much_of_it_ends),
		cmocka_unit_test(whoever_leaves_leaves_nothing),
		cmocka_unit_test(how_it_is_cut_makes_no_difference),
		cmocka_unit_test(only_one_thing_ends_a_mail),
		cmocka_unit_test(recipients_are_matched_by_address_then_domain),
		cmocka_unit_test(recipients_that_are_none_are_refused),
		cmocka_unit_test(an_address_is_of_this_machine_or_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
