/*
 * The config as a whole.  tests/unit/conf/NAME.conf is loaded, and what is said
 * of it compared with NAME.faults beside it; a config without one is good.  Run
 * with UPDATE=1 to write what is said now.
 */
#include "conf.h"

#include "conf_check.h"
#include "describe.h"
#include "fixture_plugins.h"
#include "seal.h"

#include <heard/error.h>

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CASES "tests/unit/conf"
static char folder[] = "/tmp/heard-conf-XXXXXX";

static char *read_all(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "r");
	if (f) {
		text[fread(text, 1, 65535, f)] = '\0';
		fclose(f);
	}
	return text;
}

static void write_all(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Loads the text as heard.conf in our folder. */
static struct conf *load_text(const char *text, const struct conf_flags *flags, char **said_r)
{
	char path[64];
	struct faults faults;
	size_t size;
	snprintf(path, sizeof path, "%s/heard.conf", folder);
	write_all(path, text);
	faults_init(&faults);
	struct conf *conf = conf_load(path, flags, &faults);
	FILE *out = open_memstream(said_r, &size);
	faults_print(&faults, out);
	fclose(out);
	assert_true((conf == NULL) == (faults.n > 0) || (flags && flags->keep_faulty));
	faults_release(&faults);
	return conf;
}

static void assert_says(const char *text, const char *says)
{
	char *said;
	struct conf *conf = load_text(text, NULL, &said);
	if (conf || strstr(said, says) == NULL)
		print_error("\"%s\" is not in %s\n", says, said);
	assert_null(conf);
	assert_non_null(strstr(said, says));
	free(said);
}

#define PIPELINE                                                                             \
	"pipelines = ( { name = \"p\"; clear = true; inputs = ( { plugin = \"listen\"; } );" \
	" outputs = ( { plugin = \"keep\"; } ); } );"
#define PLUGINS "plugin_path = [ \"${env:HEARD_TEST_PLUGINS}\" ];"
#define GOOD	PLUGINS PIPELINE

/* ---- cases */

static void run_case(const char *name)
{
	char path[300], expected_path[300];
	snprintf(path, sizeof path, CASES "/%s.conf", name);
	snprintf(expected_path, sizeof expected_path, CASES "/%s.faults", name);
	struct faults faults;
	char *said = NULL;
	size_t size;
	faults_init(&faults);
	struct conf *conf = conf_load(path, NULL, &faults);
	FILE *out = open_memstream(&said, &size);
	faults_print(&faults, out);
	fclose(out);
	faults_release(&faults);
	conf_destroy(conf);
	if (getenv("UPDATE") && *said)
		write_all(expected_path, said);
	char *expected = read_all(expected_path);
	if (strcmp(said, expected) != 0)
		print_error("%s said:\n%sbut should have said:\n%s", path, said, expected);
	assert_string_equal(said, expected);
	free(expected);
	free(said);
}

static void every_case_says_what_it_should(void **state)
{
	(void)state;
	DIR *dir = opendir(CASES);
	assert_non_null(dir);
	int n = 0;
	for (struct dirent *e; (e = readdir(dir));) {
		char *dot = strstr(e->d_name, ".conf");
		if (dot == NULL || dot[5])
			continue;
		*dot = '\0';
		run_case(e->d_name);
		n++;
	}
	closedir(dir);
	assert_true(n >= 7);
}

static void what_has_no_faults_can_be_kept(void **state)
{
	(void)state;
	char *said;
	struct conf *conf = load_text(PLUGINS
				      "timezone = \"Nowhere\"; listeners = ("
				      "{ name = \"public\"; address = \"127.0.0.1:0\"; },"
				      "{ address = \"127.0.0.1:0\"; });"
				      "pipelines = ( { clear = true; inputs = ("
				      "{ plugin = \"listen\"; }, { plugin = \"nosuch\"; },"
				      "{ plugin = \"listen\"; name = \"two\"; wrong = 1; } );"
				      " outputs = ( { plugin = \"keep\"; } ); } );",
				      &(struct conf_flags){.keep_faulty = true}, &said);
	assert_non_null(conf);
	assert_non_null(strstr(said, "nosuch"));
	assert_string_equal(conf->timezone, "UTC");
	assert_string_equal(conf->listeners[1].name, "");
	assert_true(conf->listeners[0].is_named); /* "nosuch" might have */
	assert_string_equal(conf->pipelines[0].name, "");
	assert_int_equal(conf->pipelines[0].n_inputs, 1);
	assert_string_equal(conf->pipelines[0].inputs[0].name, "listen");
	assert_int_equal(conf->pipelines[0].n_outputs, 1);
	conf_destroy(conf);
	free(said);
	assert_null(
		load_text("not ( a config", &(struct conf_flags){.keep_faulty = true}, &said));
	free(said);
}

/* What it stands for is not known when it is to be printed as written. */
static void a_reference_is_not_judged_when_it_is_left_as_written(void **state)
{
	(void)state;
	char *said, *printed;
	size_t size;
	setenv("HEARD_TEST_PLUGIN", "listen", 1);
	struct conf *conf = load_text(
		PLUGINS
		"timezone = \"${env:HEARD_TEST_NOWHERE}\"; listeners = ({ name = \"public\";"
		" address = \"127.0.0.1:${env:PORT}\"; trusted_proxies = \"${env:NET}\"; });"
		"pipelines = ( { name = \"p${env:N}\"; clear = true; inputs = ("
		"{ plugin = \"${env:HEARD_TEST_PLUGIN}\"; name = \"a.${env:N}\"; });"
		" outputs = ( { plugin = \"keep\"; when = \"lang == '${env:L}' ((\"; } ); } );",
		&(struct conf_flags){.no_secrets = true}, &said);
	assert_string_equal(said, "");
	assert_non_null(conf);
	FILE *out = open_memstream(&printed, &size);
	conf_print(conf, out);
	fclose(out);
	assert_non_null(strstr(printed, "127.0.0.1:${env:PORT}"));
	assert_non_null(strstr(printed, "plugin = \"${env:HEARD_TEST_PLUGIN}\""));
	conf_destroy(conf);
	free(printed);
	free(said);
}

/* ---- what a good one becomes */

static void defaults_are_filled_in(void **state)
{
	(void)state;
	char *said;
	struct conf *conf = load_text(GOOD, NULL, &said);
	print_message("%s", said);
	free(said);
	assert_non_null(conf);
	assert_string_equal(conf->state_dir, "/var/lib/heard");
	assert_string_equal(conf->folder, folder);
	assert_string_equal(conf->timezone, "UTC");
	assert_true(conf->workers >= 1);
	assert_int_equal(conf->log.level, HEARD_INFO);
	assert_false(conf->log.json);
	assert_null(conf->log.file);
	assert_null(conf->privacy.public_key);
	assert_null(conf->journal.encrypt);
	assert_int_equal(conf->journal.segment_size, 64 << 20);
	assert_int_equal(conf->drain_timeout, 30000);
	const struct conf_pipeline *p = &conf->pipelines[0];
	assert_int_equal(p->acknowledge, ACKNOWLEDGE_JOURNALED);
	assert_int_equal(p->dedupe, INT64_C(7) * 86400000);
	assert_int_equal(p->max_in_flight, 64 << 20);
	assert_int_equal(p->n_filters, 0);
	const struct conf_instance *o = &p->outputs[0];
	assert_string_equal(o->name, "keep");
	assert_string_equal(o->module->plugin.name, "keep");
	assert_null(o->when);
	assert_int_equal(o->retry.first, 1000);
	assert_int_equal(o->retry.max, 300000);
	assert_int_equal(o->retry.give_up, INT64_C(3) * 86400000);
	assert_int_equal(o->on_full, ON_FULL_PAUSE);
	assert_int_equal(o->deferred_max, 10000);
	assert_non_null(o->self);
	conf_destroy(conf);
}

static void relative_paths_have_their_folders(void **state)
{
	(void)state;
	char *said, wanted[128], here[256];
	struct conf *conf = load_text("state_dir = \"s\"; log = { file = \"l\"; };" GOOD, NULL,
				      &said);
	free(said);
	snprintf(wanted, sizeof wanted, "%s/s", folder);
	assert_string_equal(conf->state_dir, wanted);
	snprintf(wanted, sizeof wanted, "%s/s/l", folder);
	assert_string_equal(conf->log.file, wanted);
	conf_destroy(conf);
	conf = load_text("state_dir = \"s\";" GOOD, &(struct conf_flags){.state_dir = "o"},
			 &said);
	free(said);
	assert_non_null(getcwd(here, sizeof here - 3));
	strcat(here, "/o");
	assert_string_equal(conf->state_dir, here);
	conf_destroy(conf);
}

static char *print(const struct conf *conf)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	conf_print(conf, out);
	fclose(out);
	return text;
}

