/*
 * eval_spam.c - the filter spam on data that it was not trained with, and its models.
 *
 *	eval_spam DATA MAILS          figures: DATA is ../shared/data, MAILS the folder
 *	                              `data` of the npm package with SpamAssassin's corpus
 *	eval_spam --write DIR DATA MAILS   train on everything, and write the models
 *	eval_spam --within DATA MAILS      five folds within the half that trains: what is
 *	                              chosen is chosen by these
 *
 * Splits.  Mail: by md5 of the file's name, first hex digit below 8 trains.  Messages: five
 * folds by md5 of the text in small letters without digits, blanks and marks, so that no
 * text is in two of them, nor one that differs in a number only.  The cut-offs are the
 * filter's defaults; `unsure` counts as ham.
 *
 * The corpus has hardly any Chinese but in spam.  So its ham trains twice, the second time
 * with a Chinese review for its text, and that which is tested is judged a second time
 * with another one, to see whether the model takes Chinese for spam.
 */
#include "../../plugins/filter/spam/features.c"
#include "../../plugins/filter/spam/models.c"
#include "../../plugins/filter/spam/signs.c"

#include <letter/traits.h>
#include <mime/mime.h>
#include <model/train.h>

#include <heard/buf.h>

#include <ctype.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

/* The filter's defaults. */
static const float cuts[SPAM_KINDS] = {[SPAM_TEXT] = 0.5f, [SPAM_MAIL] = 0.99f};
enum { SEED = 1, SEEDS = 4, FOLDS = 5, SPAM_LABEL = 0, HAM_LABEL = 1 };
static const char *const labels[] = {"spam", "ham"};

struct item {
	struct heard_str bytes, other; /* `other`: in place of its text           */
	bool is_spam, is_test, is_extra;
	unsigned fold;
};
struct items {
	struct item *at;
	size_t n;
};

static void push(struct items *l, struct item i)
{
	if ((l->n & (l->n - 1)) == 0)
		l->at = realloc(l->at, (l->n ? 2 * l->n : 1) * sizeof(*l->at));
	if (l->at == NULL)
		abort();
	l->at[l->n++] = i;
}

static struct heard_str slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	struct heard_str s = {NULL, 0};
	if (f == NULL)
		return s;
	fseek(f, 0, SEEK_END);
	long size = ftell(f);
	rewind(f);
	char *bytes = malloc((size_t)size + 1);
	if (bytes != NULL)
		s = heard_str_n(bytes, fread(bytes, 1, (size_t)size, f));
	fclose(f);
	return s;
}

static unsigned md5_of(struct heard_str s)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	EVP_Digest(s.ptr, s.len, out, NULL, EVP_md5(), NULL);
	return out[0];
}

/* ---- data */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_mails(const char *root, const char *group, struct items *l)
{
	char folder[4096], path[8192];
	struct dirent **list;
	snprintf(folder, sizeof(folder), "%s/%s", root, group);
	int n = scandir(folder, &list, NULL, by_name);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name, *dot = strrchr(name, '.');
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (dot != NULL && strcmp(dot, ".txt") == 0)
			push(l, (struct item){.bytes = slurp(path),
					      .is_spam = strncmp(group, "spam", 4) == 0,
					      .is_test = md5_of(heard_str(name)) >= 0x80,
					      .fold = md5_of(heard_str(name)) % FOLDS});
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static struct heard_str next_line(struct heard_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	struct heard_str line = heard_str_n(rest->ptr,
					    end ? (size_t)(end - rest->ptr) : rest->len);
	*rest = heard_str_skip(*rest, line.len + 1);
	return heard_str_trim(line);
}

/* Copies of the ham with a Chinese text, of one file for what trains and of another one for
 * what is tested. */
static void add_chinese(const char *root, struct items *l)
{
	char path[2][4096];
	snprintf(path[0], sizeof(path[0]), "%s/sentiment/snow_pos.txt", root);
	snprintf(path[1], sizeof(path[1]), "%s/sentiment/snow_neg.txt", root);
	struct heard_str rest[] = {slurp(path[0]), slurp(path[1])};
	for (size_t i = 0, n = l->n; i < n; i++) {
		struct item copy = l->at[i];
		if (copy.is_spam || rest[copy.is_test].len == 0)
			continue;
		copy.other = next_line(&rest[copy.is_test]);
		copy.is_extra = true;
		push(l, copy);
	}
}

static unsigned fold_of(struct heard_str text)
{
	char key[2048];
	size_t n = 0;
	for (size_t i = 0; i < text.len && n < sizeof(key); i++)
		if (isalpha((unsigned char)text.ptr[i]) || (text.ptr[i] & 0x80))
			key[n++] = (char)tolower((unsigned char)text.ptr[i]);
	return md5_of(heard_str_n(key, n)) % FOLDS;
}

static void load_sms(const char *root, struct items *l)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/spam/sms-spam-collection.tsv", root);
	for (struct heard_str rest = slurp(path); rest.len > 0;) {
		struct heard_str line = next_line(&rest);
		const char *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;
		if (tab == NULL)
			continue;
		struct heard_str text = heard_str_skip(line, (size_t)(tab + 1 - line.ptr));
		push(l, (struct item){.bytes = text,
				      .is_spam = heard_str_starts(line, HEARD_STR_OF("spam")),
				      .fold = fold_of(text)});
	}
}

