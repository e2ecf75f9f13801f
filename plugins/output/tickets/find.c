/*
 * find.c - `heard tickets search QUERY`: every record that says it, newest first.
 *
 * A person is shown the newest few and told that there may be more; a program, with
 * --json, gets all of them unless it names a limit itself.
 */
#include "command.h"
#include "screen.h"

#include <heard/error.h>
#include <heard/host.h>

#include <inttypes.h>

enum { HITS = 20, JSON_MAX = 1 << 30, RECORD_MAX = 64 << 20, NUMBER = 7, WHEN = 18 };

struct finding {
	const struct heard_call *call;
	struct heard_zone *zone;
	struct heard_json_out *json; /* NULL: a table */
	int columns;
	int64_t n;
};

static void add_json(struct heard_json_out *out, const struct store_hit *hit,
		     const struct heard_json *record)
{
	static const char *const texts[] = {"id", "channel", "subject", "body"};
	heard_json_begin(out, NULL, '{');
	if (hit->ticket)
		heard_json_int(out, "ticket", hit->ticket);
	else
		heard_json_null(out, "ticket");
	json_time(out, "received_at", hit->received_at);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct heard_str text = heard_json_string(record, texts[i]);
		json_text(out, texts[i], text.len ? text : heard_str_n(NULL, 0));
	}
	heard_json_end(out, '}');
}

static void print_row(const struct finding *f, const struct store_hit *hit,
		      const struct heard_json *record)
{
	FILE *out = f->call->out;
	char at[SCREEN_TIME];
	if (f->n == 0)
		fprintf(out, "%*s  %-*s%s\n", NUMBER - 2, "ID", WHEN, "RECEIVED", "TEXT");
	screen_time(at, hit->received_at, f->zone);
	if (hit->ticket)
		fprintf(out, "%*" PRId64 "  ", NUMBER - 2, hit->ticket);
	else
		fprintf(out, "%*s  ", NUMBER - 2, "-");
	fprintf(out, "%-*s", WHEN, at);
	int left = f->columns - NUMBER - WHEN;
	struct heard_str subject = heard_json_string(record, "subject");
	if (subject.len) {
		int width = screen_width(subject);
		screen_put(out, subject, left / 2, false);
		fputs("  ", out);
		left -= (width < left / 2 ? width : left / 2) + 2;
	}
	screen_put(out, heard_json_string(record, "body"), left, false);
	fputc('\n', out);
}

static bool found(void *arg, const struct store_hit *hit)
{
	struct finding *f = arg;
	struct heard_json_doc *doc = heard_json_parse(hit->line, RECORD_MAX, NULL);
	const struct heard_json *record = doc ? heard_json_root(doc) : NULL;
	if (f->json)
		add_json(f->json, hit, record);
	else
		print_row(f, hit, record);
	f->n++;
	heard_json_destroy(doc);
	return true;
}

/* Words are joined by blanks, so that quotes are not needed for several. */
static int parse_query(const struct heard_call *call, struct heard_buf *query, int64_t *limit)
{
	struct args args = {.call = call, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (name && strcmp(name, "--limit") == 0) {
			if (!parse_limit(value, limit))
				return command_misused(call, "\"%s\" is no number of records",
						       value);
		} else if (name) {
			return command_misused(call, "there is no option %s", name);
		} else {
			heard_buf_puts(query, value);
			heard_buf_puts(query, " ");
		}
	}
	if (more == 0 && (!query->ptr || heard_str_trim(heard_buf_view(query)).len == 0))
		return command_misused(call, "say what to look for");
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

static int search(struct store *store, struct finding *f, struct heard_str query, int64_t limit)
{
	struct heard_error err;
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	heard_buf_init(&buf, JSON_MAX);
	if (f->call->json) {
		f->json = &out;
		heard_json_begin(&out, NULL, '[');
	}
	if (store_search(store, query, limit, found, f, &err)) {
		heard_buf_release(&buf);
		return command_failed(f->call, &err);
	}
	if (f->json) {
		heard_json_end(&out, ']');
		return command_print_json(f->call, &buf);
	}
	if (f->n == 0)
		fputs("Nothing found.\n", f->call->out);
	else if (f->n == limit)
		fprintf(f->call->out, "the newest %" PRId64 "; --limit N shows more\n", limit);
	return COMMAND_DONE;
}

int tickets_search(void *self, const struct heard_call *call)
{
	struct heard_buf query;
	int64_t limit = call->json ? 0 : HITS; /* 0: all */
	heard_buf_init(&query, 1 << 16);
	int result = parse_query(call, &query, &limit);
	struct store *store = result == COMMAND_DONE ? command_store(self, call) : NULL;
	if (store) {
		struct finding f = {.call = call,
				    .zone = heard_zone(call->host),
				    .columns = screen_columns(call->out)};
		result = search(store, &f, heard_buf_view(&query), limit);
	} else if (result == COMMAND_DONE) {
		result = COMMAND_FAILED;
	}
	store_close(store);
	heard_buf_release(&query);
	return result;
}
