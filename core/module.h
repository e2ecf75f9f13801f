/*
 * module.h - find, load and vet plugins.
 *
 * <folder>/<stage>/<name>.so for each folder of plugin_path, then the folders
 * beside the binary (../lib/heard/plugins, ./plugins).  The descriptor is
 * copied, min(theirs, ours) bytes, so a plugin of an older minor reads as one
 * with its new fields zero.  Never dlclosed: stack traces need the code.
 */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H

#include <heard/plugin.h>

struct heard_error;

struct module {
	struct heard_plugin plugin; /* our copy                                  */
	const char *path;
};
/* The loaded module; cached.  Names like "../x" are refused.  [main] */
const struct module *module_load(const char *const *folders, enum heard_stage, const char *name,
				 struct heard_error *);
/* Every .so found, loaded or with the sentence why not.  [main] */
void module_each(const char *const *folders,
		 void (*fn)(void *arg, enum heard_stage, const char *name,
			    const struct module *, const struct heard_error *),
		 void *arg);
const char *stage_name(enum heard_stage); /* "input" */

#endif
