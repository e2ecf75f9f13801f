/*
 * load.c - post feedback over kept-alive connections, and hold the daemon to
 * what it answered.
 *
 *	load -a ADDRESS | -A LISTENERS:NAME   where (the second is read again at
 *	                                      each connect, so a daemon may come
 *	                                      back on another port)
 *	     [-u PATH] [-c CONNECTIONS] [-n REQUESTS] [-s SECONDS] [-r REQUESTS/S]
 *	     [-b RECORDS] [-f object|array|ndjson] [-k KEY_PREFIX] [-H HEADER]
 *	     [-l LOG] [-g EVERY] [-d DEADLINE_SECONDS] [-w MAX_WAIT_MS] [-o]
 *
 * Request i has the Idempotency-Key "KEY_PREFIX-i".  It is sent again, the same
 * bytes under the same key, after a lost connection, a 429 or a 5xx, until it
 * is acknowledged with 202; DEADLINE (60) seconds without an acknowledgement
 * end it all.  With -g every EVERY-th acknowledged request is sent once more
 * and must get the same ids.  With -o a request is sent once and never again.
 * The log has a line for each acknowledged request:
 * {"key":"k-0000000001","ids":["..."]}.  SIGTERM ends the sending of new
 * requests; those under way are still seen through.
 *
 * The generator shares two cores with the daemon it measures, so a request is
 * a copy of a rendered one with its number written over, and of an answer only
 * the status, the length and (with -l or -g) the ids are looked at.
 *
 * Exit: 0 every request acknowledged, 1 not, 2 wrong usage.
 */
#include "load_answer.h"
#include "load_count.h"
#include "load_options.h"
#include "load_request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_SIZE (1 << 20)
#define HANG_US	    (60 * 1000000LL)

enum state { IDLE, WAITING, CONNECTING, SENDING, READING };

struct connection {
	int fd;
	enum state state;
	char *out; /* the request, patched */
	size_t out_len, sent;
	char *in;
	size_t in_len, head_len, want; /* head_len 0: header not complete yet */
	bool will_close;
	uint64_t number;
	bool has_request, is_again;
	long long began, not_before; /* us; began: first byte of the first try */
	long long tried;
	int backoff_ms;
	uint64_t ids_hash; /* of the first answer, to compare a repeat with */
};

static long long last_acknowledged; /* us */
static FILE *logfile;
static int epoll_fd;
static volatile sig_atomic_t is_told_to_stop;

static long long now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* A line on stderr for the first few of a kind; the totals tell of the rest. */
static void complain(uint64_t nth, uint64_t number, const char *what, int status)
{
	if (nth <= 5)
		fprintf(stderr, "load: %s-%010llu %s %d\n", o.prefix,
			(unsigned long long)number, what, status);
}

/* ---- connections */

static void watch(struct connection *c, int operation, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = c};
	if (epoll_ctl(epoll_fd, operation, c->fd, &e))
		die("epoll_ctl");
}

static bool find_address(struct sockaddr_in *to)
{
	char text[128] = "", line[256];

	if (o.address) {
		snprintf(text, sizeof(text), "%s", o.address);
	} else {
		FILE *f = fopen(o.listeners, "r");
		size_t n = strlen(o.listener);
		while (f && fgets(line, sizeof(line), f))
			if (strncmp(line, o.listener, n) == 0 && line[n] == ' ')
				snprintf(text, sizeof(text), "%.*s",
					 (int)strcspn(line + n + 1, "\n"), line + n + 1);
		if (f)
			fclose(f);
	}
	char *colon = strrchr(text, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*to = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)atoi(colon + 1))};
	/* never anywhere but this machine */
	return inet_pton(AF_INET, text, &to->sin_addr) == 1 &&
	       (ntohl(to->sin_addr.s_addr) >> 24) == 127;
}

static void wait_before_retry(struct connection *c, int at_least_ms)
{
	c->backoff_ms = c->backoff_ms ? c->backoff_ms * 2 : 5;
	if (c->backoff_ms < at_least_ms)
		c->backoff_ms = at_least_ms;
	if (c->backoff_ms > o.max_wait_ms)
		c->backoff_ms = o.max_wait_ms;
	c->not_before = now_us() + c->backoff_ms * 1000LL;
	c->state = WAITING;
}

