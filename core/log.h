/*
 * log.h - where log lines go: stderr or a file, as text or JSON.
 *
 * Any thread may log; a line is one write(2).  Equal lines from one place are
 * limited to a burst a minute, and the suppressed ones are counted.  Values
 * from outside are quoted and escaped by the caller with %s of log_quote().
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <heard/api.h>
#include <heard/log.h>
#include <heard/str.h>

#include <stdarg.h>
#include <stdbool.h>

struct log_options {
	enum heard_level level;
	bool json;
	const char *file; /* NULL: stderr */
};
void log_open(const struct log_options *);
void log_reopen(void); /* SIGUSR1 */
/* Their names, by enum heard_level; NULL at the end. */
extern const char *const log_levels[];
bool log_wants(enum heard_level);
/* who: "journal", "shop/webhook" */
void log_line(enum heard_level, const char *who, const char *format, ...) HEARD_PRINTF(3, 4);
void log_vline(enum heard_level, const char *who, const char *format, va_list);
/* text in quotes, escaped, cut; in a per-thread ring of four buffers */
const char *log_quote(struct heard_str);

#endif
