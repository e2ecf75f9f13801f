/*
 * store.h - the ticket store: every record, the tickets made from them, and an
 * append-only history of each.
 *
 * This header says what a store does and nothing of how: no SQL and no type of
 * a database library appears in it, so that another backend can stand behind
 * the same calls, chosen by the address given to store_open().  Today there is
 * one: a path is an SQLite file.
 *
 * One process writes records (the `tickets` output); any number read and move
 * tickets at the same time.  A struct store belongs to one thread at a time.
 * Times are milliseconds, HEARD_TIME_NONE where there is none.  Functions
 * return 0, or -errno with a sentence; -EBUSY, -ENOSPC and -EIO mean that the
 * same call may succeed later and that nothing was changed.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_buf;
struct heard_error;
struct store;

#define STORE_ID	 16 /* bytes of a record's UUID                              */
#define STORE_TOKEN	 16 /* bytes behind the token that a customer holds          */
#define STORE_TOKEN_TEXT 23 /* the same as base64url, with a NUL                */

enum store_mode {
	STORE_CREATE, /* make it if absent, bring it up to date: the daemon     */
	STORE_OPEN,   /* refuse an absent one: commands                         */
};

int store_open(struct store **store_r, const char *url, enum store_mode, struct heard_error *);
void store_close(struct store *); /* NULL is fine */

#define STORE_OWN_NAME 33 /* hex digits and a NUL                               */
/* A random name that a store gets when it is made: another file, another name. */
int store_own_name(struct store *, char out[STORE_OWN_NAME], struct heard_error *);

/* ---- names */

/* The usual form with hyphens. */
bool store_id_parse(struct heard_str, unsigned char out[STORE_ID]);
void store_token_format(const unsigned char token[STORE_TOKEN], char out[STORE_TOKEN_TEXT]);
bool store_token_parse(struct heard_str, unsigned char out[STORE_TOKEN]);

/* ---- states: state.c holds the one table of legal moves */

enum store_state {
	STORE_NEW,
	STORE_OPENED,
	STORE_WAITING,
	STORE_RESOLVED,
	STORE_CLOSED,
	STORE_REOPENED,
	STORE_MERGED,
	STORE_SPAM,
	STORE_STATES
};

const char *store_state_name(enum store_state); /* "new" */
int store_state_find(struct heard_str name);	/* or -1 */
/* Somebody still has to act: new, open, waiting, reopened. */
bool store_state_is_live(enum store_state);
bool store_state_may(enum store_state from, enum store_state to);

/* ---- priorities; service levels are sla.h's */

enum store_priority { STORE_HIGH = 1, STORE_MEDIUM, STORE_LOW };
const char *store_priority_name(enum store_priority); /* "high" */
int store_priority_find(struct heard_str name);	      /* or 0 */

/* ---- rules: what a store does by itself, from the options of `tickets`
 *
 * Given once after store_open, by the daemon and by each command that acts, and
 * borrowed until store_close.  A store without rules has the defaults. */

enum store_method { STORE_ROUND_ROBIN, STORE_LEAST_LOADED, STORE_STICKY };

struct store_department {
	struct heard_str name;
	const struct heard_str *agents; /* who gets its tickets; none: nobody does     */
	size_t n_agents;
	struct heard_str lead;	  /* is told of trouble; may be empty            */
	enum store_method method; /* sticky: who had this person's last ticket,  */
				  /* else least loaded                           */
};

struct sla;
struct store_rules {
	const struct sla *sla; /* NULL: the defaults                          */
	const struct store_department *departments;
	size_t n_departments;
	int64_t contacts_escalate; /* the n-th contact escalates: 3              */
	int64_t reach_raises;	   /* alike from so many customers: 5            */
	int64_t reach_window;	   /* of so long: 24 h                           */
	int64_t reopen_within;	   /* of resolution: 14 days; later a new ticket */
	int64_t follow_up_after;   /* resolution, ask how it went: 1 h; -1 never */
	int64_t follow_up_expires; /* 14 days                                    */
	int64_t follow_up_bad;	   /* a score up to this opens a second round: 2 */
	int64_t relapse_after;	   /* resolution, look whether it came back: 7 d */
	int64_t close_after;	   /* resolution, if nothing happens: 30 days    */
	bool events;		   /* keep an outbox of events: somebody wants it */
	bool automatic_tickets;	   /* of mail that a program sent, too            */
};
extern const struct store_rules store_default_rules;
void store_set_rules(struct store *, const struct store_rules *);

