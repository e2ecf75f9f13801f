/*
 * control.c - clients of the control socket, one request each.
 *
 * A unix socket's path holds at most 107 bytes, so both sides reach it through
 * /proc/self/fd/<folder> when state_dir is longer.
 *
 * Life of a client: it is freed when it was told its exit code and all of that
 * was written, or when it went away; a command that answers later holds it by
 * control_read's `gone`.
 */
#include "control.h"

#include "backstage.h"
#include "daemon.h"
#include "life.h"
#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES (64u << 10)
#define CLIENTS_MAX    64

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	struct backstage *slow; /* NULL until something is */
	struct control_client *clients;
	unsigned n_clients;
};

struct control_client {
	struct control_client *next;
	struct control *control;
	struct bufferevent *bev;
	struct heard_buf out;
	struct heard_json_out writer;
	struct heard_buf piece; /* what control_line and control_bytes gave */
	bool has_request, is_exiting;
	bool has_said_all; /* its side is closed */
	void (*fn)(struct control_client *, void *arg);
	void (*wrote)(struct control_client *, void *arg);
	void (*gone)(void *arg);
	void *arg;
};

/* ---- commands */

static void control_stop(struct control_client *c, const struct heard_json *request)
{
	(void)request;
	struct daemon *d = control_daemon(c);
	control_exit(c, 0, "%s", "");
	life_stop(d);
}

/* Who asked for a reload may go away before the check has ended. */
struct reloading {
	struct control_client *client;
};

static void control_reloaded(void *arg, bool good, struct heard_str text)
{
	struct reloading *r = arg;
	if (r->client != NULL) {
		control_read(r->client, NULL, NULL, NULL);
		control_exit(r->client, good ? 0 : 1, "%.*s", HEARD_ARG(text));
	}
	free(r);
}

static void control_reload_gone(void *arg)
{
	struct reloading *r = arg;
	r->client = NULL;
}

static void control_reload(struct control_client *c, const struct heard_json *request)
{
	(void)request;
	struct reloading *r = malloc(sizeof(*r));
	if (r == NULL) {
		control_exit(c, 1, "no memory");
		return;
	}
	r->client = c;
	control_read(c, NULL, control_reload_gone, r);
	life_reload(control_daemon(c), control_reloaded, r);
}

static const struct {
	const char *name;
	void (*run)(struct control_client *, const struct heard_json *);
} commands[] = {
	{"send", control_send}, {"ledger", control_ledger}, {"status", control_status},
	{"dead", control_dead}, {"replay", control_replay}, {"forget", control_forget},
	{"stop", control_stop}, {"reload", control_reload},
};

static void control_run(struct control_client *c, struct heard_str line)
{
	struct heard_error err = {0};
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, &err);
	if (doc == NULL) {
		control_exit(c, 2, "the request is not JSON: %s", err.text);
		return;
	}
	const struct heard_json *root = heard_json_root(doc);
	struct heard_str name = heard_json_string(root, "command");
	size_t i = 0, n = sizeof(commands) / sizeof(commands[0]);
	while (i < n && !heard_str_is(name, commands[i].name))
		i++;
	if (i < n)
		commands[i].run(c, root);
	else
		control_exit(c, 2, "unknown command %s", log_quote(name));
	heard_json_destroy(doc);
}

/* ---- clients */

static void client_free(struct control_client *c)
{
	struct control_client **at = &c->control->clients;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->control->n_clients--;
	void (*gone)(void *) = c->gone;
	c->gone = NULL;
	if (gone != NULL)
		gone(c->arg);
	bufferevent_free(c->bev);
	heard_buf_release(&c->out);
	heard_buf_release(&c->piece);
	free(c);
}

bool control_line(struct control_client *c, struct heard_str *line)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	struct evbuffer_ptr end = evbuffer_search_eol(in, NULL, NULL, EVBUFFER_EOL_LF);
	return end.pos >= 0 && control_bytes(c, (size_t)end.pos + 1, line) && line->len-- > 0;
}

