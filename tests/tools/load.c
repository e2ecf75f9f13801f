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
#include "record.h"

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

#define VARIANTS    64
#define ANSWER_SIZE (1 << 20)
#define BUCKETS	    (1 << 20) /* of a microsecond */
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

static struct {
	const char *address, *listeners, *listener, *path, *format, *prefix, *log_path, *header;
	unsigned connections, batch, every;
	uint64_t requests, rate;
	int seconds, deadline, max_wait_ms;
	bool once;
} o = {.path = "/feedback",
       .format = "object",
       .prefix = "k",
       .connections = 64,
       .batch = 1,
       .requests = UINT64_MAX,
       .deadline = 60,
       .max_wait_ms = 200};

static struct {
	uint64_t begun, acknowledged, records, again, mismatched, retries, lost,
		refused_connects, rejected, dropped;
	long long max_us;
} count;

static struct {
	char *bytes;
	size_t len, key_at;
	size_t *numbers_at;
} variants[VARIANTS];

static uint32_t *histogram;
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

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A line on stderr for the first few of a kind; the totals tell of the rest. */
static void complain(uint64_t nth, uint64_t number, const char *what, int status)
{
	if (nth <= 5)
		fprintf(stderr, "load: %s-%010llu %s %d\n", o.prefix,
			(unsigned long long)number, what, status);
}

static void *grab(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		die("memory");
	return p;
}

/* ---- requests */

static size_t render_body(char *body, unsigned variant, size_t *numbers_at)
{
	bool is_array = strcmp(o.format, "array") == 0;
	size_t n = 0;

	for (unsigned i = 0; i < o.batch; i++) {
		char record[RECORD_CAP];
		size_t at, len = record_render(record, variant * 100003 + i + 1, o.prefix, 0,
					       NULL, &at);
		if (is_array)
			body[n++] = i ? ',' : '[';
		memcpy(body + n, record, len);
		numbers_at[i] = n + at;
		n += len;
		if (!is_array && strcmp(o.format, "ndjson") == 0)
			body[n++] = '\n';
	}
	if (is_array)
		body[n++] = ']';
	return n;
}

static void render(unsigned variant)
{
	char *body = grab(o.batch * (RECORD_CAP + 2) + 2), head[2048];
	size_t *at = grab(o.batch * sizeof(*at)), len = render_body(body, variant, at);
	int n = snprintf(head, sizeof(head),
			 "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%s%s"
			 "Content-Length: %zu\r\nIdempotency-Key: %s-0000000000",
			 o.path,
			 strcmp(o.format, "ndjson") == 0 ? "application/x-ndjson"
							 : "application/json",
			 o.header ? o.header : "", o.header ? "\r\n" : "", len, o.prefix);
	if (n < 0 || (size_t)n + 5 > sizeof(head))
		die("the header is too long");
	variants[variant].key_at = (size_t)n - RECORD_DIGITS;
	memcpy(head + n, "\r\n\r\n", 4);
	n += 4;
	variants[variant].bytes = grab((size_t)n + len);
	memcpy(variants[variant].bytes, head, (size_t)n);
	memcpy(variants[variant].bytes + n, body, len);
	variants[variant].len = (size_t)n + len;
	for (unsigned i = 0; i < o.batch; i++)
		at[i] += (size_t)n;
	variants[variant].numbers_at = at;
	free(body);
}

static void prepare(struct connection *c)
{
	unsigned v = (unsigned)(c->number % VARIANTS);

	memcpy(c->out, variants[v].bytes, variants[v].len);
	record_number(c->out + variants[v].key_at, c->number);
	for (unsigned i = 0; i < o.batch; i++)
		record_number(c->out + variants[v].numbers_at[i], c->number * o.batch + i);
	c->out_len = variants[v].len;
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

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u;
	while (n--)
		h = (h ^ (unsigned char)*p++) * 1099511628211u;
	return h;
}

/* The ids of the answer: from [ to ] behind "ids". */
static const char *find_ids(const char *body, size_t len, size_t *len_r)
{
	const char *at = memmem(body, len, "\"ids\"", 5), *open = NULL, *close = NULL;
	if (at)
		open = memchr(at, '[', len - (size_t)(at - body));
	if (open)
		close = memchr(open, ']', len - (size_t)(open - body));
	if (!close)
		return NULL;
	*len_r = (size_t)(close - open) + 1;
	return open;
}

