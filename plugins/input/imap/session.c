/*
 * session.c - the dialogue with one server.
 *
 * What a server can do is asked before the login and again after it, unless it said so
 * with its OK: servers differ in what they offer to strangers.  What came before TLS is
 * forgotten, and bytes that came with the answer to STARTTLS are somebody else's.
 *
 * ID is sent behind the login where the server has it: some in China open no mailbox
 * for a client that has not said who it is.
 */
#include "session.h"

#include "login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum stage {
	CLOSED,
	GREETING,
	ASKING,	      /* CAPABILITY, before the login */
	STARTING_TLS, /* the command is sent          */
	IN_HANDSHAKE,
	LOGGING_IN,
	ASKING_AGAIN, /* CAPABILITY, after the login  */
	SAYING_ID,
	READY,
};

/* ---- ends */

static void give_up(struct session *s, enum session_fault fault, const struct heard_error *err)
{
	if (s->state == CLOSED)
		return;
	s->state = CLOSED;
	s->n_commands = 0;
	s->hooks->failed(s->arg, fault, err);
}

/* What a server says for people goes into the log: without control characters, and not
 * for ever. */
static void say(struct heard_str from, char *to, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < from.len && n + 1 < size; i++) {
		unsigned char c = (unsigned char)from.ptr[i];
		to[n++] = c < ' ' || c >= 0x7f ? '?' : (char)c;
	}
	to[n] = '\0';
}

static void give_up_with(struct session *s, enum session_fault fault, const char *what,
			 struct heard_str text)
{
	struct heard_error err = {0};
	char said[160];
	say(text, said, sizeof(said));
	heard_fail(&err, EACCES, "%s%s%s%s", what, said[0] ? ": '" : "", said,
		   said[0] ? "'" : "");
	give_up(s, fault, &err);
}

/* ---- what it can do */

