/*
 * test_model.c - grams, training, and models as files: plugins/lib/model.
 */
#include <model/gram.h>
#include <model/linear.h>
#include <model/plain.h>
#include <model/train.h>

#include <heard/error.h>

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SLOW = 1 };
#else
enum { IS_SLOW = 0 };
#endif

static const struct gram_shape chars = {.chars_min = 1, .chars_max = 3, .bits = 14};
static const struct gram_shape both = {
	.chars_min = 1, .chars_max = 3, .words_max = 2, .bits = 14};

/* ---- grams */

static size_t fold(const char *text, uint32_t out[64])
{
	return gram_fold(heard_str(text), out, 64);
}

static void same_fold(const char *a, const char *b)
{
	uint32_t x[64], y[64];
	size_t n = fold(a, x);
	assert_int_equal(n, fold(b, y));
	assert_memory_equal(x, y, n * sizeof(*x));
}

static void test_fold(void **state)
{
	(void)state;
	same_fold("ＦＲＥＥ　Ｇｉｆｔ！", "free gift!");
	same_fold("質量 很 好", "质量很好");
	same_fold("call 13912345678 now", "CALL 00000000000 now");
	same_fold("  a \n\t b  ", "a b");
	same_fold("太好了！！！！！！", "太好了！！！");
	same_fold("z\xe2\x80\x8b"
		  "ero\xef\xbb\xbf",
		  "zero");
	same_fold("ÀÉŠŽ ПРИВЕТ", "àéšž привет");
	same_fold("\xff\xfe"
		  "ok\xc3",
		  "ok");
	assert_int_equal(fold("", (uint32_t[64]){0}), 0);
}

static size_t grams_of(struct gram_lane *l, const struct gram_shape *shape, const char *text)
{
	size_t n;
	gram_begin(l, shape);
	gram_text(l, heard_str(text), 0);
	gram_places(l, &n);
	return n;
}

static void test_grams(void **state)
{
	(void)state;
	struct gram_lane *l = gram_lane_create();
	/* " 好评 ": 好 评 | ' 好' 好评 '评 ' | ' 好评' '好评 ' */
	assert_int_equal(grams_of(l, &chars, "好评"), 7);
	assert_int_equal(grams_of(l, &chars, "好评好评好评好评"),
			 grams_of(l, &chars, "好评好评好评好评好评"));
	assert_int_equal(grams_of(l, &chars, ""), 0);
	assert_int_equal(grams_of(l, &chars, " \n "), 0);
	/* two words and their pair on top */
	assert_int_equal(grams_of(l, &both, "go on") - grams_of(l, &chars, "go on"), 3);
	gram_begin(l, &chars);
	gram_token(l, heard_str("from:example.org"));
	gram_token(l, heard_str("from:example.org"));
	size_t n;
	gram_places(l, &n);
	assert_int_equal(n, 1);
	gram_lane_destroy(l);
}

static void test_long_text(void **state)
{
	(void)state;
	struct gram_lane *l = gram_lane_create();
	struct gram_shape most = {
		.chars_min = 1, .chars_max = 8, .words_max = 3, .bits = GRAM_BITS_MAX};
	size_t size = 1 << 20, n;
	char *text = malloc(size);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)("abcdefgh \xe5\xa5\xbd\xff"[(i * 7919 + i / 13) % 13]);
	gram_begin(l, &most);
	gram_text(l, heard_str_n(text, size), 0);
	gram_text(l, heard_str_n(text, size), 1);
	const uint32_t *places = gram_places(l, &n);
	assert_in_range(n, 1, GRAM_MAX);
	for (size_t i = 0; i < n; i++)
		assert_in_range(places[i], 0, (1u << GRAM_BITS_MAX) - 1);
	free(text);
	gram_lane_destroy(l);
}

/* ---- training */

static const char *const good[] = {"很好", "质量好", "非常满意", "喜欢", "推荐购买", "物流快"};
static const char *const bad[] = {"太差", "质量差", "非常失望", "讨厌", "不要购买", "物流慢"};

static struct linear *train(uint64_t seed, unsigned times)
{
	static const char *const names[] = {"positive", "negative"};
	struct heard_error err = {0};
	struct gram_lane *l = gram_lane_create();
	struct train *t = train_create("sentiment.zh", &chars, 2, names);
	for (unsigned i = 0; i < times; i++)
		for (unsigned k = 0; k < 6; k++) {
			gram_begin(l, &chars);
			gram_text(l, heard_str(good[k]), 0);
			train_add(t, l, 0, 1);
			gram_begin(l, &chars);
			gram_text(l, heard_str(bad[k]), 0);
			train_add(t, l, 1, 1);
		}
	struct train_options o = {.seed = seed};
	struct linear *m = train_run(t, &o, &err);
	train_destroy(t);
	gram_lane_destroy(l);
	assert_non_null(m);
	return m;
}

