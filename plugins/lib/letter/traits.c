/*
 * traits.c - how a mail was made, in words of our own.
 *
 * The raw header is walked once, fields unfolded; then the rest is searched once for tags
 * and links.  Counts are told by their binary logarithm: nine links and eleven are alike.
 */
#include "traits.h"

#include "layout.h"
#include "program.h"
#include "relays.h"
#include "route.h"

#include <heard/buf.h>
#include <mime/mime.h>

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { LOOKED_AT = 512 * 1024, FIELDS_MAX = 300, VALUE_MAX = 998, HOSTS_MAX = 32 };

/* Fields of which it counts whether they are there. */
static const char *const names[] = {
	"bcc",
	"cc",
	"comments",
	"content-disposition",
	"content-language",
	"content-transfer-encoding",
	"date",
	"disposition-notification-to",
	"importance",
	"in-reply-to",
	"message-id",
	"mime-version",
	"organization",
	"originator",
	"references",
	"reply-to",
	"return-receipt-to",
	"thread-index",
	"thread-topic",
	"to",
	"user-agent",
	"x-accept-language",
	"x-encoding",
	"x-enigmail-version",
	"x-mailer",
	"x-mimeole",
	"x-msmail-priority",
	"x-originalarrivaltime",
	"x-originating-ip",
	"x-priority",
	"x-sender",
	"x-x-sender",
};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

/* Programs that write mail, by a piece of what they say; the first that fits. */
static const struct {
	const char *piece, *word;
} mailers[] = {
	{"outlook express", "outlook-express"},
	{"outlook, build", "outlook"},
	{"microsoft outlook", "outlook"},
	{"internet mail service", "exchange"},
	{"exchange", "exchange"},
	{"apple mail", "apple"},
	{"iphone", "apple"},
	{"thunderbird", "mozilla"},
	{"mozilla", "mozilla"},
	{"mutt", "mutt"},
	{"pine", "pine"},
	{"kmail", "kmail"},
	{"evolution", "evolution"},
	{"eudora", "eudora"},
	{"exmh", "exmh"},
	{"nmh", "exmh"},
	{"gnus", "gnus"},
	{"vm ", "gnus"},
	{"sylpheed", "sylpheed"},
	{"foxmail", "foxmail"},
	{"the bat", "bat"},
	{"yahoo", "yahoo"},
	{"squirrelmail", "squirrel"},
	{"entourage", "entourage"},
	{"lotus notes", "notes"},
	{"phpmailer", "php"},
	{"php", "php"},
	{"imo", "imo"},
};

static const struct {
	const char *tag, *word;
} tags[] = {
	{"<img", "images"},	{"<font", "fonts"},	 {"<form", "forms"},
	{"<script", "scripts"}, {"<table", "tables"},	 {"<iframe", "frames"},
	{"<!--", "comments"},	{"<center", "center"},	 {"<blockquote", "quotes"},
	{"<style", "styles"},	{"<marquee", "marquee"}, {"<b>", "bold"},
	{"<input", "inputs"},	{"<map", "maps"},
};
enum { TAGS = sizeof(tags) / sizeof(tags[0]) };

/* What a relay writes of the one before it. */
static const struct {
	const char *piece, *word;
} hops[] = {
	{"unknown", "unknown"},	  {"may be forged", "forged"}, {"helo", "helo"},
	{"with esmtp", "esmtp"},  {"with http", "http"},       {"qmail", "qmail"},
	{"exim", "exim"},	  {"postfix", "postfix"},      {"sendmail", "sendmail"},
	{"smtpsvc", "microsoft"}, {"from [", "number"},	       {"from user", "user"},
	{"uucp", "uucp"},	  {"dialup", "dial-up"},       {"dsl", "dsl"},
	{"with tls", "tls"},
};
enum { HOPS = sizeof(hops) / sizeof(hops[0]) };

struct header {
	bool is_there[NAMES];
	unsigned hops[HOPS];
	struct relays relays;
	struct program program;
	struct route route;
	struct heard_str domain; /* of the sender */
	struct heard_str mailer, type, encoding, priority, to, from;
};

