/*
 * http.c - input: feedback posted over HTTP, and the form to write it in.
 *
 * A request is answered by its receipt, that is, after the commit: 202 means
 * that the records are safe.  The bytes go to a worker as they came, still
 * compressed; the handler looks at headers only.  Nothing is taken of a body
 * that is bad anywhere, so a sender can mend it and send it again.
 *
 * Of our own form the handler reads the fields too, up to the first file: they begin
 * with the token that makes a second click harmless, and are shown again if something
 * is wrong.
 */
#include "answer.h"
#include "body.h"
#include "cors.h"
#include "entry.h"
#include "input.h"
#include "screen.h"
#include "upload.h"
#include "widget.h"

#include <heard/answer.h>
#include <heard/batch.h>
#include <heard/blob.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/plugin.h>
#include <intake/intake.h>

#include <errno.h>
#include <once/once.h>
#include <once/way.h>
#include <sniff/sniff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_KEY = 255,	     /* of Idempotency-Key                            */
	PLAIN_PER_BODY = 20, /* max_body counts what is sent; inflated it may be more */
	MAX_PLAIN = 1 << 30,
	MAX_BODY = 1 << 28,
	MAX_PATH = 1024,
};

/* ---- a post that waits for its receipt */

struct waiting {
	struct http *http;
	struct heard_http *request;
	bool has_key, is_anonymous;
	bool is_browser; /* shows pages; a program reads JSON */
	struct entry entry;
};

static struct waiting *waiting_create(struct http *h, struct heard_http *request)
{
	struct waiting *w = malloc(sizeof(*w));
	if (w == NULL)
		return NULL;
	*w = (struct waiting){.http = h, .request = request};
	entry_init(&w->entry);
	return w;
}

static void waiting_destroy(struct waiting *w)
{
	entry_release(&w->entry);
	free(w);
}

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

static void show_receipt(struct waiting *w, const struct heard_receipt *receipt)
{
	char link[WAY_LINK];
	switch (-receipt->code) {
	case 0:
		if (receipt->n)
			way_link(w->http->host, heard_str_n(receipt->ids[0], 36), link);
		screen_accepted(w->request, w->http, &w->entry, receipt->n ? link : NULL);
		break;
	case EBADMSG:
	case EFBIG:
		screen_form(w->http, w->request, &w->entry, fault_find(receipt->error));
		break;
	case EEXIST: screen_form(w->http, w->request, &w->entry, FAULT_SENT_BEFORE); break;
	default:
		intake_set_retry(w->request, receipt->after_ms);
		screen_form(w->http, w->request, &w->entry, FAULT_BUSY);
	}
}

static void on_receipt(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	struct waiting *w = arg;
	if (w->is_browser) {
		show_receipt(w, receipt);
	} else {
		cors_set(w->http, take);
		answer_receipt(w->http, take, receipt, conflict_of(w));
	}
	waiting_destroy(w);
}

/* ---- may it be read? */

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

static uint64_t max_plain(const struct http *h)
{
	uint64_t n = (uint64_t)h->max_body * PLAIN_PER_BODY;
	return n < MAX_PLAIN ? n : MAX_PLAIN;
}

/* What the headers say of the body; false: they were answered. */
static bool read_head(const struct http *h, struct heard_http *take,
		      struct body_context *context)
{
	struct heard_str type = heard_http_header(take, "Content-Type");
	*context = (struct body_context){.kind = body_kind(type), .max_plain = max_plain(h)};
	context->is_anonymous = heard_http_principal(take).len == 0;
	if (!encoding_is_known(heard_http_header(take, "Content-Encoding"),
			       &context->is_gzip) ||
	    (context->is_gzip && context->kind == BODY_MULTIPART)) {
		heard_http_set_header(take, "Accept-Encoding", "gzip");
		heard_http_problem(
			take, 415, "Content-Encoding may be gzip or absent%s",
			context->is_gzip ? ", and for multipart/form-data only absent" : "");
	} else if (context->kind == BODY_UNKNOWN) {
		heard_http_problem(
			take, 415,
			"Content-Type may be application/json, application/x-ndjson, "
			"application/x-www-form-urlencoded or multipart/form-data, in UTF-8");
	} else if (context->kind == BODY_MULTIPART &&
		   !multipart_boundary(type, context->boundary)) {
		heard_http_problem(take, 400, "Content-Type names no boundary");
	} else if (!key_is_good(heard_http_header(take, "Idempotency-Key"))) {
		heard_http_problem(
			take, 400,
			"Idempotency-Key must be 1 to 255 printable ASCII characters");
	} else if (context->kind != BODY_MULTIPART &&
		   (int64_t)heard_http_body(take).len > h->max_body) {
		heard_http_problem(take, 413, "the body is longer than this path takes");
	} else {
		return true;
	}
	return false;
}

