/*
 * export.c - `heard tickets export`: tickets for other programs, one a line.
 *
 * NDJSON has what `list --json` has.  CSV is RFC 4180 with a byte order mark, which tells
 * a spreadsheet that it is UTF-8.  A cell that begins like a formula gets an apostrophe
 * in front: what a customer wrote must not be run by whoever opens the file.  It has no
 * tokens: whoever holds one may see a customer's page, and tables are passed around.
 */
#include "command.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <inttypes.h>

enum { LINE = 1 << 20 };

struct exporting {
	FILE *out;
	struct heard_buf line;
	bool is_csv, failed;
};

/* ---- CSV */

static const char header[] =
	"\xef\xbb\xbf"
	"id,state,priority,category,department,assignee,intent,subject,channel,product,"
	"received_at,first_response_due,first_response_at,resolution_due,resolved_at,due,round,"
	"contacts,reach,escalation,author_key\r\n";

static void put_cell(struct heard_buf *line, struct heard_str text)
{
	bool is_formula = text.len && memchr("=+-@\t\r", text.ptr[0], 6);
	if (line->len)
		heard_buf_puts(line, ",");
	heard_buf_puts(line, is_formula ? "\"'" : "\"");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			heard_buf_puts(line, "\"");
		heard_buf_add(line, text.ptr + i, 1);
	}
	heard_buf_puts(line, "\"");
}

static void put_time(struct heard_buf *line, int64_t ms)
{
	char text[HEARD_TIME_SIZE] = "";
	if (ms != HEARD_TIME_NONE)
		heard_time_format(ms, text);
	heard_buf_printf(line, ",%s", text);
}

static void put_csv(struct heard_buf *line, const struct store_ticket *t)
{
	const struct heard_str texts[] = {
		heard_str(store_state_name(t->state)),
		heard_str(store_priority_name(t->priority)),
		t->category,
		t->department,
		t->assignee,
		t->intent,
		t->subject.len ? t->subject : t->excerpt,
		t->channel,
		t->product,
	};
	const int64_t times[] = {t->received_at,    t->first_response_due, t->first_response_at,
				 t->resolution_due, t->resolved_at,	   t->due};
	heard_buf_printf(line, "%" PRId64, t->id);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		put_cell(line, texts[i]);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		put_time(line, times[i]);
	heard_buf_printf(line, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, t->round,
			 t->contacts, t->reach, t->escalation);
	put_cell(line, t->author_key);
	heard_buf_puts(line, "\r\n");
}

/* ---- both */

static void put_json(struct heard_buf *line, const struct store_ticket *ticket)
{
	struct heard_json_out out = {.buf = line};
	heard_json_begin(&out, NULL, '{');
	ticket_json(&out, ticket);
	heard_json_end(&out, '}');
	heard_buf_puts(line, "\n");
}

static bool put(void *arg, const struct store_ticket *ticket)
{
	struct exporting *e = arg;
	heard_buf_clear(&e->line);
	if (e->is_csv)
		put_csv(&e->line, ticket);
	else
		put_json(&e->line, ticket);
	e->failed = e->line.failed ||
		    fwrite(e->line.ptr, 1, e->line.len, e->out) != e->line.len;
	return !e->failed;
}

static int parse(const struct heard_call *call, int *state, bool *is_csv)
{
	struct args args = {.call = call, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (!name)
			return command_misused(call, "\"%s\" is one word too many", value);
		if (strcmp(name, "--state") == 0) {
			if (parse_state(call, value, true, state))
				return COMMAND_USAGE;
			continue;
		}
		if (strcmp(name, "--format") != 0)
			return command_misused(call, "there is no option %s", name);
		*is_csv = strcmp(value, "csv") == 0;
		if (!*is_csv && strcmp(value, "ndjson") != 0)
			return command_misused(call,
					       "\"%s\" is no format; they are ndjson "
					       "and csv",
					       value);
	}
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

int tickets_export(void *self, const struct heard_call *call)
{
	struct store_filter filter = {.state = STORE_ALL};
	struct exporting e = {.out = call->out};
	struct heard_error err;
	int result = parse(call, &filter.state, &e.is_csv);
	if (result)
		return result;
	struct store *store = command_store(self, call);
	if (!store)
		return COMMAND_FAILED;
	heard_buf_init(&e.line, LINE);
	if (e.is_csv)
		fputs(header, call->out);
	if (store_tickets(store, &filter, put, &e, &err))
		result = command_failed(call, &err);
	if (result == COMMAND_DONE && (e.failed || fflush(call->out) != 0)) {
		heard_fail(&err, EIO, "the tickets could not be written");
		result = command_failed(call, &err);
	}
	heard_buf_release(&e.line);
	store_close(store);
	return result;
}
