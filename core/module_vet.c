/*
 * module_vet.c - is a plugin's descriptor one that the core can work with?
 *
 * Two numbers and a size settle every case: another major is refused; an older
 * plugin's missing tail reads as zero; a newer plugin's extra tail is ignored.
 * What a stage must have, may have and must not have is one table.
 */
#include "module_vet.h"

#include "conf_tables.h"
#include "module.h"
#include "option.h"

#include <heard/error.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { INPUT = 1 << HEARD_INPUT, FILTER = 1 << HEARD_FILTER, OUTPUT = 1 << HEARD_OUTPUT };

/* Which stages may have a callback, and which must. */
static const struct callback {
	const char *name;
	size_t offset;
	unsigned may, must;
} callbacks[] = {
	{"pause", offsetof(struct heard_plugin, pause), INPUT, 0},
	{"resume", offsetof(struct heard_plugin, resume), INPUT, 0},
	{"decode", offsetof(struct heard_plugin, decode), INPUT, 0},
	{"lane_open", offsetof(struct heard_plugin, lane_open), FILTER, 0},
	{"lane_close", offsetof(struct heard_plugin, lane_close), FILTER, 0},
	{"process", offsetof(struct heard_plugin, process), FILTER, FILTER},
	{"write", offsetof(struct heard_plugin, write), OUTPUT, 0},
	{"position", offsetof(struct heard_plugin, position), OUTPUT, 0},
	{"reply", offsetof(struct heard_plugin, reply), INPUT | OUTPUT, 0},
};

static const struct flag {
	const char *name;
	uint32_t bit;
	unsigned may;
} flags[] = {
	{"HEARD_OWN_LOOP", HEARD_OWN_LOOP, INPUT | FILTER | OUTPUT},
	{"HEARD_PARALLEL", HEARD_PARALLEL, INPUT | FILTER},
	{"HEARD_KEEPS_POSITION", HEARD_KEEPS_POSITION, OUTPUT},
	{"HEARD_MASKS", HEARD_MASKS, FILTER},
	{"HEARD_PERSONAL_IDS", HEARD_PERSONAL_IDS, INPUT},
	{"HEARD_TELLS", HEARD_TELLS, OUTPUT},
};

const char *stage_name(enum heard_stage stage)
{
	static const char *const names[] = {
		[HEARD_INPUT] = "input", [HEARD_FILTER] = "filter", [HEARD_OUTPUT] = "output"};
	return stage >= HEARD_INPUT && stage <= HEARD_OUTPUT ? names[stage] : "unknown stage";
}

const char *module_stage_phrase(enum heard_stage stage)
{
	static const char *const phrases[] = {[HEARD_INPUT] = "an input",
					      [HEARD_FILTER] = "a filter",
					      [HEARD_OUTPUT] = "an output"};
	return stage >= HEARD_INPUT && stage <= HEARD_OUTPUT ? phrases[stage]
							     : "of an unknown stage";
}

static int copy(const struct heard_plugin *theirs, size_t known_size, struct heard_plugin *ours,
		struct heard_error *err)
{
	if (known_size < offsetof(struct heard_plugin, stage))
		return heard_fail(err, ENOEXEC, "its descriptor is cut short");
	if (theirs->abi_major != HEARD_ABI_MAJOR)
		return heard_fail(err, ENOEXEC,
				  "is built for plugin ABI %u, this heard has ABI %u; build it "
				  "again with this version's headers",
				  theirs->abi_major, HEARD_ABI_MAJOR);
	if (theirs->size < offsetof(struct heard_plugin, start) || theirs->size > known_size)
		return heard_fail(err, ENOEXEC, "its descriptor is cut short");
	memset(ours, 0, sizeof *ours);
	memcpy(ours, theirs, theirs->size < sizeof *ours ? theirs->size : sizeof *ours);
	return 0;
}

static int check_words(const struct heard_plugin *p, enum heard_stage folder,
		       const char *file_name, struct heard_error *err)
{
	if (p->name == NULL || p->version == NULL || p->summary == NULL)
		return heard_fail(err, ENOEXEC,
				  "its descriptor lacks a name, version or summary");
	if (p->stage != folder)
		return heard_fail(err, ENOEXEC, "is %s, but lies in the folder of %s plugins",
				  module_stage_phrase(p->stage), stage_name(folder));
	if (strcmp(p->name, file_name) != 0)
		return heard_fail(err, ENOEXEC,
				  "calls itself \"%.64s\", but its file \"%s.so\"", p->name,
				  file_name);
	return 0;
}

static bool has_callback(const struct heard_plugin *p, size_t offset)
{
	void (*function)(void);
	memcpy(&function, (const char *)p + offset, sizeof function);
	return function != NULL;
}

static int check_callbacks(const struct heard_plugin *p, struct heard_error *err)
{
	unsigned stage = 1u << p->stage;
	for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++) {
		const struct callback *c = &callbacks[i];
		bool has_it = has_callback(p, c->offset);
		if (!has_it && (c->must & stage))
			return heard_fail(err, ENOEXEC, "%s must have %s()",
					  module_stage_phrase(p->stage), c->name);
		if (has_it && !(c->may & stage))
			return heard_fail(err, ENOEXEC, "%s cannot have %s()",
					  module_stage_phrase(p->stage), c->name);
	}
	return 0;
}

static int check_flags(const struct heard_plugin *p, struct heard_error *err)
{
	uint32_t unknown = p->flags;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		unknown &= ~flags[i].bit;
		if ((p->flags & flags[i].bit) && !(flags[i].may & (1u << p->stage)))
			return heard_fail(err, ENOEXEC, "%s cannot have the flag %s",
					  module_stage_phrase(p->stage), flags[i].name);
	}
	if (unknown && p->abi_minor <= HEARD_ABI_MINOR)
		return heard_fail(err, ENOEXEC, "has flags that do not exist (0x%x)", unknown);
	bool keeps = (p->flags & HEARD_KEEPS_POSITION) != 0;
	if (keeps != (p->position != NULL))
		return heard_fail(err, ENOEXEC,
				  "HEARD_KEEPS_POSITION and position() go together");
	if (keeps && p->write == NULL)
		return heard_fail(err, ENOEXEC, "keeps a position but has no write()");
	return 0;
}

static int check_options(const struct heard_plugin *p, struct heard_error *err)
{
	if (p->options == NULL)
		return 0;
	int rc = option_check_table(p->options, err);
	if (rc < 0)
		return rc;
	if (!option_table_fits(p->options, p->self_size))
		return heard_fail(err, ENOEXEC,
				  "its options lie outside its %zu bytes (self_size)",
				  p->self_size);
	for (const struct heard_option *opt = p->options; opt->name; opt++)
		for (const struct heard_option *ours = conf_instance_table(p->stage);
		     ours->name; ours++)
			if (strcmp(opt->name, ours->name) == 0)
				return heard_fail(
					err, ENOEXEC,
					"option \"%s\" is one that every %s has already",
					opt->name, stage_name(p->stage));
	return 0;
}

int module_vet(const struct heard_plugin *theirs, size_t known_size, enum heard_stage folder,
	       const char *file_name, struct heard_plugin *ours, struct heard_error *err)
{
	int rc = copy(theirs, known_size, ours, err);
	if (rc == 0)
		rc = check_words(ours, folder, file_name, err);
	if (rc == 0)
		rc = check_callbacks(ours, err);
	if (rc == 0)
		rc = check_flags(ours, err);
	if (rc == 0)
		rc = check_options(ours, err);
	return rc;
}
