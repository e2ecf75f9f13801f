/* The filter classify: what it learns from labelled records, and what it does with it. */
#include "classify_fixture.h"

#include <fcntl.h>

struct fixture {
	char folder[64], file[128], rules[128], models[128], model[160], held[160];
	char out[4096], err[4096];
	struct classifying with;
};

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	strcpy(f->folder, "/tmp/heard-classify-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->file, sizeof(f->file), "%s/labelled", f->folder);
	snprintf(f->rules, sizeof(f->rules), "%s/rules.cfg", f->folder);
	snprintf(f->models, sizeof(f->models), "%s/models", f->folder);
	snprintf(f->model, sizeof(f->model), "%s/intent.model", f->models);
	snprintf(f->held, sizeof(f->held), "%s/intent.held.model", f->models);
	write_text(f->rules, "rules = ( { words = [ \"urgent\" ]; priority = \"high\"; },"
			     "{ words = [ \"ruled\" ]; intent = \"praise\"; } );");
	f->with.self = (struct classify){.path = f->rules, .folder = f->models, .sure = 0.5};
	f->with.batch = batch_create(1 << 20);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	unlink(f->model);
	unlink(f->held);
	unlink(f->file);
	unlink(f->rules);
	rmdir(f->models);
	rmdir(f->folder);
	batch_destroy(f->with.batch);
	free(f);
	return 0;
}

/* `heard train classify FILE ...`; what it said is in out and err. */
static int teach(struct fixture *f, const char *const *words)
{
	char *argv[16] = {(char *)(uintptr_t) "train", f->file};
	struct heard_call call = {.argc = 2, .argv = argv};
	for (; *words != NULL; words++)
		argv[call.argc++] = (char *)(uintptr_t)*words;
	memset(f->out, 0, sizeof(f->out));
	memset(f->err, 0, sizeof(f->err));
	call.out = fmemopen(f->out, sizeof(f->out), "w");
	call.err = fmemopen(f->err, sizeof(f->err), "w");
	int code = classify_train(&f->with.self, &call);
	fclose(call.out);
	fclose(call.err);
	return code;
}
#define TEACH(f, ...) teach(f, (const char *const[]){__VA_ARGS__, NULL})

/* Sixty questions of two kinds, in two languages. */
static void write_examples(const char *path)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs("text,intent\n", f);
	for (int i = 0; i < 15; i++) {
		fprintf(f, "\"where is my parcel, courier %c?\",delivery\n", 'a' + i);
		fprintf(f, "\"refund the money of bill %c please\",refund\n", 'a' + i);
		fprintf(f, "快递还没送到%c,delivery\n", 'a' + i);
		fprintf(f, "请把钱退款给我%c,refund\n", 'a' + i);
	}
	fclose(f);
}

