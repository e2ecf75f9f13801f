/*
 * target.c - append, sync, cut back, rotate.
 *
 * A zstd file is a row of independent frames, one for each sync: so every length
 * that a position names is the end of a frame, and cutting there leaves a file
 * that any zstd can read.
 *
 * The file is recognised by the hash of its last bytes and not by its inode, so
 * that a state folder restored from a backup is still its own.  A lock keeps two
 * outputs from sharing one file; it ends with the descriptor, so a crash leaves
 * none behind.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <heard/error.h>

enum {
	TAIL_SIZE = 64,
	PACKED_SIZE = 128 * 1024,
	ZSTD_LEVEL = 3,
	PATH_SIZE = 4096,
	NUMBER_MAX = 999999,
};

int target_init(struct target *t, const char *path, bool compress, struct heard_error *err)
{
	char *copy = strdup(path);

	memset(t, 0, sizeof(*t));
	t->fd = -1;
	t->path = path;
	if (copy != NULL)
		t->folder = strdup(dirname(copy));
	free(copy);
	if (compress) {
		t->zstd = ZSTD_createCCtx();
		t->packed = malloc(PACKED_SIZE);
	}
	if (t->folder == NULL || (compress && (t->zstd == NULL || t->packed == NULL)))
		return heard_fail(err, ENOMEM, "no memory");
	if (compress) {
		ZSTD_CCtx_setParameter(t->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
		ZSTD_CCtx_setParameter(t->zstd, ZSTD_c_checksumFlag, 1);
	}
	return 0;
}

void target_close(struct target *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->length = 0;
	if (t->zstd)
		ZSTD_CCtx_reset(t->zstd, ZSTD_reset_session_only);
	t->in_frame = false;
}

void target_release(struct target *t)
{
	target_close(t);
	ZSTD_freeCCtx(t->zstd);
	free(t->packed);
	free(t->folder);
	memset(t, 0, sizeof(*t));
	t->fd = -1;
}

/* ---- opening */

static int sync_folder(const struct target *t, struct heard_error *err)
{
	int fd = open(t->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) != 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (failed)
		return heard_fail(err, failed, "cannot sync folder '%s': %s", t->folder,
				  strerror(failed));
	return 0;
}

/* Hash of the bytes before `length`; false if they cannot be read. */
static bool tail_hash(int fd, uint64_t length, uint64_t size, uint64_t *hash_r)
{
	char tail[TAIL_SIZE];

	if (size > TAIL_SIZE || size > length)
		return false;
	if (size > 0 && pread(fd, tail, size, (off_t)(length - size)) != (ssize_t)size)
		return false;
	*hash_r = position_hash(tail, size);
	return true;
}

static bool is_continued(int fd, uint64_t size, const struct position *p)
{
	uint64_t hash;

	if (size < p->length)
		return false;
	return p->length == 0 ||
	       (tail_hash(fd, p->length, p->tail_size, &hash) && hash == p->tail_hash);
}

static int note_tail(const struct target *t, struct position *p, struct heard_error *err)
{
	p->length = t->length;
	p->tail_size = t->length < TAIL_SIZE ? t->length : TAIL_SIZE;
	if (!tail_hash(t->fd, p->length, p->tail_size, &p->tail_hash))
		return heard_fail(err, EIO, "cannot read back the end of '%s'", t->path);
	return 0;
}

/* A file that is older than our knowledge of it: go on at its end. */
static int take_over(struct target *t, uint64_t size, struct position *p,
		     struct heard_error *err)
{
	char last = '\n';

	if (t->zstd == NULL && pread(t->fd, &last, 1, (off_t)size - 1) == 1 && last != '\n')
		return heard_fail(
			err, EBADMSG,
			"'%s' was there before and does not end with a whole line: name "
			"another file, or move it away",
			t->path);
	t->length = size;
	return note_tail(t, p, err);
}

static int settle(struct target *t, uint64_t size, struct position *p, bool is_new,
		  enum target_found *found_r, struct heard_error *err)
{
	if (is_new && size > 0) {
		*found_r = TARGET_TAKEN_OVER;
		return take_over(t, size, p, err);
	}
	if (size == 0 && p->length > 0) {
		*found_r = TARGET_BEGUN_NEW;
		p->length = p->tail_size = p->tail_hash = 0;
		p->begun_ms = 0;
	}
	if (!is_continued(t->fd, size, p))
		return heard_fail(
			err, EBADMSG,
			"'%s' has %llu bytes and does not hold the %llu that were written "
			"and synced: somebody cut or changed it; move it away to begin "
			"anew, and `heard replay` what is missing",
			t->path, (unsigned long long)size, (unsigned long long)p->length);
	if (size > p->length) {
		*found_r = TARGET_CUT_BACK;
		if (ftruncate(t->fd, (off_t)p->length) != 0)
			return heard_fail(err, errno, "cannot cut '%s' back to %llu bytes: %s",
					  t->path, (unsigned long long)p->length,
					  strerror(errno));
	}
	t->length = p->length;
	return 0;
}

