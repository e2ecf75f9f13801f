/*
 * plugin.c - the source of every plugin that the tests of the configuration
 * load: NAME, STAGE and FLAGS say which, DEFECT what is wrong with it, and CARRIES
 * that it carries answers.
 */
#include <heard/error.h>
#include <heard/plugin.h>

#include <stdbool.h>

#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef DEFECT
#define DEFECT 0
#endif
#ifndef CARRIES
#define CARRIES 0
#endif

enum {
	OTHER_ABI = 1,
	CUT_SHORT,
	OTHER_NAME,
	NO_PROCESS,
	FOREIGN_CALLBACK,
	BAD_DEFAULT,
	OUTSIDE_INSTANCE,
	RESERVED_OPTION,
	UNKNOWN_FLAG,
	NO_POSITION,
	UNDEFINED_FUNCTION,
	OLDER_MINOR,
	LYING_SIZE,
	FOREIGN_FLAG,
	NO_SUMMARY,
	BEFORE_ANSWERS, /* as built for 1.0; what lies behind is not ours to read */
	FOREIGN_REPLY,
	FILTER_THAT_TELLS,
	REPLY_OPTION,
};

struct row {
	const char *name;
	struct heard_list agents;
};

struct limits {
	int64_t low, high;
};

struct self {
	bool strict;
	int64_t count, size, pause;
	double share;
	const char *title, *path, *store, *password;
	int mode;
	struct heard_list kinds;
	struct heard_map columns;
	struct heard_rows departments;
	struct limits limits;
};

static const char *const modes[] = {"redact", "partial", "hash", NULL};
static const char *const kinds[] = {"phone", "email", NULL};

static const struct heard_option row_options[] = {
	{"name", HEARD_STRING(struct row, name), .help = "Name of the department"},
	{"agents", HEARD_LIST(struct row, agents), .value = "", .help = "Who works there"},
	{.name = NULL},
};

static const struct heard_option limit_options[] = {
	{"low", HEARD_INT(struct limits, low), .value = "1", .help = "Lower limit"},
	{"high", HEARD_INT(struct limits, high), .value = "9", .help = "Upper limit"},
	{.name = NULL},
};

static const struct heard_option options[] = {
	{"strict", HEARD_BOOL(struct self, strict), .value = "false", .help = "Be strict"},
	{"count", HEARD_INT(struct self, count), .value = DEFECT == BAD_DEFAULT ? "0" : "3",
	 .min = 1, .max = 4096, .help = "How many"},
	{DEFECT == RESERVED_OPTION ? "when"
	 : DEFECT == REPLY_OPTION  ? "reply"
				   : "size",
	 HEARD_SIZE(struct self, size), .value = "64K", .min = 1, .max = 1 << 20,
	 .help = "How large"},
	{"pause", HEARD_DURATION(struct self, pause), .value = "2s", .help = "How long"},
	{"share", HEARD_REAL(struct self, share), .value = "0.5", .min = 0, .max = 1,
	 .help = "Which part"},
	{"title", HEARD_STRING(struct self, title), .value = "", .help = "What it is called"},
	{"path", HEARD_PATH(struct self, path), .value = "", .help = "What is read"},
	{"store", HEARD_STATE_PATH(struct self, store), .value = "", .help = "What is written"},
	{"password", HEARD_SECRET(struct self, password), .value = "",
	 .help = "What is secret"},
	{"mode", HEARD_CHOICE(struct self, mode), .value = "partial", .choices = modes,
	 .help = "How to do it"},
	{"kinds", HEARD_LIST(struct self, kinds), .value = "[ \"phone\" ]", .choices = kinds,
	 .help = "Which kinds"},
	{"columns", HEARD_MAP(struct self, columns), .value = "", .help = "Which columns"},
	{"departments", HEARD_TABLE(struct self, departments, row_options, struct row),
	 .value = "", .help = "Who does it"},
	{"limits", HEARD_GROUP(struct self, limits, limit_options),
	 .help = "From where to where"},
	{.name = NULL},
};

#if DEFECT == 11 /* UNDEFINED_FUNCTION: the preprocessor knows no enum */
int heard_no_such_function(void);
#endif

static int plugin_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	(void)self, (void)lane, (void)batch, (void)err;
#if DEFECT == 11 /* UNDEFINED_FUNCTION: the preprocessor knows no enum */
	return heard_no_such_function();
#else
	return 0;
#endif
}

static void plugin_write(void *self, const struct heard_batch *batch,
			 struct heard_delivery *take_done)
{
	(void)self, (void)batch, (void)take_done;
}

static void plugin_reply(void *self, const struct heard_answer *answer,
			 struct heard_reply *take_reply)
{
	(void)self, (void)answer, (void)take_reply;
}

static void plugin_pause(void *self)
{
	(void)self;
}

const struct heard_plugin heard_plugin = {
	.abi_major = DEFECT == OTHER_ABI ? HEARD_ABI_MAJOR + 1 : HEARD_ABI_MAJOR,
	.abi_minor = DEFECT == BEFORE_ANSWERS ? 0 : HEARD_ABI_MINOR,
	.size = DEFECT == CUT_SHORT	   ? 64
		: DEFECT == OLDER_MINOR	   ? offsetof(struct heard_plugin, write)
		: DEFECT == LYING_SIZE	   ? sizeof(struct heard_plugin) + 4096
		: DEFECT == BEFORE_ANSWERS ? offsetof(struct heard_plugin, reply)
					   : sizeof(struct heard_plugin),
	.stage = STAGE,
	.flags = (FLAGS) | (DEFECT == UNKNOWN_FLAG ? 1u << 30 : 0) |
		 (DEFECT == NO_POSITION ? HEARD_KEEPS_POSITION : 0) |
		 (DEFECT == FOREIGN_FLAG ? HEARD_PERSONAL_IDS : 0) |
		 (DEFECT == FILTER_THAT_TELLS ? HEARD_TELLS : 0),
	.name = DEFECT == OTHER_NAME ? "other" : NAME,
	.version = "1.0",
	.summary = DEFECT == NO_SUMMARY ? NULL : "a plugin for tests",
	.options = options,
	.reads = "body",
	.writes = "tags",
	.example = "{ plugin = \"" NAME "\"; }",
	.self_size = DEFECT == OUTSIDE_INSTANCE ? 16 : sizeof(struct self),
	.process = STAGE == HEARD_FILTER && DEFECT != NO_PROCESS ? plugin_process : NULL,
	.write = STAGE == HEARD_OUTPUT ? plugin_write : NULL,
	.reply = CARRIES || DEFECT == BEFORE_ANSWERS || DEFECT == FOREIGN_REPLY ? plugin_reply
										: NULL,
	.pause = STAGE == HEARD_INPUT || DEFECT == FOREIGN_CALLBACK ? plugin_pause : NULL,
};
