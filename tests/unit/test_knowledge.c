/*
 * test_knowledge.c - the filter answer: articles as written, terms, and which one is found.
 */
#include "../../plugins/filter/answer/article.c"
#include "../../plugins/filter/answer/folder.c"
#include "../../plugins/filter/answer/score.c"
#include "../../plugins/filter/answer/shelf.c"
#include "../../plugins/filter/answer/terms.c"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- articles */

static int read_article(struct article *a, const char *text, char error[512])
{
	struct heard_error err = {0};
	int r = article_read(a, heard_str(text), HEARD_STR_OF("file"), &err);

	snprintf(error, sizeof(err.text), "%s", err.text);
	return r;
}

static void test_front_matter(void **state)
{
	(void)state;
	struct article a;
	char said[512];

	assert_int_equal(
		read_article(&a,
			     "\xEF\xBB\xBF---\r\nid: x-1\r\ntitle: \"A: b\"\r\n"
			     "lang: en\r\nkeywords: [ 'one two', \"three\" ,四，五、六,]\r\n"
			     "tags: [a]\r\n# note\r\n---\r\nBody\r\n",
			     said),
		0);
	assert_true(heard_str_is(a.id, "x-1"));
	assert_true(heard_str_is(a.title, "A: b"));
	assert_true(heard_str_is(a.lang, "en"));
	assert_int_equal(a.n_keywords, 5);
	assert_true(heard_str_is(a.keywords[0], "one two"));
	assert_true(heard_str_is(a.keywords[1], "three"));
	assert_true(heard_str_is(a.keywords[4], "六"));
	assert_true(heard_str_is(heard_str_trim(a.body), "Body"));

	assert_int_equal(
		read_article(&a, "---\nkeywords:\n- a\n  - 'b'\ntitle: t\n- c\n---\n", said),
		0);
	assert_int_equal(a.n_keywords, 2);
	assert_true(heard_str_is(a.keywords[1], "b"));
	assert_true(heard_str_is(a.id, "file"));

	assert_int_equal(read_article(&a, "text\n## no\n# Heading \n# other\n", said), 0);
	assert_true(heard_str_is(a.title, "Heading"));
}

static void test_bad_articles(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} bad[] = {
		{"", "needs a title"},
		{"text", "needs a title"},
		{"---\ntitle: x\n", "does not end"},
		{"---\ntitle x\n---\n", "no colon"},
		{"---\ntitle: x\nid: a b\n---\n", "no blanks"},
		{"# \xff", "not UTF-8"},
	};
	struct article a;
	char said[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_article(&a, bad[i].text, said), -EBADMSG);
		assert_non_null(strstr(said, bad[i].said));
	}
	struct heard_buf many;
	heard_buf_init(&many, 1 << 20);
	heard_buf_puts(&many, "---\ntitle: t\nkeywords: ");
	for (int i = 0; i <= ARTICLE_KEYWORDS; i++)
		heard_buf_printf(&many, "k%d,", i);
	heard_buf_puts(&many, "\n---\n");
	assert_int_equal(read_article(&a, many.ptr, said), -EBADMSG);
	assert_non_null(strstr(said, "keywords"));
	while (many.len <= ARTICLE_BYTES)
		heard_buf_puts(&many, "and so on\n");
	assert_int_equal(read_article(&a, many.ptr, said), -EBADMSG);
	assert_non_null(strstr(said, "split it"));
	heard_buf_release(&many);
}

/* ---- terms */

static bool same_terms(const char *one, const char *other)
{
	struct terms a, b;
	size_t n, m;

	terms_init(&a);
	terms_init(&b);
	terms_read(&a, heard_str(one));
	terms_read(&b, heard_str(other));
	const struct term *x = terms_at(&a, &n), *y = terms_at(&b, &m);
	bool same = n == m && n > 0;
	for (size_t i = 0; same && i < n; i++)
		same = heard_str_eq(x[i].text, y[i].text);
	terms_release(&a);
	terms_release(&b);
	return same;
}

static void test_terms(void **state)
{
	(void)state;
	assert_true(same_terms("My payments have FAILED!", "payment have fail"));
	assert_true(same_terms("shipping", "shipped"));
	assert_true(same_terms("cancelled", "cancel"));
	assert_true(same_terms("changing", "changes"));
	assert_true(same_terms("replies", "reply"));
	assert_true(same_terms("refill", "refilling"));
	assert_true(same_terms("支付失敗", "支付失败"));
	assert_true(same_terms("請問支付", "请问支付"));
	assert_false(same_terms("the", "a"));
	assert_false(same_terms("支", "支"));
}

/* ---- the shelf */

static void put(struct shelf *s, const char *text)
{
	struct article a;
	struct heard_error err = {0};

	assert_int_equal(article_read(&a, heard_str(text), HEARD_STR_OF("none"), &err), 0);
	assert_int_equal(shelf_add(s, &a, &err), 0);
}

static struct shelf *three(void)
{
	struct heard_error err = {0};
	struct shelf *s = shelf_create(&err);

	assert_non_null(s);
	put(s, "---\nid: pay\ntitle: 支付失败\nlang: zh\n---\n余额不足时换一种方式。");
	put(s, "---\nid: card\ntitle: Payment failed\nlang: en\nkeywords: card declined\n---\n"
	       "Try another card or wait for your bank.");
	put(s, "---\nid: parcel\ntitle: Where is my parcel\n---\nTracking numbers show it.");
	assert_int_equal(shelf_finish(s, &err), 0);
	assert_int_equal(shelf_size(s), 3);
	return s;
}