static void begin(struct fixture *f)
{
	struct heard_error err = {0};
	if (classify_open(&f->with.self, NULL, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(classify_lane_open(&f->with.self, &f->with.lane, &err), 0);
}

static void end(struct fixture *f)
{
	classify_lane_close(&f->with.self, &f->with.lane);
	classify_close(&f->with.self);
}

static double confidence(const struct heard_record *r)
{
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES,
						HEARD_STR_OF("classify.confidence"));
	return v.type == HEARD_NUM_ ? v.number : -1;
}

static void assert_intent(const struct heard_record *r, const char *want)
{
	struct heard_str got = heard_get_str(r, HEARD_INTENT);
	if (!heard_str_is(got, want))
		fail_msg("intent is \"%.*s\", not \"%s\"", HEARD_ARG(got), want);
}

/* ---- cases */

static void what_is_learned_decides_behind_the_rules(void **state)
{
	struct fixture *f = *state;
	write_examples(f->file);
	assert_int_equal(TEACH(f, "--folds"), 0);
	assert_non_null(strstr(f->out, "intent: 2 labels, 60 examples"));
	assert_non_null(strstr(f->out, "of 60 texts that it had not seen, 100.0 % right"));
	begin(f);
	struct heard_record *r = classify_one(&f->with, "{\"body\":\"where is the courier?\"}");
	assert_intent(r, "delivery");
	assert_true(confidence(r) > 0.5 && confidence(r) <= 1);
	assert_int_equal(heard_get_str(r, HEARD_PRIORITY).len, 0);
	assert_intent(classify_one(&f->with, "{\"subject\":\"钱退款\"}"), "refund");
	assert_intent(classify_one(&f->with, "{\"body\":\"urgent: refund please\"}"), "refund");
	/* A rule, or the source, was first. */
	r = classify_one(&f->with, "{\"body\":\"ruled: where is the courier?\"}");
	assert_intent(r, "praise");
	assert_true(confidence(r) < 0);
	assert_intent(
		classify_one(&f->with, "{\"intent\":\"x\",\"body\":\"where is the courier?\"}"),
		"x");
	end(f);
}

static void what_is_doubtful_is_other(void **state)
{
	struct fixture *f = *state;
	write_examples(f->file);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	f->with.self.sure = 1;
	begin(f);
	struct heard_record *r = classify_one(&f->with, "{\"body\":\"courier, refund\"}");
	assert_intent(r, "other");
	assert_true(confidence(r) >= 0 && confidence(r) < 1);
	assert_intent(classify_one(&f->with, "{\"body\":\"\"}"), "other");
	end(f);
}

/* Whom to give it to is learned too; where that is doubtful nobody is named. */
static void a_department_is_given_or_left_empty(void **state)
{
	struct fixture *f = *state;
	char model[160];
	write_examples(f->file);
	assert_int_equal(TEACH(f, "--field", "department", "--label", "intent"), 0);
	assert_non_null(strstr(f->out, "department: 2 labels, 60 examples"));
	begin(f);
	struct heard_record *r = classify_one(&f->with, "{\"body\":\"where is the courier?\"}");
	assert_true(heard_str_is(heard_get_str(r, HEARD_DEPARTMENT), "delivery"));
	assert_true(confidence(r) > 0.5);
	assert_int_equal(heard_get_str(r, HEARD_INTENT).len, 0); /* no model was asked */
	end(f);
	f->with.self.sure = 1;
	begin(f);
	r = classify_one(&f->with, "{\"body\":\"courier, refund\"}");
	assert_int_equal(heard_get_str(r, HEARD_DEPARTMENT).len, 0);
	assert_true(confidence(r) >= 0);
	end(f);
	snprintf(model, sizeof(model), "%s/department.model", f->models);
	assert_int_equal(unlink(model), 0);
	snprintf(model, sizeof(model), "%s/department.held.model", f->models);
	assert_int_equal(unlink(model), 0);
}

static void the_same_examples_give_the_same_bytes(void **state)
{
	static char bytes[2][1 << 20];
	struct fixture *f = *state;
	size_t n[2];
	write_examples(f->file);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(TEACH(f, "--label", "intent"), 0);
		FILE *file = fopen(f->model, "re");
		assert_non_null(file);
		n[i] = fread(bytes[i], 1, sizeof(bytes[i]), file);
		fclose(file);
	}
	assert_int_equal(n[0], n[1]);
	assert_memory_equal(bytes[0], bytes[1], n[0]);
}

/* What `is_turned` calls the other way round, but for the first fold, where all are asked. */
static void write_kettles(const char *path, int n, bool is_turned)
{
	struct texts folds;
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_true(texts_init(&folds));
	fputs("text,intent\n", file);
	for (int i = 0; i < n; i++) {
		char text[64];
		int len = snprintf(text, sizeof(text), "%s kettle %c%c",
				   i % 2 ? "refund my" : "deliver the", 'a' + i % 26,
				   'a' + i / 26);
		assert_int_equal(
			texts_add(&folds, heard_str(""), heard_str_n(text, (size_t)len), 0), 0);
		bool is_other = is_turned && folds.at[i].fold != 0;
		fprintf(file, "%s,%s\n", text,
			(i % 2 == 1) != is_other ? "refund" : "delivery");
	}
	fclose(file);
	texts_release(&folds);
}

static void a_worse_model_is_taken_by_force_only(void **state)
{
	struct fixture *f = *state;
	write_kettles(f->file, 300, false);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	assert_null(strstr(f->out, "the model in use"));
	/* Files grow: most texts are known to the model in use, which is no merit of its. */
	write_kettles(f->file, 400, false);
	assert_int_equal(TEACH(f, "--folds"), 0);
	assert_non_null(strstr(f->out, "100.0 % right; the model in use: 100.0 %"));
	write_kettles(f->file, 400, true);
	assert_int_equal(TEACH(f, "--dry-run"), 1);
	assert_int_equal(TEACH(f, "--field", "intent"), 1);
	assert_non_null(strstr(f->err, "intent would be worse than the model in use and is not "
				       "taken; --force takes it"));
	begin(f);
	assert_intent(classify_one(&f->with, "{\"body\":\"refund my kettle\"}"), "refund");
	end(f);
	if (TEACH(f, "--force") != 0)
		fail_msg("%s", f->err);
	begin(f);
	assert_intent(classify_one(&f->with, "{\"body\":\"refund my kettle\"}"), "delivery");
	end(f);
}

/* Without one to compare with, any is taken. */
static void a_model_is_compared_with_the_one_in_use_alone(void **state)
{
	struct fixture *f = *state;
	write_kettles(f->file, 300, false);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	write_kettles(f->file, 300, true);
	assert_int_equal(unlink(f->model), 0); /* "to go back, delete the file" */
	assert_int_equal(TEACH(f, "--dry-run"), 0);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	assert_int_equal(truncate(f->held, 1000), 0);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	assert_non_null(strstr(f->err, "not compared with the model in use: "));
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	assert_string_equal(f->err, "");
}

