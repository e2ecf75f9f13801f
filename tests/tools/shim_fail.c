/*
 * shim_fail.c - LD_PRELOAD: calls that fail on purpose.
 *
 * By environment:
 *
 *	SHIM_KTH="CALL K ERRNO"  the K-th such call of this process fails (with 0
 *	                         none does).  SHIM_COUNT=FILE: how many there were
 *	                         is written to FILE at exit.
 *	SHIM_ROOT, SHIM_ONCE     when the file $SHIM_ONCE exists, holding
 *	                         "CALL ERRNO", the next such call on a file below
 *	                         $SHIM_ROOT fails, and the file is removed
 *	SHIM_ROOT, SHIM_FULL     while the file $SHIM_FULL exists, whatever would
 *	                         make a file below $SHIM_ROOT larger, or make a new
 *	                         one, fails with ENOSPC; writing over what is
 *	                         allocated goes on
 *
 * CALL is write (and pwrite, pwritev, ...), fsync (and fdatasync), open, rename
 * or malloc (and calloc, realloc).  ERRNO is a number.  Of allocations only
 * those count that the daemon and its plugins make themselves: a library's own
 * way with memory is not ours to test.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))
#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (!real)                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

enum call { WRITE = 1, FSYNC, OPEN, RENAME, MALLOC };
static const char *const names[] = {"", "write", "fsync", "open", "rename", "malloc"};

static char root[PATH_MAX], once[PATH_MAX], full[PATH_MAX], count_path[PATH_MAX];
static size_t root_len;
static int kth_call, kth_errno;
static long kth, counted;
static bool is_on;

static int call_named(const char *name)
{
	for (int i = WRITE; i <= MALLOC; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static void take(char out[PATH_MAX], const char *variable)
{
	const char *value = getenv(variable);
	if (value)
		snprintf(out, PATH_MAX, "%s", value);
}

__attribute__((constructor)) static void begin(void)
{
	const char *r = getenv("SHIM_ROOT"), *k = getenv("SHIM_KTH");
	char name[16];

	if (r && !realpath(r, root))
		snprintf(root, sizeof(root), "%s", r);
	root_len = strlen(root);
	take(once, "SHIM_ONCE");
	take(full, "SHIM_FULL");
	take(count_path, "SHIM_COUNT");
	if (k && sscanf(k, "%15s %ld %d", name, &kth, &kth_errno) == 3)
		kth_call = call_named(name);
	is_on = true;
}

__attribute__((destructor)) static void end(void)
{
	int fd;
	is_on = false;
	if (count_path[0] && (fd = open(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) >= 0) {
		dprintf(fd, "%ld\n", counted);
		close(fd);
	}
}

/* ---- which calls fail */

static bool is_kth(enum call call)
{
	if ((int)call != kth_call || __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED) != kth)
		return false;
	errno = kth_errno;
	return true;
}

static bool is_path_below(const char *path, size_t n)
{
	return root_len && n >= root_len && memcmp(path, root, root_len) == 0;
}

static bool is_below(int fd)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	return n > 0 && is_path_below(path, (size_t)n);
}

/* Consumes $SHIM_ONCE if it names this call: exactly one caller wins. */
static bool is_once(enum call call)
{
	char name[16];
	int error;
	FILE *f;

	if (!once[0] || access(once, F_OK) || !(f = fopen(once, "r")))
		return false;
	bool is_this = fscanf(f, "%15s %d", name, &error) == 2 && call_named(name) == (int)call;
	fclose(f);
	if (!is_this || unlink(once))
		return false;
	errno = error;
	return true;
}

static bool is_full(void)
{
	return full[0] && access(full, F_OK) == 0;
}

static bool grows(int fd, off_t to)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (to > st.st_size || to > st.st_blocks * 512);
}

static bool fails(enum call call, int fd)
{
	if (!is_on)
		return false;
	if (is_kth(call))
		return true;
	int saved = errno;
	if (once[0] && access(once, F_OK) == 0 && is_below(fd) && is_once(call))
		return true;
	errno = saved;
	return false;
}

static bool write_fails(int fd, off_t at, size_t n)
{
	if (fails(WRITE, fd))
		return true;
	if (!is_on || !is_full() || !is_below(fd))
		return false;
	if (at < 0)
		at = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
	if (!grows(fd, at + (off_t)n))
		return false;
	errno = ENOSPC;
	return true;
}

