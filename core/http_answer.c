/*
 * http_answer.c - an answer as bytes: status line, few headers, body.
 *
 * Composed by hand in one buffer that all answers share, since this runs once a
 * request: no printf, the Date made once a second, headers only where they say
 * something.
 */
#include "http_parts.h"

#include <heard/json.h>

#include <stdio.h>
#include <time.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{200, "OK"},
	{202, "Accepted"},
	{204, "No Content"},
	{303, "See Other"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

const char *http_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return status < 400 ? "OK" : "Error";
}

static void put_number(struct heard_buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);
	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	heard_buf_add(b, digits + at, sizeof(digits) - at);
}

/* RFC 9110 6.6.1: a server with a clock says the time. */
static void put_date(struct http *h, struct heard_buf *b)
{
	time_t now = time(NULL);
	if (now != h->date_at) {
		struct tm tm;
		gmtime_r(&now, &tm);
		/* Names of days and months are English as long as no locale is set. */
		strftime(h->date, sizeof(h->date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
		h->date_at = now;
	}
	heard_buf_puts(b, h->date);
}

struct heard_str http_compose(struct http *h, const struct http_answer *a)
{
	struct heard_buf *b = &h->out;
	bool may_have_body = a->status != 204 && a->status != 304;
	struct heard_str body = may_have_body && a->content_type ? a->body
								 : heard_str_n(NULL, 0);

	heard_buf_clear(b);
	heard_buf_add(b, "HTTP/1.1 ", 9);
	put_number(b, (uint64_t)a->status);
	heard_buf_add(b, " ", 1);
	heard_buf_puts(b, http_reason(a->status));
	heard_buf_add(b, "\r\n", 2);
	put_date(h, b);
	if (may_have_body) {
		if (a->content_type) {
			heard_buf_add(b, "Content-Type: ", 14);
			heard_buf_puts(b, a->content_type);
			heard_buf_add(b, "\r\n", 2);
		}
		heard_buf_add(b, "Content-Length: ", 16);
		put_number(b, body.len);
		heard_buf_add(b, "\r\n", 2);
	}
	heard_buf_str(b, a->fields);
	if (a->close)
		heard_buf_puts(b, "Connection: close\r\n");
	else if (a->keep_alive)
		heard_buf_puts(b, "Connection: keep-alive\r\n");
	heard_buf_add(b, "\r\n", 2);
	if (!a->is_head)
		heard_buf_str(b, body);
	return heard_buf_view(b);
}

void http_problem_body(struct heard_buf *b, int status, const char *detail)
{
	struct heard_json_out out = {.buf = b};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "type", HEARD_STR_OF("about:blank"));
	heard_json_str(&out, "title", heard_str(http_reason(status)));
	heard_json_int(&out, "status", status);
	if (detail && *detail)
		heard_json_str(&out, "detail", heard_str(detail));
	heard_json_end(&out, '}');
}
