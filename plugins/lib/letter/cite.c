/*
 * cite.c - the citation: lines of "name value", in one text.
 *
 * Its first line has a keyed hash of the others.  A source may say what it likes in
 * author.id; without the hash, whoever posts to a form could have us write to anybody,
 * under a subject of his choice.
 */
#include "letter.h"

#include <heard/buf.h>
#include <heard/host.h>

#include <sodium.h>
#include <stdio.h>

static const char head[] = "heard-cite-1 ";
enum { HEAD = sizeof(head) - 1, HEX = 32 };

static void sign(const struct heard_host *host, struct heard_str lines, char hex[HEX + 1])
{
	unsigned char hash[32];
	heard_keyed_hash(host, "letter cite", lines, hash);
	sodium_bin2hex(hex, HEX + 1, hash, HEX / 2);
}

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

void letter_cite_write(const struct heard_host *host, const struct letter_cite *c,
		       struct heard_buf *b)
{
	char hex[HEX + 1];
	size_t at = b->len;
	heard_buf_printf(b, "%s%0*d\n", head, HEX, 0); /* the hash's place */
	put(b, "reply-to", c->reply_to);
	put(b, "message-id", c->message_id);
	put(b, "references", c->references);
	put(b, "subject", c->subject);
	put(b, "to", c->to);
	if (b->failed || b->ptr == NULL)
		return;
	sign(host, heard_str_skip(heard_buf_view(b), at + HEAD + HEX + 1), hex);
	memcpy(b->ptr + at + HEAD, hex, HEX);
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

bool letter_cite_read(const struct heard_host *host, struct heard_str text,
		      struct letter_cite *c)
{
	char hex[HEX + 1];
	*c = (struct letter_cite){.reply_to = {NULL, 0}};
	if (!heard_str_starts(text, heard_str(head)) || text.len <= HEAD + HEX ||
	    text.ptr[HEAD + HEX] != '\n')
		return false;
	sign(host, heard_str_skip(text, HEAD + HEX + 1), hex);
	if (sodium_memcmp(hex, text.ptr + HEAD, HEX) != 0)
		return false;
	text = heard_str_skip(text, HEAD + HEX + 1);
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		take(c, heard_str_n(text.ptr, n));
		text = heard_str_skip(text, n + 1);
	}
	return c->reply_to.len > 0;
}