/* What customers write, which is no spam: reviews and questions. */
static void load_customers(const char *root, const char *file, char before, struct items *l)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (struct heard_str rest = slurp(path); rest.len > 0;) {
		struct heard_str text = next_line(&rest);
		const char *end = text.len ? memrchr(text.ptr, before, text.len) : NULL;
		if (end == NULL || end == text.ptr)
			continue;
		text.len = (size_t)(end - text.ptr);
		push(l, (struct item){.bytes = text, .is_extra = true, .fold = fold_of(text)});
	}
}

/* ---- features */

struct look { /* at an item */
	struct mime_message mail;
	struct heard_buf traits;
	struct spam_text text;
};

static bool look_at(struct look *x, enum spam_kind kind, const struct item *item)
{
	struct mime_limits limits = MIME_LIMITS_DEFAULT;
	struct heard_error err;
	struct mime_message *m = &x->mail;
	*x = (struct look){.text = {.body = item->bytes}};
	heard_buf_init(&x->traits, LETTER_TRAITS_MAX);
	if (kind == SPAM_TEXT)
		return true;
	limits.max_text = 256 * 1024;
	if (mime_read(item->bytes, &limits, NULL, m, &err) != 0)
		return false;
	letter_traits(item->bytes, m, &x->traits);
	x->text = (struct spam_text){m->subject, m->fresh, m->from.name, m->from.email,
				     heard_buf_view(&x->traits)};
	if (item->other.len > 0)
		x->text.body = x->text.subject = item->other;
	return true;
}

static void look_away(struct look *x)
{
	heard_buf_release(&x->traits);
	mime_release(&x->mail);
}

/* The mean of models' log-odds, in the first of them; the others are destroyed.  Each saw
 * the examples in another order: what chance taught one of them counts a part. */
static struct linear *mean_of(struct linear **m, unsigned n)
{
	size_t places = (size_t)1 << m[0]->shape.bits;
	float *w = calloc(places, sizeof(*w)), bias = 0, offset = 0, top = 0;
	if (w == NULL)
		abort();
	for (unsigned k = 0; k < n; k++) {
		const struct linear_label *l = m[k]->labels;
		for (size_t i = 0; i < places; i++)
			w[i] += l->slope * l->scale * (float)m[k]->weights[i] / (float)n;
		bias += l->slope * l->bias / (float)n;
		offset += l->offset / (float)n;
	}
	for (size_t i = 0; i < places; i++)
		top = fmaxf(top, fabsf(w[i]));
	float scale = top > 0 ? top / 127 : 1;
	for (size_t i = 0; i < places; i++)
		m[0]->weights[i] = (int8_t)lrintf(w[i] / scale);
	for (unsigned k = 0; k < 2; k++)
		m[0]->labels[k].slope = 1;
	m[0]->labels[0].scale = scale;
	m[0]->labels[0].bias = bias;
	m[0]->labels[0].offset = m[0]->labels[1].offset = offset;
	for (unsigned k = 1; k < n; k++)
		linear_destroy(m[k]);
	free(w);
	return m[0];
}

static struct linear *make_seeded(enum spam_kind kind, const struct items *l,
				  bool (*is_in)(const struct item *, unsigned), unsigned which,
				  uint64_t seed)
{
	struct train *t = train_create(spam_kind_names[kind], &spam_shapes[kind], 2, labels);
	struct gram_lane *lane = gram_lane_create();
	/* A long text has many grams, each of which moves little. */
	struct train_options o = {.seed = seed,
				  .epochs = kind == SPAM_TEXT ? 0 : 20,
				  .rate = kind == SPAM_TEXT ? 0 : 3};
	struct heard_error err = {0};
	struct look x;
	for (size_t i = 0; i < l->n; i++) {
		const struct item *at = &l->at[i];
		if (!is_in(at, which) || !look_at(&x, kind, at))
			continue;
		spam_known_features(lane, kind, &x.text);
		train_add(t, lane, at->is_spam ? SPAM_LABEL : HAM_LABEL,
			  at->is_extra && kind == SPAM_TEXT ? 0.5f : 1);
		look_away(&x);
	}
	struct linear *m = train_run(t, &o, &err);
	if (m == NULL)
		fprintf(stderr, "eval_spam: %s\n", err.text);
	gram_lane_destroy(lane);
	train_destroy(t);
	return m;
}

