/*
 * visit.h - who comes, and how: by a link of his own or by one for all.
 */
#ifndef SURVEY_VISIT_H
#define SURVEY_VISIT_H

#include "survey.h"

#include <campaign/campaign.h>
#include <once/once.h>
#include <page/page.h>

struct heard_http;

struct visit {
	enum page_lang lang;
	bool is_embedded;
	bool has_token; /* a link of his own, good or not                     */
	char token[CAMPAIGN_TOKEN];
	char once[ONCE_TEXT]; /* of the page, as it was sent; else empty      */
	char segment[CAMPAIGN_NAME_MAX], product[CAMPAIGN_NAME_MAX];
	struct campaign_guest guest;
	unsigned char key[CAMPAIGN_KEY]; /* of the token, or of the page      */
};

/* By the query; or by what the page carried, if there is a reply.  0, or -errno with a
 * sentence when surveys.db cannot be read. */
int visit_read(struct visit *, const struct survey *, const struct heard_http *,
	       const struct reply *, struct heard_error *);

/* survey.c: the survey is open, and to this customer; else he was told why not. */
bool survey_admits(const struct survey *, struct heard_http *take, const struct visit *);

#endif
