/* The filter classify: what rules say, what a file may hold, and the shipped rules. */
#include "classify_fixture.h"

static const char shipped[] = "etc/rules/ecommerce.cfg";

static void begin(struct classifying *f, const char *path)
{
	struct heard_error err = {0};

	f->self.path = path;
	f->self.sure = 0.5;
	if (f->self.folder == NULL)
		f->self.folder = "/nowhere";
	if (classify_open(&f->self, NULL, &err))
		fail_msg("%s:%d: %s", err.file, err.line, err.text);
	assert_int_equal(classify_lane_open(&f->self, &f->lane, &err), 0);
	f->batch = batch_create(1 << 20);
}

static void end(struct classifying *f)
{
	classify_lane_close(&f->self, &f->lane);
	classify_close(&f->self);
	batch_destroy(f->batch);
}

static struct heard_record *say(struct classifying *f, const char *body)
{
	char json[1000];

	snprintf(json, sizeof(json), "{\"body\":\"%s\"}", body);
	return classify_one(f, json);
}

static void write_file(char path[32], const char *text)
{
	strcpy(path, "/tmp/heard-rules-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void begin_with(struct classifying *f, const char *rules)
{
	char path[32];

	write_file(path, rules);
	begin(f, path);
	unlink(path);
}

static void assert_field(const struct heard_record *r, enum heard_field field, const char *want)
{
	struct heard_str got = heard_get_str(r, field);

	if (want == NULL ? got.len != 0 : !heard_str_is(got, want))
		fail_msg("%s is \"%.*s\", not \"%s\", of \"%.*s\"",
			 heard_field_table[field].name.ptr, HEARD_ARG(got), want ? want : "",
			 HEARD_ARG(heard_get_str(r, HEARD_BODY)));
}

/* ---- how rules work */

static void highest_weight_wins_and_earlier_of_equals(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(&f,
		   "rules = ( { words = [\"alpha\"]; category = \"a\"; },"
		   "{ words = [\"beta\", \"gamma\"]; category = \"b\"; subcategory = \"s\"; },"
		   "{ words = [\"delta\"]; weight = 2.0; category = \"d\"; } );");
	assert_field(say(&f, "beta alpha"), HEARD_CATEGORY, "a");
	assert_field(say(&f, "beta alpha gamma"), HEARD_CATEGORY, "b");
	assert_field(say(&f, "beta alpha gamma"), HEARD_SUBCATEGORY, "s");
	assert_field(say(&f, "beta alpha gamma delta"), HEARD_CATEGORY, "d");
	assert_field(say(&f, "beta alpha gamma delta"), HEARD_SUBCATEGORY, NULL);
	assert_field(say(&f, "none of them"), HEARD_CATEGORY, NULL);
	end(&f);
}

static void english_words_are_whole_and_chinese_are_not(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(&f, "rules = ( { words = [\"App\", \"refund*\", \"退款\", \"12315\"]; "
		       "category = \"x\"; } );");
	assert_field(say(&f, "happy apply"), HEARD_CATEGORY, NULL);
	assert_field(say(&f, "你们的app不行"), HEARD_CATEGORY, "x");
	assert_field(say(&f, "REFUNDED it"), HEARD_CATEGORY, "x");
	assert_field(say(&f, "我要退款了"), HEARD_CATEGORY, "x");
	assert_field(say(&f, "no 123150"), HEARD_CATEGORY, NULL);
	assert_field(say(&f, "打12315！"), HEARD_CATEGORY, "x");
	end(&f);
}

static void denied_words_do_not_count(void **state)
{
	static const char *const denied[] = {"没有漏电",	  "没有任何漏电",
					     "不会漏电",	  "未出现漏电",
					     "not a single leak", "never had any leak",
					     "it doesn't leak",	  "it didn’t really leak"};
	static const char *const meant[] = {"漏电",
					    "用了不到一天就漏电",
					    "不但漏电",
					    "是不是漏电了",
					    "没有漏电？又漏电了",
					    "not only leak",
					    "a leak, not good"};
	struct classifying f = {0};
	(void)state;

	begin_with(
		&f,
		"rules = ( { words = [\"漏电\", \"leak\"]; intent = \"complaint\"; },"
		"{ words = [\"漏电\", \"leak\"]; negated = true; category = \"about\"; } );");
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		assert_field(say(&f, denied[i]), HEARD_INTENT, NULL);
		assert_field(say(&f, denied[i]), HEARD_CATEGORY, "about");
	}
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		assert_field(say(&f, meant[i]), HEARD_INTENT, "complaint");
	end(&f);
}

static void traditional_and_simplified_meet_alike(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(
		&f,
		"rules = ( { words = [ \"退款\", \"沒發貨\" ]; tags = [ \"a\" ]; "
		"category = \"service\"; },"
		"{ patterns = [ \"客服.{0,9}不理\", \"斷[線网]\" ]; intent = \"complaint\"; },"
		"{ words = [ \"漏电\" ]; priority = \"high\"; } );");
	assert_field(say(&f, "什麼時候退款給我"), HEARD_CATEGORY, "service");
	assert_field(say(&f, "一个月没发货"), HEARD_CATEGORY, "service");
	assert_field(say(&f, "客服對我不理"), HEARD_INTENT, "complaint");
	assert_field(say(&f, "总是断线"), HEARD_INTENT, "complaint");
	assert_field(say(&f, "總是斷網"), HEARD_INTENT, "complaint");
	assert_field(say(&f, "插座漏電"), HEARD_PRIORITY, "high");
	assert_field(say(&f, "從來沒有出過漏電"), HEARD_PRIORITY, NULL);
	/* the text itself stays as written */
	assert_field(say(&f, "插座漏電"), HEARD_BODY, "插座漏電");
	end(&f);
}

static void with_unless_and_patterns(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(&f,
		   "rules = ( { words = [\"login\"]; with = [\"fails\"]; unless = [\"test\"];"
		   "            category = \"a\"; tags = [\"t\", \"u\"]; },"
		   "          { patterns = [\"error [0-9]{3}\", \"错误[0-9]+\"]; category = "
		   "\"p\"; tags = \"t\"; } );");
	assert_field(say(&f, "login"), HEARD_CATEGORY, NULL);
	assert_field(say(&f, "login fails"), HEARD_CATEGORY, "a");
	assert_field(say(&f, "login fails in a test"), HEARD_CATEGORY, NULL);
	assert_field(say(&f, "Error 503"), HEARD_CATEGORY, "p");
	assert_field(say(&f, "错误12"), HEARD_CATEGORY, "p");
	struct heard_record *r = say(&f, "login fails, error 503");
	assert_int_equal(heard_get(r, HEARD_TAGS).list.n, 2);
	end(&f);
}

static void conditions_on_fields(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(&f, "rules = ( { when = { rating_below = 3; channel = [\"app\", \"web\"]; "
		       "}; intent = \"complaint\"; },"
		       "          { when = { lang = \"zh\"; }; department = \"service\"; } );");
	assert_field(classify_one(&f, "{\"rating\":2,\"channel\":\"web\"}"), HEARD_INTENT,
		     "complaint");
	assert_field(classify_one(&f, "{\"rating\":4,\"rating_max\":10,\"channel\":\"app\"}"),
		     HEARD_INTENT, "complaint");
	assert_field(classify_one(&f, "{\"rating\":2,\"channel\":\"email\"}"), HEARD_INTENT,
		     NULL);
	assert_field(classify_one(&f, "{\"channel\":\"web\"}"), HEARD_INTENT, NULL);
	assert_field(classify_one(&f, "{\"lang\":\"zh-CN\"}"), HEARD_DEPARTMENT, "service");
	assert_field(classify_one(&f, "{\"lang\":\"zha\"}"), HEARD_DEPARTMENT, NULL);
	end(&f);
}

static void what_the_source_set_stays_and_priority_rises(void **state)
{
	struct classifying f = {0};
	(void)state;

	begin_with(&f, "rules = ( { words = [\"fire\"]; category = \"product\"; subcategory = "
		       "\"safety\";"
		       "            intent = \"complaint\"; priority = \"high\"; department = "
		       "\"quality\"; } );"
		       "otherwise = { category = \"other\"; };");
	struct heard_record *r = classify_one(
		&f, "{\"body\":\"fire\",\"category\":\"mine\",\"intent\":\"question\","
		    "\"priority\":\"low\"}");
	assert_field(r, HEARD_CATEGORY, "mine");
	assert_field(r, HEARD_SUBCATEGORY, NULL);
	assert_field(r, HEARD_INTENT, "question");
	assert_field(r, HEARD_PRIORITY, "high");
	assert_field(classify_one(&f, "{\"intent\":\"praise\"}"), HEARD_PRIORITY, "low");
	assert_field(classify_one(&f, "{\"intent\":\"complaint\"}"), HEARD_PRIORITY, "medium");
	assert_field(classify_one(&f, "{\"intent\":\"complaint\",\"priority\":\"low\"}"),
		     HEARD_PRIORITY, "low");
	assert_field(classify_one(&f, "{\"body\":\"hello\"}"), HEARD_CATEGORY, "other");
	end(&f);
}

/* ---- faults of a file */

static void assert_fault(const char *rules, int line, const char *part)
{
	struct heard_error err = {0};
	char path[32];

	write_file(path, rules);
	struct rules *loaded = rules_load(path, &err);
	unlink(path);
	if (loaded != NULL)
		fail_msg("accepted: %s", rules);
	assert_string_equal(err.file, path);
	if (err.line != line || strstr(err.text, part) == NULL)
		fail_msg("line %d: %s; not line %d: %s", err.line, err.text, line, part);
}

static void faults_are_told_with_their_line(void **state)
{
	(void)state;

	assert_fault("rules = (\n{ wrods = [\"aa\"]; category = \"c\"; } );", 2,
		     "did you mean \"words\"");
	assert_fault("rules = (\n\n{ words = [\"aa\"]; intent = \"complain\"; } );", 3,
		     "did you mean \"complaint\"");
	assert_fault("rules = ( { words = [\"aa\"]; priority = \"urgent\"; } );", 1,
		     "priority");
	assert_fault("rules = (\n{ words = [\"aa\"]; } );", 2, "must give");
	assert_fault("rules = (\n{ category = \"c\"; } );", 2, "needs words");
	assert_fault("rules = (\n{ words = 3; category = \"c\"; } );", 2, "list of texts");
	assert_fault("rules = ( { words = [\"a\"]; category = \"c\"; } );", 1, "2 to 200");
	assert_fault("rules = (\n{ patterns = [\"a(\"]; category = \"c\"; } );", 2, "a(");
	assert_fault("rules = (\n{ patterns = [\"a*\"]; category = \"c\"; } );", 2,
		     "empty text");
	assert_fault("rules = ( { words = [\"aa\"]; category = \"c\"; weight = \"x\"; } );", 1,
		     "number");
	assert_fault("rules = ( { words = [\"aa\"]; subcategory = \"c\"; } );", 1,
		     "subcategory");
	assert_fault("rules = ( { when = { rating_bellow = 2; }; intent = \"praise\"; } );", 1,
		     "rating_below");
	assert_fault("otherwise = { category = \"c\"; };", 1, "no list");
	assert_fault("rules = (\n\n{ words = ;", 3, "syntax");
}

static void all_faults_are_told_at_once(void **state)
{
	struct heard_error err = {0};
	char path[32], second[64];
	(void)state;

	write_file(
		path,
		"rules = (\n{ wrods = [\"aa\"]; },\n{ words = [\"aa\"]; intent = \"x\"; } );");
	assert_null(rules_load(path, &err));
	unlink(path);
	assert_int_equal(err.line, 2);
	snprintf(second, sizeof(second), "\n%s:3: intent", path);
	assert_non_null(strstr(err.text, second));
}

static void a_file_that_is_not_there_is_a_fault(void **state)
{
	struct heard_error err = {0};
	(void)state;

	assert_null(rules_load("/nonexistent/rules.cfg", &err));
	assert_non_null(strstr(err.text, "cannot be read"));
}

/* ---- the shipped rules */

static void shipped_rules_have_enough_words(void **state)
{
	struct heard_error err = {0};
	(void)state;

	struct rules *rules = rules_load(shipped, &err);
	assert_non_null(rules);
	assert_true(rules->n_literals >= 600);
	rules_destroy(rules);
}

static void shipped_rules_judge_as_an_agent_would(void **state)
{
	static const struct {
		const char *body, *category, *intent, *priority, *department;
	} cases[] = {
		{"充电器起火了，差点烧到孩子", "product", "complaint", "high", "quality"},
		{"The charger caught fire last night", "product", "complaint", "high",
		 "quality"},
		{"用了面膜全脸過敏", "product", "complaint", "high", "quality"},
		{"吃了拉肚子，食物中毒", "product", "complaint", "high", "quality"},
		{"再不退款我就打12315", "other", "complaint", "high", "service"},
		{"My lawyer will contact you", "other", "complaint", "high", "service"},
		{"我的卡被盗刷了三千块", "platform", "complaint", "high", "finance"},
		{"I was charged twice for one order", "platform", "complaint", "high",
		 "finance"},
		{"一直付款失败", "platform", "complaint", "high", "tech"},
		{"I can't log in to my account", "platform", "complaint", "high", "tech"},
		{"App总是闪退", "platform", "complaint", "medium", "tech"},
		{"快递太慢了，还没到", "service", "complaint", "medium", "logistics"},
		{"My parcel never arrived", "service", "complaint", "medium", "logistics"},
		{"衣服掉色，质量差", "product", "complaint", "medium", "quality"},
		{"It stopped working after a week", "product", "complaint", "medium",
		 "quality"},
		{"客服态度恶劣，爱理不理", "service", "complaint", "medium", "service"},
		{"申请退款一直没处理", "service", "complaint", "medium", "aftersales"},
		{"优惠券用不了", "platform", "complaint", "medium", "marketing"},
		{"发错货了，颜色不对", "product", "complaint", "medium", "aftersales"},
		{"请问什么时候发货？", "service", "question", "medium", NULL},
		{"How do I return this item?", "service", "question", "medium", NULL},
		{"建议增加夜间模式", NULL, "suggestion", "low", "product"},
		{"It would be great if you could add Apple Pay", NULL, "suggestion", "low",
		 NULL},
		{"质量很好，物流很快，非常满意", NULL, "praise", "low", NULL},
		{"Great product, fast delivery, love it", NULL, "praise", "low", NULL},
		{"没有任何质量问题，很满意", "product", "praise", "low", NULL},
		{"用了一年，没有漏电，也不会起火", NULL, NULL, "low", NULL},
		{"物流很快，但是质量太差", "product", "complaint", "medium", "quality"},
		{"不推荐购买", NULL, "complaint", "medium", NULL},
	};
	struct classifying f = {0};
	(void)state;

	begin(&f, shipped);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_record *r = say(&f, cases[i].body);

		if (cases[i].category)
			assert_field(r, HEARD_CATEGORY, cases[i].category);
		assert_field(r, HEARD_INTENT, cases[i].intent);
		assert_field(r, HEARD_PRIORITY, cases[i].priority);
		if (cases[i].department)
			assert_field(r, HEARD_DEPARTMENT, cases[i].department);
	}
	assert_field(classify_one(&f, "{\"rating\":1,\"body\":\"嗯\"}"), HEARD_INTENT,
		     "complaint");
	assert_field(classify_one(&f, "{\"rating\":1,\"body\":\"嗯\"}"), HEARD_PRIORITY,
		     "medium");
	assert_field(classify_one(&f, "{\"rating\":5,\"body\":\"很好\"}"), HEARD_PRIORITY,
		     "low");
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(highest_weight_wins_and_earlier_of_equals),
		cmocka_unit_test(english_words_are_whole_and_chinese_are_not),
		cmocka_unit_test(denied_words_do_not_count),
		cmocka_unit_test(traditional_and_simplified_meet_alike),
		cmocka_unit_test(with_unless_and_patterns),
		cmocka_unit_test(conditions_on_fields),
		cmocka_unit_test(what_the_source_set_stays_and_priority_rises),
		cmocka_unit_test(faults_are_told_with_their_line),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(a_file_that_is_not_there_is_a_fault),
		cmocka_unit_test(shipped_rules_have_enough_words),
		cmocka_unit_test(shipped_rules_judge_as_an_agent_would),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
