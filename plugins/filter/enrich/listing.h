/*
 * listing.h - a CSV file as a source: read once, as it is opened.
 *
 * UTF-8, GB18030 and the others that input `file` reads.  Of each row only the wanted
 * columns are kept, and the print of its key.  Of rows with the same key the last counts.
 */
#ifndef ENRICH_LISTING_H
#define ENRICH_LISTING_H

#include "key.h"
#include "wanted.h"

#include <table/charset.h>

struct heard_error;
struct listing;

enum {
	LISTING_BYTES = 256 << 20, /* of the file                    */
	LISTING_ROWS = 5000000,
	LISTING_ROW = 64 << 10,	  /* bytes of one                       */
	LISTING_TEXT = 512 << 20, /* of all that is kept              */
};

/* column: the header above the keys.  key and wanted live as long as the listing.  NULL with
 * a sentence that quotes no row.  */
struct listing *listing_open(const char *path, enum charset, const char *column,
			     const struct key *, const struct wanted *, struct heard_error *);
/* The same of bytes that are there already. */
struct listing *listing_read(struct heard_str bytes, enum charset, const char *column,
			     const struct key *, const struct wanted *, struct heard_error *);
void listing_close(struct listing *); /* NULL is fine */
size_t listing_size(const struct listing *);
/* False: there is no such key.  Else the wanted values, valid as long as the listing. */
bool listing_get(const struct listing *, struct heard_str key,
		 struct heard_str values[WANTED_MAX]);

#endif
