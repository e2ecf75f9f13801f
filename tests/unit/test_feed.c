/*
 * test_feed.c - items as records, by paths: JSON, options, single items.
 */
#include "feed_fixture.h"

/* ---- paths */

static void paths_find_what_is_there(void **state)
{
	static const char json[] =
		"{\"a\":{\"b\":[{\"c\":1},{\"c\":\"two\"}],\"e\":\"\",\"n\":null,\"t\":true},"
		"\"im:rating\":{\"label\":\"4\"},\"x\":{\"text\":\"words\",\"type\":\"html\"},"
		"\"big\":12345678901234567,\"half\":4.5,\"l\":[\"p\",\"q\"],\"none\":[]}";
	static const struct {
		const char *path, *text;
	} cases[] = {
		{"a.b.1.c", "two"},
		{"a.b.c", "1"},
		{"a.b.0.c", "1"},
		{"a.b.2.c", ""},
		{"a.e|a.b.1.c", "two"},
		{"a.n|l", "p"},
		{"im:rating.label", "4"},
		{"x", "words"},
		{"x.type", "html"},
		{"big", "12345678901234567"},
		{"half", "4.5"},
		{"a.t", "true"},
		{"=fixed", "fixed"},
		{"nothing|=otherwise", "otherwise"},
		{"l.1", "q"},
		{"x.0.type", "html"},
		{"a.b", ""},
		{"none", ""},
		{"a.b.1.c.d", ""},
		{"l.99999999", ""},
	};
	struct heard_json_doc *doc = heard_json_parse(heard_str(json), 1 << 20, NULL);
	char scratch[40];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_str s = feed_text(heard_json_root(doc), cases[i].path, scratch,
					       sizeof(scratch));
		if (!heard_str_is(s, cases[i].text))
			fail_msg("%s: %.*s", cases[i].path, HEARD_ARG(s));
	}
	assert_non_null(feed_get(heard_json_root(doc), "none"));
	assert_null(feed_get(heard_json_root(doc), "=x"));
	heard_json_destroy(doc);
}

