/*
 * kiosk.h - what the files of the plugin share: one running instance.
 *
 *	screen (GET)    the page, its script, style, manifest and service worker
 *	door (POST)  -+
 *	mqtt         -+-> batch -> payload, press -> records
 *	                    |
 *	                    +--> device: clock, bursts, health -> watch, saved, command
 */
#ifndef KIOSK_KIOSK_H
#define KIOSK_KIOSK_H

#include "device.h"
#include "mqtt.h"

#include <heard/buf.h>
#include <heard/command.h>
#include <heard/plugin.h>

struct kiosk_words {
	const char *zh, *en;
};

struct kiosk_reason {
	const char *id;
	struct kiosk_words words;
};

struct kiosk {
	const char *listener, *path, *url;
	int64_t faces;
	struct kiosk_words title, question, thanks;
	struct heard_rows reasons; /* of struct kiosk_reason */
	int64_t reasons_for;
	bool text;
	int lang;
	int64_t idle, thanks_for;
	struct heard_rows devices; /* of struct device_row   */
	struct burst_rule burst;
	int64_t max_skew, max_age, silent;
	struct kiosk_mqtt_options mqtt_options;

	struct heard_host *host;
	struct device *known; /* by id, known_n of them                       */
	size_t known_n;
	struct heard_timer *timer;
	struct kiosk_mqtt *mqtt; /* NULL: none */
	struct heard_done *stopping;
	int64_t started, saved; /* ms                                           */
	bool is_dirty;		/* something that saved.c keeps has changed     */
	struct heard_buf html;	/* the page                                     */
	char page[17];		/* its version, as hexadecimal digits           */
};

/* options.c */
extern const struct heard_option kiosk_options[];
/* command.c */
extern const struct heard_command kiosk_commands[];

#endif
