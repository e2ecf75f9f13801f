/*
 * sqlite.h - the SQLite backend's inside: one connection and its statements.
 *
 * Statements are named in the one table below, prepared when first needed and
 * kept.  The tables themselves are in schema.c.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "db.h"
#include "store.h"

#include <stdbool.h>

/* The states in which somebody has to act: the index ticket_open is over these,
 * and SQLite uses it only for a query that says the same words.  Not `state IN`:
 * for that SQLite makes and drops a temporary tree at every insert of a ticket. */
#define LIVE "(state='new' OR state='open' OR state='waiting' OR state='reopened')"
/* What `ticket.due` holds when nothing is due: sorts behind everything. */
#define DUE_NEVER INT64_MAX

#define TICKET_COLUMNS                                                                         \
	"id,token,state,priority,category,department,assignee,intent,subject,channel,product," \
	"author_key,excerpt,received_at,first_response_due,first_response_at,resolution_due,"  \
	"resolved_at,due,round,contacts,reach"

#define STATEMENTS(X)                                                                         \
	X(BEGIN, "BEGIN IMMEDIATE")                                                           \
	X(BEGIN_READ, "BEGIN")                                                                \
	X(COMMIT, "COMMIT")                                                                   \
	X(ROLLBACK, "ROLLBACK")                                                               \
	X(STORE_NAME, "SELECT value FROM meta WHERE name='store'")                            \
	X(LAST_RECORD, "SELECT max(n) FROM record")                                           \
	X(LAST_TICKET, "SELECT max(id) FROM ticket")                                          \
	X(PUT_RECORD, "INSERT INTO record(n,id,received_at,fate,ticket,token,line)"           \
		      " VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING")                    \
	X(RECORD_TICKET, "SELECT ticket FROM record WHERE id=?")                              \
	X(RECORD_SET_FATE, "UPDATE record SET fate=? WHERE n=?")                              \
	X(RECORD_TICKET_OF, "SELECT ticket FROM record WHERE n=?")                            \
	X(PUT_ENTITY, "INSERT INTO entity(source_id,source,record,revision) VALUES(?,?,?,?)"  \
		      " ON CONFLICT DO NOTHING")                                              \
	X(GET_ENTITY, "SELECT record,revision FROM entity WHERE source_id=? AND source=?")    \
	X(SET_ENTITY, "UPDATE entity SET record=?,revision=? WHERE source_id=? AND source=?") \
	X(PUT_TICKET,                                                                         \
	  "INSERT INTO "                                                                      \
	  "ticket(id,token,state,priority,category,department,intent,subject,excerpt,"        \
	  "channel,product,author_key,received_at,first_response_due,resolution_due,due)"     \
	  " VALUES(?,?,'new',?,?,?,?,?,?,?,?,?,?,?,?,?)")                                     \
	X(REVISE_TICKET,                                                                      \
	  "UPDATE ticket SET priority=min(priority,?2),category=coalesce(?3,category),"       \
	  "intent=coalesce(?4,intent),subject=?5,excerpt=?6,product=coalesce(?7,product)"     \
	  " WHERE id=?1")                                                                     \
	X(JOIN_TICKET, "UPDATE ticket SET contacts=contacts+1 WHERE id=?")                    \
	X(TICKET_STATE, "SELECT state,first_response_due,first_response_at,resolution_due,"   \
			"resolved_at,waiting_since,round FROM ticket WHERE id=?")             \
	X(MOVE_TICKET, "UPDATE ticket SET state=?2,first_response_due=?3,resolution_due=?4,"  \
		       "resolved_at=?5,waiting_since=?6,round=?7,due=?8 WHERE id=?1")         \
	X(PUT_HISTORY, "INSERT INTO history(ticket,at,who,what,was,became,reason)"            \
		       " VALUES(?,?,?,?,?,?,?)")                                              \
	X(PUT_NOTE, "INSERT INTO note(ticket,at,who,text) VALUES(?,?,?,?)")                   \
	X(PUT_POSITION, "INSERT INTO position(reader,seq) VALUES(?,?) ON CONFLICT(reader)"    \
			" DO UPDATE SET seq=max(seq,excluded.seq)")                           \
	X(GET_POSITION, "SELECT seq FROM position WHERE reader=?")                            \
	X(LIST_LIVE, "SELECT " TICKET_COLUMNS " FROM ticket WHERE " LIVE                      \
		     " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)"           \
		     " ORDER BY priority,due,id LIMIT ?4")                                    \
	X(LIST_STATE, "SELECT " TICKET_COLUMNS " FROM ticket WHERE (?1 IS NULL OR state=?1)"  \
		      " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)"          \
		      " ORDER BY priority,due,id LIMIT ?4")                                   \
	X(COUNT_LIVE, "SELECT count(*) FROM ticket WHERE " LIVE                               \
		      " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)")         \
	X(COUNT_STATE, "SELECT count(*) FROM ticket WHERE (?1 IS NULL OR state=?1)"           \
		       " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)")        \
	X(TICKET, "SELECT " TICKET_COLUMNS " FROM ticket WHERE id=?")                         \
	X(TOKEN_BEHIND,                                                                       \
	  "SELECT ticket FROM record WHERE n>? AND token=? AND ticket IS NOT NULL")           \
	X(TOKEN_AT, "SELECT ticket FROM record WHERE n=? AND token=?")                        \
	X(CONVERSATION, "SELECT 0,received_at,NULL,line,fate,n FROM record WHERE ticket=?1"   \
			" UNION ALL SELECT 1,at,who,text,0,n FROM note WHERE ticket=?1"       \
			" ORDER BY 2,1,6")                                                    \
	X(HISTORY,                                                                            \
	  "SELECT at,who,what,was,became,reason FROM history WHERE ticket=? ORDER BY n")      \
	X(READ_AFTER, "SELECT n,token,line FROM record WHERE n>? ORDER BY n LIMIT ?")         \
	X(READ_BACK, "SELECT n,ticket,received_at,line FROM record WHERE n>? AND fate=0"      \
		     " ORDER BY n DESC")                                                      \
	X(READ_ONE, "SELECT n,ticket,received_at,line FROM record WHERE n=? AND fate=0")

enum statement {
#define X(name, sql) ST_##name,
	STATEMENTS(X)
#undef X
		ST_COUNT
};

/* What became of a record since it was stored: `record.fate`. */
enum record_fate { FATE_CURRENT, FATE_SUPERSEDED, FATE_REMOVED };

struct store {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *st[ST_COUNT];
	bool in_transaction;
	int64_t last_record, last_ticket; /* within a writing transaction        */
};

/* The statement, reset and ready for its values; NULL with a sentence. */
sqlite3_stmt *store_st(struct store *, enum statement, struct heard_error *);
/* Step a statement that returns no rows, and reset it. */
int store_run(struct store *, sqlite3_stmt *, struct heard_error *);
/* 1 a row, 0 the end (reset), -errno. */
int store_step(struct store *, sqlite3_stmt *, struct heard_error *);
/* A statement without values that returns no rows. */
int store_do(struct store *, enum statement, struct heard_error *);

/* Copy what the log holds into the file, as far as nobody is in the way. */
void store_checkpoint(struct store *);
/* The same, and the log's space is free again, unless somebody reads: for a full disk. */
void store_give_back_log(struct store *);

int schema_prepare(sqlite3 *, bool create, struct heard_error *);
char *store_search_path(const char *path); /* malloc'ed */

int history_add(struct store *, const struct store_act *, const char *what, const char *was,
		const char *became, struct heard_error *);

#endif
