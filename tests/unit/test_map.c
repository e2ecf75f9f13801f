/* Which column is which field, what cells mean, and what a row becomes. */
#include "table/map.h"
#include "table/rows.h"
#include "table/value.h"

#include "batch.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/record.h>
#include <heard/time.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- values */

static void scores_are_read(void **state)
{
	static const struct {
		const char *text;
		double score, max; /* max 0: not said */
	} good[] = {
		{"好评", 5, 5},
		{"中评", 3, 5},
		{"差评", 1, 5},
		{"5", 5, 0},
		{"4.5", 4.5, 0},
		{" 4分 ", 4, 0},
		{"3星", 3, 0},
		{"五星", 5, 5},
		{"★★★★☆", 4, 5},
		{"4/10", 4, 10},
		{"4 out of 5", 4, 5},
		{"5 stars", 5, 0},
		{"非常满意", 5, 5},
		{"Negative", 1, 5},
		{"0", 0, 0},
		{"　好评　", 5, 5},
		{"⭐\xef\xb8\x8f⭐\xef\xb8\x8f", 2, 5},
	};
	static const char *const bad[] = {"",
					  "很好",
					  "-1",
					  "5x",
					  "1.2.3",
					  "★★★★★★",
					  "4/0",
					  "4/",
					  ".",
					  "☆",
					  "12345678901234567890123456789"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		double score = -1, most = 0;

		assert_true(value_score(heard_str(good[i].text), &score, &most));
		assert_true(score == good[i].score && most == good[i].max);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		double score, most;

		assert_false(value_score(heard_str(bad[i]), &score, &most));
	}
}

