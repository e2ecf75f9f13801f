/*
 * fill.c - targets of the config, and values that may stand there.
 */
#include "fill.h"

#include <heard/error.h>
#include <heard/label.h>
#include <heard/record.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURE_DIGITS = 6, FIGURE_DECIMALS = 4 };

/* What a customer database may say of a record. */
static const enum heard_field known[] = {
	HEARD_LANG,	    HEARD_PRODUCT,	HEARD_ORDER,
	HEARD_STORE,	    HEARD_REGION,	HEARD_AUTHOR_NAME,
	HEARD_AUTHOR_EMAIL, HEARD_AUTHOR_PHONE, HEARD_AUTHOR_ID,
};

/* ---- targets */

static int field_of(const char *name)
{
	char dotted[32];
	size_t n = strlen(name);
	if (n >= sizeof(dotted))
		return -1;
	memcpy(dotted, name, n + 1);
	char *first = strchr(dotted, '_');
	if (first != NULL) /* libconfig has no dots in names */
		*first = '.';
	int field = heard_field_find(heard_str(dotted));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (field == (int)known[i])
			return field;
	return -1;
}

static int target_init(struct fill_target *t, const char *name, struct heard_error *err)
{
	static const char family[] = "attributes_";
	t->field = field_of(name);
	if (t->field >= 0)
		return 0;
	if (strncmp(name, family, sizeof(family) - 1) != 0 || strlen(name) > 64 ||
	    name[sizeof(family) - 1] == '\0')
		return heard_fail(
			err, EINVAL,
			"fields: \"%.64s\" is none that can be filled: lang, product, "
			"order, store, region, author_name, author_email, "
			"author_phone, author_id or attributes_NAME",
			name);
	t->name = heard_str(name + sizeof(family) - 1);
	return 0;
}

int fill_init(struct fill *f, const struct heard_map *fields, bool is_masked,
	      struct wanted *wanted, struct heard_error *err)
{
	*f = (struct fill){.is_masked = is_masked};
	for (size_t i = 0; i < fields->n; i++) {
		struct fill_target *t = &f->targets[f->n];
		if (f->n == WANTED_MAX)
			return heard_fail(err, EINVAL, "fields: more than %d", WANTED_MAX);
		int rc = target_init(t, fields->names[i], err);
		if (rc != 0)
			return rc;
		t->wanted = wanted_add(wanted, fields->values[i]);
		if (t->wanted < 0)
			return heard_fail(err, EINVAL,
					  "fields: %.64s is from no column, or there are more "
					  "than %d of them",
					  fields->names[i], WANTED_MAX);
		f->n++;
	}
	return 0;
}

/* ---- values */

/* A count, an amount or a share: what has more digits may be a phone number. */
static bool is_figure(struct heard_str s)
{
	size_t i = s.len > 0 && s.ptr[0] == '-', whole = 0, decimals = 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		whole++;
	bool leads = whole > 1 && s.ptr[i - whole] == '0'; /* a code, no number */
	if (i < s.len && s.ptr[i] == '.')
		for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
			decimals++;
	bool has_dot = s.len > 0 && memchr(s.ptr, '.', s.len) != NULL;
	return i == s.len && whole > 0 && whole <= FIGURE_DIGITS && !leads &&
	       decimals <= FIGURE_DECIMALS && has_dot == (decimals > 0);
}

static struct heard_value figure(struct heard_str s)
{
	char text[24];
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(s));
	double number = strtod(text, NULL);
	if (memchr(s.ptr, '.', s.len) == NULL)
		return (struct heard_value){.type = HEARD_INT_, .integer = (int64_t)number};
	return (struct heard_value){.type = HEARD_NUM_, .number = number};
}

static int fill_attribute(const struct fill *f, const struct fill_target *t,
			  struct heard_record *r, struct heard_str s, uint64_t *left_out)
{
	struct heard_value v = {.type = HEARD_STR_, .str = s};
	if (is_figure(s))
		v = figure(s);
	else if (heard_str_is(s, "true") || heard_str_is(s, "false"))
		v = (struct heard_value){.type = HEARD_BOOL_,
					 .boolean = heard_str_is(s, "true")};
	else if (f->is_masked && !heard_is_label(s))
		return (*left_out)++, 0;
	return heard_family_set(r, HEARD_ATTRIBUTES, t->name, v);
}

static int fill_field(const struct fill *f, const struct fill_target *t, struct heard_record *r,
		      struct heard_str s, uint64_t *left_out)
{
	enum heard_field field = (enum heard_field)t->field;
	enum heard_care care = heard_field_table[field].care;
	bool is_free = care == HEARD_CONTACT || care == HEARD_WORK ||
		       (care == HEARD_TEXT && !f->is_masked);
	if (heard_has(r, field))
		return 0;
	if (!is_free && !heard_is_label(s))
		return (*left_out)++, 0;
	int rc = heard_set_str(r, field, s);
	return rc == 0 ? care == HEARD_CONTACT : rc;
}

int fill_record(const struct fill *f, struct heard_record *r, const struct heard_str *values,
		uint64_t *left_out)
{
	int has_contact = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_target *t = &f->targets[i];
		struct heard_str s = values[t->wanted];
		if (s.len == 0)
			continue;
		int rc = t->field >= 0 ? fill_field(f, t, r, s, left_out)
				       : fill_attribute(f, t, r, s, left_out);
		if (rc < 0)
			return rc;
		has_contact |= rc;
	}
	return has_contact;
}
