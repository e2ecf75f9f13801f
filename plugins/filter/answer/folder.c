/*
 * folder.c - the Markdown files below a folder, in the order of their names.
 *
 * Folders in it are walked to a depth of four; names that begin with a dot are passed
 * over, which is what editors and version control need.  A stamp over names, sizes and
 * times tells whether to read again; it is taken before reading, so that a file written
 * meanwhile is seen the next time.
 */
#include "folder.h"

#include <heard/error.h>
#include <heard/file.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

struct walk {
	int (*file)(struct walk *, const char *path, const struct stat *, struct heard_error *);
	size_t files, bytes;
	uint64_t stamp;
	folder_fn *fn;
	void *arg;
	struct heard_buf text;
};

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_markdown(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".md") == 0;
}

static int walk_folder(struct walk *, const char *path, unsigned depth, struct heard_error *);

static int walk_entry(struct walk *w, const char *path, unsigned depth, struct heard_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0) /* gone since it was listed, or a link to nothing */
		return 0;
	if (S_ISDIR(st.st_mode))
		return depth < FOLDER_DEPTH ? walk_folder(w, path, depth + 1, err) : 0;
	if (!S_ISREG(st.st_mode) || !is_markdown(path))
		return 0;
	if (++w->files > FOLDER_FILES)
		return heard_fail(err, EFBIG, "%s: more than %d articles", path, FOLDER_FILES);
	return w->file(w, path, &st, err);
}

static int walk_folder(struct walk *w, const char *path, unsigned depth,
		       struct heard_error *err)
{
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, is_shown, alphasort), r = 0;

	if (n < 0)
		return heard_fail(err, errno, "%s: %s; name a folder that heard may read", path,
				  strerror(errno));
	for (int i = 0; i < n; i++) {
		char inner[PATH_MAX];
		int len = snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);

		if (r == 0 && len > 0 && (size_t)len < sizeof(inner))
			r = walk_entry(w, inner, depth, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* ---- the stamp */

static int stamp_file(struct walk *w, const char *path, const struct stat *st,
		      struct heard_error *err)
{
	const int64_t what[] = {st->st_mtim.tv_sec, st->st_mtim.tv_nsec, st->st_size,
				(int64_t)st->st_ino};
	(void)err;

	w->stamp = XXH3_64bits_withSeed(path, strlen(path), w->stamp);
	w->stamp = XXH3_64bits_withSeed(what, sizeof(what), w->stamp);
	return 0;
}

uint64_t folder_stamp(const char *path)
{
	struct walk w = {.file = stamp_file, .stamp = 1};

	return walk_folder(&w, path, 1, NULL) ? 0 : w.stamp;
}

/* ---- reading */

static int read_file(struct walk *w, const char *path, const struct stat *st,
		     struct heard_error *err)
{
	const char *base = strrchr(path, '/') + 1;
	size_t size = (size_t)st->st_size;

	if ((uint64_t)st->st_size > FOLDER_BYTES || (w->bytes += size) > FOLDER_BYTES)
		return heard_fail(err, EFBIG, "%s: the articles have more than %d MiB", path,
				  FOLDER_BYTES >> 20);
	heard_buf_clear(&w->text);
	int r = heard_file_read(path, &w->text, err);
	if (r == 0)
		r = w->fn(w->arg, path, heard_str_n(base, strlen(base) - 3),
			  heard_buf_view(&w->text), err);
	return r;
}

int folder_read(const char *path, folder_fn *fn, void *arg, struct heard_error *err)
{
	struct walk w = {.file = read_file, .fn = fn, .arg = arg};

	heard_buf_init(&w.text, FOLDER_BYTES + 1);
	int r = walk_folder(&w, path, 1, err);
	heard_buf_release(&w.text);
	return r;
}
