/*
 * encode.h - text and bytes in the ASCII of a mail.
 */
#ifndef MIME_ENCODE_H
#define MIME_ENCODE_H

#include <heard/str.h>

struct heard_buf;

/* Lines of 76 characters and CRLF. */
void mime_put_base64(struct heard_str bytes, struct heard_buf *out);
/* Quoted-printable; line ends become CRLF, trailing blanks are encoded. */
void mime_put_quoted(struct heard_str text, struct heard_buf *out);
/* Would base64 be shorter? */
bool mime_wants_base64(struct heard_str text);

/* "Name: value" CRLF, folded.  What is not ASCII becomes encoded words of whole
 * characters; `value` must be UTF-8 in one line. */
void mime_put_header(const char *name, struct heard_str value, struct heard_buf *out);
/* A display name as an address has it: as it is, quoted, or encoded. */
void mime_put_name(struct heard_str name, struct heard_buf *out);
/* A parameter in RFC 2231's form where needed: `; name*=utf-8''...`, on lines of its own. */
void mime_put_param(const char *name, struct heard_str value, struct heard_buf *out);

#endif
