/*
 * strings.h - the texts that the cells of a workbook share, by number.
 *
 * They lie in blocks, so that no growth copies them; all together, with what keeps
 * them, they take at most `cap` bytes, and the file is refused when they are more.
 */
#ifndef TABLE_STRINGS_H
#define TABLE_STRINGS_H

#include <heard/str.h>

#include <stdbool.h>

struct strings_block;

struct strings {
	struct strings_block *blocks; /* the newest first */
	struct heard_str *at;
	size_t n, room;
	size_t used, cap; /* bytes of memory */
};

void strings_init(struct strings *, size_t cap);
/* False: beyond the cap, or no memory. */
bool strings_add(struct strings *, struct heard_str);
/* Empty if there is none of that number. */
struct heard_str strings_get(const struct strings *, size_t i);
void strings_release(struct strings *);

#endif
