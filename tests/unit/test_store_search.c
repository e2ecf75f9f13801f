/*
 * test_store_search.c - a search finds what was said, wherever the index stands.
 */
#include "store_fixture.h"

#include <store/db.h>
#include <store/fold.h>
#include <store/index.h>
#include <store/posting.h>
#include <store/query.h>

#include <errno.h>
#include <inttypes.h>

/* ---- folding */

static const char *folded(const char *text)
{
	static char out[512];
	struct heard_buf buf;
	heard_buf_init(&buf, sizeof(out));
	fold_text(heard_str(text), &buf);
	snprintf(out, sizeof(out), "%.*s", (int)buf.len, buf.len ? buf.ptr : "");
	heard_buf_release(&buf);
	for (char *p = out; *p; p++)
		*p = *p == '\1' ? '|' : *p == '\2' ? '<' : *p == '\3' ? '>' : *p;
	return out;
}

static void folding_keeps_words_and_runs(void **state)
{
	(void)state;
	assert_string_equal(folded("Power-Bank，充电宝 爆炸!"), "<power><bank>充电宝|爆炸|");
	assert_string_equal(folded("ＡＢＣ１２"), "<abc12>");
	assert_string_equal(folded("iPhone手机x"), "<iphone>手机<x>");
	assert_string_equal(folded("Ünïcode ПРИВЕТ"), "<ünïcode><привет>");
	assert_string_equal(folded("\xff\xfe a\xc3"), "<a>");
	assert_string_equal(folded(" ,.!"), "");
	assert_string_equal(folded("充電寶，發熱"), "充电宝|发热|");
}

static void tokens_are_words_pairs_and_last_characters(void **state)
{
	(void)state;
	char all[256] = "";
	struct heard_buf buf;
	heard_buf_init(&buf, 256);
	fold_text(HEARD_STR_OF("abc 充电宝x 好 y"), &buf);
	struct fold_walk walk = {.left = heard_buf_view(&buf)};
	struct fold_token token;
	while (fold_next(&walk, &token)) {
		strncat(all, token.text.ptr, token.text.len);
		strcat(all, token.is_alone ? "!" : token.is_last ? "." : " ");
	}
	assert_string_equal(all, "abc 充电 电宝 宝.x 好!y ");
	heard_buf_release(&buf);
}

static void a_list_of_places_reads_back(void **state)
{
	(void)state;
	static const int64_t places[] = {0, 1, 5, 127, 128, 300, 70000};
	struct heard_buf buf;
	heard_buf_init(&buf, 64);
	int64_t before = -1, place = -1;
	for (size_t i = 0; i < 7; i++)
		list_put(&buf, &before, places[i]);
	struct heard_str list = heard_buf_view(&buf);
	for (size_t i = 0; i < 7; i++) {
		assert_true(list_next(&list, &place));
		assert_int_equal(place, places[i]);
	}
	assert_false(list_next(&list, &place));
	list = HEARD_STR_OF("\xff\xff\xff");
	assert_false(list_next(&list, &place));
	heard_buf_release(&buf);
}

static void a_query_without_a_word_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "  ", "\"\"", "*", "!!! -- ()"};
	struct heard_error err;
	struct query q;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(query_init(&q, heard_str(bad[i]), &err), -EINVAL);
		query_release(&q);
	}
	char many[200] = "";
	for (int i = 0; i < 20; i++)
		strcat(many, "a ");
	assert_int_equal(query_init(&q, heard_str(many), &err), -EINVAL);
	query_release(&q);
}

/* ---- searching */

struct hits {
	int n;
	int64_t left;
	char ids[256]; /* first digits of the ids, in the order found */
};

static bool hit(void *arg, const struct store_hit *h)
{
	struct hits *hits = arg;
	unsigned id;
	assert_int_equal(sscanf(h->line.ptr, "{\"id\":\"%8x", &id), 1);
	size_t n = strlen(hits->ids);
	snprintf(hits->ids + n, sizeof(hits->ids) - n, "%u ", id);
	hits->n++;
	return true;
}

static const char *search(struct fixture *f, const char *query, int64_t limit)
{
	static struct hits hits;
	memset(&hits, 0, sizeof(hits));
	if (store_search(f->store, heard_str(query), limit, hit, &hits, &f->err))
		fail_msg("%s", f->err.text);
	return hits.ids;
}

static void say(void *arg, bool trouble, const char *text)
{
	(void)arg;
	if (trouble)
		print_message("index: %s\n", text);
}

static void search_file_int(struct fixture *f, const char *sql, int64_t *out)
{
	sqlite3 *db;
	if (db_open(&db, f->search, false, 100, &f->err) || db_int(db, sql, -1, out, &f->err))
		fail_msg("%s", f->err.text);
	sqlite3_close(db);
}

static void search_file_do(struct fixture *f, const char *sql)
{
	int64_t nothing;
	search_file_int(f, sql, &nothing);
}

