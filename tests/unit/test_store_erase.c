/*
 * Tests of erase.c, retain.c and forget.c: what is erased is in no byte of the files,
 * is not found, leads nowhere, and still counts; what is not over stays.
 */
#include "store_fixture.h"

#include <errno.h>
#include <time.h>

#define SECRET "zhanghongmei"
#define PERSON "0123456789abcdef"
#define DAY    (INT64_C(24) * 3600 * 1000)

static struct store_record by(struct fixture *f, unsigned n, const char *key, const char *body)
{
	struct store_record rec = a_complaint(f, n, body);
	char *line = f->lines[(f->made - 1) % 64];
	snprintf(line, sizeof(f->lines[0]),
		 "{\"id\":\"%08x-0000-7000-8000-000000000000\",\"source\":\"shop/http\","
		 "\"channel\":\"web\",\"subject\":\"about %s\",\"body\":\"%s\",\"author\":"
		 "{\"email\":\"sealed:abc\",\"key\":\"%s\"},\"rating\":2,\"rating_max\":5,"
		 "\"intent\":\"complaint\"}",
		 n, body, body, key);
	rec.line = heard_str(line);
	rec.author_key = heard_str(key);
	return rec;
}

static int64_t erase(struct fixture *f, const char *person)
{
	int64_t n;
	struct store_act act = {
		.at = NOW + 1, .who = HEARD_STR("li"), .reason = HEARD_STR("asked for it")};
	if (store_erase(f->store, heard_str(person), &act, &n, &f->err))
		fail_msg("%s", f->err.text);
	return n;
}

/* In any file of the folder, also in logs. */
static bool is_on_disk(const struct fixture *f, const char *word)
{
	static const char *const names[] = {"tickets.db", "tickets.db-wal", "tickets-search.db",
					    "tickets-search.db-wal"};
	bool found = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[160];
		static char bytes[8 << 20];
		snprintf(path, sizeof(path), "%s/%s", f->folder, names[i]);
		FILE *file = fopen(path, "r");
		size_t n = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
		found = found || memmem(bytes, n, word, strlen(word));
		if (file)
			fclose(file);
	}
	return found;
}

static bool count_hit(void *arg, const struct store_hit *hit)
{
	(void)hit;
	++*(int *)arg;
	return true;
}

static int hits(struct fixture *f, const char *word)
{
	int n = 0;
	if (store_search(f->store, heard_str(word), 0, count_hit, &n, &f->err))
		fail_msg("%s", f->err.text);
	return n;
}

static void keep_ticket(void *arg, const struct store_ticket *ticket)
{
	*(struct store_ticket *)arg = *ticket;
}

static struct store_ticket ticket(struct fixture *f, int64_t id)
{
	struct store_ticket t = {0};
	assert_int_equal(store_ticket(f->store, id, keep_ticket, &t, &f->err), 0);
	return t;
}

static void say_nothing(void *arg, bool trouble, const char *text)
{
	(void)arg;
	if (trouble)
		fail_msg("%s", text);
}

