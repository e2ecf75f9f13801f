/* What the filter mask takes, what it leaves, and what it writes instead. */
#define heard_plugin mask_plugin
#include "../../plugins/filter/mask/again.c"
#include "../../plugins/filter/mask/clean.c"
#include "../../plugins/filter/mask/context.c"
#include "../../plugins/filter/mask/cue.c"
#include "../../plugins/filter/mask/custom.c"
#include "../../plugins/filter/mask/finder.c"
#include "../../plugins/filter/mask/form.c"
#include "../../plugins/filter/mask/han.c"
#include "../../plugins/filter/mask/han_name.c"
#include "../../plugins/filter/mask/han_place.c"
#include "../../plugins/filter/mask/ids.c"
#include "../../plugins/filter/mask/latin.c"
#include "../../plugins/filter/mask/lexicon.c"
#include "../../plugins/filter/mask/mask.c"
#include "../../plugins/filter/mask/name.c"
#include "../../plugins/filter/mask/net.c"
#include "../../plugins/filter/mask/number.c"
#include "../../plugins/filter/mask/papers.c"
#include "../../plugins/filter/mask/phone.c"
#include "../../plugins/filter/mask/place.c"
#include "../../plugins/filter/mask/plate.c"
#include "../../plugins/filter/mask/social.c"
#include "../../plugins/filter/mask/sure.c"
#include "../../plugins/filter/mask/words.c"
#include "../../plugins/filter/mask/work.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct custom_pattern own_patterns[] = {
	{"badge", "EMP[0-9]{5}", CUSTOM_NONE},
	{"custom", "会员[A-Z][0-9]{4,8}", CUSTOM_NONE},
	{"loyalty", "9[0-9]{9}", CUSTOM_LUHN},
};

struct fixture {
	struct mask mask;
	struct mask_lane lane;
	struct heard_batch *batch;
};

static void begin(struct fixture *f)
{
	struct heard_error err = {0};

	assert_int_equal(mask_open(&f->mask, NULL, &err), 0);
	assert_int_equal(mask_lane_open(&f->mask, &f->lane, &err), 0);
	f->batch = batch_create(1 << 20);
	assert_non_null(f->batch);
}

static void end(struct fixture *f)
{
	mask_lane_close(&f->mask, &f->lane);
	mask_close(&f->mask);
	batch_destroy(f->batch);
}

static struct heard_record *run(struct fixture *f, const char *body)
{
	struct heard_record *r = heard_batch_add(f->batch);
	struct heard_error err = {0};

	assert_int_equal(heard_set_str(r, HEARD_BODY, heard_str(body)), 0);
	assert_int_equal(mask_process(&f->mask, &f->lane, f->batch, &err), 0);
	return r;
}

static void assert_body(const struct heard_record *r, const char *want)
{
	struct heard_str body = heard_get_str(r, HEARD_BODY);

	if (!heard_str_is(body, want))
		fail_msg("got  \"%.*s\"\n  want \"%s\"", HEARD_ARG(body), want);
}

static int64_t counted(const struct heard_record *r, const char *kind)
{
	return heard_family_get(r, HEARD_MASKED, heard_str(kind)).integer;
}

/* Each body becomes the other; equal ones survive. */
static void becomes(const char *const (*cases)[2])
{
	for (; (*cases)[0]; cases++) {
		struct fixture f = {0};

		begin(&f);
		assert_body(run(&f, (*cases)[0]), (*cases)[1]);
		end(&f);
	}
}
#define SAME(text)         \
	{                  \
		text, text \
	}
#define END                \
	{                  \
		NULL, NULL \
	}

static void mobile_numbers_in_all_usual_spellings(void **state)
{
	static const char *const cases[][2] = {
		{"call 13812345678", "call 138****5678"},
		{"电话13812345678请回", "电话138****5678请回"},
		{"打138-1234-5678。", "打138****5678。"},
		{"138 1234 5678", "138****5678"},
		{"138.1234.5678", "138****5678"},
		{"+86 138 1234 5678 ok", "138****5678 ok"},
		{"+8613812345678", "138****5678"},
		{"(+86)13812345678", "138****5678"},
		{"86-13812345678", "138****5678"},
		{"0086 13812345678", "138****5678"},
		{"008613812345678", "138****5678"},
		{"013812345678", "138****5678"},
		{"１３８１２３４５６７８", "138****5678"},
		{"1 3 8 1 2 3 4 5 6 7 8", "138****5678"},
		{"tel13812345678", "tel138****5678"},
		{"价格299.00 13812345678", "价格299.00 138****5678"},
		{"13812345678/15912345678", "138****5678/159****5678"},
		{"13812345678 15912345678", "138****5678 159****5678"},
		{"13812345678转1234", "138****5678"},
		{"我是13812345678订单没到", "我是138****5678订单没到"},
		{"我的订单 13812345678", "我的订单 138****5678"},
		{"手机号码是：138 12345678", "手机号码是：138****5678"},
		END,
	};
	(void)state;
	becomes(cases);
}