static struct linear *make_one(enum spam_kind kind, const struct items *l,
			       bool (*is_in)(const struct item *, unsigned), unsigned which)
{
	struct linear *m[SEEDS];
	for (unsigned k = 0; k < SEEDS; k++) {
		m[k] = make_seeded(kind, l, is_in, which, SEED + k);
		if (m[k] == NULL || kind == SPAM_TEXT)
			return m[k];
	}
	return mean_of(m, SEEDS);
}

/* Those that judge items of this kind. */
static void make(struct spam_models *m, enum spam_kind kind, const struct items *l,
		 bool (*is_in)(const struct item *, unsigned), unsigned which)
{
	m->shipped[kind] = make_one(kind, l, is_in, which);
	if (kind == SPAM_MAIL)
		m->shipped[SPAM_MADE] = make_one(SPAM_MADE, l, is_in, which);
}

/* ---- figures */

struct counts {
	unsigned hit, missed, wrong, right, extra, extra_wrong;
};

static bool judge(const struct spam_models *m, struct gram_lane *lane, enum spam_kind kind,
		  const struct item *item, float *p_r)
{
	struct look x;
	struct signs signs;
	if (!look_at(&x, kind, item))
		return false;
	signs_find(&signs, x.text.subject, x.text.body, kind == SPAM_MAIL);
	*p_r = spam_probability(signs.odds + spam_odds(m, lane, &x.text));
	look_away(&x);
	return *p_r >= cuts[kind];
}

static void measure(const struct spam_models *m, enum spam_kind kind, const struct items *l,
		    bool (*is_in)(const struct item *, unsigned), unsigned which,
		    struct counts *c)
{
	struct gram_lane *lane = gram_lane_create();
	for (size_t i = 0; i < l->n; i++) {
		const struct item *at = &l->at[i];
		float p = 0;
		if (!is_in(at, which))
			continue;
		bool is_spam = judge(m, lane, kind, at, &p);
		if (at->is_extra) {
			c->extra++;
			c->extra_wrong += is_spam;
		} else if (at->is_spam) {
			*(is_spam ? &c->hit : &c->missed) += 1;
		} else {
			*(is_spam ? &c->wrong : &c->right) += 1;
		}
		if (getenv("EVAL_SPAM_ALL"))
			fprintf(stderr, "%d %d %.7f\n", kind, at->is_extra ? 2 : at->is_spam,
				(double)p);
	}
	gram_lane_destroy(lane);
}

static bool mail_trains(const struct item *i, unsigned which)
{
	(void)which;
	return !i->is_test;
}
static bool mail_tests(const struct item *i, unsigned which)
{
	(void)which;
	return i->is_test && !i->is_extra;
}
static bool mail_copies(const struct item *i, unsigned which)
{
	(void)which;
	return i->is_test && i->is_extra;
}
static bool others(const struct item *i, unsigned fold)
{
	return i->fold != fold;
}
static bool own(const struct item *i, unsigned fold)
{
	return i->fold == fold;
}
static bool trains_others(const struct item *i, unsigned fold)
{
	return !i->is_test && i->fold != fold;
}
static bool trains_own(const struct item *i, unsigned fold)
{
	return !i->is_test && i->fold == fold;
}
static bool all(const struct item *i, unsigned which)
{
	(void)which;
	return i != NULL;
}

static void row(const char *figure, double heard, const char *peer, const char *target,
		bool is_good, const char *format)
{
	char value[32];
	snprintf(value, sizeof(value), format, heard);
	printf("spam\t%s\t%s\t%s\t%s\t%s\n", figure, value, peer, target,
	       is_good ? "ok" : "short");
}