static bool waits(struct fixture *f, bool (*fn)(struct fixture *))
{
	for (int i = 0; i < 1000; i++) {
		if (fn(f))
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	return false;
}

static bool is_nowhere(struct fixture *f)
{
	return !is_on_disk(f, SECRET);
}

static bool is_indexed(struct fixture *f)
{
	char path[160];
	snprintf(path, sizeof(path), "%s-wal", f->search);
	return is_on_disk(f, SECRET) && access(path, F_OK) == 0;
}

/* ---- by person */

static void what_a_person_said_is_in_no_byte_any_more(void **state)
{
	struct fixture *f = *state;
	struct store_act act = {.ticket = 1, .at = NOW, .who = HEARD_STR("li")};
	int64_t answer;
	put(f, by(f, 1, PERSON, SECRET));
	put(f, by(f, 2, "fedcba9876543210", "somebody else"));
	store_ticket_note(f->store, &act, HEARD_STR_OF("called " SECRET), &f->err);
	store_ticket_reply(f->store, &act, HEARD_STR_OF("dear " SECRET), HEARD_STR_OF(""),
			   &answer, &f->err);
	assert_true(is_on_disk(f, SECRET));
	assert_int_equal(erase(f, PERSON), 2); /* a record and its ticket */
	assert_false(is_on_disk(f, SECRET));
	assert_int_equal(hits(f, SECRET), 0);
	assert_int_equal(hits(f, "somebody"), 1);
	struct store_ticket t = ticket(f, 1);
	assert_int_equal(t.state, STORE_CLOSED);
	assert_int_equal(t.subject.len + t.excerpt.len + t.author_key.len, 0);
	assert_int_equal(t.intent.len, strlen("complaint"));
	assert_int_equal(ticket(f, 2).state, STORE_NEW);
	assert_int_equal(erase(f, PERSON), 0);
}

static void the_index_forgets_too(void **state)
{
	struct fixture *f = *state;
	put(f, by(f, 1, PERSON, SECRET));
	put(f, by(f, 2, "fedcba9876543210", "somebody else"));
	struct store_follower *follower = store_follower_start(f->path, say_nothing, NULL,
							       &f->err);
	assert_non_null(follower);
	store_follower_wake(follower);
	struct store_follower_figures figures = {0};
	for (int i = 0; i < 1000 && figures.position < 2; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
		store_follower_figures(follower, &figures);
	}
	assert_int_equal(figures.position, 2);
	assert_true(is_indexed(f));
	assert_int_equal(erase(f, PERSON), 2);
	assert_int_equal(hits(f, SECRET), 0);
	store_follower_wake(follower);
	assert_true(waits(f, is_nowhere));
	assert_int_equal(hits(f, "somebody"), 1);
	store_follower_stop(follower);
}

static void nothing(void *arg, const struct store_status *status)
{
	(void)arg;
	(void)status;
}

static void tokens_and_links_lead_nowhere(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = by(f, 1, PERSON, SECRET);
	put(f, rec);
	struct store_ticket before = ticket(f, 1);
	char token[STORE_TOKEN_TEXT];
	int64_t id;
	memcpy(token, before.token, sizeof(token));
	assert_int_equal(store_status(f->store, rec.token, nothing, NULL, &f->err), 0);
	erase(f, PERSON);
	assert_int_equal(store_status(f->store, rec.token, nothing, NULL, &f->err), -ENOENT);
	assert_int_equal(store_ticket_find(f->store, heard_str(token), &id, &f->err), -ENOENT);
}

static void answers_that_wait_are_not_sent(void **state)
{
	struct fixture *f = *state;
	struct store_act act = {.ticket = 1, .at = NOW, .who = HEARD_STR("li")};
	int64_t answer, next;
	put(f, by(f, 1, PERSON, SECRET));
	store_ticket_reply(f->store, &act, HEARD_STR_OF("hello"), HEARD_STR_OF(""), &answer,
			   &f->err);
	erase(f, PERSON);
	assert_int_equal(store_answers(f->store, NOW + DAY, 10, NULL, NULL, &next, &f->err), 0);
	assert_int_equal(next, HEARD_TIME_NONE);
}

static void a_record_that_is_handed_over_again_stays_erased(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = by(f, 1, PERSON, SECRET);
	rec.source_id = HEARD_STR_OF("m-1");
	put(f, rec);
	erase(f, PERSON);
	assert_int_equal(put(f, rec), STORE_KNOWN);
	assert_int_equal(hits(f, SECRET), 0);
}

static void a_word_in_the_text_is_not_the_person(void **state)
{
	struct fixture *f = *state;
	put(f, by(f, 1, "fedcba9876543210", "the key is \\\"key\\\":\\\"" PERSON "\\\""));
	assert_int_equal(erase(f, PERSON), 0);
	int64_t n;
	struct store_act act = {.at = NOW};
	assert_int_equal(store_erase(f->store, HEARD_STR_OF(""), &act, &n, &f->err), -EINVAL);
}

static void only_the_persons_part_of_a_shared_ticket_goes(void **state)
{
	struct fixture *f = *state;
	put(f, by(f, 1, PERSON, SECRET));
	put(f, by(f, 2, "fedcba9876543210", "somebody else"));
	struct store_act act = {
		.ticket = 1, .at = NOW, .who = HEARD_STR("li"), .reason = HEARD_STR("same")};
	assert_int_equal(store_ticket_merge(f->store, &act, 2, &f->err), 0);
	erase(f, PERSON);
	assert_int_equal(hits(f, SECRET), 0);
	assert_int_equal(hits(f, "somebody"), 1);
	assert_int_equal(ticket(f, 2).state, STORE_NEW);
	assert_false(is_on_disk(f, SECRET));
}

/* ---- by time */

static int64_t retain_all(struct fixture *f, const struct store_retention *kinds, size_t n,
			  int64_t now)
{
	struct store_retained step;
	int64_t erased = 0;
	for (int i = 0; i < 100; i++) {
		if (store_retain(f->store, kinds, n, now, 4, &step, &f->err))
			fail_msg("%s", f->err.text);
		erased += step.erased;
		if (step.is_over)
			return erased;
	}
	fail_msg("the walk does not end");
	return 0;
}

static void close_ticket(struct fixture *f, int64_t id)
{
	struct store_act act = {.ticket = id, .at = NOW, .who = HEARD_STR("li")};
	assert_int_equal(store_ticket_move(f->store, &act, STORE_CLOSED, &f->err), 0);
}

static const struct store_retention kinds[] = {
	{HEARD_STR("complaint"), 30 * DAY},
	{HEARD_STR("record"), 10 * DAY},
	{HEARD_STR("praise"), 20 * DAY},
	{HEARD_STR("spam"), DAY},
};

/* An edit may come with another key; the ticket says what the edit said. */
static void an_edit_under_another_key_goes_with_its_ticket(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = by(f, 1, PERSON, "broken");
	struct store_record edit = by(f, 2, "other", SECRET " told me that it is broken");
	rec.source_id = edit.source_id = HEARD_STR_OF("review-1");
	rec.subject = HEARD_STR_OF("broken");
	edit.subject = HEARD_STR_OF("about " SECRET);
	edit.revision = 1;
	put(f, rec);
	put(f, edit);
	assert_int_equal(erase(f, PERSON), 2); /* record and ticket */
	assert_int_equal(erase(f, "other"), 1);
	assert_false(is_on_disk(f, SECRET));
	open_again(f);
	put(f, by(f, 3, "third", "late"));
	struct store_record further = by(f, 4, "fourth", SECRET);
	further.duplicate_of = HEARD_STR_OF("00000003-0000-7000-8000-000000000000");
	put(f, further);
	assert_int_equal(erase(f, "third"), 2);
	assert_int_equal(erase(f, "fourth"), 1);
	assert_false(is_on_disk(f, SECRET));
}

/* A ticket without a key of its own, and all that was said in it is of one person. */
static void a_ticket_in_which_nobody_else_spoke_goes_too(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = by(f, 1, PERSON, SECRET " broke it");
	struct store_act act = {.ticket = 1, .at = NOW, .who = HEARD_STR("li")};
	rec.author_key = heard_str(NULL);
	rec.subject = HEARD_STR_OF("about " SECRET);
	put(f, rec);
	assert_int_equal(
		store_ticket_note(f->store, &act, HEARD_STR_OF("called " SECRET), &f->err), 0);
	erase(f, PERSON);
	assert_false(is_on_disk(f, SECRET));
	assert_int_equal(ticket(f, 1).state, STORE_CLOSED);
}

/* An event that was told is gone, and so are the pages on which it was. */
static void what_left_the_outbox_is_in_no_byte(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, by(f, 1, PERSON, SECRET " broke it"));
	int64_t last = number_of(f, "SELECT max(n) FROM event");
	assert_int_equal(store_events_done(f->store, last, &f->err), 0);
	erase(f, PERSON);
	assert_false(is_on_disk(f, SECRET));
}

