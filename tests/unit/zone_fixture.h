/*
 * zone_fixture.h - a plugin's file under test lives in Shanghai.
 *
 * Included before it: it asks no host for its zone then.
 */
#ifndef ZONE_FIXTURE_H
#define ZONE_FIXTURE_H

#include <heard/host.h>
#include <heard/time.h>

static struct heard_zone *shanghai;

static inline int open_zone(void **state)
{
	(void)state;
	shanghai = heard_zone_create("Asia/Shanghai");
	return shanghai ? 0 : -1;
}

static inline int close_zone(void **state)
{
	(void)state;
	heard_zone_destroy(shanghai);
	return 0;
}

#define heard_zone(host) ((void)(host), shanghai)

#endif
