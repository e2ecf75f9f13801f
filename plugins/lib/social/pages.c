/*
 * pages.c - where a page of a list leaves a pull, by the way that the network counts.
 *
 * The three ways are those of pull/climb.h, pull/walk.h and pull/offset.h; here they meet
 * the items of a feed.  The path of the id may differ from that of the record's: a list
 * of notifications is counted by them, and not by what they tell of.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <pull/climb.h>
#include <pull/offset.h>
#include <pull/walk.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SCRATCH = 40 };

static struct feed_page *read_list(const struct social *s, const struct heard_fetch_answer *a,
				   struct heard_error *err)
{
	struct feed_page *list = feed_page_read(s->feed, a->body, err);
	if (list == NULL)
		heard_fail(err, EPROTO, "the answer is no list that can be read");
	return list;
}

/* ---- upwards */

static bool has_newer(const struct heard_fetch_answer *a)
{
	struct heard_str link = heard_fetch_header(a, "Link");
	return link.len > 0 && memmem(link.ptr, link.len, "rel=\"prev\"", 10) != NULL;
}

int social_climb(void *source, struct heard_str state, const struct heard_fetch_answer *a,
		 struct pull_page *page, struct heard_error *err)
{
	const struct social *s = ((struct social_source *)source)->self;
	struct feed_page *list = read_list(s, a, err);
	char scratch[SCRATCH];
	struct climb c;
	size_t n;
	if (list == NULL)
		return -EPROTO;
	climb_parse(state, &c);
	c.is_begun |= s->history;
	for (const struct heard_json *i = feed_page_first(list, &n); i; i = i->next)
		climb_see(&c, feed_text(i, s->network->counted_by, scratch, sizeof(scratch)));
	page->more = climb_page(&c, !has_newer(a));
	climb_format(&c, &page->state);
	if (n == 0)
		page->raw = HEARD_STR_OF("");
	feed_page_destroy(list);
	return 0;
}

/* ---- downwards */

/* The ends of a page; how many items it has. */
static size_t see_ends(const struct feed_page *list, const char *id, char newest[WALK_ID],
		       char oldest[WALK_ID])
{
	char scratch[SCRATCH];
	size_t n;
	for (const struct heard_json *i = feed_page_first(list, &n); i; i = i->next) {
		struct heard_str at = feed_text(i, id, scratch, sizeof(scratch));
		if (at.len >= WALK_ID)
			continue;
		if (climb_is_newer(at, newest))
			snprintf(newest, WALK_ID, "%.*s", HEARD_ARG(at));
		if (oldest[0] == '\0' || !climb_is_newer(at, oldest))
			snprintf(oldest, WALK_ID, "%.*s", HEARD_ARG(at));
	}
	return n;
}

int social_walk(void *source, struct heard_str state, const struct heard_fetch_answer *a,
		struct pull_page *page, struct heard_error *err)
{
	const struct social *s = ((struct social_source *)source)->self;
	char newest[WALK_ID] = "", oldest[WALK_ID] = "";
	bool is_empty = heard_str_is(heard_str_trim(a->body), "[]"); /* whatever it is else */
	struct feed_page *list = is_empty ? NULL : read_list(s, a, err);
	struct walk walk;
	if (list == NULL && !is_empty)
		return -EPROTO;
	size_t n = is_empty ? 0 : see_ends(list, s->network->counted_by, newest, oldest);
	feed_page_destroy(list);
	walk_parse(state, &walk);
	bool is_first = walk.since[0] == '\0' && !s->history;
	if (n == 0 || (n == 1 && strcmp(oldest, walk.below) == 0)) /* max_id is inclusive */
		page->raw = HEARD_STR_OF("");
	page->more = walk_page(&walk, heard_str(newest), heard_str(oldest), n == 0 || is_first);
	if (!page->more && walk.since[0] == '\0') /* nothing there, the first time */
		memcpy(walk.since, "0", sizeof("0"));
	walk_format(&walk, &page->state);
	return 0;
}

/* ---- by an offset */

int social_offset(void *source, struct heard_str state, const struct heard_fetch_answer *a,
		  struct pull_page *page, struct heard_error *err)
{
	const struct social *s = ((struct social_source *)source)->self;
	struct feed_page *list = read_list(s, a, err);
	const char *id = s->network->counted_by;
	int64_t last = 0;
	size_t n;
	(void)state;
	if (list == NULL)
		return -EPROTO;
	for (const struct heard_json *i = feed_page_first(list, &n); i; i = i->next)
		if (feed_int(i, id) > last)
			last = feed_int(i, id);
	feed_page_destroy(list);
	page->more = last > 0;
	if (last > 0)
		offset_format(last + 1, heard_now(s->host), &page->state);
	if (n == 0)
		page->raw = HEARD_STR_OF("");
	return 0;
}
