/*
 * tree.c - blocks of memory, each as large as the one before or more, and nodes in them.
 */
#include "tree.h"

#include <stdlib.h>

enum { BLOCK = 16384, ALIGN = 16 };

struct tree_block {
	struct tree_block *next;
	size_t used, size;
	_Alignas(ALIGN) char bytes[];
};

static struct tree_block *block_for(struct tree *t, size_t n)
{
	struct tree_block *b = t->blocks;
	if (b && b->size - b->used >= n)
		return b;
	size_t size = b && b->size < (1u << 20) ? b->size * 2 : BLOCK;
	if (size < n)
		size = n;
	if (size > t->cap - t->used)
		size = n;
	if (n > t->cap - t->used || (b = malloc(sizeof(*b) + size)) == NULL)
		return NULL;
	t->used += size;
	b->used = 0;
	b->size = size;
	b->next = t->blocks;
	t->blocks = b;
	return b;
}

void *tree_alloc(struct tree *t, size_t n)
{
	if (n > t->cap)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	struct tree_block *b = block_for(t, n);
	if (b == NULL)
		return NULL;
	void *p = b->bytes + b->used;
	b->used += n;
	return memset(p, 0, n);
}

struct tree_node *tree_node(struct tree *t, enum heard_json_type type)
{
	struct tree_node *n = tree_alloc(t, sizeof(*n));
	if (n)
		n->json.type = type;
	return n;
}

struct tree_node *tree_text(struct tree *t, struct heard_str text)
{
	struct tree_node *n = tree_node(t, HEARD_JSON_STRING);
	char *copy = tree_alloc(t, text.len + 1);
	if (n == NULL || copy == NULL)
		return NULL;
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	n->json.string = heard_str_n(copy, text.len);
	return n;
}

void tree_append(struct tree_node *parent, struct tree_node *child)
{
	child->json.next = NULL;
	if (parent->last)
		parent->last->json.next = &child->json;
	else
		parent->json.first = &child->json;
	parent->last = child;
	parent->n++;
}

void tree_release(struct tree *t)
{
	for (struct tree_block *b = t->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	t->blocks = NULL;
	t->used = 0;
}

/* ---- writing: depth is capped when a tree is made */

static void write_list(const struct heard_json *j, struct heard_buf *out)
{
	bool is_object = j->type == HEARD_JSON_OBJECT;
	heard_buf_puts(out, is_object ? "{" : "[");
	for (const struct heard_json *c = j->first; c; c = c->next) {
		if (is_object) {
			heard_json_put_str(out, c->key);
			heard_buf_puts(out, ":");
		}
		tree_write(c, out);
		if (c->next)
			heard_buf_puts(out, ",");
	}
	heard_buf_puts(out, is_object ? "}" : "]");
}

void tree_write(const struct heard_json *j, struct heard_buf *out)
{
	switch (j->type) {
	case HEARD_JSON_BOOL: heard_buf_puts(out, j->boolean ? "true" : "false"); break;
	case HEARD_JSON_INT: heard_json_put_int(out, j->integer); break;
	case HEARD_JSON_NUMBER: heard_json_put_number(out, j->number); break;
	case HEARD_JSON_STRING: heard_json_put_str(out, j->string); break;
	case HEARD_JSON_ARRAY:
	case HEARD_JSON_OBJECT: write_list(j, out); break;
	default: heard_buf_puts(out, "null");
	}
}
