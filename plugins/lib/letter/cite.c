/*
 * cite.c - the citation: lines of "name value", in one text.
 */
#include "letter.h"

#include <heard/buf.h>

static const char head[] = "heard-cite-1\n";

/* A line end within a value would begin another. */
static void put(struct heard_buf *b, const char *name, struct heard_str value)
{
	if (value.len == 0)
		return;
	heard_buf_printf(b, "%s ", name);
	for (size_t i = 0; i < value.len; i++)
		heard_buf_add(b, value.ptr[i] == '\n' ? " " : &value.ptr[i], 1);
	heard_buf_puts(b, "\n");
}

void letter_cite_write(const struct letter_cite *c, struct heard_buf *b)
{
	heard_buf_puts(b, head);
	put(b, "reply-to", c->reply_to);
	put(b, "message-id", c->message_id);
	put(b, "references", c->references);
	put(b, "subject", c->subject);
	put(b, "to", c->to);
}

static void take(struct letter_cite *c, struct heard_str line)
{
	const struct {
		struct heard_str name;
		struct heard_str *value;
	} known[] = {
		{HEARD_STR("reply-to "), &c->reply_to},
		{HEARD_STR("message-id "), &c->message_id},
		{HEARD_STR("references "), &c->references},
		{HEARD_STR("subject "), &c->subject},
		{HEARD_STR("to "), &c->to},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (heard_str_starts(line, known[i].name))
			*known[i].value = heard_str_skip(line, known[i].name.len);
}

bool letter_cite_read(struct heard_str text, struct letter_cite *c)
{
	*c = (struct letter_cite){.reply_to = {NULL, 0}};
	if (!heard_str_starts(text, heard_str(head)))
		return false;
	text = heard_str_skip(text, sizeof(head) - 1);
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		take(c, heard_str_n(text.ptr, n));
		text = heard_str_skip(text, n + 1);
	}
	return c->reply_to.len > 0;
}
