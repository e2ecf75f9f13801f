/*
 * device.c - see device.h.
 */
#include "device.h"

#include "kiosk.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <verify/verify.h>

enum {
	NOISE_MS = 5000, /* a batch may be so long on its way */
	MINUTE_MS = 60 * 1000,
};

/* ---- the list */

static const struct device_row *rows(const struct kiosk *k)
{
	return k->devices.at;
}

static bool is_good_id(const char *id)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_.";
	size_t n = strlen(id);
	return n > 0 && n <= DEVICE_ID_MAX && strspn(id, allowed) == n;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct device *)a)->row->id, ((const struct device *)b)->row->id);
}

int device_ids_are_good(const struct kiosk *k, struct heard_error *err)
{
	for (size_t i = 0; i < k->devices.n; i++)
		if (!is_good_id(rows(k)[i].id))
			return heard_fail(err, EINVAL,
					  "devices: id \"%.64s\" must be 1 to %d letters, "
					  "digits, \"-\", \"_\" or \".\"",
					  rows(k)[i].id, DEVICE_ID_MAX);
	return 0;
}

int device_create_all(struct kiosk *k, struct heard_error *err)
{
	k->known = calloc(k->devices.n + 1, sizeof(*k->known));
	if (k->known == NULL)
		return heard_fail(err, ENOMEM, "no memory for the devices");
	k->known_n = k->devices.n;
	for (size_t i = 0; i < k->known_n; i++)
		k->known[i] = (struct device){.row = &rows(k)[i], .queue = -1, .battery = -1};
	qsort(k->known, k->known_n, sizeof(*k->known), by_id);
	for (size_t i = 1; i < k->known_n; i++)
		if (by_id(&k->known[i - 1], &k->known[i]) == 0)
			return heard_fail(err, EINVAL, "devices: two have the id \"%s\"",
					  k->known[i].row->id);
	return 0;
}

struct device *device_find(struct kiosk *k, struct heard_str id)
{
	char text[DEVICE_ID_MAX + 1];
	if (id.len == 0 || id.len > DEVICE_ID_MAX || memchr(id.ptr, '\0', id.len) != NULL)
		return NULL;
	memcpy(text, id.ptr, id.len);
	text[id.len] = '\0';
	const struct device_row row = {.id = text};
	const struct device wanted = {.row = &row};
	return bsearch(&wanted, k->known, k->known_n, sizeof(wanted), by_id);
}

/* ---- keys */

void device_key(const struct heard_host *host, const struct device_row *row,
		char key_r[DEVICE_KEY])
{
	char text[DEVICE_ID_MAX + 32];
	unsigned char hash[32];
	int n = snprintf(text, sizeof(text), "%s/%lld", row->id, (long long)row->key);
	heard_keyed_hash(host, "kiosk device", heard_str_n(text, (size_t)n), hash);
	sodium_bin2hex(key_r, DEVICE_KEY, hash, (DEVICE_KEY - 1) / 2);
	sodium_memzero(hash, sizeof(hash));
}

bool device_has_key(const struct kiosk *k, const struct device *d, struct heard_str key)
{
	char right[DEVICE_KEY];
	device_key(k->host, d->row, right);
	bool has = verify_equal(key, heard_str(right));
	sodium_memzero(right, sizeof(right));
	return has;
}

/* ---- health */

int64_t device_offset(const struct device *d)
{
	return d->skew > NOISE_MS || d->skew < -NOISE_MS ? -d->skew : 0;
}

static void judge_clock(struct kiosk *k, struct device *d)
{
	int64_t wrong = d->skew < 0 ? -d->skew : d->skew;
	if (wrong > k->max_skew && !d->is_clock_wrong)
		heard_log(k->host, HEARD_WARN,
			  "device %s: its clock is %lld min %s; the times of its presses are "
			  "corrected, but set it",
			  d->row->id, (long long)(wrong / MINUTE_MS),
			  d->skew > 0 ? "fast" : "slow");
	if (wrong <= k->max_skew && d->is_clock_wrong)
		heard_log(k->host, HEARD_NOTICE, "device %s: its clock is right again",
			  d->row->id);
	d->is_clock_wrong = wrong > k->max_skew;
}

void device_hear(struct kiosk *k, struct device *d, const struct device_news *news)
{
	int64_t now = heard_now(k->host);
	if (d->is_silent)
		heard_log(k->host, HEARD_NOTICE, "device %s is back after %lld min", d->row->id,
			  (long long)((now - (d->heard ? d->heard : d->since)) / MINUTE_MS));
	d->is_silent = false;
	d->heard = now;
	d->presses += (int64_t)news->presses;
	d->bursts += (int64_t)news->bursts;
	if (news->queue >= 0)
		d->queue = news->queue;
	if (news->battery >= 0)
		d->battery = news->battery;
	if (news->now != HEARD_TIME_NONE) {
		d->skew = news->now - now;
		judge_clock(k, d);
	}
	k->is_dirty = true;
}
