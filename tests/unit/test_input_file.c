/*
 * test_input_file.c - every line of every file is emitted once, in order, with a
 * token that leads back to where it ended.
 *
 * The plugin is included whole, with the host's functions replaced: emissions are
 * decoded at once into a text, receipts are given when the test says so, tokens
 * are kept as the journal would, and a restart is a new instance on those tokens.
 */
/* Before the first header: the tag of the struct is renamed with the constant. */
#define heard_plugin input_file_plugin

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/record.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

/* ---- a host of our own */

struct held { /* an emission that waits for its receipt */
	struct heard_emission e;
	char stream[64], token[256];
	char *lines; /* what it would add to `taken` */
};

struct kept { /* a committed token */
	char stream[64], token[256];
};

static struct event_base *base;
static char drop[64]; /* the watched folder */
static char *taken;   /* all lines committed, "name:line:source_id text\n" */
static char *dead;    /* all dead letters, "reason\n" */
static struct held held[600];
static size_t n_held, n_kept, n_posts, n_warnings;
static struct kept kept[600];
static bool is_paused, is_manual; /* is_manual: receipts wait for give() */
static int refuse_code;		  /* for receipts */
static const char *poison;	  /* a piece with this text is refused with -EEXIST */
static bool hold_set, rescan_set;
static struct {
	void (*fn)(void *);
	void *arg;
} posts[64], timers[2];

#define heard_emit	       fake_emit
#define heard_post	       fake_post
#define heard_log	       fake_log
#define heard_loop(host)       (base)
#define heard_is_paused(h)     (is_paused)
#define heard_resume_token     fake_token
#define heard_resume_each      fake_tokens
#define heard_timer_create     fake_timer
#define heard_timer_set	       fake_timer_set
#define heard_timer_clear(t)   ((void)(t))
#define heard_timer_destroy(t) ((void)(t))
#define heard_done(d)	       ((void)(d))
#define heard_batch_size(b)    ((size_t)1)
#define heard_batch_at(b, i)   ((struct heard_record *)(b))
#define heard_batch_dead       fake_dead
#define heard_batch_add_json   fake_add
#define heard_has(r, field)    ((field) == HEARD_CHANNEL)
#define heard_set_str	       fake_set
#define rows_decode	       fake_rows

static char **to_lines; /* where the emission at hand is decoded to */
static char adding[1 << 12];

static size_t room_for(size_t n)
{
	size_t room = 256;

	while (room < n)
		room *= 2;
	return room;
}

/* Texts grow by doubling, and the length of the one at hand is remembered. */
static void append(char **text, const char *format, ...)
{
	static const char *last;
	static size_t last_len;
	size_t len = *text == NULL ? 0 : *text == last ? last_len : strlen(*text), more;
	va_list args;

	va_start(args, format);
	more = (size_t)vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (*text == NULL || *text != last || room_for(len + 1) != room_for(len + more + 1))
		*text = realloc(*text, room_for(len + more + 1));
	assert_non_null(*text);
	va_start(args, format);
	vsnprintf(*text + len, more + 1, format, args);
	va_end(args);
	last = *text;
	last_len = len + more;
}

static int fake_add(struct heard_batch *b, struct heard_str json, struct heard_error *err)
{
	(void)b;
	if (heard_str_starts(json, HEARD_STR_OF("bad")))
		return heard_fail(err, EBADMSG, "not JSON");
	snprintf(adding, sizeof(adding), "%.*s", (int)(json.len < 60 ? json.len : 60),
		 json.ptr);
	return 0;
}

static int fake_set(struct heard_record *r, enum heard_field field, struct heard_str id)
{
	(void)r;
	assert_int_equal(field, HEARD_SOURCE_ID);
	append(to_lines, "%s@%.*s\n", adding, HEARD_ARG(id));
	return 0;
}

static int fake_dead(struct heard_batch *b, struct heard_str piece, int64_t line,
		     const char *format, ...)
{
	char reason[256];
	va_list args;

	(void)b;
	(void)line;
	assert_true(piece.len > 0);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	append(&dead, "%s\n", reason);
	return 0;
}

static void fake_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host;
	(void)format;
	n_warnings += level <= HEARD_WARN;
}

static void fake_post(struct heard_host *host, void (*fn)(void *), void *arg)
{
	(void)host;
	assert_true(n_posts < 64);
	posts[n_posts].fn = fn;
	posts[n_posts++].arg = arg;
}

