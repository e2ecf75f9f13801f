/*
 * next.c - six ways to number pages.
 *
 * A walk down a listing is over when a page has nothing, or nothing that the walk before
 * had not seen, or when there is no page behind it.  That this walk has seen all of a page
 * already is no end: items that came on top meanwhile push the others down, onto the next
 * page, and over many of them if the walk took a rest.  But a service that takes no notice
 * of the page's number shows the same for ever, so after STALE_MAX pages that begin with
 * the same item it is over, too.
 */
#include "next.h"

#include "url.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { STALE_MAX = 3 };

static const char placeholder[] = "{page}";

/* ---- options */

static bool needs_parameter(const struct collect_paging *p, const char *url)
{
	return p->kind != PAGING_NONE && p->kind != PAGING_LINK &&
	       !(p->kind == PAGING_PAGE && strstr(url, placeholder));
}

int next_check(const struct collect_paging *p, const char *url, struct heard_error *err)
{
	if (needs_parameter(p, url) && p->parameter[0] == '\0')
		return heard_fail(err, EINVAL,
				  "paging.parameter is missing: the name of the parameter that "
				  "says which page");
	if ((p->kind == PAGING_CURSOR || p->kind == PAGING_SINCE) && p->path[0] == '\0')
		return heard_fail(err, EINVAL, "paging.path is missing: where the %s stands",
				  p->kind == PAGING_CURSOR ? "cursor of the next page"
							   : "value of an item");
	if (p->below[0] && p->kind != PAGING_SINCE)
		return heard_fail(err, EINVAL, "paging.below is for kind = \"since\" only");
	if (p->path[0] && feed_check_path(p->path, err) != 0)
		return heard_error_wrap(err, "paging.path");
	if (p->more[0] && feed_check_path(p->more, err) != 0)
		return heard_error_wrap(err, "paging.more");
	return 0;
}

/* ---- asking */

static void put_template(const char *url, const char *value, struct heard_buf *out)
{
	const char *at = strstr(url, placeholder);
	if (at == NULL) {
		heard_buf_puts(out, url);
		return;
	}
	heard_buf_add(out, url, (size_t)(at - url));
	heard_buf_puts(out, value);
	heard_buf_puts(out, at + sizeof(placeholder) - 1);
}

static void put_page(const struct collect_paging *p, const char *url, const char *next,
		     struct heard_buf *out)
{
	char first[24];
	snprintf(first, sizeof(first), "%lld", (long long)p->first);
	put_template(url, next[0] ? next : first, out);
	if (strstr(url, placeholder) == NULL)
		url_add(out, p->parameter, heard_str(next[0] ? next : first));
}

static void put_since(const struct collect_paging *p, const char *url,
		      const struct position *at, struct heard_buf *out)
{
	const char *since = p->below[0] ? at->walk.since : at->since;
	heard_buf_puts(out, url);
	if (since[0])
		url_add(out, p->parameter, heard_str(since));
	if (p->below[0] && at->walk.below[0])
		url_add(out, p->below, heard_str(at->walk.below));
}

void next_url(const struct collect_paging *p, const char *url, const struct position *at,
	      struct heard_buf *out)
{
	switch (p->kind) {
	case PAGING_PAGE:
	case PAGING_OFFSET: put_page(p, url, at->next, out); break;
	case PAGING_SINCE: put_since(p, url, at, out); break;
	case PAGING_CURSOR:
		heard_buf_puts(out, url);
		if (at->next[0])
			url_add(out, p->parameter, heard_str(at->next));
		break;
	case PAGING_LINK: /* made by url_join() when it was noted; the URL may have changed */
		if (at->next[0] && url_join(heard_str(url), heard_str(at->next), out))
			break;
		heard_buf_clear(out);
		heard_buf_puts(out, url);
		break;
	default: heard_buf_puts(out, url);
	}
}

/* ---- where the next page is */

static bool is_number(const char *s)
{
	for (const char *p = s; *p; p++)
		if (*p < '0' || *p > '9')
			return false;
	return s[0] != '\0';
}

bool next_is_greater(const char *a, const char *b)
{
	if (is_number(a) && is_number(b)) {
		while (*a == '0' && a[1])
			a++;
		while (*b == '0' && b[1])
			b++;
		if (strlen(a) != strlen(b))
			return strlen(a) > strlen(b);
	}
	return strcmp(a, b) > 0;
}

static int too_long(struct heard_error *err)
{
	return heard_fail(err, EPROTO, "what says where the next page is is too long");
}

static bool says_more(const struct collect_paging *p, const struct heard_json *root)
{
	char scratch[40];
	struct heard_str s = feed_text(root, p->more, scratch, sizeof(scratch));
	return s.len > 0 && !heard_str_is(s, "false") && !heard_str_is(s, "0");
}

static int count_up(const struct collect_paging *p, const struct look *l, struct position *at)
{
	long long now = at->next[0] ? strtoll(at->next, NULL, 10) : p->first;
	long long next = p->kind == PAGING_OFFSET ? now + (long long)l->n : now + 1;
	if (p->last > 0 && next > p->last)
		at->next[0] = '\0';
	else
		snprintf(at->next, sizeof(at->next), "%lld", next);
	return 0;
}

