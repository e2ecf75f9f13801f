/*
 * email.c - output: mail to customers, by an SMTP relay.
 *
 * Three things are sent: the answers that agents give (the slot `reply`, for inputs that
 * name this output in theirs), notices of what happened to a ticket (it takes events:
 * `when = "event"`), and reports, as files of a folder.  docs/mail.md is for who runs it,
 * docs/decisions/0060-mail.md says why it is so.
 *
 * Exactly once, as far as SMTP can: what was sent is noted by a key before the promise is
 * kept, and a mail's Message-ID is made of what it tells.  Where a crash comes between
 * the relay's 250 and the note, the mail goes out again, the same with the same id.
 *
 * The instance has a loop of its own, as its database is synced with each mail.
 */
#include "email.h"

#include "outbox.h"

#include <heard/answer.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <mime/address.h>
#include <stdio.h>
#include <string.h>

enum { UPKEEP_MS = 3600 * 1000, PATH_SIZE = 4096 };

/* ---- open */

static int check_address(const char *option, const char *address, bool may_be_empty,
			 struct heard_error *err)
{
	bool is_ascii = true;
	for (const char *p = address; *p; p++)
		is_ascii = is_ascii && (unsigned char)*p < 0x80;
	if (may_be_empty && address[0] == '\0')
		return 0;
	if (is_ascii && mime_email_is_good(heard_str(address)) && strlen(address) < 320)
		return 0;
	return heard_fail(err, EINVAL, "%s: \"%s\" is no mail address", option, address);
}

static int check_list(const char *option, const struct heard_list *list,
		      struct heard_error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (check_address(option, list->at[i], false, err))
			return -err->code;
	return 0;
}

static int check_addresses(const struct email *e, struct heard_error *err)
{
	if (check_address("from", e->from, false, err) ||
	    check_address("envelope", e->envelope, true, err) ||
	    check_address("reply_to", e->reply_to, true, err) ||
	    check_list("also_from", &e->also_from, err) ||
	    check_list("reports.to", &e->report.to, err))
		return -err->code;
	if ((e->report.folder[0] != '\0') != (e->report.to.n > 0))
		return heard_fail(err, EINVAL, "reports need both a folder and receivers (to)");
	return 0;
}

/* Customers' addresses are sealed: who is to write to them needs the key.  Without one
 * it may still mail reports. */
static int check_key(const struct email *e, struct heard_error *err)
{
	struct heard_buf plain;
	struct heard_error why = {0};
	if (e->notices.n == 0)
		return 0;
	heard_buf_init(&plain, 1024);
	int result = heard_unseal(e->host, HEARD_STR_OF("sealed:"), &plain, &why);
	heard_buf_release(&plain);
	if (result != -ENOKEY)
		return 0;
	return heard_fail(
		err, ENOKEY,
		"customers' addresses cannot be opened: %s; set it, or notices = [] if "
		"only reports are to be mailed",
		why.text);
}

static const char *helo_of(const struct email *e)
{
	return e->relay_options.helo[0] ? e->relay_options.helo : domain_of(e->from).ptr;
}

static int email_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct email *e = self;
	size_t n = strlen(e->public_url);
	e->host = host;
	mime_init();
	if (check_addresses(e, err) || relay_check(&e->relay_options, helo_of(e), err) ||
	    check_key(e, err))
		return -err->code;
	if (n && (strncmp(e->public_url, "http", 4) != 0 || e->public_url[n - 1] == '/'))
		return heard_fail(
			err, EINVAL,
			"public_url must be like https://shop.example, without a / at "
			"its end");
	e->templates = templates_create(e->templates_folder, err);
	if (!e->templates)
		return -err->code;
	heard_output_window(host, (unsigned)e->relay_options.connections, 1, 4 << 20);
	return 0;
}

/* ---- life */

