/*
 * test_mqtt_client.c - the client against a broker of a few lines that does as each test
 * says, on the same loop.
 */
#include <mqtt/client.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>

#include <heard/error.h>

static const char *const filters[] = {"k/+/p"};

static struct {
	struct event_base *base;
	struct evconnlistener *listener;
	struct bufferevent *peer; /* the broker's end */
	unsigned accepted;
	char got[1 << 16]; /* what the client sent on this connection, in hex */
	const char *connack, *suback;
	size_t connack_len, suback_len;

	struct mqtt_options options;
	struct mqtt_client *client;
	char said[1 << 14]; /* what the client told its owner */
	uint64_t tickets[4096];
	size_t n;
	bool acks_at_once, is_done;
	size_t again_at; /* the message, from 1, that is answered "not now" */
} t;

/* ---- the broker */

static void put(const char *bytes, size_t n)
{
	bufferevent_write(t.peer, bytes, n);
}
#define PUT(literal) put((literal), sizeof(literal) - 1)

static void publish(unsigned id, const char *topic, const char *payload, bool is_dup)
{
	char b[512];
	size_t topic_len = strlen(topic), len = strlen(payload);
	int n = snprintf(b, sizeof(b), "%c%c%c%c%s%c%c%s", is_dup ? 0x3a : 0x32,
			 (int)(4 + topic_len + len), 0, (int)topic_len, topic, (int)(id >> 8),
			 (int)(id & 255), payload);
	put(b, (size_t)n);
}

static void peer_reads(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	(void)arg;
	unsigned char b[4096];
	int n;
	while ((n = evbuffer_remove(in, b, sizeof(b))) > 0) {
		for (int i = 0; i < n; i++)
			sprintf(t.got + strlen(t.got), "%02x", b[i]);
		if (b[0] == 0x10 && t.connack)
			put(t.connack, t.connack_len);
		if (b[0] == 0x82 && t.suback)
			put(t.suback, t.suback_len);
		if (b[0] == 0xc0)
			PUT("\xd0\0");
	}
}

static void peer_ends(struct bufferevent *bev, short what, void *arg)
{
	(void)what, (void)arg;
	bufferevent_free(bev);
	if (t.peer == bev)
		t.peer = NULL;
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int n,
		      void *arg)
{
	(void)l, (void)a, (void)n, (void)arg;
	if (t.peer != NULL)
		bufferevent_free(t.peer);
	t.peer = bufferevent_socket_new(t.base, fd, BEV_OPT_CLOSE_ON_FREE);
	t.accepted++;
	t.got[0] = '\0';
	bufferevent_setcb(t.peer, peer_reads, NULL, peer_ends, NULL);
	bufferevent_enable(t.peer, EV_READ | EV_WRITE);
}

/* ---- the owner */

static void say(const char *format, ...)
{
	va_list args;
	size_t n = strlen(t.said);
	va_start(args, format);
	vsnprintf(t.said + n, sizeof(t.said) - n, format, args);
	va_end(args);
}

static void on_up(void *arg, bool has_session)
{
	(void)arg;
	say("up%s\n", has_session ? " again" : "");
}

static void on_down(void *arg, enum mqtt_loss loss, const struct heard_error *err,
		    int64_t again_ms)
{
	(void)arg;
	assert_true(again_ms >= 0);
	say("%s: %s\n", (const char *[]){"lost", "refused", "busy"}[loss], err->text);
}

static void on_message(void *arg, const struct mqtt_message *m)
{
	(void)arg;
	t.tickets[t.n++] = m->ticket;
	if (m->size > m->payload.len)
		say("large %zu ", m->size);
	say("%.*s=%.*s%s%s\n", HEARD_ARG(m->topic), HEARD_ARG(m->payload),
	    m->is_dup ? " dup" : "", m->is_retained ? " retained" : "");
	if (t.n == t.again_at)
		mqtt_again(t.client, m->ticket, 0);
	else if (t.acks_at_once)
		mqtt_ack(t.client, m->ticket);
}

static const struct mqtt_hooks hooks = {on_up, on_down, on_message};

static void on_done(void *arg)
{
	(void)arg;
	t.is_done = true;
}

static void run(int ms)
{
	struct timeval after = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	event_base_loopexit(t.base, &after);
	event_base_dispatch(t.base);
}

/* Until the text is there, for some seconds. */
static void until(const char *where, const char *text)
{
	for (int i = 0; i < 1000 && strstr(where, text) == NULL; i++)
		run(5);
	if (strstr(where, text) == NULL)
		fail_msg("no '%s' in '%s'", text, where);
}

