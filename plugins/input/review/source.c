/*
 * source.c - each source is one collect with a stream of its own.
 *
 * Every page is held until its context is made: which source it is of and, if pictures are
 * fetched, what became of them.  A page that is held when we stop is asked for again.
 */
#include "source.h"

#include <heard/error.h>
#include <heard/fetch.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTRIES = 64, APP_STORE_PAGES = 10, URL = 1024 };

struct source {
	struct review *review;
	unsigned index;
	bool has_links; /* items may link to pictures */
	struct collect_options options;
	struct usual fields;
	struct collect *collect;
	struct gather_job *job;
	struct heard_buf context; /* of the page that is held */
	char url[URL], region[8]; /* of the App Store         */
};

/* ---- a page that is held */

static void release(struct source *s)
{
	collect_release(s->collect, heard_buf_view(&s->context));
	heard_buf_release(&s->context);
	heard_buf_init(&s->context, PAGE_CONTEXT);
}

static void on_gathered(void *arg, struct heard_str found)
{
	struct source *s = arg;
	s->job = NULL;
	heard_buf_str(&s->context, found);
	release(s);
}

static void gather_page(struct source *s, struct heard_str raw, struct heard_str skip)
{
	struct feed_page *page = collect_page(s->collect, raw);
	size_t n = 0, i = 0;
	const struct heard_json *item = page ? feed_page_first(page, &n) : NULL;
	for (; item && i < n; item = item->next, i++)
		if (!feed_is_skipped(skip, i))
			gather_add(s->job, item);
	feed_page_destroy(page);
	gather_run(s->job);
}

static void on_page(void *arg, struct heard_str raw, struct heard_str skip)
{
	struct source *s = arg;
	struct page page = {.kind = PAGE_PULLED, .source = s->index, .skip = skip};
	page_write(&page, &s->context);
	if (s->has_links && s->review->gather)
		s->job = gather_begin(s->review->gather, on_gathered, s);
	if (s->job)
		gather_page(s, raw, skip);
	else
		release(s);
}

/* ---- what is asked */

static int open_source(struct source *s, const char *stream, enum usual_kind kind,
		       const struct heard_map *fields, struct heard_error *err)
{
	struct collect_options *o = &s->options;
	int code = usual_merge(&s->fields, kind, fields, err);
	o->feed.channel = s->review->channel;
	o->feed.fields = s->fields.map;
	o->stream = stream;
	o->hold = on_page;
	o->hold_arg = s;
	if (code == 0) {
		s->collect = collect_create(s->review->host, o, err);
		code = s->collect ? 0 : -err->code;
	}
	return code;
}

static struct source *add(struct review *r)
{
	struct source *s = &r->sources[r->n_sources];
	*s = (struct source){
		.review = r, .index = (unsigned)r->n_sources++, .options = r->pull};
	heard_buf_init(&s->context, PAGE_CONTEXT);
	return s;
}

static int open_deleted(struct review *r, struct heard_error *err)
{
	struct source *s = add(r);
	s->options.url = r->deleted.url;
	s->options.paging = r->deleted.paging;
	s->options.feed.items = r->deleted.items;
	s->options.feed.needs = "";
	return open_source(s, "deleted", USUAL_DELETED, &r->deleted.fields, err) == 0
		       ? 0
		       : heard_error_wrap(err, "deleted");
}

static bool is_country(const char *s)
{
	return s[0] >= 'a' && s[0] <= 'z' && s[1] >= 'a' && s[1] <= 'z' && s[2] == '\0';
}

