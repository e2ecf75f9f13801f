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

/* A text that is a SECRET or came from a ${...}: wiped when the config goes. */
struct option_secret {
	struct option_secret *next;
	size_t size;
	char text[];
};

struct option_context {
	const char *config_folder; /* PATH is relative to this                  */
	const char *state_dir;	   /* STATE_PATH to this                        */
	struct arena *arena;	   /* values live here; lifetime of the config  */
	struct faults *faults;
	const char *where;		/* "filter \"mask\"": prefix of each fault;  */
					/* NULL or empty: none                     */
	const char *file;		/* where to say what is missing when there */
	int line;			/* is no group                             */
	bool as_written;		/* leave ${...} in texts alone             */
	struct option_secret **secrets; /* newest first; NULL: nobody wipes   */
};

/* Parse a group into `self` (zeroed by the caller) by the table; members named
 * in `also` (NULL-terminated, may be NULL) are somebody else's and are passed
 * over.  Defaults fill what is absent.  `group` may be NULL: defaults only.
 * Strings have ${env:NAME}, ${file:PATH} and ${cred:NAME} replaced.  The number
 * of faults found is added to ctx->faults. */
void option_parse(const struct option_context *, const struct heard_option *table,
		  const config_setting_t *group, const char *const *also, void *self);
/* Overwrite the texts that were secret, before their arena goes.  They are kept
 * in a list, because a plugin may have changed its fields. */
void option_wipe(struct option_secret *);
/* Is the table itself well-formed: names lower_snake, defaults parse and lie in
 * range, help is one sentence?  For the unit test and for `heard plugins`. */
int option_check_table(const struct heard_option *table, struct heard_error *);
/* Does every field lie within the first `size` bytes of the instance? */
bool option_table_fits(const struct heard_option *table, size_t size);
/* "duration" */
const char *option_type_name(enum heard_option_type);

/* A fault at a place, behind ctx->where. */
void option_fault(const struct option_context *, const char *file, int line, const char *format,
		  ...) HEARD_PRINTF(4, 5);
/* Does the text still hold a ${...}, because it is left as written?  Then nobody
 * can say what its value will be, or that it is wrong. */
bool option_is_open(const struct option_context *, const char *text);
/* Memory of the config, zeroed, or NULL and a fault. */
void *option_alloc(const struct option_context *, size_t size);

/* The nearest of the names to `word` (Damerau-Levenshtein), or NULL if none is near. */
const char *suggest(const char *word, const char *const *names);

#endif
