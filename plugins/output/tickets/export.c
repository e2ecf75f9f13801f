/*
 * export.c - `heard tickets export`: tickets for other programs, one a line.
 *
 * NDJSON has what `list --json` has, and with --body what the customer wrote: subject, body
 * and the fields that the desk corrected are what `heard train` learns from.  CSV is RFC 4180
 * with a byte order mark, which tells a spreadsheet that it is UTF-8, and a text that is a
 * formula there is shown and never run (table/csv_shown.c).  It has no tokens: whoever holds
 * one may see a customer's page, and tables are passed around.
 */
#include "command.h"

#include <table/csv.h>

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <inttypes.h>

/* A record in JSON may grow sixfold when its signs are escaped. */
enum { RECORD = 64 << 20, LINE = 6 * RECORD + (1 << 20) };

struct exporting {
	FILE *out;
	struct store *store;
	struct heard_error *err;
	struct heard_buf line, body;
	bool is_csv, with_body, has_body, failed;
};

/* ---- what was said */

/* The first text that stands and that a person wrote. */
static void look_for_body(void *arg, const struct store_said *said)
{
	struct exporting *e = arg;
	if (e->has_body || said->kind != STORE_SAID_RECORD ||
	    strcmp(said->fate, "current") != 0)
		return;
	struct heard_json_doc *doc = heard_json_parse(said->text, RECORD, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	struct heard_str body = heard_json_string(root, "body");
	if (body.len && record_automatic(root).len == 0) {
		heard_buf_str(&e->body, body);
		e->has_body = true;
	}
	heard_json_destroy(doc);
}

/* As the store has it: masked, if the pipeline masks. */
static int find_body(struct exporting *e, int64_t ticket, struct heard_str *body)
{
	heard_buf_clear(&e->body);
	e->has_body = false;
	int result = store_conversation(e->store, ticket, look_for_body, e, e->err);
	*body = e->has_body ? heard_buf_view(&e->body) : heard_str_n(NULL, 0);
	return e->body.failed ? heard_fail(e->err, ENOMEM, "out of memory") : result;
}

/* ---- CSV */

static const char header[] =
	"\xef\xbb\xbf"
	"id,state,priority,category,department,assignee,intent,subject,channel,product,"
	"received_at,first_response_due,first_response_at,resolution_due,resolved_at,due,round,"
	"contacts,reach,escalation,author_key";

static void put_cell(struct heard_buf *line, struct heard_str text)
{
	if (line->len)
		heard_buf_puts(line, ",");
	csv_put_shown(line, text);
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
}

/* ---- both */

static void put_csv_line(struct exporting *e, const struct store_ticket *ticket,
			 struct heard_str body)
{
	put_csv(&e->line, ticket);
	if (e->with_body)
		put_cell(&e->line, body);
	heard_buf_puts(&e->line, "\r\n");
}

static void put_json_line(struct exporting *e, const struct store_ticket *ticket,
			  struct heard_str body)
{
	struct heard_json_out out = {.buf = &e->line};
	heard_json_begin(&out, NULL, '{');
	ticket_json(&out, ticket);
	if (e->with_body)
		json_text(&out, "body", body);
	heard_json_end(&out, '}');
	heard_buf_puts(&e->line, "\n");
}

static int put_ticket(struct exporting *e, const struct store_ticket *ticket)
{
	struct heard_str body = {NULL, 0};
	if (e->with_body && find_body(e, ticket->id, &body))
		return -e->err->code;
	heard_buf_clear(&e->line);
	if (e->is_csv)
		put_csv_line(e, ticket, body);
	else
		put_json_line(e, ticket, body);
	if (e->line.failed)
		return heard_fail(e->err, EFBIG, "ticket %" PRId64 " is too long for a line",
				  ticket->id);
	if (fwrite(e->line.ptr, 1, e->line.len, e->out) != e->line.len)
		return heard_fail(e->err, errno, "the tickets could not be written: %m");
	return 0;
}

static bool put(void *arg, const struct store_ticket *ticket)
{
	struct exporting *e = arg;
	e->failed = put_ticket(e, ticket) != 0;
	return !e->failed;
}

static int parse(const struct heard_call *call, int *state, struct exporting *e)
{
	static const char *const flags[] = {"--body", NULL};
	struct args args = {.call = call, .flags = flags, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (!name)
			return command_misused(call, "\"%s\" is one word too many", value);
		if (strcmp(name, "--body") == 0) {
			e->with_body = true;
			continue;
		}
		if (strcmp(name, "--state") == 0) {
			if (parse_state(call, value, true, state))
				return COMMAND_USAGE;
			continue;
		}
		if (strcmp(name, "--format") != 0)
			return command_misused(call, "there is no option %s", name);
		e->is_csv = strcmp(value, "csv") == 0;
		if (!e->is_csv && strcmp(value, "ndjson") != 0)
			return command_misused(call,
					       "\"%s\" is no format; they are ndjson "
					       "and csv",
					       value);
	}
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

static int write_all(struct exporting *e, const struct store_filter *filter)
{
	if (e->is_csv)
		fprintf(e->out, "%s%s\r\n", header, e->with_body ? ",body" : "");
	if (store_tickets(e->store, filter, put, e, e->err) || e->failed)
		return -e->err->code;
	return fflush(e->out) == 0
		       ? 0
		       : heard_fail(e->err, errno, "the tickets could not be written: %m");
}

int tickets_export(void *self, const struct heard_call *call)
{
	struct store_filter filter = {.state = STORE_ALL};
	struct heard_error err;
	struct exporting e = {.out = call->out, .err = &err};
	int result = parse(call, &filter.state, &e);
	if (result)
		return result;
	e.store = command_store(self, call);
	if (!e.store)
		return COMMAND_FAILED;
	heard_buf_init(&e.line, LINE);
	heard_buf_init(&e.body, RECORD);
	if (write_all(&e, &filter))
		result = command_failed(call, &err);
	heard_buf_release(&e.line);
	heard_buf_release(&e.body);
	store_close(e.store);
	return result;
}
