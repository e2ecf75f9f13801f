/*
 * index_file.h - the search file's inside, for the files that write, merge and
 * read it.
 */
#ifndef STORE_INDEX_FILE_H
#define STORE_INDEX_FILE_H

#include "index.h"
#include "posting.h"
#include "sqlite.h"

#define INDEX_SQL(X)                                                                     \
	X(ADD_SEGMENT, "INSERT INTO segment VALUES(?,?)")                                \
	X(ADD_POSTING, "INSERT INTO posting VALUES(?,?,?)")                              \
	X(GET_POSITION, "SELECT position FROM state")                                    \
	X(SET_POSITION, "UPDATE state SET position=?")                                   \
	X(NEWEST_SEGMENTS, "SELECT first,last FROM segment ORDER BY first DESC LIMIT ?") \
	X(POSTINGS_BY_WORD,                                                              \
	  "SELECT word,segment,records FROM posting WHERE segment BETWEEN ? AND ?"       \
	  " ORDER BY word,segment")                                                      \
	X(KEEP_JOINED, "UPDATE posting SET segment=-segment WHERE segment=?")            \
	X(DROP_POSTINGS, "DELETE FROM posting WHERE segment BETWEEN ? AND ?")            \
	X(DROP_SEGMENTS, "DELETE FROM segment WHERE first BETWEEN ? AND ?")              \
	X(SEGMENT_OF, "SELECT first,last FROM segment WHERE first<=?"                    \
		      " ORDER BY first DESC LIMIT 1")                                    \
	X(POSTINGS_OF, "SELECT word,records FROM posting WHERE segment=?")               \
	X(SET_POSTING, "UPDATE posting SET records=?3 WHERE segment=?1 AND word=?2")     \
	X(DROP_POSTING, "DELETE FROM posting WHERE segment=?1 AND word=?2")

enum index_statement {
#define X(name, sql) name,
	INDEX_SQL(X)
#undef X
		INDEX_STATEMENTS
};

struct index_writer {
	int lock; /* a descriptor, see index.c                                     */
	sqlite3 *db;
	sqlite3_stmt *st[INDEX_STATEMENTS];
	int64_t position;
	int64_t first, last; /* records of the piece at work                  */
	struct postings postings;
	struct heard_buf list; /* of the word at work                         */
};

/* Steps a statement that returns no rows. */
int index_run(struct index_writer *, enum index_statement, struct heard_error *);
int index_put_segment(struct index_writer *, int64_t first, int64_t last, struct heard_error *);
/* The word's list is in `list`. */
int index_put_list(struct index_writer *, int64_t segment, struct heard_str word,
		   struct heard_error *);
/* Join the newest segments if there are many small ones. */
int index_merge(struct index_writer *, struct heard_error *);

/* 1 if the file fits this store, 0 if it must be made anew, -errno. */
int index_check_state(sqlite3 *, struct heard_str store_name, int64_t last, int64_t *position,
		      struct heard_error *);

#endif
