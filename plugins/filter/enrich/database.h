/*
 * database.h - a SQLite database of somebody else as a source, only to read.
 *
 * The query stands in the config, has one parameter, the key, and gives one row.  It may
 * read and nothing else; what takes longer than the time limit is interrupted.
 */
#ifndef ENRICH_DATABASE_H
#define ENRICH_DATABASE_H

#include "wanted.h"

#include <stdint.h>

struct database;
struct heard_batch;
struct heard_error;

/* path, query and wanted live as long as the database.  NULL with a sentence: also if a wanted
 * column is not in the query.  [main] */
struct database *database_open(const char *path, const char *query, const struct wanted *,
			       int64_t timeout_ms, struct heard_error *);
void database_close(struct database *); /* NULL is fine */
/* To the file that is there now, if another was put in its place.  0, or -errno with a
 * sentence, and the one of before stays open.  [home] */
int database_follow(struct database *, struct heard_error *);
/* 1: values are in the batch; 0: no row; -errno with a sentence that says nothing of the
 * key; -ENOMEM: the batch is full.  [home] */
int database_get(struct database *, struct heard_str key, struct heard_batch *,
		 struct heard_str *values, struct heard_error *);

#endif
