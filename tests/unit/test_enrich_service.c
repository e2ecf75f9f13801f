/* The filter enrich: an HTTP endpoint as a source, and what is kept of its answers. */
#include "../../plugins/filter/enrich/cache.c"
#include "../../plugins/filter/enrich/service.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "enrich_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_read_by_paths),
		TEST(an_empty_answer_says_that_there_is_none),
		TEST(an_answer_that_is_none_is_refused_without_a_quote),
		TEST(a_key_is_encoded_wherever_it_stands),
		TEST(a_key_never_leads_to_another_place),
		TEST(a_url_without_room_for_the_longest_key_is_refused),
		TEST(a_url_without_a_place_for_the_key_is_refused),
		TEST(a_cache_forgets_what_is_old_and_what_nobody_asks_for),
		TEST(a_cache_stays_within_its_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
