/*
 * template.h - {{names}} in a text, filled from a record.
 *
 *	{{subject}} {{attributes.ticket}} {{author.key}}   any field, by its dotted name
 *	{{summary}}        the subject, or the beginning of the body
 *	{{event_name}} {{priority_name}} {{category_name}} {{department_name}}
 *	{{kind_name}}      in the language of the reader
 *	{{id}} {{at}}      of the message; times are RFC 3339, in the zone of the config
 *
 * What is absent is empty.  Contact fields never come out of a template.
 */
#ifndef HOOK_TEMPLATE_H
#define HOOK_TEMPLATE_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_buf;
struct heard_error;
struct heard_record;
struct heard_zone;

enum template_lang { TEMPLATE_ZH, TEMPLATE_EN };

struct template_values {
	const struct heard_record *record; /* NULL: nothing but what follows */
	struct heard_str id;
	int64_t at;
	struct heard_zone *zone;
	enum template_lang lang;
	struct heard_str text; /* {{summary}} where there is no record */
	const char *lt;	       /* what a '<' of a value becomes; NULL: stays as it is */
};

/* Unclosed braces, or a name that cannot be one: -EINVAL with a sentence. */
int template_check(const char *text, const char *option, struct heard_error *);
/* A text of somebody else's with each '<' become `lt`; NULL: as it is. */
void template_guard(struct heard_str text, const char *lt, struct heard_buf *);
/* As it stands; lines without any value are dropped. */
void template_fill(const char *text, const struct template_values *, struct heard_buf *);
/* Each value escaped as the inside of a JSON string. */
void template_fill_json(const char *text, const struct template_values *, struct heard_buf *);

#endif