static void on_upkeep(void *arg)
{
	struct email *e = arg;
	struct heard_error err = {0};
	if (book_forget(e->book, heard_now(e->host) - EMAIL_FORGET_MS, &err) != 0)
		heard_log(
			e->host, HEARD_WARN,
			"what was sent long ago cannot be let go, trying again in an hour: %s",
			err.text);
	heard_timer_set(e->upkeep, UPKEEP_MS);
}

static int email_start(void *self, struct heard_error *err)
{
	struct email *e = self;
	char path[PATH_SIZE];
	letter_key(e->host, &e->key);
	snprintf(path, sizeof(path), "%s/email.db", heard_state_folder(e->host));
	e->book = book_open(path, true, err);
	e->relay = e->book ? relay_create(e->host, &e->relay_options, helo_of(e), err) : NULL;
	if (!e->relay)
		return -err->code;
	e->outbox = outbox_create(
		&(struct outbox_options){.host = e->host,
					 .relay = e->relay,
					 .book = e->book,
					 .per_hour = e->per_hour,
					 .in_flight = e->relay_options.connections});
	e->upkeep = heard_timer_create(e->host, on_upkeep, e);
	if (e->outbox && e->report.folder[0])
		e->reports = reports_create(e);
	if (!e->outbox || !e->upkeep || (e->report.folder[0] && !e->reports))
		return heard_fail(err, ENOMEM, "cannot set up what is sent");
	heard_timer_set(e->upkeep, UPKEEP_MS);
	return 0;
}

static void on_stopped(void *arg)
{
	struct email *e = arg;
	heard_done(e->stopping);
}

static void email_stop(void *self, struct heard_done *take_done)
{
	struct email *e = self;
	e->stopping = take_done;
	reports_stop(e->reports);
	heard_timer_clear(e->upkeep);
	outbox_stop(e->outbox, on_stopped, e);
}

static void email_close(void *self)
{
	struct email *e = self;
	relay_destroy(e->relay); /* first: it holds what the others own */
	outbox_destroy(e->outbox);
	reports_destroy(e->reports);
	if (e->upkeep)
		heard_timer_destroy(e->upkeep);
	book_close(e->book);
	templates_destroy(e->templates);
	explicit_bzero(&e->key, sizeof(e->key));
}

/* ---- options */

