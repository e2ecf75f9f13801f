/*
 * mime.h - a mail's bytes as a message, and a message as a mail's bytes.
 *
 * GMime takes a mail apart; nothing of it is seen here.  What it gives is not
 * trusted: character sets, encoded words, addresses and the text are read by
 * files of our own, since what mail says of itself is often not so.
 *
 * Reading salvages: a mail with one good part is a message, with `notes` of what
 * was left out.  Only what holds nothing to read at all is an error, and then the
 * caller dead-letters the source.
 *
 *	open:    mime_init()                                            [main]
 *	decode:  rc = mime_read(bytes, &limits, &self, &m, err)         [any]
 *	         if (rc == 0) { use m; }        else { dead letter: err->text }
 *	         mime_release(&m)
 *
 * Ownership.  Every view in a struct mime_message points into memory that the
 * message owns and mime_release() frees, never into the mail's bytes, which may
 * go as soon as mime_read() returns.  All text is valid UTF-8 without NUL; an
 * absent text is {NULL, 0}.  Text in one line (subject, names, ids, file names)
 * has no control characters.
 *
 * Threads.  Everything but mime_init() may run on any thread at once; there is no
 * state between calls.
 *
 * Linking: `lib mime` and `lib text` in the plugin's file `libs`.
 */
#ifndef MIME_MIME_H
#define MIME_MIME_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_buf;
struct heard_error;
struct mime_memory;

/* Before the first call of any other, from open(), which runs on the main loop:
 * GMime's own start is not for two threads at once.  Any number of times. */
void mime_init(void);

/* ---- ids of our own */

/* Whoever guesses a Message-ID of ours could write into the ticket it names, so
 * each carries a keyed hash (BLAKE2b) of what it says. */
enum { MIME_KEY_SIZE = 32, MIME_ID_SIZE = 400, MIME_ID_PART = 64 };
struct mime_key {
	unsigned char bytes[MIME_KEY_SIZE];
};
struct mime_id { /* views into what was checked */
	struct heard_str ticket, event;
};

/* "<heard.TICKET.EVENT.HASH@DOMAIN>".  Ticket and event: 1 to MIME_ID_PART letters,
 * digits, '-' or '_'; the same pair makes the same id, so that a retry does too.
 * -EINVAL with a sentence.  [any] */
int mime_id_make(const struct mime_key *, struct heard_str ticket, struct heard_str event,
		 struct heard_str domain, char out[MIME_ID_SIZE], struct heard_error *);
/* Did we make it?  With or without <>, at whatever domain or none: that may have changed
 * since.  [any] */
bool mime_id_check(const struct mime_key *, struct heard_str message_id, struct mime_id *out);

/* ---- reading */

struct mime_limits {
	size_t max_size;	/* bytes of the mail; more is an error (EMSGSIZE)    */
	size_t max_depth;	/* of parts in parts; what is deeper is left out     */
	size_t max_parts;	/* looked at; the rest is left out                   */
	size_t max_text;	/* bytes of `text`; cut at a character               */
	size_t max_attachments; /* kept; the rest is left out                        */
	size_t max_memory;	/* all that the message may own; past it -ENOMEM     */
};
#define MIME_LIMITS_DEFAULT                                                                    \
	{                                                                                      \
		.max_size = 64 << 20, .max_depth = 24, .max_parts = 1000, .max_text = 1 << 20, \
		.max_attachments = 100, .max_memory = 96 << 20                                 \
	}

/* What makes a mail one of ours; may be NULL.  Borrowed during the call. */
struct mime_self {
	const struct mime_key *key;	 /* of our Message-IDs, or NULL            */
	const struct heard_str *domains; /* that our Message-IDs are made with     */
	size_t n_domains;
	const struct heard_str *addresses; /* that we send from                      */
	size_t n_addresses;
};

/* Things that were not as they should be, as bits of mime_message.notes.  None of
 * them stops a mail. */
