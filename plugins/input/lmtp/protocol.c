/*
 * protocol.c - commands and their answers.
 *
 * A table says which command runs what.  Each answers with one line, but for LHLO and
 * the end of a mail.  Whatever a client says, it is answered or it is over: too many
 * errors, or too many commands that bring no mail, end it.
 */
#include "protocol.h"

#include "path.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- answers */

__attribute__((format(printf, 2, 3))) static void say(struct protocol *p, const char *format,
						      ...)
{
	char line[512];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof(line) - 2, format, args);
	va_end(args);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(line) - 3 ? (size_t)n : sizeof(line) - 3;
	memcpy(line + len, "\r\n", 2);
	p->hooks->send(p->arg, heard_str_n(line, len + 2));
}

static void forget(struct protocol *p)
{
	bool had_begun = p->has_begun;
	p->has_begun = false;
	p->n_recipients = 0;
	if (had_begun)
		p->hooks->forget(p->arg);
}

static void leave(struct protocol *p)
{
	forget(p);
	p->state = PROTOCOL_OVER;
	p->hooks->over(p->arg);
}

/* A command that is refused by its form or its place. */
static void blame(struct protocol *p, const char *answer)
{
	say(p, "%s", answer);
	if (++p->errors < PROTOCOL_ERRORS)
		return;
	say(p, "421 4.7.0 too many errors");
	leave(p);
}

static const char *verdict_text(enum protocol_verdict v)
{
	switch (v) {
	case VERDICT_NO_ROOM: return "452 4.3.1 no room for it at the moment, try again";
	case VERDICT_NOT_NOW: return "451 4.3.0 cannot take it at the moment, try again";
	case VERDICT_TOO_LARGE: return "552 5.3.4 longer than max_size";
	case VERDICT_NEVER: return "554 5.6.0 it cannot be read";
	default: return "250 2.0.0 taken in";
	}
}

/* ---- commands */

static void on_lhlo(struct protocol *p, struct heard_str rest)
{
	if (heard_str_trim(rest).len == 0) {
		blame(p, "501 5.5.4 LHLO wants a name");
		return;
	}
	forget(p);
	p->state = PROTOCOL_IDLE;
	say(p, "250-%s", p->limits->name);
	say(p, "250-PIPELINING");
	say(p, "250-ENHANCEDSTATUSCODES");
	say(p, "250-8BITMIME");
	say(p, "250-SMTPUTF8");
	say(p, "250 SIZE %" PRIu64, p->limits->max_size);
}

static void on_smtp_hello(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	blame(p, "500 5.5.1 this is LMTP: say LHLO");
}

/* "FROM:" or "TO:", and the address behind it. */
static bool cut_path(struct heard_str *rest, const char *word, struct heard_str *address)
{
	size_t n = strlen(word);
	struct heard_str s = heard_str_trim(*rest);
	if (s.len < n || strncasecmp(s.ptr, word, n) != 0)
		return false;
	*rest = heard_str_skip(s, n);
	return path_cut(rest, address);
}

static void on_mail(struct protocol *p, struct heard_str rest)
{
	struct heard_str sender;
	struct path_parameters o;
	if (p->state != PROTOCOL_IDLE) {
		blame(p, p->state == PROTOCOL_HELLO ? "503 5.5.1 say LHLO first"
						    : "503 5.5.1 one mail at a time");
		return;
	}
	if (!cut_path(&rest, "FROM:", &sender)) {
		blame(p, "501 5.5.4 it is MAIL FROM:<address>");
		return;
	}
	switch (path_parameters(rest, &o)) {
	case PATH_UNKNOWN: blame(p, "555 5.5.4 a parameter that was not offered"); return;
	case PATH_WRONG: blame(p, "501 5.5.4 a parameter's value is wrong"); return;
	default: break;
	}
	if (!path_is_good(sender, true) || (path_is_wide(sender) && !o.is_utf8)) {
		blame(p, "553 5.1.7 that is no address");
		return;
	}
	if (o.size > p->limits->max_size) {
		say(p, "%s", verdict_text(VERDICT_TOO_LARGE));
		return;
	}
	p->is_utf8 = o.is_utf8;
	p->state = PROTOCOL_ASKING;
	p->hooks->begin(p->arg, sender, o.size);
}

void protocol_begun(struct protocol *p, enum protocol_verdict v)
{
	if (p->state != PROTOCOL_ASKING)
		return;
	p->has_begun = v == VERDICT_GOOD;
	p->state = p->has_begun ? PROTOCOL_MAIL : PROTOCOL_IDLE;
	p->n_recipients = p->n_bytes = 0;
	p->verdict = VERDICT_GOOD;
	say(p, "%s", p->has_begun ? "250 2.1.0 go on" : verdict_text(v));
}

static void on_rcpt(struct protocol *p, struct heard_str rest)
{
	struct heard_str address;
	if (p->state != PROTOCOL_MAIL)
		blame(p, "503 5.5.1 say MAIL first");
	else if (!cut_path(&rest, "TO:", &address))
		blame(p, "501 5.5.4 it is RCPT TO:<address>");
	else if (heard_str_trim(rest).len > 0)
		blame(p, "555 5.5.4 a parameter that was not offered");
	else if (!path_is_good(address, false) || (path_is_wide(address) && !p->is_utf8))
		blame(p, "553 5.1.3 that is no address");
	else if (p->n_recipients >= p->limits->max_recipients)
		say(p, "452 4.5.3 too many recipients, send the mail again for the rest");
	else if (!p->hooks->recipient(p->arg, address))
		say(p, "550 5.1.1 nobody of that name is read here");
	else
		p->n_recipients++, say(p, "250 2.1.5 yes");
}

