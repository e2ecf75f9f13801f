/*
 * report.c - what another server says of a mail of ours: bounced, read, marked as spam.
 *
 * RFC 3464, 8098 and 5965 have the same form: groups of fields between blank lines, the
 * first about the whole, each other about one receiver (a disposition has one group).
 * Servers that send a bounce in prose name the receiver in X-Failed-Recipients, at best.
 */
#include "address.h"
#include "reader.h"
#include "words.h"

#include <strings.h>

enum { MAX_RECIPIENTS = 100, MAX_DIAGNOSTIC = 500 };

/* ---- values */

/* What stands behind "rfc822;". */
static struct heard_str behind_type(struct heard_str value)
{
	const char *semicolon = value.len ? memchr(value.ptr, ';', value.len) : NULL;

	return semicolon ? heard_str_trim(
				   heard_str_skip(value, (size_t)(semicolon + 1 - value.ptr)))
			 : value;
}

/* The first word, in small letters, without what is in ().  It goes into records in clear,
 * so what could be an address is none. */
static struct heard_str word_kept(struct mime_reader *r, struct heard_str value)
{
	char word[40];
	size_t n = 0;

	while (n < value.len && n < sizeof(word) && strchr(" \t\r\n(;", value.ptr[n]) == NULL) {
		char c = value.ptr[n];

		word[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	if (memchr(word, '@', n) != NULL)
		n = 0;
	return mime_words_kept(heard_str_n(word, n), r->memory);
}

static struct heard_str diagnostic_kept(struct mime_reader *r, struct heard_str value)
{
	if (value.len > MAX_DIAGNOSTIC)
		value.len = MAX_DIAGNOSTIC;
	return mime_words_kept(behind_type(value), r->memory);
}

/* ---- receivers */

struct receivers {
	struct mime_recipient list[MAX_RECIPIENTS];
	size_t n;
};

static void field_read(struct mime_reader *r, struct mime_recipient *to, struct heard_str name,
		       struct heard_str value)
{
	if (mime_field_is(name, "Action"))
		to->action = word_kept(r, value);
	else if (mime_field_is(name, "Status"))
		to->status = word_kept(r, value);
	else if (mime_field_is(name, "Final-Recipient"))
		to->final = mime_email(behind_type(value), r->memory);
	else if (mime_field_is(name, "Original-Recipient") ||
		 mime_field_is(name, "Original-Rcpt-To"))
		to->original = mime_email(behind_type(value), r->memory);
	else if (mime_field_is(name, "Diagnostic-Code"))
		to->diagnostic = diagnostic_kept(r, value);
	else if (mime_field_is(name, "Disposition")) /* "manual-action/...; displayed" */
		to->action = word_kept(r, behind_type(value));
}

static void whole_read(struct mime_reader *r, struct heard_str name, struct heard_str value)
{
	bool more = false;

	if (mime_field_is(name, "Original-Message-ID")) {
		struct mime_ids ids = mime_ids_read(value, r->memory, &more);

		if (ids.n)
			r->out->report.message_id = ids.list[0];
	} else if (mime_field_is(name, "Feedback-Type")) {
		r->out->report.abuse = word_kept(r, value);
	}
}

static bool is_empty(const struct mime_recipient *to)
{
	return to->final.len == 0 && to->original.len == 0 && to->action.len == 0;
}

/* The groups that are about a receiver. */
static void groups_read(struct mime_reader *r, struct heard_str bytes, struct receivers *all)
{
	struct heard_str name, value;
	int what;

	memset(&all->list[0], 0, sizeof(all->list[0]));
	do {
		what = mime_fields_next(&bytes, &name, &value);
		if (what == FIELDS_FIELD) {
			field_read(r, &all->list[all->n], name, value);
			whole_read(r, name, value);
		} else if (!is_empty(&all->list[all->n])) {
			if (++all->n == MAX_RECIPIENTS)
				return;
			memset(&all->list[all->n], 0, sizeof(all->list[0]));
		}
	} while (what != FIELDS_END);
}

static void receivers_keep(struct mime_reader *r, const struct receivers *all)
{
	struct mime_report *report = &r->out->report;
	struct mime_recipient *kept;

	if (all->n == 0 || report->n_recipients > 0)
		return;
	kept = mime_memory_alloc(r->memory, all->n * sizeof(*kept));
	if (kept == NULL)
		return;
	memcpy(kept, all->list, all->n * sizeof(*kept));
	report->recipients = kept;
	report->n_recipients = all->n;
}

/* ---- the whole */

void mime_report_read(struct mime_reader *r, struct heard_str bytes, enum mime_report_kind kind)
{
	struct receivers all = {.n = 0};

	if (r->out->report.kind == MIME_REPORT_NONE)
		r->out->report.kind = kind;
	groups_read(r, bytes, &all);
	receivers_keep(r, &all);
}

void mime_report_original(struct mime_reader *r, struct heard_str headers)
{
	struct heard_str name, value;
	bool more = false;

	if (r->out->report.message_id.len)
		return;
	while (mime_fields_next(&headers, &name, &value) == FIELDS_FIELD) {
		if (!mime_field_is(name, "Message-ID"))
			continue;
		struct mime_ids ids = mime_ids_read(value, r->memory, &more);
		if (ids.n)
			r->out->report.message_id = ids.list[0];
		return;
	}
}

void mime_report_guess(struct mime_reader *r, GMimeObject *o)
{
	struct mime_message *m = r->out;
	struct receivers all = {.n = 0};
	bool more = false;

	if (m->report.kind == MIME_REPORT_NONE) {
		struct mime_addresses failed = mime_addresses_read(
			mime_header_raw(o, "X-Failed-Recipients"), r->memory, &more);

		m->report.kind = MIME_REPORT_DELIVERY;
		for (; all.n < failed.n && all.n < MAX_RECIPIENTS; all.n++)
			all.list[all.n] = (struct mime_recipient){
				.action = HEARD_STR("failed"),
				.final = failed.list[all.n].email};
		receivers_keep(r, &all);
	}
	if (m->report.message_id.len == 0 && m->in_reply_to.n)
		m->report.message_id = m->in_reply_to.list[0];
	else if (m->report.message_id.len == 0 && m->references.n)
		m->report.message_id = m->references.list[m->references.n - 1];
}