static void hang_up(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->in_len = c->head_len = 0;
	c->will_close = false;
}

static void give_up_or_retry(struct connection *c, int at_least_ms)
{
	if (o.once && c->has_request) {
		c->has_request = false;
		count.dropped++;
		c->state = IDLE;
		return;
	}
	count.retries += c->has_request;
	wait_before_retry(c, at_least_ms);
}

static void lost(struct connection *c)
{
	bool was_connecting = c->state == CONNECTING;

	hang_up(c);
	count.lost += !was_connecting;
	count.refused_connects += was_connecting;
	give_up_or_retry(c, 0);
}

static void flush(struct connection *c)
{
	while (c->sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->sent, c->out_len - c->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			if (c->state != SENDING)
				watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			c->state = SENDING;
			return;
		}
		if (n < 0) {
			lost(c);
			return;
		}
		c->sent += (size_t)n;
	}
	if (c->state == SENDING)
		watch(c, EPOLL_CTL_MOD, EPOLLIN);
	c->state = READING;
}

static void try_request(struct connection *c)
{
	c->sent = c->in_len = c->head_len = 0;
	c->tried = now_us();
	if (c->fd >= 0) {
		c->state = READING;
		flush(c);
		return;
	}
	struct sockaddr_in to;
	if (!find_address(&to)) {
		wait_before_retry(c, 0);
		return;
	}
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	c->state = CONNECTING;
	if (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS) {
		lost(c);
		return;
	}
	watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

/* ---- answers */

static void accepted(struct connection *c, const char *body, size_t len)
{
	size_t n = 0;
	const char *ids = logfile || o.every ? find_ids(body, len, &n) : NULL;

	c->backoff_ms = 0;
	if (c->is_again) {
		count.again++;
		if (!ids || hash_bytes(ids, n) != c->ids_hash) {
			complain(++count.mismatched, c->number,
				 "got other ids when repeated, after", 202);
		}
		c->has_request = c->is_again = false;
		return;
	}
	count_took(now_us() - c->began);
	last_acknowledged = now_us();
	count.acknowledged++;
	count.records += o.batch;
	if (logfile && ids)
		fprintf(logfile, "{\"key\":\"%s-%010llu\",\"ids\":%.*s}\n", o.prefix,
			(unsigned long long)c->number, (int)n, ids);
	if (o.every && ids && c->number % o.every == 0) {
		c->is_again = true;
		c->ids_hash = hash_bytes(ids, n);
	} else {
		c->has_request = false;
	}
}

static void answered(struct connection *c)
{
	int status = atoi(c->in + 9);
	int after_s = header_number(c->in, c->head_len, "Retry-After", 0);
	bool will_close = c->will_close;

	if (status == 202)
		accepted(c, c->in + c->head_len, c->in_len - c->head_len);
	c->in_len = c->head_len = 0;
	if (will_close)
		hang_up(c);
	if (status == 202) {
		c->state = IDLE;
	} else if (status == 429 || status >= 500) {
		give_up_or_retry(c, after_s * 1000);
	} else {
		complain(++count.rejected, c->number, "was answered with", status);
		c->has_request = c->is_again = false;
		c->state = IDLE;
	}
}

static bool parse_head(struct connection *c)
{
	char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
	if (!end)
		return c->in_len < ANSWER_SIZE;
	c->head_len = (size_t)(end - c->in) + 4;
	int length = header_number(c->in, c->head_len, "Content-Length", 0);
	c->want = c->head_len + (size_t)length;
	c->will_close = memmem(c->in, c->head_len, "onnection: close", 16) != NULL;
	return c->in_len >= 12 && length >= 0 && c->want <= ANSWER_SIZE;
}

static void readable(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, ANSWER_SIZE - c->in_len, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		/* a server may close an idle connection; that loses nothing */
		if (c->state == IDLE || c->state == WAITING)
			hang_up(c);
		else
			lost(c);
		return;
	}
	c->in_len += (size_t)n;
	if (c->state != READING && c->state != SENDING)
		return;
	if (c->head_len == 0 && !parse_head(c)) {
		lost(c);
		return;
	}
	if (c->head_len && c->in_len >= c->want) {
		if (c->state ==
		    SENDING) /* answered early: the rest of the request is not wanted */
			c->will_close = true;
		answered(c);
	}
}

