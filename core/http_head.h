/*
 * http_head.h - the head of an HTTP/1.x request, and chunked bodies: bytes in,
 * views out.  No sockets and no memory of its own.
 */
#ifndef CORE_HTTP_HEAD_H
#define CORE_HTTP_HEAD_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

#define HTTP_FIELDS 64 /* more header lines are refused */

struct http_field {
	struct heard_str name, value;
};

struct http_head {
	unsigned method;	/* enum heard_http_method; 0: none we know       */
	bool is_head;		/* HEAD, with method GET                         */
	struct heard_str path;	/* percent-decoded; "*" is possible              */
	struct heard_str query; /* raw, without "?"                              */
	int minor;		/* HTTP/1.minor                                  */
	bool keep_alive;
	bool expects_continue;
	bool is_chunked;
	int64_t length; /* of the body; 0 if there is none; -1 when chunked      */
	size_t n;
	struct http_field fields[HTTP_FIELDS];
};

/* Bytes up to and with the empty line, 0 if it has not come yet.  The first
 * `seen` bytes were searched before. */
size_t http_head_end(const char *text, size_t len, size_t seen);
/* 0, or the HTTP status to refuse it with and a word on why.  The views point
 * into text, which is decoded in place. */
int http_head_parse(char *text, size_t len, struct http_head *, const char **why);
/* The first field of that name, or {NULL, 0}. */
struct heard_str http_head_find(const struct http_head *, const char *name);

/* A chunked body on its way.  Zeroed at the start. */
struct http_chunks {
	int state;
	uint64_t left;	   /* of the chunk's data                                */
	unsigned overhead; /* bytes of this size line or of the trailer          */
};
/* Look at n bytes; *used of them are done with, *data is what of them belongs
 * to the body.  0: call again with the rest; 1: the body has ended; -EBADMSG. */
int http_chunks_feed(struct http_chunks *, const char *bytes, size_t n, size_t *used,
		     struct heard_str *data);

#endif
