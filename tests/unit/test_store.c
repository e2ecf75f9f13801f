/*
 * test_store.c - records become tickets, exactly once, whatever happens.
 */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- what the tests look at */

struct seen {
	int n;
	int64_t ids[16];
	struct store_ticket last;
	char subject[128], excerpt[256];
};

static bool see_ticket(void *arg, const struct store_ticket *t)
{
	struct seen *seen = arg;
	if (seen->n < 16)
		seen->ids[seen->n] = t->id;
	seen->n++;
	seen->last = *t;
	snprintf(seen->subject, sizeof(seen->subject), "%.*s", HEARD_ARG(t->subject));
	snprintf(seen->excerpt, sizeof(seen->excerpt), "%.*s", HEARD_ARG(t->excerpt));
	return true;
}

static void see_one(void *arg, const struct store_ticket *t)
{
	see_ticket(arg, t);
}

static struct seen list(struct fixture *f, int state)
{
	struct seen seen = {.n = 0};
	struct store_filter filter = {.state = state};
	assert_int_equal(store_tickets(f->store, &filter, see_ticket, &seen, &f->err), 0);
	return seen;
}

static struct seen ticket(struct fixture *f, int64_t id)
{
	struct seen seen = {.n = 0};
	if (store_ticket(f->store, id, see_one, &seen, &f->err))
		fail_msg("%s", f->err.text);
	return seen;
}

struct told {
	char text[1024];
};

static void tell_event(void *arg, const struct store_event *e)
{
	struct told *told = arg;
	size_t n = strlen(told->text);
	snprintf(told->text + n, sizeof(told->text) - n, "%.*s:%.*s>%.*s:%.*s;",
		 HEARD_ARG(e->what), HEARD_ARG(e->from), HEARD_ARG(e->to),
		 HEARD_ARG(e->reason));
}

static void tell_said(void *arg, const struct store_said *s)
{
	struct told *told = arg;
	size_t n = strlen(told->text);
	snprintf(told->text + n, sizeof(told->text) - n, "%s;",
		 s->kind == STORE_SAID_NOTE ? "note" : s->fate);
}

static const char *history(struct fixture *f, int64_t id, struct told *told)
{
	memset(told, 0, sizeof(*told));
	assert_int_equal(store_history(f->store, id, tell_event, told, &f->err), 0);
	return told->text;
}

static const char *conversation(struct fixture *f, int64_t id, struct told *told)
{
	memset(told, 0, sizeof(*told));
	assert_int_equal(store_conversation(f->store, id, tell_said, told, &f->err), 0);
	return told->text;
}

static int move(struct fixture *f, int64_t id, enum store_state to, int64_t at)
{
	struct store_act act = {
		.ticket = id, .at = at, .who = HEARD_STR("anna"), .reason = {NULL, 0}};
	return store_ticket_move(f->store, &act, to, &f->err);
}

/* ---- making tickets */

static void a_ticket_is_made_of_what_needs_an_answer(void **state)
{
	struct fixture *f = *state;
	static const char *const intents[] = {"complaint", "question", "suggestion", "praise",
					      ""};
	struct store_record rec;
	for (unsigned i = 0; i < 5; i++) {
		rec = a_record(f, i + 1, "x");
		rec.intent = heard_str(intents[i]);
		put(f, rec);
	}
	assert_int_equal(list(f, STORE_LIVE).n, 3);
	rec = a_record(f, 6, "fire");
	rec.priority = HEARD_STR_OF("high");
	put(f, rec);
	assert_int_equal(list(f, STORE_LIVE).n, 4);
	rec = a_complaint(f, 7, "spam");
	rec.is_spam = true;
	put(f, rec);
	assert_int_equal(list(f, STORE_ALL).n, 4);
}

static void deadlines_are_those_of_the_policy(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "x"));
	struct seen seen = ticket(f, 1);
	assert_int_equal(seen.last.first_response_due - NOW, 4 * 3600 * 1000);
	assert_int_equal(seen.last.resolution_due - NOW, 48 * 3600 * 1000);
	assert_int_equal(seen.last.due, seen.last.first_response_due);
	struct store_record rec = a_complaint(f, 2, "fire");
	rec.priority = HEARD_STR_OF("high");
	rec.intent = HEARD_STR_OF("question");
	put(f, rec);
	seen = ticket(f, 2);
	assert_int_equal(seen.last.first_response_due - NOW, 1800 * 1000);
	assert_true(seen.last.resolution_due == HEARD_TIME_NONE);
}

