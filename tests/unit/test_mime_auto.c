/* Mail that nobody may answer: machines', lists', our own; and what bounces say. */
#include "mime_fixture.h"

static const struct mime_key key = {"0123456789abcdef0123456789abcde"};
static const struct heard_str domains[] = {HEARD_STR("mail.shop.example")};
static const struct heard_str addresses[] = {HEARD_STR("kf@shop.example")};
static const struct mime_self self = {.key = &key,
				      .domains = domains,
				      .n_domains = 1,
				      .addresses = addresses,
				      .n_addresses = 1};

static void assert_auto_(const char *headers, enum mime_auto is, const char *why, int line)
{
	char mail[2048];
	struct heard_error err = {0};
	struct mime_message m;

	snprintf(mail, sizeof(mail), "From: a@b.example\nReturn-Path: <a@b.example>\n%s\n\nx",
		 headers);
	assert_int_equal(mime_read(heard_str(mail), &mime_limits, &self, &m, &err), 0);
	if (m.automatic != is ||
	    (why && (!m.automatic_why || strcmp(m.automatic_why, why) != 0))) {
		print_error("line %d: is %s by %s\n", line, mime_auto_name(m.automatic),
			    m.automatic_why ? m.automatic_why : "nothing");
		fail();
	}
	mime_release(&m);
}
#define assert_auto(headers, is, why) assert_auto_(headers, is, why, __LINE__)

static void every_rule_is_kept(void **state)
{
	char id[MIME_ID_SIZE], header[600];

	(void)state;
	assert_auto("X-Mailer: x", MIME_AUTO_NONE, NULL);
	assert_auto("Auto-Submitted: no", MIME_AUTO_NONE, NULL);
	assert_auto("Auto-Submitted: NO (really)", MIME_AUTO_NONE, NULL);
	assert_auto("Auto-Submitted: auto-replied", MIME_AUTO_REPLY, "Auto-Submitted");
	assert_auto("Auto-Submitted: nothing", MIME_AUTO_REPLY, "Auto-Submitted");
	assert_auto("Precedence: first-class", MIME_AUTO_NONE, NULL);
	assert_auto("Precedence: bulk", MIME_AUTO_BULK, "Precedence");
	assert_auto("Precedence: Junk", MIME_AUTO_BULK, "Precedence");
	assert_auto("Precedence: list", MIME_AUTO_LIST, "Precedence");
	assert_auto("List-Id: <x>", MIME_AUTO_LIST, "List-Id");
	assert_auto("list-unsubscribe: <mailto:x@y>", MIME_AUTO_LIST, "List-Unsubscribe");
	assert_auto("X-Loop: x@y.example", MIME_AUTO_REPLY, "X-Loop");
	assert_auto("X-Auto-Response-Suppress: OOF", MIME_AUTO_REPLY,
		    "X-Auto-Response-Suppress");
	assert_auto("X-Autoreply: yes", MIME_AUTO_REPLY, "X-Autoreply");
	assert_auto("X-Autorespond: x", MIME_AUTO_REPLY, "X-Autorespond");
	assert_auto("Subject: 自动回复: 您好", MIME_AUTO_REPLY, "Subject");
	assert_auto("Subject: Out of Office", MIME_AUTO_REPLY, "Subject");
	assert_auto("Message-ID: <1@mail.shop.example>", MIME_AUTO_OWN, "Message-ID");
	assert_auto("Message-ID: <1@MAIL.shop.example>", MIME_AUTO_OWN, "Message-ID");
	assert_auto("X-Loop: kf@shop.example", MIME_AUTO_OWN, "X-Loop");
	assert_int_equal(mime_id_make(&key, heard_str("1"), heard_str("e"),
				      heard_str("else.example"), id, NULL),
			 0);
	snprintf(header, sizeof(header), "Message-ID: %s", id);
	assert_auto(header, MIME_AUTO_OWN, "Message-ID");
	/* The weightiest decides. */
	assert_auto("Precedence: bulk\nList-Id: x\nAuto-Submitted: auto-generated",
		    MIME_AUTO_REPLY, "Auto-Submitted");
}

static void bounces_are_seen(void **state)
{
	struct mime_message m = mime_of("From: MAILER-DAEMON@b.example\n\nx");

	(void)state;
	assert_int_equal(m.automatic, MIME_AUTO_BOUNCE);
	mime_release(&m);
	m = mime_of("Return-Path: <>\nFrom: a@b.example\nX-Failed-Recipients: c@d.example\n"
		    "References: <0@x> <1@x>\n\nx");
	assert_int_equal(m.automatic, MIME_AUTO_BOUNCE);
	assert_string_equal(m.automatic_why, "X-Failed-Recipients");
	assert_true(m.has_return_path);
	assert_int_equal(m.report.kind, MIME_REPORT_DELIVERY);
	assert_text(m.report.recipients[0].final, "c@d.example");
	assert_text(m.report.message_id, "1@x");
	mime_release(&m);
	m = mime_of("From: a@b.example\n\nx");
	assert_false(m.has_return_path);
	assert_int_equal(m.automatic, MIME_AUTO_NONE);
	mime_release(&m);
}

