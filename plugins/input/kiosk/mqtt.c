/*
 * mqtt.c - messages of the broker, as batches of their device.
 *
 * A message is emitted as it came and acknowledged by its receipt.  "Not now" closes the
 * connection, and the broker brings everything again from there on; that, and whatever
 * else comes twice, is known by device and number of the press.
 *
 * Each connection has its messages under way in a pool of fixed size.  Those of a
 * connection that is gone still hold their place until their receipt comes, so the pool
 * has twice the window; when even that is used up, "not now" is the answer.
 */
#include "mqtt.h"

#include "batch.h"

#include <errno.h>
#include <event2/dns.h>
#include <stdio.h>
#include <stdlib.h>

#include <connect/connect.h>
#include <heard/error.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <mqtt/client.h>
#include <mqtt/packet.h>
#include <sodium.h>

enum { STOP_GRACE_MS = 3000, BUSY_MS = 1000, CLIENT_ID_BYTES = 8 };

struct under_way { /* a message under way */
	struct kiosk_mqtt *mqtt;
	uint64_t ticket;
	struct under_way *next; /* when free */
};

struct kiosk_mqtt {
	struct kiosk *kiosk;
	struct heard_host *host;
	const struct kiosk_mqtt_options *options;
	struct evdns_base *dns;
	void *tls;
	struct mqtt_options client_options;
	char client_id[sizeof("heard-") + 2 * CLIENT_ID_BYTES];
	struct mqtt_client *client;
	struct under_way *presses, *free;
	bool has_said_qos;
};

/* ---- whose is it */

/* The part of the topic in the place of the filter's `+`; empty: not of this filter. */
static struct heard_str device_by(struct heard_str topic, struct heard_str filter)
{
	const char *plus = memchr(filter.ptr, '+', filter.len);
	struct heard_str before = {filter.ptr, (size_t)(plus - filter.ptr)};
	struct heard_str after = {plus + 1, filter.len - before.len - 1};
	if (topic.len <= before.len + after.len || !heard_str_starts(topic, before))
		return heard_str_n(NULL, 0);
	struct heard_str device = {topic.ptr + before.len, topic.len - before.len - after.len};
	bool is_it = heard_str_eq(heard_str_n(device.ptr + device.len, after.len), after) &&
		     memchr(device.ptr, '/', device.len) == NULL;
	return is_it ? device : heard_str_n(NULL, 0);
}

/* A topic that we did not ask for is no device of ours: that ends in a dead letter. */
static struct heard_str device_of(const struct kiosk_mqtt *m, struct heard_str topic)
{
	for (size_t i = 0; i < m->options->topics.n; i++) {
		struct heard_str device = device_by(topic, heard_str(m->options->topics.at[i]));
		if (device.len > 0)
			return device;
	}
	return topic;
}

/* ---- messages */

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct under_way *p = arg;
	struct kiosk_mqtt *m = p->mqtt;
	uint64_t ticket = p->ticket;
	p->next = m->free;
	m->free = p;
	if (r->code == 0)
		mqtt_ack(m->client, ticket);
	else
		mqtt_again(m->client, ticket, r->after_ms);
}

static void on_message(void *arg, const struct mqtt_message *message)
{
	struct kiosk_mqtt *m = arg;
	struct under_way *p = m->free;
	if (message->qos == 0 && !m->has_said_qos) {
		m->has_said_qos = true;
		heard_log(m->host, HEARD_WARN,
			  "mqtt: a device publishes with QoS 0: its presses are taken, but may "
			  "be lost on their way; set it to QoS 1");
	}
	if (message->size > message->payload.len)
		heard_log(m->host, HEARD_WARN,
			  "mqtt: a message of %zu bytes is larger than %zu: its beginning "
			  "becomes a dead letter",
			  message->size, m->client_options.max_payload);
	if (p == NULL) {
		mqtt_again(m->client, message->ticket, BUSY_MS);
		return;
	}
	m->free = p->next;
	*p = (struct under_way){.mqtt = m, .ticket = message->ticket};
	batch_emit(m->kiosk, device_of(m, message->topic), message->payload, on_receipt, p);
}

/* ---- the connection */

static void show(struct kiosk_mqtt *m, bool is_up)
{
	const struct heard_gauge gauge = {"", is_up};
	heard_gauge_set(m->host, "kiosk_mqtt_connected",
			"1 while the broker of the kiosks has let us in", &gauge, 1);
}

static void on_up(void *arg, bool has_session)
{
	struct kiosk_mqtt *m = arg;
	heard_log(m->host, HEARD_NOTICE, "mqtt: connected to %s as %s%s", m->options->host,
		  m->client_options.client_id,
		  has_session ? ", which the broker remembers"
			      : "; the broker has kept nothing for us");
	show(m, true);
}

