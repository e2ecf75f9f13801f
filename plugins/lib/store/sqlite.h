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
	"resolved_at,due,round,contacts," REACH ",next_response_due,escalation,handovers,"     \
	"merged_into,leader,source,lang,board"
/* How many customers say the same is counted by the first of them, in a row of its own:
 * that of the ticket would be written again for each of them. */
#define REACH_OF(id) "ifnull((SELECT n FROM reach WHERE ticket=" id "),1)"
#define REACH	     REACH_OF("ifnull(leader,id)")

/* Of records as r: the customer's own word, see automatic.c. */
#define OF_A_PERSON "NOT EXISTS(SELECT 1 FROM automatic WHERE record=r.n)"

/* Of a filter; "-" is nobody. */
#define ASSIGNEE " AND (?5 IS NULL OR ifnull(assignee,'-')=?5)"

#define STATEMENTS(X)                                                                          \
	X(BEGIN, "BEGIN IMMEDIATE")                                                            \
	X(BEGIN_READ, "BEGIN")                                                                 \
	X(COMMIT, "COMMIT")                                                                    \
	X(ROLLBACK, "ROLLBACK")                                                                \
	X(STORE_NAME, "SELECT value FROM meta WHERE name='store'")                             \
	X(LAST_RECORD, "SELECT max(n) FROM record")                                            \
	X(LAST_TICKET, "SELECT max(id) FROM ticket")                                           \
	X(PUT_AUTOMATIC, "INSERT OR IGNORE INTO automatic(record) VALUES(?)")                  \
	X(IS_AUTOMATIC, "SELECT 1 FROM automatic WHERE record=?")                              \
	X(CAME_BACK, "SELECT 1 FROM history WHERE ticket=? AND what='bounced' AND became=?")   \
	X(PUT_RECORD, "INSERT INTO record(n,id,received_at,fate,ticket,token,line)"            \
		      " VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING")                     \
	X(RECORD_TICKET, "SELECT ticket FROM record WHERE id=?")                               \
	X(RECORD_SET_FATE, "UPDATE record SET fate=?|(fate&4) WHERE n=?")                      \
	X(RECORD_TICKET_OF, "SELECT ticket FROM record WHERE n=?")                             \
	X(PUT_ENTITY, "INSERT INTO entity(source_id,source,record,revision) VALUES(?,?,?,?)"   \
		      " ON CONFLICT DO NOTHING")                                               \
	X(GET_ENTITY, "SELECT record,revision FROM entity WHERE source_id=? AND source=?")     \
	X(SET_ENTITY, "UPDATE entity SET record=?,revision=? WHERE source_id=? AND source=?")  \
	X(PUT_TICKET,                                                                          \
	  "INSERT INTO "                                                                       \
	  "ticket(id,token,state,priority,category,department,intent,subject,excerpt,"         \
	  "channel,product,author_key,received_at,first_response_due,resolution_due,due,"      \
	  "alarm,assignee,source,lang,alike,leader,subcategory,made_at,topic)"                 \
	  " VALUES(?,?,'new',?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")                    \
	X(REVISE_TICKET,                                                                       \
	  "UPDATE ticket SET priority=min(priority,?2),category=coalesce(?3,category),"        \
	  "intent=coalesce(?4,intent),subject=?5,excerpt=?6,product=coalesce(?7,product),"     \
	  "subcategory=iif(?3 IS NULL,subcategory,?8)"                                         \
	  " WHERE id=?1")                                                                      \
	X(TICKET_STATE, "SELECT state FROM ticket WHERE id=?")                                 \
	X(PUT_HISTORY, "INSERT INTO history(ticket,at,who,what,was,became,reason)"             \
		       " VALUES(?,?,?,?,?,?,?)")                                               \
	X(PUT_NOTE, "INSERT INTO note(ticket,at,who,text) VALUES(?,?,?,?)")                    \
	X(PUT_POSITION, "INSERT INTO position(reader,seq) VALUES(?,?) ON CONFLICT(reader)"     \
			" DO UPDATE SET seq=max(seq,excluded.seq)")                            \
	X(GET_POSITION, "SELECT seq FROM position WHERE reader=?")                             \
	X(LIST_LIVE, "SELECT " TICKET_COLUMNS " FROM ticket WHERE " LIVE                       \
		     " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)" ASSIGNEE   \
		     " ORDER BY priority,due,id LIMIT ?4")                                     \
	X(LIST_STATE, "SELECT " TICKET_COLUMNS " FROM ticket WHERE (?1 IS NULL OR state=?1)"   \
		      " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)" ASSIGNEE  \
		      " ORDER BY priority,due,id LIMIT ?4")                                    \
	X(COUNT_LIVE, "SELECT count(*) FROM ticket WHERE " LIVE                                \
		      " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)" ASSIGNEE) \
	X(COUNT_STATE,                                                                         \
	  "SELECT count(*) FROM ticket WHERE (?1 IS NULL OR state=?1)"                         \
	  " AND (?2=0 OR priority=?2) AND (?3 IS NULL OR department=?3)" ASSIGNEE)             \
	X(TICKET, "SELECT " TICKET_COLUMNS " FROM ticket WHERE id=?")                          \
	X(TOKEN_BEHIND,                                                                        \
	  "SELECT ticket FROM record WHERE n>? AND token=? AND ticket IS NOT NULL")            \
	X(TOKEN_AT, "SELECT ticket FROM record WHERE n=? AND token=?")                         \
	X(CONVERSATION, "SELECT 0,received_at,NULL,line,fate,n FROM record WHERE ticket=?1"    \
			" UNION ALL SELECT 1,at,who,text,0,n FROM note WHERE ticket=?1"        \
			" UNION ALL SELECT 2,at,who,text,fate,n FROM answer WHERE ticket=?1"   \
			" ORDER BY 2,1,6")                                                     \
	X(HISTORY,                                                                             \
	  "SELECT made_at,'heard','created',NULL,'new',NULL,0 FROM ticket WHERE id=?1"         \
	  " AND made_at IS NOT NULL UNION ALL"                                                 \
	  " SELECT at,who,what,was,became,reason,n FROM history WHERE ticket=?1 ORDER BY 7")   \
	X(READ_AFTER, "SELECT n,token,line FROM record WHERE n>? ORDER BY n LIMIT ?")          \
	X(READ_BACK, "SELECT n,ticket,received_at,line FROM record WHERE n>? AND fate=0"       \
		     " ORDER BY n DESC")                                                       \
	X(READ_ONE, "SELECT n,ticket,received_at,line FROM record WHERE n=? AND fate=0")       \
	ERASE_STATEMENTS(X)                                                                    \
	LOOP_STATEMENTS(X)                                                                     \
	FIGURE_STATEMENTS(X)