/* ---- writing records: one batch is one transaction */

enum store_op { STORE_OP_CREATE, STORE_OP_UPDATE, STORE_OP_DELETE };

/* Why nobody is to take a mail for a person's, and what it says of tickets.  Who fills it
 * in has checked the ids and the token: a source may write there what it likes. */
enum store_automatic {
	STORE_MAIL_OF_PERSON, /* or no mail at all                                */
	STORE_MAIL_OWN,	      /* of ours, come back to us: a loop                 */
	STORE_MAIL_BOUNCE,
	STORE_MAIL_REPLY,
	STORE_MAIL_LIST,
	STORE_MAIL_BULK,
};
struct store_mail {
	enum store_automatic automatic;
	int64_t answers;	/* the ticket of the mail of ours that it names; or 0 */
	int64_t token;		/* the ticket that its subject names; or 0            */
	struct heard_str event; /* which mail of ours: "answer..." is an answer      */
	struct heard_str topic; /* the same for the same subject, but for "Re:"      */
	bool is_failure;	/* a bounce: that mail has not arrived, and will not */
	struct heard_str status;
};

/* A record as the store wants it; all text is borrowed until commit or
 * rollback.  Absent texts are {NULL, 0}. */
struct store_record {
	unsigned char id[STORE_ID], token[STORE_TOKEN];
	int64_t received_at;
	struct heard_str line; /* canonical JSON                               */
	struct heard_str source, source_id, duplicate_of;
	int64_t revision;
	enum store_op op;
	bool is_spam;
	bool is_wordless; /* the platform wrote for the customer: kept, never a ticket */
	struct heard_str channel, subject, body, intent, category, priority, department,
		product, author_key;
	struct heard_str subcategory, lang, thread, in_reply_to;
	struct heard_str survey; /* whose answer it is, by attributes.survey.name       */
	struct store_mail mail;
	double nps, csat, ces, rating, rating_max; /* NaN: absent                   */
	const struct heard_str *attachments;	   /* the SHA-256 of each, in hex   */
	size_t n_attachments;
	bool is_prepared;
	int64_t words; /* a hash of what it says, if it is prepared */
};

/* What a store wants to know of a record and can be worked out without it, on a thread
 * of one's own; a record that is not prepared is by store_put. */
struct store_words;
int store_words_create(struct store_words **words_r, struct store *, struct heard_error *);
void store_words_destroy(struct store_words *); /* NULL is fine */
void store_prepare(struct store_words *, struct store_record *);

enum store_fate {
	STORE_STORED,
	STORE_KNOWN, /* that id is there already: nothing changed            */
};

int store_begin(struct store *, struct heard_error *);
int store_put(struct store *, const struct store_record *, int64_t now, enum store_fate *,
	      struct heard_error *);
/* Ends the transaction.  `seq` becomes the position of `reader` unless it has a
 * higher one.  On failure everything since store_begin is undone. */
int store_commit(struct store *, const char *reader, uint64_t seq, struct heard_error *);
void store_rollback(struct store *);
/* 0 in *seq_r if there is none. */
int store_position(struct store *, const char *reader, uint64_t *seq_r, struct heard_error *);
/* Records are there up to this number. */
int store_last(struct store *, int64_t *record_r, struct heard_error *);

/* ---- tickets */

struct store_ticket {
	int64_t id;
	char token[STORE_TOKEN_TEXT];
	enum store_state state;
	enum store_priority priority;
	struct heard_str category, department, assignee, intent, subject, channel, product,
		author_key;	  /* valid in the callback */
	struct heard_str excerpt; /* the beginning of the body, if there is no subject */
	/* Due: of this round.  At: the ticket's first answer, its last resolution. */
	int64_t received_at, first_response_due, first_response_at, resolution_due, resolved_at;
	int64_t due; /* the next of them that counts               */
	int64_t round, contacts, reach;
	int64_t next_response_due;     /* the customer wrote again after our answer   */
	int64_t escalation;	       /* how often it was escalated                  */
	int64_t handovers;	       /* changes of owner                            */
	int64_t merged_into, leader;   /* 0: none; leader: first of those alike     */
	struct heard_str source, lang; /* who took it in; of the customer         */
	struct heard_str board;	       /* its title on the public board, if there */
};

