/*
 * mail.c - gathered, emitted, and what its receipt says.
 *
 * A mail is in memory as a whole, since it is read as a whole; the server's budget
 * bounds all of them.  Whoever has sent it is named in front as Return-Path, as the last
 * server on its way has to do: an empty one is how a bounce is known.
 *
 * All mails are of one stream.  So what is delivered again is recognised by its
 * Message-ID and its content, and another mail that has the same Message-ID is not
 * refused but is a record of its own: nobody who could mend it would read the refusal.
 */
#include "mail.h"

#include "connection.h"
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <heard/host.h>

enum {
	ROOM_FIRST = 16 * 1024, /* for a mail whose size was not said */
	SLACK = 4096,		/* clients count line ends as one byte or as two */
};

static void hold(struct mail *m, size_t n)
{
	if (n > m->held) {
		m->server->held += n - m->held;
		m->held = n;
	}
}

static void let_go(struct mail *m)
{
	struct server *s = m->server;
	*m->link = m->next;
	if (m->next != NULL)
		m->next->link = m->link;
	s->n_mails--;
	server_free(s, m->held);
	free(m);
}

struct mail *mail_create(struct server *s, struct connection *c, struct heard_str sender,
			 uint64_t size)
{
	struct mail *m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	*m = (struct mail){.server = s, .connection = c, .next = s->mails, .link = &s->mails};
	if (s->mails != NULL)
		s->mails->link = &m->next;
	s->mails = m;
	s->n_mails++;
	/* What is said is allocated in one piece, and not twice as much. */
	heard_buf_init(&m->bytes, (size_t)size + PROTOCOL_LINE + SLACK);
	heard_buf_printf(&m->bytes, "Return-Path: <%.*s>\r\n", HEARD_ARG(sender));
	m->prefix = m->bytes.len;
	if (heard_buf_room(&m->bytes, (size_t)size) == NULL) {
		mail_destroy(m);
		return NULL;
	}
	m->bytes.cap = (size_t)s->limits.max_size + PROTOCOL_LINE;
	hold(m, m->bytes.size > ROOM_FIRST ? m->bytes.size : ROOM_FIRST);
	return m;
}

void mail_destroy(struct mail *m)
{
	if (m == NULL)
		return;
	heard_buf_release(&m->bytes);
	let_go(m);
}

enum protocol_verdict mail_add(struct mail *m, struct heard_str bytes)
{
	size_t need = m->bytes.len + bytes.len + 1;
	if (need > m->held) { /* more than was said */
		size_t want = need > 2 * m->held ? need : 2 * m->held;
		if (!server_has_room(m->server, want - m->held, m->held))
			return VERDICT_NO_ROOM;
		hold(m, want);
	}
	heard_buf_str(&m->bytes, bytes);
	if (m->bytes.failed)
		return VERDICT_NO_ROOM;
	hold(m, m->bytes.size);
	return VERDICT_GOOD;
}

/* ---- to the core */

static enum protocol_verdict verdict_of(const struct server *s, const struct heard_receipt *r)
{
	switch (-r->code) {
	case 0:
	case EEXIST: return VERDICT_GOOD; /* it was here before */
	case EBADMSG: return VERDICT_NEVER;
	case EFBIG: return VERDICT_TOO_LARGE;
	default: return heard_is_paused(s->host) ? VERDICT_NO_ROOM : VERDICT_NOT_NOW;
	}
}

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct mail *m = arg;
	struct connection *c = m->connection;
	enum protocol_verdict v = verdict_of(m->server, r);
	let_go(m);
	if (c != NULL)
		connection_saved(c, v, r->code == 0 && r->n == 1 ? r->ids[0] : NULL);
}

void mail_emit(struct mail *m)
{
	struct server *s = m->server;
	const struct place place = {++s->number, m->prefix, m->labels};
	const struct heard_emission e = {
		.raw = heard_buf_view(&m->bytes),
		.free_raw = free,
		.free_arg = m->bytes.ptr,
		.context = heard_str_n((const char *)&place, sizeof(place)),
		.stream = HEARD_STR("mail"),
		.receipt = on_receipt,
		.arg = m,
	};
	m->bytes.ptr = NULL; /* the core's */
	heard_emit(s->host, &e);
}