static size_t total(const struct iovec *v, int n)
{
	size_t sum = 0;
	for (int i = 0; i < n; i++)
		sum += v[i].iov_len;
	return sum;
}

/* ---- the calls */

API ssize_t write(int fd, const void *bytes, size_t n)
{
	REAL(write);
	return write_fails(fd, -1, n) ? -1 : real(fd, bytes, n);
}

API ssize_t writev(int fd, const struct iovec *v, int n)
{
	REAL(writev);
	return write_fails(fd, -1, total(v, n)) ? -1 : real(fd, v, n);
}

#define PWRITE(name)                                                         \
	API ssize_t name(int fd, const void *bytes, size_t n, off_t at)      \
	{                                                                    \
		REAL(name);                                                  \
		return write_fails(fd, at, n) ? -1 : real(fd, bytes, n, at); \
	}
#define PWRITEV(name)                                                              \
	API ssize_t name(int fd, const struct iovec *v, int n, off_t at)           \
	{                                                                          \
		REAL(name);                                                        \
		return write_fails(fd, at, total(v, n)) ? -1 : real(fd, v, n, at); \
	}
PWRITE(pwrite)
PWRITE(pwrite64)
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define SYNC(name)                                       \
	API int name(int fd)                             \
	{                                                \
		REAL(name);                              \
		return fails(FSYNC, fd) ? -1 : real(fd); \
	}
SYNC(fsync)
SYNC(fdatasync)

static bool size_fails(int fd, off_t to)
{
	if (!is_on || !is_full() || !is_below(fd) || !grows(fd, to))
		return false;
	errno = ENOSPC;
	return true;
}

#define FTRUNCATE(name)                                            \
	API int name(int fd, off_t size)                           \
	{                                                          \
		REAL(name);                                        \
		return size_fails(fd, size) ? -1 : real(fd, size); \
	}
#define FALLOCATE(name)                                                     \
	API int name(int fd, int mode, off_t at, off_t n)                   \
	{                                                                   \
		REAL(name);                                                 \
		return size_fails(fd, at + n) ? -1 : real(fd, mode, at, n); \
	}
#define POSIX_FALLOCATE(name)                                             \
	API int name(int fd, off_t at, off_t n)                           \
	{                                                                 \
		REAL(name);                                               \
		return size_fails(fd, at + n) ? ENOSPC : real(fd, at, n); \
	}
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)
FALLOCATE(fallocate)
FALLOCATE(fallocate64)
POSIX_FALLOCATE(posix_fallocate)
POSIX_FALLOCATE(posix_fallocate64)

static bool open_fails(const char *path, int flags)
{
	if (!is_on)
		return false;
	if (is_kth(OPEN))
		return true;
	if (!(flags & O_CREAT) || !is_full() || !is_path_below(path, strlen(path)) ||
	    access(path, F_OK) == 0)
		return false;
	errno = ENOSPC;
	return true;
}

#define OPEN_CALL(name)                                                                   \
	API int name(const char *path, int flags, ...)                                    \
	{                                                                                 \
		REAL(name);                                                               \
		va_list list;                                                             \
		va_start(list, flags);                                                    \
		mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0; \
		va_end(list);                                                             \
		return open_fails(path, flags) ? -1 : real(path, flags, mode);            \
	}
OPEN_CALL(open)
OPEN_CALL(open64)

API int rename(const char *from, const char *to)
{
	REAL(rename);
	return is_on && is_kth(RENAME) ? -1 : real(from, to);
}

/* ---- memory: glibc's own entry points, for dlsym() itself allocates */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static bool is_ours(const void *caller)
{
	Dl_info info;
	if (!dladdr(caller, &info) || !info.dli_fname)
		return false;
	const char *name = strrchr(info.dli_fname, '/');
	return strcmp(name ? name + 1 : info.dli_fname, "heard") == 0 ||
	       strstr(info.dli_fname, "/plugins/");
}

static bool memory_fails(const void *caller)
{
	return is_on && kth_call == MALLOC && is_ours(caller) && is_kth(MALLOC);
}

API void *malloc(size_t n)
{
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

API void *calloc(size_t n, size_t size)
{
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

API void *realloc(void *p, size_t n)
{
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}
