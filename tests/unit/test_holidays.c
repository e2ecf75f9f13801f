/* Holiday files: what is refused, where they are found, and several of them. */
#include "calendar_fixture.h"

#include <sys/stat.h>

static void malformed_holidays_are_refused(void **state)
{
	struct folder *f = *state;
	const char *files[] = {f->file};
	static const char *const texts[][2] = {
		{"", "is not good JSON"},
		{"{\"year\": 2026, \"days\": [", "is not good JSON"},
		{"\xff\xfe", "is not good JSON"},
		{"[]", "must be an object with a \"year\""},
		{"7", "must be an object with a \"year\""},
		{"{}", "must be an object with a \"year\""},
		{"{\"year\": \"2026\", \"days\": []}", "must be an object with a \"year\""},
		{"{\"year\": 1969, \"days\": []}", "from 1970 to 2199"},
		{"{\"year\": 2200, \"days\": []}", "from 1970 to 2199"},
		{"{\"year\": 2026.5, \"days\": []}", "from 1970 to 2199"},
		{"{\"year\": 2026}", "has no list \"days\""},
		{"{\"year\": 2026, \"days\": {}}", "has no list \"days\""},
		{"{\"year\": 2026, \"days\": [1]}", "days[0]: must be {\"date\""},
		{"{\"year\": 2026, \"days\": [{}]}", "days[0]: \"date\" must be a day"},
		{"{\"year\": 2026, \"days\": [{\"date\": 20260101, \"isOffDay\": true}]}",
		 "\"date\" must be a day"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2026-02-29\", \"isOffDay\": true}]}",
		 "\"date\" must be a day"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"1767225600\", \"isOffDay\": true}]}",
		 "\"date\" must be a day"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2026-1-001\", \"isOffDay\": true}]}",
		 "\"date\" must be a day"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2062-01-01\", \"isOffDay\": true}]}",
		 "days[0]: 2062-01-01 does not belong into a file of 2026"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2026-01-01\", \"isOffDay\": true},"
		 "{\"date\": \"2026-01-02\", \"isOffDay\": 1}]}",
		 "days[1]: \"isOffDay\" must be true"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2026-01-01\"}]}",
		 "\"isOffDay\" must be true"},
		{"{\"year\": 2026, \"days\": [{\"date\": \"2026-01-01\", \"isOffDay\": true},"
		 "{\"date\": \"2026-01-01\", \"isOffDay\": false}]}",
		 "2026-01-01 is a day off in one place and a workday in another"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		write_file(f->file, texts[i][0], strlen(texts[i][0]));
		assert_says("24h", "mon-fri", files, 1, "UTC", texts[i][1]);
		assert_says("24h", "mon-fri", files, 1, "UTC", "holidays: ");
	}
}

static void holidays_too_large_too_many_or_too_deep_are_refused(void **state)
{
	struct folder *f = *state;
	const char *files[] = {f->file};
	enum { SIZE = 300 * 1024 };
	char *text = malloc(SIZE);
	memset(text, ' ', SIZE);
	write_file(f->file, text, SIZE);
	assert_says("24h", "mon-fri", files, 1, "UTC", "is larger than 256 KiB");

	size_t n = (size_t)sprintf(text, "{\"year\": 2026, \"days\": [");
	for (int i = 0; i <= 1000; i++)
		n += (size_t)sprintf(text + n, "%s{\"date\":\"2026-01-01\",\"isOffDay\":true}",
				     i ? "," : "");
	n += (size_t)sprintf(text + n, "]}");
	write_file(f->file, text, n);
	assert_says("24h", "mon-fri", files, 1, "UTC", "has more than 1000 days");

	memset(text, '[', 100000);
	memset(text + 100000, ']', 100000);
	write_file(f->file, text, 200000);
	assert_says("24h", "mon-fri", files, 1, "UTC", "is not good JSON");
	free(text);
}

static void holidays_that_are_no_file_are_refused(void **state)
{
	struct folder *f = *state;
	const char *files[] = {f->file};
	assert_says("24h", "mon-fri", files, 1, "UTC", "cannot be opened: No such file");
	assert_int_equal(mkfifo(f->file, 0600), 0);
	assert_says("24h", "mon-fri", files, 1, "UTC", "is not a plain file");
	const char *folder[] = {f->path}, *bare[] = {"2019.json"},
		   *relative[] = {"etc/2026.json"};
	assert_says("24h", "mon-fri", folder, 1, "UTC", "is not a plain file");
	assert_says("24h", "mon-fri", bare, 1, "UTC",
		    "\"etc/holidays/2019.json\": cannot be opened");
	assert_says("24h", "mon-fri", relative, 1, "UTC",
		    "must be an absolute path, or the name");
}

static void a_bare_name_is_found_in_the_folder_or_among_the_shipped(void **state)
{
	struct folder *f = *state;
	const char *own[] = {"days.json"};
	struct heard_error err = {0};
	struct calendar *c;
	struct calendar_options options = {
		.hours = "24h", .days = "mon-sun", .holidays = {own, 1}, .folder = f->path};
	static const char text[] =
		"{\"year\": 2027, \"days\": [{\"date\": \"2027-02-06\", \"isOffDay\": true}]}";
	write_file(f->file, text, sizeof text - 1);
	assert_int_equal(calendar_create(&c, &options, "UTC", "etc/holidays", &err), 0);
	assert_false(calendar_is_working(c, parse("2027-02-06", NULL)));
	calendar_destroy(c);
	options.holidays = (struct heard_list){file_2026, 1};
	assert_int_equal(calendar_create(&c, &options, "UTC", "etc/holidays", &err), 0);
	assert_true(calendar_knows_year(c, parse("2026-02-06", NULL)));
	calendar_destroy(c);
	options.folder = "";
	options.timezone = "Asia/Shanghai"; /* its own goes before the config's */
	assert_int_equal(calendar_create(&c, &options, "no/zone", "etc/holidays", &err), 0);
	calendar_destroy(c);
	assert_int_equal(calendar_create(&c, &options, "UTC", NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"2026.json\" has no folder to be in"));
}

static void several_files_make_one_calendar(void **state)
{
	struct folder *f = *state;
	const char *files[] = {f->other, "2026.json", f->file};
	static const char next[] = /* its paper moves days of the December before */
		"{\"year\": 2027, \"papers\": [], \"more\": {}, \"days\": ["
		"{\"name\": \"元旦\", \"date\": \"2026-12-31\", \"isOffDay\": true},"
		"{\"name\": \"元旦\", \"date\": \"2027-01-01\", \"isOffDay\": true}]}";
	static const char empty[] = "{\"year\": 2028, \"papers\": [], \"days\": []}";
	write_file(f->file, next, sizeof next - 1);
	write_file(f->other, empty, sizeof empty - 1);
	struct calendar *c = make_calendar("09:00-18:00", "mon-fri", files, 3, "Asia/Shanghai");
	assert_int_equal(calendar_add(c, parse("2026-12-30T17:30+08:00", NULL), 60 * MINUTE),
			 parse("2027-01-04T09:30+08:00", NULL));
	assert_true(calendar_knows_year(c, parse("2027-06-01", NULL)));
	assert_true(calendar_knows_year(c, parse("2026-06-01", NULL)));
	assert_false(calendar_knows_year(c, parse("2028-06-01", NULL))); /* not out yet */
	calendar_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(malformed_holidays_are_refused, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(
			holidays_too_large_too_many_or_too_deep_are_refused, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(holidays_that_are_no_file_are_refused,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_bare_name_is_found_in_the_folder_or_among_the_shipped, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(several_files_make_one_calendar, make_folder,
						remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
