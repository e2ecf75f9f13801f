/*
 * alert.h - what the files of the plugin share: one running instance.
 *
 *	records --> watch (plugins/lib/watch) --> words --> outbox --> hook
 *	spool (heard alert raise) --------------------^        |
 *	                             snapshot <--- all of it --+
 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include <heard/command.h>
#include <heard/plugin.h>
#include <hook/hook.h>
#include <watch/watch.h>

struct outbox;

struct alert_baseline {
	int64_t weeks, min_samples, learn;
	double false_alarms;
};

struct alert_like {
	int64_t count, within;
};

struct alert {
	struct hook_options hook;
	const char *quiet;
	struct alert_baseline baseline;
	struct alert_like like;
	int64_t per_hour;
	bool silence;

	struct heard_host *host;
	struct hook *sender;
	struct watch *watch;
	struct outbox *outbox;
	struct heard_timer *timer;
	struct heard_done *stopping;
	int64_t saved; /* ms */
	bool is_dirty; /* save soon: something was told */
};

/* command.c */
extern const struct heard_command alert_commands[];

#endif