static void on_down(void *arg, enum mqtt_loss loss, const struct heard_error *err,
		    int64_t again_ms)
{
	static const enum heard_level levels[] = {[MQTT_LOST] = HEARD_WARN,
						  [MQTT_REFUSED] = HEARD_ERROR,
						  [MQTT_BUSY] = HEARD_INFO};
	struct kiosk_mqtt *m = arg;
	heard_log(m->host, levels[loss], "mqtt: %s: %s; trying again in %lld s",
		  m->options->host, err->text, (long long)(again_ms + 999) / 1000);
	show(m, false);
}

static const struct mqtt_hooks hooks = {on_up, on_down, on_message};

/* ---- life */

static int check_topics(const struct heard_list *topics, struct heard_error *err)
{
	for (size_t i = 0; i < topics->n; i++) {
		struct heard_str s = heard_str(topics->at[i]);
		const char *plus = memchr(s.ptr, '+', s.len);
		if (!mqtt_is_filter(s) || plus == NULL || strchr(plus + 1, '+') != NULL ||
		    strchr(s.ptr, '#') != NULL)
			return heard_fail(err, EINVAL,
					  "mqtt.topics: '%s' must have one \"+\" as a level "
					  "of its own, where the device's id stands",
					  s.ptr);
	}
	return topics->n > 0 ? 0 : heard_fail(err, EINVAL, "mqtt.topics is empty");
}

int kiosk_mqtt_check(const struct kiosk_mqtt_options *o, struct heard_error *err)
{
	void *tls = NULL;
	if (o->host[0] == '\0')
		return 0;
	if (!o->tls && o->user[0] && !o->insecure_login)
		return heard_fail(err, EINVAL,
				  "mqtt: tls = false would send the password in clear; set "
				  "insecure_login = true if that is meant");
	if (!mqtt_is_string(heard_str(o->user)) || !mqtt_is_string(heard_str(o->client_id)) ||
	    strlen(o->password) > MQTT_STRING_MAX)
		return heard_fail(err, EINVAL,
				  "mqtt: user, password or client_id is too long, or has "
				  "control characters");
	if (o->retry_max < o->retry_first)
		return heard_fail(err, EINVAL, "mqtt: retry_max is less than retry_first");
	int result = check_topics(&o->topics, err);
	if (result == 0 && o->tls)
		result = connect_tls_create(o->ca_file, &tls, err);
	connect_tls_destroy(tls);
	return result;
}

/* The session's name at the broker: the same for ever, and nobody else's, or two would
 * push each other out. */
static const char *client_id(struct kiosk_mqtt *m)
{
	unsigned char hash[32];
	char hex[2 * CLIENT_ID_BYTES + 1];
	if (m->options->client_id[0])
		return m->options->client_id;
	heard_keyed_hash(m->host, "mqtt client", heard_str(heard_name(m->host)), hash);
	sodium_bin2hex(hex, sizeof(hex), hash, CLIENT_ID_BYTES);
	snprintf(m->client_id, sizeof(m->client_id), "heard-%s", hex);
	return m->client_id;
}

static bool make_presses(struct kiosk_mqtt *m)
{
	size_t n = 2 * (size_t)m->options->window;
	m->presses = calloc(n, sizeof(*m->presses));
	for (size_t i = 0; m->presses != NULL && i < n; i++) {
		m->presses[i].next = m->free;
		m->free = &m->presses[i];
	}
	return m->presses != NULL;
}

static void set_client(struct kiosk_mqtt *m, int64_t max_body)
{
	const struct kiosk_mqtt_options *o = m->options;
	m->client_options = (struct mqtt_options){
		.host = o->host,
		.port = o->port	 ? o->port
			: o->tls ? 8883
				 : 1883,
		.is_tls = o->tls,
		.tls_context = m->tls,
		.client_id = client_id(m),
		.user = o->user,
		.password = o->password,
		.filters = o->topics.at,
		.n_filters = o->topics.n,
		.max_payload = (size_t)max_body,
		.window = (unsigned)o->window,
		.open_ms = o->connect_timeout,
		.keep_alive_ms = o->keep_alive,
		.retry_ms = o->retry_first,
		.retry_max_ms = o->retry_max,
	};
}