struct store_filter {
	int state; /* enum store_state, or one of these */
#define STORE_LIVE (-1)
#define STORE_ALL  (-2)
	int priority;		     /* 0: any */
	struct heard_str department; /* empty: any */
	int64_t limit;		     /* 0: none */
	struct heard_str assignee;   /* empty: any; "-": nobody */
};

/* By priority, then what is due first.  The callback may stop with false. */
int store_tickets(struct store *, const struct store_filter *,
		  bool (*fn)(void *arg, const struct store_ticket *), void *arg,
		  struct heard_error *);
int store_tickets_count(struct store *, const struct store_filter *, int64_t *n_r,
			struct heard_error *);
/* How many live tickets each department and priority has, most first. */
struct store_open {
	struct heard_str department; /* valid in the callback */
	enum store_priority priority;
	int64_t n, overdue;
};
int store_open_tickets(struct store *, int64_t now,
		       void (*fn)(void *arg, const struct store_open *), void *arg,
		       struct heard_error *);
/* A number ("17", "#17") or a token.  -ENOENT with a sentence. */
int store_ticket_find(struct store *, struct heard_str name, int64_t *ticket_r,
		      struct heard_error *);
int store_ticket(struct store *, int64_t ticket,
		 void (*fn)(void *arg, const struct store_ticket *), void *arg,
		 struct heard_error *);

struct store_act { /* who does something to a ticket, and why */
	int64_t ticket, at;
	struct heard_str who, reason;
};
/* Every act is one transaction with its rows of history and its events.
 * -EPERM naming the legal moves if this one is not. */
int store_ticket_move(struct store *, const struct store_act *, enum store_state to,
		      struct heard_error *);
int store_ticket_note(struct store *, const struct store_act *, struct heard_str text,
		      struct heard_error *);

/* To an agent, or to a department whose method then picks one, or both.  The first
 * owner needs no reason, any change of owner does (-EINVAL); from the second change on
 * the lead is told (event handed_over).  An unknown department or agent: -ENOENT with a
 * did-you-mean. */
int store_ticket_assign(struct store *, const struct store_act *, struct heard_str agent,
			struct heard_str department, struct heard_error *);
/* Within reopen_within (-ETIME after); the clocks start anew and round counts on. */
int store_ticket_reopen(struct store *, const struct store_act *, struct heard_error *);
/* `ticket` becomes merged; its records, notes, answers and contacts belong to `into`
 * from now on, and its tokens lead there.  Not into itself, a merged one or spam. */
int store_ticket_merge(struct store *, const struct store_act *, int64_t into,
		       struct heard_error *);
/* Put an answer into the outbox.  It counts as the first (or next) response.  A key
 * seen before changes nothing and gives the same number: harmless to repeat.  A new
 * ticket becomes open.  An empty key: made from the number. */
int store_ticket_reply(struct store *, const struct store_act *, struct heard_str text,
		       struct heard_str key, int64_t *answer_r, struct heard_error *);
/* A title for the public board of known issues; empty takes it off. */
int store_ticket_publish(struct store *, const struct store_act *, struct heard_str title,
			 struct heard_error *);

/* The tickets of other customers who say the same as this one, their leader. */
int store_ticket_members(struct store *, int64_t leader, void (*fn)(void *arg, int64_t ticket),
			 void *arg, struct heard_error *);

struct store_said { /* one piece of the conversation */
	enum { STORE_SAID_RECORD, STORE_SAID_NOTE, STORE_SAID_ANSWER } kind;
	int64_t at;
	struct heard_str who;  /* of a note                                      */
	struct heard_str text; /* a note's text, a record's canonical line       */
	const char *fate;      /* "current", "superseded", "removed" or "erased";  */
			       /* of an answer "waiting", "sent" or "refused"    */
};
int store_conversation(struct store *, int64_t ticket,
		       void (*fn)(void *arg, const struct store_said *), void *arg,
		       struct heard_error *);

