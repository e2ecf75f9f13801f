/*
 * test_sentiment.c - words, negation and verdicts of the filter sentiment.
 *
 * The models here are trained on a handful of sentences, so that what is tested is the
 * code and not the shipped files: those have cases in tests/plugins/filter/sentiment, and
 * here are only loaded.
 */
#include "../../plugins/filter/sentiment/judge.c"
#include "../../plugins/filter/sentiment/lexicon.c"
#include "../../plugins/filter/sentiment/reading.c"

#include <model/train.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

static const char words[] = "# comment\n"
			    "\n"
			    "好\t1\n"
			    "不错\t2\tpraising\n"
			    "很好\t2\tpraising\n"
			    "满意\t2\tpraising\n"
			    "差\t-2\tdisappointed\n"
			    "骗子\t-3\tangry\n"
			    "担心\t-2\tanxious\n"
			    "谢谢\t2\tgrateful\n"
			    "不仅\t0\n"
			    "不\tnot\n"
			    "没\tnot\n"
			    "但\tbut\n"
			    "good\t3\tpraising\n"
			    "bad\t-3\tdisappointed\n"
			    "not\tnot\n"
			    "but\tbut\n";

static struct lexicon *lexicon_of(const char *text)
{
	struct heard_error err = {0};
	struct lexicon *l = lexicon_create();
	assert_non_null(l);
	assert_int_equal(lexicon_read(l, heard_str(text), &err), 0);
	return l;
}

static struct reading read_with(struct lexicon *l, const char *text)
{
	static struct reading_lane lane;
	struct reading r;
	reading_begin(&r);
	reading_add(&r, l, &lane, heard_str(text));
	reading_end(&r);
	return r;
}

static int sum_of(const char *text)
{
	struct lexicon *l = lexicon_of(words);
	int sum = read_with(l, text).sum;
	lexicon_destroy(l);
	return sum;
}

/* ---- words */

static const struct lexicon_word *find(const struct lexicon *l, const char *word)
{
	uint32_t text[LEXICON_WORD];
	return lexicon_find(l, text, gram_fold(heard_str(word), text, LEXICON_WORD));
}

static void test_words(void **state)
{
	(void)state;
	struct lexicon *l = lexicon_of("爛\t-2\nＢａｄ\t-3\tangry\r\n bad \t-1\nnope\tnot");
	size_t at = 0, n = 0;
	assert_int_equal(lexicon_size(l), 3);
	assert_int_equal(find(l, "烂")->value, -2);
	assert_int_equal(find(l, "BAD")->value, -1); /* the later line counts */
	assert_int_equal(find(l, "bad")->emotion, EMOTION_NONE);
	assert_int_equal(find(l, "nope")->kind, WORD_NOT);
	assert_null(find(l, "ba"));
	assert_null(find(l, "烂烂"));
	while (lexicon_next(l, &at) != NULL)
		n++;
	assert_int_equal(n, 3);
	lexicon_destroy(l);
	lexicon_destroy(NULL);
}

static void refused(const char *text, const char *why)
{
	struct heard_error err = {0};
	struct lexicon *l = lexicon_create();
	assert_true(lexicon_read(l, heard_str(text), &err) < 0);
	assert_non_null(strstr(err.text, why));
	lexicon_destroy(l);
}

static void test_bad_words(void **state)
{
	(void)state;
	refused("good\n", "line 1: after the word and a tab comes");
	refused("a\t1\nb\t6\n", "line 2: after the word");
	refused("a\t--1\n", "line 1: after the word");
	refused("a\t12\n", "line 1: after the word");
	refused("a\t1\thappy\n", "line 1: the emotion is none of");
	refused("\xe2\x80\x8b\t1\n", "line 1: a word has 1 to 24 characters");
	refused("abcdefghijklmnopqrstuvwxyz\t1\n", "line 1: a word has 1 to 24 characters");
}

static void test_many_words(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct lexicon *l = lexicon_create();
	char line[32];
	int rc = 0;
	for (unsigned i = 0; i <= LEXICON_WORDS && rc == 0; i++) {
		/* letters, for digits fold to one */
		snprintf(line, sizeof(line), "w%c%c%c%c\t1\n", 'a' + i % 26, 'a' + i / 26 % 26,
			 'a' + i / 676 % 26, 'a' + i / 17576);
		rc = lexicon_read(l, heard_str(line), &err);
		assert_true(rc == 0 || i == LEXICON_WORDS);
	}
	assert_int_equal(rc, -ENOSPC);
	assert_int_equal(find(l, "wabcd") != NULL, true);
	lexicon_destroy(l);
}

/* ---- reading */

