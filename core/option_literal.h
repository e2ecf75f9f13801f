/*
 * option_literal.h - an integer as it was written, where libconfig lost it.
 */
#ifndef CORE_OPTION_LITERAL_H
#define CORE_OPTION_LITERAL_H

#include <libconfig.h>
#include <stdbool.h>

#define LITERAL_SIZE 40 /* bytes for a literal, cut if longer, NUL included */

/* True if the setting's value is not the number in its source: a literal that
 * needs more than 32 bits and has no L, or more than 64. */
bool literal_was_cut(const config_setting_t *, char literal[LITERAL_SIZE]);
/* Would an L be enough? */
bool literal_fits_64(const char *literal);

#endif
