/*
 * Tests of channels.c and its file: which records count to which channel, and what is
 * left of it after a restart, or of a file that was damaged.
 */
#include "engine_client.h"
#include "engine_emit.h"

#include "channels.h"
#include "channels_file.h"
#include "metrics.h"

#include <fcntl.h>

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

#define DAY ((int64_t)24 * 60 * 60 * 1000)
static const int64_t today = 20605 * DAY;

/* ---- "name received dead silent, ..." in the order in which they were first heard */

static char said[4096];

static void say(void *arg, const struct heard_channel *c)
{
	size_t n = strlen(said);
	(void)arg;
	snprintf(said + n, sizeof(said) - n, "%s%.*s %lld %lld%s", n ? ", " : "",
		 HEARD_ARG(c->name), (long long)c->received, (long long)c->dead,
		 c->is_silent ? " silent" : "");
}

static const char *all(void)
{
	said[0] = '\0';
	engine_drain(&e);
	int64_t now = daemon_now();
	assert_int_equal(heard_channels(e.in[0].host, now - DAY, now + DAY, say, NULL), 0);
	return said;
}

static void say_view(void *arg, const struct channel_view *v)
{
	say(arg, &v->seen);
}

static const char *those_of(struct channels *s, int64_t from, int64_t to)
{
	said[0] = '\0';
	channels_each(s, 0, from, to, to, say_view, NULL);
	return said;
}

/* ---- which records count */

static void records_count_to_their_channel(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"a\"}\n"
			    "{\"channel\":\"weibo\",\"body\":\"b\"}\n"
			    "{\"channel\":\"app\",\"body\":\"c\"}\n");
	assert_string_equal(all(), "app 2 0, weibo 1 0");
	engine_send(&e, "without one it is the plugin's name");
	assert_string_equal(all(), "app 2 0, weibo 1 0, test-input 1 0");
}

static void what_ends_at_a_filter_counts_too(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"drop\"}\n"
			    "{\"channel\":\"app\",\"body\":\"quarantine\"}\n"
			    "{\"channel\":\"app\",\"body\":\"add one\"}\n");
	assert_string_equal(all(), "app 3 1");
}

static void repeats_are_no_sign_of_life(void **state)
{
	(void)state;
	static const char raw[] = "{\"channel\":\"app\",\"body\":\"a\",\"source_id\":\"1\"}\n"
				  "{\"channel\":\"app\",\"body\":\"b\",\"source_id\":\"2\"}\n";
	engine_start(&e);
	engine_send_raw(&e, raw);
	engine_send_raw(&e, raw);
	assert_string_equal(all(), "app 2 0");
}

static void pieces_count_to_what_the_input_brought_last(void **state)
{
	(void)state;
	struct receipt r[3] = {{0}, {0}, {0}};
	engine_start(&e);
	engine_stream(&e, "!", "1", &r[0]);
	engine_until(&e, r[0].times > 0);
	assert_string_equal(all(), "test-input 1 1"); /* nothing yet */
	engine_stream(&e, "{\"channel\":\"app\",\"body\":\"a\"}", "2", &r[1]);
	engine_until(&e, r[1].times > 0);
	engine_stream(&e, "!", "3", &r[2]);
	engine_until(&e, r[2].times > 0);
	assert_string_equal(all(), "test-input 1 1, app 2 1");
	engine_stop(&e);
	engine_start(&e); /* and still after a restart */
	struct receipt after = {0};
	engine_stream(&e, "!", "4", &after);
	engine_until(&e, after.times > 0);
	assert_string_equal(all(), "test-input 1 1, app 3 2");
}

static void a_replay_is_not_the_channel_speaking(void **state)
{
	(void)state;
	struct engine_client c;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"quarantine\"}");
	assert_string_equal(all(), "app 1 1");
	e.filter[0].deaf = true; /* it was repaired */
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	engine_until(&e, e.out[0]->records == 1); /* it was delivered */
	assert_string_equal(all(), "app 1 1");
}

