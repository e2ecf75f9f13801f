/*
 * page.c - a line, "KIND SOURCE BYTES", so many bytes, and the rest.
 */
#include "page.h"

#include <stdio.h>
#include <string.h>

void page_write(const struct page *p, struct heard_buf *out)
{
	heard_buf_clear(out);
	heard_buf_printf(out, "%c %u %zu\n", (char)p->kind, p->source, p->skip.len);
	heard_buf_str(out, p->skip);
	heard_buf_str(out, p->found);
}

void page_read(struct heard_str context, struct page *p)
{
	char head[48], kind;
	size_t skip;
	const char *end = context.len ? memchr(context.ptr, '\n', context.len) : NULL;
	*p = (struct page){.kind = PAGE_BODY};
	if (end == NULL)
		return;
	snprintf(head, sizeof(head), "%.*s", (int)(end - context.ptr), context.ptr);
	if (sscanf(head, "%c %u %zu", &kind, &p->source, &skip) != 3)
		return;
	p->kind = (enum page_kind)kind;
	struct heard_str rest = heard_str_skip(context, (size_t)(end - context.ptr) + 1);
	p->skip = heard_str_n(rest.ptr, skip < rest.len ? skip : rest.len);
	p->found = heard_str_skip(rest, p->skip.len);
}