static void word(struct heard_buf *b, const char *a, const char *c)
{
	heard_buf_printf(b, "%s%s%s", b->len ? " " : "", a, c);
}

static void count(struct heard_buf *b, const char *what, size_t n)
{
	unsigned log = 0;
	for (; n > 0; n >>= 1)
		log++;
	if (log > 0)
		heard_buf_printf(b, "%s%s-%u", b->len ? " " : "", what, log);
}

/* ---- the header */

static struct heard_str domain_of(struct heard_str email)
{
	const char *at = email.len ? memrchr(email.ptr, '@', email.len) : NULL;
	return at ? heard_str_skip(email, (size_t)(at + 1 - email.ptr)) : heard_str_n(NULL, 0);
}

static bool is(struct heard_str name, const char *what)
{
	return name.len == strlen(what) && strncasecmp(name.ptr, what, name.len) == 0;
}

/* Small letters of at most VALUE_MAX bytes. */
static struct heard_str small(struct heard_str s, char room[VALUE_MAX])
{
	size_t n = s.len < VALUE_MAX ? s.len : VALUE_MAX;
	for (size_t i = 0; i < n; i++) {
		bool is_capital = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
		room[i] = is_capital ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
	}
	return heard_str_n(room, n);
}

/* Does it stand anywhere in s? */
static bool has(struct heard_str s, const char *piece)
{
	return s.len > 0 && memmem(s.ptr, s.len, piece, strlen(piece)) != NULL;
}

static void take(struct header *h, struct heard_str name, struct heard_str value)
{
	const struct {
		const char *name;
		struct heard_str *at;
	} kept[] = {
		{"x-mailer", &h->mailer},     {"user-agent", &h->mailer},
		{"content-type", &h->type},   {"content-transfer-encoding", &h->encoding},
		{"x-priority", &h->priority}, {"to", &h->to},
		{"from", &h->from},
	};
	if (value.len > VALUE_MAX)
		value.len = VALUE_MAX;
	program_take(&h->program, name, value);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i].at->ptr == NULL && is(name, kept[i].name))
			*kept[i].at = value;
	for (size_t i = 0; i < NAMES; i++)
		h->is_there[i] |= (name.ptr[0] | 0x20) == names[i][0] && is(name, names[i]);
	if (!is(name, "received"))
		return;
	char room[VALUE_MAX];
	relays_take(&h->relays, value, h->domain);
	route_take(&h->route, value);
	value = small(value, room);
	for (size_t i = 0; i < HOPS; i++)
		h->hops[i] += has(value, hops[i].piece);
}

/* What stands behind the header is returned. */
static struct heard_str walk(struct heard_str rest, struct header *h)
{
	struct heard_str name = {NULL, 0}, value = {NULL, 0};
	for (unsigned fields = 0; rest.len > 0 && fields < FIELDS_MAX;) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
		struct heard_str line = heard_str_n(rest.ptr, n);
		rest = heard_str_skip(rest, n + 1);
		if (heard_str_trim(line).len == 0)
			break;
		if ((line.ptr[0] == ' ' || line.ptr[0] == '\t') && value.ptr != NULL) {
			value.len = (size_t)(line.ptr + line.len - value.ptr);
			continue;
		}
		if (name.len > 0)
			take(h, name, heard_str_trim(value));
		const char *colon = memchr(line.ptr, ':', line.len);
		name = heard_str_n(line.ptr, colon ? (size_t)(colon - line.ptr) : 0);
		value = colon ? heard_str_skip(line, name.len + 1) : heard_str_n(NULL, 0);
		fields++;
	}
	if (name.len > 0)
		take(h, name, heard_str_trim(value));
	return rest;
}

static void say_mailer(const struct header *h, struct heard_buf *b)
{
	size_t i = 0, n = sizeof(mailers) / sizeof(mailers[0]);
	char room[VALUE_MAX];
	struct heard_str mailer = small(h->mailer, room);
	if (h->mailer.ptr == NULL)
		return;
	while (i < n && !has(mailer, mailers[i].piece))
		i++;
	word(b, "mailer-", i < n ? mailers[i].word : "other");
}

