/*
 * fetch_head.h - the head of an answer: its lines as they come, then its headers.
 */
#ifndef CORE_FETCH_HEAD_H
#define CORE_FETCH_HEAD_H

#include <heard/buf.h>
#include <heard/fetch.h>

struct fetch_head {
	struct heard_buf text; /* lines of the answer that is being read    */
	size_t seen;	       /* bytes of all heads, of a 100 and the like */
	struct heard_fetch_header *at;
	size_t n;
};

void fetch_head_init(struct fetch_head *);
void fetch_head_release(struct fetch_head *);
/* One line with its end; false: too many bytes, or no memory. */
bool fetch_head_line(struct fetch_head *, struct heard_str line);
/* Fill in what the head says: headers, content type, Retry-After.  The answer's views
 * live as long as the head.  -ENOMEM. */
int fetch_head_read(struct fetch_head *, int64_t now_ms, struct heard_fetch_answer *);

#endif
