/*
 * reports.c - files of a folder, each mailed once: what output `report` writes.
 *
 * The folder is looked at every minute.  A file's key is made of its name, its time and
 * what is in it, with whom it goes to; so one that is written anew goes out anew, and one
 * that was sent does not, whatever happened in between.  Files that are older than the
 * first start with `reports` are no news: they lay there before anybody asked for them.
 *
 * One file is under way at a time.  What the relay refuses for good is noted as done,
 * with an error in the log.
 */
#include "email.h"

#include "outbox.h"

#include <heard/error.h>
#include <heard/host.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOOK_MS = 60 * 1000,
	SETTLED_MS = 2000, /* a writer may still be at it */
	FILE_MOST = 18 << 20,
	PATH_SIZE = 4096,
	FILES_MOST = 2000, /* of a round; the newer ones wait for the next */
};

/* The book forgets; a file that lies there for ever must not go out again then. */
#define OLDEST_MS (EMAIL_FORGET_MS - INT64_C(30) * 24 * 3600 * 1000)

struct reports {
	struct email *owner;
	struct heard_timer *timer;
	int64_t begun; /* older files are no news             */
	int64_t seen;  /* all files up to this time were sent */
	struct report_file {
		char *name;
		int64_t at;
	} files[FILES_MOST];
	size_t n, at, to; /* files of this round; the one, and its receiver */
	bool is_stopping, has_failed, is_under_way;
	unsigned char key[BOOK_KEY];
};

static int64_t mtime_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static bool is_wanted(const struct email *e, const char *name)
{
	for (size_t i = 0; i < e->report.names.n; i++)
		if (name[0] != '.' && fnmatch(e->report.names.at[i], name, FNM_PERIOD) == 0)
			return true;
	return false;
}

static const char *type_of(const char *name)
{
	static const char *const types[][2] = {
		{".html", "text/html"},	     {".csv", "text/csv"},
		{".md", "text/markdown"},    {".json", "application/json"},
		{".pdf", "application/pdf"}, {".txt", "text/plain"},
	};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i][0]) == 0)
			return types[i][1];
	return "application/octet-stream";
}

/* ---- one file */

static int read_file(int fd, struct heard_buf *out)
{
	ssize_t n;
	char *room;
	while ((room = heard_buf_room(out, 65536)) && (n = read(fd, room, 65536)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			heard_buf_used(out, (size_t)n);
	}
	return out->failed ? -EFBIG : 0;
}

/* Of a regular file and nothing else: no link leads out of the folder. */
static int load(const char *folder, const char *name, struct heard_buf *out, struct stat *st,
		struct heard_error *err)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int result = fd < 0 || fstat(fd, st) != 0 ? -errno : 0;
	if (result == 0)
		result = S_ISREG(st->st_mode) ? read_file(fd, out) : -EINVAL;
	if (fd >= 0)
		close(fd);
	if (result == -EFBIG)
		return heard_fail(err, EFBIG, "it is larger than %d MiB", FILE_MOST >> 20);
	return result == 0
		       ? 0
		       : heard_fail(err, -result, "it cannot be read: %s", strerror(-result));
}

static void make_key(const struct email *e, const char *name, const struct stat *st,
		     struct heard_str bytes, const char *to, unsigned char key[BOOK_KEY])
{
	unsigned char content[32];
	struct heard_buf text;
	heard_keyed_hash(e->host, "email report content", bytes, content);
	heard_buf_init(&text, 2 * PATH_SIZE);
	heard_buf_printf(&text, "%s\n%lld\n%s\n", name, (long long)mtime_ms(st), to);
	heard_buf_add(&text, content, sizeof(content));
	heard_keyed_hash(e->host, "email report", heard_buf_view(&text), key);
	heard_buf_release(&text);
}

static int write_mail(struct email *e, const char *name, struct heard_str bytes, const char *to,
		      struct outbox_mail *m, struct heard_error *err)
{
	char event[EVENT_NAME];
	struct whom whom = {.to = heard_str(to)};
	struct mime_attachment file = {
		.name = heard_str(name), .type = heard_str(type_of(name)), .bytes = bytes};
	event_name("", m->key, event);
	snprintf(m->about, sizeof(m->about), "report %.60s", name);
	struct draft draft = {
		.kind = TEMPLATE_REPORT,
		.lang = (enum template_lang)e->report.lang,
		.ticket = HEARD_STR_OF("report"),
		.event = heard_str(event),
		.whom = &whom,
		.file = heard_str(name),
		.attachment = &file,
	};
	return compose(e, &draft, m, err);
}

/* ---- a round */

static void next(void *arg);

/* By a turn of its own: what was sent before is known at once, and a folder may be full of
 * it. */
static void go_on(struct reports *r)
{
	if (!r->is_stopping)
		heard_post(r->owner->host, next, r);
}

/* The next time all of it is looked at again. */
static void give_up_for_now(struct reports *r)
{
	r->has_failed = true;
	r->at++;
	r->to = 0;
}

static void note_refused(struct reports *r)
{
	struct heard_error err = {0};
	struct book_mail m = {.key = r->key, .address = "", .id = HEARD_STR_OF("")};
	if (book_note(r->owner->book, &m, heard_now(r->owner->host), &err) != 0)
		r->has_failed = true;
}

