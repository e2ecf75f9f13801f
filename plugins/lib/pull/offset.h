/*
 * offset.h - updates that are counted, and confirmed by asking for those behind them.
 *
 * Services with an offset (Telegram) keep what was not confirmed and forget the rest, so
 * the state is all we know: "OFFSET TIME", the number behind the last that was taken, and
 * when that was.  A service may count anew from a number of its choice when nothing came
 * for long, even below the offset: a state older than that is none, and asking without
 * one gives all that is not confirmed.
 */
#ifndef PULL_OFFSET_H
#define PULL_OFFSET_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdint.h>

/* Where to go on; 0: there is no state, or one from more than longest_ms ago. */
int64_t offset_parse(struct heard_str state, int64_t now_ms, int64_t longest_ms);
void offset_format(int64_t offset, int64_t now_ms, struct heard_buf *);

#endif
