/* The filter moderate: improper words in every dress, and decent ones left alone. */
#define heard_plugin moderate_plugin
#include "../../plugins/filter/moderate/list.c"
#include "../../plugins/filter/moderate/match.c"
#include "../../plugins/filter/moderate/moderate.c"
#include "../../plugins/filter/moderate/plain.c"
#include "../../plugins/filter/moderate/words.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct moderate self;
	struct moderate_lane lane;
	struct heard_batch *batch;
};

static void begin(struct fixture *f, int mode)
{
	struct heard_error err = {0};

	f->self.mode = mode;
	f->self.tag = "improper";
	if (f->self.folder == NULL)
		f->self.folder = "etc/rules/improper";
	if (moderate_open(&f->self, NULL, &err))
		fail_msg("%s:%d: %s", err.file, err.line, err.text);
	assert_int_equal(moderate_lane_open(&f->self, &f->lane, &err), 0);
	f->batch = batch_create(4 << 20);
}

static void end(struct fixture *f)
{
	moderate_lane_close(&f->self, &f->lane);
	moderate_close(&f->self);
	batch_destroy(f->batch);
}

static struct heard_record *run(struct fixture *f, struct heard_str body)
{
	struct heard_record *r = heard_batch_add(f->batch);
	struct heard_error err = {0};

	assert_int_equal(heard_set_str(r, HEARD_BODY, body), 0);
	assert_int_equal(moderate_process(&f->self, &f->lane, f->batch, &err), 0);
	return r;
}

static void becomes(struct fixture *f, const char *const (*cases)[2])
{
	for (; (*cases)[0]; cases++) {
		struct heard_record *r = run(f, heard_str((*cases)[0]));
		struct heard_str got = heard_get_str(r, HEARD_BODY);

		if (!heard_str_is(got, (*cases)[1]))
			fail_msg("\"%s\"\n  got  \"%.*s\"\n  want \"%s\"", (*cases)[0],
				 HEARD_ARG(got), (*cases)[1]);
	}
}

static void words_are_found_in_every_dress(void **state)
{
	static const char *const cases[][2] = {
		{"what the fuck", "what the ****"},
		{"FUCKING thing", "******* thing"},
		{"fuuuuuck", "********"},
		{"f u c k you", "* * * * you"},
		{"f.u.c.k you", "******* you"},
		{"ｆｕｃｋ", "****"},
		{"fu\xe2\x80\x8b"
		 "ck",
		 "*****"},
		{"this is sh1t", "this is ****"},
		{"$hit", "****"},
		{"you @sshole", "you *******"},
		{"assssshole", "**********"},
		{"what a blow-job", "what a ********"},
		{"客服是傻逼吧", "客服是**吧"},
		{"客服是傻*逼吧", "客服是***吧"},
		{"客服 傻 逼 客服", "客服 * * 客服"},
		{"傻傻傻逼", "****"},
		{"操.你.妈", "*****"},
		{"垃圾東西，強姦", "垃圾東西，**"},
		{"幹你娘", "***"},
		{"去你他妈的", "去你***"},
		{NULL, NULL},
	};
	struct fixture f = {.batch = NULL};
	(void)state;

	begin(&f, MODE_MASK);
	becomes(&f, cases);
	end(&f);
}

static void decent_words_stay(void **state)
{
	static const char *const decent[] = {
		"Scunthorpe, Penistone and Sussex",
		"the class assessment passed",
		"I was pissed off by a hit",
		"analysis of cocktails and peacocks",
		"Shih Tzu, shitake mushrooms",
		"a pussy cat and food porn",
		"Dick bought nude panties and a nipple for the bottle",
		"push it, wash it; she's hit.",
		"hi there, I use it.",
		"给我妈妈的礼物，姑妈的也买了",
		"听其他妈妈的推荐",
		"我妈比较喜欢，你妈妈也会喜欢",
		"在路口交了钱，一次性交清",
		"做爱心早餐，叫床垫送来",
		"今日 你妈妈节",
		"情况复杂种类多",
		"颜色情况不明，感情色彩",
		"屌丝专用",
		"牛奶很好喝，靠背舒服，性价比高",
		"你 妈 妈 的 鞋",
	};
	struct fixture f = {.batch = NULL};
	(void)state;

	begin(&f, MODE_MASK);
	for (size_t i = 0; i < sizeof(decent) / sizeof(*decent); i++) {
		struct heard_str got = heard_get_str(run(&f, heard_str(decent[i])), HEARD_BODY);

		if (!heard_str_is(got, decent[i]))
			fail_msg("\"%s\"\n  got  \"%.*s\"", decent[i], HEARD_ARG(got));
	}
	end(&f);
}

