/*
 * answers.c - the slot `reply`: what an agent wrote goes to the customer.
 *
 * The record says whom to: the citation of a mail, or the address that somebody left in
 * a form.  Mail of a program has neither for us, so nobody can answer a bounce.
 *
 * The key of a mail is the answer's with the token of its status page: a store that was
 * made anew counts its answers from one again, and those are others.
 */
#include "email.h"

#include "outbox.h"

#include <heard/answer.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { RECORD_MAX = 64 << 20, URL_MAX_SIZE = 1024 };

struct record { /* what is of use of one */
	struct heard_str id, email;
	bool is_automatic;
};

static void read_record(const struct heard_json *root, struct record *r)
{
	const struct heard_json *author = heard_json_member(root, "author");
	const struct heard_json *more = heard_json_member(root, "attributes");
	*r = (struct record){
		.id = heard_json_string(author, "id"),
		.email = heard_json_string(author, "email"),
		.is_automatic = heard_json_member(more, "mail.automatic") != NULL,
	};
}

static void make_key(const struct email *e, const struct heard_answer *a,
		     unsigned char key[BOOK_KEY])
{
	struct heard_str token = a->status;
	struct heard_buf text;
	for (size_t i = 0; i < a->status.len; i++)
		if (a->status.ptr[i] == '/')
			token = heard_str_skip(a->status, i + 1);
	heard_buf_init(&text, 4096);
	heard_buf_str(&text, a->key);
	heard_buf_puts(&text, "\n");
	heard_buf_str(&text, token);
	heard_keyed_hash(e->host, "email answer", heard_buf_view(&text), key);
	heard_buf_release(&text);
}

/* The keeper's URL, or its path behind ours; without either there is no link. */
static struct heard_str link_of(const struct email *e, const struct heard_answer *a,
				char url[URL_MAX_SIZE])
{
	bool is_path = a->status.len && a->status.ptr[0] == '/';
	if (is_path && !e->public_url[0])
		return heard_str_n(NULL, 0);
	int n = snprintf(url, URL_MAX_SIZE, "%s%.*s", is_path ? e->public_url : "",
			 HEARD_ARG(a->status));
	return heard_str(n < URL_MAX_SIZE ? url : "");
}

static int write_mail(struct email *e, const struct heard_answer *a, const struct whom *whom,
		      struct outbox_mail *m, struct heard_error *err)
{
	char url[URL_MAX_SIZE], event[EVENT_NAME];
	make_key(e, a, m->key);
	event_name("answer-", m->key, event);
	snprintf(m->about, sizeof(m->about), "ticket %.*s",
		 (int)(a->ticket.len < 40 ? a->ticket.len : 40), a->ticket.ptr);
	struct draft draft = {
		.kind = TEMPLATE_ANSWER,
		.lang = lang_of(e, a->lang, a->text),
		.ticket = a->ticket,
		.event = heard_str(event),
		.whom = whom,
		.link = link_of(e, a, url),
		.text = heard_str_trim(a->text),
	};
	return compose(e, &draft, m, err);
}

static void on_done(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	heard_reply_finish(arg, outcome, after_ms, reason);
}

/* NULL with an error: -EAGAIN, -ENOMEM and -ENOKEY are for now. */
static struct outbox_mail *prepare(struct email *e, const struct heard_answer *a,
				   const struct record *r, struct heard_error *err)
{
	struct outbox_mail *m = outbox_mail_create();
	struct heard_buf plain;
	struct whom whom;
	int result = contact_open(e, r->id, r->email, !r->is_automatic, &plain, &whom, err);
	if (result == 0 && !m)
		result = heard_fail(err, ENOMEM, "out of memory");
	if (result == 0 && whom.to.len == 0)
		result = heard_fail(
			err, ENOENT, "%s",
			r->is_automatic ? "a program sent that mail: nobody is to be answered"
					: "the record has no mail address to answer to");
	if (result == 0)
		result = write_mail(e, a, &whom, m, err);
	contact_wipe(&plain);
	if (result == 0)
		return m;
	outbox_mail_destroy(m);
	return NULL;
}

void email_reply(void *self, const struct heard_answer *a, struct heard_reply *take)
{
	struct email *e = self;
	struct heard_error err = {0};
	struct record r;
	struct heard_json_doc *doc = heard_json_parse(a->record, RECORD_MAX, &err);
	if (!doc) {
		heard_reply_finish(take, HEARD_REFUSED, 0,
				   "the ticket's record is not there any more");
		return;
	}
	read_record(heard_json_root(doc), &r);
	struct outbox_mail *m = prepare(e, a, &r, &err);
	heard_json_destroy(doc);
	if (m) {
		m->done = on_done;
		m->arg = take;
		outbox_send(e->outbox, m);
	} else {
		bool is_for_now = err.code == ENOMEM || err.code == ENOKEY;
		heard_reply_finish(take, is_for_now ? HEARD_RETRY : HEARD_REFUSED, 0, err.text);
	}
}
