/*
 * schema.c - the tables, and how an older file becomes a newer one.
 *
 * What decides speed here: every key of a hot table rises with time.  Records,
 * tickets and history are numbered in arrival order; a UUIDv7 begins with its
 * time, so the index on it grows at its end; a source's own ids usually rise
 * too.  What is random by nature, words and tokens, is indexed behind the
 * inserts in a file of its own (index.c).
 *
 *   record    one row each, the canonical JSON line last, so that the columns
 *             before it are read without it
 *   entity    the newest revision of what a source calls by one id
 *   ticket    what `heard tickets list` shows; `due` is the next deadline
 *   history   append-only; the file itself refuses anything else.  Its first line is in
 *             the ticket: `made_at`, as append-only
 *   note      what people at work wrote
 *   answer    what was answered, and whether it has been sent
 *   level     service levels that were due: met or missed (level.c)
 *   follow_up questions about how it went, by the token of their link
 *   event     what happened and is still to be told (event.c)
 *   thread    conversations, where a source's own ids do not tell
 *   automatic  records of mail that no person wrote (automatic.c)
 *   tally     how many records of each channel, category, ... a quarter of an hour had
 *   score     how many gave which nps, csat, ces, rating in a quarter of an hour (tally.c)
 *   survey_score  the same of nps, csat and ces, and how many answered, by survey
 *   reach     how many customers say the same, by the ticket that leads them; none: one
 *   erased    records whose words the search index is still to forget (forget.c)
 *   attachment  which record names which file; gone: files that none names any more
 *             and that are still to be removed (attachment.c)
 *   load      live tickets of each agent; turn: who had a department's last one
 *   position  how far a reader of the journal has come, kept in the same
 *             transaction as its records
 *   meta      the name of this store, for files that belong to it
 *
 * A migration is one more entry in `steps`; a file knows how many it has seen
 * (user_version).  A file from the future is refused.
 */
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>

#define APPLICATION_ID 0x68726453 /* "hrdS" */

/* Counts of what was stored before there were counts. */
#define BACKFILL(what)                                                                 \
	"INSERT INTO tally SELECT at/900000,'" what "',coalesce(" what ",''),count(*)" \
	" FROM temp.counted WHERE NOT spam GROUP BY 1,3;"
#define BACKFILL_SCORE(kind, what, max)                                           \
	"INSERT INTO score SELECT at,n," kind "," what "," max ",channel,product" \
	" FROM temp.counted WHERE NOT spam AND typeof(" what ") IN ('integer','real');"

