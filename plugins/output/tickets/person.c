/*
 * person.c - `heard tickets erase --person KEY --reason T`: the right to be forgotten.
 *
 * The key is `author_key` of any of the person's tickets.  What goes and what stays is
 * told in the store's erase.c and, for operators, in docs/operating.md.
 */
#include "command.h"

#include <heard/error.h>

#include <inttypes.h>

static int parse(const struct heard_call *call, const char **person, const char **reason)
{
	struct args args = {.call = call, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (name && strcmp(name, "--person") == 0)
			*person = value;
		else if (name && strcmp(name, "--reason") == 0)
			*reason = value;
		else if (name)
			return command_misused(call, "there is no option %s", name);
		else
			return command_misused(call, "\"%s\" is one word too many", value);
	}
	if (more == 0 && (!*person || heard_str_trim(heard_str(*reason)).len == 0))
		return command_misused(call, "name a person by --person, and a --reason");
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

static int report(const struct heard_call *call, int64_t n)
{
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	if (!call->json) {
		if (n)
			fprintf(call->out, "%" PRId64 " records and tickets were erased.\n", n);
		else
			fputs("Nothing of this person is kept.\n", call->out);
		return n ? COMMAND_DONE : COMMAND_FAILED;
	}
	heard_buf_init(&buf, 4096);
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "erased", n);
	heard_json_end(&out, '}');
	int result = command_print_json(call, &buf);
	return n ? result : COMMAND_FAILED;
}

int tickets_erase(void *self, const struct heard_call *call)
{
	const char *person = NULL, *reason = NULL;
	struct desk desk;
	struct heard_error err;
	int64_t n;
	int result = parse(call, &person, &reason);
	if (result)
		return result;
	result = COMMAND_FAILED;
	if (desk_open(&desk, self, call)) {
		desk.act.reason = heard_str_trim(heard_str(reason));
		if (store_erase(desk.store, heard_str(person), &desk.act, &n, &err))
			result = command_failed(call, &err);
		else
			result = report(call, n);
	}
	desk_close(&desk);
	return result;
}
