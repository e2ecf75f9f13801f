/*
 * imap.c - input: mailboxes, read by IMAP.
 *
 *	imap.c       this: options and the plugin
 *	account.c    how to reach an account, and when one may try to log in
 *	folder.c     one folder's connection: up, down, and up again
 *	reading.c    what is asked of an open folder
 *	fetch.c      sizes and bytes of its mails
 *	window.c     the mails that are on their way
 *	emit.c       mails to the core, and their receipts
 *	settle.c     \Seen, move, delete: after the receipt
 *	position.c   the resume token
 *	known.c      what was taken in, for a mailbox that is made anew
 *	session.c    the dialogue: greeting to login, then commands
 *	login.c      the words of the login
 *	response.c   what a response says
 *	wire.c       bytes to tokens
 *	mailbox.c    folder names in modified UTF-7
 *
 * The promise: each mail becomes one record, or one dead letter, whenever the process
 * dies; and none is marked, moved or deleted before that is safe.  Every mail carries
 * its UID as the folder's resume token, and the core commits the two together.
 *
 * A loop of its own, since TLS and large mails would hold up the main one.
 */
#include "account.h"
#include "folder.h"
#include "place.h"

#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <letter/letter.h>

enum { STOP_LOOK_MS = 20, STOP_WAIT_MS = 3000 };

struct imap {
	struct heard_rows rows; /* options */
	struct imap_options options;
	int64_t known_max;
	struct letter_options letter_options;

	struct letter letter; /* read by the workers, never changed */
	struct imap_share share;
	struct account *accounts;
	size_t n_accounts;
	struct heard_timer *stopping;
	struct heard_done *done;
	int64_t stop_waited;
	bool is_leaving;
};

/* ---- life */

static int imap_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct imap *in = self;
	const struct account_options *rows = in->rows.at;
	if (in->rows.n == 0)
		return heard_fail(err, EINVAL, "accounts is empty; name one at least");
	if (in->options.done == DONE_MOVE && in->options.move_to[0] == '\0')
		return heard_fail(err, EINVAL, "done = \"move\" needs move_to");
	for (size_t i = 0; i < in->rows.n; i++) {
		void *tls = NULL;
		int result = account_check(&rows[i], &in->options, err);
		if (result == 0 && rows[i].tls != TLS_NONE)
			result = connect_tls_create(rows[i].ca_file, &tls, err);
		connect_tls_destroy(tls);
		if (result != 0)
			return result;
	}
	in->options.max_size = in->letter_options.max_size;
	in->share.host = host;
	in->share.options = &in->options;
	return letter_init(&in->letter, host, &in->letter_options, err);
}

static void folder_ended(void *arg);

static int imap_start(void *self, struct heard_error *err)
{
	struct imap *in = self;
	struct imap_share *s = &in->share;
	const struct account_options *rows = in->rows.at;
	s->base = heard_loop(s->host);
	/* NULL without a resolver's config: then names are looked up by the system. */
	s->dns = evdns_base_new(s->base, EVDNS_BASE_INITIALIZE_NAMESERVERS |
						 EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	s->fetch = heard_fetch_client_create(s->host, 2, err);
	if (s->fetch == NULL)
		return -err->code;
	s->folder_ended = folder_ended;
	s->arg = in;
	known_open(&s->known, s->host, in->known_max);
	in->accounts = calloc(in->rows.n, sizeof(*in->accounts));
	in->n_accounts = in->accounts ? in->rows.n : 0;
	for (size_t i = 0; i < in->n_accounts; i++)
		if (account_start(&in->accounts[i], s, &rows[i], err) != 0)
			return -err->code;
	return in->accounts ? 0 : heard_fail(err, ENOMEM, "no memory");
}

static void imap_resume(void *self)
{
	struct imap *in = self;
	for (size_t i = 0; i < in->n_accounts; i++)
		for (size_t k = 0; k < in->accounts[i].n_folders; k++)
			folder_wake(&in->accounts[i].folders[k]);
}

/* Is every mail that the core has taken marked, where that can be? */
static bool is_settled(const struct imap *in)
{
	for (size_t i = 0; i < in->n_accounts; i++)
		for (size_t k = 0; k < in->accounts[i].n_folders; k++) {
			const struct folder *f = &in->accounts[i].folders[k];
			bool is_in = f->phase >= PHASE_READING && f->phase <= PHASE_RESTING;
			if (window_out(&f->window) > 0 ||
			    (is_in && f->window.head != f->window.emitted))
				return false;
		}
	return true;
}

static bool all_ended(const struct imap *in)
{
	for (size_t i = 0; i < in->n_accounts; i++)
		for (size_t k = 0; k < in->accounts[i].n_folders; k++)
			if (in->accounts[i].folders[k].phase != PHASE_ENDED)
				return false;
	return true;
}

static void folder_ended(void *arg)
{
	struct imap *in = arg;
	struct heard_done *done = in->done;
	if (done == NULL || !in->is_leaving || !all_ended(in))
		return;
	in->done = NULL;
	heard_timer_clear(in->stopping);
	heard_done(done);
}

/* Receipts are on their way: give them a moment, so that little is left to settle at
 * the next start. */
static void stop_step(void *arg)
{
	struct imap *in = arg;
	in->stop_waited += STOP_LOOK_MS;
	if (!is_settled(in) && in->stop_waited < STOP_WAIT_MS) {
		heard_timer_set(in->stopping, STOP_LOOK_MS);
		return;
	}
	in->is_leaving = true;
	for (size_t i = 0; i < in->n_accounts; i++)
		account_stop(&in->accounts[i]);
	folder_ended(in);
}

static void imap_stop(void *self, struct heard_done *take_done)
{
	struct imap *in = self;
	in->share.is_stopping = true;
	in->stopping = heard_timer_create(in->share.host, stop_step, in);
	if (in->stopping == NULL) {
		heard_done(take_done);
		return;
	}
	in->done = take_done;
	stop_step(in);
}

static void imap_close(void *self)
{
	struct imap *in = self;
	struct imap_share *s = &in->share;
	for (size_t i = 0; i < in->n_accounts; i++)
		account_release(&in->accounts[i]);
	free(in->accounts);
	heard_timer_destroy(in->stopping);
	heard_fetch_client_destroy(s->fetch);
	if (s->dns != NULL)
		evdns_base_free(s->dns, 0);
	known_close(&s->known);
	letter_release(&in->letter);
}

/* ---- on a worker */

static int imap_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct imap *in = self;
	struct place p;
	if (context.len != sizeof(p))
		return heard_fail(err, EINVAL, "bytes that this input did not emit");
	memcpy(&p, context.ptr, sizeof(p));
	const struct letter_place at = {p.name, p.uid};
	int result;
	switch (p.kind) {
	case PLACE_LARGE:
		result = heard_batch_dead(batch, raw, p.uid,
					  "%s: %llu bytes, larger than max_size; its headers "
					  "are kept",
					  p.name, (unsigned long long)p.size);
		break;
	case PLACE_BAD:
		result = heard_batch_dead(batch, raw, p.uid,
					  "%s: the server cannot give this mail", p.name);
		break;
	default: return letter_decode(&in->letter, raw, &at, batch, err);
	}
	return result == 0 ? 0 : heard_fail(err, -result, "%s: no memory", p.name);
}

