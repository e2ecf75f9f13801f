/*
 * features.h - what the models look at, of a mail and of any other text.
 *
 * A mail: grams of its body, subject and sender, how it was made (letter/traits.h), and
 * each pair of these, for "html" alone says little and "html, to nobody" a lot.  Any other
 * text: grams of its subject and body, and how long its numbers are.
 */
#ifndef SPAM_FEATURES_H
#define SPAM_FEATURES_H

#include <model/gram.h>

#include <heard/str.h>

#include <stdbool.h>

enum spam_kind { SPAM_TEXT, SPAM_MAIL, SPAM_KINDS };

extern const struct gram_shape spam_shapes[SPAM_KINDS];
/* "spam-text", "spam-mail": the kind of a model's file, and its name. */
extern const char *const spam_kind_names[SPAM_KINDS];

struct spam_text {
	struct heard_str subject, body;
	struct heard_str name, email; /* of a mail's sender                           */
	struct heard_str traits;      /* of a mail; absent: it is none                 */
};

enum spam_kind spam_kind_of(const struct spam_text *);
/* The lane then has its grams. */
void spam_features(struct gram_lane *, const struct gram_shape *, const struct spam_text *);
/* Is it in letters that the shipped models know?  They were trained on English, and what
 * they make of Chinese is an accident. */
bool spam_is_known(const struct spam_text *);

#endif
