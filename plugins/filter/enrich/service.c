/*
 * service.c - questions, answers and what is kept of them.
 */
#include "service.h"

#include "cache.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/json.h>

#include <errno.h>
#include <feed/feed.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/percent.h>

enum { URL_MAX = 4096, HEADERS_MAX = 16, LIST_MAX = 50 };

static const char place[] = "{key}";

struct service {
	struct heard_host *host;
	const struct service_options *options;
	const struct wanted *wanted;
	struct ask *ask;
	struct cache *cache;
	const char *headers[HEADERS_MAX + 2];
};

/* ---- the URL */

bool service_url(const char *pattern, struct heard_str key, struct heard_buf *url)
{
	const char *at = strstr(pattern, place);
	heard_buf_add(url, pattern, (size_t)(at - pattern));
	text_escape(url, key);
	heard_buf_puts(url, at + sizeof(place) - 1);
	heard_buf_add(url, "", 1);
	return !url->failed;
}

/* "..", or "a/../b": libcurl takes such a step back from the URL, and many a server does
 * though it is encoded.  Then we would ask for the list of all customers, whose first is
 * a stranger. */
bool service_key_leads_away(struct heard_str key)
{
	size_t from = 0;
	for (size_t i = 0; i <= key.len; i++) {
		if (i < key.len && key.ptr[i] != '/' && key.ptr[i] != '\\')
			continue;
		struct heard_str step = heard_str_n(key.ptr + from, i - from);
		if (heard_str_is(step, ".") || heard_str_is(step, ".."))
			return true;
		from = i + 1;
	}
	return false;
}

/* The key must stand once, and behind the host: nobody's number decides whom we ask.  The
 * longest of keys must fit. */
static int check_url(const char *pattern, struct heard_error *err)
{
	struct heard_buf url;
	char longest[KEY_MAX];
	const char *at = strstr(pattern, place), *host = strstr(pattern, "://");
	const char *path = host != NULL ? strpbrk(host + 3, "/?#") : NULL;
	if (at == NULL || strstr(at + 1, place) != NULL || path == NULL || at < path ||
	    memchr(pattern, '#', (size_t)(at - pattern)) != NULL)
		return heard_fail(err, EINVAL,
				  "url: {key} must stand in it once, in the path or the query, "
				  "as in https://crm.example/customers/{key}");
	memset(longest, '/', sizeof(longest));
	heard_buf_init(&url, URL_MAX);
	int rc = service_url(pattern, heard_str_n(longest, sizeof(longest)), &url)
			 ? heard_fetch_check_url(url.ptr, err)
			 : heard_fail(err, EINVAL, "url: it is too long");
	heard_buf_release(&url);
	return rc;
}

/* ---- an answer */

/* A list of figures is one text: "5,4,2". */
static struct heard_str joined(const struct heard_json *list, struct heard_batch *b)
{
	struct heard_buf text;
	struct heard_str out = {NULL, 0};
	int n = 0;
	heard_buf_init(&text, VALUE_MAX);
	for (const struct heard_json *j = list->first; j != NULL && n < LIST_MAX; j = j->next) {
		char scratch[40];
		struct heard_str s = feed_text(j, "", scratch, sizeof(scratch));
		if (j->type == HEARD_JSON_ARRAY || j->type == HEARD_JSON_OBJECT || s.len == 0)
			continue;
		heard_buf_puts(&text, n++ > 0 ? "," : "");
		heard_buf_str(&text, s);
	}
	if (!text.failed)
		out = heard_batch_copy(b, wanted_value(heard_buf_view(&text)));
	heard_buf_release(&text);
	return out;
}

static struct heard_str value_at(const struct heard_json *row, const char *path,
				 struct heard_batch *b)
{
	char scratch[40];
	const struct heard_json *j = feed_get(row, path);
	if (j != NULL && j->type == HEARD_JSON_ARRAY)
		return joined(j, b);
	struct heard_str s = wanted_value(feed_text(row, path, scratch, sizeof(scratch)));
	return s.len > 0 ? heard_batch_copy(b, s) : s;
}

int service_read(const struct wanted *w, struct heard_str json, size_t cap,
		 struct heard_batch *b, struct heard_str *values, struct heard_error *err)
{
	struct heard_error parse = {0};
	struct heard_json_doc *doc = heard_json_parse(json, cap, &parse);
	if (doc == NULL) /* its sentence may quote what was said */
		return heard_fail(err, EBADMSG, "its answer is no JSON");
	const struct heard_json *row = heard_json_root(doc);
	if (row->type == HEARD_JSON_ARRAY)
		row = row->first;
	int rc = 1;
	if (row == NULL || row->type == HEARD_JSON_NULL ||
	    (row->type == HEARD_JSON_OBJECT && row->first == NULL))
		rc = 0;
	else if (row->type != HEARD_JSON_OBJECT)
		rc = heard_fail(err, EBADMSG, "its answer is no JSON object");
	for (size_t i = 0; i < w->n && rc == 1; i++)
		values[i] = value_at(row, w->names[i], b);
	heard_json_destroy(doc);
	return rc;
}

static bool says_none(int status)
{
	return status == 404 || status == 410 || status == 204;
}

