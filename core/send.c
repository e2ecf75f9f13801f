/*
 * send.c - lines, and rows of tables, handed over by the control socket.
 */
#include "send.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <table/map.h>
#include <table/rows.h>

#include <errno.h>
#include <string.h>

static int send_text(struct heard_batch *b, struct heard_str line, struct heard_error *err)
{
	struct heard_record *r = heard_batch_add(b);
	if (r == NULL || heard_set_str(r, HEARD_BODY, line) != 0)
		return heard_fail(err, ENOMEM, "no memory");
	return 0;
}

int send_decode(enum send_format format, struct heard_str raw, int64_t first_line,
		struct heard_batch *b, struct heard_error *err)
{
	for (int64_t n = first_line; raw.len > 0; n++) {
		const char *end = memchr(raw.ptr, '\n', raw.len);
		struct heard_str line = heard_str_n(raw.ptr,
						    end ? (size_t)(end - raw.ptr) : raw.len);
		raw = heard_str_skip(raw, line.len + 1);
		line = heard_str_trim(line);
		if (line.len == 0)
			continue;
		struct heard_error bad = {0};
		int rc = format == SEND_TEXT ? send_text(b, line, &bad)
					     : heard_batch_add_json(b, line, &bad);
		if (rc == -ENOMEM)
			return heard_fail(err, ENOMEM, "%s", bad.text);
		if (rc != 0 &&
		    heard_batch_dead(b, line, n, "line %lld: %s", (long long)n, bad.text) != 0)
			return heard_fail(err, ENOMEM, "no memory");
	}
	return 0;
}

static int send_decode_csv(const struct send_context *c, struct heard_str raw,
			   struct heard_batch *b, struct heard_error *err)
{
	static const struct map best = {0};
	const struct map *map = map_find(heard_str(c->columns));
	const struct rows rows = {
		.map = map != NULL ? map : &best,
		.file = "",
		.dialect = {(enum charset)c->charset, c->separator},
		.header = (size_t)c->header,
		.line = c->first_line,
		.max_row = SEND_ROW_MAX,
	};
	return rows_decode(&rows, raw, b, err);
}

int send_decode_sent(struct heard_str raw, struct heard_str context, struct heard_batch *b,
		     struct heard_error *err)
{
	struct send_context c = {.format = SEND_NDJSON, .first_line = 1};
	if (context.len == sizeof(c))
		memcpy(&c, context.ptr, sizeof(c));
	if (c.format == SEND_CSV)
		return send_decode_csv(&c, raw, b, err);
	return send_decode(c.format, raw, c.first_line, b, err);
}

static int send_decode_slot(void *self, struct heard_str raw, struct heard_str context,
			    struct heard_batch *b, struct heard_error *err)
{
	(void)self;
	return send_decode_sent(raw, context, b, err);
}

static const struct heard_option no_options[] = {{.name = NULL}};

static const struct module send_module = {
	.plugin =
		{
			HEARD_ABI,
			.stage = HEARD_INPUT,
			.name = SEND_NAME,
			.version = "1.0",
			.summary = "feedback handed over by the command `heard send`",
			.options = no_options,
			.decode = send_decode_slot,
		},
	.path = "(built in)",
};

const struct conf_instance *send_instance(void)
{
	static const struct conf_instance instance = {
		.module = &send_module, .name = SEND_NAME, .file = "(built in)"};
	return &instance;
}
