/*
 * cmd_keys.c - keygen and reveal.
 *
 * reveal writes who, when, why and which token (its digest) to state_dir/audit.log
 * and syncs that before it shows anything: what cannot be noted is not shown.
 */
#include "cli.h"

#include "apikey.h"
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

static int audit(const struct conf *conf, const char *token, const char *reason,
		 struct heard_error *err)
{
	char path[4096], at[HEARD_TIME_SIZE], digest[33];
	unsigned char id[16];
	struct heard_str part = heard_str(token);
	struct heard_buf b;
	const struct passwd *who = getpwuid(getuid());
	snprintf(path, sizeof(path), "%s/audit.log", conf->state_dir);
	heard_time_format(daemon_now(), at);
	hash_id(id, &part, 1);
	sodium_bin2hex(digest, sizeof(digest), id, sizeof(id));
	heard_buf_init(&b, 65536);
	struct heard_json_out w = {.buf = &b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "at", heard_str(at));
	heard_json_str(&w, "what", HEARD_STR_OF("reveal"));
	heard_json_str(&w, "who", heard_str(who != NULL ? who->pw_name : "unknown"));
	heard_json_int(&w, "uid", getuid());
	heard_json_str(&w, "token", heard_str(digest));
	heard_json_str(&w, "reason", heard_str(reason));
	heard_json_end(&w, '}');
	heard_buf_puts(&b, "\n");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool noted = fd >= 0 && write(fd, b.ptr, b.len) == (ssize_t)b.len && fsync(fd) == 0;
	int code = errno;
	if (fd >= 0)
		close(fd);
	heard_buf_release(&b);
	return noted ? 0
		     : heard_fail(err, code ? code : EIO,
				  "cannot note this in %s: %s; nothing is shown", path,
				  strerror(code));
}

static int reveal(const struct conf *conf, const char *token, const char *reason,
		  struct heard_error *err)
{
	struct seal_private key;
	struct heard_buf plain;
	if (conf->privacy.private_key == NULL)
		return heard_fail(err, ENOENT,
				  "the configuration names no privacy.private_key");
	int rc = seal_private_load(conf->privacy.private_key, &key, err);
	if (rc != 0)
		return rc;
	heard_buf_init(&plain, 64u << 20);
	rc = seal_open(&key, heard_str(token), &plain, err);
	sodium_memzero(&key, sizeof(key));
	if (rc == 0)
		rc = audit(conf, token, reason, err);
	if (rc == 0)
		printf("%.*s\n", HEARD_ARG(heard_buf_view(&plain)));
	if (plain.ptr != NULL)
		sodium_memzero(plain.ptr, plain.size);
	heard_buf_release(&plain);
	return rc;
}

int cmd_reveal(int argc, char **argv)
{
	struct cli cli;
	struct heard_error err = {0};
	const char *reason = NULL;
	const struct cli_option own[] = {{"reason", &reason, NULL}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own, "reveal TOKEN --reason TEXT [-c FILE]"))
		return 2;
	if (cli.argc != 1)
		return cli_usage(&cli);
	if (reason == NULL || *reason == '\0') {
		fprintf(stderr,
			"heard: say why, with --reason: it is noted in the audit log\n");
		return 2;
	}
	struct conf *conf = cli_conf(&cli);
	int code = conf == NULL					  ? 1
		   : reveal(conf, cli.argv[0], reason, &err) == 0 ? 0
								  : say(&err);
	conf_destroy(conf);
	return code;
}
