/*
 * test_store_schema.c - a store of an earlier version is opened and brought up to date.
 */
#include "store_fixture.h"

#include <errno.h>

/* Version 1, as it was released, with what matters of its tickets. */
static const char version_1[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('store', lower(hex(randomblob(16))));"
	"CREATE TABLE position(reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE record(n INTEGER PRIMARY KEY, id BLOB NOT NULL, received_at INTEGER NOT "
	"NULL, fate INTEGER NOT NULL, ticket INTEGER, token BLOB, line BLOB NOT NULL);"
	"CREATE UNIQUE INDEX record_id ON record(id);"
	"CREATE INDEX record_ticket ON record(ticket) WHERE ticket IS NOT NULL;"
	"CREATE TABLE entity(source_id TEXT, source TEXT, record INTEGER NOT NULL,"
	" revision INTEGER NOT NULL, PRIMARY KEY(source_id, source)) WITHOUT ROWID;"
	"CREATE TABLE ticket(id INTEGER PRIMARY KEY, token BLOB NOT NULL, state TEXT NOT NULL,"
	" priority INTEGER NOT NULL, due INTEGER NOT NULL, category TEXT, department TEXT,"
	" assignee TEXT, intent TEXT, subject TEXT, excerpt TEXT, channel TEXT, product TEXT,"
	" author_key TEXT, received_at INTEGER NOT NULL, first_response_due INTEGER,"
	" first_response_at INTEGER, resolution_due INTEGER, resolved_at INTEGER,"
	" waiting_since INTEGER, round INTEGER NOT NULL DEFAULT 1,"
	" contacts INTEGER NOT NULL DEFAULT 1, reach INTEGER NOT NULL DEFAULT 1,"
	" merged_into INTEGER);"
	"CREATE INDEX ticket_open ON ticket(priority, due)"
	" WHERE state IN ('new','open','waiting','reopened');"
	"CREATE TABLE history(n INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT "
	"NULL, who TEXT NOT NULL, what TEXT NOT NULL, was TEXT, became TEXT, reason TEXT);"
	"CREATE INDEX history_ticket ON history(ticket);"
	"CREATE TRIGGER history_is_kept BEFORE DELETE ON history"
	" BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"
	"CREATE TRIGGER history_is_fixed BEFORE UPDATE ON history"
	" BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"
	"CREATE TABLE note(n INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL,"
	" who TEXT NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX note_ticket ON note(ticket);"
	"INSERT INTO ticket(id,token,state,priority,due,intent,received_at,first_response_due,"
	" resolution_due,waiting_since,resolved_at) VALUES"
	" (1,zeroblob(16),'new',2,1767337445678,'complaint',1767323045678,1767337445678,"
	"  1767495845678,NULL,NULL),"
	" (2,zeroblob(16),'waiting',2,9223372036854775807,'complaint',1767323045678,"
	"  1767337445678,1767495845678,1767326645678,NULL),"
	" (3,zeroblob(16),'resolved',2,9223372036854775807,'complaint',1767323045678,"
	"  1767337445678,1767495845678,NULL,1767330245678);"
	"INSERT INTO record VALUES(1,x'01',1767323045678,0,1,zeroblob(16),"
	"  CAST('{\"source\":\"shop/http\",\"lang\":\"zh\"}' AS BLOB)),"
	" (2,x'02',1767323045678,0,2,zeroblob(16),CAST('not JSON' AS BLOB));"
	"PRAGMA application_id=0x68726453; PRAGMA user_version=1;";

/* In place of the fixture's own file. */
static void go_back_to_version_1(struct fixture *f)
{
	sqlite3 *db;
	char path[128];
	static const char *const ends[] = {"", "-wal", "-shm"};
	store_close(f->store);
	f->store = NULL;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	if (db_open(&db, f->path, true, 1024, &f->err) || db_exec(db, version_1, &f->err))
		fail_msg("%s", f->err.text);
	sqlite3_close(db);
}

static void tickets_of_version_1_go_on(void **state)
{
	struct fixture *f = *state;
	go_back_to_version_1(f);
	assert_int_equal(store_open(&f->store, f->path, STORE_OPEN, &f->err), -ENOTSUP);
	assert_non_null(strstr(f->err.text, "of an older version"));
	open_again(f);
	struct shot shot = look(f, 1);
	assert_string_equal(shot.source, "shop/http");
	assert_string_equal(shot.lang, "zh");
	assert_string_equal(look(f, 2).source, "");
	assert_int_equal(ring(f, NOW + HOURS(3) - 1), NOW + HOURS(3));
	assert_int_equal(ring(f, NOW + HOURS(4)), NOW + HOURS(8));
	assert_string_equal(history_of(f, 1), "breached >first_response;");
}

static void a_waiting_ticket_of_version_1_keeps_its_time(void **state)
{
	struct fixture *f = *state;
	go_back_to_version_1(f);
	open_again(f);
	must_move(f, 2, STORE_OPENED, NOW + HOURS(11));
	struct shot shot = look(f, 2);
	assert_int_equal(shot.is.first_response_due, NOW + HOURS(14));
	assert_int_equal(shot.is.resolution_due, NOW + HOURS(58));
	must_move(f, 3, STORE_REOPENED, NOW + HOURS(12));
	assert_int_equal(look(f, 3).is.round, 2);
}

/* What is no JSON is not. */
static void records_of_version_1_are_counted(void **state)
{
	struct fixture *f = *state;
	go_back_to_version_1(f);
	open_again(f);
	assert_int_equal(number_of(f, "SELECT sum(n) FROM tally WHERE what='channel'"), 1);
	assert_int_equal(number_of(f, "SELECT quarter FROM tally WHERE what='intent'"),
			 NOW / 900000);
}

/* What version 10 made of version 9's, 9 of 8's, 8 of 7's, and 7 of 6's. */
#define BACK_TO_VERSION_8 \
	"DROP TABLE survey_score; DROP TABLE automatic; ALTER TABLE ticket DROP COLUMN topic;"
#define BACK_TO_VERSION_7                                                   \
	BACK_TO_VERSION_8                                                   \
	"DROP TRIGGER ticket_is_kept; DROP TRIGGER ticket_making_is_fixed;" \
	"ALTER TABLE ticket DROP COLUMN made_at;"
#define BACK_TO_VERSION_6                                                                \
	"DROP TABLE score; CREATE TABLE score(at INTEGER, record INTEGER, kind INTEGER," \
	" value REAL NOT NULL, max REAL, channel TEXT, product TEXT,"                    \
	" PRIMARY KEY(at, record, kind)) WITHOUT ROWID; DROP TABLE reach;"               \
	"ALTER TABLE ticket ADD COLUMN reach INTEGER NOT NULL DEFAULT 1;" BACK_TO_VERSION_7

static void scores_and_groups_of_version_6_are_kept(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 1; i <= 3; i++)
		put(f, a_complaint(f, i, i == 3 ? "another" : "the same"));
	assert_int_equal(
		db_exec(f->store->db,
			BACK_TO_VERSION_6
			"INSERT INTO history(ticket,at,who,what,became)"
			" VALUES(3,1,'heard','created','new');"
			"UPDATE ticket SET reach=40 WHERE id=1;"
			"INSERT INTO score VALUES(899999,1,1,9,NULL,'web','PB-1'),"
			"(900000,2,1,9,NULL,'web',NULL),(900001,3,1,9,NULL,NULL,NULL),"
			"(900001,3,4,3,NULL,'kiosk',NULL),(900002,4,4,3,5,'kiosk',NULL),"
			"(900002,5,4,3,5,'web',NULL);"
			"PRAGMA user_version=6;",
			&f->err),
		0);
	open_again(f);
	assert_int_equal(look(f, 1).is.reach, 40);
	assert_int_equal(look(f, 2).is.reach, look(f, 2).is.leader ? 40 : 1);
	assert_int_equal(look(f, 3).is.reach, 1);
	assert_string_equal(history_of(f, 3), "created >new;"); /* its row of then */
	assert_int_equal(number_of(f, "SELECT count(*) FROM score"), 4);
	assert_int_equal(number_of(f, "SELECT n FROM score WHERE quarter=1 AND kind=1"), 2);
	assert_int_equal(number_of(f, "SELECT n FROM score WHERE kiosk AND max=5"), 2);
}

