/*
 * keyfile.c - the files that hold keys: heard.pub, heard.key, and `secret`.
 *
 * A key that is lost or replaced cannot be had again, and a half-written one is
 * a lost one.  So a file is written under another name, synced, and then linked
 * to its own: link(2) never replaces, and after a power cut the file is there
 * whole or not at all.  If two processes make the installation's secret at the
 * same moment, the second finds the name taken and reads the first one's.
 *
 * Reading is wary: a private file must belong to us or to root and be closed to
 * everybody else, and only regular files are read, so that a FIFO cannot stall
 * the start.  Buffers that held a secret are wiped.
 */
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>

enum {
	KEY_SIZE = 32,
	FILE_MAX = 256, /* bytes; a key file has one line of 66 at most */
	PATH_SIZE = 4096,
};

#define PUBLIC_WORD  "heard-public-key-1 "
#define PRIVATE_WORD "heard-private-key-1 "

enum privacy { OPEN_TO_ALL, OURS_ONLY };

static int path_join(char out[PATH_SIZE], const char *folder, const char *name,
		     struct heard_error *err)
{
	int n = snprintf(out, PATH_SIZE, "%s/%s", folder, name);

	if (n < 0 || n >= PATH_SIZE)
		return heard_fail(err, ENAMETOOLONG, "'%s' is too long a path", folder);
	return 0;
}

static int sync_folder(const char *folder, struct heard_error *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) != 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (failed)
		return heard_fail(err, failed, "cannot sync folder '%s': %s", folder,
				  strerror(failed));
	return 0;
}

static int write_synced(int fd, const void *bytes, size_t n)
{
	ssize_t written = write(fd, bytes, n);

	if (written >= 0 && (size_t)written < n)
		errno = ENOSPC;
	return written == (ssize_t)n && fsync(fd) == 0 ? 0 : -errno;
}

/* -EEXIST if the file is there already, which leaves it as it is. */
static int create_file(const char *folder, const char *name, mode_t mode, const void *bytes,
		       size_t n, struct heard_error *err)
{
	char path[PATH_SIZE], draft_name[64], draft[PATH_SIZE];
	int fd, result;

	snprintf(draft_name, sizeof(draft_name), ".%s.%08x", name, randombytes_random());
	result = path_join(path, folder, name, err);
	if (result == 0)
		result = path_join(draft, folder, draft_name, err);
	if (result != 0)
		return result;
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return heard_fail(err, errno, "cannot create '%s': %s", path, strerror(errno));
	/* The mode is what was asked for, whatever the umask. */
	result = fchmod(fd, mode) != 0 ? -errno : write_synced(fd, bytes, n);
	if (result == 0 && link(draft, path) != 0)
		result = -errno;
	close(fd);
	unlink(draft);
	if (result != 0)
		return heard_fail(err, -result, "cannot create '%s': %s", path,
				  strerror(-result));
	return sync_folder(folder, err);
}

static int check_owner(const char *file, const struct stat *st, struct heard_error *err)
{
	/* root may read anything; that an administrator runs a command is no fault */
	if (st->st_uid != geteuid() && st->st_uid != 0 && geteuid() != 0)
		return heard_fail(err, EPERM, "'%s' belongs to another user: it must be ours",
				  file);
	if ((st->st_mode & 077) != 0)
		return heard_fail(
			err, EPERM,
			"'%s' can be used by others (mode %03o): make it private with "
			"chmod 600, and if it was exposed, make a new key",
			file, (unsigned)st->st_mode & 0777);
	return 0;
}