static int setup(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	(void)state;
	memset(&t, 0, sizeof(t));
	t.base = event_base_new();
	t.listener = evconnlistener_new_bind(t.base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, 8,
					     (struct sockaddr *)&a, sizeof(a));
	assert_non_null(t.listener);
	getsockname(evconnlistener_get_fd(t.listener), (struct sockaddr *)&a, &len);
	t.connack = "\x20\2\0\0", t.connack_len = 4;
	t.suback = "\x90\3\0\1\1", t.suback_len = 5;
	t.acks_at_once = true;
	t.options = (struct mqtt_options){
		.host = "127.0.0.1",
		.port = ntohs(a.sin_port),
		.client_id = "c",
		.user = "u",
		.password = "p",
		.filters = filters,
		.n_filters = 1,
		.max_payload = 100,
		.window = 4,
		.open_ms = 2000,
		.keep_alive_ms = 60000,
		.retry_ms = 10,
		.retry_max_ms = 50,
	};
	return 0;
}

static void begin(void)
{
	t.client = mqtt_create(t.base, NULL, &t.options, &hooks, NULL);
	assert_non_null(t.client);
}

static int teardown(void **state)
{
	(void)state;
	mqtt_destroy(t.client);
	if (t.peer != NULL)
		bufferevent_free(t.peer);
	evconnlistener_free(t.listener);
	event_base_loop(t.base, EVLOOP_NONBLOCK); /* what libevent frees later */
	event_base_free(t.base);
	return 0;
}

/* ---- what a broker may do */

static void it_subscribes_and_acknowledges(void **state)
{
	(void)state;
	begin();
	until(t.said, "up\n");
	assert_string_equal(t.got, "101300044d51545404c0005a000163000175000170"
				   "820a000100056b2f2b2f7001");
	assert_true(mqtt_is_up(t.client));
	publish(7, "k/a/p", "one", false);
	until(t.said, "k/a/p=one\n");
	until(t.got, "40020007");
	assert_int_equal(mqtt_in_flight(t.client), 0);
	PUT("\x31\x0a\0\5k/b/pold"); /* retained, QoS 0: nothing to acknowledge */
	until(t.said, "k/b/p=old retained\n");
	run(20);
	assert_null(strstr(t.got, "40020000"));
}

static void a_session_is_told(void **state)
{
	(void)state;
	t.connack = "\x20\2\1\0";
	begin();
	until(t.said, "up again\n");
}

static void acknowledgements_keep_their_order(void **state)
{
	(void)state;
	t.acks_at_once = false;
	begin();
	until(t.said, "up\n");
	publish(3, "k/a/p", "1", false);
	publish(2, "k/a/p", "2", false);
	publish(1, "k/a/p", "3", false);
	until(t.said, "=3");
	mqtt_ack(t.client, t.tickets[2]);
	mqtt_ack(t.client, t.tickets[1]);
	run(20);
	assert_null(strstr(t.got, "4002"));
	mqtt_ack(t.client, t.tickets[0]);
	until(t.got, "400200034002000240020001");
}

static void the_window_is_full_and_then_not(void **state)
{
	(void)state;
	t.acks_at_once = false;
	begin();
	until(t.said, "up\n");
	for (unsigned i = 1; i <= 2000; i++)
		publish(i, "k/a/p", "x", false);
	run(100);
	assert_int_equal(t.n, 4);
	assert_int_equal(mqtt_in_flight(t.client), 4);
	mqtt_ack(t.client, t.tickets[0]);
	run(20);
	assert_int_equal(t.n, 5);
	t.acks_at_once = true;
	t.said[0] = '\0';
	for (size_t i = 1; i < 5; i++)
		mqtt_ack(t.client, t.tickets[i]);
	until(t.got, "400207d0"); /* the 2000th */
	assert_int_equal(t.n, 2000);
}

static void held_it_reads_nothing(void **state)
{
	(void)state;
	begin();
	mqtt_hold(t.client, true);
	run(50);
	assert_int_equal(t.accepted, 0); /* its answer could not be read */
	mqtt_hold(t.client, false);
	until(t.said, "up\n");
	mqtt_hold(t.client, true);
	publish(1, "k/a/p", "x", false);
	run(50);
	assert_int_equal(t.n, 0);
	mqtt_hold(t.client, false);
	until(t.got, "40020001");
}

static void not_now_means_once_more(void **state)
{
	(void)state;
	t.again_at = 2;
	t.acks_at_once = false;
	begin();
	until(t.said, "up\n");
	publish(1, "k/a/p", "1", false);
	publish(2, "k/a/p", "2", false);
	publish(3, "k/a/p", "3", false);
	until(t.said, "busy: 2 messages");
	until(strstr(t.said, "busy"), "up\n");
	assert_int_equal(t.n, 2);
	mqtt_ack(t.client, t.tickets[0]); /* of a connection that is gone */
	t.acks_at_once = true;
	publish(1, "k/a/p", "1", true);
	until(t.got, "40020001");
	until(t.said, "k/a/p=1 dup\n");
	run(20);
	assert_string_equal(strstr(t.got, "4002"), "40020001");
}

static void what_is_out_is_not_taken_twice(void **state)
{
	(void)state;
	t.acks_at_once = false;
	begin();
	until(t.said, "up\n");
	publish(1, "k/a/p", "1", false);
	publish(1, "k/a/p", "1", true);
	until(t.said, "=1");
	run(20);
	assert_int_equal(t.n, 1);
	publish(1, "k/a/p", "other", false);
	until(t.said, "lost: the broker uses a packet id twice");
}

