/*
 * test_kiosk.c - input kiosk without sockets: what a device may send, what becomes of it,
 * what counts as a burst, whose clock holds.
 */
#define heard_now  test_now
#define heard_emit test_emit
#define heard_log  test_log
#include "input/kiosk/batch.c"
#include "input/kiosk/burst.c"
#include "input/kiosk/device.c"
#include "input/kiosk/payload.c"
#include "input/kiosk/press.c"

#include "batch.h"
#include "host.h"
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW 1772692200000 /* 2026-03-05T06:30:00Z */

static struct {
	struct kiosk kiosk;
	struct heard_host host;
	unsigned char secret[32];
	struct heard_batch *batch;
	int64_t now;
	int logged;
	struct heard_emission emitted; /* the last one, raw borrowed from its owner */
	struct press_context context;
	int n_emitted, n_receipts, code;
} t;

int64_t test_now(const struct heard_host *host)
{
	(void)host;
	return t.now;
}

void test_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host, (void)level, (void)format;
	t.logged++;
}

void test_emit(struct heard_host *host, const struct heard_emission *e)
{
	(void)host;
	t.emitted = *e;
	memcpy(&t.context, e->context.ptr, sizeof(t.context));
	t.n_emitted++;
}

static const struct device_row rows_given[] = {
	{"shop-3", "南京路店", "上海", 1}, {"b", "", "", 1}, {"a.1", "", "", 1}};

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	memset(t.secret, 7, sizeof(t.secret));
	t.now = NOW;
	t.host = (struct heard_host){.full_name = (char *)"shop/kiosk", .secret = t.secret};
	t.batch = batch_create(64 << 20);
	t.kiosk = (struct kiosk){.host = &t.host,
				 .faces = 4,
				 .devices = {rows_given, 3},
				 .burst = {4, 10000},
				 .max_skew = 300000,
				 .max_age = 90 * 86400000LL};
	return device_create_all(&t.kiosk, NULL);
}

static int teardown(void **state)
{
	(void)state;
	batch_destroy(t.batch);
	free(t.kiosk.known);
	return 0;
}

/* ---- a payload */

static int read_code(const char *text, size_t len)
{
	struct payload p;
	struct heard_error err = {0};
	int result = payload_read(&p, heard_str_n(text, len), &err);
	payload_release(&p);
	assert_true(result == 0 || err.text[0]);
	return result;
}

static void what_is_no_payload_is_refused(void **state)
{
	static const char *const bad[] = {"",	  "{",		 "[",
					  "nul",  "7",		 "\"x\"",
					  "[1,]", "\xff",	 "{\"presses\":1}",
					  "null", "\"\\ud800\"", "[{\"text\":\"a\\u0000b\"}]"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_code(bad[i], strlen(bad[i])), -EBADMSG);
	assert_int_equal(read_code("{\"a\0\":1}", 8), -EBADMSG);
	assert_int_equal(read_code("[]", 2), 0);
	assert_int_equal(read_code("{\"presses\":[]}", 14), 0);
}

static void a_payload_has_caps(void **state)
{
	struct heard_buf text;
	(void)state;
	heard_buf_init(&text, 4 << 20);
	heard_buf_puts(&text, "[0");
	for (int i = 1; i < PAYLOAD_PRESSES; i++)
		heard_buf_puts(&text, ",0");
	heard_buf_puts(&text, "]");
	assert_int_equal(read_code(text.ptr, text.len), 0);
	text.ptr[text.len - 1] = ',';
	heard_buf_puts(&text, "0]");
	assert_int_equal(read_code(text.ptr, text.len), -EFBIG);
	heard_buf_clear(&text);
	for (int i = 0; i <= PAYLOAD_BYTES; i++)
		heard_buf_puts(&text, " ");
	assert_int_equal(read_code(text.ptr, text.len), -EFBIG);
	heard_buf_clear(&text);
	for (int i = 0; i < 100; i++)
		heard_buf_puts(&text, "[");
	for (int i = 0; i < 100; i++)
		heard_buf_puts(&text, "]");
	assert_int_equal(read_code(text.ptr, text.len), -EBADMSG);
	heard_buf_release(&text);
}