/* Those of erase.c, retain.c, forget.c and attachment.c. */
#define ERASE_STATEMENTS(X)                                                                   \
	X(READ_RECORD, "SELECT ticket,line FROM record WHERE n=?")                            \
	X(NOTE_ERASED, "INSERT OR IGNORE INTO erased(record) VALUES(?)")                      \
	X(ERASE_RECORD, "UPDATE record SET line=?2,fate=fate|4,token=NULL WHERE n=?1")        \
	X(ERASE_ANSWERS_TO, "UPDATE answer SET text='',fate=iif(fate=0,2,fate),again_at=NULL" \
			    " WHERE ticket=?2 AND record=?1")                                 \
	X(DROP_THREAD, "DELETE FROM thread WHERE thread=? AND source=? AND ticket=?")         \
	X(DROP_THREADS_OF, "DELETE FROM thread WHERE author_key=?")                           \
	X(ERASE_TICKET, "UPDATE ticket SET subject=NULL,excerpt=NULL,author_key=NULL,"        \
			"alike=NULL,topic=NULL,token=randomblob(16),erased=1 WHERE id=?")     \
	X(ERASE_NOTES, "UPDATE note SET text='' WHERE ticket=?")                              \
	X(ERASE_ANSWERS, "UPDATE answer SET text='',fate=iif(fate=0,2,fate),again_at=NULL"    \
			 " WHERE ticket=?")                                                   \
	X(ERASE_FOLLOW_UPS, "UPDATE follow_up SET token=randomblob(16),text=NULL"             \
			    " WHERE ticket=?")                                                \
	X(FIND_WORDS, "SELECT n,line FROM record WHERE n>? AND n<=? AND fate<4"               \
		      " AND instr(line,?)>0 ORDER BY n")                                      \
	X(TICKETS_OF, "SELECT id FROM ticket WHERE author_key=? ORDER BY id")                 \
	X(RECORDS_OF, "SELECT n FROM record WHERE ticket=? AND fate<4 ORDER BY n")            \
	X(ERASE_EVENTS, "DELETE FROM event WHERE instr(line,?)>0")                            \
	X(OPEN_TICKETS,                                                                       \
	  "SELECT department,priority,count(*),sum(due<=?) FROM ticket WHERE " LIVE           \
	  " GROUP BY 1,2 ORDER BY 3 DESC")                                                    \
	X(LEVELS,                                                                             \
	  "SELECT kind,round,due,at,met FROM level WHERE ticket=? ORDER BY round,kind,n")     \
	X(LAST_HISTORY, "SELECT coalesce(max((SELECT max(at) FROM history WHERE ticket=?1),"  \
			"made_at),made_at,(SELECT max(at) FROM history WHERE ticket=?1))"     \
			" FROM ticket WHERE id=?1")                                           \
	X(WALK_TICKETS, "SELECT id,state,intent,received_at,erased FROM ticket WHERE id>?"    \
			" ORDER BY id LIMIT ?")                                               \
	X(WALK_RECORDS, "SELECT n,fate>=4 OR ticket IS NOT NULL,"                             \
			"iif(fate>=4 OR ticket IS NOT NULL,NULL,line),received_at"            \
			" FROM record WHERE n>? ORDER BY n LIMIT ?")                          \
	X(ERASED, "SELECT record FROM erased WHERE record<=? ORDER BY record LIMIT ?")        \
	X(ERASED_DONE, "DELETE FROM erased WHERE record=?")                                   \
	X(PUT_ATTACHMENT, "INSERT OR IGNORE INTO attachment(sha256,record) VALUES(?,?)")      \
	X(NOTE_GONE,                                                                          \
	  "INSERT OR IGNORE INTO gone SELECT sha256 FROM attachment a WHERE record=?1"        \
	  " AND NOT EXISTS(SELECT 1 FROM attachment b WHERE b.sha256=a.sha256"                \
	  " AND b.record<>?1)")                                                               \
	X(DROP_ATTACHMENTS, "DELETE FROM attachment WHERE record=?")                          \
	X(GONE, "SELECT sha256 FROM gone WHERE sha256>? AND NOT EXISTS(SELECT 1"              \
		" FROM attachment a WHERE a.sha256=gone.sha256) ORDER BY sha256 LIMIT ?")     \
	X(GONE_DONE, "DELETE FROM gone WHERE sha256=?")