int kiosk_mqtt_create(struct kiosk_mqtt **mqtt, struct kiosk *kiosk, struct heard_host *host,
		      const struct kiosk_mqtt_options *o, int64_t max_body,
		      struct heard_error *err)
{
	*mqtt = NULL;
	if (o->host[0] == '\0')
		return 0;
	struct kiosk_mqtt *m = *mqtt = calloc(1, sizeof(*m));
	if (m == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	*m = (struct kiosk_mqtt){.kiosk = kiosk, .host = host, .options = o};
	if (o->tls && connect_tls_create(o->ca_file, &m->tls, err) != 0)
		return heard_error_wrap(err, "mqtt");
	/* NULL without a resolver's config: then names are looked up by the system. */
	m->dns = evdns_base_new(heard_loop(host), EVDNS_BASE_INITIALIZE_NAMESERVERS |
							  EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	set_client(m, max_body);
	if (make_presses(m))
		m->client = mqtt_create(heard_loop(host), m->dns, &m->client_options, &hooks,
					m);
	if (m->client == NULL)
		return heard_fail(err, ENOMEM, "no memory for the MQTT client");
	show(m, false);
	mqtt_hold(m->client, heard_is_paused(host));
	return 0;
}

void kiosk_mqtt_pause(struct kiosk_mqtt *m)
{
	if (m != NULL)
		mqtt_hold(m->client, true);
}

void kiosk_mqtt_resume(struct kiosk_mqtt *m)
{
	if (m != NULL)
		mqtt_hold(m->client, false);
}

void kiosk_mqtt_stop(struct kiosk_mqtt *m, void (*done)(void *arg), void *arg)
{
	if (m == NULL)
		done(arg);
	else
		mqtt_stop(m->client, STOP_GRACE_MS, done, arg);
}

void kiosk_mqtt_destroy(struct kiosk_mqtt *m)
{
	if (m == NULL)
		return;
	mqtt_destroy(m->client);
	if (m->dns != NULL)
		evdns_base_free(m->dns, 0);
	connect_tls_destroy(m->tls);
	free(m->presses);
	free(m);
}

/* ---- options */

const struct heard_option kiosk_mqtt_group[] = {
	{"host", HEARD_STRING(struct kiosk_mqtt_options, host), .value = "",
	 .help = "The broker, by the name that its certificate has; empty: no MQTT"},
	{"port", HEARD_INT(struct kiosk_mqtt_options, port), .value = "0", .min = 0,
	 .max = 65535, .help = "Its port; 0 is 8883 with TLS and 1883 without"},
	{"tls", HEARD_BOOL(struct kiosk_mqtt_options, tls), .value = "true",
	 .help = "TLS from the beginning; without it no password is sent unless "
		 "insecure_login says so"},
	{"ca_file", HEARD_PATH(struct kiosk_mqtt_options, ca_file), .value = "",
	 .help = "Certificates that are trusted; empty: the system's"},
	{"user", HEARD_STRING(struct kiosk_mqtt_options, user), .value = "",
	 .help = "Who subscribes; empty: without a login"},
	{"password", HEARD_SECRET(struct kiosk_mqtt_options, password), .value = "",
	 .help = "Its password"},
	{"insecure_login", HEARD_BOOL(struct kiosk_mqtt_options, insecure_login),
	 .value = "false",
	 .help = "Send the password over a connection without TLS; only for a broker on this "
		 "very machine"},
	{"client_id", HEARD_STRING(struct kiosk_mqtt_options, client_id), .value = "",
	 .help = "Name of our session at the broker; empty: one that is this instance's "
		 "alone and stays the same"},
	{"topics", HEARD_LIST(struct kiosk_mqtt_options, topics),
	 .value = "[ \"kiosk/+/press\" ]",
	 .help = "What to subscribe to; the device's id stands where the plus is"},
	{"window", HEARD_INT(struct kiosk_mqtt_options, window), .value = "2000", .min = 1,
	 .max = 20000,
	 .help = "Messages that may be in memory before they are safe; the broker's own "
		 "limit (max_inflight_messages) holds as well"},
	{"keep_alive", HEARD_DURATION(struct kiosk_mqtt_options, keep_alive), .value = "30s",
	 .min = 1000, .max = 3600000, .help = "How often the broker must give a sign of life"},
	{"connect_timeout", HEARD_DURATION(struct kiosk_mqtt_options, connect_timeout),
	 .value = "20s", .min = 100, .max = 600000,
	 .help = "Longest time until the broker has let us in"},
	{"retry_first", HEARD_DURATION(struct kiosk_mqtt_options, retry_first), .value = "1s",
	 .min = 10, .max = 3600000, .help = "Pause before a lost connection is made again"},
	{"retry_max", HEARD_DURATION(struct kiosk_mqtt_options, retry_max), .value = "1m",
	 .min = 10, .max = 86400000,
	 .help = "Longest such pause; it doubles with each failure in a row"},
	{.name = NULL},
};
