/*
 * spool.c - one warning, one file of JSON.
 */
#include "spool.h"

#include <heard/error.h>
#include <heard/json.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPOOL_PATH = 4096, SPOOL_FILE = 16 << 10 };
static const char ending[] = ".json";

static int make_path(char *out, const char *folder, const char *name)
{
	int n = snprintf(out, SPOOL_PATH, "%s/raised%s%s", folder, *name ? "/" : "", name);
	return n < 0 || n >= SPOOL_PATH ? -ENAMETOOLONG : 0;
}

static void put_json(const struct warning *w, struct heard_buf *buf)
{
	struct heard_json_out out = {.buf = buf};
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "at", w->at);
	heard_json_str(&out, "text", w->text);
	heard_json_str(&out, "product", w->product);
	heard_json_str(&out, "who", w->who);
	heard_json_end(&out, '}');
}

static int write_file(const char *path, struct heard_str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), result = 0;
	if (fd < 0)
		return -errno;
	if (write(fd, text.ptr, text.len) != (ssize_t)text.len || fsync(fd) != 0)
		result = -EIO;
	if (close(fd) != 0)
		result = -EIO;
	return result;
}

int spool_put(const char *folder, const struct warning *w, struct heard_error *err)
{
	char below[SPOOL_PATH], fresh[SPOOL_PATH], final[SPOOL_PATH], name[64];
	struct heard_buf json;
	snprintf(name, sizeof(name), "%020" PRId64 "-%ld%s", w->at, (long)getpid(), ending);
	if (make_path(below, folder, "") || make_path(final, folder, name))
		return heard_fail(err, ENAMETOOLONG,
				  "the path of the state folder is too long");
	if (snprintf(fresh, sizeof(fresh), "%s.new", final) >= (int)sizeof(fresh))
		return heard_fail(err, ENAMETOOLONG,
				  "the path of the state folder is too long");
	if (mkdir(below, 0700) != 0 && errno != EEXIST)
		return heard_fail(err, errno, "%s: %s", below, strerror(errno));
	heard_buf_init(&json, SPOOL_FILE);
	put_json(w, &json);
	int result = json.failed ? -E2BIG : write_file(fresh, heard_buf_view(&json));
	heard_buf_release(&json);
	if (result == 0 && rename(fresh, final) != 0)
		result = -errno;
	if (result)
		unlink(fresh);
	return result ? heard_fail(err, -result, "%s: %s", final, strerror(-result)) : 0;
}

static bool is_warning(const char *name)
{
	size_t n = strlen(name), end = sizeof(ending) - 1;
	return name[0] >= '0' && name[0] <= '9' && n > end && n < 64 &&
	       strcmp(name + n - end, ending) == 0;
}

static bool find_oldest(const char *path, const char *after, char name[64])
{
	DIR *folder = opendir(path);
	name[0] = '\0';
	if (!folder)
		return false;
	for (struct dirent *e; (e = readdir(folder)) != NULL;)
		if (is_warning(e->d_name) && strcmp(e->d_name, after) > 0 &&
		    (!*name || strcmp(e->d_name, name) < 0))
			snprintf(name, 64, "%.63s", e->d_name);
	closedir(folder);
	return *name != '\0';
}

/* The texts are copied behind each other into bytes. */
static bool parse(struct heard_str text, struct spooled *s)
{
	struct heard_json_doc *doc = heard_json_parse(text, SPOOL_FILE, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	const struct heard_json *at = heard_json_member(root, "at");
	static const char *const names[] = {"text", "product", "who"};
	struct heard_str *const to[] = {&s->warning.text, &s->warning.product, &s->warning.who};
	size_t used = 0;
	bool good = at && at->type == HEARD_JSON_INT && heard_json_string(root, "text").len;
	for (int i = 0; i < 3 && good; i++) {
		struct heard_str from = heard_json_string(root, names[i]);
		good = from.len <= sizeof(s->bytes) - used;
		if (!good || !from.len)
			continue;
		memcpy(s->bytes + used, from.ptr, from.len);
		*to[i] = heard_str_n(s->bytes + used, from.len);
		used += from.len;
	}
	s->warning.at = good ? at->integer : 0;
	heard_json_destroy(doc);
	return good;
}

int spool_next(const char *folder, const char *after, struct spooled *s,
	       struct heard_error *err)
{
	char path[SPOOL_PATH], text[SPOOL_FILE], name[sizeof(s->name)];
	bool is_found = make_path(path, folder, "") == 0 && find_oldest(path, after, name) &&
			make_path(path, folder, name) == 0;
	memset(s, 0, sizeof(*s)); /* `after` may be its name */
	if (!is_found)
		return 0;
	memcpy(s->name, name, sizeof(name));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (fd >= 0)
		close(fd);
	if (n > 0 && parse(heard_str_n(text, (size_t)n), s))
		return 1;
	spool_remove(folder, s->name);
	return heard_fail(err, EBADMSG, "%s is not a warning", path);
}

void spool_remove(const char *folder, const char *name)
{
	char path[SPOOL_PATH];
	if (make_path(path, folder, name) == 0)
		unlink(path);
}