/* Runs a follower until it has all records. */
static void follow(struct fixture *f)
{
	int64_t last;
	struct store_follower_figures figures = {0};
	assert_int_equal(store_last(f->store, &last, &f->err), 0);
	struct store_follower *follower = store_follower_start(f->path, say, NULL, &f->err);
	assert_non_null(follower);
	for (int i = 0; i < 10000 && figures.position < last; i++) {
		usleep(1000);
		store_follower_figures(follower, &figures);
	}
	store_follower_stop(follower);
	assert_int_equal(figures.position, last);
}

static void put_examples(struct fixture *f)
{
	static const char *const bodies[] = {
		"充电宝发热，客服不回复",
		"The power bank got hot",
		"充电器坏了，要退款",
		"bank of power",
		"电",
		"手机，坏了",
	};
	for (unsigned i = 0; i < 6; i++)
		put(f, a_record(f, i + 1, bodies[i]));
}

static void expect_answers(struct fixture *f)
{
	assert_string_equal(search(f, "充电", 0), "3 1 ");
	assert_string_equal(search(f, "充电宝", 0), "1 ");
	assert_string_equal(search(f, "电宝", 0), "1 ");
	assert_string_equal(search(f, "退款", 0), "3 ");
	assert_string_equal(search(f, "宝充", 0), "");
	assert_string_equal(search(f, "电", 0), "5 3 1 ");
	assert_string_equal(search(f, "热", 0), "1 ");
	assert_string_equal(search(f, "POWER bank", 0), "4 2 ");
	assert_string_equal(search(f, "\"power bank\"", 0), "2 ");
	assert_string_equal(search(f, "“power bank”", 0), "2 ");
	assert_string_equal(search(f, "手机坏了", 0), "");
	assert_string_equal(search(f, "手机　坏了", 0), "6 ");
	assert_string_equal(search(f, "充电 退款", 0), "3 ");
	assert_string_equal(search(f, "pow", 0), "");
	assert_string_equal(search(f, "power OR bank", 0), "");
	assert_string_equal(search(f, "充电\" OR \"电", 0), "");
	assert_string_equal(search(f, "电", 2), "5 3 ");
}

static void answers_are_the_same_before_between_and_after_indexing(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	expect_answers(f);
	follow(f);
	expect_answers(f);
	put(f, a_record(f, 9, "充电桩"));
	assert_string_equal(search(f, "充电", 0), "9 3 1 ");
	follow(f);
	assert_string_equal(search(f, "充电", 0), "9 3 1 ");
}

static void either_script_finds_the_other(void **state)
{
	struct fixture *f = *state;
	put(f, a_record(f, 1, "充電寶發熱"));
	put(f, a_record(f, 2, "充电宝发热"));
	put(f, a_record(f, 3, "與此無關"));
	for (int indexed = 0; indexed < 2; indexed++) {
		assert_string_equal(search(f, "充電寶", 0), "2 1 ");
		assert_string_equal(search(f, "发热", 0), "2 1 ");
		assert_string_equal(search(f, "熱", 0), "2 1 ");
		assert_string_equal(search(f, "充电 發熱", 0), "2 1 ");
		follow(f);
	}
}

/* An index folded in another way would not be asked for the right words. */
static void an_index_of_an_older_version_is_made_anew(void **state)
{
	struct fixture *f = *state;
	int64_t segments;
	put(f, a_record(f, 1, "充電寶發熱"));
	follow(f);
	search_file_do(f, "DELETE FROM posting");
	assert_string_equal(search(f, "充电宝", 0), "");
	search_file_do(f, "PRAGMA user_version=2");
	assert_string_equal(search(f, "充电宝", 0), "1 ");
	follow(f);
	search_file_int(f, "SELECT count(*) FROM posting", &segments);
	assert_true(segments > 0);
	assert_string_equal(search(f, "充电宝", 0), "1 ");
}

static void superseded_records_are_not_found(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_record(f, 1, "old words");
	rec.source_id = HEARD_STR_OF("r");
	put(f, rec);
	follow(f);
	rec = a_record(f, 2, "new words");
	rec.source_id = HEARD_STR_OF("r");
	rec.op = STORE_OP_UPDATE;
	put(f, rec);
	assert_string_equal(search(f, "words", 0), "2 ");
}

static void a_lost_damaged_or_foreign_index_is_made_anew(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	follow(f);
	unlink(f->search);
	expect_answers(f);
	follow(f);
	assert_int_equal(access(f->search, F_OK), 0);
	expect_answers(f);
	FILE *file = fopen(f->search, "r+");
	for (int i = 0; i < 20000; i++)
		fputc('x', file);
	fclose(file);
	expect_answers(f);
	follow(f);
	expect_answers(f);
}