static unsigned ability(const struct wire_token *t)
{
	static const struct {
		const char *name;
		enum session_ability bit;
	} known[] = {
		{"STARTTLS", CAN_STARTTLS},
		{"SASL-IR", CAN_SASL_IR},
		{"AUTH=PLAIN", CAN_PLAIN},
		{"AUTH=XOAUTH2", CAN_XOAUTH2},
		{"LOGINDISABLED", CAN_NO_LOGIN},
		{"IDLE", CAN_IDLE},
		{"MOVE", CAN_MOVE},
		{"UIDPLUS", CAN_UIDPLUS},
		{"CONDSTORE", CAN_CONDSTORE},
		{"ID", CAN_ID},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (wire_is(t, known[i].name))
			return known[i].bit;
	return 0;
}

static void learn(struct session *s, const struct wire_token *t, size_t n)
{
	s->abilities = 0;
	s->knows_abilities = true;
	for (size_t i = 0; i < n && t[i].kind == WIRE_ATOM; i++)
		s->abilities |= ability(&t[i]);
}

/* "* CAPABILITY ..." and "OK [CAPABILITY ...]". */
static void look_for_abilities(struct session *s, const struct response *r)
{
	if (r->kind == RESPONSE_CAPABILITY)
		learn(s, r->tokens + 2, r->n - 2);
	else if (r->kind == RESPONSE_STATUS && r->code.len && r->n > 4 &&
		 wire_is(&r->tokens[3], "CAPABILITY"))
		learn(s, r->tokens + 4, r->n - 4);
}

/* ---- commands */

static void send_line(struct session *s, const char *line)
{
	struct heard_buf b;
	heard_buf_init(&b, LOGIN_LINE_MAX);
	heard_buf_printf(&b, "h%u %s\r\n", ++s->last_tag, line);
	s->hooks->send(s->arg, heard_buf_view(&b));
	if (b.ptr != NULL)
		explicit_bzero(b.ptr, b.len); /* it may be a login */
	heard_buf_release(&b);
}

static void ask(struct session *s, enum stage state)
{
	s->state = (int)state;
	s->knows_abilities = false;
	send_line(s, "CAPABILITY");
}

static void become_ready(struct session *s)
{
	s->state = READY;
	s->hooks->ready(s->arg);
}

static void say_who(struct session *s)
{
	if (!session_can(s, CAN_ID)) {
		become_ready(s);
		return;
	}
	s->state = SAYING_ID;
	send_line(s, "ID (\"name\" \"heard\" \"version\" \"1\" \"vendor\" \"heard\")");
}

static void log_in(struct session *s)
{
	struct heard_error err = {0};
	struct heard_buf line;
	heard_buf_init(&line, LOGIN_LINE_MAX);
	s->state = LOGGING_IN;
	s->has_sent_secret = s->knows_abilities = false;
	int result = login_first(s, &line, &s->has_sent_secret, &err);
	if (result == 0)
		send_line(s, line.ptr);
	if (line.ptr != NULL)
		explicit_bzero(line.ptr, line.len);
	heard_buf_release(&line);
	if (result != 0)
		give_up(s, FAULT_LOGIN, &err);
}

static void secure_or_log_in(struct session *s)
{
	if (s->is_secured || !s->login->must_starttls) {
		log_in(s);
	} else if (!session_can(s, CAN_STARTTLS)) {
		give_up_with(s, FAULT_LOGIN,
			     "the server offers no STARTTLS; set tls = \"imaps\"",
			     heard_str(""));
	} else {
		s->state = STARTING_TLS;
		send_line(s, "STARTTLS");
	}
}

/* ---- before it is ready */

static void on_greeting(struct session *s, const struct response *r)
{
	if (r->kind != RESPONSE_STATUS || r->tag != 0)
		give_up_with(s, FAULT_PROTOCOL, "the server does not speak IMAP: no greeting",
			     heard_str(""));
	else if (r->status == STATUS_OK && s->knows_abilities)
		secure_or_log_in(s);
	else if (r->status == STATUS_OK)
		ask(s, ASKING);
	else if (r->status == STATUS_PREAUTH && (s->is_secured || !s->login->must_starttls))
		ask(s, ASKING_AGAIN);
	else
		give_up_with(s, FAULT_REFUSED, "the server greets with a refusal", r->text);
}

static void on_logged_in(struct session *s, const struct response *r)
{
	/* RFC 5530: these are the server's troubles and not our password's. */
	bool is_passing = r->code.len &&
			  (wire_is(&r->tokens[3], "UNAVAILABLE") ||
			   wire_is(&r->tokens[3], "SERVERBUG") ||
			   wire_is(&r->tokens[3], "INUSE") || wire_is(&r->tokens[3], "LIMIT"));
	if (r->status != STATUS_OK)
		give_up_with(s, is_passing ? FAULT_REFUSED : FAULT_LOGIN,
			     "the login was refused", r->text);
	else if (s->knows_abilities)
		say_who(s);
	else
		ask(s, ASKING_AGAIN);
}

static void on_continue(struct session *s, const struct response *r)
{
	struct heard_buf line;
	(void)r;
	if (s->state == READY && s->is_idle) {
		s->is_idling = true;
		if (s->must_wake)
			s->hooks->send(s->arg, HEARD_STR_OF("DONE\r\n"));
	}
	if (s->state != LOGGING_IN)
		return;
	heard_buf_init(&line, LOGIN_LINE_MAX);
	/* After the secret it is the reason of a refusal, which an empty line ends. */
	if (!s->has_sent_secret)
		login_secret(s, &line);
	s->has_sent_secret = true;
	heard_buf_puts(&line, "\r\n");
	s->hooks->send(s->arg, heard_buf_view(&line));
	if (line.ptr != NULL)
		explicit_bzero(line.ptr, line.len);
	heard_buf_release(&line);
}

static void on_starting_tls(struct session *s, const struct response *r)
{
	if (r->status != STATUS_OK) {
		give_up_with(s, FAULT_REFUSED, "the server refuses STARTTLS", r->text);
		return;
	}
	s->state = IN_HANDSHAKE;
	s->hooks->start_tls(s->arg);
}

static void on_answer(struct session *s, const struct response *r)
{
	if (r->kind != RESPONSE_STATUS || r->tag != s->last_tag)
		return;
	switch ((enum stage)s->state) {
	case ASKING: secure_or_log_in(s); break;
	case STARTING_TLS: on_starting_tls(s, r); break;
	case LOGGING_IN: on_logged_in(s, r); break;
	case ASKING_AGAIN: say_who(s); break;
	case SAYING_ID: become_ready(s); break;
	default: break;
	}
}

/* ---- when ready */

static void on_done(struct session *s, const struct response *r)
{
	for (size_t i = 0; i < s->n_commands; i++) {
		struct session_command c = s->commands[i];
		if (c.tag != r->tag)
			continue;
		s->n_commands--;
		memmove(&s->commands[i], &s->commands[i + 1],
			(s->n_commands - i) * sizeof(s->commands[0]));
		if (c.tag == s->idle_tag) {
			s->is_idle = s->is_idling = s->must_wake = false;
			s->idle_tag = 0;
		}
		c.done(c.arg, r);
		return;
	}
}

static void on_response(void *arg, const struct wire_token *t, size_t n)
{
	struct session *s = arg;
	struct response r;
	s->has_room = false;
	if (s->state == CLOSED || s->state == IN_HANDSHAKE)
		return;
	response_read(t, n, &r);
	if (s->state != READY && (r.tag == 0 || r.tag == s->last_tag))
		look_for_abilities(s, &r);
	if (r.kind == RESPONSE_STATUS && r.tag == 0 && r.status == STATUS_BYE)
		give_up_with(s, FAULT_REFUSED, "the server closes the connection", r.text);
	else if (s->state == GREETING)
		on_greeting(s, &r);
	else if (r.kind == RESPONSE_CONTINUE)
		on_continue(s, &r);
	else if (s->state != READY)
		on_answer(s, &r);
	else if (r.tag != 0 && r.kind != RESPONSE_STATUS) /* is it done or not? */
		give_up_with(s, FAULT_PROTOCOL,
			     "the server does not speak IMAP: an answer "
			     "without OK, NO or BAD",
			     heard_str(""));
	else if (r.tag != 0)
		on_done(s, &r);
	else
		s->hooks->untagged(s->arg, &r);
}

static char *on_literal(void *arg, size_t size, const struct wire_token *t, size_t n)
{
	struct session *s = arg;
	bool is_mail = s->state == READY && n > 4 && wire_is(&t[0], "*") &&
		       wire_is(&t[2], "FETCH") && t[n - 1].kind == WIRE_ATOM &&
		       t[n - 1].str.len > 5 && strncasecmp(t[n - 1].str.ptr, "BODY[", 5) == 0;
	if (!is_mail || size == 0 || s->has_room)
		return NULL;
	char *room = s->hooks->room(s->arg, size);
	s->has_room = room != NULL;
	return room;
}

static void on_number(void *arg, uint32_t n)
{
	struct session *s = arg;
	if (s->state == READY)
		s->hooks->number(s->arg, n);
}

static const struct wire_hooks wire_hooks = {on_response, on_literal, on_number};

bool session_is_ready(const struct session *s)
{
	return s->state == READY;
}

bool session_has_room(const struct session *s)
{
	return s->state == READY && s->n_commands < SESSION_COMMANDS && !s->is_idle;
}

void session_command(struct session *s, struct heard_str command, session_done *done, void *arg)
{
	struct heard_buf b;
	if (!session_has_room(s))
		HEARD_BUG("a command without room for it");
	heard_buf_init(&b, command.len + 32);
	heard_buf_printf(&b, "h%u ", ++s->last_tag);
	heard_buf_str(&b, command);
	heard_buf_puts(&b, "\r\n");
	s->commands[s->n_commands++] = (struct session_command){s->last_tag, done, arg};
	s->hooks->send(s->arg, heard_buf_view(&b));
	heard_buf_release(&b);
}

void session_idle(struct session *s, session_done *done, void *arg)
{
	session_command(s, HEARD_STR_OF("IDLE"), done, arg);
	s->idle_tag = s->last_tag;
	s->is_idle = true;
}

/* Behind the server's word that it idles: some take what comes before for a command. */
void session_wake(struct session *s)
{
	if (s->state != READY || !s->is_idle || s->must_wake)
		return;
	s->must_wake = true;
	if (s->is_idling)
		s->hooks->send(s->arg, HEARD_STR_OF("DONE\r\n"));
}

void session_logout(struct session *s)
{
	if (s->state != READY)
		return;
	if (s->is_idle)
		session_wake(s);
	send_line(s, "LOGOUT");
	s->state = CLOSED;
	s->n_commands = 0;
}

void session_quote(struct heard_buf *b, struct heard_str text)
{
	heard_buf_puts(b, "\"");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			heard_buf_puts(b, "\\");
		if (text.ptr[i] != '\r' && text.ptr[i] != '\n' && text.ptr[i] != '\0')
			heard_buf_add(b, &text.ptr[i], 1);
	}
	heard_buf_puts(b, "\"");
}

