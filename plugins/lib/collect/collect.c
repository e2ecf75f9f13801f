/*
 * collect.c - between pull, which asks, and feed, which reads.
 *
 * A page is read twice: here at home, to see which items are new and where the next page
 * is, and on a worker, where its items become records.  So an input that collects has a
 * loop of its own (HEARD_OWN_LOOP).  Which items are to be left out travels with the page
 * as its context.
 *
 * Nothing is kept here between two pages: the position is parsed out of the state and
 * written into the new one, so what is not committed did not happen.
 */
#include "collect.h"

#include "auth.h"
#include "next.h"
#include "url.h"

#include <feed/tree.h>

#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>

#include <errno.h>
#include <stdlib.h>

static const char usual_stream[] = "items";

struct collect {
	struct heard_host *host;
	const struct collect_options *options;
	struct feed *feed;
	struct heard_fetch_client *client;
	struct pull *pull;
	struct heard_done *done; /* of collect_stop() */
	/* [home] scribbled on for one page at a time */
	struct position position;
	struct look look;
};

/* ---- options */

static const char *const auth_kinds[] = {"none",  "bearer", "basic", "header",
					 "query", "hmac",   NULL};
static const char *const paging_kinds[] = {"none", "page",  "offset", "cursor",
					   "link", "since", NULL};

const struct heard_option collect_auth_options[] = {
	{"kind", HEARD_CHOICE(struct collect_auth, kind), .value = "none",
	 .choices = auth_kinds, .help = "How the secret is sent"},
	{"secret", HEARD_SECRET(struct collect_auth, secret), .value = "",
	 .help = "Token, password or key"},
	{"name", HEARD_STRING(struct collect_auth, name), .value = "",
	 .help = "Of the header or the parameter, for kind header and query"},
	{"user", HEARD_STRING(struct collect_auth, user), .value = "",
	 .help = "For kind basic; for hmac, what X-Key says"},
	{.name = NULL},
};
const struct heard_option collect_paging_options[] = {
	{"kind", HEARD_CHOICE(struct collect_paging, kind), .value = "none",
	 .choices = paging_kinds, .help = "How pages are told apart"},
	{"parameter", HEARD_STRING(struct collect_paging, parameter), .value = "",
	 .help = "Of the query, that says which page"},
	{"path", HEARD_STRING(struct collect_paging, path), .value = "",
	 .help = "cursor: where it stands in the answer; since: the value in an item"},
	{"below", HEARD_STRING(struct collect_paging, below), .value = "",
	 .help = "since, of a service that gives the newest page first: the parameter that "
		 "asks "
		 "for older ones (max_id)"},
	{"more", HEARD_STRING(struct collect_paging, more), .value = "",
	 .help = "Path in the answer that is true while there are more pages"},
	{"first", HEARD_INT(struct collect_paging, first), .value = "1", .min = 0,
	 .max = 1000000, .help = "Number of the first page; for offset usually 0"},
	{"last", HEARD_INT(struct collect_paging, last), .value = "0", .min = 0,
	 .max = 1000000000,
	 .help = "Number of the last page that may be asked for; 0: no limit"},
	{"keep", HEARD_BOOL(struct collect_paging, keep), .value = "false",
	 .help = "The cursor says where we stand, and the next round goes on from it"},
	{.name = NULL},
};

/* ---- asking */

static int on_ask(void *arg, struct heard_str state, struct pull_request *q,
		  struct heard_error *err)
{
	struct collect *c = arg;
	const struct collect_options *o = c->options;
	bool ok = true;
	position_parse(state, o->paging.kind, &c->position);
	next_url(&o->paging, o->url, &c->position, &q->url);
	for (size_t i = 0; i < o->headers.n; i++)
		ok = ok && pull_header(q, "%s: %s", o->headers.names[i], o->headers.values[i]);
	ok = ok && auth_apply(&o->auth, q, heard_now(c->host));
	return ok ? 0
		  : heard_fail(err, EINVAL,
			       "the request has too many headers or too long ones");
}

/* ---- looking at a page */

/* What may change although `updated` does not: deletions, mostly. */
static void add_marks(const struct collect *c, const struct heard_json *item,
		      struct heard_buf *text)
{
	static const char *const fields[] = {"revision", "deleted", "op"};
	char scratch[40];
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct heard_str mark = feed_field_text(c->feed, item, fields[i], scratch, 40);
		if (mark.len) {
			heard_buf_add(text, "", 1);
			heard_buf_str(text, mark);
		}
	}
}

