/*
 * words.h - what an alert says: to people, in Chinese or English, and to programs.
 */
#ifndef ALERT_WORDS_H
#define ALERT_WORDS_H

#include <heard/str.h>

#include <stdint.h>

struct heard_buf;
struct heard_zone;
struct notice;

struct warning { /* raised by somebody */
	struct heard_str text, product, who;
	int64_t at;
};

enum words_lang { WORDS_ZH, WORDS_EN };

/* "alert.opened" */
const char *words_event(const struct notice *);
void words_text(const struct notice *, enum words_lang, struct heard_zone *,
		struct heard_buf *);
void words_line(const struct notice *, struct heard_buf *);
void words_warning_text(const struct warning *, enum words_lang, struct heard_buf *);
void words_warning_line(const struct warning *, struct heard_buf *);

#endif
