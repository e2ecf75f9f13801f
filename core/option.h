/*
 * option.h - option tables at work: parse, range-check, document, suggest.
 *
 * One table is the only place where an option exists.  It drives plugins and
 * the core's own sections (listeners, journal, retry, ...) alike.
 */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

#include "arena.h"
#include "faults.h"

#include <heard/plugin.h>

#include <libconfig.h>

struct option_context {
	const char *config_folder; /* PATH is relative to this                  */
	const char *state_dir;     /* STATE_PATH to this                        */
	struct arena *arena;       /* values live here; lifetime of the config  */
	struct faults *faults;
	const char *where;         /* "filter \"mask\"": prefix of each fault   */
};

/* Parse a group into `self` (zeroed by the caller) by the table; members named
 * in `also` (NULL-terminated, may be NULL) are somebody else's and are passed
 * over.  Defaults fill what is absent.  `group` may be NULL: defaults only.
 * Strings have ${env:NAME}, ${file:PATH} and ${cred:NAME} replaced.  The number
 * of faults found is added to ctx->faults. */
void option_parse(const struct option_context *, const struct heard_option *table,
		  const config_setting_t *group, const char *const *also, void *self);
/* Overwrite the SECRET values (sodium_memzero) before the arena goes. */
void option_wipe(const struct heard_option *table, void *self);
/* Is the table itself well-formed: names lower_snake, defaults parse and lie in
 * range, help is one sentence?  For the unit test and for `heard plugins`. */
int option_check_table(const struct heard_option *table, struct heard_error *);
/* The table as text for a terminal, or as mdoc. */
void option_describe(const struct heard_option *table, FILE *, int indent);

/* The nearest of the names to `word` (Damerau-Levenshtein), or NULL if none is near. */
const char *suggest(const char *word, const char *const *names);

#endif
