/*
 * folder.c - what is there to read, and what becomes of it when it was read.
 *
 * A scan goes through the folder a slice at a time, so that a hundred thousand
 * files do not stop the loop.  Afterwards, files that it did not see are
 * forgotten, and so are the tokens of files that are gone: state stays as small as
 * the folder.  A token says which folder it was made in, so that an empty mount
 * point does not make us forget a file system that is away for a moment.
 *
 * Only regular files are opened, never through a symbolic link; names that begin
 * with a dot or end in .tmp or .part, and folders, are not for us.
 */
#include "reader.h"
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/host.h>

enum { SLICE = 256, NAMES_MAX = 1000 };

#define DONE_FOLDER "done"

/* ---- which names */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcasecmp(name + n - m, end) == 0;
}

static bool is_passed_over(const char *name)
{
	return name[0] == '.' || ends_with(name, ".tmp") || ends_with(name, ".part");
}

static void refuse(struct reader *r, struct tail *t, const char *why)
{
	if (!t->is_refused)
		reader_tell(r, t->name, why);
	t->is_refused = true;
}

/* ---- scanning */

static bool has_changed(const struct tail *t, const struct look *look)
{
	return !t->is_ended || look->size != t->ended_size ||
	       look->changed_ns != t->ended_change;
}

static void saw_in_folder(struct reader *r, const char *name, bool is_closed)
{
	struct look look;
	struct tail *t;

	if (is_passed_over(name) ||
	    look_at(r->folder_fd, name, AT_SYMLINK_NOFOLLOW, &look) != 0 || look.is_folder)
		return;
	t = reader_file(r, &look.id, name);
	if (t == NULL)
		return;
	t->scan = r->scan;
	t->is_closed |= is_closed;
	if (!look.is_regular)
		refuse(r, t, "not a regular file, and so not read");
	else if (!table_reads(r->format, name))
		refuse(r, t, "its name tells no format that is read here; not read");
	else {
		t->is_refused = false; /* it may have been renamed */
		if (has_changed(t, &look))
			reader_ready(r, t);
	}
}

/* Rotated while we were away: the rest of it is under another name beside. */
static void find_rotated(struct reader *r)
{
	DIR *dir = opendir(r->folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		char stream[IDENTITY_SIZE];
		struct heard_str token;
		struct look look;
		struct tail *t;

		if (strncmp(entry->d_name, r->only, strlen(r->only)) != 0 ||
		    look_at(r->folder_fd, entry->d_name, AT_SYMLINK_NOFOLLOW, &look) != 0 ||
		    !look.is_regular)
			continue;
		identity_format(&look.id, stream);
		if (!heard_resume_token(r->host, heard_str(stream), &token))
			continue;
		t = reader_file(r, &look.id, entry->d_name);
		if (t == NULL || t == r->current)
			continue;
		t->is_retired = true;
		reader_ready(r, t);
	}
	if (dir)
		closedir(dir);
}

static void saw_path(struct reader *r)
{
	struct look look;
	struct tail *t;
	int result = look_at(r->folder_fd, r->only, 0, &look);

	if (result == 0 && !look.is_regular)
		result = -EINVAL;
	if (result != 0 || (t = reader_file(r, &look.id, r->only)) == NULL) {
		if (!r->path_failed && result != -ENOENT)
			reader_tell(r, r->only, "not a file that can be read");
		r->path_failed = true;
		return;
	}
	r->path_failed = false;
	if (r->current != NULL && r->current != t) {
		r->current->is_retired = true;
		reader_ready(r, r->current);
	}
	t->scan = r->scan;
	t->is_retired = false;
	r->current = t;
	if (has_changed(t, &look))
		reader_ready(r, t);
}

static bool open_folder(struct reader *r)
{
	struct look look;
	int fd = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || look_at(fd, "", AT_EMPTY_PATH, &look) != 0) {
		if (!r->path_failed)
			reader_tell(r, r->folder, strerror(errno));
		r->path_failed = true;
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (r->folder_fd >= 0)
		close(r->folder_fd);
	r->folder_fd = fd;
	r->folder_inode = look.id.inode;
	return true;
}

/* ---- sweeping */

/* Streams to forget, gathered first: the walk may hold a lock. */
struct sweep {
	struct reader *reader;
	char (*streams)[IDENTITY_SIZE];
	size_t n;
};

static bool is_known(struct reader *r, const struct identity *id)
{
	for (const struct tail *t = r->table[id->inode % BUCKETS]; t; t = t->next)
		if (identity_eq(&t->id, id))
			return true;
	return false;
}

