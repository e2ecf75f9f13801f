/*
 * whom.c - reads the record that is answered, and opens the seal of its author.id.
 *
 * The key of an answer is the keeper's with the token of the status page: a store that
 * was made anew counts its answers from one again, and those are others.
 */
#include "whom.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>

#include <errno.h>
#include <sodium.h>

enum { RECORD_MAX = 64 << 20, ADDRESS_MAX = 4096, TEXT_MAX = 1 << 20, KEY_MAX = 4096 };

void whom_hash(const struct heard_host *host, struct heard_str address,
	       unsigned char person[ANSWERED_HASH])
{
	heard_keyed_hash(host, "respond person", address, person);
}

static void make_key(struct whom *w, const struct heard_host *host,
		     const struct heard_answer *a)
{
	struct heard_str token = a->status;
	struct heard_buf text;
	for (size_t i = 0; i < a->status.len; i++)
		if (a->status.ptr[i] == '/')
			token = heard_str_skip(a->status, i + 1);
	heard_buf_init(&text, KEY_MAX);
	heard_buf_str(&text, a->key);
	heard_buf_puts(&text, "\n");
	heard_buf_str(&text, token);
	heard_keyed_hash(host, "respond answer", heard_buf_view(&text), w->key);
	heard_buf_release(&text);
	sodium_bin2hex(w->id, sizeof(w->id), w->key, sizeof(w->id) / 2);
}

/* The agent's words, and where the matter can be followed if the keeper has a URL. */
static void write_text(struct whom *w, const struct heard_answer *a)
{
	static const struct heard_str http = HEARD_STR("http");
	heard_buf_init(&w->text, TEXT_MAX);
	heard_buf_str(&w->text, heard_str_trim(a->text));
	size_t words = w->text.len;
	if (heard_str_starts(a->status, http)) {
		heard_buf_puts(&w->text,
			       heard_str_is(a->lang, "en") ? "\n\nStatus: " : "\n\n进展：");
		heard_buf_str(&w->text, a->status);
	}
	w->to.text = heard_buf_view(&w->text);
	w->to.words = heard_str_n(w->text.ptr, words);
}

static int open_address(struct whom *w, const struct heard_host *host, struct heard_str sealed,
			struct heard_error *err)
{
	heard_buf_init(&w->address, ADDRESS_MAX);
	if (sealed.len == 0)
		return heard_fail(err, ENOENT,
				  "the record does not say who wrote: nobody can be answered "
				  "through this channel");
	int result = heard_unseal(host, sealed, &w->address, err);
	if (result != 0)
		return heard_error_wrap(err, "the customer's address cannot be opened");
	w->to.address = heard_buf_view(&w->address);
	whom_hash(host, w->to.address, w->person);
	return 0;
}

int whom_open(struct whom *w, const struct heard_host *host, const struct heard_answer *a,
	      struct heard_error *err)
{
	*w = (struct whom){.record = heard_json_parse(a->record, RECORD_MAX, err)};
	if (w->record == NULL)
		return err->code == ENOMEM
			       ? -ENOMEM
			       : heard_fail(err, ENOENT,
					    "the ticket's record is not there any more");
	const struct heard_json *root = heard_json_root(w->record);
	write_text(w, a);
	make_key(w, host, a);
	w->to.source_id = heard_json_string(root, "source_id");
	w->to.thread = heard_json_string(root, "thread");
	w->to.lang = a->lang;
	w->to.record = root;
	w->to.id = w->id;
	if (w->text.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	return open_address(w, host, heard_json_string(heard_json_member(root, "author"), "id"),
			    err);
}

void whom_release(struct whom *w)
{
	if (w->address.ptr != NULL)
		sodium_memzero(w->address.ptr, w->address.size);
	heard_buf_release(&w->address);
	heard_buf_release(&w->text);
	heard_json_destroy(w->record);
}
