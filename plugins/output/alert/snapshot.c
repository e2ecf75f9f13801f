/*
 * snapshot.c - writing and reading the file of snapshot.h.
 *
 * Writing keeps one line in memory, reading all of them: it happens once, at the start.
 */
#include "snapshot.h"

#include "outbox.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <watch/saved.h>
#include <watch/watch.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	VERSION = 2, /* the first was no JSON */
	FILE_MOST = 64 << 20,
	LINE_MOST = 8 << 20,
	PATH_MOST = 4096,
	HASH = 32,
	HEX_HASH = 2 * HASH + 1,
};

/* ---- writing */

struct writer {
	int fd, result;
	struct heard_buf line;
	crypto_generichash_state hash;
};

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

static void put_line(void *arg, struct heard_buf *line)
{
	struct writer *w = arg;
	heard_buf_puts(line, "\n");
	if (w->result == 0)
		w->result = line->failed ? -ENOMEM : write_all(w->fd, line->ptr, line->len);
	if (w->result == 0)
		crypto_generichash_update(&w->hash, (const unsigned char *)line->ptr,
					  line->len);
	heard_buf_clear(line);
}

static void put_message(void *arg, const struct outbox_message *m)
{
	struct writer *w = arg;
	struct heard_json_out out = {.buf = &w->line};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "what", HEARD_STR_OF("message"));
	heard_json_str(&out, "id", m->id);
	heard_json_str(&out, "event", m->event);
	heard_json_str(&out, "text", m->text);
	heard_json_str(&out, "line", m->line);
	heard_json_int(&out, "at", m->at);
	heard_json_bool(&out, "is_high", m->is_high);
	heard_json_end(&out, '}');
	put_line(w, &w->line);
}

static void put_end(struct writer *w)
{
	unsigned char hash[HASH];
	char hex[HEX_HASH];
	struct heard_json_out out = {.buf = &w->line};
	crypto_generichash_final(&w->hash, hash, HASH);
	sodium_bin2hex(hex, sizeof(hex), hash, HASH);
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "version", VERSION);
	heard_json_str(&out, "blake2b", heard_str(hex));
	heard_json_end(&out, '}');
	put_line(w, &w->line);
}

static int write_file_of(int fd, const struct watch *watch, const struct outbox *box)
{
	struct writer w = {.fd = fd};
	heard_buf_init(&w.line, LINE_MOST);
	crypto_generichash_init(&w.hash, NULL, 0, HASH);
	saved_each(watch->state, &w.line, put_line, &w);
	outbox_each(box, put_message, &w);
	put_end(&w);
	heard_buf_release(&w.line);
	return w.result;
}

static int replace(const char *path, const struct watch *watch, const struct outbox *box)
{
	char fresh[PATH_MOST];
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int result = write_file_of(fd, watch, box);
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
	int result = replace(path, w, box);
	return result ? heard_fail(err, -result, "%s: %s", path, strerror(-result)) : 0;
}

/* ---- reading */

/* The next line, without its end; empty behind the last. */
static struct heard_str take_line(struct heard_str *text)
{
	const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
	struct heard_str line = heard_str_n(text->ptr, end ? (size_t)(end - text->ptr) : 0);
	*text = heard_str_skip(*text, end ? line.len + 1 : text->len);
	return line;
}

/* Without its last line, if that one is ours and the others are whole. */
static bool take_end(struct heard_str *file)
{
	size_t n = file->len > 1 && file->ptr[file->len - 1] == '\n' ? file->len - 1 : 0;
	while (n > 0 && file->ptr[n - 1] != '\n')
		n--;
	struct heard_str end = heard_str_skip(*file, n);
	struct heard_json_doc *doc = heard_json_parse(end, 256, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	const struct heard_json *version = heard_json_member(root, "version");
	unsigned char hash[HASH];
	char hex[HEX_HASH];
	crypto_generichash(hash, HASH, (const unsigned char *)file->ptr, n, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, HASH);
	bool is_whole = version && version->type == HEARD_JSON_INT &&
			version->integer == VERSION &&
			heard_str_is(heard_json_string(root, "blake2b"), hex);
	heard_json_destroy(doc);
	*file = heard_str_n(file->ptr, n);
	return is_whole;
}

static bool is_message(const struct heard_json *line)
{
	return heard_str_is(heard_json_string(line, "what"), "message");
}

static void take_message(const struct heard_json *line, struct outbox *box)
{
	const struct heard_json *at = heard_json_member(line, "at");
	const struct heard_json *is_high = heard_json_member(line, "is_high");
	struct outbox_message m = {.id = heard_json_string(line, "id"),
				   .event = heard_json_string(line, "event"),
				   .text = heard_json_string(line, "text"),
				   .line = heard_json_string(line, "line"),
				   .at = at ? at->integer : 0,
				   .is_high = is_high && is_high->boolean};
	outbox_add(box, &m);
}

/* All lines to the state, or (if that is NULL) the messages to the box. */
static bool take_all(struct heard_str lines, struct watch_state *state, struct outbox *box)
{
	bool good = true;
	while (good && lines.len) {
		struct heard_json_doc *doc = heard_json_parse(take_line(&lines), LINE_MOST,
							      NULL);
		const struct heard_json *line = doc ? heard_json_root(doc) : NULL;
		if (line && is_message(line) && !state)
			take_message(line, box);
		else if (state)
			good = line && (is_message(line) || saved_take(state, line));
		heard_json_destroy(doc);
	}
	return good;
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
	struct watch_state *state = calloc(1, sizeof(*state));
	if (!state)
		return -ENOMEM;
	if (!take_end(&file) || !take_all(file, state, NULL)) {
		free(state);
		return -EBADMSG;
	}
	free(w->state);
	w->state = state;
	watch_resume(w);
	take_all(file, NULL, box);
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
