/*
 * features.h - what the models look at, of a mail and of any other text.
 *
 * Of a mail two models have an opinion: one of what it says (grams of subject, body and
 * sender), one of how it was made (letter/traits.h, each pair of these, for "html" alone
 * says little and "html, to nobody" a lot, and facts of the text that grams do not show).
 * Any other text: grams of its subject and body, and such facts.
 */
#ifndef SPAM_FEATURES_H
#define SPAM_FEATURES_H

#include <model/gram.h>

#include <heard/str.h>

#include <stdbool.h>

/* Of a mail's two models that of what it says learns; SPAM_MADE does not. */
enum spam_kind { SPAM_TEXT, SPAM_MAIL, SPAM_KINDS, SPAM_MADE = SPAM_KINDS, SPAM_MODELS };

extern const struct gram_shape spam_shapes[SPAM_MODELS];
/* "spam-text", "spam-mail", "spam-made": the kind of a model's file, and its name. */
extern const char *const spam_kind_names[SPAM_MODELS];

struct spam_text {
	struct heard_str subject, body;
	struct heard_str name, email; /* of a mail's sender                           */
	struct heard_str traits;      /* of a mail; absent: it is none                 */
};

enum spam_kind spam_kind_of(const struct spam_text *);
/* The lane then has the grams for that model. */
void spam_features(struct gram_lane *, enum spam_kind, const struct spam_text *);
/* The same without letters that the shipped models do not know: they were trained on
 * English, and what they make of Chinese is an accident.  SPAM_MADE has none anyway. */
void spam_known_features(struct gram_lane *, enum spam_kind, const struct spam_text *);
/* Has it such letters at all? */
bool spam_has_other_letters(const struct spam_text *);
/* Is most of it in letters that they know? */
bool spam_is_known(const struct spam_text *);

#endif
