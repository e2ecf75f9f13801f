/*
 * forget.c - the search index forgets records whose text was erased.
 *
 * What their words were is not known any more, so each list of a segment that has such
 * a record is looked at.  That is a walk over one segment, not over the file, and many
 * records at once cost no more than one.  To do it twice is harmless: the queue, the
 * store's table `erased`, is emptied when the index has been committed.
 */
#include "index_file.h"

#include <heard/error.h>

#include <errno.h>

static bool is_among(const int64_t *all, size_t n, int64_t record)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (all[middle] < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && all[low] == record;
}

/* The list without them, in w->list; false if none of them was in it. */
static bool filter_list(struct index_writer *w, int64_t first, struct heard_str list,
			const int64_t *all, size_t n)
{
	int64_t place = -1, before = -1;
	bool changed = false;
	heard_buf_clear(&w->list);
	while (list_next(&list, &place)) {
		if (is_among(all, n, first + place))
			changed = true;
		else
			list_put(&w->list, &before, place);
	}
	return changed;
}

static int replace_list(struct index_writer *w, int64_t segment, struct heard_str word,
			struct heard_error *err)
{
	if (w->list.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	enum index_statement which = w->list.len ? SET_POSTING : DROP_POSTING;
	bind_blob(w->st[which], 2, word);
	sqlite3_bind_int64(w->st[which], 1, segment);
	if (w->list.len)
		bind_blob(w->st[which], 3, heard_buf_view(&w->list));
	return index_run(w, which, err);
}

static int forget_in(struct index_writer *w, int64_t first, const int64_t *all, size_t n,
		     struct heard_error *err)
{
	sqlite3_stmt *st = w->st[POSTINGS_OF];
	sqlite3_bind_int64(st, 1, first);
	int step = SQLITE_DONE, result = 0;
	while (result == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		if (filter_list(w, first, column_str(st, 1), all, n))
			result = replace_list(w, first, column_str(st, 0), err);
	if (result == 0 && step != SQLITE_DONE)
		result = db_fail(w->db, err);
	sqlite3_reset(st);
	return result;
}

/* The segment that holds the record; false if there is none. */
static bool find_segment(struct index_writer *w, int64_t record, int64_t *first, int64_t *last)
{
	sqlite3_stmt *st = w->st[SEGMENT_OF];
	sqlite3_bind_int64(st, 1, record);
	bool found = sqlite3_step(st) == SQLITE_ROW;
	*first = sqlite3_column_int64(st, 0);
	*last = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	return found && record <= *last;
}

static int forget_all(struct index_writer *w, const int64_t *all, size_t n,
		      struct heard_error *err)
{
	int64_t first, last = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		if (all[i] <= last || !find_segment(w, all[i], &first, &last))
			continue;
		if (forget_in(w, first, all, n, err))
			return -err->code;
	}
	return 0;
}

int index_forget(struct index_writer *w, const int64_t *all, size_t n, struct heard_error *err)
{
	int begun = index_begin(w, w->position, err);
	if (begun)
		return begun < 0 ? begun : -EAGAIN; /* moved: another time */
	if (forget_all(w, all, n, err) || db_exec(w->db, "COMMIT", err)) {
		sqlite3_exec(w->db, "ROLLBACK", NULL, NULL, NULL);
		return -err->code;
	}
	sqlite3_wal_checkpoint_v2(w->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return 0;
}
