/* Small files: read up to a cap, and replaced by all or nothing. */
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[128], fresh[160];
static struct heard_error err;

/* The library's, for this program: some file systems sync no folders and say so. */
static int folder_code;

int fsync(int fd)
{
	struct stat st;
	if (folder_code != 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = folder_code;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/heard-file-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/it", folder);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	chmod(folder, 0700);
	unlink(path);
	unlink(fresh);
	return rmdir(folder);
}

/* The error, or 0 and it holds exactly this. */
static int holds(const char *what, size_t cap)
{
	struct heard_buf b;
	heard_buf_init(&b, cap);
	int rc = heard_file_read(path, &b, &err);
	if (rc == 0)
		assert_string_equal(b.ptr ? b.ptr : "", what);
	heard_buf_release(&b);
	return rc;
}

static void a_file_is_replaced_and_read(void **state)
{
	struct stat st;
	(void)state;
	assert_int_equal(heard_file_replace(path, 0640, HEARD_STR_OF("one"), &err), 0);
	assert_int_equal(holds("one", 1 << 20), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	assert_int_equal(heard_file_replace(path, 0640, HEARD_STR_OF(""), &err), 0);
	assert_int_equal(holds("", 1 << 20), 0);
	assert_int_not_equal(access(fresh, F_OK), 0);
}

static void a_large_file_is_read_in_pieces(void **state)
{
	enum { N = 300000 };
	char *text = malloc(N + 1);
	(void)state;
	for (size_t i = 0; i < N; i++)
		text[i] = (char)('a' + i % 23);
	text[N] = '\0';
	assert_int_equal(heard_file_replace(path, 0600, heard_str_n(text, N), &err), 0);
	assert_int_equal(holds(text, 1 << 20), 0);
	assert_int_equal(holds(text, N), 0);
	assert_int_equal(holds(text, N - 1), -EFBIG);
	assert_non_null(strstr(err.text, "/it is larger than 292 KiB"));
	free(text);
}

static void what_is_no_file_is_told(void **state)
{
	(void)state;
	assert_int_equal(holds("", 100), -ENOENT);
	assert_non_null(strstr(err.text, "/it cannot be read: No such file"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(holds("", 100), -EINVAL);
	assert_non_null(strstr(err.text, "it is no file"));
	unlink(path);
	snprintf(path, sizeof(path), "%s", folder);
	assert_int_equal(holds("", 100), -EINVAL);
	snprintf(path, sizeof(path), "%s/it", folder);
}

/* The old one stays, and nothing lies beside it. */
static void a_failure_leaves_what_was_there(void **state)
{
	(void)state;
	assert_int_equal(heard_file_replace(path, 0600, HEARD_STR_OF("old"), &err), 0);
	assert_int_equal(mkdir(fresh, 0700), 0);
	assert_true(heard_file_replace(path, 0600, HEARD_STR_OF("new"), &err) < 0);
	assert_non_null(strstr(err.text, "/it cannot be written: "));
	assert_int_equal(rmdir(fresh), 0);
	assert_int_equal(holds("old", 100), 0);
	assert_int_equal(symlink("elsewhere", fresh), 0); /* not followed */
	assert_true(heard_file_replace(path, 0600, HEARD_STR_OF("new"), &err) < 0);
	assert_int_equal(holds("old", 100), 0);
}

static void a_name_may_be_too_long(void **state)
{
	char name[5000];
	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(heard_file_replace(name, 0600, HEARD_STR_OF("x"), &err),
			 -ENAMETOOLONG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_folder_that_cannot_be_synced_is_no_failure(void **state)
{
	static const int passed_over[] = {EACCES, EINVAL, ENOTSUP, EBADF};
	(void)state;
	for (size_t i = 0; i < sizeof(passed_over) / sizeof(*passed_over); i++) {
		folder_code = passed_over[i];
		assert_int_equal(heard_file_replace(path, 0600, HEARD_STR_OF("one"), &err), 0);
		assert_int_equal(holds("one", 10), 0);
	}
	folder_code = EIO;
	assert_int_equal(heard_file_replace(path, 0600, HEARD_STR_OF("two"), &err), -EIO);
	folder_code = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_replaced_and_read),
		TEST(a_large_file_is_read_in_pieces),
		TEST(what_is_no_file_is_told),
		TEST(a_failure_leaves_what_was_there),
		TEST(a_name_may_be_too_long),
		TEST(a_folder_that_cannot_be_synced_is_no_failure),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
