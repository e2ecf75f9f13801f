/*
 * mqttload.c - many kiosks that publish presses to an MQTT broker, each over a
 * connection of its own, until every press is acknowledged (QoS 1).
 *
 *	mqttload -p PORT [-a ADDRESS] [-d DEVICES] [-n PRESSES] [-r PRESSES/S]
 *	         [-f FIRST_SEQ] [-i IN_FLIGHT] [-D PERCENT] [-R] [-P PASSWORD]
 *	         [-w FILE] [-t DEADLINE_SECONDS]
 *
 * Device k (kiosk-0000, ...) has the user of that name, with PASSWORD, if one is given.
 * Press i is of device i % DEVICES.  What the broker has not acknowledged is published
 * again, with DUP, on the next connection.  With -D so many percent of the presses are
 * published twice, as a device does that forgot that it had; with -R every eight of a
 * device come in reverse.
 *
 * With -w the output FILE of the daemon is read as it grows, and it ends when each press
 * was seen there: the time from publish to record.
 *
 * Exit: 0 all acknowledged (and seen), 1 not, 2 wrong usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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
#include <time.h>
#include <unistd.h>

enum { WINDOW = 32, OUT = 16384, IN = 1024, RETRY_US = 200000, BLOCK = 8 };
enum state { APART, CONNECTING, GREETING, UP };

struct under_way { /* one PUBLISH */
	uint16_t id;
	int64_t seq;
	bool is_done;
};

struct device {
	char name[24];
	enum state state;
	int fd;
	long long not_before;
	struct under_way ring[WINDOW];
	unsigned head, tail, n_sent; /* n_sent: of these, on this connection */
	uint16_t last_id;
	int64_t next, due; /* the next press, and how many there should be */
	bool again;	   /* the last one once more                       */
	unsigned char out[OUT], in[IN];
	size_t out_len, in_len;
};

static struct {
	const char *address, *password, *watch;
	int port, devices, in_flight, duplicates, deadline;
	int64_t presses, first;
	double rate;
	bool reverse;
} o = {.address = "127.0.0.1",
       .devices = 1000,
       .in_flight = 20,
       .deadline = 60,
       .presses = 10000,
       .first = 1};

static struct device *devices;
static long long *published; /* us, of each press, when it was sent first */
static uint32_t *to_ack, *to_record;
static int64_t n_acked, n_again, n_redone, n_lost, n_seen, n_seen_twice;
static int epoll_fd;
static long long wall_ms; /* what is to be added to our clock */

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static long long now_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long now(void)
{
	return now_us(CLOCK_MONOTONIC);
}

/* ---- presses: number i is of device i % devices */

static int64_t presses_of(const struct device *d)
{
	int64_t k = d - devices;
	return (o.presses - k + o.devices - 1) / o.devices;
}

static int64_t seq_of(const struct device *d, int64_t nth)
{
	bool is_whole = nth / BLOCK * BLOCK + BLOCK <= presses_of(d);
	return o.first + (o.reverse && is_whole ? (nth ^ (BLOCK - 1)) : nth);
}

static int64_t number_of(int64_t device, int64_t seq)
{
	return (seq - o.first) * o.devices + device;
}

/* ---- packets */

static unsigned char *put_string(unsigned char *at, const char *s)
{
	size_t n = strlen(s);
	*at++ = (unsigned char)(n >> 8);
	*at++ = (unsigned char)n;
	memcpy(at, s, n);
	return at + n;
}

static void add(struct device *d, unsigned char first, const unsigned char *rest, size_t n)
{
	if (d->out_len + n + 5 > OUT)
		abort();
	unsigned char *at = d->out + d->out_len;
	*at++ = first;
	if (n > 127) {
		*at++ = (unsigned char)(n & 127) | 128;
		*at++ = (unsigned char)(n >> 7);
	} else {
		*at++ = (unsigned char)n;
	}
	memcpy(at, rest, n);
	d->out_len = (size_t)(at + n - d->out);
}

static void greet(struct device *d)
{
	unsigned char b[512] = "\0\4MQTT\4\2\0\0", *at = b + 10; /* clean, no keep alive */
	at = put_string(at, d->name);
	if (o.password != NULL) {
		b[7] |= 0xc0;
		at = put_string(at, d->name);
		at = put_string(at, o.password);
	}
	add(d, 0x10, b, (size_t)(at - b));
	d->state = GREETING;
}

static void publish(struct device *d, const struct under_way *u, bool is_dup)
{
	unsigned char b[512], *at;
	char topic[64];
	snprintf(topic, sizeof(topic), "kiosk/%s/press", d->name);
	at = put_string(b, topic);
	*at++ = (unsigned char)(u->id >> 8);
	*at++ = (unsigned char)u->id;
	int64_t number = number_of(d - devices, u->seq);
	if (published[number] == 0)
		published[number] = now();
	/* The same bytes whenever it is sent: the same press. */
	at += snprintf((char *)at, 256, "{\"device\":\"%s\",\"seq\":%lld,\"ts\":%lld,\"r\":%d}",
		       d->name, (long long)u->seq, wall_ms + published[number] / 1000,
		       (int)(u->seq % 4));
	add(d, is_dup ? 0x3a : 0x32, b, (size_t)(at - b));
}

