/*
 * test_review.c - bodies with reviews, as records.
 */
#include "review_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <heard/time.h>

static struct {
	struct review review;
	struct heard_batch *batch;
	struct heard_error err;
	const char *names[8], *paths[8];
	struct heard_str found;
} t;

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.batch = batch_create(64 << 20);
	review_defaults(&t.review);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	push_close(&t.review);
	extra_close(&t.review.extra);
	batch_destroy(t.batch);
	return 0;
}

static void map(const char *name, const char *path)
{
	struct heard_map *m = &t.review.pull.feed.fields;
	t.names[m->n] = name;
	t.paths[m->n++] = path;
	m->names = t.names;
	m->values = t.paths;
}

static int decode(const char *body, enum page_kind kind)
{
	struct page page = {.kind = kind, .found = t.found};
	t.err = (struct heard_error){0};
	if (t.review.push == NULL && review_setup(&t.review, &t.err) != 0)
		fail_msg("%s", t.err.text);
	batch_clear(t.batch);
	return push_decode(&t.review, &page, heard_str(body), t.batch, &t.err);
}

static void take(const char *body, size_t n)
{
	if (decode(body, PAGE_BODY) != 0)
		fail_msg("%s", t.err.text);
	assert_int_equal(heard_batch_size(t.batch), n);
}

static void refuse(const char *body, enum page_kind kind, const char *why)
{
	assert_int_equal(decode(body, kind), -EBADMSG);
	if (strstr(t.err.text, why) == NULL)
		fail_msg("\"%s\" is not in: %s", why, t.err.text);
}

static const char *text_of(struct heard_value v)
{
	static char text[8][512];
	static int turn;
	char *out = text[turn++ % 8];
	switch (v.type) {
	case HEARD_STR_: snprintf(out, 512, "%.*s", HEARD_ARG(v.str)); break;
	case HEARD_TIME_: heard_time_format(v.integer, out); break;
	case HEARD_INT_: snprintf(out, 512, "%lld", (long long)v.integer); break;
	case HEARD_NUM_: snprintf(out, 512, "%g", v.number); break;
	case HEARD_LIST_: snprintf(out, 512, "%.*s", HEARD_ARG(v.list.at[0])); break;
	default: return "(none)";
	}
	return out;
}

static const char *field(size_t i, enum heard_field f)
{
	return text_of(heard_get(heard_batch_at(t.batch, i), f));
}

static const char *member_of(size_t i, enum heard_family family, const char *name)
{
	return text_of(heard_family_get(heard_batch_at(t.batch, i), family, heard_str(name)));
}

/* ---- shapes */

static void usual_shapes_are_known(void **state)
{
	static const char *const same[] = {
		"{\"id\":7,\"rating\":4,\"title\":\"T\",\"body\":\"B\",\"created_at\":"
		"\"2026-01-05T08:00:00Z\",\"user\":{\"id\":\"u\",\"name\":\"N\"}}",
		"{\"reviewId\":\"7\",\"stars\":\"4\",\"headline\":\"T\",\"text\":\"B\","
		"\"date\":"
		"1767600000,\"userId\":\"u\",\"userName\":\"N\"}",
		"{\"comment_id\":7,\"rating\":{\"value\":4},\"title\":\"T\",\"comment\":"
		"\"<p>B</"
		"p>\",\"time\":1767600000000,\"customer\":{\"id\":\"u\",\"name\":\"N\"}}",
		"{\"review_id\":\"7\",\"score\":\"4星\",\"subject\":\"T\",\"content\":\"B\","
		"\"createdAt\":\"2026-01-05 08:00:00\",\"user_id\":\"u\",\"nickname\":\"N\"}",
	};
	static const enum heard_field fields[] = {
		HEARD_SOURCE_ID,  HEARD_RATING,	   HEARD_SUBJECT,     HEARD_BODY,
		HEARD_CREATED_AT, HEARD_AUTHOR_ID, HEARD_AUTHOR_NAME, HEARD_THREAD};
	static const char *const wanted[] = {"7", "4", "T", "B", "2026-01-05T08:00:00.000Z",
					     "u", "N", "7"};
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		take(same[i], 1);
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
			assert_string_equal(field(0, fields[k]), wanted[k]);
	}
}