static void a_delivery_report_is_read(void **state)
{
	struct mime_message m = mime_of(
		"From: postmaster@b.example\nSubject: Undelivered\n"
		"Content-Type: multipart/report; report-type=delivery-status; "
		"boundary=b\n\n--b\n\n"
		"could not be delivered\n--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; b.example\nArrival-Date: x\n\n"
		"Original-Recipient: rfc822;O@B.example\nFinal-Recipient: rfc822; "
		"<f@b.example>\n"
		"Action: Failed (bad)\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n no "
		"such user\n\n"
		"Final-Recipient: rfc822;g@b.example\nAction: delayed\nStatus: 4.0.0\n--b\n"
		"Content-Type: message/rfc822\n\nSubject: ours\nMessage-ID: "
		"<ours@shop.example>\n\nsecret\n--b--\n");

	(void)state;
	assert_int_equal(m.report.kind, MIME_REPORT_DELIVERY);
	assert_int_equal(m.automatic, MIME_AUTO_BOUNCE);
	assert_int_equal(m.report.n_recipients, 2);
	assert_text(m.report.recipients[0].action, "failed");
	assert_text(m.report.recipients[0].status, "5.1.1");
	assert_text(m.report.recipients[0].original, "O@b.example");
	assert_text(m.report.recipients[0].final, "f@b.example");
	assert_text(m.report.recipients[0].diagnostic, "550 5.1.1 no such user");
	assert_text(m.report.recipients[1].action, "delayed");
	assert_text(m.report.message_id, "ours@shop.example");
	assert_text(m.text, "could not be delivered");
	mime_release(&m);
}

static void other_reports_are_read(void **state)
{
	struct mime_message m = mime_of(
		"From: a@b.example\nContent-Type: multipart/report; "
		"boundary=b\n\n--b\n\nread\n--b\n"
		"Content-Type: message/disposition-notification\n\nFinal-Recipient: "
		"rfc822;a@b.example\n"
		"Original-Message-ID: <o@x>\nDisposition: manual-action/MDN-sent-manually; "
		"displayed\n--b--\n");

	(void)state;
	assert_int_equal(m.report.kind, MIME_REPORT_DISPOSITION);
	assert_text(m.report.recipients[0].action, "displayed");
	assert_text(m.report.message_id, "o@x");
	assert_int_equal(m.automatic, MIME_AUTO_REPLY);
	mime_release(&m);
	m = mime_of(
		"From: a@b.example\nContent-Type: multipart/report; "
		"boundary=b\n\n--b\n\nspam\n--b\n"
		"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
		"Original-Rcpt-To: <c@d.example>\n--b\nContent-Type: text/rfc822-headers\n\n"
		"Message-ID: <o@x>\n--b--\n");
	assert_int_equal(m.report.kind, MIME_REPORT_ABUSE);
	assert_text(m.report.abuse, "abuse");
	assert_text(m.report.recipients[0].original, "c@d.example");
	assert_text(m.report.message_id, "o@x");
	mime_release(&m);
}

static int setup(void **state)
{
	(void)state;
	mime_init();
	return 0;
}

static void a_notice_of_absence_is_no_bounce(void **state)
{
	struct mime_message m;
	(void)state;
	m = mime_of("Return-Path: <>\nFrom: a@b.example\nAuto-Submitted: auto-replied\n\nx");
	assert_int_equal(m.automatic, MIME_AUTO_REPLY);
	mime_release(&m);
	m = mime_of("Return-Path: <>\nFrom: a@b.example\nSubject: 自动回复: x\n\nx");
	assert_int_equal(m.automatic, MIME_AUTO_REPLY);
	mime_release(&m);
	m = mime_of("Return-Path: <>\nFrom: a@b.example\nPrecedence: bulk\n\nx");
	assert_int_equal(m.automatic, MIME_AUTO_BOUNCE);
	mime_release(&m);
}

/* Status and action go into records in clear. */
static void an_address_is_no_status(void **state)
{
	struct mime_message m = mime_of(
		"From: MAILER-DAEMON@b.example\nContent-Type: multipart/report; "
		"boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; b\n\nFinal-Recipient: rfc822;li@b.example\n"
		"Action: failed\nStatus: li@b.example\n--b--\n");

	(void)state;
	assert_int_equal(m.report.n_recipients, 1);
	assert_text(m.report.recipients[0].action, "failed");
	assert_int_equal(m.report.recipients[0].status.len, 0);
	mime_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_no_status),
		cmocka_unit_test(a_notice_of_absence_is_no_bounce),
		cmocka_unit_test(every_rule_is_kept),
		cmocka_unit_test(bounces_are_seen),
		cmocka_unit_test(a_delivery_report_is_read),
		cmocka_unit_test(other_reports_are_read),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
