/* The filter enrich: its sources, what may be filled where, and the rules of segments. */
#include "../../plugins/filter/enrich/cache.c"
#include "../../plugins/filter/enrich/database.c"
#include "../../plugins/filter/enrich/fill.c"
#include "../../plugins/filter/enrich/key.c"
#include "../../plugins/filter/enrich/listing.c"
#include "../../plugins/filter/enrich/lookup.c"
#include "../../plugins/filter/enrich/segment.c"
#include "../../plugins/filter/enrich/service.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static struct heard_batch *batch;
static struct heard_error err;
static struct wanted wanted;

static int setup(void **state)
{
	(void)state;
	batch = batch_create(4 << 20);
	err = (struct heard_error){0};
	wanted = (struct wanted){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	batch_destroy(batch);
	return 0;
}

static struct heard_record *record(const char *json)
{
	assert_int_equal(heard_batch_add_json(batch, heard_str(json), &err), 0);
	return heard_batch_at(batch, heard_batch_size(batch) - 1);
}

#define is(s, text)                                                  \
	do {                                                         \
		struct heard_str s_ = (s);                           \
		if (!heard_str_is(s_, text))                         \
			print_error("is \"%.*s\"\n", HEARD_ARG(s_)); \
		assert_true(heard_str_is(s_, text));                 \
	} while (0)

/* ---- keys */

static void a_key_is_a_text_field_or_an_attribute(void **state)
{
	struct key k;
	char buffer[KEY_MAX];
	(void)state;
	struct heard_record *r = record(
		"{\"order\":\" A-17 \",\"author\":{\"email\":\"Li@X.cn\"},"
		"\"attributes\":{\"crm\":1234567,\"t\":true}}");
	assert_int_equal(key_init(&k, "order", &err), 0);
	is(key_of(&k, r, buffer), "A-17");
	assert_int_equal(key_init(&k, "author.email", &err), 0);
	is(key_of(&k, r, buffer), "li@x.cn");
	assert_int_equal(key_init(&k, "attributes.crm", &err), 0);
	is(key_of(&k, r, buffer), "1234567");
	assert_int_equal(key_init(&k, "attributes.t", &err), 0);
	assert_int_equal(key_of(&k, r, buffer).len, 0);
	assert_int_equal(key_init(&k, "rating", &err), -EINVAL);
	assert_int_equal(key_init(&k, "attributes.", &err), -EINVAL);
	assert_int_equal(key_init(&k, "custmer", &err), -EINVAL);
}

static void what_cannot_be_a_key_is_none(void **state)
{
	struct key k;
	char buffer[KEY_MAX], longest[KEY_MAX + 1];
	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(key_init(&k, "order", &err), 0);
	assert_int_equal(key_fold(&k, HEARD_STR_OF("a\nb"), buffer).len, 0);
	assert_int_equal(key_fold(&k, HEARD_STR_OF("  "), buffer).len, 0);
	assert_int_equal(key_fold(&k, heard_str_n(longest, KEY_MAX + 1), buffer).len, 0);
	assert_int_equal(key_fold(&k, heard_str_n(longest, KEY_MAX), buffer).len, KEY_MAX);
}

static void records_of_one_key_share_a_look_up(void **state)
{
	struct key k;
	(void)state;
	assert_int_equal(key_init(&k, "order", &err), 0);
	record("{\"order\":\"1\"}");
	record("{\"order\":\"2\"}");
	record("{\"body\":\"none\"}");
	record("{\"order\":\"1\"}");
	struct visit *v = visit_create(batch, &k);
	assert_int_equal(v->n_lookups, 2);
	assert_ptr_equal(v->at[0], v->at[3]);
	assert_null(v->at[2]);
	v = visit_create(batch, NULL);
	assert_int_equal(v->n_lookups, 0);
}

/* ---- filling */

static struct fill fill_of(bool is_masked, const char *name, const char *column)
{
	struct fill f;
	const struct heard_map map = {&name, &column, 1};
	wanted = (struct wanted){0};
	assert_int_equal(fill_init(&f, &map, is_masked, &wanted, &err), 0);
	return f;
}

static uint64_t filled(const struct fill *f, struct heard_record *r, const char *value)
{
	uint64_t left_out = 0;
	struct heard_str values[1] = {heard_str(value)};
	assert_true(fill_record(f, r, values, &left_out) >= 0);
	return left_out;
}

static void figures_and_labels_become_attributes(void **state)
{
	(void)state;
	struct fill f = fill_of(true, "attributes_tier", "tier");
	struct heard_record *r = record("{\"attributes\":{\"tier\":\"what the form said\"}}");
	assert_int_equal(filled(&f, r, "金卡"), 0);
	is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).str, "金卡");
	assert_int_equal(filled(&f, r, "12"), 0);
	assert_int_equal(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).integer,
			 12);
	assert_int_equal(filled(&f, r, "-12.50"), 0);
	assert_true(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).number ==
		    -12.5);
	assert_int_equal(filled(&f, r, "true"), 0);
	assert_true(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).boolean);
	assert_int_equal(filled(&f, r, "007"), 0); /* a code keeps its zeros */
	is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).str, "007");
}

