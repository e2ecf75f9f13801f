/*
 * media.h - pictures and videos that a review has links to.
 */
#ifndef REVIEW_MEDIA_H
#define REVIEW_MEDIA_H

#include <heard/json.h>
#include <heard/plugin.h>
#include <heard/str.h>

struct heard_error;
struct heard_host;
struct heard_record;

enum media_policy { MEDIA_LINK, MEDIA_FETCH, MEDIA_NONE };
enum { MEDIA_URL = 2048, MEDIA_MOST = 20 };

struct media_options {
	int policy;
	struct heard_list from;	 /* paths in an item                  */
	struct heard_list types; /* that are kept                     */
	int64_t max_count;	 /* of one review, at most MEDIA_MOST */
	int64_t max_size;	 /* bytes of one                      */
	int64_t time;		 /* for all of a body or a page, ms   */
	bool is_private;	 /* private addresses too             */
};

struct media_links {
	size_t n;
	struct heard_str at[MEDIA_MOST]; /* as they were written           */
	size_t n_more;			 /* that are too many, or too long */
};

/* Those of one item, each once. */
void media_find(const struct media_options *, const struct heard_json *item,
		struct media_links *);
/* As it can be asked for: what begins with // is https.  False: it is no such address. */
bool media_url(struct heard_str link, char url[MEDIA_URL]);
/* For open(). */
int media_check(const struct media_options *, const struct heard_host *, struct heard_error *);

/* What was kept of the item's links, by `found` of found.h, and the others as they are.
 * -ENOMEM. */
int media_set(const struct media_options *, const struct heard_json *item,
	      const struct heard_host *, struct heard_str found, struct heard_record *);

#endif
