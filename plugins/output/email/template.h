/*
 * template.h - the words of our mails: built in, and as the operator has them.
 *
 *	{{name}}                  the value, escaped in HTML
 *	{{#name}} ... {{/name}}   only if it has one
 *
 * A mail has a subject, a text and an HTML form in each language.  Those of a folder,
 * KIND.LANG.txt (its first line "Subject: ...", then an empty one) and KIND.LANG.html,
 * take the place of what is built in, each for itself.  They are read once and checked:
 * a name that does not exist is a fault of the configuration.
 */
#ifndef EMAIL_TEMPLATE_H
#define EMAIL_TEMPLATE_H

#include <heard/str.h>

#include <stdbool.h>

struct heard_buf;
struct heard_error;

enum template_kind {
	TEMPLATE_ANSWER,
	TEMPLATE_CREATED,
	TEMPLATE_REOPENED,
	TEMPLATE_RESOLVED,
	TEMPLATE_CLOSED,
	TEMPLATE_FOLLOW_UP,
	TEMPLATE_REPORT,
	TEMPLATE_KINDS
};
enum template_lang { TEMPLATE_ZH, TEMPLATE_EN, TEMPLATE_LANGS };
extern const char *const template_kinds[], *const template_langs[]; /* end with NULL */

#define TEMPLATE_VALUES(X)                                      \
	X(TICKET, "ticket") /* its number                    */ \
	X(TOKEN, "token")   /* of the subject: 17-abcdefgh   */ \
	X(TOPIC, "topic")   /* the customer's subject        */ \
	X(LINK, "link")	    /* status page, or the question  */ \
	X(DUE, "due")	    /* when we promised to answer    */ \
	X(TEXT, "text")	    /* of the answer                 */ \
	X(SENDER, "sender") /* our name                      */ \
	X(FILE, "file")	    /* of a report                   */
enum template_value {
#define X(symbol, name) TEMPLATE_##symbol,
	TEMPLATE_VALUES(X)
#undef X
		TEMPLATE_VALUE_COUNT
};

struct templates; /* [any], once made */
/* `folder` may be "": nothing but what is built in.  NULL with a sentence. */
struct templates *templates_create(const char *folder, struct heard_error *);
void templates_destroy(struct templates *);

enum template_form { TEMPLATE_SUBJECT, TEMPLATE_PLAIN, TEMPLATE_HTML, TEMPLATE_FORMS };
/* As it is, for who wants to change it. */
const char *template_source(const struct templates *, enum template_kind, enum template_lang,
			    enum template_form);
/* A subject loses its line ends. */
void template_write(const struct templates *, enum template_kind, enum template_lang,
		    enum template_form, const struct heard_str values[TEMPLATE_VALUE_COUNT],
		    struct heard_buf *);

/* builtin.c */
extern const char *const template_builtin[TEMPLATE_KINDS][TEMPLATE_LANGS][TEMPLATE_FORMS];

#endif
