/*
 * eval_topics.c - keywords and topics, on texts that somebody else has put into groups.
 *
 *	eval_topics DATA
 *
 * Banking77 is 10,003 questions with 77 intents.  Their keywords, five each as the filter
 * gives them, go into themes; how well these agree with the intents is the normalised mutual
 * information, and purity.  Nothing is trained.
 *
 * Hot issues: 77 times one intent comes twelve times as often as in the period before (some
 * 83 of 5,000 against 8), while all others are split at random.  Found: a hot theme of which
 * a third or more is that intent.  False: any other hot theme.  The same with no intent
 * raised, on Chinese reviews: each hot theme is false.
 *
 * Last the time for 100,000 complaints at once.
 */
#include "../../plugins/filter/keywords/cut.c"
#include "../../plugins/filter/keywords/ground.c"
#include "../../plugins/filter/keywords/words.c"

#include <topics/said.h>
#include <topics/theme.h>

#include <stdio.h>
#include <time.h>

enum { TEXTS = 40000, LABELS = 128, MOST = 5, SPLITS = 20, MANY = 100000 };

struct texts {
	char *at[TEXTS];
	int label[TEXTS];
	char names[LABELS][64];
	size_t n;
	int n_labels;
};
static struct texts texts;
static struct words *words;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say(const char *figure, int digits, double heard, const char *peer,
		const char *target, bool is_ok)
{
	printf("topics\t%s\t%.*f\t%s\t%s\t%s\n", figure, digits, heard, peer, target,
	       strcmp(target, "-") == 0 ? "-"
	       : is_ok			? "ok"
					: "short");
	fflush(stdout);
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static double random_share(uint64_t *state)
{
	return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

/* ---- texts */

static int label_of(const char *name)
{
	int i = 0;
	while (i < texts.n_labels && strcmp(texts.names[i], name) != 0)
		i++;
	if (i == texts.n_labels && i + 1 < LABELS)
		snprintf(texts.names[texts.n_labels++], 64, "%s", name);
	return i;
}

static void add_text(const char *text, size_t len, int label)
{
	if (texts.n == TEXTS)
		return;
	texts.label[texts.n] = label;
	texts.at[texts.n++] = strndup(text, len);
}

/* One line of CSV, perhaps over several lines: text,label. */
static const char *take_row(const char *at)
{
	static char text[4096], name[64];
	size_t n = 0;
	bool is_quoted = *at == '"';
	at += is_quoted;
	while (*at && (is_quoted ? *at != '"' || at[1] == '"' : *at != ',')) {
		at += is_quoted && *at == '"';
		if (n + 1 < sizeof(text))
			text[n++] = *at;
		at++;
	}
	at += is_quoted;
	at += *at == ',';
	size_t len = strcspn(at, "\r\n");
	snprintf(name, sizeof(name), "%.*s", (int)len, at);
	add_text(text, n, label_of(name));
	return at + len + strspn(at + len, "\r\n");
}

static char *read_file(const char *folder, const char *name)
{
	enum { READ_MOST = 8 << 20 };
	char path[4096], *bytes = NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	bytes = malloc(READ_MOST + 1);
	bytes[fread(bytes, 1, READ_MOST, f)] = '\0';
	fclose(f);
	return bytes;
}

static void forget_texts(void)
{
	for (size_t i = 0; i < texts.n; i++)
		free(texts.at[i]);
	texts.n = 0;
	texts.n_labels = 0;
}

static bool load_intents(const char *folder)
{
	char *bytes = read_file(folder, "intent/banking77_train.csv");
	if (bytes == NULL)
		return false;
	forget_texts();
	for (const char *at = bytes + strcspn(bytes, "\n") + 1; *at;)
		at = take_row(at);
	free(bytes);
	return true;
}

static bool load_reviews(const char *folder)
{
	char *bytes = read_file(folder, "sentiment/snow_neg.txt");
	if (bytes == NULL)
		return false;
	forget_texts();
	for (const char *at = bytes; *at;) {
		size_t len = strcspn(at, "\r\n");
		add_text(at, len, 0);
		at += len + strspn(at + len, "\r\n");
	}
	free(bytes);
	return true;
}

/* As they come in, which is in no order; once to fill the background, once to be kept. */
static struct themes *make_themes(void)
{
	static struct cut_lane lane;
	static char out[MOST][CUT_BYTES];
	struct ground *ground = ground_create(50000);
	const struct cut cut = {.words = words, .ground = ground, .seed = 1};
	struct themes *t = themes_create();
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < texts.n; i++) {
			size_t text = i * 7919 % texts.n;
			struct heard_str list[MOST];
			struct theme_said said = {.words = list,
						  .ticket = (int64_t)text + 1,
						  .is_complaint = true};
			cut_begin(&lane);
			cut_add(&cut, &lane, heard_str(texts.at[text]));
			cut_end(&cut, &lane, MOST);
			if (pass == 0)
				cut_teach(&lane, ground);
			for (; said.n_words < lane.n_words; said.n_words++) {
				char *to = out[said.n_words];
				size_t n = cut_write(&lane, &lane.words[said.n_words], to);
				list[said.n_words] = heard_str_n(to, n);
			}
			if (pass == 1)
				themes_add(t, &said);
		}
	ground_destroy(ground);
	return t;
}

/* ---- do themes agree with intents? */

static int label_of_said(const struct themes *t, size_t i)
{
	return texts.label[t->said[i].ticket - 1];
}

enum { GROUPS = 4096, NO_GROUP = GROUPS - 1 };
struct agreement {
	double both[GROUPS][LABELS], of_group[GROUPS], of_label[LABELS];
	double nmi, rand, pure, in; /* pure: of those in a theme */
};

static double entropy(const double *n, size_t many, double all)
{
	double sum = 0;
	for (size_t i = 0; i < many; i++)
		if (n[i] > 0)
			sum -= n[i] / all * log(n[i] / all);
	return sum;
}

static double pairs(const double *n, size_t many)
{
	double sum = 0;
	for (size_t i = 0; i < many; i++)
		sum += n[i] * (n[i] - 1) / 2;
	return sum;
}

/* Adjusted for chance: many small groups do not look well. */
static double adjusted_rand(const struct agreement *a, double n)
{
	double both = 0, groups = pairs(a->of_group, GROUPS),
	       labels = pairs(a->of_label, LABELS);
	for (size_t g = 0; g < GROUPS; g++)
		both += pairs(a->both[g], LABELS);
	double chance = groups * labels / (n * (n - 1) / 2);
	return (both - chance) / ((groups + labels) / 2 - chance);
}

static void weigh_up(struct agreement *a, double n)
{
	double mutual = 0;
	for (size_t g = 0; g < GROUPS; g++) {
		double most = 0;
		for (int l = 0; l < texts.n_labels; l++) {
			double both = a->both[g][l];
			most = both > most ? both : most;
			if (both > 0)
				mutual += both / n *
					  log(both * n / (a->of_group[g] * a->of_label[l]));
		}
		a->pure += g == NO_GROUP ? 0 : most;
		a->in += g == NO_GROUP ? 0 : a->of_group[g];
	}
	a->pure /= a->in > 0 ? a->in : 1;
	a->in /= n;
	a->rand = adjusted_rand(a, n);
	a->nmi = 2 * mutual /
		 (entropy(a->of_group, GROUPS, n) + entropy(a->of_label, LABELS, n));
}

static void measure_agreement(struct agreement *a, const struct themes *t, const int32_t *of)
{
	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < t->n; i++) {
		size_t group = of[i] < 0 ? NO_GROUP : (size_t)of[i];
		a->both[group][label_of_said(t, i)]++;
		a->of_group[group]++;
		a->of_label[label_of_said(t, i)]++;
	}
	weigh_up(a, (double)t->n);
}

