/*
 * rules.c - from the options of `tickets` to the rules of its store.
 *
 * The tables have checked each value by itself; here is what only all of them together
 * can say: names that come twice, rows of service levels, holiday files.
 */
#include "tickets.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <limits.h>
#include <page/page.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEARS_MAX = 100 };

/* ---- departments */

static int check_department(const struct department_row *rows, size_t i,
			    struct heard_error *err)
{
	const struct department_row *row = &rows[i];
	if (row->name[0] == '\0')
		return heard_fail(err, EINVAL, "departments: row %zu has no name", i + 1);
	for (size_t k = 0; k < i; k++)
		if (strcmp(rows[k].name, row->name) == 0)
			return heard_fail(err, EINVAL, "departments: \"%.60s\" is there twice",
					  row->name);
	for (size_t a = 0; a < row->agents.n; a++) {
		if (row->agents.at[a][0] == '\0')
			return heard_fail(err, EINVAL,
					  "departments: %.60s: an agent has no name",
					  row->name);
		for (size_t b = 0; b < a; b++)
			if (strcmp(row->agents.at[a], row->agents.at[b]) == 0)
				return heard_fail(err, EINVAL,
						  "departments: %.60s: the agent \"%.60s\" is "
						  "there twice",
						  row->name, row->agents.at[a]);
	}
	return 0;
}

static int make_departments(struct rules *rules, const struct heard_rows *table,
			    struct heard_error *err)
{
	const struct department_row *rows = table->at;
	size_t n_agents = 0;
	for (size_t i = 0; i < table->n; i++) {
		if (check_department(rows, i, err))
			return -err->code;
		n_agents += rows[i].agents.n;
	}
	rules->departments = calloc(table->n + 1, sizeof(*rules->departments));
	rules->agents = calloc(n_agents + 1, sizeof(*rules->agents));
	if (!rules->departments || !rules->agents)
		return heard_fail(err, ENOMEM, "out of memory");
	struct heard_str *agent = rules->agents;
	for (size_t i = 0; i < table->n; i++) {
		rules->departments[i] = (struct store_department){
			.name = heard_str(rows[i].name),
			.agents = agent,
			.n_agents = rows[i].agents.n,
			.lead = heard_str(rows[i].lead),
			.method = (enum store_method)rows[i].method,
		};
		for (size_t a = 0; a < rows[i].agents.n; a++)
			*agent++ = heard_str(rows[i].agents.at[a]);
	}
	return 0;
}

/* ---- service levels */

/* Two folders up: a config in pipelines/ uses the holidays that lie beside pipelines/. */
static const char *shared_folder(const char *folder, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s", folder ? folder : "");
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(path, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
	}
	size_t len = strlen(path);
	snprintf(path + len, PATH_MAX - len, "/holidays");
	return path;
}

static bool is_round_the_clock(const struct calendar_options *c)
{
	return strcmp(c->hours, "24h") == 0 && strcmp(c->days, "mon-sun") == 0 &&
	       c->holidays.n == 0;
}

static int make_levels(struct rules *rules, const struct tickets *self, struct heard_host *host,
		       struct heard_error *err)
{
	char path[PATH_MAX];
	const struct calendar_options *calendar = &self->calendar;
	if (!is_round_the_clock(calendar) &&
	    calendar_create(&rules->calendar, calendar, heard_zone_name(heard_zone(host)),
			    shared_folder(calendar->folder, path), err))
		return heard_error_wrap(err, "calendar");
	return sla_create(&rules->sla, &self->sla, rules->calendar, err);
}

/* ---- retention */

/* As durations, and in years of 365 days: "3y". */
static bool parse_keep(const char *text, int64_t *ms)
{
	char *end;
	long years = strtol(text, &end, 10);
	if (end != text && strcmp(end, "y") == 0 && text[0] != '-' && text[0] != '+') {
		bool is_good = years > 0 && years <= YEARS_MAX;
		*ms = is_good ? years * INT64_C(365) * 24 * 3600 * 1000 : 0;
		return is_good;
	}
	return heard_duration_parse(text, ms) && *ms > 0;
}

static int make_retention(struct rules *rules, const struct heard_map *map,
			  struct heard_error *err)
{
	rules->retention = calloc(map->n + 1, sizeof(*rules->retention));
	if (!rules->retention)
		return heard_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < map->n; i++) {
		struct store_retention *keep = &rules->retention[rules->n_retention++];
		bool is_other = strcmp(map->names[i], "other") == 0;
		keep->kind = is_other ? HEARD_STR_OF("") : heard_str(map->names[i]);
		if (!parse_keep(map->values[i], &keep->keep))
			return heard_fail(err, EINVAL,
					  "retain: %.60s: \"%.60s\" must be a time such as "
					  "\"30d\" or \"3y\"",
					  map->names[i], map->values[i]);
	}
	return 0;
}

/* ---- all of them */

static int64_t or_never(int64_t after)
{
	return after > 0 ? after : -1;
}

static int fill(struct rules *rules, const struct tickets *self, struct heard_host *host,
		struct heard_error *err)
{
	if (make_departments(rules, &self->departments, err) ||
	    make_levels(rules, self, host, err) || make_retention(rules, &self->retain, err) ||
	    page_check_url("public_url", self->public_url, err))
		return -err->code;
	rules->store = (struct store_rules){
		.sla = rules->sla,
		.departments = rules->departments,
		.n_departments = self->departments.n,
		.contacts_escalate = self->contacts,
		.reach_raises = self->reach.customers,
		.reach_window = self->reach.window,
		.reopen_within = self->reopen,
		.follow_up_after = or_never(self->follow_up.after),
		.follow_up_expires = self->follow_up.expires,
		.follow_up_bad = self->follow_up.bad,
		.relapse_after = or_never(self->relapse),
		.close_after = or_never(self->close),
		.events = heard_events_wanted(host),
		.automatic_tickets = self->automatic == AUTOMATIC_TICKET,
	};
	return 0;
}

int rules_create(struct rules **rules_r, const struct tickets *self, struct heard_host *host,
		 struct heard_error *err)
{
	*rules_r = NULL;
	struct rules *rules = calloc(1, sizeof(*rules));
	if (!rules)
		return heard_fail(err, ENOMEM, "out of memory");
	if (fill(rules, self, host, err)) {
		rules_destroy(rules);
		return -err->code;
	}
	*rules_r = rules;
	return 0;
}

void rules_destroy(struct rules *rules)
{
	if (!rules)
		return;
	sla_destroy(rules->sla);
	calendar_destroy(rules->calendar);
	free(rules->departments);
	free(rules->agents);
	free(rules->retention);
	free(rules);
}
