/*
 * http.c - input: feedback posted over HTTP.
 *
 * A request is answered by its receipt, that is, after the commit: 202 means
 * that the records are safe.  The bytes go to a worker as they came, still
 * compressed; the handler looks at headers only.  Nothing is taken of a body
 * that is bad anywhere, so a sender can mend it and send it again.
 */
#include "body.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/json.h>
#include <heard/plugin.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_KEY = 255,	     /* of Idempotency-Key                            */
	RETRY_MS = 1000,     /* when we are paused and nobody knows for how long */
	PLAIN_PER_BODY = 20, /* max_body counts what is sent; inflated it may be more */
	MAX_PLAIN = 1 << 30,
	TOKEN_BYTES = 16,
};

struct http {
	const char *listener, *path, *channel;
	struct heard_list api_keys, cors;
	int64_t max_body;
	struct heard_host *host;
};

/* ---- CORS */

/* The origin if the config names it, "*" if all may, or NULL. */
static bool origin_is_allowed(const struct http *h, struct heard_str origin)
{
	for (size_t i = 0; i < h->cors.n; i++)
		if (strcmp(h->cors.at[i], "*") == 0 || heard_str_is(origin, h->cors.at[i]))
			return true;
	return false;
}

static void set_cors(const struct http *h, struct heard_http *request)
{
	char origin[512];
	struct heard_str from = heard_http_header(request, "Origin");
	if (h->cors.n == 0 || from.len == 0 || from.len >= sizeof(origin) ||
	    !origin_is_allowed(h, from))
		return;
	memcpy(origin, from.ptr, from.len);
	origin[from.len] = '\0';
	heard_http_set_header(request, "Access-Control-Allow-Origin", origin);
	heard_http_set_header(request, "Vary", "Origin");
}

static void answer_preflight(struct heard_http *take)
{
	heard_http_set_header(take, "Access-Control-Allow-Methods", "POST, OPTIONS");
	heard_http_set_header(take, "Access-Control-Allow-Headers",
			      "Authorization, Content-Encoding, Content-Type, Idempotency-Key, "
			      "X-API-Key");
	heard_http_set_header(take, "Access-Control-Max-Age", "86400");
	heard_http_reply(take, 204, NULL, heard_str_n(NULL, 0));
}

/* ---- answers */

static void set_retry_after(struct heard_http *request, int64_t ms)
{
	char value[24];
	snprintf(value, sizeof(value), "%lld",
		 (long long)((ms > 0 ? ms : RETRY_MS) + 999) / 1000);
	heard_http_set_header(request, "Retry-After", value);
}

/* "/status/<token>": who has the link may see what became of the record. */
static void put_status(const struct http *h, struct heard_json_out *out, struct heard_str id)
{
	unsigned char hash[32];
	char link[8 + sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE)] =
		"/status/";
	heard_keyed_hash(h->host, "status", id, hash);
	sodium_bin2base64(link + 8, sizeof(link) - 8, hash, TOKEN_BYTES,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	heard_json_str(out, NULL, heard_str(link));
}

static void answer_accepted(const struct http *h, struct heard_http *take,
			    const struct heard_receipt *receipt)
{
	struct heard_buf body;
	heard_buf_init(&body, 64 + receipt->n * 128);
	struct heard_json_out out = {.buf = &body};
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "accepted", (int64_t)receipt->n);
	heard_json_begin(&out, "ids", '[');
	for (size_t i = 0; i < receipt->n; i++)
		heard_json_str(&out, NULL, heard_str_n(receipt->ids[i], 36));
	heard_json_end(&out, ']');
	heard_json_begin(&out, "status", '[');
	for (size_t i = 0; i < receipt->n; i++)
		put_status(h, &out, heard_str_n(receipt->ids[i], 36));
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	heard_http_reply(take, 202, "application/json", heard_buf_view(&body));
	heard_buf_release(&body);
}

static void answer_bad(struct heard_http *take, const struct heard_receipt *receipt, int status)
{
	struct heard_buf body;
	heard_buf_init(&body, 8192);
	struct heard_json_out out = {.buf = &body};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "error",
		       heard_str(receipt->error ? receipt->error : "the body is malformed"));
	if (receipt->line > 0)
		heard_json_int(&out, "line", receipt->line);
	heard_json_end(&out, '}');
	heard_http_reply(take, status, "application/json", heard_buf_view(&body));
	heard_buf_release(&body);
}

struct waiting {
	struct http *http;
	struct heard_http *request;
	bool has_key, is_anonymous;
};

/* What came before with other content. */
static const char *conflict_of(const struct waiting *w)
{
	if (!w->has_key)
		return "a source_id of this body came before with other content";
	return w->is_anonymous
		       ? "this Idempotency-Key came before with another body"
		       : "this Idempotency-Key came before with another body, or a source_id "
			 "of the body with other content";
}

static void answer_conflict(const struct waiting *w, int record)
{
	char which[40] = "";
	if (record > 0)
		snprintf(which, sizeof(which), ": record %d", record);
	heard_http_problem(w->request, 422, "%s%s", conflict_of(w), which);
}

static void on_receipt(void *arg, const struct heard_receipt *receipt)
{
	struct waiting w = *(struct waiting *)arg;
	free(arg);
	set_cors(w.http, w.request);
	switch (-receipt->code) {
	case 0: answer_accepted(w.http, w.request, receipt); break;
	case EBADMSG: answer_bad(w.request, receipt, 400); break;
	case EFBIG: answer_bad(w.request, receipt, 413); break;
	case EEXIST: answer_conflict(&w, receipt->line); break;
	default:
		set_retry_after(w.request, receipt->after_ms);
		heard_http_problem(w.request, 503, "%s",
				   receipt->error ? receipt->error : "not now, send it again");
	}
}

