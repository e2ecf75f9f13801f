/*
 * fuzz_lmtp.c - any bytes from a client of input lmtp.
 *
 * The first byte says how the second run cuts them, and what a mail becomes.  What must
 * hold: answers and mails are the same however the bytes are cut and whenever a waiting
 * client is answered; every mail that is begun is ended or forgotten, once; an answer is
 * a line of a code and printable text; nothing of a mail is longer than its limit.
 */
#include "input/lmtp/dots.c"
#include "input/lmtp/path.c"
#include "input/lmtp/protocol.c"
#include "input/lmtp/recipients.c"

#include <heard/buf.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const struct recipient_row rows[] = {{"a@b.c", "one"}, {"d.e", "two"}, {"@f.g", ""}};
static const struct protocol_limits limits = {"x.test", 300, 5};

struct side {
	struct protocol protocol;
	struct recipients recipients;
	struct heard_buf said, mails;
	enum protocol_verdict begin, save;
	bool is_later, is_open;
	uint64_t labels;
	size_t n_bytes;
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void answer(struct side *s)
{
	if (s->protocol.state == PROTOCOL_ASKING) {
		s->is_open = s->begin == VERDICT_GOOD;
		protocol_begun(&s->protocol, s->begin);
	} else if (s->protocol.state == PROTOCOL_SAVING) {
		protocol_ended(&s->protocol, s->save, "name");
	}
}

static void see_send(void *arg, struct heard_str line)
{
	struct side *s = arg;
	must(line.len >= 6 && line.len <= 512);
	must(memcmp(line.ptr + line.len - 2, "\r\n", 2) == 0);
	for (size_t i = 0; i < line.len - 2; i++)
		must(line.ptr[i] >= ' ' && line.ptr[i] <= '~' &&
		     (i >= 3 || (line.ptr[i] >= '0' && line.ptr[i] <= '9')));
	heard_buf_str(&s->said, line);
}

static void see_begin(void *arg, struct heard_str sender, uint64_t size)
{
	struct side *s = arg;
	must(!s->is_open && size <= limits.max_size && sender.len <= PATH_LONGEST);
	must(sender.len == 0 || (memchr(sender.ptr, '\r', sender.len) == NULL &&
				 memchr(sender.ptr, '\n', sender.len) == NULL &&
				 memchr(sender.ptr, 0, sender.len) == NULL));
	s->n_bytes = 0;
	s->labels = 0;
	heard_buf_printf(&s->mails, "[%.*s|", HEARD_ARG(sender));
	if (!s->is_later)
		answer(s);
}

static bool see_recipient(void *arg, struct heard_str address)
{
	struct side *s = arg;
	must(s->is_open && address.len > 0 && address.len <= PATH_LONGEST);
	return recipients_match(&s->recipients, address, &s->labels);
}

static enum protocol_verdict see_data(void *arg, struct heard_str bytes)
{
	struct side *s = arg;
	s->n_bytes += bytes.len;
	must(s->is_open && bytes.len > 0 && s->n_bytes <= limits.max_size);
	heard_buf_str(&s->mails, bytes);
	return VERDICT_GOOD;
}

static void see_end(void *arg)
{
	struct side *s = arg;
	must(s->is_open);
	s->is_open = false;
	recipients_say(&s->recipients, s->labels, &s->mails);
	heard_buf_puts(&s->mails, "]");
	if (!s->is_later)
		answer(s);
}

static void see_forget(void *arg)
{
	struct side *s = arg;
	must(s->is_open);
	s->is_open = false;
	heard_buf_puts(&s->mails, "!");
}

static void see_over(void *arg)
{
	must(!((struct side *)arg)->is_open);
}

static const struct protocol_hooks hooks = {see_send, see_begin,  see_recipient, see_data,
					    see_end,  see_forget, see_over};

static void run(struct side *s, struct heard_str bytes, size_t piece, unsigned what)
{
	heard_buf_init(&s->said, 16 << 20);
	heard_buf_init(&s->mails, 16 << 20);
	recipients_init(&s->recipients, (struct heard_rows){rows, 3}, NULL);
	s->begin = what & 1 ? VERDICT_NO_ROOM : VERDICT_GOOD;
	s->save = (enum protocol_verdict)(what / 2 % 5);
	protocol_begin(&s->protocol, &hooks, s, &limits);
	while (bytes.len > 0 && s->protocol.state != PROTOCOL_OVER) {
		size_t n = bytes.len < piece ? bytes.len : piece;
		size_t used = protocol_feed(&s->protocol, bytes.ptr, n);
		must(used <= n && (used > 0 || protocol_waits(&s->protocol)));
		bytes = heard_str_skip(bytes, used);
		if (protocol_waits(&s->protocol)) {
			must(protocol_feed(&s->protocol, bytes.ptr, bytes.len) == 0);
			answer(s);
		}
	}
	protocol_end(&s->protocol);
	must(!s->is_open && !s->said.failed && !s->mails.failed);
}

/* What was forgotten may have been seen up to different places: past `max_size`, whole
 * pieces are let go.  So mails are compared without their text. */
static void strip_forgotten(struct heard_buf *b)
{
	size_t to = 0, begin = 0;
	for (size_t i = 0; i < b->len; i++) {
		if (b->ptr[i] == '[')
			begin = to;
		if (b->ptr[i] == '!')
			to = begin;
		else
			b->ptr[to++] = b->ptr[i];
	}
	b->len = to;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static struct side whole, cut;
	if (n < 2)
		return 0;
	struct heard_str bytes = {(const char *)data + 2, n - 2};
	whole = cut = (struct side){.is_later = false};
	cut.is_later = data[0] & 1;
	run(&whole, bytes, SIZE_MAX, data[1]);
	run(&cut, bytes, 1 + data[0] / 2, data[1]);
	must(heard_str_eq(heard_buf_view(&whole.said), heard_buf_view(&cut.said)));
	if (memchr(bytes.ptr, '!', bytes.len) == NULL &&
	    memchr(bytes.ptr, '[', bytes.len) == NULL) {
		strip_forgotten(&whole.mails);
		strip_forgotten(&cut.mails);
		must(heard_str_eq(heard_buf_view(&whole.mails), heard_buf_view(&cut.mails)));
	}
	heard_buf_release(&whole.said);
	heard_buf_release(&whole.mails);
	heard_buf_release(&cut.said);
	heard_buf_release(&cut.mails);
	return 0;
}
