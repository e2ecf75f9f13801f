/*
 * watch.c - once in a while: who is silent, what to show, what to save.
 *
 * Silence is since the device was heard, or, if it never was, since it stood in the
 * config.  While we were down ourselves nobody could be heard, so there is a grace time
 * after the start, in which a page tries again at least twice.
 *
 * A family of figures holds at most 256 devices; the first ones by id are shown, and the
 * sums are over all.
 */
#include "watch.h"

#include "kiosk.h"
#include "saved.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/gauge.h>
#include <heard/host.h>

#include <errno.h>
#include <string.h>

enum {
	BEAT_MS = 2000,
	SHOWN = 256,
	LABELS = 128,
	HOUR_MS = 3600 * 1000,
	MINUTE_MS = 60 * 1000,
};
static const int64_t grace_ms = 10 * 60 * 1000;

/* ---- silence */

static bool is_silent(const struct kiosk *k, const struct device *d, int64_t now)
{
	int64_t grace = k->silent < grace_ms ? k->silent : grace_ms;
	return now - (d->heard ? d->heard : d->since) > k->silent && now - k->started > grace;
}

static void judge(struct kiosk *k, struct device *d, int64_t now)
{
	if (d->is_silent || !is_silent(k, d, now))
		return;
	d->is_silent = true;
	k->is_dirty = true;
	if (d->heard)
		heard_log(k->host, HEARD_WARN,
			  "device %s has been silent for %lld h %lld min: is it on, and on the "
			  "network?",
			  d->row->id, (long long)((now - d->heard) / HOUR_MS),
			  (long long)((now - d->heard) % HOUR_MS / MINUTE_MS));
	else
		heard_log(k->host, HEARD_WARN,
			  "device %s was never heard of: open the address that `heard kiosk "
			  "key %s` prints on it",
			  d->row->id, d->row->id);
}

/* ---- figures */

static double seconds_heard(const struct device *d)
{
	return (double)d->heard / 1000;
}
static double seconds_ahead(const struct device *d)
{
	return (double)d->skew / 1000;
}
static double queue(const struct device *d)
{
	return (double)(d->queue > 0 ? d->queue : 0);
}
static double battery(const struct device *d)
{
	return d->battery;
}
static bool was_heard(const struct device *d)
{
	return d->heard > 0;
}
static bool has_battery(const struct device *d)
{
	return d->heard > 0 && d->battery >= 0;
}

static void show(const struct kiosk *k, const char *name, const char *help,
		 bool (*has)(const struct device *), double (*value)(const struct device *))
{
	struct heard_gauge gauges[SHOWN];
	char labels[SHOWN][LABELS];
	size_t n = 0;
	for (size_t i = 0; i < k->known_n && n < SHOWN; i++) {
		struct heard_buf label;
		if (!has(&k->known[i]))
			continue;
		heard_buf_init(&label, LABELS);
		heard_gauge_label(&label, "device", heard_str(k->known[i].row->id));
		if (!label.failed) {
			memcpy(labels[n], label.ptr, label.len + 1);
			gauges[n] = (struct heard_gauge){labels[n], value(&k->known[i])};
			n++;
		}
		heard_buf_release(&label);
	}
	heard_gauge_set(k->host, name, help, gauges, n);
}

static void show_all(const struct kiosk *k)
{
	size_t silent = 0;
	for (size_t i = 0; i < k->known_n; i++)
		silent += k->known[i].is_silent;
	heard_gauge_set(k->host, "kiosk_devices", "Devices in the config",
			&(struct heard_gauge){"", (double)k->known_n}, 1);
	heard_gauge_set(k->host, "kiosk_devices_silent", "Devices silent for too long",
			&(struct heard_gauge){"", (double)silent}, 1);
	show(k, "kiosk_heard_timestamp_seconds", "When the device was heard last", was_heard,
	     seconds_heard);
	show(k, "kiosk_queue", "Presses that the device has still to send", was_heard, queue);
	show(k, "kiosk_battery_ratio", "How full the device's battery is", has_battery,
	     battery);
	show(k, "kiosk_clock_ahead_seconds", "How far the device's clock is ahead of ours",
	     was_heard, seconds_ahead);
}

/* ---- once in a while */

static void save(struct kiosk *k)
{
	struct heard_error err = {0};
	if (!k->is_dirty)
		return;
	if (saved_store(k, &err) != 0)
		heard_log(k->host, HEARD_WARN, "what is known of the devices is not saved: %s",
			  err.text);
	k->is_dirty = false;
}

static void on_beat(void *arg)
{
	struct kiosk *k = arg;
	int64_t now = heard_now(k->host);
	for (size_t i = 0; i < k->known_n; i++)
		judge(k, &k->known[i], now);
	show_all(k);
	save(k);
	heard_timer_set(k->timer, BEAT_MS);
}

int watch_start(struct kiosk *k, struct heard_error *err)
{
	int result = saved_load(k, k->host, err);
	if (result != 0)
		return result;
	k->started = heard_now(k->host);
	for (size_t i = 0; i < k->known_n; i++)
		if (k->known[i].since == 0) {
			k->known[i].since = k->started;
			k->is_dirty = true;
		}
	k->timer = heard_timer_create(k->host, on_beat, k);
	if (k->timer == NULL)
		return heard_fail(err, ENOMEM, "no memory for a timer");
	on_beat(k);
	return 0;
}

void watch_stop(struct kiosk *k)
{
	heard_timer_destroy(k->timer);
	k->timer = NULL;
	save(k);
}