/* ---- requests */

/* 1 to 255 printable characters, or absent. */
static bool key_is_good(struct heard_str key)
{
	if (key.ptr == NULL)
		return true;
	if (key.len == 0 || key.len > MAX_KEY)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] < ' ' || key.ptr[i] > '~')
			return false;
	return true;
}

/* 0, or the status to refuse the encoding with. */
static bool encoding_is_known(struct heard_str encoding, bool *is_gzip)
{
	*is_gzip = (encoding.len == 4 && strncasecmp(encoding.ptr, "gzip", 4) == 0) ||
		   (encoding.len == 6 && strncasecmp(encoding.ptr, "x-gzip", 6) == 0);
	return *is_gzip || encoding.len == 0 ||
	       (encoding.len == 8 && strncasecmp(encoding.ptr, "identity", 8) == 0);
}

static void emit(struct http *h, struct heard_http *take, struct heard_str key,
		 const struct body_context *context)
{
	struct waiting *w = malloc(sizeof(*w));
	if (w == NULL) {
		set_retry_after(take, RETRY_MS);
		heard_http_problem(take, 503, "out of memory");
		return;
	}
	*w = (struct waiting){h, take, key.len > 0, context->is_anonymous};
	struct heard_emission e = {
		.context = heard_str_n((const char *)context, sizeof(*context)),
		.principal = heard_http_principal(take),
		.source_id = key,
		.receipt = on_receipt,
		.arg = w,
	};
	e.raw = heard_http_take_body(take, &e.free_raw, &e.free_arg);
	heard_emit(h->host, &e);
}

static uint64_t max_plain(const struct http *h)
{
	uint64_t n = (uint64_t)h->max_body * PLAIN_PER_BODY;
	return n < MAX_PLAIN ? n : MAX_PLAIN;
}

static void http_handle(void *arg, struct heard_http *take)
{
	struct http *h = arg;
	struct body_context context = {.max_plain = max_plain(h)};
	struct heard_str key = heard_http_header(take, "Idempotency-Key");

	if (heard_http_method(take) == HEARD_HTTP_OPTIONS) {
		set_cors(h, take);
		answer_preflight(take);
		return;
	}
	context.is_anonymous = heard_http_principal(take).len == 0;
	context.kind = body_kind(heard_http_header(take, "Content-Type"));
	if (heard_is_paused(h->host)) {
		set_cors(h, take);
		set_retry_after(take, RETRY_MS);
		heard_http_problem(take, 503,
				   "taking no feedback at the moment, send it again");
	} else if (!encoding_is_known(heard_http_header(take, "Content-Encoding"),
				      &context.is_gzip)) {
		heard_http_set_header(take, "Accept-Encoding", "gzip");
		heard_http_problem(take, 415, "Content-Encoding may be gzip or absent");
	} else if (context.kind == BODY_UNKNOWN) {
		heard_http_problem(
			take, 415,
			"Content-Type may be application/json, application/x-ndjson or "
			"application/x-www-form-urlencoded, in UTF-8");
	} else if (!key_is_good(key)) {
		heard_http_problem(
			take, 400,
			"Idempotency-Key must be 1 to 255 printable ASCII characters");
	} else {
		emit(h, take, key, &context);
	}
}

static int http_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct http *h = self;
	struct body_context c;
	memcpy(&c, context.ptr, sizeof(c));
	return body_decode(&c, raw, heard_str(h->channel), batch, err);
}

/* ---- life */

static int http_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct http *h = self;
	h->host = host;
	struct heard_route route = {
		.listener = h->listener,
		.path = h->path,
		.methods = HEARD_HTTP_POST | (h->cors.n ? HEARD_HTTP_OPTIONS : 0u),
		.max_body = h->max_body,
		.api_keys = &h->api_keys,
		.handle = http_handle,
		.arg = h,
	};
	return heard_http_mount(host, &route, err);
}

static const struct heard_option options[] = {
	{"listener", HEARD_STRING(struct http, listener), .value = "public",
	 .help = "Name of the listener to serve on"},
	{"path", HEARD_STRING(struct http, path), .value = "/feedback",
	 .help = "Path that feedback is posted to"},
	{"channel", HEARD_STRING(struct http, channel), .value = "web",
	 .help = "Channel of records that name none"},
	{"api_keys", HEARD_LIST(struct http, api_keys), .value = "",
	 .help = "Keys that may post, each a line as `heard keygen --api NAME` prints it; "
		 "empty for anybody, whose records cannot name others (no source_id, op, "
		 "revision, thread and the like)"},
	{"cors", HEARD_LIST(struct http, cors), .value = "",
	 .help = "Origins of web pages that may post, such as https://example.org, or *"},
	{"max_body", HEARD_SIZE(struct http, max_body), .value = "1M", .min = 1, .max = 1 << 28,
	 .help = "Longest body as sent; a compressed one may hold twenty times as much"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "http",
	.version = "1.0",
	.summary = "take feedback posted as JSON, NDJSON or a form",
	.options = options,
	.writes = "channel",
	.example = "{ plugin = \"http\"; path = \"/feedback\"; }",
	.self_size = sizeof(struct http),
	.open = http_open,
	.decode = http_decode,
};
