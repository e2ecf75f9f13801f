/*
 * endpoint.h - an HTTP server that misbehaves on demand, for test_fetch.c and
 * test_webhook.c.  It runs on the test's own loop; the path says what it does.
 */
#ifndef TESTS_ENDPOINT_H
#define TESTS_ENDPOINT_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { ENDPOINT_OPEN = 64 };

struct endpoint {
	struct event_base *base;
	struct evconnlistener *listener;
	struct bufferevent *drip_to;
	struct event *drip;
	int port;
	int n_accepted, n_requests;
	struct bufferevent *open[ENDPOINT_OPEN];
	char request[65536]; /* the last one */
};

static void endpoint_drip(evutil_socket_t fd, short what, void *arg)
{
	struct endpoint *e = arg;
	(void)fd, (void)what;
	if (e->drip_to)
		bufferevent_write(e->drip_to, "x", 1);
}

static void endpoint_hang_up(struct endpoint *e, struct bufferevent *bev)
{
	for (int i = 0; i < ENDPOINT_OPEN; i++)
		if (e->open[i] == bev)
			e->open[i] = NULL;
	if (e->drip_to == bev)
		e->drip_to = NULL;
	bufferevent_free(bev);
}

static void endpoint_reset(struct endpoint *e, struct bufferevent *bev)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	setsockopt(bufferevent_getfd(bev), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	endpoint_hang_up(e, bev);
}

static void endpoint_huge(struct bufferevent *bev, const char *head, const char *piece,
			  size_t n)
{
	bufferevent_write(bev, head, strlen(head));
	for (size_t i = 0; i < n; i++)
		bufferevent_write(bev, piece, strlen(piece));
}

static void endpoint_answer(struct endpoint *e, struct bufferevent *bev, const char *path)
{
	static const struct timeval often = {.tv_usec = 20000};
	char text[512], date[64];
	int status;
	if (strcmp(path, "/hang") == 0)
		return;
	if (strcmp(path, "/reset") == 0) {
		endpoint_reset(e, bev);
	} else if (strcmp(path, "/drip") == 0) {
		endpoint_huge(bev, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x", 1);
		e->drip_to = bev;
		event_add(e->drip, &often);
	} else if (strcmp(path, "/huge") == 0) {
		endpoint_huge(bev, "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n",
			      "0123456789", 400000);
	} else if (strcmp(path, "/head") == 0) {
		endpoint_huge(bev, "HTTP/1.1 200 OK\r\n", "A: 0123456789012345678901234567\r\n",
			      40000);
	} else if (strcmp(path, "/redirect") == 0) {
		static const char moved[] = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
					    "Location: http://169.254.169.254/latest\r\n\r\n";
		bufferevent_write(bev, moved, sizeof(moved) - 1);
	} else if (strcmp(path, "/headers") == 0) {
		static const char both[] =
			"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\n"
			"ETag:  \"a:b\"  \r\nlink: <http://x/?p=2>; rel=\"next\"\r\n"
			"Content-Type: text/x\r\nX-Empty:\r\nLink: second\r\n"
			"Content-Length: 0\r\n\r\n";
		bufferevent_write(bev, both, sizeof(both) - 1);
	} else if (strcmp(path, "/short") == 0) {
		static const char all[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nevent";
		bufferevent_write(bev, all, sizeof(all) - 1);
	} else if (sscanf(path, "/after/%d", &status) == 1) {
		int n = sprintf(
			text,
			"HTTP/1.1 503 Busy\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n",
			status);
		bufferevent_write(bev, text, (size_t)n);
	} else if (strcmp(path, "/date") == 0) {
		time_t later = time(NULL) + 100;
		struct tm tm;
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
			 gmtime_r(&later, &tm));
		int n = sprintf(
			text,
			"HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n",
			date);
		bufferevent_write(bev, text, (size_t)n);
	} else {
		if (sscanf(path, "/%d", &status) != 1)
			status = 200;
		int n = sprintf(text,
				"HTTP/1.1 %d X\r\nContent-Type: text/plain\r\nContent-Length: "
				"2\r\n\r\nok",
				status);
		bufferevent_write(bev, text, (size_t)n);
	}
}

static void endpoint_read(struct bufferevent *bev, void *arg)
{
	struct endpoint *e = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t n = evbuffer_get_length(in), length = 0;
	char path[256] = "/";
	if (n >= sizeof(e->request))
		n = sizeof(e->request) - 1;
	evbuffer_copyout(in, e->request, n);
	e->request[n] = '\0';
	char *end = strstr(e->request, "\r\n\r\n");
	char *field = strstr(e->request, "Content-Length: ");
	if (end == NULL)
		return;
	if (field && field < end)
		length = (size_t)atol(field + 16);
	if (n < (size_t)(end - e->request) + 4 + length)
		return;
	evbuffer_drain(in, (size_t)(end - e->request) + 4 + length);
	sscanf(e->request, "%*s %255s", path);
	e->n_requests++;
	endpoint_answer(e, bev, path);
}

static void endpoint_event(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	endpoint_hang_up(arg, bev);
}

static void endpoint_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
			    int len, void *arg)
{
	struct endpoint *e = arg;
	struct bufferevent *bev = bufferevent_socket_new(e->base, fd, BEV_OPT_CLOSE_ON_FREE);
	(void)l, (void)sa, (void)len;
	e->n_accepted++;
	for (int i = 0; i < ENDPOINT_OPEN && bev != NULL; i++)
		if (e->open[i] == NULL) {
			e->open[i] = bev;
			break;
		}
	bufferevent_setcb(bev, endpoint_read, NULL, endpoint_event, e);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void endpoint_open(struct endpoint *e, struct event_base *base)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	*e = (struct endpoint){.base = base};
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	e->listener = evconnlistener_new_bind(base, endpoint_accept, e,
					      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1,
					      (struct sockaddr *)&in, sizeof(in));
	getsockname(evconnlistener_get_fd(e->listener), (struct sockaddr *)&in, &len);
	e->port = ntohs(in.sin_port);
	e->drip = event_new(base, -1, EV_PERSIST, endpoint_drip, e);
}

static void endpoint_close(struct endpoint *e)
{
	evconnlistener_free(e->listener);
	event_free(e->drip);
	for (int i = 0; i < ENDPOINT_OPEN; i++)
		if (e->open[i] != NULL)
			endpoint_hang_up(e, e->open[i]);
}

#endif