static void measure(struct connection *c)
{
	long long took = now_us() - c->began;
	if (took > count.max_us)
		count.max_us = took;
	histogram[took < BUCKETS ? took : BUCKETS - 1]++;
}

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
	measure(c);
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

static int header_number(const char *head, size_t len, const char *name, int otherwise)
{
	size_t n = strlen(name);
	for (const char *p = head; (p = memchr(p, '\n', len - (size_t)(p - head))) != NULL;) {
		p++;
		if ((size_t)(p - head) + n < len && strncasecmp(p, name, n) == 0 && p[n] == ':')
			return atoi(p + n + 1);
	}
	return otherwise;
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
			prepare(c);
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

static long long percentile(double p)
{
	uint64_t total = 0, sum = 0;
	for (int i = 0; i < BUCKETS; i++)
		total += histogram[i];
	for (int i = 0; i < BUCKETS; i++)
		if ((sum += histogram[i]) > (uint64_t)((double)total * p))
			return i;
	return 0;
}

static int report(double seconds)
{
	printf("requests=%llu acknowledged=%llu records=%llu seconds=%.3f rate=%.0f "
	       "p50_us=%lld p99_us=%lld "
	       "max_us=%lld retries=%llu lost=%llu refused_connects=%llu rejected=%llu "
	       "dropped=%llu "
	       "again=%llu mismatched=%llu\n",
	       (unsigned long long)count.begun, (unsigned long long)count.acknowledged,
	       (unsigned long long)count.records, seconds, (double)count.records / seconds,
	       percentile(.5), percentile(.99), count.max_us, (unsigned long long)count.retries,
	       (unsigned long long)count.lost, (unsigned long long)count.refused_connects,
	       (unsigned long long)count.rejected, (unsigned long long)count.dropped,
	       (unsigned long long)count.again, (unsigned long long)count.mismatched);
	if (logfile && fclose(logfile))
		die("log");
	return count.acknowledged == count.begun && !count.mismatched ? 0 : 1;
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
	return report((double)(finished - start) / 1e6);
}

static void told_to_stop(int signal_number)
{
	(void)signal_number;
	is_told_to_stop = 1;
}

static int parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "a:A:u:c:n:s:r:b:f:k:H:l:g:d:w:o")) != -1)
		switch (option) {
		case 'a': o.address = optarg; break;
		case 'A':
			o.listeners = optarg;
			o.listener = strrchr(optarg, ':');
			if (!o.listener)
				return 2;
			*strrchr(optarg, ':') = '\0';
			o.listener++;
			break;
		case 'u': o.path = optarg; break;
		case 'c': o.connections = (unsigned)atoi(optarg); break;
		case 'n': o.requests = strtoull(optarg, NULL, 10); break;
		case 's': o.seconds = atoi(optarg); break;
		case 'r': o.rate = strtoull(optarg, NULL, 10); break;
		case 'b': o.batch = (unsigned)atoi(optarg); break;
		case 'f': o.format = optarg; break;
		case 'k': o.prefix = optarg; break;
		case 'H': o.header = optarg; break;
		case 'l': o.log_path = optarg; break;
		case 'g': o.every = (unsigned)atoi(optarg); break;
		case 'd': o.deadline = atoi(optarg); break;
		case 'w': o.max_wait_ms = atoi(optarg); break;
		case 'o': o.once = true; break;
		default: return 2;
		}
	bool is_one = strcmp(o.format, "object") == 0;
	return optind == argc && (o.address || o.listeners) && o.connections && o.batch &&
			       (is_one ? o.batch == 1 : true)
		       ? 0
		       : 2;
}

int main(int argc, char **argv)
{
	if (parse(argc, argv)) {
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
	size_t longest = 0;
	for (unsigned v = 0; v < VARIANTS; v++) {
		render(v);
		longest = variants[v].len > longest ? variants[v].len : longest;
	}
	struct connection *all = grab(o.connections * sizeof(*all));
	for (unsigned i = 0; i < o.connections; i++) {
		all[i].fd = -1;
		all[i].out = grab(longest);
		all[i].in = grab(ANSWER_SIZE);
	}
	return run(all);
}
