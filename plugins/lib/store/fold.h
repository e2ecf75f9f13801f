/*
 * fold.h - text in the form in which it is searched.
 *
 * Folding lowers letters, makes full-width forms narrow and traditional characters
 * simplified, and keeps words and runs of Chinese, Japanese or Korean characters, nothing
 * else.  A change here needs a new version of the index (index.c):
 *
 *	"Power Bank，充电宝爆炸!"  ->  \2power\3 \2bank\3 充电宝爆炸 \1   (without blanks)
 *
 * A word stands between \2 and \3, a run ends with \1 unless a word follows.
 * So a phrase occurs in a text exactly if its folded form, without a \1 at its
 * end, is a substring of the text's: that is what search means here, and the
 * index only saves looking everywhere.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

#define FOLD_BREAK '\1'
#define FOLD_OPEN  '\2'
#define FOLD_CLOSE '\3'

/* Appends.  Bytes that are not UTF-8 separate, like punctuation. */
void fold_text(struct heard_str text, struct heard_buf *out);
/* Appends what is searched of a record, from its canonical JSON line. */
void fold_line(struct heard_str line, struct heard_buf *out);

/* What the index knows of a folded text: its words; each pair of neighbours in
 * a run; and each run's last character, so that a single character is found as
 * the beginning of a pair or as such a last one. */
struct fold_token {
	struct heard_str text; /* looks into the folded text                   */
	bool is_last;	       /* a run's last character                       */
	bool is_alone;	       /* and the run has only this one                */
};
struct fold_walk {
	struct heard_str left;
	bool in_run; /* the run's first character is behind us              */
};
bool fold_next(struct fold_walk *, struct fold_token *);

#endif
