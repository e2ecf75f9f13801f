/*
 * value.h - what stands in a cell: scores, times, and words that nobody wrote.
 */
#ifndef TABLE_VALUE_H
#define TABLE_VALUE_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_zone;

/* 5, 4.5, "4/5", "4 out of 5", "5 stars", 4分, 五星, ★★★★☆, 好评/中评/差评 (5, 3, 1),
 * 非常满意 to 非常不满意, positive/neutral/negative.  *max_r is set if the text says
 * it.  False: none of these. */
bool value_score(struct heard_str, double *score_r, double *max_r);

/* RFC 3339, 2026/1/5 13:04, 2026年1月5日 下午1:04, 20260105, 20260105130405, seconds or
 * milliseconds since 1970, and what date.h reads (mail, RSS, Weibo).  HEARD_TIME_NONE: none of
 * these. */
int64_t value_time(struct heard_str, struct heard_zone *);

/* Is it what a platform puts where the customer wrote nothing? */
bool value_is_default(struct heard_str);

/* Without blanks at both ends, the full-width and the no-break one too. */
struct heard_str value_trim(struct heard_str);

#endif