/* ---- our own form */

static bool accepts_html(const struct heard_http *request)
{
	struct heard_str accept = heard_http_header(request, "Accept");
	return accept.len && memmem(accept.ptr, accept.len, "text/html", 9) != NULL;
}

/* Is it from a browser, and is it our form?  What is wrong with it then. */
static enum form_fault read_form(struct waiting *w, struct body_context *context)
{
	const struct http *h = w->http;
	bool is_form = context->kind == BODY_FORM || context->kind == BODY_MULTIPART;
	if (!h->has_form || !is_form || context->is_gzip)
		return FAULT_NONE;
	enum form_fault fault = entry_look(&w->entry, context->kind, context->boundary,
					   heard_http_body(w->request), &context->is_page);
	w->is_browser = context->is_page || accepts_html(w->request);
	if (!context->is_page)
		return FAULT_NONE; /* somebody else's: read as any body is */
	if (fault != FAULT_NONE)
		return fault;
	if (once_check(h->host, entry_get(&w->entry, ENTRY_ONCE)) != ONCE_GOOD)
		return FAULT_EXPIRED;
	return entry_check(&w->entry, &h->consent);
}

static void emit(struct waiting *w, const struct body_context *context)
{
	struct heard_str key = context->is_page
				       ? entry_get(&w->entry, ENTRY_ONCE)
				       : heard_http_header(w->request, "Idempotency-Key");
	w->has_key = key.len > 0;
	w->is_anonymous = context->is_anonymous;
	struct heard_emission e = {
		.context = heard_str_n((const char *)context, sizeof(*context)),
		.principal = heard_http_principal(w->request),
		.source_id = key,
	};
	intake_take(w->http->host, w->request, &e, on_receipt, w);
}

static void handle_post(struct http *h, struct heard_http *take)
{
	struct body_context context;
	if (!read_head(h, take, &context))
		return;
	struct waiting *w = waiting_create(h, take);
	if (w == NULL) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503, "out of memory");
		return;
	}
	enum form_fault fault = read_form(w, &context);
	if (fault == FAULT_NONE) {
		emit(w, &context);
		return;
	}
	screen_form(h, take, &w->entry, fault);
	waiting_destroy(w);
}

static void http_handle(void *arg, struct heard_http *take)
{
	struct http *h = arg;
	switch (heard_http_method(take)) {
	case HEARD_HTTP_OPTIONS:
		cors_set(h, take);
		cors_answer(take);
		break;
	case HEARD_HTTP_GET: screen_form(h, take, NULL, FAULT_NONE); break;
	default: handle_post(h, take);
	}
}

/* ---- on a worker */

static int decode_page(const struct http *h, const struct body_context *c, struct heard_str raw,
		       struct heard_batch *batch, struct heard_error *err)
{
	struct entry e;
	bool is_ours;
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL)
		return heard_fail(err, ENOMEM, "no memory for the record");
	entry_init(&e);
	enum form_fault fault = entry_read(&e, c->kind, c->boundary, raw, &is_ours);
	int result = fault == FAULT_NONE ? entry_fill(&e, h, r) : fault_fail(err, fault);
	if (result < 0 && fault == FAULT_NONE)
		heard_fail(err, -result, "no memory for the record");
	if (result == 0 && c->kind == BODY_MULTIPART)
		result = upload_files(h, raw, c->boundary, r, err);
	entry_release(&e);
	return result;
}

static int http_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct http *h = self;
	struct body_context c;
	memcpy(&c, context.ptr, sizeof(c));
	if (c.is_page)
		return decode_page(h, &c, raw, batch, err);
	if (c.kind != BODY_MULTIPART)
		return body_decode(&c, raw, heard_str(h->channel), batch, err);
	size_t before = heard_batch_size(batch);
	int result = upload_decode(h, raw, c.boundary, batch, err);
	if (result == 0 && c.is_anonymous)
		body_disown(batch, before);
	return result;
}

/* ---- answers */

/* The customer has the link of his status page, which shows the answer: by being kept it
 * has reached him. */
static void http_reply(void *self, const struct heard_answer *answer,
		       struct heard_reply *take_reply)
{
	(void)self, (void)answer;
	heard_reply_finish(take_reply, HEARD_DELIVERED, 0, NULL);
}

/* ---- life */

