/*
 * position.c - the resume token as text.
 */
#include "position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void position_format(const struct position *p, char out[POSITION_SIZE])
{
	snprintf(out, POSITION_SIZE,
		 "1 %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %d %" PRId64 " %" PRId64,
		 p->validity, p->uid, p->settled, p->until, (int)p->old, p->since_ms, p->at_ms);
}

bool position_parse(struct heard_str s, struct position *p)
{
	char text[POSITION_SIZE];
	int old, end = -1;
	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	*p = (struct position){0};
	sscanf(text,
	       "1 %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %d %" SCNd64 " %" SCNd64 "%n",
	       &p->validity, &p->uid, &p->settled, &p->until, &old, &p->since_ms, &p->at_ms,
	       &end);
	if (end != (int)s.len || old < OLD_NONE || old > OLD_UNSEEN_OR_SINCE ||
	    p->settled > p->uid)
		return false;
	p->old = (enum position_old)old;
	return true;
}

bool position_is_same(const struct position *a, const struct position *b)
{
	return a->validity == b->validity && a->uid == b->uid && a->settled == b->settled &&
	       a->until == b->until && a->old == b->old && a->since_ms == b->since_ms;
}

void position_key(const struct position *p, char out[POSITION_KEY_SIZE])
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)(p->since_ms / 1000);
	struct tm tm = {0};
	char since[32];
	gmtime_r(&t, &tm);
	snprintf(since, sizeof(since), "SINCE %d-%s-%04d", tm.tm_mday % 32,
		 months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000);
	switch (p->old) {
	case OLD_UNSEEN: snprintf(out, POSITION_KEY_SIZE, "UNSEEN"); break;
	case OLD_SINCE: snprintf(out, POSITION_KEY_SIZE, "%s", since); break;
	case OLD_UNSEEN_OR_SINCE:
		snprintf(out, POSITION_KEY_SIZE, "OR UNSEEN %s", since);
		break;
	default: snprintf(out, POSITION_KEY_SIZE, "ALL"); break;
	}
}
