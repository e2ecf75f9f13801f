/*
 * blob.c - attachments, sealed and named by what they hold.
 *
 * A file is (docs/blob-format.md):
 *
 *	magic 8 | recipient's public key 32 | sealed key 80 | stream header 24 | pieces
 *
 * A key drawn for this file alone is sealed to the operator's public key
 * (crypto_box_seal); under it goes a stream of libsodium (secretstream,
 * XChaCha20-Poly1305) in pieces of 64 KiB.  A piece that is damaged, moved or missing
 * at the end does not open, and the hash that names the file is checked last, so that
 * no file passes for another.
 *
 * Writing: a file in attachments/new, fsync, rename into attachments/ab, fsync of the
 * folders.  So a name that is there stands for a whole file.  It is not written again,
 * but the folders are synced all the same: whoever wrote it may have died before he
 * did that.  One that has another size, or was sealed to another key, is replaced.
 *
 * One that is there is touched, and the folder is held meanwhile, so that nobody removes
 * it who does not know yet of the record that names it (blob_drop.c).
 */
#include "blob.h"

#include "daemon.h"
#include "folder.h"
#include "host.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAGIC = 8,
	KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
	SEALED_KEY = crypto_box_SEALBYTES + KEY,
	STREAM = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	TAG = crypto_secretstream_xchacha20poly1305_ABYTES,
	HEAD = MAGIC + 32 + SEALED_KEY + STREAM,
	PIECE = 64 * 1024,
};

static const unsigned char magic[MAGIC + 1] = "heardBL\1";

static size_t sealed_size(size_t plain)
{
	size_t pieces = plain ? (plain + PIECE - 1) / PIECE : 1;
	return HEAD + plain + pieces * TAG;
}

static void name_of(struct heard_str bytes, char name[HEARD_BLOB_NAME])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)bytes.ptr, bytes.len);
	sodium_bin2hex(name, HEARD_BLOB_NAME, hash, sizeof(hash));
}

bool blob_name_is_good(struct heard_str name)
{
	if (name.len != HEARD_BLOB_NAME - 1)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!((name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
		      (name.ptr[i] >= 'a' && name.ptr[i] <= 'f')))
			return false;
	return true;
}

/* ---- writing */

struct writer {
	const struct journal_io *io;
	int fd;
	off_t at;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char piece[PIECE + TAG];
};

static int put_bytes(struct writer *w, const void *bytes, size_t n)
{
	int rc = journal_io_write_bytes(w->io, w->fd, bytes, n, w->at);
	w->at += (off_t)n;
	return rc;
}

static int put_head(struct writer *w, const struct seal_public *to)
{
	unsigned char head[HEAD], key[KEY];
	memcpy(head, magic, MAGIC);
	memcpy(head + MAGIC, to->key, 32);
	crypto_secretstream_xchacha20poly1305_keygen(key);
	int rc = crypto_box_seal(head + MAGIC + 32, key, sizeof(key), to->key) == 0
			 ? 0
			 : -EKEYREJECTED;
	crypto_secretstream_xchacha20poly1305_init_push(&w->stream, head + HEAD - STREAM, key);
	sodium_memzero(key, sizeof(key));
	return rc == 0 ? put_bytes(w, head, sizeof(head)) : rc;
}

static int put_pieces(struct writer *w, struct heard_str bytes)
{
	int rc = 0;
	do {
		size_t n = bytes.len < PIECE ? bytes.len : PIECE;
		unsigned char tag = n == bytes.len
					    ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
					    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
		crypto_secretstream_xchacha20poly1305_push(&w->stream, w->piece, NULL,
							   (const unsigned char *)bytes.ptr, n,
							   NULL, 0, tag);
		rc = put_bytes(w, w->piece, n + TAG);
		bytes = heard_str_skip(bytes, n);
	} while (bytes.len && rc == 0);
	return rc;
}

static int write_file(const struct journal_io *io, const char *path,
		      const struct seal_public *to, struct heard_str bytes)
{
	struct writer *w = malloc(sizeof(*w));
	if (w == NULL)
		return -ENOMEM;
	w->io = io;
	w->at = 0;
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = w->fd < 0 ? -errno : put_head(w, to);
	if (rc == 0)
		rc = put_pieces(w, bytes);
	if (rc == 0 && io->fsync(w->fd) != 0)
		rc = errno ? -errno : -EIO;
	if (w->fd >= 0)
		close(w->fd);
	sodium_memzero(&w->stream, sizeof(w->stream));
	free(w);
	return rc;
}