static void test_negation(void **state)
{
	(void)state;
	assert_int_equal(sum_of("很好"), 2); /* the longest word, not 好 */
	assert_int_equal(sum_of("不太满意"), -2);
	assert_int_equal(sum_of("不错"), 2); /* a word of its own */
	assert_int_equal(sum_of("没有不满意"), 2);
	assert_int_equal(sum_of("不，很好"), 2); /* not beyond the clause */
	assert_int_equal(sum_of("不知道怎么说才好"), 1);
	assert_int_equal(sum_of("不仅好"), 1);
	assert_int_equal(sum_of("not good"), -3);
	assert_int_equal(sum_of("It isn't really that good"), -3);
	assert_int_equal(sum_of("It isn’t bad"), 3);
	assert_int_equal(sum_of("not one of the many good"), 3); /* too far */
	assert_int_equal(sum_of("not cheap. good"), 3);
	assert_int_equal(sum_of("goodness"), 0);
	assert_int_equal(sum_of("nothing"), 0);
}

static void test_turns(void **state)
{
	(void)state;
	struct lexicon *l = lexicon_of(words);
	struct reading r = read_with(l, "很好，但差");
	assert_true(r.turns);
	assert_int_equal(r.sum, 0);
	assert_int_equal(r.last, -2);
	assert_int_equal(r.n_good, 1);
	assert_int_equal(r.n_bad, 1);
	r = read_with(l, "但很好");
	assert_false(r.turns);
	r = read_with(l, "不满意");
	assert_int_equal(r.n_denied, 1);
	assert_int_equal(r.emotions[EMOTION_PRAISING], 0);
	assert_true(r.emotions[EMOTION_DISAPPOINTED] > 0);
	lexicon_destroy(l);
}

static void test_scripts(void **state)
{
	(void)state;
	struct lexicon *l = lexicon_of(words);
	assert_int_equal(read_with(l, "很好").script, SCRIPT_ZH);
	assert_int_equal(read_with(l, "good").script, SCRIPT_EN);
	assert_int_equal(read_with(l, "iPhone 很好用").script, SCRIPT_ZH);
	assert_int_equal(read_with(l, "The word 好 is good for nothing here").script,
			 SCRIPT_EN);
	assert_int_equal(read_with(l, "123 !!! \xf0\x9f\x98\x80").script, SCRIPT_NONE);
	assert_int_equal(read_with(l, "").script, SCRIPT_NONE);
	assert_true(read_with(l, "好吗").asks);
	assert_true(read_with(l, "good？").asks);
	assert_false(read_with(l, "good").asks);
	lexicon_destroy(l);
}

/* More words than are kept: counted all the same, and no byte beyond. */
static void test_long_text(void **state)
{
	(void)state;
	static char text[READING_TEXT * 4];
	struct lexicon *l = lexicon_of(words);
	for (size_t i = 0; i + 6 < sizeof(text); i += 6)
		memcpy(text + i, "满意", 6);
	struct reading r = read_with(l, text);
	assert_int_equal(r.n_words, READING_WORDS);
	assert_int_equal(r.n_good, READING_TEXT / 2);
	lexicon_destroy(l);
}

/* ---- verdicts */

static struct judge judge;
static struct judge_lane lane;

static struct linear *tiny(enum judge_language k, const char *const *texts, size_t n)
{
	static const char *const names[] = {"positive", "negative"};
	static const struct gram_shape shape = {.chars_min = 1, .chars_max = 3, .bits = 14};
	struct train *t = train_create(judge_kinds[k], &shape, 2, names);
	struct train_options o = {.seed = 1};
	struct heard_error err = {0};
	for (size_t i = 0; i < n * 10; i++) {
		struct heard_str text = heard_str(texts[i % n]);
		judge_read(&judge, &lane, heard_str_n(NULL, 0), text);
		judge_gather(&lane, &shape, heard_str_n(NULL, 0), text);
		assert_int_equal(train_add(t, lane.grams, i % n % 2, 1), 0);
	}
	struct linear *m = train_run(t, &o, &err);
	train_destroy(t);
	assert_non_null(m);
	return m;
}

static int make_judge(void **state)
{
	static const char *const zh[] = {"很好", "太差", "满意", "骗子", "喜欢", "讨厌"};
	static const char *const en[] = {"good", "bad", "love it", "hate it", "fine", "broken"};
	(void)state;
	judge.lexicon = lexicon_of(words);
	judge.neutral = 0.25;
	if (judge_lane_open(&lane) != 0)
		return -1;
	judge.models[JUDGE_ZH] = tiny(JUDGE_ZH, zh, 6);
	judge.models[JUDGE_EN] = tiny(JUDGE_EN, en, 6);
	return 0;
}

static int drop_judge(void **state)
{
	(void)state;
	judge_lane_close(&lane);
	judge_close(&judge);
	return 0;
}

static struct verdict verdict_of(const char *text)
{
	return judge_text(&judge, &lane, heard_str_n(NULL, 0), heard_str(text));
}

