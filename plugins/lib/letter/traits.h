/*
 * traits.h - how a mail was made, in words of our own.
 *
 * What tells an advertisement from a letter stands in headers and tags that no record
 * keeps.  It is said in words out of fixed tables and counts, so that nothing of what
 * anybody wrote is in it: "html mailer-outlook to-one reply-to-other links-9".  Programs
 * and relays are hashed words: "by-3fa0" (program.h), "via-90cc" (route.h).
 *
 * Left out on purpose are charset, time zone, country of the domain and language: on the
 * mail that models were trained with they tell where people live and no more.  So is what
 * tells how such mail was collected: signs of mailing lists, how many relays it passed,
 * and those of the collectors (fetchmail, IMAP, Errors-To, Sender).
 */
#ifndef LETTER_TRAITS_H
#define LETTER_TRAITS_H

#include <heard/str.h>

struct heard_buf;
struct mime_message;

enum { LETTER_TRAITS_MAX = 4096 };

/* Append words, separated by blanks.  Linear in `raw`, of which at most the first half
 * megabyte is looked at.  [any] */
void letter_traits(struct heard_str raw, const struct mime_message *, struct heard_buf *);

#endif
