/* Plugins: found, loaded, and refused with a sentence. */
#include "module.h"

#include "fixture_plugins.h"
#include "option.h"

#include <heard/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "/tmp/heard-module-XXXXXX";
static const char *const folders[] = {folder, NULL};

static void assert_refused(enum heard_stage stage, const char *name, const char *why)
{
	struct heard_error err = {.text = ""};
	assert_null(module_load(folders, stage, name, &err));
	if (strstr(err.text, why) == NULL)
		print_error("\"%s\" is not in \"%s\"\n", why, err.text);
	assert_non_null(strstr(err.text, why));
}

static void build_defect(const char *name, int defect)
{
	char flags[32];
	snprintf(flags, sizeof flags, "-DDEFECT=%d", defect);
	assert_true(fixture_plugin(folder, "filter", "FILTER", name, flags));
}

static void a_good_one_is_loaded_once(void **state)
{
	(void)state;
	struct heard_error err = {.text = ""};
	const struct module *m = module_load(folders, HEARD_FILTER, "good", &err);
	if (m == NULL)
		print_error("%s\n", err.text);
	assert_non_null(m);
	assert_string_equal(m->plugin.name, "good");
	assert_non_null(m->plugin.process);
	assert_ptr_equal(module_load(folders, HEARD_FILTER, "good", &err), m);
}

static void an_unknown_name_gets_the_nearest(void **state)
{
	(void)state;
	assert_refused(HEARD_FILTER, "god", "unknown plugin \"god\"; did you mean \"good\"?");
	assert_refused(HEARD_FILTER, "xyzzy", "unknown plugin \"xyzzy\"");
}

static void the_wrong_stage_is_told(void **state)
{
	(void)state;
	assert_refused(HEARD_FILTER, "keep", "\"keep\" is an output, not a filter");
	assert_refused(HEARD_INPUT, "good", "\"good\" is a filter, not an input");
}