static void news_are_read_where_they_make_sense(void **state)
{
	static const char good[] = "{\"now\":1772692200000,\"queue\":3,\"battery\":0.5,"
				   "\"presses\":[]}";
	static const char bad[] = "{\"now\":-5,\"queue\":-1,\"battery\":1.5,\"r\":1}";
	struct payload p;
	(void)state;
	assert_int_equal(payload_read(&p, heard_str(good), NULL), 0);
	assert_int_equal(p.now, NOW);
	assert_int_equal(p.queue, 3);
	assert_true(p.battery > 0.49 && p.battery < 0.51);
	assert_int_equal(p.n, 0);
	payload_release(&p);
	assert_int_equal(payload_read(&p, heard_str(bad), NULL), 0);
	assert_int_equal(p.now, HEARD_TIME_NONE);
	assert_int_equal(p.queue, -1);
	assert_true(p.battery < 0);
	assert_int_equal(p.n, 1);
	payload_release(&p);
}

/* ---- a press */

static const char *why(const char *json)
{
	struct payload p;
	struct press press;
	assert_int_equal(payload_read(&p, heard_str(json), NULL), 0);
	const char *said = press_read(&press, p.first, 4, heard_str("shop-3"));
	payload_release(&p);
	return said;
}

static void bad_presses_are_told_from_good_ones(void **state)
{
	static const char *const good[] = {
		"{\"seq\":0,\"r\":0}", "{\"seq\":9007199254740991,\"r\":3,\"ts\":1772692200}",
		"{\"seq\":1,\"r\":1,\"ts\":null,\"text\":null,\"reason\":\"\"}",
		"{\"seq\":1,\"r\":1,\"ts\":\"2026-03-05T06:30:00Z\",\"device\":\"shop-3\"}",
		"{\"seq\":1,\"r\":1,\"lang\":\"zh-CN\",\"more\":[{}]}"};
	static const char *const bad[] = {
		"[7]",
		"[{\"seq\":1}]",
		"[{\"r\":1}]",
		"[{\"seq\":-1,\"r\":1}]",
		"[{\"seq\":9007199254740992,\"r\":1}]",
		"[{\"seq\":1.5,\"r\":1}]",
		"[{\"seq\":1,\"r\":4}]",
		"[{\"seq\":1,\"r\":-1}]",
		"[{\"seq\":1,\"r\":true}]",
		"[{\"seq\":1,\"r\":1,\"ts\":\"soon\"}]",
		"[{\"seq\":1,\"r\":1,\"ts\":-1}]",
		"[{\"seq\":1,\"r\":1,\"ts\":1e300}]",
		"[{\"seq\":1,\"r\":1,\"device\":\"b\"}]",
		"[{\"seq\":1,\"r\":1,\"device\":3}]",
		"[{\"seq\":1,\"r\":1,\"text\":3}]",
		"[{\"seq\":1,\"r\":1,\"reason\":\"two words\"}]",
		"[{\"seq\":1,\"r\":1,\"lang\":\"zh_CN_of_the_mainland\"}]"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(why(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(why(bad[i]));
}

/* ---- bursts */

static size_t judged(struct burst *b, const struct burst_mark *presses, size_t n,
		     unsigned *bits_r)
{
	const struct burst_rule rule = {3, 10000};
	unsigned char bits[8] = {0};
	size_t found = burst_judge(b, &rule, presses, n, bits);
	*bits_r = bits[0] | (unsigned)bits[1] << 8;
	return found;
}

static void the_first_of_a_burst_count(void **state)
{
	const struct burst_mark one_hand[] = {{1, 1000}, {2, 1500}, {3, 2000},
					      {4, 2500}, {5, 3000}, {6, 14000}};
	const struct burst_mark a_queue[] = {{1, 0}, {2, 4000}, {3, 8000}, {4, 12000}};
	struct burst b = {.n = 0};
	unsigned bits;
	(void)state;
	assert_int_equal(judged(&b, one_hand, 6, &bits), 2);
	assert_int_equal(bits, 1 << 3 | 1 << 4);
	b.n = 0;
	assert_int_equal(judged(&b, a_queue, 4, &bits), 0);
}

static void a_burst_is_one_whatever_the_order(void **state)
{
	const struct burst_mark mixed[] = {
		{5, 3000}, {1, 1000}, {4, 2500}, {2, 1500}, {3, 2000}};
	struct burst b = {.n = 0};
	unsigned bits;
	(void)state;
	assert_int_equal(judged(&b, mixed, 5, &bits), 2);
	assert_int_equal(bits, 1 << 0 | 1 << 2);
	assert_int_equal(judged(&b, mixed, 5, &bits), 2); /* again */
	assert_int_equal(bits, 1 << 0 | 1 << 2);
	assert_int_equal(b.n, 5);
}

static void a_burst_is_one_over_many_batches(void **state)
{
	struct burst b = {.n = 0};
	unsigned bits;
	size_t found = 0;
	(void)state;
	for (int64_t i = 0; i < 200; i++)
		found += judged(&b, &(struct burst_mark){i, i * 100}, 1, &bits);
	assert_int_equal(found, 197);
	assert_int_equal(b.n, BURST_MARKS);
	assert_int_equal(judged(&b, &(struct burst_mark){200, 60000}, 1, &bits), 0);
}

/* ---- records */

static int look(const char *json)
{
	struct batch_seqs seqs;
	return batch_look(&t.kiosk, device_find(&t.kiosk, heard_str("shop-3")), heard_str(json),
			  &t.context, &seqs, NULL);
}

static const struct heard_record *decoded(const char *json, size_t i)
{
	struct heard_error err = {0};
	batch_clear(t.batch);
	assert_int_equal(look(json), 0);
	assert_int_equal(press_decode(&t.kiosk, heard_str(json), &t.context, t.batch, &err), 0);
	return heard_batch_at(t.batch, i);
}

static struct heard_value attribute(const struct heard_record *r, const char *name)
{
	return heard_family_get(r, HEARD_ATTRIBUTES, heard_str(name));
}

static void a_press_becomes_a_record(void **state)
{
	const struct heard_record *r = decoded(
		"{\"seq\":7,\"ts\":1772692100000,\"r\":3,\"reason\":\"queue\",\"text\":\" 快点 "
		"\",\"lang\":\"zh\"}",
		0);
	(void)state;
	assert_true(heard_str_is(heard_get_str(r, HEARD_SOURCE_ID), "shop-3/7"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_CHANNEL), "kiosk"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_BODY), "快点"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_LANG), "zh"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_STORE), "南京路店"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_REGION), "上海"));
	assert_int_equal(heard_get_time(r, HEARD_CREATED_AT), 1772692100000);
	assert_true(heard_get_number(r, HEARD_RATING, 0) == 4);
	assert_true(heard_get_number(r, HEARD_RATING_MAX, 0) == 4);
	assert_true(heard_str_is(attribute(r, "kiosk.reason").str, "queue"));
	assert_true(heard_str_is(attribute(r, "kiosk.device").str, "shop-3"));
	assert_int_equal(attribute(r, "kiosk.clock").type, HEARD_NONE);
}

