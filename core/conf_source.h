/*
 * conf_source.h - the text of the config, into libconfig's tree and out of memory.
 */
#ifndef CORE_CONF_SOURCE_H
#define CORE_CONF_SOURCE_H

#include "arena.h"
#include "faults.h"

#include <libconfig.h>
#include <stdbool.h>

/* Read the file and what it includes into `config` (initialised here, to be
 * released with conf_source_release in any case).  Settings of an included file
 * name it, from the arena, by a path that can be opened.  False: a fault was
 * added. */
bool conf_source_read(config_t *config, const char *file, const char *folder, struct arena *,
		      struct faults *);
/* Overwrites every text first: secrets may stand in the file itself. */
void conf_source_release(config_t *config);

#endif