static const char *const steps[] = {
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('store', lower(hex(randomblob(16))));"
	"CREATE TABLE position(reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE record(n INTEGER PRIMARY KEY, id BLOB NOT NULL, received_at INTEGER NOT "
	"NULL,"
	" fate INTEGER NOT NULL, ticket INTEGER, token BLOB, line BLOB NOT NULL);"
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
	"CREATE TABLE history(n INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT "
	"NULL,"
	" who TEXT NOT NULL, what TEXT NOT NULL, was TEXT, became TEXT, reason TEXT);"
	"CREATE INDEX history_ticket ON history(ticket);"
	"CREATE TRIGGER history_is_kept BEFORE DELETE ON history"
	" BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"
	"CREATE TRIGGER history_is_fixed BEFORE UPDATE ON history"
	" BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"
	"CREATE TABLE note(n INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL,"
	" who TEXT NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX note_ticket ON note(ticket);",

	/* 2: until then over `state IN (...)` */
	"DROP INDEX IF EXISTS ticket_open;"
	"CREATE INDEX ticket_open ON ticket(priority, due) WHERE " LIVE ";",

	/* 3: the closed loop */
	"ALTER TABLE record ADD COLUMN origin INTEGER;"
	"ALTER TABLE ticket ADD COLUMN alarm INTEGER;"
	"ALTER TABLE ticket ADD COLUMN fired INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE ticket ADD COLUMN handovers INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE ticket ADD COLUMN escalation INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE ticket ADD COLUMN source TEXT;"
	"ALTER TABLE ticket ADD COLUMN lang TEXT;"
	"ALTER TABLE ticket ADD COLUMN alike INTEGER;"
	"ALTER TABLE ticket ADD COLUMN leader INTEGER;"
	"ALTER TABLE ticket ADD COLUMN board TEXT;"
	"ALTER TABLE ticket ADD COLUMN began INTEGER;" /* NULL: received_at */
	"ALTER TABLE ticket ADD COLUMN answered_at INTEGER;"
	"ALTER TABLE ticket ADD COLUMN asked_at INTEGER;"
	"ALTER TABLE ticket ADD COLUMN next_response_due INTEGER;"
	"ALTER TABLE ticket ADD COLUMN response_left INTEGER;"
	"ALTER TABLE ticket ADD COLUMN next_left INTEGER;"
	"ALTER TABLE ticket ADD COLUMN resolution_left INTEGER;"
	"ALTER TABLE ticket ADD COLUMN response_paused INTEGER;"
	"ALTER TABLE ticket ADD COLUMN next_paused INTEGER;"
	"ALTER TABLE ticket ADD COLUMN resolution_paused INTEGER;"
	"CREATE INDEX ticket_alarm ON ticket(alarm) WHERE alarm IS NOT NULL;"
	"CREATE INDEX ticket_leader ON ticket(leader) WHERE leader IS NOT NULL;"
	"CREATE INDEX ticket_board ON ticket(id) WHERE board IS NOT NULL;"
	"CREATE TABLE answer(n INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL,"
	" origin INTEGER, at INTEGER NOT NULL, key TEXT NOT NULL UNIQUE, who TEXT NOT NULL,"
	" text TEXT NOT NULL, fate INTEGER NOT NULL, attempts INTEGER NOT NULL,"
	" again_at INTEGER, done_at INTEGER, reason TEXT, record INTEGER);"
	"CREATE INDEX answer_ticket ON answer(ticket);"
	"CREATE INDEX answer_waits ON answer(again_at) WHERE fate=0;"
	"CREATE TABLE level(ticket INTEGER, kind INTEGER, round INTEGER, n INTEGER,"
	" due INTEGER NOT NULL, at INTEGER, met INTEGER NOT NULL,"
	" PRIMARY KEY(ticket, kind, round, n)) WITHOUT ROWID;"
	"CREATE TABLE follow_up(token BLOB PRIMARY KEY, ticket INTEGER NOT NULL,"
	" round INTEGER NOT NULL, asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
	" answered_at INTEGER, score INTEGER, text TEXT) WITHOUT ROWID;"
	"CREATE INDEX follow_up_ticket ON follow_up(ticket);"
	"CREATE TABLE event(n INTEGER PRIMARY KEY AUTOINCREMENT, line BLOB NOT NULL);"
	"CREATE TABLE thread(thread TEXT, source TEXT, author_key TEXT, ticket INTEGER NOT "
	"NULL,"
	" PRIMARY KEY(thread, source, author_key)) WITHOUT ROWID;"
	"CREATE TABLE load(agent TEXT PRIMARY KEY, live INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE turn(department TEXT PRIMARY KEY, agent TEXT NOT NULL) WITHOUT ROWID;"
	/* What version 1 knew of its tickets; their first alarm looks at all of them. */
	"UPDATE ticket SET alarm=received_at WHERE " LIVE ";"
	"UPDATE ticket SET response_left=first_response_due-waiting_since,"
	" first_response_due=NULL WHERE state='waiting' AND first_response_at IS NULL;"
	"UPDATE ticket SET resolution_left=resolution_due-waiting_since, resolution_due=NULL"
	" WHERE state='waiting';"
	"UPDATE ticket SET (source, lang)=(SELECT json_extract(text, '$.source'),"
	" json_extract(text, '$.lang') FROM (SELECT CAST(line AS TEXT) AS text FROM record"
	" WHERE record.ticket=ticket.id ORDER BY n LIMIT 1) WHERE json_valid(text));",

	"ALTER TABLE ticket ADD COLUMN subcategory TEXT;"
	"CREATE INDEX ticket_received ON ticket(received_at);"
	"CREATE TABLE tally(quarter INTEGER, what TEXT, name TEXT, n INTEGER NOT NULL,"
	" PRIMARY KEY(quarter, what, name)) WITHOUT ROWID;"
	"CREATE TABLE score(at INTEGER, record INTEGER, kind INTEGER, value REAL NOT NULL,"
	" max REAL, channel TEXT, product TEXT, PRIMARY KEY(at, record, kind)) WITHOUT ROWID;"
	/* The records there are, each read once: one of several revisions is counted. */
	"CREATE TEMP TABLE counted AS SELECT n, received_at AS at,"
	" substr(json_extract(text,'$.channel'),1,63) AS channel,"
	" substr(json_extract(text,'$.category'),1,63) AS category,"
	" substr(json_extract(text,'$.intent'),1,63) AS intent,"
	" substr(json_extract(text,'$.product'),1,63) AS product,"
	" json_extract(text,'$.spam.verdict') IS 'spam' AS spam,"
	" json_extract(text,'$.nps') AS nps, json_extract(text,'$.csat') AS csat,"
	" json_extract(text,'$.ces') AS ces, json_extract(text,'$.rating') AS rating,"
	" json_extract(text,'$.rating_max') AS rating_max"
	" FROM (SELECT n, received_at, CAST(line AS TEXT) AS text FROM record WHERE fate=0)"
	" WHERE json_valid(text);"
	"INSERT INTO tally SELECT at/900000,'spam','',count(*) FROM temp.counted WHERE spam"
	" GROUP BY 1;" BACKFILL("channel") BACKFILL("category") BACKFILL("intent")
		BACKFILL("product") BACKFILL_SCORE("1", "nps", "NULL") BACKFILL_SCORE(
			"2", "csat", "NULL") BACKFILL_SCORE("3", "ces", "NULL")
			BACKFILL_SCORE("4", "rating", "rating_max") "DROP TABLE temp.counted;",

	("ALTER TABLE ticket ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;"
	 "CREATE TABLE erased(record INTEGER PRIMARY KEY);"),

	/* 6: files of attachments; instr() spares the parsing of nearly all records. */
	("CREATE TABLE attachment(sha256 TEXT, record INTEGER, PRIMARY KEY(sha256, record))"
	 " WITHOUT ROWID;"
	 "CREATE INDEX attachment_record ON attachment(record);"
	 "CREATE TABLE gone(sha256 TEXT PRIMARY KEY) WITHOUT ROWID;"
	 "INSERT OR IGNORE INTO attachment SELECT json_extract(file.value,'$.sha256'), n"
	 " FROM (SELECT n, CAST(line AS TEXT) AS text FROM record WHERE fate<4"
	 " AND instr(line, CAST('\"attachments\":' AS BLOB))>0),"
	 " json_each(iif(json_valid(text), text, '{}'), '$.attachments') AS file"
	 " WHERE file.type='object' AND json_type(file.value,'$.sha256')='text'"
	 " AND length(json_extract(file.value,'$.sha256'))=64;"),

	/* 7: what each record cost is counted: scores, and the size of a group. */
	("ALTER TABLE score RENAME TO score_of_record;"
	 "CREATE TABLE score(quarter INTEGER, kind INTEGER, value REAL, max REAL, kiosk "
	 "INTEGER,"
	 " n INTEGER NOT NULL, PRIMARY KEY(quarter, kind, value, max, kiosk)) WITHOUT ROWID;"
	 "INSERT INTO score SELECT at/900000,kind,value,coalesce(max,5),channel IS 'kiosk',"
	 "count(*) FROM score_of_record GROUP BY 1,2,3,4,5;"
	 "DROP TABLE score_of_record;"
	 "CREATE TABLE reach(ticket INTEGER PRIMARY KEY, n INTEGER NOT NULL);"
	 "INSERT INTO reach SELECT id,reach FROM ticket WHERE reach<>1;"
	 "ALTER TABLE ticket DROP COLUMN reach;"),

	/* 8: when a ticket was made needs no row of history; NULL: it has one. */
	("ALTER TABLE ticket ADD COLUMN made_at INTEGER;"
	 "CREATE TRIGGER ticket_is_kept BEFORE DELETE ON ticket"
	 " BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"
	 "CREATE TRIGGER ticket_making_is_fixed BEFORE UPDATE OF id, made_at ON ticket"
	 " BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;"),

	/* 9: mail: what a ticket's subject is about, and whose word no record is. */
	"ALTER TABLE ticket ADD COLUMN topic INTEGER;"
	"CREATE TABLE automatic(record INTEGER PRIMARY KEY);",

	/* 10: surveys, of which there were none before. */
	"CREATE TABLE survey_score(quarter INTEGER, survey TEXT, kind INTEGER, value REAL,"
	" n INTEGER NOT NULL, PRIMARY KEY(quarter, survey, kind, value)) WITHOUT ROWID;",
};
enum { NEWEST = sizeof(steps) / sizeof(*steps) };

