/*
 * otherabi.c - filter, for tests only: says that it was built for an ABI that
 * there is not yet.
 */
#include <heard/plugin.h>

static int otherabi_process(void *self, void *lane, struct heard_batch *batch,
			    struct heard_error *err)
{
	(void)self;
	(void)lane;
	(void)batch;
	(void)err;
	return 0;
}

static const struct heard_option options[] = {{.name = NULL}};

const struct heard_plugin heard_plugin = {
	.abi_major = HEARD_ABI_MAJOR + 1,
	.size = sizeof(struct heard_plugin),
	.stage = HEARD_FILTER,
	.name = "otherabi",
	.version = "1.0",
	.summary = "built for another plugin ABI, for tests",
	.options = options,
	.process = otherabi_process,
};
