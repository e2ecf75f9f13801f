/*
 * control_list.c - `heard dead list` and `heard dead show`.
 *
 * There may be a million letters, each read from its segment.  So they are told
 * a page at a time: the next one is read when the client has taken this one, or
 * in another turn of the loop if nothing of it was asked for.
 */
#include "control.h"

#include "daemon.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_LETTERS = 256, PAGE_BYTES = 256 << 10 };

struct dead_list {
	struct control_client *client; /* NULL: went away */
	struct daemon *daemon;
	struct loop_job hop;
	bool is_posted; /* hop is on its way */
	bool with_body;
	char id[37]; /* "": all of them */
	uint64_t after;
	size_t told;
	size_t n, bytes; /* in this page: looked at, written */
};

/* Its frame cannot be read, so all that is known is what it is called. */
static void dead_write_damaged(struct heard_json_out *w, const struct journal_dead *dead)
{
	char id[37];
	uuid_format(dead->id, id);
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "id", heard_str_n(id, 36));
	heard_json_str(w, "reason", heard_str("its frame in the journal is damaged"));
	heard_json_end(w, '}');
}

static void dead_write(struct dead_list *l, const struct journal_dead *dead)
{
	struct heard_json_out *w = control_out(l->client);
	struct heard_str meta = dead->meta;
	if (l->with_body && meta.len > 0) { /* the object, with one member more */
		heard_buf_add(w->buf, meta.ptr, meta.len - 1);
		heard_buf_puts(w->buf, ",\"body\":");
		heard_json_put_str(w->buf, dead->body);
		heard_buf_puts(w->buf, "}");
	} else if (meta.len > 0) {
		heard_buf_str(w->buf, meta);
	} else {
		dead_write_damaged(w, dead);
	}
	l->bytes += w->buf->len;
	control_out_end(l->client);
	l->told++;
}

/* False: the page is full. */
static bool dead_list_one(void *arg, const struct journal_dead *dead)
{
	struct dead_list *l = arg;
	char id[37];
	uuid_format(dead->id, id);
	if (l->id[0] == '\0' || strcmp(l->id, id) == 0)
		dead_write(l, dead);
	return ++l->n < PAGE_LETTERS && l->bytes < PAGE_BYTES;
}

static void dead_list_gone(void *arg)
{
	struct dead_list *l = arg;
	l->client = NULL;
	if (!l->is_posted)
		free(l);
}

static void dead_list_end(struct dead_list *l, int rc)
{
	control_read(l->client, NULL, NULL, NULL);
	if (rc != 0)
		control_exit(l->client, 1, "cannot read the dead letters: %s; try again",
			     strerror(-rc));
	else if (l->with_body && l->told == 0)
		control_exit(l->client, 1, "there is no such dead letter");
	else
		control_exit(l->client, 0, "%s", "");
	free(l);
}

static void dead_list_page(struct control_client *c, void *arg)
{
	struct dead_list *l = arg;
	l->n = l->bytes = 0;
	int rc = journal_dead_from(l->daemon->journal, &l->after, l->with_body, dead_list_one,
				   l);
	if (rc != 0 || (l->n < PAGE_LETTERS && l->bytes < PAGE_BYTES)) {
		dead_list_end(l, rc);
	} else if (l->bytes > 0) {
		control_when_written(c, dead_list_page);
	} else {
		l->is_posted = true;
		loop_post(l->daemon->main, &l->hop);
	}
}

static void dead_list_on(struct loop_job *hop)
{
	struct dead_list *l = (struct dead_list *)((char *)hop -
						   offsetof(struct dead_list, hop));
	l->is_posted = false;
	if (l->client != NULL)
		dead_list_page(l->client, l);
	else
		free(l);
}

void control_dead_list(struct control_client *client, const struct heard_json *request,
		       bool with_body)
{
	struct heard_str id = heard_json_string(request, "id");
	struct dead_list *l = id.len <= 36 ? calloc(1, sizeof(*l)) : NULL;
	if (l == NULL) {
		control_exit(client, 1, "%s",
			     id.len <= 36 ? "no memory" : "there is no such dead letter");
		return;
	}
	*l = (struct dead_list){.client = client,
				.daemon = control_daemon(client),
				.hop.fn = dead_list_on,
				.with_body = with_body};
	snprintf(l->id, sizeof(l->id), "%.*s", HEARD_ARG(id));
	control_read(client, NULL, dead_list_gone, l);
	dead_list_page(client, l);
}
