/*
 * linear_file.c - a model as a file.
 *
 * All lengths are checked against the length of the file before anything is taken from
 * it, and the checksum before anything is believed.
 */
#include "linear.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { HEAD = 64, SUM_AT = 24, BEHIND_SUM = 32, ALIGN = 64, LABEL_FIXED = 17 };
static const char magic[8] = "HEARDMOD";

/* ---- numbers, little-endian */

static uint32_t get32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

static uint64_t get64(const char *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static float get_float(const char *p)
{
	uint32_t bits = get32(p);
	float f;
	memcpy(&f, &bits, sizeof(f));
	return f;
}

static void put32(struct heard_buf *b, uint32_t v)
{
	char bytes[4] = {(char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24)};
	heard_buf_add(b, bytes, 4);
}

static void put64(struct heard_buf *b, uint64_t v)
{
	put32(b, (uint32_t)v);
	put32(b, (uint32_t)(v >> 32));
}

static void put_float(struct heard_buf *b, float f)
{
	uint32_t bits;
	memcpy(&bits, &f, sizeof(bits));
	put32(b, bits);
}

static size_t rounded(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- reading */

static int check_head(struct heard_str s, const char *kind, struct heard_error *err)
{
	if (s.len < HEAD || memcmp(s.ptr, magic, sizeof(magic)) != 0)
		return heard_fail(err, EBADMSG, "is no model of heard");
	if (get32(s.ptr + 8) != LINEAR_VERSION)
		return heard_fail(err, EBADMSG,
				  "is a model of version %u, and this heard reads version %d; "
				  "train it again",
				  get32(s.ptr + 8), LINEAR_VERSION);
	if (get64(s.ptr + 16) != s.len)
		return heard_fail(err, EBADMSG, "is not whole: %zu of %llu bytes", s.len,
				  (unsigned long long)get64(s.ptr + 16));
	if (XXH3_64bits(s.ptr + BEHIND_SUM, s.len - BEHIND_SUM) != get64(s.ptr + SUM_AT))
		return heard_fail(err, EBADMSG, "is damaged: its checksum is wrong");
	if (memchr(s.ptr + 32, '\0', LINEAR_KIND) == NULL ||
	    (kind != NULL && strcmp(s.ptr + 32, kind) != 0))
		return heard_fail(err, EBADMSG,
				  "is a model of another kind: \"%.16s\" where "
				  "\"%s\" is wanted",
				  s.ptr + 32, kind ? kind : "a name");
	return 0;
}

/* The labels; where they end, or 0. */
static size_t read_labels(struct linear *m, struct heard_str s)
{
	size_t at = HEAD;
	for (unsigned k = 0; k < m->n_labels; k++) {
		struct linear_label *l = &m->labels[k];
		if (s.len - at < LABEL_FIXED)
			return 0;
		l->scale = get_float(s.ptr + at);
		l->bias = get_float(s.ptr + at + 4);
		l->slope = get_float(s.ptr + at + 8);
		l->offset = get_float(s.ptr + at + 12);
		size_t n = (unsigned char)s.ptr[at + 16];
		at += LABEL_FIXED;
		if (n == 0 || n >= LINEAR_NAME || s.len - at < n || !isfinite(l->scale) ||
		    !isfinite(l->bias) || !isfinite(l->slope) || !isfinite(l->offset))
			return 0;
		memcpy(l->name, s.ptr + at, n);
		at += n;
	}
	return at;
}

struct linear *linear_read(struct heard_str s, const char *kind, struct heard_error *err)
{
	struct gram_shape shape;
	if (s.ptr == NULL)
		s = heard_str("");
	if (check_head(s, kind, err) < 0)
		return NULL;
	memcpy(&shape, s.ptr + 48, sizeof(shape));
	unsigned n_labels = get32(s.ptr + 52);
	if (!gram_shape_is_good(&shape) || n_labels < 2 || n_labels > LINEAR_LABELS ||
	    ((size_t)(n_labels == 2 ? 1 : n_labels) << shape.bits) > s.len) {
		heard_fail(err, EBADMSG, "has a shape that no model has");
		return NULL;
	}
	struct linear *m = linear_create(s.ptr + 32, &shape, n_labels);
	if (m == NULL) {
		heard_fail(err, ENOMEM, "no memory for the model");
		return NULL;
	}
	m->examples = get32(s.ptr + 56);
	size_t weights = (size_t)m->n_sums << shape.bits, at = read_labels(m, s);
	if (at == 0 || rounded(at) != get32(s.ptr + 12) || rounded(at) + weights != s.len) {
		linear_destroy(m);
		heard_fail(err, EBADMSG, "has labels that do not fit its length");
		return NULL;
	}
	memcpy(m->weights, s.ptr + rounded(at), weights);
	return m;
}

/* The bytes of the file, malloc'ed. */
static int read_file(const char *path, struct heard_str *out, struct heard_error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us */
	bool is_there = fd >= 0 && fstat(fd, &st) == 0;
	if (!is_there || !S_ISREG(st.st_mode)) {
		int code = is_there ? EINVAL : errno;
		if (fd >= 0)
			close(fd);
		return heard_fail(err, code, "cannot be read: %s", strerror(code));
	}
	size_t size = st.st_size > 0 && st.st_size <= LINEAR_FILE_MAX ? (size_t)st.st_size : 0;
	char *bytes = size > 0 ? malloc(size) : NULL;
	ssize_t n = bytes ? pread(fd, bytes, size, 0) : -1;
	close(fd);
	if (n < 0 || (size_t)n != size) {
		free(bytes);
		return heard_fail(err, EBADMSG, "is empty, larger than %d MB, or changing",
				  LINEAR_FILE_MAX >> 20);
	}
	*out = heard_str_n(bytes, size);
	return 0;
}

struct linear *linear_load(const char *path, const char *kind, struct heard_error *err)
{
	struct heard_error why = {0};
	struct heard_str bytes = {0};
	struct linear *m = NULL;
	if (read_file(path, &bytes, &why) == 0) {
		m = linear_read(bytes, kind, &why);
		free((void *)(uintptr_t)bytes.ptr);
	}
	if (m == NULL)
		heard_fail(err, why.code, "%s %s", path, why.text);
	return m;
}

/* ---- writing */

static void put_file(const struct linear *m, struct heard_buf *b)
{
	static const char zeros[ALIGN];
	size_t weights = (size_t)m->n_sums << m->shape.bits, head = HEAD;
	for (unsigned k = 0; k < m->n_labels; k++)
		head += LABEL_FIXED + strlen(m->labels[k].name);
	heard_buf_add(b, magic, sizeof(magic));
	put32(b, LINEAR_VERSION);
	put32(b, (uint32_t)rounded(head));
	put64(b, rounded(head) + weights);
	put64(b, 0);
	heard_buf_add(b, m->kind, LINEAR_KIND);
	heard_buf_add(b, &m->shape, sizeof(m->shape));
	put32(b, m->n_labels);
	put32(b, m->examples);
	put32(b, 0);
	for (unsigned k = 0; k < m->n_labels; k++) {
		const struct linear_label *l = &m->labels[k];
		char n = (char)strlen(l->name);
		put_float(b, l->scale);
		put_float(b, l->bias);
		put_float(b, l->slope);
		put_float(b, l->offset);
		heard_buf_add(b, &n, 1);
		heard_buf_add(b, l->name, (size_t)n);
	}
	heard_buf_add(b, zeros, rounded(head) - head);
	heard_buf_add(b, m->weights, weights);
}

static int write_synced(int fd, struct heard_str s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.ptr, s.len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			s = heard_str_skip(s, (size_t)n);
	}
	return fdatasync(fd) == 0 ? 0 : -errno;
}

/* The file beside it, empty and ours alone: two that train at once must not write into one.
 * Who waited for a file that was renamed meanwhile has the model itself, not one beside. */
static int open_beside(const char *beside)
{
	struct stat held, there;
	int fd = open(beside, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	int rc = fd < 0 ? -errno : 0;
	if (rc == 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &held) != 0 ||
			stat(beside, &there) != 0 || held.st_ino != there.st_ino))
		rc = -EBUSY;
	if (rc == 0 && ftruncate(fd, 0) != 0)
		rc = -errno;
	if (rc < 0 && fd >= 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

static int replace_file(const char *path, struct heard_str bytes)
{
	char beside[4096];
	if ((size_t)snprintf(beside, sizeof(beside), "%s.new", path) >= sizeof(beside))
		return -ENAMETOOLONG;
	int fd = open_beside(beside);
	if (fd < 0)
		return fd;
	int rc = write_synced(fd, bytes);
	if (rc == 0 && rename(beside, path) != 0)
		rc = -errno;
	if (rc < 0)
		unlink(beside);
	close(fd); /* what is in it is synced */
	return rc;
}

int linear_save(const struct linear *m, const char *path, struct heard_error *err)
{
	struct heard_buf b;
	heard_buf_init(&b, LINEAR_FILE_MAX);
	put_file(m, &b);
	int rc = b.failed ? -EFBIG : 0;
	if (rc == 0) {
		uint64_t sum = XXH3_64bits(b.ptr + BEHIND_SUM, b.len - BEHIND_SUM);
		for (unsigned i = 0; i < 8; i++)
			b.ptr[SUM_AT + i] = (char)(sum >> 8 * i);
		rc = replace_file(path, heard_buf_view(&b));
	}
	heard_buf_release(&b);
	return rc == 0 ? 0
		       : heard_fail(err, -rc, "%s cannot be written: %s", path, strerror(-rc));
}
