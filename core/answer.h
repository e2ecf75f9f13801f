/*
 * answer.h - answers under way between instances, for those who stop.
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include <heard/answer.h>

#include <stdbool.h>

/* Is a word on an answer still to come, from another instance?  [home] */
bool answer_is_awaited(const struct heard_host *);
/* Before stop(): what the host still waits for is to be offered again.  [home] */
void answer_abandon(struct heard_host *);
/* The host has ended: what it still holds to carry goes back.  [home] */
void answer_give_back(struct heard_host *);

#endif
