/*
 * fetch_client.c - libcurl's multi interface on libevent.
 *
 * libcurl says which sockets and which deadline it waits for; we turn these
 * into events and tell it what happened.
 *
 * What ended, and the bytes of a stream, are handed over when libcurl has returned:
 * so whoever is told may cancel, or begin another request.
 */
#include "fetch_private.h"

#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* Hand over what came of streams.  `bytes` may cancel any request and begin others. */
static void hand_over(struct heard_fetch_client *c)
{
	while (c->n_fresh > 0) {
		struct heard_fetch *f = c->running;
		while (!f->is_fresh)
			f = f->next;
		struct heard_buf piece = f->answer;
		heard_buf_init(&f->answer, piece.cap);
		f->is_fresh = false;
		c->n_fresh--;
		fetch_set_silence(f);
		f->bytes(f->arg, heard_buf_view(&piece));
		heard_buf_release(&piece);
	}
}

static void collect(struct heard_fetch_client *c)
{
	CURLMsg *message;
	int left;
	hand_over(c);
	while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
		struct heard_fetch *f = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		fetch_finish(f, code);
	}
}

/* ---- libcurl's waits as events */

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct heard_fetch_client *c = arg;
	int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;
	curl_multi_socket_action(c->multi, fd, flags, &running);
	collect(c);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct heard_fetch_client *c = arg;
	int running;
	(void)fd, (void)what;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(c);
}

static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct heard_fetch_client *c = arg;
	(void)multi;
	if (timeout_ms < 0)
		return event_del(c->timer);
	struct timeval after = {.tv_sec = timeout_ms / 1000,
				.tv_usec = timeout_ms % 1000 * 1000};
	return event_add(c->timer, &after);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *fd_arg)
{
	struct heard_fetch_client *c = arg;
	struct event *event = fd_arg;
	(void)easy;
	if (event)
		event_free(event);
	if (what == CURL_POLL_REMOVE)
		return curl_multi_assign(c->multi, fd, NULL) == CURLM_OK ? 0 : -1;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	event = event_new(c->base, fd, wanted, on_socket, c);
	if (event == NULL || event_add(event, NULL) < 0)
		return -1;
	return curl_multi_assign(c->multi, fd, event) == CURLM_OK ? 0 : -1;
}

struct heard_fetch_client *heard_fetch_client_create(struct heard_host *host,
						     unsigned max_connections,
						     struct heard_error *err)
{
	struct heard_fetch_client *c = calloc(1, sizeof(*c));
	if (c == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(c);
		heard_fail(err, ENOMEM, "cannot set up libcurl");
		return NULL;
	}
	c->host = host;
	c->base = heard_loop(host);
	c->multi = curl_multi_init();
	c->timer = event_new(c->base, -1, 0, on_timer, c);
	if (c->multi == NULL || c->timer == NULL) {
		heard_fetch_client_destroy(c);
		heard_fail(err, ENOMEM, "cannot set up libcurl");
		return NULL;
	}
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)max_connections);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)max_connections);
	return c;
}

void heard_fetch_client_destroy(struct heard_fetch_client *c)
{
	if (c == NULL)
		return;
	for (struct heard_fetch *f = c->running, *next; f; f = next) {
		next = f->next;
		fetch_destroy(f);
	}
	if (c->multi)
		curl_multi_cleanup(c->multi);
	if (c->timer)
		event_free(c->timer);
	free(c);
	curl_global_cleanup();
}
