/*
 * test_blob.c - attachments: sealed, named by what they hold, whole or not at all.
 */
#include "blob.h"

#include "daemon.h"
#include "host.h"

#include <heard/error.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	char dir[64], path[256], name[HEARD_BLOB_NAME];
	struct seal_public to;
	struct seal_private key;
	struct heard_error err;
	struct journal_io io;
	int calls, fail_at, code; /* of the faulty table */
	int n_written, n_synced;
} t;

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	strcpy(t.dir, "/tmp/heard-blob-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	crypto_box_keypair(t.key.public_key, t.key.key);
	memcpy(t.to.key, t.key.public_key, sizeof(t.to.key));
	return 0;
}

static int teardown(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", t.dir);
	return system(command);
}

static int put(struct heard_str bytes)
{
	int rc = blob_put(&journal_io_real, t.dir, &t.to, bytes, t.name, &t.err);
	snprintf(t.path, sizeof(t.path), "%s/attachments/%.2s/%s", t.dir, t.name, t.name);
	return rc;
}

static int get(const struct seal_private *key, const char *name, struct heard_buf *plain)
{
	heard_buf_init(plain, BLOB_MAX + 1024);
	t.err = (struct heard_error){0};
	return blob_get(t.dir, key, heard_str(name), plain, &t.err);
}

static void expect_damaged(void)
{
	struct heard_buf plain;
	assert_int_equal(get(&t.key, t.name, &plain), -EBADMSG);
	assert_non_null(strstr(t.err.text, "damaged"));
	assert_int_equal(plain.len, 0);
	heard_buf_release(&plain);
}

static void any_size_is_named_by_its_hash_and_opens_again(void **state)
{
	static const size_t sizes[] = {0, 1, 1000, 65535, 65536, 65537, 131072, 300001};
	char *bytes = malloc(300001);
	(void)state;
	for (size_t i = 0; i < 300001; i++)
		bytes[i] = (char)(i * 31 >> 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct heard_buf plain;
		assert_int_equal(put(heard_str_n(bytes, sizes[i])), 0);
		if (sizes[i] == 0)
			assert_string_equal(t.name,
					    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca"
					    "495991b7852b855");
		assert_int_equal(get(&t.key, t.name, &plain), 0);
		assert_int_equal(plain.len, sizes[i]);
		if (sizes[i])
			assert_memory_equal(plain.ptr, bytes, sizes[i]);
		heard_buf_release(&plain);
	}
	free(bytes);
}

