/*
 * bench_filter.c - one filter alone, with its default options, on one core.
 *
 *	bench_filter PLUGINS NAME [RECORDS]
 *
 * Texts of about 200 bytes, half of them Chinese, put together from phrases as shops hear
 * them; only the calls of process() are on the clock.  Paths are those of etc/.  Prints
 * "RATE records/s DETAILS".
 */
#include "arena.h"
#include "batch.h"
#include "bench.h"
#include "faults.h"
#include "module.h"
#include "option.h"

#include <heard/error.h>

#include <stdlib.h>
#include <string.h>

enum { BATCH = 1000, CAP = 64 << 20, BYTES = 200 };

static const char *const phrases[2][12] = {
	{"质量很好，", "用了两天就坏了，", "客服态度差，", "物流很快，", "包装破损，",
	 "颜色和图片不一样，", "总体满意，", "电池不耐用，", "不太推荐，", "性价比高，",
	 "退款一直没到账，", "下次还会再来，"},
	{"great value, ", "it broke after a week, ", "support never answers, ",
	 "fast delivery, ", "the box was damaged, ", "not what I had expected, ",
	 "overall I am happy, ", "the battery does not last, ", "I would not buy it again, ",
	 "works as it should, ", "still waiting for my refund, ", "will come back, "},
};

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	return z ^ z >> 27;
}

static void fill(struct heard_batch *batch, uint64_t first)
{
	struct heard_error err = {0};
	char text[BYTES * 2];
	uint64_t random = first;
	for (uint64_t i = 0; i < BATCH; i++) {
		int n = snprintf(text, sizeof(text), "{\"channel\":\"review\",\"body\":\"");
		for (int from = n; n - from < BYTES - 15;)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s",
				      phrases[i % 2][next(&random) % 12]);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "\"}");
		if (heard_batch_add_json(batch, heard_str_n(text, (size_t)n), &err))
			die(&err);
	}
	batch_end_decode(batch);
}

/* Seconds that process() took over n records. */
static double measure(const struct heard_plugin *filter, void *self, void *lane, uint64_t n)
{
	struct heard_batch *batch = batch_create(CAP);
	struct heard_error err = {0};
	double took = 0;
	for (uint64_t i = 0; i < n; i += BATCH) {
		batch_clear(batch);
		fill(batch, i);
		double from = seconds();
		if (filter->process(self, lane, batch, &err))
			die(&err);
		took += seconds() - from;
	}
	batch_destroy(batch);
	return took;
}

static void run(const struct heard_plugin *filter, void *self, void *lane, uint64_t n)
{
	struct heard_error err = {0};
	if ((filter->open && filter->open(self, NULL, &err)) ||
	    (filter->lane_open && filter->lane_open(self, lane, &err)))
		die(&err);
	measure(filter, self, lane, n / 10); /* warm up */
	double took = measure(filter, self, lane, n);
	printf("%.0f records/s %.2f us a record on one core\n", (double)n / took,
	       took / (double)n * 1e6);
	if (filter->lane_close)
		filter->lane_close(self, lane);
	if (filter->close)
		filter->close(self);
}

int main(int argc, char **argv)
{
	struct heard_error err = {0};
	struct faults faults;
	struct arena arena;
	if (argc < 3) {
		fputs("usage: bench_filter PLUGINS NAME [RECORDS]\n", stderr);
		return 2;
	}
	uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 200000;
	const char *const folders[] = {argv[1], NULL};
	const struct module *module = module_load(folders, HEARD_FILTER, argv[2], &err);
	if (!module)
		die(&err);
	const struct heard_plugin *filter = &module->plugin;
	arena_init(&arena, CAP);
	faults_init(&faults);
	void *self = calloc(1, filter->self_size), *lane = calloc(1, filter->lane_size + 1);
	struct option_context context = {.config_folder = "etc",
					 .state_dir = ".",
					 .arena = &arena,
					 .faults = &faults,
					 .where = argv[2]};
	if (self == NULL || lane == NULL)
		return 1;
	option_parse(&context, filter->options, NULL, NULL, self);
	if (faults.n) {
		faults_print(&faults, stderr);
		return 1;
	}
	run(filter, self, lane, n);
	free(lane);
	free(self);
	faults_release(&faults);
	arena_release(&arena);
	return 0;
}
