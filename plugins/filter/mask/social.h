/*
 * social.h - ids of WeChat and QQ, behind the word for them.
 */
#ifndef MASK_SOCIAL_H
#define MASK_SOCIAL_H

#include "text.h"

/* The id that stands behind the word which ends here; `kind` says whose. */
bool social_match(const struct mask_text *, uint32_t end, enum mask_kind kind,
		  struct mask_span *);
/* 微信, 扣扣, 企鹅: whose word ends here?  MASK_KINDS for none. */
enum mask_kind social_word(const struct mask_text *, uint32_t end);

#endif