/* Up to FILE_MAX bytes; a longer file is no key. */
static int read_file(const char *file, enum privacy privacy, char out[FILE_MAX], size_t *n_r,
		     struct heard_error *err)
{
	struct stat st;
	int result = 0;
	ssize_t n;
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return heard_fail(err, errno, "cannot open '%s': %s", file, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		result = heard_fail(err, EINVAL, "'%s' is not a regular file", file);
	else if (st.st_size > FILE_MAX)
		result = heard_fail(err, EBADMSG, "'%s' is too long to be a key", file);
	else if (privacy == OURS_ONLY)
		result = check_owner(file, &st, err);
	if (result == 0) {
		n = read(fd, out, FILE_MAX);
		if (n < 0)
			result = heard_fail(err, errno, "cannot read '%s': %s", file,
					    strerror(errno));
		*n_r = n < 0 ? 0 : (size_t)n;
	}
	close(fd);
	return result;
}

/* One line: the word, then 32 bytes in base64. */
static int key_load(const char *file, const char *word, enum privacy privacy,
		    unsigned char key[KEY_SIZE], struct heard_error *err)
{
	char bytes[FILE_MAX];
	struct heard_str line;
	size_t n = 0, decoded = 0;
	const char *end = NULL;
	int result = read_file(file, privacy, bytes, &n, err);

	if (result == 0) {
		line = heard_str_trim(heard_str_n(bytes, n));
		bool is_ours = heard_str_starts(line, heard_str(word));
		line = heard_str_skip(line, strlen(word));
		if (!is_ours ||
		    sodium_base642bin(key, KEY_SIZE, line.ptr, line.len, NULL, &decoded, &end,
				      sodium_base64_VARIANT_ORIGINAL) != 0 ||
		    decoded != KEY_SIZE || end != line.ptr + line.len)
			result = heard_fail(
				err, EBADMSG,
				"'%s' is no key: it must hold one line, \"%s<base64>\", "
				"as `heard keygen` makes it",
				file, word);
	}
	sodium_memzero(bytes, sizeof(bytes));
	return result;
}

static void key_line(char out[FILE_MAX], const char *word, const unsigned char key[KEY_SIZE])
{
	size_t n = (size_t)snprintf(out, FILE_MAX, "%s", word);

	sodium_bin2base64(out + n, FILE_MAX - n - 1, key, KEY_SIZE,
			  sodium_base64_VARIANT_ORIGINAL);
	n += strlen(out + n);
	out[n] = '\n';
	out[n + 1] = '\0';
}

static int refuse_existing(const char *folder, const char *name, struct heard_error *err)
{
	char path[PATH_SIZE];
	struct stat st;
	int result = path_join(path, folder, name, err);

	if (result == 0 && lstat(path, &st) == 0)
		result = heard_fail(
			err, EEXIST,
			"'%s' exists, and what was sealed to it opens with nothing else: "
			"choose another folder, or move it away yourself",
			path);
	return result;
}

int seal_keygen(const char *folder, struct heard_error *err)
{
	unsigned char public_key[KEY_SIZE], secret[KEY_SIZE];
	char line[FILE_MAX];
	int result;

	if (sodium_init() < 0)
		return heard_fail(err, ENOSYS, "libsodium does not start");
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return heard_fail(err, errno, "cannot make folder '%s': %s", folder,
				  strerror(errno));
	result = refuse_existing(folder, "heard.key", err);
	if (result == 0)
		result = refuse_existing(folder, "heard.pub", err);
	if (result != 0)
		return result;

	crypto_box_keypair(public_key, secret);
	/* The private one first: a public key whose other half was lost would
	 * seal what nobody can ever open. */
	key_line(line, PRIVATE_WORD, secret);
	result = create_file(folder, "heard.key", 0600, line, strlen(line), err);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(line, sizeof(line));
	if (result == 0) {
		key_line(line, PUBLIC_WORD, public_key);
		result = create_file(folder, "heard.pub", 0644, line, strlen(line), err);
	}
	return result;
}

int seal_public_load(const char *file, struct seal_public *key, struct heard_error *err)
{
	static const unsigned char any_secret[KEY_SIZE] = {1};
	unsigned char point[KEY_SIZE];
	int result;

	if (sodium_init() < 0)
		return heard_fail(err, ENOSYS, "libsodium does not start");
	result = key_load(file, PUBLIC_WORD, OPEN_TO_ALL, key->key, err);
	/* A point of low order would give everyone the same shared key. */
	if (result == 0 && crypto_scalarmult(point, any_secret, key->key) != 0)
		result = heard_fail(err, EBADMSG,
				    "'%s' holds a weak key: make one with `heard keygen`",
				    file);
	return result;
}

int seal_private_load(const char *file, struct seal_private *key, struct heard_error *err)
{
	int result;

	if (sodium_init() < 0)
		return heard_fail(err, ENOSYS, "libsodium does not start");
	result = key_load(file, PRIVATE_WORD, OURS_ONLY, key->key, err);
	if (result == 0)
		crypto_scalarmult_base(key->public_key, key->key);
	else
		sodium_memzero(key, sizeof(*key));
	return result;
}

static int secret_create(const char *state_dir, struct heard_error *err)
{
	unsigned char fresh[KEY_SIZE];
	int result;

	randombytes_buf(fresh, sizeof(fresh));
	result = create_file(state_dir, "secret", 0600, fresh, sizeof(fresh), err);
	sodium_memzero(fresh, sizeof(fresh));
	return result == -EEXIST ? 0 : result;
}

int seal_secret_load(const char *state_dir, unsigned char out[32], struct heard_error *err)
{
	char path[PATH_SIZE], bytes[FILE_MAX];
	struct stat st;
	size_t n = 0;
	int result = path_join(path, state_dir, "secret", err);

	if (sodium_init() < 0)
		return heard_fail(err, ENOSYS, "libsodium does not start");
	if (result == 0 && lstat(path, &st) != 0 && errno == ENOENT)
		result = secret_create(state_dir, err);
	if (result == 0)
		result = read_file(path, OURS_ONLY, bytes, &n, err);
	if (result == 0 && n != KEY_SIZE)
		result = heard_fail(
			err, EBADMSG,
			"'%s' has %zu bytes and should have %d: restore it from a backup, "
			"since with another one known persons become strangers",
			path, n, KEY_SIZE);
	if (result == 0)
		memcpy(out, bytes, KEY_SIZE);
	sodium_memzero(bytes, sizeof(bytes));
	return result;
}