static void fields_of_the_config_go_before(void **state)
{
	(void)state;
	map("source_id", "key");
	map("author_name", "=");
	map("rating_max", "=10");
	take("{\"key\":\"k\",\"id\":1,\"rating\":8,\"user_name\":\"N\",\"body\":\"B\"}", 1);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "k");
	assert_string_equal(field(0, HEARD_AUTHOR_NAME), "(none)");
	assert_string_equal(field(0, HEARD_RATING_MAX), "10");
	assert_string_equal(field(0, HEARD_BODY), "B");
}

static void sub_scores_come_in_two_shapes(void **state)
{
	(void)state;
	take("{\"id\":1,\"ratings\":{\"a\":1,\"b\":\"五星\",\"c\":\"odd\",\"d\":null,\"e\":{"
	     "\"score\":2}}}",
	     1);
	assert_string_equal(member_of(0, HEARD_RATINGS, "a"), "1");
	assert_string_equal(member_of(0, HEARD_RATINGS, "b"), "5");
	assert_string_equal(member_of(0, HEARD_RATINGS, "c"), "(none)");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "ratings.c"), "odd");
	assert_string_equal(member_of(0, HEARD_RATINGS, "e"), "2");
	take("{\"id\":1,\"scores\":[{\"name\":\"物流\",\"score\":\"4/5\"},{\"name\":\"\"},7,{"
	     "\"key\":\"b\",\"stars\":3}]}",
	     1);
	assert_string_equal(member_of(0, HEARD_RATINGS, "物流"), "4");
	assert_string_equal(member_of(0, HEARD_RATINGS, "b"), "3");
	assert_int_equal(heard_family_size(heard_batch_at(t.batch, 0), HEARD_RATINGS), 2);
}

static void answers_are_what_was_said(void **state)
{
	(void)state;
	take("{\"id\":1,\"questions\":[{\"question\":\"尺码\",\"answer\":[\"偏小\",\"薄\"]},{"
	     "\"title\":\"again?\",\"value\":true}]}",
	     1);
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "question.尺码"), "偏小, 薄");
	assert_string_equal(field(0, HEARD_BODY), "尺码: 偏小, 薄\nagain?: true");
	take("{\"id\":1,\"body\":\"mine\",\"qa\":{\"taste\":\"sweet\"}}", 1);
	assert_string_equal(field(0, HEARD_BODY), "mine");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "question.taste"), "sweet");
}

static void words_that_nobody_wrote_are_none(void **state)
{
	(void)state;
	take("{\"id\":1,\"rating\":5,\"body\":\"此用户没有填写评价。\",\"follow_up\":"
	     "\"此用户没有填写评价。\"}",
	     1);
	assert_string_equal(field(0, HEARD_BODY), "(none)");
	assert_string_equal(field(0, HEARD_TAGS), "default_text");
}

static void follow_ups_are_records(void **state)
{
	(void)state;
	take("{\"id\":\"r\",\"rating\":1,\"user_id\":\"u\",\"product\":\"P\",\"follow_ups\":["
	     "\"one\","
	     "{\"content\":\"two\",\"time\":\"2026-02-01T00:00:00Z\"},{\"id\":9,\"text\":"
	     "\"three\"},"
	     "{\"text\":\"\"}]}",
	     4);
	assert_string_equal(field(1, HEARD_SOURCE_ID), "r+followup");
	assert_string_equal(field(1, HEARD_BODY), "one");
	assert_string_equal(field(2, HEARD_SOURCE_ID), "r+followup2");
	assert_string_equal(field(2, HEARD_CREATED_AT), "2026-02-01T00:00:00.000Z");
	assert_string_equal(field(3, HEARD_SOURCE_ID), "r+9");
	for (size_t i = 1; i < 4; i++) {
		assert_string_equal(field(i, HEARD_IN_REPLY_TO), "r");
		assert_string_equal(field(i, HEARD_THREAD), "r");
		assert_string_equal(field(i, HEARD_AUTHOR_ID), "u");
		assert_string_equal(field(i, HEARD_PRODUCT), "P");
		assert_string_equal(field(i, HEARD_TAGS), "follow_up");
		assert_string_equal(field(i, HEARD_RATING), "(none)");
		assert_string_equal(field(i, HEARD_CHANNEL), "review");
	}
	refuse("{\"id\":\"r\",\"rating\":1,\"append\":{\"text\":\"x\",\"time\":\"soon\"}}",
	       PAGE_BODY, "item 1: follow-up 1: created_at: no time");
}