static void what_is_printed_can_be_read_and_prints_the_same(void **state)
{
	(void)state;
	char *said, *text = read_all(CASES "/good.conf");
	for (int no_secrets = 0; no_secrets < 2; no_secrets++) {
		struct conf_flags flags = {.no_secrets = no_secrets};
		struct conf *first = load_text(text, &flags, &said);
		print_message("%s", said);
		free(said);
		assert_non_null(first);
		char *one = print(first);
		assert_null(strstr(one, "hunter2"));
		assert_non_null(strstr(one, "password = \"***\""));
		assert_non_null(strstr(one, "high = 12"));
		assert_non_null(strstr(one, "$${not env}"));
		struct conf *second = load_text(one, &flags, &said);
		print_message("%s", said);
		free(said);
		assert_non_null(second);
		char *two = print(second);
		assert_string_equal(one, two);
		conf_destroy(first);
		conf_destroy(second);
		free(one);
		free(two);
	}
	free(text);
}

static void secrets_need_not_be_there_to_print(void **state)
{
	(void)state;
	static const char text[] = PLUGINS
		"pipelines = ( { name = \"p\"; clear = true; inputs = ( { plugin = \"listen\";"
		" title = \"${env:HEARD_NO_SUCH}\"; password = \"${file:none}\"; } );"
		" outputs = ( { plugin = \"keep\"; } ); } );";
	char *said;
	assert_says(text, "HEARD_NO_SUCH");
	struct conf *conf = load_text(text, &(struct conf_flags){.no_secrets = true}, &said);
	print_message("%s", said);
	free(said);
	assert_non_null(conf);
	char *printed = print(conf);
	assert_non_null(strstr(printed, "title = \"${env:HEARD_NO_SUCH}\""));
	assert_null(strstr(printed, "none\""));
	free(printed);
	conf_destroy(conf);
}