static void sweep_token(void *arg, struct heard_str stream, struct heard_str token)
{
	struct sweep *s = arg;
	struct identity id;
	struct mark mark;

	if (s->n == NAMES_MAX || !identity_parse(stream, &id) || !mark_parse(token, &mark) ||
	    mark.folder != s->reader->folder_inode || is_known(s->reader, &id))
		return;
	identity_format(&id, s->streams[s->n++]);
}

static void sweep_tokens(struct reader *r)
{
	struct sweep s = {r, malloc(NAMES_MAX * sizeof(*s.streams)), 0};

	if (s.streams == NULL)
		return;
	heard_resume_each(r->host, sweep_token, &s);
	/* Forgotten before the removal is on disk, a file would come back unread. */
	if (s.n > 0 && fsync(r->folder_fd) != 0)
		s.n = 0;
	for (size_t i = 0; i < s.n; i++) {
		struct heard_emission e = {.stream = heard_str(s.streams[i]),
					   .token = HEARD_STR("")};

		heard_emit(r->host, &e);
	}
	free(s.streams);
}

static bool is_gone(const struct reader *r, const struct tail *t)
{
	if (t->in_flight > 0 || t->is_ready || t->fd >= 0 || t == r->current)
		return false;
	return r->is_folder ? t->scan != r->scan : t->is_ended;
}

static void sweep_files(struct reader *r)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct tail **at = &r->table[i];

		while (*at) {
			struct tail *t = *at;

			if (!is_gone(r, t)) {
				at = &t->next;
				continue;
			}
			*at = t->next;
			tail_destroy(t);
		}
	}
}

static void scan_end(struct reader *r)
{
	if (r->scanning)
		closedir(r->scanning);
	r->scanning = NULL;
	sweep_files(r);
	if (!heard_is_paused(r->host))
		sweep_tokens(r);
	if (r->scan_again)
		folder_scan_begin(r);
}

void folder_scan_slice(struct reader *r)
{
	const struct dirent *entry;

	for (int i = 0; i < SLICE; i++) {
		entry = readdir(r->scanning);
		if (entry == NULL) {
			scan_end(r);
			return;
		}
		saw_in_folder(r, entry->d_name, false);
	}
}

void folder_scan_begin(struct reader *r)
{
	if (r->scanning) {
		r->scan_again = true;
		return;
	}
	r->scan_again = false;
	if (!open_folder(r))
		return;
	r->scan++;
	watch_refresh(r);
	if (r->is_folder) {
		r->path_failed = false;
		r->scanning = opendir(r->folder);
		reader_wake(r);
		return;
	}
	saw_path(r);
	if (r->scan == 1)
		find_rotated(r);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct tail *t = r->table[i]; t; t = t->next)
			if (t->is_retired && !(t->is_ended && t->fd < 0))
				reader_ready(r, t);
	scan_end(r);
}

void folder_saw(struct reader *r, const char *name, bool is_closed)
{
	if (r->folder_fd < 0)
		return;
	if (r->is_folder)
		saw_in_folder(r, name, is_closed);
	else if (strcmp(name, r->only) == 0)
		saw_path(r);
}

/* ---- finishing */

static bool is_still_there(struct reader *r, const struct tail *t)
{
	struct look look;

	return look_at(r->folder_fd, t->name, AT_SYMLINK_NOFOLLOW, &look) == 0 &&
	       identity_eq(&look.id, &t->id) && look.size == t->at.offset;
}

/* RENAME_NOREPLACE where there is such a thing; a name of its own if it is taken. */
static int move(struct reader *r, const struct tail *t)
{
	char to[512], id[IDENTITY_SIZE];

	if (mkdirat(r->folder_fd, DONE_FOLDER, 0700) != 0 && errno != EEXIST)
		return -errno;
	identity_format(&t->id, id);
	for (int i = 0; i < 2; i++) {
		snprintf(to, sizeof(to), DONE_FOLDER "/%s%s%s", t->name, i ? "." : "",
			 i ? id : "");
		if (renameat2(r->folder_fd, t->name, r->folder_fd, to, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno == EINVAL &&
		    faccessat(r->folder_fd, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
		    renameat(r->folder_fd, t->name, r->folder_fd, to) == 0)
			return 0;
	}
	return -errno;
}

void folder_finish(struct reader *r, struct tail *t)
{
	int result = 0;

	if (t->is_settled || !r->is_folder || r->done == DONE_MARK)
		return;
	t->is_settled = true;
	if (!is_still_there(r, t)) {
		t->is_ended = false; /* it has grown: the next scan reads on */
		r->scan_again = true;
		return;
	}
	if (r->done == DONE_MOVE)
		result = move(r, t);
	else if (unlinkat(r->folder_fd, t->name, 0) != 0)
		result = -errno;
	if (result != 0)
		reader_tell(r, t->name,
			    r->done == DONE_MOVE ? "read, but cannot be moved to " DONE_FOLDER
						 : "read, but cannot be deleted");
}
