/*
 * packet.c - the bytes of MQTT 3.1.1.
 *
 *	byte 1     type << 4 | flags                            [2.2]
 *	byte 2..5  remaining length, seven bits a byte, low first [2.2.3]
 *	rest       variable header and payload, by type           [3]
 *
 * A length of four bytes is 256 MB at most, so what is too large is known from the
 * first bytes and never gathered.
 */
#include "packet.h"

#include <errno.h>

#include <heard/buf.h>
#include <heard/error.h>
#include <text/utf8.h>

struct reader { /* of one packet's rest */
	const unsigned char *at;
	size_t left;
};

static uint16_t take_u16(struct reader *r)
{
	uint16_t n = (uint16_t)(r->at[0] << 8 | r->at[1]);
	r->at += 2;
	r->left -= 2;
	return n;
}

static int wrong(struct heard_error *err, const char *what)
{
	return heard_fail(err, EPROTO, "the broker does not speak MQTT 3.1.1: %s", what);
}

/* ---- strings [1.5.3] */

bool mqtt_is_string(struct heard_str s)
{
	if (s.len > MQTT_STRING_MAX || !text_is_valid(s))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return false;
	return true;
}

bool mqtt_is_filter(struct heard_str s)
{
	if (s.len == 0 || !mqtt_is_string(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '+' && s.ptr[i] != '#')
			continue;
		bool begins_level = i == 0 || s.ptr[i - 1] == '/';
		bool ends_level = i + 1 == s.len || (s.ptr[i] == '+' && s.ptr[i + 1] == '/');
		if (!begins_level || !ends_level)
			return false;
	}
	return true;
}

/* A name to publish to has no wildcard [3.3.2.1] and no U+0000. */
static bool is_topic(struct heard_str s)
{
	if (s.len == 0 || !text_is_valid(s))
		return false;
	return memchr(s.ptr, '\0', s.len) == NULL && memchr(s.ptr, '+', s.len) == NULL &&
	       memchr(s.ptr, '#', s.len) == NULL;
}

/* ---- reading */

/* The fixed header: its size, or 0: more bytes, or -EPROTO. */
static int read_length(struct heard_str bytes, size_t *rest, struct heard_error *err)
{
	*rest = 0;
	for (size_t i = 1; i <= 4; i++) {
		if (i >= bytes.len)
			return 0;
		unsigned char c = (unsigned char)bytes.ptr[i];
		*rest |= (size_t)(c & 0x7f) << (7 * (i - 1));
		if (c < 0x80)
			return (int)i + 1;
	}
	return wrong(err, "a length of more than four bytes");
}

/* r is all there is of it by now, `rest` bytes is it long. */
static int read_publish(unsigned flags, struct reader r, size_t rest, size_t max_payload,
			struct mqtt_packet *p, struct heard_error *err)
{
	p->qos = flags >> 1 & 3;
	p->is_dup = flags >> 3 & 1;
	p->is_retained = flags & 1;
	if (p->qos > 1) /* QoS 2 was not asked for, 3 does not exist [3.3.1.2] */
		return wrong(err, "a message of a QoS that was not asked for");
	if (rest < 2)
		return wrong(err, "a message without a topic");
	if (r.left < 2)
		return 0;
	size_t topic = take_u16(&r), id = p->qos ? 2 : 0;
	if (rest - 2 < topic + id)
		return wrong(err, "a topic longer than its packet");
	p->size = rest - 2 - topic - id;
	size_t here = p->size < max_payload ? p->size : max_payload;
	if (r.left < topic + id + here)
		return 0;
	p->topic = heard_str_n((const char *)r.at, topic);
	if (!is_topic(p->topic))
		return wrong(err, "a topic that is no text, is empty or has wildcards");
	r.at += topic;
	r.left -= topic;
	if (id && (p->id = take_u16(&r)) == 0) /* [2.3.1] */
		return wrong(err, "a message with packet id 0");
	p->payload = heard_str_n((const char *)r.at, here);
	return 1;
}

static int read_connack(struct reader r, struct mqtt_packet *p, struct heard_error *err)
{
	if (r.left != 2 || r.at[0] > 1)
		return wrong(err,
			     "a CONNACK that is not two bytes long, or unknown flags in it");
	p->has_session = r.at[0];
	p->code = r.at[1];
	return 1;
}

static int read_suback(struct reader r, struct mqtt_packet *p, struct heard_error *err)
{
	if (r.left < 3)
		return wrong(err, "a SUBACK without a code");
	p->id = take_u16(&r);
	p->codes = heard_str_n((const char *)r.at, r.left);
	for (size_t i = 0; i < r.left; i++)
		if (r.at[i] > 2 && r.at[i] != MQTT_SUBACK_REFUSED)
			return wrong(err, "an unknown code in a SUBACK");
	return 1;
}