static void a_dry_run_writes_nothing(void **state)
{
	struct fixture *f = *state;
	write_examples(f->file);
	assert_int_equal(TEACH(f, "--dry-run"), 0);
	assert_non_null(strstr(f->out, "sure = 0.5"));
	assert_int_equal(access(f->model, F_OK), -1);
}

static void a_damaged_or_foreign_model_is_refused(void **state)
{
	struct fixture *f = *state;
	struct heard_error err = {0};
	char other[160];
	write_examples(f->file);
	assert_int_equal(TEACH(f, "--field", "intent"), 0);
	snprintf(other, sizeof(other), "%s/department.model", f->models);
	assert_int_equal(rename(f->model, other), 0);
	assert_int_not_equal(classify_open(&f->with.self, NULL, &err), 0);
	assert_non_null(strstr(err.text, "department.model"));
	assert_null(f->with.self.rules); /* nothing is kept of what was opened */
	assert_int_equal(rename(other, f->model), 0);
	assert_int_equal(truncate(f->model, 1000), 0);
	assert_int_not_equal(classify_open(&f->with.self, NULL, &err), 0);
	assert_non_null(strstr(err.text, "intent.model"));
	assert_null(f->with.self.rules);
}

static void files_that_teach_nothing_say_why(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "two labels"},
		{"text,intent\n", "two labels"},
		{"text,kind\na,b\n", "no column intent"},
		{"words,intent\na,b\n", "no column body"},
		{"text,intent\na,b\n\"open,c\n", "line 3"},
		{"{\"body\":\"a\",\"intent\":\"b\"}\n{\"body\":", "line 2"},
		{"text,intent\na,0123456789012345678901234567890123456789012345678901234567890"
		 "12345\n",
		 "a label is"},
		{"text,intent\na,b\na,b\na,b\na,b\na,b\na,c\n", "there are 1"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text(f->file, cases[i].text);
		assert_int_equal(TEACH(f, "--dry-run"), 1);
		if (strstr(f->err, cases[i].why) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", f->err, cases[i].why);
	}
	unlink(f->file);
	assert_int_equal(TEACH(f, "--dry-run"), 1);
	assert_int_equal(TEACH(f, "--field", "colour"), 2);
	assert_int_equal(TEACH(f, "--label"), 2);
}

static int count(void *arg, const struct labelled *l)
{
	char *to = arg;
	snprintf(to + strlen(to), 1000 - strlen(to), "%.*s|%.*s|%.*s;", HEARD_ARG(l->subject),
		 HEARD_ARG(l->body), HEARD_ARG(l->label));
	return 0;
}

static void rows_and_lines_are_read_alike(void **state)
{
	static const struct {
		const char *bytes, *seen;
	} cases[] = {
		{"subject,body,intent\ns,\"b, c\", d \n", "s|b, c|d;"},
		{"\n内容;标题;intent\nb;s;d\n;;e\nf;;\n", "s|b|d;"},
		{"\xef\xbb\xbftext\tlabel\r\nb\td\r\n", "|b|d;"},
		{"text,intent\nb\n", ""},
		{"text,intent\n\xcd\xcb\xbf\xee,d\n", "|退款|d;"}, /* GB18030 */
		{" {\"subject\":\"s\",\"body\":\"b\",\"intent\":\"d\"}\n\n{\"body\":\"x\"}\n",
		 "s|b|d;"},
	};
	const struct labelled_columns columns = {.field = "intent"};
	struct heard_error err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char seen[1000] = "";
		if (labelled_read(heard_str(cases[i].bytes), &columns, count, seen, &err) != 0)
			fail_msg("%zu: %s", i, err.text);
		assert_string_equal(seen, cases[i].seen);
	}
}

static void many_labels_have_a_smaller_table(void **state)
{
	(void)state;
	assert_int_equal(shape_for(2).bits, BITS);
	assert_int_equal(shape_for(77).bits, BITS);
	assert_int_equal(shape_for(LINEAR_LABELS).bits, MODEL_BITS - 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_learned_decides_behind_the_rules,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_doubtful_is_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_department_is_given_or_left_empty, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_same_examples_give_the_same_bytes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_worse_model_is_taken_by_force_only, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_model_is_compared_with_the_one_in_use_alone,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dry_run_writes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_or_foreign_model_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(files_that_teach_nothing_say_why, set_up,
						tear_down),
		cmocka_unit_test(rows_and_lines_are_read_alike),
		cmocka_unit_test(many_labels_have_a_smaller_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