static double best(struct shelf *s, const char *text, const char *lang, const char *id)
{
	struct terms terms;
	struct shelf_find find;
	struct heard_error err = {0};

	terms_init(&terms);
	assert_int_equal(terms_read(&terms, heard_str(text)), 0);
	struct shelf_reader *reader = shelf_read(s, &err);
	assert_non_null(reader);
	assert_int_equal(shelf_best(reader, &terms, heard_str(lang), &find, &err), 0);
	shelf_reader_close(reader);
	terms_release(&terms);
	assert_true(find.score >= 0 && find.score <= 1);
	assert_string_equal(find.id.len ? find.id.ptr : "", id);
	return find.score;
}

static void test_the_best(void **state)
{
	(void)state;
	struct shelf *s = three();

	assert_true(best(s, "支付失败", "zh", "pay") > .8);
	assert_true(best(s, "支付失敗", "zh-TW", "pay") > .8);
	assert_true(best(s, "payment failed", NULL, "card") > .8);
	assert_true(best(s, "The lamp came in time but the card was declined twice at the desk",
			 "en", "card") > .8);
	assert_true(best(s, "tracking", "en", "parcel") < .5); /* one word of a body */
	assert_true(best(s, "parcel", "zh", "parcel") > .5);   /* of no language: of any */
	assert_true(best(s, "支付失败", "en", "") == 0);
	assert_true(best(s, "很好看", "zh", "") == 0);
	assert_true(best(s, "", "", "") == 0);
	assert_true(best(s, "\" OR NEAR(title : *) AND ^", "", "") == 0);
	shelf_close(s);
}

/* A reader goes on with its shelf when everybody else has let go of it. */
static void test_a_reader_holds_its_shelf(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct shelf *s = three();
	struct shelf_reader *one = shelf_read(s, &err), *two = shelf_read(s, &err);
	struct shelf_find find;
	struct terms terms;

	shelf_close(s);
	shelf_reader_close(one);
	terms_init(&terms);
	assert_int_equal(terms_read(&terms, HEARD_STR_OF("支付失敗")), 0);
	assert_int_equal(shelf_best(two, &terms, heard_str("zh"), &find, &err), 0);
	assert_string_equal(find.id.ptr, "pay");
	terms_release(&terms);
	shelf_reader_close(two);
	shelf_reader_close(NULL);
}

static void test_an_id_is_given_once(void **state)
{
	(void)state;
	struct shelf *s = three();
	struct heard_error err = {0};
	struct article a = {.id = HEARD_STR("card"), .title = HEARD_STR("again")};

	assert_int_equal(shelf_add(s, &a, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "has the id card"));
	shelf_close(s);
}

static void test_many_terms(void **state)
{
	(void)state;
	struct shelf *s = three();
	struct heard_buf text;

	heard_buf_init(&text, 1 << 20);
	for (int i = 0; i < 4000; i++)
		heard_buf_printf(&text, "w%d ", i);
	heard_buf_puts(&text,
		       "payment bank card wait try parcel tracking number declined failed");
	best(s, text.ptr, "en", "card");
	heard_buf_release(&text);
	shelf_close(s);
}

/* ---- the folder */

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void drop_file(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(remove(path), 0);
}

static void hear(void *arg, const char *sentence)
{
	char *said = arg;

	snprintf(said + strlen(said), 1024 - strlen(said), "%s\n", sentence);
}

static void test_a_folder(void **state)
{
	(void)state;
	char folder[] = "/tmp/heard-knowledge-XXXXXX", inner[64], said[1024];
	struct heard_error err = {0};

	assert_non_null(mkdtemp(folder));
	snprintf(inner, sizeof(inner), "%s/zh", folder);
	assert_null(shelf_open(folder, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "there is no article"));
	assert_int_equal(mkdir(inner, 0700), 0);
	uint64_t empty = folder_stamp(folder);
	write_file(folder, "a.md", "# One thing\n");
	write_file(inner, "b.md", "# 另一件事\n");
	write_file(folder, ".hidden.md", "no title");
	write_file(folder, "notes.txt", "no title");
	uint64_t two = folder_stamp(folder);
	assert_true(two != empty && two != 0 && two == folder_stamp(folder));
	struct shelf *s = shelf_open(folder, NULL, NULL, &err);
	assert_non_null(s);
	assert_int_equal(shelf_size(s), 2);
	shelf_close(s);
	write_file(inner, "c.md", "no title");
	assert_true(folder_stamp(folder) != two);
	write_file(inner, "d.md", "---\nid: a\ntitle: again\n---\n");
	said[0] = 0;
	s = shelf_open(folder, hear, said, &err);
	assert_non_null(s);
	assert_int_equal(shelf_size(s), 2);
	shelf_close(s);
	assert_non_null(strstr(said, "zh/c.md: it needs a title"));
	assert_non_null(strstr(said, "zh/d.md: another article has the id a"));
	drop_file(inner, "d.md");
	drop_file(inner, "b.md");
	drop_file(inner, "c.md");
	drop_file(folder, "zh");
	drop_file(folder, "a.md");
	drop_file(folder, ".hidden.md");
	drop_file(folder, "notes.txt");
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(folder_stamp(folder), 0);
	assert_null(shelf_open(folder, NULL, NULL, &err));
	assert_int_equal(err.code, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_front_matter),
		cmocka_unit_test(test_bad_articles),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_the_best),
		cmocka_unit_test(test_a_reader_holds_its_shelf),
		cmocka_unit_test(test_an_id_is_given_once),
		cmocka_unit_test(test_many_terms),
		cmocka_unit_test(test_a_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
