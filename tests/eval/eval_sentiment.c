/*
 * eval_sentiment.c - the filter sentiment on data that it was not trained with, and its
 * models.
 *
 *	eval_sentiment DATA                figures: DATA is ../shared/data
 *	eval_sentiment --write DIR DATA    train on everything, and write the models
 *
 * Splits.  Chinese reviews, five folds: by the row, as others measure on them, where a
 * text stands about twice and so mostly in a training fold too; and by md5 of the text
 * without blanks, marks and digits, each text once.  Then by what is sold: trained on
 * two of hotels, books and computers, tested on the third.  English: trained on two of
 * the UCI sets, tested on the third.  A shop's own labels: a model of two kinds of goods
 * goes on with one in sixteen texts of the third, and is asked about half of that kind.
 * What is measured is what is shipped: weights of a byte, words of the lexicon from MODELS
 * (etc/models unless EVAL_MODELS says another).
 */
#include "../../plugins/filter/sentiment/judge.c"
#include "../../plugins/filter/sentiment/lexicon.c"
#include "../../plugins/filter/sentiment/reading.c"

#include <model/train.h>
#include <text/utf8.h>

#include <ctype.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

enum { SEED = 1, FOLDS = 5, POSITIVE = 0, NEGATIVE = 1, TEXT_MAX = 1 << 16, LONG = 40 };
enum domain { HOTELS, BOOKS, COMPUTERS, DOMAINS, NO_DOMAIN = DOMAINS };
static const char *const labels[] = {"positive", "negative"};
static const char *const sets[] = {"amazon", "yelp", "imdb"};
static const struct gram_shape shapes[JUDGE_LANGUAGES] = {
	{.chars_min = 1, .chars_max = 4, .bits = 20},
	{.chars_min = 4, .chars_max = 6, .words_max = 2, .bits = 18},
};

struct item {
	char *text;
	unsigned label, row_fold, fold; /* fold: by the text, or the set */
	enum domain domain;
	bool is_copy;	       /* of one before it */
	unsigned char md5[16]; /* of what is left without marks and digits */
};
struct items {
	struct item *at;
	size_t n;
};

/* ---- data */

static void key_of(struct heard_str text, unsigned char md5[16])
{
	static uint32_t folded[TEXT_MAX];
	unsigned char out[EVP_MAX_MD_SIZE];
	size_t n = gram_fold(text, folded, TEXT_MAX), m = 0;
	for (size_t i = 0; i < n; i++)
		if ((folded[i] < 0x80 && islower((int)folded[i])) ||
		    (folded[i] >= 0xc0 && !(folded[i] >= 0x2000 && folded[i] < 0x3040)))
			folded[m++] = folded[i];
	EVP_Digest(folded, m * sizeof(*folded), out, NULL, EVP_md5(), NULL);
	memcpy(md5, out, 16);
}

/* By the words that only such reviews have; none where two kinds have as many. */
static enum domain domain_of(const char *text)
{
	static const char *const cues[DOMAINS][14] = {
		{"酒店", "房间", "宾馆", "入住", "前台", "早餐", "携程", "客房", "大堂", "退房",
		 "星级", "大床"},
		{"书", "作者", "内容", "故事", "小说", "文字", "翻译", "阅读", "读者", "出版",
		 "作品", "当当"},
		{"电脑", "本本", "系统", "屏", "键盘", "机器", "硬盘", "驱动", "散热", "笔记本",
		 "京东", "配置", "内存", "电池"},
	};
	unsigned found[DOMAINS] = {0}, best = 0, ties = 0;
	for (unsigned d = 0; d < DOMAINS; d++)
		for (unsigned i = 0; i < 14 && cues[d][i]; i++)
			found[d] += strstr(text, cues[d][i]) != NULL;
	for (unsigned d = 1; d < DOMAINS; d++)
		best = found[d] > found[best] ? d : best;
	for (unsigned d = 0; d < DOMAINS; d++)
		ties += found[d] == found[best];
	return found[best] == 0 || ties > 1 ? NO_DOMAIN : (enum domain)best;
}

