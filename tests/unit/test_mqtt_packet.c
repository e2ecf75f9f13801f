/*
 * test_mqtt_packet.c - packets of MQTT 3.1.1, byte by byte.
 */
#include <mqtt/packet.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <heard/buf.h>
#include <heard/error.h>

#define B(literal) heard_str_n((literal), sizeof(literal) - 1)

/* A copy of its own size: a sanitizer sees what reads past it. */
static int take(struct heard_str bytes, size_t max, struct mqtt_packet *p, size_t *used,
		char **copy)
{
	struct heard_error err = {0};
	*copy = malloc(bytes.len ? bytes.len : 1);
	assert_non_null(*copy);
	memcpy(*copy, bytes.ptr, bytes.len);
	*used = 0;
	int result = mqtt_read(heard_str_n(*copy, bytes.len), max, p, used, &err);
	assert_int_equal(result < 0, err.text[0] != '\0');
	assert_true(result >= 0 || result == -EPROTO);
	return result;
}

static int quick(struct heard_str bytes)
{
	struct mqtt_packet p;
	size_t used;
	char *copy;
	int result = take(bytes, 1000, &p, &used, &copy);
	free(copy);
	return result;
}

/* Every beginning of it asks for more, and the whole is it. */
static void grows(struct heard_str bytes)
{
	for (size_t n = 0; n < bytes.len; n++)
		assert_int_equal(quick(heard_str_n(bytes.ptr, n)), 0);
	assert_int_equal(quick(bytes), 1);
}

static void wrote(struct heard_buf *b, struct heard_str bytes)
{
	assert_false(b->failed);
	assert_int_equal(b->len, bytes.len);
	assert_memory_equal(b->ptr, bytes.ptr, bytes.len);
	heard_buf_release(b);
}

static void connect_is_as_the_standard_draws_it(void **state)
{
	struct heard_buf b;
	const struct mqtt_login full = {HEARD_STR("heard-1"), HEARD_STR("me"), HEARD_STR("pw"),
					300};
	const struct mqtt_login bare = {HEARD_STR("x"), {0}, HEARD_STR("no user"), 0};
	(void)state;
	heard_buf_init(&b, 1000);
	mqtt_write_connect(&b, &full);
	wrote(&b, B("\x10\x1b\0\4MQTT\4\xc0\1\x2c\0\7heard-1\0\2me\0\2pw"));
	heard_buf_init(&b, 1000);
	mqtt_write_connect(&b, &bare);
	wrote(&b, B("\x10\x0d\0\4MQTT\4\0\0\0\0\1x"));
}

static void the_others_are_written(void **state)
{
	static const char *const filters[] = {"kiosk/+/press", "a"};
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 1000);
	mqtt_write_subscribe(&b, 1, filters, 2);
	wrote(&b, B("\x82\x16\0\1\0\15kiosk/+/press\1\0\1a\1"));
	heard_buf_init(&b, 1000);
	mqtt_write_puback(&b, 0xfe01);
	mqtt_write_pingreq(&b);
	mqtt_write_disconnect(&b);
	wrote(&b, B("\x40\2\xfe\1\xc0\0\xe0\0"));
}

static void a_long_connect_has_a_long_length(void **state)
{
	char user[300];
	struct heard_buf b;
	(void)state;
	memset(user, 'u', sizeof(user));
	heard_buf_init(&b, 1000);
	const struct mqtt_login l = {HEARD_STR("x"), {user, sizeof(user)}, {0}, 1};
	mqtt_write_connect(&b, &l);
	assert_int_equal(b.len, 3 + 13 + 302); /* 315 = 0x3b + 2 * 0x80 */
	assert_memory_equal(b.ptr, "\x10\xbb\2", 3);
	heard_buf_release(&b);
}

static void a_message_is_read(void **state)
{
	struct mqtt_packet p;
	size_t used;
	char *copy;
	(void)state;
	struct heard_str one = B("\x32\x0b\0\3a/b\x12\x34hall");
	grows(one);
	assert_int_equal(take(B("\x32\x0b\0\3a/b\x12\x34hall\xd0"), 1000, &p, &used, &copy), 1);
	assert_int_equal(used, one.len);
	assert_int_equal(p.type, MQTT_PUBLISH);
	assert_int_equal(p.id, 0x1234);
	assert_int_equal(p.qos, 1);
	assert_false(p.is_dup);
	assert_false(p.is_retained);
	assert_true(heard_str_is(p.topic, "a/b"));
	assert_true(heard_str_is(p.payload, "hall"));
	assert_int_equal(p.size, 4);
	free(copy);
	assert_int_equal(take(B("\x39\3\0\1t"), 1000, &p, &used, &copy), 1); /* QoS 0 */
	assert_int_equal(p.id, 0);
	assert_int_equal(p.qos, 0);
	assert_true(p.is_dup);
	assert_true(p.is_retained);
	assert_int_equal(p.size, 0);
	assert_int_equal(p.payload.len, 0);
	free(copy);
}

