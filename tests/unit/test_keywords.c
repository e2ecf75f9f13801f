/* The filter keywords: its lists, the background in memory and on disk, and how a text is cut.
 */
#include "../../plugins/filter/keywords/cut.c"
#include "../../plugins/filter/keywords/ground.c"
#include "../../plugins/filter/keywords/words.c"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct words *words;
	struct ground *ground;
	struct cut cut;
	struct cut_lane lane;
	char path[64];
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct heard_error err = {0};
	f->words = words_create();
	f->ground = ground_create(1000);
	assert_int_equal(words_read(f->words,
				    heard_str("# a comment\n充电宝, 充电, 　\ngift card\n"),
				    WORD_WHOLE, &err),
			 0);
	assert_int_equal(
		words_read(f->words, heard_str("我, 的, 了\nthe, is"), WORD_STOP, &err), 0);
	f->cut = (struct cut){.words = f->words, .ground = f->ground, .seed = 7};
	snprintf(f->path, sizeof(f->path), "/tmp/test-keywords-%d", (int)getpid());
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	unlink(f->path);
	words_destroy(f->words);
	ground_destroy(f->ground);
	free(f);
	return 0;
}

static void read_text(struct fixture *f, const char *text, size_t most)
{
	cut_begin(&f->lane);
	cut_add(&f->cut, &f->lane, heard_str(text));
	cut_end(&f->cut, &f->lane, most);
}

static bool has(struct fixture *f, const char *word)
{
	char out[CUT_BYTES];
	for (size_t i = 0; i < f->lane.n_words; i++)
		if (heard_str_is(heard_str_n(out, cut_write(&f->lane, &f->lane.words[i], out)),
				 word))
			return true;
	return false;
}

static void words_of_the_list_are_whole(void **state)
{
	struct fixture *f = *state;
	read_text(f, "我的充電寶了", 5);
	assert_int_equal(f->lane.n_words, 1);
	assert_true(has(f, "充电宝"));
	read_text(f, "The ＧＩＦＴ Card is late", 5);
	assert_true(has(f, "gift card"));
	assert_true(has(f, "late"));
	assert_int_equal(f->lane.n_words, 2);
}

static void what_is_no_word_is_left_out(void **state)
{
	struct fixture *f = *state;
	const char *const texts[] = {"",	 "的了",     "the is",
				     "a***@b.c", "12345 67", "\xff\xfe\xe4",
				     "，。！",	 "'''",	     "x_y/zzz"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_text(f, texts[i], 5);
		assert_int_equal(f->lane.n_words, 0);
	}
}

static void teach(struct fixture *f, const char *text)
{
	read_text(f, text, 5);
	cut_teach(&f->lane, f->ground);
}

static void the_background_teaches_words(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 20; i++) {
		teach(f, "我的云柔了");
		teach(f, "我的山水田木火金土石竹花草鱼");
		teach(f, "late refund");
	}
	read_text(f, "山石云柔田花木金鱼火", 5);
	assert_true(has(f, "云柔"));
	read_text(f, "late refunds", 5);
	assert_true(has(f, "late refunds"));
}

static void what_all_say_says_nothing(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 300; i++)
		teach(f, "充电");
	read_text(f, "充电, 充电宝", 5);
	assert_int_equal(f->lane.n_words, 1);
	assert_true(has(f, "充电宝"));
}

static void long_texts_end(void **state)
{
	struct fixture *f = *state;
	char text[30000];
	for (size_t i = 0; i + 3 <= sizeof(text) - 1; i += 3)
		memcpy(text + i, i % 21 ? "\xe5\xae\x9d" : "\xe7\x9a\x84", 3);
	text[sizeof(text) - 1] = '\0';
	text[sizeof(text) - 1 - (sizeof(text) - 1) % 3] = '\0';
	read_text(f, text, 32);
	cut_add(&f->cut, &f->lane, heard_str("more"));
	assert_true(f->lane.n_text <= CUT_TEXT);
	memset(text, 'x', sizeof(text) - 1);
	read_text(f, text, 32);
	assert_int_equal(f->lane.n_words, 0);
}

static void old_talk_fades(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 2000; i++) {
		if (i < 500)
			ground_note(f->ground, 42);
		ground_end_record(f->ground);
	}
	assert_int_equal(ground_records(f->ground), 1000);
	assert_int_equal(ground_count(f->ground, 42), 250);
}

static void the_frequent_stay(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 100; i++)
		ground_note(f->ground, 1ull << 32);
	for (uint64_t i = 2; i < 50; i++)
		ground_note(f->ground, i << 32);
	assert_int_equal(ground_count(f->ground, 1ull << 32), 100);
}

static void a_file_is_whole_or_refused(void **state)
{
	struct fixture *f = *state;
	struct heard_error err = {0};
	assert_int_equal(ground_load(f->ground, f->path, 5, &err), 0);
	teach(f, "充电宝");
	assert_int_equal(ground_save(f->ground, f->path, 5, &err), 0);
	struct ground *other = ground_create(1000);
	assert_int_not_equal(ground_load(other, f->path, 6, &err), 0);
	assert_non_null(strstr(err.text, "another key"));
	assert_int_equal(ground_load(other, f->path, 5, &err), 0);
	assert_int_equal(ground_records(other), 1);
	assert_memory_equal(other->at, f->ground->at, sizeof(other->at));
	int fd = open(f->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "x", 1, 1000), 1);
	assert_int_not_equal(ground_load(other, f->path, 5, &err), 0);
	assert_non_null(strstr(err.text, "damaged"));
	assert_int_equal(ftruncate(fd, 100), 0);
	close(fd);
	assert_int_not_equal(ground_load(other, f->path, 5, &err), 0);
	assert_int_not_equal(ground_save(other, "/nowhere/at/all", 5, &err), 0);
	ground_destroy(other);
}

static void bad_lists_are_refused(void **state)
{
	struct fixture *f = *state;
	struct heard_error err = {0};
	assert_int_not_equal(
		words_read(f->words, heard_str("fine\na word of far more characters than any"),
			   WORD_WHOLE, &err),
		0);
	assert_non_null(strstr(err.text, "line 2"));
	assert_int_not_equal(words_load(f->words, "/nowhere/at/all", WORD_STOP, &err), 0);
	FILE *out = fopen(f->path, "we");
	fputs("\xff\xfe", out);
	fclose(out);
	assert_int_not_equal(words_load(f->words, f->path, WORD_STOP, &err), 0);
	assert_non_null(strstr(err.text, "UTF-8"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(words_of_the_list_are_whole),
		CASE(what_is_no_word_is_left_out),
		CASE(the_background_teaches_words),
		CASE(what_all_say_says_nothing),
		CASE(long_texts_end),
		CASE(old_talk_fades),
		CASE(the_frequent_stay),
		CASE(a_file_is_whole_or_refused),
		CASE(bad_lists_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