static void the_list_goes_by_priority_and_then_by_what_is_due(void **state)
{
	struct fixture *f = *state;
	static const char *const priorities[] = {"low", "high", "medium", "high"};
	for (unsigned i = 0; i < 4; i++) {
		struct store_record rec = a_complaint(f, i + 1, "x");
		rec.priority = heard_str(priorities[i]);
		rec.received_at = NOW - (int64_t)i * 1000;
		put(f, rec);
	}
	struct seen seen = list(f, STORE_LIVE);
	static const int64_t order[] = {4, 2, 3, 1};
	assert_memory_equal(seen.ids, order, sizeof(order));
}

static void without_a_subject_the_body_begins_the_line(void **state)
{
	struct fixture *f = *state;
	char body[400] = "  ";
	for (int i = 0; i < 100; i++)
		strcat(body, "充");
	put(f, a_complaint(f, 1, body));
	struct seen seen = ticket(f, 1);
	assert_string_equal(seen.subject, "");
	assert_int_equal(strlen(seen.excerpt), 60 * 3);
}

static void the_same_record_twice_is_stored_once(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 1, "x");
	rec.source_id = HEARD_STR_OF("order-1");
	assert_int_equal(put(f, rec), STORE_STORED);
	assert_int_equal(put(f, rec), STORE_KNOWN);
	int64_t last;
	assert_int_equal(store_last(f->store, &last, &f->err), 0);
	assert_int_equal(last, 1);
	assert_int_equal(list(f, STORE_ALL).n, 1);
	struct told told;
	assert_string_equal(history(f, 1, &told), "created:>new:;");
}

static void a_repeat_joins_the_ticket_and_reopens_it(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "x"));
	struct store_record again = a_complaint(f, 2, "x");
	again.duplicate_of = HEARD_STR_OF("00000001-0000-7000-8000-000000000000");
	put(f, again);
	assert_int_equal(list(f, STORE_ALL).n, 1);
	assert_int_equal(ticket(f, 1).last.contacts, 2);
	struct told told;
	assert_string_equal(conversation(f, 1, &told), "current;current;");
	assert_int_equal(move(f, 1, STORE_RESOLVED, NOW), 0);
	again = a_complaint(f, 3, "x");
	again.duplicate_of = HEARD_STR_OF("00000001-0000-7000-8000-000000000000");
	put(f, again);
	struct seen seen = ticket(f, 1);
	assert_int_equal(seen.last.state, STORE_REOPENED);
	assert_int_equal(seen.last.round, 2);
	assert_int_equal(seen.last.contacts, 3);
}

static void a_dangling_duplicate_makes_its_own_ticket(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 1, "x");
	rec.duplicate_of = HEARD_STR_OF("00000009-0000-7000-8000-000000000000");
	put(f, rec);
	rec = a_complaint(f, 2, "x");
	rec.duplicate_of = HEARD_STR_OF("nonsense");
	put(f, rec);
	assert_int_equal(list(f, STORE_ALL).n, 2);
}

static struct store_record a_revision(struct fixture *f, unsigned n, int64_t revision,
				      enum store_op op)
{
	struct store_record rec = a_complaint(f, n, "x");
	rec.source_id = HEARD_STR_OF("review-9");
	rec.revision = revision;
	rec.op = op;
	return rec;
}

static void the_highest_revision_is_current_in_whatever_order_they_come(void **state)
{
	struct fixture *f = *state;
	struct told told;
	put(f, a_revision(f, 1, 0, STORE_OP_CREATE));
	struct store_record third = a_revision(f, 3, 3, STORE_OP_UPDATE);
	third.subject = HEARD_STR_OF("it got worse");
	third.priority = HEARD_STR_OF("high");
	put(f, third);
	put(f, a_revision(f, 2, 2, STORE_OP_UPDATE));
	assert_string_equal(conversation(f, 1, &told), "superseded;current;superseded;");
	struct seen seen = ticket(f, 1);
	assert_string_equal(seen.subject, "it got worse");
	assert_int_equal(seen.last.priority, STORE_HIGH);
	assert_int_equal(seen.last.contacts, 1);
	assert_int_equal(list(f, STORE_ALL).n, 1);
	put(f, a_revision(f, 4, 4, STORE_OP_DELETE));
	assert_string_equal(conversation(f, 1, &told),
			    "superseded;removed;superseded;removed;");
	assert_non_null(strstr(history(f, 1, &told), "removed:>:the customer removed it"));
}