static void a_topic_may_be_chinese(void **state)
{
	(void)state;
	grows(B("\x32\x0b\0\6\xe5\xba\x97\xe4\xb8\x80\0\1x"));
	assert_int_equal(quick(B("\x32\6\0\2\xe5\xba\0\1")), -EPROTO); /* cut */
	assert_int_equal(quick(B("\x32\6\0\2\xc0\x80\0\1")), -EPROTO); /* overlong */
}

static void a_large_message_begins_and_is_skipped(void **state)
{
	struct mqtt_packet p;
	size_t used;
	char *copy;
	(void)state;
	/* 256 MB, the largest there can be; 10 bytes of it are wanted. */
	static const char head[] = "\x32\xff\xff\xff\x7f\0\1t\0\7"
				   "0123456789abc";
	assert_int_equal(take(heard_str_n(head, 5 + 5 + 9), 10, &p, &used, &copy), 0);
	free(copy);
	assert_int_equal(take(heard_str_n(head, 5 + 5 + 10), 10, &p, &used, &copy), 1);
	assert_int_equal(used, 5 + 268435455);
	assert_int_equal(p.size, 268435455 - 5);
	assert_true(heard_str_is(p.payload, "0123456789"));
	assert_int_equal(p.id, 7);
	free(copy);
}

static void answers_are_read(void **state)
{
	struct mqtt_packet p;
	size_t used;
	char *copy;
	(void)state;
	grows(B("\x20\2\1\0"));
	grows(B("\xd0\0"));
	assert_int_equal(take(B("\x20\2\1\5"), 1, &p, &used, &copy), 1);
	assert_true(p.has_session);
	assert_int_equal(p.code, 5);
	assert_string_equal(mqtt_refusal(p.code), "the user may not connect");
	assert_non_null(mqtt_refusal(200));
	free(copy);
	assert_int_equal(take(B("\x90\5\0\1\1\0\x80"), 1, &p, &used, &copy), 1);
	assert_int_equal(p.id, 1);
	assert_true(heard_str_eq(p.codes, B("\1\0\x80")));
	free(copy);
}

static void what_no_broker_says_is_refused(void **state)
{
	static const struct heard_str bad[] = {
		HEARD_STR("\x10\0"),		/* CONNECT */
		HEARD_STR("\0\0"),		/* reserved */
		HEARD_STR("\xf0\0"),		/* reserved */
		HEARD_STR("\x40\2\0\1"),	/* PUBACK: we publish nothing */
		HEARD_STR("\x62\2\0\1"),	/* PUBREL */
		HEARD_STR("HTTP/1.1 400 Bad"),	/* another protocol */
		HEARD_STR("\x34\5\0\1t\0\1"),	/* QoS 2 */
		HEARD_STR("\x36\5\0\1t\0\1"),	/* QoS 3 */
		HEARD_STR("\x32\5\0\1t\0\0"),	/* packet id 0 */
		HEARD_STR("\x32\4\0\0\0\1"),	/* empty topic */
		HEARD_STR("\x32\1\0"),		/* no room for a topic's length */
		HEARD_STR("\x32\5\0\2ta\0"),	/* no room for its id */
		HEARD_STR("\x32\5\0\x99t\0\1"), /* a topic longer than the packet */
		HEARD_STR("\x30\3\0\1+"),	/* wildcards */
		HEARD_STR("\x30\3\0\1#"),
		HEARD_STR("\x30\3\0\1\0"),	     /* U+0000 */
		HEARD_STR("\x32\xff\xff\xff\xff\1"), /* a length of five bytes */
		HEARD_STR("\x20\3\0\0\0"),	     /* CONNACK of three bytes */
		HEARD_STR("\x20\2\2\0"),	     /* unknown flags */
		HEARD_STR("\x21\2\0\0"),	     /* flags where none may be */
		HEARD_STR("\x90\2\0\1"),	     /* SUBACK without a code */
		HEARD_STR("\x90\3\0\1\3"),	     /* code 3 */
		HEARD_STR("\x90\xff\x7f"),	     /* 16 K of codes */
		HEARD_STR("\xd0\1x"),		     /* PINGRESP with something */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (quick(bad[i]) != -EPROTO)
			fail_msg("case %zu is taken", i);
}

static void filters_are_checked(void **state)
{
	static const char *const good[] = {"a", "+", "#", "a/#", "+/b", "a/+/b", "/", "店/+"};
	static const char *const bad[] = {"",	"a+",	  "+a",	 "a/#/b",
					  "a#", "a/b+/c", "\x1", "\xff"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(mqtt_is_filter(heard_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mqtt_is_filter(heard_str(bad[i])));
	assert_true(mqtt_is_string(heard_str("")));
	assert_false(mqtt_is_string(heard_str("a\nb")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_is_as_the_standard_draws_it),
		cmocka_unit_test(the_others_are_written),
		cmocka_unit_test(a_long_connect_has_a_long_length),
		cmocka_unit_test(a_message_is_read),
		cmocka_unit_test(a_topic_may_be_chinese),
		cmocka_unit_test(a_large_message_begins_and_is_skipped),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(what_no_broker_says_is_refused),
		cmocka_unit_test(filters_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
