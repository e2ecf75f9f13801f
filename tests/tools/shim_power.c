/*
 * shim_power.c - LD_PRELOAD: what a disk would hold after a power loss.
 *
 * Keeps beside the folder $SHIM_ROOT a durable image of it in $SHIM_SHADOW
 * that changes only at fsync, fdatasync and the like, and then only by what
 * that call promises:
 *
 *	inodes/<ino>      bytes and size of a file as of its last fsync
 *	dirs/<ino>/       names of a folder as of its last fsync: a file is a hard
 *	                  link to its inode, a folder a symlink to its dirs/<ino>
 *	root              symlink to the dirs/ of $SHIM_ROOT
 *
 * After a SIGKILL, tests/lib/power_loss.py makes of ROOT what SHADOW/root says, as
 * a power loss would: every write, rename, creation and removal that was
 * not synced is gone.  A file whose name was synced and whose bytes were not is
 * empty.  The real sync is left out, so this also runs fast.
 *
 * How: a descriptor below the root is tied to its inode at open; writes note
 * dirty ranges; a sync copies these ranges, and whatever the file grew by, into
 * the image.  An inode that is unlinked gives up its image (the durable folder
 * may still hold a link to it), for its number will be used again.  A process
 * that finds an image of an earlier one (an exec, a restart without a loss)
 * cannot know what was dirty, so the first sync of each file copies it whole.
 * A process that finds none takes the folder as it is for durable.
 *
 * Not seen: stores through a mapping, io_uring.  One mutex guards everything.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define API    __attribute__((visibility("default")))
#define FDS    65536
#define RANGES 64
#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (!real)                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

struct inode {
	struct inode *next;
	ino_t ino;
	bool is_whole_dirty;
	unsigned n;
	struct {
		off_t from, to;
	} dirty[RANGES];
};

static char root[PATH_MAX], shadow[PATH_MAX];
static size_t root_len;
static bool is_on, image_is_old;
static struct inode *inodes[1024];
static struct inode *fds[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread bool is_inside; /* our own calls are not to be watched */

static _Noreturn void die(const char *what)
{
	dprintf(2, "shim_power: %s: %s\n", what, strerror(errno));
	abort();
}

static char *shadow_path(char out[PATH_MAX], const char *kind, ino_t ino)
{
	if (snprintf(out, PATH_MAX, "%s/%s/%llu", shadow, kind, (unsigned long long)ino) >=
	    PATH_MAX)
		die("path too long");
	return out;
}

/* ---- inodes and what is dirty in them */

static struct inode *inode_of(ino_t ino, bool is_new)
{
	struct inode **at = &inodes[ino % 1024];

	while (*at && (*at)->ino != ino)
		at = &(*at)->next;
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			die("memory");
		(*at)->ino = ino;
		(*at)->is_whole_dirty = is_new || image_is_old;
	}
	return *at;
}

static void mark(struct inode *f, off_t from, off_t to)
{
	if (from >= to || f->is_whole_dirty)
		return;
	for (unsigned i = 0; i < f->n; i++)
		if (from <= f->dirty[i].to && to >= f->dirty[i].from) {
			if (from < f->dirty[i].from)
				f->dirty[i].from = from;
			if (to > f->dirty[i].to)
				f->dirty[i].to = to;
			return;
		}
	if (f->n == RANGES) {
		f->is_whole_dirty = true;
		return;
	}
	f->dirty[f->n].from = from;
	f->dirty[f->n++].to = to;
}

static void mark_fd(int fd, off_t from, ssize_t n)
{
	if (!is_on || is_inside || n <= 0 || fd < 0 || fd >= FDS || !fds[fd])
		return;
	pthread_mutex_lock(&lock);
	if (fds[fd])
		mark(fds[fd], from, from + n);
	pthread_mutex_unlock(&lock);
}

static void mark_whole(int fd)
{
	if (!is_on || is_inside || fd < 0 || fd >= FDS || !fds[fd])
		return;
	pthread_mutex_lock(&lock);
	if (fds[fd])
		fds[fd]->is_whole_dirty = true;
	pthread_mutex_unlock(&lock);
}

/* ---- bringing the image up to date */