static int service_answered(void *arg, struct ask_question *q,
			    const struct heard_fetch_answer *a, struct heard_error *err)
{
	struct service *s = arg;
	struct lookup *l = (struct lookup *)q;
	int rc = 0;
	if (!says_none(a->status) && a->status != 200)
		return heard_fail(err, EPROTO, "it answers with status %d", a->status);
	if (a->status == 200) {
		l->values = heard_batch_alloc(l->batch,
					      (s->wanted->n + 1) * sizeof(*l->values));
		if (l->values == NULL)
			return heard_fail(err, ENOMEM, "no room for its answer");
		rc = service_read(s->wanted, a->body, (size_t)s->options->max_answer, l->batch,
				  l->values, err);
	}
	if (rc < 0)
		return rc;
	l->state = rc == 1 ? LOOKUP_FOUND : LOOKUP_NONE;
	int64_t keep = rc == 1 ? s->options->keep : s->options->keep_missing;
	if (keep > 0)
		cache_put(s->cache, l->print, rc == 1 ? l->values : NULL,
			  heard_now(s->host) + keep);
	return 0;
}

/* ---- looking up */

/* False: the batch is full. */
static bool from_cache(struct service *s, struct heard_batch *b, struct lookup *l)
{
	const struct heard_str *values;
	if (!cache_get(s->cache, l->print, heard_now(s->host), &values))
		return true;
	l->state = values != NULL ? LOOKUP_FOUND : LOOKUP_NONE;
	if (values == NULL)
		return true;
	l->values = heard_batch_alloc(b, (s->wanted->n + 1) * sizeof(*l->values));
	for (size_t i = 0; l->values != NULL && i < s->wanted->n; i++) {
		l->values[i] = heard_batch_copy(b, values[i]);
		if (l->values[i].ptr == NULL && values[i].len > 0)
			return false;
	}
	return l->values != NULL;
}

/* The URL, in the batch; it holds the key, so what we had of it is wiped. */
static const char *url_for(const struct service *s, struct heard_batch *b, struct heard_str key)
{
	struct heard_buf url;
	heard_buf_init(&url, URL_MAX);
	struct heard_str copy = {NULL, 0};
	if (service_url(s->options->url, key, &url))
		copy = heard_batch_copy(b, heard_buf_view(&url));
	if (url.ptr != NULL)
		explicit_bzero(url.ptr, url.size);
	heard_buf_release(&url);
	return copy.ptr;
}

int service_look_up(struct service *s, struct heard_batch *b, struct visit *v,
		    struct heard_error *err)
{
	struct ask_question *first = NULL, **last = &first;
	for (size_t i = 0; i < v->n_lookups; i++) {
		struct lookup *l = v->lookups[i];
		if (service_key_leads_away(l->key)) {
			l->state = LOOKUP_NONE;
			continue;
		}
		if (!from_cache(s, b, l))
			return heard_fail(err, ENOMEM, "no room for what is known");
		if (l->state != LOOKUP_OPEN)
			continue;
		l->question.url = url_for(s, b, l->key);
		if (l->question.url == NULL)
			return heard_fail(err, ENOMEM, "no room for a question");
		*last = &l->question;
		last = &l->question.next;
	}
	bool waits = first != NULL && ask_round(s->ask, b, first, v);
	v->cannot_ask = first != NULL && !waits;
	return waits;
}

/* ---- life */

static int collect_headers(struct service *s, struct heard_error *err)
{
	const struct service_options *o = s->options;
	size_t n = 0;
	if (o->headers.n > HEADERS_MAX)
		return heard_fail(err, EINVAL, "headers: more than %d", HEADERS_MAX);
	for (; n < o->headers.n; n++) {
		if (!heard_fetch_is_header(
			    o->headers.at[n])) /* which is not quoted: it may be a key */
			return heard_fail(
				err, EINVAL,
				"headers: number %zu is not of the form \"Name: value\"",
				n + 1);
		s->headers[n] = o->headers.at[n];
	}
	s->headers[n] = "Accept: application/json";
	return 0;
}

struct service *service_create(struct heard_host *host, const struct service_options *o,
			       const struct wanted *wanted, struct heard_error *err)
{
	if (check_url(o->url, err) != 0)
		return NULL;
	for (size_t i = 0; i < wanted->n; i++)
		if (feed_check_path(wanted->names[i], err) != 0)
			return NULL;
	struct service *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	*s = (struct service){.host = host, .options = o, .wanted = wanted};
	struct ask_options ask = {
		.timeout = o->timeout,
		.patience = o->patience,
		.max_answer = o->max_answer,
		.at_once = o->at_once,
		.allow_private = o->allow_private,
		.headers = s->headers,
		.secret_name = "Authorization: Bearer ",
		.secret = o->token,
		.answered = service_answered,
		.arg = s,
	};
	int rc = collect_headers(s, err);
	s->ask = ask_create(host, &ask);
	s->cache = cache_create((size_t)o->entries, wanted->n);
	if (rc == 0 && s->ask != NULL && s->cache != NULL)
		return s;
	if (rc == 0)
		heard_fail(err, ENOMEM, "no memory");
	service_destroy(s);
	return NULL;
}

int service_start(struct service *s, struct heard_error *err)
{
	return ask_start(s->ask, err);
}

void service_destroy(struct service *s)
{
	if (s == NULL)
		return;
	ask_destroy(s->ask);
	cache_destroy(s->cache);
	free(s);
}