/* Someone else's database must not grow our tables. */
static int check_owner(sqlite3 *db, int64_t version, struct heard_error *err)
{
	int64_t application, tables;
	if (db_int(db, "PRAGMA application_id", 0, &application, err) ||
	    db_int(db, "SELECT count(*) FROM sqlite_schema", 0, &tables, err))
		return -err->code;
	const char *path = sqlite3_db_filename(db, "main");
	if (application != APPLICATION_ID && (application != 0 || tables > 0))
		return heard_fail(err, EBADMSG,
				  "%s is a database of another program; name another file",
				  path);
	if (version > NEWEST)
		return heard_fail(
			err, ENOTSUP,
			"%s was written by a newer heard (store version %lld, this one knows "
			"%d): run that one, or name another file",
			path, (long long)version, NEWEST);
	return 0;
}

static int migrate(sqlite3 *db, int64_t version, struct heard_error *err)
{
	for (; version < NEWEST; version++)
		if (db_exec(db, steps[version], err))
			return -err->code;
	char *sql = sqlite3_mprintf("PRAGMA application_id=%d; PRAGMA user_version=%d",
				    APPLICATION_ID, NEWEST);
	int result = sql ? db_exec(db, sql, err) : heard_fail(err, ENOMEM, "out of memory");
	sqlite3_free(sql);
	return result;
}

int schema_prepare(sqlite3 *db, bool create, struct heard_error *err)
{
	int64_t version;
	if (db_int(db, "PRAGMA user_version", 0, &version, err) ||
	    check_owner(db, version, err))
		return -err->code;
	if (version == NEWEST)
		return 0;
	if (!create)
		return heard_fail(
			err, ENOTSUP,
			"%s is of an older version: the daemon brings it up to date when it "
			"starts (`heard run`)",
			sqlite3_db_filename(db, "main"));
	/* Two daemons may start at once: look again under the lock. */
	if (db_exec(db, "BEGIN IMMEDIATE", err))
		return -err->code;
	if (db_int(db, "PRAGMA user_version", 0, &version, err) || migrate(db, version, err) ||
	    db_exec(db, "COMMIT", err)) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return -err->code;
	}
	return 0;
}