static void on_done(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	struct reports *r = arg;
	(void)after_ms;
	r->is_under_way = false;
	if (outcome == HEARD_REFUSED) {
		heard_log(r->owner->host, HEARD_ERROR,
			  "the report %s is refused for one of its receivers and given up: %s",
			  r->files[r->at].name, reason);
		note_refused(r);
	}
	if (outcome == HEARD_RETRY)
		give_up_for_now(r);
	else
		r->to++;
	go_on(r);
}

/* What is too large stays so; what cannot be read may be read in a minute. */
static void skip_file(struct reports *r, const struct heard_error *err)
{
	heard_log(r->owner->host, HEARD_WARN, "the report %s is not mailed: %s",
		  r->files[r->at].name, err->text);
	if (err->code != EFBIG && err->code != EINVAL)
		r->has_failed = true;
	r->at++;
	r->to = 0;
}

/* The one at `at` to its receiver `to`. */
static void send_one(struct reports *r)
{
	struct email *e = r->owner;
	const char *name = r->files[r->at].name, *to = e->report.to.at[r->to];
	struct heard_error err = {0};
	struct heard_buf bytes;
	struct stat st = {0};
	struct outbox_mail *m = outbox_mail_create();
	heard_buf_init(&bytes, FILE_MOST);
	int result = load(e->report.folder, name, &bytes, &st, &err);
	if (result == 0 && m == NULL)
		heard_fail(&err, ENOMEM, "out of memory");
	if (result == 0 && m != NULL) {
		make_key(e, name, &st, heard_buf_view(&bytes), to, m->key);
		memcpy(r->key, m->key, BOOK_KEY);
		result = write_mail(e, name, heard_buf_view(&bytes), to, m, &err);
	}
	heard_buf_release(&bytes);
	if (result != 0 || m == NULL) {
		outbox_mail_destroy(m);
		skip_file(r, &err);
		go_on(r);
		return;
	}
	m->done = on_done;
	m->arg = r;
	r->is_under_way = true;
	outbox_send(e->outbox, m);
}

static void end_round(struct reports *r)
{
	int64_t newest = r->seen;
	for (size_t i = 0; i < r->n; i++) {
		newest = r->files[i].at > newest ? r->files[i].at : newest;
		free(r->files[i].name);
	}
	r->n = r->at = r->to = 0;
	if (!r->has_failed)
		r->seen = newest;
	heard_timer_set(r->timer, LOOK_MS);
}

static void next(void *arg)
{
	struct reports *r = arg;
	if (r->is_stopping || r->is_under_way)
		return;
	if (r->at < r->n && r->to == r->owner->report.to.n) {
		r->at++;
		r->to = 0;
	}
	if (r->at < r->n)
		send_one(r);
	else
		end_round(r);
}

static int by_name(const void *a, const void *b)
{
	const struct report_file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* NULL: there are as many that are older. */
static struct report_file *place_for(struct reports *r, int64_t at)
{
	size_t newest = 0;
	if (r->n < FILES_MOST)
		return &r->files[r->n++];
	for (size_t i = 1; i < r->n; i++)
		if (r->files[i].at > r->files[newest].at)
			newest = i;
	if (r->files[newest].at <= at)
		return NULL;
	free(r->files[newest].name);
	return &r->files[newest];
}

static void look_at(struct reports *r, int folder, const char *name, int64_t now)
{
	struct stat st = {0};
	if (!is_wanted(r->owner, name) ||
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return;
	int64_t at = mtime_ms(&st);
	if (at < r->begun || at < r->seen || now - at < SETTLED_MS || now - at > OLDEST_MS)
		return;
	char *copy = strdup(name);
	struct report_file *file = copy ? place_for(r, at) : NULL;
	if (file != NULL)
		*file = (struct report_file){copy, at};
	else
		free(copy);
	r->has_failed |= copy == NULL;
}

static void on_timer(void *arg)
{
	struct reports *r = arg;
	const char *folder = r->owner->report.folder;
	DIR *dir = opendir(folder);
	int64_t now = heard_now(r->owner->host);
	r->has_failed = false;
	if (!dir && errno != ENOENT) /* it may not have been made yet */
		heard_log(r->owner->host, HEARD_WARN,
			  "the folder of reports cannot be read: %s: %s", folder,
			  strerror(errno));
	for (struct dirent *d; dir && (d = readdir(dir)) != NULL;)
		look_at(r, dirfd(dir), d->d_name, now);
	if (dir)
		closedir(dir);
	if (r->n)
		qsort(r->files, r->n, sizeof(r->files[0]), by_name);
	next(r);
}

/* ---- life */

struct reports *reports_create(struct email *e)
{
	struct reports *r = calloc(1, sizeof(*r));
	struct heard_error err = {0};
	if (!r)
		return NULL;
	r->owner = e;
	r->timer = heard_timer_create(e->host, on_timer, r);
	if (!r->timer || book_begun(e->book, heard_now(e->host), &r->begun, &err) != 0) {
		reports_destroy(r);
		return NULL;
	}
	heard_timer_set(r->timer, 0);
	return r;
}

void reports_stop(struct reports *r)
{
	if (!r)
		return;
	r->is_stopping = true;
	heard_timer_clear(r->timer);
}

void reports_destroy(struct reports *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		free(r->files[i].name);
	heard_timer_destroy(r->timer);
	free(r);
}