bool control_bytes(struct control_client *c, size_t n, struct heard_str *bytes)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	heard_buf_clear(&c->piece);
	char *room = evbuffer_get_length(in) >= n ? heard_buf_room(&c->piece, n) : NULL;
	if (room == NULL)
		return false;
	evbuffer_remove(in, room, n);
	c->piece.len = n;
	*bytes = heard_buf_view(&c->piece);
	return true;
}

bool control_has_said_all(const struct control_client *c)
{
	return c->has_said_all;
}

static void client_read(struct bufferevent *bev, void *arg)
{
	struct control_client *c = arg;
	struct heard_str line;
	if (c->is_exiting)
		return;
	if (c->fn != NULL) {
		c->fn(c, c->arg);
	} else if (!c->has_request && control_line(c, &line)) {
		c->has_request = true;
		control_run(c, line);
	} else if (!c->has_request &&
		   evbuffer_get_length(bufferevent_get_input(bev)) > LINE_MAX_BYTES) {
		control_exit(c, 2, "the request is too long");
	}
}

static void client_wrote(struct bufferevent *bev, void *arg)
{
	struct control_client *c = arg;
	void (*wrote)(struct control_client *, void *) = c->wrote;
	if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		return;
	c->wrote = NULL;
	if (c->is_exiting)
		client_free(c);
	else if (wrote != NULL)
		wrote(c, c->arg);
}

/* A client that only closed its side of it still waits for the answer. */
static bool client_listens(const struct control_client *c)
{
	struct pollfd p = {.fd = bufferevent_getfd(c->bev), .events = POLLOUT};
	return poll(&p, 1, 0) >= 0 && (p.revents & (POLLHUP | POLLERR)) == 0;
}

static void client_event(struct bufferevent *bev, short what, void *arg)
{
	struct control_client *c = arg;
	bool is_empty = evbuffer_get_length(bufferevent_get_input(bev)) == 0;
	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)))
		return;
	if ((what & BEV_EVENT_ERROR) || !client_listens(c) || (!c->has_request && is_empty)) {
		client_free(c);
		return;
	}
	c->has_said_all = true;
	if (c->is_exiting)
		return;
	if (!c->has_request)
		control_exit(c, 2, "the request does not end with a newline");
	else if (c->fn != NULL)
		c->fn(c, c->arg);
}

