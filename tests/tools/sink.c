/*
 * sink.c - an HTTP receiver for tests: takes webhooks, counts them by id, and
 * misbehaves on demand.
 *
 *	sink [-p PORT] [-P PORT_FILE] [-l LOG] [-m MODE_FILE] [-B REQUESTS_FILE]
 *
 * It listens on 127.0.0.1 and writes "127.0.0.1:PORT" to PORT_FILE.  The log
 * has a line "STATUS ID TRY" for each answered request, written before the
 * answer is sent.  MODE_FILE is looked at before each answer and holds one of
 *
 *	ok                       200 (also without a file)
 *	accept                   202 with made-up ids, to try `load` against
 *	robot                    200 as a chat robot says it, {"errcode":0}
 *	hang                     read, never answer
 *	reset                    read, then reset the connection
 *	redirect URL             302
 *	status N [K [SECONDS]]   N for the first K tries of each id (0: always),
 *	                         with Retry-After if SECONDS is given
 *
 * SIGTERM prints "requests=N distinct=N delivered=N" (delivered: ids that got
 * a 2xx at least once) and ends it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_SIZE	     37
#define REQUEST_SIZE (4 << 20)

struct seen {
	char id[ID_SIZE];
	uint32_t tries;
	bool is_delivered;
};

struct connection {
	int fd;
	char *in;
	size_t len;
	bool was_continued;
};

static struct {
	struct seen *at;
	size_t n, size; /* a power of two, at most half full */
} table;

static struct {
	char name[16], url[256];
	int status, tries, after_s;
	struct timespec changed;
} mode = {.name = "ok"};

static uint64_t requests, delivered, answers;
static const char *mode_path, *requests_path;
static FILE *logfile;
static volatile sig_atomic_t is_told_to_stop;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- ids */

static struct seen *slot(const char *id)
{
	uint64_t h = 14695981039346656037u;
	for (const char *p = id; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	for (size_t i = h & (table.size - 1);; i = (i + 1) & (table.size - 1))
		if (!table.at[i].id[0] || strcmp(table.at[i].id, id) == 0)
			return &table.at[i];
}

static void grow(void)
{
	struct seen *old = table.at;
	size_t old_size = table.size;

	table.size = old_size ? old_size * 2 : 1024;
	table.at = calloc(table.size, sizeof(*table.at));
	if (!table.at)
		die("memory");
	for (size_t i = 0; i < old_size; i++)
		if (old[i].id[0])
			*slot(old[i].id) = old[i];
	free(old);
}

static struct seen *see(const char *id)
{
	if (table.n * 2 >= table.size)
		grow();
	struct seen *s = slot(id);
	if (!s->id[0]) {
		snprintf(s->id, sizeof(s->id), "%s", id);
		table.n++;
	}
	s->tries++;
	return s;
}

/* The record's id: the first "id" behind "data", or the first at all. */
static void find_id(const char *body, size_t len, char id[ID_SIZE])
{
	const char *data = memmem(body, len, "\"data\"", 6);
	const char *from = data ? data : body;
	const char *at = memmem(from, len - (size_t)(from - body), "\"id\":\"", 6);
	size_t n = 0;

	if (at)
		for (at += 6; n < ID_SIZE - 1 && at + n < body + len && at[n] != '"'; n++)
			id[n] = at[n];
	id[n] = '\0';
	if (!n)
		snprintf(id, ID_SIZE, "none");
}

/* ---- how to answer */

static void read_mode(void)
{
	struct stat st;
	FILE *f;

	if (!mode_path || stat(mode_path, &st) ||
	    (st.st_mtim.tv_sec == mode.changed.tv_sec &&
	     st.st_mtim.tv_nsec == mode.changed.tv_nsec))
		return;
	if (!(f = fopen(mode_path, "r")))
		return;
	char line[512] = "", word[256] = "";
	if (fgets(line, sizeof(line), f) && sscanf(line, "%15s", mode.name) == 1) {
		mode.status = 200;
		mode.tries = mode.after_s = 0;
		mode.url[0] = '\0';
		if (strcmp(mode.name, "status") == 0)
			sscanf(line, "%*s %d %d %d", &mode.status, &mode.tries, &mode.after_s);
		else if (sscanf(line, "%*s %255s", word) == 1)
			snprintf(mode.url, sizeof(mode.url), "%s", word);
		mode.changed = st.st_mtim;
	}
	fclose(f);
}

static size_t compose(char *out, size_t cap, int status)
{
	char extra[300] = "", body[128] = "{}";

	if (status == 302)
		snprintf(extra, sizeof(extra), "Location: %s\r\n", mode.url);
	else if (status >= 400 && mode.after_s)
		snprintf(extra, sizeof(extra), "Retry-After: %d\r\n", mode.after_s);
	if (status == 202)
		snprintf(body, sizeof(body),
			 "{\"accepted\":1,\"ids\":[\"%08llx-0000-7000-8000-000000000000\"]}",
			 (unsigned long long)++answers);
	if (strcmp(mode.name, "robot") == 0)
		snprintf(body, sizeof(body), "{\"errcode\":0,\"errmsg\":\"ok\"}");
	int n = snprintf(out, cap,
			 "HTTP/1.1 %d Answer\r\n%sContent-Type: "
			 "application/json\r\nContent-Length: %zu\r\n\r\n%s",
			 status, extra, strlen(body), body);
	return n < 0 ? 0 : (size_t)n;
}

static int status_for(const struct seen *s)
{
	if (strcmp(mode.name, "accept") == 0)
		return 202;
	if (strcmp(mode.name, "redirect") == 0)
		return 302;
	if (strcmp(mode.name, "status") == 0 &&
	    (mode.tries == 0 || s->tries <= (uint32_t)mode.tries))
		return mode.status;
	return 200;
}

static void keep_request(const struct connection *c, size_t n)
{
	FILE *f = requests_path ? fopen(requests_path, "a") : NULL;
	if (!f)
		return;
	fwrite(c->in, 1, n, f);
	fputc('\n', f);
	fclose(f);
}

/* False: the connection is to be closed. */
static bool answer(struct connection *c, size_t head_len, size_t body_len)
{
	char id[ID_SIZE], out[1024];

	requests++;
	read_mode();
	keep_request(c, head_len + body_len);
	if (strcmp(mode.name, "hang") == 0)
		return true;
	if (strcmp(mode.name, "reset") == 0) {
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
			   sizeof(struct linger));
		return false;
	}
	find_id(c->in + head_len, body_len, id);
	struct seen *s = see(id);
	int status = status_for(s);
	if (status / 100 == 2 && !s->is_delivered) {
		s->is_delivered = true;
		delivered++;
	}
	if (logfile) {
		fprintf(logfile, "%d %s %u\n", status, id, s->tries);
		fflush(logfile);
	}
	size_t n = compose(out, sizeof(out), status);
	return send(c->fd, out, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* ---- connections */

static size_t body_length(const char *head, size_t len)
{
	for (const char *p = head; (p = memchr(p, '\n', len - (size_t)(p - head))) != NULL;)
		if (strncasecmp(++p, "Content-Length:", 15) == 0)
			return (size_t)strtoul(p + 15, NULL, 10);
	return 0;
}

/* Answers what is complete in the buffer; false closes the connection. */
static bool take(struct connection *c)
{
	char *end;

	while (c->len && (end = memmem(c->in, c->len, "\r\n\r\n", 4)) != NULL) {
		size_t head = (size_t)(end - c->in) + 4, body = body_length(c->in, head);
		if (head + body > REQUEST_SIZE)
			return false;
		if (c->len < head + body) {
			if (!c->was_continued && memmem(c->in, head, "100-continue", 12))
				c->was_continued = send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n",
							25, MSG_NOSIGNAL) == 25;
			return true;
		}
		if (!answer(c, head, body))
			return false;
		c->was_continued = false;
		memmove(c->in, c->in + head + body, c->len - head - body);
		c->len -= head + body;
	}
	return c->len < REQUEST_SIZE;
}

static void on_event(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, REQUEST_SIZE - c->len, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		c->len += (size_t)n;
	if (n <= 0 || !take(c)) {
		close(c->fd);
		free(c->in);
		free(c);
	}
}

static void on_accept(int listener, int epoll_fd)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	struct connection *c = calloc(1, sizeof(*c));
	if (!c || !(c->in = malloc(REQUEST_SIZE)))
		die("memory");
	c->fd = fd;
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e))
		die("epoll_ctl");
}

