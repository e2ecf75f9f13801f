/*
 * climb.c - the state of a climb, and which of two ids is newer.
 *
 * Ids are numbers without leading zeros, or texts of one length (ULIDs), so the longer is
 * the newer one, and of two as long that which sorts behind.
 */
#include "climb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_BITS = 16, SNOWFLAKE_DIGITS = 17 };

void climb_parse(struct heard_str state, struct climb *c)
{
	char text[2 * CLIMB_ID + 2];
	*c = (struct climb){.top = ""};
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(state));
	c->is_begun = sscanf(text, "%63s %63s", c->top, c->at) == 2;
	if (!c->is_begun)
		memcpy(c->top, "0", sizeof("0"));
	if (!c->is_begun || c->at[0] == '-')
		c->at[0] = '\0';
}

void climb_format(const struct climb *c, struct heard_buf *out)
{
	heard_buf_printf(out, "%s %s", c->top, c->at[0] ? c->at : "-");
}

static void step_back(char id[CLIMB_ID], int64_t ms)
{
	char *end;
	unsigned long long n = strtoull(id, &end, 10);
	unsigned long long back = (unsigned long long)ms << TIME_BITS;
	if (*end == '\0' && n > back && strlen(id) >= SNOWFLAKE_DIGITS)
		snprintf(id, CLIMB_ID, "%llu", n - back);
}

const char *climb_from(struct climb *c, int64_t late_ms)
{
	if (!c->is_begun)
		return NULL;
	if (c->at[0] == '\0') {
		memcpy(c->at, c->top, CLIMB_ID);
		step_back(c->at, late_ms);
	}
	return c->at;
}

bool climb_is_newer(struct heard_str id, const char *than)
{
	size_t n = strlen(than);
	return id.len > n || (id.len == n && n > 0 && memcmp(id.ptr, than, n) > 0);
}

void climb_see(struct climb *c, struct heard_str id)
{
	bool is_id = id.len > 0 && id.len < CLIMB_ID;
	for (size_t i = 0; i < id.len && is_id; i++)
		is_id = (unsigned char)id.ptr[i] > ' ' && id.ptr[i] != '-';
	if (is_id && climb_is_newer(id, c->newest))
		snprintf(c->newest, sizeof(c->newest), "%.*s", HEARD_ARG(id));
}

bool climb_page(struct climb *c, bool is_last)
{
	/* min_id may be inclusive: a page of the one that we have is the end. */
	bool more = c->is_begun && c->newest[0] && !is_last && strcmp(c->newest, c->at) != 0;
	if (climb_is_newer(heard_str(c->newest), c->top))
		memcpy(c->top, c->newest, CLIMB_ID);
	memcpy(c->at, more ? c->newest : "", more ? CLIMB_ID : 1);
	c->newest[0] = '\0';
	c->is_begun = true;
	return more;
}
