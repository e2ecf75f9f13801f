/*
 * index.h - the search file beside a store: words and tokens, whose keys
 * are random, indexed behind the inserts and made anew whenever it is lost.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store.h"

#include <sqlite3.h>

struct query;

/* ---- writing: the follower's */

struct index_writer;
/* Makes the file, or makes it anew if it is damaged, of another version, or
 * belongs to another store or to a later state of this one (`last` is the
 * store's last record).  -EWOULDBLOCK while another writer has it, of whatever
 * process. */
int index_writer_open(struct index_writer **, const char *path, struct heard_str store_name,
		      int64_t last, struct heard_error *);
void index_writer_close(struct index_writer *); /* NULL is fine */
/* Close it and remove the file: what is in it does not fit together. */
void index_writer_discard(struct index_writer *);
int64_t index_writer_position(const struct index_writer *);
/* One piece: index_begin, for each record index_add, index_commit.  Texts are
 * borrowed until then.  Records follow each other without a gap.  index_begin is
 * 1, with nothing begun, if the file's position was moved by somebody else: read
 * again from index_writer_position.  -EBADMSG: it is to be discarded. */
int index_begin(struct index_writer *, int64_t first_record, struct heard_error *);
int index_add(struct index_writer *, int64_t record, struct heard_str folded,
	      struct heard_error *);
/* A word that is not text; the record is found by it as by any other. */
int index_add_token(struct index_writer *, int64_t record, struct heard_str token,
		    struct heard_error *);
int index_commit(struct index_writer *, struct heard_error *);

/* The index forgets what it knows of these records, which are in rising order, all up to
 * the position.  A transaction of its own; -EAGAIN if the position was moved by somebody
 * else.  In forget.c. */
int index_forget(struct index_writer *, const int64_t *records, size_t n, struct heard_error *);

/* ---- reading */

struct index_reader;
/* One consistent view; NULL if there is no file that can be used, which means
 * that nothing is indexed. */
struct index_reader *index_reader_open(struct store *);
void index_reader_close(struct index_reader *); /* NULL is fine */
int64_t index_reader_position(const struct index_reader *);
/* Called with numbers of records that may match, newest first; 0 to go on. */
typedef int index_found(void *arg, int64_t record, struct heard_error *);
/* One of these, once for each reader. */
int index_reader_find(struct index_reader *, const struct query *, index_found *, void *arg,
		      struct heard_error *);
int index_reader_find_token(struct index_reader *, struct heard_str token, index_found *,
			    void *arg, struct heard_error *);

#endif