static void say_type(const struct header *h, struct heard_buf *b)
{
	static const char *const types[] = {
		"text/plain",	   "text/html",		"multipart/alternative",
		"multipart/mixed", "multipart/related", "multipart/report",
		"multipart/signed"};
	static const char *const encodings[] = {"7bit", "8bit", "quoted-printable", "base64"};
	char type_room[VALUE_MAX], encoding_room[VALUE_MAX];
	struct heard_str type = small(h->type, type_room),
			 encoding = small(h->encoding, encoding_room);
	size_t k = 0;
	while (k < 7 && !has(type, types[k]))
		k++;
	word(b, "type-", h->type.ptr == NULL ? "none" : k < 7 ? types[k] : "other");
	for (k = 0; k < 4; k++)
		if (has(encoding, encodings[k]))
			word(b, "encoding-", encodings[k]);
	if (h->priority.len > 0 && strchr("12345", h->priority.ptr[0]))
		word(b, "priority-", (char[2]){h->priority.ptr[0], '\0'});
}

/* ---- who */

static bool same(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static size_t digits(struct heard_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len && s.ptr[i] != '@'; i++)
		n += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	return n;
}

static void say_people(const struct header *h, const struct mime_message *m,
		       struct heard_buf *b)
{
	struct heard_str from = m->from.email, to = m->to.n ? m->to.list[0].email : from;
	word(b, "to-",
	     has(h->to, "undisclosed") ? "undisclosed"
	     : m->to.n == 0	       ? "nobody"
	     : m->to.n == 1	       ? "one"
				       : "many");
	count(b, "to-digits", m->to.n ? digits(to) : 0);
	count(b, "from-digits", digits(from));
	if (from.len == 0)
		word(b, "from-", "nobody");
	if (m->from.name.len == 0)
		word(b, "from-", "nameless");
	else if (memchr(m->from.name.ptr, '@', m->from.name.len))
		word(b, "from-", "address");
	if (h->from.len > 0 && h->from.ptr[0] == '"')
		word(b, "from-", "quoted");
	if (m->to.n && same(from, to))
		word(b, "from-", "receiver");
	if (m->reply_to.n)
		word(b, "reply-to-",
		     same(domain_of(from), domain_of(m->reply_to.list[0].email)) ? "same"
										 : "other");
	if (m->to.n && m->to.list[0].name.len == 0)
		word(b, "to-", "nameless");
}

static void say_id(const struct mime_message *m, struct heard_buf *b)
{
	struct heard_str domain = domain_of(m->message_id);
	if (m->message_id.len == 0) {
		word(b, "id-", "none");
		return;
	}
	word(b, "id-", same(domain, domain_of(m->from.email)) ? "same" : "other");
	if (domain.len == 0 || memchr(domain.ptr, '.', domain.len) == NULL)
		word(b, "id-", "short");
	if (memchr(m->message_id.ptr, '$', m->message_id.len))
		word(b, "id-", "dollar");
	count(b, "id-length", (m->message_id.len - domain.len) / 4);
}

/* ---- what was sent */

