/*
 * recipients.c - a short list, looked through from its beginning: the whole address
 * first, then its domain.
 *
 * Labels are what an operator wrote, so they may stand in a record where an address may
 * not.  Those of one mail are a set of bits: so the order in which a client names its
 * recipients makes no difference to the record, and a mail that is delivered again is
 * the same again.
 */
#include "recipients.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <heard/buf.h>
#include <heard/error.h>

enum { LABEL_MAX = 64 };

const struct heard_option recipient_row_options[] = {
	{"address", HEARD_STRING(struct recipient_row, address),
	 .help = "An address, or a domain for all of its addresses"},
	{"label", HEARD_STRING(struct recipient_row, label), .value = "",
	 .help = "Word for attributes.mail.recipient; empty for none"},
	{.name = NULL},
};

static int add_label(struct recipients *r, const char *label, struct heard_error *err)
{
	for (size_t i = 0; i < r->n_labels; i++)
		if (strcmp(r->labels[i], label) == 0)
			return 0;
	if (r->n_labels == RECIPIENT_LABELS)
		return heard_fail(err, EINVAL, "recipients has more than %d labels",
				  RECIPIENT_LABELS);
	r->labels[r->n_labels++] = label;
	return 0;
}

int recipients_init(struct recipients *r, struct heard_rows rows, struct heard_error *err)
{
	*r = (struct recipients){.rows = rows.at, .n = rows.n};
	for (size_t i = 0; i < r->n; i++) {
		const struct recipient_row *row = &r->rows[i];
		if (row->address[strcspn(row->address, " <>")] != '\0' ||
		    row->address[strspn(row->address, "@")] == '\0')
			return heard_fail(err, EINVAL,
					  "recipients: '%s' is neither an address nor a domain",
					  row->address);
		if (strlen(row->label) > LABEL_MAX ||
		    row->label[strcspn(row->label, " \t\r\n")] != '\0')
			return heard_fail(
				err, EINVAL,
				"recipients: label '%s' is no word of at most %d bytes",
				row->label, LABEL_MAX);
		int result = row->label[0] ? add_label(r, row->label, err) : 0;
		if (result != 0)
			return result;
	}
	return 0;
}

static bool same(struct heard_str a, const char *b)
{
	return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

static const struct recipient_row *find(const struct recipients *r, struct heard_str address)
{
	const char *at = address.len ? memrchr(address.ptr, '@', address.len) : NULL;
	struct heard_str domain = {NULL, 0};
	for (size_t i = 0; i < r->n && at != NULL; i++)
		if (same(address, r->rows[i].address))
			return &r->rows[i];
	if (at != NULL)
		domain = heard_str_skip(address, (size_t)(at + 1 - address.ptr));
	for (size_t i = 0; i < r->n && domain.len > 0; i++) {
		const char *a = r->rows[i].address;
		if (same(domain, a[0] == '@' ? a + 1 : a))
			return &r->rows[i];
	}
	return NULL;
}

bool recipients_match(const struct recipients *r, struct heard_str address, uint64_t *labels)
{
	const struct recipient_row *row = find(r, address);
	if (row == NULL)
		return r->n == 0;
	for (size_t i = 0; i < r->n_labels; i++)
		if (strcmp(r->labels[i], row->label) == 0)
			*labels |= (uint64_t)1 << i;
	return true;
}

void recipients_say(const struct recipients *r, uint64_t labels, struct heard_buf *out)
{
	for (size_t i = 0; i < r->n_labels; i++)
		if (labels & (uint64_t)1 << i)
			heard_buf_printf(out, "%s%s", out->len ? " " : "", r->labels[i]);
}
