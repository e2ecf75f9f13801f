/*
 * snapshot.c - writing and reading the file of snapshot.h.
 */
#include "snapshot.h"

#include "outbox.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <watch/watch.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 1, FILE_MOST = 16 << 20, PATH_MOST = 4096, HASH = 32, FIELD_MOST = 2 << 20 };
static const char magic[8] = "heardalr";

struct head {
	char magic[8];
	uint32_t version, series_size, incident_size, incidents;
	uint32_t n_series, n_messages;
	uint64_t length; /* of what follows */
	unsigned char hash[HASH];
};

/* ---- writing */

static void put_message(void *arg, const struct outbox_message *m)
{
	const struct heard_str fields[] = {m->id, m->event, m->text, m->line};
	struct heard_buf *out = arg;
	heard_buf_add(out, &m->at, sizeof(m->at));
	uint32_t is_high = m->is_high;
	heard_buf_add(out, &is_high, sizeof(is_high));
	for (size_t i = 0; i < 4; i++) {
		uint32_t len = (uint32_t)fields[i].len;
		heard_buf_add(out, &len, sizeof(len));
		heard_buf_str(out, fields[i]);
	}
}

static void put_body(struct heard_buf *out, struct head *head, const struct watch_state *s,
		     const struct outbox *box)
{
	heard_buf_add(out, &s->slot, sizeof(s->slot));
	heard_buf_add(out, &s->last_id, sizeof(s->last_id));
	heard_buf_add(out, s->like_key, sizeof(s->like_key));
	heard_buf_add(out, s->incidents, sizeof(s->incidents));
	for (uint32_t i = 0; i < SERIES; i++) {
		if (!s->series[i].since)
			continue;
		heard_buf_add(out, &i, sizeof(i));
		heard_buf_add(out, &s->series[i], sizeof(s->series[i]));
		head->n_series++;
	}
	head->n_messages = (uint32_t)outbox_size(box);
	outbox_each(box, put_message, out);
}

