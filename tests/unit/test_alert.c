/*
 * test_alert.c - the output `alert` around its statistics: quiet hours, the outbox,
 * the snapshot, the spool.
 */
#define heard_log test_log
#define heard_now test_now
#include "output/alert/outbox.c"
#include "output/alert/quiet.c"
#include "output/alert/snapshot.c"
#include "output/alert/spool.c"
#undef heard_log
#undef heard_now

#include "watch_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <watch/watch.h>

#include <cmocka.h>

static struct {
	int64_t now;
	int n_logged, n_sent;
	char texts[16][1024], ids[16][96];
	void (*done)(void *, enum heard_outcome, int64_t, const char *);
	void *done_arg;
	enum heard_outcome answer; /* 0: later */
	struct outbox *box;
	char folder[64];
} t;

void test_log(struct heard_host *host, enum heard_level level, const char *format, ...);
void test_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host, (void)level, (void)format;
	t.n_logged++;
}

int64_t test_now(const struct heard_host *host);
int64_t test_now(const struct heard_host *host)
{
	(void)host;
	return t.now;
}

static void on_send(void *arg, const struct hook_message *m,
		    void (*done)(void *, enum heard_outcome, int64_t, const char *),
		    void *done_arg)
{
	(void)arg;
	assert_true(t.n_sent < 16);
	snprintf(t.texts[t.n_sent], sizeof(t.texts[0]), "%.*s", HEARD_ARG(m->text));
	snprintf(t.ids[t.n_sent++], sizeof(t.ids[0]), "%.*s", HEARD_ARG(m->id));
	t.done = done;
	t.done_arg = done_arg;
	if (t.answer)
		done(done_arg, t.answer, 0, t.answer == HEARD_DELIVERED ? NULL : "HTTP 500");
}

static void open_box(const char *quiet, unsigned per_hour)
{
	struct outbox_options o = {.per_hour = per_hour, .send = on_send, .is_en = true};
	assert_int_equal(quiet_parse(quiet, &o.quiet, NULL), 0);
	t.box = outbox_create(&o);
	assert_non_null(t.box);
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.answer = HEARD_DELIVERED;
	t.now = 1767567600000; /* 2026-01-04T23:00Z */
	snprintf(t.folder, sizeof(t.folder), "/tmp/heard-alert-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	return 0;
}

static int teardown(void **state)
{
	char command[128];
	(void)state;
	outbox_destroy(t.box);
	snprintf(command, sizeof(command), "rm -rf '%s'", t.folder);
	return system(command) == 0 ? 0 : -1;
}

static void add(const char *id, const char *text, bool is_high)
{
	struct outbox_message m = {.id = heard_str(id),
				   .event = HEARD_STR_OF("alert.opened"),
				   .text = heard_str(text),
				   .line = HEARD_STR_OF("{}"),
				   .at = t.now,
				   .is_high = is_high};
	outbox_add(t.box, &m);
}

static void quiet_hours_are_read_and_go_over_midnight(void **state)
{
	static const char *const bad[] = {"22-8",	  "22:00", "25:00-08:00", "22:61-08:00",
					  "22:00-08:00x", "-",	   "22:00 08:00"};
	struct quiet q;
	struct heard_error err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_true(quiet_parse(bad[i], &q, &err) < 0);
	assert_int_equal(quiet_parse("22:00-08:00", &q, &err), 0);
	assert_true(quiet_is(&q, NULL, t.now));
	assert_true(quiet_is(&q, NULL, t.now + 8 * (int64_t)HOUR_MS));
	assert_false(quiet_is(&q, NULL, t.now + 9 * (int64_t)HOUR_MS));
	assert_false(quiet_is(&q, NULL, t.now - (int64_t)HOUR_MS - 1));
	assert_int_equal(quiet_parse("", &q, &err), 0);
	assert_false(quiet_is(&q, NULL, t.now));
}

static void only_high_ones_disturb_and_the_others_come_as_one(void **state)
{
	(void)state;
	open_box("22:00-08:00", 10);
	add("a", "first\nmore", false);
	add("b", "second", false);
	add("c", "urgent", true);
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 1);
	assert_string_equal(t.texts[0], "urgent");
	t.now += 10 * (int64_t)HOUR_MS;
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 2);
	assert_non_null(strstr(t.texts[1], "2 alerts"));
	assert_non_null(strstr(t.texts[1], "first"));
	assert_null(strstr(t.texts[1], "more"));
	assert_int_equal(outbox_size(t.box), 0);
}