static void control_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
			   int len, void *arg)
{
	struct control *control = arg;
	(void)l;
	(void)sa;
	(void)len;
	struct control_client *c = control->n_clients < CLIENTS_MAX ? calloc(1, sizeof(*c))
								    : NULL;
	if (c == NULL) {
		close(fd);
		return;
	}
	c->control = control;
	c->bev = bufferevent_socket_new(loop_base(control->daemon->main), fd,
					BEV_OPT_CLOSE_ON_FREE);
	heard_buf_init(&c->out, 64u << 20);
	heard_buf_init(&c->piece, 2u << 20);
	c->next = control->clients;
	control->clients = c;
	control->n_clients++;
	bufferevent_setcb(c->bev, client_read, client_wrote, client_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, 4u << 20);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* ---- for commands */

struct daemon *control_daemon(struct control_client *c)
{
	return c->control->daemon;
}

struct heard_json_out *control_out(struct control_client *c)
{
	heard_buf_clear(&c->out);
	heard_buf_puts(&c->out, "{\"out\":");
	c->writer = (struct heard_json_out){.buf = &c->out};
	return &c->writer;
}

void control_out_end(struct control_client *c)
{
	heard_buf_puts(&c->out, "}\n");
	bufferevent_write(c->bev, c->out.ptr, c->out.len);
}

void control_exit(struct control_client *c, int code, const char *format, ...)
{
	char text[8192];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	heard_buf_clear(&c->out);
	struct heard_json_out w = {.buf = &c->out};
	heard_json_begin(&w, NULL, '{');
	heard_json_int(&w, "exit", code);
	heard_json_str(&w, "error", heard_str(text));
	heard_json_end(&w, '}');
	heard_buf_puts(&c->out, "\n");
	c->is_exiting = true;
	bufferevent_write(c->bev, c->out.ptr, c->out.len);
}

void control_read(struct control_client *c, void (*fn)(struct control_client *, void *arg),
		  void (*gone)(void *arg), void *arg)
{
	c->fn = fn;
	c->gone = gone;
	c->arg = arg;
}

void control_when_written(struct control_client *c,
			  void (*fn)(struct control_client *, void *arg))
{
	c->wrote = fn;
}

int control_backstage(struct control_client *c, struct backstage_job *take_job)
{
	struct control *control = c->control;
	if (control->slow == NULL)
		control->slow = backstage_create();
	if (control->slow == NULL)
		return -ENOMEM;
	backstage_post(control->slow, take_job);
	return 0;
}

/* ---- the socket */

/* The address of state_dir/control; *folder_r is open if the path goes by it. */
static int control_address(const char *state_dir, struct sockaddr_un *sa, int *folder_r,
			   struct heard_error *err)
{
	*sa = (struct sockaddr_un){.sun_family = AF_UNIX};
	*folder_r = -1;
	if (strlen(state_dir) + sizeof("/control") <= sizeof(sa->sun_path)) {
		snprintf(sa->sun_path, sizeof(sa->sun_path), "%s/control", state_dir);
		return 0;
	}
	*folder_r = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*folder_r < 0)
		return heard_fail(err, errno, "state_dir %s: %s", state_dir, strerror(errno));
	snprintf(sa->sun_path, sizeof(sa->sun_path), "/proc/self/fd/%d/control", *folder_r);
	return 0;
}

int control_connect(const char *state_dir, struct heard_error *err)
{
	struct sockaddr_un sa;
	int folder;
	if (control_address(state_dir, &sa, &folder, err) != 0)
		return -err->code;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 ? 0 : errno;
	if (folder >= 0)
		close(folder);
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	if (rc == ENOENT || rc == ECONNREFUSED)
		return heard_fail(err, rc,
				  "no heard is running on %s; start one with `heard run`",
				  state_dir);
	return heard_fail(err, rc, "cannot reach the heard on %s: %s", state_dir, strerror(rc));
}

static int control_listen(struct control *c, struct heard_error *err)
{
	struct sockaddr_un sa;
	int folder;
	const char *state_dir = c->daemon->conf->state_dir;
	if (control_address(state_dir, &sa, &folder, err) != 0)
		return -err->code;
	unlink(sa.sun_path); /* the lock is ours, so nobody lives behind it */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
				 chmod(sa.sun_path, 0600) == 0
			 ? 0
			 : errno;
	if (folder >= 0)
		close(folder);
	if (rc == 0) {
		c->listener = evconnlistener_new(loop_base(c->daemon->main), control_accept, c,
						 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
						 64, fd);
		rc = c->listener != NULL ? 0 : ENOMEM;
	}
	if (rc != 0 && fd >= 0)
		close(fd);
	return rc ? heard_fail(err, rc, "control socket in %s: %s", state_dir, strerror(rc))
		  : 0;
}

int control_create(struct control **out, struct daemon *d, struct heard_error *err)
{
	struct control *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	c->daemon = d;
	if (control_listen(c, err) != 0) {
		free(c);
		return -err->code;
	}
	*out = c;
	return 0;
}

void control_destroy(struct control *c)
{
	if (c == NULL)
		return;
	for (struct control_client *client = c->clients, *next; client != NULL; client = next) {
		/* what is left of a last line goes out, if the socket takes it at once */
		struct evbuffer *left = bufferevent_get_output(client->bev);
		next = client->next;
		evbuffer_write(left, bufferevent_getfd(client->bev));
		client_free(client);
	}
	backstage_destroy(c->slow); /* what nobody waits for by now is over at once */
	evconnlistener_free(c->listener);
	free(c);
}
