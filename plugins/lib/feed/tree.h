/*
 * tree.h - a tree of heard/json.h that we make ourselves, and the memory it lies in.
 */
#ifndef FEED_TREE_H
#define FEED_TREE_H

#include <heard/json.h>

struct tree_block;

/* All of a tree goes at once.  Zeroed but for `cap`: empty. */
struct tree {
	struct tree_block *blocks;
	size_t used, cap; /* bytes */
};

/* A node that is still being made.  Lists and objects are appended to. */
struct tree_node {
	struct heard_json json;
	struct tree_node *last; /* child */
	size_t n;		/* children */
};

/* Zeroed; NULL at the cap. */
void *tree_alloc(struct tree *, size_t);
struct tree_node *tree_node(struct tree *, enum heard_json_type);
/* A node that is a copy of the text. */
struct tree_node *tree_text(struct tree *, struct heard_str);
void tree_append(struct tree_node *parent, struct tree_node *child);
void tree_release(struct tree *);

/* The tree as JSON text. */
void tree_write(const struct heard_json *, struct heard_buf *);

#endif