static void copy_range(int from, int to, off_t at, off_t end)
{
	static char block[1 << 20]; /* guarded by the lock */

	while (at < end) {
		size_t want = end - at < (off_t)sizeof(block) ? (size_t)(end - at)
							      : sizeof(block);
		ssize_t n = pread(from, block, want, at);
		if (n < 0)
			die("read");
		if (n == 0)
			return;
		if (pwrite(to, block, (size_t)n, at) != n)
			die("write to the image");
		at += n;
	}
}

/* A descriptor of our own, since the caller's may be write-only. */
static int reopen(int fd)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void sync_file(int fd, const struct stat *st)
{
	char path[PATH_MAX];
	struct stat old;
	struct inode *f = inode_of(st->st_ino, false);
	int from = reopen(fd);
	int to = open(shadow_path(path, "inodes", st->st_ino), O_RDWR | O_CREAT | O_CLOEXEC,
		      st->st_mode & 07777);

	if (from < 0)
		die("reopen");
	if (to < 0 || fstat(to, &old))
		die(path);
	/* Never shorter on the way: a kill in here must not take what was durable. */
	if (ftruncate(to, st->st_size))
		die("truncate the image");
	for (unsigned i = 0; i < f->n; i++)
		copy_range(from, to, f->dirty[i].from, f->dirty[i].to);
	copy_range(from, to, f->is_whole_dirty ? 0 : old.st_size, st->st_size);
	f->n = 0;
	f->is_whole_dirty = false;
	close(from);
	close(to);
}

static void add_name(const char *image, const char *name, const struct stat *st)
{
	char at[PATH_MAX], to[PATH_MAX];

	if (snprintf(at, sizeof(at), "%s/%s", image, name) >= PATH_MAX)
		die("path too long");
	if (S_ISDIR(st->st_mode)) {
		if (mkdir(shadow_path(to, "dirs", st->st_ino), st->st_mode & 07777) &&
		    errno != EEXIST)
			die(to);
		snprintf(to, sizeof(to), "../%llu", (unsigned long long)st->st_ino);
		if (symlink(to, at))
			die(at);
	} else if (S_ISREG(st->st_mode)) {
		int fd = open(shadow_path(to, "inodes", st->st_ino),
			      O_RDWR | O_CREAT | O_CLOEXEC, st->st_mode & 07777);
		if (fd < 0 || close(fd) || link(to, at))
			die(at);
	}
}

static void remove_image(const char *image)
{
	struct dirent *e;
	DIR *d = opendir(image);

	while (d && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	if (rmdir(image) && errno != ENOENT)
		die(image);
}

/* The new names are built beside the old ones and exchanged for them, so that a
 * kill leaves the one or the other. */
static void sync_folder(int fd, const struct stat *st)
{
	char image[PATH_MAX], fresh[PATH_MAX + 8];
	struct dirent *e;
	struct stat entry;
	int own = reopen(fd);
	DIR *d = own < 0 ? NULL : fdopendir(own);

	if (!d)
		die("folder");
	shadow_path(image, "dirs", st->st_ino);
	snprintf(fresh, sizeof(fresh), "%s.new", image);
	remove_image(fresh);
	if (mkdir(fresh, st->st_mode & 07777))
		die(fresh);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    fstatat(dirfd(d), e->d_name, &entry, AT_SYMLINK_NOFOLLOW) == 0)
			add_name(fresh, e->d_name, &entry);
	closedir(d);
	if (mkdir(image, st->st_mode & 07777) && errno != EEXIST)
		die(image);
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, image, RENAME_EXCHANGE))
		die(image);
	remove_image(fresh);
}

/* ---- the first image: the folder as it is */

static void take_all(const char *folder)
{
	struct stat st;
	struct dirent *e;
	char path[PATH_MAX];
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d || fstat(fd, &st))
		die(folder);
	while ((e = readdir(d)) != NULL) {
		struct stat in;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(fd, e->d_name, &in, AT_SYMLINK_NOFOLLOW) ||
		    snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) >= PATH_MAX)
			continue;
		if (S_ISDIR(in.st_mode)) {
			take_all(path);
		} else if (S_ISREG(in.st_mode)) {
			int file = open(path, O_RDONLY | O_CLOEXEC);
			if (file < 0)
				die(path);
			inode_of(in.st_ino, true);
			sync_file(file, &in);
			close(file);
		}
	}
	sync_folder(fd, &st);
	closedir(d);
}