static int take_link(const char *url, const struct heard_fetch_answer *a, struct position *at,
		     struct heard_error *err)
{
	struct heard_str link = {NULL, 0};
	struct heard_buf whole;
	int code = 0;
	for (size_t i = 0; i < a->n_headers && link.len == 0; i++)
		if (a->headers[i].name.len == 4 &&
		    strncasecmp(a->headers[i].name.ptr, "Link", 4) == 0)
			link = url_next_link(a->headers[i].value);
	at->next[0] = '\0';
	if (link.len == 0)
		return 0;
	heard_buf_init(&whole, 2 * NEXT_MAX);
	if (!url_join(heard_str(url), link, &whole))
		code = heard_fail(err, EPROTO,
				  "the next page would be at another host, which is not asked");
	else if (whole.failed || !position_set(at->next, NEXT_MAX, heard_buf_view(&whole)))
		code = too_long(err);
	heard_buf_release(&whole);
	return code;
}

/* The same again is the end: there is nothing behind it. */
static int take_cursor(const struct collect_paging *p, const struct heard_json *root,
		       struct position *at, struct heard_error *err)
{
	char scratch[40];
	struct heard_str s = feed_text(root, p->path, scratch, sizeof(scratch));
	if (s.len == 0 && p->keep)
		return 0; /* it stands where it stood */
	if (!p->keep && heard_str_is(s, at->next))
		s.len = 0;
	return position_set(at->next, NEXT_MAX, s) ? 0 : too_long(err);
}

/* `next` of the position is that of the page behind, or empty. */
static int find_next(const struct collect_paging *p, const char *url, const struct look *l,
		     const struct heard_json *root, const struct heard_fetch_answer *a,
		     struct position *at, struct heard_error *err)
{
	switch (p->kind) {
	case PAGING_PAGE:
	case PAGING_OFFSET: return count_up(p, l, at);
	case PAGING_LINK: return take_link(url, a, at, err);
	case PAGING_CURSOR: return take_cursor(p, root, at, err);
	default: at->next[0] = '\0'; return 0;
	}
}

/* ---- the two kinds of source */

static void remember(const struct look *l, struct seen *s)
{
	for (size_t i = 0; i < l->n_hashes; i++)
		seen_add(s, l->hashes[i]);
}

static void count_same(const struct look *l, struct position *at)
{
	uint64_t top = l->n_hashes ? l->hashes[0] : 0;
	at->stale = l->n_new == 0 && top == at->top ? at->stale + 1 : 0;
	at->top = top;
}

static int move_down(const struct collect_paging *p, const char *url, const struct look *l,
		     const struct heard_json *root, const struct heard_fetch_answer *a,
		     struct position *at, bool *more_r, struct heard_error *err)
{
	bool is_top = at->next[0] == '\0', is_end = l->n == 0 || l->n_unmet == 0;
	*more_r = false;
	if (is_top && is_end && l->n_new == 0)
		return 0; /* nothing new at all: stand still, and write nothing */
	if (is_top)
		at->fresh.n = 0;
	count_same(l, at);
	remember(l, &at->fresh);
	if (!is_end && find_next(p, url, l, root, a, at, err) != 0)
		return -EPROTO;
	is_end |= at->next[0] == '\0' || at->stale >= STALE_MAX ||
		  (p->more[0] && !says_more(p, root));
	if (is_end)
		position_end_walk(at);
	*more_r = !is_end;
	return 0;
}

static int move_on(const struct collect_paging *p, const struct look *l,
		   const struct heard_json *root, struct position *at, bool *more_r,
		   struct heard_error *err)
{
	bool has_moved;
	if (l->n_new > 0) {
		at->fresh.n = 0;
		remember(l, &at->fresh);
		position_keep(at);
	}
	if (p->kind == PAGING_CURSOR) {
		char before[NEXT_MAX];
		snprintf(before, sizeof(before), "%s", at->next);
		if (take_cursor(p, root, at, err) != 0)
			return -EPROTO;
		has_moved = strcmp(before, at->next) != 0;
		*more_r = has_moved && (p->more[0] ? says_more(p, root) : l->n > 0);
		return 0;
	}
	if (p->below[0]) {
		*more_r = walk_page(&at->walk, heard_str(l->greatest), heard_str(l->least),
				    l->n == 0 || (p->more[0] && !says_more(p, root)));
		return 0;
	}
	has_moved = l->greatest[0] &&
		    (at->since[0] == '\0' || next_is_greater(l->greatest, at->since));
	if (has_moved)
		memcpy(at->since, l->greatest, sizeof(at->since));
	*more_r = has_moved && l->n_new > 0 && (p->more[0] == '\0' || says_more(p, root));
	return 0;
}

int next_move(const struct collect_paging *p, const char *url, const struct look *l,
	      const struct heard_json *root, const struct heard_fetch_answer *a,
	      struct position *at, bool *more_r, struct heard_error *err)
{
	bool knows_us = p->kind == PAGING_SINCE || (p->kind == PAGING_CURSOR && p->keep);
	return knows_us ? move_on(p, l, root, at, more_r, err)
			: move_down(p, url, l, root, a, at, more_r, err);
}
