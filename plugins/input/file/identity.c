/*
 * identity.c - inode and birth, and the text of marks.
 */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a: against accidents, not against enemies; a clash harms only its maker. */
static uint64_t hash(uint64_t sum, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * 0x100000001b3;
	return sum;
}

static const uint64_t hash_start = 0xcbf29ce484222325;

static int64_t nanoseconds(const struct statx_timestamp *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

int look_at(int dir_fd, const char *name, int flags, struct look *out)
{
	struct statx st;

	if (statx(dir_fd, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
		  &st) != 0)
		return -errno;
	*out = (struct look){
		.id = {st.stx_ino, st.stx_mask & STATX_BTIME ? nanoseconds(&st.stx_btime) : 0},
		.is_regular = S_ISREG(st.stx_mode),
		.is_folder = S_ISDIR(st.stx_mode),
		.size = (int64_t)st.stx_size,
		.modified_ns = nanoseconds(&st.stx_mtime),
		.changed_ns = nanoseconds(&st.stx_ctime),
	};
	return 0;
}

bool identity_eq(const struct identity *a, const struct identity *b)
{
	return a->inode == b->inode && a->birth_ns == b->birth_ns;
}

void identity_format(const struct identity *id, char out[IDENTITY_SIZE])
{
	snprintf(out, IDENTITY_SIZE, "%" PRIx64 "-%" PRIx64, id->inode, (uint64_t)id->birth_ns);
}

/* A zero-terminated copy for sscanf; false if it is too long for one of ours. */
static bool copy_out(struct heard_str text, char *out, size_t size)
{
	if (text.len == 0 || text.len >= size)
		return false;
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

bool identity_parse(struct heard_str text, struct identity *id)
{
	char copy[IDENTITY_SIZE];
	uint64_t birth;

	if (!copy_out(text, copy, sizeof(copy)) ||
	    sscanf(copy, "%" SCNx64 "-%" SCNx64, &id->inode, &birth) != 2)
		return false;
	id->birth_ns = (int64_t)birth;
	return true;
}

void mark_format(const struct mark *m, char out[MARK_SIZE])
{
	snprintf(out, MARK_SIZE,
		 "1 %" PRId64 " %" PRId64 " %" PRIx64 " %" PRIx64 " %" PRIu64 " %" PRIx64,
		 m->offset, m->line, m->life, m->folder, m->check_size, m->check);
}

bool mark_parse(struct heard_str text, struct mark *m)
{
	char copy[MARK_SIZE];

	return copy_out(text, copy, sizeof(copy)) &&
	       sscanf(copy,
		      "1 %" SCNd64 " %" SCNd64 " %" SCNx64 " %" SCNx64 " %" SCNu64 " %" SCNx64,
		      &m->offset, &m->line, &m->life, &m->folder, &m->check_size,
		      &m->check) == 6 &&
	       m->offset >= 0 && m->line >= 1 && m->check_size <= CHECK_SIZE;
}

void mark_check(struct mark *m, const char *bytes, size_t n)
{
	m->check_size = n < CHECK_SIZE ? n : CHECK_SIZE;
	m->check = hash(hash_start, bytes + n - m->check_size, m->check_size);
}

bool mark_holds(const struct mark *m, int fd)
{
	char bytes[CHECK_SIZE];
	ssize_t n;

	if (m->check_size == 0)
		return true;
	n = pread(fd, bytes, m->check_size, m->offset - (int64_t)m->check_size);
	return n == (ssize_t)m->check_size && hash(hash_start, bytes, (size_t)n) == m->check;
}

void mark_restart(struct mark *m, int fd)
{
	char bytes[256];
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);

	m->life = hash(hash(hash_start, &m->life, sizeof(m->life)), bytes,
		       n > 0 ? (size_t)n : 0);
	m->offset = 0;
	m->line = 1;
	m->check_size = m->check = 0;
}
