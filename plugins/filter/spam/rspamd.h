/*
 * rspamd.h - rspamd's opinion of mail, where the operator has one running.
 *
 * It is asked about mail of which our own models are not sure (ask/ask.h: so many at once,
 * a time limit, rest for a server that fails), and what it says is one more reason.  Without
 * an answer a record is judged as if nobody had been asked.
 *
 * A record no longer has the mail's bytes: what is scanned is a mail made of its sender,
 * subject and text.  So rspamd's rules for texts, links and its statistics count, and those
 * for relays and authentication find nothing.
 */
#ifndef SPAM_RSPAMD_H
#define SPAM_RSPAMD_H

#include "features.h"

#include <heard/plugin.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_batch;
struct heard_error;
struct heard_host;

struct rspamd;

struct rspamd_options {
	const char *url; /* "": nobody is asked */
	const char *password;
	double from, to; /* asked about mail whose probability is in between */
	int64_t timeout, patience, at_once, max_body;
	bool allow_private;
};
extern const struct heard_option rspamd_option_table[];

/* What it said of one record. */
struct rspamd_verdict {
	bool is_there;
	double score, required; /* it calls spam what has `required`; above 0 */
};

/* In *out, which is NULL if nobody is to be asked.  [main] */
int rspamd_open(struct rspamd **out, struct heard_host *, const struct rspamd_options *,
		struct heard_error *);
int rspamd_start(struct rspamd *, struct heard_error *); /* [home] NULL is fine */
void rspamd_close(struct rspamd *);			 /* [main] NULL is fine */

/* The questions of a batch, the first of which is added to NULL; they lie in the batch. */
struct rspamd_question;
bool rspamd_wants(const struct rspamd *, double probability);
/* False: no room, or a text of which no mail can be made; it is not asked about. */
bool rspamd_add(const struct rspamd *, struct heard_batch *, struct rspamd_question **list,
		size_t record, const struct spam_text *);
/* The batch waits, and comes again with `list`.  False: it cannot.  [worker] */
bool rspamd_ask(struct rspamd *, struct heard_batch *, struct rspamd_question *list);
/* Of a record of the batch that came again.  [worker] */
struct rspamd_verdict rspamd_said(const struct rspamd_question *list, size_t record);
/* Counts what came of the questions and shows the figures.  [worker] */
void rspamd_count(struct rspamd *, const struct rspamd_question *list);

/* An answer of /checkv2.  -EBADMSG with a sentence. */
int rspamd_read(struct heard_str json, struct rspamd_verdict *, struct heard_error *);
/* What it adds to the log-odds: nothing below half of what it calls spam, 5 from there. */
float rspamd_odds(const struct rspamd_verdict *);

#endif