static uint64_t hash_of(const struct collect *c, const struct heard_json *item)
{
	char scratch[2][40];
	unsigned char out[32];
	uint64_t hash = 0;
	struct heard_buf text;
	struct heard_str id = feed_field_text(c->feed, item, "source_id", scratch[0], 40);
	heard_buf_init(&text, 64 << 20);
	if (id.len) {
		heard_buf_str(&text, id);
		heard_buf_add(&text, "", 1);
		heard_buf_str(&text, feed_field_text(c->feed, item, "updated", scratch[1], 40));
		add_marks(c, item, &text);
	} else {
		tree_write(item, &text); /* a dead letter, but once */
	}
	heard_keyed_hash(c->host, "collected item", heard_buf_view(&text), out);
	heard_buf_release(&text);
	for (int i = 0; i < 6; i++)
		hash = hash << 8 | out[i];
	return hash;
}

static void note_value(struct look *l, const struct collect_paging *p,
		       const struct heard_json *item)
{
	char scratch[40], value[VALUE_MAX];
	if (p->kind != PAGING_SINCE ||
	    !position_set(value, sizeof(value),
			  feed_text(item, p->path, scratch, sizeof(scratch))) ||
	    value[0] == '\0')
		return;
	if (l->greatest[0] == '\0' || next_is_greater(value, l->greatest))
		memcpy(l->greatest, value, sizeof(value));
	if (l->least[0] == '\0' || next_is_greater(l->least, value))
		memcpy(l->least, value, sizeof(value));
}

static void look_at(struct collect *c, const struct heard_json *item, size_t i)
{
	struct look *l = &c->look;
	const char *needs = c->options->feed.needs;
	bool is_ours = needs == NULL || needs[0] == '\0' || feed_get(item, needs) != NULL;
	bool is_known = true;
	note_value(l, &c->options->paging, item);
	if (is_ours) {
		uint64_t hash = hash_of(c, item);
		bool is_met = seen_has(&c->position.old, hash);
		is_known = is_met || seen_has(&c->position.fresh, hash);
		for (size_t k = 0; k < l->n_hashes && !is_known; k++)
			is_known = l->hashes[k] == hash; /* twice on one page */
		l->hashes[l->n_hashes++] = hash;
		l->n_unmet += !is_met;
	}
	l->n_new += !is_known;
	if (is_known)
		l->skip[i / 8] = (char)(l->skip[i / 8] | 1 << i % 8);
}

/* A link to the next page may repeat the secret we asked with: it is not remembered. */
static void drop_secret(struct collect *c)
{
	const struct collect_options *o = c->options;
	struct heard_buf url;
	if (o->auth.kind != AUTH_QUERY || o->paging.kind != PAGING_LINK)
		return;
	heard_buf_init(&url, NEXT_MAX);
	url_without(heard_str(c->position.next), o->auth.name, &url);
	position_set(c->position.next, NEXT_MAX, heard_buf_view(&url));
	heard_buf_release(&url);
}

static int read_page(struct collect *c, const struct feed_page *p,
		     const struct heard_fetch_answer *a, struct pull_page *page,
		     struct heard_error *err)
{
	size_t n;
	const struct heard_json *item = feed_page_first(p, &n);
	memset(&c->look, 0, sizeof(c->look));
	for (; item && c->look.n < n; item = item->next)
		look_at(c, item, c->look.n++);
	if (next_move(&c->options->paging, c->options->url, &c->look, feed_page_root(p), a,
		      &c->position, &page->more, err) != 0)
		return -EPROTO;
	drop_secret(c);
	position_format(&c->position, &page->state);
	page->context = heard_str_n(c->look.skip, (c->look.n + 7) / 8);
	if (c->look.n_new == 0)
		page->raw = heard_str("");
	return 0;
}

/* Behind the last page, some say 404. */
static int end_walk(struct collect *c, struct pull_page *page)
{
	position_end_walk(&c->position);
	position_format(&c->position, &page->state);
	page->raw = heard_str("");
	return 0;
}