static void the_hour_has_a_cap(void **state)
{
	(void)state;
	open_box("", 2);
	for (int i = 0; i < 5; i++)
		add("x", "text", false);
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 2);
	outbox_pump(t.box, t.now + 1000);
	assert_int_equal(t.n_sent, 2);
	t.now += HOUR_MS + 1;
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 3);
	assert_non_null(strstr(t.texts[2], "3 alerts"));
}

static void a_failure_is_tried_again_with_the_same_id(void **state)
{
	(void)state;
	open_box("", 10);
	t.answer = HEARD_RETRY;
	add("same", "text", false);
	outbox_pump(t.box, t.now);
	outbox_pump(t.box, t.now + 1000);
	assert_int_equal(t.n_sent, 1);
	t.now += FIRST_MS;
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 2);
	assert_string_equal(t.ids[1], "same");
	outbox_pump(t.box, t.now + FIRST_MS);
	assert_int_equal(t.n_sent, 2);
	t.answer = HEARD_REFUSED;
	t.now += 2 * FIRST_MS;
	outbox_pump(t.box, t.now);
	assert_int_equal(outbox_size(t.box), 0);
}

static void the_outbox_is_bounded_and_keeps_high_ones(void **state)
{
	(void)state;
	open_box("22:00-08:00", 1000);
	add("high", "high", true);
	for (int i = 0; i < MESSAGES + 5; i++)
		add("low", "low", false);
	assert_int_equal(outbox_size(t.box), MESSAGES);
	assert_int_equal(t.n_logged, 6);
	outbox_pump(t.box, t.now);
	assert_int_equal(t.n_sent, 1);
	assert_string_equal(t.ids[0], "high");
}

static void what_was_learned_survives(void **state)
{
	char path[128];
	struct heard_error err = {0};
	struct watch *w = make_watch(NULL, NULL), *again = make_watch(NULL, NULL);
	struct sighting r = {.product = HEARD_STR_OF("充电宝"), .is_bad = true};
	(void)state;
	snprintf(path, sizeof(path), "%s/learned", t.folder);
	open_box("22:00-08:00", 10);
	assert_int_equal(snapshot_load(path, w, t.box, &err), -ENOENT);
	for (int i = 0; i < 3; i++)
		watch_add(w, &r, t.now + i);
	w->state->incidents[0] = (struct incident){.cause = BY_COUNT,
						   .series = SERIES - 1,
						   .like = UINT64_MAX,
						   .onset = t.now,
						   .ratio = 1.0 / 3,
						   .is_high = true};
	w->state->series[FIRST_PRODUCT + 1].base.cells[7].weeks = 0.1F;
	add("kept", "text", false);
	assert_int_equal(snapshot_save(path, w, t.box, &err), 0);
	outbox_destroy(t.box);
	open_box("", 10);
	assert_int_equal(snapshot_load(path, again, t.box, &err), 0);
	assert_int_equal(outbox_size(t.box), 1);
	assert_memory_equal(again->state, w->state, sizeof(*w->state));
	assert_int_equal(watch_open(again), 1);
	outbox_pump(t.box, t.now);
	assert_string_equal(t.ids[0], "kept");
	watch_destroy(w);
	watch_destroy(again);
}

