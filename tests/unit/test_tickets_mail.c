/*
 * test_tickets_mail.c - what a mail says of tickets, where any source may say it.
 */
#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/tickets/mail.c"

#include <heard/error.h>

#include <stdio.h>
#include <string.h>

static struct tickets self = {.mail_key = {"0123456789abcdef0123456789abcde"}};
static const struct mime_key other = {"another"};

struct said_as {
	const char *name, *value;
};

/* As a record says it; what it names lives as long as the batch. */
static struct store_mail read_as(struct heard_batch *batch, const struct said_as *said,
				 size_t n)
{
	struct store_mail mail;
	struct heard_record *rec = heard_batch_add(batch);
	for (size_t i = 0; i < n; i++) {
		struct heard_value v = {.type = HEARD_STR_, .str = heard_str(said[i].value)};
		assert_int_equal(
			heard_family_set(rec, HEARD_ATTRIBUTES, heard_str(said[i].name), v), 0);
	}
	mail_read(&self, rec, &mail);
	return mail;
}

#define READ(batch, ...)                                      \
	read_as(batch, (const struct said_as[]){__VA_ARGS__}, \
		sizeof((const struct said_as[]){__VA_ARGS__}) / sizeof(struct said_as))

/* Up to the @, as inputs pass it on. */
static const char *id_of(const struct mime_key *key, const char *ticket, const char *event)
{
	static char id[MIME_ID_SIZE];
	struct heard_error err;
	if (mime_id_make(key, heard_str(ticket), heard_str(event), HEARD_STR_OF("x.test"), id,
			 &err))
		fail_msg("%s", err.text);
	*strchr(id, '@') = '\0';
	return id + 1;
}

static const char *token_of(const struct mime_key *key, const char *ticket)
{
	static char token[LETTER_TOKEN];
	assert_true(letter_token_make(key, heard_str(ticket), token));
	return token;
}

static void ids_and_tokens_of_ours_name_tickets(void **state)
{
	struct heard_batch *batch = *state;
	struct store_mail mail = READ(
		batch, {"mail.answers", id_of(&self.mail_key, "17", "answer-1")},
		{"mail.token", token_of(&self.mail_key, "18")}, {"mail.topic", "abc"});
	assert_int_equal(mail.answers, 17);
	assert_int_equal(mail.token, 18);
	assert_true(heard_str_is(mail.event, "answer-1"));
	assert_true(heard_str_is(mail.topic, "abc"));
	assert_int_equal(mail.automatic, STORE_MAIL_OF_PERSON);
}

static void what_is_forged_names_nothing(void **state)
{
	struct heard_batch *batch = *state;
	static const char *const forged[] = {
		"",
		"17",
		"heard.17.answer-1",
		"heard.17.answer-1.aaaaaaaaaaaaaaaaaaaaaaaa",
		"17-aaaaaaaaaaaa",
		"-",
		"heard...",
		"heard.17.answer-1.",
	};
	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++) {
		struct store_mail mail = READ(batch, {"mail.answers", forged[i]},
					      {"mail.token", forged[i]});
		assert_int_equal(mail.answers, 0);
		assert_int_equal(mail.token, 0);
		assert_int_equal(mail.event.len, 0);
	}
	/* Of another installation, and one's own changed. */
	struct store_mail mail = READ(batch, {"mail.answers", id_of(&other, "17", "e")},
				      {"mail.token", token_of(&other, "17")});
	assert_int_equal(mail.answers, 0);
	assert_int_equal(mail.token, 0);
	char id[MIME_ID_SIZE], token[LETTER_TOKEN];
	snprintf(id, sizeof(id), "%s", id_of(&self.mail_key, "17", "e"));
	snprintf(token, sizeof(token), "%s", token_of(&self.mail_key, "17"));
	id[strlen("heard.1")] = token[1] = '8';
	mail = READ(batch, {"mail.answers", id}, {"mail.token", token});
	assert_int_equal(mail.answers, 0);
	assert_int_equal(mail.token, 0);
	/* A token is no id, and an id no token. */
	mail = READ(batch, {"mail.answers", token_of(&self.mail_key, "17")},
		    {"mail.token", id_of(&self.mail_key, "17", "subject")});
	assert_int_equal(mail.answers, 0);
	assert_int_equal(mail.token, 0);
}