/* Those of what happens to a ticket after it was made. */
#define LOOP_STATEMENTS(X)                                                                   \
	X(READ_ROW,                                                                          \
	  "SELECT id,category,department,assignee,intent,subject,excerpt,channel,product,"   \
	  "author_key,source,lang,received_at,first_response_at,resolved_at,waiting_since,"  \
	  "began,answered_at,asked_at,round,contacts," REACH ",handovers,escalation,fired,"  \
	  "leader,merged_into,first_response_due,response_left,response_paused,"             \
	  "next_response_due,next_left,next_paused,resolution_due,resolution_left,"          \
	  "resolution_paused,state,priority,token,erased FROM ticket WHERE id=?")            \
	X(WRITE_ROW,                                                                         \
	  "UPDATE ticket SET state=?2,assignee=?3,department=?4,first_response_at=?5,"       \
	  "resolved_at=?6,waiting_since=?7,began=?8,answered_at=?9,asked_at=?10,alarm=?11,"  \
	  "round=?12,contacts=?13,handovers=?14,escalation=?15,fired=?16,priority=?17,"      \
	  "due=?18,first_response_due=?19,response_left=?20,response_paused=?21,"            \
	  "next_response_due=?22,next_left=?23,next_paused=?24,resolution_due=?25,"          \
	  "resolution_left=?26,resolution_paused=?27 WHERE id=?1")                           \
	X(SET_BOARD, "UPDATE ticket SET board=?2 WHERE id=?1")                               \
	X(SET_MERGED, "UPDATE ticket SET merged_into=?2 WHERE id=?1")                        \
	X(SET_LEADER, "UPDATE ticket SET leader=nullif(?2,0) WHERE id=?1")                   \
	X(SET_REACH, "INSERT OR REPLACE INTO reach(ticket,n) VALUES(?,?)")                   \
	X(GROW_REACH, "INSERT INTO reach(ticket,n) VALUES(?1,1+?2) ON CONFLICT(ticket)"      \
		      " DO UPDATE SET n=n+?2")                                               \
	X(MOVE_MEMBERS, "UPDATE ticket SET leader=?2 WHERE leader=?1 AND id<>?2")            \
	X(MEMBERS, "SELECT id FROM ticket WHERE leader=? ORDER BY id")                       \
	X(MERGED_INTO, "SELECT merged_into FROM ticket WHERE id=?")                          \
	X(TICKET_GROUP, "SELECT coalesce(merged_into,leader),state,fired," REACH_OF(         \
				"id") " FROM ticket WHERE id=?")                             \
	X(TICKET_AUTHOR, "SELECT author_key,erased,topic FROM ticket WHERE id=?")            \
	X(ORIGIN_OF_AUTHOR, "SELECT t.topic FROM (SELECT DISTINCT origin FROM record"        \
			    " WHERE ticket=?1 AND origin IS NOT NULL) o JOIN ticket t"       \
			    " ON t.id=o.origin WHERE t.author_key=?2 AND t.erased=0"         \
			    " ORDER BY t.id DESC LIMIT 1")                                   \
	X(TICKET_OWNER, "SELECT assignee FROM ticket WHERE id=?")                            \
	X(ENTITY_TICKET,                                                                     \
	  "SELECT coalesce(origin,ticket) FROM record WHERE n=(SELECT record FROM entity"    \
	  " WHERE source_id=? AND source=?)")                                                \
	X(THREAD_TICKET, "SELECT ticket FROM thread WHERE thread=?1 AND source=?2"           \
			 " ORDER BY author_key<>?3,ticket LIMIT 1")                          \
	X(PUT_THREAD, "INSERT INTO thread(thread,source,author_key,ticket) VALUES(?,?,?,?)"  \
		      " ON CONFLICT DO UPDATE SET ticket=excluded.ticket")                   \
	X(RECENT_TICKETS,                                                                    \
	  "SELECT id,alike,author_key,category,product,received_at,leader FROM ticket"       \
	  " WHERE id>(SELECT max(id) FROM ticket)-? ORDER BY id")                            \
	X(MERGE_RECORDS, "UPDATE record SET origin=coalesce(origin,ticket),ticket=?2"        \
			 " WHERE ticket=?1")                                                 \
	X(MERGE_NOTES, "UPDATE note SET ticket=?2 WHERE ticket=?1")                          \
	X(MERGE_ANSWERS, "UPDATE answer SET origin=coalesce(origin,ticket),ticket=?2"        \
			 " WHERE ticket=?1")                                                 \
	X(PUT_LEVEL,                                                                         \
	  "INSERT INTO level(ticket,kind,round,n,due,at,met) VALUES(?1,?2,?3,(SELECT"        \
	  " 1+coalesce(max(n),0) FROM level WHERE ticket=?1 AND kind=?2 AND round=?3),"      \
	  "?4,?5,?6)")                                                                       \
	X(LATE_LEVEL, "UPDATE level SET at=?4,met=(?4<=due) WHERE ticket=?1 AND kind=?2"     \
		      " AND round=?3 AND at IS NULL")                                        \
	X(ALARMS, "SELECT id FROM ticket WHERE alarm IS NOT NULL AND alarm<=?"               \
		  " ORDER BY alarm LIMIT ?")                                                 \
	X(NEXT_ALARM, "SELECT min(alarm) FROM ticket WHERE alarm IS NOT NULL")               \
	X(DATA_VERSION, "PRAGMA data_version")                                               \
	X(GET_LOAD, "SELECT live FROM load WHERE agent=?")                                   \
	X(PUT_LOAD, "INSERT INTO load(agent,live) VALUES(?,?) ON CONFLICT(agent)"            \
		    " DO UPDATE SET live=excluded.live")                                     \
	X(GET_TURN, "SELECT agent FROM turn WHERE department=?")                             \
	X(PUT_TURN, "INSERT INTO turn(department,agent) VALUES(?,?) ON CONFLICT(department)" \
		    " DO UPDATE SET agent=excluded.agent")                                   \
	X(LAST_EVENT, "SELECT seq FROM sqlite_sequence WHERE name='event'")                  \
	X(LAST_LINE, "SELECT line FROM record r WHERE ticket=? AND fate=0 AND " OF_A_PERSON  \
		     " ORDER BY n DESC LIMIT 1")                                             \
	X(PUT_EVENT, "INSERT INTO event(n,line) VALUES(?,?)")                                \
	X(EVENTS, "SELECT n,line FROM event WHERE n>? ORDER BY n LIMIT ?")                   \
	X(EVENTS_DONE, "DELETE FROM event WHERE n<=?")                                       \
	X(LAST_ANSWER, "SELECT seq FROM sqlite_sequence WHERE name='answer'")                \
	X(FIND_ANSWER, "SELECT n,ticket,origin FROM answer WHERE key=?")                     \
	X(PUT_ANSWER,                                                                        \
	  "INSERT INTO answer(n,ticket,at,key,who,text,fate,attempts,again_at,record)"       \
	  " VALUES(?1,?2,?3,?4,?5,?6,0,0,?3,"                                                \
	  "(SELECT max(n) FROM record r WHERE ticket=?2 AND fate=0 AND " OF_A_PERSON "))")   \
	X(ANSWERS,                                                                           \
	  "SELECT a.n,a.ticket,a.at,a.attempts,a.key,a.who,a.text,t.source,t.lang,r.line,"   \
	  "coalesce(r.token,t.token) FROM (SELECT n FROM answer INDEXED BY answer_waits"     \
	  " WHERE fate=0 AND again_at<=? ORDER BY n LIMIT ?) w JOIN answer a ON a.n=w.n"     \
	  " JOIN ticket t ON t.id=a.ticket LEFT JOIN record r ON r.n=a.record ORDER BY a.n") \
	X(NEXT_ANSWER, "SELECT min(again_at) FROM answer WHERE fate=0")                      \
	X(ANSWER_SENT, "UPDATE answer SET fate=1,done_at=?2,attempts=attempts+1"             \
		       " WHERE n=?1 AND fate=0")                                             \
	X(ANSWER_TICKET, "SELECT ticket FROM answer WHERE n=? AND fate=0")                   \
	X(ANSWER_FAILED,                                                                     \
	  "UPDATE answer SET attempts=attempts+1,again_at=?2,reason=?3,"                     \
	  "fate=iif(?2 IS NULL,2,0),done_at=iif(?2 IS NULL,?4,NULL) WHERE n=?1 AND fate=0")  \
	X(PUT_FOLLOW_UP, "INSERT INTO follow_up(token,ticket,round,asked_at,expires_at)"     \
			 " VALUES(?,?,?,?,?)")                                               \
	X(FOLLOW_UP,                                                                         \
	  "SELECT f.ticket,f.round,f.asked_at,f.expires_at,f.answered_at,f.score,t.subject," \
	  "t.lang FROM follow_up f JOIN ticket t ON t.id=f.ticket WHERE f.token=?")          \
	X(ANSWER_FOLLOW_UP, "UPDATE follow_up SET answered_at=?2,score=?3,text=?4"           \
			    " WHERE token=?1")                                               \
	X(STATUS_RECORD, "SELECT received_at,coalesce(origin,ticket) FROM record"            \
			 " WHERE ticket=? AND token=?")                                      \
	X(STATUS_ANSWERS,                                                                    \
	  "SELECT at,text,fate FROM answer WHERE ticket=?1 AND (coalesce(origin,ticket)=?2"  \
	  " OR (origin IS NULL AND at>=?3)) ORDER BY at,n")                                  \
	X(JUDGED, "SELECT h.became='spam',h.at,r.line FROM history h JOIN record r"          \
		  " ON r.ticket=h.ticket AND r.fate=0 JOIN ticket t ON t.id=h.ticket"        \
		  " WHERE h.what='status' AND 'spam' IN (h.was,h.became)"                    \
		  " AND h.who<>'heard' AND t.erased=0 ORDER BY h.n,r.n")                     \
	X(MERGED_AT, "SELECT max(at) FROM history WHERE ticket=? AND what='merged'")         \
	X(BOARD, "SELECT id,received_at,resolved_at," REACH ",state,board,category,product"  \
		 " FROM ticket WHERE board IS NOT NULL ORDER BY id DESC LIMIT ?")