/* Is this very blob there, whole, and sealed to this key?  Then it is as if new. */
static bool touch(const char *path, const struct seal_public *to, size_t plain)
{
	unsigned char head[MAGIC + 32];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool is = fstat(fd, &st) == 0 && (size_t)st.st_size == sealed_size(plain) &&
		  pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
		  memcmp(head, magic, MAGIC) == 0 && memcmp(head + MAGIC, to->key, 32) == 0 &&
		  futimens(fd, NULL) == 0;
	close(fd);
	return is;
}

/* The folder of that name and what is above it, up to state_dir: syncing one that has
 * not changed costs next to nothing. */
static int sync_folders(const struct journal_io *io, const char *state_dir, const char *name)
{
	char path[PATH_MAX];
	const char *const below[] = {"/attachments/", "/attachments", ""};
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s%.2s", state_dir, below[i], i ? "" : name);
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int rc = fd >= 0 && io->fsync(fd) == 0 ? 0 : errno ? -errno : -EIO;
		if (fd >= 0)
			close(fd);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int make_folders(const char *state_dir, const char *name, struct heard_error *err)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/attachments/new", state_dir);
	int rc = folder_make_below(state_dir, path, err);
	snprintf(path, sizeof(path), "%s/attachments/%.2s", state_dir, name);
	return rc == 0 ? folder_make_below(state_dir, path, err) : rc;
}

/* Under a name that no other worker uses, then to its place. */
static int write_and_move(const struct journal_io *io, const char *state_dir,
			  const struct seal_public *to, struct heard_str bytes,
			  const char *path)
{
	char fresh[PATH_MAX], random[17];
	unsigned char id[8];
	randombytes_buf(id, sizeof(id));
	sodium_bin2hex(random, sizeof(random), id, sizeof(id));
	snprintf(fresh, sizeof(fresh), "%s/attachments/new/%s", state_dir, random);
	int rc = write_file(io, fresh, to, bytes);
	if (rc == 0 && io->renameat(AT_FDCWD, fresh, AT_FDCWD, path) != 0)
		rc = errno ? -errno : -EIO;
	if (rc < 0)
		unlink(fresh);
	return rc;
}

int blob_put(const struct journal_io *io, const char *state_dir, const struct seal_public *to,
	     struct heard_str bytes, char name[HEARD_BLOB_NAME], struct heard_error *err)
{
	char path[PATH_MAX];
	if (bytes.len > BLOB_MAX)
		return heard_fail(err, EFBIG, "an attachment may have %d bytes, not %zu",
				  BLOB_MAX, bytes.len);
	name_of(bytes, name);
	snprintf(path, sizeof(path), "%s/attachments/%.2s/%s", state_dir, name, name);
	int rc = make_folders(state_dir, name, err);
	if (rc < 0)
		return heard_error_wrap(err, "attachment %s", name);
	int folder = blob_hold(state_dir, name, LOCK_SH);
	rc = folder < 0 ? folder : 0;
	if (rc == 0 && !touch(path, to, bytes.len))
		rc = write_and_move(io, state_dir, to, bytes, path);
	if (rc == 0)
		rc = sync_folders(io, state_dir, name);
	if (folder >= 0)
		close(folder);
	return rc == 0 ? 0
		       : heard_fail(err, -rc, "cannot keep attachment %s in %s/attachments: %s",
				    name, state_dir, strerror(-rc));
}

/* ---- reading */

static int damaged(struct heard_str name, struct heard_error *err)
{
	return heard_fail(err, EBADMSG, "attachment %.*s is damaged", HEARD_ARG(name));
}

static int open_key(const struct seal_private *key, const unsigned char *head,
		    crypto_secretstream_xchacha20poly1305_state *stream, struct heard_str name,
		    struct heard_error *err)
{
	unsigned char file_key[KEY];
	if (memcmp(head, magic, MAGIC) != 0)
		return damaged(name, err);
	if (memcmp(head + MAGIC, key->public_key, 32) != 0)
		return heard_fail(
			err, EBADMSG,
			"attachment %.*s was sealed to another key than privacy.private_key",
			HEARD_ARG(name));
	bool opens = crypto_box_seal_open(file_key, head + MAGIC + 32, SEALED_KEY,
					  key->public_key, key->key) == 0 &&
		     crypto_secretstream_xchacha20poly1305_init_pull(
			     stream, head + HEAD - STREAM, file_key) == 0;
	sodium_memzero(file_key, sizeof(file_key));
	return opens ? 0 : damaged(name, err);
}

static bool open_pieces(crypto_secretstream_xchacha20poly1305_state *stream,
			struct heard_str rest, struct heard_buf *plain)
{
	unsigned char tag = 0;
	while (rest.len >= TAG && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
		size_t n = rest.len < PIECE + TAG ? rest.len : PIECE + TAG;
		char *room = heard_buf_room(plain, n - TAG + 1);
		if (room == NULL || crypto_secretstream_xchacha20poly1305_pull(
					    stream, (unsigned char *)room, NULL, &tag,
					    (const unsigned char *)rest.ptr, n, NULL, 0) != 0)
			return false;
		heard_buf_used(plain, n - TAG);
		rest = heard_str_skip(rest, n);
	}
	return rest.len == 0 && tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
}