/* Any byte that is wrong, and any length: told, and nothing is changed. */
static void a_damaged_snapshot_is_not_used(void **state)
{
	char path[128];
	struct heard_error err = {0};
	struct watch *w = make_watch(NULL, NULL);
	struct sighting r = {.is_bad = true};
	(void)state;
	snprintf(path, sizeof(path), "%s/learned", t.folder);
	open_box("", 10);
	watch_add(w, &r, t.now);
	assert_int_equal(snapshot_save(path, w, t.box, &err), 0);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at += at < 128 ? 1 : st.st_size / 37) {
		int fd = open(path, O_RDWR | O_CLOEXEC);
		unsigned char byte, other;
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		other = byte ^ 0x41;
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		assert_int_equal(snapshot_load(path, w, t.box, &err), -EBADMSG);
		assert_non_null(strstr(err.text, "damaged"));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
	}
	assert_int_equal(snapshot_load(path, w, t.box, &err), 0);
	for (off_t size = st.st_size - 1; size > 0; size /= 3) {
		assert_int_equal(truncate(path, size), 0);
		assert_int_equal(snapshot_load(path, w, t.box, &err), -EBADMSG);
	}
	watch_destroy(w);
}

/* Writes these lines as a snapshot that is whole, and reads it. */
static int load_lines(const char *const *lines, struct watch *w)
{
	char path[128];
	struct heard_error err = {0};
	snprintf(path, sizeof(path), "%s/lines", t.folder);
	struct writer out = {.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
	heard_buf_init(&out.line, LINE_MOST);
	crypto_generichash_init(&out.hash, NULL, 0, HASH);
	for (; *lines; lines++) {
		heard_buf_puts(&out.line, *lines);
		put_line(&out, &out.line);
	}
	put_end(&out);
	assert_int_equal(out.result, 0);
	close(out.fd);
	heard_buf_release(&out.line);
	return snapshot_load(path, w, t.box, &err);
}

#define WATCH_LINE                                            \
	"{\"what\":\"watch\",\"slot\":5900000,\"last_id\":3," \
	"\"like_key\":\"000102030405060708090a0b0c0d0e0f\"}"

/* Members come and go with versions, and their number with what is kept. */
static void what_is_absent_is_zero_and_what_is_unknown_is_passed_over(void **state)
{
	static const char *const lines[] = {
		WATCH_LINE,
		"{\"what\":\"series\",\"number\":0,\"kind\":\"all\",\"since\":7,"
		"\"slots\":[[1,1],0,[5,4,3,2,0.5,0.25,2.5,99,98]],\"charts\":[[1.5,6]],"
		"\"later\":[{}],\"base\":{\"n\":8.5,\"cells\":[0,[1,2]]}}",
		"{\"what\":\"message\",\"id\":\"m\",\"text\":\"x\"}", NULL};
	struct watch *w = make_watch(NULL, NULL);
	const struct series *s;
	(void)state;
	open_box("", 10);
	assert_int_equal(load_lines(lines, w), 0);
	s = &w->state->series[0];
	assert_int_equal(s->since, 7);
	assert_int_equal(s->slots[(5900000 - 2) % SLOTS].bad, 1);
	assert_int_equal(s->slots[5900000 % SLOTS].told_n, 3);
	assert_true(s->slots[5900000 % SLOTS].usual_bad == 2.5F);
	assert_true(s->charts[0].sum == 1.5 && s->base.n == 8.5);
	assert_true(s->base.cells[1].bad == 2 && s->base.cells[1].weeks == 0);
	assert_int_equal(outbox_size(t.box), 1);
	watch_destroy(w);
}

static void lines_that_cannot_be_meant_are_refused(void **state)
{
#define SERIES_LINE(number, kind, more) \
	"{\"what\":\"series\",\"number\":" number ",\"kind\":\"" kind "\",\"since\":1" more "}"
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"what\":\"else\"}",
		SERIES_LINE("-1", "all", ""),
		SERIES_LINE("323", "product", ""),
		SERIES_LINE("1", "product", ""),
		SERIES_LINE("0", "all", ",\"last\":\"x\""),
		SERIES_LINE("0", "all", ",\"hour_n\":-1"),
		SERIES_LINE("0", "all", ",\"slots\":[1]"),
		SERIES_LINE("0", "all", ",\"slots\":[[4294967296]]"),
		SERIES_LINE("0", "all", ",\"slots\":[[1,1,1,1,1e300]]"),
		SERIES_LINE("0", "all", ",\"base\":{\"cells\":[[null]]}"),
		SERIES_LINE("0", "all",
			    ",\"name\":\"0123456789012345678901234567890123456789"
			    "012345678901234567890123\""),
		"{\"what\":\"incident\",\"cause\":\"fire\"}",
		"{\"what\":\"incident\",\"cause\":\"count\",\"series\":323}",
		"{\"what\":\"watch\",\"slot\":-1,\"like_key\":\"00\"}",
	};
	struct watch *w = make_watch(NULL, NULL);
	(void)state;
	assert_int_equal(SERIES, 323);
	open_box("", 10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *const lines[] = {WATCH_LINE, bad[i], NULL};
		if (load_lines(lines, w) != -EBADMSG)
			fail_msg("%s is taken", bad[i]);
	}
	assert_int_equal(w->state->slot, 0);
	watch_destroy(w);
}

