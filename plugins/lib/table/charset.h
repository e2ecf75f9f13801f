/*
 * charset.h - what the bytes of a table mean, and the same in UTF-8.
 *
 * Detection looks at the beginning of a file: a byte order mark, else whether it
 * reads better as UTF-8 or as GB18030 (of which GBK and GB2312 are parts).  Plain
 * ASCII decides nothing; then each row that says more is asked by itself
 * (CHARSET_ANY), so the answer depends on the row alone, whenever it is read.
 */
#ifndef TABLE_CHARSET_H
#define TABLE_CHARSET_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

struct heard_buf;

enum charset {
	CHARSET_AUTO, /* to be detected                        */
	CHARSET_ANY,  /* ASCII so far: UTF-8, or else GB18030  */
	CHARSET_UTF8,
	CHARSET_GB18030,
	CHARSET_BIG5,
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
};

/* The names that an option may have, ended by NULL, and what each means. */
extern const char *const charset_names[];
enum charset charset_named(size_t index);

/* Bytes of the smallest unit: 1 or 2. */
size_t charset_width(enum charset);
/* *bom_r: bytes of the mark at the beginning.  With another than CHARSET_AUTO only
 * the mark of that one is looked for. */
enum charset charset_detect(enum charset, struct heard_str head, size_t *bom_r);

/* Appends in UTF-8.  False: the bytes are not of that charset, or the buffer's cap
 * was reached (then it has failed). */
bool charset_convert(enum charset, struct heard_str bytes, struct heard_buf *out);

#endif