/* ---- life */

void session_init(struct session *s, const struct session_hooks *hooks, void *arg)
{
	*s = (struct session){.hooks = hooks, .arg = arg, .state = CLOSED};
	wire_init(&s->wire, &wire_hooks, s);
}

void session_release(struct session *s)
{
	wire_release(&s->wire);
}

void session_begin(struct session *s, const struct session_login *login, bool is_secured)
{
	wire_reset(&s->wire);
	s->login = login;
	s->is_secured = is_secured;
	s->knows_abilities = s->is_idle = s->is_idling = s->must_wake = s->has_room = false;
	s->abilities = 0;
	s->n_commands = 0;
	s->idle_tag = s->last_tag = 0;
	s->state = GREETING;
}

void session_end(struct session *s)
{
	s->state = CLOSED;
	s->n_commands = 0;
}

void session_feed(struct session *s, const char *bytes, size_t n)
{
	struct heard_error err = {0};
	if (s->state == CLOSED)
		return;
	if (wire_feed(&s->wire, bytes, n, &err) != 0)
		give_up(s, FAULT_PROTOCOL, &err);
	else if (s->state == IN_HANDSHAKE && wire_is_within(&s->wire))
		give_up_with(s, FAULT_PROTOCOL, "bytes in clear behind STARTTLS",
			     heard_str(""));
}

void session_secured(struct session *s)
{
	s->is_secured = true;
	wire_reset(&s->wire);
	ask(s, ASKING);
}