static void a_deletion_comes_after_what_it_deletes(void **state)
{
	static const struct {
		const char *json, *revision;
	} cases[] = {
		{"{\"id\":1,\"op\":\"delete\"}", "253402300799999"},
		{"{\"id\":1,\"deleted\":true,\"updated_at\":\"2026-01-01T00:00:00Z\"}",
		 "1767225600001"},
		{"{\"id\":1,\"op\":\"delete\",\"revision\":4}", "4"},
		{"{\"id\":1,\"op\":\"update\",\"rating\":1,\"revision\":4}", "4"},
		{"{\"id\":1,\"deleted\":false,\"rating\":1}", "(none)"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		take(cases[i].json, 1);
		assert_string_equal(field(0, HEARD_REVISION), cases[i].revision);
	}
	take("{\"id\":1,\"op\":\"delete\",\"revision\":4,\"append\":\"x\"}", 2);
	assert_string_equal(field(1, HEARD_OP), "delete");
	assert_string_equal(field(1, HEARD_REVISION), "4");
}

/* ---- pictures */

static void links_are_kept_once(void **state)
{
	char body[8192], far[3000];
	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	snprintf(body, sizeof(body),
		 "{\"id\":1,\"images\":[\"https://h/a\",\" https://h/a \",\"%s\",{\"url\":"
		 "\"//h/b\"},3,null],\"video\":{\"src\":\"https://h/c\"},\"media\":\"\"}",
		 far);
	take(body, 1);
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.0"), "https://h/a");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.1"), "//h/b");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.2"), "https://h/c");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.left_out"), "1");
	t.review.extra_options.media.policy = MEDIA_NONE;
	refuse(body, PAGE_BODY, "neither a text nor a score");
}

static void what_was_fetched_is_attached(void **state)
{
	static const char sha[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct heard_buf found;
	struct heard_value files;
	(void)state;
	heard_buf_init(&found, 4096);
	found_put(&found, NULL, heard_str("https://h/a"),
		  &(struct found){heard_str(sha), heard_str("image/png"), 77, {NULL, 0}});
	found_put(&found, NULL, heard_str("https://h/b"),
		  &(struct found){.why = heard_str("no answer")});
	t.found = heard_buf_view(&found);
	t.review.extra_options.media.policy = MEDIA_FETCH;
	if (review_setup(&t.review, &t.err) == 0)
		fail_msg("without a key nothing is fetched");
	assert_non_null(strstr(t.err.text, "privacy.public_key"));
	feed_destroy(t.review.push->feed);
	t.review.push->feed = NULL;
	extra_close(&t.review.extra);
	free(t.review.push);
	t.review.push = NULL;
	t.review.extra_options.media.policy = MEDIA_LINK;
	take("{\"id\":1,\"rating\":2}", 1);
	t.review.extra_options.media.policy = MEDIA_FETCH;
	take("{\"id\":1,\"rating\":2,\"images\":[\"https://h/a\",\"https://h/b\",\"https://h/"
	     "c\"]}",
	     1);
	files = heard_get(heard_batch_at(t.batch, 0), HEARD_ATTACHMENTS);
	assert_int_equal(files.files.n, 1);
	assert_true(heard_str_is(files.files.at[0].sha256, sha));
	assert_true(heard_str_is(files.files.at[0].name, "image-1"));
	assert_int_equal(files.files.at[0].size, 77);
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.0"), "(none)");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.1"), "https://h/b");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.2"), "https://h/c");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.left_out"), "2");
	assert_string_equal(member_of(0, HEARD_ATTRIBUTES, "media.why"), "no answer");
	heard_buf_release(&found);
}

static void addresses_are_made_whole(void **state)
{
	char url[MEDIA_URL];
	(void)state;
	assert_true(media_url(heard_str("//img.example.org/1.jpg"), url));
	assert_string_equal(url, "https://img.example.org/1.jpg");
	assert_false(media_url(heard_str("/1.jpg"), url));
	assert_false(media_url(heard_str("file:///etc/passwd"), url));
}

