/*
 * command.c - `heard alert raise`: somebody who answers customers saw something.
 */
#include "alert.h"
#include "spool.h"

#include <heard/error.h>
#include <heard/host.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/utf8.h>
#include <unistd.h>

enum { DONE, FAILED, USAGE };

static int misused(const struct heard_call *call, const char *text)
{
	fprintf(call->err, "raise: %s\n", text);
	return USAGE;
}

static int parse_words(const struct heard_call *call, struct warning *w)
{
	for (int i = 1; i < call->argc; i++) {
		struct heard_str *to = strcmp(call->argv[i], "--text") == 0	 ? &w->text
				       : strcmp(call->argv[i], "--product") == 0 ? &w->product
										 : NULL;
		if (!to)
			return misused(call, "it takes --text and --product");
		if (++i == call->argc)
			return misused(call, "the last option needs a value");
		*to = heard_str_trim(heard_str(call->argv[i]));
	}
	if (w->text.len == 0)
		return misused(call, "say what is wrong with --text");
	if (w->text.len > SPOOL_TEXT || w->product.len > SPOOL_NAME)
		return misused(call, "a text has at most 2000 bytes, a product 200");
	if (!text_is_valid(w->text) || !text_is_valid(w->product))
		return misused(call, "the text is not UTF-8");
	return DONE;
}

static int alert_raise(void *self, const struct heard_call *call)
{
	struct warning warning = {.at = heard_now(call->host)};
	struct heard_error err = {0};
	struct passwd entry, *user = NULL;
	char text[4096];
	const char *before_sudo = getenv("SUDO_USER"); /* an agent, by `sudo -u heard` */
	(void)self;
	int result = parse_words(call, &warning);
	if (result)
		return result;
	if (before_sudo && before_sudo[0])
		warning.who = heard_str(before_sudo);
	else if (getpwuid_r(getuid(), &entry, text, sizeof(text), &user) == 0 && user)
		warning.who = heard_str(user->pw_name);
	if (spool_put(heard_state_folder(call->host), &warning, &err) != 0) {
		fprintf(call->err, "raise: %s\n", err.text);
		return FAILED;
	}
	fputs(call->json ? "{\"raised\":true}\n"
			 : "Handed on: heard sends it within seconds.\n",
	      call->out);
	return DONE;
}

const struct heard_command alert_commands[] = {
	{"raise", "--text T [--product P]", "warn those whom the alerts go to", alert_raise},
	{.name = NULL},
};
