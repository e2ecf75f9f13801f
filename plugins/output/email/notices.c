/*
 * notices.c - events of tickets become mails to the customer: it came in, it is done.
 *
 * Each is a delivery of one record, so the core keeps it until it is sent and says what
 * became of it.  An event that nobody is to be told of is delivered, too: skipped.  That
 * is so when the customer wrote no mail, when a program did (there is no citation), when
 * the address is suppressed, and when too many went there (outbox.h).
 *
 * The key is the record's id, which the core gave it once: an event that is handed over
 * again, by a crash or by `heard replay`, is the same.
 *
 * The event `bounced` tells that a mail of ours came back.
 */
#include "email.h"

#include "outbox.h"
#include "said.h"

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <letter/letter.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { URL_SIZE = 1024 };

const char *const notice_words[] = {"created", "reopened",  "resolved",
				    "closed",  "follow_up", NULL};

/* -1: no notice of ours */
static int kind_of(const struct email *e, struct heard_str event)
{
	for (size_t i = 0; i < e->notices.n; i++)
		for (int kind = 0;
		     heard_str_is(event, e->notices.at[i]) && template_kinds[kind]; kind++)
			if (strcmp(template_kinds[kind], e->notices.at[i]) == 0)
				return kind;
	return -1;
}

static struct heard_str attribute(const struct heard_record *r, const char *name)
{
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, heard_str(name));
	return v.type == HEARD_STR_ ? v.str : heard_str_n(NULL, 0);
}

static int64_t ticket_of(const struct heard_record *r)
{
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("ticket"));
	return v.type == HEARD_INT_ ? v.integer : 0;
}

static bool is_form(const struct email *e, const struct heard_record *r)
{
	for (size_t i = 0; i < e->forms.n; i++)
		if (heard_str_is(heard_get_str(r, HEARD_CHANNEL), e->forms.at[i]))
			return true;
	return false;
}

static void make_key(const struct email *e, const struct heard_record *r,
		     unsigned char key[BOOK_KEY])
{
	heard_keyed_hash(e->host, "email event", heard_get_str(r, HEARD_ID), key);
}

/* ---- a mail came back */

static void bounced(struct email *e, const struct heard_record *r, struct heard_delivery *take)
{
	unsigned char key[BOOK_KEY];
	struct heard_error err = {0};
	struct heard_str id = attribute(r, "mail.answers");
	struct heard_str status = letter_status(attribute(r, "mail.status"));
	bool is_new = false;
	const char *at = id.len ? memchr(id.ptr, '@', id.len) : NULL;
	if (at)
		id.len = (size_t)(at - id.ptr);
	make_key(e, r, key);
	if (id.len == 0 || heard_str_is(attribute(r, "mail.action"), "delayed")) {
		heard_delivery_finish(take, HEARD_DELIVERED, 0, NULL);
		return;
	}
	if (book_bounced(e->book, id, key, status, said_nobody(status), heard_now(e->host),
			 &is_new, &err) != 0) {
		heard_delivery_finish(take, HEARD_RETRY, 0, err.text);
		return;
	}
	if (is_new)
		heard_log(e->host, HEARD_NOTICE,
			  "ticket %lld: mail to the customer came back; the address is "
			  "suppressed",
			  (long long)ticket_of(r));
	heard_delivery_finish(take, HEARD_DELIVERED, 0, NULL);
}

/* ---- a notice */

/* The question has a link of its own; the others lead to the status page. */
static struct heard_str link_of(const struct email *e, const struct heard_record *r, int kind,
				char url[URL_SIZE])
{
	struct heard_str token = attribute(r, "token"), asked = attribute(r, "follow_up");
	int n;
	if (kind == TEMPLATE_FOLLOW_UP && asked.len && asked.ptr[0] != '/')
		return asked;
	if (!e->public_url[0])
		return heard_str_n(NULL, 0);
	if (kind == TEMPLATE_FOLLOW_UP)
		n = snprintf(url, URL_SIZE, "%s%.*s", e->public_url, HEARD_ARG(asked));
	else
		n = snprintf(url, URL_SIZE, "%s/status/%.*s", e->public_url, HEARD_ARG(token));
	return heard_str(n < URL_SIZE && (asked.len || token.len) ? url : "");
}

