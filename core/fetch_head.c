/*
 * fetch_head.c - the head of an answer, line by line from libcurl.
 *
 * An exchange may have several: a 100 before the answer, a proxy's word before that.
 * Each begins with its status line, which forgets the one before, so what is left at
 * the end is the final answer's.  Lines are kept as they came, and cut into names and
 * values once, when the answer is handed over.
 */
#include "fetch_head.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { MAX_HEAD = 256 * 1024 }; /* bytes of all heads of one exchange */

void fetch_head_init(struct fetch_head *h)
{
	*h = (struct fetch_head){0};
	heard_buf_init(&h->text, MAX_HEAD);
}

void fetch_head_release(struct fetch_head *h)
{
	heard_buf_release(&h->text);
	free(h->at);
	*h = (struct fetch_head){0};
}

bool fetch_head_line(struct fetch_head *h, struct heard_str line)
{
	static const struct heard_str status = HEARD_STR("HTTP/");
	h->seen += line.len;
	if (h->seen > MAX_HEAD)
		return false;
	if (heard_str_starts(line, status))
		heard_buf_clear(&h->text);
	else
		heard_buf_str(&h->text, line);
	return !h->text.failed;
}

/* The next header of *rest, taken off it.  What has no colon is none. */
static bool next_header(struct heard_str *rest, struct heard_fetch_header *out)
{
	while (rest->len) {
		const char *end = memchr(rest->ptr, '\n', rest->len);
		size_t n = end ? (size_t)(end - rest->ptr) + 1 : rest->len;
		struct heard_str line = heard_str_n(rest->ptr, n);
		const char *colon = memchr(line.ptr, ':', line.len);
		*rest = heard_str_skip(*rest, n);
		if (colon == NULL || colon == line.ptr)
			continue;
		out->name = heard_str_n(line.ptr, (size_t)(colon - line.ptr));
		out->name = heard_str_trim(out->name);
		out->value = heard_str_trim(
			heard_str_skip(line, (size_t)(colon - line.ptr) + 1));
		return true;
	}
	return false;
}

/* RFC 9110 10.2.3: seconds, or a date. */
static int64_t parse_retry_after(struct heard_str value, int64_t now_ms)
{
	char text[128], *end;
	if (value.len == 0 || value.len >= sizeof(text))
		return -1;
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	errno = 0;
	long long seconds = strtoll(text, &end, 10);
	if (end != text && *end == '\0' && seconds >= 0 && errno == 0)
		return seconds > INT32_MAX ? INT32_MAX * (int64_t)1000 : seconds * 1000;
	time_t at = curl_getdate(text, NULL);
	if (at < 0)
		return -1;
	int64_t ms = (int64_t)at * 1000 - now_ms;
	return ms > 0 ? ms : 0;
}

int fetch_head_read(struct fetch_head *h, int64_t now_ms, struct heard_fetch_answer *a)
{
	struct heard_str rest = heard_buf_view(&h->text);
	struct heard_fetch_header header;
	size_t n = 0;
	while (next_header(&rest, &header))
		n++;
	h->at = calloc(n + 1, sizeof(*h->at));
	if (h->at == NULL)
		return -ENOMEM;
	for (rest = heard_buf_view(&h->text); next_header(&rest, &header);)
		h->at[h->n++] = header;
	a->headers = h->at;
	a->n_headers = h->n;
	a->content_type = heard_fetch_header(a, "Content-Type");
	a->retry_after_ms = parse_retry_after(heard_fetch_header(a, "Retry-After"), now_ms);
	return 0;
}

struct heard_str heard_fetch_header(const struct heard_fetch_answer *a, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < a->n_headers; i++) {
		const struct heard_fetch_header *h = &a->headers[i];
		if (h->name.len == len && strncasecmp(h->name.ptr, name, len) == 0)
			return h->value;
	}
	return heard_str_n(NULL, 0);
}