static void there_is_an_end_to_channels(void **state)
{
	(void)state;
	struct heard_buf raw;
	heard_buf_init(&raw, 1 << 20);
	engine_start(&e);
	for (char a = 'a'; a <= 'j'; a++)
		for (char b = 'a'; b <= 'j'; b++)
			heard_buf_printf(&raw, "{\"channel\":\"c-%c%c\",\"body\":\"x\"}\n", a,
					 b);
	engine_send_raw(&e, raw.ptr); /* a hundred in one batch */
	assert_non_null(strstr(all(), "c-aa 1 0, "));
	assert_non_null(strstr(said, ", other 37 0"));
	engine_send_raw(&e, "{\"channel\":\"late\",\"body\":\"x\"}");
	assert_non_null(strstr(all(), ", other 38 0"));
	heard_buf_release(&raw);
}

static void metrics_and_status_show_them(void **state)
{
	(void)state;
	struct heard_buf page;
	struct engine_client c;
	heard_buf_init(&page, 1 << 20);
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"a\"}\n"
			    "{\"channel\":\"app\",\"body\":\"quarantine\"}");
	all();
	metrics_write(e.daemon, &page);
	assert_non_null(strstr(page.ptr, "heard_channel_records_total{pipeline=\"shop\","
					 "channel=\"app\"} 2\n"));
	assert_non_null(strstr(page.ptr, "heard_channel_dead_total{pipeline=\"shop\","
					 "channel=\"app\"} 1\n"));
	assert_non_null(strstr(page.ptr, "heard_channel_silent{pipeline=\"shop\","
					 "channel=\"app\"} 0\n"));
	engine_ask(&e, &c, "{\"command\":\"status\"}");
	assert_non_null(strstr(c.text,
			       "\"channels\":[{\"pipeline\":\"shop\",\"channel\":\"app\","
			       "\"today\":2,\"today_dead\":1,\"week\":2,"
			       "\"week_dead\":1,\"last_heard_ms\":"));
	heard_buf_release(&page);
}

/* ---- the file */

static struct channels *table(void)
{
	struct channels *s = channels_create(&e.conf);
	assert_non_null(s);
	return s;
}

static void hear(struct channels *s, const char *name, uint64_t n, int64_t now)
{
	struct channel *last = NULL;
	struct channel_source from = {0, "in", "none", &last};
	channels_add(s, &from, &(struct channel_count){heard_str(name), n, n / 2}, now);
	assert_non_null(last);
}

static char *path_of_file(void)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/channels", e.conf.state_dir);
	return path;
}

static void make_folder(void)
{
	int lock = state_dir_lock(e.conf.state_dir, -1, &e.err);
	assert_true(lock >= 0);
	close(lock);
}

static void what_was_kept_comes_back(void **state)
{
	(void)state;
	struct channels *a = table(), *b = table();
	struct channel before, after;
	const char *pipeline;
	make_folder();
	for (int day = 0; day < 40; day++)
		for (int i = 0; i <= day % 3; i++)
			hear(a, "微博", 2, today + day * DAY + i * 3700000);
	hear(a, "a \"quoted\"\\name", 7, today + 39 * DAY);
	assert_int_equal(channels_save(a, e.conf.state_dir, &e.err), 0);
	assert_int_equal(channels_load(b, e.conf.state_dir, today + 40 * DAY, &e.err), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_true(channels_get(a, 0, i, &before, &pipeline));
		assert_true(channels_get(b, 0, i, &after, &pipeline));
		assert_string_equal(before.name, after.name);
		assert_string_equal(after.by, "in");
		assert_memory_equal(&before.rhythm, &after.rhythm, sizeof(before.rhythm));
		assert_memory_equal(before.days, after.days, sizeof(before.days));
		assert_int_equal(before.day, after.day);
		assert_int_equal(after.received, 0); /* that is of the process */
	}
	assert_false(channels_get(b, 0, 2, &after, &pipeline));
	assert_string_equal(those_of(b, today, today + 40 * DAY),
			    "微博 158 79, a \"quoted\"\\name 7 3");
	channels_destroy(a);
	channels_destroy(b);
}

static void what_was_not_heard_for_long_is_forgotten(void **state)
{
	(void)state;
	struct channels *a = table(), *b = table();
	make_folder();
	hear(a, "old", 1, today);
	hear(a, "new", 1, today + 2 * DAY);
	channels_save(a, e.conf.state_dir, &e.err);
	assert_int_equal(channels_load(b, e.conf.state_dir, today + 401 * DAY, &e.err), 0);
	assert_string_equal(those_of(b, today, today + 401 * DAY), "new 1 0");
	channels_destroy(a);
	channels_destroy(b);
}