static void test_verdicts(void **state)
{
	(void)state;
	struct verdict v = verdict_of("很好，谢谢");
	assert_int_equal(v.label, SENTIMENT_POSITIVE);
	assert_true(v.score > 0.25 && v.score <= 1);
	v = verdict_of("骗子，太差");
	assert_int_equal(v.label, SENTIMENT_NEGATIVE);
	assert_int_equal(v.emotion, EMOTION_ANGRY);
	v = verdict_of("bad, bad");
	assert_int_equal(v.label, SENTIMENT_NEGATIVE);
	assert_int_equal(v.emotion, EMOTION_DISAPPOINTED);
	assert_int_equal(verdict_of("12345").label, SENTIMENT_NONE);
	assert_int_equal(verdict_of("").label, SENTIMENT_NONE);
}

static void test_unsure(void **state)
{
	(void)state;
	struct verdict sure = verdict_of("满意");
	assert_true(fabs(sure.score - (2.0 * sure.learned - 1)) < 1e-6);
	struct verdict asks = verdict_of("满意吗？");
	assert_true(fabs(asks.score - (2.0 * asks.learned - 1) / asking) < 1e-6);
	struct verdict bare = verdict_of("喜欢");
	assert_true(fabs(bare.score - (2.0 * bare.learned - 1) / wordless) < 1e-6);
	struct verdict mixed = verdict_of("满意，但差");
	assert_true(mixed.is_mixed);
	struct verdict clear = verdict_of("满意，很好，谢谢，但差");
	assert_false(clear.is_mixed);
}

static void test_rating(void **state)
{
	(void)state;
	assert_int_equal(judge_rating(&judge, 0).label, SENTIMENT_NEGATIVE);
	assert_int_equal(judge_rating(&judge, 0.5).label, SENTIMENT_NEUTRAL);
	assert_int_equal(judge_rating(&judge, 1).label, SENTIMENT_POSITIVE);
	assert_true(judge_rating(&judge, 1).score <= 0.5);
}

/* ---- files */

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void cannot_open(const char *folder, const char *why)
{
	struct heard_error err = {0};
	struct judge j = {.lexicon = NULL};
	assert_true(judge_open(&j, folder, NULL, &err) < 0);
	assert_non_null(strstr(err.text, why));
	assert_null(j.lexicon);
	assert_null(j.models[JUDGE_ZH]);
}

static void save(const char *folder, const char *name, const struct linear *m)
{
	char path[256];
	struct heard_error err = {0};
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(linear_save(m, path, &err), 0);
}

static void test_folder(void **state)
{
	(void)state;
	static const char *const files[] = {"sentiment-zh.words", "sentiment-zh.model",
					    "sentiment-en.words", "sentiment-en.model"};
	char folder[] = "/tmp/heard-test-sentiment.XXXXXX", path[256];
	struct heard_error err = {0};
	struct judge j = {.lexicon = NULL};
	assert_non_null(mkdtemp(folder));
	cannot_open(folder, "sentiment-zh.words cannot be read: No such file");
	put(folder, "sentiment-zh.words", "好\tone\n");
	cannot_open(folder, "sentiment-zh.words: line 1: after the word");
	put(folder, "sentiment-zh.words", words);
	put(folder, "sentiment-en.words", words);
	cannot_open(folder, "sentiment-zh.model cannot be read: No such file");
	put(folder, "sentiment-zh.model", "HEARDMOD");
	cannot_open(folder, "sentiment-zh.model is no model of heard");
	save(folder, "sentiment-zh.model", judge.models[JUDGE_EN]);
	cannot_open(folder, "of another kind: \"sentiment.en\"");
	save(folder, "sentiment-zh.model", judge.models[JUDGE_ZH]);
	save(folder, "sentiment-en.model", judge.models[JUDGE_EN]);
	assert_int_equal(judge_open(&j, folder, NULL, &err), 0);
	assert_int_equal(lexicon_size(j.lexicon), 16);
	judge_close(&j);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* The shipped models and words, by this process's own time: 100 ms are promised, and a
 * sanitizer has ten times as many. */
static void test_shipped(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct judge j = {.lexicon = NULL};
	clock_t from = clock();
	assert_int_equal(judge_open(&j, "etc/models", NULL, &err), 0);
	double ms = (double)(clock() - from) * 1000 / CLOCKS_PER_SEC;
	print_message("# loaded in %.1f ms\n", ms);
	assert_true(ms < (IS_SLOW ? 1000 : 100));
	assert_true(lexicon_size(j.lexicon) > 2000);
	judge_close(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	   cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_many_words), cmocka_unit_test(test_negation),
		cmocka_unit_test(test_turns),	   cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_long_text),  cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_unsure),	   cmocka_unit_test(test_rating),
		cmocka_unit_test(test_folder),	   cmocka_unit_test(test_shipped),
	};
	return cmocka_run_group_tests(tests, make_judge, drop_judge);
}
