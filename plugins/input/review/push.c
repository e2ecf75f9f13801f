/*
 * push.c - a request with reviews.
 *
 * Who posts may name reviews, change and delete them, so nobody posts without a key or a
 * signature.  Nothing is taken of a body that is bad anywhere: the sender is told which
 * item it is, can mend it and send all of it again.
 *
 * If pictures are fetched the request waits for them, unread; its body is emitted as it
 * came, with what was found as context.
 */
#include "push.h"

#include "body.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/record.h>
#include <intake/intake.h>
#include <text/utf8.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { WAITING = 32 };

struct push {
	struct review *review;
	struct verify verify;
	struct feed *feed;
	struct waiting { /* for pictures */
		struct push *push;
		struct heard_http *request; /* NULL: nobody waits here */
		struct gather_job *job;
		enum page_kind kind;
	} waiting[WAITING];
};

/* ---- on a worker */

struct decoding {
	const struct review *review;
	struct heard_str found;
	struct heard_batch *batch;
	bool is_lines;
};

static int decode_item(void *arg, const struct heard_json *item, size_t i,
		       struct heard_error *err)
{
	const struct decoding *d = arg;
	const struct review *r = d->review;
	const char *needs = r->pull.feed.needs;
	struct heard_record *record = heard_batch_add(d->batch);
	if (record == NULL)
		return heard_fail(err, ENOMEM, "no memory for the records");
	if (needs[0] && feed_get(item, needs) == NULL) {
		heard_record_drop(record, "no review");
		return 0;
	}
	int code = feed_fill(r->push->feed, item, record, err);
	if (code == 0)
		code = extra_finish(&r->extra, item, d->found, record, err);
	if (code == -EBADMSG) {
		heard_error_wrap(err, "item %zu", i);
		err->line = d->is_lines ? (int)i : 0;
	}
	return code;
}

int push_decode(const struct review *r, const struct page *page, struct heard_str raw,
		struct heard_batch *batch, struct heard_error *err)
{
	struct decoding d = {r, page->found, batch, page->kind == PAGE_LINES};
	if (r->push == NULL)
		return heard_fail(err, EBADMSG, "nothing is taken by `path` here");
	return body_visit(r->push->feed, r->pull.feed.items, raw, d.is_lines, decode_item, &d,
			  err);
}

/* ---- a request goes on its way */

static void on_receipt(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	(void)arg;
	if (receipt->code == -EEXIST)
		heard_http_problem(take, 422,
				   "a review of this body came before with other content; an "
				   "edit needs a higher revision, or a later updated_at");
	else
		intake_reply(take, receipt);
}

static void emit(struct push *p, struct heard_http *take, enum page_kind kind,
		 struct heard_str found)
{
	struct page page = {.kind = kind, .found = found};
	struct heard_buf context;
	heard_buf_init(&context, PAGE_CONTEXT);
	page_write(&page, &context);
	struct heard_emission e = {.context = heard_buf_view(&context),
				   .principal = heard_http_principal(take)};
	if (context.failed) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503, "out of memory");
	} else {
		intake_take(p->review->host, take, &e, on_receipt, p);
	}
	heard_buf_release(&context);
}

/* ---- pictures */

static void on_gathered(void *arg, struct heard_str found)
{
	struct waiting *w = arg;
	struct heard_http *request = w->request;
	w->request = NULL;
	emit(w->push, request, w->kind, found);
}

static int gather_item(void *arg, const struct heard_json *item, size_t i,
		       struct heard_error *err)
{
	const struct waiting *w = arg;
	(void)i, (void)err;
	gather_add(w->job, item);
	return 0;
}

/* A body that cannot be read has no links; the worker says why. */
static void gather_body(struct push *p, struct heard_http *take, enum page_kind kind)
{
	struct heard_error ignored = {0};
	struct waiting *w = p->waiting, *end = p->waiting + WAITING;
	while (w < end && w->request)
		w++;
	struct gather_job *job = w < end ? gather_begin(p->review->gather, on_gathered, w)
					 : NULL;
	if (job == NULL) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503,
				   "too many reviews wait for their pictures, send it again");
		return;
	}
	*w = (struct waiting){.push = p, .request = take, .job = job, .kind = kind};
	body_visit(p->feed, p->review->pull.feed.items, heard_http_body(take),
		   kind == PAGE_LINES, gather_item, w, &ignored);
	gather_run(job);
}