enum mime_note {
	MIME_NOTE_TEXT_CUT = 1 << 0,	  /* text longer than max_text                  */
	MIME_NOTE_TOO_DEEP = 1 << 1,	  /* parts below max_depth were left out        */
	MIME_NOTE_PARTS = 1 << 2,	  /* parts past max_parts were left out         */
	MIME_NOTE_ATTACHMENTS = 1 << 3,	  /* attachments past max_attachments left out  */
	MIME_NOTE_CHARSET = 1 << 4,	  /* a charset lied or is unknown: was guessed  */
	MIME_NOTE_WINMAIL = 1 << 5,	  /* a winmail.dat: files are inside of it      */
	MIME_NOTE_ENCRYPTED = 1 << 6,	  /* S/MIME or PGP: the text cannot be read     */
	MIME_NOTE_NO_TEXT = 1 << 7,	  /* no part of it is text                      */
	MIME_NOTE_MULTIPLE_FROM = 1 << 8, /* more than one From: the first counts     */
	MIME_NOTE_DATE = 1 << 9,	  /* the Date is no date, or out of all reason  */
	MIME_NOTE_ADDRESSES = 1 << 10,	  /* more addresses than are kept               */
	MIME_NOTE_REFERENCES = 1 << 11,	  /* more references than are kept              */
};
/* One phrase for a bit, for a log: "text longer than the limit was cut". */
const char *mime_note_text(enum mime_note);

/* An address as it is to be compared and written to: domain in small letters, the
 * local part as it came. */
struct mime_address {
	struct heard_str name;	/* decoded; may be absent                             */
	struct heard_str email; /* local@domain; absent if what stood there is none   */
};
struct mime_addresses {
	const struct mime_address *list;
	size_t n; /* at most MIME_MAX_ADDRESSES */
};
enum { MIME_MAX_ADDRESSES = 100, MIME_MAX_REFERENCES = 100 };

/* Message-IDs, without <>: of References the first and the latest are kept. */
struct mime_ids {
	const struct heard_str *list;
	size_t n; /* at most MIME_MAX_REFERENCES */
};

struct mime_attachment {
	struct heard_str name;	/* without folders; absent if none was given           */
	struct heard_str type;	/* "image/png", small letters                          */
	struct heard_str cid;	/* Content-ID without <>, if any                       */
	bool is_inline;		/* shown within the text: a logo, mostly               */
	struct heard_str bytes; /* decoded */
};

/* Ranges of `text`, ascending, that do not overlap. */
enum mime_span_kind { MIME_QUOTED, MIME_SIGNATURE };
struct mime_span {
	enum mime_span_kind kind;
	size_t begin, end;
};

/* Why nobody should be answered automatically, the weightiest first. */
enum mime_auto {
	MIME_AUTO_NONE,	  /* a person's mail                                          */
	MIME_AUTO_OWN,	  /* sent by us, or by another heard: a loop                  */
	MIME_AUTO_BOUNCE, /* DSN, empty Return-Path, mailer-daemon                    */
	MIME_AUTO_REPLY,  /* Auto-Submitted, X-Autoreply, ...                         */
	MIME_AUTO_LIST,	  /* List-Id, List-Unsubscribe, Precedence: list              */
	MIME_AUTO_BULK,	  /* Precedence: bulk or junk                                 */
};
const char *mime_auto_name(enum mime_auto); /* "none", "own", "bounce", ... */

enum mime_report_kind {
	MIME_REPORT_NONE,
	MIME_REPORT_DELIVERY,	 /* RFC 3464 */
	MIME_REPORT_DISPOSITION, /* RFC 8098: read, deleted */
	MIME_REPORT_ABUSE,	 /* RFC 5965: marked as spam by its receiver          */
};
/* What a report says of one receiver of ours. */
struct mime_recipient {
	struct heard_str action; /* "failed", "delayed", "delivered", "relayed", "expanded",
				  * "displayed", "deleted"; small letters              */
	struct heard_str status; /* "5.1.1"                                           */
	struct heard_str final, original; /* addresses, without "rfc822;"             */
	struct heard_str diagnostic;	  /* the other server's words                 */
};
struct mime_report {
	enum mime_report_kind kind;
	const struct mime_recipient *recipients;
	size_t n_recipients;
	struct heard_str message_id; /* of the mail that it is about, without <>      */
	struct heard_str abuse;	     /* Feedback-Type: "abuse", "fraud", ...          */
};

/* Of the first text/calendar part; `text` has the same as lines if there is no other. */
struct mime_calendar {
	struct heard_str method; /* "REQUEST", "REPLY", "CANCEL"                     */
	struct heard_str summary, location;
	struct heard_str begin, end; /* as written: "20260102T030405Z"                */
};

struct mime_message {
	struct mime_memory *memory; /* owns all the views below */

