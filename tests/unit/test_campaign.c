/*
 * test_campaign.c - who was asked to answer a survey, and who has.
 */
#include "campaign/campaign.h"
#include "host.h"

#include <heard/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY = 86400000 };
static const int64_t now = INT64_C(1772692200000);

struct fixture {
	char folder[64], path[96];
	unsigned char secret[32];
	struct heard_host host;
	struct campaign *c;
	struct heard_error err;
	enum campaign_fate fate;
	char token[CAMPAIGN_TOKEN];
};

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	memset(f.secret, 7, sizeof(f.secret));
	f.host = (struct heard_host){.full_name = (char *)"shop/s", .secret = f.secret};
	snprintf(f.folder, sizeof(f.folder), "/tmp/heard-campaign.XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return -1;
	snprintf(f.path, sizeof(f.path), "%s/surveys.db", f.folder);
	f.c = campaign_open(f.path, true, true, &f.err);
	*state = &f;
	return f.c ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[96];
	campaign_close(f->c);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	return system(command); /* NOLINT: a folder of our own */
}

static struct campaign_ask ask_of(const char *survey, const char *who, int64_t at, int64_t rest)
{
	return (struct campaign_ask){.survey = survey,
				     .customer = heard_str(who),
				     .segment = HEARD_STR("vip"),
				     .now = at,
				     .rest = rest};
}

static enum campaign_fate invite(struct fixture *f, const char *survey, const char *who,
				 int64_t at)
{
	struct campaign_ask ask = ask_of(survey, who, at, 90 * (int64_t)DAY);
	assert_int_equal(campaign_invite(f->c, &f->host, &ask, &f->fate, f->token, &f->err), 0);
	return f->fate;
}

static enum campaign_fate remind(struct fixture *f, const char *survey, const char *who,
				 int64_t at)
{
	struct campaign_ask ask = ask_of(survey, who, at, 3 * (int64_t)DAY);
	assert_int_equal(campaign_remind(f->c, &f->host, &ask, &f->fate, f->token, &f->err), 0);
	return f->fate;
}

static struct campaign_guest guest(struct fixture *f, const char *survey, const char *token)
{
	struct campaign_guest guest;
	unsigned char key[CAMPAIGN_KEY];
	campaign_key(&f->host, heard_str(token), key);
	assert_int_equal(campaign_guest(f->c, survey, key, &guest, &f->err), 0);
	return guest;
}

static void answer(struct fixture *f, const char *survey, const char *token)
{
	enum campaign_place place;
	unsigned char key[CAMPAIGN_KEY];
	campaign_key(&f->host, heard_str(token), key);
	assert_int_equal(campaign_put(f->c, survey, key, now, 0, &place, &f->err), 0);
	assert_int_equal(campaign_confirm(f->c, survey, key, now, &f->err), 0);
}

static void nobody_is_asked_twice_within_the_rest(void **state)
{
	struct fixture *f = *state;
	char first[CAMPAIGN_TOKEN];
	assert_int_equal(invite(f, "a", "c1", now), CAMPAIGN_ASK);
	memcpy(first, f->token, sizeof(first));
	assert_int_equal(invite(f, "a", "c1", now), CAMPAIGN_RESTS);
	assert_int_equal(invite(f, "b", "c1", now + 90 * (int64_t)DAY - 1), CAMPAIGN_RESTS);
	assert_int_equal(invite(f, "b", "c2", now), CAMPAIGN_ASK);
	assert_string_not_equal(first, f->token);
	assert_int_equal(invite(f, "a", "c1", now + 90 * (int64_t)DAY), CAMPAIGN_ASK);
	assert_string_not_equal(first, f->token); /* another round is another link */
}

static void a_link_knows_its_guest_and_its_survey(void **state)
{
	struct fixture *f = *state;
	unsigned char person[CAMPAIGN_KEY];
	invite(f, "a", "c1", now);
	struct campaign_guest g = guest(f, "a", f->token);
	campaign_person(&f->host, HEARD_STR_OF("c1"), person);
	assert_true(g.is_invited && !g.has_answered);
	assert_memory_equal(g.person, person, sizeof(person));
	assert_string_equal(g.segment, "vip");
	assert_string_equal(g.product, "");
	assert_false(guest(f, "b", f->token).is_invited);
	assert_false(guest(f, "a", "AAAAAAAAAAAAAAAAAAAAAA").is_invited);
	answer(f, "a", f->token);
	assert_true(guest(f, "a", f->token).has_answered);
}

static void a_reminder_has_the_same_link_and_comes_once(void **state)
{
	struct fixture *f = *state;
	char first[CAMPAIGN_TOKEN];
	invite(f, "a", "c1", now);
	memcpy(first, f->token, sizeof(first));
	assert_int_equal(remind(f, "a", "c1", now + 3 * (int64_t)DAY - 1), CAMPAIGN_EARLY);
	assert_int_equal(remind(f, "b", "c1", now + 3 * (int64_t)DAY), CAMPAIGN_STRANGER);
	assert_int_equal(remind(f, "a", "c1", now + 3 * (int64_t)DAY), CAMPAIGN_ASK);
	assert_string_equal(f->token, first);
	assert_int_equal(remind(f, "a", "c1", now + 9 * (int64_t)DAY), CAMPAIGN_REMINDED);
	invite(f, "a", "c2", now);
	answer(f, "a", f->token);
	assert_int_equal(remind(f, "a", "c2", now + 9 * (int64_t)DAY), CAMPAIGN_ANSWERED);
}

