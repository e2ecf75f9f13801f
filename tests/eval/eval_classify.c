/*
 * eval_classify.c - the learned half of the filter classify: intents of banking77.
 *
 *	eval_classify DATA           figures: DATA is ../shared/data
 *
 * What is measured is what `heard train classify` does, five folds by what a text says,
 * so that none is both learned and asked.  The Chinese reviews are texts that none of the
 * intents is about: how many of them get one all the same tells whether "other" works.
 */
#include "../../plugins/filter/classify/learned.c"
#include "../../plugins/filter/classify/teach.c"

#include <labelled/labelled.h>

#include <stdio.h>
#include <time.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take(void *arg, const struct labelled *l)
{
	struct heard_error err = {0};
	return teach_add(arg, l->subject, l->body, l->label, &err);
}

static bool load(struct teach *t, const char *folder)
{
	static char bytes[4 << 20];
	struct labelled_columns columns = {"intent", NULL, "category"};
	struct heard_error err = {0};
	char path[4096];
	snprintf(path, sizeof(path), "%s/intent/banking77_train.csv", folder);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	if (labelled_read(heard_str_n(bytes, n), &columns, take, t, &err) == 0 &&
	    teach_settle(t, &err) == 0)
		return true;
	fprintf(stderr, "eval_classify: %s\n", err.text);
	return false;
}

static void say(const char *figure, double heard, const char *target, bool is_ok)
{
	printf("classify\t%s\t%.3f\t-\t%s\t%s\n", figure, heard, target,
	       strcmp(target, "-") == 0 ? "-"
	       : is_ok			? "ok"
					: "short");
	fflush(stdout);
}

/* Of the lines of a file, how many get a label with at least half a certainty. */
static void ask_strangers(const struct linear *m, struct gram_lane *lane, const char *folder)
{
	static char line[65536];
	char path[4096];
	size_t n = 0, named = 0;
	snprintf(path, sizeof(path), "%s/sentiment/snow_pos.txt", folder);
	FILE *f = fopen(path, "re");
	while (f != NULL && n < 5000 && fgets(line, sizeof(line), f) != NULL) {
		learned_read(lane, &m->shape, heard_str_n(NULL, 0), heard_str(line));
		named += learned_guess(m, lane).confidence >= 0.5f;
		n++;
	}
	if (f != NULL)
		fclose(f);
	if (n > 0)
		say("reviews, of none of the intents, given one", (double)named / (double)n,
		    "-", true);
}

static void speed(struct teach *t, const struct linear *m)
{
	double from = now(), took;
	size_t n = 0;
	do {
		struct text *text = &t->texts.at[n++ % t->texts.n];
		gather_text(t, &m->shape, text);
		learned_guess(m, t->lane);
		took = now() - from;
	} while (took < 1);
	printf("classify\tquestions/s, 77 intents, one core\t%.0f\t-\t-\t-\n",
	       (double)n / took);
}

int main(int argc, char **argv)
{
	struct teach_figures figures = {.n = 0};
	struct heard_error err = {0};
	struct teach *t = teach_create();
	if (argc < 2 || argc > 3 || t == NULL) {
		fputs("usage: eval_classify DATA\n", stderr);
		return 2;
	}
	if (!load(t, argv[1])) {
		puts("classify\tintents\t-\t-\t-\tskipped: the data is not there");
		return 0;
	}
	for (unsigned fold = 0; fold < TEACH_FOLDS; fold++) {
		double from = now();
		struct linear *m = teach_run(t, LEARNED_INTENT, fold, &err);
		if (m == NULL) {
			fprintf(stderr, "eval_classify: %s\n", err.text);
			return 1;
		}
		if (fold == 0)
			printf("classify\tlearns in, s\t%.1f\t-\t-\t-\n", now() - from);
		teach_test(t, m, fold, &figures);
		if (fold == 0)
			ask_strangers(m, t->lane, argv[1]);
		if (fold == 0)
			speed(t, m);
		linear_destroy(m);
	}
	double accuracy = (double)figures.right / (double)figures.n;
	say("banking77, 77 intents, 5 folds, accuracy", accuracy, ">= .90", accuracy >= 0.90);
	for (int k = 0; k < TEACH_CUTS; k++) {
		char figure[64];
		snprintf(figure, sizeof(figure), "  at least %.1f sure", (double)teach_cuts[k]);
		say(figure, (double)figures.named[k] / (double)figures.n, "-", true);
		say("    and right", (double)figures.right_named[k] / (double)figures.named[k],
		    "-", true);
	}
	teach_destroy(t);
	return 0;
}
