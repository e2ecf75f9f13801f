/*
 * signs.h - what in a text is a sign of spam to anybody who reads it: an invitation to
 * trade in private, a business that nobody advertises openly, links.
 *
 * Each sign adds to the log-odds.  One alone makes a text "unsure" at most, for customers
 * complain of such things, too ("客服让我加微信退款").
 */
#ifndef SPAM_SIGNS_H
#define SPAM_SIGNS_H

#include <heard/str.h>

#include <stddef.h>

enum { SIGNS_MAX = 8 };

struct signs {
	size_t n;
	const char *reasons[SIGNS_MAX]; /* literals                                   */
	float odds;
};

/* Texts are looked at as a reader sees them: small letters, narrow, simplified, without
 * the blanks between Chinese characters.  `is_mail`: links are usual there. */
void signs_find(struct signs *, struct heard_str subject, struct heard_str body, bool is_mail);

#endif
