/*
 * module_vet.h - is a plugin's descriptor one that the core can work with?
 */
#ifndef CORE_MODULE_VET_H
#define CORE_MODULE_VET_H

#include <heard/plugin.h>

struct heard_error;

/* Copies what they have of the descriptor, at most `known_size` bytes of it
 * being there, and checks the copy.  Runs none of the plugin's code. */
int module_vet(const struct heard_plugin *theirs, size_t known_size, enum heard_stage folder,
	       const char *file_name, struct heard_plugin *ours, struct heard_error *);
/* "an output" */
const char *module_stage_phrase(enum heard_stage);

#endif
