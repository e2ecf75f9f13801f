/*
 * spam_sets.h - the mails and messages that the filter spam learns from and is judged by.
 *
 * The corpus of mail has hardly any Chinese but in spam, and its ham was written by
 * subscribers of mailing lists, seldom from an address as customers have.  So ham is there
 * a second time, with a Chinese review for its text and a made-up customer for its sender,
 * written with programs and come by hosts that
 * nobody knows: that which trains, so that none of it speaks against a
 * mail, and that which is tested, with other reviews, names and providers, to see that it
 * does not.
 */
#ifndef EVAL_SPAM_SETS_H
#define EVAL_SPAM_SETS_H

#include <heard/str.h>

#include <stdbool.h>

enum set_kind {
	SET_PLAIN,
	SET_CUSTOMER, /* a text that customers wrote, not of the set itself      */
	SET_COPY,     /* ham with a Chinese text and a customer for its sender   */
	SET_SENT,     /* ham with a customer for its sender; does not train      */
	SET_KINDS
};
enum { SET_FOLDS = 5, SET_SPLITS = 4 };

struct item {
	struct heard_str bytes;
	struct heard_str text, name, email; /* in place of its own; absent: its own   */
	enum set_kind kind;
	bool is_spam, is_test;
	unsigned folds[SET_SPLITS]; /* of ways to divide them, each its fold          */
};
struct items {
	struct item *at;
	size_t n;
};

/* MAILS: the folder `data` of the npm package; `data`: HEARD_DATA.  What is not there is
 * left out. */
void set_mails(struct items *, const char *mails, const char *data);
void set_messages(struct items *, const char *data);

#endif
