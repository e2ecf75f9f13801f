/*
 * review.h - one instance of the input, as its options say.
 */
#ifndef REVIEW_REVIEW_H
#define REVIEW_REVIEW_H

#include "extra.h"
#include "gather.h"
#include "usual.h"

#include <collect/collect.h>
#include <heard/plugin.h>
#include <verify/verify.h>

struct push;
struct source;

struct review_signature {
	int scheme;
	const char *secret, *header;
	int64_t tolerance;
};

struct review_deleted { /* a list of those that are gone */
	const char *url, *items;
	struct heard_map fields;
	struct collect_paging paging;
};

struct review_app_store {
	const char *id, *base_url;
	struct heard_list countries;
};

struct review {
	/* posted to us */
	const char *listener, *path;
	struct heard_list api_keys;
	struct review_signature signature;
	int64_t max_body;
	/* asked for */
	struct collect_options pull;
	struct review_deleted deleted;
	struct review_app_store app_store;
	/* what they say */
	const char *channel;
	struct extra_options extra_options;

	struct heard_host *host;
	struct usual fields;
	struct extra extra;
	struct gather *gather; /* NULL: nothing is fetched */
	struct push *push;     /* NULL: nobody posts       */
	struct source *sources;
	size_t n_sources;
	struct heard_done *stopping;
	size_t n_stopping;
};

#endif
