/*
 * crash.c - filter, for tests only: abort at a word, as a plugin with a bug
 * would at the record it cannot stand.
 */
#include <heard/batch.h>
#include <heard/plugin.h>
#include <heard/record.h>

#include <stdlib.h>

struct crash {
	const char *word;
};

static int crash_process(void *self, void *lane, struct heard_batch *batch,
			 struct heard_error *err)
{
	const struct crash *crash = self;
	size_t n = strlen(crash->word);

	(void)lane;
	(void)err;
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_str body = heard_get_str(heard_batch_at(batch, i), HEARD_BODY);
		for (size_t at = 0; at + n <= body.len; at++)
			if (memcmp(body.ptr + at, crash->word, n) == 0)
				abort();
	}
	return 0;
}

static const struct heard_option options[] = {
	{"word", HEARD_STRING(struct crash, word), .value = "kaboom",
	 .help = "The word that kills"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "crash",
	.version = "1.0",
	.summary = "abort at a word in the body, for tests",
	.options = options,
	.reads = "body",
	.self_size = sizeof(struct crash),
	.process = crash_process,
};
