/*
 * door.c - see door.h.
 *
 *	X-Kiosk-Device: shop-3
 *	X-Kiosk-Key: <as `heard kiosk key` prints it>
 *
 *	200 {"accepted":2,"dead":0,"safe":[17,18],   they need not be kept any more; `page` is
 *	     "page":"..."}                           the version of the page that there is
 *	409 {"conflict":[17],...}                    17 came before with other content:
 *	                                             give this one a new number
 *	400, 413                                     nothing of it was taken
 *	401                                          not the key of a device in the list
 *	503 with Retry-After                         not now
 *
 * A batch without a press is a sign of life.  It is answered without the journal.
 */
#include "door.h"

#include "batch.h"
#include "kiosk.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/http.h>
#include <heard/json.h>
#include <intake/intake.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { ANSWER = 64 << 10 };

/* A batch whose receipt is waited for. */
struct asking {
	const struct kiosk *kiosk;
	struct batch_seqs seqs;
};

/* ---- answers */

static void reply_json(struct heard_http *take, int status, struct heard_buf *body)
{
	heard_http_set_header(take, "Cache-Control", "no-store");
	heard_http_reply(take, status, "application/json", heard_buf_view(body));
	heard_buf_release(body);
}

static void reply_safe(const struct kiosk *k, struct heard_http *take,
		       const struct batch_seqs *seqs, size_t dead)
{
	struct heard_buf body;
	struct heard_json_out out = {.buf = &body};
	heard_buf_init(&body, ANSWER);
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "accepted", (int64_t)seqs->n);
	heard_json_int(&out, "dead", (int64_t)dead);
	heard_json_str(&out, "page", heard_str(k->page));
	heard_json_begin(&out, "safe", '[');
	for (size_t i = 0; i < seqs->n; i++)
		heard_json_int(&out, NULL, seqs->at[i]);
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	reply_json(take, 200, &body);
}

static void reply_conflict(struct heard_http *take, int64_t seq)
{
	struct heard_buf body;
	struct heard_json_out out = {.buf = &body};
	heard_buf_init(&body, ANSWER);
	heard_json_begin(&out, NULL, '{');
	heard_json_begin(&out, "conflict", '[');
	heard_json_int(&out, NULL, seq);
	heard_json_end(&out, ']');
	heard_json_str(&out, "error",
		       HEARD_STR_OF("this device has sent another press under this number; "
				    "give it a new one"));
	heard_json_end(&out, '}');
	reply_json(take, 409, &body);
}

static void on_answer(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	struct asking *a = arg;
	if (receipt->code == 0)
		reply_safe(a->kiosk, take, &a->seqs, receipt->dead);
	else if (receipt->code == -EEXIST && receipt->line > 0 &&
		 (size_t)receipt->line <= a->seqs.n)
		reply_conflict(take, a->seqs.at[receipt->line - 1]);
	else
		intake_reply(take, receipt);
	free(a);
}

/* ---- who and what */

static bool is_plain(const struct heard_http *request)
{
	struct heard_str encoding = heard_http_header(request, "Content-Encoding");
	return encoding.len == 0 ||
	       (encoding.len == 8 && strncasecmp(encoding.ptr, "identity", 8) == 0);
}

/* NULL: it was answered. */
static struct device *let_in(struct kiosk *k, struct heard_http *take)
{
	struct device *d = device_find(k, heard_http_header(take, "X-Kiosk-Device"));
	bool has_key = d != NULL &&
		       device_has_key(k, d, heard_http_header(take, "X-Kiosk-Key"));
	if (d != NULL && !has_key && !d->is_key_wrong)
		heard_log(k->host, HEARD_WARN,
			  "device %s: came with a wrong key; open the address that `heard "
			  "kiosk key %s` prints on it, unless its key was taken back",
			  d->row->id, d->row->id);
	if (d != NULL)
		d->is_key_wrong = !has_key;
	if (has_key)
		return d;
	heard_http_problem(take, 401,
			   "X-Kiosk-Device and X-Kiosk-Key are not those of a device in the "
			   "list");
	return NULL;
}

static void take_batch(struct kiosk *k, struct device *d, struct heard_http *take)
{
	struct press_context context;
	struct heard_error err = {0};
	struct asking *a = malloc(sizeof(*a));
	if (a == NULL || heard_is_paused(k->host)) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503, "not now, send it again");
		free(a);
		return;
	}
	a->kiosk = k;
	int result = batch_look(k, d, heard_http_body(take), &context, &a->seqs, &err);
	if (result == 0 && a->seqs.n + a->seqs.bad > 0) {
		struct heard_emission e = {
			.context = heard_str_n((const char *)&context, sizeof(context))};
		intake_take(k->host, take, &e, on_answer, a);
		return;
	}
	if (result == 0)
		reply_safe(k, take, &a->seqs, 0);
	else
		heard_http_problem(take, result == -EFBIG ? 413 : 400, "%s", err.text);
	free(a);
}

void door_handle(void *kiosk, struct heard_http *take)
{
	struct kiosk *k = kiosk;
	struct device *d = let_in(k, take);
	if (d == NULL)
		return;
	if (!intake_type_is(take, "application/json") || !is_plain(take))
		heard_http_problem(take, 415,
				   "a batch is application/json in UTF-8, not compressed");
	else
		take_batch(k, d, take);
}
