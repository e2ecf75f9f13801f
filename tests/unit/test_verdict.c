/*
 * test_verdict.c - real relays' refusals: which are about the mail, and which about us.
 */
#include "output/email/said.c"
#include "output/email/verdict.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct a_case {
	enum verdict_stage stage;
	const char *line;
};

static void check(const struct a_case *cases, size_t n, bool wanted)
{
	for (size_t i = 0; i < n; i++)
		if (verdict_is_about_us(cases[i].stage, heard_str(cases[i].line)) != wanted)
			fail_msg("%s", cases[i].line);
}

static void our_settings_are_no_fault_of_a_mail(void **state)
{
	static const struct a_case cases[] = {
		{VERDICT_BEFORE, "535 5.7.8 Error: authentication failed"},
		{VERDICT_BEFORE, "554 5.7.1 your address is on a list"},
		{VERDICT_MAIL, "530 5.7.0 Must issue a STARTTLS command first"},
		{VERDICT_MAIL, "530-5.7.0 Authentication Required"},
		{VERDICT_MAIL, "550 5.7.1 relaying denied"},
		{VERDICT_MAIL, "550 relaying denied"},
		{VERDICT_MAIL, "553 Mail from must equal authorized user"},
		{VERDICT_MAIL, "501 Mail from address must be same as authorization user"},
		{VERDICT_MAIL, "550 5.1.8 sender unknown"},
		{VERDICT_MAIL, "421 4.3.2 restarting"},
		{VERDICT_RCPT, "554 5.7.1 <a@b.example>: Relay access denied"},
		{VERDICT_RCPT, "550 5.7.54 SMTP; Unable to relay recipient"},
		{VERDICT_RCPT, "550-5.7.0 Mail Relay denied [192.0.2.1]"},
		{VERDICT_RCPT, "530 5.7.57 Client not authenticated to send mail"},
		{VERDICT_RCPT, "503 5.5.1 need authentication"},
		{VERDICT_RCPT, "553 5.7.1 <h@s.example>: Sender address rejected: not owned by "
			       "user h"},
		{VERDICT_RCPT, "550 5.1.8 <h@s.example>: Sender address rejected: Domain not "
			       "found"},
		{VERDICT_RCPT, "538 5.7.11 Encryption required for that mechanism"},
		{VERDICT_DATA, "554 Message rejected: Email address is not verified."},
		{VERDICT_DATA,
		 "554 5.2.252 SendAsDenied; h@s.example not allowed to send as x"},
		{VERDICT_DATA, "550 5.7.60 Client does not have permissions to send as this "
			       "sender"},
		{VERDICT_DATA, "550-5.4.5 Daily user sending limit exceeded."},
	};
	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]), true);
}

static void what_a_mail_is_refused_for(void **state)
{
	static const struct a_case cases[] = {
		{VERDICT_MAIL, "552 5.3.4 Message size exceeds fixed limit"},
		{VERDICT_MAIL, "250 2.1.0 Ok"},
		{VERDICT_MAIL, "451 4.3.0 later"},
		{VERDICT_RCPT, "550 5.1.1 <a@b.example>: Recipient address rejected: User "
			       "unknown in relay recipient table"},
		{VERDICT_RCPT, "550 5.1.1 unable to relay"},
		{VERDICT_RCPT, "550 No such user"},
		{VERDICT_RCPT, "501 5.1.3 Bad recipient address syntax"},
		{VERDICT_RCPT, "556 5.1.10 Recipient address has null MX"},
		{VERDICT_RCPT, "554 5.7.1 blocked"},
		{VERDICT_RCPT, "550-5.7.1 relay@b.example does not want it"},
		{VERDICT_RCPT, "450 4.2.0 greylisted"},
		{VERDICT_DATA, "554 5.7.1 Message rejected as spam"},
		{VERDICT_DATA, "552 5.7.0 This message was blocked for its content"},
		{VERDICT_DATA, "554 DT:SPM"},
		{VERDICT_DATA, "550"},
		{VERDICT_DATA, ""},
	};
	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]), false);
}

static void a_stage_is_told_by_its_command(void **state)
{
	(void)state;
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("EHLO shop.test\r\n")), VERDICT_BEFORE);
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("AUTH PLAIN AGE=\r\n")), VERDICT_BEFORE);
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("MAIL FROM:<a@b>\r\n")), VERDICT_MAIL);
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("RCPT TO:<a@b>\r\n")), VERDICT_RCPT);
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("DATA\r\n")), VERDICT_DATA);
	assert_int_equal(verdict_stage_of(HEARD_STR_OF("")), VERDICT_BEFORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_settings_are_no_fault_of_a_mail),
		cmocka_unit_test(what_a_mail_is_refused_for),
		cmocka_unit_test(a_stage_is_told_by_its_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