/* Numbers are not looked at by mask, and behind it nothing is. */
static void what_could_be_private_is_no_figure_and_no_label(void **state)
{
	static const char *const bad[] = {"13812345678", "1381234567", "1234567", "Li Lei",
					  "li@x.cn",	 "2024-03-01", "call me", "138.12345"};
	(void)state;
	struct fill f = fill_of(true, "attributes_x", "x"),
		    text = fill_of(false, "attributes_x", "x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard_record *r = record("{}");
		assert_int_equal(filled(&f, r, bad[i]), 1);
		assert_int_equal(heard_family_size(r, HEARD_ATTRIBUTES), 0);
		assert_int_equal(filled(&text, r, bad[i]), 0); /* mask comes behind */
		is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("x")).str, bad[i]);
	}
}

static void contacts_are_sealed_later_and_what_is_there_stays(void **state)
{
	(void)state;
	struct fill f = fill_of(true, "author_phone", "phone");
	struct heard_record *r = record("{\"region\":\"north\"}");
	assert_int_equal(filled(&f, r, "13812345678"), 0);
	is(heard_get_str(r, HEARD_AUTHOR_PHONE), "13812345678");
	f = fill_of(true, "region", "city");
	assert_int_equal(filled(&f, r, "south"), 0);
	is(heard_get_str(r, HEARD_REGION), "north");
	r = record("{}");
	assert_int_equal(filled(&f, r, "Flat 4, 12 High Street"), 1);
	assert_false(heard_has(r, HEARD_REGION));
}

