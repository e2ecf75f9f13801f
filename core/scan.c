/*
 * scan.c - frames of one segment file, found, checked and opened.
 *
 * A window of the file is kept; what is asked for twice is read once.  It
 * grows to the largest frame met and shrinks back when that has passed, so a
 * reader's memory is that of an ordinary frame.
 */
#include "scan.h"

#include "hash.h"
#include "journal_io.h"
#include "segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_AHEAD = 64 << 10, SEEK_AHEAD = 256 << 10, KEEP_AT_MOST = 1 << 20 };

void scan_init(struct scan *s, const struct journal_io *io)
{
	memset(s, 0, sizeof(*s));
	s->io = io;
	s->fd = -1;
}

void scan_release(struct scan *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->window);
	free(s->plain);
	scan_init(s, s->io);
}

void scan_forget(struct scan *s)
{
	s->len = 0;
}

int scan_open(struct scan *s, int folder, uint64_t segment)
{
	struct stat st;
	int fd = segment_open(folder, segment);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0) {
		int r = -errno;
		close(fd);
		return r;
	}
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->segment = segment;
	s->size = (uint64_t)st.st_size;
	s->len = 0;
	return 0;
}

static int resize(char **buf, size_t *size, size_t need)
{
	if (need <= *size && (*size <= KEEP_AT_MOST || need > KEEP_AT_MOST))
		return 0;
	free(*buf);
	*buf = malloc(need);
	*size = *buf ? need : 0;
	return *buf ? 0 : -ENOMEM;
}

/* Have n bytes at `at` in the window, and a little more if that is cheap. */
static int fill(struct scan *s, uint64_t at, size_t n, size_t ahead)
{
	if (at >= s->at && at + n <= s->at + s->len)
		return 0;
	uint64_t useful = s->limit > at ? s->limit - at : 0;
	size_t want = useful < ahead ? (size_t)useful : ahead;

	if (want < n)
		want = n;
	if (resize(&s->window, &s->size_w, want) != 0) {
		s->len = 0;
		return -ENOMEM;
	}
	s->at = at;
	s->len = 0;
	while (s->len < want) {
		ssize_t got = s->io->pread(s->fd, s->window + s->len, want - s->len,
					   (off_t)(at + s->len));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		s->len += (size_t)got;
	}
	return s->len >= n ? 0 : -EBADMSG;
}

static const char *in_window(const struct scan *s, uint64_t at)
{
	return s->window + (at - s->at);
}

static int header(struct scan *s, uint64_t at, uint64_t limit, size_t ahead, struct frame *f)
{
	if (at > limit || limit - at < FRAME_HEADER) /* `at` may be anything */
		return 0;
	s->limit = limit;
	int r = fill(s, at, FRAME_HEADER, ahead);
	if (r != 0)
		return r == -EBADMSG ? 0 : r;
	if (!frame_decode(f, (const unsigned char *)in_window(s, at), s->segment))
		return 0;
	return f->length <= limit - at - FRAME_HEADER;
}

int scan_header(struct scan *s, uint64_t at, uint64_t limit, struct frame *f)
{
	return header(s, at, limit, READ_AHEAD, f);
}

int scan_seek(struct scan *s, uint64_t *at, uint64_t limit, struct frame *f)
{
	if (limit > s->size)
		limit = s->size;
	for (; *at <= limit && limit - *at >= FRAME_HEADER; *at += FRAME_ALIGN) {
		int r = header(s, *at, limit, SEEK_AHEAD, f);
		if (r != 0)
			return r;
	}
	return 0;
}

int scan_payload(struct scan *s, uint64_t at, const struct frame *f,
		 const struct frame_key *key, struct heard_str *payload)
{
	/* With its header, so that small frames behind it come along. */
	int r = fill(s, at, FRAME_HEADER + (size_t)f->length, READ_AHEAD);

	if (r != 0)
		return r;
	*payload = heard_str_n(in_window(s, at) + FRAME_HEADER, f->length);
	if (hash_crc32c(0, payload->ptr, payload->len) != f->payload_crc)
		return -EBADMSG;
	if (!(f->flags & FRAME_ENCRYPTED))
		return 0;
	r = resize(&s->plain, &s->size_p,
		   payload->len > READ_AHEAD ? payload->len : READ_AHEAD);
	if (r != 0)
		return r;
	memcpy(s->plain, payload->ptr, payload->len);
	payload->ptr = s->plain;
	return frame_open(key, f, payload) == 0 ? 0 : -EACCES;
}

int scan_commit(struct scan *s, uint64_t *at, uint64_t limit, const struct frame_key *key,
		struct frame *f, struct frame_commit *commit)
{
	struct heard_str payload;
	int r;

	while ((r = scan_seek(s, at, limit, f)) == 1) {
		if (f->type == FRAME_COMMIT) {
			r = scan_payload(s, *at, f, key, &payload);
			if (r == 0 && frame_get_commit(payload, commit) &&
			    commit->group_start <= *at)
				return 1;
			if (r != 0 && r != -EBADMSG)
				return r;
		}
		*at += frame_size(f);
	}
	return r;
}
