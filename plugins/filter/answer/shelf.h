/*
 * shelf.h - the articles of a folder, indexed, and the one that fits a text best.
 */
#ifndef ANSWER_SHELF_H
#define ANSWER_SHELF_H

#include "terms.h"

struct article;
struct heard_error;
struct shelf;

struct shelf_find {
	struct heard_str id, title; /* live as long as the shelf */
	double score;		    /* 0 to 1; 0: nothing fits   */
};

/* Of a folder of Markdown.  An article that cannot be used is left out, and left_out (may
 * be NULL) is told a sentence that names the file.  NULL if nothing is left, or the
 * folder cannot be read. */
typedef void shelf_left_out(void *arg, const char *sentence);
struct shelf *shelf_open(const char *folder, shelf_left_out *left_out, void *arg,
			 struct heard_error *);
/* Piece by piece: an empty one, its articles, and the end. */
struct shelf *shelf_create(struct heard_error *);
/* -EBADMSG: another has its id. */
int shelf_add(struct shelf *, const struct article *, struct heard_error *);
int shelf_finish(struct shelf *, struct heard_error *);
size_t shelf_size(const struct shelf *);
/* Whoever has it holds it; the last who lets go destroys it.  [any] */
struct shelf *shelf_hold(struct shelf *);
void shelf_close(struct shelf *); /* NULL is fine */

/* What one thread needs to find; it holds the finished shelf.  NULL with a sentence. */
struct shelf_reader;
struct shelf_reader *shelf_read(struct shelf *, struct heard_error *);
void shelf_reader_close(struct shelf_reader *); /* NULL is fine */
/* The best for the terms, which are sorted here, of those that are in this language or
 * in none; an empty `lang` is any. */
int shelf_best(struct shelf_reader *, struct terms *, struct heard_str lang,
	       struct shelf_find *, struct heard_error *);

#endif
