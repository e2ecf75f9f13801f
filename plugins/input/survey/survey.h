/*
 * survey.h - one survey, as its options say.
 */
#ifndef SURVEY_SURVEY_H
#define SURVEY_SURVEY_H

#include "form.h"
#include "hook.h"
#include "score.h"

#include <heard/buf.h>
#include <heard/command.h>
#include <heard/plugin.h>

struct campaign;
struct taking;

struct survey {
	const char *listener, *path, *public_url, *until, *database;
	struct page_phrase title, intro, thanks, thanks_good, thanks_bad;
	struct heard_rows questions;
	struct heard_list frames, segments, products;
	bool once;
	int64_t quota, rest;
	int lang; /* enum page_lang */
	struct bad_options bad;
	struct heard_rows hooks;

	struct heard_host *host;
	const char *name;	/* the instance's, without the pipeline  */
	char *place;		/* path it is served at                  */
	struct form *form;	/* NULL: nothing but webhooks           */
	struct heard_buf style; /* of its pages                    */
	int64_t ends_at;	/* HEARD_TIME_NONE: never          */
	struct campaign *campaign;
	struct taking *takings; /* [its loop] answers that wait for receipts */
	struct hooks *hooked;	/* NULL: no webhook                  */
};

/* Name, path and end; what open() and commands need.  0 or -errno with a sentence. */
int survey_settle(struct survey *, struct heard_host *, struct heard_error *);
void survey_release(struct survey *);
/* ---- link.c.  Parts that are empty are left out. */

/* "https://shop.example/survey/x?product=p", or "...?t=<token>". */
void survey_link(const struct survey *, const char *segment, const char *product,
		 const char *token, struct heard_buf *out);
/* "segment=a&product=b" */
void survey_put_query(struct heard_buf *out, const char *segment, const char *product);

/* visit.c: `text` if the list has it, else empty. */
struct heard_str survey_known(const struct heard_list *, struct heard_str text);

extern const struct heard_command survey_commands[];

#endif
