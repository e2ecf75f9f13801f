/*
 * dots.h - a mail as it comes behind DATA: up to the line with a dot alone.
 */
#ifndef INPUT_LMTP_DOTS_H
#define INPUT_LMTP_DOTS_H

#include <heard/str.h>

#include <stdbool.h>

enum dots_state {
	DOTS_BEGIN,  /* of a line                                                */
	DOTS_TEXT,   /* within a line                                            */
	DOTS_CR,     /* a CR was passed on                                       */
	DOTS_DOT,    /* a dot began the line and was kept back                   */
	DOTS_DOT_CR, /* and a CR came behind it, kept back as well               */
	DOTS_OVER,
};

struct dots { /* zeroed: at the beginning of a mail */
	enum dots_state state;
};

/* Feed bytes; what is of the mail goes to `text`, in pieces.  The number of bytes that
 * were used: all, or up to the end of the mail, when the state is DOTS_OVER. */
size_t dots_feed(struct dots *, const char *bytes, size_t n,
		 void (*text)(void *arg, struct heard_str), void *arg);

#endif