void push_stop(struct review *r)
{
	for (size_t i = 0; r->push && i < WAITING; i++) {
		struct waiting *w = &r->push->waiting[i];
		struct heard_http *request = w->request;
		if (request == NULL)
			continue;
		gather_cancel(w->job);
		w->request = NULL;
		intake_set_retry(request, 0);
		heard_http_problem(request, 503, "heard is stopping, send it again");
	}
}

/* ---- a request comes */

/* JSON is UTF-8, whatever Content-Type calls it. */
static bool says_utf8(struct heard_str type)
{
	static const char name[] = "charset=";
	for (size_t i = 0; i + sizeof(name) - 1 < type.len; i++) {
		if (strncasecmp(type.ptr + i, name, sizeof(name) - 1) != 0)
			continue;
		i += sizeof(name) - 1;
		i += type.ptr[i] == '"';
		return (type.len - i >= 5 && strncasecmp(type.ptr + i, "utf-8", 5) == 0) ||
		       (type.len - i >= 4 && strncasecmp(type.ptr + i, "utf8", 4) == 0);
	}
	return true;
}

/* 0: it was answered. */
static int read_head(const struct heard_http *request)
{
	struct heard_str type = heard_http_header(request, "Content-Type");
	if (!says_utf8(type) || heard_http_header(request, "Content-Encoding").len)
		return 0;
	if (intake_type_is(request, "application/x-ndjson") ||
	    intake_type_is(request, "application/ndjson") ||
	    intake_type_is(request, "application/jsonl"))
		return PAGE_LINES;
	return type.len == 0 || intake_type_is(request, "application/json") ? PAGE_BODY : 0;
}

static void push_handle(void *arg, struct heard_http *take)
{
	struct push *p = arg;
	const struct review *r = p->review;
	int kind = read_head(take);
	if (kind == 0)
		heard_http_problem(take, 415,
				   "Content-Type may be application/json or "
				   "application/x-ndjson, in UTF-8 and not compressed");
	else if (!verify_or_refuse(&p->verify, take, heard_now(r->host)))
		return;
	else if (!text_is_valid(heard_http_body(take)))
		heard_http_problem(take, 400,
				   "the body is not UTF-8; convert it, from GBK if "
				   "it is Chinese, and send it again");
	else if (r->gather && !heard_is_paused(r->host))
		gather_body(p, take, (enum page_kind)kind);
	else
		emit(p, take, (enum page_kind)kind, heard_str_n(NULL, 0));
}

/* ---- life */

static int open_parts(struct push *p, struct heard_error *err)
{
	struct review *r = p->review;
	const struct review_signature *s = &r->signature;
	struct feed_options feed = {.format = FEED_JSON,
				    .fields = r->fields.map,
				    .channel = r->channel,
				    .max_items = r->pull.feed.max_items};
	struct heard_route route = {
		.listener = r->listener,
		.path = r->path,
		.methods = HEARD_HTTP_POST,
		.max_body = r->max_body,
		.api_keys = &r->api_keys,
		.handle = push_handle,
		.arg = p,
	};
	if (s->scheme == VERIFY_TOKEN && s->header[0] == '\0')
		return heard_fail(err, EINVAL,
				  "signature.header is missing: the one that "
				  "carries the token");
	if (verify_init(&p->verify, (enum verify_scheme)s->scheme, s->secret, err) != 0)
		return heard_error_wrap(err, "signature");
	p->verify.header = s->header[0] ? s->header : NULL;
	p->verify.tolerance = s->tolerance;
	p->feed = feed_create(&feed, err);
	return p->feed ? heard_http_mount(r->host, &route, err) : -err->code;
}

int push_open(struct review *r, struct heard_error *err)
{
	if (r->path[0] == '\0')
		return 0;
	if (r->api_keys.n == 0 && r->signature.scheme == VERIFY_NONE)
		return heard_fail(err, EINVAL,
				  "path: anybody could write and delete reviews there; set "
				  "api_keys or signature");
	r->push = calloc(1, sizeof(*r->push));
	if (r->push == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	r->push->review = r;
	return open_parts(r->push, err);
}

void push_close(struct review *r)
{
	if (r->push == NULL)
		return;
	feed_destroy(r->push->feed);
	verify_release(&r->push->verify);
	free(r->push);
	r->push = NULL;
}
