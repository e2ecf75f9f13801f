/*
 * eval_language.c - the filter language on reviews and SMS, beside CLD2 alone.
 *
 *	eval_language DATA           figures: DATA is ../shared/data
 *
 * Every text of snow_* is Chinese, every one of the SMS and UCI collections English; the
 * few that are not count as mistakes.  Nothing is trained, so there is no split.  Texts
 * in other languages are those that CLD2 is tested with, cut to lengths of a sentence:
 * they tell that a language nobody expects is seen.
 */
#include <language/cld.h>
#include <language/language.h>

#include <heard/error.h>
#include <text/utf8.h>

#include <cld2/internal/unittest_data.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct score {
	unsigned right, peer, n;
	double took, peer_took;
};

static struct languages expected;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void look(struct score *score, struct heard_str text, const char *is)
{
	struct cld_guess guess;
	double from = now();
	struct heard_str code = language_of(&expected, text);
	double between = now();

	cld_ask(text.ptr, (int)text.len, NULL, &guess);
	score->took += between - from;
	score->peer_took += now() - between;
	score->n++;
	score->right += heard_str_is(code, is);
	score->peer += guess.code[0] && strcmp(guess.code[0], is) == 0;
	if (!heard_str_is(code, is) && getenv("SHOW"))
		printf("%.*s: %.*s\n", HEARD_ARG(code), HEARD_ARG(text));
}

/* Each line; with a tab, what is behind (1) or before (0) it. */
static int look_at_file(struct score *score, const char *folder, const char *name,
			bool is_behind, const char *is)
{
	char path[4096], *line = NULL;
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return -1;
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		char *tab = strchr(line, '\t'), *text = tab && is_behind ? tab + 1 : line;
		if (tab && !is_behind)
			*tab = '\0';
		if (*text)
			look(score, heard_str(text), is);
	}
	free(line);
	fclose(f);
	return 0;
}

/* The first `len` bytes of each. */
static void look_at_others(struct score *score, size_t len)
{
	const char *const others[][2] = {
		{"fr", kTeststr_fr_Latn}, {"de", kTeststr_de_Latn}, {"es", kTeststr_es_Latn},
		{"it", kTeststr_it_Latn}, {"pt", kTeststr_pt_Latn}, {"nl", kTeststr_nl_Latn},
		{"pl", kTeststr_pl_Latn}, {"tr", kTeststr_tr_Latn}, {"vi", kTeststr_vi_Latn},
		{"id", kTeststr_id_Latn}, {"sv", kTeststr_sv_Latn}, {"fi", kTeststr_fi_Latn},
		{"cs", kTeststr_cs_Latn}, {"hu", kTeststr_hu_Latn}, {"ro", kTeststr_ro_Latn},
		{"ru", kTeststr_ru_Cyrl}, {"uk", kTeststr_uk_Cyrl}, {"bg", kTeststr_bg_Cyrl},
		{"ar", kTeststr_ar_Arab}, {"fa", kTeststr_fa_Arab}, {"hi", kTeststr_hi_Deva},
		{"ja", kTeststr_ja_Hani}, {"ko", kTeststr_ko_Hani}, {"th", kTeststr_th_Thai},
		{"el", kTeststr_el_Grek}, {"he", kTeststr_iw_Hebr},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct heard_str text = heard_str(others[i][1]);

		if (text.len > len)
			text.len = (size_t)(text_back(text.ptr, text.ptr + len) - text.ptr);
		look(score, text, others[i][0]);
	}
}

static void print(const char *figure, const struct score *s, double target)
{
	double right = (double)s->right / s->n;

	printf("language\t%s (%u)\t%.4f\tCLD2 %.4f\t>= %.2f\t%s\n", figure, s->n, right,
	       (double)s->peer / s->n, target, right >= target ? "ok" : "short");
}

int main(int argc, char **argv)
{
	static const char *const codes[] = {"zh", "en"};
	struct score zh = {0}, sms = {0}, en = {0}, others = {0}, brief = {0};
	struct heard_error err = {0};

	if (argc != 2) {
		fputs("usage: eval_language DATA\n", stderr);
		return 2;
	}
	languages_init(&expected, codes, 2, &err);
	if (look_at_file(&zh, argv[1], "sentiment/snow_pos.txt", false, "zh") ||
	    look_at_file(&zh, argv[1], "sentiment/snow_neg.txt", false, "zh") ||
	    look_at_file(&sms, argv[1], "spam/sms-spam-collection.tsv", true, "en") ||
	    look_at_file(&en, argv[1], "sentiment/uci-amazon.txt", false, "en") ||
	    look_at_file(&en, argv[1], "sentiment/uci-yelp.txt", false, "en") ||
	    look_at_file(&en, argv[1], "sentiment/uci-imdb.txt", false, "en")) {
		puts("language\treviews, SMS, sentences\t-\t-\t-\tskipped: the data is not "
		     "there");
		return 0;
	}
	print("Chinese reviews", &zh, .99);
	print("English SMS", &sms, .99);
	print("English sentences", &en, .99);
	look_at_others(&others, 160);
	look_at_others(&brief, 64);
	print("others, 160 bytes", &others, .90);
	print("others, 64 bytes", &brief, .80);
	double n = zh.n + sms.n + en.n, took = zh.took + sms.took + en.took;
	printf("language\ttexts/s, one core\t%.0f\tCLD2 %.0f\t>= 200000\t%s\n", n / took,
	       n / (zh.peer_took + sms.peer_took + en.peer_took),
	       n / took >= 200000 ? "ok" : "short");
	return 0;
}