static int write_mail(struct email *e, const struct heard_record *r, int kind,
		      const struct whom *whom, struct outbox_mail *m, struct heard_error *err)
{
	char ticket[24], due[80], url[URL_SIZE], event[EVENT_NAME];
	int n = snprintf(ticket, sizeof(ticket), "%lld", (long long)ticket_of(r));
	enum template_lang lang = lang_of(e, heard_get_str(r, HEARD_LANG),
					  heard_get_str(r, HEARD_BODY));
	make_key(e, r, m->key);
	event_name("", m->key, event);
	snprintf(m->about, sizeof(m->about), "ticket %s", ticket);
	time_text(e, attribute(r, "due"), lang, due);
	struct draft draft = {
		.kind = (enum template_kind)kind,
		.lang = lang,
		.ticket = heard_str_n(ticket, (size_t)n),
		.event = heard_str(event),
		.whom = whom,
		.link = link_of(e, r, kind, url),
		.due = heard_str(due),
		.is_automatic = true,
	};
	return compose(e, &draft, m, err);
}

static void on_done(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	heard_delivery_finish(arg, outcome, after_ms, reason);
}

/* NULL with err->code 0: nobody is to be told. */
static struct outbox_mail *prepare(struct email *e, const struct heard_record *r, int kind,
				   struct heard_error *err)
{
	struct heard_buf plain;
	struct whom whom;
	struct outbox_mail *m = NULL;
	int result = contact_open(e, heard_get_str(r, HEARD_AUTHOR_ID),
				  heard_get_str(r, HEARD_AUTHOR_EMAIL), is_form(e, r), &plain,
				  &whom, err);
	if (result == 0 && whom.to.len > 0) {
		m = outbox_mail_create();
		result = m ? write_mail(e, r, kind, &whom, m, err)
			   : heard_fail(err, ENOMEM, "out of memory");
	}
	contact_wipe(&plain);
	if (result == 0)
		return m;
	outbox_mail_destroy(m);
	return NULL;
}

static void notify(struct email *e, const struct heard_record *r, int kind,
		   struct heard_delivery *take)
{
	struct heard_error err = {0};
	struct outbox_mail *m = prepare(e, r, kind, &err);
	if (m) {
		m->is_patient = true;
		m->done = on_done;
		m->arg = take;
		outbox_send(e->outbox, m);
	} else if (err.code == 0) {
		heard_delivery_finish(take, HEARD_DELIVERED, 0, NULL);
	} else {
		bool is_for_now = err.code == ENOMEM || err.code == ENOKEY;
		heard_delivery_finish(take, is_for_now ? HEARD_RETRY : HEARD_REFUSED, 0,
				      err.text);
	}
}

void email_write(void *self, const struct heard_batch *batch, struct heard_delivery *take)
{
	struct email *e = self;
	const struct heard_record *r = heard_batch_at(batch, 0);
	struct heard_str event = r ? heard_get_str(r, HEARD_EVENT) : heard_str_n(NULL, 0);
	int kind = kind_of(e, event);
	if (!r) {
		heard_delivery_finish(take, HEARD_RETRY, 0, "out of memory");
	} else if (heard_str_is(event, "bounced")) {
		bounced(e, r, take);
	} else if (kind >= 0 && ticket_of(r) > 0) {
		notify(e, r, kind, take);
	} else {
		if (event.len == 0 && !e->has_warned)
			heard_log(e->host, HEARD_WARN,
				  "records that are no events come here and are left out; set "
				  "when = \"event\"");
		e->has_warned = e->has_warned || event.len == 0;
		heard_delivery_finish(take, HEARD_DELIVERED, 0, NULL);
	}
}
