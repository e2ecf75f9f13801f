/*
 * cue.h - the words around a number that say what it is.
 */
#ifndef MASK_CUE_H
#define MASK_CUE_H

#include "text.h"

enum mask_cue {
	CUE_NONE,
	CUE_TOPIC,	     /* order, parcel, ...: perhaps working data          */
	CUE_ID,		     /* order number, tracking no, ...: working data      */
	CUE_PHONE,	     /* phone, call, WhatsApp, ...                        */
	CUE_CARD,	     /* card, account, ...                                */
	CUE_PERSON,	     /* identity card                                     */
	CUE_SOCIAL_SECURITY, /* number of the USA and of Britain            */
	CUE_PASSPORT,
	CUE_PERMIT,  /* to live in or travel to Hong Kong, Macau, Taiwan  */
	CUE_COMPANY, /* its credit code                                 */
	CUE_LICENCE, /* to drive                                          */
	CUE_IP,	     /* address of a machine                              */
	CUE_VERSION, /* of software                                       */
	CUE_MONEY,   /* an amount                                         */
};

/* The words by their last byte.  Made once, then constant. */
enum { CUE_WORDS = 640 }; /* room for that many */
struct cues {
	uint16_t word[256], joint[256]; /* first of a chain, 1 + index; 0: none */
	uint16_t word_next[CUE_WORDS], joint_next[CUE_WORDS];
};
void cues_init(struct cues *);

/* What the words right before this place say; the nearest cue wins.  At the
 * start of an attribute its name stands for them. */
enum mask_cue cue_before(const struct mask_text *, uint32_t at);
/* The kind of working number (enum mask_kind) that the words before announce, or -1. */
int cue_work_before(const struct mask_text *, uint32_t at);
/* What follows right behind: CUE_MONEY, CUE_ID, CUE_TOPIC or CUE_NONE. */
enum mask_cue cue_after(const struct mask_text *, uint32_t at);
/* Is this place inside a link ("https://...")? */
bool cue_in_link(const struct mask_text *, uint32_t at);

#endif