/* Those of counts and figures: tally.c, figures.c, topics.c. */
#define FIGURE_STATEMENTS(X)                                                                   \
	X(PUT_TALLY, "INSERT INTO tally(quarter,what,name,n) VALUES(?,?,?,?)"                  \
		     " ON CONFLICT DO UPDATE SET n=n+excluded.n")                              \
	X(PUT_SCORE, "INSERT INTO score(quarter,kind,value,max,kiosk,n) VALUES(?,?,?,?,?,?)"   \
		     " ON CONFLICT DO UPDATE SET n=n+excluded.n")                              \
	X(PUT_SURVEY,                                                                          \
	  "INSERT INTO survey_score(quarter,survey,kind,value,n) VALUES(?,?,?,?,?)"            \
	  " ON CONFLICT DO UPDATE SET n=n+excluded.n")                                         \
	X(RECORD_LINE, "SELECT line,received_at FROM record WHERE n=?")                        \
	X(SUM_TALLY, "SELECT what,name,sum(n) FROM tally WHERE quarter>=? AND quarter<?"       \
		     " GROUP BY what,name ORDER BY what,3 DESC,name")                          \
	X(TALLY_TIMES, "SELECT quarter,sum(n) FROM tally WHERE quarter>=? AND quarter<?"       \
		       " AND what='channel' GROUP BY quarter")                                 \
	X(TALLY_COURSE, "SELECT quarter,sum(iif(what='channel',n,0)),"                         \
			"sum(iif(what='intent',n,0)) FROM tally WHERE quarter>=? AND "         \
			"quarter<? AND (what='channel' OR what='intent' AND name='complaint')" \
			" GROUP BY quarter")                                                   \
	X(TALLY_SINCE, "SELECT min(quarter) FROM tally")                                       \
	X(RECEIVED_FROM, "SELECT max(received_at) FROM (SELECT received_at FROM record"        \
			 " WHERE n>=? ORDER BY n LIMIT ?)")                                    \
	X(SAMPLE_ALL, "SELECT n,id,received_at,ticket,line FROM record r WHERE n>=? AND n<?"   \
		      " AND fate=0 AND " OF_A_PERSON " ORDER BY n")                            \
	X(SAMPLE_ONE, "SELECT n,id,received_at,ticket,line FROM record r WHERE n=?"            \
		      " AND fate=0 AND " OF_A_PERSON)                                          \
	X(SCORES, "SELECT kind,value,max,kiosk,sum(n) FROM score WHERE quarter>=?"             \
		  " AND quarter<? GROUP BY kind,value,max,kiosk")                              \
	X(SURVEY_SCORES, "SELECT survey,kind,value,sum(n) FROM survey_score WHERE quarter>=?"  \
			 " AND quarter<? GROUP BY survey,kind,value ORDER BY survey")          \
	X(FOLLOW_UP_SCORES, "SELECT score,count(*) FROM follow_up WHERE answered_at>=?"        \
			    " AND answered_at<? GROUP BY score")                               \
	X(BACKLOG, "SELECT count(*),sum(due<=?) FROM ticket WHERE " LIVE " AND received_at<?") \
	X(TICKET_FIGURES,                                                                      \
	  "SELECT id,state,priority,category,subcategory,department,product,board,intent,"     \
	  "received_at,first_response_at,resolved_at,round,contacts," REACH_OF(                \
		  "t.id") ",escalation,"                                                       \
			  "leader,fired,answered_at,asked_at,first_response_due,next_"         \
			  "response_due,"                                                      \
			  "resolution_due,(SELECT count(*) FROM level WHERE ticket=t.id),"     \
			  "(SELECT sum(met) FROM level WHERE ticket=t.id)"                     \
			  " FROM ticket t WHERE received_at>=? AND received_at<?"              \
			  " AND state NOT IN ('merged','spam')")