static void warnings_go_through_the_spool_in_order(void **state)
{
	struct heard_error err = {0};
	struct spooled s;
	struct warning one = {
		.text = HEARD_STR_OF("起火 \"x\"\n"), .product = HEARD_STR_OF("p"), .at = 2};
	struct warning two = {.text = HEARD_STR_OF("later"), .at = 10};
	(void)state;
	assert_int_equal(spool_next(t.folder, "", &s, &err), 0);
	assert_int_equal(spool_put(t.folder, &two, &err), 0);
	assert_int_equal(spool_put(t.folder, &one, &err), 0);
	assert_int_equal(spool_next(t.folder, "", &s, &err), 1);
	assert_true(heard_str_eq(s.warning.text, one.text));
	assert_true(heard_str_is(s.warning.product, "p"));
	assert_int_equal(s.warning.at, 2);
	char first[sizeof(s.name)];
	memcpy(first, s.name, sizeof(first));
	assert_int_equal(spool_next(t.folder, first, &s, &err), 1);
	assert_true(heard_str_is(s.warning.text, "later"));
	assert_int_equal(spool_next(t.folder, s.name, &s, &err), 0);
	spool_remove(t.folder, first);
	assert_int_equal(spool_next(t.folder, "", &s, &err), 1);
	assert_true(heard_str_is(s.warning.text, "later"));
	spool_remove(t.folder, s.name);
	assert_int_equal(spool_next(t.folder, "", &s, &err), 0);
}

static void what_is_no_warning_leaves_the_spool(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{\"at\":1}",
					  "{\"at\":\"x\",\"text\":\"y\"}"};
	struct heard_error err = {0};
	struct spooled s;
	char path[128];
	(void)state;
	snprintf(path, sizeof(path), "%s/raised", t.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/raised/1.json", t.folder);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(write_file(path, heard_str(bad[i])), 0);
		assert_int_equal(spool_next(t.folder, "", &s, &err), -EBADMSG);
		assert_int_equal(spool_next(t.folder, "", &s, &err), 0);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(quiet_hours_are_read_and_go_over_midnight),
		CASE(only_high_ones_disturb_and_the_others_come_as_one),
		CASE(the_hour_has_a_cap),
		CASE(a_failure_is_tried_again_with_the_same_id),
		CASE(the_outbox_is_bounded_and_keeps_high_ones),
		CASE(what_was_learned_survives),
		CASE(a_damaged_snapshot_is_not_used),
		CASE(what_is_absent_is_zero_and_what_is_unknown_is_passed_over),
		CASE(lines_that_cannot_be_meant_are_refused),
		CASE(warnings_go_through_the_spool_in_order),
		CASE(what_is_no_warning_leaves_the_spool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