/* The peer: each text is in the group of its best keyword. */
static void agree(struct themes *t)
{
	static struct agreement a;
	char peer[64], peer_rand[64];
	struct theme_list list;
	int32_t *of = malloc(t->n * sizeof(*of));
	for (size_t i = 0; i < t->n; i++)
		of[i] = t->said[i].n_words ? (int32_t)t->words[t->said[i].begin] : -1;
	measure_agreement(&a, t, of);
	snprintf(peer, sizeof(peer), "best keyword %.3f", a.nmi);
	snprintf(peer_rand, sizeof(peer_rand), "best keyword %.3f", a.rand);
	if (!themes_assign(t, true, of, &list))
		exit(1);
	measure_agreement(&a, t, of);
	double nmi = a.nmi;
	say("Banking77: themes found (77 intents)", 0, (double)list.n, "-", "-", true);
	say("adjusted Rand index of themes and intents", 3, a.rand, peer_rand, ">= .2",
	    a.rand >= 0.2);
	say("NMI of themes and intents", 3, nmi, peer, "-", true);
	say("share of a theme's commonest intent", 3, a.pure, "-", "-", true);
	say("questions that are in a theme", 3, a.in, "-", "-", true);
	themes_release(&list);
	free(of);
}

/* ---- hot issues */