static int on_read(void *arg, struct heard_str state, const struct heard_fetch_answer *a,
		   struct pull_page *page, struct heard_error *err)
{
	struct collect *c = arg;
	position_parse(state, c->options->paging.kind, &c->position);
	if (a->status != 200)
		return end_walk(c, page);
	struct feed_page *p = feed_page_read(c->feed, a->body, err);
	int code = p ? read_page(c, p, a, page, err) : -err->code;
	feed_page_destroy(p);
	return code;
}

static int on_refused(void *arg, const struct heard_fetch_answer *a, int64_t *after_ms,
		      struct heard_error *err)
{
	struct collect *c = arg;
	int kind = c->options->paging.kind;
	(void)after_ms, (void)err;
	if (a->status != 404 || (kind != PAGING_PAGE && kind != PAGING_OFFSET))
		return 0;
	position_parse(pull_state(c->pull), kind, &c->position);
	return c->position.next[0] != '\0';
}

static void on_hold(void *arg, struct heard_str raw, struct heard_str context)
{
	struct collect *c = arg;
	c->options->hold(c->options->hold_arg, raw, context);
}

static const struct pull_hooks hooks = {.ask = on_ask, .read = on_read, .refused = on_refused};
static const struct pull_hooks holding = {
	.ask = on_ask, .read = on_read, .refused = on_refused, .hold = on_hold};

/* ---- life */

static int check(const struct collect_options *o, struct heard_error *err)
{
	struct heard_buf url;
	struct position *top = calloc(1, sizeof(*top));
	int code = top ? 0 : heard_fail(err, ENOMEM, "no memory");
	heard_buf_init(&url, 16384);
	if (code == 0)
		code = next_check(&o->paging, o->url, err);
	if (code == 0) {
		next_url(&o->paging, o->url, top, &url);
		code = heard_fetch_check_url(url.ptr ? url.ptr : "", err);
	}
	if (code == 0)
		code = auth_check(&o->auth, o->url, o->pull.allow_private, err);
	if (code == 0 && o->headers.n > PULL_HEADERS - 5)
		code = heard_fail(err, EINVAL, "headers: there are more than %d",
				  PULL_HEADERS - 5);
	heard_buf_release(&url);
	free(top);
	return code;
}

struct collect *collect_create(struct heard_host *host, const struct collect_options *o,
			       struct heard_error *err)
{
	struct collect *c;
	if (check(o, err) != 0)
		return NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	c->host = host;
	c->options = o;
	c->feed = feed_create(&o->feed, err);
	if (c->feed == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

int collect_start(struct collect *c, struct heard_error *err)
{
	c->client = heard_fetch_client_create(c->host, 1, err);
	if (c->client == NULL)
		return -err->code;
	c->pull = pull_create(c->host, c->client, &c->options->pull,
			      c->options->stream ? c->options->stream : usual_stream,
			      c->options->hold ? &holding : &hooks, c, err);
	if (c->pull == NULL)
		return -err->code;
	pull_start(c->pull);
	return 0;
}

void collect_pause(struct collect *c)
{
	pull_pause(c->pull);
}

void collect_resume(struct collect *c)
{
	pull_resume(c->pull);
}

void collect_poke(struct collect *c)
{
	pull_poke(c->pull);
}

static void stopped(void *arg)
{
	struct collect *c = arg;
	heard_done(c->done);
}

void collect_stop(struct collect *c, struct heard_done *take_done)
{
	c->done = take_done;
	pull_stop(c->pull, stopped, c);
}

void collect_end(struct collect *c, void (*stopped_by)(void *arg), void *arg)
{
	pull_stop(c->pull, stopped_by, arg);
}

void collect_release(struct collect *c, struct heard_str context)
{
	pull_release(c->pull, context);
}

struct feed_page *collect_page(const struct collect *c, struct heard_str raw)
{
	struct heard_error ignored;
	return feed_page_read(c->feed, raw, &ignored);
}

void collect_destroy(struct collect *c)
{
	if (c == NULL)
		return;
	pull_destroy(c->pull);
	heard_fetch_client_destroy(c->client);
	feed_destroy(c->feed);
	free(c);
}

int collect_decode(const struct collect *c, struct heard_str raw, struct heard_str context,
		   struct heard_batch *batch,
		   int (*each)(void *arg, const struct heard_json *item, struct heard_record *,
			       struct heard_error *),
		   void *arg, struct heard_error *err)
{
	return feed_decode_some(c->feed, raw, context, batch, each, arg, err);
}
