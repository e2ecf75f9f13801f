/*
 * fixture_plugins.h - plugins for tests, built from conf/plugin.c into a folder
 * of their own.  Tests run in the root of the source tree.
 */
#ifndef TEST_FIXTURE_PLUGINS_H
#define TEST_FIXTURE_PLUGINS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new folder with input/, filter/ and output/ in it. */
static inline char *fixture_folder(char template[])
{
	static const char *const stages[] = {"input", "filter", "output"};
	if (mkdtemp(template) == NULL)
		return NULL;
	for (int i = 0; i < 3; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", template, stages[i]);
		mkdir(path, 0700);
	}
	return template;
}

static inline bool fixture_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline bool fixture_shell(const char *format, ...)
{
	char command[2048];
	va_list ap;
	va_start(ap, format);
	vsnprintf(command, sizeof command, format, ap);
	va_end(ap);
	return system(command) == 0;
}

/* stage "filter", STAGE "FILTER". */
static inline bool fixture_plugin(const char *folder, const char *stage, const char *STAGE,
				  const char *name, const char *flags)
{
	return fixture_shell("${CC:-cc} -D_GNU_SOURCE -std=c11 -shared -fPIC -Iinclude "
			     "-fvisibility=hidden -DSTAGE=HEARD_%s -DNAME='\"%s\"' %s "
			     "-o %s/%s/%s.so tests/unit/conf/plugin.c",
			     STAGE, name, flags, folder, stage, name);
}

static inline void fixture_remove(const char *folder)
{
	fixture_shell("rm -rf '%s'", folder);
}

#endif