static struct heard_timer *fake_timer(struct heard_host *host, void (*fn)(void *), void *arg)
{
	(void)host;
	int i = hold_set || timers[0].fn ? 1 : 0;

	timers[i].fn = fn;
	timers[i].arg = arg;
	return (struct heard_timer *)&timers[i];
}

static void fake_timer_set(struct heard_timer *t, int64_t after_ms)
{
	assert_true(after_ms > 0);
	*((void *)t == (void *)&timers[0] ? &hold_set : &rescan_set) = true;
}

static bool fake_token(struct heard_host *host, struct heard_str stream,
		       struct heard_str *token)
{
	(void)host;
	for (size_t i = 0; i < n_kept; i++) {
		if (heard_str_is(stream, kept[i].stream)) {
			*token = heard_str(kept[i].token);
			return true;
		}
	}
	return false;
}

static void fake_tokens(struct heard_host *host,
			void (*fn)(void *, struct heard_str, struct heard_str), void *arg)
{
	(void)host;
	for (size_t i = 0; i < n_kept; i++)
		fn(arg, heard_str(kept[i].stream), heard_str(kept[i].token));
}

static void keep(const char *stream, const char *token)
{
	size_t i = 0;

	while (i < n_kept && strcmp(kept[i].stream, stream) != 0)
		i++;
	if (*token == '\0') {
		assert_true(i < n_kept);
		kept[i] = kept[--n_kept];
		return;
	}
	assert_true(i < 600);
	snprintf(kept[i].stream, sizeof(kept[i].stream), "%s", stream);
	snprintf(kept[i].token, sizeof(kept[i].token), "%s", token);
	if (i == n_kept)
		n_kept++;
}

/* The oldest emission gets its receipt. */
static void give(int code)
{
	struct held h = held[0];
	struct heard_receipt r = {.code = code, .after_ms = 1};

	memmove(&held[0], &held[1], --n_held * sizeof(held[0]));
	if (code == 0 || code == -EEXIST)
		keep(h.stream, h.token);
	if (code == 0 && h.lines)
		append(&taken, "%s", h.lines);
	free(h.lines);
	if (h.e.receipt)
		h.e.receipt(h.e.arg, &r);
}

static void fake_emit(struct heard_host *host, const struct heard_emission *e);

#include <table/rows.h>

/* Each row as it is in the piece, with its line: what it means is test_map's. */
int fake_rows(const struct rows *rows, struct heard_str raw, struct heard_batch *b,
	      struct heard_error *err)
{
	int64_t line = rows->line;

	(void)err;
	for (raw = heard_str_skip(raw, rows->header); raw.len > 0;) {
		struct csv_cut cut = csv_cut(&rows->dialect, raw, true, 1);

		struct heard_str row = heard_str_trim(heard_str_n(raw.ptr, cut.bytes));

		assert_true(cut.rows == 1);
		if (rows->refusal)
			fake_dead(b, row, line, "'%s' row %.*s: %s", rows->file, HEARD_ARG(row),
				  rows->refusal);
		else
			append(to_lines, "%.*s@%lld\n", HEARD_ARG(row), (long long)line);
		raw = heard_str_skip(raw, cut.bytes);
		line += cut.lines;
	}
	return 0;
}

#include "input/file/chunk.c"
#include "input/file/csv.c"
#include "input/file/file.c"
#include "input/file/folder.c"
#undef append
#include "input/file/identity.c"
#include "input/file/lines.c"
#include "input/file/reader.c"
#include "input/file/table.c"
#include "input/file/tail.c"
#include "input/file/watch.c"
#include "input/file/workbook.c"

static struct file *input;

static void fake_emit(struct heard_host *host, const struct heard_emission *e)
{
	struct held *h = &held[n_held++];
	struct heard_error err = {0};

	(void)host;
	assert_true(n_held < 600);
	*h = (struct held){.e = *e};
	snprintf(h->stream, sizeof(h->stream), "%.*s", HEARD_ARG(e->stream));
	snprintf(h->token, sizeof(h->token), "%.*s", HEARD_ARG(e->token));
	to_lines = &h->lines;
	if (e->raw.len)
		assert_int_equal(file_decode(input, e->raw, e->context, NULL, &err), 0);
	bool clashes = poison && h->lines && strstr(h->lines, poison);
	if (e->free_raw)
		e->free_raw(e->free_arg);
	if (!is_manual)
		give(clashes ? -EEXIST : refuse_code);
}

