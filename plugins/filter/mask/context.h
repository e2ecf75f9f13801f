/*
 * context.h - names, addresses and chat ids: what only the words around tell.
 */
#ifndef MASK_CONTEXT_H
#define MASK_CONTEXT_H

#include "text.h"

struct heard_buf;
struct lexicon;

enum {
	MASK_CONTEXT = 1u << MASK_NAME | 1u << MASK_ADDRESS | 1u << MASK_WECHAT | 1u << MASK_QQ
};

/* Append a struct mask_span for each, of the kinds in the set; not in order.  Of the text
 * only `low` is changed. */
void context_find(struct mask_text *, const struct lexicon *, unsigned kinds,
		  struct heard_buf *spans);

#endif
