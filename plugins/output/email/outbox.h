/*
 * outbox.h - mails on their way to the relay: which may go, when, and what was sent.
 *
 * Nothing waits here that is not kept elsewhere: answers by the store, events by the
 * journal, reports as files.  So a mail has a promise, `done`, and if it cannot go now it
 * is handed back with RETRY.  The exception is the hour's limit, for which a patient mail
 * waits here, as its keeper would else count a failure.
 *
 *	sent before (book)         DUPLICATE
 *	under way at this moment   RETRY
 *	the address is suppressed  REFUSED an answer; DELIVERED, skipped, what is automatic
 *	ten in three hours         DELIVERED, skipped, what is automatic: a loop
 *	this hour is full          waits; RETRY with the pause
 *
 * All functions [home].
 */
#ifndef EMAIL_OUTBOX_H
#define EMAIL_OUTBOX_H

#include "book.h"

#include <heard/buf.h>
#include <heard/delivery.h>
#include <mime/mime.h>

struct heard_host;
struct outbox;
struct relay;

enum {
	OUTBOX_TOLD_MAX = 10, /* automatic mails to one address in OUTBOX_TOLD_MS */
	OUTBOX_TOLD_MS = 180 * 60 * 1000,
	OUTBOX_HOUR_MS = 60 * 60 * 1000,
};

struct outbox_mail {
	struct outbox_mail *next;
	struct outbox *outbox;
	unsigned char key[BOOK_KEY];
	char id[MIME_ID_SIZE]; /* of mime_id_make() */
	char address[BOOK_ADDRESS];
	char to[400];
	const char *from; /* of the envelope; lives as long as the instance */
	char about[80];	  /* for the log: "ticket 17" */
	struct heard_buf bytes;
	bool is_automatic, is_patient;
	void (*done)(void *arg, enum heard_outcome, int64_t after_ms, const char *reason);
	void *arg;
};

struct outbox_options {
	struct heard_host *host;
	struct relay *relay;
	struct book *book;
	int64_t per_hour; /* 0: any number */
	int64_t in_flight;
};

/* NULL: no memory.  A mail to fill in; outbox_send() takes it. */
struct outbox_mail *outbox_mail_create(void);
void outbox_mail_destroy(struct outbox_mail *);

struct outbox *outbox_create(const struct outbox_options *);
void outbox_destroy(struct outbox *); /* NULL is fine */
/* done is called once, maybe before this returns. */
void outbox_send(struct outbox *, struct outbox_mail *take);
/* What waits is handed back; stopped(arg) once nothing is under way. */
void outbox_stop(struct outbox *, void (*stopped)(void *arg), void *arg);

#endif