/* ---- options */

static const char *const dones[] = {"seen", "move", "delete", "nothing", NULL};
static const char *const firsts[] = {"unseen", "all", "new", NULL};
static const struct heard_option options[] = {
	{"accounts", HEARD_TABLE(struct imap, rows, account_row, struct account_options),
	 .value = "", .help = "Mailboxes to read"},
	{"done", HEARD_CHOICE(struct imap, options.done), .value = "seen", .choices = dones,
	 .help = "What becomes of a mail once its record is safe: marked as seen, moved to "
		 "move_to, deleted, or nothing, for which the folder is opened read-only"},
	{"move_to", HEARD_STRING(struct imap, options.move_to), .value = "heard",
	 .help = "Folder that mails are moved to; made if it is not there"},
	{"first", HEARD_CHOICE(struct imap, options.first), .value = "unseen",
	 .choices = firsts,
	 .help = "Which mails that are there already are read when a folder is opened for the "
		 "first time; later ones are all read, seen or not"},
	LETTER_OPTIONS(struct imap, letter_options),
	{"in_flight", HEARD_SIZE(struct imap, options.in_flight), .value = "8M", .min = 65536,
	 .max = 1 << 30,
	 .help = "Bytes of mails of one folder that are in memory before they are safe; a "
		 "larger mail travels alone"},
	{"idle", HEARD_BOOL(struct imap, options.idle), .value = "true",
	 .help = "Have the server tell of new mails, if it can (IDLE)"},
	{"renew", HEARD_DURATION(struct imap, options.renew), .value = "9m", .min = 1000,
	 .max = 1740000,
	 .help = "How often IDLE is renewed, so that neither the server nor a router in "
		 "between forgets the connection"},
	{"poll", HEARD_DURATION(struct imap, options.poll), .value = "1m", .min = 100,
	 .max = 1740000, .help = "How often to look where the server cannot tell"},
	{"connect_timeout", HEARD_DURATION(struct imap, options.connect_timeout),
	 .value = "20s", .min = 100, .max = 600000,
	 .help = "Longest time for a connection, with TLS"},
	{"timeout", HEARD_DURATION(struct imap, options.timeout), .value = "1m", .min = 100,
	 .max = 600000,
	 .help = "Longest silence of a server that owes an answer; it may take its time as "
		 "long as something comes"},
	{"retry_first", HEARD_DURATION(struct imap, options.retry_first), .value = "5s",
	 .min = 10, .max = 3600000, .help = "Pause before a lost connection is made again"},
	{"retry_max", HEARD_DURATION(struct imap, options.retry_max), .value = "10m", .min = 10,
	 .max = 86400000, .help = "Longest such pause; it doubles with each failure in a row"},
	{"login_retry", HEARD_DURATION(struct imap, options.login_retry), .value = "30m",
	 .min = 1000, .max = 86400000,
	 .help = "Pause after a refused login, for all folders of the account"},
	{"known", HEARD_INT(struct imap, known_max), .value = "1000000", .min = 0,
	 .max = 100000000,
	 .help = "Names of mails that are remembered, eight bytes each, so that none comes "
		 "twice when a mailbox is made anew; 0 for none"},
	{"insecure_login", HEARD_BOOL(struct imap, options.insecure_login), .value = "false",
	 .help = "Send passwords over connections without TLS; only for a server on this very "
		 "machine"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "imap",
	.version = "1.0",
	.summary = "read mail from IMAP mailboxes",
	.options = options,
	.writes = LETTER_WRITES,
	.example =
		"{ plugin = \"imap\"; reply = \"email\";\n"
		"  accounts = ( { host = \"imap.example.org\"; user = \"help@example.org\";\n"
		"                 password = \"${file:/etc/heard/imap-password}\"; } ); }",
	.self_size = sizeof(struct imap),
	.open = imap_open,
	.start = imap_start,
	.stop = imap_stop,
	.close = imap_close,
	.resume = imap_resume,
	.decode = imap_decode,
};