static float positive(const struct linear *m, const char *text)
{
	float p[2];
	size_t n;
	struct gram_lane *l = gram_lane_create();
	gram_begin(l, &m->shape);
	gram_text(l, heard_str(text), 0);
	const uint32_t *places = gram_places(l, &n);
	linear_judge(m, places, n, p);
	assert_float_equal(p[0] + p[1], 1, 1e-5);
	gram_lane_destroy(l);
	return p[0];
}

static void test_train_two(void **state)
{
	(void)state;
	struct linear *m = train(1, 10), *again = train(1, 10);
	assert_true(positive(m, "質量好，喜歡") > 0.8f);
	assert_true(positive(m, "太差，讨厌") < 0.2f);
	assert_memory_equal(m->weights, again->weights, 1u << m->shape.bits);
	assert_memory_equal(m->labels, again->labels, 2 * sizeof(*m->labels));
	linear_destroy(m);
	linear_destroy(again);
}

static void test_train_many(void **state)
{
	(void)state;
	static const char *const names[] = {"refund", "delivery", "other"};
	static const char *const texts[] = {"我要退款", "快递还没到", "你好"};
	struct heard_error err = {0};
	struct gram_lane *l = gram_lane_create();
	struct train *t = train_create("intent", &chars, 3, names);
	for (unsigned i = 0; i < 60; i++) {
		gram_begin(l, &chars);
		gram_text(l, heard_str(texts[i % 3]), 0);
		train_add(t, l, i % 3, 1);
	}
	struct train_options o = {.seed = 7, .is_balanced = true};
	struct linear *m = train_run(t, &o, &err);
	assert_non_null(m);
	for (unsigned k = 0; k < 3; k++) {
		float p[3];
		size_t n;
		gram_begin(l, &chars);
		gram_text(l, heard_str(texts[k]), 0);
		const uint32_t *places = gram_places(l, &n);
		linear_judge(m, places, n, p);
		assert_true(p[k] > 0.7f);
		assert_float_equal(p[0] + p[1] + p[2], 1, 1e-5);
	}
	assert_int_equal(linear_find(m, heard_str("delivery")), 1);
	assert_int_equal(linear_find(m, heard_str("nothing")), -1);
	linear_destroy(m);
	train_destroy(t);
	gram_lane_destroy(l);
}

/* A few examples of new words: what they do not have is known all the same. */
static void test_train_on(void **state)
{
	(void)state;
	static const char *const names[] = {"positive", "negative"};
	struct heard_error err = {0};
	struct linear *first = train(1, 10);
	struct train_options o = {.seed = 1, .from = first};
	struct gram_lane *l = gram_lane_create();
	struct train *t = train_create("x", &chars, 2, names);
	for (unsigned i = 0; i < 8; i++) {
		gram_begin(l, &chars);
		gram_text(l, heard_str(i % 2 ? "咕噜" : "哐当"), 0);
		train_add(t, l, i % 2 == 0, 1);
	}
	struct linear *m = train_run(t, &o, &err);
	assert_non_null(m);
	assert_true(positive(m, "咕噜") > positive(m, "哐当") + 0.3f);
	assert_true(positive(m, "質量好，喜歡") > 0.8f && positive(m, "太差，讨厌") < 0.2f);
	linear_destroy(m);
	train_destroy(t);
	t = train_create("x", &both, 2, names);
	gram_begin(l, &both);
	gram_text(l, heard_str("哐当"), 0);
	train_add(t, l, 0, 1);
	assert_null(train_run(t, &o, &err));
	assert_string_equal(err.text, "the model to go on from is of another shape");
	train_destroy(t);
	linear_destroy(first);
	gram_lane_destroy(l);
}

static void test_train_nothing(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b"};
	struct heard_error err = {0};
	struct train *t = train_create("x", &chars, 2, names);
	struct train_options o = {.seed = 1};
	assert_null(train_run(t, &o, &err));
	assert_string_equal(err.text, "there is no example to learn from");
	train_destroy(t);
}

static void test_plain(void **state)
{
	(void)state;
	for (float x = -30; x < 30; x += 0.37f) {
		assert_true(fabsf(plain_exp(x) / expf(x) - 1) < 1e-6f);
		assert_true(fabsf(plain_log(expf(x)) - x) < 1e-5f);
	}
	assert_true(plain_exp(0) == 1.0f && fabsf(plain_log(1)) < 1e-6f);
	assert_true(isfinite(plain_exp(1e30f)) && plain_exp(-1e30f) > 0);
}

/* ---- files */

static char path[] = "/tmp/heard-test-model.XXXXXX";

static struct heard_str slurp(char *room, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = fread(room, 1, size, f);
	fclose(f);
	return heard_str_n(room, n);
}

static void test_file(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct linear *m = train(3, 10);
	assert_int_equal(linear_save(m, path, &err), 0);
	struct linear *read = linear_load(path, "sentiment.zh", &err);
	assert_non_null(read);
	assert_memory_equal(read->weights, m->weights, 1u << m->shape.bits);
	assert_memory_equal(read->labels, m->labels, 2 * sizeof(*m->labels));
	assert_int_equal(read->examples, 120);
	linear_destroy(read);
	assert_null(linear_load(path, "spam", &err));
	assert_non_null(strstr(err.text, "of another kind: \"sentiment.zh\""));
	assert_null(linear_load("/nowhere/x.model", NULL, &err));
	assert_non_null(strstr(err.text, "/nowhere/x.model cannot be read"));
	linear_destroy(m);
}