/* ---- helpers */

/* All that can be done now, without waiting. */
static void turn_all(void)
{
	for (int i = 0; i < 10000; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (n_posts == 0)
			return;
		void (*fn)(void *) = posts[0].fn;
		void *arg = posts[0].arg;
		memmove(&posts[0], &posts[1], --n_posts * sizeof(posts[0]));
		fn(arg);
	}
	fail_msg("it never comes to rest");
}

static void rescan(void)
{
	timers[1].fn(timers[1].arg);
	turn_all();
}

static void begin(const char *name, bool follow, int done)
{
	static char path[128];
	struct heard_error err = {0};

	snprintf(path, sizeof(path), "%s%s%s", drop, *name ? "/" : "", name);
	memset(timers, 0, sizeof(timers));
	hold_set = rescan_set = false;
	input = calloc(1, sizeof(*input));
	input->path = path;
	input->channel = "file";
	input->follow = follow;
	input->done = done;
	input->max_line = 300000;
	input->sheet = "";
	input->max_strings = 1 << 20;
	assert_int_equal(file_open(input, NULL, &err), 0);
	assert_int_equal(file_start(input, &err), 0);
	turn_all();
}

/* As a kill: what has no receipt is forgotten. */
static void end(void)
{
	while (n_held > 0) {
		free(held[--n_held].lines);
		free(held[n_held].e.arg);
	}
	file_stop(input, NULL);
	file_close(input);
	free(input);
	input = NULL;
	n_posts = 0;
}

static int setup(void **state)
{
	(void)state;
	snprintf(drop, sizeof(drop), "/tmp/heard-infile-XXXXXX");
	free(taken);
	free(dead);
	taken = dead = NULL;
	n_held = n_kept = n_posts = n_warnings = 0;
	is_paused = is_manual = false;
	refuse_code = 0;
	poison = NULL;
	base = event_base_new();
	return mkdtemp(drop) == NULL;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];

	if (input)
		end();
	event_base_free(base);
	snprintf(command, sizeof(command), "rm -rf '%s'", drop);
	return system(command);
}

static const char *in(const char *name)
{
	static char path[4][160];
	static unsigned at;
	char *p = path[at++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", drop, name);
	return p;
}

static void write_to(const char *name, const char *text, int flags)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void put(const char *name, const char *text)
{
	write_to(name, text, O_TRUNC);
}

static void add_to(const char *name, const char *text)
{
	write_to(name, text, O_APPEND);
}

static void make_old(const char *name)
{
	struct timespec times[2] = {{1000, 0}, {1000, 0}};

	assert_int_equal(utimensat(AT_FDCWD, in(name), times, 0), 0);
}

/* The texts taken, without their source ids. */
static const char *texts(void)
{
	static char out[4096];
	size_t n = 0;

	for (const char *p = taken ? taken : ""; *p && n < sizeof(out) - 1; p++) {
		if (*p == '@')
			p = strchr(p, '\n');
		out[n++] = *p == '\n' ? ' ' : *p;
	}
	out[n] = '\0';
	return out;
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; text && *text; text++)
		n += *text == c;
	return n;
}

static bool exists(const char *name)
{
	return access(in(name), F_OK) == 0;
}

/* ---- tests */

static void files_that_are_there_and_files_that_come_are_read(void **state)
{
	(void)state;
	put("a.ndjson", "1\n2\n");
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "1 2 ");
	put("b.jsonl", "3\n");
	turn_all();
	put(".c.ndjson", "4\n");
	assert_int_equal(rename(in(".c.ndjson"), in("c.ndjson")), 0);
	turn_all();
	assert_string_equal(texts(), "1 2 3 4 ");
	rescan();
	assert_string_equal(texts(), "1 2 3 4 ");
	end();
	begin("", true, DONE_MARK);
	rescan();
	assert_string_equal(texts(), "1 2 3 4 ");
}

static void only_visible_regular_files_of_a_known_format_are_read(void **state)
{
	(void)state;
	put("x.ndjson.tmp", "1\n");
	put("x.part", "1\n");
	put(".x.ndjson", "1\n");
	put("notes.txt", "1\n");
	assert_int_equal(mkdir(in("sub.ndjson"), 0700), 0);
	put("sub.ndjson/x.ndjson", "1\n");
	assert_int_equal(symlink("/etc/passwd", in("link.ndjson")), 0);
	assert_int_equal(mkfifo(in("fifo.ndjson"), 0600), 0);
	begin("", true, DONE_DELETE);
	rescan();
	rescan();
	assert_null(taken);
	assert_int_equal(n_warnings, 3); /* notes, link and fifo: once each */
	assert_true(exists("link.ndjson") && exists("fifo.ndjson") && exists("notes.txt"));
	assert_int_equal(rename(in("notes.txt"), in("notes.json")), 0);
	turn_all();
	assert_string_equal(texts(), "1 ");
}

