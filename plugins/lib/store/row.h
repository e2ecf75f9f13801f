/*
 * row.h - one ticket in hand: read, changed, written back.
 *
 * Every act, every alarm and every further word of a customer does the same: it
 * reads the ticket under the write lock, changes the fields here, and writes it
 * back.  row_write works out what follows from them, `due` and `alarm`, and keeps
 * the agents' loads, so that no two places can disagree about either.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "sqlite.h"

#include <heard/buf.h>
#include <heard/time.h>

#include <sla/sla.h>

/* What was done about a ticket by the clock: bits of `ticket.fired`.  A new round
 * begins without those of FIRED_ROUND. */
#define FIRED_WARNED(kind)    (INT64_C(1) << (kind))
#define FIRED_BREACHED(kind)  (INT64_C(8) << (kind))
#define FIRED_ESCALATED(kind) (INT64_C(64) << (kind))
#define FIRED_CLOCK(kind)     (FIRED_WARNED(kind) | FIRED_BREACHED(kind) | FIRED_ESCALATED(kind))
#define FIRED_ASKED	      INT64_C(0x200) /* how it went                        */
#define FIRED_RETURNED	      INT64_C(0x400) /* the same trouble came back         */
#define FIRED_LOOKED	      INT64_C(0x800) /* whether it did                     */
#define FIRED_ROUND	      INT64_C(0xfff)
#define FIRED_RAISED	      INT64_C(0x1000) /* for so many say the same           */
#define FIRED_CONTACTS	      INT64_C(0x2000) /* escalated, for repeated contact    */

struct ticket_row {
	int64_t id;
	enum store_state state;
	enum store_priority priority;
	struct sla_clock clock[SLA_KINDS];
	int64_t paused[SLA_KINDS]; /* of their working time, by `waiting`         */
	int64_t received_at, first_response_at, resolved_at, waiting_since;
	int64_t began;	     /* this round                                      */
	int64_t answered_at; /* first answer of this round                      */
	int64_t asked_at;    /* the customer's word after it, not answered yet  */
	int64_t round, contacts, reach, handovers, escalation, fired, leader, merged_into;
	struct heard_str category, department, assignee, intent, subject, excerpt, channel,
		product, author_key, source, lang;
	char token[STORE_TOKEN_TEXT];
	bool is_erased; /* nothing of the person is left, and nothing is owed        */

	/* row.c's and clocks.c's own */
	struct heard_buf text; /* what the strings look into as they were read    */
	struct heard_str had_assignee;
	bool was_live;
	struct sla_level level[SLA_KINDS];
	bool has_level[SLA_KINDS];
};

/* -ENOENT with a sentence.  Release it in either case. */
int row_read(struct store *, int64_t ticket, struct ticket_row *, struct heard_error *);
int row_write(struct store *, struct ticket_row *, struct heard_error *);
void row_release(struct ticket_row *);

/* ---- clocks.c: the service levels of a ticket in hand */

/* This kind of clock still asks for something to be done. */
bool clocks_owe(const struct ticket_row *, enum sla_kind);
const struct sla_level *clocks_level(const struct store *, struct ticket_row *, enum sla_kind);
void clocks_begin(const struct store *, struct ticket_row *, int64_t at); /* a round */
void clocks_ask(const struct store *, struct ticket_row *, int64_t at);	  /* the customer did */
void clocks_stop(const struct store *, struct ticket_row *, int64_t at);
void clocks_go_on(const struct store *, struct ticket_row *, int64_t at);
/* After a change of priority, department or intent. */
void clocks_change(const struct store *, struct ticket_row *, int64_t at);
/* When a breach of it goes to the lead: after the same span once more. */
int64_t clocks_second(const struct store *, struct ticket_row *, enum sla_kind);
int64_t clocks_due(const struct ticket_row *);			 /* or DUE_NEVER */
int64_t clocks_alarm(const struct store *, struct ticket_row *); /* or HEARD_TIME_NONE */

/* ---- level.c: the table of service levels that were decided */

/* Met or missed, now that it was answered or resolved. */
int level_decide(struct store *, const struct ticket_row *, enum sla_kind, int64_t at,
		 struct heard_error *);
int level_missed(struct store *, const struct ticket_row *, enum sla_kind,
		 struct heard_error *);
/* It becomes resolved or closed: what is owed and over was missed. */
int level_leave(struct store *, const struct ticket_row *, enum store_state to, int64_t at,
		struct heard_error *);

/* ---- what acts, alarms and customers have in common: move.c */

/* Change the state and what hangs on it: clocks, round.  Legal moves only. */
int move_row(struct store *, struct ticket_row *, enum store_state to, int64_t at,
	     struct heard_error *);
/* The same with its row of history and its event. */
int move_and_tell(struct store *, struct ticket_row *, const struct store_act *,
		  enum store_state to, struct heard_error *);
bool move_may_reopen(struct store *, const struct ticket_row *, int64_t at);
/* From medium to high, with history; nothing if it is not medium, or a suggestion. */
int move_raise(struct store *, struct ticket_row *, const struct store_act *,
	       struct heard_error *);
/* Counts one escalation, with history and event. */
int move_escalate(struct store *, struct ticket_row *, const struct store_act *,
		  struct heard_error *);
/* Contacts were added: escalates once when there are too many. */
int move_contacts(struct store *, struct ticket_row *, int64_t at, struct heard_error *);

/* ---- assign.c */

const struct store_department *department_find(const struct store *, struct heard_str name);
/* Its number among the department's agents, or -1. */
int department_agent(const struct store_department *, struct heard_str agent);
/* pick.c: who of a department gets a ticket: not `except`, if there is anybody else. */
int assign_pick(struct store *, const struct store_department *, struct heard_str author_key,
		struct heard_str except, struct heard_str *agent_r, struct heard_error *);
/* Changes the owner, with history and events; nothing if it is the owner already. */
int assign_row(struct store *, struct ticket_row *, struct heard_str agent,
	       const struct store_act *, struct heard_error *);

/* ---- event.c */

struct event_more {	  /* what an event says beyond the ticket itself */
	const char *kind; /* of service level, or NULL */
	int64_t due;	  /* of it, if kind */
	struct heard_str reason, answer, follow_up;
	struct heard_str mail; /* the line of a bounce */
};
/* Does nothing if nobody wants events. */
int event_tell(struct store *, const char *what, const struct ticket_row *, int64_t at,
	       const struct event_more *, struct heard_error *);

#endif
