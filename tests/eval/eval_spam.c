/*
 * eval_spam.c - the filter spam on data that it was not trained with, and its models.
 *
 *	eval_spam DATA MAILS          figures: DATA is ../shared/data, MAILS the folder
 *	                              `data` of the npm package with SpamAssassin's corpus
 *	eval_spam --write DIR DATA MAILS   train on everything, and write the models
 *	eval_spam --within DATA MAILS      five folds within the half that trains, several
 *	                              times: what is chosen is chosen by these
 *
 * What is in the sets and how they are split: spam_sets.h.  The cut-offs are the filter's
 * defaults; `unsure` counts as ham.
 */
#include "../../plugins/filter/spam/features.c"
#include "../../plugins/filter/spam/models.c"
#include "../../plugins/filter/spam/signs.c"
#include "spam_sets.c"

#include <letter/traits.h>
#include <mime/mime.h>
#include <model/train.h>

#include <heard/buf.h>

#include <stdlib.h>
#include <time.h>

/* The filter's defaults. */
static const float cuts[SPAM_KINDS] = {[SPAM_TEXT] = 0.5f, [SPAM_MAIL] = 0.93f};
static const float unsure = 0.3f;
enum { SEED = 1, SEEDS = 4, SPAM_LABEL = 0, HAM_LABEL = 1 };
static const char *const labels[] = {"spam", "ham"};

/* ---- features */

struct look { /* at an item */
	struct mime_message mail;
	struct heard_buf traits;
	struct spam_text text;
};

/* Customers write with programs and come by hosts that nobody knows: their words are the
 * last ones. */
static struct heard_str unknown(struct heard_str traits)
{
	const char *at = traits.len ? memmem(traits.ptr, traits.len, " by-", 4) : NULL;
	if (at == NULL && traits.len > 0)
		at = memmem(traits.ptr, traits.len, " via-", 5);
	return at ? heard_str_n(traits.ptr, (size_t)(at - traits.ptr)) : traits;
}

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
	if (item->text.len > 0)
		x->text.body = x->text.subject = item->text;
	if (item->email.len > 0) {
		x->text.name = item->name;
		x->text.email = item->email;
		x->text.traits = unknown(x->text.traits);
	}
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
		bool is_known = at->kind == SET_PLAIN ||
				(kind != SPAM_ROUTE && kind != SPAM_PROGRAM);
		if (!is_in(at, which) || !is_known || !look_at(&x, kind, at))
			continue;
		spam_shipped_features(lane, kind, &x.text);
		train_add(t, lane, at->is_spam ? SPAM_LABEL : HAM_LABEL,
			  at->kind == SET_CUSTOMER ? 0.5f : 1);
		/* Elsewhere no sender, program or host is known; that must say nothing. */
		if (may_be_empty(kind)) {
			spam_shipped_features(lane, kind,
					      &(struct spam_text){.body = x.text.body});
			train_add(t, lane, at->is_spam ? SPAM_LABEL : HAM_LABEL, 1);
		}
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
	for (int k = SPAM_KINDS; kind == SPAM_MAIL && k < SPAM_MODELS; k++)
		m->shipped[k] = make_one((enum spam_kind)k, l, is_in, which);
}

/* ---- figures */

struct counts {
	unsigned hit, missed, wrong, right, all_of[SET_KINDS], wrong_of[SET_KINDS];
};

static float logit(float p)
{
	return logf(p / (1 - p));
}

static bool judge(const struct spam_models *m, struct gram_lane *lane, enum spam_kind kind,
		  const struct item *item, float *p_r)
{
	struct look x;
	struct signs signs;
	if (!look_at(&x, kind, item))
		return false;
	signs_find(&signs, x.text.subject, x.text.body, kind == SPAM_MAIL);
	*p_r = spam_probability(signs_weigh(&signs, spam_odds(m, lane, &x.text), 0,
					    logit(unsure), logit((unsure + cuts[kind]) / 2)));
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
		c->all_of[at->kind]++;
		c->wrong_of[at->kind] += is_spam;
		if (at->kind == SET_PLAIN && at->is_spam)
			*(is_spam ? &c->hit : &c->missed) += 1;
		else if (at->kind == SET_PLAIN)
			*(is_spam ? &c->wrong : &c->right) += 1;
		if (getenv("EVAL_SPAM_ALL"))
			fprintf(stderr, "%d %d %d %.7f\n", kind, at->kind, at->is_spam,
				(double)p);
	}
	gram_lane_destroy(lane);
}

/* ---- who trains, and who is judged: `which` is split * SET_FOLDS + fold */