static int read_file(const char *path, struct heard_str name, struct heard_buf *sealed,
		     struct heard_error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT
			       ? heard_fail(err, ENOENT, "there is no attachment %.*s",
					    HEARD_ARG(name))
			       : heard_fail(err, errno, "%s: %s", path, strerror(errno));
	bool fits = fstat(fd, &st) == 0 && st.st_size >= HEAD + TAG &&
		    (size_t)st.st_size <= sealed_size(BLOB_MAX);
	size_t size = fits ? (size_t)st.st_size : 0;
	char *room = fits ? heard_buf_room(sealed, size) : NULL;
	for (size_t n = 0; room && n < size; n = sealed->len) {
		ssize_t got = pread(fd, room + n, size - n, (off_t)n);
		if (got <= 0)
			break;
		heard_buf_used(sealed, (size_t)got);
	}
	close(fd);
	if (fits && room == NULL)
		return heard_fail(err, ENOMEM, "no memory for an attachment of %zu bytes",
				  size);
	return fits && sealed->len == size ? 0 : damaged(name, err);
}

/* What was opened of a blob that turns out to be damaged is not left to the caller. */
static int unseal(const struct seal_private *key, struct heard_str sealed,
		  struct heard_str name, struct heard_buf *plain, struct heard_error *err)
{
	crypto_secretstream_xchacha20poly1305_state stream;
	char found[HEARD_BLOB_NAME];
	size_t before = plain->len;
	if (sealed.ptr == NULL || sealed.len < HEAD) /* read_file() has seen to that */
		return damaged(name, err);
	int rc = open_key(key, (const unsigned char *)sealed.ptr, &stream, name, err);
	if (rc < 0)
		return rc;
	bool opens = open_pieces(&stream, heard_str_skip(sealed, HEAD), plain);
	sodium_memzero(&stream, sizeof(stream));
	if (opens)
		name_of(heard_str_n(plain->ptr + before, plain->len - before), found);
	if (opens && heard_str_is(name, found))
		return 0;
	if (plain->ptr) {
		sodium_memzero(plain->ptr + before, plain->size - before);
		plain->len = before;
	}
	return plain->failed
		       ? heard_fail(err, ENOMEM, "no room for attachment %.*s", HEARD_ARG(name))
		       : damaged(name, err);
}

int blob_get(const char *state_dir, const struct seal_private *key, struct heard_str name,
	     struct heard_buf *plain, struct heard_error *err)
{
	char path[PATH_MAX];
	struct heard_buf sealed;
	if (!blob_name_is_good(name))
		return heard_fail(err, ENOENT,
				  "an attachment is named by 64 digits of lower-case hex");
	snprintf(path, sizeof(path), "%s/attachments/%.2s/%.*s", state_dir, name.ptr,
		 HEARD_ARG(name));
	heard_buf_init(&sealed, sealed_size(BLOB_MAX) + 1);
	int rc = read_file(path, name, &sealed, err);
	if (rc == 0)
		rc = unseal(key, heard_buf_view(&sealed), name, plain, err);
	heard_buf_release(&sealed);
	return rc;
}

void blob_tidy(const char *state_dir)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/attachments/new", state_dir);
	DIR *dir = opendir(path);
	struct dirent *e;
	while (dir && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
}

/* ---- for plugins */

bool heard_blob_allowed(const struct heard_host *host)
{
	return host->daemon != NULL && host->daemon->gate.can_seal;
}

int heard_blob_put(struct heard_host *host, struct heard_str bytes, char name[HEARD_BLOB_NAME],
		   struct heard_error *err)
{
	if (!heard_blob_allowed(host))
		return heard_fail(
			err, ENOKEY,
			"attachments are kept sealed, and there is no privacy.public_key");
	return blob_put(&journal_io_real, host->conf->state_dir, &host->daemon->gate.to, bytes,
			name, err);
}

int heard_blob_get(struct heard_host *host, struct heard_str name, struct heard_buf *plain,
		   struct heard_error *err)
{
	struct seal_private key;
	if (host->conf->privacy.private_key == NULL)
		return heard_fail(
			err, ENOKEY,
			"attachments are sealed, and there is no privacy.private_key");
	int rc = seal_private_load(host->conf->privacy.private_key, &key, err);
	if (rc == 0)
		rc = blob_get(host->conf->state_dir, &key, name, plain, err);
	sodium_memzero(&key, sizeof(key));
	return rc;
}
