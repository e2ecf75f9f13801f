/*
 * test_output_file.c - the lines of every acknowledged batch are in the file once,
 * whatever happened between two saves.
 *
 * The plugin is included whole, with the host's functions replaced by a small
 * one of ours: batches are texts, promises are counted, and the test is the loop.
 * A crash is simulated by forgetting the instance without stopping it, and by
 * restoring the files as they were at some moment.
 */
/* Before the first header: the tag of the struct is renamed with the constant. */
#define heard_plugin output_file_plugin

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

/* ---- a host of our own */

struct heard_batch { /* `n` lines, the first numbered `seq` */
	struct heard_str lines;
	size_t n;
	uint64_t seq;
	bool is_retry;
};

struct heard_delivery {
	enum heard_outcome outcome;
	int finished;
	size_t duplicates;
};

static char test_folder[64], state[80], out_path[96];
static int64_t now_ms, clock_is_ms; /* a date; the monotonic clock */
static int posts, timers_set, gathers;
static void (*posted)(void *);
static void *posted_arg;

#define heard_batch_size(b)	     ((b)->n)
#define heard_batch_seq(b, i)	     ((b)->seq + (i))
#define heard_batch_lines(b)	     ((b)->lines)
#define heard_batch_is_retry(b)	     ((b)->is_retry)
#define heard_batch_line	     fake_line
#define heard_delivery_set	     fake_set
#define heard_delivery_finish	     fake_finish
#define heard_claim(host, path, err) (0)
#define heard_post		     fake_post
#define heard_log		     fake_log
#define heard_now(host)		     (now_ms)
#define heard_zone(host)	     (NULL)
#define heard_zone_offset(zone, t)   ((int64_t)8 * 3600 * 1000)
#define heard_state_folder(host)     (state)
#define heard_output_window(...)     ((void)0)
#define heard_timer_create(h, fn, a) fake_timer_create(fn, a)
#define heard_timer_set		     fake_timer_set
#define heard_timer_clear(t)	     ((void)(t))
#define heard_timer_destroy	     free
#define heard_done(d)		     ((void)(d))
#define clock_gettime		     fake_clock_gettime

static void fake_log(struct heard_host *unused, enum heard_level level, const char *format, ...)
{
	(void)unused;
	(void)level;
	(void)format;
}

static struct heard_str fake_line(const struct heard_batch *b, size_t i)
{
	struct heard_str rest = b->lines;
	const char *end;

	for (;;) {
		end = memchr(rest.ptr, '\n', rest.len);
		if (i-- == 0)
			return heard_str_n(rest.ptr, (size_t)(end - rest.ptr));
		rest = heard_str_skip(rest, (size_t)(end - rest.ptr) + 1);
	}
}

static void fake_set(struct heard_delivery *d, size_t i, enum heard_outcome o, const char *why)
{
	(void)why;
	assert_int_equal(o, HEARD_DUPLICATE);
	assert_int_equal(i, d->duplicates++);
}

static void fake_finish(struct heard_delivery *d, enum heard_outcome o, int64_t ms,
			const char *why)
{
	(void)ms;
	(void)why;
	d->outcome = o;
	d->finished++;
}

static void fake_post(struct heard_host *host, void (*fn)(void *), void *arg)
{
	(void)host;
	posts++;
	posted = fn;
	posted_arg = arg;
}

static int fake_clock_gettime(clockid_t clock, struct timespec *t)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*t = (struct timespec){.tv_sec = clock_is_ms / 1000,
			       .tv_nsec = clock_is_ms % 1000 * 1000000};
	return 0;
}

struct heard_timer {
	void (*fn)(void *);
	void *arg;
};

static struct heard_timer *fake_timer_create(void (*fn)(void *), void *arg)
{
	struct heard_timer *t = malloc(sizeof(*t));

	*t = (struct heard_timer){fn, arg};
	return t;
}

/* The one that gathers is as good as posted: turn() is its time. */
static void fake_timer_set(struct heard_timer *t, int64_t ms);

#include "output/file/file.c"
#include "output/file/position.c"
#include "output/file/target.c"

