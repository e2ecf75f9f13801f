/*
 * control_send.c - `heard send`: feedback handed over by the control socket.
 *
 * After the request, the client sends pieces: a line with their number of bytes
 * and that of their first line, "<bytes> <line>\n", then the bytes, whole lines.
 * A piece of 0 bytes ends it.  A piece of a table begins with its header row.  Each piece is
 * answered, in any order, by
 * {"out": {"line": n, "accepted": n, "dead": n}}, once it is committed; when the
 * daemon cannot take it now, it is tried again here, so the client only waits.
 *
 * No more than PENDING_MAX pieces are taken at a time; the rest stays with the
 * client, since control.c reads no further than its watermark.  When the daemon
 * stops, what is under way is still answered, and then the client is told so.
 */
#include "control.h"

#include "daemon.h"
#include "log.h"
#include "send.h"

#include <heard/error.h>
#include <table/rows.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_MAX   (1u << 20)
#define PENDING_MAX 32

struct sending {
	struct control_client *client; /* NULL: it went away */
	struct input *input;
	struct send_context context; /* but for the line */
	size_t pending;		     /* pieces not yet committed */
	size_t want;		     /* bytes of the piece that is being read */
	int64_t line;
	bool is_ended;
	bool has_exited; /* the last line is on its way */
	bool is_reading; /* sending_read is on the stack */
};

struct sending_piece {
	struct sending *sending;
	int64_t line;
	size_t len;
	struct heard_timer *again;
	char bytes[];
};

static void sending_release(struct sending *s)
{
	if (s->client == NULL && s->pending == 0)
		free(s);
}

static void sending_gone(void *arg)
{
	struct sending *s = arg;
	s->client = NULL;
	sending_release(s);
}

static void sending_emit(void *arg);
static void sending_read(struct control_client *, void *arg);

static void sending_exit(struct sending *s, int code, const char *why)
{
	s->has_exited = true;
	control_exit(s->client, code, "%s", why);
}

/* The inputs have stopped, or are about to. */
static bool sending_is_over(const struct sending *s)
{
	return s->input->host.daemon->state != DAEMON_RUNNING;
}

static void sending_answer(struct sending *s, const struct sending_piece *piece,
			   const struct heard_receipt *r)
{
	struct heard_json_out *w = control_out(s->client);
	heard_json_begin(w, NULL, '{');
	heard_json_int(w, "line", piece->line);
	heard_json_int(w, "accepted", (int64_t)r->n);
	heard_json_int(w, "dead", (int64_t)r->dead);
	if (r->code != 0)
		heard_json_str(w, "error", heard_str(r->error));
	heard_json_end(w, '}');
	control_out_end(s->client);
}

static void sending_receipt(void *arg, const struct heard_receipt *r)
{
	struct sending_piece *piece = arg;
	struct sending *s = piece->sending;
	if (r->code == -EAGAIN && s->client != NULL && !sending_is_over(s)) {
		if (piece->again == NULL)
			piece->again = heard_timer_create(&s->input->host, sending_emit, piece);
		if (piece->again != NULL) {
			heard_timer_set(piece->again, r->after_ms > 0 ? r->after_ms : 500);
			return;
		}
	}
	if (s->client != NULL && !s->has_exited)
		sending_answer(s, piece, r);
	heard_timer_destroy(piece->again);
	free(piece);
	s->pending--;
	if (s->client != NULL)
		sending_read(s->client, s); /* there is room again, or it is the end */
	sending_release(s);
}

static void sending_emit(void *arg)
{
	struct sending_piece *piece = arg;
	struct send_context context = piece->sending->context;
	context.first_line = piece->line;
	input_emit(
		&piece->sending->input->host,
		&(struct heard_emission){.raw = {piece->bytes, piece->len},
					 .context = {(const char *)&context, sizeof(context)},
					 .receipt = sending_receipt,
					 .arg = piece},
		true);
}

static int sending_piece(struct sending *s, struct heard_str bytes)
{
	struct sending_piece *piece = malloc(sizeof(*piece) + bytes.len);
	if (piece == NULL)
		return -ENOMEM;
	*piece = (struct sending_piece){.sending = s, .line = s->line, .len = bytes.len};
	memcpy(piece->bytes, bytes.ptr, bytes.len);
	s->pending++;
	s->want = 0;
	sending_emit(piece);
	return 0;
}

static bool sending_header(struct sending *s, struct heard_str line)
{
	char text[64];
	unsigned long long want;
	long long first;
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(line));
	if (sscanf(text, "%llu %lld", &want, &first) != 2 || want > PIECE_MAX)
		return false;
	s->want = (size_t)want;
	s->line = first;
	s->is_ended = want == 0;
	return true;
}

