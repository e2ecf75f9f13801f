/*
 * conf_instance.h - one instance of the config: its plugin, and its options.
 */
#ifndef CORE_CONF_INSTANCE_H
#define CORE_CONF_INSTANCE_H

#include "conf.h"

/* Fill in `instance` (zeroed) from the group; `nth` counts from 1.  The context
 * is the pipeline's. */
void conf_instance_parse(const struct option_context *, const char *const *plugin_path,
			 enum heard_stage, const config_setting_t *group, int nth,
			 struct conf_instance *instance);
/* A fault at the member's line, or the group's if it is not there. */
void conf_fault(const struct option_context *, const config_setting_t *group,
		const char *member, const char *text);

#endif