	struct heard_str message_id; /* without <>; absent if the mail has none      */
	struct mime_ids in_reply_to, references;
	struct mime_address from; /* of From, else of Sender                      */
	struct mime_addresses reply_to, to, cc;
	struct mime_addresses delivered_to; /* Delivered-To, X-Original-To, Envelope-To */
	struct mime_address return_path;
	bool has_return_path; /* true with an empty address: "<>" */

	struct heard_str subject;  /* decoded, one line                                */
	struct heard_str topic;	   /* the same without Re:, Fwd:, tokens: mime_topic() */
	struct heard_str token;	   /* TOKEN of "[#TOKEN]" in the subject, if any       */
	bool is_reply, is_forward; /* by the subject's prefixes                       */
	int64_t date_ms;	   /* of Date; HEARD_TIME_NONE if none or not 1990..2100 */

	struct heard_str text;	/* of the chosen part, line ends are \n               */
	bool is_html;		/* was made from HTML                                 */
	struct heard_str fresh; /* text without what is quoted and the signature; not
				 * empty unless `text` is                             */
	const struct mime_span *spans;
	size_t n_spans;

	const struct mime_attachment *attachments;
	size_t n_attachments;

	enum mime_auto automatic;
	const char *automatic_why; /* the header that decided; NULL if none           */
	struct mime_report report;
	struct mime_calendar calendar;
	unsigned notes; /* enum mime_note */
};

/* 0: *out is filled, and mime_release() is due.  Else *out needs no release:
 *	-EMSGSIZE  longer than max_size
 *	-EBADMSG   no mail: empty, or without one header and without text
 *	-ENOMEM    it wants more than max_memory, or there is none
 * each with one sentence that quotes nothing of the mail.  Time is linear in the
 * mail's size, whatever comes.  [any] */
int mime_read(struct heard_str bytes, const struct mime_limits *, const struct mime_self *,
	      struct mime_message *out, struct heard_error *);
/* Leaves it zeroed; takes a zeroed one. */
void mime_release(struct mime_message *);

/* ---- parts of reading that are of use alone */

/* What a subject is about.  Views into `subject`; no memory. */
struct mime_topic {
	struct heard_str topic; /* without prefixes, tokens at its ends, and blanks   */
	struct heard_str token; /* TOKEN of the first "[#TOKEN]": 4 to 64 letters,
				 * digits, '-' or '_'                                 */
	bool is_reply, is_forward;
};
struct mime_topic mime_topic(struct heard_str subject);
/* Same topic?  Blanks and ASCII case do not count. */
bool mime_topic_same(struct heard_str a, struct heard_str b);

/* Split a text as a reader of mail would.  Appends the fresh text to `fresh`; calls
 * `span`, which may be NULL, for each range, in order.  A forwarded mail's content is
 * no quote when `is_forward`.  False if `fresh` has failed. */
bool mime_strip(struct heard_str text, bool is_forward, struct heard_buf *fresh,
		void (*span)(void *arg, struct mime_span), void *arg);

/* ---- writing */

struct mime_header {
	struct heard_str name, value; /* value: UTF-8, one line; encoded as needed    */
};
struct mime_outgoing {
	struct mime_address from;
	struct mime_address reply_to; /* email absent: none                           */
	struct mime_addresses to;     /* at least one                                 */
	struct heard_str subject;
	int64_t date_ms;
	struct heard_str message_id;  /* with or without <>: of mime_id_make()         */
	struct heard_str in_reply_to; /* one id; absent: none                         */
	struct mime_ids references;   /* written in this order                         */
	bool is_automatic; /* Auto-Submitted: auto-replied, X-Auto-Response-Suppress: All,
			    * X-Loop: the address in `from`                           */
	const struct mime_header *headers; /* further ones, List-Unsubscribe, ...     */
	size_t n_headers;
	struct heard_str text; /* plain; required                                     */
	struct heard_str html; /* absent: none                                        */
	const struct mime_attachment *attachments;
	size_t n_attachments;
};

/* Append the mail, lines ended by CRLF, none longer than 998 bytes, ASCII only, ready
 * for SMTP but for dot-stuffing.  The same message gives the same bytes.
 * -EINVAL with a sentence: a CR, LF or NUL in a header, a header that we write
 * ourselves among `headers`, an address that is none, text that is no UTF-8.
 * -ENOMEM: the buffer's cap.  [any] */
int mime_write(const struct mime_outgoing *, struct heard_buf *out, struct heard_error *);

#endif
