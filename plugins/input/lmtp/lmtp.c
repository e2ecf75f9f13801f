/*
 * lmtp.c - input: mail, delivered by a mail server of this machine.
 *
 *	lmtp.c        this: options, the plugin, and reading on a worker
 *	server.c      clients, the clock, and the memory of all mails
 *	listen.c      the port or socket that clients come in by
 *	connection.c  one client: bytes, and what it has to wait for
 *	mail.c        one mail: its bytes, then its receipt
 *	protocol.c    commands and answers
 *	path.c        addresses and parameters
 *	dots.c        the end of a mail
 *	recipients.c  whom mail is taken for
 *
 * The promise: 250 is said once the record, or the dead letter, is safe, and not before.
 * Until then the mail is the mail server's, who sends it again for as long as it keeps
 * it.  A mail that comes again since our 250 was lost is known by its Message-ID and
 * content, for as long as the pipeline's `dedupe` says; so that should be longer than the
 * mail server tries, which for Postfix is five days.
 *
 * A loop of its own, since large mails would hold up the main one.
 */
#include "mail.h"
#include "recipients.h"
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <letter/letter.h>

enum { LABELS_MAX = RECIPIENT_LABELS * 66 };

struct lmtp {
	struct server_options options;
	const char *name;
	int64_t max_recipients;
	struct heard_rows rows;
	struct letter_options letter_options;

	struct letter letter; /* this and the next are read by the workers, never changed */
	struct recipients recipients;
	struct server server;
};

/* ---- life */

static int lmtp_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct lmtp *in = self;
	struct server *s = &in->server;
	s->fd = -1;
	if (in->name[0] == '\0' || in->name[strcspn(in->name, " \t\r\n")] != '\0')
		return heard_fail(err, EINVAL, "hostname '%s' is no host's name", in->name);
	int result = listen_check(&in->options.listen, &s->place, err);
	if (result == 0)
		result = recipients_init(&in->recipients, in->rows, err);
	if (result != 0)
		return result;
	s->host = host;
	s->options = &in->options;
	s->recipients = &in->recipients;
	s->limits = (struct protocol_limits){
		.name = in->name,
		.max_size = (uint64_t)in->letter_options.max_size,
		.max_recipients = (uint64_t)in->max_recipients,
	};
	return letter_init(&in->letter, host, &in->letter_options, err);
}

static int lmtp_start(void *self, struct heard_error *err)
{
	return server_start(&((struct lmtp *)self)->server, err);
}

static void lmtp_resume(void *self)
{
	server_look(&((struct lmtp *)self)->server);
}

static void lmtp_stop(void *self, struct heard_done *take_done)
{
	server_stop(&((struct lmtp *)self)->server, take_done);
}

static void lmtp_close(void *self)
{
	struct lmtp *in = self;
	server_release(&in->server);
	letter_release(&in->letter);
}

/* ---- on a worker */

/* Does it begin with a header?  Else our Return-Path would be one to it. */
static bool begins_with_header(struct heard_str s)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] > ' ' && s.ptr[n] < 0x7f && s.ptr[n] != ':')
		n++;
	return n > 0 && n < s.len && s.ptr[n] == ':';
}

static int add_labels(const struct lmtp *in, uint64_t labels, struct heard_batch *batch,
		      struct heard_error *err)
{
	struct heard_record *r = heard_batch_at(batch, heard_batch_size(batch) - 1);
	struct heard_buf text;
	heard_buf_init(&text, LABELS_MAX);
	recipients_say(&in->recipients, labels, &text);
	const struct heard_value v = {.type = HEARD_STR_, .str = heard_buf_view(&text)};
	int result = heard_family_set(r, HEARD_ATTRIBUTES, HEARD_STR_OF("mail.recipient"), v);
	heard_buf_release(&text);
	return result == 0 ? 0 : heard_fail(err, -result, "no memory for the record");
}

static int lmtp_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct lmtp *in = self;
	struct place p;
	char name[48];
	if (context.len != sizeof(p))
		return heard_fail(err, EINVAL, "bytes that this input did not emit");
	memcpy(&p, context.ptr, sizeof(p));
	snprintf(name, sizeof(name), "lmtp mail %llu", (unsigned long long)p.number);
	const struct letter_place at = {name, (int64_t)p.number};
	struct heard_str mail = heard_str_skip(raw, p.prefix);
	size_t before = heard_batch_size(batch);
	int result = letter_decode(&in->letter, begins_with_header(mail) ? raw : mail, &at,
				   batch, err);
	if (result != 0 || heard_batch_size(batch) == before || p.labels == 0)
		return result;
	return add_labels(in, p.labels, batch, err);
}

/* ---- options */

static const struct heard_option options[] = {
	{"address", HEARD_STRING(struct lmtp, options.listen.address),
	 .value = "127.0.0.1:2424",
	 .help = "Where mail servers connect: an address and its port, or unix:/path"},
	{"mode", HEARD_STRING(struct lmtp, options.listen.mode), .value = "0660",
	 .help = "Rights of the socket unix:/path, as chmod writes them"},
	{"group", HEARD_STRING(struct lmtp, options.listen.group), .value = "",
	 .help = "Group of the socket unix:/path, such as postfix; empty for our own"},
	{"public", HEARD_BOOL(struct lmtp, options.listen.is_public), .value = "false",
	 .help = "Allow an address that others than this machine can reach; LMTP knows no "
		 "passwords, so only behind a firewall"},
	{"hostname", HEARD_STRING(struct lmtp, name), .value = "localhost",
	 .help = "Name that clients are greeted with"},
	{"recipients",
	 HEARD_TABLE(struct lmtp, rows, recipient_row_options, struct recipient_row),
	 .value = "",
	 .help = "Addresses and domains that mail is taken for, all others are refused; empty "
		 "for anybody"},
	LETTER_OPTIONS(struct lmtp, letter_options),
	{"max_recipients", HEARD_INT(struct lmtp, max_recipients), .value = "1000", .min = 1,
	 .max = 100000, .help = "Most recipients of one mail; it is one record all the same"},
	{"max_connections", HEARD_INT(struct lmtp, options.max_connections), .value = "100",
	 .min = 1, .max = 10000, .help = "Most clients at once"},
	{"in_flight", HEARD_SIZE(struct lmtp, options.in_flight), .value = "64M", .min = 65536,
	 .max = 1 << 30,
	 .help = "Bytes of mails that are in memory before they are safe; a larger mail "
		 "travels alone"},
	{"patience", HEARD_DURATION(struct lmtp, options.patience), .value = "10s", .min = 0,
	 .max = 240000,
	 .help = "How long a client waits while there is no room, before it is asked to come "
		 "again later"},
	{"timeout", HEARD_DURATION(struct lmtp, options.timeout), .value = "5m", .min = 100,
	 .max = 3600000, .help = "Longest time for one command, and longest pause in a mail"},
	{"mail_timeout", HEARD_DURATION(struct lmtp, options.mail_timeout), .value = "30m",
	 .min = 100, .max = 86400000, .help = "Longest time for one mail"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "lmtp",
	.version = "1.0",
	.summary = "take mail from a mail server of this machine",
	.options = options,
	.writes = LETTER_WRITES,
	.example = "{ plugin = \"lmtp\"; address = \"127.0.0.1:2424\"; reply = \"email\";\n"
		   "  recipients = ( { address = \"help@example.org\"; } ); }",
	.self_size = sizeof(struct lmtp),
	.open = lmtp_open,
	.start = lmtp_start,
	.stop = lmtp_stop,
	.close = lmtp_close,
	.resume = lmtp_resume,
	.decode = lmtp_decode,
};
