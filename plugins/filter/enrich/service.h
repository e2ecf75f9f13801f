/*
 * service.h - an HTTP endpoint as a source: GET with the key in the URL, JSON back.
 *
 *	url = "https://crm.example/customers/{key}?fields=all"
 *
 * Status 200 with an object is a row; 404, 410, 204, null and an empty list or object say that
 * there is none; a list means its first.  Anything else is a failure.  What was said is kept
 * for a while.
 */
#ifndef ENRICH_SERVICE_H
#define ENRICH_SERVICE_H

#include "lookup.h"

#include <heard/plugin.h>

struct heard_error;
struct heard_host;
struct heard_buf;
struct service;

struct service_options {
	const char *url, *token;
	struct heard_list headers;
	bool allow_private;
	int64_t timeout, patience, at_once, max_answer;
	int64_t keep, keep_missing, entries; /* of the cache */
};

/* wanted lives as long as the service.  [main] */
struct service *service_create(struct heard_host *, const struct service_options *,
			       const struct wanted *, struct heard_error *);
int service_start(struct service *, struct heard_error *); /* [home] */
void service_destroy(struct service *);			   /* [main] NULL is fine */

/* Fills in what the cache knows and asks for the rest.  1: the batch waits and comes again
 * with the visit; 0: there was nothing to ask, or it cannot wait; -ENOMEM.  [home] */
int service_look_up(struct service *, struct heard_batch *, struct visit *,
		    struct heard_error *);

/* ---- for tests */

/* The values of an answer.  1: there; 0: it says that there is none; -EBADMSG with a sentence,
 * -ENOMEM.  They are in the batch. */
int service_read(const struct wanted *, struct heard_str json, size_t cap, struct heard_batch *,
		 struct heard_str *values, struct heard_error *);
/* The key is a way through folders, and nobody is asked. */
bool service_key_leads_away(struct heard_str key);
/* The URL for a key. */
bool service_url(const char *pattern, struct heard_str key, struct heard_buf *url);

#endif