static bool trains(const struct item *i, unsigned which)
{
	return i->folds[which / SET_FOLDS] != which % SET_FOLDS && i->kind != SET_SENT;
}
static bool is_judged(const struct item *i, unsigned which)
{
	return i->folds[which / SET_FOLDS] == which % SET_FOLDS;
}
static bool trains_within(const struct item *i, unsigned which)
{
	return !i->is_test && trains(i, which);
}
static bool is_judged_within(const struct item *i, unsigned which)
{
	return !i->is_test && is_judged(i, which);
}
static bool is_first_half(const struct item *i, unsigned which)
{
	(void)which;
	return !i->is_test && i->kind != SET_SENT;
}
static bool is_other_half(const struct item *i, unsigned which)
{
	(void)which;
	return i->is_test && i->kind == SET_PLAIN;
}
static bool is_copy(const struct item *i, unsigned which)
{
	(void)which;
	return i->is_test && i->kind != SET_PLAIN;
}
static bool is_for_all(const struct item *i, unsigned which)
{
	(void)which;
	return i->kind != SET_SENT;
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

static void print_kind(const char *figure, const struct counts *c, enum set_kind kind,
		       const char *target, double most)
{
	double wrong = 100.0 * c->wrong_of[kind] / (c->all_of[kind] ? c->all_of[kind] : 1);
	row(figure, wrong, "-", target, wrong <= most, "%.3f");
}

static void print_copies(const struct counts *c)
{
	print_kind("mail: the same ham from a customer taken for spam, %", c, SET_SENT,
		   "<= 0.3", 0.3);
	print_kind("mail: the same in Chinese taken for spam, %", c, SET_COPY, "<= 0.3", 0.3);
}

static void eval_mail(const struct items *mails)
{
	struct spam_models m = {{NULL}, {NULL}};
	struct counts c = {0};
	make(&m, SPAM_MAIL, mails, is_first_half, 0);
	double from = seconds();
	measure(&m, SPAM_MAIL, mails, is_other_half, 0, &c);
	double speed = (c.hit + c.missed + c.wrong + c.right) / (seconds() - from);
	measure(&m, SPAM_MAIL, mails, is_copy, 0, &c);
	print("mail", &c, 0.985, 0.3, "SpamAssassin .984, bogofilter .986",
	      "SpamAssassin 0.14, bogofilter 0.76");
	row("mail: mails/s of a core, with MIME", speed, "bogofilter 1740, SpamAssassin 19",
	    ">= 5000", speed >= 5000, "%.0f");
	print_copies(&c);
	spam_models_release(&m);
}

/* All folds of a split, and what they give together. */
static void eval_folds(enum spam_kind kind, const struct items *l, unsigned split,
		       bool (*is_in)(const struct item *, unsigned),
		       bool (*is_out)(const struct item *, unsigned), struct counts *c)
{
	for (unsigned fold = 0; fold < SET_FOLDS; fold++) {
		struct spam_models m = {{NULL}, {NULL}};
		make(&m, kind, l, is_in, split * SET_FOLDS + fold);
		measure(&m, kind, l, is_out, split * SET_FOLDS + fold, c);
		spam_models_release(&m);
	}
}

static void eval_within(const struct items *mails)
{
	struct counts c = {0};
	const char *one = getenv("EVAL_SPAM_SPLIT"); /* of those, by processes side by side */
	for (unsigned split = 0; split < SET_SPLITS; split++)
		if (one == NULL || split == (unsigned)atoi(one))
			eval_folds(SPAM_MAIL, mails, split, trains_within, is_judged_within,
				   &c);
	print("mail, within the half that trains", &c, 0.985, 0.3, "-", "-");
	print_copies(&c);
}

static void eval_sms(const struct items *sms)
{
	struct counts c = {0};
	eval_folds(SPAM_TEXT, sms, 0, trains, is_judged, &c);
	print("SMS", &c, 0.965, 0.2, "bogofilter .82", "-");
	print_kind("reviews and questions taken for spam, %", &c, SET_CUSTOMER, "<= 0.1", 0.1);
}

/* ---- models */

static int write_one(enum spam_kind kind, const struct items *l, const char *folder)
{
	char path[4096];
	struct heard_error err = {0};
	struct linear *m = make_one(kind, l, is_for_all, 0);
	snprintf(path, sizeof(path), "%s/%s.model", folder, spam_kind_names[kind]);
	int result = m ? linear_save(m, path, &err) : -1;
	if (result != 0)
		fprintf(stderr, "eval_spam: %s\n", err.text);
	linear_destroy(m);
	return result;
}

static int write_all(const struct items *mails, const struct items *sms, const char *folder)
{
	int result = 0;
	for (int k = 0; k < SPAM_MODELS && result == 0; k++) {
		const struct items *l = k == SPAM_TEXT ? sms : mails;
		if (l->n > 0)
			result = write_one((enum spam_kind)k, l, folder);
	}
	return result;
}

int main(int argc, char **argv)
{
	bool writes = argc == 5 && strcmp(argv[1], "--write") == 0,
	     is_within = argc == 4 && strcmp(argv[1], "--within") == 0;
	struct items mails = {NULL, 0}, sms = {NULL, 0};
	if (argc != 3 && !writes && !is_within) {
		fputs("usage: eval_spam [--write DIR|--within] DATA MAILS\n", stderr);
		return 2;
	}
	const char *data = argv[argc - 2];
	mime_init();
	set_mails(&mails, argv[argc - 1], data);
	set_messages(&sms, data);
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