/* Service levels of a ticket that were due and are decided, in order. */
struct store_level {
	const char *kind; /* "first_response", ...                         */
	int64_t round, due;
	int64_t at; /* answered or resolved; HEARD_TIME_NONE: not yet */
	bool met;
};
int store_levels(struct store *, int64_t ticket,
		 void (*fn)(void *arg, const struct store_level *), void *arg,
		 struct heard_error *);

struct store_event {
	int64_t at;
	struct heard_str who, what, from, to, reason;
};
int store_history(struct store *, int64_t ticket,
		  void (*fn)(void *arg, const struct store_event *), void *arg,
		  struct heard_error *);

/* ---- what happens by the clock
 *
 * Each live ticket has one alarm: the next moment at which something is to be done
 * about it.  What was done is kept with the ticket in the same transaction, so a timer
 * survives restarts, a jump of the clock makes it late and never twice.  warned and
 * breached (of each clock), escalated, follow-up asked, relapse looked for, closed. */

/* Handles at most 256 that are due; *next_r is when to come again (now, if there are
 * more), HEARD_TIME_NONE if there is none. */
int store_alarms(struct store *, int64_t now, int64_t *next_r, struct heard_error *);

/* ---- the outbox of events: rows that are still to be emitted
 *
 * created, assigned, handed_over, warned, breached, escalated, raised, answered,
 * resolved, reopened, closed, merged, follow_up, second_round, relapsed, bounced. */

/* In order, from after `n` on.  `line` is one record in JSON with the field `event`,
 * source_id "ticket/<id>/<n>", the ticket's own fields as those of a record, sealed
 * contacts as the customer's last record has them, and attributes.ticket (its number),
 * .token, .state, .assignee, .lead, .due, .kind (of a service level), .round, .reach,
 * .contacts, .reason, .answer (the text), .follow_up (its path); of a mail that came back
 * .mail.answers (its id), .mail.status and the like. */
int store_events(struct store *, int64_t after, int64_t limit,
		 void (*fn)(void *arg, int64_t n, struct heard_str line), void *arg,
		 struct heard_error *);
/* Those up to n are safe in the journal. */
int store_events_done(struct store *, int64_t up_to, struct heard_error *);

/* ---- the outbox of answers */

struct store_answer {
	int64_t n, ticket, at, attempts;
	struct heard_str key, who, text, source, lang;
	struct heard_str record; /* canonical line of the one it answers            */
	char token[STORE_TOKEN_TEXT];
};
/* Those that wait and are due, oldest first. */
int store_answers(struct store *, int64_t now, int64_t limit,
		  void (*fn)(void *arg, const struct store_answer *), void *arg,
		  int64_t *next_r, struct heard_error *);
int store_answer_sent(struct store *, int64_t n, int64_t now, struct heard_error *);
/* Try again then, or (HEARD_TIME_NONE) never: it stays with the ticket as refused, and
 * the owner sees why. */
int store_answer_failed(struct store *, int64_t n, int64_t now, int64_t again_at,
			struct heard_str reason, struct heard_error *);

/* ---- follow-up: one question at an expiring link, once */

struct store_follow_up {
	int64_t ticket, round, asked_at, expires_at, answered_at; /* HEARD_TIME_NONE */
	int64_t score;						  /* 1 to 5, 0 none  */
	struct heard_str subject, lang;				  /* valid in the callback */
};
int store_follow_up(struct store *, const unsigned char token[STORE_TOKEN],
		    void (*fn)(void *arg, const struct store_follow_up *), void *arg,
		    struct heard_error *);
/* -ENOENT, -EEXIST (answered before: nothing changes), -ETIME.  A bad score reopens the
 * ticket as its second round, with another owner of the department. */
int store_follow_up_answer(struct store *, const unsigned char token[STORE_TOKEN],
			   int64_t score, struct heard_str text, int64_t now,
			   struct heard_error *);