static void each_kind_has_its_own_time(void **state)
{
	struct fixture *f = *state;
	put(f, by(f, 1, PERSON, "complaint one"));
	put(f, a_record(f, 2, "just a record"));
	struct store_record praise = a_record(f, 3, "praise it");
	praise.line = HEARD_STR_OF("{\"id\":\"00000003-0000-7000-8000-000000000000\",\"body\":"
				   "\"praise it\",\"intent\":\"praise\"}");
	praise.intent = HEARD_STR_OF("praise");
	put(f, praise);
	struct store_record spam = a_record(f, 4, "buy this");
	spam.line = HEARD_STR_OF("{\"id\":\"00000004-0000-7000-8000-000000000000\",\"body\":"
				 "\"buy this\",\"spam\":{\"verdict\":\"spam\"}}");
	spam.is_spam = true;
	put(f, spam);
	close_ticket(f, 1);
	assert_int_equal(retain_all(f, kinds, 4, NOW + DAY), 0);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 2 * DAY), 1);
	assert_int_equal(hits(f, "buy"), 0);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 11 * DAY), 1);
	assert_int_equal(hits(f, "just"), 0);
	assert_int_equal(hits(f, "praise"), 1);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 21 * DAY), 1);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 31 * DAY), 2);
	assert_int_equal(hits(f, "complaint"), 0);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 100 * DAY), 0);
}