static void a_kill_loses_and_repeats_nothing(void **state)
{
	(void)state;
	char *big = calloc(1, 3 << 20), *at = big;
	int n = 0;

	while (at - big < (3 << 20) - 64)
		at += sprintf(at, "%d:%050d\n", n++, 0);
	put("a.ndjson", big);
	is_manual = true;
	for (int round = 0; round < 30 && count(taken, '\n') < (size_t)n; round++) {
		begin("", true, DONE_MARK);
		turn_all();
		for (int i = 0; i < round % 4 && n_held; i++)
			give(0);
		turn_all();
		end();
	}
	is_manual = false;
	begin("", true, DONE_MARK);
	assert_int_equal(count(taken, '\n'), n);
	at = taken;
	for (int i = 0; i < n; i++) {
		assert_int_equal(atoi(at), i);
		at = strchr(at, '\n') + 1;
	}
	free(big);
}

static void source_ids_stay_the_same_when_a_line_is_read_again(void **state)
{
	(void)state;
	char *first, *id;

	put("a.ndjson", "one\ntwo\n");
	is_manual = true;
	begin("", true, DONE_MARK);
	assert_int_equal(n_held, 1);
	first = strdup(held[0].lines);
	end();
	begin("", true, DONE_MARK);
	assert_string_equal(held[0].lines, first);
	id = strchr(first, '@');
	assert_non_null(strstr(id, ":0\ntwo@"));
	assert_non_null(strstr(id, ":4\n"));
	free(first);
}

static void what_is_in_flight_is_bounded(void **state)
{
	(void)state;
	char *big = malloc((20 << 20) + 1);

	memset(big, '\n', 20 << 20);
	big[20 << 20] = '\0';
	put("a.ndjson", big);
	free(big);
	is_manual = true;
	begin("", true, DONE_MARK);
	assert_int_equal(n_held, 8);
	give(0);
	turn_all();
	assert_int_equal(n_held, 8);
	is_paused = true;
	give(0);
	turn_all();
	assert_int_equal(n_held, 7);
	is_paused = false;
	file_resume(input);
	turn_all();
	assert_int_equal(n_held, 8);
}

static void a_last_line_without_newline_counts_once_the_writer_is_done(void **state)
{
	(void)state;
	int fd = open(in("a.ndjson"), O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "1\n2", 3), 3);
	begin("", true, DONE_DELETE);
	assert_string_equal(texts(), "1 ");
	rescan();
	assert_string_equal(texts(), "1 "); /* it is still being written */
	assert_true(exists("a.ndjson"));
	assert_int_equal(write(fd, "2\n3", 3), 3);
	rescan();
	assert_string_equal(texts(), "1 22 ");
	close(fd);
	turn_all();
	assert_string_equal(texts(), "1 22 3 ");
	assert_false(exists("a.ndjson"));
	put("b.ndjson", "4");
	make_old("b.ndjson");
	end();
	begin("", true, DONE_DELETE);
	assert_string_equal(texts(), "1 22 3 4 ");
}

static void finished_files_are_moved_or_deleted_after_their_commit(void **state)
{
	(void)state;
	put("a.ndjson", "1\n");
	make_old("a.ndjson");
	is_manual = true;
	begin("", true, DONE_MOVE);
	assert_true(exists("a.ndjson"));
	give(0);
	turn_all();
	assert_false(exists("a.ndjson"));
	assert_true(exists("done/a.ndjson"));
	put("a.ndjson", "2\n"); /* another file of the same name */
	turn_all();
	give(0);
	turn_all();
	assert_false(exists("a.ndjson"));
	assert_true(exists("done/a.ndjson"));
	is_manual = false;
	put("empty.ndjson", "");
	turn_all();
	assert_true(exists("done/empty.ndjson"));
	assert_string_equal(texts(), "1 2 ");
	rescan();
	assert_int_equal(n_kept, 0); /* nothing is remembered of files that are gone */
}