static void push(struct items *l, const char *text, unsigned label)
{
	if ((l->n & (l->n - 1)) == 0)
		l->at = realloc(l->at, (l->n ? 2 * l->n : 1) * sizeof(*l->at));
	if (l->at == NULL)
		abort();
	struct item *i = &l->at[l->n++];
	*i = (struct item){.text = strdup(text), .label = label, .domain = domain_of(text)};
	key_of(heard_str(text), i->md5);
	/* The row's fold has nothing to do with the text: a multiplier of Knuth's. */
	i->row_fold = (unsigned)((l->n * 0x9e3779b97f4a7c15u) >> 40) % FOLDS;
	i->fold = (i->md5[0] * 256u + i->md5[1]) % FOLDS;
}

/* Lines of a file; with `tab` the label stands behind it, 1 for positive. */
static bool load(struct items *l, const char *data, const char *name, unsigned label, bool tab)
{
	static char line[TEXT_MAX];
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", data, name);
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		char *end = tab ? strrchr(line, '\t') : NULL;
		if (tab && end == NULL)
			continue;
		if (end != NULL) {
			*end = '\0';
			label = end[1] == '1' ? POSITIVE : NEGATIVE;
		}
		push(l, line, label);
	}
	if (f != NULL)
		fclose(f);
	return f != NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;
	int c = memcmp((*x)->md5, (*y)->md5, sizeof((*x)->md5));
	return c != 0 ? c : (*x < *y ? -1 : 1);
}

static void mark_copies(struct items *l)
{
	struct item **sorted = calloc(l->n + 1, sizeof(struct item *));
	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < l->n; i++)
		sorted[i] = &l->at[i];
	qsort(sorted, l->n, sizeof(struct item *), by_key);
	for (size_t i = 1; i < l->n; i++)
		sorted[i]->is_copy = memcmp(sorted[i]->md5, sorted[i - 1]->md5, 16) == 0;
	free(sorted);
}

/* ---- training */

static void learn(struct train *t, struct judge *j, struct judge_lane *lane,
		  const struct gram_shape *shape, struct heard_str text, unsigned label)
{
	judge_read(j, lane, heard_str_n(NULL, 0), text);
	judge_gather(lane, shape, heard_str_n(NULL, 0), text);
	if (train_add(t, lane->grams, label, 1) != 0)
		abort();
}

/* Each Chinese word of the lexicon is a text of its own: what the reviews at hand do not
 * have is then known all the same. */
static void learn_words(struct train *t, struct judge *j, struct judge_lane *lane,
			const struct gram_shape *shape)
{
	const struct lexicon_word *w;
	for (size_t at = 0; (w = lexicon_next(j->lexicon, &at)) != NULL;) {
		const uint32_t *c = lexicon_text(j->lexicon, w);
		char text[LEXICON_WORD * 4];
		size_t n = 0;
		if (w->value == 0 || c[0] < 0x3400)
			continue;
		for (unsigned k = 0; k < w->n; k++)
			n += text_encode(c[k], text + n);
		learn(t, j, lane, shape, heard_str_n(text, n),
		      w->value > 0 ? POSITIVE : NEGATIVE);
	}
}

typedef bool chosen_fn(const struct item *, unsigned fold);

static struct linear *train_on(struct judge *j, struct judge_lane *lane, enum judge_language k,
			       const struct items *l, chosen_fn *chosen, unsigned fold,
			       const struct linear *from)
{
	const struct gram_shape *shape = &shapes[k];
	struct train_options o = {.seed = SEED,
				  .is_balanced = true,
				  .rate = k == JUDGE_ZH ? 0.2f : 0,
				  .from = from};
	struct train *t = train_create(judge_kinds[k], shape, 2, labels);
	struct heard_error err = {0};
	if (t == NULL)
		abort();
	for (size_t i = 0; i < l->n; i++)
		if (chosen(&l->at[i], fold))
			learn(t, j, lane, shape, heard_str(l->at[i].text), l->at[i].label);
	if (k == JUDGE_ZH && from == NULL)
		learn_words(t, j, lane, shape);
	struct linear *m = train_run(t, &o, &err);
	train_destroy(t);
	if (m == NULL)
		fprintf(stderr, "eval_sentiment: %s\n", err.text);
	return m;
}

