/*
 * article.h - one article of the knowledge base: Markdown behind front matter.
 */
#ifndef ANSWER_ARTICLE_H
#define ANSWER_ARTICLE_H

#include <heard/str.h>

struct heard_error;

enum {
	ARTICLE_BYTES = 256 * 1024,
	ARTICLE_ID = 64,     /* bytes of an id   */
	ARTICLE_TITLE = 200, /* bytes of a title */
	ARTICLE_KEYWORDS = 64,
};

/* All views look into the text or the name it was read from. */
struct article {
	struct heard_str id, title, lang, body;
	struct heard_str keywords[ARTICLE_KEYWORDS];
	size_t n_keywords;
};

/* `name` is the file's, without ".md": the id of an article that gives none.  -EBADMSG
 * with a sentence that names no file. */
int article_read(struct article *, struct heard_str text, struct heard_str name,
		 struct heard_error *);

#endif
