/*
 * cmd_keys.c - keygen and reveal.
 *
 * reveal writes who, when, why and which token (its digest), or which attachment, to
 * state_dir/audit.log and syncs that before it shows anything: what cannot be noted is
 * not shown.
 */
#include "cli.h"

#include "apikey.h"
#include "blob.h"
#include "daemon.h"
#include "hash.h"
#include "seal.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(const struct heard_error *err)
{
	fprintf(stderr, "heard: %s\n", err->text);
	return 1;
}

int cmd_keygen(int argc, char **argv)
{
	struct cli cli;
	struct heard_error err = {0};
	const char *api = NULL;
	const struct cli_option own[] = {{"api", &api, NULL}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own, "keygen [DIR] | keygen --api NAME"))
		return 2;
	if (cli.argc > 1 || (api != NULL && cli.argc > 0))
		return cli_usage(&cli);
	if (api != NULL) {
		char key[APIKEY_TEXT], line[APIKEY_LINE];
		if (apikey_make(api, key, line, &err) != 0)
			return say(&err);
		printf("key, for the client, shown only now:\n  %s\nline for api_keys in the "
		       "configuration:\n  \"%s\"\n",
		       key, line);
		return 0;
	}
	const char *folder = cli.argc > 0 ? cli.argv[0] : ".";
	if (seal_keygen(folder, &err) != 0)
		return say(&err);
	printf("%s/heard.pub  for privacy.public_key\n"
	       "%s/heard.key  opens what is sealed: keep it away from the daemon that only "
	       "hears, and keep a copy\n",
	       folder, folder);
	return 0;
}

/* ---- reveal */

struct reveal {
	const struct conf *conf;
	const char *what; /* a token, or "sha256:" and the name of an attachment */
	const char *reason;
	const char *to; /* a file that is not there yet; NULL: stdout */
};

static const struct heard_str hash_prefix = HEARD_STR("sha256:");

static bool is_attachment(const struct reveal *r)
{
	return heard_str_starts(heard_str(r->what), hash_prefix);
}

static void audit_line(const struct reveal *r, struct heard_buf *b)
{
	char at[HEARD_TIME_SIZE], digest[33];
	unsigned char id[16];
	struct heard_str part = heard_str(r->what);
	const struct passwd *who = getpwuid(getuid());
	const char *before_sudo = getenv("SUDO_USER");
	struct heard_json_out w = {.buf = b};
	heard_time_format(daemon_now(), at);
	hash_id(id, &part, 1);
	sodium_bin2hex(digest, sizeof(digest), id, sizeof(id));
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "at", heard_str(at));
	heard_json_str(&w, "what", HEARD_STR_OF("reveal"));
	heard_json_str(&w, "who", heard_str(who != NULL ? who->pw_name : "unknown"));
	heard_json_int(&w, "uid", getuid());
	if (before_sudo != NULL)
		heard_json_str(&w, "sudo_user", heard_str(before_sudo));
	if (is_attachment(r))
		heard_json_str(&w, "attachment", heard_str_skip(part, hash_prefix.len));
	else
		heard_json_str(&w, "token", heard_str(digest));
	heard_json_str(&w, "reason", heard_str(r->reason));
	heard_json_end(&w, '}');
	heard_buf_puts(b, "\n");
}

static int audit(const struct reveal *r, struct heard_error *err)
{
	char path[4096];
	struct heard_buf b;
	snprintf(path, sizeof(path), "%s/audit.log", r->conf->state_dir);
	heard_buf_init(&b, 65536);
	audit_line(r, &b);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool noted = !b.failed && fd >= 0 && write(fd, b.ptr, b.len) == (ssize_t)b.len &&
		     fsync(fd) == 0;
	int code = errno;
	if (fd >= 0)
		close(fd);
	heard_buf_release(&b);
	return noted ? 0
		     : heard_fail(err, code ? code : EIO,
				  "cannot note this in %s: %s; nothing is shown", path,
				  strerror(code));
}

static int show_in_file(const char *path, struct heard_str bytes, struct heard_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (f == NULL) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		return heard_fail(err, code, "cannot make %s: %s", path, strerror(code));
	}
	bool is_written = fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len;
	is_written &= fclose(f) == 0;
	return is_written ? 0 : heard_fail(err, EIO, "cannot write %s", path);
}

static int show(const struct reveal *r, struct heard_str plain, struct heard_error *err)
{
	if (r->to)
		return show_in_file(r->to, plain, err);
	fwrite(plain.ptr, 1, plain.len, stdout);
	if (!is_attachment(r))
		putchar('\n');
	return fflush(stdout) == 0 ? 0 : heard_fail(err, EIO, "cannot write to stdout");
}

static int unseal(const struct reveal *r, struct heard_buf *plain, struct heard_error *err)
{
	struct seal_private key;
	if (r->conf->privacy.private_key == NULL)
		return heard_fail(err, ENOENT,
				  "the configuration names no privacy.private_key");
	int rc = seal_private_load(r->conf->privacy.private_key, &key, err);
	if (rc == 0 && is_attachment(r))
		rc = blob_get(r->conf->state_dir, &key,
			      heard_str_skip(heard_str(r->what), hash_prefix.len), plain, err);
	else if (rc == 0)
		rc = seal_open(&key, heard_str(r->what), plain, err);
	sodium_memzero(&key, sizeof(key));
	return rc;
}

static int reveal(const struct reveal *r, struct heard_error *err)
{
	struct heard_buf plain;
	heard_buf_init(&plain, BLOB_MAX + 1024);
	int rc = unseal(r, &plain, err);
	if (rc == 0)
		rc = audit(r, err);
	if (rc == 0)
		rc = show(r, heard_buf_view(&plain), err);
	if (plain.ptr != NULL)
		sodium_memzero(plain.ptr, plain.size);
	heard_buf_release(&plain);
	return rc;
}

/* Is it asked for in a way that can be granted?  0, or the exit code, having said why. */
static int check_request(const struct reveal *r)
{
	if (r->reason == NULL || *r->reason == '\0')
		fprintf(stderr,
			"heard: say why, with --reason: it is noted in the audit log\n");
	else if (is_attachment(r) && r->to == NULL && isatty(STDOUT_FILENO))
		fprintf(stderr, "heard: an attachment is no text for a terminal: name a file "
				"for it, with -o\n");
	else
		return 0;
	return 2;
}

int cmd_reveal(int argc, char **argv)
{
	struct cli cli;
	struct heard_error err = {0};
	struct reveal r = {0};
	const struct cli_option own[] = {
		{"reason", &r.reason, NULL}, {"o", &r.to, NULL}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "reveal TOKEN|sha256:HEX --reason TEXT [-o FILE] [-c FILE]"))
		return 2;
	if (cli.argc != 1)
		return cli_usage(&cli);
	r.what = cli.argv[0];
	if (check_request(&r) != 0)
		return 2;
	struct conf *conf = cli_conf(&cli);
	r.conf = conf;
	int code = conf == NULL ? 1 : reveal(&r, &err) == 0 ? 0 : say(&err);
	conf_destroy(conf);
	return code;
}
