/*
 * letter.h - a mail's bytes as a record: what the inputs `imap` and `lmtp` share.
 *
 * plugins/lib/mime takes the mail apart; this says which part is which field.  One
 * mail is one record, or one dead letter with its source.
 *
 *	field            from
 *	source_id        hash of the Message-ID; of the whole mail if it has none
 *	in_reply_to      hash of the first In-Reply-To, else of the last of References
 *	thread           hash of the first of References, else of In-Reply-To, else of
 *	                 the Message-ID: so all of a conversation have the same
 *	subject          Subject, decoded
 *	body             the text that is new: without quotes and signature
 *	created_at       Date; absent if it lies more than a day ahead
 *	author.name      of From
 *	author.email     of From: who wrote; the core seals it and makes author.key of it
 *	author.id        the citation: what an answer needs (see below); sealed, too, and
 *	                 absent from automatic mail, which nobody is to answer
 *	attachments      what the store of blobs has taken
 *	attributes.mail.automatic   why nobody should be answered automatically: own,
 *	                 bounce, auto-reply, list, bulk; absent for a person's mail
 *	attributes.mail.answers     an id of ours that it answers, or that a bounce is
 *	                 about, up to its @; who acts on it checks it again
 *	attributes.mail.token       TOKEN of "[#TOKEN]" in the subject: a stranger may
 *	                 have written it
 *	attributes.mail.topic       hash of the subject without Re: and the like, to tell
 *	                 an answer from a new topic
 *	attributes.mail.bounced, .status   of a bounce: hash of the address, "5.1.1"
 *	attributes.mail.notes       what was left out, as phrases
 *	attributes.mail.traits      how it was made, in words of ours: traits.h
 *	attributes.mail.left_out    how many attachments were not kept
 *
 * Message-IDs and addresses name persons, so they stand nowhere in clear.  Hashes are
 * letter_hash(): keyed, the same in all inputs and in output `email`, 32 hex digits.
 *
 * The citation is text, sealed by the core's gate as any contact is, and opened by
 * output `email` alone (heard_unseal, letter_cite_read).
 */
#ifndef LETTER_LETTER_H
#define LETTER_LETTER_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_batch;
struct heard_buf;
struct heard_error;
struct heard_host;
struct mime_key;

/* ---- options that an input for mail has: name them in its own table as
 *
 *	LETTER_OPTIONS(struct imap, letter),
 */
struct letter_attachments {
	int64_t max_count, max_size;
};
struct letter_options {
	const char *channel;
	int64_t max_size; /* of a mail                                       */
	int64_t max_text; /* of its text; longer is cut                      */
	struct letter_attachments attachments;
	struct heard_list own; /* addresses and domains that we send from        */
};
extern const struct heard_option letter_attachments_options[];
/* clang-format off */
#define LETTER_OPTIONS(self, field)                                                       \
{"channel", HEARD_STRING(self, field.channel), .value = "email",                          \
 .help = "Channel of the records"},                                                       \
{"max_size", HEARD_SIZE(self, field.max_size), .value = "36M", .min = 1024,               \
 .max = 128 << 20,                                                                        \
 .help = "Largest mail; of a larger one the headers become a dead letter"},               \
{"max_text", HEARD_SIZE(self, field.max_text), .value = "256K", .min = 1024,              \
 .max = 4 << 20, .help = "Longest text of a mail; what is beyond is cut"},                \
{"attachments", HEARD_GROUP(self, field.attachments, letter_attachments_options),         \
 .help = "Files that come with a mail; they are kept sealed, so without "                 \
	 "privacy.public_key they are only counted"},                                     \
{"own", HEARD_LIST(self, field.own), .value = "",                                         \
 .help = "Addresses and domains that heard sends mail from, so that its own mail is "     \
	 "known when it comes back"}
/* clang-format on */

/* What letter_decode() fills in, for the plugin's `writes`. */
#define LETTER_WRITES                                                               \
	"channel source_id in_reply_to thread subject body created_at author.name " \
	"author.email author.id attachments attributes.mail.*"

/* ---- reading [worker] */

struct letter {
	struct heard_host *host;
	const struct letter_options *options;
	struct letter_self *self; /* made by letter_init() */
};
/* In open(). */
int letter_init(struct letter *, struct heard_host *, const struct letter_options *,
		struct heard_error *);
void letter_release(struct letter *);

/* Where a mail lay, for dead letters: "INBOX uid 17", and the number to list. */
struct letter_place {
	const char *name;
	int64_t number;
};
/* Add one record, or one dead letter, to the batch.  An error is for now: -ENOMEM,
 * -ENOSPC, -EIO. */
int letter_decode(const struct letter *, struct heard_str raw, const struct letter_place *,
		  struct heard_batch *, struct heard_error *);

/* ---- names [any] */

enum { LETTER_HASH = 33 };
/* Of a Message-ID (with or without <>), an address or a topic: `kind` is "message",
 * "address" or "topic".  Case and blanks around do not count in the last two. */
void letter_hash(const struct heard_host *, const char *kind, struct heard_str text,
		 char out[LETTER_HASH]);
/* The key of our own Message-IDs, for mime_id_make() and mime_id_check().  From start() on:
 * in open() there is no secret yet that it could be made of. */
void letter_key(const struct heard_host *, struct mime_key *);

/* ---- the token of a ticket, as it stands in the subjects of our mails: "[#17-...]".
 * The key is letter_key()'s. [any] */

enum { LETTER_TOKEN = 40 };
/* False: that is no ticket's number. */
bool letter_token_make(const struct mime_key *, struct heard_str ticket,
		       char out[LETTER_TOKEN]);
/* Did we make it?  *ticket is a view into `token`. */
bool letter_token_check(const struct mime_key *, struct heard_str token,
			struct heard_str *ticket);

/* ---- the status of a delivery [any]: the text if it is one, as "5.1.1", else absent */

struct heard_str letter_status(struct heard_str);

/* ---- what an answer needs [any] */

struct letter_cite {		     /* views into the text */
	struct heard_str reply_to;   /* where to answer to, one address             */
	struct heard_str message_id; /* without <>                                  */
	struct heard_str references; /* ids without <>, separated by blanks         */
	struct heard_str subject;    /* as it came, unmasked                        */
	struct heard_str to;	     /* which of our addresses it was sent to        */
};
/* With a hash of this installation, without which nobody is written to: a source may say
 * what it likes in author.id. */
void letter_cite_write(const struct heard_host *, const struct letter_cite *,
		       struct heard_buf *);
/* False: it is no citation of ours. */
bool letter_cite_read(const struct heard_host *, struct heard_str text, struct letter_cite *);

#endif
