/*
 * batch.c - see batch.h.
 */
#include "batch.h"

#include "kiosk.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 1000 };

/* ---- at home */

/* The good presses as marks, and the place of each among all. */
struct marks {
	struct burst_mark at[PAYLOAD_PRESSES];
	uint16_t place[PAYLOAD_PRESSES];
};

static void read_presses(const struct kiosk *k, const struct device *d,
			 const struct payload *payload, int64_t now, struct marks *marks,
			 struct batch_seqs *seqs)
{
	uint16_t i = 0;
	for (const struct heard_json *v = payload->first; v != NULL;
	     v = payload_next(payload, v), i++) {
		struct press p;
		if (press_read(&p, v, k->faces, heard_str(d->row->id)) != NULL) {
			seqs->bad++;
			continue;
		}
		marks->at[seqs->n] = (struct burst_mark){p.seq,
							 p.at == HEARD_TIME_NONE ? now : p.at};
		marks->place[seqs->n] = i;
		seqs->at[seqs->n++] = p.seq;
	}
}

/* The bits of the good ones become bits of all. */
static size_t judge(const struct kiosk *k, struct device *d, const struct marks *marks,
		    size_t n, unsigned char *bits)
{
	unsigned char found[PAYLOAD_PRESSES / 8] = {0};
	size_t bursts = burst_judge(&d->burst, &k->burst, marks->at, n, found);
	for (size_t i = 0; i < n; i++)
		if ((found[i / 8] >> i % 8) & 1)
			bits[marks->place[i] / 8] |= (unsigned char)(1u << marks->place[i] % 8);
	return bursts;
}

static void look_at_presses(struct kiosk *k, struct device *d, const struct payload *payload,
			    struct press_context *c, struct batch_seqs *seqs)
{
	struct marks marks;
	read_presses(k, d, payload, c->arrived, &marks, seqs);
	struct device_news news = {.now = payload->now,
				   .queue = payload->queue,
				   .battery = payload->battery,
				   .presses = seqs->n};
	news.bursts = judge(k, d, &marks, seqs->n, c->bursts);
	device_hear(k, d, &news);
	c->offset = payload->now == HEARD_TIME_NONE ? 0 : device_offset(d);
}

int batch_look(struct kiosk *k, struct device *d, struct heard_str raw, struct press_context *c,
	       struct batch_seqs *seqs, struct heard_error *err)
{
	struct payload payload;
	*c = (struct press_context){
		.arrived = heard_now(k->host),
		.row = (uint32_t)(d->row - (const struct device_row *)k->devices.at)};
	seqs->n = seqs->bad = 0;
	int result = payload_read(&payload, raw, err);
	if (result == 0)
		look_at_presses(k, d, &payload, c, seqs);
	payload_release(&payload);
	return result;
}

/* ---- a sender who cannot be told */

struct waiting {
	struct kiosk *kiosk;
	void (*receipt)(void *arg, const struct heard_receipt *);
	void *arg;
	struct press_context context;
	size_t len;
	char raw[];
};

static void emit(struct waiting *);

/* What is refused for good is given again, to be buried. */
static void on_receipt(void *arg, const struct heard_receipt *receipt)
{
	struct waiting *w = arg;
	struct heard_receipt r = *receipt;
	bool is_refused = r.code != 0 && r.code != -EAGAIN;
	if (is_refused && w->context.bury == PRESS_TAKE) {
		w->context.bury = r.code == -EEXIST ? PRESS_CLASH : PRESS_UNREADABLE;
		emit(w);
		return;
	}
	if (is_refused)
		r.code = -EAGAIN;
	w->receipt(w->arg, &r);
	free(w);
}

static void emit(struct waiting *w)
{
	struct heard_emission e = {
		.raw = heard_str_n(w->raw, w->len),
		.context = heard_str_n((const char *)&w->context, sizeof(w->context)),
		.receipt = on_receipt,
		.arg = w,
	};
	heard_emit(w->kiosk->host, &e);
}

static void refuse(void (*receipt)(void *arg, const struct heard_receipt *), void *arg)
{
	struct heard_receipt r = {.code = -EAGAIN, .error = "no memory", .after_ms = RETRY_MS};
	receipt(arg, &r);
}

void batch_emit(struct kiosk *k, struct heard_str device, struct heard_str raw,
		void (*receipt)(void *arg, const struct heard_receipt *), void *arg)
{
	struct device *d = device_find(k, device);
	struct batch_seqs seqs = {.n = 0};
	struct heard_receipt empty = {.code = 0};
	struct waiting *w = malloc(sizeof(*w) + raw.len);
	if (w == NULL) {
		refuse(receipt, arg);
		return;
	}
	*w = (struct waiting){.kiosk = k, .receipt = receipt, .arg = arg, .len = raw.len};
	if (raw.len)
		memcpy(w->raw, raw.ptr, raw.len);
	if (d == NULL)
		w->context.bury = PRESS_STRANGER;
	else if (batch_look(k, d, raw, &w->context, &seqs, NULL) != 0)
		w->context.bury = PRESS_UNREADABLE;
	if (w->context.bury != PRESS_TAKE || seqs.n + seqs.bad > 0) {
		emit(w);
		return;
	}
	free(w); /* a sign of life */
	receipt(arg, &empty);
}