static void say_tags(struct heard_str rest, struct heard_buf *b)
{
	size_t n[TAGS] = {0}, links = 0, numbers = 0;
	for (const char *at = rest.ptr, *end = rest.ptr + rest.len;
	     rest.len > 0 && (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
		size_t left = (size_t)(end - at);
		for (size_t i = 0; i < TAGS && left > 1; i++)
			n[i] += (at[1] | 0x20) == (tags[i].tag[1] | 0x20) &&
				left >= strlen(tags[i].tag) &&
				strncasecmp(at, tags[i].tag, strlen(tags[i].tag)) == 0;
	}
	for (const char *at = rest.ptr, *end = rest.ptr + rest.len;
	     rest.len > 0 && (at = memmem(at, (size_t)(end - at), "://", 3)) != NULL; at += 3) {
		links++;
		numbers += end - at > 4 && at[3] >= '0' && at[3] <= '9';
	}
	for (size_t i = 0; i < TAGS; i++)
		count(b, tags[i].word, n[i]);
	count(b, "links", links);
	count(b, "number-links", numbers);
}

/* Newsletters that somebody subscribed to link to those who send them. */
static void say_links(struct heard_str rest, struct heard_str domain, struct heard_buf *b)
{
	struct heard_str seen[HOSTS_MAX], owner = relays_owner(domain);
	size_t n = 0, own = 0, all = 0;
	bool has_port = false, is_escaped = false;
	for (const char *at;
	     rest.len > 0 && (at = memmem(rest.ptr, rest.len, "://", 3)) != NULL;) {
		rest = heard_str_skip(rest, (size_t)(at + 3 - rest.ptr));
		size_t len = relays_host(rest), i = 0;
		struct heard_str host = relays_owner(heard_str_n(rest.ptr, len));
		has_port |= len < rest.len && rest.ptr[len] == ':';
		is_escaped |= len < rest.len && rest.ptr[len] == '%';
		if (host.len == 0)
			continue;
		all++;
		own += same(host, owner);
		while (i < n && !same(seen[i], host))
			i++;
		if (i == n && n < HOSTS_MAX)
			seen[n++] = host;
	}
	count(b, "hosts", n);
	if (all > 0)
		word(b, "links-", own == 0 ? "foreign" : own * 2 >= all ? "own" : "mixed");
	if (has_port)
		word(b, "links-", "port");
	if (is_escaped)
		word(b, "links-", "escaped");
}

static void say_subject(struct heard_str s, struct heard_buf *b)
{
	size_t capitals = 0, letters = 0, marks = 0, money = 0, gaps = 0, numerals = 0;
	for (size_t i = 0; i < s.len; i++) {
		bool is_capital = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
		capitals += is_capital;
		letters += is_capital || (s.ptr[i] >= 'a' && s.ptr[i] <= 'z');
		marks += s.ptr[i] == '!';
		money += s.ptr[i] == '$' || s.ptr[i] == '%';
		gaps += i > 3 && memcmp(s.ptr + i - 3, "    ", 4) == 0;
		numerals += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	}
	if (s.len == 0)
		word(b, "subject-", "none");
	if (letters > 5)
		count(b, "subject-capitals", capitals * 8 / letters);
	count(b, "subject-marks", marks);
	count(b, "subject-money", money);
	count(b, "subject-gaps", gaps);
	count(b, "subject-digits", numerals);
}

static void say_hops(const struct header *h, struct heard_buf *b)
{
	for (size_t i = 0; i < HOPS; i++)
		if (h->hops[i] > 0)
			word(b, "hop-", hops[i].word);
	relays_say(&h->relays, b);
}

static void say_content(const struct mime_message *m, struct heard_buf *b)
{
	if (m->is_html)
		word(b, "html", "");
	if (m->is_reply)
		word(b, "reply", "");
	if (m->is_forward)
		word(b, "forward", "");
	if (m->n_spans > 0)
		word(b, "quotes", "");
	if (m->notes & MIME_NOTE_DATE)
		word(b, "date-", "none");
	if (m->notes & MIME_NOTE_CHARSET)
		word(b, "charset-", "wrong");
	count(b, "text", m->text.len / 16);
	count(b, "files", m->n_attachments);
}

void letter_traits(struct heard_str raw, const struct mime_message *m, struct heard_buf *b)
{
	struct header h = {.domain = domain_of(m->from.email)};
	if (raw.len > LOOKED_AT)
		raw.len = LOOKED_AT;
	struct heard_str rest = walk(raw, &h);
	for (size_t i = 0; i < NAMES; i++)
		if (h.is_there[i])
			word(b, "has-", names[i]);
	say_hops(&h, b);
	say_subject(m->subject, b);
	say_mailer(&h, b);
	say_type(&h, b);
	say_people(&h, m, b);
	say_id(m, b);
	say_content(m, b);
	say_tags(rest, b);
	say_links(rest, h.domain, b);
	layout_say(m, b);
	program_say(&h.program, b);
	route_say(&h.route, b);
}
