/*
 * bench_dedupe.c - the filters dedupe and authentic alone, on one core.
 *
 *	bench_dedupe FOLDER [RECORDS]
 *
 * Records of 200 bytes, half of them Chinese, one in ten nearly an earlier one; 20,000
 * authors and 500 products.  Only their work is on the clock; dedupe's window is full and
 * its thread writes into FOLDER.  Prints "RATE records/s DETAILS", of both together.
 */
#define time_of dedupe_time_of
#include "../../plugins/filter/dedupe/dedupe.c"
#include "../../plugins/filter/dedupe/frame.c"
#include "../../plugins/filter/dedupe/kept.c"
#include "../../plugins/filter/dedupe/window.c"
#undef time_of
#include "../../plugins/filter/authentic/evidence.c"
#include "../../plugins/filter/authentic/pace.c"
#include "../../plugins/filter/authentic/wording.c"

#include "batch.h"
#include "bench.h"

enum { BATCH = 1000, TEXT = 200, CAP = 64 << 20, KNOWN = 4096 };

struct texts {
	char at[KNOWN][TEXT + 8];
	size_t n;
};

static void make_chinese(char *out)
{
	for (size_t i = 0; i + 3 <= TEXT; i += 3) {
		unsigned c = 0x4e00 + random_below(2500);
		out[i] = (char)(0xe0 | c >> 12);
		out[i + 1] = (char)(0x80 | (c >> 6 & 63));
		out[i + 2] = (char)(0x80 | (c & 63));
		out[i + 3] = '\0';
	}
}

static void make_english(char *out)
{
	for (size_t i = 0; i < TEXT; i++)
		out[i] = random_below(6) == 0 ? ' ' : (char)('a' + random_below(26));
	out[TEXT] = '\0';
}

static const char *make_text(struct texts *t, bool is_new)
{
	if (!is_new && t->n >= KNOWN) {
		char *old = t->at[random_below(KNOWN)];
		old[strlen(old) - 1] = (char)('a' + random_below(26)); /* nearly */
		return old;
	}
	char *text = t->at[t->n++ % KNOWN];
	if (random_below(2))
		make_chinese(text);
	else
		make_english(text);
	return text;
}

static void fill(struct heard_batch *batch, struct texts *texts)
{
	char word[40];
	for (unsigned i = 0; i < BATCH; i++) {
		struct heard_record *r = heard_batch_add(batch);
		snprintf(word, sizeof(word), "%08x-0000-7000-8000-%012x",
			 random_below(0x7fffffff), i);
		heard_set_str(r, HEARD_ID, heard_str(word));
		snprintf(word, sizeof(word), "%032x", random_below(20000));
		heard_set_str(r, HEARD_AUTHOR_KEY, heard_str(word));
		snprintf(word, sizeof(word), "product %u", random_below(500));
		heard_set_str(r, HEARD_PRODUCT, heard_str(word));
		heard_set_number(r, HEARD_RATING, 1 + random_below(5));
		heard_set_str(r, HEARD_BODY,
			      heard_str(make_text(texts, random_below(10) != 0)));
	}
}

struct took {
	double dedupe, authentic;
};

static struct took measure(struct dedupe *d, struct minhash_lane *lane, struct authentic *a,
			   struct wording_lane *words, size_t n)
{
	static struct texts texts;
	struct heard_batch *batch = batch_create(CAP);
	struct heard_error err = {0};
	struct took took = {0};
	for (size_t i = 0; i < n; i += BATCH) {
		batch_clear(batch);
		fill(batch, &texts);
		double from = seconds();
		if (dedupe_process(d, lane, batch, &err))
			die(&err);
		double between = seconds();
		for (size_t k = 0; k < BATCH; k++)
			authentic_judge(a, words, heard_batch_at(batch, k));
		took.authentic += seconds() - between;
		took.dedupe += between - from;
	}
	batch_destroy(batch);
	return took;
}

int main(int argc, char **argv)
{
	static struct minhash_lane lane;
	static struct wording_lane words;
	struct heard_error err = {0};
	struct dedupe d = {
		.span = 7 * (int64_t)DAY_MS, .count = 32768, .least = 8, .alike = 0.75};
	struct authentic a = {.window = 3600000, .busy = 5, .burst = 10, .age = "age"};
	if (argc < 2) {
		fputs("usage: bench_dedupe FOLDER [RECORDS]\n", stderr);
		return 2;
	}
	size_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
	if (dedupe_open(&d, NULL, &err))
		die(&err);
	a.phrases = phrases_create(&a.own, NULL);
	a.authors = pace_create(a.window);
	a.products = pace_create(a.window);
	a.words = pace_create(a.window);
	a.seen = seen_create();
	if (!a.phrases || !a.authors || !a.products || !a.words || !a.seen)
		return 1;
	minhash_family_init(&d.family, 1);
	d.kept = kept_create(NULL, argv[1], 1, (size_t)d.count);
	if (d.kept == NULL || kept_begin(d.kept, &err))
		die(&err);
	measure(&d, &lane, &a, &words, (size_t)d.count);
	struct took took = measure(&d, &lane, &a, &words, n);
	printf("%.0f records/s dedupe %.2f us, authentic %.2f us a record on one core\n",
	       (double)n / (took.dedupe + took.authentic), took.dedupe / (double)n * 1e6,
	       took.authentic / (double)n * 1e6);
	kept_end(d.kept);
	dedupe_close(&d);
	phrases_destroy(a.phrases);
	pace_destroy(a.authors);
	pace_destroy(a.products);
	pace_destroy(a.words);
	seen_destroy(a.seen);
	return 0;
}