/* Their topics are not known, so nothing that they are answered is another one. */
static void tickets_of_version_8_are_answered(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	assert_int_equal(
		db_exec(f->store->db, BACK_TO_VERSION_8 "PRAGMA user_version=8;", &f->err), 0);
	open_again(f);
	struct store_record rec = a_word(f, 2, "p", "y", NOW);
	rec.mail = (struct store_mail){.answers = 1, .topic = HEARD_STR("late")};
	put(f, rec);
	assert_int_equal(look(f, 1).is.contacts, 2);
}

/* Of all lines that look like it, the one that is. */
static void files_of_earlier_records_are_known(void **state)
{
	static const char step_back[] = BACK_TO_VERSION_6
		"DROP TABLE attachment; DROP TABLE gone;"
		"INSERT INTO record VALUES(11,x'11',1,0,NULL,NULL,CAST('{\"attachments\":[{"
		"\"sha256\":"
		"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"},"
		"{\"sha256\":\"short\"},{\"sha256\":7},3]}' AS BLOB),NULL),"
		"(12,x'12',1,0,NULL,NULL,CAST('\"attachments\": no JSON' AS BLOB),NULL),"
		"(13,x'13',1,0,NULL,NULL,CAST('{\"attachments\":7}' AS BLOB),NULL),"
		"(14,x'14',1,0,NULL,NULL,CAST('{\"body\":\"none\"}' AS BLOB),NULL);"
		"PRAGMA user_version=5;";
	struct fixture *f = *state;
	assert_int_equal(db_exec(f->store->db, step_back, &f->err), 0);
	open_again(f);
	assert_int_equal(number_of(f, "SELECT count(*) FROM attachment"), 1);
	assert_int_equal(number_of(f, "SELECT record FROM attachment"), 11);
}

