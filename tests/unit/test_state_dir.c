/*
 * Tests of state_dir.c: whose the folder is, and who is in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "state_dir.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64], folder[96];

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/heard-state-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(folder, sizeof(folder), "%s/state", root);
	return 0;
}

static int teardown(void **state)
{
	char command[192];
	(void)state;
	snprintf(command, sizeof(command), "chmod -R u+rwx '%s'; rm -rf '%s'", root, root);
	return system(command);
}

static void put(const char *name, const char *text)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void refused(int code, const char *word)
{
	struct heard_error err = {0};
	assert_int_equal(state_dir_lock(folder, -1, &err), -code);
	assert_non_null(strstr(err.text, word));
	assert_non_null(strstr(err.text, folder));
}

static void taken(void)
{
	struct heard_error err = {0};
	int fd = state_dir_lock(folder, -1, &err);
	if (fd < 0)
		print_error("%s\n", err.text);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}

static void a_folder_that_is_absent_is_made_for_us_alone(void **state)
{
	struct stat st;
	(void)state;
	taken();
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	taken(); /* and is known again */
}

static void an_empty_folder_is_taken(void **state)
{
	(void)state;
	mkdir(folder, 0700);
	taken();
}

static void the_root_of_a_file_system_is_empty_with_lost_and_found(void **state)
{
	char path[160];
	(void)state;
	mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/lost+found", folder);
	mkdir(path, 0700);
	taken();
}

static void a_folder_with_other_files_is_left_alone(void **state)
{
	(void)state;
	mkdir(folder, 0700);
	put("thesis.tex", "chapter one");
	refused(EEXIST, "holds other files");
	assert_int_equal(access(folder, F_OK), 0);
}

static void another_programs_lock_file_is_not_ours(void **state)
{
	(void)state;
	mkdir(folder, 0700);
	put("lock", "pid 17\n");
	put("thesis.tex", "chapter one");
	refused(EINVAL, "is not a state folder");
}

static void another_programs_empty_lock_file_is_not_ours(void **state)
{
	(void)state;
	mkdir(folder, 0700);
	put("lock", "");
	put("thesis.tex", "chapter one");
	refused(EINVAL, "is not a state folder");
}

static void a_start_that_was_killed_before_it_made_its_mark_is_gone_on_with(void **state)
{
	(void)state;
	mkdir(folder, 0700);
	put("lock", "");
	taken();
	taken();
}

static void a_second_daemon_is_told_of_the_first(void **state)
{
	struct heard_error err = {0};
	(void)state;
	int fd = state_dir_lock(folder, -1, &err);
	assert_true(fd >= 0);
	refused(EBUSY, "in use by another heard");
	close(fd);
	taken();
}

static void a_lock_that_was_handed_over_is_kept(void **state)
{
	struct heard_error err = {0};
	(void)state;
	int fd = state_dir_lock(folder, -1, &err);
	assert_int_equal(state_dir_lock(folder, fd, &err), fd);
	refused(EBUSY, "in use");
	close(fd);
}

static void a_folder_that_others_can_write_is_refused(void **state)
{
	(void)state;
	taken();
	chmod(folder, 0720);
	refused(EPERM, "chmod 700");
	chmod(folder, 0702);
	refused(EPERM, "can be written by others");
	chmod(folder, 0755);
	taken();
}

static void a_file_is_no_folder(void **state)
{
	(void)state;
	close(open(folder, O_CREAT | O_WRONLY, 0600));
	refused(ENOTDIR, "is not a folder");
}

static void a_lock_that_is_a_link_is_not_followed(void **state)
{
	char path[160], target[160];
	(void)state;
	mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/lock", folder);
	snprintf(target, sizeof(target), "%s/elsewhere", root);
	assert_int_equal(symlink(target, path), 0);
	refused(ELOOP, "lock");
	assert_int_not_equal(access(target, F_OK), 0);
}

static void a_parent_that_is_absent_is_said(void **state)
{
	(void)state;
	strcat(folder, "/deeper/still");
	refused(ENOENT, "cannot make");
}

static void a_folder_that_we_may_not_write_is_said(void **state)
{
	(void)state;
	if (geteuid() == 0)
		skip(); /* root may */
	mkdir(folder, 0500);
	refused(EACCES, "cannot write");
}

static void a_folder_of_another_user_is_left_to_him(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a folder away */
	mkdir(folder, 0700);
	assert_int_equal(chown(folder, 65534, 65534), 0);
	refused(EPERM, "belongs to user 65534");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_folder_that_is_absent_is_made_for_us_alone),
		TEST(an_empty_folder_is_taken),
		TEST(the_root_of_a_file_system_is_empty_with_lost_and_found),
		TEST(a_folder_with_other_files_is_left_alone),
		TEST(another_programs_lock_file_is_not_ours),
		TEST(another_programs_empty_lock_file_is_not_ours),
		TEST(a_start_that_was_killed_before_it_made_its_mark_is_gone_on_with),
		TEST(a_second_daemon_is_told_of_the_first),
		TEST(a_lock_that_was_handed_over_is_kept),
		TEST(a_folder_that_others_can_write_is_refused),
		TEST(a_file_is_no_folder),
		TEST(a_lock_that_is_a_link_is_not_followed),
		TEST(a_parent_that_is_absent_is_said),
		TEST(a_folder_that_we_may_not_write_is_said),
		TEST(a_folder_of_another_user_is_left_to_him),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