static void paths_are_checked(void **state)
{
	static const char *const good[] = {"a",	    "a.b",	     "a|b.c",
					   "=x.|y", "im:name.label", "a.0"};
	static const char *const bad[] = {
		"", "a.", ".a", "a..b", "a||b", "a|", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"};
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (feed_check_path(good[i], &err) != 0)
			fail_msg("%s: %s", good[i], err.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (feed_check_path(bad[i], &err) == 0)
			fail_msg("%s is taken", bad[i]);
}

/* ---- JSON */

static void values_become_what_the_field_is(void **state)
{
	(void)state;
	t.options.items = "data.list";
	map("source_id", "id");
	map("subject", "title");
	map("body", "text");
	map("created_at", "at");
	map("updated", "edited");
	map("rating", "stars");
	map("author_name", "user.name");
	map("tags", "labels");
	map("lang", "=zh");
	map("ratings.service", "sub.service");
	map("attributes_forum.likes", "likes");
	map("attributes.forum.pinned", "pinned");
	map("deleted", "gone");
	assert_int_equal(
		decode("{\"data\":{\"list\":[{\"id\":7,\"title\":\"A &amp; B\",\"text\":\"<p>很"
		       "<b>好</b></p><p>用</p>\",\"at\":1767589445123,\"edited\":"
		       "\"2026-01-05T05:04:06Z\",\"stars\":\"4/"
		       "5\",\"user\":{\"name\":\"张三\"},"
		       "\"labels\":[\"bug\",{\"name\":\"iOS\"},3],\"sub\":{\"service\":3},"
		       "\"likes\":12,\"pinned\":true,\"gone\":false},"
		       "{\"id\":\"8\",\"text\":\"此用户没有填写评价。\",\"gone\":\"2026-01-"
		       "05\"}]}}"),
		2);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "7");
	assert_string_equal(field(0, HEARD_SUBJECT), "A & B");
	assert_string_equal(field(0, HEARD_BODY), "很好\n\n用");
	assert_string_equal(field(0, HEARD_CREATED_AT), "2026-01-05T05:04:05.123Z");
	assert_string_equal(field(0, HEARD_REVISION), "1767589446000");
	assert_string_equal(field(0, HEARD_RATING), "4");
	assert_string_equal(field(0, HEARD_RATING_MAX), "5");
	assert_string_equal(field(0, HEARD_AUTHOR_NAME), "张三");
	assert_string_equal(field(0, HEARD_LANG), "zh");
	assert_string_equal(field(0, HEARD_CHANNEL), "forum");
	assert_string_equal(field(0, HEARD_OP), "(none)");
	assert_int_equal(heard_get(heard_batch_at(t.batch, 0), HEARD_TAGS).list.n, 2);
	struct heard_value v = heard_family_get(heard_batch_at(t.batch, 0), HEARD_ATTRIBUTES,
						heard_str("forum.likes"));
	assert_true(v.type == HEARD_INT_ ? v.integer == 12 : v.number == 12);
	v = heard_family_get(heard_batch_at(t.batch, 0), HEARD_ATTRIBUTES,
			     heard_str("forum.pinned"));
	assert_true(v.type == HEARD_BOOL_ && v.boolean);
	assert_string_equal(field(1, HEARD_OP), "delete");
	assert_string_equal(field(1, HEARD_BODY), "(none)"); /* nobody wrote it */
}

static void bad_items_are_dead_letters_and_the_others_go_on(void **state)
{
	(void)state;
	map("source_id", "id");
	map("body", "b");
	map("created_at", "at");
	map("rating", "r");
	map("rating_max", "=5");
	assert_int_equal(
		decode("[{\"id\":1,\"b\":\"x\"},{\"b\":\"no id\"},{\"id\":2,\"at\":\"soon\"},"
		       "{\"id\":3,\"r\":\"nan\"},{\"id\":4,\"r\":6},7,null,[],"
		       "{\"id\":5,\"r\":-1},{\"id\":6,\"r\":5}]"),
		3);
	assert_int_equal(batch_dead_count(t.batch), 7);
	assert_string_equal(batch_dead_at(t.batch, 0)->reason,
			    "item 2: it has no id: nothing is there at the path of source_id");
	assert_string_equal(batch_dead_at(t.batch, 1)->reason,
			    "item 3: created_at: no time that can be read");
	assert_string_equal(batch_dead_at(t.batch, 3)->reason,
			    "item 5: rating: above rating_max");
	assert_true(
		heard_str_is(batch_dead_at(t.batch, 1)->piece, "{\"id\":2,\"at\":\"soon\"}"));
}

static void long_texts_are_dead_letters(void **state)
{
	struct heard_buf b;
	(void)state;
	map("source_id", "id");
	map("body", "b");
	heard_buf_init(&b, 4 << 20);
	heard_buf_puts(&b, "[{\"id\":1,\"b\":\"");
	for (int i = 0; i < 262144; i++)
		heard_buf_puts(&b, "y");
	heard_buf_puts(&b, "\"},{\"id\":2,\"b\":\"");
	for (int i = 0; i < 262145; i++)
		heard_buf_puts(&b, "y");
	heard_buf_puts(&b, "\"}]");
	assert_int_equal(decode(b.ptr), 1);
	assert_int_equal(batch_dead_count(t.batch), 1);
	heard_buf_release(&b);
}

static void wrong_bytes_cost_their_characters_only(void **state)
{
	(void)state;
	map("source_id", "id");
	map("body", "b");
	assert_int_equal(
		decode("\xef\xbb\xbf[{\"id\":1,\"b\":\"caf\xe9!\"},{\"id\":2,\"b\":\"好\"}]"),
		2);
	assert_string_equal(field(0, HEARD_BODY), "caf\xef\xbf\xbd!");
	assert_string_equal(field(1, HEARD_BODY), "好");
}

static void documents_that_are_none_are_refused(void **state)
{
	(void)state;
	map("source_id", "id");
	t.options.items = "a.b";
	t.options.max_items = 3;
	refused("", "");
	refused("{\"a\":", "");
	refused("{\"c\":1}", "no list of items at the path a.b");
	refused("{\"a\":{\"b\":5}}", "no list of items");
	refused("{\"a\":{\"b\":[1,2,3,4]}}", "more than max_items");
	refused("<html><body>busy<br></body></html>", "not well-formed");
	assert_int_equal(decode("{\"a\":{}}"), 0); /* none yet */
	assert_int_equal(decode("{\"a\":{\"b\":[]}}"), 0);
	assert_int_equal(decode("{\"a\":{\"b\":{\"id\":1}}}"), 1); /* one alone */
}

static int veto(void *arg, const struct heard_json *item, struct heard_record *r,
		struct heard_error *err)
{
	char scratch[40];
	struct heard_str id = feed_text(item, "id", scratch, sizeof(scratch));
	(*(int *)arg)++;
	heard_set_str(r, HEARD_STORE, heard_str("here"));
	return heard_str_is(id, "2") ? heard_fail(err, EBADMSG, "not this one") : 0;
}

static void items_are_skipped_needed_and_vetoed(void **state)
{
	int n = 0;
	const char skip[] = {0x09}; /* the first and the fourth */
	(void)state;
	map("source_id", "id");
	t.options.needs = "ok";
	t.feed = feed_create(&t.options, &t.err);
	assert_non_null(t.feed);
	assert_int_equal(
		feed_decode_some(t.feed,
				 heard_str("[{\"id\":1,\"ok\":1},{\"id\":2,\"ok\":1},{\"id\":3,"
					   "\"ok\":1},{\"id\":4,\"ok\":1},{\"id\":5},{\"id\":6,"
					   "\"ok\":0}]"),
				 heard_str_n(skip, 1), t.batch, veto, &n, &t.err),
		0);
	assert_int_equal(n, 3);
	assert_int_equal(heard_batch_size(t.batch), 3);
	assert_false(heard_record_is_live(heard_batch_at(t.batch, 0)));
	assert_string_equal(field(1, HEARD_SOURCE_ID), "3");
	assert_string_equal(field(1, HEARD_STORE), "here");
	assert_string_equal(field(2, HEARD_SOURCE_ID), "6");
}

static void app_store_feed_is_read(void **state)
{
	(void)state;
	t.options.items = "feed.entry";
	t.options.needs = "im:rating";
	map("source_id", "id.label");
	map("subject", "title.label");
	map("body", "content.label");
	map("rating", "im:rating.label");
	map("rating_max", "=5");
	map("author.name", "author.name.label");
	map("updated", "updated.label");
	assert_int_equal(
		decode("{\"feed\":{\"author\":{},\"entry\":[{\"im:name\":{\"label\":\"App\"},"
		       "\"id\":{\"label\":\"app\"}},{\"author\":{\"name\":{\"label\":\"某人\"}}"
		       ","
		       "\"updated\":{\"label\":\"2026-01-05T06:00:00-07:00\"},\"im:rating\":"
		       "{\"label\":\"2\"},\"im:version\":{\"label\":\"3.1\"},\"id\":{\"label\":"
		       "\"1001\"},\"title\":{\"label\":\"闪退\"},\"content\":{\"label\":"
		       "\"一打开就"
		       "闪退\",\"attributes\":{\"type\":\"text\"}}}]}}"),
		1);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "1001");
	assert_string_equal(field(0, HEARD_RATING), "2");
	assert_string_equal(field(0, HEARD_RATING_MAX), "5");
	assert_string_equal(field(0, HEARD_BODY), "一打开就闪退");
	assert_string_equal(field(0, HEARD_REVISION), "1767618000000");
}

