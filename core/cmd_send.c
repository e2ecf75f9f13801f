/*
 * cmd_send.c - `heard send`: a file or stdin, piece by piece, to the daemon.
 *
 * Pieces of whole lines, up to 256 KiB, at most WINDOW unanswered; each answer
 * says what became of one.  On a terminal a bar shows the way.  A table is cut by
 * send_csv.c; the daemon decodes it.
 */
#include "cli.h"

#include "control.h"
#include "send_csv.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIECE  (256u << 10)
#define WINDOW 8

/* What was asked for. */
struct send_request {
	const char *pipeline, *input, *format, *columns, *charset;
};

struct sender {
	FILE *in;
	struct send_csv *csv;	/* a table; NULL: lines               */
	FILE *daemon, *answers; /* the two ways of the socket         */
	int64_t line;		/* of the next piece                  */
	int64_t accepted, dead, failed;
	int64_t bytes, size; /* sent; of the file, 0 if unknown    */
	unsigned unanswered;
	bool is_terminal;
	time_t shown;
	int code; /* the daemon's exit, or -1           */
};

static void show(struct sender *s, bool last)
{
	time_t now = time(NULL);
	if (!s->is_terminal || (now == s->shown && !last))
		return;
	s->shown = now;
	char bar[41] = "";
	int share = s->size > 0 ? (int)(s->bytes * 40 / s->size) : 0;
	memset(bar, '#', (size_t)(share > 40 ? 40 : share));
	fprintf(stderr,
		s->size > 0 ? "\r[%-40s] %" PRId64 " accepted, %" PRId64 " dead"
			    : "\r%s%" PRId64 " accepted, %" PRId64 " dead",
		bar, s->accepted, s->dead);
	if (last)
		fputc('\n', stderr);
}

/* One answer.  False: there is none to come. */
static bool read_answer(struct sender *s)
{
	char *line = NULL;
	size_t size = 0;
	struct heard_error err = {0};
	ssize_t n = getline(&line, &size, s->answers);
	struct heard_json_doc *doc = n > 0 ? heard_json_parse(heard_str_trim(heard_str_n(
								      line, (size_t)n)),
							      1u << 20, &err)
					   : NULL;
	const struct heard_json *root = doc != NULL ? heard_json_root(doc) : NULL;
	const struct heard_json *out = heard_json_member(root, "out"),
				*code = heard_json_member(root, "exit");
	if (out != NULL) {
		struct heard_str why = heard_json_string(out, "error");
		s->accepted += heard_json_member(out, "accepted")->integer;
		s->dead += heard_json_member(out, "dead")->integer;
		s->unanswered--;
		if (why.len > 0 && s->failed++ == 0)
			fprintf(stderr, "heard: lines from %" PRId64 " on were refused: %.*s\n",
				heard_json_member(out, "line")->integer, HEARD_ARG(why));
		show(s, false);
	} else if (code != NULL) {
		struct heard_str why = heard_json_string(root, "error");
		s->code = (int)code->integer;
		if (why.len > 0)
			fprintf(stderr, "heard: %.*s\n", HEARD_ARG(why));
	}
	heard_json_destroy(doc);
	free(line);
	return out != NULL;
}

static bool send_piece(struct sender *s, const struct heard_buf *piece)
{
	while (s->unanswered >= WINDOW)
		if (!read_answer(s))
			return false;
	s->unanswered += piece->len > 0;
	fprintf(s->daemon, "%zu %" PRId64 "\n", piece->len, s->line);
	if (piece->len > 0)
		fwrite(piece->ptr, 1, piece->len, s->daemon);
	if (fflush(s->daemon) != 0 || ferror(s->daemon))
		return false;
	s->bytes += (int64_t)piece->len;
	if (s->csv != NULL && piece->len > 0)
		s->bytes -= (int64_t)s->csv->header.len;
	return true;
}

/* The end, and what is still to be heard. */
static void send_end(struct sender *s, bool going)
{
	const struct heard_buf nothing = {0};
	if (going)
		send_piece(s, &nothing);
	while (s->code < 0 && read_answer(s))
		;
}

static void send_table(struct sender *s)
{
	struct heard_buf piece;
	bool going = true;
	heard_buf_init(&piece, 4u << 20);
	while (going && send_csv_next(s->csv, &piece, &s->line))
		going = send_piece(s, &piece);
	if (s->csv->left_out > 0) {
		fprintf(stderr, "heard: %" PRId64 " lines are too long and were left out\n",
			s->csv->left_out);
		s->failed++;
	}
	send_end(s, going);
	heard_buf_release(&piece);
}

static void send_lines(struct sender *s)
{
	struct heard_buf piece;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int64_t at = 1;
	bool going = true;
	heard_buf_init(&piece, 4u << 20);
	s->line = 1;
	while (going && (n = getline(&line, &size, s->in)) > 0) {
		if ((size_t)n > (1u << 20) - 1) {
			fprintf(stderr,
				"heard: line %" PRId64
				" is longer than 1 MiB and was left out\n",
				at++);
			s->failed++;
			continue;
		}
		if (piece.len > 0 && piece.len + (size_t)n > PIECE) {
			going = send_piece(s, &piece);
			heard_buf_clear(&piece);
			s->line = at;
		}
		heard_buf_add(&piece, line, (size_t)n);
		at++;
	}
	if (going && piece.len > 0)
		going = send_piece(s, &piece);
	send_end(s, going);
	heard_buf_release(&piece);
	free(line);
}