/* ---- bodies */

static void bodies_come_in_four_shapes(void **state)
{
	(void)state;
	t.review.pull.feed.items = "data";
	take("\xef\xbb\xbf {\"id\":1,\"rating\":1} ", 1);
	take("[{\"id\":1,\"rating\":1},{\"id\":2,\"rating\":1}]", 2);
	take("{\"data\":{\"id\":3,\"rating\":1}}", 1);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "3");
	take("{\"data\":[{\"id\":3,\"rating\":1},{\"id\":4,\"rating\":1}]}", 2);
	assert_int_equal(
		decode("{\"id\":1,\"rating\":1}\r\n\n {\"id\":2,\"rating\":1}", PAGE_LINES), 0);
	assert_int_equal(heard_batch_size(t.batch), 2);
}

static void a_bad_body_says_where(void **state)
{
	(void)state;
	refuse("", PAGE_BODY, "holds no review");
	refuse("[]", PAGE_BODY, "holds no review");
	refuse("{\"id\":1", PAGE_BODY, "");
	refuse("7", PAGE_BODY, "item 1: it has no id");
	refuse("[{\"id\":1,\"rating\":1},{\"rating\":1}]", PAGE_BODY, "item 2: it has no id");
	refuse("{\"id\":1}", PAGE_BODY, "neither a text nor a score");
	refuse("{\"id\":1,\"rating\":6,\"rating_max\":5}", PAGE_BODY, "above rating_max");
	refuse("{\"id\":1,\"rating\":1}\n[]", PAGE_LINES, "a JSON object is expected");
	assert_int_equal(t.err.line, 2);
	refuse("{\"id\":1,\"rating\":1} {\"id\":2,\"rating\":1}", PAGE_BODY, "");
}

static void what_is_no_review_is_dropped(void **state)
{
	(void)state;
	t.review.pull.feed.needs = "review_id";
	take("{\"event\":\"ping\"}", 1);
	assert_false(heard_record_is_live(heard_batch_at(t.batch, 0)));
}

static void a_charset_is_utf_8(void **state)
{
	(void)state;
	assert_true(says_utf8(heard_str("application/json")));
	assert_true(says_utf8(heard_str("application/json; charset=UTF-8")));
	assert_true(says_utf8(heard_str("application/json;charset=\"utf8\"")));
	assert_false(says_utf8(heard_str("application/json; charset=gbk")));
	assert_false(says_utf8(heard_str("application/json; charset=\"")));
	assert_true(says_utf8(heard_str("application/json; charset=")));
	assert_true(says_utf8(heard_str_n(NULL, 0)));
}

static void a_context_is_read_back(void **state)
{
	struct heard_buf b;
	struct page p = {PAGE_PULLED, 7, HEARD_STR("\0\n\xff"), HEARD_STR("found")}, q;
	(void)state;
	heard_buf_init(&b, 4096);
	page_write(&p, &b);
	page_read(heard_buf_view(&b), &q);
	assert_int_equal(q.kind, PAGE_PULLED);
	assert_int_equal(q.source, 7);
	assert_true(heard_str_eq(q.skip, p.skip));
	assert_true(heard_str_eq(q.found, p.found));
	page_read(heard_str_n(NULL, 0), &q);
	assert_int_equal(q.kind, PAGE_BODY);
	page_read(heard_str("p 1 99999\nxx"), &q);
	assert_int_equal(q.skip.len, 2);
	assert_int_equal(q.found.len, 0);
	heard_buf_release(&b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(usual_shapes_are_known),
		TEST(fields_of_the_config_go_before),
		TEST(sub_scores_come_in_two_shapes),
		TEST(answers_are_what_was_said),
		TEST(words_that_nobody_wrote_are_none),
		TEST(follow_ups_are_records),
		TEST(a_deletion_comes_after_what_it_deletes),
		TEST(links_are_kept_once),
		TEST(what_was_fetched_is_attached),
		TEST(addresses_are_made_whole),
		TEST(bodies_come_in_four_shapes),
		TEST(a_bad_body_says_where),
		TEST(what_is_no_review_is_dropped),
		TEST(a_charset_is_utf_8),
		TEST(a_context_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
