/*
 * article.c - one article of the knowledge base: Markdown behind front matter.
 *
 *	---
 *	id: pay-01
 *	title: "支付失败怎么办"
 *	lang: zh
 *	keywords: [支付失败, 付不了款]      or a, b   or lines of "- a"
 *	---
 *	# 支付失败怎么办
 *
 * Of YAML only this is read: a key, a colon, a value on the same line; other keys are
 * passed over, as other programs have theirs.  Without a title there the first heading
 * is it.  The body is searched as it stands, with its marks: they are no words.
 */
#include "article.h"

#include <heard/error.h>
#include <text/utf8.h>

#include <errno.h>

/* The next line, without its end; false behind the last. */
static bool next_line(struct heard_str *left, struct heard_str *line)
{
	if (left->len == 0)
		return false;
	const char *end = memchr(left->ptr, '\n', left->len);
	size_t len = end ? (size_t)(end - left->ptr) : left->len;
	*line = heard_str_n(left->ptr, len);
	*left = heard_str_skip(*left, len + 1);
	return true;
}

static struct heard_str unquoted(struct heard_str s)
{
	s = heard_str_trim(s);
	if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
		s = heard_str_trim(heard_str_n(s.ptr + 1, s.len - 2));
	return s;
}

static int add_keyword(struct article *a, struct heard_str word, struct heard_error *err)
{
	word = unquoted(word);
	if (word.len == 0)
		return 0;
	if (a->n_keywords == ARTICLE_KEYWORDS)
		return heard_fail(err, EBADMSG, "it has more than %d keywords",
				  ARTICLE_KEYWORDS);
	a->keywords[a->n_keywords++] = word;
	return 0;
}

/* Bytes of the separator at s, 0 if there is none. */
static size_t separator_at(struct heard_str s)
{
	static const struct heard_str wide[] = {HEARD_STR("，"), HEARD_STR("、")};

	if (s.ptr[0] == ',')
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (heard_str_starts(s, wide[i]))
			return wide[i].len;
	return 0;
}

static int add_keywords(struct article *a, struct heard_str list, struct heard_error *err)
{
	size_t from = 0, n;
	int r = 0;

	list = heard_str_trim(list);
	if (list.len >= 2 && list.ptr[0] == '[' && list.ptr[list.len - 1] == ']')
		list = heard_str_n(list.ptr + 1, list.len - 2);
	for (size_t i = 0; i <= list.len && r == 0; i++) {
		n = i < list.len ? separator_at(heard_str_skip(list, i)) : 1;
		if (n == 0)
			continue;
		r = add_keyword(a, heard_str_n(list.ptr + from, i - from), err);
		from = i + n;
		i = from - 1;
	}
	return r;
}

static int read_key(struct article *a, struct heard_str line, bool *in_list,
		    struct heard_error *err)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	struct heard_str key, value;

	*in_list = false;
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (colon == NULL)
		return heard_fail(
			err, EBADMSG,
			"a line of its front matter has no colon; write `key: value`");
	key = heard_str_trim(heard_str_n(line.ptr, (size_t)(colon - line.ptr)));
	value = heard_str_n(colon + 1, (size_t)(line.ptr + line.len - colon - 1));
	if (heard_str_is(key, "id"))
		a->id = unquoted(value);
	else if (heard_str_is(key, "title"))
		a->title = unquoted(value);
	else if (heard_str_is(key, "lang"))
		a->lang = unquoted(value);
	else if (heard_str_is(key, "keywords")) {
		*in_list = heard_str_trim(value).len == 0;
		return add_keywords(a, value, err);
	}
	return 0;
}

/* Reads what stands before the body and leaves the body in *left. */
static int read_front(struct article *a, struct heard_str *left, struct heard_error *err)
{
	struct heard_str line, after = *left;
	bool in_list = false;
	int r = 0;

	if (!next_line(&after, &line) || !heard_str_is(heard_str_trim(line), "---"))
		return 0;
	while (r == 0 && next_line(&after, &line)) {
		struct heard_str trimmed = heard_str_trim(line);

		if (heard_str_is(trimmed, "---")) {
			*left = after;
			return 0;
		}
		if (in_list && trimmed.len && trimmed.ptr[0] == '-')
			r = add_keyword(a, heard_str_skip(trimmed, 1), err);
		else if (line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t' &&
			 line.ptr[0] != '-')
			r = read_key(a, trimmed, &in_list, err);
	}
	return r ? r
		 : heard_fail(err, EBADMSG,
			      "its front matter does not end; close it with a line `---`");
}

static struct heard_str first_heading(struct heard_str body)
{
	struct heard_str line;

	while (next_line(&body, &line))
		if (line.len > 2 && line.ptr[0] == '#' && line.ptr[1] == ' ')
			return heard_str_trim(heard_str_skip(line, 2));
	return heard_str(NULL);
}

static bool is_id(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return false;
	return s.len > 0 && s.len <= ARTICLE_ID;
}

int article_read(struct article *a, struct heard_str text, struct heard_str name,
		 struct heard_error *err)
{
	*a = (struct article){.id = name};
	if (text.len > ARTICLE_BYTES)
		return heard_fail(err, EBADMSG, "it has more than %d KiB; split it",
				  ARTICLE_BYTES / 1024);
	if (!text_is_valid(text))
		return heard_fail(err, EBADMSG, "it is not UTF-8");
	if (heard_str_starts(text, HEARD_STR_OF("\xEF\xBB\xBF")))
		text = heard_str_skip(text, 3);
	int r = read_front(a, &text, err);
	if (r)
		return r;
	a->body = text;
	if (a->title.len == 0)
		a->title = first_heading(text);
	if (!is_id(a->id))
		return heard_fail(err, EBADMSG, "its id must have 1 to %d bytes and no blanks",
				  ARTICLE_ID);
	if (a->title.len == 0 || a->title.len > ARTICLE_TITLE)
		return heard_fail(err, EBADMSG,
				  "it needs a title of at most %d bytes, in its front matter "
				  "or as its first heading",
				  ARTICLE_TITLE);
	return 0;
}
