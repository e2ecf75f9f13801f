/*
 * fuzz_imap.c - any bytes as what an IMAP server says.
 *
 * The first byte picks how far the session is (greeting, logged in, in IDLE) and how
 * many bytes go in at once; the rest is fed.  What must hold: it comes to an end; every
 * command is done at most once; the password is sent only to who asked for it over a
 * connection that may have it; what was cut in other pieces says the same.
 */
#include "input/imap/login.c"
#include "input/imap/response.c"
#include "input/imap/session.c"
#include "input/imap/wire.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

struct run {
	struct session session;
	unsigned done, failed, ready;
	uint64_t heard; /* a hash of all that came */
	bool is_secret_out, wants_tls;
	char *room;
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void note(struct run *r, struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		r->heard = (r->heard ^ (unsigned char)s.ptr[i]) * 1099511628211u;
	r->heard = (r->heard ^ s.len) * 1099511628211u;
}

static void run_send(void *arg, struct heard_str bytes)
{
	struct run *r = arg;
	r->is_secret_out |= memmem(bytes.ptr, bytes.len, "AG1lAHB3", 8) != NULL ||
			    memmem(bytes.ptr, bytes.len, "\"pw\"", 4) != NULL;
}

static void run_tls(void *arg)
{
	((struct run *)arg)->wants_tls = true;
}

static void run_ready(void *arg)
{
	((struct run *)arg)->ready++;
}

static void run_failed(void *arg, enum session_fault fault, const struct heard_error *err)
{
	struct run *r = arg;
	(void)fault;
	must(++r->failed == 1 && err->text[0] != '\0');
}

static void run_untagged(void *arg, const struct response *response)
{
	struct run *r = arg;
	const struct response_mail *m = &response->mail;
	for (size_t i = 0; i < response->n; i++)
		if (response->tokens[i].str.ptr != NULL)
			note(r, response->tokens[i].str);
	if (m->body.ptr != NULL)
		note(r, m->body);
	must(wire_skip(response->tokens, response->n, 0) <= response->n);
}

static void run_number(void *arg, uint32_t uid)
{
	struct run *r = arg;
	note(r, heard_str_n((const char *)&uid, sizeof(uid)));
}

static char *run_room(void *arg, size_t size)
{
	struct run *r = arg;
	free(r->room);
	r->room = size <= 4096 ? calloc(1, size) : NULL;
	return r->room;
}

static void run_done(void *arg, const struct response *response)
{
	struct run *r = arg;
	(void)response;
	r->done++;
}

static const struct session_hooks run_hooks = {run_send,     run_tls,	 run_ready, run_failed,
					       run_untagged, run_number, run_room};

static uint64_t run(const unsigned char *data, size_t n, unsigned how, size_t at_once)
{
	static const struct session_login login = {
		.user = "me", .secret = "pw", .must_starttls = true};
	struct run r = {.heard = 14695981039346656037u};
	bool is_secured = how % 2 == 1;
	unsigned sent = 0;
	session_init(&r.session, &run_hooks, &r);
	session_begin(&r.session, &login, is_secured);
	if (how >= 2) {
		static const char in[] = "* PREAUTH x\r\nh1 OK x\r\n";
		session_begin(&r.session, &login, true);
		session_feed(&r.session, in, strlen(in));
		must(r.ready == 1);
		while (sent < 4 && ++sent)
			session_command(&r.session, HEARD_STR_OF("X"), run_done, &r);
		if (how == 3 && ++sent)
			session_idle(&r.session, run_done, &r);
	}
	for (size_t i = 0; i < n && !r.wants_tls; i += at_once)
		session_feed(&r.session, (const char *)data + i,
			     n - i < at_once ? n - i : at_once);
	must(r.done <= sent);
	must(!r.is_secret_out || is_secured || how >= 2);
	session_end(&r.session);
	session_release(&r.session);
	free(r.room);
	return r.wants_tls ? 0 : r.heard;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	if (n < 1)
		return 0;
	unsigned how = data[0] & 3;
	size_t at_once = 1 + (data[0] >> 2);
	uint64_t whole = run(data + 1, n - 1, how, n);
	uint64_t pieces = run(data + 1, n - 1, how, at_once);
	must(how < 2 || whole == pieces);
	return 0;
}