static const struct heard_option report_options[] = {
	{"folder", HEARD_STATE_PATH(struct email_reports, folder), .value = "",
	 .help = "Folder whose files are mailed, each once: that of output `report`"},
	{"to", HEARD_LIST(struct email_reports, to), .value = "",
	 .help = "Who gets them; each a mail of his own"},
	{"names", HEARD_LIST(struct email_reports, names), .value = "[ \"*.html\" ]",
	 .help = "Which files, by patterns as of a shell"},
	{"lang", HEARD_CHOICE(struct email_reports, lang), .value = "zh",
	 .choices = template_langs, .help = "Language of these mails"},
	{.name = NULL},
};
static const struct heard_option options[] = {
	{"host", HEARD_STRING(struct email, relay_options.host), .value = NULL,
	 .help = "The relay: a mail server that takes our mail"},
	{"port", HEARD_INT(struct email, relay_options.port), .value = "0", .min = 0,
	 .max = 65535, .help = "Its port; 0 is 587, 465 or 25, as `tls` is"},
	{"tls", HEARD_CHOICE(struct email, relay_options.tls), .value = "starttls",
	 .choices = relay_tls_words,
	 .help = "TLS from STARTTLS on, from the beginning (tls), or none, which is for a "
		 "relay on this very machine"},
	{"allow_clear", HEARD_BOOL(struct email, relay_options.allow_clear), .value = "false",
	 .help = "Let tls = \"none\" lead to another machine"},
	{"ca_file", HEARD_PATH(struct email, relay_options.ca_file), .value = "",
	 .help = "Certificates to trust in place of the system's"},
	{"user", HEARD_STRING(struct email, relay_options.user), .value = "",
	 .help = "Whom to log in as; empty: no login"},
	{"password", HEARD_SECRET(struct email, relay_options.password), .value = "",
	 .help = "Password, app password or authorisation code"},
	{"token", HEARD_GROUP(struct email, relay_options.token, token_group),
	 .help = "Log in with an access token (XOAUTH2) instead of a password"},
	{"helo", HEARD_STRING(struct email, relay_options.helo), .value = "",
	 .help = "Name to greet the relay with; empty: the domain of `from`"},
	{"connections", HEARD_INT(struct email, relay_options.connections), .value = "4",
	 .min = 1, .max = 100,
	 .help = "Most connections to it, and most mails under way; they are kept for a while"},
	{"connect_timeout", HEARD_DURATION(struct email, relay_options.connect_timeout),
	 .value = "20s", .min = 100, .max = 600000, .help = "Longest time for a connection"},
	{"timeout", HEARD_DURATION(struct email, relay_options.timeout), .value = "3m",
	 .min = 100, .max = 3600000, .help = "Longest time for one mail"},
	{"login_retry", HEARD_DURATION(struct email, relay_options.login_retry), .value = "15m",
	 .min = 100, .max = 86400000,
	 .help = "Pause after a refused login, so that the account is not locked"},
	{"from", HEARD_STRING(struct email, from), .value = NULL,
	 .help = "Our address, in From; its domain is in our Message-IDs"},
	{"sender", HEARD_STRING(struct email, sender), .value = "",
	 .help = "Our name, in From and below the text"},
	{"also_from", HEARD_LIST(struct email, also_from), .value = "",
	 .help = "Further addresses of ours: who wrote to one of them is answered from it"},
	{"envelope", HEARD_STRING(struct email, envelope), .value = "",
	 .help = "Envelope sender, where bounces go; empty: as From"},
	{"reply_to", HEARD_STRING(struct email, reply_to), .value = "",
	 .help = "Reply-To, if answers are to go elsewhere than to From"},
	{"public_url", HEARD_STRING(struct email, public_url), .value = "",
	 .help = "How customers reach the pages of output `tickets`, such as "
		 "https://shop.example; without it there are no links"},
	{"lang", HEARD_CHOICE(struct email, lang), .value = "zh", .choices = template_langs,
	 .help = "Language for customers whose own is not known"},
	{"notices", HEARD_LIST(struct email, notices),
	 .value = "[ \"created\", \"resolved\", \"follow_up\" ]", .choices = notice_words,
	 .help = "Which events customers are told of"},
	{"forms", HEARD_LIST(struct email, forms), .value = "",
	 .help = "Channels, such as \"web\", whose customers are told at the address that they "
		 "left; anybody can leave anybody's there; who wrote a mail is always told"},
	{"per_hour", HEARD_INT(struct email, per_hour), .value = "1000", .min = 0,
	 .max = 1000000,
	 .help = "Most mails in an hour, as your relay allows; more wait. 0: no limit"},
	{"templates", HEARD_PATH(struct email, templates_folder), .value = "",
	 .help = "Folder with words of your own: `heard email templates FOLDER` writes those "
		 "that are built in"},
	{"reports", HEARD_GROUP(struct email, report, report_options),
	 .help = "Mail the files of a folder"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.flags = HEARD_OWN_LOOP, /* it syncs a database */
	.name = "email",
	.version = "1.0",
	.summary = "mail to customers: answers, acknowledgements, progress; reports",
	.options = options,
	.reads = "id event channel lang body author.id author.email attributes.ticket "
		 "attributes.token attributes.due attributes.follow_up attributes.mail.*",
	.example = "{ plugin = \"email\"; when = \"event\"; host = \"smtp.example.org\";\n"
		   "  user = \"help@example.org\"; password = "
		   "\"${file:/etc/heard/smtp-password}\";\n"
		   "  from = \"help@example.org\"; sender = \"Example Shop\";\n"
		   "  public_url = \"https://shop.example.org\"; }",
	.commands = email_commands,
	.self_size = sizeof(struct email),
	.open = email_open,
	.start = email_start,
	.stop = email_stop,
	.close = email_close,
	.write = email_write,
	.reply = email_reply,
};
