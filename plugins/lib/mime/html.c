/*
 * html.c - the text of a mail that is written in HTML.
 *
 * plugins/lib/text reads HTML; here is what mail programs mean by it.  Quotes become
 * what they are in plain mail, so that one stripper (quote.c) reads both:
 * - a <blockquote> is "> ", unless it is only an indentation;
 * - the places where Outlook, Hotmail, QQ and 163 begin a quote that nothing encloses
 *   become a line of underscores, which the stripper takes with what follows it.
 */
#include "html.h"

#include <text/html.h>

#include <stdint.h>
#include <strings.h>

enum { MAX_OPEN = 64 };

/* Each open <blockquote>, the newest in bit 0: is it a quote? */
struct quotes {
	uint64_t is_quote;
	unsigned open, beyond; /* beyond: those that have no bit */
};

static bool has(struct heard_str tag, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= tag.len; i++)
		if (strncasecmp(tag.ptr + i, word, n) == 0)
			return true;
	return false;
}

static bool is_tag(struct heard_str tag, const char *name)
{
	size_t n = strlen(name);

	return tag.len > n + 1 && strncasecmp(tag.ptr + 1, name, n) == 0 &&
	       strchr(" \t\r\n>/", tag.ptr[1 + n]) != NULL;
}

/* Gmail's "indent more" is a <blockquote>, too: without a border. */
static bool is_indent(struct heard_str tag)
{
	return (has(tag, "border:none") || has(tag, "border: none")) && !has(tag, "cite") &&
	       !has(tag, "quote\"");
}

static enum html_mark open_quote(struct quotes *q, struct heard_str tag)
{
	bool is_quote = !is_indent(tag);

	if (q->open == MAX_OPEN) {
		q->beyond++;
		return HTML_PLAIN;
	}
	q->open++;
	q->is_quote = q->is_quote << 1 | is_quote;
	return is_quote ? HTML_QUOTE : HTML_PLAIN;
}

static enum html_mark close_quote(struct quotes *q)
{
	bool was_quote = q->is_quote & 1;

	if (q->beyond > 0) {
		q->beyond--;
		return HTML_PLAIN;
	}
	if (q->open == 0)
		return HTML_PLAIN;
	q->open--;
	q->is_quote >>= 1;
	return was_quote ? HTML_UNQUOTE : HTML_PLAIN;
}

/* What marks the beginning of a quote to the end of the mail. */
static bool begins_quote(struct heard_str tag)
{
	static const char *const marks[] = {
		"divrplyfwdmsg",		 /* Outlook on the web and in the app */
		"\"stopspelling\"",		 /* Hotmail */
		"\"zwchr\"",			 /* Zimbra */
		"isreplycontent",		 /* 163 */
		"isforwardcontent",		 /* 163 */
		"outlookmessageheader",		 /* Outlook 2003 */
		"mail-editor-reference-message", /* Outlook on Android, Aliyun */
		"__aliyun_previous_quote",
	};

	if (is_tag(tag, "div") || is_tag(tag, "hr") || is_tag(tag, "table"))
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
			if (has(tag, marks[i]))
				return true;
	return false;
}

static enum html_mark on_tag(void *arg, struct heard_str tag, bool is_end)
{
	struct quotes *q = arg;

	if (is_end)
		return tag.len > 12 && strncasecmp(tag.ptr + 2, "blockquote", 10) == 0
			       ? close_quote(q)
			       : HTML_PLAIN;
	if (tag.len > 4096) /* what a long one says is a picture's bytes */
		tag.len = 4096;
	if (is_tag(tag, "blockquote"))
		return open_quote(q, tag);
	return begins_quote(tag) ? HTML_RULE : HTML_PLAIN;
}

void mime_html(struct heard_str html, struct heard_buf *out)
{
	struct quotes q = {0, 0, 0};

	html_to_text_marked(html, on_tag, &q, out);
}