static void files_are_private_and_nothing_is_in_clear(void **state)
{
	static const char secret[] = "call 13812345678";
	char bytes[4096];
	struct stat st;
	(void)state;
	assert_int_equal(put(heard_str(secret)), 0);
	assert_int_equal(stat(t.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	int fd = open(t.path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof(bytes));
	close(fd);
	assert_true(n > 0);
	assert_null(memmem(bytes, (size_t)n, secret, strlen(secret)));
	*strrchr(t.path, '/') = '\0';
	assert_int_equal(stat(t.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* Every byte matters: one changed anywhere, one missing or one more is noticed. */
static void damage_anywhere_is_noticed(void **state)
{
	struct stat st;
	struct heard_buf plain;
	(void)state;
	assert_int_equal(put(HEARD_STR_OF("a picture of the broken box")), 0);
	assert_int_equal(stat(t.path, &st), 0);
	int fd = open(t.path, O_RDWR);
	for (off_t at = 0; at < st.st_size; at++) {
		unsigned char c, other;
		assert_int_equal(pread(fd, &c, 1, at), 1);
		other = c ^ 0x20;
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		assert_int_equal(get(&t.key, t.name, &plain), -EBADMSG);
		assert_int_equal(plain.len, 0);
		heard_buf_release(&plain);
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
	assert_int_equal(pwrite(fd, "x", 1, st.st_size), 1);
	expect_damaged();
	for (off_t size = st.st_size - 1; size >= 0; size -= 13) {
		assert_int_equal(ftruncate(fd, size), 0);
		expect_damaged();
	}
	close(fd);
}

static void piece_missing_at_the_end_is_noticed(void **state)
{
	char *bytes = calloc(1, 3 * 65536);
	(void)state;
	assert_int_equal(put(heard_str_n(bytes, 3 * 65536)), 0);
	assert_int_equal(truncate(t.path, 144 + 2 * (65536 + 17)), 0);
	expect_damaged();
	free(bytes);
}

static void one_file_does_not_pass_for_another(void **state)
{
	char first[256];
	(void)state;
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	strcpy(first, t.path);
	assert_int_equal(put(HEARD_STR_OF("two")), 0);
	assert_int_equal(rename(first, t.path), 0);
	expect_damaged();
}

static void other_key_and_bad_names_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "../../../../etc/passwd", "ABCDEF",
		"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
		"/3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
	struct seal_private other;
	struct heard_buf plain;
	(void)state;
	crypto_box_keypair(other.public_key, other.key);
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	assert_int_equal(get(&other, t.name, &plain), -EBADMSG);
	assert_non_null(strstr(t.err.text, "another key"));
	heard_buf_release(&plain);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(get(&t.key, bad[i], &plain), -ENOENT);
		heard_buf_release(&plain);
	}
	t.name[0] ^= 1;
	assert_int_equal(get(&t.key, t.name, &plain), -ENOENT);
	heard_buf_release(&plain);
}

/* ---- once, and durably */

static ssize_t counting_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	t.n_written++;
	if (++t.calls == t.fail_at) {
		errno = t.code;
		return -1;
	}
	return pwritev(fd, v, n, at);
}

static int counting_fsync(int fd)
{
	t.n_synced++;
	if (++t.calls == t.fail_at) {
		errno = t.code;
		return -1;
	}
	return fsync(fd);
}

static int counting_renameat(int a, const char *from, int b, const char *to)
{
	if (++t.calls == t.fail_at) {
		errno = t.code;
		return -1;
	}
	return renameat(a, from, b, to);
}

static int put_counting(struct heard_str bytes, int fail_at, int code)
{
	t.io = journal_io_real;
	t.io.pwritev = counting_pwritev;
	t.io.fsync = counting_fsync;
	t.io.renameat = counting_renameat;
	t.calls = t.n_written = t.n_synced = 0;
	t.fail_at = fail_at;
	t.code = code;
	return blob_put(&t.io, t.dir, &t.to, bytes, t.name, &t.err);
}

static void blob_that_is_there_is_only_synced(void **state)
{
	struct heard_buf plain;
	(void)state;
	assert_int_equal(put_counting(HEARD_STR_OF("one"), 0, 0), 0);
	assert_int_equal(t.n_written, 2);
	assert_int_equal(t.n_synced, 4); /* itself, its folder and what is above */
	assert_int_equal(put_counting(HEARD_STR_OF("one"), 0, 0), 0);
	assert_int_equal(t.n_written, 0);
	assert_int_equal(t.n_synced, 3);
	/* one that was cut short, or that the key of today does not open, is replaced */
	put(HEARD_STR_OF("one"));
	assert_int_equal(truncate(t.path, 20), 0);
	assert_int_equal(put_counting(HEARD_STR_OF("one"), 0, 0), 0);
	assert_int_equal(t.n_written, 2);
	crypto_box_keypair(t.key.public_key, t.key.key);
	memcpy(t.to.key, t.key.public_key, sizeof(t.to.key));
	assert_int_equal(put_counting(HEARD_STR_OF("one"), 0, 0), 0);
	assert_int_equal(t.n_written, 2);
	assert_int_equal(get(&t.key, t.name, &plain), 0);
	heard_buf_release(&plain);
}

static int files_in(const char *folder)
{
	char path[128];
	int n = 0;
	snprintf(path, sizeof(path), "%s/attachments/%s", t.dir, folder);
	DIR *dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* Whatever fails, it is told, nothing half is left, and the next try succeeds. */
static void each_call_that_fails_is_told_and_leaves_nothing(void **state)
{
	static const int codes[] = {ENOSPC, EIO};
	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int k = 1;; k++) {
			char text[32];
			struct heard_buf plain;
			snprintf(text, sizeof(text), "picture %d of %d", k, i);
			int rc = put_counting(heard_str(text), k, codes[i]);
			if (rc == 0) {
				assert_int_equal(k, 8); /* 2 writes, 4 syncs, 1 rename */
				break;
			}
			assert_int_equal(rc, -codes[i]);
			assert_non_null(strstr(t.err.text, "cannot keep attachment"));
			assert_null(strstr(t.err.text, "picture"));
			assert_int_equal(files_in("new"), 0);
			assert_int_equal(put_counting(heard_str(text), 0, 0), 0);
			assert_int_equal(get(&t.key, t.name, &plain), 0);
			heard_buf_release(&plain);
		}
	}
}

static void what_a_crash_left_is_removed_at_start(void **state)
{
	char path[128];
	(void)state;
	blob_tidy(t.dir); /* no folder yet */
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	snprintf(path, sizeof(path), "%s/attachments/new/0123456789abcdef", t.dir);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(files_in("new"), 1);
	blob_tidy(t.dir);
	assert_int_equal(files_in("new"), 0);
	assert_int_equal(access(t.path, F_OK), 0);
}

/* A moment before which a file that was written now is old. */
#define LATER INT64_MAX

static int drop(int64_t before)
{
	t.err = (struct heard_error){0};
	return blob_drop(&journal_io_real, t.dir, heard_str(t.name), before, &t.err);
}

static int64_t written_at(void)
{
	struct stat st;
	assert_int_equal(stat(t.path, &st), 0);
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static void what_nobody_names_is_removed(void **state)
{
	(void)state;
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	assert_int_equal(drop(written_at()), -EAGAIN);
	assert_int_equal(access(t.path, F_OK), 0);
	assert_int_equal(drop(written_at() + 1), 0);
	assert_int_equal(access(t.path, F_OK), -1);
	assert_int_equal(drop(LATER), 0); /* again, after a crash */
	strcpy(t.name, "../../../etc/passwd");
	assert_int_equal(drop(LATER), 0);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

/* Put again it is new, however old; and while it is put nobody removes it. */
static void what_is_put_again_stays(void **state)
{
	static const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	(void)state;
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	assert_int_equal(utimensat(AT_FDCWD, t.path, long_ago, 0), 0);
	assert_int_equal(put(HEARD_STR_OF("one")), 0);
	assert_true(written_at() > 1000000);
	assert_int_equal(drop(1000001), -EAGAIN);
	int folder = blob_hold(t.dir, t.name, LOCK_SH);
	assert_true(folder >= 0);
	assert_int_equal(drop(LATER), -EAGAIN);
	close(folder);
	assert_int_equal(drop(LATER), 0);
}

static void too_large_a_blob_is_refused(void **state)
{
	(void)state;
	assert_int_equal(put(heard_str_n("", (size_t)BLOB_MAX + 1)), -EFBIG);
}

static void without_keys_nothing_is_taken_and_nothing_opened(void **state)
{
	struct daemon daemon = {0};
	struct conf conf = {.state_dir = t.dir};
	struct heard_host host = {.daemon = &daemon, .conf = &conf};
	struct heard_buf plain;
	(void)state;
	assert_false(heard_blob_allowed(&host));
	assert_int_equal(heard_blob_put(&host, HEARD_STR_OF("one"), t.name, &t.err), -ENOKEY);
	assert_non_null(strstr(t.err.text, "privacy.public_key"));
	assert_int_equal(files_in(""), 0);
	daemon.gate.can_seal = true;
	daemon.gate.to = t.to;
	assert_int_equal(heard_blob_put(&host, HEARD_STR_OF("one"), t.name, &t.err), 0);
	heard_buf_init(&plain, 1000);
	assert_int_equal(heard_blob_get(&host, heard_str(t.name), &plain, &t.err), -ENOKEY);
	assert_non_null(strstr(t.err.text, "privacy.private_key"));
	heard_buf_release(&plain);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(any_size_is_named_by_its_hash_and_opens_again),
		TEST(files_are_private_and_nothing_is_in_clear),
		TEST(damage_anywhere_is_noticed),
		TEST(piece_missing_at_the_end_is_noticed),
		TEST(one_file_does_not_pass_for_another),
		TEST(other_key_and_bad_names_are_refused),
		TEST(what_nobody_names_is_removed),
		TEST(what_is_put_again_stays),
		TEST(blob_that_is_there_is_only_synced),
		TEST(each_call_that_fails_is_told_and_leaves_nothing),
		TEST(what_a_crash_left_is_removed_at_start),
		TEST(too_large_a_blob_is_refused),
		TEST(without_keys_nothing_is_taken_and_nothing_opened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