static void who_answers_is_not_judged_when_it_is_left_as_written(void **state)
{
	(void)state;
	static const char text[] = PLUGINS
		"pipelines = ( { name = \"p\"; clear = true; inputs = ( { plugin = \"listen\";"
		" reply = \"${env:HEARD_NO_SUCH}\"; } );"
		" outputs = ( { plugin = \"robot\"; } ); } );";
	char *said;
	struct conf *conf = load_text(text, &(struct conf_flags){.no_secrets = true}, &said);
	print_message("%s", said);
	free(said);
	assert_non_null(conf);
	conf_destroy(conf);
}

static void keys_are_looked_at(void **state)
{
	(void)state;
	char *said;
	struct heard_error err;
	assert_says("privacy = { public_key = \"none.pub\"; };" GOOD, "none.pub");
	assert_says("privacy = { private_key = \"none.key\"; };" GOOD, "none.key");
	assert_int_equal(seal_keygen(folder, &err), 0);
	struct conf *conf = load_text("privacy = { public_key = \"heard.pub\"; private_key = "
				      "\"heard.key\"; };" GOOD,
				      NULL, &said);
	print_message("%s", said);
	free(said);
	assert_non_null(conf);
	conf_destroy(conf);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	(void)state;
	static const char *const paths[] = {"none.conf", ".", "/dev/null/x", "/dev/zero",
					    "no/x"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct faults faults;
		faults_init(&faults);
		assert_null(conf_load(paths[i], NULL, &faults));
		assert_int_equal(faults.n, 1);
		assert_string_equal(faults.at[0].file, paths[i]);
		assert_non_null(strstr(faults.at[0].text, "cannot be read"));
		faults_release(&faults);
	}
}