static int write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	while (n > 0) {
		ssize_t put = write(fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

static int sync_folder(const char *path)
{
	char copy[PATH_MOST];
	snprintf(copy, sizeof(copy), "%s", path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 || fsync(fd) != 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return result;
}

static int replace(const char *path, const struct head *head, struct heard_str body)
{
	char fresh[PATH_MOST];
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int result = write_all(fd, head, sizeof(*head));
	if (result == 0)
		result = write_all(fd, body.ptr, body.len);
	if (result == 0 && fsync(fd) != 0)
		result = -errno;
	if (close(fd) != 0 && result == 0)
		result = -errno;
	if (result == 0 && rename(fresh, path) != 0)
		result = -errno;
	return result ? result : sync_folder(path);
}

int snapshot_save(const char *path, const struct watch *w, const struct outbox *box,
		  struct heard_error *err)
{
	struct head head = {.version = VERSION,
			    .series_size = sizeof(struct series),
			    .incident_size = sizeof(struct incident),
			    .incidents = INCIDENTS};
	struct heard_buf body;
	memcpy(head.magic, magic, sizeof(magic));
	heard_buf_init(&body, FILE_MOST);
	put_body(&body, &head, w->state, box);
	head.length = body.len;
	int result = body.failed ? -ENOMEM : 0;
	if (result == 0) {
		crypto_generichash(head.hash, HASH, (const unsigned char *)body.ptr, body.len,
				   NULL, 0);
		result = replace(path, &head, heard_buf_view(&body));
	}
	heard_buf_release(&body);
	return result ? heard_fail(err, -result, "%s: %s", path, strerror(-result)) : 0;
}

/* ---- reading */

static bool take(struct heard_str *from, void *to, size_t n)
{
	if (from->len < n)
		return false;
	memcpy(to, from->ptr, n);
	*from = heard_str_skip(*from, n);
	return true;
}

static bool take_message(struct heard_str *from, struct outbox *box)
{
	struct outbox_message m = {.at = 0};
	struct heard_str *const fields[] = {&m.id, &m.event, &m.text, &m.line};
	uint32_t is_high, len;
	if (!take(from, &m.at, sizeof(m.at)) || !take(from, &is_high, sizeof(is_high)))
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!take(from, &len, sizeof(len)) || len > FIELD_MOST || len > from->len)
			return false;
		*fields[i] = heard_str_n(from->ptr, len);
		*from = heard_str_skip(*from, len);
	}
	m.is_high = is_high != 0;
	if (box)
		outbox_add(box, &m);
	return true;
}

/* Indexes are bounded and names end, whatever the hash says. */
static bool is_sound(const struct watch_state *s)
{
	for (size_t i = 0; i < INCIDENTS; i++)
		if (s->incidents[i].cause > BY_SILENCE || s->incidents[i].series >= SERIES)
			return false;
	for (size_t i = 0; i < SERIES; i++) {
		const struct series *at = &s->series[i];
		if (at->since &&
		    (at->kind != watch_kind(i) || !memchr(at->name, '\0', sizeof(at->name)) ||
		     !isfinite(at->base.level) || !isfinite(at->waited)))
			return false;
	}
	return s->slot >= 0;
}

static bool read_body(const struct head *head, struct heard_str body, struct watch_state *s,
		      struct heard_str *messages)
{
	if (!take(&body, &s->slot, sizeof(s->slot)) ||
	    !take(&body, &s->last_id, sizeof(s->last_id)) ||
	    !take(&body, s->like_key, sizeof(s->like_key)) ||
	    !take(&body, s->incidents, sizeof(s->incidents)))
		return false;
	for (uint32_t i = 0, at; i < head->n_series; i++)
		if (!take(&body, &at, sizeof(at)) || at >= SERIES ||
		    !take(&body, &s->series[at], sizeof(s->series[at])))
			return false;
	*messages = body;
	for (uint32_t i = 0; i < head->n_messages; i++)
		if (i == MESSAGES + 1 || !take_message(&body, NULL))
			return false;
	return body.len == 0 && is_sound(s);
}

static bool is_ours(const struct head *head, struct heard_str body)
{
	unsigned char hash[HASH];
	if (memcmp(head->magic, magic, sizeof(magic)) != 0 || head->version != VERSION ||
	    head->series_size != sizeof(struct series) ||
	    head->incident_size != sizeof(struct incident) || head->incidents != INCIDENTS ||
	    head->length != body.len)
		return false;
	crypto_generichash(hash, HASH, (const unsigned char *)body.ptr, body.len, NULL, 0);
	return memcmp(hash, head->hash, HASH) == 0;
}

static int read_file(const char *path, struct heard_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = 0;
	struct stat st;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MOST)
		result = -EBADMSG;
	while (result == 0) {
		char *room = heard_buf_room(out, 1 << 16);
		ssize_t n = room ? read(fd, room, 1 << 16) : -1;
		if (n > 0)
			heard_buf_used(out, (size_t)n);
		else if (n == 0)
			break;
		else if (!room || errno != EINTR)
			result = room ? -errno : -ENOMEM;
	}
	close(fd);
	return result;
}

static int use(struct heard_str file, struct watch *w, struct outbox *box)
{
	struct head head;
	struct heard_str messages;
	struct watch_state *state = calloc(1, sizeof(*state));
	if (!state)
		return -ENOMEM;
	if (!take(&file, &head, sizeof(head)) || !is_ours(&head, file) ||
	    !read_body(&head, file, state, &messages)) {
		free(state);
		return -EBADMSG;
	}
	free(w->state);
	w->state = state;
	watch_resume(w);
	for (uint32_t i = 0; i < head.n_messages; i++)
		take_message(&messages, box);
	return 0;
}

int snapshot_load(const char *path, struct watch *w, struct outbox *box,
		  struct heard_error *err)
{
	struct heard_buf file;
	heard_buf_init(&file, FILE_MOST + (1 << 17));
	int result = read_file(path, &file);
	if (result == 0)
		result = use(heard_buf_view(&file), w, box);
	heard_buf_release(&file);
	if (result == -EBADMSG)
		return heard_fail(err, EBADMSG, "%s is damaged or of another version", path);
	return result ? heard_fail(err, -result, "%s: %s", path, strerror(-result)) : 0;
}
