/*
 * page.h - what goes with the bytes of a body or a page: where they are from, which items
 * are to be left out, and what was fetched for them.
 */
#ifndef REVIEW_PAGE_H
#define REVIEW_PAGE_H

#include <heard/buf.h>
#include <heard/str.h>

enum page_kind {
	PAGE_BODY = 'b',  /* JSON that was posted    */
	PAGE_LINES = 'l', /* the same, a line each   */
	PAGE_PULLED = 'p' /* by the source `source`  */
};
enum { PAGE_CONTEXT = 1 << 20 };

struct page {
	enum page_kind kind;
	unsigned source;
	struct heard_str skip;	/* of collect.h */
	struct heard_str found; /* of found.h   */
};

void page_write(const struct page *, struct heard_buf *context);
/* Bytes without a context are a dead letter that is tried again: a body. */
void page_read(struct heard_str context, struct page *);

#endif