static void times_are_read_in_the_zone(void **state)
{
	static const struct {
		const char *text, *utc;
	} good[] = {
		{"2026-01-05 13:04:05", "2026-01-05T05:04:05.000Z"},
		{"2026/1/5 13:04", "2026-01-05T05:04:00.000Z"},
		{"2026.1.5", "2026-01-04T16:00:00.000Z"},
		{"2026年1月5日 下午1:04", "2026-01-05T05:04:00.000Z"},
		{"2026年1月5日13时04分05秒", "2026-01-05T05:04:05.000Z"},
		{"2026/1/5 12:30 AM", "2026-01-04T16:30:00.000Z"},
		{"2026-01-05T13:04:05Z", "2026-01-05T13:04:05.000Z"},
		{"20260105", "2026-01-04T16:00:00.000Z"},
		{"20260105130405", "2026-01-05T05:04:05.000Z"},
		{"1767589445", "2026-01-05T05:04:05.000Z"},
		{"1767589445123", "2026-01-05T05:04:05.123Z"},
		{"Mon, 5 Jan 2026 13:04:05 +0800", "2026-01-05T05:04:05.000Z"},
		{"Mon, 05 Jan 2026 05:04 GMT", "2026-01-05T05:04:00.000Z"},
		{"5 Jan 26 00:04:05 EST (New York)", "2026-01-05T05:04:05.000Z"},
		{"Wed Jun 01 00:50:25 +0800 2011", "2011-05-31T16:50:25.000Z"},
		{"Wed Jun  1 00:50:25 2011", "2011-05-31T16:50:25.000Z"},
		{"Wed, 1 June 2011 0:50:25 +0800", "2011-05-31T16:50:25.000Z"},
	};
	static const char *const bad[] = {"",
					  "昨天",
					  "01/05/2026",
					  "2026-13-01",
					  "2026-02",
					  "2026/1/5 x",
					  "2026/1/5 25:00",
					  "12345",
					  "2026/1/5 1:04 pmx",
					  "20261345",
					  "Jan 2026",
					  "5 Jan 2026",
					  "5 Jan Feb 2026 10:00",
					  "5 Foo 2026 10:00:00 GMT",
					  "Mon, 32 Jan 2026 10:00:00 GMT",
					  "Mon, 5 Jan 2026 10:00:00 +08000",
					  "in May",
					  "Mon, 5 Jan 2026 10:00:00 GMT GMT",
					  "30 Feb 2026 10:00 GMT"};
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	char text[HEARD_TIME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t time = value_time(heard_str(good[i].text), zone);

		assert_true(time != HEARD_TIME_NONE);
		heard_time_format(time, text);
		assert_string_equal(text, good[i].utc);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(value_time(heard_str(bad[i]), zone) == HEARD_TIME_NONE);
	heard_zone_destroy(zone);
}

static void words_of_the_platform_are_known(void **state)
{
	(void)state;
	assert_true(value_is_default(HEARD_STR_OF("此用户没有填写评价。")));
	assert_true(value_is_default(HEARD_STR_OF(" 此用户未填写文字评价 ")));
	assert_true(value_is_default(HEARD_STR_OF("该用户觉得商品非常好！")));
	assert_false(value_is_default(HEARD_STR_OF("此用户没有填写评价，但是我填了")));
	assert_false(value_is_default(HEARD_STR_OF("")));
}

/* ---- headers */

static struct mapping mapping;

static int match(const struct map *map, const char *const *names, size_t n)
{
	struct heard_str headers[16];
	struct heard_error err = {0};

	for (size_t i = 0; i < n; i++)
		headers[i] = heard_str(names[i]);
	return map_match(map, headers, n, &mapping, &err);
}
#define MATCH(map, ...)                                \
	match(map, (const char *const[]){__VA_ARGS__}, \
	      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void the_best_of_the_shipped_maps_is_taken(void **state)
{
	(void)state;
	assert_int_equal(
		MATCH(NULL, "订单编号", "评价内容", "评价等级", "追加评价", "店铺名称"), 0);
	assert_string_equal(mapping.map->name, "taobao");
	assert_int_equal(MATCH(NULL, "Review Date", "star_rating", "REVIEW TEXT", "asin"), 0);
	assert_string_equal(mapping.map->name, "generic-en");
	assert_int_equal(mapping.columns[1].field, HEARD_RATING);
	assert_int_equal(MATCH(NULL, "反馈 内容", "手机号", "门店"), 0);
	assert_string_equal(mapping.map->name, "generic-zh");
	assert_int_equal(mapping.columns[0].field, HEARD_BODY);
	assert_int_equal(MATCH(NULL, "序号", "提交答卷时间", "来自IP", "1、推荐意愿",
			       "2、总体满意度", "3、物流满意度", "4、您的建议", "5、费力度"),
			 0);
	assert_string_equal(mapping.map->name, "survey-zh");
	assert_int_equal(mapping.columns[3].field, HEARD_NPS);
	assert_int_equal(mapping.columns[4].field, HEARD_CSAT);
	assert_int_equal(mapping.columns[5].kind, TARGET_RATING);
	assert_int_equal(mapping.columns[6].field, HEARD_BODY);
	assert_int_equal(mapping.columns[7].field, HEARD_CES);
	assert_int_equal(mapping.columns[2].kind, TARGET_ATTRIBUTE);
	assert_int_equal(MATCH(NULL, "#", "Q1. NPS", "Why?", "Submit Date (UTC)"), 0);
	assert_string_equal(mapping.map->name, "survey-en");
	assert_int_equal(mapping.columns[1].field, HEARD_NPS);
	assert_true(mapping.columns[3].is_utc);
	assert_int_equal(MATCH(NULL, "Response ID", "Date submitted", "Start language", "csat"),
			 0);
	assert_string_equal(mapping.map->name, "survey-en");
	/* A table of something else has a product and a date, too. */
	assert_int_equal(MATCH(NULL, "商品名称", "日期", "价格"), -EINVAL);
	for (size_t i = 0; map_names[i]; i++)
		assert_true(i == 0 || map_find(heard_str(map_names[i])) != NULL);
	assert_null(map_find(HEARD_STR_OF("other")));
}

static void what_is_not_claimed_is_an_attribute(void **state)
{
	(void)state;
	assert_int_equal(MATCH(map_find(HEARD_STR_OF("jd")), "评价内容", "来源", "", "来源"),
			 0);
	assert_int_equal(mapping.columns[1].kind, TARGET_ATTRIBUTE);
	assert_true(heard_str_is(mapping.columns[1].name, "来源"));
	assert_true(heard_str_is(mapping.columns[2].name, "column_3"));
	assert_true(heard_str_is(mapping.columns[3].name, "column_4"));
}

static void a_map_of_the_config_is_checked(void **state)
{
	static const char *const names[] = {"body", "rating_max", "attributes.batch"},
				 *const values[] = {"意见|Opinion", "=10", "批次"},
				 *const wrong[] = {"text", "rating_max", "spam.score"};
	const struct heard_map good = {names, values, 3}, bad = {wrong, values, 1},
			       ours = {wrong + 2, values, 1}, none = {0};
	struct heard_error err = {0};
	struct map map;

	(void)state;
	assert_int_equal(map_init(&map, &none, &err), 0);
	assert_null(map.name);
	assert_int_equal(map_init(&map, &good, &err), 0);
	assert_int_equal(MATCH(&map, "批次", "opinion"), 0);
	assert_int_equal(mapping.columns[1].field, HEARD_BODY);
	assert_int_equal(mapping.n_constants, 1);
	assert_int_equal(MATCH(&map, "a", "b"), -EINVAL);
	map_release(&map);
	assert_int_equal(map_init(&map, &bad, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'text'"));
	assert_int_equal(map_init(&map, &ours, &err), -EINVAL);
}

/* ---- rows */

struct outcome {
	struct heard_batch *batch;
	size_t n, dead;
	const char *why; /* of the first dead letter */
};

static struct heard_zone *zone_of_rows; /* NULL: UTC */

static struct outcome decode(const char *map, const char *header, const char *rows_text)
{
	static const struct map best = {0};
	const struct rows rows = {
		.map = map ? map_find(heard_str(map)) : &best,
		.channel = HEARD_STR("file"),
		.file = "f.csv",
		.dialect = {CHARSET_UTF8, ','},
		.header = strlen(header),
		.line = 2,
		.max_row = 4096,
	};
	struct outcome o = {.batch = batch_create(8 << 20)};
	batch_set_zone(o.batch, zone_of_rows);
	struct heard_error err = {0};
	struct heard_buf piece;

	heard_buf_init(&piece, 1 << 20);
	heard_buf_printf(&piece, "%s%s", header, rows_text);
	assert_int_equal(rows_decode(&rows, heard_buf_view(&piece), o.batch, &err), 0);
	heard_buf_release(&piece);
	o.n = heard_batch_size(o.batch);
	o.dead = batch_dead_count(o.batch);
	o.why = o.dead ? batch_dead_at(o.batch, 0)->reason : "";
	return o;
}

static struct heard_str text_of(const struct outcome *o, size_t i, enum heard_field field)
{
	return heard_get_str(heard_batch_at(o->batch, i), field);
}

#define REVIEWS "订单编号,评价内容,评价等级,评价时间,追评内容,追评时间,颜色\n"

static void a_follow_up_is_a_record_of_its_own(void **state)
{
	struct outcome o = decode("taobao", REVIEWS,
				  "17,很好,好评,2026-01-05,坏了,2026-02-05,红\n");

	(void)state;
	assert_int_equal(o.n, 2);
	assert_true(heard_str_is(text_of(&o, 0, HEARD_BODY), "很好"));
	assert_true(heard_get_number(heard_batch_at(o.batch, 0), HEARD_RATING, 0) == 5);
	assert_true(heard_str_is(text_of(&o, 1, HEARD_BODY), "坏了"));
	assert_false(heard_has(heard_batch_at(o.batch, 1), HEARD_RATING));
	assert_true(heard_str_eq(text_of(&o, 1, HEARD_IN_REPLY_TO),
				 text_of(&o, 0, HEARD_SOURCE_ID)));
	assert_true(heard_str_eq(text_of(&o, 1, HEARD_THREAD), text_of(&o, 0, HEARD_THREAD)));
	assert_true(heard_str_is(text_of(&o, 1, HEARD_ORDER), "17"));
	assert_true(heard_str_is(text_of(&o, 0, HEARD_CHANNEL), "review"));
	batch_destroy(o.batch);
}

static void what_the_platform_wrote_is_no_body(void **state)
{
	struct outcome o = decode("taobao", REVIEWS, "17,此用户没有填写评价。,差评,,,,\n");
	struct heard_value tags = heard_get(heard_batch_at(o.batch, 0), HEARD_TAGS);

	(void)state;
	assert_int_equal(o.n, 1);
	assert_false(heard_has(heard_batch_at(o.batch, 0), HEARD_BODY));
	assert_true(heard_get_number(heard_batch_at(o.batch, 0), HEARD_RATING, 0) == 1);
	assert_int_equal(tags.list.n, 1);
	assert_true(heard_str_is(tags.list.at[0], "default_text"));
	batch_destroy(o.batch);
}

static double score_of(const struct outcome *o, enum heard_field field)
{
	return heard_get_number(heard_batch_at(o->batch, 0), field, -1);
}

#define ANSWERS                                                                                                                   \
	"问卷名称,序号,提交答卷时间,来自IP,1、推荐意愿,2、总体满意度,3、费力度,4、物流满意度," \
	"5、您的建议\n"

static void answers_of_a_survey_are_scores_and_a_text(void **state)
{
	struct outcome o = decode(NULL, ANSWERS,
				  "到店,7,2026/1/5 13:04,10.0.0.1,0,很满意,6,2分,太慢\n"
				  "到店,8,2026/1/5 13:05,10.0.0.1,,,,,都好\n");

	(void)state;
	assert_int_equal(o.n, 2);
	assert_true(score_of(&o, HEARD_NPS) == 0);
	assert_true(score_of(&o, HEARD_CSAT) == 5);
	assert_true(score_of(&o, HEARD_CES) == 6);
	assert_true(heard_str_is(text_of(&o, 0, HEARD_CHANNEL), "survey"));
	assert_true(heard_str_is(text_of(&o, 0, HEARD_BODY), "太慢"));
	assert_true(heard_family_get(heard_batch_at(o.batch, 0), HEARD_RATINGS,
				     HEARD_STR_OF("logistics"))
			    .number == 2);
	assert_true(heard_str_is(heard_family_get(heard_batch_at(o.batch, 0), HEARD_ATTRIBUTES,
						  HEARD_STR_OF("survey.name"))
					 .str,
				 "到店"));
	/* Who left a question out said nothing of it. */
	assert_false(heard_has(heard_batch_at(o.batch, 1), HEARD_NPS));
	batch_destroy(o.batch);
	o = decode(NULL, ANSWERS,
		   "x,1,,,11,,,,\nx,1,,,,6,,,\nx,1,,,,,8,,\nx,1,,,,0,,,\nx,1,,,10,5,7,,\n");
	assert_int_equal(o.n, 1);
	assert_int_equal(o.dead, 4);
	assert_non_null(strstr(o.why, "beyond its scale"));
	batch_destroy(o.batch);
}

static void a_time_below_utc_is_in_utc(void **state)
{
	static const struct {
		const char *header, *utc;
	} cases[] = {{"#,NPS,Submit Date (UTC)\n", "2026-01-05T13:04:05.000Z"},
		     {"#,NPS,Submitted at\n", "2026-01-05T05:04:05.000Z"}};
	char text[HEARD_TIME_SIZE];

	(void)state;
	zone_of_rows = heard_zone_create("Asia/Shanghai");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = decode("survey-en", cases[i].header,
					  "a1,9,2026-01-05 13:04:05\n");

		heard_time_format(heard_get_time(heard_batch_at(o.batch, 0), HEARD_CREATED_AT),
				  text);
		assert_string_equal(text, cases[i].utc);
		batch_destroy(o.batch);
	}
	heard_zone_destroy(zone_of_rows);
	zone_of_rows = NULL;
}

static void expect_dead(const char *row, const char *why)
{
	struct outcome o = decode("taobao", REVIEWS, row);

	assert_int_equal(o.n, 0);
	assert_int_equal(o.dead, 1);
	assert_non_null(strstr(o.why, "'f.csv' line 2: "));
	assert_non_null(strstr(o.why, why));
	batch_destroy(o.batch);
}

static void bad_rows_are_dead_letters_with_line_and_reason(void **state)
{
	char longest[5000];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	expect_dead("17,很好,好评,,,,,多\n", "more columns");
	expect_dead("17,很好\n", "fewer columns");
	expect_dead("17,很好,嗯,,,,\n", "rating: no score");
	expect_dead("17,很好,8,,,,\n", "above rating_max");
	expect_dead("17,很好,好评,昨天,,,\n", "created_at");
	expect_dead("17,很好,好评,,又,昨天,\n", "followup.created_at");
	expect_dead("17,,,,,,\n", "neither a text nor a score");
	expect_dead("17,\xff\xfe,好评,,,,\n", "charset");
	expect_dead("\"17,很好", "never closed");
	expect_dead(longest, "longer than max_line");
}

static void blank_rows_and_trailing_separators_are_nothing(void **state)
{
	struct outcome o = decode("taobao", REVIEWS, "\n,,,,,,\n17,好,好评,,,,,,,\n　,,,,,,\n");

	(void)state;
	assert_int_equal(o.n, 1);
	assert_int_equal(o.dead, 0);
	batch_destroy(o.batch);
}

static void the_same_row_has_the_same_id_and_another_has_not(void **state)
{
	struct outcome a = decode("taobao", REVIEWS, "17,好,好评,,,,\n17,好,好评,,,,\n"),
		       b = decode("taobao", REVIEWS, "17,好,好评,,,,\n17,坏,好评,,,,\n"),
		       c = decode("jd", REVIEWS, "17,好,好评,,,,\n");

	(void)state;
	assert_true(
		heard_str_eq(text_of(&a, 0, HEARD_SOURCE_ID), text_of(&b, 0, HEARD_SOURCE_ID)));
	assert_false(
		heard_str_eq(text_of(&a, 1, HEARD_SOURCE_ID), text_of(&b, 1, HEARD_SOURCE_ID)));
	assert_false(
		heard_str_eq(text_of(&a, 0, HEARD_SOURCE_ID), text_of(&a, 1, HEARD_SOURCE_ID)));
	/* With another map it is another record. */
	assert_false(
		heard_str_eq(text_of(&a, 0, HEARD_SOURCE_ID), text_of(&c, 0, HEARD_SOURCE_ID)));
	batch_destroy(a.batch);
	batch_destroy(b.batch);
	batch_destroy(c.batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_are_read),
		cmocka_unit_test(times_are_read_in_the_zone),
		cmocka_unit_test(words_of_the_platform_are_known),
		cmocka_unit_test(the_best_of_the_shipped_maps_is_taken),
		cmocka_unit_test(what_is_not_claimed_is_an_attribute),
		cmocka_unit_test(a_map_of_the_config_is_checked),
		cmocka_unit_test(a_follow_up_is_a_record_of_its_own),
		cmocka_unit_test(what_the_platform_wrote_is_no_body),
		cmocka_unit_test(answers_of_a_survey_are_scores_and_a_text),
		cmocka_unit_test(a_time_below_utc_is_in_utc),
		cmocka_unit_test(bad_rows_are_dead_letters_with_line_and_reason),
		cmocka_unit_test(blank_rows_and_trailing_separators_are_nothing),
		cmocka_unit_test(the_same_row_has_the_same_id_and_another_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
