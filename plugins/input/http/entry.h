/*
 * entry.h - what a customer filled in: the fields of our own form.
 */
#ifndef HTTP_ENTRY_H
#define HTTP_ENTRY_H

#include "body.h"
#include "fault.h"
#include "input.h"

#include <heard/buf.h>
#include <page/page.h>

struct heard_record;

enum entry_field {
	ENTRY_ONCE, /* comes first: without it, it is not our form */
	ENTRY_LANG,
	ENTRY_EMBED,
	ENTRY_BODY,
	ENTRY_RATING,
	ENTRY_ORDER,
	ENTRY_PRODUCT,
	ENTRY_NAME,
	ENTRY_PHONE,
	ENTRY_EMAIL,
	ENTRY_CONSENT,
	ENTRY_FIELDS
};

enum {
	ENTRY_MAX = 64 * 1024, /* bytes of all fields together             */
	ENTRY_BODY_MAX = 5000, /* characters that the page lets one write  */
	/* As far as fields may reach, with the heads of their parts; files come behind. */
	ENTRY_REACH = ENTRY_MAX + 64 * 1024,
};

struct entry {
	struct heard_buf text; /* of all fields, one after another */
	struct {
		size_t at, len;
	} values[ENTRY_FIELDS];
};

/* The name of a field in the form. */
const char *entry_name(enum entry_field);
void entry_init(struct entry *);
void entry_release(struct entry *);
struct heard_str entry_get(const struct entry *, enum entry_field);
/* Takes the fields we know and passes over others, up to the first file: the form has
 * them in this order.  FAULT_NONE; FAULT_TOO_LONG or FAULT_MALFORMED, with what was read
 * until then.  *is_ours: it begins with the token; if not, nothing else is read. */
enum form_fault entry_read(struct entry *, enum body_kind, const char *boundary,
			   struct heard_str body, bool *is_ours);
/* The same at home, where nobody may wait: not beyond ENTRY_REACH, so a file there is
 * not looked through for its end. */
enum form_fault entry_look(struct entry *, enum body_kind, const char *boundary,
			   struct heard_str body, bool *is_ours);
/* What keeps it from being taken, but for the token. */
enum form_fault entry_check(const struct entry *, const struct http_consent *);
/* 0, or -ENOMEM. */
int entry_fill(const struct entry *, const struct http *, struct heard_record *);
enum page_lang entry_lang(const struct entry *, enum page_lang otherwise);

#endif