static void on_data(struct protocol *p, struct heard_str rest)
{
	if (heard_str_trim(rest).len > 0) {
		blame(p, "501 5.5.4 DATA stands alone");
	} else if (p->state != PROTOCOL_MAIL || p->n_recipients == 0) {
		blame(p, p->state == PROTOCOL_MAIL ? "503 5.5.1 nobody is to get it"
						   : "503 5.5.1 say MAIL first");
	} else {
		p->dots = (struct dots){DOTS_BEGIN};
		p->state = PROTOCOL_DATA;
		say(p, "354 end it with a dot in a line of its own");
	}
}

static void on_rset(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	forget(p);
	if (p->state == PROTOCOL_MAIL)
		p->state = PROTOCOL_IDLE;
	say(p, "250 2.0.0 forgotten");
}

static void on_noop(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	say(p, "250 2.0.0 nothing done");
}

static void on_vrfy(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	say(p, "252 2.5.0 send a mail and see");
}

static void on_help(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	say(p, "214 2.0.0 LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT");
}

static void on_quit(struct protocol *p, struct heard_str rest)
{
	(void)rest;
	say(p, "221 2.0.0 bye");
	leave(p);
}

static const struct {
	const char *verb;
	void (*run)(struct protocol *, struct heard_str rest);
	bool is_free; /* not counted among the commands without a mail */
} commands[] = {
	{"LHLO", on_lhlo, false},	{"MAIL", on_mail, false},
	{"RCPT", on_rcpt, true},	{"DATA", on_data, false},
	{"RSET", on_rset, false},	{"NOOP", on_noop, false},
	{"VRFY", on_vrfy, false},	{"HELP", on_help, false},
	{"QUIT", on_quit, true},	{"HELO", on_smtp_hello, false},
	{"EHLO", on_smtp_hello, false},
};

static void command(struct protocol *p, struct heard_str line)
{
	size_t n = sizeof(commands) / sizeof(commands[0]);
	for (size_t i = 0; i < n; i++) {
		if (line.len < 4 || strncasecmp(line.ptr, commands[i].verb, 4) != 0 ||
		    (line.len > 4 && line.ptr[4] != ' '))
			continue;
		if (!commands[i].is_free && ++p->commands > PROTOCOL_COMMANDS) {
			protocol_leave(p, "4.7.0 too many commands without a mail");
			return;
		}
		commands[i].run(p, heard_str_skip(line, 5));
		return;
	}
	blame(p, "500 5.5.2 no command of LMTP");
}

/* ---- bytes */

static bool has_control(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return true;
	return false;
}

static void line_ends(struct protocol *p)
{
	struct heard_str line = {p->line, p->n_line};
	bool is_long = p->is_long;
	p->n_line = 0;
	p->is_long = false;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (is_long)
		blame(p, "500 5.5.2 the line is too long");
	else if (has_control(line))
		blame(p, "500 5.5.2 control characters");
	else
		command(p, line);
}

static size_t feed_line(struct protocol *p, const char *bytes, size_t n)
{
	const char *end = memchr(bytes, '\n', n);
	size_t len = end ? (size_t)(end - bytes) : n;
	if (len > sizeof(p->line) - p->n_line)
		p->is_long = true;
	if (!p->is_long) {
		memcpy(p->line + p->n_line, bytes, len);
		p->n_line += len;
	}
	if (end == NULL)
		return n;
	line_ends(p);
	return len + 1;
}

static void on_text(void *arg, struct heard_str bytes)
{
	struct protocol *p = arg;
	if (p->verdict != VERDICT_GOOD)
		return;
	p->n_bytes += bytes.len;
	p->verdict = p->n_bytes > p->limits->max_size ? VERDICT_TOO_LARGE
						      : p->hooks->data(p->arg, bytes);
	if (p->verdict == VERDICT_GOOD)
		return;
	p->has_begun = false; /* the recipients are still to be answered */
	p->hooks->forget(p->arg);
}

static size_t feed_mail(struct protocol *p, const char *bytes, size_t n)
{
	size_t used = dots_feed(&p->dots, bytes, n, on_text, p);
	if (p->dots.state != DOTS_OVER)
		return used;
	p->state = PROTOCOL_SAVING;
	p->has_begun = false;
	if (p->verdict == VERDICT_GOOD)
		p->hooks->end(p->arg);
	else
		protocol_ended(p, p->verdict, NULL);
	return used;
}

void protocol_ended(struct protocol *p, enum protocol_verdict v, const char *name)
{
	if (p->state != PROTOCOL_SAVING)
		return;
	p->state = PROTOCOL_IDLE;
	if (v == VERDICT_GOOD)
		p->commands = p->errors = 0;
	for (; p->n_recipients > 0; p->n_recipients--)
		say(p, "%s%s%s", verdict_text(v), name && *name ? ", " : "", name ? name : "");
}

size_t protocol_feed(struct protocol *p, const char *bytes, size_t n)
{
	size_t at = 0;
	while (at < n && p->state != PROTOCOL_OVER && !protocol_waits(p))
		at += p->state == PROTOCOL_DATA ? feed_mail(p, bytes + at, n - at)
						: feed_line(p, bytes + at, n - at);
	return at;
}

/* ---- beginning and end */

void protocol_begin(struct protocol *p, const struct protocol_hooks *hooks, void *arg,
		    const struct protocol_limits *limits)
{
	*p = (struct protocol){.hooks = hooks, .arg = arg, .limits = limits};
	say(p, "220 %s LMTP heard", limits->name);
}

void protocol_leave(struct protocol *p, const char *why)
{
	if (p->state == PROTOCOL_OVER)
		return;
	say(p, "421 %s", why);
	leave(p);
}

void protocol_end(struct protocol *p)
{
	forget(p);
	p->state = PROTOCOL_OVER;
}
