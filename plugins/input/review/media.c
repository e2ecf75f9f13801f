/*
 * media.c - links of an item, and what of them goes into its record.
 *
 *	link	attributes.media.N is the address; nothing is asked for
 *	fetch	an attachment, if it could be had; else attributes.media.N is the address,
 *		media.left_out how many there are of these and media.why the first reason
 *	none	nothing
 */
#include "media.h"

#include "found.h"

#include <feed/feed.h>
#include <heard/blob.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/record.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- links */

static void add(const struct media_options *o, struct media_links *links, struct heard_str s)
{
	s = heard_str_trim(s);
	for (size_t i = 0; i < links->n; i++)
		if (heard_str_eq(links->at[i], s))
			return;
	if (s.len == 0)
		return;
	if (links->n < (size_t)o->max_count && links->n < MEDIA_MOST &&
	    s.len < MEDIA_URL - sizeof("https:"))
		links->at[links->n++] = s;
	else
		links->n_more++;
}

/* A text is a link; an object has one under one of these names. */
static struct heard_str link_of(const struct heard_json *j)
{
	if (j->type == HEARD_JSON_STRING)
		return j->string;
	if (j->type != HEARD_JSON_OBJECT)
		return heard_str_n(NULL, 0);
	return feed_text(j, "url|src|href|link|original|large|video_url|image_url", NULL, 0);
}

void media_find(const struct media_options *o, const struct heard_json *item,
		struct media_links *links)
{
	*links = (struct media_links){0};
	for (size_t i = 0; i < o->from.n; i++) {
		const struct heard_json *j = feed_get(item, o->from.at[i]);
		bool is_list = j && j->type == HEARD_JSON_ARRAY;
		if (j && !is_list)
			add(o, links, link_of(j));
		for (j = is_list ? j->first : NULL; j; j = j->next)
			add(o, links, link_of(j));
	}
}

bool media_url(struct heard_str link, char url[MEDIA_URL])
{
	bool is_relative = heard_str_starts(link, HEARD_STR_OF("//"));
	int n = snprintf(url, MEDIA_URL, "%s%.*s", is_relative ? "https:" : "",
			 HEARD_ARG(link));
	return n > 0 && n < MEDIA_URL && heard_fetch_check_url(url, NULL) == 0;
}

/* ---- a record */

static int set(struct heard_record *r, const char *name, struct heard_value value)
{
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name), value);
}

static int set_link(struct heard_record *r, size_t i, struct heard_str link)
{
	char name[32];
	snprintf(name, sizeof(name), "media.%zu", i);
	return set(r, name, (struct heard_value){.type = HEARD_STR_, .str = link});
}

static int add_file(struct heard_record *r, size_t i, const struct found *f)
{
	char name[64];
	struct heard_str type = f->type;
	const char *slash = type.len ? memchr(type.ptr, '/', type.len) : NULL;
	size_t kind = slash ? (size_t)(slash - type.ptr) : 0;
	snprintf(name, sizeof(name), "%.*s-%zu", (int)kind, type.ptr, i + 1);
	struct heard_file file = {
		.name = heard_str(name), .type = type, .sha256 = f->sha256, .size = f->size};
	return heard_file_add(r, &file);
}

static int set_fetched(const struct media_links *links, const struct heard_host *host,
		       struct heard_str found, struct heard_record *r)
{
	struct found f;
	struct heard_str why = {NULL, 0};
	size_t n_left = links->n_more;
	int code = 0;
	if (n_left > 0)
		why = heard_str("too many");
	for (size_t i = 0; i < links->n && code == 0; i++) {
		bool is_here = found_get(found, host, links->at[i], &f);
		if (is_here && f.sha256.len) {
			code = add_file(r, i, &f);
			continue;
		}
		n_left++;
		if (why.len == 0)
			why = is_here ? f.why : heard_str("no time");
		code = set_link(r, i, links->at[i]);
	}
	if (code == 0 && n_left > 0)
		code = set(
			r, "media.left_out",
			(struct heard_value){.type = HEARD_INT_, .integer = (int64_t)n_left});
	if (code == 0 && n_left > 0)
		code = set(r, "media.why",
			   (struct heard_value){.type = HEARD_STR_, .str = why});
	return code;
}

int media_set(const struct media_options *o, const struct heard_json *item,
	      const struct heard_host *host, struct heard_str found, struct heard_record *r)
{
	struct media_links links;
	int code = 0;
	if (o->policy == MEDIA_NONE)
		return 0;
	media_find(o, item, &links);
	if (o->policy == MEDIA_FETCH)
		return set_fetched(&links, host, found, r);
	for (size_t i = 0; i < links.n && code == 0; i++)
		code = set_link(r, i, links.at[i]);
	if (code == 0 && links.n_more > 0)
		code = set(r, "media.left_out",
			   (struct heard_value){.type = HEARD_INT_,
						.integer = (int64_t)links.n_more});
	return code;
}

int media_check(const struct media_options *o, const struct heard_host *host,
		struct heard_error *err)
{
	for (size_t i = 0; i < o->from.n; i++)
		if (feed_check_path(o->from.at[i], err) != 0)
			return heard_error_wrap(err, "media_from");
	if (o->policy == MEDIA_FETCH && !heard_blob_allowed(host))
		return heard_fail(err, ENOKEY,
				  "media: what is fetched is kept sealed: name a "
				  "privacy.public_key (made by `heard keygen`), or set media "
				  "to \"link\"");
	return 0;
}