static int64_t longest_body(const struct http *h)
{
	int64_t files = h->has_files ? h->attachments.max_count * h->attachments.max_size : 0;
	int64_t n = files ? files + ENTRY_MAX + MULTIPART_MAX_PARTS * 1024 : 0;
	n = n > h->max_body ? n : h->max_body;
	return n < MAX_BODY ? n : MAX_BODY;
}

static int mount_form(struct http *h, struct heard_error *err)
{
	char path[MAX_PATH];
	size_t n = strlen(h->path);
	struct heard_route route = {
		.listener = h->listener,
		.path = path,
		.methods = HEARD_HTTP_GET,
		.handle = widget_handle,
		.arg = h,
	};
	if (n >= sizeof(path) - 16)
		return heard_fail(err, EINVAL, "path is too long");
	snprintf(path, sizeof(path), "%s%swidget.js", h->path,
		 h->path[n - 1] == '/' ? "" : "/");
	return heard_http_mount(h->host, &route, err);
}

static int http_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct http *h = self;
	h->host = host;
	h->has_form = h->form && h->api_keys.n == 0 && h->path[0] &&
		      strchr(h->path, '*') == NULL;
	h->has_files = h->attachments.max_count > 0;
	if (h->has_files && !heard_blob_allowed(host))
		return heard_fail(
			err, ENOKEY,
			"attachments are kept sealed: name a privacy.public_key (made "
			"by `heard keygen`), or set attachments.max_count to 0");
	struct heard_route route = {
		.listener = h->listener,
		.path = h->path,
		.methods = HEARD_HTTP_POST | (h->has_form ? HEARD_HTTP_GET : 0u) |
			   (h->cors.n ? HEARD_HTTP_OPTIONS : 0u),
		.max_body = longest_body(h),
		.api_keys = &h->api_keys,
		.handle = http_handle,
		.arg = h,
	};
	int result = heard_http_mount(host, &route, err);
	return result == 0 && h->has_form ? mount_form(h, err) : result;
}

static const struct heard_option consent_options[] = {
	{"text_zh", HEARD_STRING(struct http_consent, text_zh), .value = "",
	 .help = "The notice in Chinese; empty for the one that is built in"},
	{"text_en", HEARD_STRING(struct http_consent, text_en), .value = "",
	 .help = "The notice in English; empty for the one that is built in"},
	{"version", HEARD_STRING(struct http_consent, version), .value = "1",
	 .help = "Kept with each record as attributes.consent; change it with the text; empty "
		 "to ask nobody"},
	{.name = NULL},
};

static const struct heard_option attachments_options[] = {
	{"max_count", HEARD_INT(struct http_attachments, max_count), .value = "0", .min = 0,
	 .max = 20, .help = "Most files that come with one message; 0 takes none"},
	{"max_size", HEARD_SIZE(struct http_attachments, max_size), .value = "5M", .min = 1024,
	 .max = 64 << 20, .help = "Largest file"},
	{"types", HEARD_LIST(struct http_attachments, types),
	 .value = "[ \"image/jpeg\", \"image/png\", \"image/webp\", \"image/heic\", "
		  "\"application/pdf\", \"video/mp4\" ]",
	 .choices = sniff_types,
	 .help = "What a file may be, by its content and not by what it says"},
	{.name = NULL},
};

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
	 .help = "Origins of web pages that may post, or show the form by widget.js, such as "
		 "https://example.org, or *"},
	{"max_body", HEARD_SIZE(struct http, max_body), .value = "1M", .min = 1, .max = 1 << 28,
	 .help = "Longest body as sent; a compressed one may hold twenty times as much"},
	{"form", HEARD_BOOL(struct http, form), .value = "true",
	 .help = "Show a form to write feedback in at this path, and at path/widget.js a "
		 "script "
		 "that puts it into other pages; never with api_keys"},
	{"consent", HEARD_GROUP(struct http, consent, consent_options),
	 .help = "What a customer agrees to by sending the form"},
	{"attachments", HEARD_GROUP(struct http, attachments, attachments_options),
	 .help = "Files that may come with a message; they are kept sealed, so "
		 "privacy.public_key is needed"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "http",
	.version = "1.1",
	.summary = "take feedback posted as JSON, NDJSON or a form, and show the form",
	.options = options,
	.writes =
		"channel; of the form: body, rating, rating_max, order, product, author.name, "
		"author.phone, author.email, lang, attachments, attributes.consent",
	.example = "{ plugin = \"http\"; path = \"/feedback\"; }",
	.self_size = sizeof(struct http),
	.open = http_open,
	.decode = http_decode,
	.reply = http_reply,
};