static int listen_on(int port, const char *port_path)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((uint16_t)port),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1024))
		die("listen");
	getsockname(fd, (struct sockaddr *)&a, &(socklen_t){sizeof(a)});
	if (port_path) {
		char temporary[4096];
		snprintf(temporary, sizeof(temporary), "%s.new", port_path);
		FILE *f = fopen(temporary, "w");
		if (!f || fprintf(f, "127.0.0.1:%d\n", ntohs(a.sin_port)) < 0 || fclose(f) ||
		    rename(temporary, port_path))
			die(port_path);
	}
	return fd;
}

static void told_to_stop(int signal_number)
{
	(void)signal_number;
	is_told_to_stop = 1;
}

int main(int argc, char **argv)
{
	const char *port_path = NULL, *log_path = NULL;
	int port = 0, option;

	while ((option = getopt(argc, argv, "p:P:l:m:B:")) != -1)
		switch (option) {
		case 'p': port = atoi(optarg); break;
		case 'P': port_path = optarg; break;
		case 'l': log_path = optarg; break;
		case 'm': mode_path = optarg; break;
		case 'B': requests_path = optarg; break;
		default: return 2;
		}
	struct sigaction stop = {.sa_handler = told_to_stop};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	if (log_path && !(logfile = fopen(log_path, "a")))
		die(log_path);
	grow();
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC), listener = listen_on(port, port_path);
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e))
		die("epoll_ctl");
	while (!is_told_to_stop) {
		int n = epoll_wait(epoll_fd, events, 64, 200);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				on_event(events[i].data.ptr);
			else
				on_accept(listener, epoll_fd);
		}
	}
	printf("requests=%llu distinct=%zu delivered=%llu\n", (unsigned long long)requests,
	       table.n, (unsigned long long)delivered);
	return 0;
}