static void targets_that_do_not_exist_are_told(void **state)
{
	static const char *const bad[] = {"body", "segment_loyalty", "attributes_", "tier",
					  "spam_score"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fill f;
		const char *column = "c";
		const struct heard_map map = {&bad[i], &column, 1};
		assert_int_equal(fill_init(&f, &map, false, &wanted, &err), -EINVAL);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

/* ---- CSV */

static struct key by_email;

static struct listing *listing(const char *bytes, enum charset charset)
{
	assert_int_equal(key_init(&by_email, "author.email", &err), 0);
	wanted = (struct wanted){0};
	wanted_add(&wanted, "tier");
	wanted_add(&wanted, "orders");
	return listing_read(heard_str(bytes), charset, "id", &by_email, &wanted, &err);
}

static void a_listing_finds_its_rows(void **state)
{
	struct heard_str values[WANTED_MAX];
	(void)state;
	struct listing *l = listing("\xef\xbb\xbfname;id; tier ;orders\r\n"
				    "x;A@x.cn;\"go;ld\";7\r\n"
				    "\r\n"
				    "y;b@x.cn\n"
				    "z;;lost;1\n"
				    "x;a@X.cn;newer;8",
				    CHARSET_AUTO);
	assert_non_null(l);
	assert_true(listing_get(l, HEARD_STR_OF("a@x.cn"), values));
	is(values[0], "newer");
	is(values[1], "8");
	assert_true(listing_get(l, HEARD_STR_OF("b@x.cn"), values));
	assert_int_equal(values[0].len + values[1].len, 0);
	assert_false(listing_get(l, HEARD_STR_OF("c@x.cn"), values));
	assert_false(listing_get(l, HEARD_STR_OF(""), values));
	listing_close(l);
}

static void a_listing_reads_gb18030(void **state)
{
	struct heard_str values[WANTED_MAX];
	(void)state;
	struct listing *l = listing("id,tier,orders\na,\xbd\xf0\xbf\xa8,3\n", CHARSET_AUTO);
	assert_non_null(l);
	assert_true(listing_get(l, HEARD_STR_OF("a"), values));
	is(values[0], "金卡");
	listing_close(l);
}

static void a_listing_that_cannot_be_used_is_refused_in_a_sentence(void **state)
{
	static const struct {
		const char *bytes, *says;
	} bad[] = {
		{"", "empty"},
		{"\n", "no column \"id\""},
		{"id,orders\n", "no column \"tier\""},
		{"id,tier,orders\na,\"b\nc,d,1\n", "quote is not closed"},
		{"id,tier,orders\na,\xff\xff,1\n", "charset"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(listing(bad[i].bytes, CHARSET_UTF8));
		if (strstr(err.text, bad[i].says) == NULL)
			print_error("%zu: %s\n", i, err.text);
		assert_non_null(strstr(err.text, bad[i].says));
	}
}

static void values_are_short_and_plain(void **state)
{
	char longest[VALUE_MAX + 2];
	(void)state;
	memset(longest, 'x', sizeof(longest));
	is(wanted_value(HEARD_STR_OF(" a b ")), "a b");
	assert_int_equal(wanted_value(HEARD_STR_OF("a\nb")).len, 0);
	assert_int_equal(wanted_value(HEARD_STR_OF("\xff")).len, 0);
	assert_int_equal(wanted_value(heard_str_n(longest, VALUE_MAX + 1)).len, 0);
	assert_int_equal(wanted_value(heard_str_n(longest, VALUE_MAX)).len, VALUE_MAX);
}

/* ---- SQLite */

static void make_database(char path[64])
{
	char command[512];
	snprintf(path, 64, "/tmp/test-enrich-%d.db", (int)getpid());
	unlink(path);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(command, sizeof(command),
		 "CREATE TABLE c(id TEXT, tier TEXT, orders INT, b BLOB);"
		 "INSERT INTO c VALUES('c1','gold',7,x'00'),('c2',NULL,2.5,NULL)");
	assert_int_equal(sqlite3_exec(db, command, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_database_is_asked_and_never_changed(void **state)
{
	char path[64];
	struct heard_str values[WANTED_MAX];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	wanted_add(&wanted, "n");
	struct database *d = database_open(
		path, "SELECT orders AS n, tier FROM c WHERE id = ?1", &wanted, 1000, &err);
	assert_non_null(d);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	is(values[1], "7");
	assert_int_equal(database_get(d, HEARD_STR_OF("c2"), batch, values, &err), 1);
	assert_int_equal(values[0].len, 0);
	is(values[1], "2.5");
	assert_int_equal(database_get(d, HEARD_STR_OF("' OR 1 --"), batch, values, &err), 0);
	database_close(d);
	unlink(path);
}

static void a_query_must_read_and_have_one_parameter(void **state)
{
	static const struct {
		const char *query, *says;
	} bad[] = {
		{"SELECT tier FROM c", "one parameter"},
		{"SELECT tier FROM c WHERE id = ? OR id = ?", "one parameter"},
		{"DELETE FROM c WHERE id = ?", "SELECT"},
		{"ATTACH ? AS x", "SELECT"},
		{"SELECT tier FROM c WHERE id = ?; DROP TABLE c", "one statement"},
		{"SELECT orders FROM c WHERE id = ?", "\"tier\"; name it with AS"},
		{"SELECT tier FROM missing WHERE id = ?", "no such table"},
		{"", "one statement"},
	};
	char path[64];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(database_open(path, bad[i].query, &wanted, 1000, &err));
		if (strstr(err.text, bad[i].says) == NULL)
			print_error("%zu: %s\n", i, err.text);
		assert_non_null(strstr(err.text, bad[i].says));
	}
	assert_null(database_open("/nowhere/x.db", "SELECT 1", &wanted, 1000, &err));
	unlink(path);
}

static void a_query_that_takes_too_long_is_interrupted(void **state)
{
	char path[64];
	struct heard_str values[WANTED_MAX];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "n");
	struct database *d = database_open(
		path,
		"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < "
		"4000000000) SELECT count(*) AS n FROM s WHERE ?1 <> ''",
		&wanted, 30, &err);
	assert_non_null(d);
	assert_int_equal(database_get(d, HEARD_STR_OF("x"), batch, values, &err), -ETIMEDOUT);
	assert_int_equal(database_get(d, HEARD_STR_OF("x"), batch, values, &err), -ETIMEDOUT);
	database_close(d);
	unlink(path);
}

/* As a nightly export does: a new file, renamed to where the old one was. */
static void another_file_in_its_place_is_read(void **state)
{
	char path[64], fresh[80];
	struct heard_str values[WANTED_MAX];
	sqlite3 *db;
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	struct database *d = database_open(path, "SELECT tier FROM c WHERE id = ?", &wanted,
					   1000, &err);
	assert_non_null(d);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	assert_int_equal(rename(path, fresh), 0); /* gone for a moment */
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	make_database(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "UPDATE c SET tier = 'silver'", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "silver");

	/* One that does not fit is told, and looked at again. */
	FILE *f = fopen(fresh, "w");
	fputs("no database at all, and long enough to be taken for one", f);
	fclose(f);
	assert_int_equal(rename(fresh, path), 0);
	assert_true(database_follow(d, &err) < 0);
	assert_true(database_follow(d, &err) < 0);
	unlink(path);
	make_database(path);
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	database_close(d);
	unlink(path);
}

/* ---- HTTP */

static int answer(const char *json, struct heard_str *values)
{
	wanted = (struct wanted){0};
	wanted_add(&wanted, "profile.tier");
	wanted_add(&wanted, "scores");
	return service_read(&wanted, heard_str(json), 4096, batch, values, &err);
}

static void an_answer_is_read_by_paths(void **state)
{
	struct heard_str values[WANTED_MAX];
	(void)state;
	assert_int_equal(answer("{\"profile\":{\"tier\":\"gold\"},\"scores\":[5,\"4\",null,"
				"[1],2.5]}",
				values),
			 1);
	is(values[0], "gold");
	is(values[1], "5,4,2.5");
	assert_int_equal(answer("[{\"profile\":{\"tier\":7}},{}]", values), 1);
	is(values[0], "7");
	assert_int_equal(values[1].len, 0);
	assert_int_equal(answer("{\"profile\":{\"tier\":\"a\\nb\"}}", values), 1);
	assert_int_equal(values[0].len, 0);
}

static void an_empty_answer_says_that_there_is_none(void **state)
{
	struct heard_str values[WANTED_MAX];
	(void)state;
	assert_int_equal(answer("null", values), 0);
	assert_int_equal(answer("[]", values), 0);
	assert_int_equal(answer("{}", values), 0);
	assert_int_equal(answer("[null]", values), 0);
}

static void an_answer_that_is_none_is_refused_without_a_quote(void **state)
{
	struct heard_str values[WANTED_MAX];
	(void)state;
	assert_int_equal(answer("<html>13812345678", values), -EBADMSG);
	assert_null(strstr(err.text, "138"));
	assert_int_equal(answer("\"13812345678\"", values), -EBADMSG);
	assert_null(strstr(err.text, "138"));
	assert_int_equal(answer("", values), -EBADMSG);
}

static void a_key_is_encoded_wherever_it_stands(void **state)
{
	struct heard_buf url;
	(void)state;
	heard_buf_init(&url, URL_MAX);
	assert_true(service_url("https://x/c/{key}?all", HEARD_STR_OF("../a b?&#张"), &url));
	assert_string_equal(url.ptr, "https://x/c/..%2Fa%20b%3F%26%23%E5%BC%A0?all");
	heard_buf_release(&url);
}

/* curl makes /c/../ of it, and that is somebody else's, or everybody's. */
static void a_key_never_leads_to_another_place(void **state)
{
	static const char *const bad[] = {".",	  "..",	   "../",  "../1",   "a/..",
					  "/../", "a/./b", "..\\", "\\..\\", "a\\../b"};
	static const char *const good[] = {"c1",   "a/b",   "...", "1..2",
					   "a./b", "v1.2/", "/",   ""};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(service_key_leads_away(heard_str(bad[i])));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_false(service_key_leads_away(heard_str(good[i])));
}

static void a_url_without_room_for_the_longest_key_is_refused(void **state)
{
	char url[URL_MAX + 100];
	(void)state;
	for (int len = 100; len < URL_MAX; len += 100) {
		snprintf(url, sizeof(url), "https://x/{key}?%0*d", len, 0);
		bool fits = strlen(url) - 5 + 3 * KEY_MAX < URL_MAX;
		assert_int_equal(check_url(url, &err), fits ? 0 : -EINVAL);
	}
}

static void a_url_without_a_place_for_the_key_is_refused(void **state)
{
	static const char *const bad[] = {"https://x/c",
					  "https://{key}.x/c",
					  "https://x{key}/",
					  "https://x/{key}/{key}",
					  "ftp://x/{key}",
					  "https://x/#{key}",
					  "{key}"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(check_url(bad[i], &err) < 0);
	assert_int_equal(check_url("https://x?id={key}", &err), 0);
	assert_int_equal(check_url("http://127.0.0.1:8/c/{key}.json", &err), 0);
}

static void a_header_that_is_none_is_told(void **state)
{
	static const char *const bad[] = {
		"", "X-Key", ": x", "X Key: x", "X-Key:", "X-Key: ", "X-Key: a\r\nHost: b"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(is_header(bad[i]));
	assert_true(is_header("X-Key: a b"));
	assert_true(is_header("X-Key:a"));
}

/* ---- the cache */

static void print_of(int i, unsigned char print[PRINT_SIZE])
{
	memset(print, 0, PRINT_SIZE);
	memcpy(print, &i, sizeof(i));
}

static void a_cache_forgets_what_is_old_and_what_nobody_asks_for(void **state)
{
	unsigned char print[PRINT_SIZE];
	const struct heard_str *values, one[2] = {HEARD_STR("v"), HEARD_STR("")};
	(void)state;
	struct cache *c = cache_create(3, 2);
	for (int i = 0; i < 3; i++) {
		print_of(i, print);
		cache_put(c, print, i == 1 ? NULL : one, 100);
	}
	print_of(0, print);
	assert_true(cache_get(c, print, 50, &values));
	is(values[0], "v");
	print_of(3, print);
	cache_put(c, print, one, 100); /* 1 goes: it was not asked for the longest time */
	print_of(1, print);
	assert_false(cache_get(c, print, 50, &values));
	cache_put(c, print, NULL, 100); /* 2 goes */
	assert_true(cache_get(c, print, 50, &values));
	assert_null(values);
	assert_int_equal(cache_size(c), 3);
	print_of(0, print);
	assert_false(cache_get(c, print, 100, &values));
	assert_int_equal(cache_size(c), 2);
	cache_destroy(c);
}

static void a_cache_stays_within_its_bound(void **state)
{
	unsigned char print[PRINT_SIZE];
	const struct heard_str one[2] = {HEARD_STR("v"), HEARD_STR("w")};
	(void)state;
	struct cache *c = cache_create(100, 2);
	for (int i = 0; i < 5000; i++) {
		print_of(i % 700, print);
		cache_put(c, print, one, 100 + i);
	}
	assert_int_equal(cache_size(c), 100);
	cache_destroy(c);
}

/* ---- segments */

#define NOW INT64_C(1795305600000) /* 2026-11-22 */

static const char *const need_defaults[] = {"subcategory=safety", "priority=high"};
static const char *const delights[] = {"intent=praise", "intent=suggestion"};
static const char *const expected[] = {"intent=complaint", "intent=question"};

static struct segment_options defaults(void)
{
	struct segment_options o = {0};
	o.loyalty.orders = "orders";
	o.loyalty.since = "since";
	o.loyalty.last = "last";
	o.loyalty.loyal_orders = 3;
	o.loyalty.loyal_months = 6;
	o.loyalty.active = 180 * DAY_MS;
	o.loyalty.lost = 730 * DAY_MS;
	o.satisfaction.scores = "scores";
	o.satisfaction.lowest = 1;
	o.satisfaction.highest = 5;
	o.satisfaction.low = 0.5;
	o.satisfaction.high = 0.75;
	o.satisfaction.most = 5;
	o.need.basic = (struct heard_list){need_defaults, 2};
	o.need.delight = (struct heard_list){delights, 2};
	o.need.expected = (struct heard_list){expected, 2};
	return o;
}

static struct heard_record *segmented(const char *json, const char *orders, const char *since,
				      const char *last, const char *scores)
{
	static struct segment_options o;
	static struct segment s;
	o = defaults();
	wanted = (struct wanted){0};
	assert_int_equal(segment_init(&s, &o, &wanted, &err), 0);
	struct heard_str values[4] = {heard_str(orders), heard_str(since), heard_str(last),
				      heard_str(scores)};
	struct heard_record *r = record(json);
	assert_int_equal(segment_record(&s, r, values, false, NOW), 0);
	return r;
}

static void loyalty_is_orders_time_and_the_last_one(void **state)
{
	static const struct {
		const char *orders, *since, *last, *is;
	} cases[] = {
		{"7", "2024-01-01", "2026-10-01", "loyal"},
		{"3", "2026-01-01", "2026-11-21", "loyal"},
		{"3", "", "", "loyal"}, /* what is not known is not held against them */
		{"2", "2024-01-01", "2026-10-01", "potential"},
		{"7", "2026-09-01", "2026-10-01", "potential"}, /* new */
		{"7", "2020-01-01", "2026-01-01", "potential"}, /* asleep */
		{"7", "2020-01-01", "2024-01-01", "none"},	/* gone */
		{"0", "", "", "none"},
		{"", "2024-01-01", "", "potential"},
		{"", "", "2023-01-01T00:00:00Z", "none"},
		{"many", "", "", ""},
		{"", "", "", ""},
		{"-3", "", "", ""},
		{"3", "2099-01-01", "", "potential"}, /* a time to come is now */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_record *r = segmented("{}", cases[i].orders, cases[i].since,
						   cases[i].last, "");
		if (!heard_str_is(heard_get_str(r, HEARD_SEGMENT_LOYALTY), cases[i].is))
			print_error("case %zu\n", i);
		is(heard_get_str(r, HEARD_SEGMENT_LOYALTY), cases[i].is);
	}
}

static void satisfaction_is_the_mean_of_the_last_scores(void **state)
{
	static const struct {
		const char *json, *scores, *is;
	} cases[] = {
		{"{\"csat\":5}", "", "high"},
		{"{\"csat\":3}", "", "medium"},
		{"{\"csat\":2}", "", "low"},
		{"{\"csat\":2}", "5,5,5,5,5", "high"},
		{"{\"csat\":5}", "1,2", "low"},
		{"{\"nps\":9}", "", "high"},
		{"{\"nps\":8}", "", "medium"},
		{"{\"nps\":6}", "", "low"},
		{"{\"rating\":4,\"rating_max\":5}", "", "high"},
		{"{\"rating\":5,\"rating_max\":10}", "", "low"},
		{"{\"ces\":7}", "", "high"},
		{"{}", "1,1,1,1,1,5,5,5,5,5,5,5,5", "low"}, /* five count */
		{"{}", "x, 5 ,?", "high"},
		{"{}", "99", "high"},
		{"{}", ",,", ""},
		{"{}", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_record *r = segmented(cases[i].json, "", "", "", cases[i].scores);
		if (!heard_str_is(heard_get_str(r, HEARD_SEGMENT_SATISFACTION), cases[i].is))
			print_error("case %zu\n", i);
		is(heard_get_str(r, HEARD_SEGMENT_SATISFACTION), cases[i].is);
	}
}

static void words_count_where_there_is_no_figure(void **state)
{
	(void)state;
	is(heard_get_str(segmented("{\"sentiment\":{\"label\":\"negative\"}}", "", "", "", ""),
			 HEARD_SEGMENT_SATISFACTION),
	   "low");
	is(heard_get_str(segmented("{\"sentiment\":{\"label\":\"negative\"}}", "", "", "", "5"),
			 HEARD_SEGMENT_SATISFACTION),
	   "high");
}

static void need_is_the_first_list_that_names_it(void **state)
{
	(void)state;
	is(heard_get_str(segmented("{\"subcategory\":\"safety\",\"intent\":\"praise\"}", "", "",
				   "", ""),
			 HEARD_SEGMENT_NEED),
	   "basic");
	is(heard_get_str(segmented("{\"intent\":\"suggestion\"}", "", "", "", ""),
			 HEARD_SEGMENT_NEED),
	   "delight");
	is(heard_get_str(segmented("{\"intent\":\"question\"}", "", "", "", ""),
			 HEARD_SEGMENT_NEED),
	   "expected");
	assert_false(
		heard_has(segmented("{\"body\":\"x\"}", "", "", "", ""), HEARD_SEGMENT_NEED));
}

static void rules_must_name_labels(void **state)
{
	static const char *const bad[] = {
		"body=x", "subcategory", "subcategory=", "=x", "author.name=x", "rating=5"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct segment s;
		struct segment_options o = defaults();
		o.need.basic = (struct heard_list){&bad[i], 1};
		assert_int_equal(segment_init(&s, &o, &wanted, &err), -EINVAL);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_a_text_field_or_an_attribute),
		TEST(what_cannot_be_a_key_is_none),
		TEST(records_of_one_key_share_a_look_up),
		TEST(figures_and_labels_become_attributes),
		TEST(what_could_be_private_is_no_figure_and_no_label),
		TEST(contacts_are_sealed_later_and_what_is_there_stays),
		TEST(targets_that_do_not_exist_are_told),
		TEST(a_listing_finds_its_rows),
		TEST(a_listing_reads_gb18030),
		TEST(a_listing_that_cannot_be_used_is_refused_in_a_sentence),
		TEST(values_are_short_and_plain),
		TEST(a_database_is_asked_and_never_changed),
		TEST(a_query_must_read_and_have_one_parameter),
		TEST(a_query_that_takes_too_long_is_interrupted),
		TEST(another_file_in_its_place_is_read),
		TEST(an_answer_is_read_by_paths),
		TEST(an_empty_answer_says_that_there_is_none),
		TEST(an_answer_that_is_none_is_refused_without_a_quote),
		TEST(a_key_is_encoded_wherever_it_stands),
		TEST(a_key_never_leads_to_another_place),
		TEST(a_url_without_room_for_the_longest_key_is_refused),
		TEST(a_header_that_is_none_is_told),
		TEST(a_url_without_a_place_for_the_key_is_refused),
		TEST(a_cache_forgets_what_is_old_and_what_nobody_asks_for),
		TEST(a_cache_stays_within_its_bound),
		TEST(loyalty_is_orders_time_and_the_last_one),
		TEST(satisfaction_is_the_mean_of_the_last_scores),
		TEST(words_count_where_there_is_no_figure),
		TEST(need_is_the_first_list_that_names_it),
		TEST(rules_must_name_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