enum statement {
#define X(name, sql) ST_##name,
	STATEMENTS(X)
#undef X
		ST_COUNT
};

/* What became of a record since it was stored: `record.fate`. */
enum record_fate {
	FATE_CURRENT,
	FATE_SUPERSEDED,
	FATE_REMOVED,
	FATE_ERASED = 4, /* a bit beside these: its text is gone */
};

struct store {
	sqlite3 *db;
	char *path;
	int64_t page_bytes; /* an older file has smaller pages than a new one */
	sqlite3_stmt *st[ST_COUNT];
	bool in_transaction;
	int64_t last_record, last_ticket, last_event; /* within a writing transaction */
	const struct store_rules *rules;	      /* never NULL                   */
	struct loads *loads;			      /* of agents: load.h            */
	struct alike *alike;			      /* recent tickets: alike.h      */
	int64_t retained_ticket, retained_record;     /* the place of retain.c's walk */
	struct tally *tally;			      /* of this batch: tally.h       */
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

enum store_priority priority_of_number(int64_t);
/* An enum store_state; -ENOENT with a sentence. */
int ticket_state(struct store *, int64_t ticket, int64_t *state_r, struct heard_error *);

/* ---- transaction.c: an act begins, and ends well or not */

int act_begin(struct store *, struct heard_error *);
int act_commit(struct store *, struct heard_error *);
/* Commits if the result is 0; else undoes everything and gives it back. */
int act_end(struct store *, int result, struct heard_error *);
/* The first column of the first row, 0 if there is none. */
int transaction_number(struct store *, enum statement, int64_t *, struct heard_error *);

int history_put(struct store *, const struct store_act *, const char *what,
		struct heard_str was, struct heard_str became, struct heard_error *);
/* The same for literals; NULL: nothing. */
int history_add(struct store *, const struct store_act *, const char *what, const char *was,
		const char *became, struct heard_error *);

#endif