static void a_kill_between_commit_and_deletion_deletes_later(void **state)
{
	(void)state;
	put("a.ndjson", "1\n");
	begin("", true, DONE_MARK);
	end();
	make_old("a.ndjson");
	begin("", true, DONE_DELETE);
	assert_false(exists("a.ndjson"));
	assert_string_equal(texts(), "1 ");
}

static void a_file_written_anew_is_read_from_its_beginning(void **state)
{
	(void)state;
	char *old_id;

	put("a.ndjson", "1\n2\n");
	begin("", true, DONE_MARK);
	old_id = strdup(strchr(taken, '@'));
	put("a.ndjson", "7\n8\n9\n"); /* same inode, longer */
	turn_all();
	assert_string_equal(texts(), "1 2 7 8 9 ");
	*strchr(old_id, '\n') = '\0';
	assert_null(strstr(strstr(taken, "7@"), old_id)); /* another life, other ids */
	put("a.ndjson", "0\n");				  /* shorter */
	turn_all();
	assert_string_equal(texts(), "1 2 7 8 9 0 ");
	free(old_id);
	end();
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "1 2 7 8 9 0 ");
}

static void a_followed_file_grows_and_waits_for_newlines(void **state)
{
	(void)state;
	put("log.ndjson", "1\n2");
	make_old("log.ndjson");
	begin("log.ndjson", true, DONE_MARK);
	assert_string_equal(texts(), "1 ");
	add_to("log.ndjson", "2\n3");
	turn_all();
	assert_string_equal(texts(), "1 22 ");
	add_to("log.ndjson", "\n");
	turn_all();
	put("other.ndjson", "x\n");
	turn_all();
	assert_string_equal(texts(), "1 22 3 ");
	end();
	add_to("log.ndjson", "4\n");
	begin("log.ndjson", true, DONE_MARK);
	assert_string_equal(texts(), "1 22 3 4 ");
}

static void a_rotated_file_is_read_to_its_end_and_then_the_new_one(void **state)
{
	(void)state;
	put("log.ndjson", "1\n");
	begin("log.ndjson", true, DONE_MARK);
	assert_int_equal(rename(in("log.ndjson"), in("log.ndjson.1")), 0);
	add_to("log.ndjson.1", "2\n");
	put("log.ndjson", "3\n");
	turn_all();
	add_to("log.ndjson.1", "4"); /* a writer that has not noticed */
	make_old("log.ndjson.1");
	rescan();
	assert_int_equal(count(taken, '\n'), 4);
	assert_int_equal(strlen(texts()), 8);
	rescan();
	assert_int_equal(n_kept, 1);
	end();
	/* and while we are away */
	add_to("log.ndjson", "5\n");
	assert_int_equal(rename(in("log.ndjson"), in("log.ndjson.1")), 0);
	make_old("log.ndjson.1");
	put("log.ndjson", "6\n");
	begin("log.ndjson", true, DONE_MARK);
	rescan();
	assert_int_equal(count(taken, '\n'), 6);
	assert_int_equal(n_kept, 1);
}

static void a_truncated_followed_file_starts_anew(void **state)
{
	(void)state;
	put("log.ndjson", "1\n2\n");
	begin("log.ndjson", true, DONE_MARK);
	put("log.ndjson", "3\n");
	turn_all();
	put("log.ndjson", "");
	turn_all();
	add_to("log.ndjson", "4\n5\n6\n");
	turn_all();
	assert_string_equal(texts(), "1 2 3 4 5 6 ");
}

static void without_follow_it_stops_at_the_end(void **state)
{
	(void)state;
	put("a.ndjson", "1\n2");
	begin("a.ndjson", false, DONE_MARK);
	assert_string_equal(texts(), "1 2 ");
	assert_false(rescan_set);
}

static void bad_lines_are_dead_letters_with_file_and_number(void **state)
{
	(void)state;
	put("a.ndjson", "\xef\xbb\xbf"
			"1\r\n\n  \nbad\n5\nbad\n");
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "1 5 ");
	assert_string_equal(dead, "'a.ndjson' line 4: not JSON\n'a.ndjson' line 6: not JSON\n");
}

