/*
 * folder.h - one folder of one account, read over a connection of its own.
 *
 *	folder.c    life: connect, log in, lose, wait, stop
 *	reading.c   select, search, read, rest
 *	fetch.c     sizes and bytes of mails
 *	emit.c      mails to the core, and their receipts
 *	settle.c    what becomes of a mail in its folder after the commit
 *
 * All of it is one state machine that looks at where it is and does what can be done:
 * folder_wake() lets it look again, soon, and whatever happens calls that.  So there is
 * no path of callbacks to follow, and no call runs within another.
 */
#ifndef INPUT_IMAP_FOLDER_H
#define INPUT_IMAP_FOLDER_H

#include "account.h"
#include "position.h"
#include "session.h"
#include "window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct heard_timer;

enum phase {
	PHASE_APART,	  /* no connection; a timer brings it back       */
	PHASE_TOKEN,	  /* an access token is being got                */
	PHASE_CONNECTING, /* until it is logged in                       */
	PHASE_SELECTING,
	PHASE_LEFTOVERS, /* search for what a crash left unsettled      */
	PHASE_SEARCHING,
	PHASE_READING,
	PHASE_RESTING, /* IDLE, or a pause until the next poll        */
	PHASE_LEAVING, /* LOGOUT is sent                              */
	PHASE_ENDED,
};

struct folder {
	struct account *account;
	struct imap_share *share;
	const char *name; /* UTF-8 */
	char *mailbox;	  /* as in a command, quoted              */
	char *move_to;	  /* the same of the option               */
	char *label;	  /* "account/folder", fit to print       */
	char *stream;

	enum phase phase;
	struct connect *connect;
	struct session session;
	struct heard_timer *timer; /* the next try; when resting, the next look */
	struct heard_timer *hold;  /* the core said "not now"     */
	unsigned failures;	   /* since a mail came, or all were here: it is no use
				    * to be let in by a server that gives nothing    */
	bool is_posted, is_held, is_lost, is_telling_trouble;
	struct heard_error *fault; /* why it is lost              */
	enum session_fault fault_kind;

	/* what SELECT said */
	uint32_t validity, uid_next, exists;
	uint64_t modseq, seen_modseq; /* 0: none; at the last whole look */
	uint32_t seen_exists;
	bool is_read_only, has_said_read_only;

	struct position at, saved;
	bool has_position, is_anew; /* is_anew: old mails may be known    */
	bool must_look;		    /* a search is due                    */
	uint32_t *found;	    /* by the search, ascending           */
	size_t n_found, next_found, found_size;
	uint32_t search_from;
	bool is_full; /* there was more than fits: search again */

	struct window window;
	bool is_measuring;
	uint32_t measure_end;
	unsigned asking; /* commands for bytes in flight */
	char *room;	 /* of the mail that is coming   */
	size_t room_size;
	uint32_t trouble_uid; /* the mail at which it went wrong ... */
	unsigned troubles;    /* ... so often                        */
	size_t trouble_place; /* and behind so many bytes            */
	size_t heard;	      /* bytes, since mails were asked for   */
	unsigned refusals;    /* by the core, in a row               */

	unsigned tokens_dropped; /* of the account, when it connected */

	bool is_settling;
	bool has_made_box;     /* CREATE was tried                    */
	bool cannot_settle;    /* said in the log; mails stay as they are */
	uint32_t leftover_end; /* 0: none                             */
};

int folder_init(struct folder *, struct account *, const char *name, struct heard_error *);
void folder_release(struct folder *);
void folder_start(struct folder *);
/* Emits no more, waits a moment for receipts, leaves; then share->folder_ended. */
void folder_stop(struct folder *);
void folder_force(struct folder *); /* it had time enough */
void folder_wake(struct folder *);

/* ---- between the files */

/* The connection is good for nothing any more: `fault` is copied. */
void folder_lose(struct folder *, enum session_fault, const struct heard_error *fault);
void folder_failed(struct folder *, enum session_fault, const char *format, ...)
	HEARD_PRINTF(3, 4);
/* How long silence is trusted: while commands wait for answers, timeout. */
void folder_expect(struct folder *);
/* A command, by printf; false: no room now. */
bool folder_command(struct folder *, session_done *, const char *format, ...)
	HEARD_PRINTF(3, 4);
void folder_idle_end(void *arg, const struct response *);

void reading_begin(struct folder *); /* logged in */
void reading_step(struct folder *);
void reading_tick(struct folder *); /* its timer */
void reading_lost(struct folder *); /* forget what the connection knew */
void reading_untagged(struct folder *, const struct response *);
void reading_number(struct folder *, uint32_t uid);

char *fetch_room(struct folder *, size_t size);
void fetch_mail(struct folder *, const struct response_mail *);
/* Ask for sizes, and for bytes, as far as that is worth it and there is room. */
void fetch_sizes(struct folder *);
void fetch_more(struct folder *);
void fetch_lost(struct folder *);

void emit_ready(struct folder *);
void emit_position(struct folder *); /* without a mail, if it has changed */

void settle_step(struct folder *);
/* Mark those between settled and uid, which a crash left; the UIDs are in `found`. */
void settle_leftovers(struct folder *);

#endif
