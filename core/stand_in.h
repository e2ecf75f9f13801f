/*
 * stand_in.h - an instance for a command of a plugin that the config has none of.
 */
#ifndef CORE_STAND_IN_H
#define CORE_STAND_IN_H

#include "conf.h"

struct heard_command;
struct heard_error;

struct stand_in {
	struct conf_instance instance;
	const struct conf_pipeline *pipeline; /* of the instance whose data it works on */
	enum heard_stage stage;
	void *memory;
};

/* The command that `heard <instance>` alone means: it has the plugin's own name. */
const struct heard_command *stand_in_default(const struct heard_plugin *);

/* For `heard NAME` where no instance is called so: the plugin of that name, if it has a
 * default command, with the defaults of its options; a STATE_PATH is that of an instance
 * (of `pipeline`, if not NULL) which has an option of the same name, so that both work
 * on the same data.  0, -ENOENT without a sentence: no such plugin; else -errno with
 * one.  Release it if it is 0. */
int stand_in_make(struct stand_in *, struct conf *, const char *name, const char *pipeline,
		  struct heard_error *);
void stand_in_release(struct stand_in *);

#endif