static void a_line_too_long_is_skipped_in_bounded_memory(void **state)
{
	(void)state;
	char *big = malloc((2 << 20) + 1);

	memset(big, 'x', 2 << 20);
	big[290000] = '\n';	   /* long, but allowed */
	big[(2 << 20) - 1] = '\n'; /* far too long */
	big[2 << 20] = '\0';
	put("a.ndjson", "1\n");
	add_to("a.ndjson", big);
	add_to("a.ndjson", "4\n");
	add_to("a.ndjson", big + 290001); /* ends the file */
	assert_int_equal(truncate(in("a.ndjson"), 2 + (2 << 20) + 2 + (2 << 20) - 290002), 0);
	make_old("a.ndjson");
	begin("", true, DONE_MARK);
	assert_int_equal(count(taken, '\n'), 3);
	assert_int_equal(count(dead, '\n'), 2);
	assert_non_null(strstr(dead, "'a.ndjson' line 3: 1807151 bytes"));
	assert_non_null(strstr(dead, "'a.ndjson' line 5: 1807150 bytes"));
	end();
	begin("", true, DONE_MARK);
	assert_int_equal(count(dead, '\n'), 2);
	free(big);
}

static void what_is_refused_for_now_is_sent_again(void **state)
{
	(void)state;
	char *big = calloc(1, 1 << 20), *at = big;
	int n = 0;

	while (at - big < (1 << 20) - 16)
		at += sprintf(at, "%d\n", n++);
	put("a.ndjson", big);
	free(big);
	is_manual = true;
	begin("", true, DONE_MARK);
	assert_int_equal(n_held, 4);
	give(0);
	give(-EAGAIN);
	give(-EAGAIN);
	give(-EAGAIN);
	turn_all();
	assert_int_equal(n_held, 0);
	assert_true(hold_set);
	is_manual = false;
	timers[0].fn(timers[0].arg);
	turn_all();
	assert_int_equal(count(taken, '\n'), n);
	end();
	begin("", true, DONE_MARK);
	assert_int_equal(count(taken, '\n'), n);
}

static void one_line_in_conflict_does_not_take_others_with_it(void **state)
{
	(void)state;
	char *text = NULL;

	for (int i = 0; i < 500; i++)
		append(&text, "%d.\n", i);
	put("a.ndjson", text);
	free(text);
	poison = "333.@";
	begin("", true, DONE_MARK);
	assert_int_equal(count(taken, '\n'), 499);
	assert_string_equal(dead,
			    "'a.ndjson' line 334: the same source_id came with other content "
			    "before\n");
	assert_non_null(strstr(taken, "332.@"));
	assert_non_null(strstr(taken, "499.@"));
}

static void tokens_of_another_folder_are_kept(void **state)
{
	(void)state;
	char away[80];

	put("a.ndjson", "1\n");
	begin("", true, DONE_MARK);
	end();
	/* as if the file system were not mounted for once */
	snprintf(away, sizeof(away), "%s.away", drop);
	assert_int_equal(rename(drop, away), 0);
	assert_int_equal(mkdir(drop, 0700), 0);
	begin("", true, DONE_MARK);
	rescan();
	end();
	assert_int_equal(n_kept, 1);
	assert_int_equal(rmdir(drop), 0);
	assert_int_equal(rename(away, drop), 0);
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "1 ");
	assert_int_equal(unlink(in("a.ndjson")), 0);
	rescan();
	assert_int_equal(n_kept, 0);
}

static void many_small_files_all_arrive(void **state)
{
	(void)state;
	for (int i = 0; i < 400; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d.ndjson", i);
		put(name, "x\n");
	}
	begin("", true, DONE_DELETE);
	for (int i = 0; i < 400; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d.ndjson", i);
		make_old(name);
	}
	rescan();
	assert_int_equal(count(taken, '\n'), 400);
	rescan();
	assert_int_equal(n_kept, 0);
}

/* ---- tables */

static void a_table_goes_on_at_a_row(void **state)
{
	(void)state;
	put("a.csv", "review,rating\n1,5\n\"2\nb");
	begin("", true, DONE_MOVE);
	assert_string_equal(texts(), "1,5 ");
	end();
	add_to("a.csv", "\",4\n3,3");
	begin("", true, DONE_MOVE);
	assert_non_null(strstr(taken, "\"2\nb\",4@3\n"));
	assert_null(strstr(taken, "3,3")); /* it may grow yet */
	make_old("a.csv");
	rescan();
	assert_non_null(strstr(taken, "3,3@5\n"));
	assert_int_equal(count(taken, '@'), 3);
	assert_true(exists("done/a.csv"));
}

