/*
 * language.h - the language a text is written in.
 *
 * First the script: Chinese, Thai or Greek letters tell their language in a text of any
 * length.  Then, for Latin letters, the commonest words of English.  The rest is asked of
 * CLD2, whose guess at a short text is poor: there only a language that is expected
 * counts, and one that is not needs a text long enough to be sure.
 */
#ifndef LANGUAGE_LANGUAGE_H
#define LANGUAGE_LANGUAGE_H

#include <heard/str.h>

struct heard_error;

enum { LANGUAGES_MAX = 32, LANGUAGE_CODE = 12 };

struct languages { /* that customers are expected to write */
	struct heard_str code[LANGUAGES_MAX];
	unsigned n;
	char hint[LANGUAGES_MAX * LANGUAGE_CODE]; /* for CLD2 */
};

/* The codes are borrowed: "zh", "en"; the first of a script is the likeliest.  -EINVAL
 * with a sentence. */
int languages_init(struct languages *, const char *const *codes, size_t n,
		   struct heard_error *);
/* Its code as in BCP 47, which lives as long as `expected`; empty if nobody can tell. */
struct heard_str language_of(const struct languages *expected, struct heard_str text);

#endif