static void fields_may_be_of_a_part_of_an_item(void **state)
{
	static const struct feed_field table[] = {{"source_id", "id"},
						  {"body", "text"},
						  {"attributes.likes", "likes"},
						  {NULL, NULL}};
	(void)state;
	t.options.table = table;
	t.options.part = "status|post";
	assert_int_equal(decode("[{\"id\":9,\"status\":{\"id\":1,\"text\":\"a\"}},"
				"{\"id\":2,\"text\":\"b\",\"likes\":9007199254740993},"
				"{\"id\":8,\"post\":{\"id\":3,\"text\":\"c\"}}]"),
			 3);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "1");
	assert_string_equal(field(0, HEARD_BODY), "a");
	assert_string_equal(field(1, HEARD_BODY), "b");
	assert_string_equal(field(2, HEARD_SOURCE_ID), "3");
	struct heard_value likes = heard_family_get(heard_batch_at(t.batch, 1),
						    HEARD_ATTRIBUTES, HEARD_STR_OF("likes"));
	assert_int_equal(likes.type, HEARD_INT_);
	assert_int_equal(likes.integer, 9007199254740993); /* whole: a double has not so many */
}

/* ---- options and single items */

static void faults_of_the_map_are_told(void **state)
{
	static const struct {
		const char *name, *path, *why;
	} cases[] = {{"body", "text", "source_id is missing"},
		     {"bodi", "text", "'bodi' is no field"},
		     {"id", "text", "'id' is no field"},
		     {"body", "a..b", "fields.body: "}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_error err = {0};
		t.options.fields.n = 0;
		map(cases[i].name, cases[i].path);
		assert_null(feed_create(&t.options, &err));
		if (strstr(err.text, cases[i].why) == NULL)
			fail_msg("%s", err.text);
	}
}

static void single_items_are_filled(void **state)
{
	struct heard_json_doc *doc = heard_json_parse(
		heard_str("{\"id\":\"z\",\"b\":\"text\"}"), 100, NULL);
	char scratch[40];
	(void)state;
	map("source_id", "id");
	map("body", "b");
	t.feed = feed_create(&t.options, &t.err);
	struct heard_record *r = heard_batch_add(t.batch);
	assert_int_equal(feed_fill(t.feed, heard_json_root(doc), r, &t.err), 0);
	assert_string_equal(field(0, HEARD_BODY), "text");
	assert_true(heard_str_is(feed_field_text(t.feed, heard_json_root(doc), "source_id",
						 scratch, sizeof(scratch)),
				 "z"));
	assert_int_equal(feed_field_text(t.feed, heard_json_root(doc), "updated", scratch,
					 sizeof(scratch))
				 .len,
			 0);
	heard_json_destroy(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(paths_find_what_is_there),
		WITH(paths_are_checked),
		WITH(values_become_what_the_field_is),
		WITH(bad_items_are_dead_letters_and_the_others_go_on),
		WITH(long_texts_are_dead_letters),
		WITH(wrong_bytes_cost_their_characters_only),
		WITH(documents_that_are_none_are_refused),
		WITH(items_are_skipped_needed_and_vetoed),
		WITH(app_store_feed_is_read),
		WITH(fields_may_be_of_a_part_of_an_item),
		WITH(faults_of_the_map_are_told),
		WITH(single_items_are_filled),
	};
	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
