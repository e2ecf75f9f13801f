/*
 * command.c - `heard kiosk key DEVICE` and `heard kiosk devices`.
 *
 * They run beside the daemon: a key is computed, and what is known of the devices is in
 * a file (saved.h), at most a few seconds old.
 */
#include "kiosk.h"
#include "saved.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/time.h>

#include <sodium.h>
#include <stdlib.h>

enum { DONE, FAILED, USAGE };
enum { OUTPUT_BYTES = 64 << 20, MINUTE_MS = 60 * 1000 };

static int fail(const struct heard_call *call, const char *text)
{
	fprintf(call->err, "%s: %s\n", call->argv[0], text);
	return FAILED;
}

static int put_out(const struct heard_call *call, struct heard_buf *out)
{
	int result = DONE;
	if (out->failed || fwrite(out->ptr, 1, out->len, call->out) != out->len)
		result = fail(call, "it cannot be written");
	heard_buf_release(out);
	return result;
}

/* ---- key */

static int print_key(const struct kiosk *k, const struct heard_call *call,
		     const struct device *d)
{
	char key[DEVICE_KEY];
	struct heard_buf out, url;
	device_key(call->host, d->row, key);
	heard_buf_init(&out, OUTPUT_BYTES);
	heard_buf_init(&url, OUTPUT_BYTES);
	heard_buf_printf(&url, "%s%s#device=%s&key=%s", k->url, k->path, d->row->id, key);
	if (call->json) {
		struct heard_json_out json = {.buf = &out};
		heard_json_begin(&json, NULL, '{');
		heard_json_str(&json, "device", heard_str(d->row->id));
		heard_json_str(&json, "key", heard_str(key));
		heard_json_str(&json, "url", heard_buf_view(&url));
		heard_json_end(&json, '}');
		heard_buf_puts(&out, "\n");
	} else {
		heard_buf_printf(&out, "%s\n", url.ptr ? url.ptr : "");
	}
	if (k->url[0] == '\0' && !call->json)
		fputs("Put the address of your server before it, or into the option url.\n",
		      call->err);
	sodium_memzero(key, sizeof(key));
	heard_buf_release(&url);
	return put_out(call, &out);
}

static int kiosk_key(void *self, const struct heard_call *call)
{
	struct kiosk *k = self;
	struct heard_error err = {0};
	if (call->argc != 2)
		return USAGE;
	int result = device_create_all(k, &err) == 0 ? DONE : fail(call, err.text);
	const struct device *d = result == DONE ? device_find(k, heard_str(call->argv[1]))
						: NULL;
	if (d != NULL)
		result = print_key(k, call, d);
	else if (result == DONE)
		result = fail(call, "no device of that id is in the option devices");
	free(k->known);
	k->known = NULL;
	return result;
}

/* ---- devices */

static const char *state_of(const struct device *d)
{
	return d->is_silent ? "silent" : d->heard == 0 ? "never heard" : "ok";
}

static void put_json(struct heard_buf *out, const struct device *d)
{
	char heard[HEARD_TIME_SIZE];
	struct heard_json_out json = {.buf = out};
	heard_json_begin(&json, NULL, '{');
	heard_json_str(&json, "device", heard_str(d->row->id));
	heard_json_str(&json, "store", heard_str(d->row->store));
	heard_json_str(&json, "state", heard_str(state_of(d)));
	heard_time_format(d->heard, heard);
	if (d->heard)
		heard_json_str(&json, "heard", heard_str(heard));
	heard_json_int(&json, "presses", d->presses);
	heard_json_int(&json, "bursts", d->bursts);
	if (d->queue >= 0)
		heard_json_int(&json, "queue", d->queue);
	if (d->battery >= 0)
		heard_json_num(&json, "battery", d->battery);
	heard_json_num(&json, "clock_ahead_s", (double)d->skew / 1000);
	heard_json_end(&json, '}');
}

static void put_line(struct heard_buf *out, const struct device *d, int64_t now)
{
	char battery[16] = "-", queue[24] = "-", heard[40] = "-";
	if (d->battery >= 0)
		snprintf(battery, sizeof(battery), "%.0f%%", d->battery * 100);
	if (d->queue >= 0)
		snprintf(queue, sizeof(queue), "%lld", (long long)d->queue);
	if (d->heard)
		snprintf(heard, sizeof(heard), "%lld min ago",
			 (long long)((now - d->heard) / MINUTE_MS));
	heard_buf_printf(out, "%-20s %-12s %-14s %9lld %7s %8s %8.0f s  %s\n", d->row->id,
			 state_of(d), heard, (long long)d->presses, queue, battery,
			 (double)d->skew / 1000, d->row->store);
}

static int kiosk_devices(void *self, const struct heard_call *call)
{
	struct kiosk *k = self;
	struct heard_error err = {0};
	struct heard_buf out;
	if (call->argc != 1)
		return USAGE;
	heard_buf_init(&out, OUTPUT_BYTES);
	int result = device_create_all(k, &err) == 0 && saved_load(k, call->host, &err) == 0
			     ? DONE
			     : fail(call, err.text);
	if (call->json)
		heard_buf_puts(&out, "[");
	else
		heard_buf_printf(&out, "%-20s %-12s %-14s %9s %7s %8s %10s  %s\n", "device",
				 "state", "heard", "presses", "queue", "battery", "clock",
				 "store");
	for (size_t i = 0; result == DONE && i < k->known_n; i++) {
		if (call->json && i > 0)
			heard_buf_puts(&out, ",");
		if (call->json)
			put_json(&out, &k->known[i]);
		else
			put_line(&out, &k->known[i], heard_now(call->host));
	}
	if (call->json)
		heard_buf_puts(&out, "]\n");
	free(k->known);
	k->known = NULL;
	if (result == DONE)
		return put_out(call, &out);
	heard_buf_release(&out);
	return result;
}

const struct heard_command kiosk_commands[] = {
	{"key", "DEVICE", "print the address to open once on a device", kiosk_key},
	{"devices", "[--json]", "list the devices: last heard, queue, battery, clock",
	 kiosk_devices},
	{.name = NULL},
};
