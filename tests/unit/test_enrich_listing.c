/* The filter enrich: a CSV file as a source. */
#include "../../plugins/filter/enrich/key.c"
#include "../../plugins/filter/enrich/listing.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "enrich_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listing_finds_its_rows),
		TEST(a_listing_reads_gb18030),
		TEST(a_listing_that_cannot_be_used_is_refused_in_a_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