static void fake_timer_set(struct heard_timer *t, int64_t ms)
{
	if (t->fn != file_flush_posted) {
		timers_set++;
		return;
	}
	assert_in_range(ms, 1, GATHER_MS);
	gathers++;
	posted = t->fn;
	posted_arg = t->arg;
}

/* ---- helpers */

static struct heard_host *const host = (struct heard_host *)&now_ms;
static struct heard_error err;

static int folder_make(void **unused)
{
	(void)unused;
	snprintf(test_folder, sizeof(test_folder), "/tmp/heard-outfile-XXXXXX");
	if (mkdtemp(test_folder) == NULL)
		return -1;
	snprintf(state, sizeof(state), "%s/state", test_folder);
	snprintf(out_path, sizeof(out_path), "%s/out.ndjson", test_folder);
	now_ms = 1000;
	posts = timers_set = gathers = 0;
	clock_is_ms = 1000;
	return mkdir(state, 0700);
}

static int folder_remove(void **unused)
{
	(void)unused;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", test_folder);
	return system(command);
}

static struct file *begin_with(int64_t rotate_size, int compress)
{
	struct file *f = calloc(1, sizeof(*f));

	memset(&err, 0, sizeof(err));
	f->path = out_path;
	f->rotate = rotate_size;
	f->compress = compress;
	assert_int_equal(file_open(f, host, &err), 0);
	if (file_start(f, &err) != 0) {
		file_close(f);
		free(f);
		return NULL;
	}
	return f;
}

static struct file *begin(void)
{
	return begin_with(0, 0);
}

/* As a kill does: descriptors close, nothing else happens. */
static void crash(struct file *f)
{
	file_close(f);
	free(f);
}

static void end(struct file *f)
{
	file_stop(f, NULL);
	crash(f);
}

static void turn(void)
{
	void (*fn)(void *) = posted;

	posted = NULL;
	if (fn)
		fn(posted_arg);
}

static enum heard_outcome put(struct file *f, uint64_t seq, const char *lines)
{
	struct heard_batch b = {heard_str(lines), 0, seq, false};
	struct heard_delivery d = {0};

	for (const char *p = lines; *p; p++)
		b.n += *p == '\n';
	file_write(f, &b, &d);
	assert_int_equal(d.finished, 0);
	turn();
	assert_true(d.finished <= 1);
	if (d.finished == 0) { /* held: the test is over with this batch */
		f->n_pending = 0;
		return 0;
	}
	return d.outcome;
}

static const char *slurp(const char *file)
{
	static char text[65536];
	int fd = open(file, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? NULL : text;
}

static void append_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT, 0600);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static uint64_t position_of(struct file *f)
{
	uint64_t seq;

	assert_int_equal(file_position(f, &seq, &err), 0);
	return seq;
}

static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

/* ---- tests */