/* The core compares digests: a press that comes again must not look like another. */
static void a_press_is_the_same_when_clock_and_burst_differ(void **state)
{
	static const char press[] =
		"{\"now\":%lld,\"presses\":[{\"seq\":7,\"ts\":5000,\"r\":3}]}";
	char json[128];
	uint64_t digest = 0;
	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(json, sizeof(json), press, 10000LL + i * 3600000LL);
		const struct heard_record *r = decoded(json, 0);
		assert_true(digest == 0 || digest == r->digest);
		digest = r->digest;
		t.kiosk.burst.presses = i == 1 ? 0 : 4;
		t.now += 1000;
	}
	assert_true(digest != decoded("{\"seq\":7,\"ts\":5001,\"r\":3}", 0)->digest);
	assert_true(digest != decoded("{\"seq\":7,\"ts\":5000,\"r\":2}", 0)->digest);
}

static void a_burst_has_no_rating(void **state)
{
	static const char json[] = "[{\"seq\":1,\"ts\":1000000000000,\"r\":0},"
				   "{\"seq\":2,\"ts\":1000000000001,\"r\":0},"
				   "{\"seq\":\"x\"},"
				   "{\"seq\":3,\"ts\":1000000000002,\"r\":0},"
				   "{\"seq\":4,\"ts\":1000000000003,\"r\":0},"
				   "{\"seq\":5,\"ts\":1000000000004,\"r\":0}]";
	(void)state;
	const struct heard_record *fourth = decoded(json, 3);
	const struct heard_record *fifth = heard_batch_at(t.batch, 4);
	assert_int_equal(batch_dead_count(t.batch), 1);
	assert_int_equal(batch_dead_at(t.batch, 0)->line, 3);
	assert_true(heard_str_is(batch_dead_at(t.batch, 0)->piece, "{\"seq\":\"x\"}"));
	assert_true(heard_has(fourth, HEARD_RATING));
	assert_false(heard_has(fifth, HEARD_RATING));
	assert_true(attribute(fifth, "kiosk.burst").boolean);
	assert_int_equal(t.kiosk.known[2].bursts, 1);
}

