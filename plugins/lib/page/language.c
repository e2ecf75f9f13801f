/*
 * language.c - which language a reader wants, and what else a query says.
 *
 * Accept-Language (RFC 9110, 12.5.4) is a list of ranges with weights; the one of the
 * greatest weight that we speak wins, and the first of equals.  What is malformed in it
 * is passed over: a header is no reason to show no page.
 */
#include "page.h"

#include <heard/http.h>

#include <string.h>
#include <strings.h>
#include <text/percent.h>
#include <text/utf8.h>

const char *page_lang_tag(enum page_lang lang)
{
	return lang == PAGE_ZH ? "zh-CN" : "en";
}

/* -1: none of ours */
static int read_tag(struct heard_str tag)
{
	const char *dash = tag.len ? memchr(tag.ptr, '-', tag.len) : NULL;
	size_t n = dash ? (size_t)(dash - tag.ptr) : tag.len;
	if (n != 2)
		return -1;
	if (strncasecmp(tag.ptr, "zh", 2) == 0)
		return PAGE_ZH;
	return strncasecmp(tag.ptr, "en", 2) == 0 ? PAGE_EN : -1;
}

enum page_lang page_lang_read(struct heard_str tag, enum page_lang otherwise)
{
	int lang = read_tag(tag);
	return lang >= 0 ? (enum page_lang)lang : otherwise;
}

static struct heard_str cut(struct heard_str *rest, char at)
{
	const char *end = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
	size_t n = end ? (size_t)(end - rest->ptr) : rest->len;
	struct heard_str part = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, end ? n + 1 : n);
	return heard_str_trim(part);
}

/* Thousandths of "q=0.8"; without it 1000. */
static int weight_of(struct heard_str parameters)
{
	while (parameters.len) {
		struct heard_str p = cut(&parameters, ';');
		int weight = 0, unit = 100;
		if (p.len < 3 || (p.ptr[0] != 'q' && p.ptr[0] != 'Q') || p.ptr[1] != '=')
			continue;
		if (p.ptr[2] == '1')
			return 1000;
		for (size_t i = 4; i < p.len && p.ptr[i] >= '0' && p.ptr[i] <= '9'; i++) {
			weight += (p.ptr[i] - '0') * unit;
			unit /= 10;
		}
		return weight;
	}
	return 1000;
}

enum page_lang page_lang_choose(struct heard_str query, struct heard_str accept,
				enum page_lang otherwise)
{
	char asked[16];
	int best = -1, best_weight = 0;
	if (page_query(query, "lang", asked, sizeof(asked)) && read_tag(heard_str(asked)) >= 0)
		return (enum page_lang)read_tag(heard_str(asked));
	while (accept.len) {
		struct heard_str parameters = cut(&accept, ',');
		int lang = read_tag(cut(&parameters, ';'));
		int weight = weight_of(parameters);
		if (lang >= 0 && weight > best_weight) {
			best = lang;
			best_weight = weight;
		}
	}
	return best >= 0 ? (enum page_lang)best : otherwise;
}

enum page_lang page_lang_of(const struct heard_http *request, enum page_lang otherwise)
{
	return page_lang_choose(heard_http_query(request),
				heard_http_header(request, "Accept-Language"), otherwise);
}

static bool decode(struct heard_str s, char *value, size_t size)
{
	size_t n;
	if (!text_unescape(s, value, size - 1, &n))
		return false;
	value[n] = '\0';
	return text_is_valid(heard_str_n(value, n)) && memchr(value, '\0', n) == NULL;
}

bool page_query(struct heard_str query, const char *name, char *value, size_t size)
{
	while (query.len) {
		struct heard_str rest = cut(&query, '&');
		if (heard_str_is(cut(&rest, '='), name))
			return decode(rest, value, size);
	}
	return false;
}
