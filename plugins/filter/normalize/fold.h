/*
 * fold.h - one spelling for every character: NFKC, with exceptions for Chinese.
 */
#ifndef NORMALIZE_FOLD_H
#define NORMALIZE_FOLD_H

#include <heard/str.h>

#include <stdint.h>

struct fold;
struct heard_buf;
struct heard_error;

/* What a text needs; 0: nothing. */
enum fold_need {
	NEED_TIDY = 1,	 /* control characters, blanks, line ends            */
	NEED_FOLD = 2,	 /* characters that NFKC changes                     */
	NEED_REPAIR = 4, /* it is not UTF-8                                  */
	NEED_LOOK = 8,	 /* a '<': perhaps HTML                              */
};

struct fold *fold_create(struct heard_error *);
void fold_destroy(struct fold *);
unsigned fold_needs(const struct fold *, struct heard_str);

/* Room for UTF-16, one thread's. */
struct fold_room {
	uint16_t *from, *to;
	int32_t from_size, to_size;
};
void fold_room_release(struct fold_room *);
/* Append the folded text; malformed bytes become U+FFFD.  0 or -ENOMEM. */
int fold_text(const struct fold *, struct fold_room *, struct heard_str, struct heard_buf *out);

/* Characters that are not seen: tidying removes them. */
bool fold_is_invisible(uint32_t c);

#endif