static enum campaign_place put(struct fixture *f, const char *survey,
			       const unsigned char key[CAMPAIGN_KEY], int64_t quota)
{
	enum campaign_place place;
	assert_int_equal(campaign_put(f->c, survey, key, now, quota, &place, &f->err), 0);
	return place;
}

/* Who finds it full leaves nothing behind that a killed daemon could take for a place. */
static void who_finds_it_full_has_no_place(void **state)
{
	struct fixture *f = *state;
	int64_t n;
	unsigned char one[CAMPAIGN_KEY] = "1", two[CAMPAIGN_KEY] = "2",
		      three[CAMPAIGN_KEY] = "3";
	assert_int_equal(put(f, "b", one, 1), CAMPAIGN_NEW); /* another survey's count is its */
	assert_int_equal(put(f, "a", one, 2), CAMPAIGN_NEW);
	assert_int_equal(put(f, "a", two, 2), CAMPAIGN_NEW);
	assert_int_equal(put(f, "a", three, 2), CAMPAIGN_FULL);
	assert_int_equal(put(f, "a", three, 2), CAMPAIGN_FULL);
	assert_int_equal(put(f, "a", two, 2), CAMPAIGN_HELD);
	assert_int_equal(campaign_count(f->c, "a", &n, &f->err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(campaign_forget(f->c, "a", one, &f->err), 0);
	assert_int_equal(put(f, "a", three, 2), CAMPAIGN_NEW);
}

static void what_was_refused_is_not_counted(void **state)
{
	struct fixture *f = *state;
	int64_t n;
	unsigned char key[CAMPAIGN_KEY] = "1", other[CAMPAIGN_KEY] = "2";
	assert_int_equal(put(f, "a", key, 0), CAMPAIGN_NEW);
	assert_int_equal(put(f, "a", key, 0), CAMPAIGN_HELD);
	assert_int_equal(put(f, "b", other, 0), CAMPAIGN_NEW);
	assert_int_equal(campaign_count(f->c, "a", &n, &f->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(campaign_forget(f->c, "a", key, &f->err), 0);
	assert_int_equal(campaign_count(f->c, "a", &n, &f->err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(campaign_confirm(f->c, "a", key, now, &f->err), 0);
	assert_int_equal(campaign_forget(f->c, "a", key, &f->err), 0); /* what is safe stays */
	assert_int_equal(campaign_count(f->c, "a", &n, &f->err), 0);
	assert_int_equal(n, 1);
}

static void figures_are_of_those_invited_in_the_period(void **state)
{
	struct fixture *f = *state;
	struct campaign_figures got;
	invite(f, "a", "c1", now);
	answer(f, "a", f->token);
	invite(f, "a", "c2", now + DAY);
	invite(f, "a", "c3", now + 2 * (int64_t)DAY);
	remind(f, "a", "c2", now + 9 * (int64_t)DAY);
	assert_int_equal(
		campaign_figures(f->c, "a", now, now + 2 * (int64_t)DAY, &got, &f->err), 0);
	assert_int_equal(got.invited, 2);
	assert_int_equal(got.reminded, 1);
	assert_int_equal(got.answered, 1);
	assert_int_equal(got.answers, 1);
}

static void a_list_that_fails_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(campaign_begin(f->c, &f->err), 0);
	invite(f, "a", "c1", now);
	campaign_rollback(f->c);
	assert_false(guest(f, "a", f->token).is_invited);
	assert_int_equal(invite(f, "a", "c1", now), CAMPAIGN_ASK);
}

static void a_file_of_another_program_is_left_alone(void **state)
{
	struct fixture *f = *state;
	char path[128], command[256];
	snprintf(path, sizeof(path), "%s/other.db", f->folder);
	snprintf(command, sizeof(command), "sqlite3 %s 'CREATE TABLE t(a)'", path);
	assert_int_equal(system(command), 0); /* NOLINT */
	assert_null(campaign_open(path, true, false, &f->err));
	assert_non_null(strstr(f->err.text, "of another program"));
	snprintf(path, sizeof(path), "%s/none.db", f->folder);
	assert_null(campaign_open(path, false, false, &f->err));
	assert_int_equal(f->err.code, ENOENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_asked_twice_within_the_rest),
		TEST(a_link_knows_its_guest_and_its_survey),
		TEST(a_reminder_has_the_same_link_and_comes_once),
		TEST(who_finds_it_full_has_no_place),
		TEST(what_was_refused_is_not_counted),
		TEST(figures_are_of_those_invited_in_the_period),
		TEST(a_list_that_fails_leaves_nothing),
		TEST(a_file_of_another_program_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