static int read_small(struct reader r, struct mqtt_packet *p, struct heard_error *err)
{
	switch (p->type) {
	case MQTT_CONNACK: return read_connack(r, p, err);
	case MQTT_SUBACK: return read_suback(r, p, err);
	default: return r.left == 0 ? 1 : wrong(err, "a PINGRESP with something in it");
	}
}

int mqtt_read(struct heard_str bytes, size_t max_payload, struct mqtt_packet *p, size_t *used,
	      struct heard_error *err)
{
	enum { SMALL_MAX = 1024 }; /* SUBACK: a byte a filter */
	size_t rest;
	*p = (struct mqtt_packet){0};
	if (bytes.len == 0)
		return 0;
	unsigned first = (unsigned char)bytes.ptr[0], flags = first & 15;
	p->type = (enum mqtt_type)(first >> 4);
	bool is_small = p->type == MQTT_CONNACK || p->type == MQTT_SUBACK ||
			p->type == MQTT_PINGRESP;
	if (p->type != MQTT_PUBLISH && (!is_small || flags != 0))
		return wrong(err, "a packet that a broker does not send to a subscriber");
	int head = read_length(bytes, &rest, err);
	if (head <= 0)
		return head;
	if (is_small && rest > SMALL_MAX)
		return wrong(err, "an answer that is too long");
	*used = (size_t)head + rest;
	size_t here = bytes.len - (size_t)head;
	struct reader r = {(const unsigned char *)bytes.ptr + head, here < rest ? here : rest};
	if (!is_small)
		return read_publish(flags, r, rest, max_payload, p, err);
	return here < rest ? 0 : read_small(r, p, err);
}

const char *mqtt_refusal(unsigned code)
{
	static const char *const texts[] = {
		"it lets us in",
		"it does not speak MQTT 3.1.1",
		"it does not take this client_id",
		"it is not available",
		"wrong user or password",
		"the user may not connect",
	};
	return code < sizeof(texts) / sizeof(texts[0]) ? texts[code]
						       : "a reason that MQTT does not know";
}

/* ---- writing */

static void put_u8(struct heard_buf *b, unsigned n)
{
	unsigned char c = (unsigned char)n;
	heard_buf_add(b, &c, 1);
}

static void put_u16(struct heard_buf *b, size_t n)
{
	put_u8(b, (unsigned)(n >> 8 & 255));
	put_u8(b, (unsigned)(n & 255));
}

static void put_string(struct heard_buf *b, struct heard_str s)
{
	put_u16(b, s.len);
	heard_buf_str(b, s);
}

static void put_head(struct heard_buf *b, enum mqtt_type type, unsigned flags, size_t rest)
{
	put_u8(b, (unsigned)type << 4 | flags);
	do {
		put_u8(b, (unsigned)(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
		rest >>= 7;
	} while (rest > 0);
}

void mqtt_write_connect(struct heard_buf *b, const struct mqtt_login *l) /* [3.1] */
{
	enum { HAS_PASSWORD = 0x40, HAS_USER = 0x80 };
	bool has_user = l->user.len > 0, has_password = has_user && l->password.len > 0;
	unsigned flags = (has_user ? HAS_USER : 0) | (has_password ? HAS_PASSWORD : 0);
	size_t rest = 10 + 2 + l->client_id.len + (has_user ? 2 + l->user.len : 0) +
		      (has_password ? 2 + l->password.len : 0);
	put_head(b, MQTT_CONNECT, 0, rest);
	put_string(b, HEARD_STR_OF("MQTT"));
	put_u8(b, 4); /* protocol level: 3.1.1 [3.1.2.2] */
	put_u8(b, flags);
	put_u16(b, l->keep_alive_s);
	put_string(b, l->client_id);
	if (has_user)
		put_string(b, l->user);
	if (has_password)
		put_string(b, l->password);
}

void mqtt_write_subscribe(struct heard_buf *b, uint16_t id, const char *const *filters,
			  size_t n) /* [3.8] */
{
	size_t rest = 2;
	for (size_t i = 0; i < n; i++)
		rest += 2 + strlen(filters[i]) + 1;
	put_head(b, MQTT_SUBSCRIBE, 2, rest);
	put_u16(b, id);
	for (size_t i = 0; i < n; i++) {
		put_string(b, heard_str(filters[i]));
		put_u8(b, 1);
	}
}

void mqtt_write_puback(struct heard_buf *b, uint16_t id) /* [3.4] */
{
	put_head(b, MQTT_PUBACK, 0, 2);
	put_u16(b, id);
}

void mqtt_write_pingreq(struct heard_buf *b) /* [3.12] */
{
	put_head(b, MQTT_PINGREQ, 0, 0);
}

void mqtt_write_disconnect(struct heard_buf *b) /* [3.14] */
{
	put_head(b, MQTT_DISCONNECT, 0, 0);
}