static void print(const char *what, const struct counts *c, double f1_target, double fp_target,
		  const char *f1_peer, const char *fp_peer)
{
	char figure[64], target[32];
	double f1 = 2.0 * c->hit / (2.0 * c->hit + c->wrong + c->missed),
	       fp = 100.0 * c->wrong / (c->wrong + c->right);
	snprintf(figure, sizeof(figure), "%s: F1", what);
	snprintf(target, sizeof(target), ">= %.3f", f1_target);
	row(figure, f1, f1_peer, target, f1 >= f1_target, "%.4f");
	snprintf(figure, sizeof(figure), "%s: ham taken for spam, %%", what);
	snprintf(target, sizeof(target), "<= %.1f", fp_target);
	row(figure, fp, fp_peer, target, fp <= fp_target, "%.3f");
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_chinese(const struct counts *c)
{
	double wrong = 100.0 * c->extra_wrong / (c->extra ? c->extra : 1);
	row("mail: the same ham with Chinese text taken for spam, %", wrong, "-", "<= 0.3",
	    wrong <= 0.3, "%.3f");
}

static void eval_mail(const struct items *mails)
{
	struct spam_models m = {{NULL}, {NULL}};
	struct counts c = {0};
	make(&m, SPAM_MAIL, mails, mail_trains, 0);
	double from = seconds();
	measure(&m, SPAM_MAIL, mails, mail_tests, 0, &c);
	double speed = (c.hit + c.missed + c.wrong + c.right) / (seconds() - from);
	measure(&m, SPAM_MAIL, mails, mail_copies, 0, &c);
	print("mail", &c, 0.985, 0.3, "SpamAssassin .984, bogofilter .986",
	      "SpamAssassin 0.14, bogofilter 0.76");
	row("mail: mails/s of a core, with MIME", speed, "bogofilter 1740, SpamAssassin 19",
	    ">= 5000", speed >= 5000, "%.0f");
	print_chinese(&c);
	spam_models_release(&m);
}

/* Five folds, and what all of them give. */
static void eval_folds(enum spam_kind kind, const struct items *l,
		       bool (*trains)(const struct item *, unsigned),
		       bool (*tests)(const struct item *, unsigned), struct counts *c)
{
	for (unsigned fold = 0; fold < FOLDS; fold++) {
		struct spam_models m = {{NULL}, {NULL}};
		make(&m, kind, l, trains, fold);
		measure(&m, kind, l, tests, fold, c);
		spam_models_release(&m);
	}
}

static void eval_within(const struct items *mails)
{
	struct counts c = {0};
	eval_folds(SPAM_MAIL, mails, trains_others, trains_own, &c);
	print("mail, within the half that trains", &c, 0.985, 0.3, "-", "-");
	print_chinese(&c);
}

static void eval_sms(const struct items *sms)
{
	struct counts c = {0};
	eval_folds(SPAM_TEXT, sms, others, own, &c);
	print("SMS", &c, 0.965, 0.2, "bogofilter .82", "-");
	double wrong = 100.0 * c.extra_wrong / (c.extra ? c.extra : 1);
	row("reviews and questions taken for spam, %", wrong, "-", "<= 0.1", wrong <= 0.1,
	    "%.3f");
}

static int write_one(enum spam_kind kind, const struct items *l, const char *folder)
{
	char path[4096];
	struct heard_error err = {0};
	struct linear *m = make_one(kind, l, all, 0);
	snprintf(path, sizeof(path), "%s/%s.model", folder, spam_kind_names[kind]);
	int result = m ? linear_save(m, path, &err) : -1;
	if (result != 0)
		fprintf(stderr, "eval_spam: %s\n", err.text);
	linear_destroy(m);
	return result;
}

static int write_all(const struct items *mails, const struct items *sms, const char *folder)
{
	int result = sms->n > 0 ? write_one(SPAM_TEXT, sms, folder) : 0;
	if (result == 0 && mails->n > 0)
		result = write_one(SPAM_MAIL, mails, folder);
	if (result == 0 && mails->n > 0)
		result = write_one(SPAM_MADE, mails, folder);
	return result;
}

int main(int argc, char **argv)
{
	static const char *const folders[] = {"easy-ham-1", "easy-ham-2", "hard-ham-1",
					      "spam-1", "spam-2"};
	bool writes = argc == 5 && strcmp(argv[1], "--write") == 0,
	     is_within = argc == 4 && strcmp(argv[1], "--within") == 0;
	struct items mails = {NULL, 0}, sms = {NULL, 0};
	if (argc != 3 && !writes && !is_within) {
		fputs("usage: eval_spam [--write DIR|--within] DATA MAILS\n", stderr);
		return 2;
	}
	const char *data = argv[argc - 2];
	mime_init();
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		load_mails(argv[argc - 1], folders[i], &mails);
	add_chinese(data, &mails);
	load_sms(data, &sms);
	load_customers(data, "sentiment/uci-amazon.txt", '\t', &sms);
	load_customers(data, "sentiment/uci-yelp.txt", '\t', &sms);
	load_customers(data, "sentiment/uci-imdb.txt", '\t', &sms);
	load_customers(data, "intent/banking77_train.csv", ',', &sms);
	if (writes)
		return write_all(&mails, &sms, argv[2]) != 0;
	if (is_within) {
		eval_within(&mails);
		return 0;
	}
	if (mails.n > 0)
		eval_mail(&mails);
	else
		puts("spam\tmail\t-\t-\t-\tskipped: the corpus is not there");
	if (sms.n > 0)
		eval_sms(&sms);
	else
		puts("spam\tSMS\t-\t-\t-\tskipped: HEARD_DATA is not there");
	return 0;
}
