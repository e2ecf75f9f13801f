/*
 * cld.h - CLD2's guess at the language of a text, for C.
 */
#ifndef LANGUAGE_CLD_H
#define LANGUAGE_CLD_H

#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

struct cld_guess {
	const char *code[3]; /* the likeliest first, for ever; NULL: none      */
	int percent[3];	     /* of the text                                    */
	int bytes;	     /* of letters that were looked at                 */
	bool is_reliable;    /* by its own account                             */
};

/* `hint`: codes of languages that are likely, "en,fr", or NULL.  Any thread. */
void cld_ask(const char *text, int len, const char *hint, struct cld_guess *);

#ifdef __cplusplus
}
#endif
#endif