static void connected(struct connection *c)
{
	int error = 0;
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof(error)});
	if (error) {
		lost(c);
		return;
	}
	watch(c, EPOLL_CTL_MOD, EPOLLIN);
	c->state = READING;
	flush(c);
}

static void on_event(struct connection *c, uint32_t events)
{
	if (c->fd < 0)
		return;
	if (c->state == CONNECTING) {
		connected(c);
		return;
	}
	if (events & EPOLLOUT)
		flush(c);
	if (c->fd >= 0 && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		readable(c);
}

/* ---- the run */

static bool may_begin(long long now, long long start)
{
	if (count.begun >= o.requests || is_told_to_stop)
		return false;
	if (o.seconds && now - start >= o.seconds * 1000000LL)
		return false;
	return !o.rate || count.begun < (uint64_t)((now - start) / 1000) * o.rate / 1000 + 1;
}

/* Gives work to connections that have none; returns how many have some. */
static unsigned drive(struct connection *all, long long start)
{
	unsigned busy = 0;
	long long now = now_us();

	for (unsigned i = 0; i < o.connections; i++) {
		struct connection *c = &all[i];
		if (c->state == IDLE && !c->has_request && may_begin(now, start)) {
			c->number = count.begun++;
			c->has_request = true;
			c->began = now;
			c->out_len = request_write(c->out, c->number);
		}
		if (c->has_request &&
		    (c->state == IDLE || (c->state == WAITING && now >= c->not_before)))
			try_request(c);
		else if (c->state > WAITING && now - c->tried > HANG_US)
			lost(c);
		busy += c->has_request;
	}
	return busy;
}

static int run(struct connection *all)
{
	long long start = now_us(), finished = start;

	last_acknowledged = start;
	struct epoll_event events[256];

	for (;;) {
		unsigned busy = drive(all, start);
		bool is_over = !may_begin(now_us(), start) &&
			       (count.begun >= o.requests || is_told_to_stop ||
				(o.seconds && now_us() - start >= o.seconds * 1000000LL));
		finished = now_us();
		if (is_over && busy == 0)
			break;
		if (finished - last_acknowledged > o.deadline * 1000000LL)
			break;
		int n = epoll_wait(epoll_fd, events, 256,
				   o.rate || busy < o.connections ? 1 : 5);
		for (int i = 0; i < n; i++)
			on_event(events[i].data.ptr, events[i].events);
	}
	count_print((double)(finished - start) / 1e6);
	if (logfile && fclose(logfile))
		die("log");
	return count.acknowledged == count.begun && !count.mismatched ? 0 : 1;
}

static void told_to_stop(int signal_number)
{
	(void)signal_number;
	is_told_to_stop = 1;
}

int main(int argc, char **argv)
{
	if (options_read(argc, argv)) {
		fputs("usage: load -a ADDRESS | -A LISTENERS:NAME [-u PATH] [-c N] [-n "
		      "REQUESTS] "
		      "[-s SECONDS] [-r RATE] [-b RECORDS -f array|ndjson] [-k PREFIX] [-H "
		      "HEADER] "
		      "[-l LOG] [-g EVERY] [-d DEADLINE] [-w MS] [-o]\n",
		      stderr);
		return 2;
	}
	signal(SIGTERM, told_to_stop);
	signal(SIGINT, told_to_stop);
	histogram = grab(BUCKETS * sizeof(*histogram));
	if (o.log_path && !(logfile = fopen(o.log_path, "a")))
		die(o.log_path);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	size_t longest = render_all();
	struct connection *all = grab(o.connections * sizeof(*all));
	for (unsigned i = 0; i < o.connections; i++) {
		all[i].fd = -1;
		all[i].out = grab(longest);
		all[i].in = grab(ANSWER_SIZE);
	}
	return run(all);
}
