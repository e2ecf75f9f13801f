/*
 * fetch_private.h - a client and its requests, for fetch.c and fetch_client.c.
 */
#ifndef CORE_FETCH_PRIVATE_H
#define CORE_FETCH_PRIVATE_H

#include "address.h"
#include "fetch_head.h"

#include <curl/curl.h>

struct event;
struct event_base;

struct heard_fetch_client {
	struct heard_host *host;
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct heard_fetch *running;
	unsigned n_fresh; /* of them, streams with bytes to hand over */
};

struct heard_fetch {
	struct heard_fetch *next, **link; /* in client->running */
	struct heard_fetch_client *client;
	CURL *easy;
	struct curl_slist *headers;
	struct fetch_head head;
	struct heard_buf answer;
	void (*bytes)(void *arg, struct heard_str); /* of a stream, or NULL  */
	struct event *silence;			    /* then: it lasted too long */
	int64_t silence_ms;
	void (*done)(void *arg, const struct heard_fetch_answer *);
	void *arg;
	char error[CURL_ERROR_SIZE];
	bool allow_private;
	bool is_refused;   /* by the address guard                            */
	bool is_truncated; /* the answer was longer than its cap              */
	bool is_fresh;	   /* `answer` holds a piece of a stream              */
	char refused[ADDRESS_TEXT];
};

/* It ended: done(), and it is gone. */
void fetch_finish(struct heard_fetch *, CURLcode);
/* Without done(). */
void fetch_destroy(struct heard_fetch *);
/* The silence of a stream is counted from now. */
void fetch_set_silence(struct heard_fetch *);

#endif
