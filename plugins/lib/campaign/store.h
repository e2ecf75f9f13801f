/*
 * store.h - the file behind a campaign, for the files of this library.
 */
#ifndef CAMPAIGN_STORE_H
#define CAMPAIGN_STORE_H

#include "campaign.h"

#include <store/db.h>

struct campaign {
	sqlite3 *db;
};

/* Prepares, with ?1 the survey if one is named.  NULL with a sentence. */
sqlite3_stmt *campaign_statement(struct campaign *, const char *sql, const char *survey,
				 struct heard_error *);
/* 1 a row, 0 none, -errno with a sentence. */
int campaign_step(struct campaign *, sqlite3_stmt *, struct heard_error *);
/* Runs to its end and finalizes; a NULL statement is a failure said before. */
int campaign_run(struct campaign *, sqlite3_stmt *take, struct heard_error *);

#endif
