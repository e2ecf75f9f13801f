/*
 * eval_dedupe.c - the filter dedupe's memory on real reviews and messages.
 *
 *	eval_dedupe DATA           figures: DATA is ../shared/data
 *
 * Every distinct text of at least ten letters is remembered, and then asked for again
 * after edits as people make them: characters changed, left out and put in, clauses
 * moved, a few words added.  What the index of such a pair really is, is counted from all
 * grams of both.  Found means: among the related ones, with all the others in the window.
 * Twice: with the grams that the filter uses, and with threes of characters as written.
 *
 * Found as well are texts that the collections hold in several spellings; so what is
 * wrongly found is asked of pairs alone: texts less alike than 0.5.
 */
#include "../../plugins/filter/dedupe/window.c"

#include <minhash/minhash.h>

#include <stdio.h>
#include <time.h>
#include <xxhash.h>

enum { TEXTS = 60000, LINE = 3000, GRAMS = 4096 };

struct eval {
	struct minhash_family family;
	struct minhash_lane lane;
	char *texts[TEXTS];
	size_t n;
	uint64_t random;
	struct window *window;
};

static const struct window_rules rules = {.alike = 0.75, .span = 1, .least = 8};

static uint32_t roll(struct eval *e, uint32_t below)
{
	e->random = e->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((e->random >> 33) % below);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the texts */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_texts(struct eval *e, const char *folder, const char *name)
{
	char path[4096], *line = NULL;
	size_t size = 0;
	struct minhash m;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return -1;
	while (e->n < TEXTS && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		char *tab = strchr(line, '\t'), *text = tab ? tab + 1 : line;
		if (strlen(text) < LINE / 2 &&
		    minhash_make(&m, &e->lane, &e->family, heard_str(text)) && m.chars >= 10)
			e->texts[e->n++] = strdup(text);
	}
	free(line);
	fclose(f);
	return 0;
}

static void keep_distinct(struct eval *e)
{
	size_t kept = 0;
	qsort(e->texts, e->n, sizeof(*e->texts), by_text);
	for (size_t i = 0; i < e->n; i++)
		if (kept == 0 || strcmp(e->texts[kept - 1], e->texts[i]) != 0)
			e->texts[kept++] = e->texts[i];
		else
			free(e->texts[i]);
	e->n = kept;
}

/* ---- edits */

static size_t char_size(const char *at)
{
	size_t n = 1;
	while ((at[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t char_at(struct eval *e, const char *text)
{
	size_t at = roll(e, (uint32_t)strlen(text));
	while (at > 0 && (text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static void splice(char *text, size_t at, size_t out, const char *in)
{
	size_t len = strlen(text), add = strlen(in);
	memmove(text + at + add, text + at + out, len - at - out + 1);
	memcpy(text + at, in, add);
}

/* One edit, with characters of another text. */
static void edit(struct eval *e, char *text)
{
	const char *other = e->texts[roll(e, (uint32_t)e->n)];
	size_t from = char_at(e, other), at = char_at(e, text);
	char in[64] = "";
	uint32_t kind = roll(e, 10);
	size_t n = kind == 0 ? 8 : 1, len = 0; /* some words, or a character */
	for (; n > 0 && other[from + len] && len < 56; n--)
		len += char_size(other + from + len);
	if (kind < 8)
		snprintf(in, sizeof(in), "%.*s", (int)len, other + from);
	if (kind == 9) { /* what is before goes behind */
		char moved[LINE * 2];
		snprintf(moved, sizeof(moved), "%s%.*s", text + at, (int)at, text);
		strcpy(text, moved);
		return;
	}
	bool replaces = kind >= 4 && text[at] != '\0';
	if (strlen(text) + 64 < LINE)
		splice(text, at, replaces ? char_size(text + at) : 0, in);
}

/* ---- the index as it is */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static size_t distinct(uint64_t *grams, size_t n)
{
	size_t kept = 0;
	qsort(grams, n, sizeof(*grams), by_value);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || grams[kept - 1] != grams[i])
			grams[kept++] = grams[i];
	return kept;
}

/* Threes of characters, as written. */
static size_t raw_grams(const char *text, uint64_t *out)
{
	size_t n = 0;
	for (const char *p = text; *p && n < GRAMS; p += char_size(p)) {
		const char *q = p;
		for (unsigned k = 0; k < 3 && *q; k++)
			q += char_size(q);
		out[n++] = XXH3_64bits(p, (size_t)(q - p));
	}
	return distinct(out, n);
}

/* The filter's own grams, all of them: minhash.c leaves them in the lane. */
static size_t own_grams(struct eval *e, const char *text, uint64_t *out)
{
	struct minhash m;
	if (!minhash_make(&m, &e->lane, &e->family, heard_str(text)))
		return 0;
	size_t n = 0;
	for (; n < m.n_grams; n++)
		out[n] = e->lane.grams[n];
	return distinct(out, n);
}

static double jaccard(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
	size_t i = 0, k = 0, both = 0;
	while (i < n && k < m) {
		uint64_t x = a[i], y = b[k];
		both += x == y;
		i += x <= y;
		k += y <= x;
	}
	return n + m > both ? (double)both / (double)(n + m - both) : 0;
}

/* ---- asking */

struct tally {
	unsigned own, own_found, raw, raw_found, far, far_found;
	double took;
};

static bool ask(struct eval *e, size_t i, const char *text, double *took)
{
	struct said s = {.at = 0};
	struct window_found found;
	double from = now();
	if (!minhash_make(&s.text, &e->lane, &e->family, heard_str(text)))
		return false;
	window_look(e->window, &s, &rules, &found);
	*took += now() - from;
	for (size_t k = 0; k < found.n_related; k++)
		if (memcmp(found.related[k], &i, sizeof(i)) == 0)
			return true;
	return false;
}

static void try_text(struct eval *e, size_t i, struct tally *t)
{
	static uint64_t a[GRAMS], b[GRAMS];
	char text[LINE * 2];
	snprintf(text, LINE, "%s", e->texts[i]);
	uint32_t most = (uint32_t)strlen(text) / 24 + 2;
	for (uint32_t n = 1 + roll(e, most); n > 0; n--)
		edit(e, text);
	double own = jaccard(a, own_grams(e, e->texts[i], a), b, own_grams(e, text, b));
	double raw = jaccard(a, raw_grams(e->texts[i], a), b, raw_grams(text, b));
	bool is_found = ask(e, i, text, &t->took);
	t->own += own >= 0.8;
	t->own_found += own >= 0.8 && is_found;
	t->raw += raw >= 0.8;
	t->raw_found += raw >= 0.8 && is_found;
	t->far += own < 0.5;
	t->far_found += own < 0.5 && is_found;
}

static double fill(struct eval *e)
{
	double from = now();
	for (size_t i = 0; i < e->n; i++) {
		struct said s = {.at = 0};
		memcpy(s.id, &i, sizeof(i));
		if (minhash_make(&s.text, &e->lane, &e->family, heard_str(e->texts[i])))
			window_add(e->window, &s);
	}
	return now() - from;
}

static void print(const char *figure, unsigned right, unsigned n, double target, bool is_most)
{
	double part = n > 0 ? (double)right / n : 0;
	bool is_good = is_most ? part <= target : part >= target;
	printf("dedupe\t%s (%u)\t%.4f\t-\t%s%.2f\t%s\n", figure, n, part, is_most ? "<= " : "",
	       target, is_good ? "ok" : "short");
}

int main(int argc, char **argv)
{
	static const char *const files[] = {"sentiment/snow_pos.txt", "sentiment/snow_neg.txt",
					    "spam/sms-spam-collection.tsv"};
	static struct eval e = {.random = 6};
	struct tally t = {.own = 0};
	if (argc < 2) {
		fputs("usage: eval_dedupe DATA\n", stderr);
		return 2;
	}
	minhash_family_init(&e.family, 6);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (read_texts(&e, argv[1], files[i]) != 0) {
			fprintf(stderr, "eval_dedupe: the data are not in %s\n", argv[1]);
			return 1;
		}
	keep_distinct(&e);
	e.window = window_create(e.n);
	double filled = e.n > 0 && e.window ? fill(&e) : 0;
	for (size_t i = 0; i < e.n; i++)
		try_text(&e, i, &t);
	print("found, Jaccard >= 0.8", t.own_found, t.own, .95, false);
	print("found, raw threes >= 0.8", t.raw_found, t.raw, .95, false);
	print("found, Jaccard < 0.5", t.far_found, t.far, .01, true);
	double rate = (double)e.n / (filled + t.took);
	printf("dedupe\trecords/s, one core, %zu known\t%.0f\t-\t60000\t%s\n", e.n, rate,
	       rate >= 60000 ? "ok" : "short");
	window_destroy(e.window);
	for (size_t i = 0; i < e.n; i++)
		free(e.texts[i]);
	return 0;
}