static void clocks_are_corrected_and_capped(void **state)
{
	struct press_context c = {.arrived = NOW, .offset = 0};
	const char *said;
	(void)state;
	assert_int_equal(press_time(&t.kiosk, &c, HEARD_TIME_NONE, &said), NOW);
	assert_string_equal(said, "absent");
	assert_int_equal(press_time(&t.kiosk, &c, NOW - 1000, &said), NOW - 1000);
	assert_null(said);
	assert_int_equal(press_time(&t.kiosk, &c, NOW + 1000, &said), NOW);
	assert_string_equal(said, "capped");
	assert_int_equal(press_time(&t.kiosk, &c, 5, &said), NOW);
	assert_string_equal(said, "unusable");
	c.offset = 3600000;
	assert_int_equal(press_time(&t.kiosk, &c, NOW - 3601000, &said), NOW - 1000);
	assert_string_equal(said, "corrected");
}

static void a_wrong_clock_is_said_once(void **state)
{
	(void)state;
	look("{\"now\":1772692500001,\"presses\":[]}");
	assert_int_equal(t.logged, 1);
	look("{\"now\":1772692600000,\"presses\":[]}");
	assert_int_equal(t.logged, 1);
	assert_int_equal(device_offset(&t.kiosk.known[2]), -400000);
	look("{\"now\":1772692203000,\"presses\":[]}");
	assert_int_equal(t.logged, 2);
	assert_int_equal(device_offset(&t.kiosk.known[2]), 0);
}

/* ---- devices */

static void devices_are_found_by_their_whole_name(void **state)
{
	(void)state;
	assert_non_null(device_find(&t.kiosk, heard_str("shop-3")));
	assert_non_null(device_find(&t.kiosk, heard_str("a.1")));
	assert_null(device_find(&t.kiosk, heard_str("")));
	assert_null(device_find(&t.kiosk, heard_str("shop-")));
	assert_null(device_find(&t.kiosk, heard_str("Shop-3")));
	assert_null(device_find(&t.kiosk, heard_str_n("b\0", 2)));
}

static void a_key_is_of_one_device_and_number(void **state)
{
	char one[DEVICE_KEY], other[DEVICE_KEY];
	struct device_row again = rows_given[0];
	(void)state;
	device_key(&t.host, &rows_given[0], one);
	device_key(&t.host, &rows_given[1], other);
	assert_string_not_equal(one, other);
	again.key = 2;
	device_key(&t.host, &again, other);
	assert_string_not_equal(one, other);
	const struct device *d = device_find(&t.kiosk, heard_str("shop-3"));
	assert_true(device_has_key(&t.kiosk, d, heard_str(one)));
	assert_false(device_has_key(&t.kiosk, d, heard_str(other)));
	assert_false(device_has_key(&t.kiosk, d, heard_str_n(one, 31)));
	assert_false(device_has_key(&t.kiosk, d, heard_str("")));
}

