/*
 * email.h - what the files of the plugin share: one running instance.
 *
 *	answers.c   the slot `reply`: an agent's answer   --\
 *	notices.c   write(): events of tickets             --> compose.c --> outbox --> relay
 *	reports.c   files of a folder                     --/                  |
 *	                                                                      book
 */
#ifndef EMAIL_EMAIL_H
#define EMAIL_EMAIL_H

#include "book.h"
#include "relay.h"
#include "template.h"

#include <letter/letter.h>
#include <mime/mime.h>

#include <heard/command.h>
#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_answer;
struct heard_batch;
struct heard_call;
struct heard_delivery;
struct heard_error;
struct heard_reply;
struct heard_timer;
struct outbox;
struct outbox_mail;
struct reports;

/* How long the book knows what was sent.  What is older is not offered again. */
#define EMAIL_FORGET_MS (INT64_C(400) * 24 * 3600 * 1000)

struct email_reports {
	const char *folder;
	struct heard_list to, names;
	int lang;
};

struct email {
	struct relay_options relay_options;
	const char *from, *sender, *envelope, *reply_to, *public_url, *templates_folder;
	struct heard_list also_from, notices, forms;
	int lang; /* enum template_lang */
	int64_t per_hour;
	struct email_reports report;

	struct heard_host *host;
	struct mime_key key;
	struct templates *templates;
	struct relay *relay;
	struct book *book;
	struct outbox *outbox;
	struct reports *reports;
	struct heard_timer *upkeep;
	struct heard_done *stopping;
	bool has_warned;
};

/* ---- compose.c */

/* Whom a record came from and how it is to be answered. */
struct whom {
	struct letter_cite cite; /* its views are into `text` of contact.c's caller     */
	struct heard_str to;	 /* absent: nobody                                      */
	bool has_cite;
};

struct draft {
	enum template_kind kind;
	enum template_lang lang;
	struct heard_str ticket; /* its number; for a report "report"                   */
	struct heard_str event;	 /* with the ticket it makes the Message-ID             */
	const struct whom *whom;
	struct heard_str link, due, text, file;
	const struct mime_attachment *attachment; /* or NULL */
	bool is_automatic;
};

/* What a Message-ID calls it: letters of its key.  No digits: a filter that masks numbers
 * must find none in an id. */
enum { EVENT_NAME = 40 };
void event_name(const char *prefix, const unsigned char key[BOOK_KEY], char out[EVENT_NAME]);

/* Fill in id, address, to, from and bytes of the mail. */
int compose(struct email *, const struct draft *, struct outbox_mail *, struct heard_error *);
/* The domain of an address. */
struct heard_str domain_of(const char *address);
/* Of a record's language; without one, of what it says; else the option. */
enum template_lang lang_of(const struct email *, struct heard_str tag, struct heard_str text);
/* "5 Mar 2026, 14:30 (Asia/Shanghai)"; empty for what is no time. */
void time_text(struct email *, struct heard_str time, enum template_lang, char out[80]);

/* ---- contact.c: what is sealed, opened for this mail alone */

struct heard_buf;
/* Of a record's author.id, and its author.email where that may be written to (`form`).
 * *whom points into `plain`, which the caller wipes.  0 also if there is nobody:
 * whom->to is absent.  -ENOKEY: nothing can be opened here. */
int contact_open(const struct email *, struct heard_str id, struct heard_str address, bool form,
		 struct heard_buf *plain, struct whom *, struct heard_error *);
void contact_wipe(struct heard_buf *plain);

/* ---- answers.c, notices.c, reports.c, command.c */

void email_reply(void *self, const struct heard_answer *, struct heard_reply *take);
void email_write(void *self, const struct heard_batch *, struct heard_delivery *take_done);
extern const char *const notice_words[];

struct reports *reports_create(struct email *);
void reports_destroy(struct reports *); /* NULL is fine */
void reports_stop(struct reports *);	/* begins no more; NULL is fine */

extern const struct heard_command email_commands[];

#endif