/* ---- moves */

static void an_illegal_move_is_refused_naming_the_legal_ones(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "x"));
	assert_int_equal(move(f, 1, STORE_CLOSED, NOW), 0);
	assert_int_equal(move(f, 1, STORE_WAITING, NOW), -EPERM);
	assert_string_equal(
		f->err.text,
		"a ticket that is closed cannot become waiting; it can become: reopened");
	assert_int_equal(move(f, 1, STORE_MERGED, NOW), -EPERM);
	assert_int_equal(move(f, 2, STORE_CLOSED, NOW), -ENOENT);
	struct told told;
	assert_string_equal(history(f, 1, &told), "created:>new:;status:new>closed:;");
}

static void resolving_and_reopening_move_the_clocks(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "x"));
	int64_t due = ticket(f, 1).last.first_response_due;
	assert_int_equal(move(f, 1, STORE_WAITING, NOW + 1000), 0);
	assert_true(ticket(f, 1).last.due == HEARD_TIME_NONE);
	assert_int_equal(move(f, 1, STORE_OPENED, NOW + 61000), 0);
	assert_int_equal(ticket(f, 1).last.first_response_due, due + 60000);
	assert_int_equal(move(f, 1, STORE_RESOLVED, NOW + 70000), 0);
	assert_int_equal(ticket(f, 1).last.resolved_at, NOW + 70000);
	assert_int_equal(list(f, STORE_LIVE).n, 0);
	assert_int_equal(move(f, 1, STORE_REOPENED, NOW + 80000), 0);
	struct seen seen = ticket(f, 1);
	assert_true(seen.last.resolved_at == HEARD_TIME_NONE);
	assert_int_equal(seen.last.round, 2);
	assert_int_equal(seen.last.due, NOW + 80000 + (due - NOW));
}

static void a_note_is_kept_and_answers_nothing(void **state)
{
	struct fixture *f = *state;
	struct told told;
	put(f, a_complaint(f, 1, "x"));
	struct store_act act = {
		.ticket = 1, .at = NOW, .who = HEARD_STR("anna"), .reason = {NULL, 0}};
	assert_int_equal(
		store_ticket_note(f->store, &act, HEARD_STR_OF("called back"), &f->err), 0);
	assert_string_equal(conversation(f, 1, &told), "current;note;");
	assert_true(ticket(f, 1).last.first_response_at == HEARD_TIME_NONE);
	act.ticket = 99;
	assert_int_equal(store_ticket_note(f->store, &act, HEARD_STR_OF("x"), &f->err),
			 -ENOENT);
}

static void history_cannot_be_changed_even_by_sql(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	put(f, a_complaint(f, 1, "x"));
	must_move(f, 1, STORE_OPENED, NOW);
	assert_int_equal(db_open(&db, f->path, false, 1024, &f->err), 0);
	assert_int_not_equal(db_exec(db, "DELETE FROM history", &f->err), 0);
	assert_int_not_equal(db_exec(db, "UPDATE history SET who='x'", &f->err), 0);
	assert_int_not_equal(db_exec(db, "DELETE FROM ticket", &f->err), 0);
	assert_int_not_equal(db_exec(db, "UPDATE ticket SET made_at=NULL", &f->err), 0);
	sqlite3_close(db);
}

static void a_ticket_is_found_by_number_and_by_token(void **state)
{
	struct fixture *f = *state;
	int64_t id;
	put(f, a_record(f, 1, "praise"));
	put(f, a_complaint(f, 2, "x"));
	char token[STORE_TOKEN_TEXT];
	memcpy(token, ticket(f, 1).last.token, sizeof(token));
	assert_int_equal(store_ticket_find(f->store, HEARD_STR_OF("#1"), &id, &f->err), 0);
	assert_int_equal(store_ticket_find(f->store, heard_str(token), &id, &f->err), 0);
	assert_int_equal(id, 1);
	token[0] = token[0] == 'A' ? 'B' : 'A';
	assert_int_equal(store_ticket_find(f->store, heard_str(token), &id, &f->err), -ENOENT);
	assert_int_equal(store_ticket_find(f->store, HEARD_STR_OF("7"), &id, &f->err), -ENOENT);
	assert_int_equal(store_ticket_find(f->store, HEARD_STR_OF("x'y"), &id, &f->err),
			 -EINVAL);
}