/* One record at a time makes small segments; they are joined, nothing is lost. */
static void many_small_segments_answer_like_one(void **state)
{
	struct fixture *f = *state;
	struct store_follower_figures figures;
	struct store_follower *follower = store_follower_start(f->path, say, NULL, &f->err);
	assert_non_null(follower);
	for (unsigned i = 1; i <= 200; i++) {
		char body[64];
		snprintf(body, sizeof(body), "word%u 充电 %s", i % 10,
			 i == 150 ? "needle" : "hay");
		put(f, a_record(f, i, body));
		store_follower_wake(follower);
		for (int tries = 0; tries < 10000; tries++) {
			store_follower_figures(follower, &figures);
			if (figures.position >= i)
				break;
			usleep(100);
		}
		assert_int_equal(figures.position, i);
	}
	store_follower_stop(follower);
	assert_string_equal(search(f, "needle", 0), "150 ");
	assert_string_equal(search(f, "充电 word3", 4), "193 183 173 163 ");
	assert_string_equal(search(f, "充", 2), "200 199 ");
	struct hits hits = {.n = 0};
	assert_int_equal(store_search(f->store, HEARD_STR_OF("充电"), 0, hit, &hits, &f->err),
			 0);
	assert_int_equal(hits.n, 200);
}

/* Two followers, of whatever process: one keeps the index, the other's turn comes
 * when the first ends, and no piece is indexed twice. */
static void of_two_followers_one_waits_for_the_other(void **state)
{
	struct fixture *f = *state;
	struct store_follower_figures one = {0}, two = {0};
	int64_t segments;
	struct store_follower *first = store_follower_start(f->path, say, NULL, &f->err);
	put_examples(f);
	store_follower_wake(first);
	for (int i = 0; i < 10000 && one.position < 6; i++, usleep(1000))
		store_follower_figures(first, &one);
	struct store_follower *second = store_follower_start(f->path, say, NULL, &f->err);
	put(f, a_record(f, 7, "seven"));
	store_follower_wake(second);
	store_follower_wake(first);
	for (int i = 0; i < 10000 && one.position < 7; i++, usleep(1000))
		store_follower_figures(first, &one);
	assert_int_equal(one.position, 7);
	store_follower_figures(second, &two);
	assert_int_equal(two.position, 0);
	assert_false(two.failed);
	store_follower_stop(first);
	for (int i = 0; i < 10000 && two.position < 7; i++, usleep(1000))
		store_follower_figures(second, &two);
	assert_int_equal(two.position, 7);
	store_follower_stop(second);
	search_file_int(f, "SELECT sum(last-first+1) FROM segment", &segments);
	assert_int_equal(segments, 7);
	expect_answers(f);
}

static void a_position_that_somebody_moved_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct index_writer *w;
	put_examples(f);
	assert_int_equal(index_writer_open(&w, f->search, HEARD_STR_OF("x"), 9, &f->err), 0);
	search_file_do(f, "UPDATE state SET position=5");
	assert_int_equal(index_begin(w, 1, &f->err), 1);
	assert_int_equal(index_writer_position(w), 5);
	assert_int_equal(index_begin(w, 6, &f->err), 0);
	assert_int_equal(index_add(w, 6, HEARD_STR_OF("six"), &f->err), 0);
	assert_int_equal(index_commit(w, &f->err), 0);
	index_writer_close(w);
}

static void an_index_that_holds_a_piece_twice_is_made_anew(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	follow(f);
	search_file_do(f, "UPDATE state SET position=0");
	follow(f);
	expect_answers(f);
}

static void a_token_is_found_through_the_index(void **state)
{
	struct fixture *f = *state;
	int64_t id;
	char text[STORE_TOKEN_TEXT];
	for (unsigned i = 1; i <= 20; i++)
		put(f, a_complaint(f, i, "x"));
	follow(f);
	struct store_record rec = a_complaint(f, 11, "x");
	store_token_format(rec.token, text);
	assert_int_equal(store_ticket_find(f->store, heard_str(text), &id, &f->err), 0);
	assert_int_equal(id, 11);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folding_keeps_words_and_runs),
		cmocka_unit_test(tokens_are_words_pairs_and_last_characters),
		cmocka_unit_test(a_list_of_places_reads_back),
		cmocka_unit_test(a_query_without_a_word_is_refused),
		TEST(answers_are_the_same_before_between_and_after_indexing),
		TEST(either_script_finds_the_other),
		TEST(an_index_of_an_older_version_is_made_anew),
		TEST(superseded_records_are_not_found),
		TEST(a_lost_damaged_or_foreign_index_is_made_anew),
		TEST(many_small_segments_answer_like_one),
		TEST(of_two_followers_one_waits_for_the_other),
		TEST(a_position_that_somebody_moved_is_read_again),
		TEST(an_index_that_holds_a_piece_twice_is_made_anew),
		TEST(a_token_is_found_through_the_index),
	};
	return cmocka_run_group_tests_name("store search", tests, NULL, NULL);
}