static void a_pipeline_that_is_gone_takes_its_channels_along(void **state)
{
	(void)state;
	struct channels *a = table();
	make_folder();
	hear(a, "app", 1, today);
	channels_save(a, e.conf.state_dir, &e.err);
	const char *name = e.pipelines[0].name;
	e.pipelines[0].name = "other-shop";
	struct channels *b = table();
	assert_int_equal(channels_load(b, e.conf.state_dir, today, &e.err), 0);
	assert_string_equal(those_of(b, today, today + DAY), "");
	e.pipelines[0].name = name;
	channels_destroy(a);
	channels_destroy(b);
}

static void write_at(size_t at, const char *bytes, size_t n)
{
	int fd = open(path_of_file(), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, (off_t)at), n);
	close(fd);
}

static void damage_is_seen_wherever_it_is(void **state)
{
	(void)state;
	struct channels *a = table();
	static char text[1 << 16];
	make_folder();
	assert_int_equal(channels_load(a, e.conf.state_dir, today, &e.err), -ENOENT);
	hear(a, "app", 1, today);
	channels_save(a, e.conf.state_dir, &e.err);
	int fd = open(path_of_file(), O_RDONLY);
	ssize_t size = read(fd, text, sizeof(text));
	close(fd);
	assert_true(size > 100);
	for (ssize_t i = 0; i < size; i++) {
		struct channels *b = table();
		char wrong = (char)(text[i] ^ 4);
		write_at((size_t)i, &wrong, 1);
		assert_int_equal(channels_load(b, e.conf.state_dir, today, &e.err), -EBADMSG);
		assert_string_equal(those_of(b, today, today + DAY), "");
		write_at((size_t)i, &text[i], 1);
		channels_destroy(b);
	}
	for (ssize_t left = size - 1; left >= 0; left -= left > 200 ? 100 : 1) {
		struct channels *b = table();
		assert_int_equal(truncate(path_of_file(), left), 0);
		assert_int_equal(channels_load(b, e.conf.state_dir, today, &e.err), -EBADMSG);
		channels_destroy(b);
	}
	channels_destroy(a);
}

static void a_daemon_begins_anew_behind_a_damaged_file(void **state)
{
	(void)state;
	make_folder();
	int fd = open(path_of_file(), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "heard channels 1\n", 17), 17);
	close(fd);
	engine_start(&e);
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"a\"}");
	assert_string_equal(all(), "app 1 0");
	engine_stop(&e);
	engine_start(&e);
	assert_string_equal(all(), "app 1 0");
}

static void a_command_reads_what_was_kept(void **state)
{
	(void)state;
	engine_start(&e);
	struct heard_host host = {.conf = &e.conf, .pipeline_name = "shop"};
	int64_t now = daemon_now();
	said[0] = '\0';
	assert_int_equal(heard_channels(&host, now - DAY, now + DAY, say, NULL), 0);
	assert_string_equal(said, "");
	engine_send_raw(&e, "{\"channel\":\"app\",\"body\":\"a\"}");
	engine_stop(&e);
	assert_int_equal(heard_channels(&host, now - DAY, now + DAY, say, NULL), 0);
	assert_string_equal(said, "app 1 0");
	said[0] = '\0';
	assert_int_equal(heard_channels(&host, now - 9 * DAY, now - 2 * DAY, say, NULL), 0);
	assert_string_equal(said, "app 0 0");
	write_at(0, "H", 1);
	assert_int_equal(heard_channels(&host, now, now, say, NULL), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_count_to_their_channel),
		TEST(what_ends_at_a_filter_counts_too),
		TEST(repeats_are_no_sign_of_life),
		TEST(pieces_count_to_what_the_input_brought_last),
		TEST(a_replay_is_not_the_channel_speaking),
		TEST(there_is_an_end_to_channels),
		TEST(metrics_and_status_show_them),
		TEST(what_was_kept_comes_back),
		TEST(what_was_not_heard_for_long_is_forgotten),
		TEST(a_pipeline_that_is_gone_takes_its_channels_along),
		TEST(damage_is_seen_wherever_it_is),
		TEST(a_daemon_begins_anew_behind_a_damaged_file),
		TEST(a_command_reads_what_was_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