static void addresses_and_networks(void **state)
{
	(void)state;
	struct heard_error err;
	static const char *const good[] = {"127.0.0.1:0", "0.0.0.0:65535", "[::]:80",
					   "[::1]:1"};
	static const char *const bad[] = {
		"",	    ":80",	     "1.2.3:80",     "::1:80",
		"[::1]",    "[::1:80",	     "[1.2.3.4]:80", "1.2.3.4",
		"1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1",   "example.org:80",
		"[::1]x:80"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(conf_check_address(good[i], &err), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (conf_check_address(bad[i], &err) == 0)
			fail_msg("\"%s\" was taken for an address", bad[i]);
	static const char *const networks[] = {"10.0.0.0/8", "::/0", "fe80::/10", "1.2.3.4"};
	static const char *const others[] = {"",    "10.0.0.0/33", "::/129",	"10/8",
					     "x/8", "::1/",	   "1.2.3.4/-1"};
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		assert_int_equal(conf_check_network(networks[i], &err), 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (conf_check_network(others[i], &err) == 0)
			fail_msg("\"%s\" was taken for a network", others[i]);
}

static void the_tables_of_the_core_are_well_formed(void **state)
{
	(void)state;
	struct heard_error err;
	int n = 0;
	for (const struct conf_section *s = conf_sections; s->name; s++, n++)
		if (option_check_table(s->table, &err) < 0)
			fail_msg("%s: %s", s->name, err.text);
	assert_int_equal(n, 7);
}

static void a_plugin_is_described_in_both_forms(void **state)
{
	(void)state;
	char *said, *text;
	size_t size;
	struct conf *conf = load_text(GOOD, NULL, &said);
	free(said);
	for (int form = 0; form < 2; form++) {
		FILE *out = open_memstream(&text, &size);
		(form ? describe_plugin_mdoc
		      : describe_plugin)(conf->pipelines[0].outputs[0].module, out);
		fclose(out);
		static const char *const wanted[2][6] = {
			{"keep 1.0, output: a plugin for tests",
			 "count: integer, default 3, 1 to 4096",
			 "One of: \"redact\", \"partial\", \"hash\"", "name: text, required",
			 "size: size, default \"64K\", 1 to 1M", "{ plugin = \"keep\"; }"},
			{".Ss output keep", ".It Ic count : No integer", ".Ql redact ,",
			 "Required.", "From 1 to 1M.", "{ plugin = \"keep\"; }"},
		};
		for (int i = 0; i < 6; i++)
			if (strstr(text, wanted[form][i]) == NULL)
				fail_msg("\"%s\" is not in\n%s", wanted[form][i], text);
		free(text);
	}
	conf_destroy(conf);
}

/* The config that is shipped, once its plugins are built. */
static void the_shipped_config_is_good(void **state)
{
	(void)state;
	const char *build = getenv("BUILD");
	char path[512];
	static const char *const needed[] = {
		"input/http",	   "input/file",     "filter/normalize", "filter/mask",
		"filter/classify", "output/tickets", "output/file"};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build/release",
			 needed[i]);
		if (access(path, F_OK) < 0) {
			print_message("%s is not built: etc/heard.conf is not checked\n", path);
			skip();
		}
	}
	/* The same file, with the folder of the plugins, in the folder of its own. */
	char *text = read_all("etc/heard.conf"), *said,
	     *here = realpath(build ? build : "build/release", NULL);
	char *both = NULL;
	assert_true(asprintf(&both, "plugin_path = [ \"%s/plugins\" ];\n%s", here, text) > 0);
	struct conf *conf = load_text(both, NULL, &said);
	print_message("%s", said);
	assert_non_null(conf);
	conf_destroy(conf);
	free(both);
	free(here);
	free(said);
	free(text);
}

static int build_plugins(void **state)
{
	(void)state;
	bool is_good = fixture_folder(folder) &&
		       fixture_plugin(folder, "input", "INPUT", "listen", "") &&
		       fixture_plugin(folder, "filter", "FILTER", "mask",
				      "-DFLAGS=HEARD_MASKS") &&
		       fixture_plugin(folder, "filter", "FILTER", "tag", "") &&
		       fixture_plugin(folder, "output", "OUTPUT", "keep", "") &&
		       fixture_plugin(folder, "output", "OUTPUT", "robot",
				      "-DCARRIES=1 -DFLAGS=HEARD_TELLS");
	setenv("HEARD_TEST_PLUGINS", folder, 1);
	unsetenv("HEARD_NO_SUCH");
	return is_good ? 0 : -1;
}

static int remove_plugins(void **state)
{
	(void)state;
	fixture_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_says_what_it_should),
		cmocka_unit_test(what_has_no_faults_can_be_kept),
		cmocka_unit_test(a_reference_is_not_judged_when_it_is_left_as_written),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(relative_paths_have_their_folders),
		cmocka_unit_test(what_is_printed_can_be_read_and_prints_the_same),
		cmocka_unit_test(secrets_need_not_be_there_to_print),
		cmocka_unit_test(who_answers_is_not_judged_when_it_is_left_as_written),
		cmocka_unit_test(keys_are_looked_at),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(addresses_and_networks),
		cmocka_unit_test(the_tables_of_the_core_are_well_formed),
		cmocka_unit_test(a_plugin_is_described_in_both_forms),
		cmocka_unit_test(the_shipped_config_is_good),
	};
	return cmocka_run_group_tests(tests, build_plugins, remove_plugins);
}
