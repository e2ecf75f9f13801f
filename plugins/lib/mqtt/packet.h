/*
 * packet.h - packets of MQTT 3.1.1, to bytes and from bytes.
 *
 * As much of it as a subscriber needs; numbers in brackets are sections of the OASIS
 * standard, "MQTT Version 3.1.1".  Pure: no socket, no time, no memory of its own.
 *
 * What a broker sends is checked strictly where reading on could mean something else
 * than the broker meant.  A message that is too large is no fault of the connection: it
 * comes with the first bytes of its payload, and the rest is to be let go.
 */
#ifndef MQTT_PACKET_H
#define MQTT_PACKET_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_buf;
struct heard_error;

enum mqtt_type { /* [2.2.1] */
		 MQTT_CONNECT = 1,
		 MQTT_CONNACK,
		 MQTT_PUBLISH,
		 MQTT_PUBACK,
		 MQTT_SUBSCRIBE = 8,
		 MQTT_SUBACK,
		 MQTT_PINGREQ = 12,
		 MQTT_PINGRESP,
		 MQTT_DISCONNECT,
};

enum {
	MQTT_STRING_MAX = 65535,			 /* [1.5.3] */
	MQTT_HEAD_MAX = 1 + 4 + 2 + MQTT_STRING_MAX + 2, /* before the payload */
	MQTT_SUBACK_REFUSED = 0x80,			 /* [3.9.3] */
};

struct mqtt_packet { /* views into the bytes that were read */
	enum mqtt_type type;
	uint16_t id; /* PUBLISH (0 with QoS 0), SUBACK */

	struct heard_str topic, payload; /* PUBLISH */
	size_t size;			 /* of the whole payload; more than payload.len */
					 /* if it is too large                          */
	unsigned qos;			 /* 0 or 1 */
	bool is_dup, is_retained;

	bool has_session; /* CONNACK */
	unsigned code;	  /* of CONNACK: 0, or why not */

	struct heard_str codes; /* SUBACK: one byte a filter */
};

/* Read one packet at the beginning of `bytes`.  1: here it is, `used` bytes long, which
 * is more than there are bytes if it is too large: the rest is to be skipped.  0: there
 * must be more bytes first.  -EPROTO: this is not what a broker may send to us. */
int mqtt_read(struct heard_str bytes, size_t max_payload, struct mqtt_packet *, size_t *used,
	      struct heard_error *);
/* What a refused CONNECT means, for people [3.2.2.3]. */
const char *mqtt_refusal(unsigned code);

/* May that be a client id, a user, a topic filter: UTF-8 without control characters, of
 * 65,535 bytes at most? */
bool mqtt_is_string(struct heard_str);
/* A topic filter with its wildcards in allowed places [4.7]. */
bool mqtt_is_filter(struct heard_str);

struct mqtt_login {
	struct heard_str client_id, user, password; /* the two may be empty: none is sent */
	unsigned keep_alive_s;
};
/* The broker keeps our session: clean session is not set [3.1.2.4]. */
void mqtt_write_connect(struct heard_buf *, const struct mqtt_login *);
/* Each of the n filters with QoS 1 at most. */
void mqtt_write_subscribe(struct heard_buf *, uint16_t id, const char *const *filters,
			  size_t n);
void mqtt_write_puback(struct heard_buf *, uint16_t id);
void mqtt_write_pingreq(struct heard_buf *);
void mqtt_write_disconnect(struct heard_buf *);

#endif
