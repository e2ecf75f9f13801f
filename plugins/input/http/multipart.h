/*
 * multipart.h - the parts of a multipart/form-data body (RFC 7578, RFC 2046).
 *
 *	char boundary[MULTIPART_BOUNDARY];
 *	struct multipart m;
 *	struct multipart_part part;
 *	if (!multipart_boundary(content_type, boundary)) ...
 *	multipart_init(&m, body, boundary);
 *	while ((n = multipart_next(&m, &part)) > 0)
 *		... views into body ...
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include <heard/str.h>

enum {
	MULTIPART_BOUNDARY = 71,   /* 70 characters and a NUL                    */
	MULTIPART_MAX_PARTS = 64,  /* more are refused                           */
	MULTIPART_MAX_HEAD = 4096, /* bytes of headers before a part             */
	MULTIPART_MAX_LINES = 16,  /* of them                                    */
};

struct multipart {
	struct heard_str rest;			/* behind the last delimiter      */
	char delimiter[4 + MULTIPART_BOUNDARY]; /* CR LF "--" boundary             */
	size_t delimiter_len;
	unsigned n; /* parts given                    */
	bool is_begun, has_ended;
};

struct multipart_part {
	struct heard_str name, filename; /* as sent, between the quotes            */
	struct heard_str type;		 /* of Content-Type; empty: not said       */
	struct heard_str bytes;
	bool is_file; /* it has a filename, if only an empty one */
};

/* The boundary that a Content-Type names; false if there is none, or it is no good. */
bool multipart_boundary(struct heard_str content_type, char boundary_r[MULTIPART_BOUNDARY]);
void multipart_init(struct multipart *, struct heard_str body, const char *boundary);
/* 1: a part; 0: no more; -EBADMSG: malformed, cut short (then *part is what its head says,
 * without bytes), or past a limit.  Linear in what it passes over, so who needs the first
 * parts only pays for those. */
int multipart_next(struct multipart *, struct multipart_part *);

#endif
