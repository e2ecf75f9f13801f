/*
 * reader.h - what the files that read one mail share.  The only header with GMime.
 */
#ifndef MIME_READER_H
#define MIME_READER_H

#include "memory.h"
#include "mime.h"

#include <gmime/gmime.h>
#include <heard/buf.h>

struct mime_reader {
	struct mime_limits limits;
	const struct mime_self *self; /* or NULL                                     */
	struct mime_message *out;
	struct mime_memory *memory; /* out->memory                                 */
	GMimeParserOptions *options;
	struct mime_attachment *attachments; /* limits.max_attachments of them        */
	size_t n_attachments;
	size_t parts;		 /* looked at so far                                */
	size_t nested_bytes;	 /* of the messages that we are within              */
	size_t units;		 /* of what GMime made of them: see read.c          */
	bool is_bomb;		 /* something was too costly to be taken apart      */
	struct heard_buf nested; /* the text of messages in the message             */
};

/* A mail or a nested one, taken apart; what it gives looks into the bytes. */
struct mime_tree {
	GByteArray *array;
	GMimeObject *root; /* NULL: nothing there */
};
/* Nothing, with a note, if it would take GMime too long. */
struct mime_tree mime_tree_open(struct mime_reader *, struct heard_str bytes);
void mime_tree_close(struct mime_tree *);

/* ---- header.c */

/* The raw value of the first header of that name, absent if there is none. */
struct heard_str mime_header_raw(GMimeObject *, const char *name);
bool mime_header_is_there(GMimeObject *, const char *name);
size_t mime_header_count(GMimeObject *, const char *name);
/* Everything of a mail's own headers. */
void mime_headers_read(struct mime_reader *, GMimeObject *);
/* The ids in a raw value, without <>. */
struct mime_ids mime_ids_read(struct heard_str raw, struct mime_memory *, bool *more_r);

/* ---- fields.c: header fields in a part's bytes */

enum { FIELDS_END, FIELDS_BLANK, FIELDS_FIELD };
/* Takes the next line off: a field, folded lines included, or the blank line between
 * two groups of them. */
int mime_fields_next(struct heard_str *rest, struct heard_str *name, struct heard_str *value);
bool mime_field_is(struct heard_str name, const char *wanted);

/* ---- content.c: the bytes of a part */

/* Append the part's bytes, transfer encoding undone.  False: more than out's cap. */
bool mime_content(GMimeObject *part, struct heard_buf *out);
/* The part's text as UTF-8 with \n; HTML as text. */
void mime_content_text(struct mime_reader *, GMimeObject *part, bool is_html,
		       struct heard_buf *out);
/* The same for text that lies about in no part; it has no label. */
void mime_loose_text(struct mime_reader *, struct heard_str bytes, struct heard_buf *out);

/* ---- part.c */

/* Append the text of a part and all below it, keep the attachments.  *is_html_r is set if
 * any of it was HTML. */
void mime_part_read(struct mime_reader *, GMimeObject *, size_t depth, struct heard_buf *text,
		    bool *is_html_r);
/* Is there anything but blanks? */
bool mime_is_blank(struct heard_str);

/* ---- attachment.c */

struct heard_str mime_part_name(struct mime_reader *, GMimeObject *); /* absent: none */
void mime_attachment_keep(struct mime_reader *, GMimeObject *, bool is_related);

/* ---- report.c, calendar.c, auto.c */

void mime_report_read(struct mime_reader *, struct heard_str bytes, enum mime_report_kind);
/* What a returned mail's headers say. */
void mime_report_original(struct mime_reader *, struct heard_str headers);
/* What a bounce says that is no report of RFC 3464. */
void mime_report_guess(struct mime_reader *, GMimeObject *);
void mime_calendar_read(struct mime_reader *, struct heard_str text);
void mime_calendar_text(const struct mime_calendar *, struct heard_buf *);
void mime_auto_read(struct mime_reader *, GMimeObject *);

#endif
