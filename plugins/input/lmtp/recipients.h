/*
 * recipients.h - the addresses that mail is taken for, and their labels.
 */
#ifndef INPUT_LMTP_RECIPIENTS_H
#define INPUT_LMTP_RECIPIENTS_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_buf;
struct heard_error;

struct recipient_row { /* an option */
	const char *address, *label;
};
extern const struct heard_option recipient_row_options[];

enum { RECIPIENT_LABELS = 64 }; /* one bit each */

struct recipients {
	const struct recipient_row *rows;
	size_t n;
	const char *labels[RECIPIENT_LABELS]; /* each once, in the order of the rows */
	size_t n_labels;
};

int recipients_init(struct recipients *, struct heard_rows, struct heard_error *);
/* Is mail taken for it?  The bit of its label is added to *labels.  Without rows it is
 * taken for anybody. */
bool recipients_match(const struct recipients *, struct heard_str address, uint64_t *labels);
/* The labels, with a blank between two. */
void recipients_say(const struct recipients *, uint64_t labels, struct heard_buf *);

#endif