/* ---- what the public may see: no personal data comes this way */

struct store_step { /* of the way of one ticket */
	int64_t at;
	const char *what; /* "received", "open", "answered", "waiting", "resolved",      */
			  /* "reopened", "closed"; literals                              */
};
struct store_status {
	enum store_state state;
	int64_t received_at, expected_at; /* the next promise, or HEARD_TIME_NONE */
	int64_t resolved_at;
	struct heard_str lang;
	const struct store_step *steps;
	size_t n_steps;
	const struct store_said *answers; /* to this customer, oldest first      */
	size_t n_answers;
};
/* By a token that a customer holds.  A merged ticket's leads to the other.  -ENOENT. */
int store_status(struct store *, const unsigned char token[STORE_TOKEN],
		 void (*fn)(void *arg, const struct store_status *), void *arg,
		 struct heard_error *);

struct store_issue {
	int64_t ticket, since, resolved_at, reach;
	enum store_state state;
	struct heard_str title, category, product;
};
/* Published issues, newest first. */
int store_board(struct store *, int64_t limit,
		void (*fn)(void *arg, const struct store_issue *), void *arg,
		struct heard_error *);

/* ---- privacy: erase.c, retain.c */

/* All that one person said, by author.key: text, contacts and tokens go, what is left
 * is what figures need; history says who did it and why.  Counts in *n_r. */
int store_erase(struct store *, struct heard_str person, const struct store_act *, int64_t *n_r,
		struct heard_error *);
struct store_retention { /* kind: an intent, "record" (no ticket), "spam" or "" (all else) */
	struct heard_str kind;
	int64_t keep; /* ms after the last thing that happened */
};
struct store_retained {
	int64_t erased; /* tickets and records                                  */
	bool is_over;	/* the walk over all of them; the next call begins anew */
};
/* One step of a walk over all that is there: erases at most about `limit`. */
int store_retain(struct store *, const struct store_retention *, size_t n, int64_t now,
		 int64_t limit, struct store_retained *, struct heard_error *);

/* Files of attachments that no record names any more, in order of their names, after
 * that one.  A file that comes again is none of these from the moment its record is here,
 * so whoever removes it must ask, and be done, on the thread that writes records. */
int store_gone(struct store *, struct heard_str after, int64_t limit,
	       void (*fn)(void *arg, struct heard_str sha256), void *arg, struct heard_error *);
/* They are removed. */
int store_gone_done(struct store *, const struct heard_str *sha256, size_t n,
		    struct heard_error *);

/* ---- what people at work took for spam, and what they took back */

struct store_judged {
	bool is_spam;
	int64_t at;
	struct heard_str line; /* of a record of that ticket                     */
};
/* In the order in which they said so: the last word on a record counts.  Texts that were
 * erased do not come. */
int store_judged(struct store *, void (*fn)(void *arg, const struct store_judged *), void *arg,
		 struct heard_error *);

/* ---- search */

struct store_hit {
	int64_t ticket; /* 0: no ticket was made of it */
	int64_t received_at;
	struct heard_str line;
};
/* Newest first, complete also for records that the index has not reached.
 * -EINVAL with a sentence for a query without a word. */
int store_search(struct store *, struct heard_str query, int64_t limit,
		 bool (*fn)(void *arg, const struct store_hit *), void *arg,
		 struct heard_error *);

/* The thread that keeps the search index up with the records, in a file of its
 * own.  `say` tells of trouble and of its end, on that thread. */
struct store_follower;
struct store_follower_figures {
	int64_t position;   /* number of the last record indexed                 */
	int64_t longest_ms; /* of a transaction                                */
	bool failed;	    /* in trouble now, trying again                      */
};
struct store_follower *store_follower_start(const char *url,
					    void (*say)(void *arg, bool trouble,
							const char *text),
					    void *arg, struct heard_error *);
void store_follower_wake(struct store_follower *); /* [any] */
/* Returns soon: what is not indexed yet will be by the next one. */
void store_follower_stop(struct store_follower *);
void store_follower_figures(struct store_follower *,
			    struct store_follower_figures *); /* [any] */

#endif
