/*
 * lines.h - a mail's text as lines, and what each of them is.
 *
 * Shared by the files that strip: quote.c decides, the others recognise.
 */
#ifndef MIME_LINES_H
#define MIME_LINES_H

#include <heard/str.h>

enum line_mark { LINE_FRESH, LINE_QUOTED, LINE_SIGNATURE };
struct mime_line {
	struct heard_str text; /* without the line end and the blanks before it */
	bool is_quote;	       /* begins with '>'                               */
	enum line_mark mark;
};
struct mime_lines {
	struct mime_line *list;
	size_t n;
};

static inline bool line_is_blank(const struct mime_line *l)
{
	return heard_str_trim(l->text).len == 0;
}

/* Does any of the words, ended by NULL, stand in s?  Case of ASCII does not count. */
bool mime_has_word(struct heard_str s, const char *const *words);

/* ---- attribution.c: "On Monday, Li wrote:" */

/* Lines of the attribution that begins at line i; 0: none does. */
size_t mime_attribution(const struct mime_lines *, size_t i);

/* ---- original.c: what stands above a quote that has no ">" */

/* "-----Original Message-----", "From: ... Sent: ... To: ..." and the like at line i. */
bool mime_original(const struct mime_lines *, size_t i);
/* "-- Please reply above this line --", in English or Chinese. */
bool mime_reply_above(struct heard_str line);

/* ---- signature.c */

/* The line in [begin, end) at which the signature begins, or end. */
size_t mime_signature(const struct mime_lines *, size_t begin, size_t end);

#endif