static int open_country(struct review *r, const char *country, struct heard_error *err)
{
	struct source *s = add(r);
	const char *name = "region", *path = s->region;
	const struct heard_map fields = {&name, &path, 1};
	int n = snprintf(s->url, sizeof(s->url),
			 "%s/%s/rss/customerreviews/page={page}/id=%s/sortBy=mostRecent/json",
			 r->app_store.base_url, country, r->app_store.id);
	if (!is_country(country))
		return heard_fail(err, EINVAL,
				  "app_store.countries: '%.20s' is no country; write two small "
				  "letters, such as cn",
				  country);
	if (n < 0 || (size_t)n >= sizeof(s->url))
		return heard_fail(err, EINVAL, "app_store: the address is too long");
	snprintf(s->region, sizeof(s->region), "=%s", country);
	s->options.url = s->url;
	s->options.headers = (struct heard_map){0};
	s->options.auth = (struct collect_auth){.secret = "", .name = "", .user = ""};
	s->options.paging = (struct collect_paging){.kind = PAGING_PAGE,
						    .parameter = "",
						    .path = "",
						    .more = "",
						    .below = "",
						    .first = 1,
						    .last = APP_STORE_PAGES};
	s->options.feed.format = FEED_JSON;
	s->options.feed.items = "feed.entry";
	s->options.feed.needs = "im:rating";
	int code = open_source(s, country, USUAL_APP_STORE, &fields, err);
	return code ? heard_error_wrap(err, "app_store") : 0;
}

static int check_app_store(const struct review *r, struct heard_error *err)
{
	const char *id = r->app_store.id;
	if (id[strspn(id, "0123456789")] != '\0' || strlen(id) > 20)
		return heard_fail(err, EINVAL,
				  "app_store.id is no number; it stands behind \"id\" in the "
				  "app's address");
	if (r->path[0] || r->pull.url[0] || r->deleted.url[0])
		return heard_fail(err, EINVAL,
				  "app_store needs an input of its own, or its ids would be "
				  "taken for those of path or url");
	if (r->app_store.countries.n == 0 || r->app_store.countries.n > COUNTRIES)
		return heard_fail(err, EINVAL, "app_store.countries: 1 to %d are possible",
				  COUNTRIES);
	return 0;
}

int sources_open(struct review *r, struct heard_error *err)
{
	size_t countries = r->app_store.countries.n;
	int code = r->app_store.id[0] ? check_app_store(r, err) : 0;
	r->sources = code == 0 ? calloc(countries + 2, sizeof(*r->sources)) : NULL;
	if (r->sources == NULL)
		return code ? code : heard_fail(err, ENOMEM, "no memory");
	if (r->pull.url[0]) {
		struct source *s = add(r);
		s->has_links = true;
		code = open_source(s, "items", USUAL_REVIEW, &r->pull.feed.fields, err);
	}
	if (code == 0 && r->deleted.url[0])
		code = open_deleted(r, err);
	for (size_t i = 0; r->app_store.id[0] && i < countries && code == 0; i++)
		code = open_country(r, r->app_store.countries.at[i], err);
	return code;
}

void sources_close(struct review *r)
{
	for (size_t i = 0; i < r->n_sources; i++) {
		collect_destroy(r->sources[i].collect);
		heard_buf_release(&r->sources[i].context);
	}
	free(r->sources);
	r->sources = NULL;
	r->n_sources = 0;
}

/* ---- life */

int sources_start(struct review *r, struct heard_error *err)
{
	int code = 0;
	for (size_t i = 0; i < r->n_sources && code == 0; i++)
		code = collect_start(r->sources[i].collect, err);
	return code;
}

void sources_stop(struct review *r, void (*stopped)(void *arg), void *arg)
{
	for (size_t i = 0; i < r->n_sources; i++) {
		gather_cancel(r->sources[i].job);
		r->sources[i].job = NULL;
		collect_end(r->sources[i].collect, stopped, arg);
	}
}

void sources_pause(struct review *r)
{
	for (size_t i = 0; i < r->n_sources; i++)
		collect_pause(r->sources[i].collect);
}

void sources_resume(struct review *r)
{
	for (size_t i = 0; i < r->n_sources; i++)
		collect_resume(r->sources[i].collect);
}

/* ---- on a worker */

struct decoding {
	const struct review *review;
	struct heard_str found;
};

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct decoding *d = arg;
	return extra_finish(&d->review->extra, item, d->found, r, err);
}

int sources_decode(const struct review *r, const struct page *page, struct heard_str raw,
		   struct heard_batch *batch, struct heard_error *err)
{
	struct decoding d = {r, page->found};
	if (page->source >= r->n_sources)
		return heard_fail(err, EBADMSG, "it is of a source that is not there any more");
	return collect_decode(r->sources[page->source].collect, raw, page->skip, batch, finish,
			      &d, err);
}
