/*
 * conf_tables.h - the option tables of the core's own sections.
 */
#ifndef CORE_CONF_TABLES_H
#define CORE_CONF_TABLES_H

#include "conf.h"

/* The top level as the tables write it; conf.c makes struct conf of it. */
struct conf_top {
	const char *state_dir;
	struct heard_list plugin_path;
	struct conf_top_log {
		int level, format;
		const char *file;
	} log;
	int64_t workers; /* 0: one a core */
	const char *timezone;
	struct conf_privacy privacy;
	struct conf_journal journal;
	int64_t drain_timeout;
};

/* Read before the rest, whose relative paths depend on it: into conf_top. */
extern const struct heard_option conf_place_table[];
extern const struct heard_option conf_top_table[];
extern const struct heard_option conf_listener_table[]; /* into conf_listener */
extern const struct heard_option conf_pipeline_table[]; /* into conf_pipeline */
/* What every instance of the stage has: into conf_instance. */
const struct heard_option *conf_instance_table(enum heard_stage);

#endif
