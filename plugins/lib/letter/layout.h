/*
 * layout.h - how a mail's text is laid out.
 */
#ifndef LETTER_LAYOUT_H
#define LETTER_LAYOUT_H

struct heard_buf;
struct mime_message;

/* Append words: "quoted-3 signature-2 width-4 lines-5 blank-2 wrapped".  Linear. */
void layout_say(const struct mime_message *, struct heard_buf *);

#endif