/* ---- trouble */

static void position_and_rows_are_one_transaction(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	uint64_t seq;
	int64_t last;
	struct store_record rec = a_complaint(f, 1, "x");
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	store_rollback(f->store);
	assert_int_equal(store_position(f->store, "a", &seq, &f->err), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	assert_int_equal(store_commit(f->store, "a", 17, &f->err), 0);
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_commit(f->store, "a", 16, &f->err), 0);
	assert_int_equal(store_position(f->store, "a", &seq, &f->err), 0);
	assert_int_equal(seq, 17);
	assert_int_equal(store_last(f->store, &last, &f->err), 0);
	assert_int_equal(last, 1);
}

/* A writer whose connection may not grow the file stands for a full disk. */
static void a_full_disk_undoes_the_batch_and_heals(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	uint64_t seq = 99;
	int result = 0;
	char body[900];
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	assert_int_equal(db_exec(f->store->db, "PRAGMA max_page_count=40", &f->err), 0);
	assert_int_equal(store_begin(f->store, &f->err), 0);
	for (unsigned i = 1; i < 5000 && result == 0; i++) {
		struct store_record rec = a_complaint(f, i, body);
		result = store_put(f->store, &rec, NOW, &fate, &f->err);
	}
	assert_int_equal(result, -ENOSPC);
	assert_non_null(strstr(f->err.text, "the disk is full"));
	store_rollback(f->store);
	assert_int_equal(list(f, STORE_ALL).n, 0);
	assert_int_equal(store_position(f->store, "shop/tickets", &seq, &f->err), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(db_exec(f->store->db, "PRAGMA max_page_count=1048576", &f->err), 0);
	put(f, a_complaint(f, 1, body));
	assert_int_equal(list(f, STORE_ALL).n, 1);
}

static void write_until_killed(struct fixture *f)
{
	struct store *store;
	if (store_open(&store, f->path, STORE_CREATE, &f->err))
		_exit(1);
	uint64_t seq;
	store_position(store, "shop/tickets", &seq, &f->err);
	for (;;) {
		enum store_fate fate;
		store_begin(store, &f->err);
		for (unsigned i = 1; i <= 50; i++) {
			struct store_record rec = a_complaint(f, (unsigned)(seq + i), "x");
			store_put(store, &rec, NOW, &fate, &f->err);
		}
		seq += 50;
		store_commit(store, "shop/tickets", seq, &f->err);
	}
}

/* Waits until the other process has committed, with a deadline. */
static void wait_for_more(struct fixture *f, uint64_t than)
{
	uint64_t seq = 0;
	for (int i = 0; i < 10000 && seq <= than; i++) {
		assert_int_equal(store_position(f->store, "shop/tickets", &seq, &f->err), 0);
		usleep(1000);
	}
	assert_true(seq > than);
}

static void after_a_kill_position_and_rows_agree(void **state)
{
	struct fixture *f = *state;
	uint64_t seq = 0;
	for (int round = 0; round < 12; round++) {
		pid_t pid = fork();
		if (pid == 0)
			write_until_killed(f);
		wait_for_more(f, seq);
		usleep((unsigned)(round * 1700));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		int64_t last;
		assert_int_equal(store_position(f->store, "shop/tickets", &seq, &f->err), 0);
		assert_int_equal(store_last(f->store, &last, &f->err), 0);
		assert_int_equal(last, (int64_t)seq);
		struct store_filter all = {.state = STORE_ALL};
		int64_t tickets;
		assert_int_equal(store_tickets_count(f->store, &all, &tickets, &f->err), 0);
		assert_int_equal(tickets, last);
	}
}

static void two_processes_write_without_losing_anything(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 1; i <= 40; i++)
		put(f, a_complaint(f, i, "x"));
	pid_t pid = fork();
	if (pid == 0) {
		struct fixture other = *f;
		if (store_open(&other.store, f->path, STORE_OPEN, &other.err))
			_exit(1);
		for (int64_t id = 1; id <= 40; id++)
			if (move(&other, id, STORE_OPENED, NOW))
				_exit(2);
		_exit(0);
	}
	for (unsigned i = 41; i <= 140; i++)
		put(f, a_complaint(f, i, "x"));
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(list(f, STORE_OPENED).n, 40);
	assert_int_equal(list(f, STORE_ALL).n, 140);
}

