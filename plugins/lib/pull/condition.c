/*
 * condition.c - what asking for news only needs: ETag and Last-Modified of a page.
 *
 * A condition goes with one URL: that of the first page of a round.  A URL that changes
 * from round to round, because it carries a time or an id, never meets it.
 */
#include "private.h"

enum { URL_MAX = 8192, CONDITION_MAX = 512 };

void condition_init(struct condition *c)
{
	heard_buf_init(&c->url, URL_MAX);
	heard_buf_init(&c->etag, CONDITION_MAX);
	heard_buf_init(&c->modified, CONDITION_MAX);
}

void condition_release(struct condition *c)
{
	heard_buf_release(&c->url);
	heard_buf_release(&c->etag);
	heard_buf_release(&c->modified);
}

void condition_forget(struct condition *c)
{
	heard_buf_clear(&c->url);
	heard_buf_clear(&c->etag);
	heard_buf_clear(&c->modified);
}

void condition_note(struct condition *c, struct heard_str url,
		    const struct heard_fetch_answer *a)
{
	condition_forget(c);
	heard_buf_str(&c->etag, heard_fetch_header(a, "ETag"));
	heard_buf_str(&c->modified, heard_fetch_header(a, "Last-Modified"));
	heard_buf_str(&c->url, url);
	if (c->url.failed || c->etag.failed || c->modified.failed)
		condition_forget(c);
}

bool condition_add(const struct condition *c, struct pull_request *q)
{
	size_t before = q->n_headers;
	if (q->body.len > 0 || c->url.len == 0 ||
	    !heard_str_eq(heard_buf_view(&c->url), heard_buf_view(&q->url)))
		return false;
	if (c->etag.len > 0)
		pull_header(q, "If-None-Match: %.*s", HEARD_ARG(heard_buf_view(&c->etag)));
	if (c->modified.len > 0)
		pull_header(q, "If-Modified-Since: %.*s",
			    HEARD_ARG(heard_buf_view(&c->modified)));
	return q->n_headers > before;
}