/* ---- connections */

static void watch(struct device *d, int operation, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = d};
	if (epoll_ctl(epoll_fd, operation, d->fd, &e))
		die("epoll_ctl");
}

static void part(struct device *d)
{
	close(d->fd);
	d->fd = -1;
	d->state = APART;
	d->out_len = d->in_len = d->n_sent = 0;
	d->not_before = now() + RETRY_US + rand() % RETRY_US;
	n_lost++;
}

static void connect_now(struct device *d)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o.port)};
	int one = 1;
	inet_pton(AF_INET, o.address, &to.sin_addr);
	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		die("socket");
	setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	d->state = CONNECTING;
	int result = connect(d->fd, (struct sockaddr *)&to, sizeof(to));
	watch(d, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
	if (result != 0 && errno != EINPROGRESS)
		part(d);
}

static void flush_out(struct device *d)
{
	if (d->out_len == 0 || d->state == APART)
		return;
	ssize_t n = send(d->fd, d->out, d->out_len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN) {
		part(d);
	} else if (n > 0) {
		d->out_len -= (size_t)n;
		memmove(d->out, d->out + n, d->out_len);
	}
	if (d->state != APART)
		watch(d, EPOLL_CTL_MOD, d->out_len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* ---- what a device does */

static struct under_way *at(struct device *d, unsigned i)
{
	return &d->ring[i % WINDOW];
}

static void begin_press(struct device *d, int64_t seq)
{
	if (++d->last_id == 0)
		d->last_id = 1;
	*at(d, d->tail++) = (struct under_way){.id = d->last_id, .seq = seq};
}

static void step(struct device *d)
{
	if (d->state != UP)
		return;
	while (d->n_sent < d->tail - d->head) { /* those of a connection before */
		struct under_way *u = at(d, d->head + d->n_sent++);
		if (!u->is_done)
			publish(d, u, true), n_redone++;
	}
	while (d->tail - d->head < (unsigned)o.in_flight && (d->again || d->next < d->due)) {
		if (d->again) {
			begin_press(d, seq_of(d, d->next - 1));
			d->again = false;
			n_again++;
		} else {
			begin_press(d, seq_of(d, d->next++));
			d->again = rand() % 100 < o.duplicates;
		}
		publish(d, at(d, d->tail - 1), false);
		d->n_sent++;
	}
	flush_out(d);
}

static void acknowledged(struct device *d, unsigned id)
{
	for (unsigned i = d->head; i != d->tail; i++) {
		struct under_way *u = at(d, i);
		if (u->id != id || u->is_done)
			continue;
		int64_t number = number_of(d - devices, u->seq);
		u->is_done = true;
		if (to_ack[number] == 0) {
			to_ack[number] = (uint32_t)(now() - published[number]) + 1;
			n_acked++;
		}
		break;
	}
	for (; d->head != d->tail && at(d, d->head)->is_done; d->n_sent--)
		d->head++;
}

/* CONNACK and PUBACK, four bytes each. */
static void receive(struct device *d)
{
	ssize_t n = recv(d->fd, d->in + d->in_len, IN - d->in_len, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		part(d);
		return;
	}
	d->in_len += n > 0 ? (size_t)n : 0;
	size_t i = 0;
	for (; i + 4 <= d->in_len; i += 4) {
		const unsigned char *p = d->in + i;
		if (p[0] == 0x20 && p[3] == 0 && d->state == GREETING) {
			d->state = UP;
		} else if (p[0] == 0x40 && d->state == UP) {
			acknowledged(d, (unsigned)p[2] << 8 | p[3]);
		} else {
			fprintf(stderr, "mqttload: %s: the broker says %02x %02x\n", d->name,
				p[0], p[3]);
			exit(1);
		}
	}
	d->in_len -= i;
	memmove(d->in, d->in + i, d->in_len);
	step(d);
}

static void on_event(struct device *d, uint32_t events)
{
	if (d->state == CONNECTING && (events & (EPOLLERR | EPOLLHUP))) {
		part(d);
	} else if (d->state == CONNECTING) {
		greet(d);
		flush_out(d);
	} else if (events & EPOLLOUT) {
		flush_out(d);
	}
	if (d->state != APART && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		receive(d);
}

/* ---- records */

static void saw(const char *line)
{
	static const char key[] = "\"source_id\":\"kiosk-";
	const char *p = strstr(line, key);
	long long device, seq;
	if (p == NULL || sscanf(p + sizeof(key) - 1, "%lld/%lld", &device, &seq) != 2)
		return;
	int64_t number = number_of(device, seq);
	if (seq < o.first || number >= o.presses || device >= o.devices)
		return; /* of a run before */
	if (to_record[number] != 0) {
		n_seen_twice++;
		return;
	}
	to_record[number] = (uint32_t)(now() - published[number]) + 1;
	n_seen++;
}

static void look_at_records(void)
{
	static FILE *f;
	static char line[65536];
	static size_t len;
	if (f == NULL && (f = fopen(o.watch, "r")) == NULL)
		return;
	clearerr(f);
	while (fgets(line + len, (int)(sizeof(line) - len), f)) {
		len += strlen(line + len);
		if (line[len - 1] != '\n')
			continue;
		saw(line);
		len = 0;
	}
}

/* ---- all of it */

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static void print_times(const char *name, uint32_t *us)
{
	qsort(us, (size_t)o.presses, sizeof(*us), compare);
	printf(" %s_p50_us=%u %s_p99_us=%u %s_max_us=%u", name, us[o.presses / 2], name,
	       us[o.presses * 99 / 100], name, us[o.presses - 1]);
}

static void make_devices(void)
{
	devices = calloc((size_t)o.devices, sizeof(*devices));
	published = calloc((size_t)o.presses, sizeof(*published));
	to_ack = calloc((size_t)o.presses, sizeof(*to_ack));
	to_record = calloc((size_t)o.presses, sizeof(*to_record));
	if (!devices || !published || !to_ack || !to_record)
		die("memory");
	for (int i = 0; i < o.devices; i++) {
		struct device *d = &devices[i];
		snprintf(d->name, sizeof(d->name), "kiosk-%04d", i);
		d->fd = -1;
		d->not_before = now() + i * 100LL; /* not all in one moment */
	}
}

/* Presses become due by the clock, once all devices are there. */
static void make_due(double seconds)
{
	double all = o.rate > 0 ? o.rate * seconds : (double)o.presses;
	int64_t n = all < (double)o.presses ? (int64_t)all : o.presses;
	for (int i = 0; i < o.devices; i++)
		devices[i].due = (n - i + o.devices - 1) / o.devices;
}

static bool is_anybody_missing(void)
{
	for (int i = 0; i < o.devices; i++)
		if (devices[i].state != UP)
			return true;
	return false;
}

static bool is_all_done(void)
{
	if (n_acked < o.presses || (o.watch != NULL && n_seen < o.presses))
		return false;
	for (int i = 0; i < o.devices; i++)
		if (devices[i].head != devices[i].tail || devices[i].again)
			return false;
	return true;
}

static void turn(long long *began)
{
	struct epoll_event events[256];
	int n = epoll_wait(epoll_fd, events, 256, 1);
	for (int i = 0; i < n; i++)
		on_event(events[i].data.ptr, events[i].events);
	if (*began == 0 && !is_anybody_missing())
		*began = now();
	if (*began != 0)
		make_due((double)(now() - *began) / 1e6);
	for (int i = 0; i < o.devices; i++) {
		struct device *d = &devices[i];
		if (d->state == APART && now() >= d->not_before)
			connect_now(d);
		else if (d->state == UP && (d->again || d->next < d->due))
			step(d);
	}
	if (o.watch != NULL)
		look_at_records();
}

static void read_options(int argc, char **argv)
{
	int c;
	while ((c = getopt(argc, argv, "a:p:d:n:r:f:i:D:RP:w:t:")) != -1) {
		switch (c) {
		case 'a': o.address = optarg; break;
		case 'p': o.port = atoi(optarg); break;
		case 'd': o.devices = atoi(optarg); break;
		case 'n': o.presses = atoll(optarg); break;
		case 'r': o.rate = atof(optarg); break;
		case 'f': o.first = atoll(optarg); break;
		case 'i': o.in_flight = atoi(optarg); break;
		case 'D': o.duplicates = atoi(optarg); break;
		case 'R': o.reverse = true; break;
		case 'P': o.password = optarg; break;
		case 'w': o.watch = optarg; break;
		case 't': o.deadline = atoi(optarg); break;
		default: exit(2);
		}
	}
	if (o.port == 0 || o.devices < 1 || o.presses < 1 || o.in_flight < 1 ||
	    o.in_flight > WINDOW) {
		fprintf(stderr, "mqttload: -p PORT, and sensible figures; see its source\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	long long began = 0;
	read_options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	make_devices();
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	wall_ms = (now_us(CLOCK_REALTIME) - now()) / 1000;
	long long deadline = now() + o.deadline * 1000000LL, acked_at = 0;
	while (!is_all_done() && now() < deadline) {
		turn(&began);
		if (acked_at == 0 && n_acked == o.presses)
			acked_at = now();
	}
	bool is_good = is_all_done();
	double seconds = (double)((acked_at ? acked_at : now()) - (began ? began : now())) /
			 1e6;
	double all = (double)(now() - (began ? began : now())) / 1e6;
	printf("presses=%lld acknowledged=%lld again=%lld redone=%lld lost=%lld seconds=%.3f "
	       "rate=%.0f",
	       (long long)o.presses, (long long)n_acked, (long long)n_again,
	       (long long)n_redone, (long long)n_lost, seconds,
	       seconds > 0 ? (double)n_acked / seconds : 0);
	print_times("ack", to_ack);
	if (o.watch != NULL) {
		printf(" records=%lld twice=%lld record_rate=%.0f", (long long)n_seen,
		       (long long)n_seen_twice, all > 0 ? (double)n_seen / all : 0);
		print_times("record", to_record);
	}
	printf("\n");
	return is_good ? 0 : 1;
}