static void the_file_is_the_owners_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void what_is_no_store_is_refused_with_a_sentence(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	sqlite3 *db;
	assert_int_equal(store_open(&store, f->search, STORE_OPEN, &f->err), -ENOENT);
	assert_non_null(strstr(f->err.text, "does not exist yet"));
	write_file(f->search,
		   "this is a text, and as such longer than a header is; no pages here, "
		   "nothing of the kind, but words, words, words");
	assert_int_equal(store_open(&store, f->search, STORE_CREATE, &f->err), -EBADMSG);
	assert_non_null(strstr(f->err.text, "not a database"));
	assert_int_equal(store_open(&store, "postgresql://host/db", STORE_CREATE, &f->err),
			 -ENOTSUP);
	assert_int_equal(db_open(&db, f->path, false, 1024, &f->err), 0);
	assert_int_equal(db_exec(db, "PRAGMA user_version=99", &f->err), 0);
	assert_int_equal(store_open(&store, f->path, STORE_CREATE, &f->err), -ENOTSUP);
	assert_non_null(strstr(f->err.text, "newer heard"));
	assert_int_equal(db_exec(db, "PRAGMA application_id=1", &f->err), 0);
	assert_int_equal(store_open(&store, f->path, STORE_CREATE, &f->err), -EBADMSG);
	assert_non_null(strstr(f->err.text, "another program"));
	sqlite3_close(db);
}

static void a_locked_store_says_busy_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	assert_int_equal(db_open(&db, f->path, false, 1024, &f->err), 0);
	assert_int_equal(db_exec(db, "BEGIN IMMEDIATE", &f->err), 0);
	sqlite3_busy_timeout(f->store->db, 10);
	assert_int_equal(store_begin(f->store, &f->err), -EBUSY);
	assert_int_equal(db_exec(db, "ROLLBACK", &f->err), 0);
	sqlite3_close(db);
	put(f, a_complaint(f, 1, "x"));
}

static void a_token_has_one_spelling(void **state)
{
	(void)state;
	unsigned char token[STORE_TOKEN], back[STORE_TOKEN];
	char text[STORE_TOKEN_TEXT];
	for (int i = 0; i < STORE_TOKEN; i++)
		token[i] = (unsigned char)(i * 37 + 200);
	store_token_format(token, text);
	assert_int_equal(strlen(text), 22);
	assert_true(store_token_parse(heard_str(text), back));
	assert_memory_equal(token, back, STORE_TOKEN);
	text[21]++;
	assert_false(store_token_parse(heard_str(text), back));
	assert_false(store_token_parse(heard_str_n("a\0bcdefghijklmnopqrstu", 22), back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ticket_is_made_of_what_needs_an_answer),
		TEST(deadlines_are_those_of_the_policy),
		TEST(the_list_goes_by_priority_and_then_by_what_is_due),
		TEST(without_a_subject_the_body_begins_the_line),
		TEST(the_same_record_twice_is_stored_once),
		TEST(a_repeat_joins_the_ticket_and_reopens_it),
		TEST(a_dangling_duplicate_makes_its_own_ticket),
		TEST(the_highest_revision_is_current_in_whatever_order_they_come),
		TEST(an_illegal_move_is_refused_naming_the_legal_ones),
		TEST(resolving_and_reopening_move_the_clocks),
		TEST(a_note_is_kept_and_answers_nothing),
		TEST(history_cannot_be_changed_even_by_sql),
		TEST(a_ticket_is_found_by_number_and_by_token),
		TEST(position_and_rows_are_one_transaction),
		TEST(a_full_disk_undoes_the_batch_and_heals),
		TEST(after_a_kill_position_and_rows_agree),
		TEST(two_processes_write_without_losing_anything),
		TEST(the_file_is_the_owners_alone),
		TEST(what_is_no_store_is_refused_with_a_sentence),
		TEST(a_locked_store_says_busy_and_changes_nothing),
		cmocka_unit_test(a_token_has_one_spelling),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