static void a_flag_leaves_the_text(void **state)
{
	struct fixture f = {.batch = NULL};
	struct heard_record *r;
	(void)state;

	begin(&f, MODE_FLAG);
	r = run(&f, HEARD_STR_OF("fuck this shit, 妓女"));
	assert_true(heard_str_is(heard_get_str(r, HEARD_BODY), "fuck this shit, 妓女"));
	assert_int_equal(
		heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("improper.abuse")).integer,
		2);
	assert_int_equal(
		heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("improper.obscene")).integer,
		1);
	assert_int_equal(heard_get(r, HEARD_TAGS).list.n, 1);
	assert_int_equal(heard_family_size(r, HEARD_MASKED), 0);
	r = run(&f, HEARD_STR_OF("很好"));
	assert_false(heard_has(r, HEARD_TAGS));
	assert_int_equal(heard_family_size(r, HEARD_ATTRIBUTES), 0);
	end(&f);
}

static void own_words_and_allowed_ones(void **state)
{
	static const char *const more[] = {"rip-off*", "奸商 ! 奸商会"}, *const allow[] = {
										 "hentai"};
	static const char *const cases[][2] = {{"rip-offs by 奸商", "******** by **"},
					       {"奸商会 hentai", "奸商会 hentai"},
					       {NULL, NULL}};
	struct fixture f = {.self = {.more = {more, 2}, .allow = {allow, 1}}};
	(void)state;

	begin(&f, MODE_MASK);
	becomes(&f, cases);
	end(&f);
}

static void a_faulty_list_is_told(void **state)
{
	static const char *const lists[][2] = {
		{"word\n", "a kind comes before"},
		{"[Abuse]\n", "a kind is a word of small letters"},
		{"[a]\nx\n", "a word has 2 to"},
		{"[a]\nbad/word\n", "has a sign that no word has"},
		{"[a]\nword ! world\n", "does not hold the word"},
	};
	char folder[] = "/tmp/heard-moderate-XXXXXX", path[100];
	struct heard_error err;
	(void)state;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.txt", folder);
	assert_null(words_load(folder, NULL, 0, NULL, 0, &err));
	assert_non_null(strstr(err.text, "there is no list of words"));
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(lists[i][0], file);
		fclose(file);
		err = (struct heard_error){0};
		assert_null(words_load(folder, NULL, 0, NULL, 0, &err));
		if (!strstr(err.text, lists[i][1]))
			fail_msg("%s", err.text);
		assert_string_equal(err.file, path);
	}
	unlink(path);
	rmdir(folder);
	assert_null(words_load(folder, NULL, 0, NULL, 0, &err));
	assert_non_null(strstr(err.text, "cannot be read"));
}

static void any_bytes_do(void **state)
{
	struct fixture f = {.batch = NULL};
	(void)state;

	begin(&f, MODE_MASK);
	run(&f, HEARD_STR_OF("\xff\xfe\xe4\xbd \0 shit\0\xe5"));
	assert_true(heard_str_is(heard_get_str(heard_batch_at(f.batch, 0), HEARD_BODY), "") ==
		    false);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_in_every_dress),
		cmocka_unit_test(decent_words_stay),
		cmocka_unit_test(a_flag_leaves_the_text),
		cmocka_unit_test(own_words_and_allowed_ones),
		cmocka_unit_test(a_faulty_list_is_told),
		cmocka_unit_test(any_bytes_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
