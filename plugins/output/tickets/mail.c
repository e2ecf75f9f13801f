/*
 * mail.c - what a mail says of tickets, checked.
 *
 * The inputs for mail leave it in `attributes.mail.*`, where any source may write what it
 * likes.  So ids and tokens, which name tickets, count only with this installation's hash;
 * the rest can only make less of a record than it would be: a source that says of its own
 * record that a program wrote it gets no ticket.
 */
#include "tickets.h"

#include <heard/record.h>

#include <letter/letter.h>

/* Of names that our mails bear: 0 if it is no ticket's (reports go by mail, too). */
static int64_t number_of(struct heard_str text)
{
	int64_t n = 0;
	if (text.len > 18)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return 0;
		n = n * 10 + (text.ptr[i] - '0');
	}
	return n;
}

static enum store_automatic automatic_of(struct heard_str why)
{
	static const struct {
		const char *name;
		enum store_automatic why;
	} known[] = {
		{"own", STORE_MAIL_OWN},	  {"bounce", STORE_MAIL_BOUNCE},
		{"auto-reply", STORE_MAIL_REPLY}, {"list", STORE_MAIL_LIST},
		{"bulk", STORE_MAIL_BULK},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (heard_str_is(why, known[i].name))
			return known[i].why;
	return STORE_MAIL_OF_PERSON;
}

struct said { /* in attributes.mail.* */
	struct heard_str automatic, answers, token, topic, bounced, action, status;
};

static void read_said(const struct heard_record *rec, struct said *said)
{
	static const struct heard_str prefix = HEARD_STR("mail.");
	const struct {
		const char *name;
		struct heard_str *text;
	} wanted[] = {
		{"automatic", &said->automatic}, {"answers", &said->answers},
		{"token", &said->token},	 {"topic", &said->topic},
		{"bounced", &said->bounced},	 {"action", &said->action},
		{"status", &said->status},
	};
	size_t n = heard_family_size(rec, HEARD_ATTRIBUTES);
	for (size_t i = 0; i < n; i++) {
		struct heard_str name;
		struct heard_value v = heard_family_at(rec, HEARD_ATTRIBUTES, i, &name);
		if (v.type != HEARD_STR_ || !heard_str_starts(name, prefix))
			continue;
		name = heard_str_skip(name, prefix.len);
		for (size_t k = 0; k < sizeof(wanted) / sizeof(*wanted); k++)
			if (heard_str_is(name, wanted[k].name))
				*wanted[k].text = v.str;
	}
}

/* "delayed" is a word on the way, and others say that it has arrived. */
static bool is_failure(const struct said *said)
{
	return said->bounced.len &&
	       (said->action.len == 0 || heard_str_is(said->action, "failed"));
}

void mail_read(const struct tickets *self, const struct heard_record *rec,
	       struct store_mail *mail)
{
	struct said said = {.automatic = {NULL, 0}};
	struct mime_id id;
	struct heard_str ticket;
	*mail = (struct store_mail){.automatic = STORE_MAIL_OF_PERSON};
	if (heard_family_size(rec, HEARD_ATTRIBUTES) == 0)
		return;
	read_said(rec, &said);
	mail->automatic = automatic_of(said.automatic);
	mail->topic = said.topic;
	mail->is_failure = is_failure(&said);
	mail->status = letter_status(said.status);
	if (said.answers.len && mime_id_check(&self->mail_key, said.answers, &id)) {
		mail->answers = number_of(id.ticket);
		mail->event = id.event;
	}
	if (said.token.len && letter_token_check(&self->mail_key, said.token, &ticket))
		mail->token = number_of(ticket);
}
