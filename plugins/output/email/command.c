/*
 * command.c - `heard email suppressed`: whom nothing is sent to; `heard email templates`.
 *
 * Addresses are kept as hashes, so the list cannot name them; whoever has an address can
 * ask for it.
 */
#include "email.h"

#include <heard/command.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DONE, FAILED, USAGE, PATH_SIZE = 4096 };

static int failed(const struct heard_call *call, const struct heard_error *err)
{
	fprintf(call->err, "email: %s\n", err->text);
	return FAILED;
}

/* ---- suppressed */

struct listing {
	const struct heard_call *call;
	size_t n;
};

static void put(void *arg, const char *address, const char *status, int64_t at)
{
	struct listing *l = arg;
	char since[HEARD_TIME_SIZE];
	heard_time_format(at, since);
	if (l->call->json)
		fprintf(l->call->out,
			"%s{\"address\":\"%s\",\"since\":\"%s\",\"status\":\"%s\"}",
			l->n ? "," : "", address, since, status);
	else
		fprintf(l->call->out, "%s  %s  %s\n", address, since,
			status[0] ? status : "by hand");
	l->n++;
}

static int list(struct book *book, const struct heard_call *call)
{
	struct listing l = {.call = call};
	struct heard_error err = {0};
	fputs(call->json ? "[" : "", call->out);
	int result = book_suppressed_each(book, put, &l, &err);
	fputs(call->json ? "]\n" : l.n ? "" : "No address is suppressed.\n", call->out);
	return result ? failed(call, &err) : DONE;
}

/* An address, or the hash that the list shows. */
static bool hash_of(const struct heard_call *call, const char *word, char out[BOOK_ADDRESS])
{
	bool is_hash = strlen(word) == BOOK_ADDRESS - 1 &&
		       word[strspn(word, "0123456789abcdef")] == '\0';
	if (!is_hash && strchr(word, '@') == NULL) {
		fprintf(call->err, "email: %s is neither an address nor one of the list\n",
			word);
		return false;
	}
	if (is_hash)
		snprintf(out, BOOK_ADDRESS, "%s", word);
	else
		letter_hash(call->host, "address", heard_str(word), out);
	return true;
}

static int change(struct book *book, const struct heard_call *call, bool add)
{
	char address[BOOK_ADDRESS];
	struct heard_error err = {0};
	bool was = false;
	if (!hash_of(call, call->argv[2], address))
		return FAILED;
	int result = add ? book_suppress(book, address, HEARD_STR_OF(""), heard_now(call->host),
					 &err)
			 : book_release(book, address, &was, &err);
	if (result != 0)
		return failed(call, &err);
	if (!add && !was) {
		fprintf(call->err, "email: that address was not suppressed\n");
		return FAILED;
	}
	fputs(call->json ? "{\"done\":true}\n"
	      : add	 ? "Nothing more is sent to it.\n"
			 : "It is written to again.\n",
	      call->out);
	return DONE;
}

static int suppressed(void *self, const struct heard_call *call)
{
	const char *what = call->argc > 1 ? call->argv[1] : "list";
	bool is_list = strcmp(what, "list") == 0, is_add = strcmp(what, "add") == 0;
	char path[PATH_SIZE];
	struct heard_error err = {0};
	(void)self;
	if (is_list ? call->argc > 2
		    : call->argc != 3 || (!is_add && strcmp(what, "remove") != 0))
		return USAGE;
	snprintf(path, sizeof(path), "%s/email.db", heard_state_folder(call->host));
	struct book *book = book_open(path, false, &err);
	if (!book)
		return failed(call, &err);
	int result = is_list ? list(book, call) : change(book, call, is_add);
	book_close(book);
	return result;
}

/* ---- templates */

static int write_one(const struct templates *t, const char *folder, int kind, int lang,
		     bool is_html, struct heard_error *err)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof(path), "%s/%s.%s.%s", folder, template_kinds[kind],
		 template_langs[lang], is_html ? "html" : "txt");
	FILE *f = fopen(path, "wxe");
	if (!f && errno == EEXIST)
		return 0;
	if (!f)
		return heard_fail(err, errno, "%s cannot be written: %m", path);
	if (is_html)
		fputs(template_source(t, (enum template_kind)kind, (enum template_lang)lang,
				      TEMPLATE_HTML),
		      f);
	else
		fprintf(f, "Subject: %s\n\n%s",
			template_source(t, (enum template_kind)kind, (enum template_lang)lang,
					TEMPLATE_SUBJECT),
			template_source(t, (enum template_kind)kind, (enum template_lang)lang,
					TEMPLATE_PLAIN));
	bool is_bad = ferror(f) != 0;
	return fclose(f) != 0 || is_bad ? heard_fail(err, EIO, "%s cannot be written", path)
					: 0;
}

static int templates(void *self, const struct heard_call *call)
{
	struct heard_error err = {0};
	(void)self;
	if (call->argc != 2)
		return USAGE;
	struct templates *t = templates_create("", &err);
	int result = t ? 0 : -err.code;
	for (int kind = 0; result == 0 && kind < TEMPLATE_KINDS; kind++)
		for (int lang = 0; result == 0 && lang < TEMPLATE_LANGS; lang++)
			for (int html = 0; result == 0 && html < 2; html++)
				result = write_one(t, call->argv[1], kind, lang, html, &err);
	templates_destroy(t);
	if (result != 0)
		return failed(call, &err);
	fputs(call->json ? "{\"done\":true}\n"
			 : "Written; what was there is as it was. Name the folder in "
			   "`templates`.\n",
	      call->out);
	return DONE;
}

const struct heard_command email_commands[] = {
	{"suppressed", "[list | add ADDRESS | remove ADDRESS]",
	 "addresses that nothing is sent to, since mail to them came back", suppressed},
	{"templates", "FOLDER", "write the words of all mails into a folder, to change them",
	 templates},
	{.name = NULL},
};