__attribute__((constructor)) static void begin(void)
{
	const char *r = getenv("SHIM_ROOT"), *s = getenv("SHIM_SHADOW");
	char path[PATH_MAX + 16], to[64];
	struct stat st;

	if (!r || !s)
		return;
	is_inside = true;
	snprintf(shadow, sizeof(shadow), "%s", s);
	if (!realpath(r, root) || stat(root, &st))
		die(r);
	root_len = strlen(root);
	snprintf(path, sizeof(path), "%s/root", shadow);
	image_is_old = access(path, F_OK) == 0;
	if (!image_is_old) {
		snprintf(path, sizeof(path), "%s/inodes", shadow);
		if ((mkdir(shadow, 0700) && errno != EEXIST) || mkdir(path, 0700))
			die(path);
		snprintf(path, sizeof(path), "%s/dirs", shadow);
		if (mkdir(path, 0700))
			die(path);
		take_all(root);
		snprintf(path, sizeof(path), "%s/root", shadow);
		snprintf(to, sizeof(to), "dirs/%llu", (unsigned long long)st.st_ino);
		if (symlink(to, path))
			die(path);
	}
	is_on = true;
	is_inside = false;
}

/* ---- descriptors */

static bool is_below_root(int fd)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	return n >= (ssize_t)root_len && memcmp(path, root, root_len) == 0 &&
	       ((size_t)n == root_len || path[root_len] == '/');
}

static int opened(int fd, int flags)
{
	struct stat st;
	int saved = errno;

	if (!is_on || is_inside || fd < 0 || fd >= FDS)
		return fd;
	pthread_mutex_lock(&lock);
	fds[fd] = NULL;
	if ((flags & O_ACCMODE) != O_RDONLY && is_below_root(fd) && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode)) {
		fds[fd] = inode_of(st.st_ino, st.st_size == 0);
		if (flags & O_TRUNC || st.st_size == 0)
			fds[fd]->is_whole_dirty = true;
	}
	pthread_mutex_unlock(&lock);
	errno = saved;
	return fd;
}

static mode_t mode_of(int flags, va_list list)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                             \
	API int name(const char *path, int flags, ...)         \
	{                                                      \
		REAL(name);                                    \
		va_list list;                                  \
		va_start(list, flags);                         \
		mode_t mode = mode_of(flags, list);            \
		va_end(list);                                  \
		return opened(real(path, flags, mode), flags); \
	}
#define OPENAT(name)                                                   \
	API int name(int folder, const char *path, int flags, ...)     \
	{                                                              \
		REAL(name);                                            \
		va_list list;                                          \
		va_start(list, flags);                                 \
		mode_t mode = mode_of(flags, list);                    \
		va_end(list);                                          \
		return opened(real(folder, path, flags, mode), flags); \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

API int creat(const char *path, mode_t mode)
{
	REAL(creat);
	return opened(real(path, mode), O_WRONLY | O_CREAT | O_TRUNC);
}

API int close(int fd)
{
	REAL(close);
	if (is_on && !is_inside && fd >= 0 && fd < FDS)
		fds[fd] = NULL;
	return real(fd);
}

/* ---- writes */

API ssize_t write(int fd, const void *bytes, size_t n)
{
	REAL(write);
	ssize_t done = real(fd, bytes, n);
	if (done > 0 && is_on && !is_inside && fd >= 0 && fd < FDS && fds[fd]) {
		/* with O_APPEND too, the position is behind what was written */
		off_t end = lseek(fd, 0, SEEK_CUR);
		mark_fd(fd, end - done, done);
	}
	return done;
}

API ssize_t writev(int fd, const struct iovec *v, int n)
{
	REAL(writev);
	ssize_t done = real(fd, v, n);
	if (done > 0 && is_on && !is_inside && fd >= 0 && fd < FDS && fds[fd]) {
		off_t end = lseek(fd, 0, SEEK_CUR);
		mark_fd(fd, end - done, done);
	}
	return done;
}

#define PWRITE(name)                                                    \
	API ssize_t name(int fd, const void *bytes, size_t n, off_t at) \
	{                                                               \
		REAL(name);                                             \
		ssize_t done = real(fd, bytes, n, at);                  \
		mark_fd(fd, at, done);                                  \
		return done;                                            \
	}
#define PWRITEV(name)                                                    \
	API ssize_t name(int fd, const struct iovec *v, int n, off_t at) \
	{                                                                \
		REAL(name);                                              \
		ssize_t done = real(fd, v, n, at);                       \
		mark_fd(fd, at, done);                                   \
		return done;                                             \
	}
PWRITE(pwrite)
PWRITE(pwrite64)
PWRITEV(pwritev)
PWRITEV(pwritev64)

API ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t at, int flags)
{
	REAL(pwritev2);
	ssize_t done = real(fd, v, n, at, flags);
	if (done > 0)
		mark_whole(fd);
	if (done > 0 && flags & (RWF_DSYNC | RWF_SYNC) && fdatasync(fd))
		return -1;
	return done;
}

API ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t n,
			    unsigned flags)
{
	REAL(copy_file_range);
	ssize_t done = real(from, from_at, to, to_at, n, flags);
	mark_whole(to);
	return done;
}

/* Shrinking and growing again leaves zeros: all from the new end on is dirty. */
#define FTRUNCATE(name)                      \
	API int name(int fd, off_t size)     \
	{                                    \
		REAL(name);                  \
		int result = real(fd, size); \
		if (result == 0)             \
			mark_whole(fd);      \
		return result;               \
	}
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

#define FALLOCATE(name)                                   \
	API int name(int fd, int mode, off_t at, off_t n) \
	{                                                 \
		REAL(name);                               \
		int result = real(fd, mode, at, n);       \
		if (result == 0)                          \
			mark_fd(fd, at, (ssize_t)n);      \
		return result;                            \
	}
FALLOCATE(fallocate)
FALLOCATE(fallocate64)

/* ---- an inode's number is free again */

static void forget_at(int folder, const char *path)
{
	struct stat st;
	char image[PATH_MAX];

	if (!is_on || is_inside || fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return;
	pthread_mutex_lock(&lock);
	is_inside = true;
	unlink(shadow_path(image, "inodes", st.st_ino));
	inode_of(st.st_ino, true)->is_whole_dirty = true;
	is_inside = false;
	pthread_mutex_unlock(&lock);
}

static void forget_below_root(int folder, const char *path)
{
	char resolved[PATH_MAX];

	if (!is_on || is_inside)
		return;
	is_inside = true;
	if (path[0] != '/' && folder != AT_FDCWD
		    ? is_below_root(folder)
		    : realpath(path, resolved) != NULL &&
			      strncmp(resolved, root, root_len) == 0) {
		is_inside = false;
		forget_at(folder, path);
	}
	is_inside = false;
}

API int unlink(const char *path)
{
	REAL(unlink);
	forget_below_root(AT_FDCWD, path);
	return real(path);
}

API int unlinkat(int folder, const char *path, int flags)
{
	REAL(unlinkat);
	if (!(flags & AT_REMOVEDIR))
		forget_below_root(folder, path);
	return real(folder, path, flags);
}

API int rename(const char *from, const char *to)
{
	REAL(rename);
	forget_below_root(AT_FDCWD, to);
	return real(from, to);
}

API int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	REAL(renameat);
	forget_below_root(to_folder, to);
	return real(from_folder, from, to_folder, to);
}

/* ---- syncs */

static int synced(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !is_below_root(fd))
		return -1;
	pthread_mutex_lock(&lock);
	is_inside = true;
	if (S_ISDIR(st.st_mode)) {
		sync_folder(fd, &st);
	} else if (S_ISREG(st.st_mode)) {
		if (fd >= FDS || !fds[fd]) /* opened behind our back: by stdio, or dup() */
			inode_of(st.st_ino, true)->is_whole_dirty = true;
		sync_file(fd, &st);
	}
	is_inside = false;
	pthread_mutex_unlock(&lock);
	return 0;
}

API int fsync(int fd)
{
	REAL(fsync);
	return is_on && !is_inside && synced(fd) == 0 ? 0 : real(fd);
}

API int fdatasync(int fd)
{
	REAL(fdatasync);
	return is_on && !is_inside && synced(fd) == 0 ? 0 : real(fd);
}
