/*
 * frame_key.c - the key file of an encrypted journal.
 *
 * One line, "heard-journal-key-1 <64 hex digits>", mode 0600.  It is made with
 * O_EXCL and synced with its folder before the first frame is encrypted: a key
 * that a power cut takes away takes the journal with it.
 */
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>

#define PREFIX "heard-journal-key-1 "
enum { LINE = sizeof(PREFIX) - 1 + 2 * FRAME_KEY + 1 };

static int sync_folder_of(const char *file)
{
	char folder[4096];
	const char *slash = strrchr(file, '/');
	size_t n = slash ? (size_t)(slash - file) : 0;

	if (n >= sizeof(folder))
		return -ENAMETOOLONG;
	memcpy(folder, file, n);
	folder[n] = '\0';
	int fd = open(n ? folder : slash ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return r;
}

static int key_make(struct frame_key *k, const char *file, struct heard_error *err)
{
	char line[LINE + 1];
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return heard_fail(err, errno, "cannot make the journal's key file %s: %s", file,
				  strerror(errno));
	randombytes_buf(k->key, sizeof(k->key));
	memcpy(line, PREFIX, sizeof(PREFIX) - 1);
	sodium_bin2hex(line + sizeof(PREFIX) - 1, 2 * FRAME_KEY + 1, k->key, sizeof(k->key));
	line[LINE - 1] = '\n';
	bool ok = write(fd, line, LINE) == LINE && fsync(fd) == 0;
	int code = ok ? 0 : errno ? errno : EIO;
	sodium_memzero(line, sizeof(line));
	close(fd);
	if (code == 0)
		code = -sync_folder_of(file);
	if (code == 0)
		return 0;
	unlink(file);
	return heard_fail(err, code, "cannot write the journal's key file %s: %s", file,
			  strerror(code));
}

static int key_read(struct frame_key *k, int fd, const char *file, struct heard_error *err)
{
	char line[LINE + 1];
	struct stat st;
	size_t n = 0;

	if (fstat(fd, &st) != 0)
		return heard_fail(err, errno, "cannot read %s: %s", file, strerror(errno));
	if (st.st_mode & 077)
		return heard_fail(
			err, EACCES,
			"the journal's key file %s can be read by others; chmod 600 it", file);
	ssize_t got = read(fd, line, LINE);
	bool ok = got == LINE && memcmp(line, PREFIX, sizeof(PREFIX) - 1) == 0 &&
		  sodium_hex2bin(k->key, sizeof(k->key), line + sizeof(PREFIX) - 1,
				 2 * FRAME_KEY, NULL, &n, NULL) == 0 &&
		  n == FRAME_KEY;
	sodium_memzero(line, sizeof(line));
	if (!ok)
		return heard_fail(err, EBADMSG, "%s is not a journal's key file", file);
	return 0;
}

int frame_key_load(struct frame_key *k, const char *file, bool make, struct heard_error *err)
{
	int r;

	memset(k, 0, sizeof(*k));
	if (sodium_init() < 0)
		return heard_fail(err, EIO, "libsodium cannot start: no source of randomness");
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		r = key_read(k, fd, file, err);
		close(fd);
	} else if (errno != ENOENT) {
		r = heard_fail(err, errno, "cannot open the journal's key file %s: %s", file,
			       strerror(errno));
	} else if (make) {
		r = key_make(k, file, err);
	} else {
		return heard_fail(err, ENOENT,
				  "the journal is encrypted and its key file %s is absent",
				  file);
	}
	if (r != 0)
		return r;
	randombytes_buf(k->salt, sizeof(k->salt));
	k->present = true;
	return 0;
}

void frame_key_wipe(struct frame_key *k)
{
	sodium_memzero(k, sizeof(*k));
}
