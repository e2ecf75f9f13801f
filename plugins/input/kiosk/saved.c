/*
 * saved.c - one JSON object a device and line, in <state folder>/devices.
 *
 * A new file is written beside and renamed over the old one, so a reader sees one or the
 * other.  A line that cannot be read is left out: the device's next word mends it.
 */
#include "saved.h"

#include "kiosk.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 64 << 20, LINE_BYTES = 64 << 10, PATH_SIZE = 4096 };

/* ---- writing */

static void put_marks(struct heard_json_out *out, const struct burst *b)
{
	size_t keep = b->n < BURST_PRESSES_MAX ? b->n : BURST_PRESSES_MAX;
	heard_json_begin(out, "marks", '[');
	for (size_t i = b->n - keep; i < b->n; i++) {
		heard_json_int(out, NULL, b->marks[i].seq);
		heard_json_int(out, NULL, b->marks[i].at);
	}
	heard_json_end(out, ']');
}

static void put_device(struct heard_buf *file, const struct device *d)
{
	struct heard_json_out out = {.buf = file};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "device", heard_str(d->row->id));
	heard_json_int(&out, "since", d->since);
	heard_json_int(&out, "heard", d->heard);
	heard_json_int(&out, "skew", d->skew);
	heard_json_int(&out, "queue", d->queue);
	heard_json_num(&out, "battery", d->battery);
	heard_json_int(&out, "presses", d->presses);
	heard_json_int(&out, "bursts", d->bursts);
	heard_json_bool(&out, "silent", d->is_silent);
	heard_json_bool(&out, "clock_wrong", d->is_clock_wrong);
	put_marks(&out, &d->burst);
	heard_json_end(&out, '}');
	heard_buf_puts(file, "\n");
}

static bool write_all(int fd, struct heard_str s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.ptr, s.len);
		if (n < 0 && errno != EINTR)
			return false;
		s = heard_str_skip(s, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* heard_file_replace() would wait for the disk, at home and every other second. */
int saved_store(const struct kiosk *k, struct heard_error *err)
{
	char path[PATH_SIZE], draft[PATH_SIZE + 8];
	struct heard_buf file;
	heard_buf_init(&file, FILE_BYTES);
	for (size_t i = 0; i < k->known_n; i++)
		put_device(&file, &k->known[i]);
	snprintf(path, sizeof(path), "%s/devices", heard_state_folder(k->host));
	snprintf(draft, sizeof(draft), "%s.new", path);
	int fd = file.failed ? -1 : open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, heard_buf_view(&file));
	int code = good ? 0 : file.failed ? ENOMEM : errno;
	if (fd >= 0)
		close(fd);
	if (good && rename(draft, path) != 0)
		code = errno;
	heard_buf_release(&file);
	return code ? heard_fail(err, code, "%s cannot be written: %s", path, strerror(code))
		    : 0;
}

/* ---- reading */

static int64_t integer(const struct heard_json *object, const char *name, int64_t otherwise)
{
	const struct heard_json *v = heard_json_member(object, name);
	return v != NULL && v->type == HEARD_JSON_INT ? v->integer : otherwise;
}

static bool truth(const struct heard_json *object, const char *name)
{
	const struct heard_json *v = heard_json_member(object, name);
	return v != NULL && v->type == HEARD_JSON_BOOL && v->boolean;
}

static void take_marks(struct burst *b, const struct heard_json *list)
{
	const struct heard_json *v = list != NULL ? list->first : NULL;
	for (; v != NULL && v->next != NULL && b->n < BURST_MARKS; v = v->next->next)
		burst_remember(b, (struct burst_mark){v->integer, v->next->integer});
}

static void take_line(struct kiosk *k, struct heard_str line)
{
	struct heard_json_doc *doc = heard_json_parse(line, LINE_BYTES, NULL);
	const struct heard_json *o = doc != NULL ? heard_json_root(doc) : NULL;
	struct device *d = device_find(k, heard_json_string(o, "device"));
	if (d != NULL) {
		const struct heard_json *battery = heard_json_member(o, "battery");
		d->since = integer(o, "since", 0);
		d->heard = integer(o, "heard", 0);
		d->skew = integer(o, "skew", 0);
		d->queue = integer(o, "queue", -1);
		d->battery = battery != NULL ? battery->number : -1;
		d->presses = integer(o, "presses", 0);
		d->bursts = integer(o, "bursts", 0);
		d->is_silent = truth(o, "silent");
		d->is_clock_wrong = truth(o, "clock_wrong");
		d->burst.n = 0;
		take_marks(&d->burst, heard_json_member(o, "marks"));
	}
	heard_json_destroy(doc);
}

int saved_load(struct kiosk *k, struct heard_host *host, struct heard_error *err)
{
	char path[PATH_SIZE];
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	snprintf(path, sizeof(path), "%s/devices", heard_state_folder(host));
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? 0
				       : heard_fail(err, errno, "%s cannot be read: %s", path,
						    strerror(errno));
	while ((n = getline(&line, &size, file)) > 0 && n < LINE_BYTES)
		take_line(k, heard_str_n(line, (size_t)n));
	free(line);
	fclose(file);
	return 0;
}
