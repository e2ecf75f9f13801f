/*
 * mask_texts.h - made texts with private data and decoys, and where they are.
 *
 * Seeded: the same seed makes the same texts.  Checksums and spellings are made
 * here by other means than the filter checks them by.
 */
#ifndef EVAL_MASK_TEXTS_H
#define EVAL_MASK_TEXTS_H

#include <stddef.h>
#include <stdint.h>

enum truth_kind { /* in the filter's order, then what must stay */
		  TRUTH_PHONE,
		  TRUTH_LANDLINE,
		  TRUTH_EMAIL,
		  TRUTH_RESIDENT_ID,
		  TRUTH_BANK_CARD,
		  TRUTH_IP,
		  TRUTH_PLATE,
		  TRUTH_IBAN,
		  TRUTH_SOCIAL_SECURITY,
		  TRUTH_PASSPORT,
		  TRUTH_PERMIT,
		  TRUTH_LICENCE,
		  TRUTH_CREDIT_CODE,
		  TRUTH_WECHAT,
		  TRUTH_QQ,
		  TRUTH_NAME,
		  TRUTH_ADDRESS,
		  TRUTH_KINDS
};

struct truth {
	unsigned from, to, kind;
};
struct made_text {
	char s[1200];
	unsigned n;
	struct truth truth[8];
	unsigned truths;
};

void texts_seed(uint64_t seed);
/* The i-th text; i decides its language. */
void texts_make(unsigned i, struct made_text *);

#endif