/* One split: all at random, the raised label (if any) as 1 to 12. */
static void split(struct themes *t, int raised, uint64_t seed)
{
	for (size_t i = 0; i < t->n; i++) {
		double share = random_share(&seed);
		bool is_raised = label_of_said(t, i) == raised;
		t->said[i].is_complaint = !is_raised || share < 0.7;
		t->said[i].is_before = share < (is_raised ? 0.06 : 0.5);
	}
}

static size_t of_label(const struct themes *t, const int32_t *of, size_t theme, int label,
		       size_t *all_r)
{
	size_t n = 0;
	*all_r = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (of[i] != (int32_t)theme || t->said[i].is_before)
			continue;
		*all_r += 1;
		n += label_of_said(t, i) == label;
	}
	return n;
}

/* How many hot themes are false; *found_r: one is of the raised label. */
static int hot_themes(struct themes *t, int raised, uint64_t seed, bool *found_r)
{
	struct theme_list list;
	int n_false = 0;
	int32_t *of = malloc(t->n * sizeof(*of));
	*found_r = false;
	split(t, raised, seed);
	if (!themes_assign(t, true, of, &list))
		exit(1);
	for (size_t i = 0; i < list.n; i++) {
		size_t all, n;
		if (!list.at[i].is_hot)
			continue;
		n = of_label(t, of, i, raised, &all);
		*found_r |= 3 * n >= all && all > 0;
		n_false += 3 * n < all;
	}
	themes_release(&list);
	free(of);
	return n_false;
}

static void find_hot(struct themes *t)
{
	int n_found = 0, n_false = 0;
	for (int label = 0; label < texts.n_labels; label++) {
		bool is_found;
		n_false += hot_themes(t, label, 12345 + 7919 * (uint64_t)label, &is_found);
		n_found += is_found;
	}
	say("hot intents found, of 77", 0, n_found, "-", "-", true);
	double false_each = (double)n_false / texts.n_labels;
	say("false hot themes a report", 2, false_each, "-", "<= .25", false_each <= 0.25);
}

static void find_none_hot(struct themes *t)
{
	int n_false = 0;
	for (int i = 0; i < SPLITS; i++) {
		bool is_found;
		n_false += hot_themes(t, -1, 999 + 7919 * (uint64_t)i, &is_found);
	}
	double false_each = (double)n_false / SPLITS;
	say("snow_neg: false hot themes a report", 2, false_each, "-", "<= .25",
	    false_each <= 0.25);
}

/* ---- time */

static void measure(const struct themes *small)
{
	struct theme_list list;
	struct themes *t = themes_create();
	for (size_t i = 0; i < MANY; i++) {
		const struct said *s = &small->said[i % small->n];
		struct heard_str list_of[THEME_KEYWORDS];
		for (size_t k = 0; k < s->n_words; k++)
			list_of[k] = lexis_word(small->lexis, small->words[s->begin + k]);
		themes_add(t, &(struct theme_said){.words = list_of,
						   .n_words = s->n_words,
						   .is_complaint = true,
						   .is_before = i % 2});
	}
	double start = now();
	if (!themes_find(t, true, &list))
		exit(1);
	double took = (now() - start) * 1e3;
	say("100,000 complaints, ms", 0, took, "-", "<= 2000", took <= 2000);
	themes_release(&list);
	themes_destroy(t);
}

int main(int argc, char **argv)
{
	struct heard_error err = {0};
	if (argc < 2) {
		fprintf(stderr, "usage: eval_topics DATA\n");
		return 2;
	}
	words = words_create();
	if (words_load(words, "etc/models/keywords.words", WORD_WHOLE, &err) != 0 ||
	    words_load(words, "etc/models/keywords.stop", WORD_STOP, &err) != 0) {
		fprintf(stderr, "eval_topics: %s\n", err.text);
		return 1;
	}
	if (load_intents(argv[1])) {
		struct themes *t = make_themes();
		agree(t);
		find_hot(t);
		themes_destroy(t);
	} else {
		printf("topics\tBanking77\t-\t-\t-\tskipped: no intent/banking77_train.csv\n");
	}
	if (load_reviews(argv[1])) {
		struct themes *t = make_themes();
		find_none_hot(t);
		measure(t);
		themes_destroy(t);
	} else {
		printf("topics\tsnow_neg\t-\t-\t-\tskipped: no sentiment/snow_neg.txt\n");
	}
	forget_texts();
	words_destroy(words);
	return 0;
}