static void a_name_is_never_a_path(void **state)
{
	(void)state;
	static const char *const names[] = {"../filter/good", "/etc/passwd", "", ".", "a b",
					    "good.so"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_refused(HEARD_FILTER, names[i], "cannot be the name of a plugin");
}

static void a_wrong_descriptor_is_refused_by_its_fault(void **state)
{
	(void)state;
	static const struct {
		const char *name, *why;
	} wrong[] = {
		{"abi", "is built for plugin ABI 2, this heard has ABI 1"},
		{"short", "descriptor is cut short"},
		{"named", "calls itself \"other\""},
		{"idle", "a filter must have process()"},
		{"pauses", "a filter cannot have pause()"},
		{"default", "option \"count\": the default is wrong"},
		{"outside", "its options lie outside its 16 bytes"},
		{"reserved", "option \"when\" is one that every filter has already"},
		{"flagged", "has flags that do not exist"},
		{"lost", "a filter cannot have the flag HEARD_KEEPS_POSITION"},
		{"undefined", "heard_no_such_function"},
		{"older", NULL},
		{"lying", "descriptor is cut short"},
		{"foreign", "a filter cannot have the flag HEARD_PERSONAL_IDS"},
		{"mute", "lacks a name, version or summary"},
		{"elder", NULL},
		{"replies", "a filter cannot have reply()"},
		{"tells", "a filter cannot have the flag HEARD_TELLS"},
		{"filters_reply", NULL}, /* the word is the inputs' alone */
	};
	for (int i = 0; i < (int)(sizeof wrong / sizeof *wrong); i++) {
		build_defect(wrong[i].name, i + 1);
		if (wrong[i].why)
			assert_refused(HEARD_FILTER, wrong[i].name, wrong[i].why);
	}
}

static void the_missing_tail_of_an_older_one_reads_as_zero(void **state)
{
	(void)state;
	struct heard_error err;
	const struct module *m = module_load(folders, HEARD_FILTER, "older", &err);
	assert_non_null(m);
	assert_non_null(m->plugin.process);
	assert_null(m->plugin.write);
	assert_null(m->plugin.position);
}

/* It has something where 1.1 has `reply`, and says that it knows nothing of it. */
static void one_from_before_answers_is_loaded_without_them(void **state)
{
	(void)state;
	struct heard_error err;
	const struct module *m = module_load(folders, HEARD_FILTER, "elder", &err);
	assert_non_null(m);
	assert_int_equal(m->plugin.abi_minor, 0);
	assert_int_equal(m->plugin.size, offsetof(struct heard_plugin, reply));
	assert_non_null(m->plugin.process);
	assert_null(m->plugin.reply);
}

static void reply_is_a_word_of_inputs_and_what_carries(void **state)
{
	(void)state;
	struct heard_error err;
	assert_non_null(module_load(folders, HEARD_FILTER, "filters_reply", &err));
	assert_true(fixture_plugin(folder, "input", "INPUT", "asks", "-DDEFECT=19"));
	assert_refused(HEARD_INPUT, "asks",
		       "option \"reply\" is one that every input has already");
	assert_true(fixture_plugin(folder, "input", "INPUT", "carries", "-DCARRIES=1"));
	const struct module *m = module_load(folders, HEARD_INPUT, "carries", &err);
	assert_non_null(m);
	assert_non_null(m->plugin.reply);
	assert_true(fixture_plugin(folder, "output", "OUTPUT", "teller",
				   "-DCARRIES=1 -DFLAGS=HEARD_TELLS"));
	assert_non_null(module_load(folders, HEARD_OUTPUT, "teller", &err));
}

static void a_position_needs_its_flag_and_write(void **state)
{
	(void)state;
	assert_true(fixture_plugin(folder, "output", "OUTPUT", "lost", "-DDEFECT=10"));
	assert_refused(HEARD_OUTPUT, "lost", "HEARD_KEEPS_POSITION and position() go together");
}

static void one_in_the_wrong_folder_is_refused(void **state)
{
	(void)state;
	fixture_shell("cp %s/filter/good.so %s/output/good.so", folder, folder);
	assert_refused(HEARD_OUTPUT, "good",
		       "is a filter, but lies in the folder of output plugins");
}

static void what_is_no_shared_object_is_not_given_to_the_loader(void **state)
{
	(void)state;
	fixture_shell("cd %s/filter && : >empty.so && echo no >text.so && mkdir folder.so && "
		      "mkfifo fifo.so && cp /bin/true program.so && "
		      "printf '\\177ELF' >stub.so",
		      folder);
	assert_refused(HEARD_FILTER, "empty", "is empty");
	assert_refused(HEARD_FILTER, "text", "is not a shared object");
	assert_refused(HEARD_FILTER, "folder", "is not a regular file");
	assert_refused(HEARD_FILTER, "fifo", "is not a regular file");
	assert_refused(HEARD_FILTER, "stub", "is cut short");
	assert_refused(HEARD_FILTER, "program", "heard_plugin");
}

/* Wherever it is cut: a sentence, and never a signal. */
static void a_truncated_one_is_refused_at_every_length(void **state)
{
	(void)state;
	char path[128];
	struct stat st;
	snprintf(path, sizeof path, "%s/filter/good.so", folder);
	assert_int_equal(stat(path, &st), 0);
	for (long size = 1, n = 0; size < st.st_size; size += 509, n++) {
		char name[32];
		struct heard_error err;
		snprintf(name, sizeof name, "cut%ld", n);
		fixture_shell("head -c %ld %s >%s/filter/%s.so", size, path, folder, name);
		assert_null(module_load(folders, HEARD_FILTER, name, &err));
		assert_non_null(strstr(err.text, name));
		fixture_shell("rm %s/filter/%s.so", folder, name);
	}
}

static void another_machine_is_told(void **state)
{
	(void)state;
	fixture_shell("cd %s/filter && cp good.so arm.so && "
		      "printf '\\050' | dd of=arm.so bs=1 seek=18 conv=notrunc 2>/dev/null",
		      folder);
	assert_refused(HEARD_FILTER, "arm", "is built for another machine");
}

struct seen {
	int good, bad;
	char last[64];
	bool is_sorted;
};

static void count_module(void *arg, enum heard_stage stage, const char *name,
			 const struct module *m, const struct heard_error *err)
{
	struct seen *seen = arg;
	if (stage != HEARD_FILTER)
		return;
	assert_true((m == NULL) == (err != NULL));
	seen->good += m != NULL;
	seen->bad += m == NULL && err->text[0] != '\0';
	seen->is_sorted = seen->is_sorted && strcmp(seen->last, name) < 0;
	snprintf(seen->last, sizeof seen->last, "%s", name);
}

static void all_are_listed_good_and_bad(void **state)
{
	(void)state;
	struct seen seen = {.is_sorted = true};
	module_each(folders, count_module, &seen);
	assert_int_equal(seen.good, 4);
	assert_true(seen.bad > 10);
	assert_true(seen.is_sorted);
}

/* ---- the plugins of this build */

struct walk {
	int n, wrong;
};

static void check_own(void *arg, enum heard_stage stage, const char *name,
		      const struct module *m, const struct heard_error *err)
{
	struct walk *walk = arg;
	struct heard_error fault = {.text = ""};
	walk->n++;
	if (m &&
	    (m->plugin.options == NULL || option_check_table(m->plugin.options, &fault) == 0))
		return;
	print_error("%s %s: %s\n", stage_name(stage), name, m ? fault.text : err->text);
	walk->wrong++;
}

static void every_plugin_of_this_build_is_well_formed(void **state)
{
	(void)state;
	const char *build = getenv("BUILD");
	char path[512];
	snprintf(path, sizeof path, "%s/plugins", build ? build : "build/release");
	const char *const own[] = {path, NULL};
	struct walk walk = {0};
	module_each(own, check_own, &walk);
	if (walk.n == 0) {
		print_message("no plugins are built in %s: nothing to check\n", path);
		skip();
	}
	assert_int_equal(walk.wrong, 0);
}

static int build_good_ones(void **state)
{
	(void)state;
	bool is_good = fixture_folder(folder) &&
		       fixture_plugin(folder, "filter", "FILTER", "good", "") &&
		       fixture_plugin(folder, "output", "OUTPUT", "keep", "");
	return is_good ? 0 : -1;
}

static int remove_all(void **state)
{
	(void)state;
	fixture_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_is_loaded_once),
		cmocka_unit_test(an_unknown_name_gets_the_nearest),
		cmocka_unit_test(the_wrong_stage_is_told),
		cmocka_unit_test(a_name_is_never_a_path),
		cmocka_unit_test(a_wrong_descriptor_is_refused_by_its_fault),
		cmocka_unit_test(the_missing_tail_of_an_older_one_reads_as_zero),
		cmocka_unit_test(one_from_before_answers_is_loaded_without_them),
		cmocka_unit_test(reply_is_a_word_of_inputs_and_what_carries),
		cmocka_unit_test(a_position_needs_its_flag_and_write),
		cmocka_unit_test(one_in_the_wrong_folder_is_refused),
		cmocka_unit_test(what_is_no_shared_object_is_not_given_to_the_loader),
		cmocka_unit_test(a_truncated_one_is_refused_at_every_length),
		cmocka_unit_test(another_machine_is_told),
		cmocka_unit_test(all_are_listed_good_and_bad),
		cmocka_unit_test(every_plugin_of_this_build_is_well_formed),
	};
	return cmocka_run_group_tests(tests, build_good_ones, remove_all);
}