static void an_open_quote_costs_one_line(void **state)
{
	(void)state;
	put("a.csv", "review,rating\n1,1\n\"open,1\n2,2\n3,3\n");
	make_old("a.csv");
	begin("", true, DONE_MOVE);
	assert_string_equal(texts(), "1,1 2,2 3,3 ");
	assert_int_equal(count(dead, '\n'), 1);
	assert_non_null(strstr(dead, "'a.csv' line 3: a quote that is never closed"));
	assert_true(exists("done/a.csv"));
}

static void rows_too_long_are_skipped_in_bounded_memory(void **state)
{
	char *big = malloc(1000001);

	(void)state;
	memset(big, 'x', 1000000);
	big[1000000] = '\0';
	put("a.csv", "review,rating\n1,1\n");
	add_to("a.csv", big);
	add_to("a.csv", ",1\n2,2\n");
	make_old("a.csv");
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "1,1 2,2 ");
	assert_int_equal(count(dead, '\n'), 1);
	assert_non_null(strstr(dead, "'a.csv' line 3: 1000003 bytes, longer than max_line"));
	free(big);
}

static void a_table_of_something_else_is_left_until_it_changes(void **state)
{
	(void)state;
	put("a.csv", "colour,size\nred,5\n");
	make_old("a.csv");
	begin("", true, DONE_MOVE);
	rescan();
	assert_int_equal(n_warnings, 1);
	assert_true(exists("a.csv"));
	put("a.csv", "review,rating\nred,5\n");
	make_old("a.csv");
	rescan();
	assert_string_equal(texts(), "red,5 ");
	assert_true(exists("done/a.csv"));
}

/* Rows 2 to n of "N,N". */
static void put_book(const char *name, int n)
{
	static const char book[] = "<w xmlns:r=\"r\"><sheet name=\"a\" r:id=\"i\"/></w>",
			  relations[] = "<r><Relationship Id=\"i\" Type=\"/worksheet\" "
					"Target=\"s.xml\"/></r>";
	zip_t *zip = zip_open(in(name), ZIP_CREATE | ZIP_TRUNCATE, NULL);
	struct heard_buf sheet;

	heard_buf_init(&sheet, 64 << 20);
	heard_buf_puts(&sheet, "<worksheet><row><c t=\"str\"><v>review</v></c>"
			       "<c t=\"str\"><v>rating</v></c></row>");
	for (int i = 2; i <= n; i++)
		heard_buf_printf(&sheet, "<row><c><v>%d</v></c><c><v>%d</v></c></row>", i, i);
	heard_buf_puts(&sheet, "</worksheet>");
	zip_file_add(zip, "xl/workbook.xml", zip_source_buffer(zip, book, sizeof(book) - 1, 0),
		     0);
	zip_file_add(zip, "xl/_rels/workbook.xml.rels",
		     zip_source_buffer(zip, relations, sizeof(relations) - 1, 0), 0);
	zip_file_add(zip, "xl/s.xml", zip_source_buffer(zip, sheet.ptr, sheet.len, 0), 0);
	assert_int_equal(zip_close(zip), 0);
	heard_buf_release(&sheet);
	make_old(name);
}

static void a_workbook_is_read_once_over_kills_and_refusals(void **state)
{
	enum { LAST = 200000 }; /* more than may be in flight: it is open when refused */
	char *at;

	(void)state;
	put_book("a.xlsx", LAST);
	is_manual = true;
	begin("", true, DONE_MOVE);
	assert_true(n_held > 2); /* several pieces */
	give(0);
	end(); /* the others were never committed */
	begin("", true, DONE_MOVE);
	while (n_held > 0)
		give(-EAGAIN);
	timers[0].fn(timers[0].arg);
	turn_all();
	while (n_held > 0) {
		give(0);
		turn_all();
	}
	assert_true(exists("done/a.xlsx"));
	at = taken;
	for (int i = 2; i <= LAST; i++) {
		char row[64];

		snprintf(row, sizeof(row), "%d,%d,%d@", i, i, i);
		assert_true(strncmp(at, row, strlen(row)) == 0);
		at = strchr(at, '\n') + 1;
	}
	assert_true(*at == '\0');
}

static void one_row_in_conflict_does_not_take_others_with_it(void **state)
{
	(void)state;
	char *text = NULL;

	append(&text, "review,rating\n");
	for (int i = 0; i < 500; i++)
		append(&text, "r%d,5\n", i);
	put("a.csv", text);
	free(text);
	make_old("a.csv");
	put_book("b.xlsx", 500);
	poison = "333,5@";
	begin("", true, DONE_MOVE);
	assert_int_equal(count(taken, '\n'), 499 + 499);
	assert_string_equal(dead, "'a.csv' row r333,5: the same source_id came with other "
				  "content before\n");
	assert_true(exists("done/a.csv"));
	assert_true(exists("done/b.xlsx"));
}

