/*
 * Tests of attachment.c: a file is gone with the last record that names it, not before,
 * and not if it comes again.
 */
#include "store_fixture.h"

#define PERSON "0123456789abcdef"
#define OTHER  "fedcba9876543210"
#define BOX    "1111111111111111111111111111111111111111111111111111111111111111"
#define LID    "2222222222222222222222222222222222222222222222222222222222222222"

/* A complaint by that person with these files. */
static void put_with(struct fixture *f, unsigned n, const char *key, const char *file1,
		     const char *file2)
{
	struct heard_str files[2] = {heard_str(file1), heard_str(file2)};
	struct store_record rec = a_complaint(f, n, "the box was open");
	char *line = f->lines[(f->made - 1) % 64];
	snprintf(line, sizeof(f->lines[0]), "{\"author\":{\"key\":\"%s\"},\"body\":\"x%u\"}",
		 key, n);
	rec.line = heard_str(line);
	rec.author_key = heard_str(key);
	rec.attachments = files;
	rec.n_attachments = file2 ? 2 : 1;
	assert_int_equal(put(f, rec), STORE_STORED);
}

static void erase(struct fixture *f, const char *person)
{
	int64_t n;
	struct store_act act = {
		.at = NOW + 1, .who = HEARD_STR("li"), .reason = HEARD_STR("asked for it")};
	if (store_erase(f->store, heard_str(person), &act, &n, &f->err))
		fail_msg("%s", f->err.text);
	assert_true(n > 0);
}

static void add_name(void *arg, struct heard_str sha256)
{
	struct fixture *f = arg;
	size_t n = strlen(f->text);
	snprintf(f->text + n, sizeof(f->text) - n, "%.*s;", HEARD_ARG(sha256));
}

static const char *gone_after(struct fixture *f, const char *after)
{
	f->text[0] = '\0';
	assert_int_equal(store_gone(f->store, heard_str(after), 10, add_name, f, &f->err), 0);
	return f->text;
}

static void a_file_goes_with_the_last_who_named_it(void **state)
{
	struct fixture *f = *state;
	put_with(f, 1, PERSON, BOX, LID);
	put_with(f, 2, OTHER, BOX, NULL);
	assert_string_equal(gone_after(f, ""), "");
	erase(f, PERSON);
	assert_string_equal(gone_after(f, ""), LID ";");
	erase(f, OTHER);
	assert_string_equal(gone_after(f, ""), BOX ";" LID ";");
	assert_string_equal(gone_after(f, BOX), LID ";");
	assert_int_equal(number_of(f, "SELECT count(*) FROM attachment"), 0);
}

static void it_is_told_until_it_is_removed(void **state)
{
	struct fixture *f = *state;
	struct heard_str box = HEARD_STR(BOX);
	put_with(f, 1, PERSON, BOX, NULL);
	erase(f, PERSON);
	open_again(f);
	assert_string_equal(gone_after(f, ""), BOX ";");
	assert_int_equal(store_gone_done(f->store, &box, 1, &f->err), 0);
	open_again(f);
	assert_string_equal(gone_after(f, ""), "");
}

static void what_comes_again_stays(void **state)
{
	struct fixture *f = *state;
	put_with(f, 1, PERSON, BOX, NULL);
	erase(f, PERSON);
	put_with(f, 2, OTHER, BOX, NULL);
	assert_string_equal(gone_after(f, ""), "");
	erase(f, OTHER);
	assert_string_equal(gone_after(f, ""), BOX ";");
}

static void retention_takes_files_too(void **state)
{
	struct fixture *f = *state;
	struct store_retention kinds[] = {{HEARD_STR(""), DAYS(30)}};
	struct store_retained step;
	put_with(f, 1, PERSON, BOX, NULL);
	must_move(f, 1, STORE_RESOLVED, NOW + 1);
	must_move(f, 1, STORE_CLOSED, NOW + 2);
	assert_int_equal(store_retain(f->store, kinds, 1, NOW + DAYS(29), 64, &step, &f->err),
			 0);
	assert_string_equal(gone_after(f, ""), "");
	assert_int_equal(store_retain(f->store, kinds, 1, NOW + DAYS(31), 64, &step, &f->err),
			 0);
	assert_string_equal(gone_after(f, ""), BOX ";");
}

static void what_is_no_hash_names_no_file(void **state)
{
	struct fixture *f = *state;
	put_with(f, 1, PERSON, BOX "11", "../../etc/passwd");
	assert_int_equal(number_of(f, "SELECT count(*) FROM attachment"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_goes_with_the_last_who_named_it),
		TEST(it_is_told_until_it_is_removed),
		TEST(what_comes_again_stays),
		TEST(retention_takes_files_too),
		TEST(what_is_no_hash_names_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
