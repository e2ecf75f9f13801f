/*
 * auto.c - is this mail from a machine, so that none of ours may answer it?
 *
 * Two machines that answer each other fill two mailboxes in a night.  Every sign that
 * a program sent it is enough; a table says which header is a sign of what.  A person
 * whose mail has one of them by mistake is answered by a person.
 */
#include "reader.h"

#include <strings.h>

struct sign {
	enum mime_auto means;
	const char *header;
	const char *value; /* the first word of its value; NULL: that it is there   */
	bool is_other;	   /* any other value than that                             */
};

/* The weightiest first: the first that is met decides. */
static const struct sign signs[] = {
	{MIME_AUTO_REPLY, "Auto-Submitted", "no", true},
	{MIME_AUTO_REPLY, "X-Auto-Response-Suppress", "none", true},
	{MIME_AUTO_REPLY, "X-Loop", NULL, false},
	{MIME_AUTO_REPLY, "X-Autoreply", "no", true},
	{MIME_AUTO_REPLY, "X-Autorespond", NULL, false},
	{MIME_AUTO_REPLY, "X-AutoReply-From", NULL, false},
	{MIME_AUTO_REPLY, "X-Mail-Autoreply", NULL, false},
	{MIME_AUTO_REPLY, "X-FC-MachineGenerated", "true", false},
	{MIME_AUTO_REPLY, "Delivered-To", "autoresponder", false},
	{MIME_AUTO_REPLY, "Precedence", "auto_reply", false},
	{MIME_AUTO_LIST, "List-Id", NULL, false},
	{MIME_AUTO_LIST, "List-Unsubscribe", NULL, false},
	{MIME_AUTO_LIST, "Precedence", "list", false},
	{MIME_AUTO_LIST, "Mailing-List", NULL, false},
	{MIME_AUTO_BULK, "Precedence", "bulk", false},
	{MIME_AUTO_BULK, "Precedence", "junk", false},
	{MIME_AUTO_BULK, "Feedback-ID", NULL, false},
};

/* What programs that set no header write before the subject. */
static const char *const subjects[] = {
	"自动回复",	"自動回覆",	    "自动答复",	     "[自动回复]",
	"【自动回复】", "automatic reply:", "auto reply:",   "auto-reply:",
	"autoreply:",	"out of office",    "out-of-office", NULL,
};

const char *mime_auto_name(enum mime_auto a)
{
	static const char *const names[] = {"none",	  "own",  "bounce",
					    "auto-reply", "list", "bulk"};

	return names[a];
}

static void decide(struct mime_reader *r, enum mime_auto means, const char *why)
{
	if (r->out->automatic == MIME_AUTO_NONE) {
		r->out->automatic = means;
		r->out->automatic_why = why;
	}
}

static bool same(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static bool starts(struct heard_str s, const char *word)
{
	return s.len >= strlen(word) && strncasecmp(s.ptr, word, strlen(word)) == 0;
}

/* ---- ours */

static bool is_our_address(const struct mime_self *self, struct heard_str email)
{
	for (size_t i = 0; i < self->n_addresses; i++)
		if (same(self->addresses[i], email))
			return true;
	return false;
}

static bool is_our_id(const struct mime_self *self, struct heard_str id)
{
	const char *at = id.len ? memrchr(id.ptr, '@', id.len) : NULL;
	struct mime_id parts;

	if (self->key != NULL && mime_id_check(self->key, id, &parts))
		return true;
	for (size_t i = 0; at != NULL && i < self->n_domains; i++)
		if (same(self->domains[i], heard_str_skip(id, (size_t)(at + 1 - id.ptr))))
			return true;
	return false;
}

static void own_read(struct mime_reader *r, GMimeObject *o)
{
	if (r->self == NULL)
		return;
	if (is_our_id(r->self, r->out->message_id))
		decide(r, MIME_AUTO_OWN, "Message-ID");
	if (is_our_address(r->self, mime_header_raw(o, "X-Loop")))
		decide(r, MIME_AUTO_OWN, "X-Loop");
	if (is_our_address(r->self, r->out->from.email))
		decide(r, MIME_AUTO_OWN, "From");
}

/* ---- theirs */

static void bounce_read(struct mime_reader *r, GMimeObject *o)
{
	struct mime_message *m = r->out;
	GMimeContentType *type = g_mime_object_get_content_type(o);

	if (m->report.kind == MIME_REPORT_DELIVERY)
		decide(r, MIME_AUTO_BOUNCE, "Content-Type");
	if (m->report.kind != MIME_REPORT_NONE ||
	    (type != NULL && g_mime_content_type_is_type(type, "multipart", "report")))
		decide(r, MIME_AUTO_REPLY, "Content-Type");
	if (starts(m->from.email, "mailer-daemon@"))
		decide(r, MIME_AUTO_BOUNCE, "From");
	if (mime_header_is_there(o, "X-Failed-Recipients"))
		decide(r, MIME_AUTO_BOUNCE, "X-Failed-Recipients");
}

static bool is_met(const struct sign *s, GMimeObject *o)
{
	struct heard_str value;

	if (!mime_header_is_there(o, s->header))
		return false;
	if (s->value == NULL)
		return true;
	value = mime_header_raw(o, s->header);
	size_t n = strlen(s->value);
	bool is_it = starts(value, s->value) &&
		     (value.len == n || strchr(" \t;(,", value.ptr[n]) != NULL);
	return is_it != s->is_other;
}

static void signs_read(struct mime_reader *r, GMimeObject *o, bool replies)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if ((signs[i].means == MIME_AUTO_REPLY) == replies && is_met(&signs[i], o))
			decide(r, signs[i].means, signs[i].header);
}

/* An empty Return-Path is looked at behind the signs of a reply: notices of absence have
 * one, too (RFC 3834), and a bounce would have the customer's address suppressed. */
void mime_auto_read(struct mime_reader *r, GMimeObject *o)
{
	own_read(r, o);
	bounce_read(r, o);
	signs_read(r, o, true);
	for (size_t i = 0; subjects[i] != NULL; i++)
		if (starts(r->out->subject, subjects[i]))
			decide(r, MIME_AUTO_REPLY, "Subject");
	if (r->out->has_return_path && r->out->return_path.email.len == 0)
		decide(r, MIME_AUTO_BOUNCE, "Return-Path");
	signs_read(r, o, false);
	if (r->out->automatic == MIME_AUTO_BOUNCE)
		mime_report_guess(r, o);
}