static void foreign_numbers(void **state)
{
	static const char *const cases[][2] = {
		{"ring +44 20 7946 0958 now", "ring +44****0958 now"},
		{"+1 (415) 555-2671", "+1****2671"},
		{"(415) 555-2671", "415****2671"},
		{"415-555-2671", "415****2671"},
		{"+852 9123 4567", "+852****4567"},
		{"07700 900123", "077****0123"},
		{"+49 151 23456789", "+49****6789"},
		SAME("+5 stars, 100 points"),
		SAME("10:30 +0800 2026-01-02"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void landlines_but_not_service_numbers(void **state)
{
	static const char *const cases[][2] = {
		{"010-65529988", "010-****9988"},
		{"(010)65529988", "010-****9988"},
		{"（０１０）65529988", "010-****9988"},
		{"座机0571-87654321转8001", "座机0571-****4321"},
		{"021 6552 9988", "021-****9988"},
		{"01065529988", "010-****9988"},
		{"+86 10 6552 9988", "010-****9988"},
		{"0755-8765432", "0755-****5432"},
		{"固话：65529988", "固话：****9988"},
		SAME("400-820-8820"),
		SAME("800-820-8820 或 10086"),
		SAME("12315"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void mail_and_ip_addresses(void **state)
{
	static const char *const cases[][2] = {
		{"邮箱zhang.san@example.com谢谢", "邮箱z***@example.com谢谢"},
		{"13812345678@qq.com", "1***@qq.com"},
		{"mail a@b.co.", "mail ***@b.co."},
		SAME("@张三 hello @bob"),
		SAME("npm i @scope/pkg@1.2.3"),
		SAME("logo@2x.png"),
		{"IP 203.0.113.7 ok", "IP 203.0.*.* ok"},
		{"ip：10.1.2.3", "ip：10.1.*.*"},
		SAME("v1.2.3.4"),
		SAME("版本 10.2.33.40"),
		SAME("127.0.0.1"),
		{"from 2001:db8::8a2e:370:7334.", "from 2001:db8:*."},
		SAME("std::string a::b 10:30:45"),
		SAME("MAC 00:1A:2B:3C:4D:5E"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void papers_with_a_checksum(void **state)
{
	static const char *const cases[][2] = {
		{"身份证11010519491231002X。", "身份证11****************。"},
		{"110105194912310021", "110105194912310021"},
		{"110105 19491231 002x", "11****************"},
		{"身份证号 110105491231002", "身份证号 11*************"},
		{"卡号6222021234567890128", "卡号****0128"},
		{"4111 1111 1111 1111", "****1111"},
		{"card 4111-1111-1111-1111 expired", "card ****1111 expired"},
		SAME("订单号4111111111111111"),
		SAME("order no. 4111111111111111"),
		{"IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN DE****3000 bitte"},
		{"GB82WEST12345698765432", "GB****5432"},
		SAME("DE89 3704 0044 0532 0130 01"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void number_plates(void **state)
{
	static const char *const cases[][2] = {
		{"车牌京A12345停", "车牌京A*****停"},
		{"沪B·D1234挂", "沪B*****挂"},
		{"粤BD12345", "粤B*****"},
		{"粤Z1234港", "粤Z*****"},
		SAME("全新A12345型号"),
		SAME("京东A级"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void working_numbers_survive(void **state)
{
	static const char *const cases[][2] = {
		SAME("ts 1700000000000 and 1700000000"),
		SAME("20260102103000"),
		SAME("SF1234567890123 YT1234567890123 JD0123456789012"),
		SAME("订单：13812345678"),
		SAME("订单编号 202601021234567890"),
		SAME("ISBN 9787111128069 / EAN 6901234567892"),
		SAME("¥13812345678.00"),
		SAME("199 20260102"),
		SAME("2026-01-02 10:30:00.123"),
		SAME("https://item.jd.com/13812345678.html"),
		SAME("型号 AB-13812345678X9"),
		SAME("尺寸 100x200x300，共 1234567 件"),
		END,
	};
	(void)state;
	becomes(cases);
}

static void masked_counts_each_kind(void **state)
{
	struct fixture f = {0};
	(void)state;

	begin(&f);
	struct heard_record *r = run(&f, "13812345678 15912345678 a.b@example.com");
	assert_int_equal(counted(r, "phone"), 2);
	assert_int_equal(counted(r, "email"), 1);
	end(&f);
}

static void first_number_typed_becomes_the_contact(void **state)
{
	struct fixture f = {0};
	(void)state;

	begin(&f);
	struct heard_record *r = run(&f, "+86 138-1234-5678, 15912345678, me@example.com");
	assert_true(heard_str_is(heard_get_str(r, HEARD_AUTHOR_PHONE), "13812345678"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_AUTHOR_EMAIL), "me@example.com"));
	end(&f);
}

static void a_contact_that_was_given_stays(void **state)
{
	struct fixture f = {0};
	(void)state;

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	struct heard_error err;
	heard_set_str(r, HEARD_AUTHOR_PHONE, HEARD_STR_OF("10000000000"));
	heard_set_str(r, HEARD_BODY, HEARD_STR_OF("13812345678"));
	assert_int_equal(mask_process(&f.mask, &f.lane, f.batch, &err), 0);
	assert_true(heard_str_is(heard_get_str(r, HEARD_AUTHOR_PHONE), "10000000000"));
	end(&f);
}

static void attributes_are_cleaned_and_their_names_are_cues(void **state)
{
	struct fixture f = {0};
	struct heard_error err;
	(void)state;

	begin(&f);
	assert_int_equal(
		heard_batch_add_json(
			f.batch,
			HEARD_STR_OF("{\"mobile\":13812345678,\"order_id\":13912345678,"
				     "\"note\":\"call 13712345678\",\"cardNo\":"
				     "6222021234567890128,\"n\":1700000000000}"),
			&err),
		0);
	struct heard_record *r = heard_batch_at(f.batch, 0);
	assert_int_equal(mask_process(&f.mask, &f.lane, f.batch, &err), 0);
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("mobile"));
	assert_int_equal(v.type, HEARD_STR_);
	assert_true(heard_str_is(v.str, "138****5678"));
	v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("cardNo"));
	assert_true(v.type == HEARD_STR_ && heard_str_is(v.str, "****0128"));
	v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("order_id"));
	assert_true(v.type != HEARD_STR_);
	v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("n"));
	assert_true(v.type != HEARD_STR_);
	assert_int_equal(counted(r, "phone"), 2);
	assert_false(heard_has(r, HEARD_AUTHOR_PHONE));
	end(&f);
}

static void fields_and_kinds_limit_the_search(void **state)
{
	static const char *const kinds[] = {"email"}, *const fields[] = {"attributes.note"};
	struct fixture f = {.mask = {.kinds = {kinds, 1}, .fields = {fields, 1}}};
	struct heard_error err;
	(void)state;

	begin(&f);
	heard_batch_add_json(f.batch,
			     HEARD_STR_OF("{\"body\":\"x.y@example.com\",\"note\":"
					  "\"13712345678 x.y@example.com\"}"),
			     &err);
	assert_int_equal(mask_process(&f.mask, &f.lane, f.batch, &err), 0);
	struct heard_record *r = heard_batch_at(f.batch, 0);
	assert_body(r, "x.y@example.com");
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("note"));
	assert_true(heard_str_is(v.str, "13712345678 x***@example.com"));
	end(&f);
}

static void redact_and_hash(void **state)
{
	struct fixture f = {.mask = {.mode = FORM_REDACT}};
	char first[64];
	(void)state;

	begin(&f);
	assert_body(run(&f, "打13812345678"), "打[phone]");
	end(&f);
	f = (struct fixture){.mask = {.mode = FORM_HASH, .key = "a secret"}};
	begin(&f);
	struct heard_str one = heard_get_str(run(&f, "13812345678"), HEARD_BODY);
	assert_int_equal(one.len, strlen("[phone:abcdefghijkl]"));
	memcpy(first, one.ptr, one.len);
	struct heard_str two = heard_get_str(run(&f, "+86 138 1234 5678"), HEARD_BODY);
	assert_true(heard_str_eq(two, heard_str_n(first, one.len)));
	end(&f);
}

static void patterns_of_the_user(void **state)
{
	struct fixture f = {.mask = {.patterns = {own_patterns, 3}}};
	(void)state;

	begin(&f);
	struct heard_record *r = run(&f, "EMP12345说会员B12345，电话13812345678");
	assert_body(r, "***说***，电话138****5678");
	assert_int_equal(counted(r, "badge"), 1);
	assert_int_equal(counted(r, "custom"), 1);
	r = run(&f, "9000000001 9000000002"); /* the second has another check digit */
	assert_int_equal(
		counted(r, "loyalty"),
		check_luhn((const uint8_t[]){9, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 10) +
			check_luhn((const uint8_t[]){9, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 10));
	end(&f);
}

static void overlapping_matches_leave_nothing(void **state)
{
	static const struct custom_pattern overlap[] = {{"custom", "话138", CUSTOM_NONE},
							{"custom", "5678[a-z]+", CUSTOM_NONE}};
	struct fixture f = {.mask = {.patterns = {overlap, 2}}};
	(void)state;

	begin(&f);
	assert_body(run(&f, "电话13812345678请"), "电***请");
	assert_body(run(&f, "13812345678abc end"), "*** end");
	end(&f);
}

static void bad_patterns_are_refused_with_their_name(void **state)
{
	static const struct custom_pattern bad[] = {{"badge", "a(b", CUSTOM_NONE},
						    {"badge", "a*", CUSTOM_NONE},
						    {"Badge 1", "a", CUSTOM_NONE},
						    {"badge", "", CUSTOM_NONE}};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mask mask = {.patterns = {&bad[i], 1}};
		struct heard_error err = {0};

		assert_int_equal(mask_open(&mask, NULL, &err), -EINVAL);
		assert_non_null(strstr(err.text, bad[i].name));
		mask_close(&mask);
	}
}

static void a_field_without_text_is_refused(void **state)
{
	static const char *const fields[] = {"rating"};
	struct mask mask = {.fields = {fields, 1}};
	struct heard_error err = {0};
	(void)state;

	assert_int_equal(mask_open(&mask, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "rating"));
}

static void malformed_utf8_is_quarantined_when_a_pattern_needs_it(void **state)
{
	struct fixture f = {.mask = {.patterns = {own_patterns, 3}}};
	(void)state;

	begin(&f);
	assert_false(heard_record_is_live(run(&f, "13812345678 \xFF\xFE")));
	end(&f);
	f = (struct fixture){0};
	begin(&f);
	assert_body(run(&f, "\xE5 13812345678\xFF"), "\xE5 138****5678\xFF");
	end(&f);
}

static void hostile_text_takes_linear_time(void **state)
{
	static const char *const pieces[] = {"1 ",   "a.",	  "@",	  ":",
					     "1-1.", "12345678 ", "京A1", "1"};
	struct fixture f = {0};
	size_t size = 200000;
	char *text = malloc(size + 1);
	(void)state;

	begin(&f);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = strlen(pieces[i]);

		for (size_t at = 0; at < size; at += n)
			memcpy(text + at, pieces[i], at + n <= size ? n : size - at);
		text[size] = '\0';
		batch_clear(f.batch);
		run(&f, text);
	}
	free(text);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mobile_numbers_in_all_usual_spellings),
		cmocka_unit_test(foreign_numbers),
		cmocka_unit_test(landlines_but_not_service_numbers),
		cmocka_unit_test(mail_and_ip_addresses),
		cmocka_unit_test(papers_with_a_checksum),
		cmocka_unit_test(number_plates),
		cmocka_unit_test(working_numbers_survive),
		cmocka_unit_test(masked_counts_each_kind),
		cmocka_unit_test(first_number_typed_becomes_the_contact),
		cmocka_unit_test(a_contact_that_was_given_stays),
		cmocka_unit_test(attributes_are_cleaned_and_their_names_are_cues),
		cmocka_unit_test(fields_and_kinds_limit_the_search),
		cmocka_unit_test(redact_and_hash),
		cmocka_unit_test(patterns_of_the_user),
		cmocka_unit_test(overlapping_matches_leave_nothing),
		cmocka_unit_test(bad_patterns_are_refused_with_their_name),
		cmocka_unit_test(a_field_without_text_is_refused),
		cmocka_unit_test(malformed_utf8_is_quarantined_when_a_pattern_needs_it),
		cmocka_unit_test(hostile_text_takes_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