static void a_live_ticket_is_kept_and_one_without_a_kind_too(void **state)
{
	struct fixture *f = *state;
	put(f, by(f, 1, PERSON, "complaint one"));
	struct store_record idea = by(f, 2, "a", "an idea");
	idea.intent = HEARD_STR_OF("suggestion");
	put(f, idea);
	close_ticket(f, 2);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 1000 * DAY), 0);
	static const struct store_retention rest[] = {{HEARD_STR(""), DAY}};
	assert_int_equal(retain_all(f, rest, 1, NOW + 1000 * DAY), 2);
	assert_int_equal(hits(f, "complaint"), 1);
	assert_int_equal(retain_all(f, NULL, 0, NOW + 1000 * DAY), 0);
}

static void many_go_in_small_steps(void **state)
{
	struct fixture *f = *state;
	struct store_retained step;
	for (unsigned i = 1; i <= 20; i++)
		put(f, a_record(f, i, "parcel"));
	assert_int_equal(store_retain(f->store, kinds, 4, NOW + 11 * DAY, 4, &step, &f->err),
			 0);
	assert_int_equal(step.erased, 4);
	assert_false(step.is_over);
	assert_int_equal(retain_all(f, kinds, 4, NOW + 11 * DAY), 16);
	assert_int_equal(hits(f, "parcel"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_person_said_is_in_no_byte_any_more),
		TEST(the_index_forgets_too),
		TEST(tokens_and_links_lead_nowhere),
		TEST(answers_that_wait_are_not_sent),
		TEST(a_record_that_is_handed_over_again_stays_erased),
		TEST(a_word_in_the_text_is_not_the_person),
		TEST(only_the_persons_part_of_a_shared_ticket_goes),
		TEST(an_edit_under_another_key_goes_with_its_ticket),
		TEST(a_ticket_in_which_nobody_else_spoke_goes_too),
		TEST(what_left_the_outbox_is_in_no_byte),
		TEST(each_kind_has_its_own_time),
		TEST(a_live_ticket_is_kept_and_one_without_a_kind_too),
		TEST(many_go_in_small_steps),
	};
	return cmocka_run_group_tests_name("store_erase", tests, NULL, NULL);
}