static void put_request(struct heard_json_out *w, const struct sender *s,
			const struct send_request *r)
{
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "command", heard_str("send"));
	heard_json_str(w, "pipeline", heard_str(r->pipeline));
	heard_json_str(w, "input", heard_str(r->input));
	heard_json_str(w, "format", heard_str(r->format));
	if (s->csv != NULL) {
		const struct csv_dialect *d = &s->csv->head.dialect;
		heard_json_int(w, "header", (int64_t)s->csv->header.len);
		heard_json_int(w, "charset", d->charset);
		heard_json_str(w, "separator", heard_str_n(&d->separator, 1));
		heard_json_str(w, "columns", heard_str(r->columns));
	}
	heard_json_end(w, '}');
}

static int begin(struct sender *s, const struct cli *cli, const struct send_request *r)
{
	struct heard_error err = {0};
	struct heard_buf b;
	char *state_dir = cli_state_dir(cli);
	if (state_dir == NULL)
		return 1;
	int fd = control_connect(state_dir, &err);
	free(state_dir);
	s->daemon = fd >= 0 ? fdopen(fd, "w") : NULL;
	s->answers = fd >= 0 ? fdopen(dup(fd), "r") : NULL;
	if (s->daemon == NULL || s->answers == NULL) {
		fprintf(stderr, "heard: %s\n", err.text);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN); /* should it end meanwhile, report() tells what is left */
	heard_buf_init(&b, 8192);
	struct heard_json_out w = {.buf = &b};
	put_request(&w, s, r);
	fprintf(s->daemon, "%.*s\n", HEARD_ARG(heard_buf_view(&b)));
	fflush(s->daemon);
	heard_buf_release(&b);
	return 0;
}

/* What is said at the end, and the exit code. */
static int report(struct sender *s, bool is_json)
{
	show(s, true);
	if (ferror(s->in)) {
		fprintf(stderr, "heard: it cannot be read to its end\n");
		s->failed++;
	}
	if (s->code < 0)
		fprintf(stderr, "heard: the daemon went away; %u pieces were not answered\n",
			s->unanswered);
	if (is_json)
		printf("{\"accepted\":%" PRId64 ",\"dead\":%" PRId64 "}\n", s->accepted,
		       s->dead);
	else if (!s->is_terminal)
		printf("%" PRId64 " accepted, %" PRId64 " dead\n", s->accepted, s->dead);
	return s->code != 0 || s->failed > 0;
}

static int send_file(struct sender *s, const struct cli *cli, const struct send_request *r)
{
	struct stat st;
	struct send_csv csv;
	struct heard_error err = {0};
	int rc = 0;
	s->size = fstat(fileno(s->in), &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
	if (strcmp(r->format, "csv") == 0) {
		s->csv = &csv;
		rc = send_csv_open(&csv, s->in, r->columns, r->charset, &err);
		if (rc != 0)
			fprintf(stderr, "heard: %s: %s\n", cli->argc ? cli->argv[0] : "-",
				err.text);
	}
	if (rc == 0)
		rc = begin(s, cli, r);
	if (rc == 0) {
		if (s->csv != NULL)
			send_table(s);
		else
			send_lines(s);
		rc = report(s, cli->json);
	}
	if (s->csv != NULL)
		send_csv_release(s->csv);
	s->csv = NULL;
	return rc != 0;
}

int cmd_send(int argc, char **argv)
{
	struct cli cli;
	struct send_request r = {"", "", "ndjson", "auto", "auto"};
	const struct cli_option own[] = {
		{"pipeline", &r.pipeline, NULL}, {"input", &r.input, NULL},
		{"format", &r.format, NULL},	 {"columns", &r.columns, NULL},
		{"charset", &r.charset, NULL},	 {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "send [-c FILE] [--pipeline P] [--input I] [--format ndjson|csv|text] "
		       "[--columns MAP] [--charset C] [FILE|-]"))
		return 2;
	if (cli.argc > 1 || (strcmp(r.format, "ndjson") != 0 && strcmp(r.format, "csv") != 0 &&
			     strcmp(r.format, "text") != 0))
		return cli_usage(&cli);
	struct sender s = {.in = stdin, .code = -1, .is_terminal = isatty(2)};
	if (cli.argc == 1 && strcmp(cli.argv[0], "-") != 0)
		s.in = fopen(cli.argv[0], "re");
	if (s.in == NULL) {
		fprintf(stderr, "heard: %s: %m\n", cli.argv[0]);
		return 1;
	}
	int rc = send_file(&s, &cli, &r);
	if (s.daemon != NULL)
		fclose(s.daemon);
	if (s.answers != NULL)
		fclose(s.answers);
	return rc;
}