static int64_t plans_with(struct fixture *f, const char *sql, const char *index)
{
	sqlite3_stmt *st;
	char explain[400];
	int64_t n = 0;
	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(db_prepare(f->store->db, explain, &st, &f->err), 0);
	while (sqlite3_step(st) == SQLITE_ROW)
		n += strstr((const char *)sqlite3_column_text(st, 3), index) != NULL;
	sqlite3_finalize(st);
	return n;
}

/* What a timer asks every second must not walk over all tickets. */
static void the_timers_questions_are_answered_by_an_index(void **state)
{
	static const struct {
		const char *sql, *index;
	} cases[] = {
		{"SELECT id FROM ticket WHERE alarm IS NOT NULL AND alarm<=? ORDER BY alarm"
		 " LIMIT ?",
		 "ticket_alarm"},
		{"SELECT min(alarm) FROM ticket WHERE alarm IS NOT NULL", "ticket_alarm"},
		{"SELECT id FROM ticket WHERE leader=? ORDER BY id", "ticket_leader"},
		{"SELECT id FROM ticket WHERE board IS NOT NULL ORDER BY id DESC LIMIT ?",
		 "ticket_board"},
		{"SELECT min(again_at) FROM answer WHERE fate=0", "answer_waits"},
		{"SELECT line FROM record r WHERE ticket=? AND fate=0 AND " OF_A_PERSON
		 " ORDER BY n DESC LIMIT 1",
		 "record_ticket"},
		{"SELECT DISTINCT origin FROM record WHERE ticket=? AND origin IS NOT NULL",
		 "record_ticket"},
		{"SELECT 1 FROM history WHERE ticket=? AND what='bounced' AND became=?",
		 "history_ticket"},
		{"SELECT id FROM ticket WHERE " LIVE " ORDER BY priority,due,id LIMIT 10",
		 "ticket_open"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (plans_with(f, cases[i].sql, cases[i].index) == 0)
			fail_msg("%s does not use %s", cases[i].sql, cases[i].index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tickets_of_version_1_go_on),
		TEST(a_waiting_ticket_of_version_1_keeps_its_time),
		TEST(records_of_version_1_are_counted),
		TEST(files_of_earlier_records_are_known),
		TEST(scores_and_groups_of_version_6_are_kept),
		TEST(tickets_of_version_8_are_answered),
		TEST(the_timers_questions_are_answered_by_an_index),
	};
	return cmocka_run_group_tests_name("store_schema", tests, NULL, NULL);
}
