/*
 * bench_mask.c - the filter mask alone, on one core.
 *
 *	bench_mask PLUGINS [RECORDS]
 *
 * Records of about 1 KB (tests/tools/record.h), and others of one text of 200 bytes made
 * of the same sentences, are parsed in batches; only the calls of process() are on the
 * clock.  Prints "RATE records/s DETAILS".
 */
#include "arena.h"
#include "batch.h"
#include "bench.h"
#include "faults.h"
#include "module.h"
#include "option.h"

#include "../tools/record.h"

#include <heard/error.h>

#include <stdlib.h>
#include <time.h>

enum { BATCH = 1000, CAP = 64 << 20, BYTES = 200 };

/* One text of 200 bytes, private data in every third. */
static size_t render_small(char out[RECORD_CAP], uint64_t seed)
{
	uint64_t r = seed * 2654435761u + 1;
	char body[2 * BYTES], private_data[128];
	int is_chinese = record_random(&r) % 3 == 0;
	unsigned tone = record_tone(&r);

	record_private(private_data, sizeof(private_data), &r);
	record_sentences(body, sizeof(body), &r, is_chinese, tone, BYTES);
	struct heard_str said = heard_str_cut(heard_str(body), BYTES - strlen(private_data));
	return (size_t)snprintf(out, RECORD_CAP, "{\"channel\":\"review\",\"body\":\"%.*s%s\"}",
				HEARD_ARG(said), private_data);
}

static void fill(struct heard_batch *batch, uint64_t first, bool small)
{
	struct heard_error err = {0};
	char text[RECORD_CAP];
	size_t at;

	for (uint64_t i = first; i < first + BATCH; i++) {
		size_t len = small ? render_small(text, i + 1)
				   : record_render(text, i + 1, "m", i, NULL, &at);
		if (heard_batch_add_json(batch, heard_str_n(text, len), &err))
			die(&err);
	}
	batch_end_decode(batch);
}

/* Seconds that process() took over n records. */
static double measure(const struct heard_plugin *mask, void *self, void *lane, uint64_t n,
		      bool small)
{
	struct heard_batch *batch = batch_create(CAP);
	struct heard_error err = {0};
	double took = 0;

	for (uint64_t i = 0; i < n; i += BATCH) {
		batch_clear(batch);
		fill(batch, i, small);
		double from = seconds();
		if (mask->process(self, lane, batch, &err))
			die(&err);
		took += seconds() - from;
	}
	batch_destroy(batch);
	return took;
}

int main(int argc, char **argv)
{
	struct heard_error err = {0};
	struct faults faults;
	struct arena arena;

	if (argc < 2) {
		fputs("usage: bench_mask PLUGINS [RECORDS]\n", stderr);
		return 2;
	}
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
	const char *const folders[] = {argv[1], NULL};
	const struct module *module = module_load(folders, HEARD_FILTER, "mask", &err);
	if (!module)
		die(&err);
	const struct heard_plugin *mask = &module->plugin;
	arena_init(&arena, CAP);
	faults_init(&faults);
	void *self = calloc(1, mask->self_size), *lane = calloc(1, mask->lane_size + 1);
	struct option_context context = {.config_folder = ".",
					 .state_dir = ".",
					 .arena = &arena,
					 .faults = &faults,
					 .where = "mask"};
	option_parse(&context, mask->options, NULL, NULL, self);
	if (faults.n) {
		faults_print(&faults, stderr);
		return 1;
	}
	if (mask->open(self, NULL, &err) || mask->lane_open(self, lane, &err))
		die(&err);
	measure(mask, self, lane, n / 10, false); /* warm up */
	double big = measure(mask, self, lane, n, false);
	double small = measure(mask, self, lane, n, true);
	printf("%.0f records/s %.2f us a record; of 200 bytes %.0f/s, %.2f us\n",
	       (double)n / big, big / (double)n * 1e6, (double)n / small,
	       small / (double)n * 1e6);
	mask->lane_close(self, lane);
	if (mask->close)
		mask->close(self);
	free(lane);
	free(self);
	faults_release(&faults);
	arena_release(&arena);
	return 0;
}
