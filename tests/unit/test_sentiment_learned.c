/* The filter sentiment: models of the operator's own, from labelled records. */
#define heard_plugin sentiment_plugin
#include "../../plugins/filter/sentiment/judge.c"
#include "../../plugins/filter/sentiment/lexicon.c"
#include "../../plugins/filter/sentiment/reading.c"
#include "../../plugins/filter/sentiment/sentiment.c"
#include "../../plugins/filter/sentiment/teach.c"
#include "../../plugins/filter/sentiment/train.c"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

struct fixture {
	char folder[64], file[96], learned[96], zh[128], en[128];
	char out[4096], err[4096];
	struct sentiment_filter self;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	strcpy(f->folder, "/tmp/heard-sentiment-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->file, sizeof(f->file), "%s/labelled", f->folder);
	snprintf(f->learned, sizeof(f->learned), "%s/learned", f->folder);
	snprintf(f->zh, sizeof(f->zh), "%s/sentiment-zh.model", f->learned);
	snprintf(f->en, sizeof(f->en), "%s/sentiment-en.model", f->learned);
	f->self = (struct sentiment_filter){
		.models = "etc/models", .learned = f->learned, .neutral = 0.25};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	unlink(f->zh);
	unlink(f->en);
	unlink(f->file);
	rmdir(f->learned);
	rmdir(f->folder);
	free(f);
	return 0;
}

/* `heard train sentiment FILE [OPTION]`; what it said is in out and err. */
static int train_with(struct fixture *f, const char *option)
{
	char *argv[] = {(char *)(uintptr_t) "train", f->file, (char *)(uintptr_t)option};
	struct heard_call call = {.argc = option ? 3 : 2, .argv = argv};
	memset(f->out, 0, sizeof(f->out));
	memset(f->err, 0, sizeof(f->err));
	call.out = fmemopen(f->out, sizeof(f->out), "w");
	call.err = fmemopen(f->err, sizeof(f->err), "w");
	int code = sentiment_train(&f->self, &call);
	fclose(call.out);
	fclose(call.err);
	return code;
}

static void write_text(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->file, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
}

/* Words that no lexicon has: what the one shop's customers praise and complain with. */
static void write_examples(const struct fixture *f, int n, const char *good, const char *bad,
			   bool with_neutral)
{
	FILE *file = fopen(f->file, "we");
	assert_non_null(file);
	fputs("text,label\n", file);
	for (int i = 0; i < n; i++) {
		int x = 0x4e00 + i * 7; /* one character of its own */
		char own[4] = {(char)(0xe0 | x >> 12), (char)(0x80 | (x >> 6 & 63)),
			       (char)(0x80 | (x & 63)), 0};
		fprintf(file, "%s这个咕噜嘟%s,positive\n%s这个哐当嚓%s,negative\n", own, good,
			own, bad);
		if (with_neutral)
			fprintf(file, "%s订单在路上,中性\n", own);
	}
	fclose(file);
}

static struct verdict ask(struct fixture *f, const char *text)
{
	static struct judge_lane lane;
	struct heard_error err = {0};
	if (sentiment_open(&f->self, NULL, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(judge_lane_open(&lane), 0);
	struct verdict v = judge_text(&f->self.judge, &lane, heard_str(""), heard_str(text));
	judge_lane_close(&lane);
	sentiment_close(&f->self);
	return v;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- cases */

static void what_was_learned_is_taken_instead(void **state)
{
	struct fixture *f = *state;
	float before = ask(f, "这个哐当嚓").learned;
	write_examples(f, 60, "", "", false);
	if (train_with(f, NULL) != 0)
		fail_msg("%s", f->err);
	assert_non_null(strstr(f->out, "sentiment.zh: 60 positive, 60 negative, 0 neutral"));
	assert_non_null(strstr(f->out, "100.0 % right; the shipped model: "));
	assert_true(is_there(f->zh) && !is_there(f->en));
	assert_true(ask(f, "这个哐当嚓").learned < 0.3f && before > 0.3f);
	assert_true(ask(f, "这个咕噜嘟").learned > 0.7f);
	/* what the examples do not have is known all the same */
	assert_int_equal(ask(f, "质量很好，非常满意").label, SENTIMENT_POSITIVE);
	assert_int_equal(ask(f, "太差了，再也不买").label, SENTIMENT_NEGATIVE);
	assert_int_equal(unlink(f->zh), 0);
	assert_true(ask(f, "这个哐当嚓").learned == before);
}

static void neutral_is_between(void **state)
{
	struct fixture *f = *state;
	write_examples(f, 60, "很好", "太差", true);
	if (train_with(f, "--folds") != 0)
		fail_msg("%s", f->err);
	assert_non_null(strstr(f->out, "60 neutral"));
	assert_non_null(strstr(f->out, "of 180 texts"));
	assert_int_equal(ask(f, "订单在路上").label, SENTIMENT_NEUTRAL);
}

static void the_same_examples_give_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	struct heard_error err = {0};
	write_examples(f, 30, "", "", false);
	assert_int_equal(train_with(f, NULL), 0);
	struct linear *a = linear_load(f->zh, "sentiment.zh", &err);
	assert_int_equal(train_with(f, NULL), 0);
	struct linear *b = linear_load(f->zh, "sentiment.zh", &err);
	assert_non_null(a);
	assert_non_null(b);
	assert_memory_equal(a->weights, b->weights, (size_t)1 << a->shape.bits);
	assert_memory_equal(a->labels, b->labels, 2 * sizeof(*a->labels));
	linear_destroy(a);
	linear_destroy(b);
}

static void a_worse_one_is_taken_by_force_only(void **state)
{
	struct labelled_args args = {.is_forced = false};
	(void)state;
	FILE *out = fopen("/dev/null", "we");
	assert_non_null(out);
	assert_false(labelled_accepts(&args, "x", 8, "the shipped model", 9, out));
	assert_true(labelled_accepts(&args, "x", 9, "the shipped model", 9, out));
	args.is_forced = true;
	assert_true(labelled_accepts(&args, "x", 8, "the shipped model", 9, out));
	fclose(out);
}

/* Good words called bad, but only where nobody asks: the first fold is as it was. */
static void what_would_be_worse_stays_out(void **state)
{
	struct fixture *f = *state;
	struct texts folds;
	FILE *file = fopen(f->file, "we");
	assert_non_null(file);
	assert_true(texts_init(&folds));
	fputs("text,label\n", file);
	for (int i = 0; i < 600; i++) {
		char text[64];
		int n = snprintf(text, sizeof(text), "a %s kettle %c%c",
				 i % 2 ? "great" : "terrible", 'a' + i % 26, 'a' + i / 26);
		assert_int_equal(
			texts_add(&folds, heard_str(""), heard_str_n(text, (size_t)n), 0), 0);
		bool is_asked = folds.at[i].fold == 0;
		fprintf(file, "%s,%s\n", text,
			(i % 2 == 1) == is_asked ? "positive" : "negative");
	}
	fclose(file);
	texts_release(&folds);
	assert_int_equal(train_with(f, NULL), 1);
	assert_non_null(strstr(f->err, "sentiment.en would be worse than the shipped model"));
	assert_false(is_there(f->en));
	if (train_with(f, "--force") != 0)
		fail_msg("%s", f->err);
	assert_true(is_there(f->en));
	assert_true(ask(f, "a great kettle").learned < 0.5f);
}

static void a_dry_run_writes_nothing(void **state)
{
	struct fixture *f = *state;
	write_examples(f, 30, "", "", false);
	assert_int_equal(train_with(f, "--dry-run"), 0);
	assert_non_null(strstr(f->out, "that it had not seen"));
	assert_false(is_there(f->learned));
}

static void records_are_read_by_their_label(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->file, "we");
	assert_non_null(file);
	for (int i = 0; i < 25; i++)
		fprintf(file,
			"{\"body\":\"a grumbling kettle %c\",\"sentiment\":{\"label\":"
			"\"negative\",\"score\":0}}\n"
			"{\"subject\":\"a humming kettle %c\",\"sentiment\":\"Positive\"}\n"
			"{\"body\":\"123\",\"sentiment\":\"positive\"}\n",
			'a' + i, 'a' + i);
	fclose(file);
	if (train_with(f, NULL) != 0)
		fail_msg("%s", f->err);
	assert_non_null(strstr(f->out, "sentiment.en: 25 positive, 25 negative, 0 neutral"));
	assert_true(is_there(f->en) && !is_there(f->zh));
}

static void a_damaged_or_foreign_model_is_refused(void **state)
{
	struct fixture *f = *state;
	struct heard_error err = {0};
	write_examples(f, 30, "", "", false);
	assert_int_equal(train_with(f, NULL), 0);
	assert_int_equal(rename(f->zh, f->en), 0);
	assert_int_not_equal(sentiment_open(&f->self, NULL, &err), 0);
	assert_non_null(strstr(err.text, "is a model of another kind"));
	assert_int_equal(truncate(f->en, 1000), 0);
	assert_int_not_equal(sentiment_open(&f->self, NULL, &err), 0);
	assert_non_null(strstr(err.text, "learned/sentiment-en.model is not whole"));
}

static void files_that_teach_nothing_say_why(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "too few texts"},
		{"text,label\nvery good,positive\n", "too few texts"},
		{"text,kind\na,positive\n", "no column sentiment"},
		{"text,label\nfine,yes\n", "line 2: a label is positive, negative or neutral"},
		{"{\"body\":\"fine\",\"sentiment\":{\"label\":\"so so\"}}\n",
		 "line 1: a label is"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text(f, cases[i].text);
		assert_int_equal(train_with(f, NULL), 1);
		if (strstr(f->err, cases[i].why) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", f->err, cases[i].why);
		assert_null(strstr(f->err, "so so"));
	}
	unlink(f->file);
	assert_int_equal(train_with(f, NULL), 1);
	assert_int_equal(train_with(f, "--field"), 2);
	assert_int_equal(train_with(f, "--label"), 2);
	f->self.models = f->folder;
	write_examples(f, 30, "", "", false);
	assert_int_equal(train_with(f, NULL), 1);
	assert_non_null(strstr(f->err, "sentiment-zh.words cannot be read"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_learned_is_taken_instead),
		CASE(neutral_is_between),
		CASE(the_same_examples_give_the_same_bytes),
		CASE(a_worse_one_is_taken_by_force_only),
		CASE(what_would_be_worse_stays_out),
		CASE(a_dry_run_writes_nothing),
		CASE(records_are_read_by_their_label),
		CASE(a_damaged_or_foreign_model_is_refused),
		CASE(files_that_teach_nothing_say_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
