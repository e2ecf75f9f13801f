/*
 * eval_moderate.c - how often the filter moderate stops at a decent text, and how fast.
 *
 *	eval_moderate DATA [LISTS]   DATA is ../shared/data, LISTS etc/rules/improper
 *
 * Nobody has labelled the reviews for oaths.  The figure is the share of texts in which
 * a word of the lists is found, beside that of the lists as they are published, searched
 * for as they are: most of what those find are goods (奶, 靠背, butt).  With SHOW set the
 * texts are printed, to be read.
 */
#include "../../plugins/filter/moderate/list.c"
#include "../../plugins/filter/moderate/match.c"
#include "../../plugins/filter/moderate/plain.c"
#include "../../plugins/filter/moderate/words.c"

#include <ctype.h>
#include <time.h>

struct share {
	unsigned n, ours, raw;
	double took;
};
struct raw {
	char word[400][64];
	size_t n;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static FILE *open_in(const char *folder, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "re");
}

static int read_raw(struct raw *raw, const char *folder, const char *name)
{
	FILE *f = open_in(folder, name);
	raw->n = 0;
	if (f == NULL)
		return -1;
	while (raw->n < 400 && fgets(raw->word[raw->n], 64, f)) {
		raw->word[raw->n][strcspn(raw->word[raw->n], "\r\n")] = '\0';
		raw->n += raw->word[raw->n][0] != '\0';
	}
	fclose(f);
	return 0;
}

/* As a whole word if it is English. */
static bool raw_has(const struct raw *raw, const char *text)
{
	for (size_t i = 0; i < raw->n; i++) {
		size_t len = strlen(raw->word[i]);
		for (const char *s = text; (s = strcasestr(s, raw->word[i])) != NULL; s++) {
			bool whole = !isalnum((unsigned char)raw->word[i][0]) ||
				     ((s == text || !isalnum((unsigned char)s[-1])) &&
				      !isalnum((unsigned char)s[len]));
			if (whole)
				return true;
		}
	}
	return false;
}

static int look_at_file(struct share *share, struct words_lane *lane, const struct raw *raw,
			const char *folder, const char *name)
{
	FILE *f = open_in(folder, name);
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		return -1;
	while ((n = getline(&line, &size, f)) > 0) {
		double from = now();
		int found = words_find(lane, heard_str_n(line, (size_t)n));
		share->took += now() - from;
		share->n++;
		share->ours += found > 0;
		share->raw += raw_has(raw, line);
		if (found > 0 && getenv("SHOW")) {
			const struct words_found *w = (const void *)lane->found.ptr;
			printf("<%.*s> %s", (int)(w->to - w->from), line + w->from, line);
		}
	}
	free(line);
	fclose(f);
	return 0;
}

static void print(const char *figure, const struct share *s)
{
	double ours = (double)s->ours / s->n;
	printf("moderate\tflagged, %s (%u)\t%.4f\t%.4f the lists as published\t0.01\t%s\n",
	       figure, s->n, ours, (double)s->raw / s->n, ours <= .01 ? "ok" : "short");
}

int main(int argc, char **argv)
{
	struct share zh = {0}, en = {0};
	struct heard_error err = {0};
	struct words_lane lane;
	static struct raw raw;

	if (argc != 2 && argc != 3) {
		fputs("usage: eval_moderate DATA [LISTS]\n", stderr);
		return 2;
	}
	double from = now();
	struct words *words = words_load(argc == 3 ? argv[2] : "etc/rules/improper", NULL, 0,
					 NULL, 0, &err);
	if (words == NULL || words_lane_open(&lane, words, &err)) {
		fprintf(stderr, "eval_moderate: %s\n", err.text);
		return 1;
	}
	double loaded = now() - from;
	if (read_raw(&raw, argv[1], "lexicon/improper-zh.txt") ||
	    look_at_file(&zh, &lane, &raw, argv[1], "sentiment/snow_pos.txt") ||
	    look_at_file(&zh, &lane, &raw, argv[1], "sentiment/snow_neg.txt") ||
	    read_raw(&raw, argv[1], "lexicon/improper-en.txt") ||
	    look_at_file(&en, &lane, &raw, argv[1], "sentiment/uci-amazon.txt") ||
	    look_at_file(&en, &lane, &raw, argv[1], "sentiment/uci-yelp.txt") ||
	    look_at_file(&en, &lane, &raw, argv[1], "sentiment/uci-imdb.txt") ||
	    look_at_file(&en, &lane, &raw, argv[1], "intent/banking77_train.csv")) {
		fprintf(stderr, "eval_moderate: the data are not in %s\n", argv[1]);
		return 1;
	}
	print("Chinese reviews", &zh);
	print("English reviews and questions", &en);
	double rate = (zh.n + en.n) / (zh.took + en.took);
	printf("moderate\ttexts/s, one core\t%.0f\t\t200000\t%s\n", rate,
	       rate >= 200000 ? "ok" : "short");
	printf("moderate\tms to load\t%.1f\t\t100\t%s\n", loaded * 1e3,
	       loaded <= .1 ? "ok" : "short");
	words_lane_close(&lane);
	words_destroy(words);
	return 0;
}
