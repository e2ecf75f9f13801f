/*
 * watch_fixture.h - a watch with the options that the plugin has by default.
 */
#ifndef WATCH_FIXTURE_H
#define WATCH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <watch/watch.h>

static inline struct watch *make_watch(void (*tell)(void *arg, const struct notice *),
				       void *arg)
{
	static const struct watch_options options = {.weeks = 6,
						     .samples = 30,
						     .learn_hours = 72,
						     .false_alarms = 0.5,
						     .like = 10,
						     .like_within = 600000,
						     .silence = true};
	struct watch *w = watch_create(&options, NULL);
	assert_non_null(w);
	w->tell = tell;
	w->arg = arg;
	return w;
}

#endif