static void a_report_that_we_sent_is_no_ticket(void **state)
{
	struct heard_batch *batch = *state;
	static const char *const names[] = {"report", "1x", "9999999999999999999", "-1", "0"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(
			READ(batch, {"mail.answers", id_of(&self.mail_key, names[i], "e")})
				.answers,
			0);
}

static void why_a_program_sent_it_is_one_of_five_words(void **state)
{
	struct heard_batch *batch = *state;
	static const struct {
		const char *word;
		enum store_automatic means;
	} cases[] = {
		{"own", STORE_MAIL_OWN},	  {"bounce", STORE_MAIL_BOUNCE},
		{"auto-reply", STORE_MAIL_REPLY}, {"list", STORE_MAIL_LIST},
		{"bulk", STORE_MAIL_BULK},	  {"none", STORE_MAIL_OF_PERSON},
		{"", STORE_MAIL_OF_PERSON},	  {"Bounce ", STORE_MAIL_OF_PERSON},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(READ(batch, {"mail.automatic", cases[i].word}).automatic,
				 cases[i].means);
	/* As the library for mail has them. */
	for (int i = MIME_AUTO_OWN; i <= MIME_AUTO_BULK; i++)
		assert_int_not_equal(
			READ(batch, {"mail.automatic", mime_auto_name((enum mime_auto)i)})
				.automatic,
			STORE_MAIL_OF_PERSON);
}

static void only_a_failure_is_one(void **state)
{
	struct heard_batch *batch = *state;
	assert_true(READ(batch, {"mail.bounced", "x"}).is_failure);
	assert_true(READ(batch, {"mail.bounced", "x"}, {"mail.action", "failed"}).is_failure);
	assert_false(READ(batch, {"mail.bounced", "x"}, {"mail.action", "delayed"}).is_failure);
	assert_false(
		READ(batch, {"mail.bounced", "x"}, {"mail.action", "delivered"}).is_failure);
	assert_false(READ(batch, {"mail.action", "failed"}).is_failure);
}

/* It goes into a history, which is for ever. */
static void a_status_is_three_numbers_or_nothing(void **state)
{
	struct heard_batch *batch = *state;
	static const char *const bad[] = {
		"", "5", "5.1", "5.1.1.1", "anna@x.test", "5.1.x", "5.1.1 ", "5.1.123456789"};
	assert_true(heard_str_is(READ(batch, {"mail.status", "5.1.1"}).status, "5.1.1"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(READ(batch, {"mail.status", bad[i]}).status.len, 0);
}

static void numbers_and_other_names_are_passed_over(void **state)
{
	struct heard_batch *batch = *state;
	struct store_mail mail;
	struct heard_record *rec = heard_batch_add(batch);
	struct heard_value v = {.type = HEARD_INT_, .integer = 17};
	assert_int_equal(
		heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("mail.answers"), v), 0);
	mail_read(&self, rec, &mail);
	assert_int_equal(mail.answers, 0);
	mail = READ(batch, {"automatic", "bounce"}, {"mail", "bounce"}, {"mail.", "bounce"},
		    {"email.automatic", "bounce"});
	assert_int_equal(mail.automatic, STORE_MAIL_OF_PERSON);
}

static int setup(void **state)
{
	*state = batch_create(1 << 20);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	batch_destroy(*state);
	return 0;
}

#define MAIL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAIL_TEST(ids_and_tokens_of_ours_name_tickets),
		MAIL_TEST(what_is_forged_names_nothing),
		MAIL_TEST(a_report_that_we_sent_is_no_ticket),
		MAIL_TEST(why_a_program_sent_it_is_one_of_five_words),
		MAIL_TEST(only_a_failure_is_one),
		MAIL_TEST(a_status_is_three_numbers_or_nothing),
		MAIL_TEST(numbers_and_other_names_are_passed_over),
	};
	return cmocka_run_group_tests_name("tickets_mail", tests, NULL, NULL);
}