static void lines_are_copied_and_the_position_kept(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct stat st;

	assert_int_equal(position_of(f), 0);
	assert_int_equal(put(f, 1, "a\nb\n"), HEARD_DELIVERED);
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\nc\n");
	assert_int_equal(position_of(f), 3);
	crash(f);
	f = begin();
	assert_int_equal(position_of(f), 3);
	assert_int_equal(put(f, 4, "k\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\nc\nk\n");
	assert_int_equal(stat(out_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	end(f);
}

static void batches_of_one_turn_share_one_flush(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct heard_batch b[3] = {{HEARD_STR("a\n"), 1, 1, false},
				   {HEARD_STR("b\n"), 1, 2, false},
				   {HEARD_STR("c\n"), 1, 3, false}};
	struct heard_delivery d[3] = {0};
	uint64_t generation = f->positions.generation;

	for (int i = 0; i < 3; i++)
		file_write(f, &b[i], &d[i]);
	assert_int_equal(posts, 1);
	turn();
	assert_int_equal(f->positions.generation, generation + 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(d[i].finished, 1);
		assert_int_equal(d[i].outcome, HEARD_DELIVERED);
	}
	assert_string_equal(slurp(out_path), "a\nb\nc\n");
	end(f);
}

static void small_flushes_keep_apart(void **unused)
{
	(void)unused;
	static char large[GATHER_BYTES + 1];
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	assert_int_equal(posts, 1); /* the first waits for nothing */
	assert_int_equal(gathers, 0);
	clock_is_ms += GATHER_MS - 1;
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	assert_int_equal(posts, 1);
	assert_int_equal(gathers, 1);
	memset(large, 'x', GATHER_BYTES);
	large[GATHER_BYTES - 1] = '\n';
	assert_int_equal(put(f, 3, large), HEARD_DELIVERED);
	assert_int_equal(posts, 2);
	clock_is_ms += GATHER_MS;
	assert_int_equal(put(f, 4, "d\n"), HEARD_DELIVERED);
	assert_int_equal(posts, 3);
	assert_int_equal(gathers, 1);
	end(f);
}

/* A stop does not wait for the timer, and nothing fires after it. */
static void a_stop_writes_what_was_gathered(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct heard_batch batch = {HEARD_STR("b\n"), 1, 2, false};
	struct heard_delivery delivery = {0};

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	file_write(f, &batch, &delivery);
	assert_int_equal(gathers, 1);
	assert_int_equal(delivery.finished, 0);
	end(f);
	assert_int_equal(delivery.finished, 1);
	assert_int_equal(delivery.outcome, HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\n");
}

static void what_was_written_but_not_saved_is_cut_off(void **unused)
{
	(void)unused;
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	crash(f);
	append_to(out_path, "b\n{\"half");
	f = begin();
	assert_string_equal(slurp(out_path), "a\n");
	assert_int_equal(position_of(f), 1);
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\n");
	end(f);
}

static void a_torn_slot_leaves_the_one_before(void **unused)
{
	(void)unused;
	struct file *f = begin();
	uint64_t generation;
	int fd;

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	generation = f->positions.generation;
	fd = open(f->positions.path, O_WRONLY);
	assert_int_equal(pwrite(fd, "torn", 4, (off_t)(generation % 2 * 4096 + 30)), 4);
	close(fd);
	crash(f);
	f = begin();
	assert_int_equal(position_of(f), 1);
	assert_string_equal(slurp(out_path), "a\n");
	end(f);
}

static void two_unreadable_slots_are_refused(void **unused)
{
	(void)unused;
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	crash(f);
	run("printf x | dd of=%s/position bs=1 seek=20 conv=notrunc status=none", state);
	run("printf x | dd of=%s/position bs=1 seek=4116 conv=notrunc status=none", state);
	assert_null(begin());
	assert_non_null(strstr(err.text, "damaged"));
	assert_string_equal(slurp(out_path), "a\n");
}

static void records_that_are_in_the_file_are_not_written_again(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct heard_batch b = {HEARD_STR("b\nc\n"), 2, 2, false};
	struct heard_delivery d = {0};

	assert_int_equal(put(f, 1, "a\nb\n"), HEARD_DELIVERED);
	file_write(f, &b, &d);
	turn();
	assert_int_equal(d.outcome, HEARD_DELIVERED);
	assert_int_equal(d.duplicates, 1);
	assert_string_equal(slurp(out_path), "a\nb\nc\n");
	end(f);
}

static void a_retried_record_is_written_though_later_ones_are_there(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct heard_batch b = {HEARD_STR("b\n"), 1, 2, true};
	struct heard_delivery d = {0};

	assert_int_equal(put(f, 5, "a\n"), HEARD_DELIVERED);
	file_write(f, &b, &d);
	turn();
	assert_int_equal(d.outcome, HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\n");
	assert_int_equal(position_of(f), 5);
	end(f);
}

static void a_file_that_was_cut_is_refused(void **unused)
{
	(void)unused;
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\nb\nc\n"), HEARD_DELIVERED);
	crash(f);
	assert_int_equal(truncate(out_path, 2), 0);
	assert_null(begin());
	assert_non_null(strstr(err.text, "cut"));
	assert_string_equal(slurp(out_path), "a\n");
	/* and so is one of the right length that holds something else */
	append_to(out_path, "XXXXXX");
	assert_null(begin());
	assert_string_equal(slurp(out_path), "a\nXXXXXX");
}

static void a_file_that_was_moved_away_is_begun_anew(void **unused)
{
	(void)unused;
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	run("mv %s %s.old", out_path, out_path);
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "b\n");
	crash(f);
	run("mv %s %s.older", out_path, out_path);
	f = begin();
	assert_int_equal(position_of(f), 2);
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "c\n");
	end(f);
}

static void a_file_from_before_is_gone_on_with(void **unused)
{
	(void)unused;
	append_to(out_path, "old\n");
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "old\na\n");
	end(f);
	run("rm -r %s/position; truncate -s -1 %s", state, out_path);
	assert_null(begin());
	assert_non_null(strstr(err.text, "whole line"));
}

static void a_restored_copy_is_the_same_file(void **unused)
{
	(void)unused;
	struct file *f = begin();

	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	end(f);
	run("cp %s %s.copy && mv %s.copy %s", out_path, out_path, out_path, out_path);
	f = begin();
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\n");
	end(f);
}

static void two_outputs_cannot_share_a_file(void **unused)
{
	(void)unused;
	struct file *f = begin();
	char mine[80];

	memcpy(mine, state, sizeof(state));
	snprintf(state, sizeof(state), "%s/other", test_folder);
	assert_int_equal(mkdir(state, 0700), 0);
	assert_null(begin());
	assert_non_null(strstr(err.text, "another output"));
	memcpy(state, mine, sizeof(state));
	end(f);
}

static void what_is_no_regular_file_is_refused(void **unused)
{
	(void)unused;
	assert_int_equal(mkfifo(out_path, 0600), 0);
	assert_null(begin());
	assert_non_null(strstr(err.text, "regular"));
}

static void rotation_numbers_the_old_file(void **unused)
{
	(void)unused;
	struct file *f = begin_with(4, 0);
	char rotated[128];

	assert_int_equal(put(f, 1, "a\nb\n"), HEARD_DELIVERED);
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "c\n");
	snprintf(rotated, sizeof(rotated), "%s.000000", out_path);
	assert_string_equal(slurp(rotated), "a\nb\n");
	append_to(out_path, "junk");
	crash(f);
	snprintf(rotated, sizeof(rotated), "%s.000001", out_path);
	append_to(rotated, "somebody else's");
	f = begin_with(2, 0);
	assert_string_equal(slurp(out_path), "c\n");
	assert_int_equal(put(f, 4, "k\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(rotated), "somebody else's");
	snprintf(rotated, sizeof(rotated), "%s.000002", out_path);
	assert_string_equal(slurp(rotated), "c\n");
	end(f);
}

static void a_rotation_that_was_cut_short_is_finished(void **unused)
{
	(void)unused;
	for (int step = 0; step < 3; step++) {
		struct file *f = begin_with(4, 0);
		struct position plan;
		char rotated[128];

		assert_int_equal(put(f, (uint64_t)step * 10 + 1, "a\nb\n"), HEARD_DELIVERED);
		plan = f->position;
		assert_int_equal(target_plan_rotation(&f->target, &plan, &err), 0);
		assert_int_equal(position_save(&f->positions, &plan, &err), 0);
		snprintf(rotated, sizeof(rotated), "%s.%06d", out_path, step);
		if (step > 0) /* killed behind the rename */
			assert_int_equal(rename(out_path, rotated), 0);
		if (step > 1) /* and behind the making of the new file */
			append_to(out_path, "");
		crash(f);
		f = begin_with(4, 0);
		assert_string_equal(slurp(rotated), "a\nb\n");
		assert_string_equal(slurp(out_path), "");
		assert_int_equal(position_of(f), (uint64_t)step * 10 + 2);
		end(f);
	}
}

static void a_day_that_ends_rotates(void **unused)
{
	(void)unused;
	struct file *f = begin();
	char rotated[128];

	f->rotate_every = 24 * 3600 * 1000;
	now_ms = 15LL * 3600 * 1000; /* 23:00 in the zone */
	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	now_ms += 59LL * 60 * 1000;
	assert_int_equal(put(f, 2, "b\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "a\nb\n");
	now_ms += 60 * 1000;
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	assert_string_equal(slurp(out_path), "c\n");
	snprintf(rotated, sizeof(rotated), "%s.000000", out_path);
	assert_string_equal(slurp(rotated), "a\nb\n");
	end(f);
}

static void a_full_disk_holds_the_batch_until_there_is_room(void **unused)
{
	(void)unused;
	struct rlimit was, small = {8300, 8300};
	struct file *f = begin();
	struct heard_batch b;
	struct heard_delivery d = {0};
	char *big = malloc(9001);

	memset(big, 'x', 9000);
	big[8999] = '\n';
	b = (struct heard_batch){heard_str_n(big, 9000), 1, 2, false};
	assert_int_equal(put(f, 1, "a\n"), HEARD_DELIVERED);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	file_write(f, &b, &d);
	turn();
	assert_int_equal(d.finished, 0);
	assert_int_equal(timers_set, 1);
	assert_string_equal(slurp(out_path), "a\n"); /* the partial tail is gone */
	file_flush_again(f);
	assert_int_equal(timers_set, 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	file_flush_again(f);
	assert_int_equal(d.outcome, HEARD_DELIVERED);
	assert_int_equal(strlen(slurp(out_path)), 9002);
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	end(f);
	free(big);
}

static void stop_hands_back_what_cannot_be_written(void **unused)
{
	(void)unused;
	struct file *f = begin();
	struct heard_batch b = {HEARD_STR("a\n"), 1, 1, false};
	struct heard_delivery d = {0};

	target_close(&f->target);
	assert_int_equal(unlink(out_path), 0);
	assert_int_equal(mkdir(out_path, 0700), 0);
	file_write(f, &b, &d);
	turn();
	assert_int_equal(d.finished, 0);
	end(f);
	assert_int_equal(d.finished, 1);
	assert_int_equal(d.outcome, HEARD_RETRY);
}

static size_t unpack(char *text, size_t size)
{
	static char packed[65536];
	int fd = open(out_path, O_RDONLY);
	ssize_t n = read(fd, packed, sizeof(packed));
	size_t plain;

	close(fd);
	plain = ZSTD_decompress(text, size - 1, packed, (size_t)n);
	assert_false(ZSTD_isError(plain));
	text[plain] = '\0';
	return plain;
}

static void zstd_frames_survive_a_cut(void **unused)
{
	(void)unused;
	struct file *f = begin_with(0, 1);
	char text[256];

	assert_int_equal(put(f, 1, "a\nb\n"), HEARD_DELIVERED);
	assert_int_equal(put(f, 3, "c\n"), HEARD_DELIVERED);
	crash(f);
	append_to(out_path, "half a frame");
	f = begin_with(0, 1);
	assert_int_equal(put(f, 4, "k\n"), HEARD_DELIVERED);
	end(f);
	unpack(text, sizeof(text));
	assert_string_equal(text, "a\nb\nc\nk\n");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(lines_are_copied_and_the_position_kept),
		IN_FOLDER(batches_of_one_turn_share_one_flush),
		IN_FOLDER(small_flushes_keep_apart),
		IN_FOLDER(a_stop_writes_what_was_gathered),
		IN_FOLDER(what_was_written_but_not_saved_is_cut_off),
		IN_FOLDER(a_torn_slot_leaves_the_one_before),
		IN_FOLDER(two_unreadable_slots_are_refused),
		IN_FOLDER(records_that_are_in_the_file_are_not_written_again),
		IN_FOLDER(a_retried_record_is_written_though_later_ones_are_there),
		IN_FOLDER(a_file_that_was_cut_is_refused),
		IN_FOLDER(a_file_that_was_moved_away_is_begun_anew),
		IN_FOLDER(a_file_from_before_is_gone_on_with),
		IN_FOLDER(a_restored_copy_is_the_same_file),
		IN_FOLDER(two_outputs_cannot_share_a_file),
		IN_FOLDER(what_is_no_regular_file_is_refused),
		IN_FOLDER(rotation_numbers_the_old_file),
		IN_FOLDER(a_rotation_that_was_cut_short_is_finished),
		IN_FOLDER(a_day_that_ends_rotates),
		IN_FOLDER(a_full_disk_holds_the_batch_until_there_is_room),
		IN_FOLDER(stop_hands_back_what_cannot_be_written),
		IN_FOLDER(zstd_frames_survive_a_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