/* One piece: true if there may be another. */
static bool sending_next(struct control_client *c, struct sending *s)
{
	struct heard_str bytes;
	if (s->want == 0 && !control_line(c, &bytes))
		return false;
	if (s->want == 0 && !sending_header(s, bytes)) {
		sending_exit(s, 2, "bad piece");
		return false;
	}
	if (s->is_ended || !control_bytes(c, s->want, &bytes))
		return false;
	if (sending_piece(s, bytes) != 0) {
		sending_exit(s, 1, "no memory");
		return false;
	}
	return true;
}

static void sending_read(struct control_client *c, void *arg)
{
	struct sending *s = arg;
	if (s->is_reading || s->has_exited)
		return;
	s->is_reading = true; /* a piece that is refused at once comes back here */
	while (!s->is_ended && !sending_is_over(s) && s->pending < PENDING_MAX &&
	       sending_next(c, s))
		;
	s->is_reading = false;
	if (s->pending > 0 || s->has_exited)
		return;
	if (s->is_ended)
		sending_exit(s, 0, "");
	else if (sending_is_over(s))
		sending_exit(s, 1,
			     "the daemon is stopping; send what was not accepted again when "
			     "it runs");
	else if (control_has_said_all(c))
		sending_exit(s, 2, "the last piece is not whole");
}

/* How the pieces are to be read; false if the client asks for nonsense. */
static bool sending_context(const struct heard_json *request, struct send_context *c)
{
	const struct heard_json *header = heard_json_member(request, "header"),
				*charset = heard_json_member(request, "charset");
	struct heard_str format = heard_json_string(request, "format"),
			 separator = heard_json_string(request, "separator"),
			 columns = heard_json_string(request, "columns");
	memset(c, 0, sizeof(*c)); /* its padding is copied, too */
	c->format = heard_str_is(format, "text") ? SEND_TEXT : SEND_NDJSON;
	if (!heard_str_is(format, "csv"))
		return true;
	if (header == NULL || charset == NULL || header->integer <= 0 ||
	    header->integer > ROWS_HEADER_MAX || charset->integer <= CHARSET_AUTO ||
	    charset->integer > CHARSET_UTF16BE || separator.len != 1 ||
	    columns.len >= sizeof(c->columns))
		return false;
	c->format = SEND_CSV;
	c->header = (int32_t)header->integer;
	c->charset = (int32_t)charset->integer;
	c->separator = separator.ptr[0];
	snprintf(c->columns, sizeof(c->columns), "%.*s", HEARD_ARG(columns));
	return true;
}

/* The input to send by: the one named, or the built-in one. */
static struct input *sending_input(struct daemon *d, const struct heard_json *request,
				   struct heard_error *err)
{
	struct heard_str pipeline = heard_json_string(request, "pipeline"),
			 name = heard_json_string(request, "input");
	struct pipeline *p = pipeline.len > 0	   ? pipeline_find(d, pipeline)
			     : d->n_pipelines == 1 ? &d->pipelines[0]
						   : NULL;
	if (p == NULL && pipeline.len == 0)
		heard_fail(err, EINVAL, "there are %zu pipelines; say which with --pipeline",
			   d->n_pipelines);
	else if (p == NULL)
		heard_fail(err, EINVAL, "there is no pipeline %s", log_quote(pipeline));
	for (size_t i = 0; p != NULL && i < p->n_inputs; i++)
		if (heard_str_is(name, p->inputs[i].host.instance->name) ||
		    (name.len == 0 && i + 1 == p->n_inputs))
			return &p->inputs[i];
	if (p != NULL)
		heard_fail(err, EINVAL, "pipeline \"%s\" has no input %s", p->conf->name,
			   log_quote(name));
	return NULL;
}

void control_send(struct control_client *c, const struct heard_json *request)
{
	struct heard_error err = {0};
	struct input *in = sending_input(control_daemon(c), request, &err);
	if (in != NULL && in->host.own_loop) {
		in = NULL;
		heard_fail(&err, EINVAL,
			   "that input lives on a loop of its own and takes nothing by `send`");
	}
	struct sending *s = in != NULL ? calloc(1, sizeof(*s)) : NULL;
	if (s != NULL && !sending_context(request, &s->context)) {
		free(s);
		s = NULL;
		heard_fail(&err, EINVAL, "a table is to be sent, and not how it is to be read");
	}
	if (s == NULL) {
		control_exit(c, 1, "%s", err.text[0] ? err.text : "no memory");
		return;
	}
	s->client = c;
	s->input = in;
	control_read(c, sending_read, sending_gone, s);
	sending_read(c, s);
}
