/*
 * hook.h - answers that other survey tools push: Formbricks, Typeform, Tally, LimeSurvey.
 *
 * The survey plugin has one option more and four calls:
 *
 *	struct heard_rows hooks;                       in its struct
 *	{"hooks", HEARD_TABLE(struct survey, hooks, hook_options, struct hook_row), ...}
 *	open     hooks_open(&hooks, host, listener, &self->hooks, err)
 *	decode   if (hooks_own(context)) return hooks_decode(hooks, raw, context, batch, err);
 *	close    hooks_close(hooks)
 *
 * A record is like one of our own surveys: channel "survey", nps, csat, ces, rating,
 * ratings.*, body, attributes.survey.name, and attributes.survey.<question> for what is
 * neither a score nor a text.  Beside these stand attributes.survey.tool and .form (the
 * tool's own id of the survey).  source_id is "<tool>:<the tool's id of the answer>", so a
 * tool may send as often as it likes.
 *
 * Contexts of our emissions begin with HOOK_MARK; others must not.
 */
#ifndef SURVEY_HOOK_H
#define SURVEY_HOOK_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_batch;
struct heard_error;
struct heard_host;
struct hooks;

#define HOOK_MARK 'H'

/* A row of `questions`. */
struct hook_question {
	const char *id, *is, *name;
	double from, to;
};

/* A row of `hooks`. */
struct hook_row {
	int tool;
	const char *path, *secret, *survey;
	int64_t max_body;
	struct heard_rows questions;
};

extern const struct heard_option hook_options[]; /* of a row */

/* Checks all rows and claims their paths.  0 with *hooks_r, NULL if there is no row; or
 * -errno with a sentence.  The rows are borrowed until close.  [main] */
int hooks_open(struct hooks **hooks_r, struct heard_host *, const char *listener,
	       const struct heard_rows *, struct heard_error *);
void hooks_close(struct hooks *); /* NULL is fine.  [main] */

/* Is this context of one of our emissions?  [any] */
bool hooks_own(struct heard_str context);
/* The body as one record, or none if it tells of nothing that is finished.  -EBADMSG with
 * a sentence.  [worker] */
int hooks_decode(const struct hooks *, struct heard_str raw, struct heard_str context,
		 struct heard_batch *, struct heard_error *);

#endif