/* While another process writes it, and on a file that it left behind. */
static void test_file_in_use(void **state)
{
	(void)state;
	struct heard_error err = {0};
	char beside[64];
	struct linear *m = train(3, 10);
	snprintf(beside, sizeof(beside), "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "left behind", 11), 11);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_true(linear_save(m, path, &err) < 0);
	assert_non_null(strstr(err.text, "cannot be written: Device or resource busy"));
	close(fd);
	assert_int_equal(linear_save(m, path, &err), 0);
	assert_int_equal(access(beside, F_OK), -1);
	struct linear *read = linear_load(path, NULL, &err);
	assert_non_null(read);
	linear_destroy(read);
	linear_destroy(m);
}

/* The bytes of a small model's file, which then is at `path`. */
static struct heard_str saved(char *room, size_t size)
{
	struct heard_error err = {0};
	struct linear *m = train(3, 10);
	assert_int_equal(linear_save(m, path, &err), 0);
	linear_destroy(m);
	return slurp(room, size);
}

/* A model of another version, and the largest of ours: refused; loaded in time. */
static void test_version(void **state)
{
	(void)state;
	static char room[1 << 16];
	struct heard_error err = {0};
	struct heard_str whole = saved(room, sizeof(room));
	room[8] = 2;
	assert_null(linear_read(whole, NULL, &err));
	assert_string_equal(err.text, "is a model of version 2, and this heard reads version "
				      "1; train it again");
	room[8] = 1;
	assert_null(linear_read(heard_str_n(room, whole.len - 1), NULL, &err));
	assert_non_null(strstr(err.text, "is not whole"));
	room[600] ^= 1;
	assert_null(linear_read(whole, NULL, &err));
	assert_string_equal(err.text, "is damaged: its checksum is wrong");
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As large as one for 77 intents: 20 MB, of this process's time. */
static void test_large_file(void **state)
{
	(void)state;
	static const struct gram_shape large = {.chars_min = 1, .chars_max = 6, .bits = 18};
	struct heard_error err = {0};
	struct linear *m = linear_create("classify.int", &large, 77);
	for (unsigned k = 0; k < 77; k++)
		snprintf(m->labels[k].name, LINEAR_NAME, "label %u", k);
	assert_int_equal(linear_save(m, path, &err), 0);
	linear_destroy(m);
	double from = seconds();
	m = linear_load(path, "classify.int", &err);
	assert_non_null(m);
	double took = seconds() - from;
	linear_destroy(m);
	print_message("# 20 MB load in %.1f ms\n", took * 1000);
	assert_true(took < (IS_SLOW ? 2 : 0.1));
}

/* Every byte of the head changed, and every length: refused, or the same model. */
static void test_damaged_file(void **state)
{
	(void)state;
	static char room[1 << 16];
	struct heard_error err = {0};
	struct heard_str whole = saved(room, sizeof(room));
	for (size_t at = 0; at < 256; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			room[at] = (char)(room[at] ^ 1 << bit);
			assert_null(linear_read(whole, NULL, &err));
			assert_true(err.text[0] != '\0');
			room[at] = (char)(room[at] ^ 1 << bit);
		}
	}
	for (size_t n = 0; n < whole.len; n += n < 300 ? 1 : 997)
		assert_null(linear_read(heard_str_n(room, n), NULL, &err));
	struct linear *m = linear_read(whole, NULL, &err);
	assert_non_null(m);
	linear_destroy(m);
}

/* With a good checksum, as somebody could make it who means harm. */
static void test_forged_file(void **state)
{
	(void)state;
	static char room[1 << 16];
	struct heard_error err = {0};
	struct heard_str whole = slurp(room, sizeof(room));
	for (size_t at = 32; at < 200; at++) {
		for (unsigned v = 0; v < 256; v += 5) {
			char was = room[at];
			room[at] = (char)v;
			uint64_t sum = XXH3_64bits(room + 32, whole.len - 32);
			memcpy(room + 24, &sum, 8);
			struct linear *m = linear_read(whole, NULL, &err);
			if (m != NULL)
				positive(m, "很好");
			linear_destroy(m);
			room[at] = was;
		}
	}
}

static int make_path(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int drop_path(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),	    cmocka_unit_test(test_grams),
		cmocka_unit_test(test_long_text),   cmocka_unit_test(test_train_two),
		cmocka_unit_test(test_train_many),  cmocka_unit_test(test_train_nothing),
		cmocka_unit_test(test_file),	    cmocka_unit_test(test_damaged_file),
		cmocka_unit_test(test_file_in_use), cmocka_unit_test(test_version),
		cmocka_unit_test(test_large_file),  cmocka_unit_test(test_forged_file),
		cmocka_unit_test(test_plain),	    cmocka_unit_test(test_train_on),
	};
	return cmocka_run_group_tests(tests, make_path, drop_path);
}
