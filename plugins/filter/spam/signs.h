/*
 * signs.h - what in a text is a sign of spam to anybody who reads it: an invitation to
 * trade in private, a business that nobody advertises openly, links.
 *
 * Signs add to the log-odds, but by themselves make spam of nothing that a customer could
 * have written (signs.c says when that is): "客服让我加微信退款" is feedback.
 */
#ifndef SPAM_SIGNS_H
#define SPAM_SIGNS_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

enum { SIGNS_MAX = 8 };

struct signs {
	size_t n;
	const char *reasons[SIGNS_MAX]; /* literals                                   */
	float odds;
	unsigned kinds;	   /* of evidence, a bit for each                       */
	bool is_customers; /* a private contact, beside a complaint or a demand */
	bool is_mail;
};

/* Texts are looked at as a reader sees them: small letters, narrow, simplified, without
 * the blanks between Chinese characters.  `is_mail`: links are usual there. */
void signs_find(struct signs *, struct heard_str subject, struct heard_str body, bool is_mail);
/* The log-odds with them, of a text to which the model gives `model` and floods and the
 * like `others`.  From `suspect` on these doubt by themselves; `doubt` is the most that a
 * text gets where the signs do not suffice. */
float signs_weigh(const struct signs *, float model, float others, float suspect, float doubt);

#endif
