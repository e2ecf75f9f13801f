/*
 * http_head.c - reading HTTP/1.x requests, strictly.
 *
 * A request that two machines could read in two ways lets one request hide in
 * another (smuggling), so whatever RFC 9112 leaves to a server's taste is
 * refused here: bare CR or LF, blanks before a colon, folded lines, two lengths,
 * a length beside chunks, other transfer codings than plain "chunked".  Names
 * and values are views into the caller's text; only the path is rewritten, by
 * its percent decoding.
 */
#include "http_head.h"

#include <heard/http.h>

#include <errno.h>

/* RFC 9110 5.6.2 */
static bool is_token(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool same_word(struct heard_str a, const char *b)
{
	return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

size_t http_head_end(const char *text, size_t len, size_t seen)
{
	size_t from = seen > 3 ? seen - 3 : 0;
	if (len < 4 || from >= len)
		return 0;
	const char *end = memmem(text + from, len - from, "\r\n\r\n", 4);
	return end ? (size_t)(end - text) + 4 : 0;
}

/* The next line of a text that is known to end with CRLF; CRLF is skipped. */
static struct heard_str next_line(struct heard_str *rest)
{
	const char *end = memmem(rest->ptr, rest->len, "\r\n", 2);
	struct heard_str line = heard_str_n(rest->ptr, (size_t)(end - rest->ptr));
	*rest = heard_str_skip(*rest, line.len + 2);
	return line;
}

/* No control characters but the tab: no bare CR, no bare LF, no NUL. */
static bool is_clean(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool path_decode(char *p, size_t *len)
{
	size_t to = 0;
	for (size_t i = 0; i < *len; i++) {
		char c = p[i];
		if (c == '%') {
			int high = i + 2 < *len ? hex_digit(p[i + 1]) : -1;
			int low = i + 2 < *len ? hex_digit(p[i + 2]) : -1;
			if (high < 0 || low < 0 || high * 16 + low == 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		p[to++] = c;
	}
	*len = to;
	return true;
}

/* "." and ".." as segments: nobody needs them, and somebody might open a file. */
static bool has_dots(struct heard_str path)
{
	for (size_t i = 0; i + 1 < path.len; i++) {
		if (path.ptr[i] != '/' || path.ptr[i + 1] != '.')
			continue;
		size_t end = i + 2;
		if (end < path.len && path.ptr[end] == '.')
			end++;
		if (end == path.len || path.ptr[end] == '/')
			return true;
	}
	return false;
}

static int parse_target(char *p, size_t len, struct http_head *h, const char **why)
{
	static const char *const schemes[] = {"http://", "https://", NULL};
	for (size_t i = 0; schemes[i]; i++) {
		size_t n = strlen(schemes[i]);
		if (len > n && strncasecmp(p, schemes[i], n) == 0) {
			char *slash = memchr(p + n, '/', len - n);
			if (slash == NULL) {
				*why = "a target without a path";
				return 400;
			}
			len -= (size_t)(slash - p);
			p = slash;
		}
	}
	char *query = memchr(p, '?', len);
	if (query) {
		h->query = heard_str_n(query + 1, len - (size_t)(query - p) - 1);
		len = (size_t)(query - p);
	}
	bool is_star = len == 1 && p[0] == '*' && h->method == HEARD_HTTP_OPTIONS;
	if ((len == 0 || p[0] != '/') && !is_star) {
		*why = "the target is no path";
		return 400;
	}
	if (!path_decode(p, &len)) {
		*why = "bad percent encoding in the path";
		return 400;
	}
	h->path = heard_str_n(p, len);
	if (has_dots(h->path)) {
		*why = "dot segments in the path";
		return 400;
	}
	return 0;
}

static unsigned method_of(struct heard_str word, bool *is_head)
{
	static const struct {
		const char *name;
		unsigned method;
	} methods[] = {
		{"POST", HEARD_HTTP_POST},     {"GET", HEARD_HTTP_GET},
		{"HEAD", HEARD_HTTP_GET},      {"PUT", HEARD_HTTP_PUT},
		{"DELETE", HEARD_HTTP_DELETE}, {"OPTIONS", HEARD_HTTP_OPTIONS},
	};
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (heard_str_is(word, methods[i].name)) {
			*is_head = word.ptr[0] == 'H';
			return methods[i].method;
		}
	return 0;
}

static int parse_first(struct heard_str line, struct http_head *h, const char **why)
{
	*why = "the request line is malformed";
	const char *space = memchr(line.ptr, ' ', line.len);
	if (space == NULL || space == line.ptr)
		return 400;
	struct heard_str method = heard_str_n(line.ptr, (size_t)(space - line.ptr));
	struct heard_str rest = heard_str_skip(line, method.len + 1);
	const char *second = memchr(rest.ptr, ' ', rest.len);
	for (size_t i = 0; i < method.len; i++)
		if (!is_token((unsigned char)method.ptr[i]))
			return 400;
	if (second == NULL || second == rest.ptr || memchr(line.ptr, '\t', line.len))
		return 400;
	struct heard_str version = heard_str_skip(rest, (size_t)(second - rest.ptr) + 1);
	if (version.len != 8 || memcmp(version.ptr, "HTTP/", 5) != 0 || version.ptr[6] != '.')
		return 400;
	if (version.ptr[5] != '1' || version.ptr[7] < '0' || version.ptr[7] > '9') {
		*why = "only HTTP/1.0 and HTTP/1.1 are spoken here";
		return 505;
	}
	h->minor = version.ptr[7] == '0' ? 0 : 1;
	h->method = method_of(method, &h->is_head);
	size_t at = (size_t)(rest.ptr - line.ptr);
	return parse_target((char *)(uintptr_t)line.ptr + at, (size_t)(second - rest.ptr), h,
			    why);
}

static bool parse_length(struct heard_str value, int64_t *out)
{
	int64_t n = 0;
	if (value.len == 0 || value.len > 18)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		n = n * 10 + (value.ptr[i] - '0');
	}
	*out = n;
	return true;
}

/* Is the word in the comma-separated list? */
static bool lists(struct heard_str value, const char *word)
{
	while (value.len) {
		const char *comma = memchr(value.ptr, ',', value.len);
		size_t n = comma ? (size_t)(comma - value.ptr) : value.len;
		if (same_word(heard_str_trim(heard_str_n(value.ptr, n)), word))
			return true;
		value = heard_str_skip(value, comma ? n + 1 : n);
	}
	return false;
}

/* What the fields say of the message itself. */
struct framing {
	unsigned hosts, lengths, codings, packings;
	struct heard_str key;
};

/* Fields that are looked up by name later on, where the first would win and a
 * second one with another meaning would go unseen. */
static int note_single(const struct http_field *f, struct framing *seen, const char **why)
{
	if (same_word(f->name, "content-encoding")) {
		*why = "more than one Content-Encoding";
		return seen->packings++ ? 400 : 0;
	}
	if (!same_word(f->name, "idempotency-key"))
		return 0;
	*why = "two different Idempotency-Keys";
	if (seen->key.ptr != NULL && !heard_str_eq(seen->key, f->value))
		return 400;
	seen->key = f->value;
	return 0;
}

static int note_field(const struct http_field *f, struct http_head *h, struct framing *seen,
		      const char **why)
{
	if (same_word(f->name, "content-length")) {
		*why = "a bad Content-Length";
		return seen->lengths++ || !parse_length(f->value, &h->length) ? 400 : 0;
	}
	if (same_word(f->name, "transfer-encoding")) {
		*why = "only the transfer coding \"chunked\" is understood";
		h->is_chunked = true;
		return seen->codings++ || !same_word(f->value, "chunked") ? 501 : 0;
	}
	if (same_word(f->name, "host")) {
		*why = "more than one Host";
		return seen->hosts++ ? 400 : 0;
	}
	if (same_word(f->name, "connection")) {
		if (lists(f->value, "close"))
			h->keep_alive = false;
		else if (h->minor == 0 && lists(f->value, "keep-alive"))
			h->keep_alive = true;
	} else if (same_word(f->name, "expect") && h->minor >= 1) {
		h->expects_continue = true;
		*why = "only 100-continue can be expected";
		return same_word(f->value, "100-continue") ? 0 : 417;
	}
	return note_single(f, seen, why);
}

static int parse_field(struct heard_str line, struct http_field *out)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	if (colon == NULL || colon == line.ptr)
		return 400;
	out->name = heard_str_n(line.ptr, (size_t)(colon - line.ptr));
	for (size_t i = 0; i < out->name.len; i++)
		if (!is_token((unsigned char)out->name.ptr[i]))
			return 400;
	out->value = heard_str_trim(heard_str_skip(line, out->name.len + 1));
	return 0;
}

static int check_framing(struct http_head *h, const struct framing *seen, const char **why)
{
	if (h->minor >= 1 && seen->hosts == 0) {
		*why = "no Host";
		return 400;
	}
	if (h->is_chunked && (seen->lengths || h->minor == 0)) {
		*why = "a body with two lengths";
		return 400;
	}
	if (h->is_chunked)
		h->length = -1;
	return 0;
}

int http_head_parse(char *text, size_t len, struct http_head *h, const char **why)
{
	/* The table of fields is large and is written before it is read. */
	memset(h, 0, offsetof(struct http_head, fields));
	struct heard_str rest = heard_str_n(text, len - 2);
	struct framing seen = {0};

	struct heard_str first = next_line(&rest);
	*why = "a control character in the head";
	if (!is_clean(first))
		return 400;
	int status = parse_first(first, h, why);
	h->keep_alive = h->minor >= 1;
	while (status == 0 && rest.len) {
		struct heard_str line = next_line(&rest);
		*why = "a malformed header line";
		if (h->n == HTTP_FIELDS) {
			*why = "too many header lines";
			return 431;
		}
		if (!is_clean(line) || parse_field(line, &h->fields[h->n]) != 0)
			return 400;
		status = note_field(&h->fields[h->n++], h, &seen, why);
	}
	return status ? status : check_framing(h, &seen, why);
}

struct heard_str http_head_find(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (same_word(h->fields[i].name, name))
			return h->fields[i].value;
	return heard_str_n(NULL, 0);
}

enum chunk_state {
	CHUNK_SIZE,	 /* hex digits                         */
	CHUNK_EXTENSION, /* up to CR: read over                */
	CHUNK_SIZE_LF,	 /* the LF of the size line            */
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_LINE_START, /* of a trailer line, or of the end   */
	CHUNK_TRAILER,	  /* up to CR: read over                */
	CHUNK_TRAILER_LF,
	CHUNK_END_LF,
};

enum { CHUNK_LINE = 256, CHUNK_TRAILERS = 8192 };

/* The size line: at most 15 digits, so that no shift can overflow. */
static int feed_size(struct http_chunks *c, char byte)
{
	int digit = hex_digit(byte);
	if (digit >= 0 && c->overhead < 15) {
		c->left = c->left << 4 | (uint64_t)digit;
		c->overhead++;
		return 0;
	}
	if (digit >= 0 || c->overhead == 0)
		return -EBADMSG;
	if (byte == '\r')
		c->state = CHUNK_SIZE_LF;
	else if (byte == ';' || byte == ' ' || byte == '\t')
		c->state = CHUNK_EXTENSION;
	else
		return -EBADMSG;
	return 0;
}

/* Text that is read over, up to its CR. */
static int feed_skipped(struct http_chunks *c, char byte, unsigned cap, int next)
{
	if (++c->overhead > cap || byte == '\n' || byte == '\0')
		return -EBADMSG;
	if (byte == '\r')
		c->state = next;
	return 0;
}

static int feed_exactly(struct http_chunks *c, char byte, char wanted, int next)
{
	c->state = next;
	return byte == wanted ? 0 : -EBADMSG;
}

/* One byte that is not data; 1 when it is the last. */
static int feed_byte(struct http_chunks *c, char byte)
{
	switch ((enum chunk_state)c->state) {
	case CHUNK_SIZE: return feed_size(c, byte);
	case CHUNK_EXTENSION: return feed_skipped(c, byte, CHUNK_LINE, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		c->overhead = 0;
		return feed_exactly(c, byte, '\n', c->left ? CHUNK_DATA : CHUNK_LINE_START);
	case CHUNK_DATA_CR: return feed_exactly(c, byte, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF: return feed_exactly(c, byte, '\n', CHUNK_SIZE);
	case CHUNK_LINE_START:
		if (byte == '\r') {
			c->state = CHUNK_END_LF;
			return 0;
		}
		c->state = CHUNK_TRAILER;
		return feed_skipped(c, byte, CHUNK_TRAILERS, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER: return feed_skipped(c, byte, CHUNK_TRAILERS, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LF: return feed_exactly(c, byte, '\n', CHUNK_LINE_START);
	case CHUNK_END_LF: return byte == '\n' ? 1 : -EBADMSG;
	case CHUNK_DATA: break;
	}
	return -EBADMSG;
}

int http_chunks_feed(struct http_chunks *c, const char *bytes, size_t n, size_t *used,
		     struct heard_str *data)
{
	*data = heard_str_n(NULL, 0);
	*used = 0;
	while (*used < n) {
		if (c->state == CHUNK_DATA) {
			size_t piece = n - *used;
			if (piece > c->left)
				piece = (size_t)c->left;
			*data = heard_str_n(bytes + *used, piece);
			*used += piece;
			c->left -= piece;
			if (c->left == 0)
				c->state = CHUNK_DATA_CR;
			return 0;
		}
		int result = feed_byte(c, bytes[(*used)++]);
		if (result != 0)
			return result;
	}
	return 0;
}
