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

/* ---- service levels */

enum store_priority { STORE_HIGH = 1, STORE_MEDIUM, STORE_LOW };
const char *store_priority_name(enum store_priority); /* "high" */
int store_priority_find(struct heard_str name);	      /* or 0 */

struct store_levels {
	int64_t first_response, resolution; /* points in time or HEARD_TIME_NONE */
};
struct store_levels store_levels(int64_t received_at, enum store_priority,
				 struct heard_str intent, struct heard_str department);

/* ---- writing records: one batch is one transaction */

enum store_op { STORE_OP_CREATE, STORE_OP_UPDATE, STORE_OP_DELETE };

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
	struct heard_str channel, subject, body, intent, category, priority, department,
		product, author_key;
};

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
	int64_t received_at, first_response_due, first_response_at, resolution_due, resolved_at;
	int64_t due; /* the next of them that counts               */
	int64_t round, contacts, reach;
};

struct store_filter {
	int state; /* enum store_state, or one of these */
#define STORE_LIVE (-1)
#define STORE_ALL  (-2)
	int priority;		     /* 0: any */
	struct heard_str department; /* empty: any */
	int64_t limit;		     /* 0: none */
};

/* By priority, then what is due first.  The callback may stop with false. */
int store_tickets(struct store *, const struct store_filter *,
		  bool (*fn)(void *arg, const struct store_ticket *), void *arg,
		  struct heard_error *);
int store_tickets_count(struct store *, const struct store_filter *, int64_t *n_r,
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
/* -EPERM naming the legal moves if this one is not. */
int store_ticket_move(struct store *, const struct store_act *, enum store_state to,
		      struct heard_error *);
int store_ticket_note(struct store *, const struct store_act *, struct heard_str text,
		      struct heard_error *);

struct store_said { /* one piece of the conversation */
	enum { STORE_SAID_RECORD, STORE_SAID_NOTE } kind;
	int64_t at;
	struct heard_str who;  /* of a note                                      */
	struct heard_str text; /* a note's text, a record's canonical line       */
	const char *fate;      /* "current", "superseded" or "removed"           */
};
int store_conversation(struct store *, int64_t ticket,
		       void (*fn)(void *arg, const struct store_said *), void *arg,
		       struct heard_error *);

struct store_event {
	int64_t at;
	struct heard_str who, what, from, to, reason;
};
int store_history(struct store *, int64_t ticket,
		  void (*fn)(void *arg, const struct store_event *), void *arg,
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
