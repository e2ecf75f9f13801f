/* The language of a text, and the filter that writes it down. */
#define heard_plugin language_plugin
#include "../../plugins/filter/language/language.c"

#include "batch.h"

#include <language/script.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const usual[] = {"zh", "en"};

static void is(const char *const *codes, size_t n, const char *text, const char *want)
{
	struct heard_error err = {0};
	struct languages expected;

	assert_int_equal(languages_init(&expected, codes, n, &err), 0);
	struct heard_str got = language_of(&expected, heard_str(text));
	if (!heard_str_is(got, want))
		fail_msg("\"%s\": got \"%.*s\", want \"%s\"", text, HEARD_ARG(got), want);
}

static void test_the_script_tells(void **state)
{
	(void)state;
	is(usual, 2, "不错", "zh");
	is(usual, 2, "質量很好", "zh");
	is(usual, 2, "iPhone 14 Pro Max 很好", "zh");
	is(usual, 2, "HDMI接口坏了 see https://shop.example/help/page/one", "zh");
	is(usual, 2, "鲜の每日 味道不错", "zh");
	is(usual, 2, "とても良いです", "ja");
	is(usual, 2, "배송이 너무 늦어요", "ko");
	is(usual, 2, "สินค้าดีมาก", "th");
	is(usual, 2, "πολύ καλό", "el");
	is(usual, 2, "очень хорошо", "ru");
}

static void test_words_tell_english(void **state)
{
	(void)state;
	is(usual, 2, "I love it", "en");
	is(usual, 2, "K..u can go 2moro", "en");
	is(usual, 2, "I don’t know when the parcel will come", "en");
	is(usual, 2, "The food in 北京 was great and we would go again", "en");
	is(usual, 2, "CAN YOU CALL ME BACK", "en");
}

static void test_short_text_is_what_is_expected(void **state)
{
	static const char *const french[] = {"zh", "fr"};
	static const char *const kazakh[] = {"kk"};

	(void)state;
	is(usual, 2, "Refund", "en");
	is(usual, 2, "Super", "en");
	is(french, 2, "Super", "fr");
	is(kazakh, 1, "жақсы", "kk");
}

static void test_a_language_nobody_expects_is_seen_in_a_sentence(void **state)
{
	(void)state;
	is(usual, 2,
	   "Bonjour, je n'ai toujours pas reçu ma commande et personne ne répond au téléphone",
	   "fr");
	is(usual, 2,
	   "Die Lieferung kam bis heute nicht bei mir an, obwohl ich vor drei Wochen bezahlt "
	   "habe",
	   "de");
	is(usual, 2, "سفارش من هنوز نرسیده است و هیچ کس پاسخ تلفن را نمی دهد", "fa");
}

static void test_without_letters_there_is_none(void **state)
{
	(void)state;
	is(usual, 2, "", "");
	is(usual, 2, "12345 :-) !!!", "");
	is(usual, 2, "https://shop.example/help me@shop.example", "");
	is(usual, 2, "\xff\xfe\x80", "");
	is(NULL, 0, "😀", "");
}

static void test_the_head_is_enough(void **state)
{
	static char text[300000];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "好", 3);
	is(usual, 2, text, "zh");
}

static void test_codes_are_vetted(void **state)
{
	static const char *const bad[] = {"English"}, *const upper[] = {"EN"};
	struct heard_error err = {0};
	struct languages expected;

	(void)state;
	assert_int_equal(languages_init(&expected, bad, 1, &err), -EINVAL);
	assert_string_equal(err.text,
			    "\"English\" is no code of a language; write two or three "
			    "small letters, like \"zh\" or \"en\"");
	assert_int_equal(languages_init(&expected, upper, 1, &err), -EINVAL);
	assert_int_equal(languages_init(&expected, usual, LANGUAGES_MAX + 1, &err), -EINVAL);
}

static struct heard_str lang_of(bool replaces, const char *json)
{
	static struct heard_batch *batch;
	static char copy[16];
	struct language self = {.names = {usual, 2}, .replaces = replaces};
	struct heard_error err = {0};

	batch = batch_create(1 << 20);
	assert_int_equal(language_open(&self, NULL, &err), 0);
	assert_int_equal(heard_batch_add_json(batch, heard_str(json), &err), 0);
	assert_int_equal(language_process(&self, NULL, batch, &err), 0);
	struct heard_str code = heard_get_str(heard_batch_at(batch, 0), HEARD_LANG);
	snprintf(copy, sizeof(copy), "%.*s", HEARD_ARG(code));
	batch_destroy(batch);
	return heard_str(copy);
}

static void test_the_filter_writes_it(void **state)
{
	(void)state;
	assert_true(heard_str_is(lang_of(false, "{\"body\":\"很好\"}"), "zh"));
	assert_true(heard_str_is(lang_of(false, "{\"subject\":\"很好\"}"), "zh"));
	assert_true(
		heard_str_is(lang_of(false, "{\"subject\":\"Hi\",\"body\":\"很好\"}"), "zh"));
	assert_true(heard_str_is(lang_of(false, "{\"lang\":\"en\",\"body\":\"很好\"}"), "en"));
	assert_true(heard_str_is(lang_of(true, "{\"lang\":\"en\",\"body\":\"很好\"}"), "zh"));
	assert_true(heard_str_is(lang_of(true, "{\"lang\":\"en\",\"body\":\"5/5\"}"), "en"));
	assert_true(heard_str_is(lang_of(false, "{\"rating\":5}"), ""));
}

static void test_scripts_have_languages(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SCRIPTS; i++)
		assert_int_equal(script_of(heard_str(script_language((enum script)i))), i);
	assert_int_equal(script_of(HEARD_STR_OF("zh-Hant")), SCRIPT_HAN);
	assert_int_equal(script_of(HEARD_STR_OF("uk")), SCRIPT_CYRILLIC);
	assert_int_equal(script_of(HEARD_STR_OF("xx")), SCRIPT_LATIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_script_tells),
		cmocka_unit_test(test_words_tell_english),
		cmocka_unit_test(test_short_text_is_what_is_expected),
		cmocka_unit_test(test_a_language_nobody_expects_is_seen_in_a_sentence),
		cmocka_unit_test(test_without_letters_there_is_none),
		cmocka_unit_test(test_the_head_is_enough),
		cmocka_unit_test(test_codes_are_vetted),
		cmocka_unit_test(test_the_filter_writes_it),
		cmocka_unit_test(test_scripts_have_languages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
