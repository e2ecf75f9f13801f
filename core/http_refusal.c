/*
 * http_refusal.c - what is said of a request that no handler sees.
 *
 * A program reads a problem document.  A person who sent a form with too large a picture,
 * or too often, would see the same as a line of JSON; so who asks for HTML gets a page, in
 * both languages, since nobody is here who would know better, and without anything that
 * came with the request.  What only programs run into has no page.
 */
#include "http_parts.h"

static const struct {
	int status;
	const char *zh, *en;
} pages[] = {
	{404, "没有这个页面，请检查网址。", "There is no such page. Please check the address."},
	{413, "发送的内容太大，没有保存。请返回上一页，减少或缩小附件后再提交。",
	 "What was sent is too large, and nothing was kept. Please go back, leave out or "
	 "shrink attachments, and send again."},
	{429, "操作太频繁，没有保存。请过一会儿返回上一页，再试一次。",
	 "Too many requests came from your network, and nothing was kept. Please go back in a "
	 "while and try again."},
	{503, "服务暂时不可用，没有保存。请过一会儿返回上一页，再试一次。",
	 "The service is not available at the moment, and nothing was kept. Please go back in "
	 "a while and try again."},
};

static bool wants_page(const struct heard_http *r)
{
	struct heard_str accept = http_head_find(&r->head, "Accept");
	return accept.len && memmem(accept.ptr, accept.len, "text/html", 9) != NULL;
}

static void put_page(struct heard_buf *b, int status, const char *zh, const char *en)
{
	heard_buf_printf(b,
			 "<!doctype html>\n<html lang=zh-CN>\n<meta charset=utf-8>\n"
			 "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
			 "<title>%d</title>\n<p>%s</p>\n<p lang=en>%s</p>\n</html>\n",
			 status, zh, en);
}

void http_refusal_answer(struct heard_http *take)
{
	struct heard_buf body;
	size_t i = 0, n = sizeof(pages) / sizeof(pages[0]);
	while (i < n && pages[i].status != take->refusal)
		i++;
	if (i == n || !wants_page(take)) {
		heard_http_problem(take, take->refusal, "%s", take->why);
		return;
	}
	heard_buf_init(&body, 4096);
	put_page(&body, pages[i].status, pages[i].zh, pages[i].en);
	heard_http_set_header(take, "Cache-Control", "no-store");
	heard_http_set_header(take, "Content-Security-Policy", "default-src 'none'");
	heard_http_reply(take, take->refusal, "text/html; charset=utf-8",
			 heard_buf_view(&body));
	heard_buf_release(&body);
}
