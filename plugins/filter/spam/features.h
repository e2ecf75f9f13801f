/*
 * features.h - what the models look at, of a mail and of any other text.
 *
 * Of a mail five models have an opinion, each of one side of it: what it says (grams of
 * subject and body), who says it (grams of the sender's name and address), how it was made
 * (letter/traits.h, each pair of these, for "html" alone says little and "html, to nobody"
 * a lot, and facts of the text that grams do not show), with which program, and by which
 * hosts it came.  One model
 * of all of it would lean on whatever tells most in the mail that it was trained with; so
 * each has to make the most of its own side, and what they give is added.  Any other text:
 * grams of its subject and body, and such facts.
 */
#ifndef SPAM_FEATURES_H
#define SPAM_FEATURES_H

#include <model/gram.h>

#include <heard/str.h>

#include <stdbool.h>

/* Of a mail's models that of what it says learns; the others are shipped only. */
enum spam_kind {
	SPAM_TEXT,
	SPAM_MAIL,
	SPAM_KINDS,
	SPAM_SENDER = SPAM_KINDS,
	SPAM_MADE,
	SPAM_PROGRAM,
	SPAM_ROUTE,
	SPAM_MODELS
};

extern const struct gram_shape spam_shapes[SPAM_MODELS];
/* "spam-text", "spam-mail", "spam-sender"...: the kind of a model's file, and its name. */
extern const char *const spam_kind_names[SPAM_MODELS];

struct spam_text {
	struct heard_str subject, body;
	struct heard_str name, email; /* of a mail's sender                           */
	struct heard_str traits;      /* of a mail; absent: it is none                 */
};

enum spam_kind spam_kind_of(const struct spam_text *);
/* The lane then has the grams from which that kind is learned here: of SPAM_MAIL, its
 * sender, too, for the model of senders does not learn. */
void spam_features(struct gram_lane *, enum spam_kind, const struct spam_text *);
/* The grams that a shipped model looks at.  Of a mail without letters that they do not
 * know: they were trained on English, and what they make of Chinese is an accident. */
void spam_shipped_features(struct gram_lane *, enum spam_kind, const struct spam_text *);
/* Has it such letters at all? */
bool spam_has_other_letters(const struct spam_text *);
/* Is most of it in letters that they know? */
bool spam_is_known(const struct spam_text *);

#endif
