/*
 * spam.h - an instance of the filter, and what its files share.
 */
#ifndef SPAM_SPAM_H
#define SPAM_SPAM_H

#include "flood.h"
#include "models.h"
#include "rspamd.h"

#include <heard/plugin.h>

struct heard_host;
struct heard_record;

struct spam {
	const char *shipped[SPAM_MODELS]; /* files of models                         */
	const char *learned;		  /* folder                                */
	const char *database;		  /* of the tickets, for the desk's verdicts */
	double unsure, spam[SPAM_KINDS];  /* cut-offs                              */
	struct heard_list allow, deny;
	int64_t window, flood, repeats;
	struct rspamd_options rspamd_options;
	struct heard_host *host;
	struct spam_models models;
	struct flood *authors, *texts;
	struct seen *seen;     /* whoever was counted */
	struct rspamd *rspamd; /* NULL: nobody is asked */
};

/* What the filter looks at in a record; views into it. */
struct spam_text spam_text_of(const struct heard_record *);

/* train.c: `heard train spam` */
struct heard_call;
int spam_train(void *self, const struct heard_call *);

#endif