static void what_is_too_large_is_told_and_skipped(void **state)
{
	static char zeros[100000];
	(void)state;
	begin();
	until(t.said, "up\n");
	memset(zeros, 'z', sizeof(zeros));
	PUT("\x32\xa9\x8d\x06\0\5k/a/p\0\1"); /* 100,009 = 0x29 + 0x0d << 7 + 6 << 14 */
	put(zeros, sizeof(zeros));
	publish(2, "k/a/p", "next", false);
	until(t.said, "large 100000 k/a/p=zzzzz");
	until(t.said, "k/a/p=next");
	until(t.got, "4002000140020002");
}

static void lost_with(const char *connack, size_t n, const char *text)
{
	t.connack = connack, t.connack_len = n;
	t.said[0] = '\0';
	begin();
	until(t.said, text);
	unsigned before = t.accepted;
	for (int i = 0; i < 400 && t.accepted < before + 2; i++)
		run(5);
	assert_true(t.accepted >= before + 2); /* it comes back */
	mqtt_destroy(t.client);
	t.client = NULL;
}
#define LOST_WITH(literal, text) lost_with((literal), sizeof(literal) - 1, (text))

static void refusals_and_garbage_are_told(void **state)
{
	(void)state;
	LOST_WITH("\x20\2\0\5", "refused: the broker refuses us: the user may not connect");
	LOST_WITH("\x20\2\0\4", "refused: the broker refuses us: wrong user or password");
	LOST_WITH("\x20\2\0\3", "lost: the broker refuses us: it is not available");
	LOST_WITH("SSH-2.0-x\r\n", "lost: the broker does not speak MQTT 3.1.1");
	LOST_WITH("\x20\2\0\0\x20\2\0\0", "lost: the broker answers CONNECT twice");
	LOST_WITH("\x32\x0b\0\3a/b\0\1hall", "lost: the broker sends a message before");
	LOST_WITH("\x20\2\0\0\x90\3\0\2\1", "lost: the broker answers another SUBSCRIBE");
	LOST_WITH("\x20\2\0\0\x34\x0b\0\3a/b\0\1hall",
		  "lost: the broker does not speak MQTT 3.1.1: a message of a QoS");
	t.suback = "\x90\3\0\1\x80";
	LOST_WITH("\x20\2\0\0", "refused: the broker does not let us subscribe to topic 'k/+");
	t.suback = "\x90\3\0\1\0";
	LOST_WITH("\x20\2\0\0", "refused: the broker grants QoS 0 only for topic 'k/+/p'");
}

static void silence_is_a_loss(void **state)
{
	(void)state;
	t.options.open_ms = 50;
	t.connack = NULL;
	begin();
	until(t.said, "lost: the broker does not answer");
	t.connack = "\x20\2\0\0";
	t.options.keep_alive_ms = 50;
	t.options.open_ms = 2000;
	until(t.said, "up\n");
	char *from = t.said + strlen(t.said);
	run(250);
	assert_non_null(strstr(t.got, "c000c000")); /* pings, and answers to them */
	assert_string_equal(from, "");
	bufferevent_disable(t.peer, EV_READ); /* it answers no more */
	until(from, "lost: the broker does not answer");
}

static void it_takes_leave(void **state)
{
	(void)state;
	t.acks_at_once = false;
	begin();
	until(t.said, "up\n");
	publish(1, "k/a/p", "1", false);
	until(t.said, "=1");
	mqtt_stop(t.client, 2000, on_done, NULL);
	publish(2, "k/a/p", "2", false);
	run(30);
	assert_false(t.is_done);
	mqtt_ack(t.client, t.tickets[0]);
	until(t.got, "40020001e000");
	bufferevent_free(t.peer);
	t.peer = NULL;
	for (int i = 0; i < 400 && !t.is_done; i++)
		run(5);
	assert_true(t.is_done);
	assert_int_equal(t.n, 1);
}

static void it_leaves_without_a_connection_too(void **state)
{
	(void)state;
	evconnlistener_disable(t.listener);
	begin();
	mqtt_stop(t.client, 2000, on_done, NULL);
	for (int i = 0; i < 400 && !t.is_done; i++)
		run(5);
	assert_true(t.is_done);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(it_subscribes_and_acknowledges),
		CASE(a_session_is_told),
		CASE(acknowledgements_keep_their_order),
		CASE(the_window_is_full_and_then_not),
		CASE(held_it_reads_nothing),
		CASE(not_now_means_once_more),
		CASE(what_is_out_is_not_taken_twice),
		CASE(what_is_too_large_is_told_and_skipped),
		CASE(refusals_and_garbage_are_told),
		CASE(silence_is_a_loss),
		CASE(it_takes_leave),
		CASE(it_leaves_without_a_connection_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
