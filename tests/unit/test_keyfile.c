/*
 * test_keyfile.c - key files are made once, whole and private, and read warily.
 */
#include "seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <heard/error.h>

static char folder[64];

static int folder_make(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/heard-keyfile-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int folder_remove(void **state)
{
	(void)state;
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	return rmdir(folder);
}

static const char *in_folder(const char *name)
{
	static char path[4][128];
	static unsigned at;
	char *p = path[at++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(in_folder(name), &st), 0);
	return st.st_mode & 0777;
}

static size_t files_in_folder(void)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void keygen_makes_a_pair_that_fits(void **state)
{
	(void)state;
	struct seal_public to;
	struct seal_private key;
	struct heard_error err = {0};

	assert_int_equal(seal_keygen(folder, &err), 0);
	assert_int_equal(mode_of("heard.key"), 0600);
	assert_int_equal(mode_of("heard.pub"), 0644);
	assert_int_equal(files_in_folder(), 2);
	assert_int_equal(seal_public_load(in_folder("heard.pub"), &to, &err), 0);
	assert_int_equal(seal_private_load(in_folder("heard.key"), &key, &err), 0);
	assert_memory_equal(to.key, key.public_key, 32);
}

static void keygen_never_overwrites(void **state)
{
	(void)state;
	struct heard_error err = {0};

	put("heard.pub", "mine", 0644);
	assert_int_equal(seal_keygen(folder, &err), -EEXIST);
	assert_non_null(strstr(err.text, "heard.pub"));
	assert_int_equal(files_in_folder(), 1);
	unlink(in_folder("heard.pub"));
	put("heard.key", "mine", 0600);
	assert_int_equal(seal_keygen(folder, &err), -EEXIST);
	assert_int_equal(files_in_folder(), 1);
}

static void keygen_makes_its_folder_but_not_the_way_to_it(void **state)
{
	(void)state;
	struct heard_error err = {0};
	char inner[128], far[160];

	snprintf(inner, sizeof(inner), "%s/keys", folder);
	snprintf(far, sizeof(far), "%s/no/such", folder);
	assert_int_equal(seal_keygen(inner, &err), 0);
	assert_int_equal(seal_keygen(far, &err), -ENOENT);
	unlink(in_folder("keys/heard.key"));
	unlink(in_folder("keys/heard.pub"));
	assert_int_equal(rmdir(inner), 0);
}

static void a_private_key_that_others_can_use_is_refused(void **state)
{
	(void)state;
	static const mode_t modes[] = {0640, 0604, 0620, 0601, 0644};
	struct seal_private key;
	struct heard_error err = {0};

	assert_int_equal(seal_keygen(folder, &err), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(in_folder("heard.key"), modes[i]), 0);
		assert_int_equal(seal_private_load(in_folder("heard.key"), &key, &err), -EPERM);
		assert_non_null(strstr(err.text, "chmod 600"));
	}
	assert_int_equal(chmod(in_folder("heard.key"), 0400), 0);
	assert_int_equal(seal_private_load(in_folder("heard.key"), &key, &err), 0);
}

static void what_is_no_key_is_refused_without_quoting_it(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"heard-public-key-1 ",
		"heard-public-key-1 AAAA",
		"heard-public-key-1 !!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"heard-private-key-1 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
		"heard-public-key-1 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA= more",
		"heard-public-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", /* weak point
										    */
	};
	struct seal_public to;
	struct heard_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put("heard.pub", bad[i], 0644);
		assert_int_equal(seal_public_load(in_folder("heard.pub"), &to, &err), -EBADMSG);
		assert_null(strstr(err.text, "AQID"));
	}
	assert_int_equal(seal_public_load(in_folder("absent"), &to, &err), -ENOENT);
	assert_int_equal(seal_public_load(folder, &to, &err), -EINVAL);
	assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
	assert_int_equal(seal_public_load(in_folder("fifo"), &to, &err), -EINVAL);
	put("heard.pub", "heard-public-key-1 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\r\n",
	    0644);
	assert_int_equal(seal_public_load(in_folder("heard.pub"), &to, &err), 0);
	assert_int_equal(to.key[31], 32);
}

static void the_secret_is_made_once(void **state)
{
	(void)state;
	unsigned char first[32] = {0}, second[32] = {0}, zero[32] = {0};
	struct heard_error err = {0};

	assert_int_equal(seal_secret_load(folder, first, &err), 0);
	assert_memory_not_equal(first, zero, 32);
	assert_int_equal(mode_of("secret"), 0600);
	assert_int_equal(seal_secret_load(folder, second, &err), 0);
	assert_memory_equal(first, second, 32);
	assert_int_equal(files_in_folder(), 1);
}

static void a_damaged_or_open_secret_is_refused_and_kept(void **state)
{
	(void)state;
	unsigned char out[32];
	struct heard_error err = {0};

	put("secret", "too short", 0600);
	assert_int_equal(seal_secret_load(folder, out, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "backup"));
	put("secret", "exactly thirty-two bytes of text", 0644);
	assert_int_equal(seal_secret_load(folder, out, &err), -EPERM);
	assert_int_equal(chmod(in_folder("secret"), 0600), 0);
	assert_int_equal(seal_secret_load(folder, out, &err), 0);
	assert_int_equal(seal_secret_load("/nowhere/at/all", out, &err), -ENOENT);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(keygen_makes_a_pair_that_fits),
		IN_FOLDER(keygen_never_overwrites),
		IN_FOLDER(keygen_makes_its_folder_but_not_the_way_to_it),
		IN_FOLDER(a_private_key_that_others_can_use_is_refused),
		IN_FOLDER(what_is_no_key_is_refused_without_quoting_it),
		IN_FOLDER(the_secret_is_made_once),
		IN_FOLDER(a_damaged_or_open_secret_is_refused_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