static int open_locked(struct target *t, uint64_t *size_r, struct heard_error *err)
{
	struct stat st;

	t->fd = open(t->path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		     0600);
	if (t->fd < 0 || fstat(t->fd, &st) != 0)
		return heard_fail(err, errno, "cannot open '%s': %s", t->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return heard_fail(err, EINVAL, "'%s' is not a regular file", t->path);
	if (flock(t->fd, LOCK_EX | LOCK_NB) != 0)
		return heard_fail(
			err, errno,
			"'%s' is being written by another output or process: each needs "
			"a file of its own",
			t->path);
	*size_r = (uint64_t)st.st_size;
	return 0;
}

int target_open(struct target *t, struct position *p, bool is_new, enum target_found *found_r,
		struct heard_error *err)
{
	uint64_t size = 0;
	int result;

	target_close(t);
	*found_r = TARGET_AS_LEFT;
	result = open_locked(t, &size, err);
	if (result == 0)
		result = settle(t, size, p, is_new, found_r, err);
	/* It may have been created, and its last bytes may be in memory only. */
	if (result == 0 && fsync(t->fd) != 0)
		result = heard_fail(err, errno, "cannot sync '%s': %s", t->path,
				    strerror(errno));
	if (result == 0)
		result = sync_folder(t, err);
	if (result != 0)
		target_close(t);
	return result;
}

bool target_is_ours(const struct target *t)
{
	struct stat by_path, by_fd;

	return fstat(t->fd, &by_fd) == 0 && stat(t->path, &by_path) == 0 &&
	       by_fd.st_ino == by_path.st_ino && by_fd.st_dev == by_path.st_dev &&
	       (uint64_t)by_fd.st_size == t->length;
}

/* ---- writing */

static int write_all(struct target *t, const char *bytes, size_t n, struct heard_error *err)
{
	while (n > 0) {
		ssize_t written = write(t->fd, bytes, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return heard_fail(err, errno, "cannot write '%s': %s", t->path,
					  strerror(errno));
		bytes += written;
		n -= (size_t)written;
		t->length += (uint64_t)written;
	}
	return 0;
}

static int pack(struct target *t, struct heard_str bytes, ZSTD_EndDirective how,
		struct heard_error *err)
{
	ZSTD_inBuffer in = {bytes.ptr, bytes.len, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {t->packed, PACKED_SIZE, 0};

		left = ZSTD_compressStream2(t->zstd, &out, &in, how);
		if (ZSTD_isError(left))
			return heard_fail(err, EIO, "cannot compress: %s",
					  ZSTD_getErrorName(left));
		if (write_all(t, t->packed, out.pos, err) != 0)
			return -err->code;
	} while (how == ZSTD_e_end ? left != 0 : in.pos < in.size);
	return 0;
}

int target_append(struct target *t, struct heard_str lines, struct heard_error *err)
{
	if (t->zstd == NULL)
		return write_all(t, lines.ptr, lines.len, err);
	t->in_frame = true;
	return pack(t, lines, ZSTD_e_continue, err);
}

int target_sync(struct target *t, struct position *p, struct heard_error *err)
{
	int result = 0;

	if (t->in_frame)
		result = pack(t, HEARD_STR_OF(""), ZSTD_e_end, err);
	t->in_frame = false;
	if (result == 0 && fdatasync(t->fd) != 0)
		result = heard_fail(err, errno, "cannot sync '%s': %s", t->path,
				    strerror(errno));
	return result ? result : note_tail(t, p, err);
}

void target_cut_back(struct target *t, const struct position *p)
{
	/* Only to free the space at once: target_open() will insist on it. */
	if (t->fd >= 0 && t->length > p->length && ftruncate(t->fd, (off_t)p->length) != 0)
		return;
	t->length = p->length;
}

/* ---- rotating */

static int rotated_path(const struct target *t, uint64_t number, char out[PATH_SIZE],
			struct heard_error *err)
{
	int n = snprintf(out, PATH_SIZE, "%s.%06llu", t->path, (unsigned long long)number);

	return n < PATH_SIZE ? 0 : heard_fail(err, ENAMETOOLONG, "'%s' is too long", t->path);
}

int target_plan_rotation(const struct target *t, struct position *p, struct heard_error *err)
{
	char path[PATH_SIZE];
	struct stat st;

	for (; p->number <= NUMBER_MAX; p->number++) {
		if (rotated_path(t, p->number, path, err) != 0)
			return -err->code;
		if (lstat(path, &st) != 0 && errno == ENOENT) {
			p->rotating = 1;
			return 0;
		}
	}
	return heard_fail(err, EEXIST,
			  "'%s' has been rotated %d times: move the old files away", t->path,
			  NUMBER_MAX);
}

/* The plan chose a name that was free, so if it is taken now, that was us. */
static int rename_once(struct target *t, const struct position *p, struct heard_error *err)
{
	char path[PATH_SIZE];
	struct stat st;

	if (rotated_path(t, p->number, path, err) != 0)
		return -err->code;
	if (lstat(path, &st) == 0)
		return 0;
	if (rename(t->path, path) != 0 && errno != ENOENT)
		return heard_fail(err, errno, "cannot rename '%s' to '%s': %s", t->path, path,
				  strerror(errno));
	return 0;
}

int target_rename(struct target *t, struct position *p, struct heard_error *err)
{
	int result;

	target_close(t);
	result = rename_once(t, p, err);
	if (result == 0)
		result = sync_folder(t, err);
	if (result != 0)
		return result;
	p->rotating = 0;
	p->length = p->tail_size = p->tail_hash = 0;
	p->begun_ms = 0;
	p->number++;
	return 0;
}