static void one_row_of_a_workbook_in_conflict_is_a_dead_letter(void **state)
{
	(void)state;
	put_book("b.xlsx", 500);
	poison = "333,333,333@";
	begin("", true, DONE_MOVE);
	assert_int_equal(count(taken, '\n'), 498);
	assert_string_equal(dead, "'b.xlsx' row 333,333,333: the same source_id came with "
				  "other content before\n");
	assert_true(exists("done/b.xlsx"));
}

static void a_workbook_written_anew_is_read_anew(void **state)
{
	(void)state;
	put_book("a.xlsx", 3);
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "2,2,2 3,3,3 ");
	end();
	begin("", true, DONE_MARK);
	assert_string_equal(texts(), "2,2,2 3,3,3 ");
	assert_int_equal(n_warnings, 0);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	struct file f = {
		.path = in("missing"), .channel = "file", .follow = true, .max_line = 1024};
	struct heard_error err = {0};

	assert_int_equal(file_open(&f, NULL, &err), 0);
	assert_int_equal(file_start(&f, &err), -ENOENT);
	assert_non_null(strstr(err.text, "missing"));
	file_close(&f);
}

static void marks_are_read_back_and_nonsense_is_refused(void **state)
{
	(void)state;
	struct mark m = {1234567890123, 42, 0xdeadbeefcafe, 7, 64, UINT64_MAX}, back;
	char text[MARK_SIZE];
	static const char *const bad[] = {
		"", "1", "2 0 1 0 0 0 0", "1 -1 1 0 0 0 0", "1 0 0 0 0 0 0", "1 0 1 0 0 65 0",
		"x"};

	mark_format(&m, text);
	assert_true(mark_parse(heard_str(text), &back));
	assert_memory_equal(&m, &back, sizeof(m));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mark_parse(heard_str(bad[i]), &back));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(files_that_are_there_and_files_that_come_are_read),
		IN_FOLDER(only_visible_regular_files_of_a_known_format_are_read),
		IN_FOLDER(a_kill_loses_and_repeats_nothing),
		IN_FOLDER(source_ids_stay_the_same_when_a_line_is_read_again),
		IN_FOLDER(what_is_in_flight_is_bounded),
		IN_FOLDER(a_last_line_without_newline_counts_once_the_writer_is_done),
		IN_FOLDER(finished_files_are_moved_or_deleted_after_their_commit),
		IN_FOLDER(a_kill_between_commit_and_deletion_deletes_later),
		IN_FOLDER(a_file_written_anew_is_read_from_its_beginning),
		IN_FOLDER(a_followed_file_grows_and_waits_for_newlines),
		IN_FOLDER(a_rotated_file_is_read_to_its_end_and_then_the_new_one),
		IN_FOLDER(a_truncated_followed_file_starts_anew),
		IN_FOLDER(without_follow_it_stops_at_the_end),
		IN_FOLDER(bad_lines_are_dead_letters_with_file_and_number),
		IN_FOLDER(a_line_too_long_is_skipped_in_bounded_memory),
		IN_FOLDER(what_is_refused_for_now_is_sent_again),
		IN_FOLDER(one_line_in_conflict_does_not_take_others_with_it),
		IN_FOLDER(tokens_of_another_folder_are_kept),
		IN_FOLDER(many_small_files_all_arrive),
		IN_FOLDER(a_table_goes_on_at_a_row),
		IN_FOLDER(an_open_quote_costs_one_line),
		IN_FOLDER(rows_too_long_are_skipped_in_bounded_memory),
		IN_FOLDER(a_table_of_something_else_is_left_until_it_changes),
		IN_FOLDER(a_workbook_is_read_once_over_kills_and_refusals),
		IN_FOLDER(one_row_in_conflict_does_not_take_others_with_it),
		IN_FOLDER(one_row_of_a_workbook_in_conflict_is_a_dead_letter),
		IN_FOLDER(a_workbook_written_anew_is_read_anew),
		IN_FOLDER(a_folder_that_is_not_there_is_an_error),
		IN_FOLDER(marks_are_read_back_and_nonsense_is_refused),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(taken);
	free(dead);
	return failed;
}