/* ---- testing */

struct score {
	size_t n, right;	   /* by the model's side of one half */
	size_t labelled, agreed;   /* positive or negative, and rightly so */
	size_t n_long, right_long; /* of texts with LONG characters and more */
	double surprise;	   /* log loss */
};

static void test_on(struct score *s, struct judge *j, struct judge_lane *lane,
		    const struct items *l, chosen_fn *chosen, unsigned fold)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct item *at = &l->at[i];
		if (!chosen(at, fold))
			continue;
		struct verdict v = judge_text(j, lane, heard_str_n(NULL, 0),
					      heard_str(at->text));
		bool good = at->label == POSITIVE;
		bool right = v.label != SENTIMENT_NONE && (v.learned > 0.5f) == good;
		bool is_long = lane->reading.n_han >= LONG;
		s->n++;
		s->right += right;
		s->n_long += is_long;
		s->right_long += is_long && right;
		if (v.label == SENTIMENT_POSITIVE || v.label == SENTIMENT_NEGATIVE) {
			s->labelled++;
			s->agreed += (v.label == SENTIMENT_POSITIVE) == good;
		}
		s->surprise -= log(fmax(1e-6, good ? v.learned : 1 - v.learned));
	}
}

static double share(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

static void say(const char *figure, double heard, const char *peer, const char *target,
		bool is_ok)
{
	printf("sentiment\t%s\t%.3f\t%s\t%s\t%s\n", figure, heard, peer, target,
	       strcmp(target, "-") == 0 ? "-"
	       : is_ok			? "ok"
					: "short");
	fflush(stdout);
}

static struct score crossed(struct judge *j, struct judge_lane *lane, enum judge_language k,
			    const struct items *l, unsigned folds, chosen_fn *trains,
			    chosen_fn *tests)
{
	struct score s = {0};
	for (unsigned fold = 0; fold < folds; fold++) {
		linear_destroy(j->models[k]);
		j->models[k] = train_on(j, lane, k, l, trains, fold, NULL);
		if (j->models[k] == NULL)
			exit(1);
		test_on(&s, j, lane, l, tests, fold);
	}
	return s;
}

static bool row_trains(const struct item *i, unsigned f)
{
	return i->row_fold != f;
}
static bool row_tests(const struct item *i, unsigned f)
{
	return i->row_fold == f;
}
static bool text_trains(const struct item *i, unsigned f)
{
	return i->fold != f && !i->is_copy;
}
static bool text_tests(const struct item *i, unsigned f)
{
	return i->fold == f && !i->is_copy;
}
static bool goods_train(const struct item *i, unsigned f)
{
	return i->domain != f && i->domain != NO_DOMAIN && !i->is_copy;
}
static bool goods_test(const struct item *i, unsigned f)
{
	return i->domain == f && !i->is_copy;
}
/* A shop's own labels: one in sixteen of what is sold there is learned, half is asked. */
static bool own_trains(const struct item *i, unsigned f)
{
	return i->domain == f && !i->is_copy && i->md5[5] < 16;
}
static bool own_tests(const struct item *i, unsigned f)
{
	return i->domain == f && !i->is_copy && i->md5[5] >= 128;
}
static bool any(const struct item *i, unsigned f)
{
	(void)f;
	return !i->is_copy;
}

/* Half of the goods f, asked of that model, which is then gone. */
static void ask(struct score *s, struct judge *j, struct judge_lane *lane, struct linear *m,
		const struct items *l, unsigned f)
{
	if (m == NULL)
		exit(1);
	linear_destroy(j->models[JUDGE_ZH]);
	j->models[JUDGE_ZH] = m;
	test_on(s, j, lane, l, own_tests, f);
}

/* What `heard train sentiment` does: learn on from a model that knows other goods. */
static void eval_own(struct judge *j, struct judge_lane *lane, const struct items *l)
{
	struct score before = {0}, nothing = {0}, on = {0};
	for (unsigned f = 0; f < DOMAINS; f++) {
		struct linear *base = train_on(j, lane, JUDGE_ZH, l, goods_train, f, NULL);
		ask(&on, j, lane, train_on(j, lane, JUDGE_ZH, l, own_trains, f, base), l, f);
		ask(&before, j, lane, base, l, f);
		ask(&nothing, j, lane, train_on(j, lane, JUDGE_ZH, l, own_trains, f, NULL), l,
		    f);
	}
	say("zh, half of other goods, before own labels, accuracy",
	    share(before.right, before.n), "-", "-", true);
	say("  own labels alone", share(nothing.right, nothing.n), "-", "-", true);
	say("  going on with own labels", share(on.right, on.n), "-", "-", true);
}

static void eval_zh(struct judge *j, struct judge_lane *lane, const struct items *l)
{
	struct score s = crossed(j, lane, JUDGE_ZH, l, FOLDS, row_trains, row_tests);
	say("zh reviews, 5 folds by row, accuracy", share(s.right, s.n),
	    ".90-.94 on other sets", ">= .90", share(s.right, s.n) >= 0.90);
	s = crossed(j, lane, JUDGE_ZH, l, FOLDS, text_trains, text_tests);
	say("zh reviews, 5 folds by text, accuracy", share(s.right, s.n), "-", "-", true);
	say("  of those not called neutral", share(s.agreed, s.labelled), "-", "-", true);
	say("  called neutral", 1 - share(s.labelled, s.n), "-", "-", true);
	say("  of those with 40 characters and more", share(s.right_long, s.n_long), "-", "-",
	    true);
	say("  log loss", s.surprise / (double)s.n, "-", "-", true);
	s = crossed(j, lane, JUDGE_ZH, l, DOMAINS, goods_train, goods_test);
	say("zh, other goods than trained on, accuracy", share(s.right, s.n), "-", "-", true);
	say("  of those not called neutral", share(s.agreed, s.labelled), "-", "-", true);
}

static void eval_en(struct judge *j, struct judge_lane *lane, const struct items *l)
{
	struct score s = crossed(j, lane, JUDGE_EN, l, 3, text_trains, text_tests);
	say("en sentences, one set left out, accuracy", share(s.right, s.n), ".70-.75",
	    ">= .80", share(s.right, s.n) >= 0.80);
	say("  of those not called neutral", share(s.agreed, s.labelled), "-", "-", true);
	say("  called neutral", 1 - share(s.labelled, s.n), "-", "-", true);
}

/* ---- the shipped models */

/* Of this process: what else the machine does is not counted. */
static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reviews of about 200 bytes, again and again for a second. */
static void eval_speed(struct judge *j, struct judge_lane *lane, const struct items *l)
{
	double from = now(), took = 0, bytes = 0;
	size_t n = 0;
	while (took < 1) {
		for (size_t i = 0; i < l->n; i++) {
			size_t len = strlen(l->at[i].text);
			if (len < 150 || len > 250)
				continue;
			judge_text(j, lane, heard_str_n(NULL, 0),
				   heard_str_n(l->at[i].text, len));
			bytes += (double)len;
			n++;
		}
		took = now() - from;
		if (n == 0)
			return;
	}
	printf("sentiment\trecords/s of %.0f bytes, one core\t%.0f\t-\t>= 80000\t%s\n",
	       bytes / (double)n, (double)n / took, (double)n / took >= 80000 ? "ok" : "short");
}

static void eval_shipped(struct judge *j, struct judge_lane *lane, const char *data,
			 const char *models, const struct items *zh)
{
	struct heard_error err = {0};
	struct items asks = {NULL, 0};
	size_t positive = 0;
	judge_close(j);
	double from = now();
	if (judge_open(j, models, NULL, &err) != 0) {
		printf("sentiment\tshipped models\t-\t-\t-\tskipped: %s\n", err.text);
		return;
	}
	printf("sentiment\tmodels and words load, ms\t%.1f\t-\t< 100\t%s\n",
	       (now() - from) * 1000, now() - from < 0.1 ? "ok" : "short");
	load(&asks, data, "intent/banking77_train.csv", NEGATIVE, false);
	for (size_t i = 0; i < asks.n; i++)
		positive += judge_text(j, lane, heard_str_n(NULL, 0),
				       heard_str(asks.at[i].text))
				    .label == SENTIMENT_POSITIVE;
	if (asks.n > 0)
		say("questions to a bank, called positive", share(positive, asks.n), "-",
		    "<= .10", share(positive, asks.n) <= 0.10);
	eval_speed(j, lane, zh);
}

static int write_model(struct judge *j, struct judge_lane *lane, enum judge_language k,
		       const struct items *l, const char *folder)
{
	char path[4096];
	struct heard_error err = {0};
	if (l->n == 0)
		return 0;
	struct linear *m = train_on(j, lane, k, l, any, 0, NULL);
	snprintf(path, sizeof(path), "%s/sentiment-%s.model", folder, languages[k]);
	int rc = m == NULL ? -1 : linear_save(m, path, &err);
	if (rc != 0)
		fprintf(stderr, "eval_sentiment: %s\n", err.text);
	linear_destroy(m);
	return rc;
}

static int usage(void)
{
	fputs("usage: eval_sentiment [--write DIR] DATA\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *models = getenv("EVAL_MODELS") ? getenv("EVAL_MODELS") : "etc/models";
	bool writes = argc > 1 && strcmp(argv[1], "--write") == 0;
	int at = writes ? 3 : 1;
	struct judge j = {.lexicon = lexicon_create(), .neutral = 0.25};
	struct judge_lane lane;
	struct items zh = {NULL, 0}, en = {NULL, 0};
	struct heard_error err = {0};
	if (argc != at + 1)
		return usage();
	for (unsigned k = 0; k < JUDGE_LANGUAGES; k++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/sentiment-%s.words", models, languages[k]);
		if (j.lexicon == NULL || lexicon_load(j.lexicon, path, &err) != 0) {
			fprintf(stderr, "eval_sentiment: %s\n", err.text);
			return 1;
		}
	}
	if (judge_lane_open(&lane) != 0)
		return 1;
	load(&zh, argv[at], "sentiment/snow_pos.txt", POSITIVE, false);
	load(&zh, argv[at], "sentiment/snow_neg.txt", NEGATIVE, false);
	mark_copies(&zh);
	for (unsigned s = 0; s < 3; s++) {
		char name[64];
		size_t from = en.n;
		snprintf(name, sizeof(name), "sentiment/uci-%s.txt", sets[s]);
		load(&en, argv[at], name, NEGATIVE, true);
		for (size_t i = from; i < en.n; i++)
			en.at[i].fold = s;
	}
	mark_copies(&en);
	if (writes)
		return write_model(&j, &lane, JUDGE_ZH, &zh, argv[2]) ||
		       write_model(&j, &lane, JUDGE_EN, &en, argv[2]);
	if (zh.n == 0 || en.n == 0) {
		puts("sentiment\treviews\t-\t-\t-\tskipped: the data is not there");
		return 0;
	}
	eval_en(&j, &lane, &en);
	eval_zh(&j, &lane, &zh);
	eval_own(&j, &lane, &zh);
	eval_shipped(&j, &lane, argv[at], models, &zh);
	return 0;
}