static void names_of_devices_are_checked(void **state)
{
	static const struct device_row twice[] = {{"a", "", "", 1}, {"a", "", "", 1}};
	static const struct device_row odd[] = {{"a b", "", "", 1}};
	struct heard_error err = {0};
	struct kiosk k = {.devices = {odd, 1}};
	(void)state;
	assert_int_equal(device_ids_are_good(&k, &err), -EINVAL);
	k.devices = (struct heard_rows){twice, 2};
	assert_int_equal(device_ids_are_good(&k, &err), 0);
	assert_int_equal(device_create_all(&k, &err), -EINVAL);
	free(k.known);
}

/* ---- a sender who cannot be told */

static void on_told(void *arg, const struct heard_receipt *r)
{
	(void)arg;
	t.n_receipts++;
	t.code = r->code;
}

static void told(int code)
{
	t.emitted.receipt(t.emitted.arg, &(struct heard_receipt){.code = code});
}

static void mqtt_is_settled_or_asked_again(void **state)
{
	(void)state;
	batch_emit(&t.kiosk, heard_str("b"), heard_str("{\"seq\":1,\"r\":1}"), on_told, NULL);
	assert_int_equal(t.context.bury, PRESS_TAKE);
	told(-EAGAIN);
	assert_int_equal(t.code, -EAGAIN);
	batch_emit(&t.kiosk, heard_str("b"), heard_str("{\"seq\":1,\"r\":1}"), on_told, NULL);
	told(0);
	assert_int_equal(t.code, 0);
	batch_emit(&t.kiosk, heard_str("b"), heard_str("{\"presses\":[]}"), on_told, NULL);
	assert_int_equal(t.n_emitted, 2);
	assert_int_equal(t.n_receipts, 3);
}

static void what_nobody_can_be_told_of_is_buried(void **state)
{
	(void)state;
	batch_emit(&t.kiosk, heard_str("b"), heard_str("{\"seq\":1,\"r\":1}"), on_told, NULL);
	told(-EEXIST);
	assert_int_equal(t.n_receipts, 0);
	assert_int_equal(t.context.bury, PRESS_CLASH);
	assert_int_equal(press_decode(&t.kiosk, t.emitted.raw, &t.context, t.batch, NULL), 0);
	assert_int_equal(batch_dead_count(t.batch), 1);
	told(0);
	batch_emit(&t.kiosk, heard_str("stranger"), heard_str("{\"seq\":1,\"r\":1}"), on_told,
		   NULL);
	assert_int_equal(t.context.bury, PRESS_STRANGER);
	told(0);
	batch_emit(&t.kiosk, heard_str("b"), heard_str("\xff"), on_told, NULL);
	assert_int_equal(t.context.bury, PRESS_UNREADABLE);
	told(-EBADMSG); /* cannot be; then it is asked for again */
	assert_int_equal(t.n_receipts, 3);
	assert_int_equal(t.code, -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_payload_is_refused),
		cmocka_unit_test(a_payload_has_caps),
		cmocka_unit_test(news_are_read_where_they_make_sense),
		cmocka_unit_test(bad_presses_are_told_from_good_ones),
		cmocka_unit_test(the_first_of_a_burst_count),
		cmocka_unit_test(a_burst_is_one_whatever_the_order),
		cmocka_unit_test(a_burst_is_one_over_many_batches),
		cmocka_unit_test_setup_teardown(a_press_becomes_a_record, setup, teardown),
		cmocka_unit_test_setup_teardown(a_press_is_the_same_when_clock_and_burst_differ,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_burst_has_no_rating, setup, teardown),
		cmocka_unit_test_setup_teardown(clocks_are_corrected_and_capped, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_wrong_clock_is_said_once, setup, teardown),
		cmocka_unit_test_setup_teardown(devices_are_found_by_their_whole_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_key_is_of_one_device_and_number, setup,
						teardown),
		cmocka_unit_test(names_of_devices_are_checked),
		cmocka_unit_test_setup_teardown(mqtt_is_settled_or_asked_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_nobody_can_be_told_of_is_buried, setup,
						teardown),
	};
	return cmocka_run_group_tests_name("kiosk", tests, NULL, NULL);
}
