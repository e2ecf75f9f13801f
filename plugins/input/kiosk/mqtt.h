/*
 * mqtt.h - devices that bring their presses by an MQTT broker.
 *
 *	kiosk/shop-3/press   {"seq": 17, "ts": 1767225600000, "r": 3}
 *
 * The broker knows a device by its user and lets it publish to its own topic only, so
 * the device is who the topic says; the key of the HTTP door is not asked for.  What is
 * published with QoS 1 is acknowledged to the broker when it is settled, and not before;
 * until then the broker keeps it, also while we are away.
 *
 * To the plugin: the group in its options; check in open(), create in start(), the four
 * others where they are called the same.  All but check are [home]; destroy is [main].
 */
#ifndef KIOSK_MQTT_H
#define KIOSK_MQTT_H

#include <heard/plugin.h>

#include <stdbool.h>

struct kiosk;
struct kiosk_mqtt;

struct kiosk_mqtt_options {
	const char *host; /* empty: no MQTT */
	int64_t port;
	bool tls, insecure_login;
	const char *ca_file, *user, *password, *client_id;
	struct heard_list topics;
	int64_t window;
	int64_t keep_alive, connect_timeout, retry_first, retry_max;
};
extern const struct heard_option kiosk_mqtt_group[];

int kiosk_mqtt_check(const struct kiosk_mqtt_options *, struct heard_error *);
/* *mqtt is NULL where no host is named.  max_body: the largest payload. */
int kiosk_mqtt_create(struct kiosk_mqtt **mqtt, struct kiosk *, struct heard_host *,
		      const struct kiosk_mqtt_options *, int64_t max_body,
		      struct heard_error *);
/* All of these take NULL.  Between pause() and resume() nothing is read. */
void kiosk_mqtt_pause(struct kiosk_mqtt *);
void kiosk_mqtt_resume(struct kiosk_mqtt *);
/* No more presses; done(arg) once, later, when receipts are in or had their time; with
 * NULL at once. */
void kiosk_mqtt_stop(struct kiosk_mqtt *, void (*done)(void *arg), void *arg);
void kiosk_mqtt_destroy(struct kiosk_mqtt *);

#endif
